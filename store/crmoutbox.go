package store

import (
	"context"
	"time"
)

// What leaves for the CRM.
const (
	CRMComment = "comment"
	CRMCreate  = "create" // the restaurant's task, or the one that has our reference already
	CRMLink    = "link"   // read the task, then make it the restaurant's
	CRMMove    = "move"   // to another status
)

// CRMItem is one thing that leaves for the CRM. Those of a restaurant leave one after the other.
type CRMItem struct {
	ID         CRMItemID
	Restaurant RestaurantID
	Kind       string
	Task       int64
	Words      string // the comment; of a new task its name; of a move the status' name
	StatusID   int64
	Author     string // the manager; empty: something that has happened

	State       string     // due, trying (it may have been done), done, failed
	AttemptedAt *time.Time // when it was tried last
	Failures    int
	Told        bool // managers know that it takes longer
	VendorID    int64
	Fault       string

	token LeaseToken
}

// crmLease is how long an item or an event is held: a few calls, one a second.
const crmLease = time.Minute

const crmItemColumns = `id, restaurant_id AS restaurant, kind, task_id AS task, words, status_id, author, state, attempted_at, failures, told, vendor_id, fault`

// QueueCRM lets something leave with the transaction's commit. The same key leaves once; it may be empty.
func (tx *Tx) QueueCRM(ctx context.Context, i CRMItem, key string) error {
	id := NewID[crmItemKind]()
	n, err := tx.exec(ctx, `INSERT INTO crm_outbox (id, restaurant_id, kind, task_id, words, status_id, author, dedup, created_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $9) ON CONFLICT (restaurant_id, dedup) DO NOTHING`,
		id, tx.Restaurant, i.Kind, i.Task, i.Words, i.StatusID, i.Author, key, tx.Now)
	if err != nil || n == 0 {
		return wrapped("queue crm", err)
	}
	return tx.Enqueue(ctx, WorkCRM{Restaurant: tx.Restaurant, Item: id})
}

// LeaseCRM takes the item if it is due and nothing older of the restaurant is. ErrLeaseLost otherwise.
func (tx *Tx) LeaseCRM(ctx context.Context, id CRMItemID) (CRMItem, error) {
	token := NewID[leaseKind]()
	i, err := rows[crmItemRow](ctx, tx, `UPDATE crm_outbox o SET lease_token = $2, lease_until = $3 WHERE id = $1 AND restaurant_id = $5 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		AND NOT EXISTS (SELECT FROM crm_outbox b WHERE b.restaurant_id = o.restaurant_id AND b.id < o.id AND b.next_at IS NOT NULL) RETURNING `+crmItemColumns,
		id, token, tx.Now.Add(crmLease), tx.Now, tx.Restaurant)
	if err != nil {
		return CRMItem{}, wrapped("lease crm", err)
	}
	if len(i) == 0 {
		return CRMItem{}, ErrLeaseLost
	}
	out := i[0].item()
	out.token = token
	return out, nil
}

// crmItemRow is what the database says of an item.
type crmItemRow struct {
	ID          CRMItemID
	Restaurant  RestaurantID
	Kind        string
	Task        int64
	Words       string
	StatusID    int64
	Author      string
	State       string
	AttemptedAt *time.Time
	Failures    int
	Told        bool
	VendorID    int64
	Fault       string
}

func (r crmItemRow) item() CRMItem {
	return CRMItem{ID: r.ID, Restaurant: r.Restaurant, Kind: r.Kind, Task: r.Task, Words: r.Words, StatusID: r.StatusID, Author: r.Author,
		State: r.State, AttemptedAt: r.AttemptedAt, Failures: r.Failures, Told: r.Told, VendorID: r.VendorID, Fault: r.Fault}
}

// TryCRM notes that the call is about to be made: from now on its outcome is unknown until somebody says otherwise.
func (tx *Tx) TryCRM(ctx context.Context, i *CRMItem) error {
	i.State, i.AttemptedAt = "trying", &tx.Now
	return tx.heldCRM(ctx, *i, `state = 'trying', attempted_at = $3`, tx.Now)
}

// CRMLater gives the item back until then; its state says whether the last try may have worked.
func (tx *Tx) CRMLater(ctx context.Context, i CRMItem, at time.Time) error {
	return tx.heldCRM(ctx, i, `state = $3, failures = $4, told = $5, fault = $6, next_at = $7, lease_token = NULL, lease_until = NULL`, i.State, i.Failures, i.Told, i.Fault, at)
}

// EndCRM ends it, done or failed; the next one of the restaurant goes on.
func (tx *Tx) EndCRM(ctx context.Context, i CRMItem) error {
	if err := tx.heldCRM(ctx, i, `state = $3, task_id = $4, vendor_id = $5, fault = $6, next_at = NULL, lease_token = NULL, lease_until = NULL`, i.State, i.Task, i.VendorID, i.Fault); err != nil {
		return err
	}
	next, err := rows[WorkCRM](ctx, tx, `SELECT restaurant_id AS restaurant, id AS item FROM crm_outbox WHERE restaurant_id = $1 AND next_at <= $2 ORDER BY id LIMIT 1`, tx.Restaurant, tx.Now)
	if err != nil || len(next) == 0 {
		return wrapped("end crm", err)
	}
	return tx.Enqueue(ctx, next[0])
}

func (tx *Tx) heldCRM(ctx context.Context, i CRMItem, set string, args ...any) error {
	n, err := tx.exec(ctx, `UPDATE crm_outbox SET `+set+` WHERE id = $1 AND lease_token = $2`, append([]any{i.ID, i.token}, args...)...)
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("crm item", err)
}

// CRMTold are the newest things that have left for the restaurant's task or may have: so that what comes back is known as ours.
func (tx *Tx) CRMTold(ctx context.Context, task int64, n int) ([]CRMItem, error) {
	found, err := rows[crmItemRow](ctx, tx, `SELECT `+crmItemColumns+` FROM crm_outbox WHERE restaurant_id = $1 AND task_id = $2 AND state IN ('trying', 'done') ORDER BY id DESC LIMIT $3`, tx.Restaurant, task, n)
	out := make([]CRMItem, len(found))
	for i := range found {
		out[i] = found[i].item()
	}
	return out, wrapped("crm told", err)
}
