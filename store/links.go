package store

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"

	"marketa/internal/fault"
)

// LinkKind is what a client does behind a link; it is also the first part of its path.
type LinkKind string

const (
	LinkConnect  LinkKind = "connect"
	LinkCheckout LinkKind = "checkout"
)

// LinkLife is how long a link works.
const LinkLife = 7 * 24 * time.Hour

// Link is an address that a client gets in a chat. Whoever has it acts for that chat's restaurant and for no other.
type Link struct {
	ID         LinkID
	Restaurant RestaurantID
	Chat       ChatID
	Kind       LinkKind
	Subject    uuid.UUID // what it is about: an order; zero: nothing beside the restaurant
	ExpiresAt  time.Time
	OpenedAt   *time.Time
	UsedAt     *time.Time
	Token      string `db:"-"` // only where it was just made: it is kept as a hash
}

// Address is what stands in the chat; publicURL has no slash at its end.
func (l Link) Address(publicURL string) string {
	return publicURL + "/" + string(l.Kind) + "/" + l.Token
}

// Spent says that the link was genuine and works no more: used, or too old.
func (l Link) Spent(now time.Time) bool { return l.UsedAt != nil || !now.Before(l.ExpiresAt) }

// tokenLetters survive every chat: no letter that markup could mean, none that ends an address.
var tokenLetters = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// newToken is 256 bits that nobody can guess.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // it never fails
	return tokenLetters.EncodeToString(b[:])
}

func hashToken(token string) []byte {
	h := sha256.Sum256([]byte(token))
	return h[:]
}

// MakeLink makes a link for a chat of the transaction's restaurant.
func (tx *Tx) MakeLink(ctx context.Context, chat ChatID, kind LinkKind, subject uuid.UUID) (Link, error) {
	l := Link{ID: NewID[linkKind](), Restaurant: tx.Restaurant, Chat: chat, Kind: kind, Subject: subject, ExpiresAt: tx.Now.Add(LinkLife), Token: newToken()}
	_, err := tx.exec(ctx, `INSERT INTO links (id, restaurant_id, chat_id, kind, subject, token_hash, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		l.ID, l.Restaurant, chat, kind, subject, hashToken(l.Token), l.ExpiresAt, tx.Now)
	return l, wrapped("make link", err)
}

// WhoseLink says which restaurant a token is of; found is false for one that nobody ever got. Only the desk's role looks
// across restaurants; what follows happens under the restaurant's own rights.
func (db *DB) WhoseLink(ctx context.Context, kind LinkKind, token string) (r RestaurantID, found bool, err error) {
	if len(token) > 100 || strings.Trim(token, "abcdefghijklmnopqrstuvwxyz234567") != "" {
		return r, false, nil
	}
	err = db.System(ctx, Desk, func(tx *Tx) (err error) { r, found, err = tx.linkOwner(ctx, kind, token); return err })
	return r, found, err
}

func (tx *Tx) linkOwner(ctx context.Context, kind LinkKind, token string) (RestaurantID, bool, error) {
	r, err := value[RestaurantID](ctx, tx, `SELECT restaurant_id FROM links WHERE token_hash = $1 AND kind = $2`, hashToken(token), kind)
	if errors.Is(err, fault.NotFound) {
		return r, false, nil
	}
	return r, err == nil, wrapped("whose link", err)
}

const linkColumns = `id, restaurant_id AS restaurant, chat_id AS chat, kind, subject, expires_at, opened_at, used_at`

// Link reads a link by its token and holds its row until the transaction ends: of two that use it, the second sees what the
// first did.
func (tx *Tx) Link(ctx context.Context, kind LinkKind, token string) (Link, error) {
	l, err := row[Link](ctx, tx, `SELECT `+linkColumns+` FROM links WHERE token_hash = $1 AND kind = $2 FOR UPDATE`, hashToken(token), kind)
	return l, wrapped("link", err)
}

// LinkByID is the same for who knows its id.
func (tx *Tx) LinkByID(ctx context.Context, id LinkID) (Link, error) {
	l, err := row[Link](ctx, tx, `SELECT `+linkColumns+` FROM links WHERE id = $1 FOR UPDATE`, id)
	return l, wrapped("link", err)
}

// LinkOpened notes that somebody, or a preview, has opened it; first says that nobody had.
func (tx *Tx) LinkOpened(ctx context.Context, id LinkID) (first bool, err error) {
	n, err := tx.exec(ctx, `UPDATE links SET opened_at = $2 WHERE id = $1 AND opened_at IS NULL`, id, tx.Now)
	return n == 1, wrapped("link opened", err)
}

// UseLink uses it up. won is false where that has happened before or it is too old.
func (tx *Tx) UseLink(ctx context.Context, id LinkID) (won bool, err error) {
	n, err := tx.exec(ctx, `UPDATE links SET used_at = $2 WHERE id = $1 AND used_at IS NULL AND expires_at > $2`, id, tx.Now)
	return n == 1, wrapped("use link", err)
}
