package store

import (
	"context"
	"fmt"
	"time"
)

// longestOnCard is about how many characters of a transcript a card shows; of a longer one the whole follows behind it.
const longestOnCard = 500

// toShow joins the cards of an approval with the files of what it answers that a chat in Telegram has not been shown: f is the file, m its
// message, c the card, part what is missing of it.
const toShow = ` FROM approvals a JOIN cards c ON c.approval_id = a.id
	JOIN messages m ON m.chat_id = a.chat_id AND m.author = 'client' AND m.seq > a.from_watermark AND m.seq <= a.watermark AND m.deleted_at IS NULL
	JOIN media f ON f.message_id = m.id AND f.state = 'kept' AND f.kind <> 'sticker'
	JOIN LATERAL (SELECT 'file' AS part UNION ALL SELECT 'words' WHERE length(f.transcript) > $2) p ON true
	WHERE a.id = $1 AND a.state <> 'superseded' AND NOT EXISTS (SELECT FROM shown_files s WHERE s.media_id = f.id AND s.tg_chat_id = c.tg_chat_id AND s.part = p.part)`

// WantFiles has the files behind a card brought to Telegram, if there are any that its readers have not seen.
func (tx *Tx) WantFiles(ctx context.Context, id ApprovalID) error {
	n, err := tx.exec(ctx, `INSERT INTO file_views (approval_id, restaurant_id, next_at) SELECT id, restaurant_id, $3 FROM approvals WHERE id = $1 AND EXISTS (SELECT`+toShow+`)
		ON CONFLICT (approval_id) DO UPDATE SET next_at = least(file_views.next_at, excluded.next_at)`, id, longestOnCard, tx.Now)
	if err != nil {
		return fmt.Errorf("store: want files: %w", err)
	}
	if n == 0 {
		return nil
	}
	return tx.Enqueue(ctx, ShowFiles{Approval: id})
}

// LeaseFiles takes the showing of a card's files. ErrLeaseLost when somebody shows them or nothing is due.
func (tx *Tx) LeaseFiles(ctx context.Context, id ApprovalID) (LeaseToken, error) {
	token := NewID[leaseKind]()
	return token, tx.leasedFiles(ctx, `UPDATE file_views SET lease_token = $2, lease_until = $3 WHERE approval_id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)`,
		id, token, tx.Now.Add(LeaseTime), tx.Now)
}

// RenewFiles holds it for another LeaseTime.
func (tx *Tx) RenewFiles(ctx context.Context, id ApprovalID, token LeaseToken) error {
	return tx.leasedFiles(ctx, `UPDATE file_views SET lease_until = $3 WHERE approval_id = $1 AND lease_token = $2`, id, token, tx.Now.Add(LeaseTime))
}

func (tx *Tx) leasedFiles(ctx context.Context, sql string, args ...any) error {
	n, err := tx.exec(ctx, sql, args...)
	if err != nil {
		return fmt.Errorf("store: show files: %w", err)
	}
	if n == 0 {
		return ErrLeaseLost
	}
	return nil
}

// Showing is a file that a chat in Telegram is to be shown, behind its card.
type Showing struct {
	MediaID    MediaID
	TgChatID   int64
	ApprovalID ApprovalID
	CardID     int64  // the message that it answers
	ThreadID   int64  // the topic that this stands in; 0: none
	Part       string // file, or the words of a long one
	Kind       string
	MIME       string `db:"mime"`
	FileName   string
	Seconds    int64
	BlobKey    string
	SmallKey   string
	Bytes      int64
	Width      int
	Height     int
	Transcript string
	Who        string
}

// FilesToShow are those that are still to be shown, card by card, in the order of the conversation.
func (tx *Tx) FilesToShow(ctx context.Context, id ApprovalID) ([]Showing, error) {
	s, err := rows[Showing](ctx, tx, `SELECT f.id AS media_id, a.id AS approval_id, c.tg_chat_id, max(c.message_id) AS card_id, max(c.thread_id) AS thread_id, p.part, f.kind, f.mime, f.file_name, f.seconds, f.blob_key,
		coalesce(f.small_key, '') AS small_key, f.bytes, coalesce((SELECT width FROM photos g WHERE g.restaurant_id = f.restaurant_id AND g.sha256 = f.sha256 LIMIT 1), 0) AS width,
		coalesce((SELECT height FROM photos g WHERE g.restaurant_id = f.restaurant_id AND g.sha256 = f.sha256 LIMIT 1), 0) AS height, f.transcript, m.author_name AS who`+toShow+`
		GROUP BY f.id, a.id, c.tg_chat_id, p.part, m.id ORDER BY c.tg_chat_id, m.sent_at, m.id, f.n, p.part`, id, longestOnCard)
	if err != nil {
		return nil, fmt.Errorf("store: files to show: %w", err)
	}
	return s, nil
}

// FileShown records that a chat has seen a part of a file; message 0: Telegram does not take it, whoever asks again.
func (tx *Tx) FileShown(ctx context.Context, s Showing, message int64) error {
	if _, err := tx.exec(ctx, `INSERT INTO shown_files (media_id, tg_chat_id, part, message_id, shown_at, approval_id) VALUES ($1, $2, $3, nullif($4::bigint, 0), $5, $6) ON CONFLICT DO NOTHING`,
		s.MediaID, s.TgChatID, s.Part, message, tx.Now, s.ApprovalID); err != nil {
		return fmt.Errorf("store: file shown: %w", err)
	}
	return nil
}

// FilesShown ends a showing; what has come in between is shown next.
func (tx *Tx) FilesShown(ctx context.Context, id ApprovalID, token LeaseToken) error {
	if err := tx.leasedFiles(ctx, `UPDATE file_views SET next_at = NULL, failures = 0, lease_token = NULL, lease_until = NULL WHERE approval_id = $1 AND lease_token = $2`, id, token); err != nil {
		return err
	}
	return tx.WantFiles(ctx, id)
}

// ShowFilesLater gives a showing back, for as long as Telegram wants, else (after zero) for longer after every failure in a row.
func (tx *Tx) ShowFilesLater(ctx context.Context, id ApprovalID, token LeaseToken, after time.Duration) error {
	return tx.leasedFiles(ctx, `UPDATE file_views SET lease_token = NULL, lease_until = NULL, failures = failures + 1,
		next_at = $3::timestamptz + CASE WHEN $4::interval > interval '0' THEN $4::interval ELSE least(interval '3 seconds' * power(2, least(failures, 8)), interval '10 minutes') END
		WHERE approval_id = $1 AND lease_token = $2`, id, token, tx.Now, after)
}

// ShownWith is the card that a file in Telegram was shown with.
func (tx *Tx) ShownWith(ctx context.Context, tgChat, message int64) (Card, bool, error) {
	c, err := rows[Card](ctx, tx, `SELECT DISTINCT ON (c.approval_id) c.approval_id, c.tg_chat_id, c.message_id, c.shown_hash, c.posted_at, c.thread_id, c.seen_at
		FROM shown_files s JOIN cards c ON c.approval_id = s.approval_id AND c.tg_chat_id = s.tg_chat_id WHERE s.tg_chat_id = $1 AND s.message_id = $2
		ORDER BY c.approval_id, c.posted_at DESC LIMIT 1`, tgChat, message)
	if err != nil || len(c) == 0 {
		return Card{}, false, err
	}
	return c[0], true, nil
}
