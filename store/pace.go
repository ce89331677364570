package store

import (
	"context"
	"fmt"
	"time"
)

// Limit is an allowance: at most N calls in any span of Per, or, if Even, N at once and then one every Per/N.
type Limit struct {
	N    int
	Per  time.Duration
	Even bool
}

// next is the first moment at which one more call after these keeps within the limit.
func (l Limit) next(places []time.Time) (at time.Time) {
	if !l.Even {
		if n := len(places) - l.N; n >= 0 {
			return places[n].Add(l.Per)
		}
		return at
	}
	var busy time.Time // until when the calls so far would last, one by one
	for _, p := range places {
		busy = laterOf(busy, p).Add(l.Per / time.Duration(l.N))
	}
	return busy.Add(l.Per/time.Duration(l.N) - l.Per)
}

// longestSpan is how long a place is remembered.
const longestSpan = time.Minute

// TakePlace takes a place in line for a call in a Telegram chat, for all workers together, and returns how long to wait for
// it. One that would have to wait longer than patience takes none. here are the chat's limits, all those of the bot.
//
// It is one short transaction over the chat's row and the common one, in this order.
func (db *DB) TakePlace(ctx context.Context, chat int64, here, all []Limit, patience time.Duration) (wait time.Duration, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		mine, common, err := tx.lanes(ctx, chat)
		if err != nil {
			return err
		}
		at := laterOf(nextPlace(mine, here, tx.Now), nextPlace(common, all, tx.Now))
		if wait = max(0, at.Sub(tx.Now)); wait > patience {
			return nil
		}
		_, err = tx.exec(ctx, `UPDATE tg_chats SET places = (SELECT coalesce(array_agg(p ORDER BY p), '{}') FROM unnest(places || $3::timestamptz) p WHERE p > $4)
			WHERE tg_chat_id IN ($1, $2)`, chat, everywhere, at, tx.Now.Add(-longestSpan))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("store: take place: %w", err)
	}
	return wait, nil
}

// everywhere is the row of all chats together.
const everywhere int64 = 0

type lane struct {
	TgChatID  int64
	HeldUntil *time.Time
	Places    []time.Time
}

// lanes locks a chat's row and the common one.
func (tx *Tx) lanes(ctx context.Context, chat int64) (mine, common lane, err error) {
	const read = `SELECT tg_chat_id, held_until, places FROM tg_chats WHERE tg_chat_id IN ($1, $2) ORDER BY tg_chat_id = $2 FOR UPDATE`
	found, err := rows[lane](ctx, tx, read, chat, everywhere)
	if err == nil && len(found) < 2 {
		if _, err = tx.exec(ctx, `INSERT INTO tg_chats (tg_chat_id) VALUES ($1), ($2) ON CONFLICT DO NOTHING`, chat, everywhere); err != nil {
			return mine, common, err
		}
		found, err = rows[lane](ctx, tx, read, chat, everywhere)
	}
	if err != nil {
		return mine, common, err
	}
	return found[0], found[len(found)-1], nil
}

// nextPlace is the first moment at which one more call keeps within all limits.
func nextPlace(l lane, limits []Limit, now time.Time) time.Time {
	at := now
	if l.HeldUntil != nil {
		at = laterOf(at, *l.HeldUntil)
	}
	for _, limit := range limits {
		at = laterOf(at, limit.next(l.Places))
	}
	return at
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// HoldTgChat leaves a chat alone until then, because Telegram said so; the call that it refused gives its place back. news is
// false when that was known.
func (tx *Tx) HoldTgChat(ctx context.Context, chat int64, until time.Time) (news bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO tg_chats (tg_chat_id, held_until) VALUES ($1, $2)
		ON CONFLICT (tg_chat_id) DO UPDATE SET held_until = excluded.held_until WHERE tg_chats.held_until IS NULL OR tg_chats.held_until < excluded.held_until`, chat, until)
	if err == nil {
		_, err = tx.exec(ctx, `UPDATE tg_chats SET places = places[1:cardinality(places) - 1] WHERE tg_chat_id = $1`, chat)
	}
	if err != nil {
		return false, fmt.Errorf("store: hold telegram chat: %w", err)
	}
	return n > 0, nil
}
