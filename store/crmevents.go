package store

import (
	"context"
	"time"
)

// CRMEvent is something that the CRM has told us, or a manager's wish to make a restaurant of a task.
type CRMEvent struct {
	ID     CRMEventID
	Source string // webhook, telegram
	Body   []byte // as it came
	Query  string
	Key    string // the same one is kept once; empty: each is new
	Task   int64

	// Of a manager's wish: whose, and where the answer belongs.
	TelegramID, TgChatID, ThreadID, ReplyTo int64

	Failures int
	token    LeaseToken
}

// KeepCRMEvent keeps what the CRM has sent, once, and enqueues its reading in the same commit.
func (db *DB) KeepCRMEvent(ctx context.Context, e CRMEvent) error {
	e.Source = "webhook"
	return db.System(ctx, Ingest, func(tx *Tx) error { return tx.keepCRMEvent(ctx, e) })
}

// AskCRM has a task read for a manager, who wants a restaurant made of it.
func (tx *Tx) AskCRM(ctx context.Context, e CRMEvent) error {
	e.Source = "telegram"
	return tx.keepCRMEvent(ctx, e)
}

func (tx *Tx) keepCRMEvent(ctx context.Context, e CRMEvent) error {
	e.ID = NewID[crmEventKind]()
	n, err := tx.exec(ctx, `INSERT INTO crm_events (id, source, body, query, key, task_id, telegram_id, tg_chat_id, thread_id, reply_to, received_at, next_at)
		VALUES ($1, $2, coalesce($3, ''::bytea), $4, nullif($5, ''), $6, $7, $8, $9, $10, $11, $11) ON CONFLICT (key) DO NOTHING`,
		e.ID, e.Source, e.Body, e.Query, e.Key, e.Task, e.TelegramID, e.TgChatID, e.ThreadID, e.ReplyTo, tx.Now)
	if err != nil || n == 0 {
		return wrapped("keep crm event", err)
	}
	return tx.Enqueue(ctx, ReadCRM{Event: e.ID})
}

// LeaseCRMEvent takes an event that is due. ErrLeaseLost when it is done or somebody is at it.
func (tx *Tx) LeaseCRMEvent(ctx context.Context, id CRMEventID) (CRMEvent, error) {
	type kept struct {
		ID                                      CRMEventID
		Source                                  string
		Body                                    []byte
		Query                                   string
		Task                                    int64
		TelegramID, TgChatID, ThreadID, ReplyTo int64
		Failures                                int
	}
	token := NewID[leaseKind]()
	k, err := rows[kept](ctx, tx, `UPDATE crm_events SET lease_token = $2, lease_until = $3 WHERE id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		RETURNING id, source, body, query, task_id AS task, telegram_id, tg_chat_id, thread_id, reply_to, failures`, id, token, tx.Now.Add(crmLease), tx.Now)
	if err != nil {
		return CRMEvent{}, wrapped("lease crm event", err)
	}
	if len(k) == 0 {
		return CRMEvent{}, ErrLeaseLost
	}
	e := k[0]
	return CRMEvent{ID: e.ID, Source: e.Source, Body: e.Body, Query: e.Query, Task: e.Task, TelegramID: e.TelegramID, TgChatID: e.TgChatID,
		ThreadID: e.ThreadID, ReplyTo: e.ReplyTo, Failures: e.Failures, token: token}, nil
}

// CRMEventDone ends it; outcome is for whoever looks into the table.
func (tx *Tx) CRMEventDone(ctx context.Context, e CRMEvent, outcome string) error {
	return tx.heldCRMEvent(ctx, e, `outcome = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`, outcome)
}

// CRMEventLater gives it back until then.
func (tx *Tx) CRMEventLater(ctx context.Context, e CRMEvent, at time.Time) error {
	return tx.heldCRMEvent(ctx, e, `failures = failures + 1, next_at = $3, lease_token = NULL, lease_until = NULL`, at)
}

func (tx *Tx) heldCRMEvent(ctx context.Context, e CRMEvent, set string, args ...any) error {
	n, err := tx.exec(ctx, `UPDATE crm_events SET `+set+` WHERE id = $1 AND lease_token = $2`, append([]any{e.ID, e.token}, args...)...)
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("crm event", err)
}
