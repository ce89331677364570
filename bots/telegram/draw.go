package telegram

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
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
	token   store.LeaseToken
	leased  time.Time
	view    store.View
	due     *time.Time // set: the card was put away until then and comes back as a new message
	post    Post
	hash    []byte
	copies  []store.Card
	targets []int64
	people  []int64 // the managers' own chats
}

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
		return tx.Drawn(ctx, d.id, d.token, d.view.Rev)
	})
}

func (b *Bot) beginDrawing(ctx context.Context, id store.ApprovalID) (d drawing, err error) {
	err = b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		d.id, d.leased = id, tx.Now
		if d.token, err = tx.LeaseView(ctx, id); err != nil {
			return err
		}
		if d.view, err = tx.View(ctx, id); err != nil {
			return err
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
		d.targets, d.people, err = b.targets(ctx, tx)
		return err
	})
	return d, err
}

// targets are the chats that get a card: the approvals chat, else every manager who may decide.
func (b *Bot) targets(ctx context.Context, tx *store.Tx) (chats, people []int64, err error) {
	managers, err := tx.Managers(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, m := range managers {
		if m.Decides() {
			people = append(people, m.TelegramID)
		}
	}
	if approvals := b.approvals.Load(); approvals != 0 {
		return []int64{approvals}, people, nil
	}
	return people, people, nil
}

// bringUp redraws the copies and posts the missing ones. A chat that has to wait holds up no other one: the error is the
// first trouble, else the shortest wait.
func (b *Bot) bringUp(ctx context.Context, d *drawing) error {
	var late troubles
	there := map[int64]bool{}
	for _, c := range d.copies {
		if d.old(c) {
			continue
		}
		there[c.TgChatID] = true
		if late.note(b.redraw(ctx, d, c)); late.stop {
			return late.err
		}
	}
	if d.wanted() {
		late.note(b.postMissing(ctx, d, there))
	}
	for _, c := range d.copies {
		switch {
		case late.stop || !d.old(c):
		case there[c.TgChatID]:
			late.note(b.retire(ctx, d, c))
		default: // nothing has come in its place
			late.note(b.redraw(ctx, d, c))
		}
	}
	return late.err
}

// old: a copy from before the card was put away.
func (d *drawing) old(c store.Card) bool { return d.due != nil && c.PostedAt.Before(*d.due) }

// wanted says whether a chat without a copy gets one. What was decided before somebody saw it needs no card there; what was
// overtaken needs none at all.
func (d *drawing) wanted() bool {
	switch d.view.State {
	case "pending":
		return true
	case "superseded":
		return false
	}
	return len(d.copies) == 0
}

// postMissing posts to the chats that have no copy. Where the approvals chat cannot be reached, the managers get it in their
// own chats: a card without a reader is a client without an answer.
func (b *Bot) postMissing(ctx context.Context, d *drawing, there map[int64]bool) error {
	var late troubles
	var reached bool
	chats := d.targets
	for i := 0; i < len(chats) && !late.stop; i++ {
		chat := chats[i]
		if there[chat] {
			reached = true
			continue
		}
		err := b.postCard(ctx, d, chat)
		if there[chat] = err == nil; there[chat] {
			reached = true
		}
		if errors.Is(err, errClosed) {
			if chat == b.approvals.Load() {
				b.log.Error("the approvals chat cannot be reached, cards go to the managers' own chats: add the bot to it and let it write, or change TELEGRAM_APPROVALS_CHAT", "chat", chat)
				chats = append(chats[:i+1:i+1], d.people...)
			}
			continue
		}
		late.note(err)
	}
	if !reached && late.err == nil {
		b.log.Error("a card has no reader: no manager has pressed Start in the bot's chat", "approval", d.id)
	}
	return late.err
}

// redraw brings one copy to what the row says.
func (b *Bot) redraw(ctx context.Context, d *drawing, c store.Card) error {
	if bytes.Equal(c.ShownHash, d.hash) {
		return nil
	}
	if err := b.wait(ctx, d, c.TgChatID); err != nil {
		return err
	}
	err := b.edit(ctx, c.TgChatID, c.MessageID, d.post)
	switch {
	case errors.Is(err, errLost), errors.Is(err, errMoved):
		return b.forget(ctx, d, c)
	case errors.Is(err, errClosed):
		return nil // whoever comes back finds it there, and it is drawn then
	case err != nil && !errors.Is(err, errSame):
		return err
	}
	c.ShownHash = d.hash
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.SaveCard(ctx, c); err != nil {
			return err
		}
		return nudge(ctx, tx, d, c)
	})
}

