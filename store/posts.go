package store

import (
	"context"
	"time"
)

type (
	PostID         = ID[postKind]
	PostVersionID  = ID[postVersionKind]
	PostTaskID     = ID[postTaskKind]
	PostApprovalID = ID[postApprovalKind]
	PublicationID  = ID[publicationKind]
)

type (
	postKind         struct{}
	postVersionKind  struct{}
	postTaskKind     struct{}
	postApprovalKind struct{}
	publicationKind  struct{}
)

// The networks that a post can go to.
const (
	Instagram = "instagram"
	Facebook  = "facebook"
)

// Post is what somebody has asked to be published; its versions are what was written for it.
type Post struct {
	ID           PostID
	RestaurantID RestaurantID
	Brief        string // what was asked for, in words
	Language     string // empty: the restaurant's
	Networks     []string
	PublishAt    *time.Time // nil: as soon as it is approved
	AskedBy      ManagerID  // zero: it came from a client's conversation
	State        string     // writing, waiting, approved, discarded, failed
	CreatedAt    time.Time
}

const postColumns = `id, restaurant_id, brief, language, networks, publish_at, asked_by, state, created_at`

// PostVersion is a post as it would be published: exactly this picture with exactly these words. It never changes.
type PostVersion struct {
	ID            PostVersionID
	PostID        PostID
	N             int
	PhotoID       PhotoID
	PhotoWhy      string // why this photo, in plain words
	PictureKey    string // in the bucket: the JPEG that is published, byte for byte
	PictureSHA256 []byte `db:"picture_sha256"`
	PictureWidth  int
	PictureHeight int
	Caption       string
	Hashtags      []string // without "#"
	Alt           string
	Language      string
	Networks      []string
	PublishAt     *time.Time
	Warnings      []string
	Hint          string // what a manager had said of the version before
	ContentHash   []byte // of picture, caption, hashtags, alt, networks and time
	Author        string // model, manager
	CreatedAt     time.Time
}

const versionColumns = `id, post_id, n, photo_id, photo_why, picture_key, picture_sha256, picture_width, picture_height, caption, hashtags, alt, language, networks, publish_at,
	warnings, hint, content_hash, author, created_at`

// NewPost is what is asked for.
type NewPost struct {
	Brief     string
	Language  string
	Networks  []string // none: all
	PublishAt *time.Time
	AskedBy   ManagerID
	Source    ProposalID // of a client's turn: the same proposal makes one post
}

// AskPost begins a post: its row, the task of writing it, and the job, in this transaction.
func (tx *Tx) AskPost(ctx context.Context, p NewPost) (PostID, error) {
	if len(p.Networks) == 0 {
		p.Networks = []string{Instagram, Facebook}
	}
	id := NewID[postKind]()
	n, err := tx.exec(ctx, `INSERT INTO posts (id, restaurant_id, brief, language, networks, publish_at, source, asked_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (restaurant_id, source) DO NOTHING`, id, tx.Restaurant, p.Brief, p.Language, p.Networks, p.PublishAt, p.Source, p.AskedBy, tx.Now)
	if err != nil || n == 0 {
		return id, wrapped("ask post", err)
	}
	_, err = tx.OpenPostTask(ctx, PostTask{PostID: id, Kind: TaskWrite, AskedBy: p.AskedBy})
	return id, err
}

// Post reads one.
func (tx *Tx) Post(ctx context.Context, id PostID) (Post, error) {
	p, err := row[Post](ctx, tx, `SELECT `+postColumns+` FROM posts WHERE id = $1`, id)
	return p, wrapped("post", err)
}

// PostVersion reads one version.
func (tx *Tx) PostVersion(ctx context.Context, id PostVersionID) (PostVersion, error) {
	v, err := row[PostVersion](ctx, tx, `SELECT `+versionColumns+` FROM post_versions WHERE id = $1`, id)
	return v, wrapped("post version", err)
}

// PostVersions are all of a post's, the oldest first.
func (tx *Tx) PostVersions(ctx context.Context, id PostID) ([]PostVersion, error) {
	v, err := rows[PostVersion](ctx, tx, `SELECT `+versionColumns+` FROM post_versions WHERE post_id = $1 ORDER BY n`, id)
	return v, wrapped("post versions", err)
}

// Captions are what the restaurant's newest approved posts said, so that the next one is not the same again.
func (tx *Tx) Captions(ctx context.Context, n int) ([]string, error) {
	c, err := rows[struct{ Caption string }](ctx, tx, `SELECT v.caption FROM post_versions v JOIN post_approvals a ON a.version_id = v.id WHERE v.restaurant_id = $1 AND a.released
		ORDER BY a.decided_at DESC LIMIT $2`, tx.Restaurant, n)
	if err != nil {
		return nil, wrapped("captions", err)
	}
	var all []string
	for _, x := range c {
		all = append(all, x.Caption)
	}
	return all, nil
}
