package whatsapp

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"marketa/bots/whatsapp/whapi"
)

// Visible is a message as a line of words: the text itself, or for other kinds what a person would see in the chat, such as
// "[photo] our new terrace". It is never blank.
func Visible(kind string, c whapi.Content) string {
	words := ""
	switch {
	case c.Text != nil:
		words = c.Text.Body
	case c.LinkPreview != nil:
		words = cmp.Or(c.LinkPreview.Body, joined(" ", c.LinkPreview.Title, c.LinkPreview.URL))
	case c.Reply != nil:
		words = chosen(*c.Reply)
	case c.System != nil:
		words = c.System.Body
	}
	if strings.TrimSpace(words) != "" {
		return words
	}
	return label(what(kind, c), beside(c))
}

// what names the kind in a person's words.
func what(kind string, c whapi.Content) string {
	if c.Document != nil {
		return "file " + shortName(c.Document.Name())
	}
	return kindWord(kind)
}

// beside are the words that come with what is no text.
func beside(c whapi.Content) string {
	for _, m := range []*whapi.ContentMedia{c.Image, c.Video, c.Short, c.GIF} {
		if m != nil {
			return m.Caption
		}
	}
	switch {
	case cmp.Or(c.Voice, c.Audio) != nil:
		return length(*cmp.Or(c.Voice, c.Audio))
	case c.Document != nil:
		return c.Document.Caption
	case cmp.Or(c.Location, c.LiveLocation) != nil:
		return place(*cmp.Or(c.Location, c.LiveLocation))
	case c.Contact != nil:
		return card(*c.Contact)
	case c.ContactList != nil:
		return contacts(*c.ContactList)
	case c.Poll != nil:
		return polled(*c.Poll)
	}
	return beyond(c)
}

// beyond are the words of the rarer kinds.
func beyond(c whapi.Content) string {
	switch {
	case c.Order != nil:
		return joined(" · ", c.Order.Title, c.Order.Text)
	case c.Event != nil:
		return joined(" · ", c.Event.Name, c.Event.Description)
	case c.Interactive != nil:
		return joined(" · ", c.Interactive.Header.Text, c.Interactive.Body.Text, c.Interactive.Footer.Text)
	case c.List != nil:
		return joined(" · ", c.List.Header, c.List.Body)
	case c.Buttons != nil:
		return c.Buttons.Text
	case c.HSM != nil:
		return c.HSM.Body
	case c.AdminInvite != nil:
		return joined(" · ", c.AdminInvite.NewsletterName, c.AdminInvite.Body)
	}
	if invite := cmp.Or(c.GroupInvite, c.NewsletterInvite, c.Catalog); invite != nil {
		return cmp.Or(invite.Body, joined(" ", invite.Title, invite.URL))
	}
	return ""
}

func length(a whapi.ContentAudio) string {
	if a.Seconds <= 0 {
		return ""
	}
	return fmt.Sprintf("%d s", a.Seconds)
}

func chosen(r whapi.ContentReply) string {
	if row := cmp.Or(r.ButtonsReply, r.ListReply); row != nil {
		return row.Title
	}
	return ""
}

func place(l whapi.ContentLocation) string {
	return joined(" ", l.Name, l.Address, cmp.Or(l.Comment, l.Caption), fmt.Sprintf("(%.5f, %.5f)", l.Latitude, l.Longitude))
}

func contacts(l whapi.ContentContactList) string {
	names := make([]string, len(l.List))
	for i, c := range l.List {
		names[i] = card(c)
	}
	return joined(", ", names...)
}

// card is whom a visiting card is about, with the number: that is what it was sent for.
func card(c whapi.ContentContact) string {
	var numbers []string
	for _, line := range strings.FieldsFunc(c.VCard, func(r rune) bool { return r == '\n' || r == '\r' }) {
		name, value, found := strings.Cut(line, ":")
		if name, _, _ = strings.Cut(name, ";"); found && strings.EqualFold(name[strings.LastIndex(name, ".")+1:], "TEL") && len(numbers) < 3 {
			numbers = append(numbers, value)
		}
	}
	return joined(" ", c.Name, joined(", ", numbers...))
}

// polled is a poll with the votes that it has by now.
func polled(p whapi.ContentPoll) string {
	votes := map[string]int{}
	for _, r := range p.Results {
		votes[r.Name] = r.Count
	}
	options := make([]string, len(p.Options))
	for i, o := range p.Options {
		if options[i] = o; votes[o] > 0 {
			options[i] = fmt.Sprintf("%s (%d)", o, votes[o])
		}
	}
	return joined(": ", p.Title, strings.Join(options, " / "))
}

func count(n int) string { return strconv.Itoa(n) }

// kindWord is a kind as people call it; one that we do not know has the vendor's name.
func kindWord(kind string) string {
	switch kind {
	case whapi.TypeText:
		return "empty message"
	case whapi.TypeImage:
		return "photo"
	case whapi.TypeVoice:
		return "voice note"
	case whapi.TypeShort:
		return "short video"
	case whapi.TypeReply:
		return "answer"
	case whapi.TypeLinkPreview:
		return "link"
	case whapi.TypeContactList:
		return "contacts"
	case whapi.TypeHSM:
		return "template"
	case whapi.TypeCall:
		return "missed call"
	case whapi.TypeStory:
		return "answer to a story"
	case whapi.TypeInteractive:
		return "message with buttons"
	case "", whapi.TypeUnknown:
		return "message of a kind that WhatsApp did not pass on"
	}
	return strings.ReplaceAll(kind, "_", " ")
}

// joined puts a separator between the parts that are there.
func joined(separator string, parts ...string) string {
	var there []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			there = append(there, p)
		}
	}
	return strings.Join(there, separator)
}

func label(what, words string) string {
	if words = strings.TrimSpace(words); words == "" {
		return "[" + strings.TrimSpace(what) + "]"
	}
	return "[" + strings.TrimSpace(what) + "] " + words
}
