package store

import (
	"context"
	"fmt"
	"html"
	"time"
)

// Alert is something that managers must hear: what happened, and what to do.
type Alert struct {
	Cause string // one alert per cause and hour
	Text  string // plain words, no personal data beyond what a manager needs
}

// Raise tells the managers, once per cause and hour.
func (tx *Tx) Raise(ctx context.Context, a Alert) error { return tx.raise(ctx, &a) }

func (tx *Tx) raise(ctx context.Context, a *Alert) error {
	if a == nil {
		return nil
	}
	id := NewID[noticeKind]()
	dedup := a.Cause + "@" + tx.Now.UTC().Format("2006-01-02T15")
	n, err := tx.exec(ctx, `INSERT INTO notices (id, kind, html, dedup, created_at, next_at) VALUES ($1, 'alert', $2, $3, $4, $5)
		ON CONFLICT (dedup) DO NOTHING`, id, "⚠️ "+html.EscapeString(a.Text), dedup, tx.Now, tx.Now)
	if err != nil {
		return fmt.Errorf("store: raise alert: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.Enqueue(ctx, SendNotice{Notice: id})
}

// Unhealthy raises an alert outside of any other work.
func (db *DB) Unhealthy(ctx context.Context, a Alert) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	return db.System(ctx, Desk, func(tx *Tx) error { return tx.raise(ctx, &a) })
}
