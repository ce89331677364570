package store

import (
	"context"
	"errors"
	"time"

	"marketa/internal/fault"
)

// PostView is everything that a post's card shows.
type PostView struct {
	Approval     PostApproval
	Version      PostVersion
	Post         Post
	Publications []Publication
	Restaurant   string
	Zone         string
	Rev          int64
	Connected    []string // the networks that the restaurant's account reaches; none: there is no account
}

// PostCard is one copy of it in Telegram.
type PostCard struct {
	ApprovalID PostApprovalID
	TgChatID   int64
	MessageID  int64
	WordsID    *int64 // the second message, where the caption is too long for the picture's
	ThreadID   int64
	ShownHash  []byte
}

// PostView reads it, by the desk.
func (tx *Tx) PostView(ctx context.Context, id PostApprovalID) (v PostView, err error) {
	if v.Approval, err = tx.PostApproval(ctx, id); err != nil {
		return v, err
	}
	if v.Version, err = tx.PostVersion(ctx, v.Approval.VersionID); err != nil {
		return v, err
	}
	if v.Post, err = tx.Post(ctx, v.Approval.PostID); err != nil {
		return v, err
	}
	if v.Publications, err = tx.PublicationsOf(ctx, v.Post.ID); err != nil {
		return v, err
	}
	type rest struct {
		Restaurant, Zone string
		Rev              int64
		Connected        []string
	}
	r, err := row[rest](ctx, tx, `SELECT r.name AS restaurant, r.zone, w.rev, coalesce((SELECT array_remove(ARRAY[CASE WHEN c.ig_id <> '' THEN 'instagram' END, CASE WHEN c.page_id <> '' THEN 'facebook' END], NULL)
			FROM connections c WHERE c.restaurant_id = r.id AND c.state = 'active' LIMIT 1), '{}') AS connected
		FROM post_views w JOIN restaurants r ON r.id = w.restaurant_id WHERE w.approval_id = $1`, id)
	v.Restaurant, v.Zone, v.Rev, v.Connected = r.Restaurant, r.Zone, r.Rev, r.Connected
	return v, wrapped("post view", err)
}

// LeasePostView takes the drawing of a post's cards. ErrLeaseLost when somebody draws already or nothing is due.
func (tx *Tx) LeasePostView(ctx context.Context, id PostApprovalID) (LeaseToken, error) {
	token := NewID[leaseKind]()
	n, err := tx.exec(ctx, `UPDATE post_views SET lease_token = $2, lease_until = $3 WHERE approval_id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)`,
		id, token, tx.Now.Add(LeaseTime), tx.Now)
	if err == nil && n == 0 {
		return token, ErrLeaseLost
	}
	return token, wrapped("lease post view", err)
}

// RenewPostView holds the drawing for another LeaseTime.
func (tx *Tx) RenewPostView(ctx context.Context, id PostApprovalID, token LeaseToken) error {
	n, err := tx.exec(ctx, `UPDATE post_views SET lease_until = $3 WHERE approval_id = $1 AND lease_token = $2`, id, token, tx.Now.Add(LeaseTime))
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("renew post view", err)
}

// PostDrawn records that all copies show rev. If the row has changed meanwhile, another drawing follows.
func (tx *Tx) PostDrawn(ctx context.Context, id PostApprovalID, token LeaseToken, rev int64) error {
	again, err := value[bool](ctx, tx, `UPDATE post_views SET shown = $3, failures = 0, lease_token = NULL, lease_until = NULL, next_at = CASE WHEN rev = $3 THEN NULL ELSE $4::timestamptz END
		WHERE approval_id = $1 AND lease_token = $2 RETURNING rev <> $3`, id, token, rev, tx.Now)
	if errors.Is(err, fault.NotFound) {
		return nil // another worker has it
	}
	if err != nil || !again {
		return wrapped("post drawn", err)
	}
	return tx.Enqueue(ctx, ShowPost{Approval: id})
}

// DrawPostLater gives the drawing back: for as long as Telegram wants, else twice as long after every failure in a row, from 3
// seconds to a minute.
func (tx *Tx) DrawPostLater(ctx context.Context, id PostApprovalID, token LeaseToken, after time.Duration) error {
	_, err := tx.exec(ctx, `UPDATE post_views SET lease_token = NULL, lease_until = NULL, failures = failures + 1,
		next_at = $3::timestamptz + CASE WHEN $4::interval > interval '0' THEN $4::interval ELSE least(interval '3 seconds' * power(2, least(failures, 5)), interval '1 minute') END
		WHERE approval_id = $1 AND lease_token = $2`, id, token, tx.Now, after)
	return wrapped("draw post later", err)
}

const postCardColumns = `approval_id, tg_chat_id, message_id, words_id, thread_id, shown_hash`

// PostCards are the copies that we know of.
func (tx *Tx) PostCards(ctx context.Context, id PostApprovalID) ([]PostCard, error) {
	c, err := rows[PostCard](ctx, tx, `SELECT `+postCardColumns+` FROM post_cards WHERE approval_id = $1 ORDER BY posted_at, message_id`, id)
	return c, wrapped("post cards", err)
}

// PostCardAt is the card behind a message in Telegram, its picture or its words.
func (tx *Tx) PostCardAt(ctx context.Context, tgChat, message int64) (PostCard, bool, error) {
	c, err := rows[PostCard](ctx, tx, `SELECT `+postCardColumns+` FROM post_cards WHERE tg_chat_id = $1 AND (message_id = $2 OR words_id = $2)`, tgChat, message)
	if err != nil || len(c) == 0 {
		return PostCard{}, false, wrapped("post card", err)
	}
	return c[0], true, nil
}

// SavePostCard records what a copy shows; also one whose sending was answered by silence and that a press has told us of.
func (tx *Tx) SavePostCard(ctx context.Context, c PostCard) error {
	_, err := tx.exec(ctx, `INSERT INTO post_cards (approval_id, tg_chat_id, message_id, words_id, thread_id, shown_hash, posted_at) VALUES ($1, $2, $3, $4, $5, coalesce($6::bytea, ''), $7)
		ON CONFLICT (tg_chat_id, message_id) DO UPDATE SET shown_hash = excluded.shown_hash, words_id = coalesce(excluded.words_id, post_cards.words_id)`,
		c.ApprovalID, c.TgChatID, c.MessageID, c.WordsID, c.ThreadID, c.ShownHash, tx.Now)
	return wrapped("save post card", err)
}

// DropPostCard forgets a copy that a person has deleted.
func (tx *Tx) DropPostCard(ctx context.Context, c PostCard) error {
	_, err := tx.exec(ctx, `DELETE FROM post_cards WHERE tg_chat_id = $1 AND message_id = $2`, c.TgChatID, c.MessageID)
	return wrapped("drop post card", err)
}
