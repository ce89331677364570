package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// DeskTurn is one thing that a manager has asked the bot in plain words, and what became of it.
type DeskTurn struct {
	ID        DeskTurnID
	Source    string // unique: what asked for it
	Manager   ManagerID
	TgChatID  int64
	ThreadID  int64 // the topic it was asked in; 0: none
	MessageID int64 // the manager's message
	Words     string
	Bound     RestaurantID // the topic's restaurant, zero elsewhere
	Picks     []Picked
	About     []RestaurantID // whose data was read in it
	Status    string         // running, answered, asked, failed
	Answer    string
	Remarks   []string
	Progress  string
	Attempts  int
	StartedAt time.Time
}

// Picked is whom a manager has chosen among those of one name. A zero chat means the restaurant itself.
type Picked struct {
	Name       string       `json:"name"`
	Restaurant RestaurantID `json:"restaurant"`
	Chat       ChatID       `json:"chat"`
}

const deskColumns = `id, source, manager_id AS manager, tg_chat_id, thread_id, message_id, words, bound, picks, about, status, answer, remarks, progress, attempts, started_at`

// StartDesk keeps what a manager has asked, once per source, and enqueues its turn with this transaction.
func (tx *Tx) StartDesk(ctx context.Context, t DeskTurn) error {
	picks, err := json.Marshal(append([]Picked{}, t.Picks...))
	if err != nil {
		return fmt.Errorf("store: start desk turn: %w", err)
	}
	t.ID = NewID[deskTurnKind]()
	n, err := tx.exec(ctx, `INSERT INTO desk_turns (id, source, manager_id, tg_chat_id, thread_id, message_id, words, bound, picks, started_at, next_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) ON CONFLICT (source) DO NOTHING`,
		t.ID, t.Source, t.Manager, t.TgChatID, t.ThreadID, t.MessageID, t.Words, t.Bound, picks, tx.Now)
	if err != nil || n == 0 {
		return wrapped("start desk turn", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO desk_posts (turn_id) VALUES ($1)`, t.ID); err != nil {
		return wrapped("start desk turn", err)
	}
	return tx.Enqueue(ctx, RunDesk{Turn: t.ID})
}

func wrapped(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("store: %s: %w", what, err)
}

// DeskLease is the right to work on a manager's turn.
type DeskLease struct {
	Turn  DeskTurnID
	Token LeaseToken
}

// LeaseDesk takes a turn and counts the attempt. ErrLeaseLost when it is over, somebody else holds it, or an older one of the
// same manager in the same chat is not finished: what follows may build on its answer.
func (tx *Tx) LeaseDesk(ctx context.Context, id DeskTurnID) (DeskLease, DeskTurn, error) {
	l := DeskLease{Turn: id, Token: NewID[leaseKind]()}
	t, err := rows[DeskTurn](ctx, tx, `UPDATE desk_turns t SET lease_token = $2, lease_until = $3, attempts = attempts + 1
		WHERE id = $1 AND status = 'running' AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		AND NOT EXISTS (SELECT FROM desk_turns o WHERE o.manager_id = t.manager_id AND o.tg_chat_id = t.tg_chat_id AND o.status = 'running' AND o.id < t.id)
		RETURNING `+deskColumns, id, l.Token, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return l, DeskTurn{}, wrapped("lease desk turn", err)
	}
	if len(t) == 0 {
		return l, DeskTurn{}, ErrLeaseLost
	}
	return l, t[0], nil
}

// RenewDesk holds the turn for another LeaseTime.
func (tx *Tx) RenewDesk(ctx context.Context, l DeskLease) error {
	return tx.leasedDesk(ctx, `UPDATE desk_turns SET lease_until = $3 WHERE id = $1 AND lease_token = $2`, l.Turn, l.Token, tx.Now.Add(LeaseTime))
}

// DeskLater gives the turn back for another try then.
func (tx *Tx) DeskLater(ctx context.Context, l DeskLease, at time.Time) error {
	return tx.leasedDesk(ctx, `UPDATE desk_turns SET lease_token = NULL, lease_until = NULL, next_at = $3 WHERE id = $1 AND lease_token = $2`, l.Turn, l.Token, at)
}

func (tx *Tx) leasedDesk(ctx context.Context, sql string, args ...any) error {
	n, err := tx.exec(ctx, sql, args...)
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("desk turn", err)
}

// SaveDeskStep makes a step durable, if the lease is still ours.
func (tx *Tx) SaveDeskStep(ctx context.Context, l DeskLease, s Step) error {
	return tx.leasedDesk(ctx, `INSERT INTO desk_steps (turn_id, n, node, delta, at) SELECT $1, $3, $4, $5, $6 FROM desk_turns WHERE id = $1 AND lease_token = $2`,
		l.Turn, l.Token, s.N, s.Node, s.Delta, tx.Now)
}

// DeskSteps are the turn's finished steps in their order.
func (tx *Tx) DeskSteps(ctx context.Context, id DeskTurnID) ([]Step, error) {
	s, err := rows[Step](ctx, tx, `SELECT n, node, delta FROM desk_steps WHERE turn_id = $1 ORDER BY n`, id)
	return s, wrapped("desk steps", err)
}

// patience is how long an answer may take before the manager sees what is being done.
const patience = 3 * time.Second

// DeskProgress notes what is being done. The manager sees it if the answer takes longer than a moment.
func (tx *Tx) DeskProgress(ctx context.Context, t DeskTurn, what string) error {
	if _, err := tx.exec(ctx, `UPDATE desk_turns SET progress = $2 WHERE id = $1`, t.ID, what); err != nil {
		return wrapped("desk progress", err)
	}
	_, err := tx.exec(ctx, `UPDATE desk_posts SET rev = rev + 1, next_at = greatest($2::timestamptz, $3) WHERE turn_id = $1`, t.ID, t.StartedAt.Add(patience), tx.Now)
	return wrapped("desk progress", err)
}

// DeskCall is one call of a tool in a manager's turn: intended, then done.
type DeskCall struct {
	ToolCall
	Seen Seen
}

// DeskIntent records that a tool is about to run and returns what is known of it: done, if an earlier attempt got there.
func (tx *Tx) DeskIntent(ctx context.Context, t DeskTurnID, c ToolCall) (DeskCall, error) {
	_, err := tx.exec(ctx, `INSERT INTO desk_calls (id, turn_id, call_id, tool, args, origins, intent_at) VALUES ($1, $2, $3, $4, $5, coalesce($6::jsonb, '{}'), $7)
		ON CONFLICT (turn_id, call_id) DO NOTHING`, NewID[rowKind](), t, c.CallID, c.Tool, c.Args, c.Origins, tx.Now)
	if err != nil {
		return DeskCall{}, wrapped("desk intent", err)
	}
	k, err := row[deskCall](ctx, tx, `SELECT `+deskCallColumns+` FROM desk_calls WHERE turn_id = $1 AND call_id = $2`, t, c.CallID)
	return k.call(), wrapped("desk intent", err)
}

// DeskDone records a tool's result.
func (tx *Tx) DeskDone(ctx context.Context, t DeskTurnID, c DeskCall) error {
	seen, err := json.Marshal(c.Seen)
	if err != nil {
		return wrapped("desk done", err)
	}
	_, err = tx.exec(ctx, `UPDATE desk_calls SET result = $3, proposal = $4, seen = $5, done_at = $6 WHERE turn_id = $1 AND call_id = $2 AND done_at IS NULL`,
		t, c.CallID, c.Result, c.Proposal, seen, tx.Now)
	return wrapped("desk done", err)
}

// DeskCalls are the turn's finished calls, in their order.
func (tx *Tx) DeskCalls(ctx context.Context, t DeskTurnID) ([]DeskCall, error) {
	found, err := rows[deskCall](ctx, tx, `SELECT `+deskCallColumns+` FROM desk_calls WHERE turn_id = $1 AND done_at IS NOT NULL ORDER BY id`, t)
	if err != nil {
		return nil, wrapped("desk calls", err)
	}
	out := make([]DeskCall, len(found))
	for i := range found {
		out[i] = found[i].call()
	}
	return out, nil
}

const deskCallColumns = `call_id, tool, args, origins, coalesce(result, '') AS result, proposal, seen, done_at IS NOT NULL AS done`

type deskCall struct {
	CallID   string
	Tool     string
	Args     json.RawMessage
	Origins  json.RawMessage
	Result   string
	Proposal json.RawMessage
	Seen     Seen
	Done     bool
}

func (c deskCall) call() DeskCall {
	return DeskCall{ToolCall: ToolCall{CallID: c.CallID, Tool: c.Tool, Args: c.Args, Origins: c.Origins, Result: c.Result, Proposal: c.Proposal, Done: c.Done}, Seen: c.Seen}
}

// Exchange is what a manager has asked before and what he was told.
type Exchange struct {
	Words  string
	Answer string
	About  []RestaurantID
	At     time.Time
}

// Exchanges are the last ones of this manager in this chat before a turn, oldest first, not older than since.
func (tx *Tx) Exchanges(ctx context.Context, t DeskTurn, since time.Time, n int) ([]Exchange, error) {
	e, err := rows[Exchange](ctx, tx, `SELECT * FROM (SELECT words, concat_ws(' ', nullif(answer, ''), (SELECT string_agg(x, ' ') FROM jsonb_array_elements_text(remarks) x),
		(SELECT string_agg('(to be confirmed: ' || show || '; ' || state || ')', ' ') FROM confirms WHERE turn_id = desk_turns.id),
		(SELECT string_agg('(reminder: ' || r.words || '; ' || r.state || ')', ' ') FROM reminders r WHERE turn_id = desk_turns.id)) AS answer, about, started_at AS at FROM desk_turns WHERE manager_id = $1 AND tg_chat_id = $2
		AND id < $3 AND status <> 'running' AND started_at >= $4 ORDER BY id DESC LIMIT $5) t ORDER BY at`, t.Manager, t.TgChatID, t.ID, since, n)
	return e, wrapped("exchanges", err)
}

// DeskZone is the time zone of the managers' words: the one that most restaurants have.
func (tx *Tx) DeskZone(ctx context.Context) (string, error) {
	z, err := value[string](ctx, tx, `SELECT coalesce((SELECT zone FROM restaurants GROUP BY zone ORDER BY count(*) DESC, zone LIMIT 1), 'Europe/Rome')`)
	return z, wrapped("desk zone", err)
}
