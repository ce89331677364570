package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

const ownersOnly = "Only an owner can do that. /team shows who they are."

var roleMarks = map[string]string{"owner": "👑", "manager": "✍️", "viewer": "👀"}

// roleWords say what a role may do.
var roleWords = map[string]string{"owner": "may do everything, and says who is on the team", "manager": "decides about replies", "viewer": "sees everything and decides nothing"}

// team shows who is on it.
func (b *Bot) team(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	s, err := b.teamScreen(ctx, tx, m)
	if err != nil {
		return err
	}
	return b.show(ctx, tx, msg, m, s)
}

func (b *Bot) teamScreen(ctx context.Context, tx *store.Tx, m store.Manager) (screen, error) {
	all, err := tx.Managers(ctx)
	if err != nil {
		return screen{}, err
	}
	invites, err := tx.OpenInvites(ctx)
	if err != nil {
		return screen{}, err
	}
	s := screen{html: "👥 <b>The team</b>"}
	for _, x := range all {
		s.html += "\n" + memberText(x, all, tx)
	}
	for _, i := range invites {
		s.html += fmt.Sprintf("\n✉️ an invite as %s by %s, until %s", i.Role, line(cmp.Or(i.By, "an owner"), 60), in(i.ExpiresAt, HomeZone).Format("2 Jan 15:04"))
	}
	if m.Role == "owner" {
		for _, x := range all[:min(len(all), 30)] {
			s.rows = append(s.rows, line1(roleMarks[x.Role]+" "+cut(oneLine(nameOr(x)), 40), data(verbMember, short64(x.ID))))
		}
		for _, i := range invites[:min(len(invites), 10)] {
			s.rows = append(s.rows, line1("✖️ Revoke the invite as "+i.Role, data(verbRevoke, short64(i.ID))))
		}
		s.rows = append(s.rows, line1("✉️ Invite", data(verbInvite)))
	}
	if !m.Decides() {
		return s, nil
	}
	s.rows = append(s.rows, []store.NoticeButton{button("🌴 I am away…", data(verbAway)), button("🤝 My deputy…", data(verbDeputies))})
	return s, nil
}

func memberText(x store.Manager, all []store.Manager, tx *store.Tx) string {
	s := roleMarks[x.Role] + " " + line(nameOr(x), 60) + " · " + x.Role
	if x.Away(tx.Now) {
		s += " · 🌴 away until " + in(*x.AwayUntil, HomeZone).Format("2 Jan")
	}
	for _, d := range all {
		if d.ID == x.DeputyID {
			s += " · deputy: " + line(nameOr(d), 60)
		}
	}
	return s
}

// nameOr is a member's name; one whom the settings made an owner has none before he says something.
func nameOr(m store.Manager) string {
	return cmp.Or(m.Name, fmt.Sprintf("Telegram id %d", m.TelegramID))
}

// touchTeam judges presses about the team. Everybody speaks for himself; about others, owners do, and the gate looks again.
func (b *Bot) touchTeam(ctx context.Context, tx *store.Tx, t touched) (known bool, err error) {
	switch t.verb {
	case verbTeam:
		s, err := b.teamScreen(ctx, tx, t.manager)
		if err != nil {
			return true, err
		}
		return true, b.turnTo(ctx, tx, t, s)
	case verbAway, verbAwayFor, verbBack, verbDeputies, verbDeputy:
		return true, b.touchSelf(ctx, tx, t)
	case verbInvite, verbInviteFor, verbRevoke:
		return true, b.touchInvite(ctx, tx, t)
	case verbMember, verbRole, verbRemove, verbReally:
		return true, b.touchMember(ctx, tx, t)
	}
	return false, nil
}

