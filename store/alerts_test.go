package store_test

import (
	"testing"
	"time"

	"marketa/store"
)

func (w *world) raise(a store.Alert) {
	w.Helper()
	w.must(w.db.Unhealthy(w.ctx, a))
}

func (w *world) clear(cause string) {
	w.Helper()
	w.must(w.db.Healthy(w.ctx, cause, "It works again."))
}

// shown plays the worker of Telegram: one message in one chat.
func (w *world) shown() {
	w.Helper()
	id := ask[store.AlertID](w, `SELECT id FROM alerts WHERE next_at <= $1 ORDER BY id DESC LIMIT 1`, w.clock.Now())
	w.desk(func(tx *store.Tx) error {
		a, err := tx.LeaseAlert(w.ctx, id)
		if err != nil {
			return err
		}
		if err := tx.SaveAlertCopy(w.ctx, id, store.AlertCopy{TgChatID: -1, MessageID: 1, ShownHash: []byte{1}}); err != nil {
			return err
		}
		return tx.AlertShown(w.ctx, a)
	})
}

func TestACauseIsOneAlertHoweverOftenItHappens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	a := store.Alert{Cause: "keys", Text: "a < b", Stays: true, Key: "1", Who: "Anna"}
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Raise(w.ctx, a) })
	w.must(w.db.System(w.ctx, store.Ingest, func(tx *store.Tx) error { return tx.Raise(w.ctx, a) }))
	a.Key, a.Who = "2", "Jonas"
	w.raise(a)
	w.clock.Advance(25 * time.Hour)
	w.raise(a)
	same(w, 4, `SELECT count FROM alerts`)
	same(w, 2, `SELECT count(*) FROM alert_subjects`)
	if w.jobs("show_alert") != 0 {
		t.Errorf("%d jobs: what befalls several is told together, a moment later", w.jobs("show_alert"))
	}
	same(w, 1, `SELECT count(*) FROM alerts WHERE next_at = first_at + interval '2 seconds'`)
	w.raise(store.Alert{Cause: "other", Text: "x"})
	same(w, 2, `SELECT count(*) FROM alerts`)
	if w.jobs("show_alert") != 1 {
		t.Errorf("%d jobs", w.jobs("show_alert"))
	}
}

func TestAtOnceItIsStillOneAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	atOnce(8, func(int) {
		if err := w.db.Unhealthy(w.ctx, store.Alert{Cause: "keys", Text: "x"}); err != nil {
			t.Error(err)
		}
	})
	same(w, 8, `SELECT count FROM alerts`)
}

func TestAnAlertThatNobodyClearsIsOverAfterAnHourWithoutIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := store.Alert{Cause: "unreadable", Text: "x"}
	w.raise(a)
	w.clock.Advance(59 * time.Minute)
	w.raise(a)
	same(w, 1, `SELECT count(*) FROM alerts`)
	w.clock.Advance(61 * time.Minute)
	w.raise(a)
	same(w, "1 2", `SELECT string_agg(count::text, ' ' ORDER BY last_at DESC) FROM alerts`)
	same(w, 1, `SELECT count(*) FROM alerts WHERE cleared_at IS NULL`)
}

func TestOneEditEveryFewMinutesAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := store.Alert{Cause: "keys", Text: "x", Stays: true}
	w.raise(a)
	w.shown()
	w.forget()
	for range 5 {
		w.raise(a)
	}
	same(w, monday.Add(3*time.Minute).UTC(), `SELECT next_at AT TIME ZONE 'UTC' FROM alerts`)
	if w.jobs("show_alert") != 0 {
		t.Error("it is edited at once")
	}
}

func TestWhatIsStillSoIsNotCounted(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := store.Alert{Cause: "qr", Text: "x", Stays: true}
	for range 3 {
		w.desk(func(tx *store.Tx) error { return tx.Standing(w.ctx, a) })
	}
	same(w, 1, `SELECT count FROM alerts`)
	w.clear("qr")
	w.clear("qr") // twice is once
	same(w, "It works again.", `SELECT cleared FROM alerts WHERE cleared_at IS NOT NULL`)
}

func TestTheEndOfALongAlertRings(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		told bool
		open time.Duration
		want int
	}{{"after a moment", true, 9 * time.Minute, 0}, {"after long", true, 11 * time.Minute, 1}, {"nobody was told", false, 11 * time.Minute, 0}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.raise(store.Alert{Cause: "keys", Text: "x", Stays: true})
			if tt.told {
				w.shown()
			}
			w.clock.Advance(tt.open)
			w.clear("keys")
			same(w, tt.want, `SELECT count(*) FROM notices WHERE html = '✅ It works again.'`)
		})
	}
}

func TestBackAfterAMomentItIsTheSameAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := store.Alert{Cause: "qr", Text: "x", Stays: true}
	w.raise(a)
	w.shown()
	w.clear("qr")
	w.clock.Advance(4 * time.Minute)
	w.raise(a)
	same(w, 1, `SELECT count(*) FROM alerts WHERE cleared_at IS NULL`)
	w.clear("qr")
	w.clock.Advance(6 * time.Minute)
	w.raise(a)
	same(w, 2, `SELECT count(*) FROM alerts`)
}

func TestAnAlertEndsWithTheLastOfThoseItTouches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, who := range []string{"Anna", "Jonas"} {
		w.raise(store.Alert{Cause: "cards", Text: "x", Stays: true, Key: who, Who: who})
	}
	ease := func(who string) {
		w.desk(func(tx *store.Tx) error { return tx.Ease(w.ctx, "cards", who, "Well.") })
	}
	ease("Anna")
	same(w, 1, `SELECT count(*) FROM alerts WHERE cleared_at IS NULL`)
	ease("Jonas")
	same(w, 0, `SELECT count(*) FROM alerts WHERE cleared_at IS NULL`)
}

func TestAnAlertThatStaysRingsAgainAfterHours(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.raise(store.Alert{Cause: "qr", Text: "x", Stays: true})
	w.shown()
	same(w, monday.Add(4*time.Hour).UTC(), `SELECT next_at AT TIME ZONE 'UTC' FROM alerts`)
}

func TestTheAppReadsNoAlert(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	w.raise(store.Alert{Cause: "keys", Text: "about somebody else"})
	for _, sql := range []string{`SELECT text FROM alerts`, `SELECT who FROM alert_subjects`} {
		tx, err := w.db.Pool().Begin(w.ctx)
		w.must(err)
		_, err = tx.Exec(w.ctx, `SELECT set_config('role', 'marketa_app', true), set_config('app.restaurant_id', $1, true)`, c.RestaurantID.String())
		w.must(err)
		if _, err = tx.Exec(w.ctx, sql); !store.IsRefused(err) {
			t.Errorf("%s: %v", sql, err)
		}
		_ = tx.Rollback(w.ctx)
	}
}
