package language

import (
	"slices"
	"strings"
	"unicode"
)

// Named are the codes of the languages that a text names, in its order: "it, en", "Italian and German", "italiano e inglese".
func Named(text string) (codes []string) {
	sentence := strings.Contains(strings.TrimSpace(text), " ") && !strings.ContainsAny(text, ",;/")
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) }) {
		if sentence && joins(word) {
			continue
		}
		code, ok := Find(word)
		if !ok {
			code = foreignNames()[word]
		}
		if code != "" && !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// joins are codes that are little words, too.
func joins(word string) bool {
	return slices.Contains([]string{"it", "he", "hi", "da", "es", "de"}, word)
}

// foreignNames are how Italians, Germans, Spaniards and Russians call each other's languages.
func foreignNames() map[string]string {
	return map[string]string{"inglese": "en", "tedesco": "de", "spagnolo": "es", "francese": "fr", "russo": "ru", "portoghese": "pt", "olandese": "nl",
		"englisch": "en", "italienisch": "it", "spanisch": "es", "französisch": "fr", "russisch": "ru", "niederländisch": "nl", "polnisch": "pl",
		"inglés": "en", "ingles": "en", "alemán": "de", "aleman": "de", "francés": "fr", "frances": "fr", "ruso": "ru",
		"английский": "en", "немецкий": "de", "итальянский": "it", "испанский": "es", "французский": "fr"}
}
