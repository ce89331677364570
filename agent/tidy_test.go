package agent

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"
)

func TestMarkupBecomesWhatWhatsAppKnows(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"Plain", "Ciao Anna!\n\nA domani.", "Ciao Anna!\n\nA domani."},
		{"Bold", "**Domenica** e __lunedì__", "*Domenica* e *lunedì*"},
		{"BoldItalic", "***tutto***", "*_tutto_*"},
		{"WhatsAppsOwn", "*Domenica*, _forse_, ~no~", "*Domenica*, _forse_, ~no~"},
		{"Strike", "~~10~~ 12", "~10~ 12"},
		{"BoldWithoutEnd", "**Nota: chiuso", "Nota: chiuso"},
		{"Headings", "# Orari\n### Lunedì ###\n#hashtag\n  ## X", "Orari\nLunedì ###\n#hashtag\nX"},
		{"Link", "[il menu](https://a.example/m) qui", "il menu: https://a.example/m qui"},
		{"LinkNamedByItself", "[https://a.example/m](https://a.example/m)", "https://a.example/m"},
		{"LinkNamedByItsHost", "[a.example](https://a.example/m)", "https://a.example/m"},
		{"LinkWithATitle", `[menu](https://a.example "Il menu")`, "menu: https://a.example"},
		{"Picture", "![foto](https://a.example/p.jpg)", "foto: https://a.example/p.jpg"},
		{"BracketsThatAreNoLink", "[sic] (1)", "[sic] (1)"},
		{"AnotherScheme", "[x](javascript:alert(1))", "[x](javascript:alert(1))"},
		{"Fence", "```json\n{\"a\":1}\n```\nfine", "{\"a\":1}\nfine"},
		{"FenceWithinALine", "usa ```così``` ok", "usa ```così``` ok"},
		{"Bullets", "* uno\n• due\n+ tre\n  * quattro\n- cinque", "- uno\n- due\n- tre\n  - quattro\n- cinque"},
		{"ARule", "uno\n---\ndue\n***\ntre", "uno\ndue\ntre"},
		{"Breaks", "uno<br>due<br/>tre", "uno\ndue\ntre"},
		{"LineEnds", "a\r\nb\rc\u2028d  \ne", "a\nb\nc\nd\ne"},
		{"Gaps", "a\n\n\n\n\nb", "a\n\nb"},
		{"Hidden", "a\u200bb\u202ec\ufeffd\u2066e\x07f\x1bg\U000E0041h\u00adi", "abcdefghi"},
		{"WhatHoldsEmojiTogether", "👨\u200d👩\u200d👧 ❤\ufe0f می\u200cخواهم", "👨\u200d👩\u200d👧 ❤\ufe0f می\u200cخواهم"},
		{"NUL", "a\x00b", "a\uFFFDb"},
		{"NoText", "a\xffb", "a\uFFFDb"},
		{"Nothing", " \n```\n```\n# ", ""},
		{"OnlyMarks", "```\n\n```", ""},
		{"Snake", "il file menu_di_natale_2026.pdf", "il file menu_di_natale_2026.pdf"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, cut := tidy(tt.in)
			if got != tt.want || cut {
				t.Errorf("got %q (cut %v), want %q", got, cut, tt.want)
			}
			if again, _ := tidy(got); again != got {
				t.Errorf("a second time it becomes %q", again)
			}
		})
	}
}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func TestACutNeverBreaksAText(t *testing.T) {
	sentence := "Domenica siamo aperti a pranzo. "
	tests := []struct{ name, in, ends string }{
		{"AtASentence", strings.Repeat(sentence, 200), "a pranzo. …"},
		{"AtALine", strings.Repeat("riga senza punto\n", 300), "senza punto …"},
		{"AtAWord", strings.Repeat("parola ", 800), "parola …"},
		{"Japanese", strings.Repeat("営業時間", 1000), " …"},
		{"Families", strings.Repeat("👨\u200d👩\u200d👧", 600), "👨\u200d👩\u200d👧 …"},
		{"Skins", strings.Repeat("👍🏽", 1500), "👍🏽 …"},
		{"Accents", strings.Repeat("e\u0301", 2000), "e\u0301 …"},
		{"Hearts", strings.Repeat("❤\ufe0f", 2000), "❤\ufe0f …"},
		{"Flags", strings.Repeat("🇮🇹", 1000), " …"},
		{"ALinkAtTheEdge", strings.Repeat("x ", 1240) + "https://a.example/" + strings.Repeat("y", 300), "x …"},
		{"BoldAcrossTheEdge", strings.Repeat("x ", 1230) + "*" + strings.Repeat("molto importante ", 20) + "*", "molto importante …"},
		{"ItalicAcrossTheEdge", strings.Repeat("x ", 1230) + "_" + strings.Repeat("molto ", 20) + "_", "molto …"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, cut := tidy(tt.in)
			if !cut || units(got) > longestReply || units(got) < longestReply/2 || !utf8.ValidString(got) || !strings.HasSuffix(got, tt.ends) {
				t.Errorf("%d units, cut %v, ends in %q", units(got), cut, got[max(0, len(got)-40):])
			}
			body := strings.TrimSuffix(got, " …")
			if last := []rune(body)[len([]rune(body))-1]; last == joiner {
				t.Error("ends in a joiner")
			}
			for _, mark := range []string{"*", "_"} {
				if strings.Count(body, mark)%2 != 0 {
					t.Errorf("%q is left open", mark)
				}
			}
			if flags := strings.Count(body, "🇮"); strings.Count(body, "🇹") != flags {
				t.Error("half a flag")
			}
			if again, cutAgain := tidy(got); again != got || cutAgain {
				t.Error("it is cut twice")
			}
		})
	}
	for _, n := range []int{longestReply - 1, longestReply, longestReply + 1} {
		if got, cut := tidy(strings.Repeat("x", n)); cut != (n > longestReply) || units(got) > longestReply {
			t.Errorf("%d: %d units, cut %v", n, units(got), cut)
		}
	}
}
