package posts

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"slices"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/internal/render"
	"marketa/store"
)

// Worker writes the next version of a post. Whatever a step has found is saved before the next one, so that after a crash
// nobody is asked twice and the same photo stays chosen.
type Worker struct {
	river.WorkerDefaults[store.WritePost]
	Posts Posts
}

func (w *Worker) Timeout(*river.Job[store.WritePost]) time.Duration { return 5 * time.Minute }

func (w *Worker) Work(ctx context.Context, job *river.Job[store.WritePost]) error {
	err := w.Posts.write(store.WithRestaurant(ctx, job.Args.Restaurant), job.Args.Post)
	if store.IsLeaseLost(err) {
		return nil // somebody else writes, or nothing is due
	}
	return err
}

// work is what the steps have found so far.
type work struct {
	Photo    store.PhotoID `json:"photo,omitzero"`
	Why      string        `json:"why,omitempty"`
	Cautions []string      `json:"cautions,omitempty"` // about the photo
	Crop     render.Crop   `json:"crop,omitzero"`
	Picture  picture       `json:"picture,omitzero"`
	Words    *words        `json:"words,omitempty"`
	Changed  bool          `json:"changed,omitempty"` // another photo was asked for in words, and chosen
}

// picture is the file that is published.
type picture struct {
	Key    string `json:"key"`
	SHA256 []byte `json:"sha256"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

// words are what stands under it.
type words struct {
	Caption  string   `json:"caption"`
	Hashtags []string `json:"hashtags"`
	Alt      string   `json:"alt"`
	Language string   `json:"language"`
	Doubts   []string `json:"doubts,omitempty"` // what a manager should check
}

// writing is one version in the making.
type writing struct {
	Posts
	task  store.PostTask
	post  store.Post
	past  []store.PostVersion // the oldest first
	found work
}

func (p Posts) write(ctx context.Context, id store.PostID) error {
	w := writing{Posts: p}
	if err := p.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		if w.task, err = tx.LeasePostTask(ctx, id); err != nil {
			return err
		}
		if w.post, err = tx.Post(ctx, id); err != nil {
			return err
		}
		w.past, err = tx.PostVersions(ctx, id)
		return err
	}); err != nil {
		return err
	}
	if err := json.Unmarshal(w.task.Work, &w.found); err != nil {
		return fmt.Errorf("posts: saved work: %w", err)
	}
	lease := w.task
	held, stop := p.DB.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewPostTask(ctx, lease) })
	defer stop()
	err := w.steps(held)
	if store.IsLeaseLost(err) || err == nil {
		return err
	}
	return w.failed(context.WithoutCancel(ctx), err)
}

func (w *writing) steps(ctx context.Context) error {
	for _, step := range []func(context.Context) error{w.choose, w.paint, w.word, w.exchange} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return w.hold(ctx)
}

// save makes what was found durable.
func (w *writing) save(ctx context.Context) error {
	raw, err := json.Marshal(w.found)
	if err != nil {
		return fmt.Errorf("posts: save work: %w", err)
	}
	w.task.Work = raw
	return w.DB.Tx(ctx, func(tx *store.Tx) error { return tx.SavePostWork(ctx, w.task) })
}

// last is the version before; nil for the first.
func (w *writing) last() *store.PostVersion {
	if len(w.past) == 0 {
		return nil
	}
	return &w.past[len(w.past)-1]
}

// choose takes the photo of the version before, or another one where one is wanted, or where that one may not be used any more.
func (w *writing) choose(ctx context.Context) error {
	if !w.found.Photo.IsZero() {
		return nil
	}
	if last := w.last(); last != nil && w.task.Kind != store.TaskPhoto {
		if faults, err := w.faults(ctx, last.PhotoID, w.at(), w.post.ID); err != nil {
			return err
		} else if len(faults) == 0 {
			w.found.Photo, w.found.Why = last.PhotoID, last.PhotoWhy
			w.found.Picture = picture{last.PictureKey, last.PictureSHA256, last.PictureWidth, last.PictureHeight}
			return w.save(ctx)
		}
	}
	return w.pick(ctx)
}

func (w *writing) pick(ctx context.Context) error {
	var without []store.PhotoID
	for _, v := range w.past {
		if !slices.Contains(without, v.PhotoID) {
			without = append(without, v.PhotoID)
		}
	}
	choose := w.Pick
	if choose == nil {
		choose = w.newest
	}
	got, err := choose(ctx, Wanted{Brief: w.post.Brief, Post: w.post.ID, At: w.at(), Not: without})
	if err != nil {
		return fmt.Errorf("posts: choose a photo: %w", err)
	}
	w.found.Photo, w.found.Why, w.found.Cautions, w.found.Picture = got.Photo, oneLine(got.Why), got.Warnings, picture{}
	w.found.Crop = got.Crop
	return w.save(ctx)
}

// at is when the post is to be published, as far as that is known.
func (w *writing) at() time.Time {
	at := w.post.PublishAt
	if last := w.last(); last != nil {
		at = last.PublishAt
	}
	if now := w.DB.Clock.Now(); at == nil || at.Before(now) {
		return now
	}
	return *at
}

// paint makes the picture as it will be published: the same photo gives the same bytes, under the same key.
func (w *writing) paint(ctx context.Context) error {
	if w.found.Picture.Key != "" {
		return nil
	}
	photo, err := w.photo(ctx, w.found.Photo)
	if err != nil {
		return err
	}
	raw, err := w.Files.Read(ctx, cmp.Or(photo.FullKey, photo.BlobKey), mostPhoto)
	if err != nil {
		return fmt.Errorf("posts: read a photo: %w", err)
	}
	made, err := render.Make(raw, w.found.Crop)
	if err != nil {
		return fmt.Errorf("posts: %w", err)
	}
	key := fmt.Sprintf("posts/%s/%x.jpg", w.post.RestaurantID, made.Hash)
	if err := w.Files.Put(ctx, key, "image/jpeg", bytes.NewReader(made.JPEG)); err != nil {
		return fmt.Errorf("posts: keep a picture: %w", err)
	}
	w.found.Picture = picture{key, made.Hash[:], made.Width, made.Height}
	return w.save(ctx)
}

const mostPhoto = 64 << 20 // bytes

// word has the words written, or takes the manager's own.
func (w *writing) word(ctx context.Context) error {
	if w.found.Words != nil || w.found.Changed {
		return nil
	}
	if w.task.Kind == store.TaskOwn {
		w.found.Words = w.own()
		return w.save(ctx)
	}
	said, other, err := w.caption(ctx)
	if err != nil {
		return err
	}
	if other {
		w.found.Changed = true
		return w.save(ctx) // the words are for another photo: first that
	}
	w.found.Words = said
	return w.save(ctx)
}

// exchange puts another photo in place, where the manager's words have asked for one, and has the words written to it.
func (w *writing) exchange(ctx context.Context) error {
	if w.found.Words != nil {
		return nil
	}
	if last := w.last(); last == nil || w.found.Photo == last.PhotoID {
		if err := w.pick(ctx); err != nil {
			return err
		}
	}
	if err := w.paint(ctx); err != nil {
		return err
	}
	said, _, err := w.caption(ctx)
	if err != nil {
		return err
	}
	w.found.Words = said
	return w.save(ctx)
}

// hold makes the version wait for a manager.
func (w *writing) hold(ctx context.Context) error {
	f := w.found
	v := store.PostVersion{PhotoID: f.Photo, PhotoWhy: f.Why, PictureKey: f.Picture.Key, PictureSHA256: f.Picture.SHA256, PictureWidth: f.Picture.Width, PictureHeight: f.Picture.Height,
		Caption: f.Words.Caption, Hashtags: f.Words.Hashtags, Alt: f.Words.Alt, Language: f.Words.Language, Networks: w.post.Networks, PublishAt: w.post.PublishAt,
		Warnings: append(slices.Clone(f.Cautions), f.Words.Doubts...), Hint: w.task.Hint, Author: "model"}
	if w.task.Kind == store.TaskOwn {
		v.Author, v.Hint = "manager", ""
	}
	if last := w.last(); last != nil {
		v.Networks, v.PublishAt = last.Networks, last.PublishAt
	}
	if v.PublishAt != nil && !v.PublishAt.After(w.DB.Clock.Now()) {
		v.PublishAt = nil
		v.Warnings = append(v.Warnings, "The time that was asked for has passed. Choose one with Later, or send it now.")
	}
	return w.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := w.warn(ctx, tx, &v); err != nil {
			return err
		}
		_, err := tx.HoldPost(ctx, w.task, v)
		return err
	})
}

// warn puts what speaks against publishing onto the card: whoever sends the post has seen it then.
func (w *writing) warn(ctx context.Context, tx *store.Tx, v *store.PostVersion) error {
	at := tx.Now
	if v.PublishAt != nil {
		at = *v.PublishAt
	}
	found, err := tx.SafetyFindings(ctx, *v, w.post.ID, at)
	if err != nil {
		return err
	}
	for _, f := range found {
		words := f.Words
		if f.Grade == store.Holds {
			words = "It will be held before it is published: " + f.Words
		}
		if !slices.Contains(v.Warnings, words) {
			v.Warnings = append(v.Warnings, words)
		}
	}
	return nil
}

const mostFailures = 6

// failed puts the task back in line, or gives it up and says why. What a person has to change is told at once.
func (w *writing) failed(ctx context.Context, cause error) error {
	hopeless := errors.Is(cause, fault.Invalid) || errors.Is(cause, fault.NotFound) || errors.Is(cause, fault.Conflict) || errors.Is(cause, errNoModel)
	w.Log.Warn("a post is not written", "post", w.post.ID, "failures", w.task.Failures, "given_up", hopeless, "error", cause)
	return w.DB.Tx(ctx, func(tx *store.Tx) error {
		if !hopeless && w.task.Failures+1 < mostFailures {
			return tx.PostTaskLater(ctx, w.task, tx.Now.Add(10*time.Second<<min(w.task.Failures, 5)))
		}
		why := "The models cannot be reached, so nothing was changed. Try again later."
		if hopeless {
			why = fault.Say(cause)
		}
		again, err := tx.FailPostTask(ctx, w.task, why)
		if err != nil || again {
			return err // the reason stands on the card
		}
		sorry := "📸 The post “" + html.EscapeString(cutTo(w.post.Brief, 120)) + "” could not be written. " + html.EscapeString(why)
		return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: sorry}, "post-"+w.task.ID.String())
	})
}
