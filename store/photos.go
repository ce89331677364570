package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"marketa/internal/fault"
)

// Photo is a picture of a restaurant's gallery. What the camera has written down beside the picture (with what, and where it was
// taken) lies in its row and is read by nobody here.
type Photo struct {
	ID            PhotoID
	MessageID     MessageID // zero: a manager gave it
	MediaID       MediaID   // zero: a manager gave it
	BlobKey       string    // as it came, with everything that its file says about its maker: not to be published
	SmallKey      string    // for models; empty: a format that we cannot read yet
	FullKey       string    // to be published: upright JPEG with nothing but the picture in it; empty: not looked at yet, or not readable
	FullBytes     int64
	SHA256        []byte `db:"sha256"`
	MIME          string // as it came
	Width, Height int    // as it is shown, in pixels
	Bytes         int64
	Source        string // whatsapp, manager
	Rights        string // client, agency
	CreatedAt     time.Time
	TakenAt       *time.Time // as the camera says
	WithdrawnAt   *time.Time // the client has taken it back
	PHash         *int64     `db:"phash"` // nil: not compared yet
	TwinOf        PhotoID    // looks like this older one

	State       string // see below
	Alt         string // one sentence for people who cannot see it, in English; a model's words
	Dish        string // in English; empty: none, or not known
	Tags        []string
	Season      string // spring, summer, autumn, winter; empty: it does not show
	Kind        string // dish, place, people, drink, text, other
	People      int
	Faces       bool // that can be recognised
	Children    bool
	Logos       bool    // of anybody
	TextInImage string  // as it stands there: somebody else's words
	Quality     float64 // 0 to 1
	Risk        float64 // 0 to 1
	RiskNotes   string
	AnalyzedAt  *time.Time
	Failures    int
}

// The states of a photo. Only of an analyzed one it is known what stands in it: of all others the fields of the metadata mean nothing.
const (
	PhotoNew      = "new"      // nobody has looked at it yet
	PhotoAnalyzed = "analyzed" // a model has
	PhotoUnknown  = "unknown"  // a model has, and cannot tell; or nobody can read the file
	PhotoFailed   = "failed"   // no model could be reached; it is tried again
)

const photoColumns = `p.id, p.message_id, p.media_id, p.blob_key, coalesce(p.small_key, '') AS small_key, coalesce(p.full_key, '') AS full_key,
	coalesce(p.full_bytes, 0) AS full_bytes, p.sha256, p.mime, p.width, p.height, p.bytes, p.source, p.rights, p.created_at, p.taken_at, p.withdrawn_at, p.phash, p.twin_of,
	p.state, p.alt, p.dish, p.tags, p.season, p.kind, p.people, p.faces, p.children, p.logos, p.text_in_image, p.quality, p.risk, p.risk_notes, p.analyzed_at, p.failures`

// addPhoto puts a client's picture into the gallery, once, and has it looked at. One that was taken back and comes again is there again.
func (tx *Tx) addPhoto(ctx context.Context, f Media, k Kept) error {
	type added struct{ ID PhotoID }
	p, err := rows[added](ctx, tx, `INSERT INTO photos AS p (id, restaurant_id, message_id, media_id, blob_key, small_key, sha256, mime, width, height, bytes, created_at, next_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8, $9, $10, $11, $12, $12) ON CONFLICT (restaurant_id, sha256) WHERE NOT twin
		DO UPDATE SET withdrawn_at = NULL, message_id = excluded.message_id, media_id = excluded.media_id, next_at = excluded.next_at WHERE p.withdrawn_at IS NOT NULL
		RETURNING p.id`,
		NewID[photoKind](), f.RestaurantID, f.MessageID, f.ID, k.Key, k.SmallKey, k.SHA256, k.MIME, k.Width, k.Height, k.Bytes, tx.Now)
	if err != nil {
		return fmt.Errorf("store: add photo: %w", err)
	}
	for _, one := range p {
		if err := tx.Enqueue(ctx, LookAtPhoto{Restaurant: f.RestaurantID, Photo: one.ID}); err != nil {
			return err
		}
	}
	return nil
}

