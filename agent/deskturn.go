package agent

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
)

// DeskWorker answers a manager who speaks to the bot in plain words: the second flow of the same graph machinery. A job too
// many finds nothing to do; a lost one is brought back by the sweeper.
type DeskWorker struct {
	river.WorkerDefaults[store.RunDesk]
	Agent *Agent
}

// Timeout covers a slow model over all rounds.
func (w *DeskWorker) Timeout(*river.Job[store.RunDesk]) time.Duration { return 5 * time.Minute }

func (w *DeskWorker) Work(ctx context.Context, job *river.Job[store.RunDesk]) error {
	err := w.Agent.desk(ctx, job.Args.Turn)
	if err != nil && !store.IsLeaseLost(err) && !errors.Is(err, context.Canceled) {
		w.Agent.log.Error("desk turn failed", "turn", job.Args.Turn, "error", err)
	}
	return nil // its row is still due: the sweeper tries again
}

const (
	retryDesk   = 3 * time.Second  // between two tries
	mostPatient = 90 * time.Second // that a wish waits for a draft which is being made in the same chat
)

// desk takes a manager's turn and walks it to the end.
func (a *Agent) desk(ctx context.Context, id store.DeskTurnID) error {
	w := &deskWalk{agent: a}
	if err := a.deskTx(ctx, func(tx *store.Tx) (err error) {
		w.now = tx.Now
		w.lease, w.turn, err = tx.LeaseDesk(ctx, id)
		return err
	}); err != nil {
		return err
	}
	ctx, stop := a.keepBy(ctx, func(ctx context.Context) error {
		return a.deskTx(ctx, func(tx *store.Tx) error { return tx.RenewDesk(ctx, w.lease) })
	})
	defer stop()
	err := w.walk(ctx)
	if err == nil || store.IsLeaseLost(err) && !errors.Is(err, store.ErrBusyChat) {
		return err
	}
	if errors.Is(err, store.ErrBusyChat) {
		err = nil // not a failure: it waits for a draft
	}
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return errors.Join(err, a.deskTx(free, func(tx *store.Tx) error { return tx.DeskLater(free, w.lease, tx.Now.Add(retryDesk)) }))
}

func (a *Agent) deskTx(ctx context.Context, fn func(*store.Tx) error) error {
	return a.db.System(ctx, store.Desk, fn)
}

// walk runs nodes until the end; each finished step is a row before the next begins.
func (w *deskWalk) walk(ctx context.Context) error {
	err := w.read(ctx)
	if w.turn.Attempts > mostAttempts+waits(w) {
		return w.giveUp(ctx)
	}
	for err == nil && w.at != end {
		err = w.step(ctx)
	}
	if err != nil {
		return err
	}
	return w.commit(ctx)
}

// waits is how many attempts may have gone by in waiting for a draft in the same chat.
func waits(w *deskWalk) int {
	if w.at != end {
		return 0
	}
	return int(mostPatient / retryDesk)
}

func (w *deskWalk) step(ctx context.Context) error {
	d, err := w.agent.deskGraph.step(ctx, w.at, w)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	step := store.Step{N: w.n + 1, Node: w.at, Delta: jsonClean(raw)}
	if err := w.agent.deskTx(ctx, func(tx *store.Tx) error { return tx.SaveDeskStep(ctx, w.lease, step) }); err != nil {
		return err
	}
	return w.apply(step)
}
