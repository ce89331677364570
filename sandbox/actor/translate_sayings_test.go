package actor

import (
	"strings"
	"testing"
)

func TestWhatIsSaidToASituationIsSaidInEveryLanguage(t *testing.T) {
	for from := range sayings {
		for name, saying := range sayings[from] {
			for _, formal := range []bool{false, true} {
				said := "Anna! " + strings.ReplaceAll(register(saying, formal), "{words}", "«abc, 12»")
				got := translator{into: english, likely: from}.text(said)
				if want := strings.ReplaceAll(register(sayings[english][name], formal), "{words}", "«abc, 12»"); !strings.Contains(got, want) {
					t.Errorf("%s %s: %q, want %q in it", from, name, got, want)
				}
			}
		}
	}
}

func TestEverySituationHasWordsInEveryLanguage(t *testing.T) {
	for _, s := range situations {
		for l := range sayings {
			if sayings[l][s.name] == "" && !s.act.silent() {
				t.Errorf("%s has no words in %s", s.name, l)
			}
		}
	}
}
