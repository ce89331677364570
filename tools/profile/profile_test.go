package profile_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools"
	"marketa/tools/profile"
)

// desk is a restaurant that has just written, with the tools bound to it.
type desk struct {
	db    *store.DB
	ctx   context.Context // of the restaurant
	chat  store.ChatID
	tools map[string]tools.Tool
}

func setup(t *testing.T) *desk {
	t.Helper()
	db := storetest.New(t)
	d := &desk{db: db, tools: map[string]tools.Tool{}}
	d.ctx, d.chat = restaurant(t, db, "Anna")
	for _, tool := range (profile.Profile{DB: db}).Tools() {
		d.tools[tool.Name] = tool
	}
	return d
}

// restaurant is a lead of its own: the context that is bound to it, and its chat.
func restaurant(t *testing.T, db *store.DB, name string) (ctx context.Context, chat store.ChatID) {
	t.Helper()
	vendor := store.VendorChatID(name + "@s.whatsapp.net")
	err := db.Ingest(t.Context(), store.Webhook{Source: "test", Body: []byte("{}"), Events: []store.Inbound{{Op: store.OpMessage, Channel: "marketa", Chat: vendor,
		ChatKind: "direct", Title: name, VendorID: store.VendorMessageID("m-" + name), Author: store.Client, Kind: "text", Body: "ciao", SentAt: db.Clock.Now()}}})
	must(t, err)
	tx, err := db.Pool().Begin(t.Context())
	must(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	_, err = tx.Exec(t.Context(), `SET LOCAL ROLE marketa_desk`) // the desk sees all chats
	must(t, err)
	var id store.RestaurantID
	must(t, tx.QueryRow(t.Context(), `SELECT id, restaurant_id FROM chats WHERE vendor_chat_id = $1`, string(vendor)).Scan(&chat, &id))
	return store.WithRestaurant(t.Context(), id), chat
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// release has a manager send a draft that holds this change, and gives what is to be carried out.
func (d *desk) release(t *testing.T, payload string) store.HeldProposal {
	t.Helper()
	ctx := d.ctx
	must(t, d.db.Tx(ctx, func(tx *store.Tx) error {
		lease, err := tx.LeaseChat(ctx, d.chat)
		must(t, err)
		turn, _, err := tx.OpenTurn(ctx, lease)
		must(t, err)
		_, err = tx.Commit(ctx, lease, store.Finding{Turn: turn, Status: "drafted", Text: "ok", PolicyVersion: "p",
			Proposals: []store.Proposal{{Kind: profile.Change, Payload: json.RawMessage(payload), Show: "x"}}})
		return err
	}))
	var approval store.ApprovalID
	must(t, d.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		must(t, tx.MakeOwners(ctx, []int64{1001}))
		waiting, err := tx.Queue(ctx)
		must(t, err)
		approval = waiting[0].Approval
		decided, err := tx.Decide(ctx, store.Press{Approval: approval, Action: store.Send, TelegramID: 1001, Hash: store.HashText("ok"), PolicyVersion: "p"})
		if decided.Outcome != "ok" {
			t.Fatalf("decided %+v", decided)
		}
		return err
	}))
	var released []store.HeldProposal
	must(t, d.db.Tx(ctx, func(tx *store.Tx) (err error) { released, err = tx.Released(ctx, approval); return err }))
	if len(released) != 1 {
		t.Fatalf("released %+v", released)
	}
	return released[0]
}

func (d *desk) note(t *testing.T, ctx context.Context, field, value string) {
	t.Helper()
	if err := d.db.Tx(ctx, func(tx *store.Tx) error {
		return tx.NoteFact(ctx, store.Fact{Field: field, Value: value, Source: "seed"})
	}); err != nil {
		t.Fatal(err)
	}
}

func (d *desk) read(t *testing.T, args string) profile.ReadResult {
	t.Helper()
	got, err := d.tools["profile_read"].Run(d.ctx, json.RawMessage(args))
	if err != nil {
		t.Fatal(err)
	}
	var r profile.ReadResult
	if err := json.Unmarshal([]byte(got.Output), &r); err != nil || got.Proposal != nil {
		t.Fatalf("got %+v, %v", got, err)
	}
	return r
}

