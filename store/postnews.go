package store

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
)

// TellClient puts "your post is live" on a card for the client's chat [tools/publish].
type TellClient struct {
	Restaurant RestaurantID `json:"restaurant"`
	Post       PostID       `json:"post"`
}

func (TellClient) Kind() string                 { return "tell_client" }
func (TellClient) InsertOpts() river.InsertOpts { return river.InsertOpts{Queue: QueueDeliveries} }

// newsPatience is how long the news for a client waits for the chat to be free.
const newsPatience = 24 * time.Hour

// newsDelay is how much later than the managers a client is told.
const newsDelay = 5 * time.Second

// PostNews is what a client is to hear about a post.
type PostNews struct {
	PostID    PostID
	State     string
	CreatedAt time.Time
}

// LeaseNews takes news that waits. ErrLeaseLost when somebody has it or nothing is to be done.
func (tx *Tx) LeaseNews(ctx context.Context, post PostID) (PostNews, LeaseToken, error) {
	token := NewID[leaseKind]()
	n, err := rows[PostNews](ctx, tx, `UPDATE post_news SET lease_token = $2, lease_until = $3 WHERE post_id = $1 AND state = 'waiting' AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		RETURNING post_id, state, created_at`, post, token, tx.Now.Add(LeaseTime), tx.Now)
	if err == nil && len(n) == 0 {
		err = ErrLeaseLost
	}
	if err != nil {
		return PostNews{}, token, err
	}
	return n[0], token, nil
}

func (tx *Tx) setNews(ctx context.Context, post PostID, token LeaseToken, set string, args ...any) error {
	n, err := tx.exec(ctx, `UPDATE post_news SET lease_token = NULL, lease_until = NULL, `+set+` WHERE post_id = $1 AND lease_token = $2`, append([]any{post, token}, args...)...)
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("post news", err)
}

// NewsLater leaves it waiting; late: it has waited long enough, and is dropped.
func (tx *Tx) NewsLater(ctx context.Context, n PostNews, token LeaseToken, after time.Duration) (dropped bool, err error) {
	if tx.Now.Sub(n.CreatedAt) > newsPatience {
		return true, tx.DropNews(ctx, n, token)
	}
	return false, tx.setNews(ctx, n.PostID, token, `next_at = $3`, tx.Now.Add(after))
}

// DropNews ends it: there is nobody to tell.
func (tx *Tx) DropNews(ctx context.Context, n PostNews, token LeaseToken) error {
	return tx.setNews(ctx, n.PostID, token, `state = 'dropped', next_at = NULL`)
}

// ClientChat is where a restaurant's people hear about a post: the chat in which it was wished for, else the one in which they
// wrote last, alone before a group. found is false where there is none.
func (tx *Tx) ClientChat(ctx context.Context, post PostID) (c Chat, found bool, err error) {
	c, err = row[Chat](ctx, tx, `SELECT `+chatColumns+` FROM chats WHERE restaurant_id = $1 AND kind <> 'other' AND ignored_at IS NULL
		ORDER BY id = (SELECT a.chat_id FROM posts p JOIN proposals x ON x.id = p.source JOIN approvals a ON a.id = x.approval_id WHERE p.id = $2) DESC NULLS LAST,
			kind = 'direct' DESC, last_inbound_at DESC NULLS LAST, id LIMIT 1`, tx.Restaurant, post)
	if errors.Is(err, fault.NotFound) {
		return c, false, nil
	}
	return c, err == nil, wrapped("client's chat", err)
}

// NewsHeld ends it: the words wait on a card of the chat.
func (tx *Tx) NewsHeld(ctx context.Context, n PostNews, token LeaseToken, chat ChatID) error {
	return tx.setNews(ctx, n.PostID, token, `state = 'held', chat_id = $3, next_at = NULL`, chat)
}
