package agent

import (
	"context"

	"marketa/store"
)

// commit ends the turn: what it found becomes a card, or silence, in one transaction. A finding that the client has
// overtaken is dropped there, and the chat gets another turn.
func (w *walk) commit(ctx context.Context) error {
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
			Notes: store.Notes{Questions: asks, Warnings: w.warn, Model: w.model, Translation: w.translated}}
		switch w.status {
		case "plain":
			f.Notes.Why = w.why // why there is no draft; why there is one, everybody can see
		case "drafted":
			f.Text, f.Proposals, f.Notes.Tainted = w.text, acts, tainted(calls)
			f.Notes.Private, f.Notes.Asker = w.privateIDs()
		}
		if f.WakeAt = w.wakeAt(); w.standing.Pending && w.standing.Text == "" && f.WakeAt == nil && w.chat.PausedUntil != nil {
			f.Reason = "The pause after the phone is over; a fresh card is below."
		}
		switch {
		case w.again && w.status == "drafted":
			f = w.kept(f)
		case w.again && w.standing.Pending:
			f.Replaces = w.standing.Approval
		}
		if !w.again { // what is kept has its lines already
			if err := w.agent.attachTo(ctx, tx, w.chat.ID, &f); err != nil {
				return err
			}
		}
		return w.hand(ctx, tx, f)
	})
}

// giveUp hands the client's words to the managers and looks at nothing that the turn has done: some of it is what fails.
func (w *walk) giveUp(ctx context.Context) error {
	const why = "Something on our side failed over and over with this one."
	return w.tx(ctx, func(tx *store.Tx) error {
		if err := w.hand(ctx, tx, store.Finding{Turn: w.turn, Status: "plain", Why: why, PolicyVersion: w.policy.Version(), Notes: store.Notes{Why: why}}); err != nil {
			return err
		}
		return tx.Raise(ctx, store.Alert{Cause: "turn-gave-up", Key: w.chat.ID.String(), Who: w.chat.Title,
			Text: "Marketa could not draft an answer although it tried several times. The client's words are on a card without a draft; please answer them yourself. The log has the reason."})
	})
}

func (w *walk) hand(ctx context.Context, tx *store.Tx, f store.Finding) error {
	counted, err := tx.Commit(ctx, w.lease, f)
	if err == nil && counted {
		err = w.tellClosed(ctx, tx, f)
	}
	if err == nil {
		w.agent.log.Info("turn ended", "turn", w.turn.ID, "status", f.Status, "counted", counted, "steps", w.n)
	}
	return err
}
