package store

import (
	"context"
	"time"
)

// ClientWaiting is a chat in which the client's last words have no answer yet.
type ClientWaiting struct {
	Restaurant RestaurantID
	Name       string
	Who        string
	Since      time.Time // of the oldest of them
	Messages   int
	Card       bool   // a card waits for a decision
	Drafting   bool   // the bot is at work on it
	TakenBy    string // a manager writes there himself
}

// WhoWaits are the clients who wait for an answer, the longest first.
func (tx *Tx) WhoWaits(ctx context.Context, n int) ([]ClientWaiting, error) {
	w, err := rows[ClientWaiting](ctx, tx, `SELECT c.restaurant_id AS restaurant, r.name, c.title AS who, min(m.received_at) AS since, count(*)::int AS messages,
		EXISTS (SELECT FROM approvals a WHERE a.chat_id = c.id AND a.state = 'pending') AS card, c.busy_since IS NOT NULL AS drafting,
		coalesce((SELECT g.name FROM managers g WHERE g.id = c.taken_by AND c.taken_until > $2), '') AS taken_by
		FROM chats c JOIN restaurants r ON r.id = c.restaurant_id JOIN messages m ON m.chat_id = c.id AND m.author = 'client' AND m.seq > c.handled
			AND m.deleted_at IS NULL AND m.kind <> 'reaction'
		WHERE c.kind <> 'other' AND (c.kind = 'direct' OR c.busy_since IS NOT NULL OR EXISTS (SELECT FROM approvals a WHERE a.chat_id = c.id AND a.state = 'pending'))
		GROUP BY c.id, r.id ORDER BY 4 LIMIT $1`, n, tx.Now)
	return w, wrapped("who waits", err)
}

// RecentChat is a chat by when something was last said in it.
type RecentChat struct {
	Restaurant RestaurantID
	Name       string
	Stage      string
	Who        string
	Kind       string
	Theirs     *time.Time // the client's last message
	Ours       *time.Time // our last one, from here or from the phone
}

// RecentChats are the ones in which something was said last, the newest first.
func (tx *Tx) RecentChats(ctx context.Context, n int) ([]RecentChat, error) {
	c, err := rows[RecentChat](ctx, tx, `SELECT c.restaurant_id AS restaurant, r.name, r.stage, c.title AS who, c.kind, t.theirs, t.ours
		FROM chats c JOIN restaurants r ON r.id = c.restaurant_id CROSS JOIN LATERAL (SELECT max(sent_at) FILTER (WHERE author = 'client') AS theirs,
			max(sent_at) FILTER (WHERE author <> 'client') AS ours FROM messages m WHERE m.chat_id = c.id AND m.deleted_at IS NULL AND m.kind <> 'reaction') t
		WHERE c.kind <> 'other' ORDER BY greatest(t.theirs, t.ours) DESC NULLS LAST, c.id LIMIT $1`, n)
	return c, wrapped("recent chats", err)
}

// DeskPace is how the desk keeps up.
type DeskPace struct {
	Open     int            // cards that wait
	Oldest   *time.Time     // when the oldest of them came
	Decided  int            // cards decided since
	Typical  *time.Duration // from card to decision: half of them were faster
	Slowest  *time.Duration
	Restless int // of the decided, how many took longer than an hour
}

// DeskPace reads it, with the decisions since then.
func (tx *Tx) DeskPace(ctx context.Context, since time.Time) (DeskPace, error) {
	p, err := row[DeskPace](ctx, tx, `SELECT (SELECT count(*) FROM approvals WHERE state = 'pending')::int AS open, (SELECT min(created_at) FROM approvals WHERE state = 'pending') AS oldest,
		count(*)::int AS decided, percentile_disc(0.5) WITHIN GROUP (ORDER BY decided_at - created_at) AS typical, max(decided_at - created_at) AS slowest,
		count(*) FILTER (WHERE decided_at - created_at > interval '1 hour')::int AS restless
		FROM approvals WHERE decided_at >= $1 AND decided_at > created_at`, since)
	return p, wrapped("pace", err)
}

// StageEvent is a step in the restaurant's life.
type StageEvent struct {
	Event     string
	FromStage string
	ToStage   string
	Cause     string
	At        time.Time
}

// StageEvents are the last ones of the transaction's restaurant, newest first.
func (tx *Tx) StageEvents(ctx context.Context, n int) ([]StageEvent, error) {
	e, err := rows[StageEvent](ctx, tx, `SELECT event, from_stage, to_stage, cause, at FROM stage_events WHERE restaurant_id = $1 ORDER BY at DESC, id DESC LIMIT $2`, tx.Restaurant, n)
	return e, wrapped("stage events", err)
}

// OwnChat is a chat of the transaction's restaurant with what matters about it at a glance.
type OwnChat struct {
	ID      ChatID
	Title   string
	Kind    string
	Channel Channel
	Theirs  *time.Time
	Ours    *time.Time
	Waiting bool // a card of it waits
}

// OwnChats are those of the transaction's restaurant.
func (tx *Tx) OwnChats(ctx context.Context) ([]OwnChat, error) {
	c, err := rows[OwnChat](ctx, tx, `SELECT c.id, c.title, c.kind, c.channel, t.theirs, t.ours, EXISTS (SELECT FROM approvals a WHERE a.chat_id = c.id AND a.state = 'pending') AS waiting
		FROM chats c CROSS JOIN LATERAL (SELECT max(sent_at) FILTER (WHERE author = 'client') AS theirs, max(sent_at) FILTER (WHERE author <> 'client') AS ours
			FROM messages m WHERE m.chat_id = c.id AND m.deleted_at IS NULL AND m.kind <> 'reaction') t
		WHERE c.restaurant_id = $1 AND c.kind <> 'other' ORDER BY c.created_at`, tx.Restaurant)
	return c, wrapped("own chats", err)
}
