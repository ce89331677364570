package telegram

import (
	"html"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"marketa/store"
)

// maxUnits is how long a message may be once its HTML is read, in UTF-16 units. https://core.telegram.org/bots/api#sendmessage
const maxUnits = 4096

// room is how much of everything beside the draft is shown.
type room struct {
	messages int // of the client, the newest ones
	said     int // units of each
	items    int // of each list
	proposal int // units of each
	note     int // units of a question, a warning and the like
	foreign  int // units of each translation
}

// rooms are the ways to fit a card, the roomiest first. The client's words give way first: they stand in WhatsApp, too; what
// an approval would release gives way last.
func rooms() []room {
	return []room{
		{messages: 8, said: 600, items: 8, proposal: 700, note: 400, foreign: 1500},
		{messages: 8, said: 280, items: 8, proposal: 700, note: 300, foreign: 1000},
		{messages: 8, said: 140, items: 8, proposal: 700, note: 200, foreign: 600},
		{messages: 5, said: 100, items: 6, proposal: 400, note: 120, foreign: 300},
		{messages: 4, said: 60, items: 6, proposal: 250, note: 80, foreign: 150},
		{messages: 2, said: 40, items: 5, proposal: 120, note: 50},
		{messages: 1, said: 40, items: 5, proposal: 60, note: 30},
		{items: 2, proposal: 30},
		{},
	}
}

// fit draws the card in the roomiest way that Telegram takes. whole is false when not even the draft alone fits: then it is
// shown in part, and must not be sent from this card.
func fit(v store.View, remindAt *time.Time) (text string, whole bool) {
	for _, r := range rooms() {
		if text := draw(v, remindAt, r, true); units(text) <= maxUnits {
			return text, true
		}
	}
	return draw(v, remindAt, rooms()[len(rooms())-2], false), false
}

// showsWhole says whether a card can show all of the draft, whatever else stands on it.
func showsWhole(v store.View) bool {
	_, whole := fit(v, &v.CreatedAt)
	return whole
}

// units is the length of a text of ours that Telegram counts: tags are nothing, a reference is one character.
func units(text string) (n int) {
	for i := 0; i < len(text); {
		if skip := strings.IndexByte(text[i:], '>'); text[i] == '<' && skip > 0 {
			i += skip + 1
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if skip := strings.IndexByte(text[i:], ';'); r == '&' && skip > 0 {
			size = skip + 1
		}
		i += size
		n += utf16.RuneLen(r)
	}
	return n
}

// esc makes a text safe inside our HTML; what is no text becomes a mark that can be seen.
func esc(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return html.EscapeString(strings.ReplaceAll(s, "\x00", "\uFFFD"))
}

// short is esc of at most n units.
func short(s string, n int) string { return esc(cut(s, n)) }

// line is short without line breaks, so that nobody's words can look like a part of the card.
func line(s string, n int) string { return short(strings.Join(strings.Fields(s), " "), n) }

// cut shortens to n UTF-16 units.
func cut(s string, n int) string {
	count, end := 0, 0
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		i += size
		if count += utf16.RuneLen(r); count > n {
			return s[:end] + strings.Repeat("…", min(n, 1))
		}
		if count < n { // room for the dots
			end = i
		}
	}
	return s
}

// clockTime is a time of day where the restaurant is.
func clockTime(t time.Time, zone string) string { return in(t, zone).Format("15:04") }

// stamp is clockTime with the day, where it is another one than ref's.
func stamp(t, ref time.Time, zone string) string {
	t, ref = in(t, zone), in(ref, zone)
	if t.Format(time.DateOnly) != ref.Format(time.DateOnly) {
		return t.Format("2 Jan 15:04")
	}
	return t.Format("15:04")
}

func in(t time.Time, zone string) time.Time {
	loc, err := time.LoadLocation(zone)
	if err != nil {
		loc = time.UTC
	}
	return t.In(loc)
}
