package store

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"marketa/internal/fault"
)

// The kinds of writing tasks.
const (
	TaskWrite = "write" // the first version
	TaskRedo  = "redo"  // another one, freely
	TaskWords = "words" // another one, as a manager's words say
	TaskOwn   = "own"   // the manager's own caption, as it stands
	TaskPhoto = "photo" // the same words with another photo
)

// PostTask is a version that is to be written. Its steps save what they find, so that nothing is done twice after a crash.
type PostTask struct {
	ID         PostTaskID
	PostID     PostID
	Kind       string
	Hint       string
	AskedBy    ManagerID
	Work       json.RawMessage // what the steps so far have found; whoever writes posts knows its shape
	Failures   int
	LeaseToken LeaseToken
}

// ErrWritingAlready: one version at a time.
var ErrWritingAlready = fault.New(fault.Conflict, "A new version is being written already. It comes here in a moment.")

// OpenPostTask has a version written. ErrWritingAlready when one is.
func (tx *Tx) OpenPostTask(ctx context.Context, t PostTask) (PostTaskID, error) {
	id := NewID[postTaskKind]()
	n, err := tx.exec(ctx, `INSERT INTO post_tasks (id, restaurant_id, post_id, kind, hint, asked_by, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (post_id) WHERE state = 'open' DO NOTHING`, id, tx.Restaurant, t.PostID, t.Kind, t.Hint, t.AskedBy, tx.Now)
	if err != nil {
		return id, wrapped("open post task", err)
	}
	if n == 0 {
		return id, ErrWritingAlready
	}
	return id, tx.Enqueue(ctx, WritePost{Restaurant: tx.Restaurant, Post: t.PostID})
}

// LeasePostTask takes what is to be written of a post. ErrLeaseLost when somebody writes already or nothing is due.
func (tx *Tx) LeasePostTask(ctx context.Context, p PostID) (PostTask, error) {
	t, err := rows[PostTask](ctx, tx, `UPDATE post_tasks SET lease_token = $2, lease_until = $3 WHERE post_id = $1 AND state = 'open' AND next_at <= $4
		AND (lease_until IS NULL OR lease_until < $4) RETURNING id, post_id, kind, hint, asked_by, work, failures, lease_token`, p, NewID[leaseKind](), tx.Now.Add(LeaseTime), tx.Now)
	if err != nil {
		return PostTask{}, wrapped("lease post task", err)
	}
	if len(t) == 0 {
		return PostTask{}, ErrLeaseLost
	}
	return t[0], nil
}

// SavePostWork makes what a step has found durable, and holds the task for another LeaseTime.
func (tx *Tx) SavePostWork(ctx context.Context, t PostTask) error {
	return tx.setPostTask(ctx, t, `work = $3, lease_until = $4`, t.Work, tx.Now.Add(LeaseTime))
}

// RenewPostTask holds the task for another LeaseTime.
func (tx *Tx) RenewPostTask(ctx context.Context, t PostTask) error {
	return tx.setPostTask(ctx, t, `lease_until = $3`, tx.Now.Add(LeaseTime))
}

// PostTaskLater gives it back for another try.
func (tx *Tx) PostTaskLater(ctx context.Context, t PostTask, at time.Time) error {
	return tx.setPostTask(ctx, t, `failures = failures + 1, next_at = $3, lease_token = NULL, lease_until = NULL`, at)
}

// FailPostTask gives it up. The version that a manager had sent back, if there is one, waits for a decision again, with the
// reason on it; without one the post has failed, and again is false.
func (tx *Tx) FailPostTask(ctx context.Context, t PostTask, why string) (again bool, err error) {
	if err := tx.lockPost(ctx, t.PostID); err != nil {
		return false, err
	}
	last, err := rows[PostVersion](ctx, tx, `SELECT `+versionColumns+` FROM post_versions WHERE post_id = $1 ORDER BY n DESC LIMIT 1`, t.PostID)
	if err != nil {
		return false, wrapped("fail post task", err)
	}
	if len(last) == 0 {
		return false, errors.Join(tx.setPostTask(ctx, t, `state = 'failed', next_at = NULL, lease_token = NULL, lease_until = NULL`), tx.setPost(ctx, t.PostID, "failed"))
	}
	v := last[0]
	v.Warnings, v.Hint = []string{why}, ""
	_, err = tx.saveVersion(ctx, t, v, "failed")
	return true, err
}

