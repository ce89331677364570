package agent

import (
	"context"

	"marketa/store"
)

// questionKind is a proposal that only asks (tools/team); it becomes a line on the card.
const questionKind = "question"

// commit ends the turn: what it found becomes a card, or silence, in one transaction. A finding that the client has
// overtaken is dropped there, and the chat gets another turn.
func (w *walk) commit(ctx context.Context, lease store.Lease) error {
	return w.tx(ctx, func(tx *store.Tx) error {
		calls, err := tx.ToolCalls(ctx, w.turn)
		if err != nil {
			return err
		}
		asks, acts, err := proposals(calls)
		if err != nil {
			return err
		}
		f := store.Finding{Turn: w.turn, Status: w.status, Why: w.why, PolicyVersion: w.policy.Version(),
			Notes: store.Notes{Why: w.why, Questions: asks, Warnings: w.warn, Model: w.model}}
		if w.status == "drafted" {
			f.Text, f.Proposals, f.Notes.Tainted = w.text, acts, tainted(calls)
		}
		counted, err := tx.Commit(ctx, lease, f)
		if err == nil {
			w.agent.log.Info("turn ended", "turn", w.turn.ID, "status", w.status, "counted", counted, "steps", w.n)
		}
		return err
	})
}
