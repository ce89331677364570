package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"marketa/internal/fault"
)

// Proposal is a change that a model asks for and a manager releases. It is stored as it is and shown on the card.
type Proposal struct {
	Kind    string          `json:"kind"`    // what is to be done, spelt like a tool's name: profile_change
	Payload json.RawMessage `json:"payload"` // a JSON object: all that doing it needs
	Show    string          `json:"show"`    // one plain line for the card, which says everything that will change
}

const longestShow = 1000 // characters

// NewProposal encodes what doing it needs.
func NewProposal(kind string, payload any, show string) (Proposal, error) {
	encoded, err := json.Marshal(payload)
	if err != nil {
		return Proposal{}, fmt.Errorf("proposal %s: %w", kind, err)
	}
	return Proposal{Kind: kind, Payload: encoded, Show: show}, nil
}

// checked puts Show on one line. A manager must see all that he releases, so that a line too long is refused, not cut.
func (p Proposal) checked() (Proposal, error) {
	p.Show = oneLine(p.Show)
	switch payload := bytes.TrimSpace(p.Payload); {
	case !validName(p.Kind):
		return p, fmt.Errorf("proposal: no kind: %q", p.Kind)
	case !json.Valid(payload) || payload[0] != '{':
		return p, fmt.Errorf("proposal %s: the payload is not a JSON object", p.Kind)
	case p.Show == "":
		return p, errors.New("proposal " + p.Kind + ": nothing to show")
	case len([]rune(p.Show)) > longestShow:
		return p, fault.New(fault.Invalid, "This is too long for a manager to decide on at a glance (at most %d characters). Propose it shorter or in parts.", longestShow)
	}
	return p, nil
}

// oneLine drops what could make a line look like several or read differently from what it says.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}
