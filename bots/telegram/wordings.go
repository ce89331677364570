package telegram

import (
	"cmp"
	"context"
	"fmt"

	"github.com/go-telegram/bot/models"

	"marketa/internal/language"
	"marketa/store"
)

// translateFirst keeps back what a manager has written in another language than the client's: it is translated, and the
// translation waits on a fresh card for a tap of its own. What nobody can tell the language of goes out as it is.
func (b *Bot) translateFirst(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, v store.View, action store.Action, text string) (bool, error) {
	if !m.Decides() || (action != store.Edit && action != store.SayIt) {
		return false, nil
	}
	from := language.Of(text)
	if from == "" {
		return false, nil
	}
	to, err := clientLanguage(ctx, tx, v)
	if err != nil || to == "" || to == from {
		return false, err
	}
	c, err := tx.Chat(ctx, v.ChatID)
	if err != nil {
		return false, err
	}
	// Where it would be refused anyway, the gate says why.
	if (action == store.Edit && (v.State != "pending" || v.Stale)) || (action == store.SayIt && (c.TakenBy != m.ID || !c.Taken(tx.Now))) {
		return false, nil
	}
	return true, tx.OpenWording(ctx, store.Wording{RestaurantID: v.RestaurantID, ChatID: v.ChatID, ApprovalID: v.Approval, ManagerID: m.ID, Say: action == store.SayIt, Body: text,
		FromLanguage: from, ToLanguage: to, Watermark: c.Watermark, PolicyVersion: policyOf(v), TgChatID: msg.Chat.ID, TgMessageID: int64(msg.ID)})
}

// clientLanguage is that of the client's newest words that tell, else of a draft that a model wrote for him.
func clientLanguage(ctx context.Context, tx *store.Tx, v store.View) (string, error) {
	said, err := tx.ClientWords(ctx, v.ChatID, 20)
	if err != nil {
		return "", err
	}
	for _, s := range said {
		if code := language.Of(s); code != "" {
			return code, nil
		}
	}
	if v.Author == "model" {
		return language.Of(v.Text), nil
	}
	return "", nil
}

// worded is what stands behind a translation: whose words they are, and how it reads in his language again.
func worded(v store.View, r room) string {
	w := v.Worded
	if w == nil {
		return ""
	}
	who := line(cmp.Or(w.By, "A manager"), 60)
	if w.State == "failed" {
		return fmt.Sprintf("\n\n🌐 %s wrote in %s, and I could not translate it into %s. Nothing was sent. <b>As written</b> sends it as it stands:\n<blockquote>%s</blockquote>",
			who, language.Name(w.FromLanguage), language.Name(w.ToLanguage), short(w.Body, max(r.foreign, 200)))
	}
	s := fmt.Sprintf("\n\n✍️ %s wrote, in %s:\n<blockquote>%s</blockquote>", who, language.Name(w.FromLanguage), short(w.Body, max(r.foreign, 100)))
	return s + "\n" + quoted("🌐 The "+language.Name(w.ToLanguage)+" text says: ", w.Back, r.foreign)
}

// asWritten offers to send a manager's words as he wrote them. Its label must not begin with Send.
func asWritten(v store.View, tap func(text, code string) Button) [][]Button {
	if v.Worded == nil {
		return nil
	}
	return [][]Button{{tap("✍️ As written", tapAsWritten)}}
}

// sendAsWritten puts exactly the manager's words before the gate.
func (b *Bot) sendAsWritten(ctx context.Context, tx *store.Tx, t tapped) error {
	w := t.view.Worded
	switch {
	case t.view.State != "pending" && !t.view.Taken:
		return b.tooLate(ctx, tx, t, alreadyWords(t.view.State, t.view.DecidedName, t.view.DecidedAt, t.view.Zone))
	case w == nil || !t.fresh:
		return b.tooLate(ctx, tx, t, why(store.Decision{Outcome: "stale"}, t.view, false))
	}
	action := store.Edit
	if t.view.State != "pending" {
		action = store.SayIt
	}
	d, err := tx.Decide(ctx, store.Press{Approval: t.view.Approval, Action: action, TelegramID: t.manager.TelegramID, PolicyVersion: policyOf(t.view), Text: w.Body})
	if err != nil {
		return err
	}
	if d.Outcome != "ok" {
		return b.tooLate(ctx, tx, t, why(d, t.view, t.fresh))
	}
	if err := tx.WordingSent(ctx, w.ID); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "On its way to "+client(t.view)+", as written.")
}
