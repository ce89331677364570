package store

import (
	"context"
	"fmt"
	"time"
)

// Entry is one restaurant in a list from which a manager chooses.
type Entry struct {
	ID        RestaurantID
	Name      string
	Stage     string
	CreatedAt time.Time
	Chats     string     // who writes there, by title, a few
	LastAt    *time.Time // of the newest message
	SamePhone bool       // somebody of the chat that is to be linked writes there, too
	Lead      bool       // nobody has confirmed it
	Gone      bool       // a lead whose only chat was moved away
}

// Directory are all restaurants, those that wrote last first. about may be zero; with it, SamePhone says where the same
// people write.
func (tx *Tx) Directory(ctx context.Context, about ChatID) ([]Entry, error) {
	e, err := rows[Entry](ctx, tx, `SELECT r.id, r.name, r.stage, r.created_at, r.confirmed_at IS NULL AS lead, r.merged_into IS NOT NULL AS gone,
		coalesce((SELECT string_agg(t.title, ', ') FROM (SELECT c.title FROM chats c WHERE c.restaurant_id = r.id AND c.title <> '' ORDER BY c.last_inbound_at DESC NULLS LAST LIMIT 3) t), '') AS chats,
		(SELECT max(c.last_inbound_at) FROM chats c WHERE c.restaurant_id = r.id) AS last_at,
		EXISTS (SELECT FROM person_ids i WHERE i.restaurant_id = r.id AND i.value IN (SELECT j.value FROM messages m JOIN person_ids j ON j.person_id = m.person_id WHERE m.chat_id = $1)) AS same_phone
		FROM restaurants r ORDER BY last_at DESC NULLS LAST, r.id DESC`, about)
	if err != nil {
		return nil, fmt.Errorf("store: directory: %w", err)
	}
	return e, nil
}

// ChatLine is one chat in a list or on its restaurant's screen.
type ChatLine struct {
	ID         ChatID
	Restaurant RestaurantID
	Name       string // of the restaurant
	Title      string
	Channel    Channel
	Kind       string
	Number     string // the vendor's id without what stands behind the @
	LastAt     *time.Time
	Mapped     bool
	Ignored    bool
	Messages   int
}

const chatLineSelect = `SELECT c.id, c.restaurant_id AS restaurant, r.name, c.title, c.channel, c.kind, split_part(c.vendor_chat_id, '@', 1) AS number, c.last_inbound_at AS last_at,
	c.mapped_at IS NOT NULL AS mapped, c.ignored_at IS NOT NULL AS ignored, (SELECT count(*) FROM messages m WHERE m.chat_id = c.id) AS messages
	FROM chats c JOIN restaurants r ON r.id = c.restaurant_id `

// ChatLine reads one chat for a list.
func (tx *Tx) ChatLine(ctx context.Context, id ChatID) (ChatLine, error) {
	c, err := row[ChatLine](ctx, tx, chatLineSelect+`WHERE c.id = $1`, id)
	if err != nil {
		return c, fmt.Errorf("store: chat line: %w", err)
	}
	return c, nil
}

// ChatsOf are a restaurant's chats, the liveliest first.
func (tx *Tx) ChatsOf(ctx context.Context, id RestaurantID) ([]ChatLine, error) {
	return tx.chatLines(ctx, `WHERE c.restaurant_id = $1 ORDER BY c.last_inbound_at DESC NULLS LAST, c.id`, id)
}

// IgnoredChats are those that make no cards, the liveliest first.
func (tx *Tx) IgnoredChats(ctx context.Context) ([]ChatLine, error) {
	return tx.chatLines(ctx, `WHERE c.ignored_at IS NOT NULL ORDER BY c.last_inbound_at DESC NULLS LAST, c.id`)
}

// FindChats finds chats by the digits of a number (at least five of them) or by a part of the title.
func (tx *Tx) FindChats(ctx context.Context, digits, title string, n int) ([]ChatLine, error) {
	return tx.chatLines(ctx, `WHERE ($1 <> '' AND length($1) >= 5 AND strpos(c.vendor_chat_id, $1) > 0) OR ($2 <> '' AND strpos(lower(c.title), lower($2)) > 0)
		ORDER BY lower(c.title) = lower($2) DESC, c.last_inbound_at DESC NULLS LAST, c.id LIMIT $3`, digits, title, n)
}

func (tx *Tx) chatLines(ctx context.Context, where string, args ...any) ([]ChatLine, error) {
	c, err := rows[ChatLine](ctx, tx, chatLineSelect+where, args...)
	if err != nil {
		return nil, fmt.Errorf("store: chat lines: %w", err)
	}
	return c, nil
}

// Dossier is one restaurant on one screen.
type Dossier struct {
	ID         RestaurantID
	Name       string
	Stage      string
	Zone       string
	Languages  string // as noted; empty: not known
	CreatedAt  time.Time
	Confirmed  bool
	MergedInto string // the name of the restaurant that its only chat went to
	People     int
	Facts      int
	OpenCards  int
}

// Dossier reads it.
func (tx *Tx) Dossier(ctx context.Context, id RestaurantID) (Dossier, error) {
	d, err := row[Dossier](ctx, tx, `SELECT r.id, r.name, r.stage, r.zone, r.created_at, r.confirmed_at IS NOT NULL AS confirmed,
		coalesce((SELECT i.name FROM restaurants i WHERE i.id = r.merged_into), '') AS merged_into,
		coalesce((SELECT f.value FROM facts f WHERE f.restaurant_id = r.id AND f.field IN ('languages', 'language') ORDER BY f.noted_at DESC, f.id DESC LIMIT 1), '') AS languages,
		(SELECT count(*) FROM people p WHERE p.restaurant_id = r.id) AS people,
		(SELECT count(DISTINCT f.field) FROM facts f WHERE f.restaurant_id = r.id) AS facts,
		(SELECT count(*) FROM approvals a WHERE a.restaurant_id = r.id AND a.state = 'pending') AS open_cards
		FROM restaurants r WHERE r.id = $1`, id)
	if err != nil {
		return d, fmt.Errorf("store: dossier: %w", err)
	}
	return d, nil
}
