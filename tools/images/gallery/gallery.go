package gallery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/riverqueue/river"

	"marketa/agent/llm"
	"marketa/internal/files"
	"marketa/stages"
	"marketa/store"
)

// Gallery is the capability.
type Gallery struct {
	DB      *store.DB
	Files   *files.Store
	Router  *llm.Router // nil: no model is configured, pictures wait until one is
	Prompts *stages.Prompts
	Space   Space // nil: pictures work without vectors
	Log     *slog.Logger

	developing sync.Mutex // one at a time: unpacked, a photo takes a hundred times its file
}

// Space is a model that gives pictures a place among meanings.
type Space interface {
	Model() string
	Image(ctx context.Context, jpeg []byte) ([]float32, error)
}

// LookWorker looks at a photo.
type LookWorker struct {
	river.WorkerDefaults[store.LookAtPhoto]
	Gallery *Gallery
}

func (w *LookWorker) Timeout(*river.Job[store.LookAtPhoto]) time.Duration { return 5 * time.Minute }

func (w *LookWorker) Work(ctx context.Context, job *river.Job[store.LookAtPhoto]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Gallery.look(ctx, job.Args.Photo)
	if err != nil && !store.IsLeaseLost(err) && ctx.Err() == nil {
		w.Gallery.Log.Error("a photo could not be looked at", "photo", job.Args.Photo, "error", err)
	}
	return nil // the row is due again
}

// look does what is still to be done on a photo.
func (g *Gallery) look(ctx context.Context, id store.PhotoID) error {
	var p store.Photo
	var token store.LeaseToken
	if err := g.DB.Tx(ctx, func(tx *store.Tx) (err error) { p, token, err = tx.LeasePhoto(ctx, id); return err }); err != nil {
		return err
	}
	ctx, stop := g.DB.Hold(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.RenewPhoto(ctx, id, token) })
	defer stop()
	err := g.steps(ctx, p, token)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case store.IsLeaseLost(err):
		return err
	case errors.Is(err, errNoModel):
		return g.DB.Tx(ctx, func(tx *store.Tx) error { return tx.PhotoWaits(ctx, id, token) })
	case err != nil:
		return errors.Join(err, g.later(ctx, p, token))
	}
	if err := g.DB.Tx(ctx, func(tx *store.Tx) error { return tx.PhotoDone(ctx, id, token) }); err != nil {
		return err
	}
	return g.recovered(ctx, p)
}

// steps leaves out those that are done. What a model sees and the place among meanings do not wait for each other.
func (g *Gallery) steps(ctx context.Context, p store.Photo, token store.LeaseToken) error {
	if p.PHash == nil && p.SmallKey != "" {
		readable, err := g.develop(ctx, p, token)
		if err != nil {
			return err
		}
		if !readable {
			p.SmallKey = ""
		}
	}
	return errors.Join(g.see(ctx, p, token), g.place(ctx, p, token))
}

// place finds where the photo lies among meanings.
func (g *Gallery) place(ctx context.Context, p store.Photo, token store.LeaseToken) error {
	if g.Space == nil || p.SmallKey == "" {
		return nil
	}
	var there bool
	if err := g.DB.Tx(ctx, func(tx *store.Tx) (err error) { there, err = tx.HasVector(ctx, p.ID, g.Space.Model()); return err }); err != nil || there {
		return err
	}
	small, err := g.Files.Read(ctx, p.SmallKey, largestSmall)
	if err != nil {
		return err
	}
	vector, err := g.Space.Image(ctx, small)
	if err != nil {
		return err
	}
	return g.DB.Tx(ctx, func(tx *store.Tx) error { return tx.PhotoPlaced(ctx, p, token, vector, g.Space.Model()) })
}

// later puts the photo back in line. From the third failure on managers know of it.
func (g *Gallery) later(ctx context.Context, p store.Photo, token store.LeaseToken) error {
	var known bool
	var name string
	if err := g.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		name = r.Name
		known, err = tx.PhotoLater(ctx, p, token)
		return err
	}); err != nil || !known {
		return err
	}
	return g.DB.Unhealthy(ctx, store.Alert{Cause: notSeen, Stays: true, Key: p.ID.String(), Who: name,
		Text: "Some new photos could not be looked at, so that they cannot be found for posts yet. They are kept, and tried again by themselves; nothing has to be done unless it lasts."})
}

// notSeen is the alert about photos that nobody could look at.
const notSeen = "photos not seen"

// recovered takes the photo out of the alert.
func (g *Gallery) recovered(ctx context.Context, p store.Photo) error {
	if p.Failures < store.LookFailures {
		return nil
	}
	return g.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
		return tx.Ease(ctx, notSeen, p.ID.String(), "All photos have been looked at.")
	})
}
