package telegram

import (
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// What managers say to the bot itself, in plain words. Here it is only kept, once; a turn of the agent answers it
// (store.RunDesk) and talkdraw.go shows the answer.

const notPassedOn = "I did not pass that on to anybody. To write to a client, reply to the card of that client. /queue shows what waits, /help the rest."

// talk hands a manager's words to the assistant. Without one, or without words, he is told that they went nowhere.
func (b *Bot) talk(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	words := b.spoken(msg)
	if !b.listens || words == "" {
		return say(ctx, tx, msg, notPassedOn)
	}
	bound, err := b.boundTo(ctx, tx, msg)
	if err != nil {
		return err
	}
	return tx.StartDesk(ctx, store.DeskTurn{Source: fmt.Sprintf("m%d-%d", msg.Chat.ID, msg.ID), Manager: m.ID, TgChatID: msg.Chat.ID, ThreadID: threadOf(msg),
		MessageID: int64(msg.ID), Words: words, Bound: bound})
}

// spoken is what a message says to the bot, without the bot's own name. A voice note says nothing yet.
func (b *Bot) spoken(msg *models.Message) string {
	text := clean(msg.Text)
	if text == "" {
		text = clean(msg.Caption)
	}
	if at := b.mentionAt(text); at >= 0 {
		text = text[:at] + text[at+1+len(*b.name.Load()):]
	}
	return strings.TrimLeft(strings.TrimSpace(text), ",: ")
}

// mentions says whether a message in a group speaks to the bot.
func (b *Bot) mentions(msg *models.Message) bool {
	return b.mentionAt(clean(msg.Text)) >= 0 || b.mentionAt(clean(msg.Caption)) >= 0
}

// mentionAt is where @OurBot stands in a text, -1 if it does not. Longer names are other people's.
func (b *Bot) mentionAt(text string) int {
	us := b.name.Load()
	if us == nil {
		return -1
	}
	low, name := strings.ToLower(text), "@"+strings.ToLower(*us)
	if len(low) != len(text) {
		return -1 // letters that change their length; nobody writes a bot's name with them
	}
	for at := 0; ; {
		i := strings.Index(low[at:], name)
		if i < 0 {
			return -1
		}
		at += i
		if end := at + len(name); end == len(low) || !isNameByte(low[end]) {
			return at
		}
		at += len(name)
	}
}

func isNameByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z'
}

// boundTo is the restaurant whose topic a message stands in; zero elsewhere.
func (b *Bot) boundTo(ctx context.Context, tx *store.Tx, msg *models.Message) (store.RestaurantID, error) {
	id, _, err := tx.RestaurantOfTopic(ctx, msg.Chat.ID, threadOf(msg))
	return id, err
}
