package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketa/store"
)

func TestADeliveryIsTakenByOneWorker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, decision := w.approved("anna", draft)
	var got atomic.Int32
	atOnce(8, func(int) {
		if _, left, err := w.take(c, decision.Delivery); err == nil && left {
			got.Add(1)
		} else if !isLost(err) {
			t.Errorf("left %v, %v", left, err)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d workers send it", got.Load())
	}
	same(w, "intended 1 f", `SELECT concat_ws(' ', state, attempts, answered) FROM deliveries WHERE intent_at = $1 AND next_at = $2`, monday, monday.Add(store.LeaseTime))

	w.clock.Advance(store.LeaseTime + time.Second) // its worker has died
	d, left, err := w.take(c, decision.Delivery)
	if err != nil || left || d.State != "intended" || d.Text != draft || d.VendorChatID != "anna" || d.Channel != "marketa" || d.Attempts != 1 {
		t.Errorf("what the next one sees: %+v, left %v, %v", d, left, err)
	}
}

func TestNothingIsTakenBeforeItIsDue(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, d := w.intended("anna", draft)
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Retry(w.ctx, d, tx.Now.Add(time.Minute), "later") })
	if _, _, err := w.take(c, d.ID); !isLost(err) {
		t.Errorf("before its time: %v", err)
	}
	w.clock.Advance(time.Minute)
	again, left, err := w.take(c, d.ID)
	if err != nil || !left || again.Attempts != 1 {
		t.Errorf("at its time: left %v, %v", left, err)
	}
	same(w, 2, `SELECT attempts FROM deliveries`)
}

// What came between the press and the vendor's call takes the reply back, and opens what it would have answered.
func TestWhatIsOvertakenIsWithdrawn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		newer store.Inbound
		open  int
	}{
		"by a message":       {message("anna", "m2", "anzi, alle nove"), 2},
		"by an edit":         {edit("anna", "e1", "m-anna", "alle nove?", monday), 1},
		"by a deletion":      {removal("m-anna"), 0},
		"by the phone":       {echo("anna", "p1", "ti chiamo"), 0},
		"not by a reaction":  {of(store.OpReaction, message("anna", "r1", "👍")), -1},
		"not by other chats": {message("bruno", "b1", "salve"), -1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			chat, decision := w.approved("anna", draft)
			w.exec(`UPDATE views SET next_at = NULL`)
			w.ingest(c.newer)
			w.exec(`UPDATE chats SET busy_since = NULL`)
			w.forget()
			_, left, err := w.take(chat, decision.Delivery)
			if err != nil || left != (c.open < 0) {
				t.Fatalf("left %v, %v", left, err)
			}
			if left {
				return
			}
			same(w, "withdrawn", `SELECT state FROM deliveries WHERE reason <> '' AND next_at IS NULL AND lease_token IS NULL`)
			same(w, true, `SELECT next_at IS NOT NULL FROM views`)
			chat = w.chat("anna")
			w.app(chat.RestaurantID, func(tx *store.Tx) error {
				open, err := tx.Unhandled(w.ctx, chat.ID, chat.Handled)
				if len(open) != c.open {
					t.Errorf("open: %+v", open)
				}
				return err
			})
			if c.open > 0 && (chat.BusySince == nil || w.jobs("run_turn") == 0) {
				t.Errorf("busy since %v, %d turn jobs", chat.BusySince, w.jobs("run_turn"))
			}
			w.clock.Advance(time.Hour)
			if _, _, err := w.take(chat, decision.Delivery); !isLost(err) {
				t.Errorf("it is due again: %v", err)
			}
		})
	}
}

// A webhook is before the intent or after it, never beside it.
func TestAMessageAndAnIntentAreInOneOrder(t *testing.T) {
	t.Parallel()
	for _, messageFirst := range []bool{true, false} {
		w := newWorld(t)
		w.hire()
		c, decision := w.approved("anna", draft)
		release := w.hold(`SELECT FROM chats WHERE id = $1 FOR UPDATE`, c.ID)
		var wait sync.WaitGroup
		var left bool
		both := []func(){
			func() { w.ingest(message("anna", "m2", "anzi, alle nove")) },
			func() { _, left, _ = w.take(c, decision.Delivery) },
		}
		if !messageFirst {
			both[0], both[1] = both[1], both[0]
		}
		for i, f := range both {
			wait.Go(f)
			w.until("it waits for the chat", func() bool { return w.waiting() == i+1 })
		}
		release()
		wait.Wait()
		if left == messageFirst {
			t.Errorf("message first %v: left %v", messageFirst, left)
		}
	}
}

