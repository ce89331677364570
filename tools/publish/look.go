package publish

import (
	"context"
	"time"

	"marketa/store"
	"marketa/tools/publish/meta"
)

const (
	firstLook    = 15 * time.Second
	enoughLooks  = 3                // that did not find it; the next one counts: by then whatever is late has arrived
	moreLooks    = 6                // for the address of what is certainly published
	mostAttempts = 4                // of which nobody knew what became
	blindFor     = 30 * time.Minute // how long a list that cannot be read is tried
)

// doubt: it may be there. From here on the account is looked at, and nothing is repeated blindly.
func (j *job) doubt(ctx context.Context, after time.Duration, say string) (bool, error) {
	j.State, j.Looks, j.Failures = "unknown", 0, 0
	return j.wait(ctx, max(after, firstLook), say)
}

// lookPause are the waits before the looks: lists and states of a container are behind what happened.
func lookPause(looks int) time.Duration {
	return [...]time.Duration{firstLook, time.Minute, 5 * time.Minute}[min(looks, 2)]
}

// sight is what a look has shown.
type sight struct {
	id, permalink string
	several       bool // more than one could be it
	published     bool // the vendor says so, whatever the list shows
	gone          bool // it certainly is not, if the list has caught up
}

// look searches the account for the post. Found: it is published. Certainly not there: it is tried again. Neither: a manager is
// asked.
func (j *job) look(ctx context.Context) (bool, error) {
	token, err := j.secret()
	if err != nil || !j.connected || j.connection.State == store.ConnectionRevoked {
		return j.ask(ctx, sayCannotLook)
	}
	s, err := j.see(ctx, token)
	switch {
	case err != nil:
		return j.blind(ctx, err)
	case s.several:
		return j.ask(ctx, saySeveral)
	case s.id != "":
		return j.live(ctx, s.id, s.permalink)
	case s.published && j.Looks >= moreLooks:
		return j.live(ctx, "", "")
	case !s.gone || j.Looks < enoughLooks:
		j.Looks, j.Failures = j.Looks+1, 0
		return j.wait(ctx, lookPause(j.Looks), sayLooking)
	case j.Attempts >= mostAttempts:
		return j.ask(ctx, sayAgainAndAgain)
	}
	j.Looks, j.Fault = 0, ""
	if j.Network == store.Facebook {
		return j.goOn(ctx, "ready")
	}
	return j.goOn(ctx, "container") // which may have run out by now
}

func (j *job) see(ctx context.Context, token meta.Secret) (s sight, err error) {
	want := meta.Sought{Caption: j.version.Words(), Product: "FEED", Since: j.CreatedAt}
	if j.AttemptedAt != nil {
		want.Since = *j.AttemptedAt
	}
	if err := j.DB.Tx(ctx, func(tx *store.Tx) (err error) { want.Taken, err = tx.TakenPosts(ctx, j.Publication); return err }); err != nil {
		return s, err
	}
	if j.Network == store.Facebook {
		list, err := j.Meta.PagePosts(ctx, token, j.Target, want.Since.Add(-2*time.Minute))
		if err != nil {
			return s, err
		}
		found := meta.FitPosts(list, want)
		s.several, s.gone = len(found) > 1, len(found) == 0
		if len(found) == 1 {
			s.id, s.permalink = found[0].ID, found[0].Permalink
		}
		return s, nil
	}
	list, err := j.Meta.Recent(ctx, token, j.Target, false)
	if err != nil {
		return s, err
	}
	if found := meta.FitMedia(list, want); len(found) > 0 {
		return sight{id: found[0].ID, permalink: found[0].Permalink, several: len(found) > 1}, nil
	}
	k, err := j.Meta.Container(ctx, token, j.ContainerID)
	if err != nil {
		return s, err
	}
	s.published = k.Status == meta.Published
	s.gone = k.Status == meta.Finished || k.Failure() != nil
	return s, nil
}

// blind: the account cannot be looked at right now.
func (j *job) blind(ctx context.Context, err error) (bool, error) {
	e := meta.As(err)
	if e == nil {
		return false, err
	}
	j.Log.Warn("a post cannot be looked for", "error", err)
	if e.Cure == meta.Reconnect {
		if err := j.lose(ctx, e); err != nil {
			return false, err
		}
	}
	if j.AttemptedAt == nil || j.now().Sub(*j.AttemptedAt) > blindFor {
		return j.ask(ctx, sayCannotLook)
	}
	j.Failures++
	return j.wait(ctx, max(e.RetryAfter(), pause(j.Failures)), sayLooking)
}
