package life

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// Life is the capability. The restaurant is the context's.
type Life struct{ DB *store.DB }

// Tools are what an agent can do about a restaurant's stage.
func (l Life) Tools() []tools.Tool {
	return []tools.Tool{tools.DefinePropose("stage_propose",
		"Propose that this restaurant goes on to its next stage, because the client has plainly said so: agreed (yes to what a manager has offered), qualified (they want to work with us). A manager decides; nothing changes before that.", l.propose)}
}

// StepArgs are what has happened, and the words that say so.
type StepArgs struct {
	Step Said   `json:"step" jsonschema:"what they have said"`
	Why  string `json:"why" jsonschema:"the client's words that say so, in short"`
}

// Said is what a client has said that moves a life on.
type Said string

// Choices are those that there are.
func (Said) Choices() []string { return []string{string(stages.Agreed), string(stages.Qualified)} }

// Step is the kind of a proposal that moves a life on.
const Step = "stage_step"

type step struct {
	Event stages.Event `json:"event"`
	Cause string       `json:"cause"`
}

// longestWhy is how much of the client's words a card shows as the reason.
const longestWhy = 150

func (l Life) propose(ctx context.Context, args StepArgs) (out tools.Proposal, err error) {
	s := step{Event: stages.Event(args.Step)}
	switch s.Event {
	case stages.Agreed:
		s.Cause = "they said yes to the offer"
	case stages.Qualified:
		s.Cause = "they want to work with us"
	default:
		return out, fault.New(fault.Invalid, "step must be agreed or qualified.")
	}
	var from stages.Stage
	if err := l.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		from = stages.Stage(r.Stage)
		return err
	}); err != nil {
		return out, fmt.Errorf("life: propose: %w", err)
	}
	to, err := stages.Client.Next(from, s.Event)
	if err != nil {
		return out, fault.New(fault.Conflict, "That step does not lead on from here. Propose nothing, and answer the client.")
	}
	words := strings.Join(strings.Fields(args.Why), " ")
	if r := []rune(words); len(r) > longestWhy {
		words = string(r[:longestWhy]) + "…"
	}
	return tools.NewProposal(Step, s, fmt.Sprintf("move to %s: %s (“%s”)", to.Plain(), s.Cause, words))
}

// Apply moves the life on, where the step still leads on.
func Apply(ctx context.Context, tx *store.Tx, p store.HeldProposal) error {
	var s step
	if err := json.Unmarshal(p.Payload, &s); err != nil {
		return fmt.Errorf("life: apply: %w", err)
	}
	_, err := tx.Happened(ctx, s.Event, s.Cause)
	return err
}
