package publish

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
	"marketa/internal/render"
	"marketa/store"
)

// check looks at what is about to be published: once when it is approved, and once more when its time has come. done: it must not
// go on.
func (j *job) check(ctx context.Context) (more, done bool, err error) {
	if j.late() {
		more, err = j.holdLate(ctx)
		return more, true, err
	}
	now := j.now()
	if j.CheckedAt != nil && (now.Before(j.DueAt) || !j.CheckedAt.Before(j.DueAt)) {
		return false, false, nil
	}
	found, err := j.findings(ctx)
	switch {
	case err != nil && fault.KindOf(err) != fault.Invalid:
		return false, true, err
	case err != nil:
		more, err = j.fail(ctx, fault.Say(err))
		return more, true, err
	case len(found) > 0:
		more, err = j.hold(ctx, found)
		return more, true, err
	}
	j.CheckedAt = &now
	return false, false, nil
}

// findings are what speaks against publishing and has not been accepted by a manager. What cannot be published whatever anybody
// says is fault.Invalid.
func (j *job) findings(ctx context.Context) (open []store.SafetyFinding, err error) {
	if err := j.picture(ctx); err != nil {
		return nil, err
	}
	var all []store.SafetyFinding
	if err := j.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		all, err = tx.SafetyFindings(ctx, j.version, j.PostID, j.now())
		return err
	}); err != nil {
		return nil, err
	}
	for _, f := range all {
		switch {
		case f.Grade == store.Stops:
			return nil, fault.New(fault.Invalid, "%s", f.Words)
		case !f.Accepted(j.version, j.Accepted):
			open = append(open, f)
		}
	}
	return open, nil
}

// picture compares the very bytes that are about to be fetched with those that were approved.
func (j *job) picture(ctx context.Context) error {
	b, err := j.Pictures.Files.Read(ctx, j.version.PictureKey, render.MostBytes)
	switch sum := sha256.Sum256(b); {
	case errors.Is(err, fault.NotFound):
		return fault.Wrap(err, fault.Invalid, "%s", sayPictureGone)
	case err != nil:
		return fmt.Errorf("publish: read the picture: %w", err)
	case !bytes.Equal(sum[:], j.version.PictureSHA256):
		return fault.New(fault.Invalid, "%s", sayPictureGone)
	}
	return render.Fits(b)
}

func (j *job) holdLate(ctx context.Context) (bool, error) {
	return j.hold(ctx, []store.SafetyFinding{{Key: "late", Words: fmt.Sprintf("it should have gone out %s, and does perhaps not fit any more", j.ago(j.DueAt))}})
}

func (j *job) ago(at time.Time) string {
	zone, err := time.LoadLocation(j.restaurant.Zone)
	if err != nil {
		zone = time.UTC
	}
	return at.In(zone).Format("on 2 January at 15:04")
}
