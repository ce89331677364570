package telegram

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"
	"github.com/riverqueue/river"

	"marketa/store"
)

// PostWorker brings every copy of a post's card to what the row says, and posts the first ones.
type PostWorker struct {
	river.WorkerDefaults[store.ShowPost]
	Bot *Bot
}

func (w *PostWorker) Timeout(*river.Job[store.ShowPost]) time.Duration { return 3 * time.Minute }

func (w *PostWorker) Work(ctx context.Context, job *river.Job[store.ShowPost]) error {
	err := w.Bot.drawPost(ctx, job.Args.Approval)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it, or nothing is due
	}
	return err
}

// postDrawing is one pass over the copies of a post's card.
type postDrawing struct {
	id      store.PostApprovalID
	token   store.LeaseToken
	view    store.PostView
	face    PostFace
	hash    []byte
	copies  []store.PostCard
	targets []int64
	people  []int64
}

func (b *Bot) drawPost(ctx context.Context, id store.PostApprovalID) error {
	d := postDrawing{id: id}
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		if d.token, err = tx.LeasePostView(ctx, id); err != nil {
			return err
		}
		if d.view, err = tx.PostView(ctx, id); err != nil {
			return err
		}
		if d.copies, err = tx.PostCards(ctx, id); err != nil {
			return err
		}
		d.face = RenderPost(d.view, tx.Now)
		d.targets, d.people, err = b.targets(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	raw, _ := json.Marshal(d.face) // strings only
	sum := sha256.Sum256(raw)
	d.hash = sum[:]
	if b.uploads == nil || b.files == nil {
		return b.drawPostLater(ctx, &d, errNoToken)
	}
	held, stop := b.db.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewPostView(ctx, id, d.token) })
	defer stop()
	if err := b.bringPostUp(held, &d); err != nil {
		if cause := context.Cause(held); store.IsLeaseLost(cause) {
			return cause
		}
		return b.drawPostLater(ctx, &d, err)
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.PostDrawn(ctx, id, d.token, d.view.Rev); err != nil {
			return err
		}
		return tx.Ease(ctx, postAlert, id.String(), "Telegram shows all posts again.")
	})
}

// postAlert is the cause of the alert about posts that Telegram refuses.
const postAlert = "telegram-post"

func (b *Bot) drawPostLater(ctx context.Context, d *postDrawing, cause error) error {
	after := retryAfter(cause, 0)
	if after == 0 {
		b.log.Warn("the card of a post could not be drawn", "approval", d.id, "error", cause)
	}
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		late := tx.DrawPostLater(ctx, d.id, d.token, after)
		if !isRefusal(cause) {
			return late
		}
		return errors.Join(late, tx.Raise(ctx, store.Alert{Cause: postAlert, Stays: true, Key: d.id.String(), Who: d.view.Restaurant,
			Text: "Telegram does not show posts of these restaurants, so nobody can approve them. The log has the reason."}))
	})
}

// bringPostUp redraws the copies and posts the missing ones. What was decided before somebody saw it needs no card.
func (b *Bot) bringPostUp(ctx context.Context, d *postDrawing) error {
	var late troubles
	there := map[int64]bool{}
	for _, c := range d.copies {
		there[c.TgChatID] = true
		if late.note(b.redrawPost(ctx, d, c)); late.stop {
			return late.err
		}
	}
	chats := d.targets
	for i := 0; i < len(chats) && d.view.Approval.State == "pending" && !late.stop; i++ {
		if there[chats[i]] {
			continue
		}
		there[chats[i]] = true
		err := b.postPost(ctx, d, chats[i])
		if errors.Is(err, errClosed) {
			if chats[i] == b.approvals.Load() {
				b.log.Error("the approvals chat cannot be reached, posts go to the managers' own chats: add the bot to it and let it write, or change TELEGRAM_APPROVALS_CHAT", "chat", chats[i])
				chats = append(chats[:i+1:i+1], d.people...)
			}
			continue
		}
		late.note(err)
	}
	return late.err
}