// GivePhoto puts a manager's picture into the gallery and has it looked at; fresh is false where exactly this one stands in it already.
func (tx *Tx) GivePhoto(ctx context.Context, by ManagerID, k Kept) (id PhotoID, fresh bool, err error) {
	id = NewID[photoKind]()
	n, err := tx.exec(ctx, `INSERT INTO photos (id, restaurant_id, given_by, blob_key, small_key, sha256, mime, width, height, bytes, source, rights, created_at, next_at)
		VALUES ($1, $2, $3, $4, nullif($5, ''), $6, $7, $8, $9, $10, 'manager', 'agency', $11, $11) ON CONFLICT (restaurant_id, sha256) WHERE NOT twin DO NOTHING`,
		id, tx.Restaurant, by, k.Key, k.SmallKey, k.SHA256, k.MIME, k.Width, k.Height, k.Bytes, tx.Now)
	if err != nil {
		return id, false, fmt.Errorf("store: give photo: %w", err)
	}
	if n == 0 {
		return id, false, nil
	}
	return id, true, tx.Enqueue(ctx, LookAtPhoto{Restaurant: tx.Restaurant, Photo: id})
}

// Photo is one of the restaurant's; fault.NotFound where it has no such photo.
func (tx *Tx) Photo(ctx context.Context, id PhotoID) (Photo, error) {
	p, err := row[Photo](ctx, tx, `SELECT `+photoColumns+` FROM photos p WHERE p.restaurant_id = $1 AND p.id = $2`, tx.Restaurant, id)
	if err != nil {
		return p, fmt.Errorf("store: photo: %w", err)
	}
	return p, nil
}

// Photos is everything the restaurant has, the newest first, without what the client has taken back.
func (tx *Tx) Photos(ctx context.Context, n int) ([]Photo, error) {
	p, err := rows[Photo](ctx, tx, `SELECT `+photoColumns+` FROM photos p WHERE p.restaurant_id = $1 AND NOT p.twin AND p.withdrawn_at IS NULL ORDER BY p.created_at DESC, p.id DESC LIMIT $2`, tx.Restaurant, n)
	if err != nil {
		return nil, fmt.Errorf("store: photos: %w", err)
	}
	return p, nil
}

// inGallery is what counts as a picture of its own: not taken back, and no copy of one that is there. It is about the table p.
const inGallery = `NOT p.twin AND p.withdrawn_at IS NULL AND NOT EXISTS (SELECT FROM photos o
	WHERE o.restaurant_id = p.restaurant_id AND o.id = p.twin_of AND NOT o.twin AND o.withdrawn_at IS NULL)`

// Gallery is the restaurant's pictures without copies that only look alike, the newest first, whether anybody has looked at them or not.
func (tx *Tx) Gallery(ctx context.Context, n int) ([]Photo, error) {
	p, err := rows[Photo](ctx, tx, `SELECT `+photoColumns+` FROM photos p WHERE p.restaurant_id = $1 AND `+inGallery+` ORDER BY p.created_at DESC, p.id DESC LIMIT $2`, tx.Restaurant, n)
	if err != nil {
		return nil, fmt.Errorf("store: gallery: %w", err)
	}
	return p, nil
}

// GalleryCount is how many pictures of its own a restaurant has, and of how many it is known what stands in them.
type GalleryCount struct{ All, Known, Waiting, Failed int }

func (tx *Tx) CountGallery(ctx context.Context) (GalleryCount, error) {
	c, err := row[GalleryCount](ctx, tx, `SELECT count(*) AS all, count(*) FILTER (WHERE p.state = 'analyzed') AS known, count(*) FILTER (WHERE p.state = 'new') AS waiting,
		count(*) FILTER (WHERE p.state = 'failed') AS failed FROM photos p WHERE p.restaurant_id = $1 AND `+inGallery, tx.Restaurant)
	if err != nil {
		return c, fmt.Errorf("store: count gallery: %w", err)
	}
	return c, nil
}

