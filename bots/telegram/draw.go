package telegram

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
)

// DrawWorker brings every copy of an approval's card to what the row says, and posts the first ones.
type DrawWorker struct {
	river.WorkerDefaults[store.ShowApproval]
	Bot *Bot
}

func (w *DrawWorker) Timeout(*river.Job[store.ShowApproval]) time.Duration { return time.Minute }

func (w *DrawWorker) Work(ctx context.Context, job *river.Job[store.ShowApproval]) error {
	if w.Bot.tg == nil {
		return nil // no bot: the row waits for one
	}
	return w.Bot.draw(ctx, job.Args.Approval)
}

// drawing is one pass over the copies of a card.
type drawing struct {
	id      store.ApprovalID
	token   store.LeaseToken
	post    Post
	hash    []byte
	rev     int64
	copies  []store.Card
	targets []int64
	state   string
}

func (b *Bot) draw(ctx context.Context, id store.ApprovalID) error {
	d, err := b.beginDrawing(ctx, id)
	if store.IsLeaseLost(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := b.drawAll(ctx, d); err != nil {
		return b.drawLater(ctx, d, err)
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.Drawn(ctx, d.id, d.token, d.rev) })
}

func (b *Bot) beginDrawing(ctx context.Context, id store.ApprovalID) (d drawing, err error) {
	var old []store.Card
	err = b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if d.token, err = tx.LeaseView(ctx, id); err != nil {
			return err
		}
		v, err := tx.View(ctx, id)
		if err != nil {
			return err
		}
		if d.copies, err = tx.Cards(ctx, id); err != nil {
			return err
		}
		// A card that was put away comes back as a new message at the bottom; the old copy goes.
		if due, err := tx.ReminderDue(ctx, id); err != nil {
			return err
		} else if due && v.State == "pending" {
			old, d.copies = d.copies, nil
		}
		remind, err := tx.RemindedAt(ctx, id)
		if err != nil {
			return err
		}
		d.id, d.rev, d.state, d.post = id, v.Rev, v.State, Render(v, remind)
		d.hash = hashPost(d.post)
		d.targets, err = b.targets(ctx, tx)
		for _, c := range old {
			if err := tx.DropCard(ctx, c); err != nil {
				return err
			}
		}
		return err
	})
	if err == nil {
		for _, c := range old {
			_ = b.remove(ctx, c.TgChatID, c.MessageID) // a copy that stays is judged by the row all the same
		}
	}
	return d, err
}

// targets are the chats that get a card: the approvals chat, or every manager who may decide.
func (b *Bot) targets(ctx context.Context, tx *store.Tx) ([]int64, error) {
	if b.chat != 0 {
		return []int64{b.chat}, nil
	}
	managers, err := tx.Managers(ctx)
	if err != nil {
		return nil, err
	}
	var chats []int64
	for _, m := range managers {
		if m.Decides() {
			chats = append(chats, m.TelegramID)
		}
	}
	return chats, nil
}

func (b *Bot) drawAll(ctx context.Context, d drawing) error {
	missing := map[int64]bool{}
	for _, chat := range d.targets {
		missing[chat] = true
	}
	for _, c := range d.copies {
		delete(missing, c.TgChatID)
		if bytes.Equal(c.ShownHash, d.hash) {
			continue
		}
		if err := b.redraw(ctx, d, c); err != nil {
			return err
		}
	}
	if d.state == "superseded" && len(d.copies) == 0 {
		return nil // it was overtaken before anybody saw it
	}
	for _, chat := range d.targets {
		if !missing[chat] {
			continue
		}
		if err := b.postCard(ctx, d, chat); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bot) redraw(ctx context.Context, d drawing, c store.Card) error {
	if err := b.wait(ctx, c.TgChatID); err != nil {
		return err
	}
	err := b.edit(ctx, c.TgChatID, c.MessageID, d.post)
	switch {
	case errors.Is(err, errLost) || errors.Is(err, errClosed):
		// Deleted by hand: a pending one is posted again by the next drawing.
		return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
			if err := tx.DropCard(ctx, c); err != nil || d.state != "pending" || errors.Is(err, errClosed) {
				return err
			}
			return tx.TouchView(ctx, d.id)
		})
	case err != nil && !errors.Is(err, errSame):
		return err
	}
	c.ShownHash = d.hash
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.SaveCard(ctx, c) })
}

func (b *Bot) postCard(ctx context.Context, d drawing, chat int64) error {
	if err := b.wait(ctx, chat); err != nil {
		return err
	}
	id, err := b.post(ctx, chat, d.post)
	if errors.Is(err, errClosed) {
		b.log.Warn("a card has no reader: the bot is not in that chat, or the manager has not pressed Start")
		return nil
	}
	if err != nil {
		return err
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		return tx.SaveCard(ctx, store.Card{ApprovalID: d.id, TgChatID: chat, MessageID: id, ShownHash: d.hash})
	})
}

// shortWait is how long a job waits for its place in line; for longer ones it steps aside.
const shortWait = 2 * time.Second

func (b *Bot) wait(ctx context.Context, chat int64) error {
	delay := b.pace.delay(chat)
	if delay > shortWait {
		return &waitError{after: delay}
	}
	if delay <= 0 {
		return nil
	}
	return b.db.Clock.Wait(ctx, b.db.Clock.Now().Add(delay))
}

func (b *Bot) drawLater(ctx context.Context, d drawing, cause error) error {
	b.log.Warn("a card could not be drawn", "error", cause)
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.DrawLater(ctx, d.id, d.token, retryAfter(cause, 0)) })
}

func retryAfter(err error, otherwise time.Duration) time.Duration {
	var w *waitError
	if errors.As(err, &w) {
		return w.after
	}
	return otherwise
}

func hashPost(p Post) []byte {
	b, _ := json.Marshal(p) // strings only
	h := sha256.Sum256(b)
	return h[:]
}
