package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Topic is the place of one restaurant in a forum of the managers.
type Topic struct {
	TgChatID     int64
	RestaurantID RestaurantID
	ThreadID     int64  // 0: there is none yet
	Name         string // as Telegram has it
	Doubts       int    // calls in a row that may have made one without telling
	Ours         bool   `db:"-"` // the lease: whoever has it makes the topic
}

// RestaurantOfTopic is whose topic a message of managers stands in. ok is false for the general topic and for topics that
// people made for themselves.
func (tx *Tx) RestaurantOfTopic(ctx context.Context, tgChat, thread int64) (id RestaurantID, ok bool, err error) {
	if thread == 0 {
		return id, false, nil
	}
	id, err = value[RestaurantID](ctx, tx, `SELECT restaurant_id FROM topics WHERE tg_chat_id = $1 AND thread_id = $2`, tgChat, thread)
	if errors.Is(err, fault.NotFound) {
		return id, false, nil
	}
	if err != nil {
		return id, false, fmt.Errorf("store: restaurant of topic: %w", err)
	}
	return id, true, nil
}

const topicColumns = `tg_chat_id, restaurant_id, coalesce(thread_id, 0) AS thread_id, name, doubts`

// TopicOf is the topic of a restaurant in a forum; ok is false where there is none and nobody is making one.
func (tx *Tx) TopicOf(ctx context.Context, tgChat int64, r RestaurantID) (t Topic, ok bool, err error) {
	found, err := rows[Topic](ctx, tx, `SELECT `+topicColumns+` FROM topics WHERE tg_chat_id = $1 AND restaurant_id = $2`, tgChat, r)
	if err != nil {
		return t, false, fmt.Errorf("store: topic: %w", err)
	}
	if len(found) == 0 {
		return t, false, nil
	}
	return found[0], true, nil
}

// LeaseTopic takes the making of a topic that is not there yet: the row exists before the call, so that two workers never
// make two. Ours is false when the topic is there, somebody else makes it, or its time to try has not come.
func (tx *Tx) LeaseTopic(ctx context.Context, tgChat int64, r RestaurantID, name string) (Topic, error) {
	if _, err := tx.exec(ctx, `INSERT INTO topics (tg_chat_id, restaurant_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, tgChat, r); err != nil {
		return Topic{}, fmt.Errorf("store: lease topic: %w", err)
	}
	n, err := tx.exec(ctx, `UPDATE topics SET lease_until = $3, name = $4 WHERE tg_chat_id = $1 AND restaurant_id = $2 AND thread_id IS NULL
		AND (lease_until IS NULL OR lease_until < $5) AND (next_at IS NULL OR next_at <= $5)`, tgChat, r, tx.Now.Add(LeaseTime), name, tx.Now)
	if err != nil {
		return Topic{}, fmt.Errorf("store: lease topic: %w", err)
	}
	t, _, err := tx.TopicOf(ctx, tgChat, r)
	t.Ours = n > 0
	return t, err
}

// SaveTopic records the topic that Telegram has made. A restaurant that has got one meanwhile keeps it.
func (tx *Tx) SaveTopic(ctx context.Context, tgChat int64, r RestaurantID, thread int64) error {
	if _, err := tx.exec(ctx, `UPDATE topics SET thread_id = $3, doubts = 0, next_at = NULL, lease_until = NULL
		WHERE tg_chat_id = $1 AND restaurant_id = $2 AND thread_id IS NULL AND NOT EXISTS (SELECT FROM topics WHERE tg_chat_id = $1 AND thread_id = $3)`, tgChat, r, thread); err != nil {
		return fmt.Errorf("store: save topic: %w", err)
	}
	return nil
}

// TopicLater gives the making of a topic back. doubt says that it may have been made all the same.
func (tx *Tx) TopicLater(ctx context.Context, t Topic, doubt bool, at time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE topics SET lease_until = NULL, next_at = $3, doubts = doubts + $4::int WHERE tg_chat_id = $1 AND restaurant_id = $2 AND thread_id IS NULL`,
		t.TgChatID, t.RestaurantID, at, map[bool]int{true: 1}[doubt]); err != nil {
		return fmt.Errorf("store: topic later: %w", err)
	}
	return nil
}

// AdoptTopic takes a topic of ours that we hear of only afterwards: the call that made it was not answered. Its name tells
// whose it is, as long as only one is waited for under that name.
func (tx *Tx) AdoptTopic(ctx context.Context, tgChat, thread int64, name string) error {
	if _, err := tx.exec(ctx, `UPDATE topics SET thread_id = $2, doubts = 0, next_at = NULL, lease_until = NULL
		WHERE tg_chat_id = $1 AND thread_id IS NULL AND name = $3 AND (doubts > 0 OR lease_until IS NOT NULL)
		AND NOT EXISTS (SELECT FROM topics WHERE tg_chat_id = $1 AND thread_id = $2)
		AND (SELECT count(*) FROM topics WHERE tg_chat_id = $1 AND thread_id IS NULL AND name = $3 AND (doubts > 0 OR lease_until IS NOT NULL)) = 1`, tgChat, thread, name); err != nil {
		return fmt.Errorf("store: adopt topic: %w", err)
	}
	return nil
}

// RenamedTopic records what a topic is called now, or that we have tried.
func (tx *Tx) RenamedTopic(ctx context.Context, t Topic, name string) error {
	if _, err := tx.exec(ctx, `UPDATE topics SET name = $3 WHERE tg_chat_id = $1 AND restaurant_id = $2`, t.TgChatID, t.RestaurantID, name); err != nil {
		return fmt.Errorf("store: rename topic: %w", err)
	}
	return nil
}

// LoseTopic forgets a topic that people have deleted, with the cards in it. What of them still waits is posted again, once:
// whoever finds the topic gone second changes nothing.
func (tx *Tx) LoseTopic(ctx context.Context, tgChat, thread int64) error {
	n, err := tx.exec(ctx, `UPDATE topics SET thread_id = NULL, doubts = 0, next_at = NULL, lease_until = NULL WHERE tg_chat_id = $1 AND thread_id = $2`, tgChat, thread)
	if err != nil {
		return fmt.Errorf("store: lose topic: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.dropCards(ctx, `tg_chat_id = $1 AND thread_id = $2`, tgChat, thread)
}

// dropCards forgets copies, and has those of open approvals posted again.
func (tx *Tx) dropCards(ctx context.Context, where string, args ...any) error {
	type gone struct{ ApprovalID ApprovalID }
	lost, err := rows[gone](ctx, tx, `WITH lost AS (DELETE FROM cards WHERE `+where+` RETURNING approval_id)
		SELECT DISTINCT approval_id FROM lost JOIN approvals a ON a.id = approval_id WHERE a.state = 'pending' ORDER BY 1`, args...)
	if err != nil {
		return fmt.Errorf("store: drop cards: %w", err)
	}
	for _, g := range lost {
		if err := tx.TouchView(ctx, g.ApprovalID); err != nil {
			return err
		}
	}
	return nil
}

// RestaurantName is what a restaurant is called.
func (tx *Tx) RestaurantName(ctx context.Context, r RestaurantID) (string, error) {
	name, err := value[string](ctx, tx, `SELECT name FROM restaurants WHERE id = $1`, r)
	if err != nil {
		return "", fmt.Errorf("store: restaurant's name: %w", err)
	}
	return name, nil
}
