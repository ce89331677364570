package telegram

import (
	"cmp"
	"context"
	"fmt"
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
		if done, err := b.join(ctx, tx, msg, private); done || err != nil {
			return err
		}
		return b.strangerWrites(ctx, tx, msg, private)
	}
	if !b.ours(msg.Chat.ID, m) {
		return nil // some other group
	}
	if name, ok := b.command(spoken(msg)); ok {
		return b.obey(ctx, tx, msg, m, name)
	}
	if done, err := b.gift(ctx, tx, msg, m); done || err != nil {
		return err
	}
	if repliesTo(msg) != 0 {
		return b.reply(ctx, tx, msg, m)
	}
	if !private && b.mentions(msg) {
		return b.talk(ctx, tx, msg, m)
	}
	if !private {
		return nil // colleagues talking to each other
	}
	return b.loose(ctx, tx, msg, m)
}

// spoken is what a message says: its text, or the words under its file.
func spoken(msg *models.Message) string { return cmp.Or(msg.Text, msg.Caption) }

// repliesTo is the message that this one answers; in a topic, everything "answers" the topic's first message.
func repliesTo(msg *models.Message) int64 {
	to := msg.ReplyToMessage
	if to == nil || to.ForumTopicCreated != nil || (msg.IsTopicMessage && to.ID == msg.MessageThreadID) {
		return 0
	}
	return int64(msg.ReplyToMessage.ID)
}

// target is what a reply of anybody's refers to: a card, or a question of ours.
func (b *Bot) target(ctx context.Context, tx *store.Tx, msg *models.Message) (card store.Card, ask store.Ask, found bool, err error) {
	to := repliesTo(msg)
	if to == 0 {
		return card, ask, false, nil
	}
	if ask, found, err = tx.AskAt(ctx, msg.Chat.ID, to); err != nil || found {
		return card, ask, found, err
	}
	if card, found, err = tx.CardAt(ctx, msg.Chat.ID, to); err != nil || found {
		return card, ask, found, err
	}
	card, found, err = tx.ShownWith(ctx, msg.Chat.ID, to) // a photo or a voice note behind a card stands for the card
	return card, ask, found, err
}

// reply is an answer to a question of ours, or the manager's own text for a card.
func (b *Bot) reply(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	card, ask, found, err := b.target(ctx, tx, msg)
	if err != nil {
		return err
	}
	open, isOpen, err := tx.OpenAskOf(ctx, m.ID, msg.Chat.ID)
	if err != nil {
		return err
	}
	if !found {
		if handled, err := b.replyToPost(ctx, tx, msg, m); handled || err != nil {
			return err
		}
	}
	switch {
	case found && !ask.ID.IsZero():
		return b.answered(ctx, tx, msg, m, ask)
	case found && isOpen && open.ApprovalID == card.ApprovalID:
		// A redo was asked about just before: the words are its hint, wherever the thumb has put them.
		return b.answered(ctx, tx, msg, m, open)
	case found:
		return b.write(ctx, tx, msg, m, card.ApprovalID, store.Edit)
	case isOpen && tx.Now.Sub(open.AskedAt) < askLife && looksLike(open, msg.ReplyToMessage):
		return b.answered(ctx, tx, msg, m, open)
	case msg.ReplyToMessage.From != nil && msg.ReplyToMessage.From.IsBot && b.listens, b.mentions(msg):
		return b.talk(ctx, tx, msg, m)
	case msg.ReplyToMessage.From != nil && msg.ReplyToMessage.From.IsBot:
		return say(ctx, tx, msg, "That message is not a card, so I passed nothing on. Reply to a card and your words go to the client; /queue shows what waits.")
	}
	return nil // colleagues talking to each other
}

// looksLike: a question of ours whose sending was answered by silence is not known by its number, but by its first sign.
func looksLike(a store.Ask, question *models.Message) bool {
	mark := markOf(a.Kind)
	return mark != "" && question.From != nil && question.From.IsBot && strings.HasPrefix(question.Text, mark)
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
	return b.talk(ctx, tx, msg, m)
}

// answered puts the answer to a question before the gate. The question stays open where the answer was none.
func (b *Bot) answered(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, a store.Ask) error {
	if a.ApprovalID.IsZero() {
		return b.answeredAbout(ctx, tx, msg, m, a)
	}
	action := store.Edit
	if a.Kind == "redo" {
		action = store.RedoIt
	}
	v, err := tx.View(ctx, a.ApprovalID)
	if err != nil {
		return err
	}
	if !m.Decides() || v.Held(m.ID) || strings.TrimSpace(msg.Text) == "" {
		return b.write(ctx, tx, msg, m, a.ApprovalID, action)
	}
	if err := tx.CloseAsk(ctx, a.ID); err != nil {
		return err
	}
	return b.write(ctx, tx, msg, m, a.ApprovalID, action)
}

// write puts a manager's words before the gate. They are never lost: where they could not go out, they come back to him.
func (b *Bot) write(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, id store.ApprovalID, action store.Action) error {
	text := strings.TrimSpace(clean(msg.Text))
	if text == "" {
		return say(ctx, tx, msg, "I can pass on text only, for now. Nothing was sent; please write it as a message.")
	}
	v, err := tx.View(ctx, id)
	if err != nil {
		return err
	}
	if action == store.Edit && v.State != "pending" && v.Taken {
		action = store.SayIt
	}
	if v.State == "pending" && m.Decides() && v.Held(m.ID) {
		return b.heldBack(ctx, tx, msg, v, text)
	}
	if action == store.Edit {
		if done, err := b.putAwayInWords(ctx, tx, m, v, text); err != nil || done {
			return err
		}
	}
	if translates, err := b.translateFirst(ctx, tx, msg, m, v, action, text); translates || err != nil {
		return err
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
	reason := why(d, v, true)
	if action == store.SayIt && d.Outcome == "already" {
		reason = cut(v.DecidedName, 60) + " has taken this chat over and writes there alone until it is handed back."
	}
	return say(ctx, tx, msg, "⚠️ "+esc(reason)+" Your words were not sent:\n<blockquote>"+short(text, 3000)+"</blockquote>")
}

// edited: what has been passed on stays as it was, whatever becomes of the message here.
func (b *Bot) edited(ctx context.Context, tx *store.Tx, msg *models.Message) error {
	m, known, err := tx.ManagerBy(ctx, msg.From.ID, nameOf(msg.From))
	if err != nil || !known || !b.ours(msg.Chat.ID, m) {
		return err
	}
	if _, _, found, err := b.target(ctx, tx, msg); err != nil || !found {
		return err
	}
	return tell(ctx, tx, msg, "✋ I do not follow edits: what went out stays as it was. To say it differently, write it anew.", "edited")
}

// say answers a manager's message, once.
func say(ctx context.Context, tx *store.Tx, msg *models.Message, text string) error {
	return tell(ctx, tx, msg, text, "reply")
}

func tell(ctx context.Context, tx *store.Tx, msg *models.Message, text, what string) error {
	chat, id := msg.Chat.ID, int64(msg.ID)
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "reply", HTML: text, ReplyTo: &id, ThreadID: threadOf(msg)}, fmt.Sprintf("%s-%d-%d", what, chat, id))
}
