package publish

import (
	"context"
	"time"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// mostFailures in a row of what should pass by itself; then a person hears of it.
const mostFailures = 8

// pause is the wait after so many failures in a row.
func pause(failures int) time.Duration {
	return min(5*time.Second<<min(max(failures-1, 0), 8), 10*time.Minute)
}

// trouble is what follows when something failed that nobody can see: it may be done again.
func (j *job) trouble(ctx context.Context, err error) (bool, error) {
	e := meta.As(err)
	if e == nil {
		return false, err
	}
	j.Log.Warn("a step of a publication failed", "error", err)
	j.Failures++
	switch e.Cure {
	case meta.Wait:
		return j.wait(ctx, max(e.RetryAfter(), pause(j.Failures)), fault.Say(err))
	case meta.Retry, meta.Look:
		// Nobody at the other end is no reason to give up; an answer that is the same again and again is one.
		if j.Failures > mostFailures && e.Code != 0 {
			return j.fail(ctx, fault.Say(err))
		}
		return j.wait(ctx, max(e.RetryAfter(), pause(j.Failures)), fault.Say(err))
	case meta.Renew:
		return j.renew(ctx, fault.Say(err))
	case meta.Reconnect:
		if err := j.lose(ctx, e); err != nil {
			return false, err
		}
		return j.wait(ctx, brokenTime, sayBroken)
	}
	return j.fail(ctx, fault.Say(err))
}

// refused is what follows when the call failed that people could have seen.
func (j *job) refused(ctx context.Context, err error) (bool, error) {
	e := meta.As(err)
	if e == nil || e.Outcome != meta.NotDone {
		j.Log.Warn("a publication without a clear outcome", "error", err)
		wait := time.Duration(0)
		if e != nil {
			wait = e.RetryAfter()
		}
		return j.doubt(ctx, wait, sayLooking)
	}
	// It was not done: this attempt is none.
	if j.Attempts--; j.Attempts == 0 {
		j.AttemptedAt = nil
	}
	j.State = "container"
	if j.Network == store.Facebook {
		j.State = "due"
	}
	return j.trouble(ctx, err)
}

// lost: a container has come to nothing. failure nil: it was never ready.
func (j *job) lost(ctx context.Context, failure error) (bool, error) {
	switch e := meta.As(failure); {
	case e == nil:
		return j.renew(ctx, sayRenew)
	case e.Cure == meta.Retry, e.Cure == meta.Renew, e.Cure == meta.Look:
		return j.renew(ctx, fault.Say(failure))
	}
	return j.trouble(ctx, failure)
}

// renew makes another container, a few times.
func (j *job) renew(ctx context.Context, say string) (bool, error) {
	if j.Failures++; j.Failures > mostRenewed {
		return j.fail(ctx, say)
	}
	j.State, j.ContainerID, j.ContainerAt = "due", "", nil
	return j.wait(ctx, pause(j.Failures), say)
}

// connectionLost is the alert about restaurants to whom nothing can be published.
const connectionLost = "connection-lost"

// lose marks the connection broken. What waits for it goes out by itself once it is mended.
func (j *job) lose(ctx context.Context, e *meta.Error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saving)
	defer cancel()
	why := fault.Say(e)
	j.connection.State = store.ConnectionBroken
	return j.DB.Tx(ctx, func(tx *store.Tx) error {
		changed, err := tx.BreakConnection(ctx, j.connection.ID, why)
		if err != nil || !changed {
			return err
		}
		if _, err := tx.Happened(ctx, stages.ConnectionLost, "Publishing was refused: "+why); err != nil {
			return err
		}
		return tx.Raise(ctx, store.Alert{Cause: connectionLost, Stays: true, Key: tx.Restaurant.String(), Who: j.restaurant.Name,
			Text: "Facebook lets us publish no more for some restaurants. Send them a new connection link; posts that wait go out by themselves once they have connected."})
	})
}
