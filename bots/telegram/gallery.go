package telegram

import (
	"context"
	"fmt"
	"strings"

	"marketa/store"
)

const mostPhotos = 3 // named on a restaurant's screen

// galleryLine is what a restaurant's screen says about its photos; empty where there are none.
func galleryLine(ctx context.Context, tx *store.Tx, id store.RestaurantID) (text string, err error) {
	err = tx.Within(ctx, id, func(tx *store.Tx) error {
		n, err := tx.CountGallery(ctx)
		if err != nil || n.All == 0 {
			return err
		}
		newest, err := tx.Gallery(ctx, mostPhotos)
		text = galleryText(n, newest)
		return err
	})
	return text, err
}

func galleryText(n store.GalleryCount, newest []store.Photo) string {
	var s strings.Builder
	s.WriteString("\n📷 " + plural(n.All, "photo", "photos"))
	for _, one := range []struct {
		n    int
		what string
	}{{n.Waiting, "not looked at yet"}, {n.Failed, "could not be looked at, tried again by itself"}} {
		if one.n > 0 {
			fmt.Fprintf(&s, " · %d %s", one.n, one.what)
		}
	}
	for _, p := range newest {
		switch p.State {
		case store.PhotoAnalyzed:
			s.WriteString("\n• " + line(p.Alt, 100))
		case store.PhotoUnknown:
			s.WriteString("\n• not recognised by the model")
		}
	}
	return s.String()
}
