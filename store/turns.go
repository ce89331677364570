package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Turn is one attempt to answer what is unhandled in a chat.
type Turn struct {
	ID           TurnID
	RestaurantID RestaurantID
	ChatID       ChatID
	Watermark    int64
	RedoOf       ApprovalID // set: a manager asked for another draft
	Status       string
	Attempts     int // how often it was begun; more than once after a crash or a failure
	StartedAt    time.Time
}

// Redo is what a manager wants of the next draft.
type Redo struct {
	Approval ApprovalID
	Hint     string
	Text     string // the draft he did not want
}

// Step is one finished step of a turn: which node, and what it changed.
type Step struct {
	N     int
	Node  string
	Delta json.RawMessage
}

const turnColumns = `id, restaurant_id, chat_id, watermark, redo_of, status, attempts, started_at`

// OpenTurn continues the chat's running turn if it looks at the same watermark and the same redo; an older one is closed as
// superseded and a new one begins. The chat's row is locked until the commit.
func (tx *Tx) OpenTurn(ctx context.Context, l Lease) (Turn, Chat, error) {
	c, err := tx.lockChat(ctx, l)
	if err != nil {
		return Turn{}, c, err
	}
	redo, err := tx.redoOf(ctx, c)
	if err != nil {
		return Turn{}, c, err
	}
	old, err := row[Turn](ctx, tx, `SELECT `+turnColumns+` FROM turns WHERE chat_id = $1 AND status = 'running'`, c.ID)
	if err != nil && !errors.Is(err, fault.NotFound) {
		return old, c, fmt.Errorf("store: running turn: %w", err)
	}
	if err == nil && old.Watermark == c.Watermark && old.RedoOf == redo.Approval {
		old.Attempts++
		_, err := tx.exec(ctx, `UPDATE turns SET attempts = $2 WHERE id = $1`, old.ID, old.Attempts)
		return old, c, err
	}
	if err == nil {
		if err := tx.closeTurn(ctx, old.ID, "superseded", "newer words came in"); err != nil {
			return old, c, err
		}
	}
	t := Turn{ID: NewID[turnKind](), RestaurantID: c.RestaurantID, ChatID: c.ID, Watermark: c.Watermark, RedoOf: redo.Approval, Status: "running", Attempts: 1, StartedAt: tx.Now}
	_, err = tx.exec(ctx, `INSERT INTO turns (id, restaurant_id, chat_id, watermark, redo_of, status, started_at) VALUES ($1, $2, $3, $4, $5, 'running', $6)`,
		t.ID, t.RestaurantID, t.ChatID, t.Watermark, t.RedoOf, tx.Now)
	if err != nil {
		return t, c, fmt.Errorf("store: open turn: %w", err)
	}
	return t, c, nil
}

func (tx *Tx) closeTurn(ctx context.Context, id TurnID, status, why string) error {
	_, err := tx.exec(ctx, `UPDATE turns SET status = $2, why = $3, finished_at = $4 WHERE id = $1 AND status = 'running'`, id, status, why, tx.Now)
	if err != nil {
		return fmt.Errorf("store: close turn: %w", err)
	}
	return nil
}

// redoOf is the redo that nobody has answered yet: the chat's newest approval, if a manager sent it back, no turn since has
// made anything of it, and nobody has answered the client another way (from the phone).
func (tx *Tx) redoOf(ctx context.Context, c Chat) (Redo, error) {
	r, err := rows[Redo](ctx, tx, `SELECT a.id AS approval, a.hint, d.text FROM approvals a JOIN drafts d ON d.id = a.draft_id
		WHERE a.chat_id = $1 AND a.state = 'redone' AND a.watermark > $2
		AND NOT EXISTS (SELECT FROM approvals b WHERE b.chat_id = a.chat_id AND (b.created_at, b.id) > (a.created_at, a.id))
		ORDER BY a.created_at DESC, a.id DESC LIMIT 1`, c.ID, c.Handled)
	if err != nil {
		return Redo{}, fmt.Errorf("store: redo: %w", err)
	}
	if len(r) == 0 {
		return Redo{}, nil
	}
	return r[0], nil
}

// Redo is what the turn was asked to do better; zero when it answers the client afresh.
func (tx *Tx) Redo(ctx context.Context, t Turn) (Redo, error) {
	if t.RedoOf.IsZero() {
		return Redo{}, nil
	}
	r, err := row[Redo](ctx, tx, `SELECT a.id AS approval, a.hint, d.text FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE a.id = $1`, t.RedoOf)
	if err != nil {
		return r, fmt.Errorf("store: redo: %w", err)
	}
	return r, nil
}