func (b *Bot) redrawPost(ctx context.Context, d *postDrawing, c store.PostCard) error {
	if bytes.Equal(c.ShownHash, d.hash) {
		return nil
	}
	if err := b.place(ctx, c.TgChatID, toRedraw); err != nil {
		return err
	}
	err := b.recaption(ctx, c.TgChatID, c.MessageID, d.face)
	switch {
	case errors.Is(err, errLost), errors.Is(err, errMoved):
		return b.forgetPost(ctx, d, c)
	case errors.Is(err, errClosed):
		return nil // whoever comes back finds it there, and a press is judged by the row
	case err != nil && !errors.Is(err, errSame):
		return err
	}
	c.ShownHash = d.hash
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.SavePostCard(ctx, c) })
}

// forgetPost drops a copy that was deleted by hand; a pending one is posted again by the next drawing.
func (b *Bot) forgetPost(ctx context.Context, d *postDrawing, c store.PostCard) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.DropPostCard(ctx, c); err != nil || d.view.Approval.State != "pending" {
			return err
		}
		return tx.TouchPost(ctx, d.id)
	})
}

// postPost sends the picture with the words; long words follow as an answer to it.
func (b *Bot) postPost(ctx context.Context, d *postDrawing, chat int64) error {
	thread, err := b.thread(ctx, chat, d.view.Approval.Restaurant)
	if err != nil {
		return err
	}
	if err := b.place(ctx, chat, toCard); err != nil {
		return err
	}
	c := store.PostCard{ApprovalID: d.id, TgChatID: chat, ThreadID: thread, ShownHash: d.hash}
	c.MessageID, err = b.sendPicture(ctx, d, chat, thread)
	switch {
	case errors.Is(err, errMoved):
		return &waitError{after: time.Second} // the next drawing knows the new chat
	case errors.Is(err, errNoThread):
		if err := b.lose(ctx, chat, thread); err != nil {
			return err
		}
		return &waitError{after: 10 * time.Millisecond} // the next one makes another topic
	case err != nil:
		return err
	}
	if err := b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error { return tx.SavePostCard(ctx, c) }); err != nil {
		return err
	}
	if d.face.Words == "" {
		return nil
	}
	id, err := b.post(ctx, chat, Post{HTML: d.face.Words, ReplyTo: c.MessageID, Thread: thread, Quiet: true})
	if err != nil {
		return err
	}
	c.WordsID = &id
	return b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error { return tx.SavePostCard(ctx, c) })
}

// sendPicture: https://core.telegram.org/bots/api#sendphoto
func (b *Bot) sendPicture(ctx context.Context, d *postDrawing, chat, thread int64) (int64, error) {
	file, err := b.open(ctx, d.view.Version.PictureKey)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	m, err := b.uploads.SendPhoto(ctx, &bot.SendPhotoParams{ChatID: chat, MessageThreadID: int(thread), Caption: d.face.HTML, ParseMode: models.ParseModeHTML,
		Photo: &models.InputFileUpload{Filename: fmt.Sprintf("post-%d.jpg", d.view.Version.N), Data: file}, ReplyMarkup: keyboard(d.face.Keyboard)})
	if err != nil {
		return 0, b.outcome(ctx, chat, err)
	}
	return int64(m.ID), nil
}

// recaption: https://core.telegram.org/bots/api#editmessagecaption
func (b *Bot) recaption(ctx context.Context, chat, message int64, f PostFace) error {
	_, err := b.tg.EditMessageCaption(ctx, &bot.EditMessageCaptionParams{ChatID: chat, MessageID: int(message), Caption: f.HTML, ParseMode: models.ParseModeHTML, ReplyMarkup: keyboard(f.Keyboard)})
	return b.outcome(ctx, chat, err)
}
