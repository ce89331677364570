package telegram

import (
	"context"
	"fmt"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

const notOnTheTeam = "This is an agency's own desk, and you are not on its team. If you should be, ask an owner of the agency to add you."

// strangerWrites: in a group only what is meant for us is refused, a command or a reply to one of our messages.
func (b *Bot) strangerWrites(ctx context.Context, tx *store.Tx, msg *models.Message, private bool) error {
	_, isCommand := b.command(spoken(msg))
	_, _, isReply, err := b.target(ctx, tx, msg)
	if err != nil || (!private && !isCommand && !isReply) {
		return err
	}
	if err := b.refuse(ctx, tx, msg.From, "write to the bot"); err != nil {
		return err
	}
	chat, id := msg.Chat.ID, int64(msg.ID)
	words, err := outside(ctx, tx, msg.From)
	if err != nil {
		return err
	}
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "reply", HTML: esc(words), ReplyTo: &id, ThreadID: threadOf(msg)}, fmt.Sprintf("refused-%d-%s", chat, daily(tx, msg.From)))
}

// refuse notes that a stranger was turned away, and tells the managers once a day.
func (b *Bot) refuse(ctx context.Context, tx *store.Tx, who *models.User, what string) error {
	if err := tx.Note(ctx, fmt.Sprintf("stranger:%d", who.ID), "telegram.refused", what); err != nil {
		return err
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: fmt.Sprintf("🚫 <b>%s</b> (Telegram id <code>%d</code>) is not on the team and tried to %s. Nothing happened. If this is a colleague, an owner brings them with /invite.",
		line(nameOf(who), 60), who.ID, what)}, "stranger-"+daily(tx, who))
}

// daily is the same for one person on one day.
func daily(tx *store.Tx, who *models.User) string {
	return fmt.Sprintf("%d@%s", who.ID, tx.Now.UTC().Format("2006-01-02"))
}
