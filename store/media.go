package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
)

type (
	MediaID = ID[mediaKind]
	PhotoID = ID[photoKind]
)

type (
	mediaKind struct{}
	photoKind struct{}
)

// Media is a file of a message: announced by the vendor, and ours once its state is kept.
type Media struct {
	ID              MediaID
	RestaurantID    RestaurantID
	MessageID       MessageID
	ChatID          ChatID
	N               int // its place in an album that came as one message
	Channel         Channel
	MessageVendorID VendorMessageID // of the message
	Author          Author
	Kind            string // image, video, gif, short, audio, voice, document, sticker
	VendorID        string
	Link            string
	MIME            string
	FileName        string
	SaidBytes       int64  // 0: not said
	SaidSHA256      []byte // nil: not said
	Seconds         int64
	State           string // waiting, kept, lost, once, large, withdrawn
	Failures        int
	Dry             int
	BlobKey         string
	SmallKey        string
	Bytes           int64
	Heard           string // no, waiting, done, failed
	Deaf            int
	Transcript      string
}

const mediaColumns = `f.id, f.restaurant_id, f.message_id, f.chat_id, f.n, f.channel, m.vendor_id AS message_vendor_id, m.author, f.kind, f.vendor_id, f.link, f.mime, f.file_name,
	f.said_bytes, f.said_sha256, f.seconds, f.state, f.failures, f.dry, coalesce(f.blob_key, '') AS blob_key, coalesce(f.small_key, '') AS small_key,
	coalesce(f.bytes, 0) AS bytes, f.heard, f.deaf, f.transcript`

// Sounds says whether somebody may be speaking in it.
func (f Media) Sounds() bool { return f.Kind == "voice" || f.Kind == "audio" }

// LeaseMedia takes a file that is to be fetched (state waiting) or listened to (heard waiting). ErrLeaseLost when there is nothing to do
// or somebody does it.
func (tx *Tx) LeaseMedia(ctx context.Context, id MediaID, listen bool) (Media, LeaseToken, error) {
	token := NewID[leaseKind]()
	due := `f.state = 'waiting'`
	if listen {
		due = `f.state = 'kept' AND f.heard = 'waiting'`
	}
	f, err := row[Media](ctx, tx, `UPDATE media f SET lease_token = $2, lease_until = $3 FROM messages m WHERE f.id = $1 AND m.id = f.message_id AND `+due+`
		AND f.next_at <= $4 AND (f.lease_until IS NULL OR f.lease_until < $4) RETURNING `+mediaColumns, id, token, tx.Now.Add(LeaseTime), tx.Now)
	if fault.KindOf(err) == fault.NotFound {
		return f, token, ErrLeaseLost
	}
	if err != nil {
		return f, token, fmt.Errorf("store: lease file: %w", err)
	}
	return f, token, nil
}

// RenewMedia holds it for another LeaseTime.
func (tx *Tx) RenewMedia(ctx context.Context, id MediaID, token LeaseToken) error {
	return tx.leasedMedia(ctx, `UPDATE media SET lease_until = $3 WHERE id = $1 AND lease_token = $2`, id, token, tx.Now.Add(LeaseTime))
}

