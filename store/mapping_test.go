package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"marketa/store"
)

// move brings a chat under another restaurant as Marta.
func (w *world) move(c store.Chat, to store.RestaurantID) (m store.Moved) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { m, err = tx.MoveChat(w.ctx, c.ID, to, marta); return err })
	return m
}

// made is a restaurant by a manager's word.
func (w *world) made(name string) (id store.RestaurantID) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) {
		id, _, err = tx.MakeRestaurant(w.ctx, name, "Europe/Rome", marta)
		return err
	})
	return id
}

// wantWhole: nothing that hangs below a chat belongs to another restaurant than the chat.
func (w *world) wantWhole(c store.Chat) {
	w.Helper()
	home := ask[store.RestaurantID](w, `SELECT restaurant_id FROM chats WHERE id = $1`, c.ID)
	for _, table := range []string{"messages", "turns", "drafts", "approvals", "outbound"} {
		same(w, 0, `SELECT count(*) FROM `+table+` WHERE chat_id = $1 AND restaurant_id <> $2`, c.ID, home)
	}
	same(w, 0, `SELECT count(*) FROM deliveries x WHERE chat_id = $1 AND restaurant_id <> $2`, c.ID, home)
	same(w, 0, `SELECT count(*) FROM views v JOIN approvals a ON a.id = v.approval_id WHERE a.chat_id = $1 AND v.restaurant_id <> $2`, c.ID, home)
	same(w, 0, `SELECT count(*) FROM messages m JOIN people p ON p.id = m.person_id WHERE m.chat_id = $1 AND p.restaurant_id <> $2`, c.ID, home)
	same(w, 0, `SELECT count(*) FROM messages m WHERE m.chat_id = $1 AND m.person_id IS NOT NULL AND NOT EXISTS (SELECT FROM people p WHERE p.id = m.person_id)`, c.ID)
}

func TestEverythingOfAChatMovesAndComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	a := w.tenant("acanary")
	lead, to := a.chat.RestaurantID, w.made("Trattoria")
	m := w.move(a.chat, to)
	if m.Outcome != "ok" || !m.Closed || !m.Woke || m.Retired != a.pending || m.Origin != lead {
		t.Errorf("moved: %+v", m)
	}
	w.wantWhole(a.chat)
	// What is left with the lead is the lead itself: its name, its stages, its audit, its topic, and what managers have asked the
	// bot about it; the posts that were written for it, whose photos have left; its task in the CRM; and the photos
	// that managers have given it.
	for _, table := range w.restaurantTables() {
		if slices.Contains(payTables(), table) {
			continue // what was paid for it
		}
		if !slices.Contains([]string{"restaurants", "audit", "stage_events", "topics", "confirms", "reminders", "fixed_stops", "stage_checks", "posts", "post_versions", "post_tasks", "post_approvals", "post_views", "publications", "post_news", "crm_tasks", "crm_outbox", "photo_gifts"}, table) {
			same(w, 0, `SELECT count(*) FROM `+table+` WHERE restaurant_id = $1`, lead)
		}
	}
	same(w, "closed", `SELECT stage FROM restaurants WHERE id = $1`, lead)
	same(w, "superseded", `SELECT state FROM approvals WHERE id = $1`, a.pending)
	same(w, 2, `SELECT count(*) FROM audit WHERE action = 'chat.moved' AND actor LIKE 'manager:%'`)
	back := w.move(w.chat("acanary"), lead)
	if !back.Undone || !back.Reopened || back.Closed {
		t.Errorf("moved back: %+v", back)
	}
	w.wantWhole(a.chat)
	same(w, "qualification", `SELECT stage FROM restaurants WHERE id = $1`, lead)
	same(w, 0, `SELECT count(*) FROM facts WHERE restaurant_id = $1`, to)
	same(w, true, `SELECT mapped_at IS NULL FROM chats WHERE id = $1`, a.chat.ID)
}

func TestWhatIsKnownOfAClientStaysWithTheClient(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, _ := w.asked("anna", "ciao", draft)
	w.desk(func(tx *store.Tx) error { _, err := tx.ConfirmClient(w.ctx, c.ID, marta); return err })
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		return tx.NoteFact(w.ctx, store.Fact{Field: "hours", Value: "12-15", Source: "manager"})
	})
	if m := w.move(c, w.made("Trattoria")); m.Closed {
		t.Errorf("a confirmed client was closed: %+v", m)
	}
	same(w, 1, `SELECT count(*) FROM facts WHERE restaurant_id = $1`, c.RestaurantID)
}

// One person with two chats: the second one's move makes them one person where the number is known, and loses nobody.
func TestPeopleMergeByTheirNumber(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(message("anna", "m1", "ciao"))
	again := message("anna-2", "m2", "ciao")
	again.Sender = "id-of-anna"
	w.ingest(again)
	home := w.chat("anna").RestaurantID
	w.move(w.chat("anna-2"), home)
	w.wantWhole(w.chat("anna-2"))
	same(w, 1, `SELECT count(*) FROM people`)
	same(w, 1, `SELECT count(DISTINCT person_id) FROM messages`)
	// And apart again: each chat keeps its speaker.
	w.move(w.chat("anna-2"), w.made("Trattoria"))
	w.wantWhole(w.chat("anna-2"))
	w.wantWhole(w.chat("anna"))
	same(w, 2, `SELECT count(*) FROM people`)
}

