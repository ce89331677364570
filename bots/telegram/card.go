package telegram

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"marketa/store"
)

// Render draws an approval as managers see it. It is pure: the same row at the same time gives the same card.
// remindAt is until when the card was put away, nil when it was not.
//
// A draft that can be approved is always shown whole; what stands around it is shortened to fit (fit.go).
func Render(v store.View, remindAt *time.Time) Post {
	text, whole := fit(v, remindAt)
	return Post{HTML: text, Keyboard: buttons(v, whole, remindAt != nil)}
}

func draw(v store.View, remindAt *time.Time, r room, whole bool) string {
	var s strings.Builder
	s.WriteString(heading(v) + present(v) + said(v, r) + saidTranslated(v, r))
	for _, part := range []string{strings.TrimRight(body(v, whole)+draftTranslated(v, r), "\n") + worded(v, r), beside(v, r), footer(v, remindAt), reacted(v)} {
		if part = strings.TrimSpace(part); part != "" {
			s.WriteString("\n" + part + "\n")
		}
	}
	return strings.TrimSpace(s.String())
}

// client is whom the card is about, for a sentence.
func client(v store.View) string { return cut(cmp.Or(v.ChatTitle, v.Restaurant, "the client"), 60) }

func heading(v store.View) string {
	name := cmp.Or(v.ChatTitle, "New contact")
	s := "💬 <b>" + line(name, 60) + "</b>"
	if v.Restaurant != "" && v.Restaurant != name {
		s += " · " + line(v.Restaurant, 60)
	}
	return s + " · " + line(strings.ReplaceAll(v.Stage, "_", " "), 40) + groupWord(v) + " · via " + line(string(v.Channel), 40) + "\n"
}

// said are the client's words, newest last.
func said(v store.View, r room) string {
	if len(v.Said) == 0 {
		return ""
	}
	lines, hidden := entries(v, r)
	if hidden > 0 && len(lines) > 0 {
		lines = append([]string{fmt.Sprintf("… %s before", plural(hidden, "message", "messages"))}, lines...)
	} else if hidden > 0 {
		lines = append(lines, fmt.Sprintf("… %s, see WhatsApp", plural(hidden, "message", "messages")))
	}
	return "<blockquote>" + strings.Join(lines, "\n") + "</blockquote>\n"
}

// body is the text that would leave, or has left.
func body(v store.View, whole bool) string {
	switch {
	case v.Text == "" && v.State == "pending":
		return "<b>No draft.</b> " + line(v.Notes.Why, 400) + "\nReply to this card and your words go to the client."
	case v.Text == "":
		return ""
	case v.State == "pending" && !whole:
		return "<b>Draft</b>\n" + short(v.Text, 2500) + "\n\n✂️ This draft is too long to be shown whole, so it cannot be sent from here. Press Redo and ask for a shorter one, or reply with your own words."
	case v.State == "pending":
		return "<b>Draft</b>\n" + esc(v.Text)
	case v.State == "sent" || v.State == "edited":
		return "<b>Reply</b>\n" + short(v.Text, 1500)
	}
	return "<b>Draft</b>\n<s>" + short(v.Text, 600) + "</s>"
}

// beside is what a manager should know before pressing.
func beside(v store.View, r room) string {
	s := list("📌 "+proposalWord(v), v.Proposals, r.items, r.proposal)
	if v.State != "pending" {
		return s
	}
	s += fixedLines(v) + shutLine(v) + privateLine(v)
	s += list("❓ ", v.Notes.Questions, r.items, r.note) + list("⚠️ ", v.Notes.Warnings, r.items, r.note) +
		list("👁 ", v.Notes.Tainted, r.items, r.note) + list("📎 ", v.Notes.Evidence, r.items, r.note)
	if v.Text != "" && v.Notes.Why != "" && r.note > 0 {
		s += "\n<i>" + line(v.Notes.Why, min(r.note, 200)) + "</i>"
	}
	return s
}

// list is one line for each of the first ones; how many there are beyond them is always said.
func list(mark string, all []string, most, length int) string {
	var s strings.Builder
	shown := all[:min(len(all), most)]
	for _, x := range shown {
		s.WriteString("\n" + mark + line(x, length))
	}
	if hidden := len(all) - len(shown); hidden > 0 {
		fmt.Fprintf(&s, "\n%s… and %d more", mark, hidden)
	}
	return s.String()
}

func proposalWord(v store.View) string {
	switch v.State {
	case "pending":
		return "If sent: "
	case "sent", "edited":
		return "Done: "
	}
	return "Not done: "
}

