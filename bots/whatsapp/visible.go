package whatsapp

import (
	"cmp"
	"fmt"
	"strings"

	"marketa/bots/whatsapp/whapi"
)

// Visible is a message as a line of words: the text itself, or for other kinds what a person would see in the chat, such as
// "[photo] our new terrace".
func Visible(kind string, c whapi.Content) string {
	switch {
	case c.Text != nil:
		return c.Text.Body
	case c.LinkPreview != nil && c.LinkPreview.Body != "":
		return c.LinkPreview.Body
	case c.Reply != nil:
		return chosen(*c.Reply)
	case c.Document != nil:
		return label("file "+c.Document.Name(), c.Document.Caption)
	case c.Location != nil:
		return label("location", place(*c.Location))
	case c.Contact != nil:
		return label("contact", c.Contact.Name)
	case c.Poll != nil:
		return label("poll", c.Poll.Title+": "+strings.Join(c.Poll.Options, " / "))
	case c.System != nil:
		return c.System.Body
	}
	return label(kindWord(kind), caption(c))
}

func caption(c whapi.Content) string {
	for _, m := range []*whapi.ContentMedia{c.Image, c.Video, c.Short, c.GIF} {
		if m != nil {
			return m.Caption
		}
	}
	if a := cmp.Or(c.Voice, c.Audio); a != nil && a.Seconds > 0 {
		return fmt.Sprintf("%d s", a.Seconds)
	}
	return ""
}

func chosen(r whapi.ContentReply) string {
	if row := cmp.Or(r.ButtonsReply, r.ListReply); row != nil {
		return row.Title
	}
	return "[answer]"
}

func place(l whapi.ContentLocation) string {
	return strings.TrimSpace(strings.Join([]string{l.Name, l.Address, fmt.Sprintf("(%.5f, %.5f)", l.Latitude, l.Longitude)}, " "))
}

func kindWord(kind string) string {
	switch kind {
	case whapi.TypeImage:
		return "photo"
	case whapi.TypeVoice:
		return "voice note"
	case "", whapi.TypeUnknown:
		return "message of a kind that WhatsApp did not pass on"
	}
	return strings.ReplaceAll(kind, "_", " ")
}

func label(what, words string) string {
	if words = strings.TrimSpace(words); words == "" {
		return "[" + strings.TrimSpace(what) + "]"
	}
	return "[" + strings.TrimSpace(what) + "] " + words
}
