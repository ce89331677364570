package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/riverqueue/river"

	"marketa/agent/llm"
	"marketa/internal/language"
	"marketa/store"
)

// WordingWorker translates what a manager wrote in another language than the client's. It sends nothing: the translation waits on
// a card. What is translated is a row, so that after a crash nobody is asked twice.
type WordingWorker struct {
	river.WorkerDefaults[store.TranslateWording]
	Agent *Agent
}

func (w *WordingWorker) Timeout(*river.Job[store.TranslateWording]) time.Duration {
	return 5 * time.Minute
}

func (w *WordingWorker) Work(ctx context.Context, job *river.Job[store.TranslateWording]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Agent.word(ctx, job.Args.Wording)
	if err != nil && !store.IsLeaseLost(err) && !errors.Is(err, context.Canceled) {
		w.Agent.log.Error("a manager's words were not translated", "wording", job.Args.Wording, "error", err)
	}
	return nil // they wait: the sweeper tries again
}

func (a *Agent) word(ctx context.Context, id store.WordingID) error {
	var w store.Wording
	if err := a.db.Tx(ctx, func(tx *store.Tx) (err error) { w, err = tx.LeaseWording(ctx, id); return err }); err != nil {
		return err
	}
	ctx, stop := a.keepWording(ctx, w)
	defer stop()
	for w.Translated == "" || w.Back == "" {
		err := a.wordStep(ctx, &w)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			a.log.Warn("no translation of a manager's words", "wording", w.ID, "error", err)
			return a.db.Tx(ctx, func(tx *store.Tx) error { return tx.FailWording(ctx, w, noTranslationWords(w)) })
		}
		if err := a.db.Tx(ctx, func(tx *store.Tx) error { return tx.SaveTranslation(ctx, w) }); err != nil {
			return err
		}
	}
	return a.db.Tx(ctx, func(tx *store.Tx) error { _, err := tx.HoldWording(ctx, w); return err })
}

// wordStep translates there, or what came of it back again: by another question, which does not know the first text.
func (a *Agent) wordStep(ctx context.Context, w *store.Wording) error {
	if !a.HasModel() {
		return errNoTranslation
	}
	label := llm.WithLabel(w.RestaurantID.String() + "/" + uuid.Nil.String())
	if w.Translated == "" {
		t, err := a.translate(ctx, w.ToLanguage, nil, w.Body, label)
		text, cut := tidy(t.Draft)
		if err == nil && (text == "" || cut || len([]rune(text)) > mostWording) {
			err = errNoTranslation
		}
		w.Translated = text
		return err
	}
	t, err := a.translate(ctx, w.FromLanguage, nil, w.Translated, label)
	w.Back = t.Draft
	return err
}

// mostWording keeps a translation within what a card shows whole beside the words themselves.
const mostWording = 3000

func noTranslationWords(w store.Wording) string {
	to := language.Name(w.ToLanguage)
	return fmt.Sprintf("I could not translate your words into %s, so nothing was sent. Press “As written” on the card to send them as they stand, or reply to it in %s.", to, to)
}

// keepWording renews the lease until stop; when it is lost, the context ends.
func (a *Agent) keepWording(ctx context.Context, w store.Wording) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for {
			if a.db.Clock.Wait(ctx, a.db.Clock.Now().Add(store.LeaseTime*3/10)) != nil {
				return
			}
			if err := a.db.Tx(ctx, func(tx *store.Tx) error { return tx.RenewWording(ctx, w) }); err != nil && store.IsLeaseLost(err) {
				cancel(err)
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}
