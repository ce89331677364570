package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// WithoutStatus are messages of ours of the last day that left a while ago and of which nothing was heard since: a few at a time, each three
// times at most, ever more rarely.
func (db *DB) WithoutStatus(ctx context.Context, channel Channel) (ids []VendorMessageID, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		type unsure struct{ VendorID VendorMessageID }
		found, err := rows[unsure](ctx, tx, `UPDATE deliveries SET status_looks = status_looks + 1, status_at = $2 WHERE id IN (
			SELECT x.id FROM deliveries x JOIN chats c ON c.id = x.chat_id WHERE coalesce(x.channel, c.channel) = $1 AND x.state = 'known' AND x.vendor_id IS NOT NULL
			AND x.known_at BETWEEN $2::timestamptz - interval '1 day' AND $2::timestamptz - interval '10 minutes' AND x.status_looks < 3
			AND (x.status_at IS NULL OR x.status_at < $2::timestamptz - x.status_looks * interval '1 hour')
			AND NOT EXISTS (SELECT FROM receipts r WHERE r.channel = coalesce(x.channel, c.channel) AND r.vendor_id IN (x.vendor_id, x.echo_id) AND r.status <> 'pending')
			ORDER BY x.known_at LIMIT 10 FOR UPDATE OF x SKIP LOCKED) RETURNING vendor_id`, channel, tx.Now)
		for _, u := range found {
			ids = append(ids, u.VendorID)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("store: messages without a status: %w", err)
	}
	return ids, nil
}

// KeepReceipts keeps statuses that were asked for.
func (db *DB) KeepReceipts(ctx context.Context, receipts []Receipt) error {
	if len(receipts) == 0 {
		return nil
	}
	return db.System(ctx, Ingest, func(tx *Tx) error {
		batch := &pgx.Batch{}
		queueReceipts(batch, receipts, tx.Now)
		if err := tx.tx.SendBatch(ctx, batch).Close(); err != nil {
			return fmt.Errorf("store: keep receipts: %w", err)
		}
		return nil
	})
}

// Tidy forgets sends that the pace no longer counts.
func (db *DB) Tidy(ctx context.Context, channel Channel) error {
	return db.System(ctx, Desk, func(tx *Tx) error {
		_, err := tx.exec(ctx, `DELETE FROM sends WHERE channel = $1 AND at < $2::timestamptz - interval '2 days'`, channel, tx.Now)
		return err
	})
}
