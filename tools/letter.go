package tools

import (
	"encoding/json"
	"fmt"

	"marketa/store"
)

// Letter is the payload of a manager's proposal that writes to a client and has the platform put a line under the text: an
// address, which no model writes. The platform has resolved the chat.
type Letter struct {
	Restaurant store.RestaurantID `json:"restaurant"`
	Chat       store.ChatID       `json:"chat"`
	Who        string             `json:"who"`
	Text       string             `json:"text"`
	Payload    json.RawMessage    `json:"payload"` // what the line is made from
}

// Write makes the proposal.
func Write(kind string, l Letter, payload any, show string) (Proposal, error) {
	raw, err := json.Marshal(payload)
	if err != nil {
		return Proposal{}, fmt.Errorf("tools: write %s: %w", kind, err)
	}
	l.Payload = raw
	return NewProposal(kind, l, show)
}
