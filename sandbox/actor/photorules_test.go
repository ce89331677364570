package actor_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"marketa/sandbox/actor"
)

const ruleSchema = `{"type":"object","properties":{"rules":{"type":"array","items":{"type":"object"}},"cannot":{"type":"array","items":{"type":"string"}}},"required":["rules","cannot"]}`

// Each directive, and the rules that it means: verb of[values] number months, or look “…”; ? before what cannot be a rule.
func TestWhatPeopleSayAboutPicturesBecomesRules(t *testing.T) {
	for _, tt := range []struct{ words, want string }{
		{"no people, only summer terrace, never the old logo", "forbid people; require season[summer]; require tags[terrace]; forbid look “the old logo”"},
		{"No children please", "forbid children"},
		{"no people, children or text", "forbid people; forbid children; forbid text"},
		{"never show faces", "forbid faces"},
		{"don't use pictures of our staff", "forbid people"},
		{"without logos", "forbid logos"},
		{"only photos of pizza and pasta", "require dish[pizza pasta]"},
		{"only food", "require kind[dish]"},
		{"no winter pictures", "forbid season[winter]"},
		{"terrace only from May to September", "forbid tags[terrace] months 1 2 3 4 10 11 12"},
		{"no alcohol", "forbid tags[alcohol beer wine cocktail]"},
		{"no blurry photos", "require quality 0.5"},
		{"never the same photo again within 30 days", "require rest 30"},
		{"our paella at most twice a month", "? our paella at most twice a month"},
		{"no beer before five", "? no beer before five"},
		{"prefer outdoor pictures", "prefer tags[outdoors]"},
		{"no pictures of the red door", "forbid look “the red door”"},
		{"only pictures that we sent on whatsapp", "require source[whatsapp]"},
		{"no menus or flyers", "forbid kind[text]"},
		{"niente persone, solo la terrazza d'estate", "forbid people; require season[summer]; require tags[terrace]"},
		{"mai il vecchio logo", "forbid look “il vecchio logo”"},
		{"senza bambini", "forbid children"},
		{"solo piatti, niente volti", "require kind[dish]; forbid faces"},
		{"non mettete foto scure o sfocate", "require quality 0.5"},
		{"niente alcol", "forbid tags[alcohol beer wine cocktail]"},
		{"preferibilmente foto della cucina", "prefer tags[kitchen]"},
		{"non ripetete la stessa foto per 2 settimane", "require rest 14"},
		{"niente foto d'inverno", "forbid season[winter]"},
		{"solo la torta al limone", "require dish[lemon cake]"},
		{"keine Menschen, nur Sommer", "forbid people; require season[summer]"},
		{"bitte keine Kinder und keine Gesichter", "forbid children; forbid faces"},
		{"nie das alte Logo", "forbid look “das alte Logo”"},
		{"nur Gerichte", "require kind[dish]"},
		{"Terrasse nur von Mai bis September", "forbid tags[terrace] months 1 2 3 4 10 11 12"},
		{"keine unscharfen Bilder", "require quality 0.5"},
		{"ohne Text im Bild", "forbid text"},
		{"lieber Bilder vom Garten", "prefer tags[garden]"},
		{"nada de gente, solo la terraza en verano", "forbid people; require season[summer]; require tags[terrace]"},
		{"sin niños", "forbid children"},
		{"nunca el logotipo antiguo", "forbid look “el logotipo antiguo”"},
		{"solo platos", "require kind[dish]"},
		{"ninguna foto oscura", "require quality 0.5"},
		{"sin alcohol", "forbid tags[alcohol beer wine cocktail]"},
		{"no repetir la misma foto en 3 semanas", "require rest 21"},
		{"Ciao, come va?", "? Ciao, come va?"},
	} {
		got := actor.New(1).Answer(actor.Request{Schema: json.RawMessage(ruleSchema), Turns: []actor.Turn{{Role: "user", Text: "<client_words>\n" + tt.words + "\n</client_words>"}}})
		if spoken := spellRules(t, got.Text); spoken != tt.want {
			t.Errorf("%s\n got %s\nwant %s", tt.words, spoken, tt.want)
		}
	}
}

func spellRules(t *testing.T, text string) string {
	t.Helper()
	var out struct {
		Rules []struct {
			Verb, Of, Check, Words string
			Values                 []string
			Number                 *float64
			Months                 []int
		}
		Cannot []string
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err, text)
	}
	var all []string
	for _, r := range out.Rules {
		s := r.Verb + " " + r.Of
		if len(r.Values) > 0 {
			s += fmt.Sprint(r.Values)
		}
		if r.Number != nil {
			s += fmt.Sprintf(" %v", *r.Number)
		}
		if len(r.Months) > 0 {
			s += " months " + strings.Trim(fmt.Sprint(r.Months), "[]")
		}
		if r.Check != "" {
			s += " “" + r.Check + "”"
		}
		all = append(all, s)
	}
	for _, c := range out.Cannot {
		all = append(all, "? "+c)
	}
	return strings.Join(all, "; ")
}
