package store

import (
	"context"
	"fmt"
	"time"
)

// AlertView is an alert as managers see it.
type AlertView struct {
	ID        AlertID
	Cause     string
	Text      string
	Stays     bool
	Count     int
	FirstAt   time.Time
	LastAt    time.Time
	ClearedAt *time.Time
	Cleared   string
	RingAt    *time.Time
	Rev       int64
	Who       []string    // whom it touches, the first ones first
	Copies    []AlertCopy `db:"-"`
	Zone      string      // in which its times are written
}

// Over says that it has ended: it was cleared, or has not happened again for an hour.
func (a AlertView) Over(now time.Time) bool {
	return a.ClearedAt != nil || !a.Stays && now.Sub(a.LastAt) >= time.Hour
}

// AlertCopy is one message in Telegram that shows an alert.
type AlertCopy struct {
	TgChatID  int64
	MessageID int64
	ShownHash []byte
	PostedAt  time.Time
}

const alertSelect = `SELECT a.id, a.cause, a.text, a.stays, a.count, a.first_at, a.last_at, a.cleared_at, a.cleared, a.ring_at, a.rev,
	coalesce((SELECT array_agg(s.who ORDER BY date_trunc('minute', s.at), s.key) FROM alert_subjects s WHERE s.alert_id = a.id AND s.who <> ''), '{}') AS who,
	coalesce((SELECT zone FROM restaurants GROUP BY zone ORDER BY count(*) DESC, zone LIMIT 1), 'Europe/Rome') AS zone FROM alerts a `

// LeaseAlert takes the drawing of an alert's messages. ErrLeaseLost when somebody draws already or nothing is due.
func (tx *Tx) LeaseAlert(ctx context.Context, id AlertID) (AlertView, error) {
	n, err := tx.exec(ctx, `UPDATE alerts SET lease_until = $2 WHERE id = $1 AND next_at <= $3 AND (lease_until IS NULL OR lease_until < $3)`, id, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return AlertView{}, fmt.Errorf("store: lease alert: %w", err)
	}
	if n == 0 {
		return AlertView{}, ErrLeaseLost
	}
	a, err := row[AlertView](ctx, tx, alertSelect+`WHERE a.id = $1`, id)
	if err != nil {
		return a, fmt.Errorf("store: alert: %w", err)
	}
	if a.Copies, err = rows[AlertCopy](ctx, tx, `SELECT tg_chat_id, message_id, shown_hash, posted_at FROM alert_copies WHERE alert_id = $1 ORDER BY posted_at, tg_chat_id`, id); err != nil {
		return a, fmt.Errorf("store: alert: %w", err)
	}
	return a, nil
}

// SaveAlertCopy records what a message shows.
func (tx *Tx) SaveAlertCopy(ctx context.Context, id AlertID, c AlertCopy) error {
	if _, err := tx.exec(ctx, `INSERT INTO alert_copies (alert_id, tg_chat_id, message_id, shown_hash, posted_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tg_chat_id, message_id) DO UPDATE SET shown_hash = EXCLUDED.shown_hash`, id, c.TgChatID, c.MessageID, c.ShownHash, tx.Now); err != nil {
		return fmt.Errorf("store: save alert copy: %w", err)
	}
	return nil
}

// DropAlertCopy forgets a message that somebody has deleted.
func (tx *Tx) DropAlertCopy(ctx context.Context, c AlertCopy) error {
	if _, err := tx.exec(ctx, `DELETE FROM alert_copies WHERE tg_chat_id = $1 AND message_id = $2`, c.TgChatID, c.MessageID); err != nil {
		return fmt.Errorf("store: drop alert copy: %w", err)
	}
	return nil
}

// ringAgain is how long an alert that stays open is left alone until it is told anew.
const ringAgain = 4 * time.Hour

// AlertShown records that the messages show a.Rev. One that stays open rings again after some hours.
func (tx *Tx) AlertShown(ctx context.Context, a AlertView) error {
	if _, err := tx.exec(ctx, `UPDATE alerts SET drawn_at = $2, lease_until = NULL,
		ring_at = CASE WHEN cleared_at IS NOT NULL THEN NULL WHEN ring_at > $2 THEN ring_at ELSE $3::timestamptz END,
		next_at = CASE WHEN rev <> $4 AND cleared_at IS NOT NULL THEN $2::timestamptz WHEN rev <> $4 THEN $2::timestamptz + interval '3 minutes'
			WHEN cleared_at IS NULL AND stays THEN CASE WHEN ring_at > $2 THEN ring_at ELSE $3::timestamptz END END WHERE id = $1`,
		a.ID, tx.Now, tx.Now.Add(ringAgain), a.Rev); err != nil {
		return fmt.Errorf("store: alert shown: %w", err)
	}
	return nil
}

// ShowAlertLater puts the drawing back in line.
func (tx *Tx) ShowAlertLater(ctx context.Context, id AlertID, after time.Duration) error {
	if _, err := tx.exec(ctx, `UPDATE alerts SET next_at = $2, lease_until = NULL WHERE id = $1`, id, tx.Now.Add(after)); err != nil {
		return fmt.Errorf("store: show alert later: %w", err)
	}
	return nil
}

// Alerts are the open ones and those of the last day, the newest first.
func (tx *Tx) Alerts(ctx context.Context) ([]AlertView, error) {
	a, err := rows[AlertView](ctx, tx, alertSelect+`WHERE (a.cleared_at IS NULL AND a.stays) OR greatest(a.last_at, a.cleared_at) > $1
		ORDER BY (a.cleared_at IS NULL) DESC, a.last_at DESC, a.id DESC LIMIT 100`, tx.Now.Add(-24*time.Hour))
	if err != nil {
		return nil, fmt.Errorf("store: alerts: %w", err)
	}
	return a, nil
}
