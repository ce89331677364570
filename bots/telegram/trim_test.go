package telegram

import (
	"strings"
	"testing"
)

func TestLongTextsAreCutBetweenWhatBelongsTogether(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		n          int
		want       string
	}{
		{"fits", "<b>abc</b>", 3, "<b>abc</b>"},
		{"in a tag's words", "<b>abcdef</b> x", 4, "<b>abc…</b>"},
		{"nested", "<blockquote>a <i>bcdef</i></blockquote>", 4, "<blockquote>a <i>b…</i></blockquote>"},
		{"a reference is one", "&lt;&amp;&lt;&amp;", 3, "&lt;&amp;…"},
		{"a link", `<a href="tg://user?id=1">Marta</a> writes`, 3, `<a href="tg://user?id=1">Ma…</a>`},
		{"two units", "🍕🍕🍕", 4, "🍕…"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := trim(tt.text, tt.n); got != tt.want || units(got) > tt.n {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	if got := units(trim(strings.Repeat("<b>x</b>&lt;", 5000), maxUnits)); got != maxUnits {
		t.Errorf("%d units", got)
	}
}
