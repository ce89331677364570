package telegram

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// entity marks a part of a text; Offset and Length count UTF-16 units, as everywhere in Telegram.
// https://core.telegram.org/bots/api#messageentity
type entity struct {
	Type           string      `json:"type"`
	Offset         int         `json:"offset"`
	Length         int         `json:"length"`
	URL            string      `json:"url,omitempty"`
	User           *userObject `json:"user,omitempty"`
	Language       string      `json:"language,omitempty"`
	CustomEmojiID  string      `json:"custom_emoji_id,omitempty"`
	UnixTime       int64       `json:"unix_time,omitempty"`
	DateTimeFormat string      `json:"date_time_format,omitempty"`
}

func (e entity) end() int { return e.Offset + e.Length }

func (e entity) overlaps(o entity) bool { return e.Offset < o.end() && o.Offset < e.end() }

func units(text string) []uint16 { return utf16.Encode([]rune(text)) }

// length is what the limits count: UTF-16 units.
func length(text string) int { return len(units(text)) }

// sortEntities puts outer entities before inner ones.
func sortEntities(ents []entity) {
	slices.SortStableFunc(ents, func(a, b entity) int {
		return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(b.Length, a.Length))
	})
}

// tidy cleans a text as the server does before it looks at its length: control characters become spaces, carriage
// returns and direction marks vanish, space around the text goes, and entities move along.
func tidy(text string, ents []entity) (string, []entity) {
	clean, at := scrub(units(text))
	moved := make([]entity, 0, len(ents))
	for _, e := range ents {
		from, to := at[min(e.Offset, len(at)-1)], at[min(e.end(), len(at)-1)]
		e.Offset, e.Length = from, to-from
		moved = append(moved, e)
	}
	sortEntities(moved)
	return trim(clean, moved)
}

// scrub returns the kept units and, for each old position, the new one.
func scrub(old []uint16) (clean []uint16, at []int) {
	for _, u := range old {
		at = append(at, len(clean))
		switch {
		case u == '\r', u >= 0x2028 && u <= 0x202e, u == 0x0333, u == 0x033f, u == 0x030a:
		case u < ' ' && u != '\n':
			clean = append(clean, ' ')
		default:
			clean = append(clean, u)
		}
	}
	return clean, append(at, len(clean))
}

func trim(clean []uint16, ents []entity) (string, []entity) {
	end := len(clean)
	for end > 0 && blank(clean[end-1]) {
		end--
	}
	start, first := 0, end
	for _, e := range ents {
		first = min(first, e.Offset)
	}
	for start < first && blank(clean[start]) {
		start++
	}
	kept := ents[:0]
	for _, e := range ents {
		stop := min(e.end(), end)
		e.Length = stop - e.Offset
		e.Offset -= start
		if e.Length > 0 {
			kept = append(kept, e)
		}
	}
	text := string(utf16.Decode(clean[start:end]))
	if invisible(text) {
		return "", nil
	}
	return text, kept
}

func blank(u uint16) bool { return u == ' ' || u == '\n' }

func invisible(text string) bool {
	return strings.IndexFunc(text, func(r rune) bool { return !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) }) < 0
}

// Patterns of what Telegram marks by itself; what may stand before and after is checked in marks.
var (
	commandPattern = regexp.MustCompile(`/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?`)
	mentionPattern = regexp.MustCompile(`@[A-Za-z0-9_]{2,32}`)
	hashtagPattern = regexp.MustCompile(`#[\p{L}\p{N}_]*\p{L}[\p{L}\p{N}_]*`)
	linkPattern    = regexp.MustCompile(`(?i)https?://[^\s<>"«»]*[^\s<>"«».,:;!?'()\[\]]`)
	emailPattern   = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z0-9.-]*[A-Za-z]`)
)

// detect adds the marks that Telegram finds by itself to those that the sender gave.
func detect(text string, given []entity) []entity {
	out := slices.Clone(given)
	for _, kind := range []struct {
		name    string
		pattern *regexp.Regexp
		barred  string // characters that may not touch the match
	}{
		{"url", linkPattern, ""}, {"email", emailPattern, ""}, {"bot_command", commandPattern, "/<>"},
		{"mention", mentionPattern, ""}, {"hashtag", hashtagPattern, "#"},
	} {
		for _, e := range marks(text, kind.name, kind.pattern, kind.barred) {
			if !slices.ContainsFunc(out, func(o entity) bool { return o.overlaps(e) && solid(o.Type) }) {
				out = append(out, e)
			}
		}
	}
	sortEntities(out)
	return out
}

// solid entities admit no automatic mark inside.
func solid(kind string) bool {
	switch kind {
	case "bold", "italic", "underline", "strikethrough", "spoiler", "blockquote", "expandable_blockquote":
		return false
	}
	return true
}

func marks(text, kind string, pattern *regexp.Regexp, barred string) []entity {
	var out []entity
	for _, at := range pattern.FindAllStringIndex(text, -1) {
		before, _ := utf8.DecodeLastRuneInString(text[:at[0]])
		after, _ := utf8.DecodeRuneInString(text[at[1]:])
		if touches(before, barred) || kind != "url" && touches(after, barred) {
			continue
		}
		out = append(out, entity{Type: kind, Offset: length(text[:at[0]]), Length: length(text[at[0]:at[1]])})
	}
	return out
}

func touches(r rune, barred string) bool {
	if r == utf8.RuneError {
		return false // the text's edge
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || strings.ContainsRune(barred, r)
}

// slice cuts an entity's text out.
func (e entity) slice(text string) string {
	u := units(text)
	return string(utf16.Decode(u[min(e.Offset, len(u)):min(e.end(), len(u))]))
}
