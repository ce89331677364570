package telegram

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// codeLetters cannot be mistaken for each other, spoken or handwritten.
const codeLetters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"

// inviteLength gives 31^16 codes: nobody guesses one.
const inviteLength = 16

// codeOf is the code of an invite, made from its id with the bot's own secret: it is put into the message when that is sent and
// stands nowhere else.
func (b *Bot) codeOf(id store.CodeID) string {
	mac := hmac.New(sha256.New, b.secret)
	mac.Write(append([]byte("invite "), id[:]...))
	var out strings.Builder
	for _, x := range mac.Sum(nil)[:inviteLength] {
		out.WriteByte(codeLetters[int(x)%len(codeLetters)])
	}
	return out.String()
}

// codePlace is where the way in stands in a message that tells it.
const codePlace = "{way in}"

// wayIn puts an invite's code into the message that tells it. https://core.telegram.org/bots/features#deep-linking
func (b *Bot) wayIn(n store.Notice) string {
	if n.CodeID.IsZero() {
		return n.HTML
	}
	code := b.codeOf(n.CodeID)
	way := "<code>/start " + code + "</code>, sent privately to this bot"
	if name := b.name.Load(); name != nil && *name != "" {
		way = fmt.Sprintf("https://t.me/%s?start=%s\nor <code>/start %s</code>, sent privately to @%s", esc(*name), code, code, esc(*name))
	}
	return strings.Replace(n.HTML, codePlace, way, 1)
}

// invite asks as what somebody shall come. In a group others would read the code: it is made privately.
func (b *Bot) invite(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	if m.Role != "owner" {
		return say(ctx, tx, msg, esc(ownersOnly))
	}
	if msg.Chat.Type == models.ChatTypePrivate {
		return b.show(ctx, tx, msg, m, inviteQuestion())
	}
	s := inviteQuestion()
	if err := tx.Tell(ctx, store.Notice{TgChatID: &m.TelegramID, Kind: "screen", HTML: s.html, Buttons: s.rows}, fmt.Sprintf("invite-%d-%d", msg.Chat.ID, msg.ID)); err != nil {
		return err
	}
	return say(ctx, tx, msg, "✉️ I answer you privately: a code is not for a group. If nothing comes, open my chat, press Start and write /invite there.")
}

func inviteQuestion() screen {
	s := screen{html: "✉️ As what shall your colleague come?\n👑 An owner " + roleWords["owner"] + ".\n✍️ A manager " + roleWords["manager"] + ".\n👀 A viewer " + roleWords["viewer"] + "."}
	s.rows = [][]store.NoticeButton{{button("👑 Owner", data(verbInviteFor, "owner")), button("✍️ Manager", data(verbInviteFor, "manager")), button("👀 Viewer", data(verbInviteFor, "viewer"))}}
	return s
}

func (b *Bot) touchInvite(ctx context.Context, tx *store.Tx, t touched) error {
	if t.manager.Role != "owner" {
		return refuseTouch(ctx, tx, t, ownersOnly)
	}
	if t.verb == verbRevoke {
		return b.revoke(ctx, tx, t)
	}
	if t.chat != t.manager.TelegramID { // in a group: the question goes to the owner's own chat
		s := inviteQuestion()
		if err := tx.Tell(ctx, store.Notice{TgChatID: &t.manager.TelegramID, Kind: "screen", HTML: s.html, Buttons: s.rows}, ""); err != nil {
			return err
		}
		return refuseTouch(ctx, tx, t, "I have asked you privately: a code is not for a group. If nothing comes, press Start in my chat and write /invite there.")
	}
	if t.verb == verbInvite {
		return b.turnTo(ctx, tx, t, inviteQuestion())
	}
	return b.makeInvite(ctx, tx, t, t.arg(0))
}

func (b *Bot) makeInvite(ctx context.Context, tx *store.Tx, t touched, role string) error {
	if roleMarks[role] == "" {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	id := store.NewCodeID()
	outcome, err := tx.Invite(ctx, t.manager.TelegramID, id, role, store.HashCode(b.codeOf(id)))
	if err != nil {
		return err
	}
	if outcome != "ok" {
		return refuseTouch(ctx, tx, t, teamWords(outcome))
	}
	s := screen{html: fmt.Sprintf("✉️ Pass this on to one colleague, who comes as %s:\n\n%s\n\nIt works once and for 48 hours.", article(role), codePlace),
		rows: [][]store.NoticeButton{line1("✖️ Revoke", data(verbRevoke, short64(id)))}, code: id}
	return b.turnTo(ctx, tx, t, s)
}

func (b *Bot) revoke(ctx context.Context, tx *store.Tx, t touched) error {
	var id store.CodeID
	if !parse64(t.arg(0), &id) {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	outcome, err := tx.RevokeInvite(ctx, t.manager.TelegramID, id)
	if err != nil {
		return err
	}
	switch outcome {
	case "denied":
		return refuseTouch(ctx, tx, t, ownersOnly)
	case "already":
		return refuseTouch(ctx, tx, t, "This invite is used, taken back or too old already.")
	}
	return b.turnTo(ctx, tx, t, screen{html: "✖️ The invite is taken back: its code does not work any more.", rows: [][]store.NoticeButton{line1("👥 The team", data(verbTeam))}})
}
