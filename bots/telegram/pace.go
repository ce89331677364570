package telegram

import (
	"context"
	"fmt"
	"time"

	"marketa/store"
)

// rush is how much a call matters when a group's allowance is short: a new card goes before a notice, a notice before the
// redrawing of a card, for a press is judged by the row, whatever the card shows.
type rush int

const (
	toCard rush = iota
	toTell
	toRedraw
)

// limits keep within Telegram's allowances: about one message a second in a person's chat, twenty a minute in a group (edits
// and all topics count), thirty a second over all. https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
func limits(chat int64, r rush) []store.Limit {
	if chat > 0 {
		return []store.Limit{{N: 5, Per: 5 * time.Second, Even: true}}
	}
	return []store.Limit{{N: [...]int{18, 15, 12}[r], Per: time.Minute}} // of twenty; somebody may press in between
}

func allLimits() []store.Limit { return []store.Limit{{N: 25, Per: time.Second}} }

// shortWait is how long a job waits for its place in line; for longer ones it steps aside.
const shortWait = 2 * time.Second

// place waits for a place in line, or says how long to step aside. The line is a row: all workers stand in the same.
func (b *Bot) place(ctx context.Context, chat int64, r rush) error {
	wait, err := b.db.TakePlace(ctx, chat, limits(chat, r), allLimits(), shortWait)
	switch {
	case err != nil:
		return err
	case wait > shortWait:
		return &waitError{after: wait}
	case wait <= 0:
		return nil
	}
	return b.db.Clock.Wait(ctx, b.db.Clock.Now().Add(wait))
}

// longHold is a silence that owners should know of.
const longHold = 10 * time.Minute

// hold keeps a chat quiet for as long as Telegram wants: parked, not slept. Owners hear of a long silence in their own chats.
func (b *Bot) hold(ctx context.Context, chat int64, after time.Duration) error {
	return b.db.System(context.WithoutCancel(ctx), store.Desk, func(tx *store.Tx) error {
		news, err := tx.HoldTgChat(ctx, chat, tx.Now.Add(after))
		if err != nil || !news || after <= longHold {
			return err
		}
		where := "in the approvals chat"
		if chat != b.approvals.Load() {
			where = "in a manager's private chat"
		}
		return tellOwners(ctx, tx, chat, fmt.Sprintf("⏳ Telegram wants me to be silent %s for about %s. Cards and notices there wait until then; nothing is lost, and nothing goes out to clients unseen. /queue here shows what waits.", where, ago(after)),
			fmt.Sprintf("hold-%d-%s", chat, tx.Now.UTC().Format("2006-01-02T15")))
	})
}

// tellOwners speaks to the owners privately, except in the chat that cannot be used.
func tellOwners(ctx context.Context, tx *store.Tx, except int64, html, dedup string) error {
	managers, err := tx.Managers(ctx)
	if err != nil {
		return err
	}
	for _, m := range managers {
		if m.Role != "owner" || m.TelegramID == except {
			continue
		}
		if err := tx.Tell(ctx, store.Notice{TgChatID: &m.TelegramID, Kind: "reply", HTML: html}, fmt.Sprintf("%s@%d", dedup, m.TelegramID)); err != nil {
			return err
		}
	}
	return nil
}
