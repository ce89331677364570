package store

import (
	"context"
	"errors"
	"time"

	"marketa/internal/fault"
)

// Visit is one way to Facebook and back, begun from a link by whoever pressed Continue.
type Visit struct {
	ID         VisitID
	Link       LinkID
	Stage      string // asked, returned, choosing, done, failed
	PersonID   string
	PersonName string
	Token      []byte // the person's, sealed for About; only while pages are chosen
	Scopes     []string
	ExpiresAt  time.Time
	CookieHash []byte

	State  string `db:"-"` // only where it was just begun: both are kept as hashes
	Cookie string `db:"-"`
}

// About is the associated data of the token's seal.
func (v Visit) About() string { return "connect_visits|token|" + v.ID.String() }

// SameBrowser says that the cookie of this visit came back.
func (v Visit) SameBrowser(cookie string) bool {
	return cookie != "" && string(hashToken(cookie)) == string(v.CookieHash)
}

const (
	visitLife  = 10 * time.Minute // at Facebook
	chooseLife = 30 * time.Minute // in front of the list of pages
)

// BeginVisit makes a state for the way to Facebook, and a cookie for the browser that goes it.
func (tx *Tx) BeginVisit(ctx context.Context, link LinkID) (Visit, error) {
	v := Visit{ID: NewID[visitKind](), Link: link, Stage: "asked", ExpiresAt: tx.Now.Add(visitLife), State: newToken(), Cookie: newToken()}
	_, err := tx.exec(ctx, `INSERT INTO connect_visits (id, restaurant_id, link_id, state_hash, cookie_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		v.ID, tx.Restaurant, link, hashToken(v.State), hashToken(v.Cookie), tx.Now, v.ExpiresAt)
	return v, wrapped("begin visit", err)
}

// WhoseVisit says which restaurant a state is of; found is false for one that we never gave.
func (db *DB) WhoseVisit(ctx context.Context, state string) (r RestaurantID, found bool, err error) {
	err = db.System(ctx, Desk, func(tx *Tx) (err error) { r, found, err = tx.visitOwner(ctx, state); return err })
	return r, found, err
}

func (tx *Tx) visitOwner(ctx context.Context, state string) (RestaurantID, bool, error) {
	r, err := value[RestaurantID](ctx, tx, `SELECT restaurant_id FROM connect_visits WHERE state_hash = $1`, hashToken(state))
	if errors.Is(err, fault.NotFound) {
		return r, false, nil
	}
	return r, err == nil, wrapped("whose visit", err)
}

// Visit reads a visit by its state and holds it until the transaction ends.
func (tx *Tx) Visit(ctx context.Context, state string) (Visit, error) {
	v, err := row[Visit](ctx, tx, `SELECT id, link_id AS link, stage, person_id, person_name, token, scopes, expires_at, cookie_hash FROM connect_visits WHERE state_hash = $1 FOR UPDATE`, hashToken(state))
	return v, wrapped("visit", err)
}

// Visits counts how often somebody has set out from a link.
func (tx *Tx) Visits(ctx context.Context, link LinkID) (int, error) {
	n, err := value[int](ctx, tx, `SELECT count(*)::int FROM connect_visits WHERE link_id = $1`, link)
	return n, wrapped("visits", err)
}

// StepVisit moves a visit on; a token is kept only while pages are chosen.
func (tx *Tx) StepVisit(ctx context.Context, v Visit, stage string) error {
	if stage != "choosing" {
		v.Token = nil
	} else {
		v.ExpiresAt = tx.Now.Add(chooseLife)
	}
	_, err := tx.exec(ctx, `UPDATE connect_visits SET stage = $2, person_id = $3, person_name = $4, token = $5, scopes = $6, expires_at = $7 WHERE id = $1`,
		v.ID, stage, v.PersonID, v.PersonName, v.Token, textArray(v.Scopes), v.ExpiresAt)
	return wrapped("step visit", err)
}

// Erasure is what somebody has asked Meta to have erased here.
type Erasure struct {
	Code    string
	AskedAt time.Time
	DoneAt  *time.Time
}

// NewErasure keeps that erasing was asked for; the code is theirs to look it up by.
func (tx *Tx) NewErasure(ctx context.Context) (Erasure, error) {
	e := Erasure{Code: newToken()[:20], AskedAt: tx.Now}
	_, err := tx.exec(ctx, `INSERT INTO erasures (code, asked_at) VALUES ($1, $2)`, e.Code, e.AskedAt)
	return e, wrapped("new erasure", err)
}

// Erased closes it.
func (tx *Tx) Erased(ctx context.Context, code string) error {
	_, err := tx.exec(ctx, `UPDATE erasures SET done_at = $2 WHERE code = $1 AND done_at IS NULL`, code, tx.Now)
	return wrapped("erased", err)
}

// ErasureOf reads it; found is false for a code that we never gave.
func (tx *Tx) ErasureOf(ctx context.Context, code string) (e Erasure, found bool, err error) {
	all, err := rows[Erasure](ctx, tx, `SELECT code, asked_at, done_at FROM erasures WHERE code = $1`, code)
	if err != nil || len(all) == 0 {
		return e, false, wrapped("erasure", err)
	}
	return all[0], true, nil
}
