package publish

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/seal"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// Publisher works the publications of all restaurants.
type Publisher struct {
	DB       *store.DB
	Meta     *meta.Client
	Keys     *seal.Keys // that the restaurants' tokens are sealed with
	Pictures Pictures
	Log      *slog.Logger
}

// Worker brings a publication one or more steps further.
type Worker struct {
	river.WorkerDefaults[store.Publish]
	Publisher *Publisher
}

func (w *Worker) Timeout(*river.Job[store.Publish]) time.Duration { return 3 * time.Minute }

func (w *Worker) Work(ctx context.Context, job *river.Job[store.Publish]) error {
	err := w.Publisher.Publish(store.WithRestaurant(ctx, job.Args.Restaurant), job.Args.Publication)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it, or nothing is to be done
	}
	return err
}

// job is one publication under way.
type job struct {
	*Publisher
	store.Publication
	token      store.LeaseToken
	version    store.PostVersion
	restaurant store.Restaurant
	connection store.Connection
	connected  bool
}

// Publish goes on with a publication until it has to wait for something, or is done. The context names the restaurant.
func (p *Publisher) Publish(ctx context.Context, id store.PublicationID) error {
	j := &job{Publisher: p}
	if err := p.DB.Tx(ctx, func(tx *store.Tx) error { return j.take(ctx, tx, id) }); err != nil {
		return err
	}
	held, stop := p.DB.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewPublication(ctx, id, j.token) })
	defer stop()
	for {
		if more, err := j.step(held); err != nil || !more {
			return err
		}
	}
}

func (j *job) take(ctx context.Context, tx *store.Tx, id store.PublicationID) (err error) {
	if j.Publication, j.token, err = tx.LeasePublication(ctx, id); err != nil {
		return err
	}
	if j.version, err = tx.PostVersion(ctx, j.VersionID); err != nil {
		return err
	}
	if j.restaurant, err = tx.OwnRestaurant(ctx); err != nil {
		return err
	}
	j.connection, j.connected, err = tx.Connection(ctx)
	return err
}

// saving is how long a step may take to be written down; also when we are told to stop, for what the vendor did is done.
const saving = 10 * time.Second

func (j *job) save(ctx context.Context, giveBack bool, more ...func(context.Context, *store.Tx) error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saving)
	defer cancel()
	return j.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.SavePublication(ctx, j.Publication, j.token, giveBack); err != nil {
			return err
		}
		for _, f := range more {
			if err := f(ctx, tx); err != nil {
				return err
			}
		}
		return nil
	})
}

// goOn saves a step; the next one follows at once.
func (j *job) goOn(ctx context.Context, state string) (more bool, err error) {
	now := j.now()
	j.State, j.NextAt = state, &now
	return true, j.save(ctx, false)
}

// wait saves a step; the next one follows later. say is for the card; empty: nothing is wrong.
func (j *job) wait(ctx context.Context, after time.Duration, say string) (more bool, err error) {
	next := j.now().Add(after)
	j.NextAt, j.Fault = &next, say
	return false, j.save(ctx, true)
}

// end saves the last step for now, and what people hear of it.
func (j *job) end(ctx context.Context, state, say string, more ...func(context.Context, *store.Tx) error) (bool, error) {
	j.State, j.Fault, j.NextAt = state, say, nil
	return false, j.save(ctx, true, append(more, j.settled)...)
}

func (j *job) now() time.Time { return j.DB.Clock.Now().Truncate(time.Microsecond) }
