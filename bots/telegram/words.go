package telegram

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// askLife is how long a question of ours stays open to words that are not a reply to it, in a private chat.
const askLife = 10 * time.Minute

// words handles what a manager writes: a command, the answer to a question of ours, or a reply to a card.
func (b *Bot) words(ctx context.Context, tx *store.Tx, msg *models.Message) error {
	private := msg.Chat.Type == models.ChatTypePrivate
	m, known, err := tx.ManagerBy(ctx, msg.From.ID, nameOf(msg.From))
	if err != nil {
		return err
	}
	if !known {
		return b.strangerWrites(ctx, tx, msg, private)
	}
	if !b.ours(msg.Chat.ID, m) {
		return nil // some other group
	}
	if name, rest, ok := command(msg.Text); ok {
		return b.command(ctx, tx, msg, m, name, rest)
	}
	if msg.ReplyToMessage != nil {
		return b.reply(ctx, tx, msg, m)
	}
	if !private {
		return nil // colleagues talking to each other
	}
	return b.loose(ctx, tx, msg, m)
}

func (b *Bot) strangerWrites(ctx context.Context, tx *store.Tx, msg *models.Message, private bool) error {
	if _, _, isCommand := command(msg.Text); !private && !isCommand {
		return nil
	}
	if err := b.refuse(ctx, tx, msg.From, "write to the bot"); err != nil {
		return err
	}
	return say(ctx, tx, msg, html.EscapeString(notOnTheTeam))
}

// reply is an answer to a question of ours, or the manager's own text for a card.
func (b *Bot) reply(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	to := int64(msg.ReplyToMessage.ID)
	if a, found, err := tx.AskAt(ctx, msg.Chat.ID, to); err != nil {
		return err
	} else if found {
		return b.answered(ctx, tx, msg, m, a)
	}
	card, found, err := tx.CardAt(ctx, msg.Chat.ID, to)
	if err != nil {
		return err
	}
	if !found {
		if msg.ReplyToMessage.From != nil && msg.ReplyToMessage.From.IsBot {
			return say(ctx, tx, msg, "That message is not a card. Reply to a card and your words go to the client; /queue lists what waits.")
		}
		return nil // colleagues talking to each other
	}
	// A redo was asked about just before: the words are its hint, wherever the thumb has put them.
	if a, open, err := tx.OpenAskOf(ctx, m.ID, msg.Chat.ID); err != nil {
		return err
	} else if open && a.ApprovalID == card.ApprovalID {
		return b.answered(ctx, tx, msg, m, a)
	}
	return b.write(ctx, tx, msg, m, card.ApprovalID, store.Edit)
}

// loose words in a private chat answer the question that was put a moment ago.
func (b *Bot) loose(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	a, open, err := tx.OpenAskOf(ctx, m.ID, msg.Chat.ID)
	if err != nil {
		return err
	}
	if open && tx.Now.Sub(a.AskedAt) < askLife {
		return b.answered(ctx, tx, msg, m, a)
	}
	return say(ctx, tx, msg, "I did not pass that on to anybody. To write to a client, reply to the card of that client. /queue shows what waits, /help the rest.")
}

func (b *Bot) answered(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	action := store.Edit
	if a.Kind == "redo" {
		action = store.RedoIt
	}
	if strings.TrimSpace(msg.Text) == "" {
		return b.notText(ctx, tx, msg)
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	return b.write(ctx, tx, msg, m, a.ApprovalID, action)
}

// write puts a manager's words before the gate. They are never lost: where they could not go out, they come back to him.
func (b *Bot) write(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, id store.ApprovalID, action store.Action) error {
	text := strings.TrimSpace(msg.Text)
	if text == "" {
		return b.notText(ctx, tx, msg)
	}
	v, err := tx.View(ctx, id)
	if err != nil {
		return err
	}
	if action == store.Edit && v.State != "pending" && v.Taken {
		action = store.SayIt
	}
	d, err := tx.Decide(ctx, store.Press{Approval: id, Action: action, TelegramID: m.TelegramID, PolicyVersion: policyOf(v), Text: text})
	if err != nil {
		return err
	}
	if d.Outcome == "ok" {
		return nil // the card tells, or the fresh draft does: a group may get twenty messages a minute
	}
	if err := tx.TouchView(ctx, id); err != nil {
		return err
	}
	return say(ctx, tx, msg, "⚠️ "+html.EscapeString(why(d, v))+" Your words were not sent:\n<blockquote>"+html.EscapeString(cut(text, 1500))+"</blockquote>")
}

func (b *Bot) notText(ctx context.Context, tx *store.Tx, msg *models.Message) error {
	return say(ctx, tx, msg, "I can pass on text only, for now. Nothing was sent; please write it as a message.")
}

// say answers a manager's message.
func say(ctx context.Context, tx *store.Tx, msg *models.Message, text string) error {
	chat, id := msg.Chat.ID, int64(msg.ID)
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "reply", HTML: text, ReplyTo: &id}, fmt.Sprintf("reply-%d-%d", chat, id))
}
