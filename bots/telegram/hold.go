package telegram

import (
	"context"
	"fmt"
	"slices"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// Whoever begins to write an answer has the card to himself for a few minutes. The others see it, are told when they press
// or write, and may take it from him all the same. It is a courtesy, not a gate: who is first still wins at the gate alone.

const takeAnyway = "✋ Take over anyway"

// heldFrom says that somebody else is writing, and that this press therefore does nothing. What concerns a card that is
// decided already is nobody's.
func heldFrom(t tapped) bool {
	return t.manager.Decides() && t.view.State == "pending" && t.view.Held(t.manager.ID) && !slices.Contains([]string{tapAnyway, tapNewClient, tapBelongs, tapIgnore}, t.code)
}

func heldWords(v store.View) string {
	return fmt.Sprintf("%s is writing an answer to %s, until %s. If it cannot wait, press “%s”.", cut(v.HeldName, 60), client(v), clockTime(*v.HeldUntil, v.Zone), takeAnyway)
}

// takeFrom gives the card to the one who cannot wait, and tells the other one.
func (b *Bot) takeFrom(ctx context.Context, tx *store.Tx, t tapped) error {
	v := t.view
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+deniedWords)
	}
	held, err := tx.HoldView(ctx, v.Approval, t.manager.ID, true)
	if err != nil {
		return err
	}
	if !held {
		return b.tooLate(ctx, tx, t, alreadyWords(v.State, v.DecidedName, v.DecidedAt, v.Zone))
	}
	if v.Held(t.manager.ID) {
		if err := b.tellHolder(ctx, tx, t); err != nil {
			return err
		}
	}
	return answer(ctx, tx, t.query, fmt.Sprintf("It is yours until %s: press Send or Edit, or reply to the card.", clockTime(tx.Now.Add(store.HoldFor), v.Zone)))
}

// tellHolder speaks to the one who loses the card: in the group beside it, else in his own chat.
func (b *Bot) tellHolder(ctx context.Context, tx *store.Tx, t tapped) error {
	managers, err := tx.Managers(ctx)
	if err != nil {
		return err
	}
	for _, m := range managers {
		if m.ID != t.view.HeldBy {
			continue
		}
		n := store.Notice{TgChatID: &t.chat, Kind: "alert", ThreadID: threadOf(t.query.Message.Message), HTML: fmt.Sprintf("✋ %s, %s has taken the card of <b>%s</b> over from you. What you write to it does not go out.",
			mention(m), line(t.manager.Name, 60), esc(client(t.view)))}
		if t.chat > 0 {
			n.TgChatID = &m.TelegramID
		}
		return tx.Tell(ctx, n, "")
	}
	return nil
}

// breakIn: the conversation has moved on while somebody was writing the answer. He is told, or he would write on in vain.
func (b *Bot) breakIn(ctx context.Context, tx *store.Tx, v store.View) error {
	if v.State != "superseded" {
		return nil
	}
	m, chat, ok, err := tx.BrokenInto(ctx, v.Approval)
	if err != nil || !ok {
		return err
	}
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "alert", About: v.RestaurantID,
		HTML: fmt.Sprintf("✋ %s, the chat with <b>%s</b> has moved on while you were writing. Please look at the newest card: an answer to the old one does not go out.", mention(m), esc(client(v)))},
		"broken-into-"+v.Approval.String())
}

// heldBack gives a manager's words back: a colleague is writing to the same client at this moment.
func (b *Bot) heldBack(ctx context.Context, tx *store.Tx, msg *models.Message, v store.View, text string) error {
	chat, id := msg.Chat.ID, int64(msg.ID)
	return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "reply", ReplyTo: &id, ThreadID: threadOf(msg),
		HTML:    "✏️ " + esc(heldWords(v)) + " Your words were not sent:\n<blockquote>" + short(text, 3000) + "</blockquote>",
		Buttons: [][]store.NoticeButton{{{Text: takeAnyway, Data: tapData(tapAnyway, v.Approval, v.TextHash)}}}}, fmt.Sprintf("held-%d-%d", chat, id))
}
