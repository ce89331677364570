package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"marketa/store"
	"marketa/tools"
	"marketa/tools/desk"
)

// Attacher makes the line that a proposal puts under a draft: an address that no model may write. It runs within the
// restaurant, in the transaction that holds the draft; the line is part of what a manager approves.
type Attacher func(ctx context.Context, tx *store.Tx, chat store.ChatID, payload json.RawMessage) (line string, err error)

// checkAttached: whoever attaches also says what happens when it is sent.
func (a *Agent) checkAttached() error {
	var faults []error
	for kind := range a.attach {
		if a.apply[kind] == nil {
			faults = append(faults, fmt.Errorf("agent: a %q is attached and nobody carries it out", kind))
		}
	}
	return errors.Join(faults...)
}

// attachTo puts the lines that a draft's proposals ask for under it.
func (a *Agent) attachTo(ctx context.Context, tx *store.Tx, chat store.ChatID, f *store.Finding) error {
	for _, p := range f.Proposals {
		attach := a.attach[p.Kind]
		if attach == nil || f.Text == "" {
			continue
		}
		line, err := attach(ctx, tx, chat, p.Payload)
		if err != nil {
			return fmt.Errorf("agent: attach %s: %w", p.Kind, err)
		}
		f.Text, f.Notes = store.Under(f.Text, f.Notes, line)
	}
	return nil
}

// holdLetter makes a card of the client's chat of a manager's wish whose text gets a line.
func (w *deskWalk) holdLetter(ctx context.Context, o *store.Outcome, p tools.Proposal) error {
	var l tools.Letter
	if err := json.Unmarshal(p.Payload, &l); err != nil {
		return fmt.Errorf("agent: hold %s: %w", p.Kind, err)
	}
	attach := w.agent.attach[p.Kind]
	return w.holdMessage(ctx, o, desk.MessagePayload{Restaurant: l.Restaurant, Chat: l.Chat, Who: l.Who, Text: l.Text}, func(wish *store.Wish) {
		wish.Proposals = []store.Proposal{{Kind: p.Kind, Payload: l.Payload, Show: p.Show}}
		wish.Line = func(ctx context.Context, tx *store.Tx) (string, error) { return attach(ctx, tx, l.Chat, l.Payload) }
	})
}
