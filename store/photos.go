package store

import (
	"context"
	"fmt"
	"time"
)

// Photo is a picture of a restaurant's gallery.
type Photo struct {
	ID            PhotoID
	MessageID     MessageID
	MediaID       MediaID
	BlobKey       string
	SmallKey      string // for models; empty: a format that we cannot read yet
	SHA256        []byte `db:"sha256"`
	MIME          string `db:"mime"`
	Width, Height int
	Bytes         int64
	Source        string // whatsapp
	Rights        string // client
	CreatedAt     time.Time
}

// addPhoto puts a client's picture into the gallery, once.
func (tx *Tx) addPhoto(ctx context.Context, f Media, k Kept) error {
	if _, err := tx.exec(ctx, `INSERT INTO photos (id, restaurant_id, message_id, media_id, blob_key, small_key, sha256, mime, width, height, bytes, created_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8, $9, $10, $11, $12) ON CONFLICT (restaurant_id, sha256) WHERE NOT twin DO NOTHING`,
		NewID[photoKind](), f.RestaurantID, f.MessageID, f.ID, k.Key, k.SmallKey, k.SHA256, k.MIME, k.Width, k.Height, k.Bytes, tx.Now); err != nil {
		return fmt.Errorf("store: add photo: %w", err)
	}
	return nil
}

// Photos is the restaurant's gallery, the newest first, without what the client has taken back.
func (tx *Tx) Photos(ctx context.Context, n int) ([]Photo, error) {
	p, err := rows[Photo](ctx, tx, `SELECT id, message_id, media_id, blob_key, coalesce(small_key, '') AS small_key, sha256, mime, width, height, bytes, source, rights, created_at
		FROM photos WHERE restaurant_id = $1 AND NOT twin AND withdrawn_at IS NULL ORDER BY created_at DESC, id DESC LIMIT $2`, tx.Restaurant, n)
	if err != nil {
		return nil, fmt.Errorf("store: photos: %w", err)
	}
	return p, nil
}
