package desk

import (
	"context"
	"encoding/json"
	"fmt"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
)

// Effects carry out what a manager has confirmed, by kind.
func Effects() map[string]store.Effect {
	return map[string]store.Effect{Stage: applyStage}
}

// applyStage moves the restaurant on, if it still stands where the card said.
func applyStage(ctx context.Context, tx *store.Tx, c store.Confirm) error {
	var p StagePayload
	if err := json.Unmarshal(c.Payload, &p); err != nil {
		return fmt.Errorf("desk: move stage: %w", err)
	}
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	if r.Stage != string(p.From) {
		return fault.New(fault.Conflict, "%s is %s by now, not %s any more. Ask again if it shall still move.", name(r.Name), plain(stages.Stage(r.Stage)), plain(p.From))
	}
	to, err := stages.Client.Next(p.From, p.Event)
	if err != nil || to != p.To {
		return fault.New(fault.Conflict, "This step is not possible any more.")
	}
	cause := c.DecidedName + " has said so in Telegram"
	if err := tx.MoveStage(ctx, string(p.Event), string(p.From), string(p.To), cause); err != nil {
		return err
	}
	return tx.TellMove(ctx, cause)
}
