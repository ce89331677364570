package store_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"marketa/store"
)

func (w *world) leaseView(id store.ApprovalID) (token store.LeaseToken, err error) {
	err = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) (err error) { token, err = tx.LeaseView(w.ctx, id); return err })
	return token, err
}

func (w *world) view(id store.ApprovalID) (v store.View) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { v, err = tx.View(w.ctx, id); return err })
	return v
}

func TestACardIsDrawnByOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, id := w.asked("anna", "a che ora?", draft)
	var got atomic.Int32
	atOnce(8, func(int) {
		if _, err := w.leaseView(id); err == nil {
			got.Add(1)
		} else if !isLost(err) {
			t.Error(err)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d draw it", got.Load())
	}
	w.clock.Advance(store.LeaseTime + time.Second)
	token, err := w.leaseView(id)
	w.must(err)
	w.clock.Advance(store.LeaseTime - time.Second)
	w.desk(func(tx *store.Tx) error { return tx.RenewView(w.ctx, id, token) })
	w.clock.Advance(2 * time.Second)
	if _, err := w.leaseView(id); !isLost(err) {
		t.Errorf("though renewed: %v", err)
	}
	w.desk(func(tx *store.Tx) error { return tx.Drawn(w.ctx, id, token, 1) })
	if _, err := w.leaseView(id); !isLost(err) {
		t.Errorf("though drawn: %v", err)
	}
}

func TestAChangeWhileACardIsDrawnIsDrawnToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	token, err := w.leaseView(id)
	w.must(err)
	seen := w.view(id).Rev
	w.decide(press(id, store.Discard))
	w.forget()
	w.desk(func(tx *store.Tx) error { return tx.Drawn(w.ctx, id, token, seen) })
	if w.jobs("show_approval") != 1 {
		t.Errorf("%d drawings follow", w.jobs("show_approval"))
	}
	token, err = w.leaseView(id)
	w.must(err)
	w.desk(func(tx *store.Tx) error { return tx.Drawn(w.ctx, id, token, w.view(id).Rev) })
	same(w, true, `SELECT shown = rev AND next_at IS NULL AND lease_token IS NULL FROM views`)

	w.desk(func(tx *store.Tx) error { return tx.TouchView(w.ctx, id) })
	old := token
	token, err = w.leaseView(id)
	w.must(err)
	w.desk(func(tx *store.Tx) error { return tx.Drawn(w.ctx, id, old, 99) }) // who lost the lease records nothing
	same(w, true, `SELECT shown < rev AND lease_token = $1 FROM views`, token)
}

func TestACardThatTelegramDoesNotTakeIsTriedLessAndLess(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, id := w.asked("anna", "a che ora?", draft)
	var waits []time.Duration
	for range 7 {
		token, err := w.leaseView(id)
		w.must(err)
		w.desk(func(tx *store.Tx) error { return tx.DrawLater(w.ctx, id, token, 0) })
		next := ask[time.Time](w, `SELECT next_at FROM views`)
		waits = append(waits, next.Sub(w.clock.Now())/time.Second)
		w.clock.Advance(next.Sub(w.clock.Now()))
	}
	if !slices.Equal(waits, []time.Duration{3, 6, 12, 24, 48, 60, 60}) {
		t.Errorf("waits %d", waits)
	}
	token, err := w.leaseView(id)
	w.must(err)
	w.desk(func(tx *store.Tx) error { return tx.DrawLater(w.ctx, id, token, 17*time.Second) }) // as long as Telegram says
	same(w, true, `SELECT next_at = $1 FROM views`, w.clock.Now().Add(17*time.Second))
}

func TestLaterPutsACardAwayAndBringsItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	back := monday.Add(time.Hour)
	put := func() (ok bool) {
		w.desk(func(tx *store.Tx) (err error) { ok, err = tx.RemindAt(w.ctx, id, back); return err })
		return ok
	}
	due := func() (ok bool) {
		w.desk(func(tx *store.Tx) (err error) { ok, err = tx.ReminderDue(w.ctx, id); return err })
		return ok
	}
	if !put() {
		t.Error("a pending card is not put away")
	}
	token, err := w.leaseView(id) // drawn at once, as put away
	w.must(err)
	if due() {
		t.Error("it is due before its time")
	}
	w.desk(func(tx *store.Tx) error {
		at, err := tx.RemindedAt(w.ctx, id)
		if at == nil || !at.Equal(back) {
			t.Errorf("put away until %v", at)
		}
		return errors.Join(err, tx.Drawn(w.ctx, id, token, w.view(id).Rev))
	})
	if _, err := w.leaseView(id); !isLost(err) {
		t.Errorf("drawn in between: %v", err)
	}
	w.clock.Advance(time.Hour)
	if _, err := w.leaseView(id); err != nil {
		t.Errorf("at its time: %v", err)
	}
	if !due() || due() {
		t.Error("the reminder is due once")
	}
	put()
	w.decide(press(id, store.Discard))
	if due() || put() {
		t.Error("a decided card comes back")
	}
}

