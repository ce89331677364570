package telegram

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"

	"github.com/go-telegram/bot/models"
	"github.com/google/uuid"

	"marketa/internal/fault"
	"marketa/store"
)

// A screen is a message of ours with buttons that is not a card: a list to choose from, a restaurant, the team. It remembers
// nothing: everything that a button needs travels in it, and every press is judged by the rows.

// Verbs of the buttons on screens. What follows them are ids and words, each after a colon.
const (
	verbChat      = "ch" // chat, words: whose is it? the restaurants with these words
	verbPage      = "pg" // chat, page, words: further restaurants
	verbMove      = "mv" // chat, restaurant: the chat belongs there
	verbUndo      = "un" // move: back
	verbKeepName  = "kn" // restaurant: it is called as the chat is
	verbOpen      = "rs" // restaurant: its screen
	verbProfile   = "pf" // restaurant: what is known
	verbHistory   = "ph" // restaurant: what was noted, and when
	verbRename    = "rn" // restaurant
	verbZones     = "zn" // restaurant
	verbZone      = "zs" // restaurant, zone
	verbIgnore    = "ig" // chat
	verbHeed      = "hd" // chat
	verbTeam      = "te"
	verbMember    = "tm" // manager
	verbRole      = "ro" // manager, role
	verbRemove    = "rm" // manager
	verbReally    = "ry" // manager: yes, remove him
	verbAway      = "aw"
	verbAwayFor   = "af" // days
	verbBack      = "ab"
	verbDeputies  = "dp"
	verbDeputy    = "ds" // manager
	verbInvite    = "iv"
	verbInviteFor = "ir" // role
	verbRevoke    = "ix" // code
)

// screenMark begins what the buttons of screens carry; those of cards begin with a letter.
const screenMark = "~"

// mostData is what Telegram takes in a button. https://core.telegram.org/bots/api#inlinekeyboardbutton
const mostData = 64

// data is what a button of a screen carries; what does not fit is cut off its end, which is always words.
func data(verb string, parts ...string) string {
	s := screenMark + strings.Join(append([]string{verb}, parts...), ":")
	for len(s) > mostData {
		r := []rune(s)
		s = string(r[:len(r)-1])
	}
	return s
}

func short64[K any](id store.ID[K]) string { return base64.RawURLEncoding.EncodeToString(id[:]) }

func parse64[K any](s string, id *store.ID[K]) (ok bool) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(raw) != len(uuid.UUID{}) {
		return false
	}
	*id = store.ID[K](raw)
	return true
}

// touched is a press on a screen.
type touched struct {
	query   *models.CallbackQuery
	manager store.Manager
	chat    int64
	message int64
	verb    string
	args    []string
}

// arg is the nth thing that the button carries, the last one with all that follows.
func (t touched) arg(n int) string {
	if n >= len(t.args) {
		return ""
	}
	return t.args[n]
}

// touch judges a press on a screen: by a member of the team, in a chat where managers work.
func (b *Bot) touch(ctx context.Context, tx *store.Tx, q *models.CallbackQuery, m store.Manager, chat, message int64) error {
	if !b.ours(chat, m) || message == 0 || len(q.Data) > mostData {
		return answer(ctx, tx, q, notHere)
	}
	parts := strings.Split(strings.TrimPrefix(q.Data, screenMark), ":")
	t := touched{query: q, manager: m, chat: chat, message: message, verb: parts[0], args: parts[1:]}
	for _, judge := range []func(context.Context, *store.Tx, touched) (bool, error){b.touchMapping, b.touchRestaurant, b.touchTeam, b.touchTexts, b.touchTask, b.touchProfile} {
		if known, err := judge(ctx, tx, t); known || err != nil {
			return err
		}
	}
	return answer(ctx, tx, q, "!This button does not work any more.")
}

// screen is what a message with buttons shows.
type screen struct {
	html string
	rows [][]store.NoticeButton
	ask  *store.Ask // an answer to it is awaited as well
	code store.CodeID
}

func button(text, data string) store.NoticeButton { return store.NoticeButton{Text: text, Data: data} }

// line1 is a row of one button.
func line1(text, data string) []store.NoticeButton {
	return []store.NoticeButton{button(text, data)}
}

// turnTo lets the pressed message show something else, and closes the press.
func (b *Bot) turnTo(ctx context.Context, tx *store.Tx, t touched, s screen) error {
	n := store.Notice{TgChatID: &t.chat, Kind: "screen", HTML: s.html, Buttons: s.rows, Edits: &t.message, ThreadID: threadOf(t.query.Message.Message), CodeID: s.code}
	if s.ask != nil {
		s.ask.ManagerID, s.ask.TgChatID, s.ask.MessageID = t.manager.ID, t.chat, &t.message
		ask, err := tx.OpenAsk(ctx, *s.ask)
		if err != nil {
			return err
		}
		n.AskID = ask
	}
	if err := tx.Tell(ctx, n, ""); err != nil {
		return err
	}
	return answer(ctx, tx, t.query, "")
}

// show sends a screen as the answer to a manager's message.
func (b *Bot) show(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager, s screen) error {
	chat, id := msg.Chat.ID, int64(msg.ID)
	n := store.Notice{TgChatID: &chat, Kind: "screen", HTML: s.html, Buttons: s.rows, ReplyTo: &id, ThreadID: threadOf(msg), CodeID: s.code}
	if s.ask != nil {
		s.ask.ManagerID, s.ask.TgChatID = m.ID, chat
		ask, err := tx.OpenAsk(ctx, *s.ask)
		if err != nil {
			return err
		}
		n.AskID = ask
	}
	return tx.Tell(ctx, n, "")
}

// refuseTouch answers a press with the reason why nothing happened.
func refuseTouch(ctx context.Context, tx *store.Tx, t touched, words string) error {
	return answer(ctx, tx, t.query, "!"+words)
}

const goneWords = "That is not there any more."

// orGone tells a press that what it is about is not there; other errors stay errors.
func orGone(ctx context.Context, tx *store.Tx, t touched, err error) error {
	if errors.Is(err, fault.NotFound) {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	return err
}

// arguments are what follows a command, in one line.
func arguments(text string) string {
	fields := strings.Fields(clean(text))
	if len(fields) < 2 {
		return ""
	}
	return strings.Join(fields[1:], " ")
}

// quit closes the question that a manager has open in a chat, once a button has answered it.
func quit(ctx context.Context, tx *store.Tx, m store.Manager, chat int64, kinds ...string) error {
	a, open, err := tx.OpenAskOf(ctx, m.ID, chat)
	if err != nil || !open {
		return err
	}
	for _, k := range kinds {
		if a.Kind == k {
			return tx.CloseAsk(ctx, a.ID)
		}
	}
	return nil
}
