package life_test

import (
	"context"
	"encoding/json"
	"testing"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools/life"
)

func TestAStepIsProposedWhereItLeadsOnAndMovesOnce(t *testing.T) {
	t.Parallel()
	db := storetest.New(t)
	var restaurant store.RestaurantID
	if err := db.System(t.Context(), store.Desk, func(tx *store.Tx) error {
		if err := tx.MakeOwners(t.Context(), []int64{1001}); err != nil {
			return err
		}
		made, _, err := tx.MakeRestaurant(t.Context(), "Bella", "Europe/Rome", 1001)
		restaurant = made
		return err
	}); err != nil {
		t.Fatal(err)
	}
	ctx := store.WithRestaurant(t.Context(), restaurant)
	tool := life.Life{DB: db}.Tools()[0]
	for args, kind := range map[string]fault.Kind{
		`{"step":"agreed","why":"sì"}`: fault.Conflict, `{"step":"paid","why":"sì"}`: fault.Invalid, `{"step":"qualified"}`: fault.Invalid,
	} {
		if got, err := tool.Run(ctx, json.RawMessage(args)); fault.KindOf(err) != kind || got.Proposal != nil {
			t.Errorf("%s: %+v, %v", args, got, err)
		}
	}
	got, err := tool.Run(ctx, json.RawMessage(`{"step":"qualified","why":"we  want\nto start"}`))
	if err != nil || got.Proposal.Show != "move to onboarding: they want to work with us (“we want to start”)" {
		t.Fatalf("%+v, %v", got.Proposal, err)
	}
	for range 2 { // a second time nothing happens
		if err := db.Tx(ctx, func(tx *store.Tx) error {
			return life.Apply(ctx, tx, store.HeldProposal{Payload: got.Proposal.Payload})
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Tx(ctx, func(tx *store.Tx) error { return standsIn(ctx, tx, t, "onboarding", 1) }); err != nil {
		t.Fatal(err)
	}
}

func standsIn(ctx context.Context, tx *store.Tx, t *testing.T, stage string, moves int) error {
	t.Helper()
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	events, err := tx.StageEvents(ctx, 9)
	if r.Stage != stage || len(events) != moves {
		t.Errorf("%s after %+v", r.Stage, events)
	}
	return err
}
