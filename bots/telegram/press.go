package telegram

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
)

// tapped is a press with everything that judging it needs.
type tapped struct {
	query   *models.CallbackQuery
	manager store.Manager
	chat    int64
	message int64
	code    string
	view    store.View
	fresh   bool // the card showed the text that the row has now
}

const notHere = "!This button does not work here. Use the card in the approvals chat; /queue shows what waits."

// press judges a tap by the row, never by what the card shows: who pressed, in which chat, on which text.
func (b *Bot) press(ctx context.Context, tx *store.Tx, q *models.CallbackQuery) error {
	m, known, err := tx.ManagerBy(ctx, q.From.ID, nameOf(&q.From))
	if err != nil {
		return err
	}
	if !known {
		if err := b.refuse(ctx, tx, &q.From, "press a button"); err != nil {
			return err
		}
		words, err := outside(ctx, tx, &q.From)
		if err != nil {
			return err
		}
		return answer(ctx, tx, q, "!"+words)
	}
	chat, message := placeOf(q)
	if strings.HasPrefix(q.Data, screenMark) {
		return b.touch(ctx, tx, q, m, chat, message)
	}
	code, id, hash, ok := parseTap(q.Data)
	if !ok {
		return answer(ctx, tx, q, notHere)
	}
	if handled, err := b.pressDesk(ctx, tx, q, m, code, id); handled || err != nil {
		return err
	}
	if handled, err := b.pressPost(ctx, tx, q, m, code, store.PostApprovalID(id), hash); handled || err != nil {
		return err
	}
	view, err := tx.View(ctx, id)
	if errors.Is(err, fault.NotFound) {
		return answer(ctx, tx, q, "!This card is not known any more. /queue shows what waits.")
	}
	if err != nil {
		return err
	}
	t := tapped{query: q, manager: m, chat: chat, message: message, code: code, view: view, fresh: sameText(hash, view)}
	if code == tapAnyway && b.ours(chat, m) { // also under a notice that is no card
		return b.takeFrom(ctx, tx, t)
	}
	if belongs, err := b.belongs(ctx, tx, id, m, chat, message); err != nil {
		return err
	} else if !belongs {
		return answer(ctx, tx, q, notHere)
	}
	if heldFrom(t) {
		return answer(ctx, tx, q, "!"+heldWords(view))
	}
	return b.judge(ctx, tx, t)
}

// belongs: a button works on a copy of its own card, and on one that we do not know of (its sending was answered by silence)
// in the approvals chat and in the manager's own chat. Such a copy is kept from now on, so that it is redrawn like the others.
func (b *Bot) belongs(ctx context.Context, tx *store.Tx, id store.ApprovalID, m store.Manager, chat, message int64) (bool, error) {
	card, known, err := tx.CardAt(ctx, chat, message)
	if err != nil {
		return false, err
	}
	if known && card.ApprovalID != id { // an old picture of a card that goes on as a newer one's
		return tx.SameChat(ctx, card.ApprovalID, id)
	}
	if known {
		return true, nil
	}
	if !b.ours(chat, m) || message == 0 {
		return false, nil
	}
	return true, tx.SaveCard(ctx, store.Card{ApprovalID: id, TgChatID: chat, MessageID: message, ShownHash: []byte{}})
}

// ours are the chats where managers work: the approvals chat and a manager's own chat with the bot, nothing else.
func (b *Bot) ours(chat int64, m store.Manager) bool {
	return chat != 0 && (chat == b.approvals.Load() || chat == m.TelegramID)
}

func (b *Bot) judge(ctx context.Context, tx *store.Tx, t tapped) error {
	switch t.code {
	case tapSend:
		if t.view.State == "pending" && !showsWhole(t.view) {
			return answer(ctx, tx, t.query, "!This draft is too long for a card to show it whole. Press Redo and ask for a shorter one, or reply with your own words.")
		}
		return b.decideTap(ctx, tx, t, store.Send)
	case tapDiscard:
		return b.decideTap(ctx, tx, t, store.Discard)
	case tapTakeOver:
		return b.decideTap(ctx, tx, t, store.TakeOver)
	case tapHandBack:
		return b.decideTap(ctx, tx, t, store.HandBack)
	case tapEdit, tapRedo:
		return b.askFor(ctx, tx, t)
	case tapPrivate:
		return b.answerPrivately(ctx, tx, t)
	case tapAsWritten:
		return b.sendAsWritten(ctx, tx, t)
	case tapArrived, tapAgain:
		return b.doubt(ctx, tx, t)
	case tapNewClient, tapBelongs, tapIgnore:
		return b.mapTap(ctx, tx, t)
	}
	return b.putAway(ctx, tx, t)
}

