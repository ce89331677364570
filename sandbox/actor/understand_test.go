package actor

import (
	"strings"
	"testing"
	"time"
)

func TestTheLanguageOfShortMessages(t *testing.T) {
	for lang, list := range map[language]string{
		english: "hi|hello there|when is it out?|call me|we are closed tomorrow|can u change the pic|thx!",
		german:  "Hallo|Moin|wann kommt der Post?|Grüße|alles klar, danke|geht das bis Freitag?|schönen Abend",
		italian: "ciao|buongiorno|quando esce?|va bene così, grazie|è già online?|ci sentiamo domani|le foto sono pronte",
		spanish: "hola|¿cuándo sale?|buenas tardes|vale, gracias|el sábado cerramos|mañana os envío fotos|otra cosa más",
		russian: "привет|когда выйдет?|спасибо|ок|здравствуйте, это Анна из Sole",
	} {
		for text := range strings.SplitSeq(list, "|") {
			if got, ok := speaks(text); !ok || got != lang {
				t.Errorf("%q is %s, %v; want %s", text, got, ok, lang)
			}
		}
	}
	for _, text := range []string{"", "👍", "12:30", "???"} {
		if got, ok := speaks(text); ok {
			t.Errorf("%q is said to be %s", text, got)
		}
	}
}

func TestTheLanguageFallsBackToWhatWasSpokenBefore(t *testing.T) {
	v := look(Request{System: "# Restaurant\nlanguages: Italian, English", Turns: []Turn{{Role: "user", Text: "<unanswered>\n[client Anna] 👍\n</unanswered>"}}})
	if v.tongue() != italian {
		t.Errorf("the restaurant's: %s", v.tongue())
	}
	v = look(Request{Turns: []Turn{{Role: "user", Text: "<conversation>\n[client Anna] ¿cuándo sale?\n[us] Thanks, we look.\n</conversation>\n<unanswered>\n[client Anna] 👍\n</unanswered>"}}})
	if v.tongue() != spanish {
		t.Errorf("the client's: %s", v.tongue())
	}
}

func TestParticulars(t *testing.T) {
	for text, want := range map[string]string{
		"we now open Sundays 12-15:30":                               "Sundays 12-15:30",
		"post am Samstag um 20 Uhr mit Carbonara":                    "Samstag um 20 Uhr|Carbonara",
		"il 24 dicembre alle 13, menu a 45€ per 6 persone":           "24 dicembre alle 13|45€|6 persone",
		"fattura n. 2026/117 di marzo":                               "n. 2026/117|marzo",
		"завтра после 18:00 столик на 4 гостей":                      "завтра после 18:00|4 гостей",
		"mail me at anna@sole.it or +39 06 1234567, see www.sole.it": "anna@sole.it|+39 06 1234567|www.sole.it",
		"caption \"homade pasta\" #solefood @trattoria.sole":         `"homade pasta"|#solefood|@trattoria.sole`,
		"vom 24.12. bis 2.1.":                                        "24.12.|2.1.",
		"the day after tomorrow at 7pm":                              "tomorrow at 7pm",
		"para San Valentín el 14 de febrero":                         "San Valentín|14 de febrero",
		"Rechnung 1043 schon bezahlt?":                               "1043",
		"nichts Besonderes":                                          "",
	} {
		if got := strings.Join(texts(details(text)), "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestDates(t *testing.T) {
	monday := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"Samstag um 20 Uhr": "2026-03-07", "monday": "2026-03-02", "domani": "2026-03-03", "übermorgen": "2026-03-04", "hoy": "2026-03-02", "24.12.": "2026-12-24", "1.2.": "2027-02-01",
		"20 febbraio": "2027-02-20", "14 de marzo": "2026-03-14", "3 мая": "2026-05-03", "2026-04-01": "2026-04-01", "24.12.2025": "2025-12-24", "March 5th": "", "soon": "",
	} {
		day, ok := date(text, monday)
		if got := day.Format(time.DateOnly); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s %v, want %s", text, got, ok, want)
		}
	}
	if _, ok := date("domani", time.Time{}); ok {
		t.Error("a day without today")
	}
}

func TestSlipsOfTheFinger(t *testing.T) {
	for _, c := range []struct {
		word, pattern string
		want          bool
	}{
		{"fatura", "fattur*", true}, {"rechnugn", "rechnung*", true}, {"instagrm", "instagram", true}, {"offnungszeten", "offnungszeit*", true}, {"фотографии", "фото*", true},
		{"post", "pasta", false}, {"menu", "menus", false}, {"previous", "precio*", false}, {"carte", "carta", false},
	} {
		if got := words(c.word)[0].has(c.pattern); got != c.want {
			t.Errorf("%s as %s: %v", c.word, c.pattern, got)
		}
	}
}

func TestEveryLanguageHasEveryPhrase(t *testing.T) {
	for lang, p := range tongues {
		for _, e := range lexicon {
			if p.about[e.topic] == "" {
				t.Errorf("%s has no words about %s", lang, e.topic)
			}
		}
		for _, g := range goalWords {
			if len(p.nudge[g.goal]) == 0 {
				t.Errorf("%s has no words for the goal %s", lang, g.goal)
			}
		}
		for tp := range inEnglish.remark {
			if len(p.remark[tp]) == 0 {
				t.Errorf("%s has no remark on %s", lang, tp)
			}
		}
		for field := range inEnglish.fields {
			if p.fields[field] == "" {
				t.Errorf("%s has no name for %s", lang, field)
			}
		}
		for _, st := range statements {
			if !strings.Contains(p.say[st.of], "{when}") {
				t.Errorf("%s cannot say %s", lang, st.of)
			}
		}
		if len(p.days) != 7 {
			t.Errorf("%s has %d days", lang, len(p.days))
		}
	}
}
