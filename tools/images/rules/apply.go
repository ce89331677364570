package rules

import (
	"context"
	"encoding/json"
	"fmt"

	"marketa/internal/fault"
	"marketa/store"
)

// payload is what a manager releases: the rules as the card has shown them, not the words that they came from.
type payload struct {
	Words   string              `json:"words"`
	Clauses []store.PhotoClause `json:"clauses"`
	Said    []string            `json:"said,omitempty"`
}

type retirement struct {
	N    int          `json:"n"`
	Rule store.RuleID `json:"rule"`
}

// Effects carry out what a manager has confirmed, by kind.
func Effects() map[string]store.Effect {
	return map[string]store.Effect{Add: confirmed, Retire: retired}
}

func confirmed(ctx context.Context, tx *store.Tx, c store.Confirm) error {
	return write(ctx, tx, c.Payload, store.RulesFrom(c.ID), c.DecidedName)
}

// Apply writes rules down that were released with a reply to the client.
func Apply(ctx context.Context, tx *store.Tx, p store.HeldProposal) error {
	return write(ctx, tx, p.Payload, store.RulesFrom(p.ID), "with a reply to the client")
}

func write(ctx context.Context, tx *store.Tx, raw json.RawMessage, source store.RuleSource, by string) error {
	var p payload
	if err := json.Unmarshal(raw, &p); err != nil {
		return fmt.Errorf("rules: apply: %w", err)
	}
	return tx.AddRules(ctx, store.NewRules{Source: source, Words: p.Words, Clauses: p.Clauses, Said: p.Said, ApprovedBy: by})
}

func retired(ctx context.Context, tx *store.Tx, c store.Confirm) error {
	var r retirement
	if err := json.Unmarshal(c.Payload, &r); err != nil {
		return fmt.Errorf("rules: retire: %w", err)
	}
	done, err := tx.RetireRule(ctx, r.N, c.DecidedName)
	if err == nil && !done {
		return fault.New(fault.Conflict, "Rule %d does not hold any more.", r.N)
	}
	return err
}
