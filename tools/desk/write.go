package desk

import (
	"context"
	"fmt"
	"strings"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
)

type writeArgs struct {
	To   string `json:"to" jsonschema:"the person's name, as the manager says it"`
	Text string `json:"text" jsonschema:"the whole message to the client, in the client's language (see desk_read_chat), short and friendly, ready to send"`
}

// MessagePayload is a message to a client that waits for its card.
type MessagePayload struct {
	Restaurant store.RestaurantID `json:"restaurant"`
	Chat       store.ChatID       `json:"chat"`
	Who        string             `json:"who"`
	Text       string             `json:"text"`
}

const longestMessage = 2000 // characters

func (d Desk) write() tools.Tool {
	return tools.DefinePropose("desk_write", "Propose a message to one client, in that person's own chat, when the manager says to write, tell or ask somebody something. It becomes a card with Send; nothing leaves before a manager taps it.",
		func(ctx context.Context, args writeArgs) (tools.Proposal, error) {
			e, _, err := d.chat(ctx, args.To, true)
			if err != nil {
				return tools.Proposal{}, err
			}
			text := strings.TrimSpace(args.Text)
			if text == "" || len([]rune(text)) > longestMessage {
				return tools.Proposal{}, fault.New(fault.Invalid, "text must have 1 to %d characters.", longestMessage)
			}
			if err := d.DB.Look(ctx, e.Restaurant, func(tx *store.Tx) error { _, err := tx.Chat(ctx, e.Chat); return err }); err != nil {
				return tools.Proposal{}, err
			}
			show := fmt.Sprintf("a message to %s, on a card of its own", whom(e))
			return tools.NewProposal(Message, MessagePayload{Restaurant: e.Restaurant, Chat: e.Chat, Who: whom(e), Text: text}, show)
		})
}

// whom says whose chat it is, as the record has it.
func whom(e store.Known) string {
	if e.Name == e.Title || e.Title == "" {
		return name(e.Name)
	}
	return name(e.Title) + " (" + name(e.Name) + ")"
}