func (tx *Tx) leasedMedia(ctx context.Context, sql string, args ...any) error {
	n, err := tx.exec(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("store: file: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Kept is a file in our bucket.
type Kept struct {
	Key, SmallKey string // SmallKey: of a photo, for models; empty where there is none
	SHA256        []byte
	Bytes         int64
	MIME          string
	Width, Height int
}

// KeepMedia records that a file is ours, puts a client's picture into the gallery (exactly the same one once), and has sounds listened
// to. ErrLeaseLost also when the client has deleted the message meanwhile.
func (tx *Tx) KeepMedia(ctx context.Context, f Media, token LeaseToken, k Kept) error {
	heard, next := "no", (*time.Time)(nil)
	if f.Sounds() {
		heard, next = "waiting", &tx.Now
	}
	if err := tx.leasedMedia(ctx, `UPDATE media SET state = 'kept', blob_key = $3, small_key = nullif($4, ''), sha256 = $5, bytes = $6, mime = $7, kept_at = $8, link = '',
		heard = $9, next_at = $10, awaited_until = CASE WHEN $9 = 'waiting' THEN awaited_until END, lease_token = NULL, lease_until = NULL
		WHERE id = $1 AND lease_token = $2 AND state = 'waiting'`, f.ID, token, k.Key, k.SmallKey, k.SHA256, k.Bytes, k.MIME, tx.Now, heard, next); err != nil {
		return err
	}
	if f.Kind == "image" && f.Author == Client {
		if err := tx.addPhoto(ctx, f, k); err != nil {
			return err
		}
	}
	if heard == "waiting" {
		if err := tx.Enqueue(ctx, Listen{Restaurant: f.RestaurantID, Media: f.ID}); err != nil {
			return err
		}
	}
	return tx.touchCards(ctx, f)
}

// fetchPauses are the waits after so many failures to fetch a file. A phone that is off may be on again tomorrow.
var fetchPauses = [...]time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour}

// mostDry is how often every way may say that there is no such file until we believe it.
const mostDry = 4

// FetchLater puts a file back in line after a failure, or gives it up: then a person has to ask the client for it. gone: every way said
// that there is no such file.
func (tx *Tx) FetchLater(ctx context.Context, f Media, token LeaseToken, gone bool) (lost bool, err error) {
	failures, dry := f.Failures+1, f.Dry
	if gone {
		dry++
	}
	state, next := "waiting", (*time.Time)(nil)
	if lost = failures > len(fetchPauses) || dry >= mostDry; lost {
		state = "lost"
	} else {
		at := tx.Now.Add(fetchPauses[failures-1])
		next = &at
	}
	if err := tx.leasedMedia(ctx, `UPDATE media SET state = $3, failures = $4, dry = $5, next_at = $6, awaited_until = CASE WHEN $7 THEN NULL ELSE awaited_until END,
		lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2 AND state = 'waiting'`, f.ID, token, state, failures, dry, next, lost || failures > 2); err != nil {
		return lost, err
	}
	return lost, tx.touchCards(ctx, f)
}

// RefuseMedia ends the fetching of a file that is larger than we take.
func (tx *Tx) RefuseMedia(ctx context.Context, f Media, token LeaseToken) error {
	if err := tx.leasedMedia(ctx, `UPDATE media SET state = 'large', next_at = NULL, awaited_until = NULL, lease_token = NULL WHERE id = $1 AND lease_token = $2`, f.ID, token); err != nil {
		return err
	}
	return tx.touchCards(ctx, f)
}

// NewWay remembers where the vendor says the file is now.
func (tx *Tx) NewWay(ctx context.Context, f Media, token LeaseToken, vendorID, link string) error {
	return tx.leasedMedia(ctx, `UPDATE media SET vendor_id = $3, link = $4 WHERE id = $1 AND lease_token = $2`, f.ID, token, vendorID, link)
}

// ListenLater puts a sound back in line: no model could be reached.
func (tx *Tx) ListenLater(ctx context.Context, f Media, token LeaseToken) error {
	wait := fetchPauses[min(f.Deaf, len(fetchPauses)-1)]
	return tx.leasedMedia(ctx, `UPDATE media SET deaf = deaf + 1, next_at = $3, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`, f.ID, token, tx.Now.Add(wait))
}

// MostDeaf is how often models are asked to listen to a sound.
const MostDeaf = len(fetchPauses)

// Hear keeps what was said in a sound; words empty: nobody can make it out. Where the message still waits for an answer, the chat gets
// another turn: what was drafted without these words no longer fits.
func (db *DB) Hear(ctx context.Context, f Media, token LeaseToken, words string) error {
	heard := "done"
	if words == "" {
		heard = "failed"
	}
	type outcome struct {
		Chat       ChatID
		Restaurant RestaurantID
		Woke       bool
		Approvals  []ApprovalID
	}
	return db.System(ctx, Ingest, func(tx *Tx) error {
		o, err := row[outcome](ctx, tx, `SELECT chat, restaurant, woke, approvals FROM hear($1, $2, $3, $4, $5)`, f.ID, token, words, heard, tx.Now)
		if errors.Is(err, fault.NotFound) {
			return ErrLeaseLost
		}
		if err != nil {
			return fmt.Errorf("store: hear: %w", err)
		}
		for _, a := range o.Approvals {
			if err := tx.Enqueue(ctx, ShowApproval{Approval: a}); err != nil {
				return err
			}
		}
		if !o.Woke {
			return nil
		}
		return tx.Enqueue(ctx, RunTurn{Restaurant: o.Restaurant, Chat: o.Chat})
	})
}

// WantsBlob says whether any file of the restaurant lies, or is about to lie, under the key.
func (tx *Tx) WantsBlob(ctx context.Context, f Media, key string) (bool, error) {
	return value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM media WHERE restaurant_id = $1 AND id <> $2 AND state IN ('kept', 'waiting') AND (blob_key = $3 OR state = 'waiting'))
		OR EXISTS (SELECT FROM media WHERE id = $2 AND state <> 'withdrawn')`, f.RestaurantID, f.ID, key)
}

// onlyHeard says that nothing but a transcript has put the chat's pending card out of date.
func (tx *Tx) onlyHeard(ctx context.Context, c Chat) (bool, error) {
	return value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM approvals a JOIN messages m ON m.chat_id = a.chat_id AND m.seq > a.from_watermark AND m.seq <= a.watermark
		JOIN media f ON f.message_id = m.id AND f.heard = 'done'
		WHERE a.chat_id = $1 AND a.state = 'pending' AND NOT EXISTS (SELECT FROM messages n WHERE n.chat_id = a.chat_id
			AND (n.seq > a.watermark OR n.deleted_at >= a.created_at)))`, c.ID)
}

// touchCards has the cards drawn anew that show the file's message.
func (tx *Tx) touchCards(ctx context.Context, f Media) error {
	type card struct{ ID ApprovalID }
	cards, err := rows[card](ctx, tx, `SELECT a.id FROM approvals a JOIN messages m ON m.chat_id = a.chat_id WHERE m.id = $1 AND a.from_watermark < m.seq AND a.watermark >= m.seq
		AND a.state <> 'superseded' ORDER BY a.created_at DESC LIMIT 2`, f.MessageID)
	if err != nil {
		return fmt.Errorf("store: cards of a file: %w", err)
	}
	for _, c := range cards {
		if err := tx.TouchView(ctx, c.ID); err != nil {
			return err
		}
	}
	return nil
}
