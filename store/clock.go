package store

import (
	"context"
	"time"
)

// Clock is where the time comes from. Replicas share the database's clock through SystemClock's offset of nothing: leases
// are short and machines are expected to keep time within a second (`marketa doctor` looks).
type Clock interface {
	Now() time.Time
	// Wait returns at until, or with the context's error before that.
	Wait(ctx context.Context, until time.Time) error
}

// SystemClock is the machine's time.
type SystemClock struct{}

func (SystemClock) Now() time.Time { return time.Now() }

func (SystemClock) Wait(ctx context.Context, until time.Time) error {
	t := time.NewTimer(time.Until(until))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
