package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
)

// Confirm is an effect that a manager has asked for and that waits for a tap.
type Confirm struct {
	ID          ConfirmID
	Turn        DeskTurnID
	Restaurant  RestaurantID
	Kind        string
	Payload     json.RawMessage
	Show        string
	Notes       []string
	State       string // pending, done, refused, cancelled, expired
	Outcome     string
	DecidedName string
	DecidedAt   *time.Time
}

// ConfirmLife is how long a confirm card can be tapped.
const ConfirmLife = 24 * time.Hour

const confirmColumns = `c.id, c.turn_id AS turn, c.restaurant_id AS restaurant, c.kind, c.payload, c.show, c.notes, c.state, c.outcome, coalesce(m.name, '') AS decided_name, c.decided_at
	FROM confirms c LEFT JOIN managers m ON m.id = c.decided_by`

// Confirms are a turn's, in the order in which they were asked for.
func (tx *Tx) Confirms(ctx context.Context, t DeskTurnID) ([]Confirm, error) {
	c, err := rows[Confirm](ctx, tx, `SELECT `+confirmColumns+` WHERE c.turn_id = $1 ORDER BY c.id`, t)
	return c, wrapped("confirms", err)
}

// holdConfirm keeps an effect until somebody taps.
func (tx *Tx) holdConfirm(ctx context.Context, t DeskTurn, c Confirm) error {
	notes, err := json.Marshal(append([]string{}, c.Notes...))
	if err != nil {
		return wrapped("hold confirm", err)
	}
	_, err = tx.exec(ctx, `INSERT INTO confirms (id, turn_id, manager_id, restaurant_id, kind, payload, show, notes, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		NewID[confirmKind](), t.ID, t.Manager, c.Restaurant, c.Kind, c.Payload, c.Show, notes, tx.Now, tx.Now.Add(ConfirmLife))
	return wrapped("hold confirm", err)
}

// Effect carries out a confirmed change for one restaurant, in the transaction of the tap. A refusal in words (fault.Conflict)
// is shown; any other error undoes the tap.
type Effect func(ctx context.Context, tx *Tx, c Confirm) error

// LockConfirm reads a confirm card and holds it until the transaction ends: of two taps the second sees what the first did.
func (tx *Tx) LockConfirm(ctx context.Context, id ConfirmID) (Confirm, bool, error) {
	if _, err := tx.exec(ctx, `SELECT FROM confirms WHERE id = $1 FOR UPDATE`, id); err != nil {
		return Confirm{}, false, wrapped("confirm", err)
	}
	c, err := row[Confirm](ctx, tx, `SELECT `+confirmColumns+` WHERE c.id = $1`, id)
	if errors.Is(err, fault.NotFound) {
		return c, false, nil
	}
	return c, err == nil, wrapped("confirm", err)
}

// SettleConfirm ends a pending confirm: done, refused or cancelled. It reports false when it was not pending any more.
func (tx *Tx) SettleConfirm(ctx context.Context, c Confirm, m Manager, state, outcome string) (bool, error) {
	n, err := tx.exec(ctx, `UPDATE confirms SET state = $2, outcome = $3, next_at = NULL, decided_by = $4, decided_at = $5 WHERE id = $1 AND state = 'pending'
		AND (next_at > $5 OR $2 <> 'done') AND EXISTS (SELECT FROM managers WHERE id = $4 AND active AND role IN ('owner', 'manager'))`, c.ID, state, outcome, m.ID, tx.Now)
	if err != nil || n == 0 {
		return false, wrapped("settle confirm", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO audit (restaurant_id, actor, action, object, detail, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		c.Restaurant, "manager:"+m.ID.String(), "confirm."+state, c.ID.String(), mustJSON(map[string]string{"kind": c.Kind, "show": c.Show}), tx.Now); err != nil {
		return false, wrapped("settle confirm", err)
	}
	return true, tx.TouchDesk(ctx, c.Turn)
}

func mustJSON(v map[string]string) json.RawMessage {
	b, _ := json.Marshal(v) // strings
	return b
}

// sweepConfirms lets those lapse that nobody has tapped in time.
func sweepConfirms(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
	return collect[ShowDesk](ctx, tx, `WITH lapsed AS (UPDATE confirms SET state = 'expired', next_at = NULL WHERE id IN (SELECT id FROM confirms WHERE next_at <= $1
			ORDER BY next_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING turn_id)
		UPDATE desk_posts SET rev = rev + 1, next_at = $1 WHERE turn_id IN (SELECT turn_id FROM lapsed) RETURNING turn_id AS turn`, tx.Now, sweepLimit)
}

// Reminder is what a manager wants to be told at a time.
type Reminder struct {
	ID         ReminderID
	Turn       DeskTurnID
	Manager    ManagerID
	Restaurant RestaurantID // zero: about nobody in particular
	Words      string
	Zone       string
	DueAt      time.Time
	State      string // set, told, undone
}

const reminderColumns = `id, turn_id AS turn, manager_id AS manager, restaurant_id AS restaurant, words, zone, due_at, state`

// Reminders are a turn's.
func (tx *Tx) Reminders(ctx context.Context, t DeskTurnID) ([]Reminder, error) {
	r, err := rows[Reminder](ctx, tx, `SELECT `+reminderColumns+` FROM reminders WHERE turn_id = $1 ORDER BY id`, t)
	return r, wrapped("reminders", err)
}

func (tx *Tx) setReminder(ctx context.Context, t DeskTurn, r Reminder) error {
	_, err := tx.exec(ctx, `INSERT INTO reminders (id, turn_id, manager_id, restaurant_id, words, zone, due_at, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)`,
		NewID[reminderKind](), t.ID, t.Manager, r.Restaurant, r.Words, r.Zone, r.DueAt, tx.Now)
	return wrapped("set reminder", err)
}

// UndoReminder takes a reminder back, if it has not been told yet.
func (tx *Tx) UndoReminder(ctx context.Context, id ReminderID) (Reminder, bool, error) {
	r, err := rows[Reminder](ctx, tx, `UPDATE reminders SET state = 'undone', next_at = NULL WHERE id = $1 AND state = 'set' RETURNING `+reminderColumns, id)
	if err != nil || len(r) == 0 {
		return Reminder{}, false, wrapped("undo reminder", err)
	}
	return r[0], true, tx.TouchDesk(ctx, r[0].Turn)
}

// DueReminder takes a reminder whose time has come; telling it belongs in the same transaction.
func (tx *Tx) DueReminder(ctx context.Context, id ReminderID) (r Reminder, t DeskTurn, ok bool, err error) {
	found, err := rows[Reminder](ctx, tx, `UPDATE reminders SET state = 'told', next_at = NULL WHERE id = $1 AND state = 'set' AND next_at <= $2 RETURNING `+reminderColumns, id, tx.Now)
	if err != nil || len(found) == 0 {
		return r, t, false, wrapped("due reminder", err)
	}
	r = found[0]
	if t, err = tx.DeskTurn(ctx, r.Turn); err != nil {
		return r, t, false, err
	}
	return r, t, true, tx.TouchDesk(ctx, r.Turn)
}

// ReminderOf says whose a reminder is.
func (tx *Tx) ReminderOf(ctx context.Context, id ReminderID) (Reminder, bool, error) {
	r, err := rows[Reminder](ctx, tx, `SELECT `+reminderColumns+` FROM reminders WHERE id = $1`, id)
	if err != nil || len(r) == 0 {
		return Reminder{}, false, wrapped("reminder", err)
	}
	return r[0], true, nil
}
