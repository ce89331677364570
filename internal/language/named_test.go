package language

import (
	"slices"
	"testing"
)

func TestLanguagesThatATextNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"it, en": {"it", "en"}, "it": {"it"}, "Italian and German": {"it", "de"}, "italiano e inglese": {"it", "en"}, "Deutsch, Englisch": {"de", "en"},
		"it is Italian": {"it"}, "IT/DE": {"it", "de"}, "pizza": nil, "": nil,
	} {
		if got := Named(text); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
