package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"marketa/internal/fault"
	"marketa/store"
)

// crmOf gives a tenant a task and something that leaves for it.
func (w *world) crmOf(c store.Chat, mark string) {
	w.Helper()
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		return errors.Join(tx.LinkCRMTask(w.ctx, store.CRMTask{Task: taskOf(mark), Name: "task of " + mark, LinkedBy: mark}),
			tx.QueueCRM(w.ctx, store.CRMItem{Kind: store.CRMComment, Task: taskOf(mark), Words: "comment of " + mark}, "key of "+mark))
	})
}

// taskOf is a number for a mark.
func taskOf(mark string) int64 { return 1000 + int64(mark[0]) }

// reachesOfCRM are the methods about the CRM.
func reachesOfCRM(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	task, later := taskOf(x.mark), monday.Add(time.Hour)
	item := store.CRMItem{ID: store.CRMItemID(x.pending), Kind: store.CRMComment, Task: task, Words: "intruder"}
	return map[string]func(tx *store.Tx) (any, error){
		"AskCRM":        only(func(tx *store.Tx) error { return tx.AskCRM(ctx, store.CRMEvent{Task: task}) }),
		"CRMEventDone":  only(func(tx *store.Tx) error { return tx.CRMEventDone(ctx, store.CRMEvent{}, "intruder") }),
		"CRMEventLater": only(func(tx *store.Tx) error { return tx.CRMEventLater(ctx, store.CRMEvent{}, later) }),
		"CRMLater":      only(func(tx *store.Tx) error { return tx.CRMLater(ctx, item, later) }),
		"CRMTask":       func(tx *store.Tx) (any, error) { t, _, err := tx.CRMTask(ctx); return t, err },
		"CRMTold":       func(tx *store.Tx) (any, error) { return tx.CRMTold(ctx, task, 9) },
		"EndCRM":        only(func(tx *store.Tx) error { return tx.EndCRM(ctx, item) }),
		"LeaseCRM":      func(tx *store.Tx) (any, error) { return tx.LeaseCRM(ctx, item.ID) },
		"LeaseCRMEvent": func(tx *store.Tx) (any, error) { return tx.LeaseCRMEvent(ctx, store.CRMEventID(x.pending)) },
		"LinkCRMTask": only(func(tx *store.Tx) error {
			return tx.LinkCRMTask(ctx, store.CRMTask{Task: task, LinkedBy: "intruder"})
		}),
		"LockCRMTask": func(tx *store.Tx) (any, error) { t, _, err := tx.LockCRMTask(ctx); return t, err },
		"QueueCRM":    only(func(tx *store.Tx) error { return tx.QueueCRM(ctx, item, "key of "+x.mark) }),
		"RestaurantOfTask": func(tx *store.Tx) (any, error) {
			_, name, _, err := tx.RestaurantOfTask(ctx, task)
			return name, err
		},
		"SawCRMTask":    only(func(tx *store.Tx) error { return tx.SawCRMTask(ctx, store.CRMTask{Task: task, Name: "intruder"}) }),
		"TasksOfOthers": func(tx *store.Tx) (any, error) { return tx.TasksOfOthers(ctx, []int64{task}, tx.Restaurant) },
		"TellCRM":       only(func(tx *store.Tx) error { return tx.TellCRM(ctx, "key of "+x.mark, "intruder") }),
		"TryCRM":        only(func(tx *store.Tx) error { return tx.TryCRM(ctx, &item) }),
	}
}

func TestATaskBelongsToOneRestaurantAndARestaurantHasOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "1", "ciao"), message("bruno", "2", "ciao"))
	anna, bruno := w.chat("anna").RestaurantID, w.chat("bruno").RestaurantID
	link := func(r store.RestaurantID, task int64) error {
		return w.appErr(r, func(tx *store.Tx) error {
			return tx.LinkCRMTask(w.ctx, store.CRMTask{Task: task, LinkedBy: "Marta"})
		})
	}
	w.must(link(anna, 7))
	w.must(link(anna, 7))
	w.must(link(bruno, 8))
	if err := link(bruno, 7); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another's task: %v", err)
	}
	same(w, int64(8), `SELECT task_id FROM crm_tasks WHERE restaurant_id = $1 AND ended_at IS NULL`, bruno)
	w.must(link(anna, 9))
	w.must(link(bruno, 7))
	same(w, 4, `SELECT count(*) FROM crm_tasks`)
	w.desk(func(tx *store.Tx) error {
		id, _, found, err := tx.RestaurantOfTask(w.ctx, 9)
		if !found || id != anna {
			t.Errorf("task 9 is of %v", id)
		}
		return err
	})
}

