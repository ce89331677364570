package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketa/internal/opening"
	"marketa/stages"
	"marketa/store"
)

// profileReaches are the methods of profile.go and life.go, aimed at a tenant's rows.
func profileReaches(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	return map[string]func(tx *store.Tx) (any, error){
		"AdvanceStage": only(func(tx *store.Tx) error { return tx.AdvanceStage(ctx) }),
		"AllHistory":   func(tx *store.Tx) (any, error) { return tx.AllHistory(ctx, 9) },
		"History":      func(tx *store.Tx) (any, error) { return tx.History(ctx, store.SectionTone, 9) },
		"Missing":      func(tx *store.Tx) (any, error) { return tx.Missing(ctx) },
		"NoteLine": only(func(tx *store.Tx) error {
			return tx.NoteLine(ctx, store.ProfileLine{Section: store.SectionTone, Text: "intruder"}, x.proposal.ID)
		}),
		"Profile":       func(tx *store.Tx) (any, error) { return tx.Profile(ctx) },
		"SaidIn":        func(tx *store.Tx) (any, error) { return tx.SaidIn(ctx, x.proposal.ID) },
		"StageMayMove":  only(func(tx *store.Tx) error { return tx.StageMayMove(ctx) }),
		"StageStanding": func(tx *store.Tx) (any, error) { return tx.StageStanding(ctx) },
		"TellMove":      only(func(tx *store.Tx) error { return tx.TellMove(ctx, "intruder") }),
	}
}

// profiled is a restaurant that has written once.
func (w *world) profiled() store.RestaurantID {
	w.Helper()
	w.ingest(message("anna", "m1", "ciao"))
	return w.chat("anna").RestaurantID
}

func (w *world) profile(r store.RestaurantID) (p store.Profile) {
	w.Helper()
	w.app(r, func(tx *store.Tx) (err error) { p, err = tx.Profile(w.ctx); return err })
	return p
}

func hoursLine(key string, spans ...opening.Span) store.ProfileLine {
	s := opening.Spans(spans)
	return store.ProfileLine{Section: store.SectionHours, Key: key, Text: key + " " + s.String(), Typed: store.Typed{Spans: &s}, Noted: store.Noted{Source: "Anna on WhatsApp", By: "Marta"}}
}

func TestHoursAreKeptByDayWithTheirHistory(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.profiled()
	w.app(r, func(tx *store.Tx) error {
		return tx.NoteFact(w.ctx, store.Fact{Field: "hours", Value: "Tue-Sun 12-15", Source: "seed"})
	})
	w.clock.Advance(time.Hour)
	w.app(r, func(tx *store.Tx) error {
		return errors.Join(tx.NoteLine(w.ctx, hoursLine("sun", opening.Span{From: "12:00", To: "15:30"}), store.ProposalID{}),
			tx.NoteLine(w.ctx, hoursLine("mon"), store.ProposalID{}), tx.NoteLine(w.ctx, hoursLine("2026-12-24"), store.ProposalID{}))
	})
	p := w.profile(r)
	if got := p.Hours.String(); got != "Mon closed; Tue–Sat 12:00–15:00; Sun 12:00–15:30; 24 Dec 2026 closed" {
		t.Errorf("hours %q", got)
	}
	if p.Hours.Source != "Anna on WhatsApp" || p.Hours.By != "Marta" {
		t.Errorf("%+v", p.Hours.Noted)
	}
	w.app(r, func(tx *store.Tx) error {
		h, err := tx.History(w.ctx, store.SectionHours, 9)
		if len(h) != 4 || h[3].Text != "Tue-Sun 12-15" || h[3].Source != "seed" {
			t.Errorf("history %+v", h)
		}
		f, bad := tx.Facts(w.ctx)
		if len(f) != 1 || f[0].Field != "hours" || f[0].Value != p.Hours.String() {
			t.Errorf("facts %+v", f)
		}
		return errors.Join(err, bad)
	})
	// A whole week, told anew as a free fact, takes the place of all days.
	w.clock.Advance(time.Hour)
	w.app(r, func(tx *store.Tx) error {
		return tx.NoteFact(w.ctx, store.Fact{Field: "hours", Value: "when we like", Source: "seed"})
	})
	if p := w.profile(r); p.Hours.Words != "when we like" || p.Hours.String() != "when we like" {
		t.Errorf("%+v", p.Hours)
	}
}

func TestTheNewestLineCountsAndWhatIsTakenBackIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.profiled()
	dish := func(name, price string, gone bool) store.ProfileLine {
		return store.ProfileLine{Section: store.SectionDishes, Key: name, Text: name, Typed: store.Typed{Name: name, Price: price}, Gone: gone}
	}
	for _, l := range []store.ProfileLine{
		dish("torta", "6 €", false), dish("torta", "6,50 €", false), dish("zuppa", "", false), dish("zuppa", "", true),
		{Section: store.SectionLanguages, Text: "it", Typed: store.Typed{Codes: []string{"it"}}},
		{Section: store.SectionLanguages, Text: "it, de", Typed: store.Typed{Codes: []string{"it", "de"}}},
		{Section: store.SectionTone, Text: "warm"}, {Section: store.SectionBrand, Key: "colours", Text: "red and white"},
		{Section: store.SectionRules, Key: "kitchen", Text: "never the kitchen"}, {Section: store.SectionHandover, Key: "1", Text: "they haggle"},
	} {
		w.clock.Advance(time.Minute)
		w.app(r, func(tx *store.Tx) error { return tx.NoteLine(w.ctx, l, store.ProposalID{}) })
	}
	p := w.profile(r)
	if len(p.Dishes) != 1 || p.Dishes[0].String() != "torta, 6,50 €" || len(p.Languages.Codes) != 2 || p.Tone.Text != "warm" || len(p.Rules) != 1 || len(p.Handover) != 1 {
		t.Errorf("%+v", p)
	}
	w.app(r, func(tx *store.Tx) error {
		f, err := tx.Facts(w.ctx)
		for _, x := range f {
			if x.Field == "handover" {
				t.Errorf("a note of ours among what prompts are given: %+v", x)
			}
		}
		if len(f) != 5 {
			t.Errorf("%+v", f)
		}
		return err
	})
}

func TestALifeGoesOnByItselfWhenNothingIsMissing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.profiled()
	w.app(r, func(tx *store.Tx) error {
		return errors.Join(tx.MoveStage(w.ctx, "seed", "lead", string(stages.Activation), "seed"), tx.StageMayMove(w.ctx))
	})
	w.app(r, func(tx *store.Tx) error { return tx.AdvanceStage(w.ctx) })
	w.app(r, func(tx *store.Tx) error {
		own, err := tx.OwnRestaurant(w.ctx)
		if own.Stage != string(stages.Activation) {
			t.Errorf("it is %s without a payment", own.Stage)
		}
		return err
	})
	same(w, 0, `SELECT count(*) FROM stage_checks`)
	w.app(r, func(tx *store.Tx) error {
		moved, err := tx.Happened(w.ctx, stages.Paid, "they have paid <3")
		if !moved {
			t.Error("not moved")
		}
		return err
	})
	same(w, "🧭 <b>anna</b> is active now: they have paid &lt;3. Next: the connection to Facebook and Instagram → say “send the connection link”.", `SELECT html FROM notices`)
	same(w, 1, `SELECT count(*) FROM stage_checks`)
}
