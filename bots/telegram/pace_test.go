package telegram

import (
	"testing"
	"time"

	"marketa/sandbox/wire"
)

func TestPlacesThatNobodyTakesPushNobodyBack(t *testing.T) {
	for name, chat := range map[string]int64{"a person": 55501, "a group": -1002000000001} {
		t.Run(name, func(t *testing.T) {
			clock := wire.Simulated(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
			p := newPacer(clock)
			var wait time.Duration
			for range 1000 { // all but the first ones step aside
				wait = p.delay(chat)
			}
			if wait <= shortWait || wait > time.Minute {
				t.Fatalf("the thousandth waits %s", wait)
			}
			clock.Advance(wait)
			if again := p.delay(chat); again > shortWait {
				t.Errorf("after its %s it has to wait %s more", wait, again)
			}
		})
	}
}

func TestAChatThatTelegramHoldsBackHoldsBackNoOther(t *testing.T) {
	clock := wire.Simulated(time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC))
	p := newPacer(clock)
	p.hold(1, time.Hour)
	if wait := p.delay(1); wait != time.Hour {
		t.Errorf("waits %s", wait)
	}
	if wait := p.delay(2); wait != 0 {
		t.Errorf("another chat waits %s", wait)
	}
	clock.Advance(time.Hour)
	if wait := p.delay(1); wait != 0 {
		t.Errorf("afterwards it waits %s", wait)
	}
}
