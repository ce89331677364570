package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// Message is one entry of a conversation, in its newest version.
type Message struct {
	ID         MessageID
	VendorID   VendorMessageID
	Author     Author
	AuthorName string
	Kind       string
	Body       string
	Version    int
	Seq        int64
	SentAt     time.Time
	DeletedAt  *time.Time
	PersonID   PersonID // of a client
	Number     string   // a client's phone, digits; else the hidden identity
	Aside      bool     // said in a group and not to us
	Around     Around   `db:"-"`
}

const messageColumns = `id, vendor_id, author, author_name, kind, CASE WHEN position('@' IN body) > 0 THEN name_us(body) ELSE body END AS body, version, seq, sent_at, deleted_at, person_id, aside,
	coalesce((SELECT v.value FROM person_ids v WHERE v.restaurant_id = messages.restaurant_id AND v.person_id = messages.person_id
		ORDER BY v.value LIKE '%@%', v.value LIMIT 1), '') AS number`

// Conversation is the chat's last n messages, oldest first, without deleted ones and reactions. Order is by the vendor's
// time, then by arrival: several messages carry the same second.
func (tx *Tx) Conversation(ctx context.Context, chat ChatID, n int) ([]Message, error) {
	m, err := rows[Message](ctx, tx, `SELECT * FROM (SELECT `+messageColumns+` FROM messages
		WHERE chat_id = $1 AND deleted_at IS NULL AND kind <> 'reaction' ORDER BY sent_at DESC, id DESC LIMIT $2) t ORDER BY sent_at, id`, chat, n)
	if err != nil {
		return nil, fmt.Errorf("store: conversation: %w", err)
	}
	return tx.inWords(ctx, m)
}

// Unhandled is what the client has written since somebody last answered, decided or found that no answer was needed.
func (tx *Tx) Unhandled(ctx context.Context, chat ChatID, since int64) ([]Message, error) {
	m, err := rows[Message](ctx, tx, `SELECT `+messageColumns+` FROM messages
		WHERE chat_id = $1 AND author = 'client' AND NOT aside AND seq > $2 AND deleted_at IS NULL AND kind <> 'reaction' ORDER BY sent_at, id`, chat, since)
	if err != nil {
		return nil, fmt.Errorf("store: unhandled messages: %w", err)
	}
	return tx.inWords(ctx, m)
}

// inWords adds what stands around messages, for models: also into the words. A line that only announces an album says nothing.
func (tx *Tx) inWords(ctx context.Context, m []Message) ([]Message, error) {
	if err := tx.around(ctx, m); err != nil {
		return nil, err
	}
	spoken(m)
	return slices.DeleteFunc(m, Message.announces), nil
}

// announces: the line in front of an album's photos, which come as messages of their own.
func (m Message) announces() bool { return m.Kind == "album" && len(m.Around.Files) == 0 }

// saveOwn records what we have sent, unless its echo was faster, under this id or another one, or another number of ours has
// seen it in the group.
func (tx *Tx) saveOwn(ctx context.Context, d Delivery, vendorID VendorMessageID) error {
	var seen int64
	var err error
	if d.ChatKind == "group" {
		seen, err = tx.exec(ctx, `INSERT INTO copies (channel, vendor_id, restaurant_id, message_id)
		SELECT $1, $2, m.restaurant_id, m.id FROM messages m WHERE m.chat_id = $3 AND m.author = 'marketa' AND m.voice = $1 AND m.channel <> $1
		AND m.body_hash = $4 AND m.received_at > $5::timestamptz - interval '10 minutes' AND NOT EXISTS (SELECT FROM copies k WHERE k.message_id = m.id AND k.channel = $1)
		ORDER BY m.received_at LIMIT 1 ON CONFLICT DO NOTHING`, d.Channel, vendorID, d.ChatID, d.TextHash, tx.Now)
	}
	if err != nil || seen > 0 {
		return err
	}
	_, err = tx.exec(ctx, `INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, kind, body, body_hash, seq, sent_at, received_at, voice)
		SELECT $1, c.restaurant_id, c.id, $8, $2, 'marketa', 'text', $3, $4, c.watermark, $5, $5, $8 FROM chats c WHERE c.id = $6
		AND NOT EXISTS (SELECT FROM deliveries x JOIN messages m ON m.channel = $8 AND m.vendor_id = x.echo_id WHERE x.id = $7)
		AND NOT EXISTS (SELECT FROM copies k WHERE k.channel = $8 AND k.vendor_id = $2)
		AND NOT EXISTS (SELECT FROM deliveries x JOIN copies k ON k.channel = $8 AND k.vendor_id = x.echo_id WHERE x.id = $7)
		ON CONFLICT DO NOTHING`, NewID[messageKind](), vendorID, d.Text, d.TextHash, tx.Now, d.ChatID, d.ID, d.Channel)
	if err != nil {
		return fmt.Errorf("store: save own message: %w", err)
	}
	return nil
}
