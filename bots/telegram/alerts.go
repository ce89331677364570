package telegram

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
)

// AlertWorker posts alerts, and brings the messages of those that have changed or are over up to date.
type AlertWorker struct {
	river.WorkerDefaults[store.ShowAlert]
	Bot *Bot
}

func (w *AlertWorker) Timeout(*river.Job[store.ShowAlert]) time.Duration { return 30 * time.Second }

func (w *AlertWorker) Work(ctx context.Context, job *river.Job[store.ShowAlert]) error {
	err := w.Bot.showAlert(ctx, job.Args.Alert)
	if store.IsLeaseLost(err) {
		return nil // somebody else does it, or nothing is due
	}
	return err
}

// alerting is one pass over the messages of an alert.
type alerting struct {
	alert  store.AlertView
	chats  []int64
	people []int64
	now    time.Time
	post   Post
	hash   []byte
}

// worthTelling is how long something must have lasted that was over before anybody could be told.
const worthTelling = 2 * time.Minute

func (b *Bot) showAlert(ctx context.Context, id store.AlertID) error {
	var p alerting
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		if p.alert, err = tx.LeaseAlert(ctx, id); err != nil {
			return err
		}
		p.now = tx.Now
		p.chats, p.people, err = b.targets(ctx, tx)
		return err
	}); err != nil {
		return err
	}
	p.post = Post{HTML: alertText(p.alert, p.now)}
	p.hash = hashPost(p.post)
	err := b.bringAlertUp(ctx, &p)
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if err != nil {
			after := retryAfter(err, mostWait)
			b.log.Warn("an alert could not be told", "cause", p.alert.Cause, "error", err, "again_in", after)
			return tx.ShowAlertLater(ctx, id, after)
		}
		return tx.AlertShown(ctx, p.alert)
	})
}

// bringAlertUp posts an alert whose time to ring has come, also one that was over before anybody could be told; the messages
// that are there are changed.
func (b *Bot) bringAlertUp(ctx context.Context, p *alerting) error {
	var late troubles
	a := p.alert
	ring := a.ClearedAt == nil && a.RingAt != nil && !a.RingAt.After(p.now)
	passed := a.ClearedAt != nil && a.ClearedAt.Sub(a.FirstAt) < worthTelling
	if ring || len(a.Copies) == 0 && !passed {
		late.note(b.postAlert(ctx, p))
	}
	for _, c := range a.Copies {
		if !late.stop && !bytes.Equal(c.ShownHash, p.hash) {
			late.note(b.redrawAlert(ctx, p, c))
		}
	}
	return late.err
}

// postAlert rings. Where the approvals chat is closed to us, the managers' own chats get it.
func (b *Bot) postAlert(ctx context.Context, p *alerting) error {
	var late troubles
	chats := p.chats
	if len(chats) == 0 {
		b.log.Error("an alert has no reader: there is no manager who may decide; set TELEGRAM_OWNERS", "cause", p.alert.Cause)
		return &waitError{after: mendTime}
	}
	reached := false
	for i := 0; i < len(chats) && !late.stop; i++ {
		if p.postedSinceRing(chats[i]) {
			reached = true
			continue
		}
		err := b.postAlertTo(ctx, p, chats[i])
		switch {
		case err == nil:
			reached = true
		case errors.Is(err, errClosed) && chats[i] == b.approvals.Load():
			chats = append(chats[:i+1:i+1], p.people...)
		case !errors.Is(err, errClosed):
			late.note(err)
		}
	}
	if !reached && late.err == nil {
		b.log.Error("an alert has no reader: nobody has pressed Start in the bot's chat", "cause", p.alert.Cause)
		return &waitError{after: mendTime}
	}
	return late.err
}

// postedSinceRing: an earlier pass has reached this chat and died, or had to wait, before the others.
func (p *alerting) postedSinceRing(chat int64) bool {
	for _, c := range p.alert.Copies {
		if c.TgChatID == chat && (p.alert.RingAt == nil || !c.PostedAt.Before(*p.alert.RingAt)) {
			return true
		}
	}
	return false
}

func (b *Bot) postAlertTo(ctx context.Context, p *alerting, chat int64) error {
	if err := b.place(ctx, chat, toTell); err != nil {
		return err
	}
	id, err := b.post(ctx, chat, p.post)
	if errors.Is(err, errMoved) {
		chat = b.approvals.Load()
		id, err = b.post(ctx, chat, p.post)
	}
	if err != nil {
		return err
	}
	return b.saveAlertCopy(ctx, p, store.AlertCopy{TgChatID: chat, MessageID: id})
}

func (b *Bot) redrawAlert(ctx context.Context, p *alerting, c store.AlertCopy) error {
	if err := b.place(ctx, c.TgChatID, toRedraw); err != nil {
		return err
	}
	err := b.edit(ctx, c.TgChatID, c.MessageID, p.post)
	switch {
	case errors.Is(err, errLost), errors.Is(err, errMoved):
		return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.DropAlertCopy(ctx, c) })
	case errors.Is(err, errClosed):
		return nil
	case err != nil && !errors.Is(err, errSame):
		return err
	}
	return b.saveAlertCopy(ctx, p, c)
}

func (b *Bot) saveAlertCopy(ctx context.Context, p *alerting, c store.AlertCopy) error {
	c.ShownHash = p.hash
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.SaveAlertCopy(ctx, p.alert.ID, c) })
}