// footer is what became of it.
func footer(v store.View, remindAt *time.Time) string {
	switch v.State {
	case "pending":
		return pendingFooter(v, remindAt)
	case "sent":
		return by(leftOr("✅ Sent", "✅ Approved", v), v) + delivery(v)
	case "edited":
		return by(leftOr("✏️ Written and sent", "✏️ Written", v), v) + delivery(v)
	case "redone":
		return by("🔁 Sent back", v) + hint(v.Hint)
	case "discarded":
		return by("🗑 Discarded", v)
	case "taken_over":
		if v.Taken {
			return by("🙋 Taken over", v) + standIn(v) + takenUntil(v) + "\nReply to this card and your words go to the client. New messages come here without a draft."
		}
		return by("🙋 Taken over", v) + takenOver(v)
	case "superseded":
		return "⌛ Out of date. " + line(v.Reason, 300)
	}
	return ""
}

// leftOr does not call sent what has certainly not left, or perhaps not.
func leftOr(left, not string, v store.View) string {
	switch v.Delivery {
	case "asked", "failed", "withdrawn":
		return not
	case "pending":
		if v.DeliveryNote != "" {
			return not
		}
	}
	return left
}

func by(what string, v store.View) string {
	if v.DecidedAt == nil {
		return what
	}
	return fmt.Sprintf("%s by %s, %s", what, line(cmp.Or(v.DecidedName, "a manager"), 60), stamp(*v.DecidedAt, v.CreatedAt, v.Zone))
}

func pendingFooter(v store.View, remindAt *time.Time) string {
	var lines []string
	if v.HeldUntil != nil {
		lines = append(lines, fmt.Sprintf("✏️ %s is writing… Others wait until %s.", line(v.HeldName, 60), stamp(*v.HeldUntil, v.CreatedAt, v.Zone)))
	}
	switch {
	case v.Stale:
		lines = append(lines, "⌛ The client has written again. A fresh draft is coming.")
	case remindAt != nil:
		lines = append(lines, "⏰ Put away until "+stamp(*remindAt, v.CreatedAt, v.Zone))
	}
	return strings.Join(lines, "\n")
}

// takenUntil says how long the chat stays with the one who has taken it: his every word there prolongs it.
func takenUntil(v store.View) string {
	if v.TakenUntil == nil {
		return ""
	}
	return ". The bot keeps quiet until " + stamp(*v.TakenUntil, v.CreatedAt, v.Zone) + ", or 4 hours after the last words from here."
}

// takenOver is how a take-over has ended.
func takenOver(v store.View) string {
	if v.TakenUntil != nil {
		return ", until it ended by itself"
	}
	return ", handed back"
}

func standIn(v store.View) string {
	if v.StandIn == "" {
		return ""
	}
	return ", " + line(v.StandIn, 60) + " stands in"
}

func hint(h string) string {
	if h == "" {
		return ""
	}
	return ": “" + line(h, 200) + "”"
}

func delivery(v store.View) string {
	note := line(v.DeliveryNote, 400)
	switch v.Delivery {
	case "known":
		// Ticks would cost an edit each of Telegram's allowance; only what needs a person is shown.
		if v.Receipt == "failed" {
			return "\n❌ WhatsApp reports that it could not be delivered. Write to the client from the phone, or on another number."
		}
		return " · on WhatsApp ✓"
	case "asked":
		return "\n❓ " + note
	case "failed":
		return "\n❌ " + note
	case "withdrawn":
		return "\n↩️ " + note
	case "unknown":
		return "\n⏳ WhatsApp has not confirmed it. I am looking into the chat's history."
	}
	if note != "" {
		return "\n⏳ " + note
	}
	return " · on its way"
}

// buttons are what can be done now. Only a pending approval has one that begins with Send, and only if the card shows all of
// what would be sent.
func buttons(v store.View, whole, away bool) (rows [][]Button) {
	tap := func(text, code string) Button { return Button{Text: text, Data: tapData(code, v.Approval, v.TextHash)} }
	if v.State == "pending" {
		first := []Button{tap("✏️ Edit", tapEdit), tap("🔁 Redo", tapRedo)}
		if v.Text != "" && whole {
			first = append([]Button{tap("✅ Send", tapSend)}, first...)
		}
		rows = [][]Button{first, {tap("🗑 Discard", tapDiscard), tap("🙋 Take over", tapTakeOver), tap("⏰ Later", tapLater)}}
		if away {
			var times []Button
			for _, x := range laterChoices() {
				times = append(times, tap(x.label, x.code))
			}
			rows = append(rows, times)
		}
		if v.HeldUntil != nil {
			rows = append(rows, []Button{tap(takeAnyway, tapAnyway)})
		}
		rows = append(append(rows, asWritten(v, tap)...), privateRow(v, tap)...)
		return append(rows, offer(v, tap)...)
	}
	rows = append(asWritten(v, tap), privateRow(v, tap)...)
	switch v.Delivery {
	case "asked":
		rows = append(rows, []Button{tap("✓ It arrived", tapArrived), tap("🔁 Try again", tapAgain)})
	case "failed":
		rows = append(rows, []Button{tap("🔁 Try again", tapAgain)})
	}
	if v.Taken && (v.State == "taken_over" || v.State == "edited") {
		rows = append(rows, []Button{tap("↩️ Hand back to Marketa", tapHandBack)})
	}
	return rows
}
