package gallery

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/jpeg" // small copies
	"time"

	"github.com/corona10/goimagehash"

	"marketa/internal/fault"
	"marketa/internal/render"
	"marketa/store"
)

const (
	largestPhoto = 64 << 20 // bytes of a file that we unpack
	largestSmall = 4 << 20
)

// develop makes the copy that may be published and reads what the file says by itself; readable is false for a file that nobody can open.
func (g *Gallery) develop(ctx context.Context, p store.Photo, token store.LeaseToken) (readable bool, err error) {
	raw, err := g.Files.Read(ctx, p.BlobKey, largestPhoto)
	if err != nil {
		return false, err
	}
	d, full, err := g.print(raw)
	if fault.KindOf(err) == fault.Invalid {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	small, err := g.Files.Read(ctx, p.SmallKey, largestSmall)
	if err != nil {
		return false, err
	}
	if d.PHash, err = hash(small); err != nil {
		return false, err
	}
	d.FullKey = p.BlobKey + ".full"
	if err := g.Files.Put(ctx, d.FullKey, "image/jpeg", bytes.NewReader(full)); err != nil {
		return false, err
	}
	return true, g.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		d.TakenAt = inZone(d.TakenAt, r.Zone)
		return tx.PhotoDeveloped(ctx, p, token, d)
	})
}

func (g *Gallery) print(raw []byte) (store.Developed, []byte, error) {
	g.developing.Lock()
	defer g.developing.Unlock()
	full, err := render.Whole(raw)
	if err != nil {
		return store.Developed{}, nil, err
	}
	notes, taken := cameraNotes(raw)
	return store.Developed{FullBytes: int64(len(full.JPEG)), Width: full.Width, Height: full.Height, TakenAt: taken, EXIF: notes}, full.JPEG, nil
}

// hash is the picture in 64 bits, alike for pictures that look alike. http://www.hackerfactor.com/blog/index.php?/archives/432-Looks-Like-It.html
func hash(small []byte) (int64, error) {
	img, _, err := image.Decode(bytes.NewReader(small))
	if err != nil {
		return 0, fmt.Errorf("gallery: small copy: %w", err)
	}
	h, err := goimagehash.PerceptionHash(img)
	if err != nil {
		return 0, fmt.Errorf("gallery: hash: %w", err)
	}
	return int64(h.GetHash()), nil
}

// inZone reads a camera's clock, which rarely says where it stands, as the restaurant's.
func inZone(t *time.Time, zone string) *time.Time {
	place, err := time.LoadLocation(zone)
	if t == nil || t.Location() != time.Local || err != nil {
		return t
	}
	at := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, place)
	return &at
}
