package store

import (
	"context"
	"time"
)

// Publication is a version on its way to one account. Only decide_post() makes one.
type Publication struct {
	ID           PublicationID
	RestaurantID RestaurantID
	PostID       PostID
	VersionID    PostVersionID
	ApprovalID   PostApprovalID
	ContentHash  []byte
	Network      string // instagram, facebook
	Target       string // the account's id, or the page's
	State        string // due, container, ready, publishing, published, unknown, asked, failed, held, withdrawn
	DueAt        time.Time
	ContainerID  string
	ContainerAt  *time.Time
	AttemptedAt  *time.Time // the publishing call itself: from here on it may have happened
	Attempts     int
	VendorID     string
	Permalink    string
	PublishedAt  *time.Time
	Fault        string // plain words for the card
	NextAt       *time.Time
	CreatedAt    time.Time
	Looks        int        // for the post, since nobody knows whether it is there
	Failures     int        // in a row, of what people cannot see
	CheckedAt    *time.Time // when the safety check was passed
	Findings     []string   // what it is held for, by key
	Accepted     []string   // what a manager has released it with
	ToldAt       *time.Time // the managers have heard that it is live
}

const publicationColumns = `id, restaurant_id, post_id, version_id, approval_id, content_hash, network, target, state, due_at, coalesce(container_id, '') AS container_id, container_at, attempted_at,
	attempts, coalesce(vendor_id, '') AS vendor_id, coalesce(permalink, '') AS permalink, published_at, fault, next_at,
	created_at, looks, failures, checked_at, findings, accepted, told_at`

// Publication reads one.
func (tx *Tx) Publication(ctx context.Context, id PublicationID) (Publication, error) {
	p, err := row[Publication](ctx, tx, `SELECT `+publicationColumns+` FROM publications WHERE id = $1`, id)
	return p, wrapped("publication", err)
}

// PublicationsOf are a post's, one for each network.
func (tx *Tx) PublicationsOf(ctx context.Context, post PostID) ([]Publication, error) {
	p, err := rows[Publication](ctx, tx, `SELECT `+publicationColumns+` FROM publications WHERE post_id = $1 ORDER BY network DESC`, post)
	return p, wrapped("publications", err)
}

// LeasePublication takes one that is due. ErrLeaseLost when somebody has it or nothing is to be done.
func (tx *Tx) LeasePublication(ctx context.Context, id PublicationID) (Publication, LeaseToken, error) {
	token := NewID[leaseKind]()
	p, err := rows[Publication](ctx, tx, `UPDATE publications SET lease_token = $2, lease_until = $3 WHERE id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		RETURNING `+publicationColumns, id, token, tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return Publication{}, token, wrapped("lease publication", err)
	}
	if len(p) == 0 {
		return Publication{}, token, ErrLeaseLost
	}
	return p[0], token, nil
}

// SavePublication keeps a step: everything of p that a step may change (state, container, attempt, what the vendor has said,
// NextAt). The lease is held for another LeaseTime, or given back when the step is the last for now. The card of its post is drawn
// anew. ErrLeaseLost when it was taken over meanwhile: then nothing must be called any more.
func (tx *Tx) SavePublication(ctx context.Context, p Publication, token LeaseToken, giveBack bool) error {
	n, err := tx.exec(ctx, `UPDATE publications SET state = $3, container_id = nullif($4, ''), container_at = $5, attempted_at = $6, attempts = $7, vendor_id = nullif($8, ''), permalink = nullif($9, ''),
		published_at = $10, fault = $11, next_at = $12, lease_token = CASE WHEN $13 THEN NULL ELSE lease_token END, lease_until = CASE WHEN $13 THEN NULL ELSE $14::timestamptz END,
		looks = $15, failures = $16, checked_at = $17, findings = $18 WHERE id = $1 AND lease_token = $2`, p.ID, token, p.State, p.ContainerID, p.ContainerAt, p.AttemptedAt, p.Attempts, p.VendorID, p.Permalink,
		p.PublishedAt, p.Fault, p.NextAt, giveBack, tx.Now.Add(LeaseTime), p.Looks, p.Failures, p.CheckedAt, list(p.Findings))
	if err != nil {
		return wrapped("save publication", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return tx.TouchPost(ctx, p.ApprovalID)
}

// TouchPost has the cards of a post's approval drawn anew.
func (tx *Tx) TouchPost(ctx context.Context, id PostApprovalID) error {
	if _, err := tx.exec(ctx, `UPDATE post_views SET rev = rev + 1, next_at = $2 WHERE approval_id = $1`, id, tx.Now); err != nil {
		return wrapped("touch post", err)
	}
	return tx.Enqueue(ctx, ShowPost{Approval: id})
}
