package planfix

import (
	"context"
	"sync"
	"time"
)

// Pace lets one request go per span, in the order of asking. It is the token bucket of one process.
type Pace struct {
	every time.Duration

	mu   sync.Mutex
	next time.Time // when the next request may go
}

// NewPace makes the first turn free at once.
func NewPace(every time.Duration) *Pace { return &Pace{every: every} }

// Turn returns when this request may go, or with the context's error. A turn that was given up is lost: the next one does
// not move up, so that the account is never asked too often.
func (p *Pace) Turn(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	timer := time.NewTimer(p.reserve(time.Now()))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func (p *Pace) reserve(now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	mine := now
	if p.next.After(now) {
		mine = p.next
	}
	p.next = mine.Add(p.every)
	return mine.Sub(now)
}
