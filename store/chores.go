package store

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// The kinds of chores. Those of a number name it; ChoreWatch is for the platform.
const (
	ChoreProbe   = "probe"   // ask whether the number can send
	ChoreHooks   = "hooks"   // see to our webhooks in the vendor's settings
	ChoreHistory = "history" // look into the vendor's history for what we do not have
	ChoreStatus  = "status"  // ask for statuses that never came
	ChoreReport  = "report"  // tell what history had that no webhook had brought
	ChoreWatch   = "watch"   // look for what stands still
)

// Chore is something that is done again and again.
type Chore struct {
	ID       ChoreID
	Channel  Channel
	Kind     string
	Failures int // in a row
	token    LeaseToken
}

// choreLease is how long a chore is held: a few calls of a slow vendor.
const choreLease = time.Minute

// PlanChores makes the chores of these numbers due, as every start does: we may have been away. Those of other numbers end.
func (db *DB) PlanChores(ctx context.Context, channels []Channel, kinds []string) error {
	return db.System(ctx, Desk, func(tx *Tx) error {
		var jobs []river.JobArgs
		plan := func(channel Channel, kind string) error {
			id, err := value[ChoreID](ctx, tx, `INSERT INTO chores (id, channel, kind, next_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (channel, kind) DO UPDATE SET next_at = least(chores.next_at, $4) RETURNING id`, NewID[choreKind](), channel, kind, tx.Now)
			jobs = append(jobs, DoChore{Chore: id})
			return err
		}
		for _, channel := range channels {
			if _, err := tx.exec(ctx, `INSERT INTO channels (channel, first_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`, channel, tx.Now); err != nil {
				return fmt.Errorf("store: plan chores: %w", err)
			}
			for _, kind := range kinds {
				if err := plan(channel, kind); err != nil {
					return fmt.Errorf("store: plan chores: %w", err)
				}
			}
		}
		if err := plan("", ChoreWatch); err != nil {
			return fmt.Errorf("store: plan chores: %w", err)
		}
		if _, err := tx.exec(ctx, `UPDATE chores SET next_at = NULL WHERE channel <> '' AND channel <> ALL($1)`, channels); err != nil {
			return fmt.Errorf("store: plan chores: %w", err)
		}
		return tx.Enqueue(ctx, jobs...)
	})
}

// LeaseChore takes a chore that is due. ErrLeaseLost when somebody does it, or nothing is due.
func (db *DB) LeaseChore(ctx context.Context, id ChoreID) (c Chore, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) error {
		type leased struct {
			ID       ChoreID
			Channel  Channel
			Kind     string
			Failures int
		}
		token := NewID[leaseKind]()
		l, err := rows[leased](ctx, tx, `UPDATE chores SET lease_token = $2, lease_until = $3, again = false WHERE id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
			RETURNING id, channel, kind, failures`, id, token, tx.Now.Add(choreLease), tx.Now)
		if err != nil {
			return fmt.Errorf("store: lease chore: %w", err)
		}
		if len(l) == 0 {
			return ErrLeaseLost
		}
		c = Chore{l[0].ID, l[0].Channel, l[0].Kind, l[0].Failures, token}
		return nil
	})
	return c, err
}

// RenewChore holds it for longer.
func (db *DB) RenewChore(ctx context.Context, c Chore) error {
	return db.changeChore(ctx, c, `lease_until = $3`, db.Clock.Now().Add(choreLease))
}

// ChoreDone puts a chore back until next; busy says that it is in the middle of something. A hurry that came meanwhile stands.
func (db *DB) ChoreDone(ctx context.Context, c Chore, next time.Time, busy bool) error {
	return db.changeChore(ctx, c, `next_at = CASE WHEN again THEN least($3, $5::timestamptz) ELSE $3 END, again = false, busy = $4, failures = 0, lease_token = NULL, lease_until = NULL`, next, busy, db.Clock.Now())
}

// ChoreFailed puts it back for another try.
func (db *DB) ChoreFailed(ctx context.Context, c Chore, next time.Time) error {
	return db.changeChore(ctx, c, `next_at = $3, busy = false, failures = failures + 1, lease_token = NULL, lease_until = NULL`, next)
}

func (db *DB) changeChore(ctx context.Context, c Chore, set string, args ...any) error {
	return db.System(ctx, Desk, func(tx *Tx) error {
		n, err := tx.exec(ctx, `UPDATE chores SET `+set+` WHERE id = $1 AND lease_token = $2`, append([]any{c.ID, c.token}, args...)...)
		if err != nil {
			return fmt.Errorf("store: chore: %w", err)
		}
		if n == 0 {
			return ErrLeaseLost
		}
		return nil
	})
}

// Hasten has a chore done now instead of later; the sweeper brings it.
func (tx *Tx) Hasten(ctx context.Context, channel Channel, kind string) error {
	if _, err := tx.exec(ctx, `UPDATE chores SET next_at = least(next_at, $3), again = coalesce(lease_until > $3, false) WHERE channel = $1 AND kind = $2 AND next_at IS NOT NULL`, channel, kind, tx.Now); err != nil {
		return fmt.Errorf("store: hasten: %w", err)
	}
	return nil
}
