package telegram

import (
	"context"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// answeredAbout takes the answer to a question that is not about a card. The question stays open where the answer was none.
func (b *Bot) answeredAbout(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	if a.Kind == "away" {
		if a.ManagerID != m.ID {
			return say(ctx, tx, msg, "That question was not for you. /team has your own.")
		}
		return b.leaveOn(ctx, tx, msg, m, a)
	}
	if !m.Decides() {
		return say(ctx, tx, msg, esc(deniedWords))
	}
	if strings.TrimSpace(msg.Text) == "" {
		return say(ctx, tx, msg, "I can read text only here. Please write it as a message.")
	}
	switch a.Kind {
	case "post":
		return b.answeredPost(ctx, tx, msg, m, a)
	case "name":
		return b.nameIt(ctx, tx, msg, m, a)
	case "zone":
		return b.rezone(ctx, tx, msg, m, a)
	case "wording":
		return b.reword(ctx, tx, msg, m, a)
	case "belongs":
		return b.narrow(ctx, tx, msg, m, a)
	}
	return nil
}

// narrow takes a part of a restaurant's name: the only one that fits gets the chat, of several the list is shown anew.
func (b *Bot) narrow(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	c, err := tx.ChatLine(ctx, a.Subject.Chat)
	if err != nil {
		return err
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	s, err := b.chooseHome(ctx, tx, c, oneLine(clean(msg.Text)), 0)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}
