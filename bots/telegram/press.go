package telegram

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/go-telegram/bot/models"
	"github.com/google/uuid"

	"marketa/stages"
	"marketa/store"
)

// The buttons, as they travel: code, approval, and the first bytes of the text's hash, so that a press on an old picture of
// the card is told apart.
const (
	tapSend     = "s"
	tapEdit     = "e"
	tapRedo     = "r"
	tapDiscard  = "d"
	tapTakeOver = "t"
	tapLater    = "l"
	tapHandBack = "h"
	tapArrived  = "a"
	tapAgain    = "g"
)

const hashBytes = 6

func tapData(code string, id store.ApprovalID, hash []byte) string {
	return code + ":" + base64.RawURLEncoding.EncodeToString(id[:]) + ":" + base64.RawURLEncoding.EncodeToString(hash[:min(hashBytes, len(hash))])
}

func parseTap(data string) (code string, id store.ApprovalID, hash []byte, ok bool) {
	parts := strings.Split(data, ":")
	if len(parts) != 3 {
		return "", id, nil, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil || len(raw) != len(uuid.UUID{}) {
		return "", id, nil, false
	}
	hash, err = base64.RawURLEncoding.DecodeString(parts[2])
	return parts[0], store.ApprovalID(raw), hash, err == nil
}

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
		return answer(ctx, tx, q, "!"+notOnTheTeam)
	}
	chat, message := place(q)
	code, id, hash, ok := parseTap(q.Data)
	if !ok || !b.ours(chat, m) {
		return answer(ctx, tx, q, "!This button does not work here. Use the card in the approvals chat.")
	}
	view, err := tx.View(ctx, id)
	if err != nil {
		return answer(ctx, tx, q, "!This card is not known any more.")
	}
	if err := b.keepCopy(ctx, tx, id, chat, message); err != nil {
		return err
	}
	t := tapped{query: q, manager: m, chat: chat, message: message, code: code, view: view, fresh: bytes.Equal(hash, view.TextHash[:hashBytes])}
	return b.judge(ctx, tx, t)
}

func (b *Bot) judge(ctx context.Context, tx *store.Tx, t tapped) error {
	switch t.code {
	case tapSend:
		return b.decideTap(ctx, tx, t, store.Send)
	case tapDiscard:
		return b.decideTap(ctx, tx, t, store.Discard)
	case tapTakeOver:
		return b.decideTap(ctx, tx, t, store.TakeOver)
	case tapHandBack:
		return b.decideTap(ctx, tx, t, store.HandBack)
	case tapEdit, tapRedo:
		return b.askFor(ctx, tx, t)
	case tapLater:
		return b.later(ctx, tx, t)
	case tapArrived, tapAgain:
		return b.doubt(ctx, tx, t)
	}
	return answer(ctx, tx, t.query, "!This button does not work any more.")
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
		// What the card shows is behind the row: draw it again.
		if err := tx.TouchView(ctx, t.view.Approval); err != nil {
			return err
		}
		return answer(ctx, tx, t.query, "!"+why(d, t.view))
	}
	return answer(ctx, tx, t.query, doneWords(action, t.view))
}

func policyOf(v store.View) string {
	p, err := stages.PolicyFor(stages.Stage(v.Stage))
	if err != nil {
		return "unknown stage" // the gate refuses it as stale
	}
	return p.Version()
}

func doneWords(a store.Action, v store.View) string {
	switch a {
	case store.Send:
		return "On its way to " + v.ChatTitle
	case store.Discard:
		return "Discarded. " + v.ChatTitle + " gets no answer to this."
	case store.TakeOver:
		return "It is yours. Reply to the card and your words go to " + v.ChatTitle + "."
	case store.HandBack:
		return "Handed back. Marketa drafts again."
	}
	return "Done"
}

// why tells the loser of a race, or a late press, what happened.
func why(d store.Decision, v store.View) string {
	switch d.Outcome {
	case "already":
		return alreadyWords(d, v)
	case "stale":
		return v.ChatTitle + " has written again since this draft. A fresh card is coming; nothing was sent."
	case "denied":
		return "Your role may look but not decide. Ask an owner to change it."
	case "empty":
		return "There is no text to send. Reply to the card with what to write."
	}
	return "This card is not known any more."
}

func alreadyWords(d store.Decision, v store.View) string {
	done := map[string]string{"sent": "sent this", "edited": "answered this", "redone": "asked for another draft", "discarded": "discarded this", "taken_over": "took this over"}[d.State]
	if done == "" || d.DecidedAt == nil {
		return "This one is out of date: the conversation has moved on. See the newest card."
	}
	who := d.DecidedName
	if who == "" {
		who = "A colleague"
	}
	return fmt.Sprintf("%s already %s at %s.", who, done, clockTime(*d.DecidedAt, v.Zone))
}

