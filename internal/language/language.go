// Package language tells in which language a text is written, without asking anybody.
//
// Chats are short: "ok 👍", a name, "12:30". A statistical detector guesses there, and a wrong guess costs a manager a
// translation that nobody wanted. So the everyday words of a few languages decide (words.go); the detector
// (abadojack/whatlanggo: small, no start time) is asked where the script itself tells, and about longer texts that those words
// leave open. What nobody can tell is unknown, and unknown is never translated.
//
// It knows nothing of Marketa and imports no other package of it. Start reading at Of.
package language

import (
	"regexp"
	"strings"
	"unicode"

	"github.com/abadojack/whatlanggo"
	"golang.org/x/text/unicode/norm"
)

// Of is the language of a text as two letters of ISO 639-1, empty when it cannot be told.
func Of(text string) string {
	text = noise.ReplaceAllString(text, " ")
	latin, other := letters(text)
	switch {
	case other > 0 && other >= latin:
		return foreignScript(text, other)
	case latin < 2:
		return ""
	}
	if code, sure := byWords(text); sure {
		return code
	} else if latin < longEnough {
		return ""
	} else {
		return byStatistics(text, code)
	}
}

// noise says nothing about a language: addresses, mentions, numbers.
var noise = regexp.MustCompile(`(?i)(?:https?://|www\.)\S+|\S+@\S+|[@#]\S+|[\d.,:/+-]*\d[\d.,:/+-]*`)

// longEnough is how many letters the statistics need.
const longEnough = 30

func letters(text string) (latin, other int) {
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Latin, r):
			latin++
		case unicode.IsLetter(r):
			other++
		}
	}
	return latin, other
}

// foreignScript: most scripts have one language each, as far as we write.
func foreignScript(text string, n int) string {
	if n < 2 {
		return ""
	}
	for code, script := range map[string]*unicode.RangeTable{"el": unicode.Greek, "ar": unicode.Arabic, "he": unicode.Hebrew, "ko": unicode.Hangul,
		"th": unicode.Thai, "hi": unicode.Devanagari, "ka": unicode.Georgian, "hy": unicode.Armenian} {
		if whatlanggo.DetectScript(text) == script {
			return code
		}
	}
	switch whatlanggo.DetectScript(text) {
	case unicode.Cyrillic:
		return cyrillic(text)
	case unicode.Han, unicode.Hiragana, unicode.Katakana:
		if strings.ContainsFunc(text, func(r rune) bool { return unicode.In(r, unicode.Hiragana, unicode.Katakana) }) {
			return "ja"
		}
		return "zh"
	}
	return ""
}

// cyrillic: Ukrainian by its letters and everyday words; others only when the statistics are sure.
func cyrillic(text string) string {
	if strings.ContainsAny(strings.ToLower(text), "іїєґ") || ukrainian.MatchString(text) {
		return "uk"
	}
	if info := whatlanggo.Detect(text); info.IsReliable() {
		return info.Lang.Iso6391()
	}
	return "ru"
}

var ukrainian = regexp.MustCompile(`(?i)(?:^|\P{L})(?:коли|доброго|добрий|дякую|дякуємо|ласка|чи|що|вийде|допис|сьогодні|щось|ще)(?:\P{L}|$)`)

// byWords counts everyday words. sure is true when one language stands out; code is the best one, where there is any.
func byWords(text string) (code string, sure bool) {
	score := map[string]int{}
	for _, w := range split(text) {
		if in := everyday[w]; len(in) > 0 {
			for _, c := range in {
				score[c] += 6 / len(in)
			}
		}
	}
	second := 0
	for _, c := range written {
		switch {
		case code == "" || score[c] > score[code]:
			if code != "" {
				second = max(second, score[code])
			}
			code = c
		default:
			second = max(second, score[c])
		}
	}
	if score[code] < 6 {
		return "", false
	}
	return code, score[code] >= second+3
}

// byStatistics asks the detector; it must be sure, and must not contradict the words that were known.
func byStatistics(text, known string) string {
	info := whatlanggo.Detect(text)
	code := info.Lang.Iso6391()
	if !info.IsReliable() || (known != "" && known != code) {
		return ""
	}
	return code
}

// split is the words, folded: small letters, no accents.
func split(text string) []string {
	var plain strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(text)) {
		if !unicode.Is(unicode.Mn, r) {
			plain.WriteRune(r)
		}
	}
	return strings.FieldsFunc(strings.ReplaceAll(plain.String(), "ß", "ss"), func(r rune) bool { return !unicode.IsLetter(r) })
}

// Base is the language of a tag as clients of vendors send it: "pt-BR" and "pt_br" are "pt". Empty for what is none.
func Base(tag string) string {
	base, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(tag)), "_", "-"), "-")
	if len(base) != 2 || base[0] < 'a' || base[0] > 'z' || base[1] < 'a' || base[1] > 'z' {
		return ""
	}
	return base
}
