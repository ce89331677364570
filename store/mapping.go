package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Moved is what became of moving a chat.
type Moved struct {
	ID         MoveID `db:"-"`
	Outcome    string // ok, same (it is there already), denied, gone
	Origin     RestaurantID
	OriginName string
	TargetName string
	Closed     bool // the lead that it left is empty and closed now
	Reopened   bool // the lead that it went to was closed for being empty
	Undone     bool // it went back to where it had come from
	Messages   int
	Retired    ApprovalID
	Woke       bool
}

// MoveChat brings a chat with its history under another restaurant, whole or not at all: see move_chat in 0007_mapping.sql.
// Its open card is superseded, and it gets a fresh turn there if anything waits for an answer.
func (tx *Tx) MoveChat(ctx context.Context, chat ChatID, to RestaurantID, telegramID int64) (Moved, error) {
	id := NewID[moveKind]()
	m, err := row[Moved](ctx, tx, `SELECT outcome, origin, coalesce(origin_name, '') AS origin_name, coalesce(target_name, '') AS target_name, closed, reopened, undone, messages, retired, woke
		FROM move_chat($1, $2, $3, $4, $5, $6)`, chat, to, telegramID, id, NewID[rowKind](), tx.Now)
	if err != nil {
		return m, fmt.Errorf("store: move chat: %w", err)
	}
	m.ID = id
	if m.Outcome != "ok" {
		return m, nil
	}
	if !m.Retired.IsZero() {
		if err := tx.Enqueue(ctx, ShowApproval{Approval: m.Retired}); err != nil {
			return m, err
		}
	}
	if m.Woke {
		err = tx.Enqueue(ctx, RunTurn{Restaurant: to, Chat: chat})
	}
	return m, err
}

// hasMoved says that a row was to hang below one that belongs to another restaurant now: its chat has moved meanwhile.
func hasMoved(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.Code == "23503"
}

// Confirmed is what became of confirming a chat's lead as a client.
type Confirmed struct {
	Outcome    string // ok, already, denied, gone
	Restaurant RestaurantID
	Name       string
}

// ConfirmClient says that a chat's own lead is a client.
func (tx *Tx) ConfirmClient(ctx context.Context, chat ChatID, telegramID int64) (Confirmed, error) {
	c, err := row[Confirmed](ctx, tx, `SELECT outcome, restaurant, coalesce(name, '') AS name FROM confirm_client($1, $2, $3)`, chat, telegramID, tx.Now)
	if err != nil {
		return c, fmt.Errorf("store: confirm client: %w", err)
	}
	return c, nil
}

// IgnoreChat ends all cards of a chat, or lets them come again; its messages are kept either way. What came while it was ignored
// is open again then. outcome: ok, already, denied, gone.
func (tx *Tx) IgnoreChat(ctx context.Context, chat ChatID, ignore bool, telegramID int64) (outcome string, err error) {
	type ignored struct {
		Outcome    string
		Retired    ApprovalID
		Woke       bool
		Restaurant RestaurantID
	}
	i, err := row[ignored](ctx, tx, `SELECT outcome, retired, woke, restaurant FROM ignore_chat($1, $2, $3, $4)`, chat, ignore, telegramID, tx.Now)
	if err != nil {
		return "", fmt.Errorf("store: ignore chat: %w", err)
	}
	if !i.Retired.IsZero() {
		err = tx.Enqueue(ctx, ShowApproval{Approval: i.Retired})
	}
	if err == nil && i.Woke {
		err = tx.Enqueue(ctx, RunTurn{Restaurant: i.Restaurant, Chat: chat})
	}
	return i.Outcome, err
}

// MakeRestaurant makes one by a manager's word. ok is false for somebody who may not.
func (tx *Tx) MakeRestaurant(ctx context.Context, name, zone string, telegramID int64) (id RestaurantID, ok bool, err error) {
	id = NewID[restaurantKind]()
	outcome, err := value[string](ctx, tx, `SELECT new_restaurant($1, $2, $3, $4, $5)`, id, name, zone, telegramID, tx.Now)
	if err != nil {
		return id, false, fmt.Errorf("store: make restaurant: %w", err)
	}
	return id, outcome == "ok", nil
}

// RenameRestaurant gives it another name; names need not be unique. outcome: ok, denied, gone.
func (tx *Tx) RenameRestaurant(ctx context.Context, id RestaurantID, name string, telegramID int64) (outcome string, err error) {
	return tx.changeRestaurant(ctx, id, "name", name, telegramID)
}

// RezoneRestaurant changes where its clock is. The caller has checked that the zone exists. outcome: ok, denied, gone.
func (tx *Tx) RezoneRestaurant(ctx context.Context, id RestaurantID, zone string, telegramID int64) (outcome string, err error) {
	return tx.changeRestaurant(ctx, id, "zone", zone, telegramID)
}

func (tx *Tx) changeRestaurant(ctx context.Context, id RestaurantID, what, to string, telegramID int64) (string, error) {
	outcome, err := value[string](ctx, tx, `SELECT change_restaurant($1, $2, $3, $4, $5)`, id, what, to, telegramID, tx.Now)
	if err != nil {
		return "", fmt.Errorf("store: change restaurant: %w", err)
	}
	return outcome, nil
}

// Move is one line of where a chat has been.
type Move struct {
	ID        MoveID
	ChatID    ChatID
	ChatTitle string
	From, To  RestaurantID
	FromName  string
	ToName    string
	By        string
	At        time.Time
}

const moveSelect = `SELECT m.id, m.chat_id, c.title AS chat_title, m.from_restaurant AS "from", m.to_restaurant AS "to", f.name AS from_name, t.name AS to_name, g.name AS by, m.at
	FROM moves m JOIN chats c ON c.id = m.chat_id JOIN restaurants f ON f.id = m.from_restaurant JOIN restaurants t ON t.id = m.to_restaurant JOIN managers g ON g.id = m.manager_id `

// Move reads one move.
func (tx *Tx) Move(ctx context.Context, id MoveID) (Move, error) {
	m, err := row[Move](ctx, tx, moveSelect+`WHERE m.id = $1`, id)
	if err != nil {
		return m, fmt.Errorf("store: move: %w", err)
	}
	return m, nil
}

// MovesOf are the last moves to and from a restaurant, the newest first.
func (tx *Tx) MovesOf(ctx context.Context, id RestaurantID, n int) ([]Move, error) {
	m, err := rows[Move](ctx, tx, moveSelect+`WHERE $1 IN (m.from_restaurant, m.to_restaurant) ORDER BY m.at DESC, m.id DESC LIMIT $2`, id, n)
	if err != nil {
		return nil, fmt.Errorf("store: moves: %w", err)
	}
	return m, nil
}
