package agent

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf16"
)

const (
	longestReply = 2500 // as Telegram counts (UTF-16): the card must show all of it
	wordyReply   = 900
)

var (
	fenceLine = regexp.MustCompile("(?m)^[ \\t]*```[\\w+-]*[ \\t]*(?:\\n|$)")
	ruleLine  = regexp.MustCompile(`(?m)^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*(?:\n|$)`)
	headMarks = regexp.MustCompile(`(?m)^[ \t]{0,3}#{1,6}[ \t]+`)
	linkMarks = regexp.MustCompile(`!?\[([^\]\n]+)\]\([ \t]*<?(https?://[^)\s>]+)>?(?:[ \t]+"[^"\n]*")?[ \t]*\)`)
	breakTag  = regexp.MustCompile(`(?i)<br\s*/?>`)
	boldItal  = regexp.MustCompile(`\*\*\*([^*\n]+)\*\*\*`)
	boldMarks = regexp.MustCompile(`\*\*([^*\n]+)\*\*|__([^_\n]+)__`)
	strikes   = regexp.MustCompile(`~~([^~\n]+)~~`)
	bullets   = regexp.MustCompile(`(?m)^([ \t]*)[*•+][ \t]+`)
	lineEnds  = regexp.MustCompile(`(?m)[ \t]+$`)
	gaps      = regexp.MustCompile(`\n{3,}`)
)

// tidy turns the markup that models are used to into WhatsApp's, and cuts what is far too long.
// See https://faq.whatsapp.com/539178204879377.
func tidy(s string) (text string, cut bool) {
	s = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\u2028", "\n", "\u2029", "\n").Replace(clean(s))
	s = strings.Map(readable, s)
	s = fenceLine.ReplaceAllString(s, "")
	s = ruleLine.ReplaceAllString(s, "")
	s = headMarks.ReplaceAllString(s, "")
	s = breakTag.ReplaceAllString(s, "\n")
	s = linkMarks.ReplaceAllStringFunc(s, plainLink)
	s = boldItal.ReplaceAllString(s, "*_${1}_*")
	s = boldMarks.ReplaceAllString(s, "*$1$2*")
	s = strikes.ReplaceAllString(s, "~$1~")
	s = strings.ReplaceAll(s, "**", "") // of a bold that never ends
	s = bullets.ReplaceAllString(s, "$1- ")
	s = lineEnds.ReplaceAllString(s, "")
	s = gaps.ReplaceAllString(s, "\n\n")
	return shorten(strings.TrimSpace(s), longestReply)
}

func plainLink(mark string) string {
	m := linkMarks.FindStringSubmatch(mark)
	if strings.Contains(m[2], strings.TrimSpace(m[1])) {
		return m[2]
	}
	return m[1] + ": " + m[2]
}

// readable drops what a manager could not see and a client would get: control characters, spaces without width, marks
// that turn the direction of a text, letters of the invisible kind. What holds emoji and words together stays.
func readable(r rune) rune {
	switch {
	case r == '\n' || r == '\t':
		return r
	case unicode.IsControl(r), r == '\u00AD', r == '\u200B', r == '\u2060', r == '\uFEFF', r >= '\u202A' && r <= '\u202E', r >= '\u2066' && r <= '\u2069',
		r >= '\uFFF9' && r <= '\uFFFB', r >= 0xE0000 && r <= 0xE007F:
		return -1
	}
	return r
}

// shorten cuts at the end of a sentence, else of a word, else of a character as people see it, and leaves no mark open.
func shorten(s string, most int) (string, bool) {
	runes, units := []rune(s), 0
	for i, r := range runes {
		if units += utf16.RuneLen(r); units > most {
			head := runes[:wholeHead(runes, back(runes, i, most))]
			return closed(strings.TrimSpace(string(head))) + " …", true
		}
	}
	return s, false
}

// back leaves room for the sign that something is missing.
func back(runes []rune, i, most int) int {
	units := 0
	for _, r := range runes[:i] {
		units += utf16.RuneLen(r)
	}
	for i > 0 && units > most-2 {
		i--
		units -= utf16.RuneLen(runes[i])
	}
	return i
}

// wholeHead is the best place at or before i to end.
func wholeHead(runes []rune, i int) int {
	for _, ends := range []func(int) bool{
		func(j int) bool {
			return runes[j] == '\n' || unicode.IsSpace(runes[j]) && strings.ContainsRune(".!?…", runes[j-1])
		},
		func(j int) bool { return unicode.IsSpace(runes[j]) },
		func(j int) bool { return !joined(runes, j) },
	} {
		for j := i; j > i*2/3 && j > 0; j-- {
			if ends(j) {
				return j
			}
		}
	}
	return i
}

const joiner = '\u200D'

// joined says that the rune at j belongs to the sign before it: an accent, a family of emoji, a skin's colour, a flag.
func joined(runes []rune, j int) bool {
	flags := 0
	for i := j - 1; i >= 0 && isFlag(runes[i]); i-- {
		flags++
	}
	r := runes[j]
	return runes[j-1] == joiner || r == joiner || unicode.IsMark(r) || (r >= 0x1F3FB && r <= 0x1F3FF) || (isFlag(r) && flags%2 == 1)
}

func isFlag(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF } // two of them make one

// closed takes the last mark away where a cut has left it alone on its line.
func closed(s string) string {
	start := strings.LastIndexByte(s, '\n') + 1
	for _, mark := range "*_~" {
		var alone []int
		line := []rune(s[start:])
		for i, r := range line {
			inWord := i > 0 && i+1 < len(line) && isWordRune(line[i-1]) && isWordRune(line[i+1])
			if r == mark && !inWord {
				alone = append(alone, i)
			}
		}
		if n := len(alone); n%2 == 1 {
			s = s[:start] + string(append(line[:alone[n-1]:alone[n-1]], line[alone[n-1]+1:]...))
		}
	}
	return s
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