// askFor asks for the new text or for the hint; the answer comes as a reply.
func (b *Bot) askFor(ctx context.Context, tx *store.Tx, t tapped) error {
	if t.view.State != "pending" {
		return b.decideTap(ctx, tx, t, store.Discard) // the gate says who was faster; nothing can be discarded here
	}
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+why(store.Decision{Outcome: "denied"}, t.view))
	}
	kind, question := "edit", fmt.Sprintf("✏️ %s, reply to this message with the text for <b>%s</b>. It goes out as you write it.", mention(t.manager), html.EscapeString(t.view.ChatTitle))
	if t.code == tapRedo {
		kind, question = "redo", fmt.Sprintf("🔁 %s, reply to this message: what should the next draft for <b>%s</b> do better? For example: shorter, warmer, no emoji, in German, say that we open at 12.", mention(t.manager), html.EscapeString(t.view.ChatTitle))
	}
	ask, err := tx.OpenAsk(ctx, store.Ask{ManagerID: t.manager.ID, TgChatID: t.chat, ApprovalID: t.view.Approval, Kind: kind})
	if err != nil {
		return err
	}
	if err := tx.Tell(ctx, store.Notice{TgChatID: &t.chat, Kind: "ask", HTML: question, ReplyTo: &t.message, AskID: ask}, ""); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

// laterBy is how long Later puts a card away.
const laterBy = time.Hour

func (b *Bot) later(ctx context.Context, tx *store.Tx, t tapped) error {
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+why(store.Decision{Outcome: "denied"}, t.view))
	}
	at := tx.Now.Add(laterBy)
	put, err := tx.RemindAt(ctx, t.view.Approval, at)
	if err != nil {
		return err
	}
	if !put {
		return answer(ctx, tx, t.query, "This card is decided already.")
	}
	if err := tx.Enqueue(ctx, store.ShowApproval{Approval: t.view.Approval}); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "I bring it back at "+clockTime(at, t.view.Zone)+".")
}

// doubt takes a manager's word for whether a message arrived.
func (b *Bot) doubt(ctx context.Context, tx *store.Tx, t tapped) error {
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+why(store.Decision{Outcome: "denied"}, t.view))
	}
	open, err := tx.AnswerDoubt(ctx, t.view.Approval, t.code == tapArrived)
	if err != nil {
		return err
	}
	if !open {
		return answer(ctx, tx, t.query, "This is settled already.")
	}
	if err := tx.Note(ctx, "manager:"+t.manager.ID.String(), "delivery.settled", t.view.Approval.String()+" "+t.code); err != nil {
		return err
	}
	if t.code == tapArrived {
		return answer(ctx, tx, t.query, "Thank you. Noted as arrived.")
	}
	return answer(ctx, tx, t.query, "It goes out once more.")
}

// ours: cards work in the approvals chat and in a manager's own chat with the bot, nowhere else.
func (b *Bot) ours(chat int64, m store.Manager) bool {
	return chat != 0 && (chat == b.chat || chat == m.TelegramID)
}

// place is where the pressed message is; an old one comes without its text.
func place(q *models.CallbackQuery) (chat, message int64) {
	switch {
	case q.Message.Message != nil:
		return q.Message.Message.Chat.ID, int64(q.Message.Message.ID)
	case q.Message.InaccessibleMessage != nil:
		return q.Message.InaccessibleMessage.Chat.ID, int64(q.Message.InaccessibleMessage.MessageID)
	}
	return 0, 0
}

// keepCopy learns of a card whose sending was answered by silence, so that it is redrawn like the others.
func (b *Bot) keepCopy(ctx context.Context, tx *store.Tx, id store.ApprovalID, chat, message int64) error {
	_, known, err := tx.CardAt(ctx, chat, message)
	if err != nil || known {
		return err
	}
	return tx.SaveCard(ctx, store.Card{ApprovalID: id, TgChatID: chat, MessageID: message})
}

// answer closes a press with a toast; a leading "!" makes it a box that has to be closed. It is sent by a job: a decision is
// never lost because its acknowledgement failed.
func answer(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, text string) error {
	return tx.Tell(ctx, store.Notice{Kind: "toast", CallbackID: &q.ID, HTML: text}, "")
}

func mention(m store.Manager) string {
	if m.Name == "" {
		return "Please"
	}
	return fmt.Sprintf(`<a href="tg://user?id=%d">%s</a>`, m.TelegramID, html.EscapeString(m.Name))
}
