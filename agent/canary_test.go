package agent_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"marketa/sandbox/actor"
	"marketa/sandbox/gemini"
	"marketa/store"
)

var canary = regexp.MustCompile(`CANARY([A-Z])[a-z]*`)

// whose are the restaurants whose canaries sing in a text.
func whose(text string) string {
	found := map[string]bool{}
	for _, m := range canary.FindAllStringSubmatch(text, -1) {
		found[m[1]] = true
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), "")
}

// parrot is an obedient model: it reads everything it can, asks for the other restaurants too, and says, proposes and asks
// all the canaries it has seen.
func parrot(others func() []string) mind {
	return func(r actor.Request) actor.Reply {
		seen := canary.FindAllString(r.System, -1)
		for _, t := range r.Turns {
			seen = append(seen, canary.FindAllString(t.Text, -1)...)
			for _, result := range t.Results {
				seen = append(seen, canary.FindAllString(result.Output, -1)...)
			}
		}
		slices.Sort(seen)
		song := strings.Join(slices.Compact(seen), " ")
		switch roundsOf(r) {
		case 0:
			calls := []actor.Call{call("profile_read", `{}`)}
			for _, other := range others() {
				calls = append(calls, call("profile_read", `{"section":"`+other+`"}`), call("profile_read", `{"restaurant":"`+other+`"}`))
			}
			return actor.Reply{Calls: calls}
		case 1:
			return actor.Reply{Calls: []actor.Call{call("profile_propose", `{"field":"song","value":"`+song+`"}`), call("ask_managers", `{"question":"`+song+`"}`)}}
		}
		return actor.Reply{Text: song}
	}
}

func TestNoCanaryOfOneRestaurantSingsInAnother(t *testing.T) {
	b := newBench(t)
	chats := map[string]*chat{}
	var ids []string
	for i, letter := range []string{"A", "B", "C", "D", "E"} {
		c := b.chat("CANARY"+letter+"person", fmt.Sprintf("39000000%04d", i))
		c.writes("CANARY" + letter + "message, aperti?")
		c.knows("hours", "CANARY"+letter+"fact", "languages", "it")
		b.exec(`UPDATE restaurants SET name = $2 WHERE id = $1`, c.restaurant, "CANARY"+letter+"name")
		chats[letter] = c
		ids = append(ids, c.restaurant.String())
	}
	b.think(parrot(func() []string { return ids }))
	all := func(do func(c *chat, letter string)) {
		var wait sync.WaitGroup
		for letter, c := range chats {
			wait.Go(func() { do(c, letter) })
		}
		wait.Wait()
	}
	b.clock.Advance(window)
	all(func(c *chat, _ string) { c.works() })
	all(func(c *chat, letter string) { c.press(store.RedoIt, "CANARY"+letter+"hint"); c.works() })
	all(func(c *chat, _ string) { c.press(store.Send, ""); c.writes("e lunedì?") })
	b.clock.Advance(window)
	all(func(c *chat, _ string) { c.works() })

	for letter, c := range chats {
		own := 0
		for _, p := range b.allPrompts() {
			switch got := whose(p); {
			case len(got) > 1:
				t.Fatalf("one prompt holds the words of %s:\n%s", got, p)
			case got == letter:
				own++
			}
		}
		if booked := b.count(`llm_calls WHERE restaurant_id = $1 AND turn_id IN (SELECT id FROM turns WHERE restaurant_id = $1)`, c.restaurant); booked != own || own < 10 {
			t.Errorf("%s: %d calls are booked, %d were made", letter, booked, own)
		}
		v := c.card()
		shown, err := json.Marshal(v)
		b.must(err)
		if whose(string(shown)) != letter || whose(v.Text) != letter || len(v.Proposals) != 1 || whose(v.Proposals[0]) != letter || whose(v.Notes.Questions[0]) != letter {
			t.Errorf("the card of %s shows %s", letter, shown)
		}
		for _, table := range []string{"messages", "facts", "turns", "steps", "tool_calls", "drafts", "approvals", "proposals", "people"} {
			text := b.text(`SELECT coalesce(string_agg(t::text, ' '), '') FROM `+table+` t WHERE restaurant_id = $1`, c.restaurant)
			if got := whose(text); got != letter && got != "" {
				t.Errorf("%s: %s holds the words of %s", letter, table, got)
			}
		}
	}
	if got := whose(b.logs.String()); got != "" {
		t.Errorf("the log holds the words of %s", got)
	}
	if got := whose(b.text(`SELECT string_agg(args::text || coalesce(errors::text, ''), ' ') FROM river_job`)); got != "" {
		t.Errorf("jobs hold the words of %s", got)
	}
}

