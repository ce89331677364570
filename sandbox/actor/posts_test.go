package actor

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

type gotPost struct {
	Caption  string   `json:"caption"`
	Hashtags []string `json:"hashtags"`
	Alt      string   `json:"alt"`
	Photo    string   `json:"photo"`
}

// askedPost asks as the platform does.
func askedPost(t *testing.T, name, code, brief, before, hint string) (out gotPost) {
	t.Helper()
	user := "<brief>\n" + brief + "\n</brief>"
	if before != "" {
		user += "\n<previous_draft>\n" + before + "\n\nhashtags: torta, dolci, TrattoriaDemo, ristorante\nalt: Nella foto si vede la nostra torta al limone.\n</previous_draft>"
	}
	if hint != "" {
		user += "\n<manager_hint>\n" + hint + "\n</manager_hint>"
	}
	r := Request{System: "# Role\nYou write posts.\n\n# Restaurant\nname: Trattoria Demo\n\n# Task\nWrite the post that <brief> asks for, to the attached photo, in " + name + " (" + code + ").",
		Turns:  []Turn{{Role: "user", Text: user}},
		Schema: json.RawMessage(`{"type":"object","required":["caption","hashtags","alt","photo"],"properties":{"caption":{"type":"string"},"hashtags":{"type":"array","items":{"type":"string"}},"alt":{"type":"string"},"photo":{"type":"string","enum":["keep","other"]}}}`)}
	if err := json.Unmarshal([]byte(New(1).Answer(r).Text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestPostsInFourLanguagesNameTheirSubject(t *testing.T) {
	for code, c := range map[string]struct{ name, brief, want string }{
		"it": {"Italian", "the lemon cake", "la nostra torta al limone"}, "de": {"German", "il tiramisù", "unser Tiramisù"},
		"en": {"English", "die Terrasse", "our terrace"}, "es": {"Spanish", "pizza", "nuestra pizza"},
	} {
		p := askedPost(t, c.name, code, c.brief, "", "")
		if !strings.Contains(strings.ToLower(p.Caption), strings.ToLower(c.want)) || len(p.Hashtags) < 3 || len(p.Hashtags) > 8 || p.Alt == "" || p.Photo != "keep" {
			t.Errorf("%s: %+v", code, p)
		}
		if l, ok := speaks(p.Caption); ok && string(l) != code {
			t.Errorf("%s is in %s: %s", code, l, p.Caption)
		}
	}
}

func TestPostsOfTheUnknownSayNothingWrong(t *testing.T) {
	p := askedPost(t, "Italian", "it", "our 50th anniversary", "", "")
	if strings.Contains(p.Caption, "50") || p.Caption == "" {
		t.Errorf("%+v", p)
	}
}

func TestPostsObeyWhatManagersSay(t *testing.T) {
	const before = "Oggi in tavola: la nostra torta al limone. Vi aspettiamo! 🍋"
	has := func(part string) func(gotPost) bool {
		return func(p gotPost) bool { return strings.Contains(p.Caption, part) }
	}
	hasNot := func(part string) func(gotPost) bool {
		return func(p gotPost) bool { return !strings.Contains(p.Caption, part) }
	}
	for hint, fine := range map[string]func(gotPost) bool{
		"shorter": func(p gotPost) bool { return len(p.Caption) < len(before) && p.Caption != "" },
		"no emojis": func(p gotPost) bool {
			return !strings.ContainsAny(p.Caption, "🍋✨") && strings.Contains(p.Caption, "torta")
		},
		"shorter, no emojis": func(p gotPost) bool {
			return len(p.Caption) < len(before) && !strings.ContainsAny(p.Caption, "🍋✨")
		},
		"longer please":                  func(p gotPost) bool { return len(p.Caption) > len(before) },
		"add emojis":                     has("✨"),
		"end with a question":            has("?"),
		"no exclamation marks":           hasNot("!"),
		"don't mention the torta":        hasNot("torta"),
		"mention the restaurant's name":  has("Trattoria Demo"),
		"invite people to book":          has("Prenotate"),
		"warmer":                         has("Non vediamo l'ora"),
		"funnier":                        has("Attenzione"),
		"more formal":                    has("lieti"),
		"start with “Finalmente!”":       func(p gotPost) bool { return strings.HasPrefix(p.Caption, "Finalmente!") },
		"say that la ricetta è di nonna": has("a ricetta è di nonna"),
		"one sentence":                   func(p gotPost) bool { return p.Caption == "Oggi in tavola: la nostra torta al limone." },
		"more hashtags":                  func(p gotPost) bool { return len(p.Hashtags) > 4 && p.Caption == before },
		"fewer hashtags":                 func(p gotPost) bool { return len(p.Hashtags) == 3 && p.Caption == before },
		"add #limoni": func(p gotPost) bool {
			return strings.Contains(strings.Join(p.Hashtags, " "), "limoni") && p.Caption == before
		},
		"another photo please":       func(p gotPost) bool { return p.Photo == "other" },
		"alt text: Una torta gialla": func(p gotPost) bool { return p.Alt == "Una torta gialla" && p.Caption == before },
		"più corto":                  func(p gotPost) bool { return len(p.Caption) < len(before) },
		"kürzer":                     func(p gotPost) bool { return len(p.Caption) < len(before) },
		"Solo da noi":                has("Solo da noi."),
	} {
		t.Run(fmt.Sprint(hint), func(t *testing.T) {
			if p := askedPost(t, "Italian", "it", "the lemon cake", before, hint); !fine(p) {
				t.Errorf("%+v", p)
			}
		})
	}
	if p := askedPost(t, "German", "de", "the lemon cake", before, "in German"); !strings.Contains(p.Caption, "Zitronenkuchen") || strings.Contains(p.Alt, "Nella") {
		t.Errorf("%+v", p)
	}
	again := askedPost(t, "Italian", "it", "the lemon cake", before, "")
	if again.Caption == before || again.Caption == "" {
		t.Errorf("%+v", again)
	}
}
