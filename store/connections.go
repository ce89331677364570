package store

import (
	"context"
	"time"
)

// Connection is the Facebook page of a restaurant, with its Instagram account, that we may publish to.
type Connection struct {
	ID          ConnectionID
	Restaurant  RestaurantID
	Link        LinkID
	State       string // active, broken, revoked
	PersonID    string // who has connected it, as our app knows them
	PersonName  string
	PageID      string
	PageName    string
	IGID        string   `db:"ig_id"` // empty: the page has no Instagram account
	IGName      string   `db:"ig_name"`
	Scopes      []string // granted
	Tasks       []string // what the person may do on the page
	Token       []byte   // the page's, sealed for About
	PersonToken []byte   // the person's, sealed for AboutPerson
	ExpiresAt   *time.Time
	CheckedAt   time.Time
	Fault       string // in plain words: what is wrong with it
	CreatedAt   time.Time
}

// Active says that it may be used.
func (c Connection) Active() bool { return c.State == ConnectionActive }

// The states of a connection. A broken one may be well again; a revoked one has no tokens any more.
const (
	ConnectionActive  = "active"
	ConnectionBroken  = "broken"
	ConnectionRevoked = "revoked"
)

// About is the associated data of the page's seal, AboutPerson that of the person's.
func (c Connection) About() string       { return "connections|token|" + c.ID.String() }
func (c Connection) AboutPerson() string { return "connections|person_token|" + c.ID.String() }

// NewConnectionID is the id of a connection that is about to be saved: its tokens are sealed for it.
func NewConnectionID() ConnectionID { return NewID[connectionKind]() }

const connectionColumns = `id, restaurant_id AS restaurant, link_id AS link, state, person_id, person_name, page_id, page_name, ig_id, ig_name, scopes, tasks, token, person_token,
	expires_at, checked_at, fault, created_at`

// Connection is the restaurant's: the one that counts, else the last one that was revoked. found is false where there never
// was one.
func (tx *Tx) Connection(ctx context.Context) (c Connection, found bool, err error) {
	all, err := rows[Connection](ctx, tx, `SELECT `+connectionColumns+` FROM connections WHERE restaurant_id = $1 ORDER BY state = 'revoked', created_at DESC, id DESC LIMIT 1`, tx.Restaurant)
	if err != nil || len(all) == 0 {
		return c, false, wrapped("connection", err)
	}
	return all[0], true, nil
}

// SaveConnection makes c the restaurant's connection; the one before is revoked.
func (tx *Tx) SaveConnection(ctx context.Context, c Connection) error {
	if _, err := tx.exec(ctx, `UPDATE connections SET `+revoked+` WHERE restaurant_id = $3 AND state <> 'revoked'`, tx.Now, "Another connection has taken its place.", tx.Restaurant); err != nil {
		return wrapped("save connection", err)
	}
	_, err := tx.exec(ctx, `INSERT INTO connections (id, restaurant_id, link_id, state, person_id, person_name, page_id, page_name, ig_id, ig_name, scopes, tasks, token, person_token, expires_at, checked_at, created_at)
		VALUES ($1, $2, $3, 'active', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $15)`, c.ID, tx.Restaurant, c.Link, c.PersonID, c.PersonName, c.PageID, c.PageName, c.IGID, c.IGName,
		textArray(c.Scopes), textArray(c.Tasks), c.Token, c.PersonToken, c.ExpiresAt, tx.Now)
	return wrapped("save connection", err)
}

const revoked = `state = 'revoked', token = NULL, person_token = NULL, ended_at = $1, checked_at = $1, fault = $2`

// textArray is an array that is never null.
func textArray(all []string) []string { return append([]string{}, all...) }

// BreakConnection says that it cannot be used until somebody acts; why is in plain words. changed is false where that was
// known.
func (tx *Tx) BreakConnection(ctx context.Context, id ConnectionID, why string) (changed bool, err error) {
	n, err := tx.exec(ctx, `UPDATE connections SET state = 'broken', fault = $2, checked_at = $3 WHERE id = $1 AND state <> 'revoked' AND (state, fault) IS DISTINCT FROM ('broken', $2)`, id, why, tx.Now)
	if err == nil && n == 1 {
		err = tx.ConnectionStep(ctx, LinkID{}, "broken", why)
	}
	return n == 1, wrapped("break connection", err)
}

