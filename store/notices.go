package store

import (
	"context"
	"fmt"
	"time"
)

// Notice is a one-off message to managers, or the toast that answers a press.
type Notice struct {
	ID         NoticeID
	TgChatID   *int64  // nil: wherever the managers are
	CallbackID *string // set: a toast
	Kind       string  // reply, ask, alert, toast
	HTML       string
	ReplyTo    *int64
	AskID      AskID
	ThreadID   int64        // the topic; 0: none, or that of About
	About      RestaurantID // in a forum it goes to the topic of this restaurant; Tell fills in the transaction's own
	Buttons    [][]NoticeButton
	Edits      *int64 // the message that it takes the place of
	CodeID     CodeID // its code is put in when it is sent
	Attempts   int
}

// NoticeButton is a button under a notice.
type NoticeButton struct{ Text, Data string }

// Tell enqueues a notice with the transaction's commit. dedup may be empty; the same one is told once.
func (tx *Tx) Tell(ctx context.Context, n Notice, dedup string) error {
	n.ID = NewID[noticeKind]()
	var key *string
	if dedup != "" {
		key = &dedup
	}
	if n.About.IsZero() {
		n.About = tx.Restaurant
	}
	told, err := tx.exec(ctx, `INSERT INTO notices (id, tg_chat_id, callback_id, kind, html, reply_to, ask_id, thread_id, about, buttons, edits, code_id, dedup, created_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14) ON CONFLICT (dedup) DO NOTHING`,
		n.ID, n.TgChatID, n.CallbackID, n.Kind, n.HTML, n.ReplyTo, n.AskID, n.ThreadID, n.About, n.Buttons, n.Edits, n.CodeID, key, tx.Now)
	if err != nil {
		return fmt.Errorf("store: tell: %w", err)
	}
	if told == 0 {
		return nil
	}
	return tx.Enqueue(ctx, SendNotice{Notice: n.ID})
}

// LeaseNotice takes a notice that is due. ErrLeaseLost when it is sent or somebody sends it.
func (tx *Tx) LeaseNotice(ctx context.Context, id NoticeID) (Notice, error) {
	n, err := rows[Notice](ctx, tx, `UPDATE notices SET lease_until = $2, attempts = attempts + 1 WHERE id = $1 AND sent_at IS NULL AND next_at <= $3
		AND (lease_until IS NULL OR lease_until < $3) RETURNING id, tg_chat_id, callback_id, kind, html, reply_to, ask_id, thread_id, about, coalesce(buttons, '[]') AS buttons, edits, code_id, attempts`, id, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return Notice{}, fmt.Errorf("store: lease notice: %w", err)
	}
	if len(n) == 0 {
		return Notice{}, ErrLeaseLost
	}
	return n[0], nil
}

// Told records that a notice is out; the message of a question is where its answer will refer to.
func (tx *Tx) Told(ctx context.Context, n Notice, tgChat, messageID int64) error {
	if _, err := tx.exec(ctx, `UPDATE notices SET sent_at = $2, message_id = $3, next_at = NULL WHERE id = $1`, n.ID, tx.Now, messageID); err != nil {
		return fmt.Errorf("store: told: %w", err)
	}
	if n.AskID.IsZero() {
		return nil
	}
	if _, err := tx.exec(ctx, `UPDATE asks SET message_id = $2, tg_chat_id = $3 WHERE id = $1`, n.AskID, messageID, tgChat); err != nil {
		return fmt.Errorf("store: told: %w", err)
	}
	return nil
}

// TellLater puts a notice back in line.
func (tx *Tx) TellLater(ctx context.Context, id NoticeID, at time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE notices SET next_at = $2, lease_until = NULL WHERE id = $1`, id, at); err != nil {
		return fmt.Errorf("store: tell later: %w", err)
	}
	return nil
}

// GiveUpNotice ends a notice that nobody can receive (a toast for an old press, a chat that threw the bot out).
func (tx *Tx) GiveUpNotice(ctx context.Context, id NoticeID) error {
	if _, err := tx.exec(ctx, `UPDATE notices SET next_at = NULL, lease_until = NULL WHERE id = $1`, id); err != nil {
		return fmt.Errorf("store: give up notice: %w", err)
	}
	return nil
}
