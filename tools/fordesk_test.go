package tools_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools"
)

type dishArgs struct {
	Dish string `json:"dish" jsonschema:"its name"`
}

// known is a restaurant that has written, as a manager names it.
func known(t *testing.T, db *store.DB, name string) store.RestaurantID {
	t.Helper()
	if err := db.Ingest(t.Context(), store.Webhook{Source: "test", Body: []byte("{}"), Events: []store.Inbound{{Op: store.OpMessage, Channel: "marketa", Chat: store.VendorChatID(name + "@s.whatsapp.net"),
		ChatKind: "direct", Title: name, VendorID: store.VendorMessageID("m-" + name), Author: store.Client, Kind: "text", Body: "ciao", SentAt: db.Clock.Now()}}}); err != nil {
		t.Fatal(err)
	}
	var names store.Names
	if err := db.System(t.Context(), store.Desk, func(tx *store.Tx) (err error) { names, err = tx.Names(t.Context()); return err }); err != nil {
		t.Fatal(err)
	}
	for _, n := range names {
		if n.Name == name {
			return n.Restaurant
		}
	}
	t.Fatalf("nobody is called %s: %+v", name, names)
	return store.RestaurantID{}
}

func TestAManagerUsesARestaurantsToolByItsNameAndWithinHisScope(t *testing.T) {
	db := storetest.New(t)
	anna, bruno := known(t, db, "Anna"), known(t, db, "Bruno")
	propose := tools.ForDesk(db, tools.DefinePropose("note_dish", "note a dish", func(ctx context.Context, a dishArgs) (tools.Proposal, error) {
		return tools.NewProposal("dish", map[string]string{"dish": a.Dish}, "cook "+a.Dish)
	}))
	read := tools.ForDesk(db, tools.DefineRead("whose", "whose turn it is", func(ctx context.Context, a dishArgs) (out struct{ Name string }, err error) {
		err = db.Tx(ctx, func(tx *store.Tx) error {
			r, err := tx.OwnRestaurant(ctx)
			out.Name = r.Name
			return err
		})
		return out, err
	}))
	if propose.Name != "desk_note_dish" || !strings.Contains(string(propose.Schema), `"restaurant"`) {
		t.Errorf("%s %s", propose.Name, propose.Schema)
	}
	scope := &store.Scope{Named: []store.RestaurantID{anna}}
	ctx := store.WithScope(t.Context(), scope)
	got, err := propose.Run(ctx, json.RawMessage(`{"restaurant":"anna","dish":"torta"}`))
	if err != nil {
		t.Fatal(err)
	}
	var h tools.Held
	if err := json.Unmarshal(got.Proposal.Payload, &h); err != nil || h.Restaurant != anna || string(h.Payload) != `{"dish":"torta"}` || got.Proposal.Show != "Anna: cook torta" {
		t.Errorf("%+v %s %v", h, got.Proposal.Show, err)
	}
	if got, err := read.Run(ctx, json.RawMessage(`{"restaurant":"Anna","dish":"x"}`)); err != nil || got.Output != `{"Name":"Anna"}` {
		t.Errorf("%s %v", got.Output, err)
	}
	if seen := scope.All().Read; len(seen) != 1 || seen[0] != anna {
		t.Errorf("seen %v, not %v", seen, bruno)
	}
	for args, kind := range map[string]fault.Kind{
		`{"restaurant":"Bruno","dish":"x"}`:                fault.Denied,
		`{"restaurant":"Zeno","dish":"x"}`:                 fault.NotFound,
		`{"dish":"x"}`:                                     fault.Invalid,
		`{"restaurant":"Anna"}`:                            fault.Invalid,
		`{"restaurant":"Anna","dish":"x","restaurants":1}`: fault.Invalid,
	} {
		if _, err := read.Run(ctx, json.RawMessage(args)); fault.KindOf(err) != kind {
			t.Errorf("%s: %v", args, err)
		}
	}
	if _, err := read.Run(t.Context(), json.RawMessage(`{"restaurant":"Anna","dish":"x"}`)); fault.KindOf(err) != fault.Denied {
		t.Errorf("without a manager: %v", err)
	}
}
