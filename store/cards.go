package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Card is one copy of an approval's view in Telegram.
type Card struct {
	ApprovalID ApprovalID
	TgChatID   int64
	MessageID  int64
	ShownHash  []byte
	PostedAt   time.Time
	ThreadID   int64     // the topic that it stands in; 0: none
	SeenAt     time.Time // when Telegram last confirmed that it is there
}

const cardColumns = `approval_id, tg_chat_id, message_id, shown_hash, posted_at, thread_id, coalesce(seen_at, posted_at) AS seen_at`

// LeaseView takes the drawing of an approval's cards. ErrLeaseLost when somebody draws already or nothing is due.
func (tx *Tx) LeaseView(ctx context.Context, id ApprovalID) (LeaseToken, error) {
	token := NewID[leaseKind]()
	n, err := tx.exec(ctx, `UPDATE views SET lease_token = $2, lease_until = $3 WHERE approval_id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)`,
		id, token, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return token, fmt.Errorf("store: lease view: %w", err)
	}
	if n == 0 {
		return token, ErrLeaseLost
	}
	return token, nil
}

// RenewView holds the drawing for another LeaseTime.
func (tx *Tx) RenewView(ctx context.Context, id ApprovalID, token LeaseToken) error {
	n, err := tx.exec(ctx, `UPDATE views SET lease_until = $3 WHERE approval_id = $1 AND lease_token = $2`, id, token, tx.Now.Add(LeaseTime))
	if err != nil {
		return fmt.Errorf("store: renew view: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Drawn records that all copies show rev. If the row has changed meanwhile, another drawing follows.
func (tx *Tx) Drawn(ctx context.Context, id ApprovalID, token LeaseToken, rev int64) error {
	again, err := value[bool](ctx, tx, `UPDATE views SET shown = $3, failures = 0, lease_token = NULL, lease_until = NULL, looked_at = $4,
		next_at = CASE WHEN rev = $3 THEN least(remind_at, CASE WHEN held_until > $4 THEN held_until END) ELSE $4 END WHERE approval_id = $1 AND lease_token = $2 RETURNING rev <> $3`, id, token, rev, tx.Now)
	if errors.Is(err, fault.NotFound) {
		return nil // another worker has it
	}
	if err != nil {
		return fmt.Errorf("store: drawn: %w", err)
	}
	if again {
		return tx.Enqueue(ctx, ShowApproval{Approval: id})
	}
	return nil
}

// DrawLater gives the drawing back: for as long as Telegram wants, else (after zero) twice as long after every failure in a
// row, from 3 seconds to a minute.
func (tx *Tx) DrawLater(ctx context.Context, id ApprovalID, token LeaseToken, after time.Duration) error {
	if _, err := tx.exec(ctx, `UPDATE views SET lease_token = NULL, lease_until = NULL, failures = failures + 1,
		next_at = $3::timestamptz + CASE WHEN $4::interval > interval '0' THEN $4::interval ELSE least(interval '3 seconds' * power(2, least(failures, 5)), interval '1 minute') END
		WHERE approval_id = $1 AND lease_token = $2`, id, token, tx.Now, after); err != nil {
		return fmt.Errorf("store: draw later: %w", err)
	}
	return nil
}

// ReminderDue says whether a card that was put away is to be brought back, and forgets the reminder.
func (tx *Tx) ReminderDue(ctx context.Context, id ApprovalID) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE views SET remind_at = NULL WHERE approval_id = $1 AND remind_at <= $2`, id, tx.Now)
	if err != nil {
		return false, fmt.Errorf("store: reminder: %w", err)
	}
	return n > 0, nil
}

// RemindedAt is until when a card was put away.
func (tx *Tx) RemindedAt(ctx context.Context, id ApprovalID) (*time.Time, error) {
	at, err := value[*time.Time](ctx, tx, `SELECT remind_at FROM views WHERE approval_id = $1`, id)
	if err != nil {
		return nil, fmt.Errorf("store: reminder: %w", err)
	}
	return at, nil
}

// Cards are the copies that we know of.
func (tx *Tx) Cards(ctx context.Context, id ApprovalID) ([]Card, error) {
	c, err := rows[Card](ctx, tx, `SELECT `+cardColumns+` FROM cards WHERE approval_id = $1 ORDER BY posted_at, message_id`, id)
	if err != nil {
		return nil, fmt.Errorf("store: cards: %w", err)
	}
	return c, nil
}

// CardAt is the card behind a message in Telegram.
func (tx *Tx) CardAt(ctx context.Context, tgChat, messageID int64) (Card, bool, error) {
	c, err := rows[Card](ctx, tx, `SELECT `+cardColumns+` FROM cards WHERE tg_chat_id = $1 AND message_id = $2`, tgChat, messageID)
	if err != nil {
		return Card{}, false, fmt.Errorf("store: card: %w", err)
	}
	if len(c) == 0 {
		return Card{}, false, nil
	}
	return c[0], true, nil
}

// SaveCard records what a copy shows; also one whose sending was answered by silence and that a press has told us of.
func (tx *Tx) SaveCard(ctx context.Context, c Card) error {
	// The chat before the approval, as in decide: this may be the transaction of a press, and others press at the same time.
	if _, err := tx.exec(ctx, `SELECT FROM chats WHERE id = (SELECT chat_id FROM approvals WHERE id = $1) FOR UPDATE`, c.ApprovalID); err != nil {
		return fmt.Errorf("store: save card: %w", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO cards (approval_id, tg_chat_id, message_id, shown_hash, posted_at, seen_at, thread_id) VALUES ($1, $2, $3, coalesce($4::bytea, ''), $5, $5, $6)
		ON CONFLICT (tg_chat_id, message_id) DO UPDATE SET shown_hash = excluded.shown_hash, seen_at = excluded.seen_at`, c.ApprovalID, c.TgChatID, c.MessageID, c.ShownHash, tx.Now, c.ThreadID); err != nil {
		return fmt.Errorf("store: save card: %w", err)
	}
	return nil
}

// DropCard forgets a copy that a person has deleted.
func (tx *Tx) DropCard(ctx context.Context, c Card) error {
	if _, err := tx.exec(ctx, `DELETE FROM cards WHERE tg_chat_id = $1 AND message_id = $2`, c.TgChatID, c.MessageID); err != nil {
		return fmt.Errorf("store: drop card: %w", err)
	}
	return nil
}
