package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// queueArrivals marks what history has found before and a webhook brings now: it was late, not lost.
func queueArrivals(batch *pgx.Batch, events []Inbound, now time.Time) {
	if len(events) == 0 {
		return
	}
	var channels, ids []string
	for _, e := range events {
		for _, id := range []VendorMessageID{e.VendorID, e.Target} {
			if id != "" {
				channels, ids = append(channels, string(e.Channel)), append(ids, string(id))
			}
		}
	}
	batch.Queue(`UPDATE gaps g SET came_at = $3 FROM unnest($1::text[], $2::text[]) AS u (channel, vendor_id)
		WHERE g.channel = u.channel AND g.vendor_id = u.vendor_id AND g.came_at IS NULL AND g.told_at IS NULL`, channels, ids, now)
}

// Gap is what no webhook has brought, of one chat.
type Gap struct {
	Who         string
	Messages    int
	First, Last time.Time
}

// TellGaps takes what history had and no webhook has brought since, and tells it once in the words that say finds for it.
func (db *DB) TellGaps(ctx context.Context, channel Channel, say func(gaps []Gap, zone string) string) (told int, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		gaps, err := rows[Gap](ctx, tx, `WITH told AS (UPDATE gaps SET told_at = $2 WHERE channel = $1 AND told_at IS NULL AND came_at IS NULL AND found_at <= $3 RETURNING chat_id, sent_at)
			SELECT concat_ws(' · ', coalesce(nullif(c.title, ''), 'New contact'), nullif(nullif(r.name, c.title), '')) AS who, count(*)::int AS messages, min(t.sent_at) AS first, max(t.sent_at) AS last
			FROM told t JOIN chats c ON c.id = t.chat_id JOIN restaurants r ON r.id = c.restaurant_id GROUP BY c.id, c.title, r.name ORDER BY 3, 1`, channel, tx.Now, tx.Now.Add(-GapSettles))
		if err != nil || len(gaps) == 0 {
			return err
		}
		zone, err := value[string](ctx, tx, `SELECT coalesce((SELECT zone FROM restaurants GROUP BY zone ORDER BY count(*) DESC, zone LIMIT 1), 'Europe/Rome')`)
		if err != nil {
			return err
		}
		for _, g := range gaps {
			told += g.Messages
		}
		return tx.Raise(ctx, Alert{Cause: fmt.Sprintf("gap-%s-%d", channel, tx.Now.Unix()), Text: say(gaps, zone)})
	})
	if err != nil {
		return 0, fmt.Errorf("store: tell gaps: %w", err)
	}
	return told, nil
}

// GapsOpen says whether anything that was found is still to be told, and when the last of it may be.
func (db *DB) GapsOpen(ctx context.Context, channel Channel) (at *time.Time, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		at, err = value[*time.Time](ctx, tx, `SELECT min(found_at) + $2::interval FROM gaps WHERE channel = $1 AND told_at IS NULL AND came_at IS NULL`, channel, GapSettles)
		return err
	})
	return at, err
}