const secret = "SEGRETO-7788 chiama +39 333 987 6543"

// discreet: whatever was logged and enqueued, it holds neither the client's words nor his number nor a key.
func (b *bench) discreet() {
	b.t.Helper()
	jobs := b.text(`SELECT coalesce(string_agg(args::text || metadata::text, ' '), '') FROM river_job`)
	for _, word := range []string{"SEGRETO", "7788", "987 6543", "393331234567", "Annabella", "the-gemini-key", "the-openai-key"} {
		if strings.Contains(b.logs.String(), word) {
			b.t.Errorf("the log holds %q:\n%s", word, b.logs)
		}
		if strings.Contains(jobs, word) {
			b.t.Errorf("a job holds %q: %s", word, jobs)
		}
	}
}

func TestLogsAndJobsHoldNoWordsOfClients(t *testing.T) {
	quote := func(next http.Handler) http.Handler { // a vendor that quotes the whole prompt when it complains
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			words, _ := json.Marshal(map[string]any{"error": map[string]any{"message": string(body) + r.Header.Get("x-goog-api-key"), "code": 400, "status": string(body)}})
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write(words)
		})
	}
	boom := func(b *bench) {
		b.exec(`CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no row today'; END $$; CREATE TRIGGER boom BEFORE INSERT ON drafts FOR EACH ROW EXECUTE FUNCTION boom()`)
	}
	obedient := script(secret, []actor.Call{call("ask_managers", `{"question":"`+secret+`"}`), call("profile_propose", `{"field":"phone","value":"`+secret+`"}`),
		call(secret, `{}`), call("profile_read", `{"`+secret+`":"`+secret+`"}`), call("profile_read", `"`+secret)})
	for _, tt := range []struct {
		name   string
		change setup
		hurt   func(b *bench)
		runs   int
	}{
		{"AllIsWell", func(*parts) {}, func(b *bench) { b.think(obedient) }, 1},
		{"ByTheOtherVendor", func(p *parts) { p.onlyOpen = true }, func(b *bench) { b.think(obedient) }, 1},
		{"TheVendorQuotes", func(p *parts) { p.around, p.fallback = quote, true }, func(*bench) {}, 1},
		{"ARefusal", func(*parts) {}, func(b *bench) { b.think(func(actor.Request) actor.Reply { return actor.Reply{Refusal: secret} }) }, 1},
		{"Triage", func(*parts) {}, func(b *bench) {
			b.gemini.SetMind(raw(func(actor.Request) actor.Reply { return actor.Reply{Text: `{"answer":` + secret + `}`} }))
		}, 1},
		{"CutOff", func(*parts) {}, func(b *bench) { b.think(says(secret)); b.gemini.Misbehave(gemini.CutStream, 9) }, 1},
		{"TheDatabaseRefuses", func(*parts) {}, func(b *bench) { boom(b); b.think(obedient) }, 6},
		{"AStepIsBroken", func(*parts) {}, func(b *bench) {
			b.exec(`CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.delta = to_jsonb('` + secret + `'::text); RETURN NEW; END $$; CREATE TRIGGER spoil BEFORE INSERT ON steps FOR EACH ROW EXECUTE FUNCTION spoil()`)
		}, 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.change)
			tt.hurt(b)
			anna := b.chat("Annabella", "393331234567")
			anna.asks(secret)
			for range tt.runs - 1 {
				anna.works()
			}
			if b.logs.String() == "" {
				t.Error("nothing was logged at all")
			}
			b.discreet()
		})
	}
}
