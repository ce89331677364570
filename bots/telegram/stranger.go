package telegram

import (
	"context"
	"fmt"
	"html"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

const notOnTheTeam = "This is an agency's own desk, and you are not on its team. If you should be, ask an owner of the agency to add you."

// refuse turns a stranger away in a friendly sentence and tells the managers once a day.
func (b *Bot) refuse(ctx context.Context, tx *store.Tx, who *models.User, what string) error {
	if err := tx.Note(ctx, fmt.Sprintf("stranger:%d", who.ID), "telegram.refused", what); err != nil {
		return err
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: fmt.Sprintf("🚫 <b>%s</b> (Telegram id <code>%d</code>) is not on the team and tried to %s. Nothing happened. If this is a colleague, add the id to TELEGRAM_OWNERS and start again.",
		html.EscapeString(nameOf(who)), who.ID, what)}, fmt.Sprintf("stranger-%d@%s", who.ID, tx.Now.UTC().Format("2006-01-02")))
}