func TestWhatLeavesForTheCRMLeavesInOrderOnceAndBySingleHands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "1", "ciao"))
	anna := w.chat("anna").RestaurantID
	w.app(anna, func(tx *store.Tx) error {
		return errors.Join(tx.TellCRM(w.ctx, "before", "nobody hears this"), tx.LinkCRMTask(w.ctx, store.CRMTask{Task: 7, LinkedBy: "Marta"}),
			tx.TellCRM(w.ctx, "paid", "first"), tx.TellCRM(w.ctx, "paid", "again"), tx.TellCRM(w.ctx, "post", "second"))
	})
	same(w, "first second", `SELECT string_agg(words, ' ' ORDER BY id) FROM crm_outbox`)
	first := ask[store.CRMItemID](w, `SELECT id FROM crm_outbox WHERE words = 'first'`)
	second := ask[store.CRMItemID](w, `SELECT id FROM crm_outbox WHERE words = 'second'`)
	lease := func(id store.CRMItemID) (i store.CRMItem, err error) {
		err = w.appErr(anna, func(tx *store.Tx) error { i, err = tx.LeaseCRM(w.ctx, id); return err })
		return i, err
	}
	if _, err := lease(second); !store.IsLeaseLost(err) {
		t.Errorf("the second went before the first: %v", err)
	}
	i, err := lease(first)
	w.must(err)
	if _, err := lease(first); !store.IsLeaseLost(err) {
		t.Errorf("two have it: %v", err)
	}
	w.app(anna, func(tx *store.Tx) error { return tx.TryCRM(w.ctx, &i) })
	w.clock.Advance(2 * time.Minute)
	again, err := lease(first)
	if w.must(err); again.State != "trying" || again.AttemptedAt == nil {
		t.Errorf("after a crash it reads %+v", again)
	}
	i.State = "done"
	if err := w.appErr(anna, func(tx *store.Tx) error { return tx.EndCRM(w.ctx, i) }); !store.IsLeaseLost(err) {
		t.Errorf("whoever was away too long ended it: %v", err)
	}
	again.State, again.VendorID = "done", 70
	w.forget()
	w.app(anna, func(tx *store.Tx) error { return tx.EndCRM(w.ctx, again) })
	if w.jobs("work_crm") != 1 {
		t.Error("nobody works on the second")
	}
	_, err = lease(second)
	w.must(err)
}

func TestAStageThatMovesIsToldToTheCRMOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "1", "ciao"))
	w.app(w.chat("anna").RestaurantID, func(tx *store.Tx) error {
		err := tx.LinkCRMTask(w.ctx, store.CRMTask{Task: 7, LinkedBy: "Marta"})
		_, one := tx.Happened(w.ctx, "qualified", "by Marta")
		_, two := tx.Happened(w.ctx, "qualified", "by Marta")
		return errors.Join(err, one, two)
	})
	same(w, "They fit: onboarding begins.", `SELECT string_agg(words, ' ') FROM crm_outbox`)
}

// Every process asks through the same row, whatever its own clock did.
func TestOneRequestPerSpanForEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	turns := make(chan error)
	take := func() { go func() { turns <- w.db.CRMTurn(w.ctx, time.Second, 2*time.Second) }() }
	take()
	w.must(<-turns)
	for range 2 {
		take()
	}
	for ask[time.Time](w, `SELECT next_at FROM crm_pace`).Sub(monday) < 3*time.Second {
		time.Sleep(time.Millisecond)
	}
	if err := w.db.CRMTurn(w.ctx, time.Second, 2*time.Second); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("the fourth: %v", err)
	}
	select {
	case <-turns:
		t.Error("somebody did not wait")
	default:
	}
	w.clock.Advance(2 * time.Second)
	w.must(<-turns)
	w.must(<-turns)
	w.exec(`UPDATE crm_pace SET next_at = $1`, monday.Add(48*time.Hour))
	w.must(w.db.CRMTurn(w.ctx, time.Second, 2*time.Second))
}

func TestAnEventOfTheCRMIsKeptOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, key := range []string{"a", "a", "", ""} {
		w.must(w.db.KeepCRMEvent(w.ctx, store.CRMEvent{Body: []byte("{}"), Key: key}))
	}
	same(w, 3, `SELECT count(*) FROM crm_events`)
	if n := w.jobs("read_crm"); n != 3 {
		t.Errorf("%d jobs", n)
	}
}
