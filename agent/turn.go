package agent

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/store"
)

// TurnWorker runs a chat's turn. A job too many finds nothing to do or somebody else's lease; a lost one is brought back by
// the sweeper.
type TurnWorker struct {
	river.WorkerDefaults[store.RunTurn]
	Agent *Agent
}

// Timeout covers the burst's cap and a slow model.
func (w *TurnWorker) Timeout(*river.Job[store.RunTurn]) time.Duration { return 5 * time.Minute }

func (w *TurnWorker) Work(ctx context.Context, job *river.Job[store.RunTurn]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Agent.turn(ctx, job.Args.Chat)
	if err != nil && !store.IsLeaseLost(err) && !errors.Is(err, context.Canceled) {
		w.Agent.log.Error("turn failed", "chat", job.Args.Chat, "error", err)
	}
	return nil // the chat is still busy: the sweeper tries again
}

// errEarly means that words came in between the end of the burst and the lease: they are sat out first.
var errEarly = errors.New("agent: the client goes on writing")

// errIdle means that somebody else has ended the turn in between.
var errIdle = errors.New("agent: the chat is not busy any more")

func (a *Agent) turn(ctx context.Context, chat store.ChatID) error {
	for {
		if busy, err := a.waitForBurst(ctx, chat); err != nil || !busy {
			return err
		}
		switch err := a.answer(ctx, chat); {
		case errors.Is(err, errIdle):
			return nil
		case !errors.Is(err, errEarly):
			return err
		}
	}
}

// answer takes the chat and walks its turn to the end.
func (a *Agent) answer(ctx context.Context, chat store.ChatID) error {
	var lease store.Lease
	if err := a.db.Tx(ctx, func(tx *store.Tx) (err error) { lease, err = tx.LeaseChat(ctx, chat); return err }); err != nil {
		return err
	}
	ctx, stop := a.keep(ctx, lease)
	defer stop()
	w, err := a.open(ctx, lease)
	if err == nil {
		err = w.walk(ctx)
	}
	if err == nil {
		return nil
	}
	// Give the chat back, so that a retry need not wait for the lease to run out.
	free, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	return errors.Join(err, a.db.Tx(free, func(tx *store.Tx) error { return tx.ReleaseLease(free, lease) }))
}

// waitForBurst returns when nothing has come in for the window, or the cap is reached. People write in bursts; one burst
// gets one draft.
func (a *Agent) waitForBurst(ctx context.Context, chat store.ChatID) (busy bool, err error) {
	for {
		var c store.Chat
		var files time.Time
		err := a.db.Tx(ctx, func(tx *store.Tx) (err error) {
			if c, err = tx.Chat(ctx, chat); err == nil {
				files, err = tx.Awaited(ctx, chat)
			}
			return err
		})
		if fault.KindOf(err) == fault.NotFound {
			return false, nil // it has moved to another restaurant, with a turn of its own there
		}
		if err != nil {
			return false, err
		}
		if c.BusySince == nil {
			return false, nil
		}
		due := a.due(c)
		if now := a.db.Clock.Now(); !due.After(now) && files.After(now) {
			due = earlier(files, now.Add(fileLook)) // they may be there at any moment
		}
		if !due.After(a.db.Clock.Now()) {
			return true, nil
		}
		if err := a.waitUntil(ctx, due); err != nil {
			return false, err
		}
	}
}

// fileLook is how often a turn looks whether the files that it waits for are there.
const fileLook = 300 * time.Millisecond

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// waitUntil ends early when the process drains.
func (a *Agent) waitUntil(ctx context.Context, due time.Time) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-a.draining:
			cancel()
		case <-ctx.Done():
		}
	}()
	return a.db.Clock.Wait(ctx, due)
}

func (a *Agent) due(c store.Chat) time.Time {
	due := *c.BusySince
	if c.LastInboundAt != nil {
		due = c.LastInboundAt.Add(a.window)
	}
	if latest := c.BusySince.Add(a.cap); due.After(latest) {
		return latest
	}
	return due
}

// keep renews the lease until stop; when it is lost, the context ends.
func (a *Agent) keep(ctx context.Context, l store.Lease) (context.Context, func()) {
	return a.keepBy(ctx, func(ctx context.Context) error {
		return a.db.Tx(ctx, func(tx *store.Tx) error { return tx.RenewLease(ctx, l) })
	})
}

func (a *Agent) keepBy(ctx context.Context, renew func(context.Context) error) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		for {
			if a.db.Clock.Wait(ctx, a.db.Clock.Now().Add(store.LeaseTime*3/10)) != nil {
				return
			}
			if err := renew(ctx); err != nil && store.IsLeaseLost(err) {
				cancel(err)
				return
			}
		}
	}()
	return ctx, func() { cancel(nil) }
}

// open opens or continues the chat's turn, if its time has come now that the chat is ours. It is a commit of its own:
// what fails later has been counted as an attempt.
func (a *Agent) open(ctx context.Context, l store.Lease) (*walk, error) {
	w := &walk{agent: a, lease: l, at: a.graph.start}
	err := a.db.Tx(ctx, func(tx *store.Tx) (err error) {
		w.now = tx.Now
		if w.turn, w.chat, err = tx.OpenTurn(ctx, l); err != nil {
			return err
		}
		if w.chat.BusySince == nil {
			return errIdle
		}
		if a.due(w.chat).After(tx.Now) {
			return errEarly
		}
		return nil
	})
	return w, err
}

// mostAttempts is how often a turn that fails is tried before the managers get the client's words as they are.
const mostAttempts = 5

// walk runs nodes until the end; each finished step is a row before the next begins.
func (w *walk) walk(ctx context.Context) error {
	err := w.agent.db.Tx(ctx, func(tx *store.Tx) error { return w.read(ctx, tx) })
	if w.turn.Attempts > mostAttempts {
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

// read loads what the turn looks at and replays what it has done.
func (w *walk) read(ctx context.Context, tx *store.Tx) error {
	if err := w.load(ctx, tx); err != nil {
		return err
	}
	steps, err := tx.Steps(ctx, w.turn.ID)
	if err != nil {
		return err
	}
	return w.resume(steps)
}

func (w *walk) step(ctx context.Context) error {
	d, err := w.agent.graph.step(ctx, w.at, w)
	if err != nil {
		return err
	}
	return w.save(ctx, d)
}

// save makes a step durable and then goes on from exactly what was saved, as a resumed turn would.
func (w *walk) save(ctx context.Context, d delta) error {
	raw, err := json.Marshal(d)
	if err != nil {
		return err
	}
	step := store.Step{N: w.n + 1, Node: w.at, Delta: jsonClean(raw)}
	if err := w.tx(ctx, func(tx *store.Tx) error { return tx.SaveStep(ctx, w.lease, w.turn, step) }); err != nil {
		return err
	}
	return w.apply(step)
}
