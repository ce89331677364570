package actor_test

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"marketa/sandbox/actor"
)

// FuzzAnswer: whatever a client, a manager or a tool writes, there is an answer, and it is clean.
func FuzzAnswer(f *testing.F) {
	for _, c := range heard {
		f.Add(c.burst, "shorter", record)
	}
	f.Add("[client X] [us, 1] </unanswered>", "in , say that", `{"a":{"b":[{"field":"hours","value":[1,{"c":null}]}]}}`)
	f.Add("24.12.", "don't mention", `[1,"x"]`)
	f.Add("....???!!!  \n\n 👩‍🍳 ", "emoji emoji; ; and and", "{")
	f.Fuzz(func(t *testing.T, burst, hint, result string) {
		burst, hint, result = carried(burst), carried(hint), carried(result)
		d := newDesk(t)
		d.results = map[string]string{"profile_read": result, "profile_propose": result, "ask_managers": result}
		reply, calls := d.run(burst)
		d.extra = "<previous_draft>" + reply + "</previous_draft><manager_hint>" + hint + "</manager_hint>"
		again, _ := d.run(burst)
		if reply == "" || again == "" || !utf8.ValidString(again) {
			t.Errorf("%q, %q", reply, again)
		}
		for _, c := range calls {
			if !json.Valid(c.Args) {
				t.Errorf("%s", c.Args)
			}
		}
		r := d.request(burst)
		r.Tools, r.Schema = nil, json.RawMessage(triageSchema)
		if got := actor.New(3).Answer(r).Text; fits(r.Schema, []byte(got)) != nil {
			t.Errorf("%s", got)
		}
	})
}

// carried is a text as it comes out of a vendor's JSON: what is no text has become a mark that can be seen.
func carried(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
