package store

import (
	"context"
	"time"
)

// PostApproval is a version that waits for a manager, or what he has decided.
type PostApproval struct {
	ID          PostApprovalID
	Restaurant  RestaurantID
	PostID      PostID
	VersionID   PostVersionID
	ContentHash []byte
	State       string // pending, sent, redone, discarded, superseded
	Hint        string
	CreatedAt   time.Time
	DecidedAt   *time.Time
	DecidedName string
}

const postApprovalColumns = `a.id, a.restaurant_id AS restaurant, a.post_id, a.version_id, a.content_hash, a.state, a.hint, a.created_at, a.decided_at, coalesce(m.name, '') AS decided_name`

// PostApproval reads one, by the desk: managers' names are not the app's.
func (tx *Tx) PostApproval(ctx context.Context, id PostApprovalID) (PostApproval, error) {
	a, err := row[PostApproval](ctx, tx, `SELECT `+postApprovalColumns+` FROM post_approvals a LEFT JOIN managers m ON m.id = a.decided_by WHERE a.id = $1`, id)
	return a, wrapped("post approval", err)
}

// The actions on a post: Send, RedoIt and Discard as with a draft, and Retime.
const Retime Action = "retime" // the same content at another time, which waits in the place of this one

// PostPress is a decision about a post on its way to the gate.
type PostPress struct {
	Approval   PostApprovalID
	Action     Action
	TelegramID int64
	Hash       []byte // of the content the manager looked at
	Hint       string // of a redo
	PublishAt  *time.Time
}

// PostDecision is what the gate said.
type PostDecision struct {
	Outcome     string // ok, already, stale, denied, photo, late, unconnected, gone
	State       string
	DecidedName string
	DecidedAt   *time.Time
	Restaurant  RestaurantID
	Post        PostID
	Shown       PostApprovalID  // whose card tells the result; a new one after retime
	Published   []PublicationID // of send
}

// DecidePost puts a press before the gate. If it counts, what it releases enters the queue in this same transaction, and every
// copy of the card is redrawn.
func (tx *Tx) DecidePost(ctx context.Context, p PostPress) (PostDecision, error) {
	d, err := row[PostDecision](ctx, tx, `SELECT outcome, coalesce(state, '') AS state, coalesce(decided_name, '') AS decided_name, decided_at, restaurant, post, shown, published
		FROM decide_post($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, p.Approval, string(p.Action), p.TelegramID, p.Hash, p.Hint, p.PublishAt,
		NewID[postVersionKind](), NewID[postApprovalKind](), []PublicationID{NewID[publicationKind](), NewID[publicationKind]()}, tx.Now)
	if err != nil || d.Outcome != "ok" {
		return d, wrapped("decide post", err)
	}
	for _, id := range d.Published {
		if err := tx.Enqueue(ctx, Publish{Restaurant: d.Restaurant, Publication: id}); err != nil {
			return d, err
		}
	}
	return d, tx.Enqueue(ctx, ShowPost{Approval: d.Shown})
}