func TestCopiesOfACard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, id := w.asked("anna", "a che ora?", draft)
	card := store.Card{ApprovalID: id, TgChatID: -100, MessageID: 7}
	w.desk(func(tx *store.Tx) error { // one that a press has told us of: what it shows is not known
		w.must(tx.SaveCard(w.ctx, card))
		got, found, err := tx.CardAt(w.ctx, -100, 7)
		if !found || got.ApprovalID != id || len(got.ShownHash) != 0 || !got.PostedAt.Equal(monday) {
			t.Errorf("card %+v, %v", got, found)
		}
		card.ShownHash = []byte("hash")
		w.must(tx.SaveCard(w.ctx, card))
		w.must(tx.SaveCard(w.ctx, store.Card{ApprovalID: id, TgChatID: -100, MessageID: 3, ShownHash: []byte("x")}))
		all, err2 := tx.Cards(w.ctx, id)
		if len(all) != 2 || all[0].MessageID != 3 || string(all[1].ShownHash) != "hash" {
			t.Errorf("cards %+v", all)
		}
		w.must(tx.DropCard(w.ctx, card))
		_, found, err3 := tx.CardAt(w.ctx, -100, 7)
		if found {
			t.Error("it is still there")
		}
		return errors.Join(err, err2, err3)
	})
}

func TestAViewShowsWhatTheCardAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(message("anna", "m0", "prima"))
	c := w.chat("anna")
	l, turn := w.turn(c)
	w.commit(c, l, store.Finding{Turn: turn, Status: "silent"})
	w.ingest(message("anna", "m1", "a che ora?"), of(store.OpReaction, func() store.Inbound { e := message("anna", "r1", "👍"); e.Kind = "reaction"; return e }()))
	id := w.card(c, draft)
	w.ingest(message("anna", "m2", "dopo"))
	v := w.view(id)
	if len(v.Said) != 1 || v.Said[0].Body != "a che ora?" || !v.Stale || v.ChatTitle != "anna" || v.Stage != "lead" || v.Zone != "Europe/Rome" || v.Channel != "marketa" || v.Taken {
		t.Errorf("%+v", v)
	}
	w.decide(press(id, store.TakeOver))
	if v := w.view(id); !v.Taken || v.DecidedName != "Marta" || v.Stale {
		t.Errorf("%+v", v)
	}
	w.clock.Advance(store.TakenFor)
	if v := w.view(id); v.Taken {
		t.Error("taken for ever")
	}
	err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
		_, err := tx.View(w.ctx, store.ApprovalID(store.NewID[struct{}]()))
		return err
	})
	if kindOf(err) != "not found" {
		t.Errorf("no card: %v", err)
	}
}

func TestAnEditedCardStillShowsTheNotesOfItsDraft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	w.decide(press(id, store.Edit))
	if v := w.view(id); v.Notes.Why != "a question" || v.Text != "shorter" || v.Author != "manager" || v.Delivery != "pending" {
		t.Errorf("%+v", v)
	}
}

func TestTheQueueHoldsWhatWaitsTheLongestFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, first := w.asked("anna", "uno", draft)
	w.clock.Advance(time.Minute)
	w.asked("bruno", "due", draft)
	w.clock.Advance(time.Minute)
	w.asked("carla", "tre", draft)
	queue := func() (who []string) {
		w.desk(func(tx *store.Tx) error {
			q, err := tx.Queue(w.ctx)
			for _, x := range q {
				who = append(who, x.Who)
			}
			return err
		})
		return who
	}
	if got := queue(); !slices.Equal(got, []string{"anna", "bruno", "carla"}) {
		t.Errorf("%v", got)
	}
	w.decide(press(first, store.Discard))
	if got := queue(); !slices.Equal(got, []string{"bruno", "carla"}) {
		t.Errorf("%v", got)
	}
}
