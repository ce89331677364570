package telegram

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/go-telegram/bot/models"

	"marketa/store"
)

// What a card of a group has beside the others: who speaks, who is there, which lines are new, what is nobody else's business.

// speaker stands before a line where the card's heading does not say who it is; by number where there is no name.
func speaker(m store.Message, v store.View) string {
	number, _, _ := strings.Cut(m.Number, "@")
	switch {
	case m.Kind == "system" && m.Aside:
		return ""
	case v.Group:
		return cmp.Or(m.AuthorName, number)
	case m.AuthorName == v.ChatTitle:
		return ""
	}
	return m.AuthorName
}

// mark is what a group's line looks like: new ones since the card was drawn before, and pale ones that were not said to us.
func mark(m store.Message, v store.View, line string) string {
	if m.Aside {
		line = "<i>" + line + "</i>"
	}
	if v.Group && v.Seen > 0 && m.Seq > v.Seen {
		line = "🆕 " + line
	}
	return line
}

// groupWord follows the stage in the heading.
func groupWord(v store.View) string {
	if !v.Group {
		return ""
	}
	return " · group"
}

// present is who reads along.
func present(v store.View) string {
	if !v.Group || len(v.Roster) == 0 || v.State != "pending" {
		return ""
	}
	const most = 6
	names := v.Roster[:min(most, len(v.Roster))]
	s := "👥 " + line(strings.Join(names, ", "), 150)
	if more := len(v.Roster) - len(names); more > 0 {
		s += fmt.Sprintf(" and %d more", more)
	}
	return s + "\n"
}

// shutLine says before anything is sent that nothing can be.
func shutLine(v store.View) string {
	switch {
	case !v.Shut || v.State != "pending":
		return ""
	case v.Muted:
		return "\n🔒 Only admins may write in this group, and none of our numbers is one. Ask an admin to let us write, or answer privately."
	}
	return "\n🔒 None of our numbers is in this group any more. Ask an admin to add us, or write to the person directly."
}

// privateLine says what the short draft is about.
func privateLine(v store.View) string {
	if len(v.Notes.Private) == 0 || v.State != "pending" {
		return ""
	}
	who := cmp.Or(v.Notes.Asker, "Somebody")
	if v.Carried {
		return "\n🤫 " + line(who, 60) + " asks for something private. The answer has a card of its own."
	}
	return "\n🤫 " + line(who, 60) + " asks for something private: nothing of it belongs into the group. Press 💬 Answer privately for a draft in their own chat."
}

// privateRow is the button for it; also after the group has its line.
func privateRow(v store.View, tap func(text, code string) Button) [][]Button {
	if len(v.Notes.Private) == 0 || v.Carried || v.State != "pending" && v.State != "sent" && v.State != "edited" {
		return nil
	}
	return [][]Button{{tap("💬 Answer privately", tapPrivate)}}
}

func (b *Bot) answerPrivately(ctx context.Context, tx *store.Tx, t tapped) error {
	if !t.manager.Decides() {
		return answer(ctx, tx, t.query, "!"+deniedWords)
	}
	done, err := tx.AnswerPrivately(ctx, t.view.Approval, t.manager.TelegramID)
	if err != nil {
		return err
	}
	return answer(ctx, tx, t.query, apartWords(done))
}

// apartWords tells what came of it, person by person.
func apartWords(done []store.Apart) string {
	var parts []string
	bad := false
	for _, a := range done {
		who := cut(cmp.Or(a.Who, "this person"), 40)
		switch a.Outcome {
		case "ok":
			parts = append(parts, "A draft for "+who+" comes on a card of its own.")
		case "already":
			parts = append(parts, who+" has a card already; /queue shows it.")
		case "elsewhere":
			bad = true
			parts = append(parts, fmt.Sprintf("%s's own chat belongs to “%s”. Move it to this restaurant first, or answer there.", who, cut(a.Other, 40)))
		case "denied":
			return "!" + deniedWords
		default:
			bad = true
			parts = append(parts, "I know no number of "+who+". Write to them from the phone.")
		}
	}
	if len(parts) == 0 {
		return "!There is nothing private on this card any more."
	}
	if s := strings.Join(parts, " "); !bad {
		return s
	}
	return "!" + strings.Join(parts, " ")
}

// obeyListen sets what makes a card in a group; the command answers a card of that group.
func (b *Bot) obeyListen(ctx context.Context, tx *store.Tx, msg *models.Message, m store.Manager) error {
	card, _, found, err := b.target(ctx, tx, msg)
	if err != nil {
		return err
	}
	words := strings.Fields(strings.ToLower(msg.Text))
	to := map[string]string{"all": "all", "addressed": "addressed_only"}[words[len(words)-1]]
	if !found || card.ApprovalID == (store.ApprovalID{}) || to == "" {
		return say(ctx, tx, msg, "Reply to a card of the group with /listen all (every message there is looked at) or /listen addressed (only what is said to us; this is how groups begin).")
	}
	if !m.Decides() {
		return say(ctx, tx, msg, deniedWords)
	}
	v, err := tx.View(ctx, card.ApprovalID)
	if err != nil {
		return err
	}
	if !v.Group {
		return say(ctx, tx, msg, "That card is no group's. In a direct chat everything is for us.")
	}
	if _, err := tx.Listen(ctx, v.ChatID, to); err != nil {
		return err
	}
	if err := tx.Note(ctx, "manager:"+m.ID.String(), "group.listen", v.ChatID.String()+" "+to); err != nil {
		return err
	}
	if to == "all" {
		return say(ctx, tx, msg, "From now on I look at every message in <b>"+esc(client(v))+"</b>, also where nobody calls us. What needs no answer still makes no card.")
	}
	return say(ctx, tx, msg, "From now on I answer in <b>"+esc(client(v))+"</b> only when somebody speaks to us: by mention, reply or name.")
}
