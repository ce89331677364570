package posts

import (
	"context"
	"slices"
	"time"

	"marketa/internal/fault"
	"marketa/store"
)

const gallery = 500 // photos that are looked at

// newest is the choice of whoever has no eyes: the newest photo that can be published and was not shown already.
func (p Posts) newest(ctx context.Context, w Wanted) (Picked, error) {
	var all []store.Photo
	if err := p.DB.Tx(ctx, func(tx *store.Tx) (err error) { all, err = tx.Gallery(ctx, gallery); return err }); err != nil {
		return Picked{}, err
	}
	for _, photo := range all {
		if slices.Contains(w.Not, photo.ID) || photo.FullKey == "" && photo.SmallKey == "" {
			continue
		}
		if faults, err := p.faults(ctx, photo.ID, w.At, w.Post); err != nil {
			return Picked{}, err
		} else if len(faults) == 0 {
			return Picked{Photo: photo.ID, Why: "the newest photo that was not used here yet"}, nil
		}
	}
	if len(w.Not) > 0 {
		return Picked{}, fault.New(fault.NotFound, "There is no other photo. Ask the client for more.")
	}
	return Picked{}, fault.New(fault.NotFound, "There is no photo of this restaurant yet. Ask the client for some, then ask me again.")
}

func (p Posts) photo(ctx context.Context, id store.PhotoID) (photo store.Photo, err error) {
	err = p.DB.Tx(ctx, func(tx *store.Tx) error { photo, err = tx.Photo(ctx, id); return err })
	if err == nil && photo.WithdrawnAt != nil || fault.KindOf(err) == fault.NotFound {
		return photo, fault.New(fault.NotFound, "The client has taken the photo back. Choose another one.")
	}
	return photo, err
}

// faults are why a photo may not be shown then; none: it may.
func (p Posts) faults(ctx context.Context, id store.PhotoID, at time.Time, post store.PostID) (faults []string, err error) {
	err = p.DB.Tx(ctx, func(tx *store.Tx) error { faults, err = tx.PhotoFaults(ctx, id, at, post); return err })
	if fault.KindOf(err) == fault.NotFound {
		return []string{fault.Say(err)}, nil
	}
	return faults, err
}
