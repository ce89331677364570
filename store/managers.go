package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Manager is a person of the agency.
type Manager struct {
	ID         ManagerID
	TelegramID int64
	Name       string
	Role       string // owner, manager, viewer
	Active     bool
	AwayUntil  *time.Time
	DeputyID   ManagerID // who gets his cards while he is away; zero: all others
}

const managerColumns = `id, telegram_id, name, role, active, away_until, deputy_id`

// Decides says whether this person may decide about drafts.
func (m Manager) Decides() bool { return m.Active && (m.Role == "owner" || m.Role == "manager") }

// Away says whether he is absent now.
func (m Manager) Away(now time.Time) bool { return m.AwayUntil != nil && m.AwayUntil.After(now) }

// ManagerBy finds an active manager and keeps his name as Telegram gives it. ok is false for a stranger.
func (tx *Tx) ManagerBy(ctx context.Context, telegramID int64, name string) (m Manager, ok bool, err error) {
	m, err = row[Manager](ctx, tx, `SELECT `+managerColumns+` FROM managers WHERE telegram_id = $1 AND active`, telegramID)
	if errors.Is(err, fault.NotFound) {
		return m, false, nil
	}
	if err != nil {
		return m, false, fmt.Errorf("store: manager: %w", err)
	}
	if name != "" && name != m.Name {
		m.Name = name
		if _, err := tx.exec(ctx, `UPDATE managers SET name = $2 WHERE id = $1`, m.ID, name); err != nil {
			return m, false, fmt.Errorf("store: manager's name: %w", err)
		}
	}
	return m, true, nil
}

// Managers are the active ones.
func (tx *Tx) Managers(ctx context.Context) ([]Manager, error) {
	m, err := rows[Manager](ctx, tx, `SELECT `+managerColumns+` FROM managers WHERE active ORDER BY created_at, id`)
	if err != nil {
		return nil, fmt.Errorf("store: managers: %w", err)
	}
	return m, nil
}

// Note writes an audit row.
func (tx *Tx) Note(ctx context.Context, actor, action, object string) error {
	if _, err := tx.exec(ctx, `INSERT INTO audit (restaurant_id, actor, action, object, at) VALUES ($1, $2, $3, $4, $5)`,
		tx.Restaurant, actor, action, object, tx.Now); err != nil {
		return fmt.Errorf("store: audit: %w", err)
	}
	return nil
}

// Ask is an open question to one manager: the new text of a draft, the hint of a redo, or something about what its subject
// names.
type Ask struct {
	ID         AskID
	ManagerID  ManagerID
	TgChatID   int64
	ApprovalID ApprovalID // of an edit and a redo
	Kind       string     // edit, redo, name, zone, belongs, away, post
	Subject    Subject
	MessageID  *int64
	AskedAt    time.Time
}

// Subject is what a question is about that is not about a card.
type Subject struct {
	Restaurant RestaurantID   `json:"restaurant,omitzero"`
	Chat       ChatID         `json:"chat,omitzero"`
	Post       PostApprovalID `json:"post,omitzero"`
	Text       string         `json:"text,omitempty"` // key and language of a fixed text
}

const askColumns = `id, manager_id, tg_chat_id, approval_id, kind, subject, message_id, asked_at`

// OpenAsk puts a question to a manager; his older one in the same chat lapses.
func (tx *Tx) OpenAsk(ctx context.Context, a Ask) (AskID, error) {
	// One at a time: a double tap asks twice at the same moment.
	if _, err := tx.exec(ctx, `SELECT FROM managers WHERE id = $1 FOR NO KEY UPDATE`, a.ManagerID); err != nil {
		return AskID{}, fmt.Errorf("store: open ask: %w", err)
	}
	if _, err := tx.exec(ctx, `UPDATE asks SET answered_at = $3 WHERE manager_id = $1 AND tg_chat_id = $2 AND answered_at IS NULL`, a.ManagerID, a.TgChatID, tx.Now); err != nil {
		return AskID{}, fmt.Errorf("store: open ask: %w", err)
	}
	id := NewID[askKind]()
	if _, err := tx.exec(ctx, `INSERT INTO asks (id, manager_id, tg_chat_id, approval_id, kind, subject, message_id, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id, a.ManagerID, a.TgChatID, a.ApprovalID, a.Kind, a.Subject, a.MessageID, tx.Now); err != nil {
		return id, fmt.Errorf("store: open ask: %w", err)
	}
	return id, nil
}

// OpenAskOf is the question that this manager has not answered yet in this chat.
func (tx *Tx) OpenAskOf(ctx context.Context, m ManagerID, tgChat int64) (Ask, bool, error) {
	return tx.ask(ctx, `manager_id = $1 AND tg_chat_id = $2 AND answered_at IS NULL`, m, tgChat)
}

// AskAt is the question behind a message, answered or not.
func (tx *Tx) AskAt(ctx context.Context, tgChat, messageID int64) (Ask, bool, error) {
	return tx.ask(ctx, `tg_chat_id = $1 AND message_id = $2`, tgChat, messageID)
}

func (tx *Tx) ask(ctx context.Context, where string, args ...any) (Ask, bool, error) {
	a, err := rows[Ask](ctx, tx, `SELECT `+askColumns+` FROM asks WHERE `+where+` ORDER BY asked_at DESC, id DESC LIMIT 1`, args...)
	if err != nil {
		return Ask{}, false, fmt.Errorf("store: ask: %w", err)
	}
	if len(a) == 0 {
		return Ask{}, false, nil
	}
	return a[0], true, nil
}

// CloseAsk ends a question.
func (tx *Tx) CloseAsk(ctx context.Context, id AskID) error {
	if _, err := tx.exec(ctx, `UPDATE asks SET answered_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
		return fmt.Errorf("store: close ask: %w", err)
	}
	return nil
}