// LeasePhoto takes a photo that is to be looked at. ErrLeaseLost when there is nothing to do or somebody does it.
func (tx *Tx) LeasePhoto(ctx context.Context, id PhotoID) (Photo, LeaseToken, error) {
	token := NewID[leaseKind]()
	p, err := row[Photo](ctx, tx, `UPDATE photos p SET lease_token = $3, lease_until = $4 WHERE p.restaurant_id = $1 AND p.id = $2
		AND p.next_at <= $5 AND (p.lease_until IS NULL OR p.lease_until < $5) RETURNING `+photoColumns, tx.Restaurant, id, token, tx.Now.Add(LeaseTime), tx.Now)
	if fault.KindOf(err) == fault.NotFound {
		return p, token, ErrLeaseLost
	}
	if err != nil {
		return p, token, fmt.Errorf("store: lease photo: %w", err)
	}
	return p, token, nil
}

// RenewPhoto holds it for another LeaseTime.
func (tx *Tx) RenewPhoto(ctx context.Context, id PhotoID, token LeaseToken) error {
	return tx.leasedPhoto(ctx, `UPDATE photos SET lease_until = $4 WHERE restaurant_id = $1 AND id = $2 AND lease_token = $3`, id, token, tx.Now.Add(LeaseTime))
}

