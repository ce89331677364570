package store

import (
	"context"
	"fmt"
	"html"
	"time"
)

// HoldFor is how long the one who writes an answer has the card to himself.
const HoldFor = 5 * time.Minute

// Held says that somebody other than m is writing the answer to this card.
func (v View) Held(m ManagerID) bool { return v.HeldUntil != nil && v.HeldBy != m }

// HoldView gives a card to the one who begins to write its answer, unless another one has it; anyway takes it from that one.
// Every copy shows it, until HoldFor is over.
func (tx *Tx) HoldView(ctx context.Context, id ApprovalID, m ManagerID, anyway bool) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE views v SET held_by = $2, held_until = $3, rev = rev + 1, next_at = $4 FROM approvals a WHERE v.approval_id = $1 AND a.id = v.approval_id
		AND a.state = 'pending' AND (v.held_by IS NULL OR v.held_by = $2 OR v.held_until IS NULL OR v.held_until <= $4 OR $5)`, id, m, tx.Now.Add(HoldFor), tx.Now, anyway)
	if err != nil {
		return false, fmt.Errorf("store: hold view: %w", err)
	}
	if n == 0 {
		return false, nil
	}
	return true, tx.Enqueue(ctx, ShowApproval{Approval: id})
}

// LetGo ends a hold before its time.
func (tx *Tx) LetGo(ctx context.Context, id ApprovalID, m ManagerID) error {
	if _, err := tx.exec(ctx, `UPDATE views SET held_until = NULL, rev = rev + 1, next_at = $3 WHERE approval_id = $1 AND held_by = $2 AND held_until > $3`, id, m, tx.Now); err != nil {
		return fmt.Errorf("store: let go: %w", err)
	}
	return nil
}

// BrokenInto is who was writing the answer to an approval when the client wrote again; ok is false when nobody was.
func (tx *Tx) BrokenInto(ctx context.Context, id ApprovalID) (m Manager, chat int64, ok bool, err error) {
	type open struct {
		ID         ManagerID
		TelegramID int64
		Name       string
		TgChatID   int64
	}
	found, err := rows[open](ctx, tx, `SELECT m.id, m.telegram_id, m.name, k.tg_chat_id FROM views v JOIN approvals a ON a.id = v.approval_id JOIN managers m ON m.id = v.held_by
		JOIN asks k ON k.approval_id = a.id AND k.manager_id = m.id AND k.answered_at IS NULL
		WHERE v.approval_id = $1 AND a.state = 'superseded' AND v.held_until > $2 AND m.active ORDER BY k.asked_at DESC LIMIT 1`, id, tx.Now)
	if err != nil {
		return m, 0, false, fmt.Errorf("store: broken into: %w", err)
	}
	if len(found) == 0 {
		return m, 0, false, nil
	}
	return Manager{ID: found[0].ID, TelegramID: found[0].TelegramID, Name: found[0].Name, Active: true}, found[0].TgChatID, true, nil
}

// ended is a take-over whose time is up.
type ended struct {
	Chat       ChatID
	Restaurant RestaurantID
	Title      string
	Name       string // of the manager
	TakenUntil time.Time
}

func (e ended) words() string {
	return fmt.Sprintf("🙋 <b>%s</b>: the take-over by %s has ended by itself. Marketa drafts the next answers again; what is still open there keeps its card.",
		html.EscapeString(e.Title), html.EscapeString(e.Name))
}

// endTakeOvers finds the take-overs whose time is up and that nobody has been told about, marks them told, and has their
// cards redrawn.
func (tx *Tx) endTakeOvers(ctx context.Context) ([]ended, error) {
	over, err := rows[ended](ctx, tx, `UPDATE chats c SET take_over_told = c.taken_until FROM managers m, restaurants r WHERE m.id = c.taken_by AND r.id = c.restaurant_id
		AND c.id IN (SELECT id FROM chats WHERE taken_by IS NOT NULL AND taken_until <= $1 AND take_over_told IS DISTINCT FROM taken_until ORDER BY taken_until LIMIT $2 FOR UPDATE SKIP LOCKED)
		RETURNING c.id AS chat, c.restaurant_id AS restaurant, coalesce(nullif(c.title, ''), r.name) AS title, m.name, c.taken_until`, tx.Now, sweepLimit)
	if err != nil {
		return nil, fmt.Errorf("store: end take-overs: %w", err)
	}
	for _, e := range over {
		type card struct{ ID ApprovalID }
		shown, err := rows[card](ctx, tx, `SELECT a.id FROM approvals a JOIN chats c ON c.id = a.chat_id WHERE a.chat_id = $1 AND a.state IN ('taken_over', 'edited')
			AND a.decided_by = c.taken_by AND a.decided_at > $2 AND EXISTS (SELECT FROM cards k WHERE k.approval_id = a.id) ORDER BY a.decided_at DESC LIMIT 5`, e.Chat, tx.Now.Add(-24*time.Hour))
		if err != nil {
			return nil, fmt.Errorf("store: end take-overs: %w", err)
		}
		for _, c := range shown {
			if err := tx.TouchView(ctx, c.ID); err != nil {
				return nil, err
			}
		}
	}
	return over, nil
}
