package telegram

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/riverqueue/river"

	"marketa/store"
)

// HandleWorker handles what Telegram sent. The update, what it changes and the answers to it are one transaction: after a
// crash it is handled again or was handled, never half.
type HandleWorker struct {
	river.WorkerDefaults[store.HandleUpdate]
	Bot *Bot
}

func (w *HandleWorker) Timeout(*river.Job[store.HandleUpdate]) time.Duration { return 20 * time.Second }

func (w *HandleWorker) Work(ctx context.Context, job *river.Job[store.HandleUpdate]) error {
	err := w.Bot.handle(ctx, job.Args.Update)
	if err == nil {
		return nil
	}
	w.Bot.log.Error("telegram update failed", "update", job.Args.Update, "error", err)
	givenUp, err := w.Bot.db.UpdateFailed(ctx, job.Args.Update, 5*time.Second)
	if err != nil || !givenUp {
		return nil // the sweeper brings it back
	}
	return w.Bot.db.Unhealthy(ctx, store.Alert{Cause: "telegram-update-failed",
		Text: "Something that a manager did in Telegram could not be handled after five tries. Please do it again; if it fails again, look into the log."})
}

func (b *Bot) handle(ctx context.Context, id int64) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		body, ok, err := tx.TakeUpdate(ctx, id)
		if err != nil || !ok {
			return err
		}
		var u models.Update
		if err := json.Unmarshal(body, &u); err != nil {
			// Telegram has grown a shape that the library does not read: kept, and not tried again.
			b.log.Warn("telegram update not understood", "update", id)
			return tx.UpdateHandled(ctx, id)
		}
		if err := b.dispatch(ctx, tx, &u); err != nil {
			return fmt.Errorf("telegram: update %d: %w", id, err)
		}
		return tx.UpdateHandled(ctx, id)
	})
}

func (b *Bot) dispatch(ctx context.Context, tx *store.Tx, u *models.Update) error {
	switch {
	case u.CallbackQuery != nil:
		return b.press(ctx, tx, u.CallbackQuery)
	case u.Message != nil && u.Message.From != nil && !u.Message.From.IsBot:
		return b.words(ctx, tx, u.Message)
	}
	return nil
}

func nameOf(u *models.User) string {
	name := strings.TrimSpace(u.FirstName + " " + u.LastName)
	if name == "" {
		name = u.Username
	}
	return name
}
