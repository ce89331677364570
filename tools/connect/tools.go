package connect

import (
	"context"
	"strings"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
)

type linkArgs struct {
	Why string `json:"why,omitempty" jsonschema:"one short line: why they get it now"`
}

// Link is for a client's turn: the platform puts the address under the reply.
func (f *Flow) Link() tools.Tool {
	return tools.DefinePropose(Kind, "Put the personal link for connecting Facebook and Instagram under your reply. Use it when the client has to connect, or to connect again. Never write an address yourself: write the reply so that the link can follow on a line of its own.",
		func(ctx context.Context, args linkArgs) (tools.Proposal, error) {
			if err := f.ready(); err != nil {
				return tools.Proposal{}, err
			}
			return tools.NewProposal(Kind, struct{}{}, shown)
		})
}

// shown is the line on the card.
const shown = "🔗 Send the link to connect Facebook and Instagram: it stands under the text and works for 7 days, for this restaurant only. Keep it when you edit."

type deskLinkArgs struct {
	To   string `json:"to" jsonschema:"the person's name, as the manager says it"`
	Text string `json:"text" jsonschema:"the message around it, in the client's language (see desk_read_chat), short and friendly; the platform puts the address under it, so never write one"`
}

const longestText = 1500 // characters

// DeskLink is for a manager: a card in the client's chat, with the address under the text.
func (f *Flow) DeskLink() tools.Tool {
	return tools.DefinePropose("desk_connect_link", "Propose to send one client the personal link for connecting Facebook and Instagram (“send Anna the connection link”). It becomes a card with Send in that person's own chat.",
		func(ctx context.Context, args deskLinkArgs) (tools.Proposal, error) {
			if err := f.ready(); err != nil {
				return tools.Proposal{}, err
			}
			e, err := f.whom(ctx, args.To)
			if err != nil {
				return tools.Proposal{}, err
			}
			text := strings.TrimSpace(args.Text)
			if text == "" || len([]rune(text)) > longestText {
				return tools.Proposal{}, fault.New(fault.Invalid, "text must have 1 to %d characters.", longestText)
			}
			if err := f.DB.Look(ctx, e.Restaurant, func(tx *store.Tx) error { _, err := tx.Chat(ctx, e.Chat); return err }); err != nil {
				return tools.Proposal{}, err
			}
			return tools.Write(Kind, tools.Letter{Restaurant: e.Restaurant, Chat: e.Chat, Who: who(e), Text: text}, struct{}{}, shown)
		})
}

// ready says that there is something to connect with.
func (f *Flow) ready() error {
	if !f.Configured() {
		return fault.New(fault.Unavailable, "Clients cannot connect yet: META_APP_ID and META_APP_SECRET are not set. Tell the manager.")
	}
	return nil
}

func (f *Flow) whom(ctx context.Context, to string) (store.Known, error) {
	s, err := store.ScopeFrom(ctx)
	if err != nil {
		return store.Known{}, err
	}
	var names store.Names
	if err := f.DB.System(ctx, store.Desk, func(tx *store.Tx) (err error) { names, err = tx.Names(ctx); return err }); err != nil {
		return store.Known{}, err
	}
	return names.FindChat(s, to, true)
}

func who(e store.Known) string {
	if e.Name == e.Title || e.Title == "" {
		return name(e.Name)
	}
	return name(e.Title) + " (" + name(e.Name) + ")"
}

// Tools are what agents can do with connections.
func (f *Flow) Tools() []tools.Tool { return []tools.Tool{f.Link(), f.DeskLink()} }