// HoldPost saves a version and holds it for a decision: the task is done with it.
func (tx *Tx) HoldPost(ctx context.Context, t PostTask, v PostVersion) (PostVersionID, error) {
	if err := tx.lockPost(ctx, t.PostID); err != nil {
		return PostVersionID{}, err
	}
	v.PostID = t.PostID
	return tx.saveVersion(ctx, t, v, "done")
}

// saveVersion makes the next version of v and holds it; the task ends.
func (tx *Tx) saveVersion(ctx context.Context, t PostTask, v PostVersion, state string) (PostVersionID, error) {
	v.ID = NewID[postVersionKind]()
	if err := tx.setPostTask(ctx, t, `state = $3, next_at = NULL, lease_token = NULL, lease_until = NULL`, state); err != nil {
		return v.ID, err
	}
	hash, err := value[[]byte](ctx, tx, `INSERT INTO post_versions (id, restaurant_id, post_id, n, photo_id, photo_why, picture_key, picture_sha256, picture_width, picture_height, caption, hashtags, alt,
			language, networks, publish_at, warnings, hint, content_hash, author, created_at)
		SELECT $1, $2, $3, 1 + coalesce(max(n), 0), $4, $5, $6, $7::bytea, $8, $9, $10::text, $11::text[], $12::text, $13, $14::text[], $15::timestamptz, $16, $17, post_hash($7, $10, $11, $12, $14, $15), $18, $19
		FROM post_versions WHERE post_id = $3 RETURNING content_hash`, v.ID, tx.Restaurant, v.PostID, v.PhotoID, v.PhotoWhy, v.PictureKey, v.PictureSHA256, v.PictureWidth, v.PictureHeight, v.Caption,
		list(v.Hashtags), v.Alt, v.Language, v.Networks, v.PublishAt, list(v.Warnings), v.Hint, v.Author, tx.Now)
	if err != nil {
		return v.ID, wrapped("hold post", err)
	}
	v.ContentHash = hash
	return v.ID, tx.holdVersion(ctx, v)
}

// list is a text array that is never null.
func list(s []string) []string { return append([]string{}, s...) }

// holdVersion makes a version wait for a decision; the card is drawn by a job.
func (tx *Tx) holdVersion(ctx context.Context, v PostVersion) error {
	a := NewID[postApprovalKind]()
	if _, err := tx.exec(ctx, `INSERT INTO post_approvals (id, restaurant_id, post_id, version_id, content_hash, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		a, tx.Restaurant, v.PostID, v.ID, v.ContentHash, tx.Now); err != nil {
		return wrapped("hold version", err)
	}
	if _, err := tx.exec(ctx, `INSERT INTO post_views (approval_id, restaurant_id, next_at) VALUES ($1, $2, $3)`, a, tx.Restaurant, tx.Now); err != nil {
		return wrapped("hold version", err)
	}
	if err := tx.setPost(ctx, v.PostID, "waiting"); err != nil {
		return err
	}
	return tx.Enqueue(ctx, ShowPost{Approval: a})
}

// lockPost is the first lock of whoever changes what waits of a post, as in decide_post.
func (tx *Tx) lockPost(ctx context.Context, id PostID) error {
	_, err := tx.exec(ctx, `SELECT FROM posts WHERE id = $1 FOR UPDATE`, id)
	return wrapped("lock post", err)
}

func (tx *Tx) setPost(ctx context.Context, id PostID, state string) error {
	_, err := tx.exec(ctx, `UPDATE posts SET state = $2 WHERE id = $1`, id, state)
	return wrapped("post state", err)
}

func (tx *Tx) setPostTask(ctx context.Context, t PostTask, set string, args ...any) error {
	n, err := tx.exec(ctx, `UPDATE post_tasks SET `+set+` WHERE id = $1 AND lease_token = $2 AND state = 'open'`, append([]any{t.ID, t.LeaseToken}, args...)...)
	if err != nil {
		return wrapped("post task", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}
