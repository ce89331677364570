package telegram

import (
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
	err := w.Bot.draw(ctx, job.Args.Approval)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it, or nothing is due
	}
	return err
}

// drawing is one pass over the copies of a card.
type drawing struct {
	id      store.ApprovalID
	now     time.Time
	token   store.LeaseToken
	leased  time.Time
	view    store.View
	due     *time.Time // set: the card was put away until then and comes back as a new message
	post    Post
	hash    []byte
	copies  []store.Card
	targets []int64
	people  []int64 // the managers' own chats
	team    map[int64]store.Manager
	waits   bool // somebody still draws the card that this one goes on from
}

// cardAlert is the cause of the alert about cards that Telegram refuses.
const cardAlert = "telegram-card"

// mendTime is how long we leave alone what only a person can mend.
const mendTime = time.Minute

func (b *Bot) draw(ctx context.Context, id store.ApprovalID) error {
	d, err := b.beginDrawing(ctx, id)
	if err != nil {
		return err
	}
	if b.tg == nil {
		return b.drawLater(ctx, &d, errNoToken)
	}
	if d.waits {
		return b.drawLater(ctx, &d, &waitError{after: time.Second})
	}
	if err := b.bringUp(ctx, &d); err != nil {
		if store.IsLeaseLost(err) {
			return err
		}
		return b.drawLater(ctx, &d, err)
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if d.due != nil {
			if _, err := tx.ReminderDue(ctx, d.id); err != nil {
				return err
			}
		}
		if err := tx.Drawn(ctx, d.id, d.token, d.view.Rev); err != nil {
			return err
		}
		if err := behind(ctx, tx, d.view); err != nil {
			return err
		}
		return tx.Ease(ctx, cardAlert, d.id.String(), "Telegram shows all cards again.")
	})
}

func (b *Bot) beginDrawing(ctx context.Context, id store.ApprovalID) (d drawing, err error) {
	err = b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		d.id, d.leased, d.now = id, tx.Now, tx.Now
		if d.token, err = tx.LeaseView(ctx, id); err != nil {
			return err
		}
		if d.view, err = tx.View(ctx, id); err != nil {
			return err
		}
		if d.view.State == "pending" && !d.view.Replaces.IsZero() {
			if ready, err := tx.InheritCards(ctx, d.view); err != nil || !ready {
				d.waits = !ready
				return err
			}
		}
		if d.copies, err = tx.Cards(ctx, id); err != nil {
			return err
		}
		remind, err := tx.RemindedAt(ctx, id)
		if err != nil {
			return err
		}
		if remind != nil && !remind.After(tx.Now) && d.view.State == "pending" {
			d.due, remind = remind, nil
		}
		d.post = Render(d.view, remind)
		d.hash = hashPost(d.post)
		if d.team, err = teamBy(ctx, tx); err != nil {
			return err
		}
		if d.targets, d.people, err = b.targets(ctx, tx); err != nil {
			return err
		}
		return b.breakIn(ctx, tx, d.view)
	})
	return d, err
}

// targets are the chats that get a card: the approvals chat, else every manager who may decide.
func (b *Bot) targets(ctx context.Context, tx *store.Tx) (chats, people []int64, err error) {
	if err := b.current(ctx, tx); err != nil {
		return nil, nil, err
	}
	managers, err := tx.Managers(ctx)
	if err != nil {
		return nil, nil, err
	}
	people = readers(managers, tx.Now)
	if approvals := b.approvals.Load(); approvals != 0 {
		return []int64{approvals}, people, nil
	}
	return people, people, nil
}

// wait takes a place in line before a call, and sees to it that the drawing is still ours when the call ends.
func (b *Bot) wait(ctx context.Context, d *drawing, chat int64, r rush) error {
	if err := b.place(ctx, chat, r); err != nil {
		return err
	}
	if b.db.Clock.Now().Sub(d.leased) < store.LeaseTime-callTimeout-shortWait {
		return nil
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		d.leased = tx.Now
		return tx.RenewView(ctx, d.id, d.token)
	})
}

func (b *Bot) drawLater(ctx context.Context, d *drawing, cause error) error {
	after := retryAfter(cause, 0)
	if after == 0 || errors.Is(cause, errToken) {
		b.log.Warn("a card could not be drawn", "approval", d.id, "error", cause)
	}
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if isRefusal(cause) {
			late := tx.DrawLater(ctx, d.id, d.token, after)
			return errors.Join(late, tx.Raise(ctx, store.Alert{Cause: cardAlert, Stays: true, Key: d.id.String(), Who: client(d.view),
				Text: "Telegram does not show the cards of these clients. Please look at their chats in WhatsApp; the log has the reason."}))
		}
		return tx.DrawLater(ctx, d.id, d.token, after)
	})
}

// retryAfter is when to try again: when Telegram wants, after a while for what a person has to mend, else after otherwise.
func retryAfter(err error, otherwise time.Duration) time.Duration {
	var w *waitError
	switch {
	case errors.As(err, &w):
		return w.after
	case errors.Is(err, errToken), errors.Is(err, errNoToken):
		return mendTime
	}
	return otherwise
}

func hashPost(p Post) []byte {
	b, _ := json.Marshal(p) // strings only
	h := sha256.Sum256(b)
	return h[:]
}

// LookAgain has every waiting card drawn after a start: copies that are missing, behind or deleted are put right.
func (b *Bot) LookAgain(ctx context.Context) {
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.LookAgainAtAll(ctx) }); err != nil && ctx.Err() == nil {
		b.log.Error("the waiting cards could not be looked at", "error", err)
	}
}
