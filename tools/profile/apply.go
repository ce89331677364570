package profile

import (
	"context"
	"encoding/json"
	"fmt"

	"marketa/store"
)

// Change is the kind of a proposal that writes one fact, or lines of one section.
const Change = "profile_change"

type change struct {
	Field string `json:"field"`
	Value string `json:"value"`
	Lines []line `json:"lines,omitempty"` // empty: a free fact
}

// line is one of a section.
type line struct {
	Key   string      `json:"key"`
	Text  string      `json:"text"`
	Typed store.Typed `json:"typed"`
	Gone  bool        `json:"gone,omitempty"`
}

// Apply writes what a client has told and a manager has released, once, in the caller's transaction.
func Apply(ctx context.Context, tx *store.Tx, p store.HeldProposal) error {
	said, err := tx.SaidIn(ctx, p.ID)
	if err != nil {
		return err
	}
	return write(ctx, tx, p.Payload, said, p.ID)
}

// Confirmed writes what a manager has told and somebody of the team has confirmed.
func Confirmed(ctx context.Context, tx *store.Tx, c store.Confirm) error {
	return write(ctx, tx, c.Payload, store.Noted{Source: c.DecidedName + " in Telegram"}, store.ProposalID{})
}

func write(ctx context.Context, tx *store.Tx, payload json.RawMessage, said store.Noted, of store.ProposalID) error {
	var c change
	if err := json.Unmarshal(payload, &c); err != nil {
		return fmt.Errorf("profile: apply: %w", err)
	}
	if len(c.Lines) == 0 {
		fact := store.Fact{Field: c.Field, Value: c.Value, Source: said.Source, By: said.By}
		if of.IsZero() {
			return tx.NoteFact(ctx, fact)
		}
		return tx.NoteProposed(ctx, store.HeldProposal{ID: of}, fact)
	}
	for _, l := range c.Lines {
		if err := tx.NoteLine(ctx, store.ProfileLine{Section: store.Section(c.Field), Key: l.Key, Text: l.Text, Typed: l.Typed, Gone: l.Gone, Noted: said}, of); err != nil {
			return err
		}
	}
	return nil
}
