package telegram

import (
	"context"
	"strings"
	"unicode"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

const linkHelp = `🔗 /link says to which restaurant a chat belongs:
• reply <code>/link</code> to a card, or <code>/link NAME</code> with the restaurant's name
• <code>/link ANNA to TRATTORIA</code>, with a name or a part of the number
• <code>/link ANNA</code> in a restaurant's topic` + linkTaskHelp

// mostFound is how many chats are offered to choose from.
const mostFound = 8

// link moves a chat to its restaurant: as a reply to a card, in a restaurant's topic, or by two names.
func (b *Bot) link(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	if !m.Decides() {
		return say(ctx, tx, msg, esc(deniedWords))
	}
	args := arguments(msg.Text)
	card, _, found, err := b.target(ctx, tx, msg)
	if err != nil {
		return err
	}
	here, inTopic, err := tx.RestaurantOfTopic(ctx, msg.Chat.ID, int64(msg.MessageThreadID))
	if err != nil {
		return err
	}
	if handled, err := b.linkTask(ctx, tx, msg, m, card, here); err != nil || handled {
		return err
	}
	if found && !card.ApprovalID.IsZero() {
		return b.linkCard(ctx, tx, msg, m, card, args)
	}
	who, where := split(args)
	if who == "" {
		return say(ctx, tx, msg, linkHelp)
	}
	chats, err := tx.FindChats(ctx, digits(who), who, mostFound)
	switch {
	case err != nil:
		return err
	case len(chats) == 0 && b.crm && inTopic && bareTask(who) > 0:
		return b.linkTaskTo(ctx, tx, msg, m, bareTask(who), where, here, store.Card{})
	case len(chats) == 0:
		return say(ctx, tx, msg, "I know no chat of “"+line(who, 60)+"”. Give a part of the name as it stands in WhatsApp, or at least five digits of the number.")
	case len(chats) > 1 && !sole(chats, who):
		return b.show(ctx, tx, msg, m, chooseChat(chats, where, tx.Now))
	case inTopic && where == "":
		return b.moveSaid(ctx, tx, msg, m, chats[0], here)
	}
	return b.linkChat(ctx, tx, msg, m, chats[0], where)
}

// linkCard is about the chat of a card.
func (b *Bot) linkCard(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, card store.Card, where string) error {
	v, err := tx.View(ctx, card.ApprovalID)
	if err != nil {
		return err
	}
	c, err := tx.ChatLine(ctx, v.ChatID)
	if err != nil {
		return err
	}
	_, to := split("x to " + strings.TrimPrefix(where, "to "))
	return b.linkChat(ctx, tx, msg, m, c, to)
}

// linkChat moves it where only one restaurant is meant, else asks.
func (b *Bot) linkChat(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, c store.ChatLine, where string) error {
	if where != "" {
		all, err := tx.Directory(ctx, c.ID)
		if err != nil {
			return err
		}
		if e, ok := only(likeliest(all, c, where), where); ok {
			return b.moveSaid(ctx, tx, msg, m, c, e.ID)
		}
		if own := (store.Entry{Name: c.Name}); fold(own.Name) == fold(where) {
			return b.moveSaid(ctx, tx, msg, m, c, c.Restaurant)
		}
	}
	s, err := b.chooseHome(ctx, tx, c, where, 0)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}

func (b *Bot) moveSaid(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, c store.ChatLine, to store.RestaurantID) error {
	moved, err := tx.MoveChat(ctx, c.ID, to, m.TelegramID)
	if err != nil {
		return err
	}
	if moved.Outcome == "denied" || moved.Outcome == "gone" {
		return say(ctx, tx, msg, esc(mappedWords(moved.Outcome, "")))
	}
	return b.show(ctx, tx, msg, m, movedScreen(c, moved, m))
}

// only is the one restaurant that is meant: the only one found, or the only one of exactly that name.
func only(found []store.Entry, name string) (e store.Entry, ok bool) {
	if len(found) == 1 && holds(found[0].Name, name) {
		return found[0], true
	}
	n := 0
	for _, x := range found {
		if fold(x.Name) == fold(name) && !x.Gone {
			e, n = x, n+1
		}
	}
	return e, n == 1
}

// sole says whether the first chat, of those found, is the only one of exactly that name.
func sole(found []store.ChatLine, who string) bool {
	return fold(found[0].Title) == fold(who) && fold(found[1].Title) != fold(who)
}

// split reads "ANNA to TRATTORIA"; the last "to" counts.
func split(args string) (who, where string) {
	lower := strings.ToLower(args)
	if i := strings.LastIndex(lower, " to "); i >= 0 && len(lower) == len(args) {
		return strings.TrimSpace(args[:i]), strings.TrimSpace(args[i+len(" to "):])
	}
	return args, ""
}

// digits are those of a number, if it is one.
func digits(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			out.WriteRune(r)
		case unicode.IsLetter(r):
			return ""
		}
	}
	return strings.TrimPrefix(out.String(), "00")
}
