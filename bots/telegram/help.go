package telegram

import (
	"context"

	"github.com/go-telegram/bot"
	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// order is one command, who may give it, and what it does.
type order struct {
	name, what string
	roles      string // of those who see it, by first letter: o, m, v
}

// orders are all commands, in the order of the help.
func orders() []order {
	return []order{
		{"queue", "what waits for a decision", "omv"},
		{"restaurant", "a restaurant on one screen: /restaurant NAME", "omv"},
		{"profile", "what we know about a restaurant, and what is missing: /profile NAME", "omv"},
		{"new", "a new restaurant: /new NAME", "om"},
		{"link", "a chat belongs to a restaurant: reply /link to a card", "om"},
		{"ignored", "chats that make no cards", "omv"},
		{"alerts", "what is wrong with the service right now, and what was during the last day", "omv"},
		{"texts", "fixed texts that may leave without a card, and the office's hours", "om"},
		{"pause", "stop everything that leaves on a number: /pause NUMBER", "om"},
		{"resume", "let a number send again: /resume NUMBER", "om"},
		{"language", "the language in which you read clients' words", "omv"},
		{"team", "who is here; say that you are away", "omv"},
		{"invite", "a code for a colleague", "o"},
		{"help", "how this works", "omv"},
	}
}

// helpFor is the help for one role.
func helpFor(m store.Manager) string {
	s := helpText
	if m.Role == "viewer" {
		s = viewerHelp
	}
	s += "\n"
	for _, o := range ordersFor(m.Role) {
		s += "\n/" + o.name + ": " + o.what
	}
	return s
}

const viewerHelp = `When a client writes on WhatsApp, a card with a draft comes. The managers decide what the client gets; you see everything and decide nothing.`

func ordersFor(role string) (out []order) {
	for _, o := range orders() {
		for _, r := range o.roles {
			if role != "" && rune(role[0]) == r {
				out = append(out, o)
			}
		}
	}
	return out
}

// menus tells Telegram the commands: those of managers everywhere, those of owners in their own chats. A server that does not
// know such scopes keeps the first. https://core.telegram.org/bots/api#setmycommands
func (b *Bot) menus(ctx context.Context) error {
	if _, err := b.tg.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: menu("manager")}); err != nil {
		return err
	}
	var team []store.Manager
	if err := b.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { team, err = tx.Managers(ctx); return err }); err != nil {
		return err
	}
	for _, m := range team {
		if m.Role == "manager" {
			continue
		}
		// Whoever has not pressed Start has no chat: the general menu does.
		_, _ = b.tg.SetMyCommands(ctx, &bot.SetMyCommandsParams{Commands: menu(m.Role), Scope: &models.BotCommandScopeChat{ChatID: m.TelegramID}})
	}
	return nil
}

func menu(role string) (out []models.BotCommand) {
	for _, o := range ordersFor(role) {
		out = append(out, models.BotCommand{Command: o.name, Description: o.what})
	}
	return out
}