func TestAMoveTakesTheTurnFromItsWorker(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(message("anna", "m1", "ciao"))
	c := w.chat("anna")
	l, turn := w.turn(c)
	to := w.made("Trattoria")
	if m := w.move(c, to); !m.Woke {
		t.Errorf("moved: %+v", m)
	}
	for name, write := range map[string]func(tx *store.Tx) error{
		"commit": func(tx *store.Tx) error { _, err := tx.Commit(w.ctx, l, drafted(turn, "late")); return err },
		"step": func(tx *store.Tx) error {
			return tx.SaveStep(w.ctx, l, turn, store.Step{N: 1, Node: "x", Delta: []byte(`{}`)})
		},
		"renew": func(tx *store.Tx) error { return tx.RenewLease(w.ctx, l) },
		"tool": func(tx *store.Tx) error {
			_, err := tx.ToolIntent(w.ctx, turn, store.ToolCall{CallID: "1", Tool: "x", Args: []byte(`{}`)})
			return err
		},
	} {
		if err := w.appErr(c.RestaurantID, write); !store.IsLeaseLost(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.wantWhole(c)
	w.card(w.chat("anna"), "fresh") // under the restaurant where it is now
	same(w, to, `SELECT restaurant_id FROM approvals WHERE state = 'pending'`)
}

func TestADeliveryUnderWayStaysWithItsChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, d := w.intended("anna", draft)
	to := w.made("Trattoria")
	w.move(c, to)
	if err := w.appErr(c.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, d, "v1") }); !store.IsLeaseLost(err) {
		t.Errorf("the old worker: %v", err)
	}
	w.wantWhole(c)
	w.clock.Advance(store.LeaseTime + time.Second)
	// Whoever goes on does so as after a crash: it is in doubt, and nothing is sent blindly.
	w.app(to, func(tx *store.Tx) error {
		again, err := tx.LeaseDelivery(w.ctx, d.ID)
		if again.State != "intended" || again.Attempts != 1 {
			t.Errorf("found %+v", again)
		}
		return err
	})
	same(w, 1, `SELECT count(*) FROM outbound`)
}

// Whatever comes first: a press and a move at the same moment leave one sent reply or none, the chat whole, and no card that
// both of them left open.
func TestAMoveAndAPressAndNewWordsAtOnce(t *testing.T) {
	t.Parallel()
	for i := range 6 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, id := w.asked("anna", "ciao", draft)
			to := w.made("Trattoria")
			atOnce(3, func(n int) {
				var err error
				switch (n + i) % 3 {
				case 0:
					err = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error { _, err := tx.Decide(w.ctx, press(id, store.Send)); return err })
				case 1:
					err = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error { _, err := tx.MoveChat(w.ctx, c.ID, to, marta); return err })
				case 2:
					err = w.db.Ingest(w.ctx, webhook(message("anna", "m2", "e domani?")))
				}
				if err != nil {
					t.Error(err)
				}
			})
			w.wantWhole(c)
			same(w, 2, `SELECT count(*) FROM messages WHERE chat_id = $1 AND restaurant_id = $2`, c.ID, to)
			same(w, true, `SELECT busy_since IS NOT NULL FROM chats WHERE id = $1`, c.ID)
			same(w, true, `SELECT state IN ('sent', 'superseded') FROM approvals WHERE id = $1`, id)
			same(w, true, `SELECT (a.state = 'sent') = (o.n = 1) FROM approvals a, (SELECT count(*) AS n FROM outbound) o WHERE a.id = $1`, id)
		})
	}
}

func TestAnIgnoredChatIsNeverBusyAndLosesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "ciao", draft)
	ignore := func(yes bool, who int64) (outcome string) {
		w.desk(func(tx *store.Tx) (err error) { outcome, err = tx.IgnoreChat(w.ctx, c.ID, yes, who); return err })
		return outcome
	}
	for _, who := range []int64{vera, gone, stranger} {
		if o := ignore(true, who); o != "denied" {
			t.Errorf("%d: %s", who, o)
		}
	}
	if o := ignore(true, ben); o != "ok" {
		t.Fatal(o)
	}
	same(w, "superseded", `SELECT state FROM approvals WHERE id = $1`, id)
	w.ingest(message("anna", "m2", "ci siete?"))
	w.exec(`UPDATE chats SET busy_since = now()`) // whoever tries
	if now := w.chat("anna"); now.BusySince != nil || now.Handled != now.Watermark {
		t.Errorf("ignored: %+v", now)
	}
	if o := ignore(false, marta); o != "ok" {
		t.Fatal(o)
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		now := w.chat("anna")
		open, err := tx.Unhandled(w.ctx, c.ID, now.Handled)
		if len(open) != 2 || now.BusySince == nil {
			err = errors.Join(err, fmt.Errorf("open %d, busy %v", len(open), now.BusySince))
		}
		return err
	})
}

func TestOnlyWhoDecidesMoves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, _ := w.asked("anna", "ciao", draft)
	to := w.made("Trattoria")
	for _, who := range []int64{vera, gone, stranger} {
		w.desk(func(tx *store.Tx) error {
			m, err := tx.MoveChat(w.ctx, c.ID, to, who)
			if m.Outcome != "denied" {
				t.Errorf("%d moves: %s", who, m.Outcome)
			}
			_, made, makeErr := tx.MakeRestaurant(w.ctx, "x", "UTC", who)
			named, nameErr := tx.RenameRestaurant(w.ctx, to, "x", who)
			if made || named != "denied" {
				t.Errorf("%d makes or renames", who)
			}
			return errors.Join(err, makeErr, nameErr)
		})
	}
	same(w, c.RestaurantID, `SELECT restaurant_id FROM chats WHERE id = $1`, c.ID)
}
