package store

import (
	"context"
	"errors"
	"slices"
	"sync"

	"marketa/internal/fault"
)

// Scope is what a manager's turn may look into. The platform fills it from the manager's own words; no argument of a model
// can widen it. It is safe for concurrent use.
//
// Who names somebody gets that restaurant's data and nobody else's. Who names nobody ("who waits?") may look into what the
// conversation was about before, and into what the lists of this turn have named, until a client's words have been read:
// those must not lead the turn on to another restaurant.
type Scope struct {
	Manager ManagerID
	Decides bool
	Zone    string
	Picks   []Picked
	Named   []RestaurantID
	Carried []RestaurantID

	mu   sync.Mutex
	seen Seen // by all calls of the turn
	call Seen // by this one
}

// Seen is what a tool has let a model see.
type Seen struct {
	Listed  []RestaurantID `json:"listed,omitempty"`  // named in a list
	Read    []RestaurantID `json:"read,omitempty"`    // data of theirs was read
	Outside bool           `json:"outside,omitempty"` // a client's words were among it
}

type scopeKey struct{}

// WithScope binds a context to a manager's turn.
func WithScope(ctx context.Context, s *Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// ScopeFrom is the scope of the context; without one nothing may be looked into.
func ScopeFrom(ctx context.Context) (*Scope, error) {
	s, ok := ctx.Value(scopeKey{}).(*Scope)
	if !ok {
		return nil, fault.New(fault.Denied, "Only a manager may ask this.")
	}
	return s, nil
}

// Open says whether a restaurant's data may be read.
func (s *Scope) Open(id RestaurantID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.Named) > 0 {
		return slices.Contains(s.Named, id)
	}
	return slices.Contains(s.Carried, id) || slices.Contains(s.seen.Listed, id)
}

// List notes that a list has named these.
func (s *Scope) List(ids ...RestaurantID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.seen.Outside {
		add(&s.seen.Listed, ids...)
		add(&s.call.Listed, ids...)
	}
}

// Heard notes that a client's words were read.
func (s *Scope) Heard() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen.Outside, s.call.Outside = true, true
}

func (s *Scope) read(id RestaurantID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(&s.seen.Read, id)
	add(&s.call.Read, id)
}

// Begin starts counting for one call; Recall adds what a call that is done has seen.
func (s *Scope) Begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.call = Seen{}
}

func (s *Scope) Recall(c Seen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	add(&s.seen.Listed, c.Listed...)
	add(&s.seen.Read, c.Read...)
	s.seen.Outside = s.seen.Outside || c.Outside
}

// Call is what the call since Begin has seen, All what the whole turn has.
func (s *Scope) Call() Seen { s.mu.Lock(); defer s.mu.Unlock(); return s.call }

func (s *Scope) All() Seen { s.mu.Lock(); defer s.mu.Unlock(); return s.seen }

func add(to *[]RestaurantID, ids ...RestaurantID) {
	for _, id := range ids {
		if !slices.Contains(*to, id) {
			*to = append(*to, id)
		}
	}
}

// Look runs fn for one restaurant, under its row-level security, if the context's scope has it open.
func (db *DB) Look(ctx context.Context, id RestaurantID, fn func(tx *Tx) error) error {
	if err := db.MayLook(ctx, id); err != nil {
		return err
	}
	return db.Tx(WithRestaurant(ctx, id), fn)
}

// Within runs fn under the rights of the app and one restaurant's row-level security, inside a transaction of the desk: what
// a manager confirms happens with the confirmation or not at all.
func (tx *Tx) Within(ctx context.Context, id RestaurantID, fn func(tx *Tx) error) error {
	if tx.role != Desk {
		return errors.New("store: only the desk goes within a restaurant")
	}
	const become = `SELECT set_config('role', $1, true), set_config('app.restaurant_id', $2, true)`
	if _, err := tx.tx.Exec(ctx, become, string(roleApp), id.String()); err != nil {
		return wrapped("take role", err)
	}
	err := fn(&Tx{Now: tx.Now, Restaurant: id, tx: tx.tx, db: tx.db, role: roleApp})
	if _, back := tx.tx.Exec(ctx, become, string(Desk), ""); err == nil {
		err = wrapped("take role", back)
	}
	return err
}

// FindRestaurant resolves a name as a manager says it, within the context's scope. Several of one name are *Ambiguous.
func (db *DB) FindRestaurant(ctx context.Context, name string) (Known, error) {
	s, err := ScopeFrom(ctx)
	if err != nil {
		return Known{}, err
	}
	var names Names
	if err := db.System(ctx, Desk, func(tx *Tx) (err error) { names, err = tx.Names(ctx); return err }); err != nil {
		return Known{}, err
	}
	return names.FindRestaurant(s, name)
}

// MayLook notes that a restaurant's data is read, or refuses it.
func (db *DB) MayLook(ctx context.Context, id RestaurantID) error {
	s, err := ScopeFrom(ctx)
	if err != nil {
		return err
	}
	if !s.Open(id) {
		return fault.New(fault.Denied, "The manager has not asked about this one. Answer about what was asked, or ask the manager which restaurant is meant.")
	}
	s.read(id)
	return nil
}
