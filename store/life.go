package store

import (
	"context"
	"fmt"
	"html"

	"marketa/stages"
)

// StageStanding is what the restaurant has, as far as stages ask for it.
func (tx *Tx) StageStanding(ctx context.Context) (stages.Standing, error) {
	type counts struct {
		Rules, Approved int
		Connected       bool
	}
	c, err := row[counts](ctx, tx, `SELECT EXISTS (SELECT FROM connections WHERE restaurant_id = $1 AND state = 'active') AS connected,
		(SELECT count(*) FROM photo_rules WHERE restaurant_id = $1 AND state = 'active') AS rules,
		(SELECT count(*) FROM post_approvals WHERE restaurant_id = $1 AND state = 'sent') AS approved`, tx.Restaurant)
	if err != nil {
		return stages.Standing{}, fmt.Errorf("store: standing: %w", err)
	}
	photos, err := tx.CountGallery(ctx)
	if err != nil {
		return stages.Standing{}, err
	}
	paid, err := tx.PaidNow(ctx)
	if err != nil {
		return stages.Standing{}, err
	}
	p, err := tx.Profile(ctx)
	if err != nil {
		return stages.Standing{}, err
	}
	s := stages.Standing{Known: map[string]bool{}, Photos: photos.Known, Rules: c.Rules, Connected: c.Connected, Approved: c.Approved, Paid: paid}
	for _, section := range Sections() {
		s.Known[string(section)] = p.Known(section)
	}
	for _, o := range p.Others {
		s.Known[o.Key] = true
	}
	return s, nil
}

// Missing is what the restaurant's stage still waits for.
func (tx *Tx) Missing(ctx context.Context) ([]stages.Need, error) {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return nil, err
	}
	s, err := tx.StageStanding(ctx)
	return stages.Missing(stages.Stage(r.Stage), s), err
}

// StageMayMove has it looked at, once this transaction is there, whether the restaurant's stage misses nothing any more.
// Whoever changes what a stage asks for (facts, photos, rules, posts, connections, payments) calls it in the same transaction.
func (tx *Tx) StageMayMove(ctx context.Context) error {
	if _, err := tx.exec(ctx, `INSERT INTO stage_checks (id, restaurant_id, next_at) VALUES ($1, $2, $3)`, NewID[rowKind](), tx.Restaurant, tx.Now); err != nil {
		return fmt.Errorf("store: stage may move: %w", err)
	}
	return tx.Enqueue(ctx, AdvanceStage{Restaurant: tx.Restaurant})
}

// AdvanceStage lets the life go on where a stage misses nothing any more, over several stages if need be.
func (tx *Tx) AdvanceStage(ctx context.Context) error {
	if _, err := tx.exec(ctx, `DELETE FROM stage_checks WHERE restaurant_id = $1`, tx.Restaurant); err != nil {
		return fmt.Errorf("store: advance stage: %w", err)
	}
	has, err := tx.StageStanding(ctx)
	if err != nil {
		return err
	}
	for range stages.Client.States() {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		event, ok := stages.ByItself(stages.Stage(r.Stage))
		if !ok || len(stages.Missing(stages.Stage(r.Stage), has)) > 0 {
			return nil
		}
		if moved, err := tx.Happened(ctx, event, stages.Because(event)); err != nil || !moved {
			return err
		}
	}
	return nil
}

// TellMove tells the managers where the restaurant stands now, why, and what comes next.
func (tx *Tx) TellMove(ctx context.Context, cause string) error {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	missing, err := tx.Missing(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("🧭 <b>%s</b> %s now: %s.", html.EscapeString(r.Name), stages.Stage(r.Stage).Stands(), html.EscapeString(cause))
	if len(missing) > 0 {
		text += " Next: " + html.EscapeString(missing[0].Words+" → "+missing[0].Next) + "."
	}
	if err := tx.Tell(ctx, Notice{Kind: "alert", HTML: text}, ""); err != nil {
		return err
	}
	return tx.StageMayMove(ctx)
}