func TestAnEmptyProfileSaysSo(t *testing.T) {
	d := setup(t)
	r := d.read(t, `{}`)
	if r.Name != "Anna" || r.Stage != "lead" || len(r.Facts) != 0 || !strings.Contains(r.Note, "Do not guess") {
		t.Errorf("got %+v", r)
	}
}

func TestTheNewestFactsAreRead(t *testing.T) {
	d := setup(t)
	d.note(t, d.ctx, "hours", "12-14")
	d.note(t, d.ctx, "hours", "12-15")
	d.note(t, d.ctx, "menu", "pizza")
	for args, want := range map[string]string{
		`{}`: "map[hours:12-15 menu:pizza]", `{"section":"hours"}`: "map[hours:12-15]", `{"section":" Hours "}`: "map[hours:12-15]",
		`{"section":""}`: "map[hours:12-15 menu:pizza]", `{"section":null}`: "map[hours:12-15 menu:pizza]",
	} {
		r := d.read(t, args)
		if got := sprint(r.Facts); got != want || r.Note != "" {
			t.Errorf("%s: %s, %q", args, got, r.Note)
		}
	}
	if r := d.read(t, `{"section":"prices"}`); len(r.Facts) != 0 || r.Note == "" || strings.Contains(r.Note, "prices") {
		t.Errorf("what is not there: %+v", r)
	}
}

func sprint(facts map[string]string) string {
	b, _ := json.Marshal(facts) // sorted
	return "map[" + strings.NewReplacer(`{"`, "", `"}`, "", `":"`, ":", `","`, " ").Replace(string(b)) + "]"
}

func TestTheRestaurantIsTheContexts(t *testing.T) {
	d := setup(t)
	bruno, _ := restaurant(t, d.db, "Bruno")
	d.note(t, bruno, "hours", "CANARY")
	if r := d.read(t, `{}`); len(r.Facts) != 0 {
		t.Errorf("reads another's: %+v", r)
	}
	_, err := d.tools["profile_read"].Run(d.ctx, json.RawMessage(`{"restaurant":"Bruno"}`))
	if fault.KindOf(err) != fault.Invalid {
		t.Errorf("an argument names another: %v", err)
	}
	if _, err := d.tools["profile_read"].Run(t.Context(), json.RawMessage(`{}`)); err == nil {
		t.Error("read without a restaurant")
	}
}

func TestAProposalShowsExactlyWhatIsNoted(t *testing.T) {
	tests := []struct{ name, args, show, payload string }{
		{"Plain", `{"field":"phone","value":"12-15"}`, "note in the profile: phone = 12-15", `{"field":"phone","value":"12-15"}`},
		{"WithAReason", `{"field":"phone","value":"12-15","why":"she said so"}`, "note in the profile: phone = 12-15", `{"field":"phone","value":"12-15"}`},
		{"FieldOfTwoWords", `{"field":" Closed Days ","value":"lunedì"}`, "note in the profile: closed_days = lunedì", `{"field":"closed_days","value":"lunedì"}`},
		{"OtherLetters", `{"field":"Straße","value":"12–15"}`, "note in the profile: straße = 12–15", `{"field":"straße","value":"12–15"}`},
		{"Lines", `{"field":"phone","value":" Mon\n12-15\t\u0007 Tue "}`, "note in the profile: phone = Mon 12-15 Tue", `{"field":"phone","value":"Mon 12-15 Tue"}`},
		{"HiddenSigns", `{"field":"phone","value":"12\u202e-15\u200b00"}`, "note in the profile: phone = 12 -15 00", `{"field":"phone","value":"12 -15 00"}`},
		{"Emoji", `{"field":"notes","value":"👨\u200d👩\u200d👧"}`, "note in the profile: notes = 👨\u200d👩\u200d👧", "{\"field\":\"notes\",\"value\":\"👨\u200d👩\u200d👧\"}"},
		{"AsLongAsMayBe", `{"field":"menu","value":"` + strings.Repeat("é", 220) + `"}`, "note in the profile: menu = " + strings.Repeat("é", 220), `{"field":"menu","value":"` + strings.Repeat("é", 220) + `"}`},
	}
	d := setup(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := d.tools["profile_propose"].Run(d.ctx, json.RawMessage(tt.args))
			if err != nil {
				t.Fatal(fault.Say(err))
			}
			p := got.Proposal
			if p == nil || p.Kind != profile.Change || p.Show != tt.show || string(p.Payload) != tt.payload {
				t.Errorf("got %+v %s", p, p.Payload)
			}
			if n := len([]rune(p.Show)); n > 300 {
				t.Errorf("the card shows 300 characters, this has %d", n)
			}
			if !strings.Contains(got.Output, "nothing is changed yet") {
				t.Errorf("the model hears %s", got.Output)
			}
		})
	}
	if r := d.read(t, `{}`); len(r.Facts) != 0 {
		t.Errorf("a proposal has changed something: %+v", r)
	}
}

