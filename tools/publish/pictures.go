package publish

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"time"

	"marketa/internal/fault"
	"marketa/internal/files"
	"marketa/internal/render"
	"marketa/store"
)

// Pictures gives Instagram and Facebook addresses where they fetch a picture: they take none from us. Whoever has an address
// sees that one picture, until it runs out, and nothing else.
type Pictures struct {
	DB        *store.DB
	Files     *files.Store
	PublicURL string // ours, without a slash at its end
}

// pictureLife is longer than a container lives.
const pictureLife = 48 * time.Hour

// Address is where the picture of a version can be fetched from now on. The context names the restaurant.
func (p Pictures) Address(ctx context.Context, id store.PostVersionID) (string, error) {
	var key []byte
	if err := p.DB.Tx(ctx, func(tx *store.Tx) (err error) { key, err = tx.PictureKey(ctx); return err }); err != nil {
		return "", err
	}
	// Whole hours: the same address for all who fetch it around the same time.
	expires := p.DB.Clock.Now().Add(pictureLife).Truncate(time.Hour).Unix()
	return fmt.Sprintf("%s/media/%s.jpg?e=%d&s=%s", p.PublicURL, id, expires, base64.RawURLEncoding.EncodeToString(signature(key, id, expires))), nil
}

func signature(key []byte, id store.PostVersionID, expires int64) []byte {
	h := hmac.New(sha256.New, key)
	_, _ = fmt.Fprintf(h, "picture|%s|%d", id, expires)
	return h.Sum(nil)
}

// Picture are the bytes behind an address; fault.NotFound for whatever is not one of ours, or has run out.
func (p Pictures) Picture(ctx context.Context, version, expires, signed string) ([]byte, error) {
	id, err := store.ParsePostVersionID(version)
	until, numberErr := strconv.ParseInt(expires, 10, 64)
	given, signErr := base64.RawURLEncoding.DecodeString(signed)
	if err != nil || numberErr != nil || signErr != nil || id.String() != version {
		return nil, errNoPicture()
	}
	var lies string
	err = p.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
		key, err := tx.PictureKey(ctx)
		if err != nil {
			return err
		}
		if !hmac.Equal(given, signature(key, id, until)) || !tx.Now.Before(time.Unix(until, 0)) {
			return errNoPicture()
		}
		lies, _, err = tx.PictureOf(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return p.Files.Read(ctx, lies, render.MostBytes)
}

func errNoPicture() error { return fault.New(fault.NotFound, "There is no such picture.") }
