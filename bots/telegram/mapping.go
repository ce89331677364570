package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// The buttons of a card whose chat nobody has placed yet.
const (
	tapNewClient = "n"
	tapBelongs   = "b"
	tapIgnore    = "i"
)

// offer is the row that asks whose chat this is.
func offer(v store.View, tap func(text, code string) Button) [][]Button {
	if !v.Offer {
		return nil
	}
	return [][]Button{{tap("🆕 New client", tapNewClient), tap("🔗 Belongs to…", tapBelongs), tap("🙈 Ignore", tapIgnore)}}
}

// The marks that further questions of ours begin with.
const (
	nameMark = "🏷 "
	linkMark = "🔗 "
	zoneMark = "🕐 "
	awayMark = "🌴 "
)

// markOf is the first sign of a question of that kind.
func markOf(kind string) string {
	return map[string]string{"edit": editMark, "redo": redoMark, "name": nameMark, "belongs": linkMark, "zone": zoneMark, "away": awayMark, "post": postMark}[kind]
}

// mapTap judges a press on the row that asks whose chat it is.
func (b *Bot) mapTap(ctx context.Context, tx *store.Tx, t tapped) error {
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+deniedWords)
	}
	switch t.code {
	case tapNewClient:
		return b.newClient(ctx, tx, t)
	case tapIgnore:
		return b.ignoreTap(ctx, tx, t)
	}
	c, err := tx.ChatLine(ctx, t.view.ChatID)
	if err != nil {
		return err
	}
	s, err := b.chooseHome(ctx, tx, c, "", 0)
	if err != nil {
		return err
	}
	if err := b.below(ctx, tx, t, s); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

// below sends a screen as a reply to the card that was pressed.
func (b *Bot) below(ctx context.Context, tx *store.Tx, t tapped, s screen) error {
	n := store.Notice{TgChatID: &t.chat, Kind: "screen", HTML: s.html, Buttons: s.rows, ReplyTo: &t.message, ThreadID: threadOf(t.query.Message.Message)}
	if s.ask != nil {
		s.ask.ManagerID, s.ask.TgChatID = t.manager.ID, t.chat
		ask, err := tx.OpenAsk(ctx, *s.ask)
		if err != nil {
			return err
		}
		n.AskID = ask
	}
	return tx.Tell(ctx, n, "")
}

// newClient confirms the lead and asks for its name; the chat's own is one tap away.
func (b *Bot) newClient(ctx context.Context, tx *store.Tx, t tapped) error {
	c, err := tx.ConfirmClient(ctx, t.view.ChatID, t.manager.TelegramID)
	if err != nil {
		return err
	}
	if c.Outcome != "ok" {
		return b.tooLate(ctx, tx, t, mappedWords(c.Outcome, c.Name))
	}
	s := screen{html: fmt.Sprintf(nameMark+"%s, what is the restaurant of <b>%s</b> called? Reply to this message with its name.", mention(t.manager), esc(client(t.view))),
		rows: [][]store.NoticeButton{line1("✅ Keep “"+cut(oneLine(c.Name), 40)+"”", data(verbKeepName, short64(c.Restaurant)))},
		ask:  &store.Ask{Kind: "name", Subject: store.Subject{Restaurant: c.Restaurant}}}
	if err := b.below(ctx, tx, t, s); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "A new client. Now the name.")
}

func mappedWords(outcome, name string) string {
	switch outcome {
	case "denied":
		return deniedWords
	case "already":
		return "Somebody was faster: this chat belongs to " + cut(oneLine(name), 60) + ". /link moves it."
	}
	return goneWords
}

func (b *Bot) ignoreTap(ctx context.Context, tx *store.Tx, t tapped) error {
	outcome, err := tx.IgnoreChat(ctx, t.view.ChatID, true, t.manager.TelegramID)
	if err != nil {
		return err
	}
	switch outcome {
	case "ok":
		return answer(ctx, tx, t.query, "No more cards from "+client(t.view)+". Messages are kept; /ignored brings it back.")
	case "already":
		return b.tooLate(ctx, tx, t, "This chat is ignored already. /ignored brings it back.")
	}
	return b.tooLate(ctx, tx, t, mappedWords(outcome, ""))
}

// touchMapping judges presses on lists of chats and restaurants.
func (b *Bot) touchMapping(ctx context.Context, tx *store.Tx, t touched) (known bool, err error) {
	switch t.verb {
	case verbChat, verbPage, verbMove, verbIgnore, verbHeed:
		var id store.ChatID
		if !parse64(t.arg(0), &id) {
			return true, refuseTouch(ctx, tx, t, goneWords)
		}
		return true, b.touchChat(ctx, tx, t, id)
	case verbUndo:
		return true, b.undo(ctx, tx, t)
	}
	return false, nil
}

