package profile_test

import (
	"encoding/json"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools/profile"
)

// say proposes, has it released and written, and gives what the card would show.
func (d *desk) say(t *testing.T, args string) string {
	t.Helper()
	got, err := d.tools["profile_propose"].Run(d.ctx, json.RawMessage(args))
	if err != nil {
		return fault.Say(err)
	}
	must(t, d.db.Tx(d.ctx, func(tx *store.Tx) error {
		return profile.Confirmed(d.ctx, tx, store.Confirm{Payload: got.Proposal.Payload, DecidedName: "Marta"})
	}))
	return strings.TrimPrefix(got.Proposal.Show, "note in the profile: ")
}

func TestAChangeIsShownAsWhatWasAndWhatWillBe(t *testing.T) {
	t.Parallel()
	d := setup(t)
	for _, c := range []struct{ args, want string }{
		{`{"field":"hours","value":"Tue-Sat 12-15 and 19-23, Sunday 12-15, closed on Mondays"}`, "hours: Mon: not known → closed; Tue–Sat: not known → 12:00–15:00, 19:00–23:00; Sun: not known → 12:00–15:00"},
		{`{"field":"hours","value":"Da domenica apriamo 12:00-15:30"}`, "hours: Sun: 12:00–15:00 → 12:00–15:30"},
		{`{"field":"hours","value":"domenica 12-15.30"}`, "That is noted already: Sun 12:00–15:30."},
		{`{"field":"closed","value":"24.12.2099"}`, "hours: 24 Dec 2099: not known → closed"},
		{`{"field":"hours","value":"la domenica fino alle 22"}`, "hours_note = la domenica fino alle 22"},
		{`{"field":"languages","value":"italiano e tedesco"}`, "languages: not known → Italian, German"},
		{`{"field":"languages","value":"it, de, en"}`, "languages: Italian, German → Italian, German, English"},
		{`{"field":"languages","value":"molte"}`, "Name the languages by their English names or codes, all of them: Italian, German."},
		{`{"field":"tone","value":"warm, we say tu"}`, "tone: not known → warm, we say tu"},
		{`{"field":"tone of voice","value":"dry"}`, "tone: warm, we say tu → dry"},
		{`{"field":"dish","value":"Torta al limone 6,50 €"}`, "dishes: new: Torta al limone, 6,50 € (as they say it)"},
		{`{"field":"dishes","value":"torta al limone: 7 euro"}`, "dishes: Torta al limone: 6,50 € → 7 euro (as they say it)"},
		{`{"field":"dishes","value":"Pizza 4 stagioni"}`, "dishes: new: Pizza 4 stagioni"},
		{`{"field":"dishes","value":"torta al limone","remove":true}`, "dishes: no longer Torta al limone, 7 euro"},
		{`{"field":"dishes","value":"tiramisù","remove":true}`, "No such dish is noted. Read the profile for what there is."},
		{`{"field":"colours","value":"red and white"}`, "brand: colours: not known → red and white"},
		{`{"field":"colors","value":"blue"}`, "brand: colours: red and white → blue"},
		{`{"field":"rules","value":"Mai la cucina"}`, "rules: new: Mai la cucina"},
		{`{"field":"rules","value":"mai la cucina!"}`, "That is noted already: Mai la cucina."},
		{`{"field":"rules","value":"la cucina","remove":true}`, "rules: no longer: Mai la cucina"},
		{`{"field":"usp","value":"the only wood oven in town"}`, "usp: new: the only wood oven in town"},
		{`{"field":"address","value":"Via Roma 1"}`, "address = Via Roma 1"},
		{`{"field":"address","value":"Via Roma 2"}`, "address = Via Roma 2 (so far: Via Roma 1)"},
		{`{"field":"handover","value":"they haggle"}`, "Handover notes are the managers' own."},
	} {
		if got := d.say(t, c.args); got != c.want {
			t.Errorf("%s\n gives %s\n want  %s", c.args, got, c.want)
		}
	}
	want := map[string]string{"hours": "Mon closed; Tue–Sat 12:00–15:00, 19:00–23:00; Sun 12:00–15:30; 24 Dec 2099 closed", "hours_note": "la domenica fino alle 22",
		"languages": "it, de, en", "tone": "dry", "dishes": "Pizza 4 stagioni", "brand": "colour: blue", "usp": "the only wood oven in town", "address": "Via Roma 2"}
	got := d.read(t, `{}`).Facts
	want["brand"] = "colours: blue"
	for field, value := range want {
		if got[field] != value {
			t.Errorf("%s is %q, want %q", field, got[field], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	if only := d.read(t, `{"section":"opening hours"}`); len(only.Facts) != 0 {
		t.Errorf("a section by words that nobody uses: %v", only.Facts)
	}
	if only := d.read(t, `{"section":"orari"}`).Facts; len(only) != 1 {
		t.Errorf("by another name: %v", only)
	}
}

func TestManagersReadSourcesAndLeaveNotes(t *testing.T) {
	t.Parallel()
	d := setup(t)
	d.say(t, `{"field":"tone","value":"warm"}`)
	manager := store.WithScope(d.ctx, &store.Scope{})
	got, err := d.tools["profile_propose"].Run(manager, json.RawMessage(`{"field":"handover","value":"they haggle"}`))
	must(t, err)
	must(t, d.db.Tx(d.ctx, func(tx *store.Tx) error {
		return profile.Confirmed(d.ctx, tx, store.Confirm{Payload: got.Proposal.Payload, DecidedName: "Ben"})
	}))
	if r := d.read(t, `{}`); r.Facts["handover"] != "" || len(r.Sources)+len(r.Missing) != 0 {
		t.Errorf("a client's turn reads %+v", r)
	}
	read, err := d.tools["profile_read"].Run(manager, json.RawMessage(`{}`))
	must(t, err)
	var r profile.ReadResult
	must(t, json.Unmarshal([]byte(read.Output), &r))
	if r.Facts["handover"] != "they haggle" || !strings.HasPrefix(r.Sources["handover"], "Ben in Telegram, ") || !strings.HasPrefix(r.Sources["tone"], "Marta in Telegram, ") || len(r.Missing) == 0 {
		t.Errorf("%+v", r)
	}
}
