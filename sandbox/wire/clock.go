package wire

import (
	"context"
	"sync"
	"time"
)

// Clock is the time that simulators and the platform under test share. A real clock runs by itself and can be moved
// ahead ("+1 hour" in the console); a simulated one stands still until Advance.
type Clock struct {
	mu      sync.Mutex
	frozen  bool
	now     time.Time     // simulated: the time itself
	ahead   time.Duration // real: how far it was moved
	changed chan struct{} // closed and replaced at every Advance, so that waiters look again
}

// Real starts at the machine's time.
func Real() *Clock { return &Clock{changed: make(chan struct{})} }

// Simulated stands still at start until it is advanced.
func Simulated(start time.Time) *Clock {
	return &Clock{frozen: true, now: start, changed: make(chan struct{})}
}

func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.lockedNow()
}

func (c *Clock) lockedNow() time.Time {
	if c.frozen {
		return c.now
	}
	return time.Now().Add(c.ahead)
}

// Simulated says whether the clock stands still between calls of Advance.
func (c *Clock) Simulated() bool { return c.frozen }

// Advance moves the clock by d (never back) and wakes everybody whose time has come.
func (c *Clock) Advance(d time.Duration) {
	if d < 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen {
		c.now = c.now.Add(d)
	} else {
		c.ahead += d
	}
	close(c.changed)
	c.changed = make(chan struct{})
}

// Wait returns at until, or with the context's error before that.
func (c *Clock) Wait(ctx context.Context, until time.Time) error {
	for {
		c.mu.Lock()
		left, changed := until.Sub(c.lockedNow()), c.changed
		c.mu.Unlock()
		if left <= 0 {
			return ctx.Err()
		}
		if err := c.waitOnce(ctx, left, changed); err != nil {
			return err
		}
	}
}

// waitOnce returns when the real time has passed or the clock was moved, whichever is first.
func (c *Clock) waitOnce(ctx context.Context, left time.Duration, changed <-chan struct{}) error {
	var rang <-chan time.Time
	if !c.frozen {
		t := time.NewTimer(left)
		defer t.Stop()
		rang = t.C
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-changed:
	case <-rang:
	}
	return nil
}

// AfterFunc calls f in its own goroutine once d has passed on this clock, unless stop is called before.
func (c *Clock) AfterFunc(d time.Duration, f func()) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	until := c.Now().Add(d)
	go func() {
		defer cancel()
		if c.Wait(ctx, until) == nil {
			f()
		}
	}()
	return cancel
}
