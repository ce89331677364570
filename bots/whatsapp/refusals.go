package whatsapp

import (
	"context"
	"fmt"
	"sync"
	"time"

	"marketa/store"
)

// refusals remembers webhooks that could not be kept because the database was in trouble. While it is, nobody can be told;
// afterwards the managers hear from when to when.
type refusals struct {
	mu    sync.Mutex
	since time.Time
	count int
}

func (r *refusals) note(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.count++; r.count == 1 {
		r.since = now
	}
}

// over gives what was refused, once.
func (r *refusals) over() (since time.Time, count int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	since, count = r.since, r.count
	r.since, r.count = time.Time{}, 0
	return since, count
}

// kept is what becomes of a webhook: one that was refused comes again by itself, for the vendor repeats it.
func (b *Bot) kept(ctx context.Context, err error) error {
	if err != nil {
		if ctx.Err() == nil {
			b.refusals.note(b.DB.Clock.Now())
		}
		return err
	}
	since, count := b.refusals.over()
	if count == 0 {
		return nil
	}
	// This webhook is kept: that the managers could not be told must not bring it back.
	if err := b.DB.Unhealthy(context.WithoutCancel(ctx), store.Alert{Cause: "database-refused", Text: fmt.Sprintf(
		"The database was in trouble for %s: messages from WhatsApp could not be kept. WhatsApp sends them again by itself, and the history is read; nothing has to be done unless it repeats.", lasted(b.DB.Clock.Now().Sub(since)))}); err != nil {
		b.Log.Warn("that webhooks had been refused could not be told", "webhooks", count, "error", err)
	}
	return nil
}

func lasted(d time.Duration) string {
	if d < 2*time.Minute {
		return "about a minute"
	}
	return fmt.Sprintf("about %d minutes", int(d.Round(time.Minute)/time.Minute))
}
