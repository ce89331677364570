package store

import (
	"context"
	"encoding/base64"
	"errors"

	"marketa/internal/fault"
)

// RenewPublication holds it for another LeaseTime.
func (tx *Tx) RenewPublication(ctx context.Context, id PublicationID, token LeaseToken) error {
	n, err := tx.exec(ctx, `UPDATE publications SET lease_until = $3 WHERE id = $1 AND lease_token = $2`, id, token, tx.Now.Add(LeaseTime))
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("renew publication", err)
}

// Attempt keeps that the publishing call is about to be made. It reports false while another publication of the same account
// hangs in the air: two posts that nobody is sure of could be taken for each other.
func (tx *Tx) Attempt(ctx context.Context, p *Publication, token LeaseToken) (bool, error) {
	if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('publish ' || $1, 0))`, p.Target); err != nil {
		return false, wrapped("attempt", err)
	}
	others, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM publications WHERE restaurant_id = $1 AND target = $2 AND id <> $3 AND state IN ('publishing', 'unknown'))`,
		tx.Restaurant, p.Target, p.ID)
	if err != nil || others {
		return false, wrapped("attempt", err)
	}
	if p.AttemptedAt == nil {
		p.AttemptedAt = &tx.Now
	}
	p.State, p.Attempts, p.Looks, p.Failures = "publishing", p.Attempts+1, 0, 0
	next := tx.Now.Add(LeaseTime) // whoever finds it like this looks first
	p.NextAt = &next
	return true, tx.SavePublication(ctx, *p, token, false)
}

// TakenPosts are the vendor's ids of what else we have published in this account: none of these is the one that is sought.
func (tx *Tx) TakenPosts(ctx context.Context, p Publication) ([]string, error) {
	type taken struct{ VendorID string }
	all, err := rows[taken](ctx, tx, `SELECT vendor_id FROM publications WHERE restaurant_id = $1 AND network = $2 AND id <> $3 AND vendor_id IS NOT NULL ORDER BY created_at DESC LIMIT 500`,
		tx.Restaurant, p.Network, p.ID)
	if err != nil {
		return nil, wrapped("taken posts", err)
	}
	ids := make([]string, len(all))
	for i, x := range all {
		ids[i] = x.VendorID
	}
	return ids, nil
}

// The words of a manager about a publication that waits for one.
const (
	ThereAction  Action = "there"  // it is on the account already
	AgainAction  Action = "again"  // it is not there, or what was wrong is put right
	AnywayAction Action = "anyway" // with what it is held for
	DropAction   Action = "discard"
)

// SettledPublication is what became of a press.
type SettledPublication struct {
	Outcome    string // ok, denied, already, gone
	State      string
	Restaurant RestaurantID
	Post       PostID
	Approval   PostApprovalID
}

// SettlePublication puts a manager's word before the gate; what it wakes enters the queue in this transaction.
func (tx *Tx) SettlePublication(ctx context.Context, id PublicationID, a Action, telegramID int64) (SettledPublication, error) {
	s, err := row[SettledPublication](ctx, tx, `SELECT outcome, coalesce(state, '') AS state, restaurant, post, approval FROM settle_publication($1, $2, $3, $4)`, id, string(a), telegramID, tx.Now)
	if err != nil || s.Outcome != "ok" {
		return s, wrapped("settle publication", err)
	}
	if s.State != "withdrawn" {
		if err := tx.Enqueue(ctx, Publish{Restaurant: s.Restaurant, Publication: id}); err != nil {
			return s, err
		}
	}
	return s, tx.TouchPost(ctx, s.Approval)
}

// Live lists a post's publications for whoever tells of them. It holds the post until the transaction ends: of two that are
// published at the same moment, one tells of both.
func (tx *Tx) Live(ctx context.Context, post PostID) ([]Publication, error) {
	if _, err := tx.exec(ctx, `SELECT FROM posts WHERE id = $1 FOR UPDATE`, post); err != nil {
		return nil, wrapped("live", err)
	}
	return tx.PublicationsOf(ctx, post)
}

// ToldLive keeps that the managers have heard of what is live of a post; the client is told once, by a card.
func (tx *Tx) ToldLive(ctx context.Context, post PostID) error {
	if _, err := tx.exec(ctx, `UPDATE publications SET told_at = $2 WHERE post_id = $1 AND state = 'published' AND told_at IS NULL`, post, tx.Now); err != nil {
		return wrapped("told live", err)
	}
	// A little later: the managers hear it first.
	_, err := tx.exec(ctx, `INSERT INTO post_news (post_id, restaurant_id, created_at, next_at) VALUES ($1, $2, $3, $4) ON CONFLICT (post_id) DO NOTHING`, post, tx.Restaurant, tx.Now, tx.Now.Add(newsDelay))
	return wrapped("told live", err)
}

// FirstPublished says that nothing else of the restaurant was published before.
func (tx *Tx) FirstPublished(ctx context.Context, post PostID) (bool, error) {
	first, err := value[bool](ctx, tx, `SELECT NOT EXISTS (SELECT FROM publications WHERE restaurant_id = $1 AND post_id <> $2 AND state = 'published')`, tx.Restaurant, post)
	return first, wrapped("first published", err)
}

// PictureKey is what the addresses of pictures are signed with.
func (tx *Tx) PictureKey(ctx context.Context) ([]byte, error) {
	key, err := value[[]byte](ctx, tx, `SELECT key FROM picture_keys WHERE id = 1`)
	return key, wrapped("picture key", err)
}

// PictureOf is where the picture of a version lies in the bucket; of any restaurant, so that it is the desk's to ask.
func (tx *Tx) PictureOf(ctx context.Context, id PostVersionID) (key string, hash []byte, err error) {
	type lies struct {
		PictureKey    string
		PictureSHA256 []byte `db:"picture_sha256"`
	}
	l, err := row[lies](ctx, tx, `SELECT picture_key, picture_sha256 FROM post_versions WHERE id = $1`, id)
	return l.PictureKey, l.PictureSHA256, wrapped("picture", err)
}

// ParsePostVersionID reads an id that stood in an address.
func ParsePostVersionID(s string) (PostVersionID, error) { return ParseID[postVersionKind](s) }

// PublicationButton is a button under a notice about a publication: what it stands for is in the row.
func PublicationButton(label, code string, id PublicationID) NoticeButton {
	return NoticeButton{Text: label, Data: code + ":" + base64.RawURLEncoding.EncodeToString(id[:]) + ":"}
}

// PublicationAt reads one for a press; found is false when there is none.
func (tx *Tx) PublicationAt(ctx context.Context, id PublicationID) (Publication, bool, error) {
	p, err := tx.Publication(ctx, id)
	if errors.Is(err, fault.NotFound) {
		return p, false, nil
	}
	return p, err == nil, err
}

// NoticeAt is what a notice in Telegram says.
func (tx *Tx) NoticeAt(ctx context.Context, tgChat, message int64) (html string, found bool, err error) {
	type said struct {
		HTML string `db:"html"`
	}
	n, err := rows[said](ctx, tx, `SELECT html FROM notices WHERE tg_chat_id = $1 AND message_id = $2 ORDER BY created_at DESC LIMIT 1`, tgChat, message)
	if err != nil || len(n) == 0 {
		return "", false, wrapped("notice", err)
	}
	return n[0].HTML, true, nil
}
