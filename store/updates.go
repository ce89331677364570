package store

import (
	"context"
	"fmt"
	"time"
)

// SaveUpdate keeps what Telegram sent, once, and enqueues its handling in the same commit.
func (db *DB) SaveUpdate(ctx context.Context, id int64, body []byte) error {
	return db.System(ctx, Ingest, func(tx *Tx) error {
		n, err := tx.exec(ctx, `INSERT INTO updates (update_id, body, received_at, next_at) VALUES ($1, $2, $3, $3) ON CONFLICT DO NOTHING`, id, body, tx.Now)
		if err != nil {
			return fmt.Errorf("store: save update: %w", err)
		}
		if n == 0 {
			return nil
		}
		return tx.Enqueue(ctx, HandleUpdate{Update: id})
	})
}

// SaveUnreadable keeps a body that carries the right secret but cannot be read, and tells the managers once per cause.
func (db *DB) SaveUnreadable(ctx context.Context, source string, body []byte, a Alert) error {
	return db.System(ctx, Ingest, func(tx *Tx) error {
		if _, err := tx.exec(ctx, `INSERT INTO raw_webhooks (source, readable, body, received_at) VALUES ($1, false, $2, $3)`, source, body, tx.Now); err != nil {
			return fmt.Errorf("store: save unreadable: %w", err)
		}
		return tx.raise(ctx, &a)
	})
}

// TakeUpdate locks an update that is not handled yet until the transaction ends; ok is false when there is nothing to do.
// Handling and marking are one transaction, so an update is handled once whatever happens.
func (tx *Tx) TakeUpdate(ctx context.Context, id int64) (body []byte, ok bool, err error) {
	type kept struct{ Body []byte }
	u, err := rows[kept](ctx, tx, `SELECT body FROM updates WHERE update_id = $1 AND handled_at IS NULL FOR UPDATE SKIP LOCKED`, id)
	if err != nil {
		return nil, false, fmt.Errorf("store: take update: %w", err)
	}
	if len(u) == 0 {
		return nil, false, nil
	}
	return u[0].Body, true, nil
}

// UpdateHandled marks it.
func (tx *Tx) UpdateHandled(ctx context.Context, id int64) error {
	if _, err := tx.exec(ctx, `UPDATE updates SET handled_at = $2, next_at = NULL WHERE update_id = $1`, id, tx.Now); err != nil {
		return fmt.Errorf("store: update handled: %w", err)
	}
	return nil
}

// UpdateFailed counts a failure; after the fifth it is left alone and reported.
func (db *DB) UpdateFailed(ctx context.Context, id int64, backoff time.Duration) (givenUp bool, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		attempts, err := value[int](ctx, tx, `UPDATE updates SET attempts = attempts + 1, next_at = CASE WHEN attempts >= 4 THEN NULL ELSE $2::timestamptz END
			WHERE update_id = $1 AND handled_at IS NULL RETURNING attempts`, id, tx.Now.Add(backoff))
		givenUp = attempts >= 5
		return err
	})
	return givenUp, err
}
