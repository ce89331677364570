package store

import (
	"context"
	"time"
)

// Figures is what waits right now, in figures.
type Figures struct {
	Cards      int           // drafts that nobody has decided on
	OldestCard time.Duration // how long the oldest of them has waited
	Alerts     int           // that are not over
	Jobs       map[string]int
}

// Figures counts.
func (tx *Tx) Figures(ctx context.Context) (w Figures, err error) {
	pace, err := tx.DeskPace(ctx, tx.Now)
	if err != nil {
		return w, err
	}
	w.Cards, w.Jobs = pace.Open, map[string]int{}
	if pace.Oldest != nil {
		w.OldestCard = tx.Now.Sub(*pace.Oldest)
	}
	alerts, err := tx.Alerts(ctx)
	if err != nil {
		return w, err
	}
	for _, a := range alerts {
		if !a.Over(tx.Now) {
			w.Alerts++
		}
	}
	type counted struct {
		State string
		N     int
	}
	jobs, err := rows[counted](ctx, tx, `SELECT state::text AS state, count(*)::int AS n FROM river_job WHERE state IN ('available', 'running', 'retryable', 'scheduled') GROUP BY 1`)
	for _, j := range jobs {
		w.Jobs[j.State] = j.N
	}
	return w, wrapped("figures", err)
}
