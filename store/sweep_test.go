package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/store"
)

const (
	window = 8 * time.Second
	most   = 45 * time.Second
)

// sweep returns how many jobs of each kind it has put in line.
func (w *world) sweep() map[string]int {
	w.Helper()
	w.forget()
	n, err := w.db.Sweep(w.ctx, window, most)
	w.must(err)
	kinds, total := map[string]int{}, 0
	rows, err := w.root.Query(w.ctx, `SELECT kind, count(*) FROM river_job GROUP BY 1`)
	w.must(err)
	var kind string
	var jobs int
	_, err = pgx.ForEachRow(rows, []any{&kind, &jobs}, func() error { kinds[kind] = jobs; total += jobs; return nil })
	w.must(err)
	if n != total {
		w.Errorf("it tells of %d, there are %v", n, kinds)
	}
	return kinds
}

// sweeps is a kind of row that a crash can leave behind.
type sweeps struct {
	make  func(w *world)       // due now
	lease func(w *world) error // by a worker; nil: the kind knows no lease
	done  func(w *world)       // settled
	grace time.Duration        // how long its own job comes first
}

func sweepable() map[string]sweeps {
	inTx := func(w *world, fn func(tx *store.Tx) error) error { return w.db.System(w.ctx, store.Desk, fn) }
	card := func(w *world) store.ApprovalID { return ask[store.ApprovalID](w, `SELECT id FROM approvals`) }
	reply := func(w *world) (store.Chat, store.DeliveryID) {
		return w.chat("anna"), ask[store.DeliveryID](w, `SELECT id FROM deliveries`)
	}
	only := func(keep string) func(w *world) { // of a chat with a reply on its way, one kind of row stays due
		return func(w *world) {
			w.hire()
			w.approved("anna", draft)
			w.exec(`UPDATE views SET next_at = NULL; UPDATE deliveries SET ` + keep)
		}
	}
	return map[string]sweeps{
		"run_turn": {make: func(w *world) { w.wrote("anna", "ciao?"); w.clock.Advance(window) },
			lease: func(w *world) error {
				c := w.chat("anna")
				return w.appErr(c.RestaurantID, func(tx *store.Tx) error { _, err := tx.LeaseChat(w.ctx, c.ID); return err })
			},
			done:  func(w *world) { w.exec(`UPDATE chats SET busy_since = NULL`) },
			grace: 2 * time.Second},
		"deliver": {make: only(`release_at = NULL`),
			lease: func(w *world) error { c, id := reply(w); _, _, err := w.take(c, id); return err },
			done: func(w *world) {
				c, id := reply(w)
				d, _, err := w.take(c, id)
				w.must(err)
				delivered(w, c, d)
				w.exec(`UPDATE views SET next_at = NULL`)
			}},
		"apply_proposals": {make: only(`next_at = NULL`),
			done: func(w *world) {
				c, _ := reply(w)
				w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.CloseRelease(w.ctx, card(w)) })
			},
			grace: 2 * time.Second},
		"show_approval": {make: func(w *world) { w.asked("anna", "ciao?", draft) },
			lease: func(w *world) error { _, err := w.leaseView(card(w)); return err },
			done: func(w *world) {
				token, err := w.leaseView(card(w))
				w.must(err)
				w.must(inTx(w, func(tx *store.Tx) error { return tx.Drawn(w.ctx, card(w), token, 1) }))
			},
			grace: 2 * time.Second},
		"send_notice": {make: func(w *world) { w.tell(store.Notice{Kind: "alert", HTML: "x"}, "") },
			lease: func(w *world) error {
				_, err := w.leaseNotice(ask[store.NoticeID](w, `SELECT id FROM notices`))
				return err
			},
			done: func(w *world) {
				w.must(inTx(w, func(tx *store.Tx) error {
					return tx.Told(w.ctx, store.Notice{ID: ask[store.NoticeID](w, `SELECT id FROM notices`)}, 1, 1)
				}))
			},
			grace: 2 * time.Second},
		"handle_update": {make: func(w *world) { w.must(w.db.SaveUpdate(w.ctx, 7, []byte("{}"))) },
			done:  func(w *world) { w.must(inTx(w, func(tx *store.Tx) error { return tx.UpdateHandled(w.ctx, 7) })) },
			grace: 2 * time.Second},
	}
}

func TestWhatACrashLeavesBehindIsSwept(t *testing.T) {
	t.Parallel()
	for kind, s := range sweepable() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s.make(w)
			swept := func(want int, when string) {
				t.Helper()
				got := w.sweep()
				if got[kind] != want || len(got) > want {
					t.Errorf("%s: %v", when, got)
				}
			}
			if s.grace > 0 {
				swept(0, "while its own job comes first")
				w.clock.Advance(s.grace)
				w.clock.Advance(time.Microsecond)
			}
			swept(1, "when its job is lost")
			swept(0, "a moment later")
			atOnce(4, func(int) { _, _ = w.db.Sweep(w.ctx, window, most) })
			if n := w.jobs(kind); n != 0 {
				t.Errorf("woken %d times by others", n)
			}
			if s.lease != nil {
				w.must(s.lease(w))
				for range 10 {
					w.clock.Advance(time.Second)
					swept(0, "while a worker has it")
				}
				w.clock.Advance(time.Millisecond)
				swept(1, "when the worker is dead")
			}
			w.clock.Advance(time.Minute)
			swept(1, "when nobody came")
			s.done(w)
			w.clock.Advance(time.Hour)
			swept(0, "when it is done")
		})
	}
}

