package telegram

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/store"
)

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
	post, hash := d.faceIn(c.TgChatID)
	if bytes.Equal(c.ShownHash, hash) && (d.view.State != "pending" || d.now.Sub(c.SeenAt) < store.FreshFor) {
		return d.letGo(ctx, b, c) // of an older one that waits we make sure that nobody has deleted it
	}
	if err := b.wait(ctx, d, c.TgChatID, toRedraw); err != nil {
		return err
	}
	err := b.edit(ctx, c.TgChatID, c.MessageID, post)
	switch {
	case errors.Is(err, errLost), errors.Is(err, errMoved):
		return b.forget(ctx, d, c)
	case errors.Is(err, errClosed):
		return d.letGo(ctx, b, c) // whoever comes back finds it there, and it is drawn then
	case err != nil && !errors.Is(err, errSame):
		return err
	}
	if d.left(c.TgChatID) {
		return d.letGo(ctx, b, c)
	}
	c.ShownHash = hash
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
	return tx.Tell(ctx, store.Notice{TgChatID: &c.TgChatID, Kind: "alert", ReplyTo: &c.MessageID, ThreadID: c.ThreadID, HTML: fmt.Sprintf(words, esc(client(d.view)))},
		fmt.Sprintf("nudge-%s-%d-%d", d.id, c.TgChatID, d.view.Rev))
}

func (b *Bot) postCard(ctx context.Context, d *drawing, chat int64) error {
	post, err := d.post, error(nil)
	if post.Thread, err = b.thread(ctx, chat, d.view.RestaurantID); err != nil {
		return err
	}
	if err := b.wait(ctx, d, chat, toCard); err != nil {
		return err
	}
	id, err := b.post(ctx, chat, post)
	switch {
	case errors.Is(err, errMoved):
		return &waitError{after: time.Second} // the next drawing knows the new chat
	case errors.Is(err, errNoThread):
		if err := b.lose(ctx, chat, post.Thread); err != nil {
			return err
		}
		return &waitError{after: 10 * time.Millisecond} // the next one makes another topic
	case err != nil:
		return err
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		return tx.SaveCard(ctx, store.Card{ApprovalID: d.id, TgChatID: chat, MessageID: id, ShownHash: d.hash, ThreadID: post.Thread})
	})
}

// retire takes an old copy away once the new one is there. One that Telegram does not let go of stays a copy like the others.
func (b *Bot) retire(ctx context.Context, d *drawing, c store.Card) error {
	if err := b.wait(ctx, d, c.TgChatID, toRedraw); err != nil {
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
