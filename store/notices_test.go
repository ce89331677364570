package store_test

import (
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"marketa/store"
)

func (w *world) tell(n store.Notice, dedup string) {
	w.Helper()
	w.desk(func(tx *store.Tx) error { return tx.Tell(w.ctx, n, dedup) })
}

func (w *world) leaseNotice(id store.NoticeID) (n store.Notice, err error) {
	err = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) (err error) { n, err = tx.LeaseNotice(w.ctx, id); return err })
	return n, err
}

func TestTheSameNoticeIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	atOnce(8, func(int) { w.tell(store.Notice{Kind: "alert", HTML: "x"}, "same") })
	w.tell(store.Notice{Kind: "alert", HTML: "x"}, "other")
	w.tell(store.Notice{Kind: "reply", HTML: "x"}, "")
	w.tell(store.Notice{Kind: "reply", HTML: "x"}, "")
	same(w, 4, `SELECT count(*) FROM notices`)
	if w.jobs("send_notice") != 4 {
		t.Errorf("%d jobs", w.jobs("send_notice"))
	}
}

func TestANoticeIsSentByOneUntilItIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tell(store.Notice{Kind: "alert", HTML: "x"}, "")
	id := ask[store.NoticeID](w, `SELECT id FROM notices`)
	var got atomic.Int32
	atOnce(8, func(int) {
		if n, err := w.leaseNotice(id); err == nil {
			got.Add(1)
			if n.HTML != "x" || n.Attempts != 1 || n.TgChatID != nil {
				t.Errorf("%+v", n)
			}
		} else if !isLost(err) {
			t.Error(err)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d send it", got.Load())
	}
	w.clock.Advance(store.LeaseTime + time.Second)
	n, err := w.leaseNotice(id)
	if err != nil || n.Attempts != 2 {
		t.Errorf("after a crash: %+v, %v", n, err)
	}
	w.desk(func(tx *store.Tx) error { return tx.TellLater(w.ctx, id, tx.Now.Add(time.Minute)) })
	if _, err := w.leaseNotice(id); !isLost(err) {
		t.Errorf("before its time: %v", err)
	}
	w.clock.Advance(time.Minute)
	n, err = w.leaseNotice(id)
	w.must(err)
	w.desk(func(tx *store.Tx) error { return tx.Told(w.ctx, n, 1, 2) })
	w.clock.Advance(time.Hour)
	if _, err := w.leaseNotice(id); !isLost(err) {
		t.Errorf("told twice: %v", err)
	}
}

func TestANoticeThatNobodyCanReceiveIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.tell(store.Notice{Kind: "toast", HTML: "x"}, "")
	id := ask[store.NoticeID](w, `SELECT id FROM notices`)
	w.desk(func(tx *store.Tx) error { return tx.GiveUpNotice(w.ctx, id) })
	w.clock.Advance(time.Hour)
	if _, err := w.leaseNotice(id); !isLost(err) {
		t.Errorf("%v", err)
	}
}

// questions of two managers about one card.
func TestAQuestionLapsesWhenTheSameManagerIsAskedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	who := func(tg int64) store.ManagerID {
		return ask[store.ManagerID](w, `SELECT id FROM managers WHERE telegram_id = $1`, tg)
	}
	open := func(m int64, kind string) (a store.AskID) {
		w.desk(func(tx *store.Tx) (err error) {
			a, err = tx.OpenAsk(w.ctx, store.Ask{ManagerID: who(m), TgChatID: -100, ApprovalID: id, Kind: kind})
			return err
		})
		return a
	}
	openOf := func(m int64) (a store.Ask, found bool) {
		w.desk(func(tx *store.Tx) (err error) { a, found, err = tx.OpenAskOf(w.ctx, who(m), -100); return err })
		return a, found
	}
	open(marta, "edit")
	bens := open(ben, "edit")
	second := open(marta, "redo")
	if a, found := openOf(marta); !found || a.ID != second || a.Kind != "redo" || a.ApprovalID != id || a.MessageID != nil {
		t.Errorf("Marta's: %+v, %v", a, found)
	}
	if a, _ := openOf(ben); a.ID != bens {
		t.Errorf("Ben's: %+v", a)
	}

	// Once the question is out, the answer refers to its message.
	chat := int64(-100)
	w.tell(store.Notice{Kind: "ask", TgChatID: &chat, HTML: "?", AskID: second}, "")
	n, err := w.leaseNotice(ask[store.NoticeID](w, `SELECT id FROM notices`))
	w.must(err)
	w.desk(func(tx *store.Tx) error {
		w.must(tx.Told(w.ctx, n, -100, 77))
		a, found, err := tx.AskAt(w.ctx, -100, 77)
		if !found || a.ID != second {
			t.Errorf("at the message: %+v, %v", a, found)
		}
		w.must(tx.CloseAsk(w.ctx, second))
		_, open, err2 := tx.OpenAskOf(w.ctx, who(marta), -100)
		a, found, err3 := tx.AskAt(w.ctx, -100, 77)
		if open || !found || a.ID != second {
			t.Errorf("answered: open %v, at the message %v", open, found)
		}
		return errors.Join(err, err2, err3)
	})
}

