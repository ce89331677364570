package desk

import (
	"context"
	"fmt"

	"marketa/store"
	"marketa/tools"
)

type noArgs struct{}

type waitingCard struct {
	Who        string `json:"who"`
	Restaurant string `json:"restaurant"`
	For        string `json:"waits_for"`
	Draft      bool   `json:"has_a_draft"`
}

type waitingResult struct {
	Open  int           `json:"open_cards"`
	Cards []waitingCard `json:"cards"`
}

const mostCards = 20

func (d Desk) waiting() tools.Tool {
	return tools.DefineRead("desk_waiting", "List the cards that wait for a manager's decision, the longest first, with how many there are.",
		func(ctx context.Context, _ noArgs) (out waitingResult, err error) {
			err = d.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
				q, err := tx.Queue(ctx)
				out = waitingResult{Open: len(q)}
				for _, w := range q[:min(len(q), mostCards)] {
					out.Cards = append(out.Cards, waitingCard{Who: name(w.Who), Restaurant: name(w.Restaurant), For: span(tx.Now.Sub(w.Since)), Draft: w.HasText})
				}
				return err
			})
			if err != nil {
				return out, fmt.Errorf("desk: waiting: %w", err)
			}
			return out, nil
		})
}