func TestTwoRepliesOfAChatLeaveInTheirOrder(t *testing.T) {
	t.Parallel()
	for state, c := range map[string]struct {
		first func(w *world, c store.Chat, d store.Delivery)
		waits bool
	}{
		"under way": {nil, true},
		"in doubt":  {doubted, true},
		"back in line": {func(w *world, c store.Chat, d store.Delivery) {
			w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Retry(w.ctx, d, tx.Now, "") })
		}, true},
		"known":                   {delivered, false},
		"failed":                  {failed, false},
		"a question to a manager": {wondered, false},
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			chat, id := w.asked("anna", "a che ora?", draft)
			w.decide(press(id, store.TakeOver))
			say := func(text string) store.DeliveryID {
				return w.decide(store.Press{Approval: id, Action: store.SayIt, TelegramID: marta, Text: text}).Delivery
			}
			one, two := say("uno"), say("due")
			other, foreign := w.approved("bruno", draft)
			d, left, err := w.take(chat, one)
			if err != nil || !left {
				t.Fatalf("the first: left %v, %v", left, err)
			}
			if c.first != nil {
				c.first(w, chat, d)
			}
			if _, left, err := w.take(chat, two); err != nil || left == c.waits {
				t.Errorf("the second: left %v, %v", left, err)
			}
			if c.waits {
				same(w, true, `SELECT state = 'pending' AND lease_token IS NULL AND next_at = $2 FROM deliveries WHERE id = $1`, two, w.clock.Now().Add(time.Second))
			}
			if _, left, err := w.take(other, foreign.Delivery); err != nil || !left {
				t.Errorf("another chat waits, too: %v, %v", left, err)
			}
		})
	}
}

// What an echo has made known stays known, whatever a worker still believes.
func TestWhatIsKnownStaysKnown(t *testing.T) {
	t.Parallel()
	for name, believes := range map[string]func(w *world, tx *store.Tx, d store.Delivery) error{
		"it is in doubt":     func(w *world, tx *store.Tx, d store.Delivery) error { return tx.Doubt(w.ctx, d, true, tx.Now) },
		"it never left":      func(w *world, tx *store.Tx, d store.Delivery) error { return tx.Retry(w.ctx, d, tx.Now, "again") },
		"it was not found":   func(w *world, tx *store.Tx, d store.Delivery) error { return tx.LookAgain(w.ctx, d, true, tx.Now) },
		"it cannot be known": func(w *world, tx *store.Tx, d store.Delivery) error { return tx.Ask(w.ctx, d, "?") },
		"it was refused":     func(w *world, tx *store.Tx, d store.Delivery) error { return tx.Fail(w.ctx, d, "no") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, d := w.intended("anna", draft)
			w.ingest(echo("anna", "v1", draft))
			if err := w.appErr(c.RestaurantID, func(tx *store.Tx) error { return believes(w, tx, d) }); !isLost(err) {
				t.Errorf("%v", err)
			}
			same(w, "known v1", `SELECT concat_ws(' ', state, vendor_id) FROM deliveries WHERE next_at = $1`, monday)
			w.clock.Advance(store.LeaseTime + time.Second)
			settled, left, err := w.take(c, d.ID)
			if err != nil || left || settled.State != "known" {
				t.Fatalf("the next worker: %+v, left %v, %v", settled, left, err)
			}
			w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Settled(w.ctx, settled) })
			same(w, 0, `SELECT count(*) FROM deliveries WHERE next_at IS NOT NULL OR lease_token IS NOT NULL`)
		})
	}
}

func TestALostLeaseChangesNoDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, old := w.intended("anna", draft)
	w.clock.Advance(store.LeaseTime + time.Second)
	mine, _, err := w.take(c, old.ID)
	w.must(err)
	for name, write := range map[string]func(tx *store.Tx) error{
		"delivered": func(tx *store.Tx) error { return tx.Delivered(w.ctx, old, "v1") },
		"doubt":     func(tx *store.Tx) error { return tx.Doubt(w.ctx, old, false, tx.Now) },
		"retry":     func(tx *store.Tx) error { return tx.Retry(w.ctx, old, tx.Now, "") },
		"fail":      func(tx *store.Tx) error { return tx.Fail(w.ctx, old, "") },
		"intend":    func(tx *store.Tx) error { _, err := tx.Intend(w.ctx, old); return err },
	} {
		if err := w.appErr(c.RestaurantID, write); !isLost(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, mine, "v2") })
	same(w, "known v2", `SELECT concat_ws(' ', state, vendor_id) FROM deliveries`)
}

func TestTheCourseOfADelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, d := w.intended("anna", draft)
	step := func(what, want string, do func(tx *store.Tx) error) {
		t.Helper()
		w.clock.Advance(store.LeaseTime + time.Second)
		var err error
		if what != "doubt" {
			d, _, err = w.take(c, d.ID)
			w.must(err)
		}
		w.app(c.RestaurantID, do)
		if got := ask[string](w, `SELECT concat_ws(' ', state, attempts, looks, answered, next_at IS NOT NULL, lease_token IS NOT NULL, reason) FROM deliveries`); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	now := func(tx *store.Tx) time.Time { return tx.Now }
	step("doubt", "unknown 1 0 t t f ", func(tx *store.Tx) error { return tx.Doubt(w.ctx, d, true, now(tx)) })
	step("looked, not seen", "unknown 1 1 t t f ", func(tx *store.Tx) error { return tx.LookAgain(w.ctx, d, true, now(tx)) })
	step("could not look", "unknown 1 1 t t f ", func(tx *store.Tx) error { return tx.LookAgain(w.ctx, d, false, now(tx)) })
	step("again", "pending 1 1 t t f once more", func(tx *store.Tx) error { return tx.Retry(w.ctx, d, now(tx), "once more") })
	step("intended again", "intended 2 0 f t t once more", func(tx *store.Tx) error { return nil })
	step("asked", "asked 2 0 f f f did it arrive?", func(tx *store.Tx) error { return tx.Ask(w.ctx, d, "did it arrive?") })
}

func TestOneMessageInTheHistoryAnswersForOneDelivery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, first := w.intended("anna", draft)
	delivered(w, c, first)
	w.ingest(echo("anna", "e0", draft))
	w.ingest(message("anna", "m2", "e lunedì?"))
	second, _, err := w.take(w.chat("anna"), w.send(w.card(w.chat("anna"), draft), draft).Delivery)
	w.must(err)
	_, elsewhere := w.intended("bruno", draft)
	w.app(w.chat("bruno").RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, elsewhere, "x0") })
	w.exec(`UPDATE chats SET restaurant_id = $1`, c.RestaurantID) // another chat of the same restaurant
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		taken, err := tx.SpokenFor(w.ctx, second)
		if len(taken) != 2 || !taken["v0"] || !taken["e0"] {
			t.Errorf("taken: %v", taken)
		}
		return err
	})
}