// HealConnection says that a look at it found nothing wrong. changed is false where it was well.
func (tx *Tx) HealConnection(ctx context.Context, id ConnectionID) (changed bool, err error) {
	n, err := tx.exec(ctx, `UPDATE connections SET state = 'active', fault = '', checked_at = $2 WHERE id = $1 AND state = 'broken'`, id, tx.Now)
	if err == nil && n == 1 {
		err = tx.ConnectionStep(ctx, LinkID{}, "well", "")
	}
	return n == 1, wrapped("heal connection", err)
}

// RevokeConnection ends it and forgets its tokens. changed is false where it was ended.
func (tx *Tx) RevokeConnection(ctx context.Context, id ConnectionID, why string) (changed bool, err error) {
	n, err := tx.exec(ctx, `UPDATE connections SET `+revoked+` WHERE id = $3 AND state <> 'revoked'`, tx.Now, why, id)
	if err == nil && n == 1 {
		err = tx.ConnectionStep(ctx, LinkID{}, "revoked", why)
	}
	return n == 1, wrapped("revoke connection", err)
}

// ConnectionStep keeps what happened, for whoever asks later. detail holds no token and no address.
func (tx *Tx) ConnectionStep(ctx context.Context, link LinkID, step, detail string) error {
	_, err := tx.exec(ctx, `INSERT INTO connection_events (id, restaurant_id, link_id, step, detail, at) VALUES ($1, $2, $3, $4, $5, $6)`, NewID[rowKind](), tx.Restaurant, link, step, detail, tx.Now)
	return wrapped("connection step", err)
}

// ConnectionEvent is one step.
type ConnectionEvent struct {
	Step   string
	Detail string
	At     time.Time
}

// ConnectionEvents are the last n steps, the newest first.
func (tx *Tx) ConnectionEvents(ctx context.Context, n int) ([]ConnectionEvent, error) {
	e, err := rows[ConnectionEvent](ctx, tx, `SELECT step, detail, at FROM connection_events WHERE restaurant_id = $1 ORDER BY at DESC, id DESC LIMIT $2`, tx.Restaurant, n)
	return e, wrapped("connection events", err)
}

// ForgetPerson takes the name and the id of a person of Facebook's out of what they have connected.
func (tx *Tx) ForgetPerson(ctx context.Context, personID string) error {
	if _, err := tx.exec(ctx, `UPDATE connect_visits SET person_id = '', person_name = '', token = NULL, stage = CASE stage WHEN 'choosing' THEN 'failed' ELSE stage END WHERE person_id = $1`, personID); err != nil {
		return wrapped("forget person", err)
	}
	_, err := tx.exec(ctx, `UPDATE connections SET person_id = '', person_name = '' WHERE person_id = $1 AND state = 'revoked'`, personID)
	return wrapped("forget person", err)
}

// ConnectedBy are the restaurants that a person of Facebook's has ever connected; the desk's role alone sees all of them.
func (tx *Tx) ConnectedBy(ctx context.Context, personID string) ([]RestaurantConnection, error) {
	c, err := rows[RestaurantConnection](ctx, tx, `SELECT id AS connection, restaurant_id AS restaurant FROM connections WHERE person_id = $1 ORDER BY id`, personID)
	return c, wrapped("connected by", err)
}

// ConnectedPage are those of a page.
func (tx *Tx) ConnectedPage(ctx context.Context, pageID string) ([]RestaurantConnection, error) {
	c, err := rows[RestaurantConnection](ctx, tx, `SELECT id AS connection, restaurant_id AS restaurant FROM connections WHERE page_id = $1 AND state <> 'revoked' ORDER BY id`, pageID)
	return c, wrapped("connected page", err)
}

// RestaurantConnection is a connection and whose it is.
type RestaurantConnection struct {
	Restaurant RestaurantID
	Connection ConnectionID
}
