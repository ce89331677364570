package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"
)

// Rate is how many may leave within a time.
type Rate struct {
	Most int
	In   time.Duration
}

// Pace is what one number may send. There are two budgets: replies inside an open exchange (the client has written within a
// day), and messages that nobody has asked for, which get numbers blocked.
type Pace struct {
	Replies   []Rate
	Proactive []Rate
}

// DefaultPace follows the stricter of the vendor's own two sources.
//
// https://whapi.cloud/blog/how-to-avoid-whatsapp-ban-2026
func DefaultPace() Pace {
	return Pace{
		Replies:   []Rate{{20, time.Minute}, {200, time.Hour}},
		Proactive: []Rate{{2, time.Minute}, {10, 15 * time.Minute}, {30, time.Hour}, {50, 24 * time.Hour}},
	}
}

const (
	heldFor   = 2 * time.Minute  // while the number cannot send; it is woken when it can
	worthShow = 15 * time.Second // a wait that the card shows
)

// heldBack keeps a delivery back while its number cannot send, is paused, or has sent enough for now. One that may go takes its
// place among the sends: rows, so that replicas share one pace.
func (tx *Tx) heldBack(ctx context.Context, d Delivery) (held bool, err error) {
	type number struct {
		Trouble    string
		QuietUntil *time.Time
		PausedAt   *time.Time
	}
	c, err := rows[number](ctx, tx, `SELECT trouble, quiet_until, paused_at FROM channels WHERE channel = $1`, d.Channel)
	if err != nil {
		return false, fmt.Errorf("store: hold: %w", err)
	}
	if len(c) > 0 {
		switch {
		case c[0].PausedAt != nil:
			return true, tx.holdBack(ctx, d, tx.Now.Add(heldFor), fmt.Sprintf("Waits: sending is paused on the %s number. /resume %s lets it go.", d.Channel, d.Channel))
		case c[0].Trouble != "":
			return true, tx.holdBack(ctx, d, tx.Now.Add(heldFor), "Not sent yet. "+c[0].Trouble+" It goes out by itself then.")
		case c[0].QuietUntil != nil && c[0].QuietUntil.After(tx.Now):
			return true, tx.holdBack(ctx, d, *c[0].QuietUntil, waits(c[0].QuietUntil.Sub(tx.Now)))
		}
	}
	until, err := tx.takePlace(ctx, d)
	if err != nil || !until.After(tx.Now) {
		return false, err
	}
	return true, tx.holdBack(ctx, d, until, waits(until.Sub(tx.Now)))
}

func waits(d time.Duration) string {
	about := "less than a minute"
	if d >= time.Minute {
		about = fmt.Sprintf("about %d min", int(d.Round(time.Minute)/time.Minute))
	}
	if d >= 2*time.Hour {
		about = fmt.Sprintf("about %d hours", int((d+30*time.Minute)/time.Hour))
	}
	return "Waits for its turn, " + about + ": WhatsApp blocks numbers that send too much at once."
}

// holdBack puts it off; the card is drawn only where there is something new to say.
func (tx *Tx) holdBack(ctx context.Context, d Delivery, until time.Time, say string) error {
	show := until.Sub(tx.Now) >= worthShow && say != d.Reason
	if !show {
		say = d.Reason
	}
	if err := tx.setDelivery(ctx, d, `next_at = $3, reason = $4, lease_token = NULL, lease_until = NULL`, until, say); err != nil || !show {
		return err
	}
	return tx.TouchView(ctx, d.ApprovalID)
}

// takePlace takes a place among the number's sends, or says when there will be one.
func (tx *Tx) takePlace(ctx context.Context, d Delivery) (until time.Time, err error) {
	proactive, err := value[bool](ctx, tx, `SELECT NOT EXISTS (SELECT FROM messages WHERE chat_id = $1 AND author = 'client' AND kind <> 'reaction' AND sent_at > $2)`, d.ChatID, tx.Now.Add(-24*time.Hour))
	if err != nil {
		return until, fmt.Errorf("store: pace: %w", err)
	}
	// One at a time on a number, until the commit: two replicas must not take the same place.
	if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 9))`, d.Channel); err != nil {
		return until, fmt.Errorf("store: pace: %w", err)
	}
	rates := tx.db.pace().Replies
	if proactive {
		rates = tx.db.pace().Proactive
	}
	for _, r := range rates {
		at, err := value[*time.Time](ctx, tx, `SELECT (SELECT at FROM sends WHERE channel = $1 AND proactive = $2 AND at > $3 ORDER BY at DESC OFFSET $4 LIMIT 1)`,
			d.Channel, proactive, tx.Now.Add(-r.In), r.Most-1)
		if err != nil {
			return until, fmt.Errorf("store: pace: %w", err)
		}
		if at != nil && at.Add(r.In).After(until) {
			until = at.Add(r.In)
		}
	}
	if until.After(tx.Now) {
		return until.Add(jitter(until.Sub(tx.Now))), nil // a machine's regularity is what gets numbers blocked, too
	}
	if _, err := tx.exec(ctx, `INSERT INTO sends (channel, proactive, at) VALUES ($1, $2, $3)`, d.Channel, proactive, tx.Now); err != nil {
		return until, fmt.Errorf("store: pace: %w", err)
	}
	return tx.Now, nil
}

func jitter(d time.Duration) time.Duration {
	return time.Duration(rand.Int64N(int64(min(d/10, 10*time.Second)) + 1))
}

func (db *DB) pace() Pace {
	if len(db.Pace.Replies) == 0 && len(db.Pace.Proactive) == 0 {
		return DefaultPace()
	}
	return db.Pace
}

// Quiet keeps a number quiet for as long as the vendor wants.
func (tx *Tx) Quiet(ctx context.Context, channel Channel, until time.Time) error {
	if _, err := tx.exec(ctx, `UPDATE channels SET quiet_until = $2 WHERE channel = $1`, channel, until); err != nil {
		return fmt.Errorf("store: quiet: %w", err)
	}
	return nil
}
