package telegram

import (
	"context"
	"time"

	"marketa/store"
)

// readers are the own chats of those who decide now: an absent one's cards are his deputy's, who is among them, or all
// others'. Where all are absent, all get them: a card without a reader is a client without an answer.
func readers(team []store.Manager, now time.Time) (present []int64) {
	var all []int64
	for _, m := range team {
		if !m.Decides() {
			continue
		}
		all = append(all, m.TelegramID)
		if !m.Away(now) {
			present = append(present, m.TelegramID)
		}
	}
	if len(present) == 0 {
		return all
	}
	return present
}

func teamBy(ctx context.Context, tx *store.Tx) (map[int64]store.Manager, error) {
	all, err := tx.Managers(ctx)
	by := map[int64]store.Manager{}
	for _, m := range all {
		by[m.TelegramID] = m
	}
	return by, err
}

// faceIn is the card as it is drawn in one chat: in the own chat of somebody who does not decide (any more) without buttons.
func (d *drawing) faceIn(chat int64) (Post, []byte) {
	if chat < 0 || d.team[chat].Decides() {
		return d.post, d.hash
	}
	p := d.post
	p.Keyboard = nil
	return p, hashPost(p)
}

// left says that a chat is the own one of somebody who is not on the team any more: his copy is drawn a last time.
func (d *drawing) left(chat int64) bool { return chat > 0 && !d.team[chat].Active }

// letGo forgets the copy of somebody who is not on the team any more: he sees no more of what becomes of it.
func (d *drawing) letGo(ctx context.Context, b *Bot, c store.Card) error {
	if !d.left(c.TgChatID) {
		return nil
	}
	return b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.DropCard(ctx, c) })
}