// Several replicas sweep: each row is woken by one of them.
func TestManySweepersWakeEachRowOnce(t *testing.T) {
	t.Parallel()
	for kind, s := range sweepable() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			s.make(w)
			w.clock.Advance(3 * time.Second)
			w.forget()
			atOnce(6, func(int) {
				if _, err := w.db.Sweep(w.ctx, window, most); err != nil {
					t.Error(err)
				}
			})
			if n := w.jobs(kind); n != 1 {
				t.Errorf("woken %d times", n)
			}
		})
	}
}

// What somebody has in hand at this moment is passed by: the sweeper waits for nobody.
func TestASweeperPassesByWhatIsInHand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.approved("anna", draft)
	w.wrote("bruno", "salve")
	w.tell(store.Notice{Kind: "alert", HTML: "x"}, "")
	w.must(w.db.SaveUpdate(w.ctx, 7, []byte("{}")))
	w.clock.Advance(time.Minute)
	for _, table := range []string{"chats", "deliveries", "views", "notices", "updates"} {
		w.hold(`SELECT FROM ` + table + ` FOR UPDATE`)
	}
	ctx, cancel := context.WithTimeout(w.ctx, 20*time.Second)
	defer cancel()
	if n, err := w.db.Sweep(ctx, window, most); n != 0 || err != nil {
		t.Errorf("%d woken, %v", n, err)
	}
}

// With nobody to work (no bot, a queue that is full) the jobs must not pile up.
func TestWhatStaysDueIsNotWokenAllTheTime(t *testing.T) {
	t.Parallel()
	for kind, most := range map[string]int{"deliver": 10, "show_approval": 10, "send_notice": 10, "apply_proposals": 20, "handle_update": 30} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			sweepable()[kind].make(w)
			woken := 0
			for range 60 {
				woken += w.sweep()[kind]
				w.clock.Advance(time.Second)
			}
			if woken == 0 || woken > most {
				t.Errorf("woken %d times in a minute", woken)
			}
		})
	}
}

func TestABurstIsNotSweptBeforeItsEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := func(seconds int) {
		w.clock.Advance(monday.Add(time.Duration(seconds) * time.Second).Sub(w.clock.Now()))
	}
	for i, id := range names("m", 9) {
		at(6 * i) // one every six seconds, to second 48
		if n := w.sweep()["run_turn"]; (n > 0) != (6*i > 47) {
			t.Errorf("second %d: %d jobs", 6*i, n)
		}
		w.ingest(message("anna", id, "e poi"))
	}
}

func TestOutstandingNamesWhatIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	look := func(horizon time.Duration) (what string) {
		w.desk(func(tx *store.Tx) (err error) { what, err = tx.Outstanding(w.ctx, horizon); return err })
		return what
	}
	if got := look(time.Hour); got != "" {
		t.Errorf("in an empty database: %q", got)
	}
	w.hire()
	w.approved("anna", draft)
	w.wrote("bruno", "salve")
	w.tell(store.Notice{Kind: "alert", HTML: "x"}, "")
	w.must(w.db.SaveUpdate(w.ctx, 7, []byte("{}")))
	w.forget()
	if got := look(2 * time.Second); got != "turns:1 deliveries:1 releases:1 cards:1 notices:1 updates:1" {
		t.Errorf("%q", got)
	}
}

func TestASweepIsOneTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.wrote("anna", "ciao?")
	w.must(w.db.SaveUpdate(w.ctx, 7, []byte("{}")))
	w.clock.Advance(time.Minute)
	w.exec(`REVOKE INSERT ON river_job FROM marketa_desk`)
	if n, err := w.db.Sweep(w.ctx, window, most); err == nil {
		t.Errorf("%d woken without a job", n)
	}
	w.exec(`GRANT INSERT ON river_job TO marketa_desk`)
	if got := w.sweep(); got["run_turn"] != 1 || got["handle_update"] != 1 {
		t.Errorf("after the failure: %v", got)
	}
}

func TestAJobCarriesIdsOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "segreto", "riservato", store.Proposal{Kind: "profile", Payload: json.RawMessage(`{"x": "privato"}`), Show: "privato"})
	w.send(id, "riservato")
	w.tell(store.Notice{Kind: "alert", HTML: "confidenziale"}, "")
	w.must(w.db.SaveUpdate(w.ctx, 7, []byte(`{"text": "intimo"}`)))
	same(w, 0, `SELECT count(*) FROM river_job WHERE args::text || metadata::text ~ 'segreto|riservato|privato|confidenziale|intimo|anna'`)
	same(w, 6, `SELECT count(DISTINCT kind) FROM river_job`)
	if err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
		return errors.Join(tx.Enqueue(w.ctx, store.HandleUpdate{Update: 9}), errors.New("no"))
	}); err == nil {
		t.Error("no error")
	}
	same(w, 0, `SELECT count(*) FROM river_job WHERE args ->> 'update' = '9'`) // gone with its transaction
}