func (tx *Tx) leasedPhoto(ctx context.Context, sql string, args ...any) error {
	n, err := tx.exec(ctx, sql, append([]any{tx.Restaurant}, args...)...)
	if err != nil {
		return fmt.Errorf("store: photo: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Developed is what the file of a photo says by itself.
type Developed struct {
	FullKey       string
	FullBytes     int64
	Width, Height int
	PHash         int64
	TakenAt       *time.Time
	EXIF          json.RawMessage // kept and never shown
}

// nearHash is how many of 64 bits two hashes of one picture may differ in: saved again, made smaller, a little brighter.
const nearHash = 6

// PhotoDeveloped keeps that, and finds out whose twin the photo is: of two that look alike, the older one stays.
func (tx *Tx) PhotoDeveloped(ctx context.Context, p Photo, token LeaseToken, d Developed) error {
	// Two twins at once would not see each other.
	if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('photos ' || $1::text, 0))`, tx.Restaurant); err != nil {
		return fmt.Errorf("store: lock photos: %w", err)
	}
	if err := tx.leasedPhoto(ctx, `UPDATE photos SET full_key = $4, full_bytes = $5, width = $6, height = $7, phash = $8, taken_at = $9, exif = $10 WHERE restaurant_id = $1 AND id = $2 AND lease_token = $3`,
		p.ID, token, d.FullKey, d.FullBytes, d.Width, d.Height, d.PHash, d.TakenAt, d.EXIF); err != nil {
		return err
	}
	const alike = `NOT a.twin AND a.withdrawn_at IS NULL AND bit_count((a.phash # b.phash)::bit(64)) <= $3`
	if _, err := tx.exec(ctx, `UPDATE photos b SET twin_of = (SELECT a.id FROM photos a WHERE a.restaurant_id = b.restaurant_id AND (a.created_at, a.id) < (b.created_at, b.id)
		AND a.twin_of IS NULL AND `+alike+` ORDER BY a.created_at, a.id LIMIT 1) WHERE b.restaurant_id = $1 AND b.id = $2`, tx.Restaurant, p.ID, nearHash); err != nil {
		return fmt.Errorf("store: find twins: %w", err)
	}
	// A younger one was faster.
	if _, err := tx.exec(ctx, `UPDATE photos b SET twin_of = a.id FROM photos a WHERE a.restaurant_id = $1 AND a.id = $2 AND a.twin_of IS NULL
		AND b.restaurant_id = a.restaurant_id AND (a.created_at, a.id) < (b.created_at, b.id) AND (b.twin_of IS NULL OR b.twin_of = a.id) AND `+alike, tx.Restaurant, p.ID, nearHash); err != nil {
		return fmt.Errorf("store: find twins: %w", err)
	}
	return nil
}

// PhotoSeen keeps what stands in a photo, as p has it: its state is PhotoAnalyzed or PhotoUnknown.
func (tx *Tx) PhotoSeen(ctx context.Context, p Photo, token LeaseToken) error {
	tags := p.Tags
	if tags == nil {
		tags = []string{}
	}
	if err := tx.leasedPhoto(ctx, `UPDATE photos SET state = $4, alt = $5, dish = $6, tags = $7, season = $8, kind = $9, people = $10, faces = $11, children = $12, logos = $13,
		text_in_image = $14, quality = $15, risk = $16, risk_notes = $17, analyzed_at = $18, failures = 0 WHERE restaurant_id = $1 AND id = $2 AND lease_token = $3`,
		p.ID, token, p.State, p.Alt, p.Dish, tags, p.Season, p.Kind, p.People, p.Faces, p.Children, p.Logos, p.TextInImage, p.Quality, p.Risk, p.RiskNotes, tx.Now); err != nil {
		return err
	}
	return tx.StageMayMove(ctx)
}

// HasVector says whether the photo lies in the space of the model already.
func (tx *Tx) HasVector(ctx context.Context, id PhotoID, model string) (bool, error) {
	there, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM photo_vectors WHERE restaurant_id = $1 AND photo_id = $2 AND model = $3)`, tx.Restaurant, id, model)
	if err != nil {
		return false, fmt.Errorf("store: has vector: %w", err)
	}
	return there, nil
}

// PhotoPlaced keeps where a photo lies; one of another model gives way.
func (tx *Tx) PhotoPlaced(ctx context.Context, p Photo, token LeaseToken, vector Vector, model string) error {
	if err := tx.RenewPhoto(ctx, p.ID, token); err != nil {
		return err
	}
	if _, err := tx.exec(ctx, `INSERT INTO photo_vectors (restaurant_id, photo_id, vector, model, made_at) VALUES ($1, $2, $3::text::halfvec, $4, $5)
		ON CONFLICT (restaurant_id, photo_id) DO UPDATE SET vector = excluded.vector, model = excluded.model, made_at = excluded.made_at`,
		tx.Restaurant, p.ID, vector.String(), model, tx.Now); err != nil {
		return fmt.Errorf("store: place photo: %w", err)
	}
	return nil
}

// PhotoDone ends the work on a photo.
func (tx *Tx) PhotoDone(ctx context.Context, id PhotoID, token LeaseToken) error {
	return tx.leasedPhoto(ctx, `UPDATE photos SET next_at = NULL, failures = 0, lease_token = NULL, lease_until = NULL WHERE restaurant_id = $1 AND id = $2 AND lease_token = $3`, id, token)
}

// PhotoWaits puts a photo aside for a day: there is no model that could look at it.
func (tx *Tx) PhotoWaits(ctx context.Context, id PhotoID, token LeaseToken) error {
	return tx.leasedPhoto(ctx, `UPDATE photos SET next_at = $4, lease_token = NULL, lease_until = NULL WHERE restaurant_id = $1 AND id = $2 AND lease_token = $3`, id, token, tx.Now.Add(24*time.Hour))
}

// lookPauses are the waits after so many failures to look at a photo; the last one is repeated.
var lookPauses = [...]time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// LookFailures is how many failures in a row make a photo a failed one. It is tried again all the same.
const LookFailures = 3

// PhotoLater puts a photo back in line after a failure; known: managers should hear of it now.
func (tx *Tx) PhotoLater(ctx context.Context, p Photo, token LeaseToken) (known bool, err error) {
	n := p.Failures + 1
	err = tx.leasedPhoto(ctx, `UPDATE photos SET failures = $4::int, next_at = $5, state = CASE WHEN state = 'new' AND $4::int >= $6::int THEN 'failed' ELSE state END, lease_token = NULL, lease_until = NULL
		WHERE restaurant_id = $1 AND id = $2 AND lease_token = $3`, p.ID, token, n, tx.Now.Add(lookPauses[min(n, len(lookPauses))-1]), LookFailures)
	return n == LookFailures, err
}