func (b *Bot) touchMember(ctx context.Context, tx *store.Tx, t touched) error {
	var id store.ManagerID
	if !parse64(t.arg(0), &id) {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	if t.manager.Role != "owner" {
		return refuseTouch(ctx, tx, t, ownersOnly)
	}
	x, err := tx.Manager(ctx, id)
	if err != nil {
		return orGone(ctx, tx, t, err)
	}
	if !x.Active {
		return refuseTouch(ctx, tx, t, cut(nameOr(x), 60)+" is not on the team any more.")
	}
	switch t.verb {
	case verbRole:
		return b.changeRole(ctx, tx, t, x, t.arg(1))
	case verbRemove:
		return b.turnTo(ctx, tx, t, screen{html: fmt.Sprintf("🚪 Take <b>%s</b> off the team? It takes effect at once.", line(nameOr(x), 60)),
			rows: [][]store.NoticeButton{{button("🚪 Yes, remove", data(verbReally, short64(id))), button("◀️ No", data(verbMember, short64(id)))}}})
	case verbReally:
		return b.remove1(ctx, tx, t, x)
	}
	return b.turnTo(ctx, tx, t, memberScreen(x))
}

func memberScreen(x store.Manager) screen {
	s := screen{html: fmt.Sprintf("%s <b>%s</b> is %s: %s.", roleMarks[x.Role], line(nameOr(x), 60), article(x.Role), roleWords[x.Role])}
	var row []store.NoticeButton
	for _, r := range []string{"owner", "manager", "viewer"} {
		if r != x.Role {
			row = append(row, button(roleMarks[r]+" Make "+r, data(verbRole, short64(x.ID), r)))
		}
	}
	s.rows = [][]store.NoticeButton{row, {button("🚪 Remove", data(verbRemove, short64(x.ID))), button("◀️ The team", data(verbTeam))}}
	return s
}

func article(role string) string {
	if role == "owner" {
		return "an owner"
	}
	return "a " + role
}

func (b *Bot) changeRole(ctx context.Context, tx *store.Tx, t touched, x store.Manager, role string) error {
	if roleMarks[role] == "" {
		return refuseTouch(ctx, tx, t, goneWords)
	}
	c, err := tx.SetRole(ctx, t.manager.TelegramID, x.ID, role)
	if err != nil {
		return err
	}
	if c.Outcome != "ok" && c.Outcome != "same" {
		return refuseTouch(ctx, tx, t, teamWords(c.Outcome))
	}
	if err := handedBack(ctx, tx, x, c.Handed, "is a viewer now"); err != nil {
		return err
	}
	if c.Outcome == "ok" && x.ID != t.manager.ID {
		if err := b.tellMember(ctx, tx, x, fmt.Sprintf("%s %s made you %s: you %s. /help shows how.", roleMarks[role], line(nameOr(t.manager), 60), article(role), youMay[role])); err != nil {
			return err
		}
	}
	x.Role = role
	return b.turnTo(ctx, tx, t, memberScreen(x))
}

var youMay = map[string]string{"owner": "may do everything, and say who is on the team", "manager": "decide about replies", "viewer": "see everything and decide nothing"}

// remove1 takes one member off the team.
func (b *Bot) remove1(ctx context.Context, tx *store.Tx, t touched, x store.Manager) error {
	c, err := tx.RemoveManager(ctx, t.manager.TelegramID, x.ID)
	if err != nil {
		return err
	}
	if c.Outcome != "ok" {
		return refuseTouch(ctx, tx, t, teamWords(c.Outcome))
	}
	if err := handedBack(ctx, tx, x, c.Handed, "is not on the team any more"); err != nil {
		return err
	}
	s := screen{html: fmt.Sprintf("🚪 <b>%s</b> is not on the team any more, %s said so.", line(nameOr(x), 60), line(nameOr(t.manager), 60))}
	if b.bySettings(x.TelegramID) {
		s.html += " The settings name this person in TELEGRAM_OWNERS: take the id out there too, or the next start makes an owner again."
	}
	if x.ID != t.manager.ID {
		s.rows = [][]store.NoticeButton{line1("👥 The team", data(verbTeam))}
	}
	return b.turnTo(ctx, tx, t, s)
}

func teamWords(outcome string) string {
	switch outcome {
	case "last_owner":
		return "This is the last owner. Make somebody else an owner first."
	case "denied":
		return ownersOnly
	}
	return goneWords
}

// handedBack tells the managers whose chats are the bot's again.
func handedBack(ctx context.Context, tx *store.Tx, x store.Manager, handed []store.Handed, why string) error {
	if len(handed) == 0 {
		return nil
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: fmt.Sprintf("↩️ %s %s. Handed back to Marketa: <b>%s</b>. What waits there gets a card.", line(nameOr(x), 60), why, line(titles(handed), 300))}, "")
}

func titles(handed []store.Handed) string {
	names := make([]string, len(handed))
	for i, h := range handed {
		names[i] = cmp.Or(h.Title, "a chat")
	}
	return strings.Join(names, ", ")
}

// tellMember writes into somebody's own chat.
func (b *Bot) tellMember(ctx context.Context, tx *store.Tx, x store.Manager, html string) error {
	return tx.Tell(ctx, store.Notice{TgChatID: &x.TelegramID, Kind: "reply", HTML: html}, "")
}

// bySettings says whether they make somebody an owner at every start.
func (b *Bot) bySettings(telegramID int64) bool {
	for _, id := range b.owners {
		if id == telegramID {
			return true
		}
	}
	return false
}