// Steps are the turn's finished steps in their order.
func (tx *Tx) Steps(ctx context.Context, t TurnID) ([]Step, error) {
	s, err := rows[Step](ctx, tx, `SELECT n, node, delta FROM steps WHERE turn_id = $1 ORDER BY n`, t)
	if err != nil {
		return nil, fmt.Errorf("store: steps: %w", err)
	}
	return s, nil
}

// SaveStep makes a step durable, if the lease is still ours.
func (tx *Tx) SaveStep(ctx context.Context, l Lease, t Turn, s Step) error {
	n, err := tx.exec(ctx, `INSERT INTO steps (turn_id, n, restaurant_id, node, delta, at)
		SELECT $1, $2, $3, $4, $5, $6 FROM chats WHERE id = $7 AND lease_token = $8 FOR SHARE`,
		t.ID, s.N, t.RestaurantID, s.Node, s.Delta, tx.Now, l.Chat, l.Token)
	if err != nil {
		return fmt.Errorf("store: save step: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// ToolCall is one call of a tool by a model: intended, then done. A done one is never run again.
type ToolCall struct {
	CallID   string
	Tool     string
	Args     json.RawMessage
	Origins  json.RawMessage // argument → where its value came from
	Result   string
	Proposal json.RawMessage // what a Propose tool asks to do
	Done     bool
}

// ToolIntent records that a tool is about to run and returns what is known of it: done, if an earlier attempt got there.
func (tx *Tx) ToolIntent(ctx context.Context, t Turn, c ToolCall) (ToolCall, error) {
	_, err := tx.exec(ctx, `INSERT INTO tool_calls (id, restaurant_id, turn_id, call_id, tool, args, origins, intent_at)
		VALUES ($1, $2, $3, $4, $5, $6, coalesce($7::jsonb, '{}'), $8) ON CONFLICT (turn_id, call_id) DO NOTHING`,
		NewID[rowKind](), t.RestaurantID, t.ID, c.CallID, c.Tool, c.Args, c.Origins, tx.Now)
	if hasMoved(err) {
		return c, fmt.Errorf("%w: %w", ErrLeaseLost, err)
	}
	if err != nil {
		return c, fmt.Errorf("store: tool intent: %w", err)
	}
	return row[ToolCall](ctx, tx, `SELECT call_id, tool, args, origins, coalesce(result, '') AS result, proposal, done_at IS NOT NULL AS done
		FROM tool_calls WHERE turn_id = $1 AND call_id = $2`, t.ID, c.CallID)
}

// ToolCalls are the turn's finished calls, in their order.
func (tx *Tx) ToolCalls(ctx context.Context, t Turn) ([]ToolCall, error) {
	c, err := rows[ToolCall](ctx, tx, `SELECT call_id, tool, args, origins, coalesce(result, '') AS result, proposal, true AS done
		FROM tool_calls WHERE turn_id = $1 AND done_at IS NOT NULL ORDER BY id`, t.ID)
	if err != nil {
		return nil, fmt.Errorf("store: tool calls: %w", err)
	}
	return c, nil
}

// ToolDone records a tool's result.
func (tx *Tx) ToolDone(ctx context.Context, t Turn, c ToolCall) error {
	_, err := tx.exec(ctx, `UPDATE tool_calls SET result = $3, proposal = $4, done_at = $5 WHERE turn_id = $1 AND call_id = $2 AND done_at IS NULL`,
		t.ID, c.CallID, c.Result, c.Proposal, tx.Now)
	if err != nil {
		return fmt.Errorf("store: tool done: %w", err)
	}
	return nil
}

// LLMCall is one call of a model, for the books.
type LLMCall struct {
	Turn                      TurnID
	Task, Provider, Model     string
	Outcome                   string
	InputTokens, OutputTokens int
	CostMicros                int64
	Latency                   time.Duration
}

// Book writes a model call down under the restaurant that caused it, or under none when a manager did.
func (tx *Tx) Book(ctx context.Context, c LLMCall) error {
	_, err := tx.exec(ctx, `INSERT INTO llm_calls (id, restaurant_id, turn_id, task, provider, model, outcome, input_tokens, output_tokens, cost_micros, latency_ms, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		NewID[rowKind](), tx.Restaurant, c.Turn, c.Task, c.Provider, c.Model, c.Outcome, c.InputTokens, c.OutputTokens, c.CostMicros, c.Latency.Milliseconds(), tx.Now)
	if err != nil {
		return fmt.Errorf("store: book model call: %w", err)
	}
	return nil
}