func (b *Bot) touchChat(ctx context.Context, tx *store.Tx, t touched, id store.ChatID) error {
	if !t.manager.Decides() {
		return refuseTouch(ctx, tx, t, deniedWords)
	}
	c, err := tx.ChatLine(ctx, id)
	if err != nil {
		return orGone(ctx, tx, t, err)
	}
	switch t.verb {
	case verbMove:
		var to store.RestaurantID
		if !parse64(t.arg(1), &to) {
			return refuseTouch(ctx, tx, t, goneWords)
		}
		return b.moveTouch(ctx, tx, t, c, to)
	case verbIgnore, verbHeed:
		return b.ignoreTouch(ctx, tx, t, c)
	}
	page, words := 0, strings.Join(t.args[1:], ":")
	if t.verb == verbPage {
		page, _ = strconv.Atoi(t.arg(1))
		words = strings.Join(t.args[min(2, len(t.args)):], ":")
	}
	s, err := b.chooseHome(ctx, tx, c, words, page)
	if err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, s)
}

func (b *Bot) moveTouch(ctx context.Context, tx *store.Tx, t touched, c store.ChatLine, to store.RestaurantID) error {
	m, err := tx.MoveChat(ctx, c.ID, to, t.manager.TelegramID)
	if err != nil {
		return err
	}
	if m.Outcome == "denied" || m.Outcome == "gone" {
		return refuseTouch(ctx, tx, t, mappedWords(m.Outcome, ""))
	}
	if err := quit(ctx, tx, t.manager, t.chat, "belongs"); err != nil {
		return err
	}
	return b.turnTo(ctx, tx, t, movedScreen(c, m, t.manager))
}

// movedScreen tells what became of a move, with the way back.
func movedScreen(c store.ChatLine, m store.Moved, by store.Manager) screen {
	who := "<b>" + line(cmp.Or(c.Title, c.Number, "The chat"), 60) + "</b>"
	if m.Outcome == "same" {
		return screen{html: "✅ " + who + " belongs to " + line(m.TargetName, 60) + "."}
	}
	s := fmt.Sprintf("✅ %s belongs to <b>%s</b> now, %s said so. %s came along.", who, line(m.TargetName, 60), line(cmp.Or(by.Name, "a manager"), 60), plural(m.Messages, "message", "messages"))
	if m.Undone {
		s = fmt.Sprintf("↩️ %s is back with <b>%s</b>, %s said so.", who, line(m.TargetName, 60), line(cmp.Or(by.Name, "a manager"), 60))
	}
	if m.Reopened {
		s = fmt.Sprintf("↩️ %s is a lead of its own again, %s said so.", who, line(cmp.Or(by.Name, "a manager"), 60))
	}
	if m.Closed {
		s += " The lead “" + line(m.OriginName, 60) + "” is empty and closed."
	}
	if m.Woke {
		s += " A fresh draft is on its way."
	}
	return screen{html: s, rows: [][]store.NoticeButton{line1("↩️ Undo", data(verbUndo, short64(m.ID)))}}
}

func (b *Bot) undo(ctx context.Context, tx *store.Tx, t touched) error {
	var id store.MoveID
	if !parse64(t.arg(0), &id) {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	if !t.manager.Decides() {
		return refuseTouch(ctx, tx, t, deniedWords)
	}
	move, err := tx.Move(ctx, id)
	if err != nil {
		return orGone(ctx, tx, t, err)
	}
	c, err := tx.ChatLine(ctx, move.ChatID)
	if err != nil {
		return orGone(ctx, tx, t, err)
	}
	if c.Restaurant != move.To {
		return refuseTouch(ctx, tx, t, "It has moved again since: it belongs to "+cut(oneLine(c.Name), 60)+" now. /link moves it.")
	}
	return b.moveTouch(ctx, tx, t, c, move.From)
}

func (b *Bot) ignoreTouch(ctx context.Context, tx *store.Tx, t touched, c store.ChatLine) error {
	ignore := t.verb == verbIgnore
	outcome, err := tx.IgnoreChat(ctx, c.ID, ignore, t.manager.TelegramID)
	if err != nil {
		return err
	}
	if outcome == "denied" || outcome == "gone" {
		return refuseTouch(ctx, tx, t, mappedWords(outcome, ""))
	}
	who := "<b>" + line(cmp.Or(c.Title, c.Number, "The chat"), 60) + "</b>"
	if ignore {
		return b.turnTo(ctx, tx, t, screen{html: "🙈 No more cards from " + who + ". Messages are kept.", rows: [][]store.NoticeButton{line1("🔔 Heed it again", data(verbHeed, short64(c.ID)))}})
	}
	return b.turnTo(ctx, tx, t, screen{html: "🔔 Cards from " + who + " come again. What was written meanwhile gets a card if it needs an answer.",
		rows: [][]store.NoticeButton{line1("🙈 Ignore it", data(verbIgnore, short64(c.ID)))}})
}

// ignored lists the chats that make no cards.
func (b *Bot) ignored(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	all, err := tx.IgnoredChats(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return say(ctx, tx, msg, "No chat is ignored.")
	}
	s := screen{html: "🙈 <b>" + plural(len(all), "chat is", "chats are") + " ignored.</b> Their messages are kept, no cards come. Tap one to heed it again."}
	for _, c := range all[:min(len(all), 20)] {
		s.rows = append(s.rows, line1("🔔 "+strings.TrimPrefix(chatLabel(c, tx.Now), "💬 "), data(verbHeed, short64(c.ID))))
	}
	if hidden := len(all) - len(s.rows); hidden > 0 {
		s.html += fmt.Sprintf(" The %d quietest are not shown.", hidden)
	}
	return b.show(ctx, tx, msg, m, s)
}
