package store

import (
	"context"
	"errors"
	"time"

	"marketa/internal/fault"
	"marketa/stages"
)

// CRMTask is the task of the CRM that belongs to a restaurant, as last read.
type CRMTask struct {
	Task        int64
	Name        string // in the CRM's words: data from outside
	StatusID    int64
	Status      string
	SeenComment int64 // the newest one that managers have been told of
	Gone        bool  // the CRM does not show it to us any more
	LinkedBy    string
	LinkedAt    time.Time
}

const crmTaskColumns = `task_id AS task, name, status_id, status, seen_comment, gone, linked_by, linked_at`

// CRMTask is the restaurant's; found is false when it has none.
func (tx *Tx) CRMTask(ctx context.Context) (t CRMTask, found bool, err error) {
	return tx.crmTask(ctx, "")
}

// LockCRMTask also holds it until the transaction ends, so that two readings of the CRM do not both tell of one change.
func (tx *Tx) LockCRMTask(ctx context.Context) (t CRMTask, found bool, err error) {
	return tx.crmTask(ctx, " FOR UPDATE")
}

func (tx *Tx) crmTask(ctx context.Context, lock string) (CRMTask, bool, error) {
	t, err := rows[CRMTask](ctx, tx, `SELECT `+crmTaskColumns+` FROM crm_tasks WHERE restaurant_id = $1 AND ended_at IS NULL`+lock, tx.Restaurant)
	if err != nil || len(t) == 0 {
		return CRMTask{}, false, wrapped("crm task", err)
	}
	return t[0], true, nil
}

// LinkCRMTask makes a task the restaurant's, in the place of another one. fault.Conflict: it belongs to another restaurant; the
// caller's transaction must then be undone.
func (tx *Tx) LinkCRMTask(ctx context.Context, t CRMTask) error {
	if old, found, err := tx.LockCRMTask(ctx); err != nil || found && old.Task == t.Task {
		return err
	}
	if _, err := tx.exec(ctx, `UPDATE crm_tasks SET ended_at = $2 WHERE restaurant_id = $1 AND ended_at IS NULL`, tx.Restaurant, tx.Now); err != nil {
		return wrapped("link crm task", err)
	}
	n, err := tx.exec(ctx, `INSERT INTO crm_tasks (id, restaurant_id, task_id, name, status_id, status, seen_comment, linked_by, linked_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`, NewID[rowKind](), tx.Restaurant, t.Task, t.Name, t.StatusID, t.Status, t.SeenComment, t.LinkedBy, tx.Now)
	if err != nil {
		return wrapped("link crm task", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "This task of Planfix belongs to another restaurant already.")
	}
	return tx.Note(ctx, "crm", "crm.linked", t.LinkedBy)
}

// SawCRMTask notes how the task was found.
func (tx *Tx) SawCRMTask(ctx context.Context, t CRMTask) error {
	_, err := tx.exec(ctx, `UPDATE crm_tasks SET name = $3, status_id = $4, status = $5, seen_comment = greatest(seen_comment, $6), gone = $7
		WHERE restaurant_id = $1 AND task_id = $2 AND ended_at IS NULL`, tx.Restaurant, t.Task, t.Name, t.StatusID, t.Status, t.SeenComment, t.Gone)
	return wrapped("saw crm task", err)
}

// RestaurantOfTask says whose a task is.
func (tx *Tx) RestaurantOfTask(ctx context.Context, task int64) (id RestaurantID, name string, found bool, err error) {
	type whose struct {
		ID   RestaurantID
		Name string
	}
	w, err := rows[whose](ctx, tx, `SELECT r.id, r.name FROM crm_tasks t JOIN restaurants r ON r.id = t.restaurant_id WHERE t.task_id = $1 AND t.ended_at IS NULL`, task)
	if err != nil || len(w) == 0 {
		return id, "", false, wrapped("restaurant of task", err)
	}
	return w[0].ID, w[0].Name, true, nil
}

// TasksOfOthers are those of these tasks that belong to another restaurant than this one.
func (tx *Tx) TasksOfOthers(ctx context.Context, tasks []int64, mine RestaurantID) ([]int64, error) {
	type other struct{ Task int64 }
	o, err := rows[other](ctx, tx, `SELECT task_id AS task FROM crm_tasks WHERE task_id = ANY($1) AND ended_at IS NULL AND restaurant_id <> $2`, tasks, mine)
	out := make([]int64, len(o))
	for i := range o {
		out[i] = o[i].Task
	}
	return out, wrapped("tasks of others", err)
}

// TellCRM writes a line under the restaurant's task, if it has one, about something that has happened here. The same key is
// written once, whatever is repeated.
func (tx *Tx) TellCRM(ctx context.Context, key, words string) error {
	t, found, err := tx.CRMTask(ctx)
	if err != nil || !found || t.Gone || words == "" {
		return err
	}
	return tx.QueueCRM(ctx, CRMItem{Kind: CRMComment, Task: t.Task, Words: words}, key)
}

// stageMoved tells the CRM of a step in a restaurant's life, where the table of words has one for it.
func (tx *Tx) stageMoved(ctx context.Context, event string, row ID[rowKind]) error {
	return tx.TellCRM(ctx, "stage-"+row.String(), stages.CRMWords(stages.Event(event)))
}

// CRMTurn waits for the right to make one request: the account takes one per span from everybody, so all processes share one
// row. fault.Unavailable: too many wait already; nothing was reserved.
func (db *DB) CRMTurn(ctx context.Context, every, most time.Duration) error {
	var at time.Time
	err := db.System(ctx, Desk, func(tx *Tx) (err error) {
		// A clock that was set back must not close the way for long.
		at, err = value[time.Time](ctx, tx, `UPDATE crm_pace SET next_at = greatest(CASE WHEN next_at > $1::timestamptz + interval '1 hour' THEN $1 ELSE next_at END, $1) + $2::interval
			WHERE next_at <= $1::timestamptz + $3::interval OR next_at > $1::timestamptz + interval '1 hour' RETURNING next_at - $2::interval`, tx.Now, every, most)
		return err
	})
	if errors.Is(err, fault.NotFound) {
		return fault.New(fault.Unavailable, "Too much is asked of Planfix right now. Try again in a minute.")
	}
	if err != nil {
		return wrapped("crm turn", err)
	}
	return db.Clock.Wait(ctx, at)
}
