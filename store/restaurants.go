package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
	"marketa/stages"
)

// Restaurant is the tenant.
type Restaurant struct {
	ID    RestaurantID
	Name  string
	Stage string
	Zone  string
}

// Fact is one thing known about the restaurant, with who said so.
type Fact struct {
	Field   string
	Value   string
	Source  string
	By      string // who of us has released it
	NotedAt time.Time
}

// OwnRestaurant reads the restaurant that the transaction is bound to.
func (tx *Tx) OwnRestaurant(ctx context.Context) (Restaurant, error) {
	r, err := row[Restaurant](ctx, tx, `SELECT id, name, stage, zone FROM restaurants WHERE id = $1`, tx.Restaurant)
	if err != nil {
		return r, fmt.Errorf("store: restaurant: %w", err)
	}
	return r, nil
}

// Facts are the newest values by field, in the fields' order, those of the profile's sections among them; without what is ours
// alone.
func (tx *Tx) Facts(ctx context.Context) ([]Fact, error) {
	p, err := tx.Profile(ctx)
	if err != nil {
		return nil, fmt.Errorf("store: facts: %w", err)
	}
	return p.facts(), nil
}

// NoteFact writes down what a person has said or a seed holds; the older value stays as history.
func (tx *Tx) NoteFact(ctx context.Context, f Fact) error {
	_, err := tx.exec(ctx, `INSERT INTO facts (id, restaurant_id, field, value, source, noted_at, noted_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		NewID[rowKind](), tx.Restaurant, f.Field, f.Value, f.Source, tx.Now, f.By)
	if err != nil {
		return fmt.Errorf("store: note fact: %w", err)
	}
	return tx.StageMayMove(ctx)
}

// Happened moves the restaurant's life on, if this event applies where it stands; else nothing changes. cause says in plain
// words what it goes by.
func (tx *Tx) Happened(ctx context.Context, event stages.Event, cause string) (moved bool, err error) {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return false, err
	}
	to, err := stages.Client.Next(stages.Stage(r.Stage), event)
	if errors.Is(err, fault.Conflict) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := tx.MoveStage(ctx, string(event), r.Stage, string(to), cause); err != nil {
		return false, err
	}
	if event == stages.AnsweredFirst {
		return true, nil // the card itself says so
	}
	return true, tx.TellMove(ctx, cause)
}

// MoveStage records that the restaurant's life went on, if it still stands where the caller thinks.
func (tx *Tx) MoveStage(ctx context.Context, event, from, to, cause string) error {
	n, err := tx.exec(ctx, `UPDATE restaurants SET stage = $3 WHERE id = $1 AND stage = $2`, tx.Restaurant, from, to)
	if err != nil || n == 0 {
		return err
	}
	id := NewID[rowKind]()
	_, err = tx.exec(ctx, `INSERT INTO stage_events (id, restaurant_id, event, from_stage, to_stage, cause, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id, tx.Restaurant, event, from, to, cause, tx.Now)
	if err != nil {
		return fmt.Errorf("store: stage event: %w", err)
	}
	return tx.stageMoved(ctx, event, id)
}