// A double tap on Edit.
func TestTwoQuestionsAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	m := ask[store.ManagerID](w, `SELECT id FROM managers WHERE telegram_id = $1`, marta)
	atOnce(8, func(int) {
		err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
			_, err := tx.OpenAsk(w.ctx, store.Ask{ManagerID: m, TgChatID: 1, ApprovalID: id, Kind: "edit"})
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	same(w, 1, `SELECT count(*) FROM asks WHERE answered_at IS NULL`)
}

func TestAnUpdateIsKeptOnceAndHandledOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	atOnce(8, func(i int) {
		if err := w.db.SaveUpdate(w.ctx, 7, []byte(`{"update_id":7}`)); err != nil {
			t.Error(err)
		}
	})
	if w.jobs("handle_update") != 1 {
		t.Errorf("%d jobs", w.jobs("handle_update"))
	}
	handle := func(fail error) (took bool, err error) {
		err = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
			body, ok, err := tx.TakeUpdate(w.ctx, 7)
			if err != nil || !ok {
				return err
			}
			took = string(body) == `{"update_id":7}`
			return errors.Join(tx.Tell(w.ctx, store.Notice{Kind: "reply", HTML: "x"}, ""), fail, tx.UpdateHandled(w.ctx, 7))
		})
		return took, err
	}
	if _, err := handle(errors.New("no")); err == nil {
		t.Error("the failure is lost")
	}
	same(w, 0, `SELECT count(*) FROM notices`) // half of it would be worse than nothing
	var handled atomic.Int32
	atOnce(8, func(int) {
		took, err := handle(nil)
		if err != nil {
			t.Error(err)
		}
		if took {
			handled.Add(1)
		}
	})
	if handled.Load() != 1 {
		t.Errorf("handled %d times", handled.Load())
	}
	same(w, 1, `SELECT count(*) FROM notices`)
	w.must(w.db.SaveUpdate(w.ctx, 7, []byte(`{"update_id":7}`))) // Telegram sends it again
	if took, _ := handle(nil); took || w.jobs("handle_update") != 1 {
		t.Error("a repeat is handled")
	}
	same(w, true, `SELECT next_at IS NULL FROM updates`)
}

func TestAnUpdateThatFailsFiveTimesIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.must(w.db.SaveUpdate(w.ctx, 7, []byte(`{}`)))
	var given []bool
	for range 5 {
		up, err := w.db.UpdateFailed(w.ctx, 7, 5*time.Second)
		w.must(err)
		given = append(given, up)
		same(w, !up, `SELECT coalesce(next_at = $1, false) FROM updates`, monday.Add(5*time.Second))
	}
	if !slices.Equal(given, []bool{false, false, false, false, true}) {
		t.Errorf("given up: %v", given)
	}
}

func TestManagersKeepTheirNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.desk(func(tx *store.Tx) error {
		m, known, err := tx.ManagerBy(w.ctx, marta, "Marta B.")
		if !known || m.Name != "Marta B." || !m.Decides() {
			t.Errorf("%+v", m)
		}
		m, _, err2 := tx.ManagerBy(w.ctx, marta, "")
		if m.Name != "Marta B." {
			t.Errorf("%+v", m)
		}
		v, known, err3 := tx.ManagerBy(w.ctx, vera, "Vera")
		if !known || v.Decides() {
			t.Errorf("a viewer decides: %+v", v)
		}
		for _, no := range []int64{gone, stranger} {
			if _, known, _ := tx.ManagerBy(w.ctx, no, "x"); known {
				t.Errorf("%d is known", no)
			}
		}
		all, err4 := tx.Managers(w.ctx)
		if len(all) != 3 {
			t.Errorf("%+v", all)
		}
		return errors.Join(err, err2, err3, err4)
	})
	w.desk(func(tx *store.Tx) error { return tx.MakeOwners(w.ctx, []int64{gone, stranger, marta}) })
	same(w, 3, `SELECT count(*) FROM managers WHERE role = 'owner' AND active`)
}
