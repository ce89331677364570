package store_test

import (
	"sync"
	"testing"
	"time"

	"marketa/store"
)

const (
	aPerson int64 = 55501
	aGroup  int64 = -1002000000001
	patient       = 2 * time.Second
)

var (
	calmly  = []store.Limit{{N: 5, Per: 5 * time.Second, Even: true}}
	grouped = []store.Limit{{N: 18, Per: time.Minute}}
	inAll   = []store.Limit{{N: 25, Per: time.Second}}
)

func (w *world) place(chat int64, here []store.Limit) time.Duration {
	w.Helper()
	wait, err := w.db.TakePlace(w.ctx, chat, here, inAll, patient)
	w.must(err)
	return wait
}

func TestPlacesThatNobodyTakesPushNobodyBack(t *testing.T) {
	t.Parallel()
	for name, chat := range map[string]int64{"a person": aPerson, "a group": aGroup} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			here := map[bool][]store.Limit{true: grouped, false: calmly}[chat < 0]
			var wait time.Duration
			for range 100 { // all but the first ones step aside
				wait = w.place(chat, here)
			}
			if wait <= patient || wait > time.Minute {
				t.Fatalf("the hundredth waits %s", wait)
			}
			w.clock.Advance(wait)
			if again := w.place(chat, here); again > patient {
				t.Errorf("after its %s it has to wait %s more", wait, again)
			}
		})
	}
}

// Several workers stand in the same line.
func TestAGroupsAllowanceIsOneForAllWorkers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	took := 0
	for range 8 {
		all.Go(func() {
			for range 5 {
				wait, err := w.db.TakePlace(w.ctx, aGroup, grouped, inAll, 0)
				if err != nil {
					t.Error(err)
				}
				if wait == 0 {
					mu.Lock()
					took++
					mu.Unlock()
				}
			}
		})
	}
	all.Wait()
	if took != 18 {
		t.Errorf("%d places were taken in one minute", took)
	}
}

func TestAllChatsTogetherKeepToTheCommonAllowance(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range int64(25) {
		if wait := w.place(aPerson+i, calmly); wait != 0 {
			t.Fatalf("the %dth waits %s", i, wait)
		}
	}
	if wait := w.place(aPerson+100, calmly); wait != time.Second {
		t.Errorf("the 26th waits %s", wait)
	}
}

func TestAChatThatTelegramHoldsBackHoldsBackNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.desk(func(tx *store.Tx) error {
		for want, until := range map[bool]time.Duration{true: time.Hour} {
			news, err := tx.HoldTgChat(w.ctx, aPerson, tx.Now.Add(until))
			if err != nil || news != want {
				t.Errorf("%v, %v", news, err)
			}
		}
		news, err := tx.HoldTgChat(w.ctx, aPerson, tx.Now.Add(time.Minute)) // a shorter one changes nothing
		if news {
			t.Error("a shorter hold is news")
		}
		return err
	})
	if wait := w.place(aPerson, calmly); wait != time.Hour {
		t.Errorf("waits %s", wait)
	}
	if wait := w.place(aPerson+1, calmly); wait != 0 {
		t.Errorf("another chat waits %s", wait)
	}
	w.clock.Advance(time.Hour)
	if wait := w.place(aPerson, calmly); wait != 0 {
		t.Errorf("afterwards it waits %s", wait)
	}
}