// forget drops a copy that was deleted by hand; a pending one is posted again by the next drawing.
func (b *Bot) forget(ctx context.Context, d *drawing, c store.Card) error {
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.DropCard(ctx, c); err != nil || d.view.State != "pending" {
			return err
		}
		return tx.TouchView(ctx, d.id)
	})
}

// nudge tells of an edit that needs somebody: an edit by itself rings nobody's phone.
func nudge(ctx context.Context, tx *store.Tx, d *drawing, c store.Card) error {
	words := map[string]string{"asked": "❓ Did the reply to <b>%s</b> arrive? The card has the question.", "failed": "❌ The reply to <b>%s</b> did not go out. The card says why."}[d.view.Delivery]
	if words == "" {
		return nil
	}
	return tx.Tell(ctx, store.Notice{TgChatID: &c.TgChatID, Kind: "alert", ReplyTo: &c.MessageID, HTML: fmt.Sprintf(words, esc(client(d.view)))},
		fmt.Sprintf("nudge-%s-%d-%d", d.id, c.TgChatID, d.view.Rev))
}

func (b *Bot) postCard(ctx context.Context, d *drawing, chat int64) error {
	if err := b.wait(ctx, d, chat); err != nil {
		return err
	}
	id, err := b.post(ctx, chat, d.post)
	if errors.Is(err, errMoved) {
		return &waitError{after: time.Second} // the next drawing knows the new chat
	}
	if err != nil {
		return err
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		return tx.SaveCard(ctx, store.Card{ApprovalID: d.id, TgChatID: chat, MessageID: id, ShownHash: d.hash})
	})
}

// retire takes an old copy away once the new one is there. One that Telegram does not let go of stays a copy like the others.
func (b *Bot) retire(ctx context.Context, d *drawing, c store.Card) error {
	if err := b.wait(ctx, d, c.TgChatID); err != nil {
		return err
	}
	switch err := b.remove(ctx, c.TgChatID, c.MessageID); {
	case err == nil, errors.Is(err, errLost):
		return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.DropCard(ctx, c) })
	case errors.Is(err, errStays):
		return b.redraw(ctx, d, c)
	case errors.Is(err, errClosed):
		return nil
	default:
		return err
	}
}

// shortWait is how long a job waits for its place in line; for longer ones it steps aside.
const shortWait = 2 * time.Second

// wait takes a place in line before a call, and sees to it that the drawing is still ours when the call ends.
func (b *Bot) wait(ctx context.Context, d *drawing, chat int64) error {
	if err := b.place(ctx, chat); err != nil {
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

// place waits for a place in line, or says how long to step aside.
func (b *Bot) place(ctx context.Context, chat int64) error {
	delay := b.pace.delay(chat)
	if delay > shortWait {
		return &waitError{after: delay}
	}
	if delay <= 0 {
		return nil
	}
	return b.db.Clock.Wait(ctx, b.db.Clock.Now().Add(delay))
}

// troubles are what went wrong with some of several chats.
type troubles struct {
	err  error // the first trouble, else the shortest wait
	stop bool  // it is no use to go on with the others
}

func (t *troubles) note(err error) {
	var w, sooner *waitError
	switch {
	case err == nil || t.stop:
	case !errors.As(err, &w):
		t.err, t.stop = err, !isRefusal(err)
	case t.err == nil, errors.As(t.err, &sooner) && w.after < sooner.after:
		t.err = err
	}
}

func (b *Bot) drawLater(ctx context.Context, d *drawing, cause error) error {
	after := retryAfter(cause, 0)
	if after == 0 || errors.Is(cause, errToken) {
		b.log.Warn("a card could not be drawn", "approval", d.id, "error", cause)
	}
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if isRefusal(cause) {
			if err := tx.Raise(ctx, store.Alert{Cause: "telegram-card-" + d.id.String(), Text: "Telegram does not show the card of " + client(d.view) + ". Please look at the chat in WhatsApp; the log has the reason."}); err != nil {
				return err
			}
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
