// Package choose takes the one picture for a post: a model that sees looks at the best of those that the search has found, and says
// which and why; the rules have the last word, and where no model answers, the order of the search stands.
//
// It knows store, stages, tools, the search and the model contract. Start reading at [Chooser.Pick].
package choose

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/internal/files"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/images/search"
)

// Chooser is the capability. The restaurant is the context's.
type Chooser struct {
	DB      *store.DB
	Search  search.Search
	Router  *llm.Router // nil: the order of the search
	Prompts *stages.Prompts
	Files   *files.Store
	Log     *slog.Logger
}

// Brief is what the picture is for.
type Brief struct {
	Words string    // what the post is about, in any language
	At    time.Time // when it is to be shown; zero: now
	Post  store.PostID
	Not   []store.PhotoID // not these again
}

// Option is a picture that may be shown, with what speaks for it.
type Option struct {
	Photo  store.Photo
	Reason string
	Focus  *Point   // what a crop has to keep; nil: not known
	Doubts []string // what somebody has to look for in it before it is shown
}

// Point is a place in a picture, from 0 (left, top) to 1 (right, bottom).
type Point struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

// Choice is the picture to take.
type Choice struct {
	Option
	RunnersUp []Option
	LeftOut   []string // what may not be shown and why, in plain words
	ByModel   bool     // a model has looked at them; else it is the order of the search
}

const (
	mostSeen   = 12 // pictures that a model looks at
	mostRounds = 3  // of pictures that turn out to break a rule when somebody looks at them
)

// Pick chooses a picture. fault.NotFound in plain words when none may be shown.
func (c Chooser) Pick(ctx context.Context, b Brief) (Choice, error) {
	w := search.Wanted{Words: b.Words, At: b.At, Not: b.Not, Most: mostSeen}
	if !b.Post.IsZero() {
		w.For = []store.PostID{b.Post}
	}
	for range mostRounds {
		found, err := c.Search.Find(ctx, w)
		if err != nil {
			return Choice{}, err
		}
		if len(found.Photos) == 0 {
			return Choice{}, none(found, len(b.Not))
		}
		options, byModel, err := c.order(ctx, b, found)
		if err != nil {
			return Choice{}, err
		}
		if options, err = c.allowed(ctx, b, options); err != nil {
			return Choice{}, err
		}
		if len(options) > 0 {
			return Choice{Option: options[0], RunnersUp: options[1:], LeftOut: search.LeftOut(found.Left), ByModel: byModel}, nil
		}
	}
	return Choice{}, fault.New(fault.NotFound, "Of the pictures that come into question none keeps the rules when somebody looks at it. Ask the client for new ones, or retire a rule.")
}

// none says why there is nothing to choose from, and what to do.
func none(found search.Found, before int) error {
	left := search.LeftOut(found.Left)
	switch {
	case before > 0:
		return fault.New(fault.NotFound, "There is no other picture that may be shown%s. Ask the client for new ones.", colon(left))
	case len(left) == 0:
		return fault.New(fault.NotFound, "There is no picture in the gallery yet. Ask the client for some.")
	}
	return fault.New(fault.NotFound, "No picture may be shown: %s. Ask the client for new ones, or retire a rule.", strings.Join(left, "; "))
}

func colon(left []string) string {
	if len(left) == 0 {
		return ""
	}
	return ": " + strings.Join(left, "; ")
}

// order has a model put the pictures in order. Those that it does not name follow in the order of the search; so do all, when it is down.
func (c Chooser) order(ctx context.Context, b Brief, found search.Found) ([]Option, bool, error) {
	as := make([]Option, len(found.Photos))
	for i, p := range found.Photos {
		as[i] = Option{Photo: p.Photo, Reason: upper(search.Why(p, b.Words+" "+found.English)) + "."}
	}
	said, err := c.look(ctx, b.Words, found.Photos)
	switch {
	case ctx.Err() != nil:
		return nil, false, ctx.Err()
	case err != nil:
		if c.Log != nil && !errors.Is(err, errNobody) {
			c.Log.Warn("no model chooses a picture; the order of the search stands", "error", err)
		}
		return as, false, nil
	}
	if err := c.saveLooks(ctx, found.Photos, said); err != nil {
		return nil, false, err
	}
	var out []Option
	taken := map[int]bool{}
	for _, o := range said.Order {
		if taken[o.Picture] {
			continue
		}
		taken[o.Picture] = true
		one := as[o.Picture]
		if reason := plain(o.Reason); reason != "" {
			one.Reason = reason
		}
		one.Focus = o.Focus.valid()
		out = append(out, one)
	}
	byModel := len(out) > 0
	for i, o := range as {
		if !taken[i] {
			out = append(out, o)
		}
	}
	return out, byModel, nil
}

// allowed holds every picture against the rules once more, whoever has named it, and notes what is in doubt.
func (c Chooser) allowed(ctx context.Context, b Brief, options []Option) (out []Option, err error) {
	err = c.DB.Tx(ctx, func(tx *store.Tx) error {
		at := b.At
		if at.IsZero() {
			at = tx.Now
		}
		for _, o := range options {
			faults, err := tx.PhotoFaults(ctx, o.Photo.ID, at, b.Post)
			if err != nil {
				return err
			}
			if len(faults) > 0 {
				continue
			}
			if o.Doubts, err = tx.PhotoDoubts(ctx, o.Photo.ID, at); err != nil {
				return err
			}
			out = append(out, o)
		}
		return nil
	})
	// What nobody has looked at comes behind what somebody has.
	slices.SortStableFunc(out, func(x, y Option) int { return min(len(x.Doubts), 1) - min(len(y.Doubts), 1) })
	return out, err
}

func upper(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return s
	}
	return strings.ToUpper(string(r[0])) + string(r[1:])
}

// Tool lets a model have a picture chosen.
func (c Chooser) Tool() tools.Tool {
	return tools.DefineRead("images_choose", "Have the one picture for a post chosen: somebody looks at the best of those that may be shown. Use it when a picture is wanted, not to list what there is.", c.choose)
}

// Args are what the picture is for.
type Args struct {
	Brief string `json:"brief" jsonschema:"what the post is about, in the words of who asks, any language"`
}

// Result is what a model sees.
type Result struct {
	ID        store.PhotoID `json:"id"`
	Shows     string        `json:"shows"`
	Why       string        `json:"why"`
	ToCheck   []string      `json:"to_check,omitempty"`
	RunnersUp []string      `json:"runners_up,omitempty"`
	LeftOut   []string      `json:"left_out,omitempty"`
	Note      string        `json:"note,omitempty"`
}

func (c Chooser) choose(ctx context.Context, args Args) (Result, error) {
	chosen, err := c.Pick(ctx, Brief{Words: args.Brief})
	if err != nil {
		return Result{}, err
	}
	out := Result{ID: chosen.Photo.ID, Shows: chosen.Photo.Alt, Why: chosen.Reason, ToCheck: chosen.Doubts, LeftOut: chosen.LeftOut}
	for _, r := range chosen.RunnersUp[:min(3, len(chosen.RunnersUp))] {
		out.RunnersUp = append(out.RunnersUp, fmt.Sprintf("%s (%s)", r.Photo.Alt, r.Photo.ID))
	}
	if !chosen.ByModel {
		out.Note = "No model has looked at the pictures; this is the first one of the search."
	}
	return out, nil
}