func TestArgumentsThatCannotBeMeantAreRefusedInWords(t *testing.T) {
	tests := []struct{ name, args, words string }{
		{"NoField", `{"value":"12"}`, `"field" is missing`},
		{"NoValue", `{"field":"hours"}`, `"value" is missing`},
		{"EmptyField", `{"field":" ","value":"12"}`, "one short word"},
		{"AHeading", `{"field":"# rules","value":"12"}`, "one short word"},
		{"ALine", `{"field":"hours\nrules","value":"12"}`, "one short word"},
		{"ATag", `{"field":"<manager_hint>","value":"12"}`, "one short word"},
		{"AColon", `{"field":"hours: x","value":"12"}`, "one short word"},
		{"ANumberForAField", `{"field":"12","value":"12"}`, "one short word"},
		{"LongField", `{"field":"` + strings.Repeat("x", 41) + `","value":"12"}`, "one short word"},
		{"EmptyValue", `{"field":"hours","value":" \n\u200b "}`, "1 to 220 characters"},
		{"LongValue", `{"field":"hours","value":"` + strings.Repeat("x", 221) + `"}`, "1 to 220 characters"},
		{"AnotherRestaurant", `{"field":"hours","value":"12","restaurant_id":"x"}`, `unknown argument "restaurant_id"`},
		{"NoObject", `["hours","12"]`, "not a JSON object"},
	}
	d := setup(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := d.tools["profile_propose"].Run(d.ctx, json.RawMessage(tt.args))
			if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Say(err), tt.words) || got.Proposal != nil {
				t.Errorf("got %+v, %v: %s", got, err, fault.Say(err))
			}
		})
	}
}

func TestToolsOfTheProfileCanBeRegistered(t *testing.T) {
	if _, err := tools.NewRegistry((profile.Profile{}).Tools()...); err != nil {
		t.Error(err)
	}
}

func TestAReleasedChangeIsNotedOnce(t *testing.T) {
	d := setup(t)
	p := d.release(t, `{"field":"hours","value":"12-15"}`)
	apply := func() {
		t.Helper()
		must(t, d.db.Tx(d.ctx, func(tx *store.Tx) error { return profile.Apply(d.ctx, tx, p) }))
	}
	apply()
	if got := sprint(d.read(t, `{}`).Facts); got != "map[hours:12-15]" {
		t.Errorf("got %s", got)
	}
	d.note(t, d.ctx, "hours", "12-16")
	apply() // the job comes back: what was noted later stays
	if got := sprint(d.read(t, `{}`).Facts); got != "map[hours:12-16]" {
		t.Errorf("a second time it gives %s", got)
	}
}

func TestAPayloadThatCannotBeReadIsAnError(t *testing.T) {
	for _, payload := range []string{`"hours"`, `[]`, `{"field":"","value":"x"}`, `{"field":1,"value":"x"}`} {
		d := setup(t)
		p := d.release(t, payload)
		if err := d.db.Tx(d.ctx, func(tx *store.Tx) error { return profile.Apply(d.ctx, tx, p) }); err == nil {
			t.Errorf("%s was taken", payload)
		}
	}
}
