package store

import (
	"context"
	"fmt"
	"time"
)

// ChannelState is what we know of one of our numbers.
type ChannelState struct {
	Channel    Channel
	FirstAt    time.Time // when we first took care of it
	ImportedAt *time.Time
	Link       string // the vendor's word for its link
	Trouble    string // plain words; empty: it can send, as far as we know
	Since      *time.Time
	Misses     int
	PausedAt   *time.Time
}

const channelColumns = `channel, first_at, imported_at, link, trouble, since, misses, paused_at`

// ChannelState reads one; a number that nobody has taken care of yet is an error.
func (db *DB) ChannelState(ctx context.Context, channel Channel) (c ChannelState, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		c, err = row[ChannelState](ctx, tx, `SELECT `+channelColumns+` FROM channels WHERE channel = $1`, channel)
		return err
	})
	if err != nil {
		return c, fmt.Errorf("store: channel: %w", err)
	}
	return c, nil
}

// ChannelStates are all numbers that were ever taken care of.
func (tx *Tx) ChannelStates(ctx context.Context) ([]ChannelState, error) {
	c, err := rows[ChannelState](ctx, tx, `SELECT `+channelColumns+` FROM channels ORDER BY channel`)
	if err != nil {
		return nil, fmt.Errorf("store: channels: %w", err)
	}
	return c, nil
}

// SetLink writes down whether a number can send: trouble empty says that it can. What waited for it goes on, and what was
// missed meanwhile is looked for. It reports whether that is news.
func (tx *Tx) SetLink(ctx context.Context, channel Channel, link, trouble string) (news bool, err error) {
	if _, err := tx.exec(ctx, `INSERT INTO channels (channel, first_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, channel, tx.Now); err != nil {
		return false, fmt.Errorf("store: set link: %w", err)
	}
	before, err := row[ChannelState](ctx, tx, `SELECT `+channelColumns+` FROM channels WHERE channel = $1 FOR UPDATE`, channel)
	if err != nil {
		return false, fmt.Errorf("store: set link: %w", err)
	}
	news = (before.Trouble == "") != (trouble == "")
	if _, err := tx.exec(ctx, `UPDATE channels SET link = $2, trouble = $3, misses = 0, since = CASE WHEN $4 THEN $5 ELSE since END WHERE channel = $1`,
		channel, link, trouble, news, tx.Now); err != nil {
		return false, fmt.Errorf("store: set link: %w", err)
	}
	if trouble != "" || !news && before.Misses == 0 {
		return news, nil
	}
	if _, err := tx.exec(ctx, `UPDATE deliveries x SET next_at = $2 FROM chats c WHERE c.id = x.chat_id AND coalesce(x.channel, c.channel) = $1 AND x.state = 'pending' AND x.next_at > $2`, channel, tx.Now); err != nil {
		return news, fmt.Errorf("store: set link: %w", err)
	}
	return news, tx.Hasten(ctx, channel, ChoreHistory)
}

// MissedProbe counts a question after a number's health that nobody answered.
func (db *DB) MissedProbe(ctx context.Context, channel Channel) (misses int, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		misses, err = value[int](ctx, tx, `INSERT INTO channels AS c (channel, first_at, misses) VALUES ($1, $2, 1) ON CONFLICT (channel) DO UPDATE SET misses = c.misses + 1 RETURNING misses`, channel, tx.Now)
		return err
	})
	return misses, err
}

// PauseChannel throws a number's kill switch, or takes it back; ok is false when there is no such number.
func (tx *Tx) PauseChannel(ctx context.Context, channel Channel, pause bool) (ok bool, err error) {
	n, err := tx.exec(ctx, `UPDATE channels SET paused_at = CASE WHEN $2 THEN coalesce(paused_at, $3::timestamptz) END WHERE channel = $1`, channel, pause, tx.Now)
	if err != nil || n == 0 {
		return false, err
	}
	if !pause {
		_, err = tx.exec(ctx, `UPDATE deliveries x SET next_at = $2 FROM chats c WHERE c.id = x.chat_id AND coalesce(x.channel, c.channel) = $1 AND x.state = 'pending' AND x.next_at > $2`, channel, tx.Now)
	}
	return true, err
}