// decideTap puts a press before the gate and tells the result.
func (b *Bot) decideTap(ctx context.Context, tx *store.Tx, t tapped, action store.Action) error {
	hash := t.view.TextHash
	if !t.fresh {
		hash = []byte("another text")
	}
	d, err := tx.Decide(ctx, store.Press{Approval: t.view.Approval, Action: action, TelegramID: t.manager.TelegramID, Hash: hash, PolicyVersion: policyOf(t.view)})
	if err != nil {
		return err
	}
	if d.Outcome != "ok" {
		return b.tooLate(ctx, tx, t, why(d, t.view, t.fresh))
	}
	if action == store.Discard {
		if open, err := tx.Reopen(ctx, t.view.Approval); err != nil {
			return err
		} else if open {
			return answer(ctx, tx, t.query, "Discarded. The draft for "+client(t.view)+"'s own words comes back.")
		}
	}
	return answer(ctx, tx, t.query, doneWords(action, t.view))
}

// tooLate: what the card shows is behind the row, so it is drawn again.
func (b *Bot) tooLate(ctx context.Context, tx *store.Tx, t tapped, words string) error {
	if err := tx.TouchView(ctx, t.view.Approval); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "!"+words)
}

func policyOf(v store.View) string {
	p, err := stages.PolicyFor(stages.Stage(v.Stage))
	if err != nil {
		return "unknown stage" // the gate refuses it as stale
	}
	return p.Version()
}

// askFor asks for the new text or for the hint; the answer comes as a reply.
func (b *Bot) askFor(ctx context.Context, tx *store.Tx, t tapped) error {
	v := t.view
	switch {
	case !t.manager.Decides():
		return answer(ctx, tx, t.query, "!"+deniedWords)
	case v.State != "pending":
		return b.tooLate(ctx, tx, t, alreadyWords(v.State, v.DecidedName, v.DecidedAt, v.Zone))
	case v.Stale || !t.fresh:
		return b.tooLate(ctx, tx, t, why(store.Decision{Outcome: "stale"}, v, t.fresh))
	}
	if held, err := tx.HoldView(ctx, v.Approval, t.manager.ID, false); err != nil {
		return err
	} else if !held {
		return answer(ctx, tx, t.query, "!A colleague was faster: somebody is writing an answer already.")
	}
	kind, question := "edit", editQuestion(t.manager, v)
	if t.code == tapRedo {
		kind, question = "redo", redoQuestion(t.manager, v)
	}
	ask, err := tx.OpenAsk(ctx, store.Ask{ManagerID: t.manager.ID, TgChatID: t.chat, ApprovalID: v.Approval, Kind: kind})
	if err != nil {
		return err
	}
	if err := tx.Tell(ctx, store.Notice{TgChatID: &t.chat, Kind: "ask", HTML: question, ReplyTo: &t.message, ThreadID: threadOf(t.query.Message.Message), AskID: ask}, ""); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

// The marks that our questions begin with; nothing else that the bot says does.
const (
	editMark = "✏️ "
	redoMark = "🔁 "
)

// editQuestion has the draft in it where there is room: a tap copies it into the answer.
func editQuestion(m store.Manager, v store.View) string {
	s := fmt.Sprintf(editMark+"%s, reply to this message with the text for <b>%s</b>. It goes out as you write it; in another language than theirs, it is translated and shown to you first.", mention(m), esc(client(v)))
	if v.Text == "" {
		return s
	}
	if whole := s + "\n\nThe draft (tap to copy):\n<code>" + esc(v.Text) + "</code>"; units(whole) <= maxUnits {
		return whole
	}
	return s
}

func redoQuestion(m store.Manager, v store.View) string {
	return fmt.Sprintf(redoMark+"%s, reply to this message: what should the next draft for <b>%s</b> do better? For example: shorter, warmer, no emoji, in German, say that we open at 12.", mention(m), esc(client(v)))
}

func mention(m store.Manager) string {
	if m.Name == "" {
		return "Please"
	}
	return fmt.Sprintf(`<a href="tg://user?id=%d">%s</a>`, m.TelegramID, line(m.Name, 60))
}

// doubt takes a manager's word for whether a message arrived.
func (b *Bot) doubt(ctx context.Context, tx *store.Tx, t tapped) error {
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+deniedWords)
	}
	open, err := tx.AnswerDoubt(ctx, t.view.Approval, t.code == tapArrived)
	if err != nil {
		return err
	}
	if !open {
		return b.tooLate(ctx, tx, t, "This is settled already.")
	}
	if err := tx.Note(ctx, "manager:"+t.manager.ID.String(), "delivery.settled", t.view.Approval.String()+" "+t.code); err != nil {
		return err
	}
	if t.code == tapArrived {
		return answer(ctx, tx, t.query, "Thank you. Noted as arrived.")
	}
	return answer(ctx, tx, t.query, "It goes out once more.")
}

// answer closes a press with a toast; a leading "!" makes it a box that has to be closed. It is sent by a job: a decision is
// never lost because its acknowledgement failed.
func answer(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, text string) error {
	callback := clean(q.ID)
	n := store.Notice{Kind: "toast", CallbackID: &callback, HTML: text}
	if chat, message := placeOf(q); chat != 0 { // where to say it if it is too late for a toast
		n.TgChatID, n.ReplyTo, n.ThreadID = &chat, &message, threadOf(q.Message.Message)
	}
	return tx.Tell(ctx, n, "")
}
