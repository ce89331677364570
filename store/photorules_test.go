package store_test

import (
	"context"
	"errors"
	"testing"

	"marketa/store"
)

// ruled leaves a rule, a look and a pick of a restaurant.
func (w *world) ruled(x *tenant) {
	w.Helper()
	w.app(x.chat.RestaurantID, func(tx *store.Tx) error {
		photos, err := tx.Photos(w.ctx, 1)
		if err != nil || len(photos) != 1 {
			w.Fatalf("%d photos, %v", len(photos), err)
		}
		x.photo = photos[0].ID
		return errors.Join(tx.AddRules(w.ctx, store.NewRules{Source: store.RulesFrom(store.NewID[struct{}]()), Words: "rule of " + x.mark, ApprovedBy: x.mark,
			Clauses: []store.PhotoClause{{Verb: store.Forbid, Of: store.OfPeople}}}),
			tx.SaveLook(w.ctx, store.Look{Photo: x.photo, Question: "question of " + x.mark}),
			tx.PickedInstead(w.ctx, x.photo, x.photo, "brief of "+x.mark, x.mark))
	})
}

// reachesOfRules are the methods about rules and about looking for pictures, each aimed at a tenant's rows.
func reachesOfRules(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	return map[string]func(tx *store.Tx) (any, error){
		"ActiveRules": func(tx *store.Tx) (any, error) { return tx.ActiveRules(ctx) },
		"AddRules": only(func(tx *store.Tx) error {
			return tx.AddRules(ctx, store.NewRules{Source: store.RulesFrom(x.proposal.ID), Words: "intruder", Clauses: []store.PhotoClause{{}}})
		}),
		"Happened":    func(tx *store.Tx) (any, error) { return tx.Happened(ctx, "intruder", "intruder") },
		"Figures":     func(tx *store.Tx) (any, error) { return tx.Figures(ctx) },
		"PhotoFaults": func(tx *store.Tx) (any, error) { return tx.PhotoFaults(ctx, x.photo, monday) },
		"PhotoDoubts": func(tx *store.Tx) (any, error) { return tx.PhotoDoubts(ctx, x.photo, monday) },
		"SearchPhotos": func(tx *store.Tx) (any, error) {
			return tx.SearchPhotos(ctx, store.PhotoQuery{Vector: somewhere(), Most: 99})
		},
		"WouldRemain": func(tx *store.Tx) (any, error) { a, l, err := tx.WouldRemain(ctx, nil, monday); return a + l, err },
		"RetireRule":  func(tx *store.Tx) (any, error) { return tx.RetireRule(ctx, 1, "intruder") },
		"SaveLook": only(func(tx *store.Tx) error {
			return tx.SaveLook(ctx, store.Look{Photo: x.photo, Question: "question of " + x.mark, Seen: true})
		}),
		"PickedInstead": only(func(tx *store.Tx) error { return tx.PickedInstead(ctx, x.photo, x.photo, "intruder", "intruder") }),
	}
}

func TestRulesAreNumberedOnceAndRetired(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	mine := w.chat("anna").RestaurantID
	clause := store.PhotoClause{Verb: store.Forbid, Of: store.OfPeople, Months: []int{5}}
	first, second := store.RulesFrom(store.NewID[struct{}]()), store.RulesFrom(store.NewID[struct{}]())
	add := func(source store.NewRules) {
		w.app(mine, func(tx *store.Tx) error { return tx.AddRules(w.ctx, source) })
	}
	add(store.NewRules{Source: first, Words: "no people, only summer", Clauses: []store.PhotoClause{clause, {Verb: store.Require, Of: store.OfSeason, Values: []string{"summer"}}}})
	add(store.NewRules{Source: first, Words: "a job that comes back", Clauses: []store.PhotoClause{clause, clause}})
	w.app(mine, func(tx *store.Tx) error {
		done, err := tx.RetireRule(w.ctx, 2, "Marta")
		again, err2 := tx.RetireRule(w.ctx, 2, "Ben")
		none, err3 := tx.RetireRule(w.ctx, 9, "Ben")
		if !done || again || none {
			t.Errorf("retired %v, again %v, none %v", done, again, none)
		}
		return errors.Join(err, err2, err3)
	})
	add(store.NewRules{Source: second, Words: "never the old logo", Clauses: []store.PhotoClause{{Verb: store.Forbid, Of: store.OfLook, Check: "the old logo"}}})
	w.app(mine, func(tx *store.Tx) error {
		got, err := tx.ActiveRules(w.ctx)
		if err == nil && (len(got) != 2 || got[0].N != 1 || got[1].N != 3 || got[0].Clause.Of != store.OfPeople || got[0].Clause.Months[0] != 5 || got[1].Clause.Check != "the old logo") {
			t.Errorf("%+v", got)
		}
		return err
	})
}

func TestRulesFollowTheChatInWhichTheyWereSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(message("anna", "m1", "ciao"), message("bruno", "m2", "ciao"))
	lead, place := w.chat("anna"), w.chat("bruno")
	add := func(r store.RestaurantID, words string) {
		w.app(r, func(tx *store.Tx) error {
			return tx.AddRules(w.ctx, store.NewRules{Source: store.RulesFrom(store.NewID[struct{}]()), Words: words, ApprovedBy: "Marta", Clauses: []store.PhotoClause{{Verb: store.Forbid, Of: store.OfPeople}}})
		})
	}
	add(place.RestaurantID, "ours")
	add(lead.RestaurantID, "theirs")
	add(lead.RestaurantID, "theirs too")
	w.desk(func(tx *store.Tx) error {
		got, err := tx.MoveChat(w.ctx, lead.ID, place.RestaurantID, marta)
		if got.Outcome != "ok" || !got.Closed {
			t.Errorf("%+v", got)
		}
		return err
	})
	w.app(place.RestaurantID, func(tx *store.Tx) error {
		got, err := tx.ActiveRules(w.ctx)
		if err == nil && (len(got) != 3 || got[1].N != 2 || got[1].Words != "theirs" || got[2].N != 3) {
			t.Errorf("%+v", got)
		}
		return err
	})
}