func TestAManagerAnswersADoubt(t *testing.T) {
	t.Parallel()
	answer := func(w *world, d store.Delivery, arrived bool) (open bool) {
		w.desk(func(tx *store.Tx) (err error) { open, err = tx.AnswerDoubt(w.ctx, d.ApprovalID, arrived); return err })
		return open
	}
	for state, doubt := range map[string]func(*world, store.Chat, store.Delivery){"asked": wondered, "failed": failed} {
		t.Run(state+", it arrived", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, d := w.intended("anna", draft)
			doubt(w, c, d)
			w.forget()
			if !answer(w, d, true) || answer(w, d, true) || answer(w, d, false) {
				t.Error("the question is answered once")
			}
			same(w, "known", `SELECT state FROM deliveries WHERE next_at IS NULL AND reason = ''`)
			if w.jobs("deliver") != 0 || w.jobs("show_approval") != 1 {
				t.Errorf("%d deliver jobs", w.jobs("deliver"))
			}
		})
		t.Run(state+", once more", func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, d := w.intended("anna", draft)
			doubt(w, c, d)
			w.forget()
			if !answer(w, d, false) || answer(w, d, false) {
				t.Error("the question is answered once")
			}
			same(w, "pending 0", `SELECT concat_ws(' ', state, attempts) FROM deliveries WHERE next_at = $1`, monday)
			if w.jobs("deliver") != 1 {
				t.Errorf("%d deliver jobs", w.jobs("deliver"))
			}
			w.ingest(message("anna", "m2", "lascia stare"))
			if _, left, err := w.take(c, d.ID); err != nil || left || w.delivery(d.ID) != "withdrawn" {
				t.Errorf("the watermark is not compared anew: left %v, %v", left, err)
			}
		})
	}
	for state, no := range map[string]func(*world, store.Chat, store.Delivery){"under way": nil, "in doubt": doubted, "known": delivered} {
		t.Run("nobody asked: "+state, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, d := w.intended("anna", draft)
			if no != nil {
				no(w, c, d)
			}
			before := w.state()
			if answer(w, d, false) || answer(w, d, true) || w.state() != before {
				t.Error("it was answered all the same")
			}
		})
	}
}

func TestAnEchoSettlesADoubtBeforeItsAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, d := w.intended("anna", draft)
	wondered(w, c, d)
	release := w.hold(`SELECT FROM deliveries WHERE id = $1 FOR UPDATE`, d.ID)
	var wait sync.WaitGroup
	wait.Go(func() { w.ingest(echo("anna", "v1", draft)) })
	w.until("the echo waits", func() bool { return w.waiting() == 1 })
	wait.Go(func() {
		err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
			if open, err := tx.AnswerDoubt(w.ctx, d.ApprovalID, false); open || err != nil {
				t.Errorf("sent once more though it is known: %v, %v", open, err)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	w.until("the answer waits", func() bool { return w.waiting() == 2 })
	release()
	wait.Wait()
	same(w, "known v1", `SELECT concat_ws(' ', state, vendor_id) FROM deliveries`)
}

func TestAFailureReportedLaterIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, d := w.intended("anna", draft)
	delivered(w, c, d)
	status := func(s string) {
		w.must(w.db.Ingest(w.ctx, store.Webhook{Source: "whapi", Body: []byte("{}"), Readable: true, Receipts: []store.Receipt{{Channel: "marketa", VendorID: "v0", Status: s, At: monday}}}))
	}
	status("sent")
	if _, _, err := w.take(c, d.ID); !isLost(err) {
		t.Errorf("a good status: %v", err)
	}
	status("failed")
	again, _, err := w.take(c, d.ID)
	w.must(err)
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Settled(w.ctx, again) })
	same(w, 1, `SELECT count(*) FROM alerts`)
	w.desk(func(tx *store.Tx) error {
		v, err := tx.View(w.ctx, d.ApprovalID)
		if v.Delivery != "known" || v.Receipt != "failed" {
			t.Errorf("view: %s, %s", v.Delivery, v.Receipt)
		}
		return err
	})
	status("failed") // a repeat
	if _, _, err := w.take(c, d.ID); !isLost(err) {
		t.Errorf("a repeated status: %v", err)
	}
}

func TestTheFurthestStatusCounts(t *testing.T) {
	t.Parallel()
	for want, came := range map[string][]string{
		"read":      {"read", "delivered", "sent", "pending"},
		"delivered": {"delivered", "failed"}, // it arrived after all
		"failed":    {"failed", "sent", "pending"},
		"":          {},
	} {
		w := newWorld(t)
		w.hire()
		c, d := w.intended("anna", draft)
		delivered(w, c, d)
		for _, s := range came {
			w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Receipts: []store.Receipt{{Channel: "marketa", VendorID: "v0", Status: s, At: monday},
				{Channel: "company", VendorID: "v0", Status: "played", At: monday}}})) // the same id on another number
		}
		w.desk(func(tx *store.Tx) error {
			v, err := tx.View(w.ctx, d.ApprovalID)
			if v.Receipt != want {
				t.Errorf("%v: %s", came, v.Receipt)
			}
			return err
		})
	}
}
