package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Reasons is what stands behind a card: the turn that led to it, as it was written down.
type Reasons struct {
	Author        string // model, manager, none
	Text          string
	Notes         Notes
	Watermark     int64 // of the conversation when the draft was made
	ChatMark      int64 // now
	PolicyVersion string
	TurnID        *TurnID
	Status        string // of the turn; empty without one
	Attempts      int
	StartedAt     time.Time
	FinishedAt    *time.Time

	Steps  []StepDone  `db:"-"`
	Tools  []ToolCall  `db:"-"`
	Models []ModelUsed `db:"-"`
}

// StepDone is a finished step.
type StepDone struct {
	Node string
	At   time.Time
}

// ModelUsed is a call of a model.
type ModelUsed struct {
	Task, Provider, Model, Outcome string
	InputTokens, OutputTokens      int
	CostMicros                     int64
	LatencyMs                      int
}

// ReasonsOf reads what stands behind the card that is this message of Telegram, as the desk. fault.NotFound where the message
// is no card.
func (tx *Tx) ReasonsOf(ctx context.Context, tgChat, messageID int64) (Reasons, error) {
	r, err := row[Reasons](ctx, tx, `SELECT d.author, d.text, d.notes, d.watermark, c.watermark AS chat_mark, d.policy_version, t.id AS turn_id,
		coalesce(t.status, '') AS status, coalesce(t.attempts, 0) AS attempts, coalesce(t.started_at, d.created_at) AS started_at, t.finished_at
		FROM cards k JOIN approvals a ON a.id = k.approval_id JOIN drafts d ON d.id = a.draft_id JOIN chats c ON c.id = a.chat_id
		LEFT JOIN turns t ON t.id = d.turn_id WHERE k.tg_chat_id = $1 AND k.message_id = $2`, tgChat, messageID)
	if err != nil || r.TurnID == nil {
		return r, err
	}
	if r.Steps, err = rows[StepDone](ctx, tx, `SELECT node, at FROM steps WHERE turn_id = $1 ORDER BY n`, r.TurnID); err != nil {
		return r, fmt.Errorf("store: steps of a card: %w", err)
	}
	if r.Tools, err = rows[ToolCall](ctx, tx, `SELECT call_id, tool, args, origins, coalesce(result, '') AS result, proposal, done_at IS NOT NULL AS done
		FROM tool_calls WHERE turn_id = $1 ORDER BY intent_at, id`, r.TurnID); err != nil {
		return r, fmt.Errorf("store: tools of a card: %w", err)
	}
	if r.Models, err = rows[ModelUsed](ctx, tx, `SELECT task, provider, model, outcome, input_tokens, output_tokens, cost_micros, latency_ms
		FROM llm_calls WHERE turn_id = $1 ORDER BY at, id`, r.TurnID); err != nil {
		return r, fmt.Errorf("store: models of a card: %w", err)
	}
	return r, nil
}

// OriginsOf are a tool call's arguments with where each came from.
func (c ToolCall) OriginsOf() (args map[string]json.RawMessage, origins map[string][]string) {
	_ = json.Unmarshal(c.Args, &args)
	_ = json.Unmarshal(c.Origins, &origins)
	return args, origins
}
