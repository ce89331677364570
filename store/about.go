package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
)

// About is what stands around a message that the same webhook brings, beside its words: files, where it comes from, what it
// answers. For a deletion and a reaction it says only which message that is.
type About struct {
	Channel    Channel         `json:"channel"`
	VendorID   VendorMessageID `json:"vendor_id"` // of a deletion: the message that is gone
	Forwarded  int             `json:"forwarded"` // how often it was passed on, 0: it was written here
	QuotedBody string          `json:"quoted_body"`
	Files      []FileSaid      `json:"files,omitempty"`
}

// FileSaid is a file as the vendor announces it.
type FileSaid struct {
	Kind     string // image, video, gif, short, audio, voice, document, sticker
	VendorID string
	Link     string // empty: there is none
	MIME     string
	FileName string
	Bytes    int64 // 0: not said
	SHA256   []byte
	Seconds  int
	Once     bool // to be viewed once: it is not fetched
}

// LargestFile is what we fetch at most; WhatsApp's own limit for documents is 2 GB, for everything else far below this.
const LargestFile = 128 << 20

// FilePatience is how long a turn waits for pictures and sounds of the messages it answers, counted from their coming.
const FilePatience = 20 * time.Second

// MarshalJSON is the form that surround() reads.
func (f FileSaid) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{"media": NewID[mediaKind](), "kind": f.Kind, "vendor_id": f.VendorID, "link": f.Link, "mime": f.MIME,
		"file_name": f.FileName, "bytes": max(f.Bytes, 0), "sha256": hex.EncodeToString(f.SHA256), "seconds": max(f.Seconds, 0),
		"once": f.Once, "large": f.Bytes > LargestFile})
}

// queueAbouts keeps them behind the messages that they surround; the jobs are there once the batch was sent.
func queueAbouts(batch *pgx.Batch, abouts []About, now time.Time) (*[]river.JobArgs, error) {
	var jobs []river.JobArgs
	if len(abouts) == 0 {
		return &jobs, nil
	}
	payload, err := json.Marshal(abouts)
	if err != nil {
		return nil, fmt.Errorf("store: surround: %w", err)
	}
	batch.Queue(`SELECT media, restaurant, approval FROM surround($1, $2, $3)`, payload, now, FilePatience).Query(func(r pgx.Rows) error {
		type due struct {
			Media      MediaID
			Restaurant RestaurantID
			Approval   ApprovalID
		}
		found, err := pgx.CollectRows(r, pgx.RowToStructByName[due])
		for _, d := range found {
			if d.Media.IsZero() {
				jobs = append(jobs, ShowApproval{Approval: d.Approval})
			} else {
				jobs = append(jobs, FetchMedia{Restaurant: d.Restaurant, Media: d.Media})
			}
		}
		return err
	})
	return &jobs, nil
}

// Awaited is until when a turn of the chat waits for files at most; zero: there is nothing to wait for.
func (tx *Tx) Awaited(ctx context.Context, chat ChatID) (time.Time, error) {
	until, err := value[*time.Time](ctx, tx, `SELECT max(awaited_until) FROM media WHERE chat_id = $1 AND awaited_until IS NOT NULL`, chat)
	if err != nil || until == nil {
		return time.Time{}, err
	}
	return *until, nil
}
