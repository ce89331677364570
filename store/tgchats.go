package store

import (
	"context"
	"fmt"
	"time"
)

// TgChat is what we know of a chat in Telegram; nothing of one that we have not met.
type TgChat struct {
	TgChatID    int64
	Forum       bool       // it has topics
	LookedAt    *time.Time // when Telegram last told us
	BarredUntil *time.Time // no topics can be made there
	HeldUntil   *time.Time // Telegram wants to be left alone there
}

// Barred says that making a topic is not to be tried now.
func (c TgChat) Barred(now time.Time) bool { return c.BarredUntil != nil && c.BarredUntil.After(now) }

// TgChat reads what is known of a chat.
func (tx *Tx) TgChat(ctx context.Context, id int64) (TgChat, error) {
	c, err := rows[TgChat](ctx, tx, `SELECT tg_chat_id, forum, looked_at, barred_until, held_until FROM tg_chats WHERE tg_chat_id = $1`, id)
	if err != nil {
		return TgChat{}, fmt.Errorf("store: telegram chat: %w", err)
	}
	if len(c) == 0 {
		return TgChat{TgChatID: id}, nil
	}
	return c[0], nil
}

// SawForum notes whether a chat has topics. One that has got them may be tried again at once.
func (tx *Tx) SawForum(ctx context.Context, id int64, forum bool) error {
	if _, err := tx.exec(ctx, `INSERT INTO tg_chats (tg_chat_id, forum, looked_at) VALUES ($1, $2, $3)
		ON CONFLICT (tg_chat_id) DO UPDATE SET forum = excluded.forum, looked_at = excluded.looked_at,
			barred_until = CASE WHEN tg_chats.forum THEN tg_chats.barred_until END
		WHERE tg_chats.forum <> excluded.forum OR tg_chats.looked_at IS NULL`, id, forum, tx.Now); err != nil {
		return fmt.Errorf("store: saw forum: %w", err)
	}
	return nil
}

// BarTopics leaves a forum's topics alone until then: the bot may not make any. Zero lifts the bar.
func (tx *Tx) BarTopics(ctx context.Context, id int64, until time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE tg_chats SET barred_until = $2 WHERE tg_chat_id = $1`, id, nullTime(until)); err != nil {
		return fmt.Errorf("store: bar topics: %w", err)
	}
	return nil
}

func nullTime(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// TgChatNow is the chat that this one has become; itself, if it has not moved.
func (tx *Tx) TgChatNow(ctx context.Context, id int64) (int64, error) {
	now, err := value[int64](ctx, tx, `WITH RECURSIVE trail (id, n) AS (SELECT $1::bigint, 0 UNION ALL
		SELECT c.moved_to, n + 1 FROM trail JOIN tg_chats c ON c.tg_chat_id = trail.id WHERE c.moved_to IS NOT NULL AND n < 5)
		SELECT id FROM trail ORDER BY n DESC LIMIT 1`, id)
	if err != nil {
		return id, fmt.Errorf("store: telegram chat now: %w", err)
	}
	return now, nil
}

// MoveTgChat follows a group that has become a supergroup. The messages of the old one can no longer be reached under either
// id, so its cards are forgotten and what still waits is posted in the new one; notices that wait and open questions come
// along. fresh is false when that was done already.
func (tx *Tx) MoveTgChat(ctx context.Context, from, to int64) (fresh bool, err error) {
	n, err := tx.exec(ctx, `INSERT INTO tg_chats (tg_chat_id, moved_to) VALUES ($1, $2)
		ON CONFLICT (tg_chat_id) DO UPDATE SET moved_to = excluded.moved_to WHERE tg_chats.moved_to IS DISTINCT FROM excluded.moved_to`, from, to)
	if err != nil {
		return false, fmt.Errorf("store: move telegram chat: %w", err)
	}
	if n == 0 || from == to {
		return false, nil
	}
	for _, change := range []struct {
		sql  string
		args []any
	}{
		{`UPDATE notices SET tg_chat_id = $2, thread_id = 0, reply_to = NULL WHERE tg_chat_id = $1 AND sent_at IS NULL`, []any{from, to}},
		{`UPDATE asks a SET answered_at = $3 WHERE tg_chat_id = $1 AND answered_at IS NULL
			AND EXISTS (SELECT FROM asks b WHERE b.manager_id = a.manager_id AND b.tg_chat_id = $2 AND b.answered_at IS NULL)`, []any{from, to, tx.Now}},
		{`UPDATE asks SET tg_chat_id = $2, message_id = NULL WHERE tg_chat_id = $1 AND answered_at IS NULL`, []any{from, to}},
		{`DELETE FROM topics WHERE tg_chat_id = $1`, []any{from}},
	} {
		if _, err := tx.exec(ctx, change.sql, change.args...); err != nil {
			return false, fmt.Errorf("store: move telegram chat: %w", err)
		}
	}
	return true, tx.dropCards(ctx, `tg_chat_id = $1`, from)
}

// CloseTgChat forgets the copies in a chat that has thrown us out: what waits is shown elsewhere.
func (tx *Tx) CloseTgChat(ctx context.Context, id int64) error {
	return tx.dropCards(ctx, `tg_chat_id = $1`, id)
}
