package telegram

import (
	"fmt"
	"html"
	"strings"
	"time"

	"marketa/store"
)

// Render draws an approval as managers see it. It is pure: the same row at the same time gives the same card.
// remindAt is until when the card was put away, nil when it was not.
func Render(v store.View, remindAt *time.Time) Post {
	var s strings.Builder
	s.WriteString(heading(v) + said(v))
	for _, part := range []string{body(v), beside(v), footer(v, remindAt)} {
		if part = strings.TrimSpace(part); part != "" {
			s.WriteString("\n" + part + "\n")
		}
	}
	return Post{HTML: strings.TrimSpace(s.String()), Keyboard: buttons(v)}
}

func heading(v store.View) string {
	name := v.ChatTitle
	if name == "" {
		name = "New contact"
	}
	line := "💬 <b>" + html.EscapeString(cut(name, 60)) + "</b>"
	if v.Restaurant != "" && v.Restaurant != name {
		line += " · " + html.EscapeString(cut(v.Restaurant, 60))
	}
	return line + " · " + strings.ReplaceAll(html.EscapeString(v.Stage), "_", " ") + " · via " + html.EscapeString(string(v.Channel)) + "\n"
}

// said are the client's words, newest last; of many only the last ones are shown in full.
func said(v store.View) string {
	if len(v.Said) == 0 {
		return ""
	}
	const most = 8
	var s strings.Builder
	s.WriteString("<blockquote>")
	if hidden := len(v.Said) - most; hidden > 0 {
		fmt.Fprintf(&s, "… %s before\n", plural(hidden, "message", "messages"))
	}
	for i, m := range v.Said[max(0, len(v.Said)-most):] {
		if i > 0 {
			s.WriteString("\n")
		}
		s.WriteString(line(m, v))
	}
	s.WriteString("</blockquote>\n")
	return s.String()
}

func line(m store.Message, v store.View) string {
	text := html.EscapeString(cut(m.Body, 280))
	switch {
	case m.DeletedAt != nil:
		return clockTime(m.SentAt, v.Zone) + " <i>deleted by the client</i>"
	case m.Version > 1:
		text += " <i>(edited)</i>"
	}
	return clockTime(m.SentAt, v.Zone) + " " + text
}

// body is the text that would leave, or has left. It is always shown whole while it can still be approved.
func body(v store.View) string {
	switch {
	case v.Text == "" && v.State == "pending":
		return "<b>No draft.</b> " + html.EscapeString(v.Notes.Why) + "\nReply to this card and your words go to the client.\n"
	case v.Text == "":
		return ""
	case v.State == "pending":
		return "\n<b>Draft</b>\n" + html.EscapeString(v.Text) + "\n"
	case v.State == "sent" || v.State == "edited":
		return "\n<b>Reply</b>\n" + html.EscapeString(cut(v.Text, 1500)) + "\n"
	}
	return "\n<b>Draft</b>\n<s>" + html.EscapeString(cut(v.Text, 600)) + "</s>\n"
}

// beside is what a manager should know before pressing.
func beside(v store.View) string {
	var s strings.Builder
	for _, p := range v.Proposals {
		s.WriteString("\n📌 " + proposalWord(v) + html.EscapeString(cut(p, 300)))
	}
	if v.State != "pending" {
		return s.String()
	}
	for _, q := range v.Notes.Questions {
		s.WriteString("\n❓ " + html.EscapeString(cut(q, 400)))
	}
	for _, w := range v.Notes.Warnings {
		s.WriteString("\n⚠️ " + html.EscapeString(cut(w, 300)))
	}
	for _, w := range v.Notes.Tainted {
		s.WriteString("\n👁 " + html.EscapeString(cut(w, 300)))
	}
	if v.Text != "" && v.Notes.Why != "" {
		s.WriteString("\n<i>" + html.EscapeString(cut(v.Notes.Why, 200)) + "</i>")
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
	by := func(what string) string {
		if v.DecidedAt == nil {
			return "\n\n" + what
		}
		who := v.DecidedName
		if who == "" {
			who = "a manager"
		}
		return fmt.Sprintf("\n\n%s by %s, %s", what, html.EscapeString(who), clockTime(*v.DecidedAt, v.Zone))
	}
	switch v.State {
	case "pending":
		return pendingFooter(v, remindAt)
	case "sent":
		return by("✅ Sent") + delivery(v)
	case "edited":
		return by("✏️ Written and sent") + delivery(v)
	case "redone":
		return by("🔁 Sent back") + hint(v.Hint)
	case "discarded":
		return by("🗑 Discarded")
	case "taken_over":
		if v.Taken {
			return by("🙋 Taken over") + "\nReply to this card and your words go to the client. New messages come here without a draft."
		}
		return by("🙋 Taken over") + ", handed back"
	case "superseded":
		return "\n\n⌛ Out of date. " + html.EscapeString(v.Reason)
	}
	return ""
}

func pendingFooter(v store.View, remindAt *time.Time) string {
	switch {
	case v.Stale:
		return "\n\n⌛ The client has written again. A fresh draft is coming."
	case remindAt != nil:
		return "\n\n⏰ Put away until " + clockTime(*remindAt, v.Zone)
	}
	return ""
}

func hint(h string) string {
	if h == "" {
		return ""
	}
	return ": “" + html.EscapeString(cut(h, 200)) + "”"
}

func delivery(v store.View) string {
	switch v.Delivery {
	case "known":
		// Ticks would cost an edit each of Telegram's allowance; only what needs a person is shown.
		if v.Receipt == "failed" {
			return "\n❌ WhatsApp reports that it could not be delivered. Write to the client from the phone, or on another number."
		}
		return " · on WhatsApp ✓"
	case "asked":
		return "\n❓ " + html.EscapeString(v.DeliveryNote)
	case "failed":
		return "\n❌ " + html.EscapeString(v.DeliveryNote)
	case "withdrawn":
		return "\n↩️ " + html.EscapeString(v.DeliveryNote)
	case "unknown":
		return "\n⏳ WhatsApp has not confirmed it. I am looking into the chat's history."
	}
	if v.DeliveryNote != "" {
		return "\n⏳ " + html.EscapeString(v.DeliveryNote)
	}
	return " · on its way"
}

// buttons are what can be done now. Only a pending approval has one that begins with Send.
func buttons(v store.View) [][]Button {
	tap := func(text, code string) Button { return Button{Text: text, Data: tapData(code, v.Approval, v.TextHash)} }
	switch {
	case v.State == "pending":
		first := []Button{tap("✏️ Edit", tapEdit), tap("🔁 Redo", tapRedo)}
		if v.Text != "" {
			first = append([]Button{tap("✅ Send", tapSend)}, first...)
		}
		return [][]Button{first, {tap("🗑 Discard", tapDiscard), tap("🙋 Take over", tapTakeOver), tap("⏰ Later", tapLater)}}
	case v.Taken && (v.State == "taken_over" || v.State == "edited"):
		return [][]Button{{tap("↩️ Hand back to Marketa", tapHandBack)}}
	case v.Delivery == "asked":
		return [][]Button{{tap("✓ It arrived", tapArrived), tap("🔁 Try again", tapAgain)}}
	case v.Delivery == "failed":
		return [][]Button{{tap("🔁 Try again", tapAgain)}}
	}
	return nil
}

// cut shortens to n characters.
func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}

func clockTime(t time.Time, zone string) string {
	if loc, err := time.LoadLocation(zone); err == nil {
		t = t.In(loc)
	}
	return t.Format("15:04")
}
