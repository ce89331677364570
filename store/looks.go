package store

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"
)

// lookAfter is how long the copies of a waiting card are left alone before somebody makes sure that they are still there.
const lookAfter = time.Hour

// FreshFor is how long Telegram's word that a copy is there counts when something else has it drawn.
const FreshFor = 10 * time.Minute

// sweepLooks has waiting cards drawn that nobody has looked at for long, a few at a time: one that was deleted by hand comes
// back, for Telegram tells no bot about deletions.
func sweepLooks(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
	return collect[ShowApproval](ctx, tx, `UPDATE views SET looked_at = $1, next_at = $1 WHERE approval_id IN (SELECT a.id FROM approvals a JOIN views v ON v.approval_id = a.id
		WHERE a.state = 'pending' AND v.next_at IS NULL AND (v.looked_at IS NULL OR v.looked_at < $2) ORDER BY v.looked_at LIMIT 3 FOR UPDATE OF v SKIP LOCKED)
		RETURNING approval_id AS approval`, tx.Now, tx.Now.Add(-lookAfter))
}

// LookAgainAtAll has every waiting card drawn that was not looked at for FreshFor: after a start, copies that are missing or
// behind are put right.
func (tx *Tx) LookAgainAtAll(ctx context.Context) error {
	jobs, err := collect[ShowApproval](ctx, tx, `UPDATE views v SET looked_at = $1, next_at = $1 FROM approvals a WHERE a.id = v.approval_id AND a.state = 'pending'
		AND v.next_at IS NULL AND (v.looked_at IS NULL OR v.looked_at < $2) RETURNING v.approval_id AS approval`, tx.Now, tx.Now.Add(-FreshFor))
	if err != nil {
		return fmt.Errorf("store: look again: %w", err)
	}
	return tx.Enqueue(ctx, jobs...)
}

// sweepTakeOvers tells of the take-overs whose time is up.
func sweepTakeOvers(ctx context.Context, tx *Tx) ([]river.JobArgs, error) {
	ended, err := tx.endTakeOvers(ctx)
	for _, e := range ended {
		if err := tx.Tell(ctx, Notice{Kind: "alert", About: e.Restaurant, HTML: e.words()}, fmt.Sprintf("taken-%s-%d", e.Chat, e.TakenUntil.Unix())); err != nil {
			return nil, err
		}
	}
	return nil, err
}
