package desk

import (
	"context"
	"fmt"

	"marketa/store"
	"marketa/tools"
)

type clientWaits struct {
	Who        string `json:"who"`
	Restaurant string `json:"restaurant"`
	For        string `json:"waits_for"`
	Messages   int    `json:"messages"`
	State      string `json:"state"`
}

type whoWaitsResult struct {
	Clients []clientWaits `json:"clients"`
}

func (d Desk) whoWaits() tools.Tool {
	return tools.DefineRead("desk_who_waits", "List the clients who wait for an answer, the longest first: who, for how long, and what is the matter (a card waits, the bot is writing, a manager has taken over).",
		func(ctx context.Context, _ noArgs) (out whoWaitsResult, err error) {
			s, err := store.ScopeFrom(ctx)
			if err != nil {
				return out, err
			}
			err = d.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
				found, err := tx.WhoWaits(ctx, mostCards)
				for _, w := range found {
					s.List(w.Restaurant)
					out.Clients = append(out.Clients, clientWaits{Who: name(w.Who), Restaurant: name(w.Name), For: span(tx.Now.Sub(w.Since)), Messages: w.Messages, State: stateOf(w)})
				}
				return err
			})
			if err != nil {
				return out, fmt.Errorf("desk: who waits: %w", err)
			}
			return out, nil
		})
}

func stateOf(w store.ClientWaiting) string {
	switch {
	case w.TakenBy != "":
		return name(w.TakenBy) + " has taken the chat over"
	case w.Card:
		return "a card waits for a decision"
	case w.Drafting:
		return "the bot is writing a draft"
	}
	return "nobody is at it"
}
