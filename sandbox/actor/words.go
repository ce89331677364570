package actor

import (
	"slices"
	"strings"
	"unicode"
)

// word is one word of a text, as written and folded (lower case, without accents), with its place in bytes.
type word struct {
	raw, low   string
	start, end int
}

// words takes a text apart at everything that is neither letter, digit nor an apostrophe inside a word.
func words(text string) []word {
	var all []word
	start := -1
	flush := func(end int) {
		if start >= 0 {
			raw := text[start:end]
			all = append(all, word{raw, fold(raw), start, end})
			start = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || start >= 0 && unicode.Is(unicode.Mn, r):
			if start < 0 {
				start = i
			}
		default:
			flush(i)
		}
	}
	flush(len(text))
	return all
}

var accents = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ä", "a", "è", "e", "é", "e", "ê", "e", "ë", "e", "ì", "i", "í", "i", "î", "i", "ï", "i",
	"ò", "o", "ó", "o", "ô", "o", "ö", "o", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ñ", "n", "ç", "c", "ß", "ss", "ё", "е")

// fold makes words comparable: lower case, without accents.
func fold(s string) string { return accents.Replace(strings.ToLower(s)) }

// has says whether a folded word is meant by a pattern: exact, or a beginning when the pattern ends in *. Words of six
// letters and more may contain one slip of the finger.
func (w word) has(pattern string) bool {
	stem, open := strings.CutSuffix(pattern, "*")
	if w.low == stem || open && strings.HasPrefix(w.low, stem) {
		return true
	}
	if len(stem) < 6 || len(w.low) < 5 || w.low[0] != stem[0] || len(w.low) < len(stem)-2 || !open && len(w.low) > len(stem)+2 {
		return false
	}
	return w.nearly([]rune(stem), open)
}

// nearly compares word and stem letter by letter, when the word is none that exists.
func (w word) nearly(stem []rune, open bool) bool {
	for _, l := range []language{english, german, italian, spanish} {
		if commonWords[l][w.low] {
			return false
		}
	}
	got := []rune(w.low)
	switch {
	case len(stem) < 6:
		return false
	case open && len(got) >= len(stem):
		return slip(got[:len(stem)], stem) || slip(got[:len(stem)-1], stem)
	}
	return slip(got, stem)
}

// slip: one letter wrong, missing, doubled, or two neighbours swapped, not in the first place.
func slip(x, y []rune) bool {
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(y)-len(x) > 1 || len(x) == 0 || x[0] != y[0] {
		return false
	}
	i := 0
	for i < len(x) && x[i] == y[i] {
		i++
	}
	if i == len(x) {
		return true
	}
	if len(x) < len(y) {
		return slices.Equal(x[i:], y[i+1:])
	}
	swapped := i+1 < len(x) && x[i] == y[i+1] && x[i+1] == y[i] && slices.Equal(x[i+2:], y[i+2:])
	return swapped || slices.Equal(x[i+1:], y[i+1:])
}

// phrase finds a pattern of one or several words; it returns the first word's index, or -1.
func phrase(ws []word, pattern string) int {
	pattern = strings.TrimSpace(pattern)
	if !strings.Contains(pattern, " ") {
		return slices.IndexFunc(ws, func(w word) bool { return pattern != "" && w.has(pattern) })
	}
	parts := strings.Fields(pattern)
	for i := 0; i+len(parts) <= len(ws); i++ {
		if phraseAt(ws[i:], parts) {
			return i
		}
	}
	return -1
}

func phraseAt(ws []word, parts []string) bool {
	for i, p := range parts {
		if !ws[i].has(p) {
			return false
		}
	}
	return true
}

// anyPhrase says whether one of the comma-separated patterns occurs.
func anyPhrase(ws []word, patterns string) bool { return findPhrase(ws, patterns) >= 0 }

func findPhrase(ws []word, patterns string) int {
	for p := range strings.SplitSeq(patterns, ",") {
		if i := phrase(ws, p); i >= 0 {
			return i
		}
	}
	return -1
}

// earliest is the index at which the first of the comma-separated patterns occurs, -1 for none.
func earliest(ws []word, patterns string) int {
	first := -1
	for p := range strings.SplitSeq(patterns, ",") {
		if i := phrase(ws, p); i >= 0 && (first < 0 || i < first) {
			first = i
		}
	}
	return first
}

func lowerAll(ws []word) []string {
	all := make([]string, len(ws))
	for i, w := range ws {
		all[i] = w.low
	}
	return all
}

// similar is the share of words that two texts have in common, 0 to 1.
func similar(a, b string) float64 {
	in := map[string]int{}
	for _, w := range words(a) {
		in[w.low] |= 1
	}
	for _, w := range words(b) {
		in[w.low] |= 2
	}
	both := 0
	for _, n := range in {
		if n == 3 {
			both++
		}
	}
	if len(in) == 0 {
		return 1
	}
	return float64(both) / float64(len(in))
}

// upperFirst and lowerFirst change the first letter only.
func upperFirst(s string) string {
	for i, r := range s {
		return s[:i] + string(unicode.ToUpper(r)) + s[i+len(string(r)):]
	}
	return s
}
