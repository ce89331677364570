package telegram

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// trim shortens a text of ours to at most n units, never inside a tag or a reference, and closes what it leaves open.
func trim(text string, n int) string {
	if units(text) <= n {
		return text
	}
	var s strings.Builder
	var open []string
	for i, count := 0, 0; i < len(text); {
		if end := strings.IndexByte(text[i:], '>'); text[i] == '<' && end > 0 {
			open = nest(open, text[i+1:i+end])
			s.WriteString(text[i : i+end+1])
			i += end + 1
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if end := strings.IndexByte(text[i:], ';'); r == '&' && end > 0 {
			size = end + 1
		}
		if count += utf16.RuneLen(r); count > n-1 { // room for the dots
			break
		}
		s.WriteString(text[i : i+size])
		i += size
	}
	s.WriteString("…")
	for i := len(open) - 1; i >= 0; i-- {
		s.WriteString("</" + open[i] + ">")
	}
	return s.String()
}

// nest keeps the names of the tags that are open after one more.
func nest(open []string, tag string) []string {
	if strings.HasPrefix(tag, "/") {
		return open[:max(0, len(open)-1)]
	}
	name, _, _ := strings.Cut(tag, " ")
	return append(open, name)
}
