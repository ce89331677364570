package store

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// PhotoFaults are the plain reasons why a picture may not be shown at a moment; none: it may. What posts themselves do with it
// does not count against them. It goes by what is known: what nobody has looked at yet is in [Tx.PhotoDoubts].
func (tx *Tx) PhotoFaults(ctx context.Context, id PhotoID, at time.Time, posts ...PostID) ([]string, error) {
	args := sqlArgs{tx.Restaurant, id}
	bars, _, err := tx.bars(ctx, &args, at, false, posts)
	if err != nil {
		return nil, err
	}
	var conditions []string
	for _, b := range bars {
		conditions = append(conditions, `coalesce(`+b.sql+`, true)`)
	}
	found, err := rows[struct{ Barred []bool }](ctx, tx, `SELECT ARRAY[`+strings.Join(conditions, ", ")+`] AS barred FROM photos p WHERE p.restaurant_id = $1 AND p.id = $2`, args...)
	switch {
	case err != nil:
		return nil, wrapped("photo faults", err)
	case len(found) == 0:
		return []string{"the picture is not in this restaurant's gallery"}, nil
	}
	var faults []string
	for i, b := range bars {
		if found[0].Barred[i] && !b.search {
			faults = append(faults, b.String())
		}
	}
	return faults, nil
}

// PhotoDoubts are what a rule wants to be looked for in a picture, and nobody has done so yet: whoever approves has to look.
func (tx *Tx) PhotoDoubts(ctx context.Context, id PhotoID, at time.Time) ([]string, error) {
	rules, err := tx.rulesAt(ctx, at)
	if err != nil {
		return nil, err
	}
	var doubts []string
	for _, r := range rules {
		if r.Clause.Of != OfLook || r.Clause.Verb == Prefer {
			continue
		}
		there, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM photo_looks WHERE restaurant_id = $1 AND photo_id = $2 AND question = $3)`, tx.Restaurant, id, r.Clause.Check)
		if err != nil {
			return nil, wrapped("photo doubts", err)
		}
		if !there {
			doubts = append(doubts, fmt.Sprintf("nobody has checked this picture for “%s” (rule %d)", r.Clause.Check, r.N))
		}
	}
	return doubts, nil
}

// WouldRemain is how many pictures there are, and how many of them might still be shown if these rules held beside those that do.
// Only what the rules say counts, not when a picture was last shown.
func (tx *Tx) WouldRemain(ctx context.Context, more []PhotoClause, at time.Time) (all, left int, err error) {
	rules, err := tx.rulesAt(ctx, at)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range more {
		if c.Holds(at.Month()) {
			rules = append(rules, PhotoRule{Clause: c})
		}
	}
	args, where := sqlArgs{tx.Restaurant}, lookedAt
	for _, r := range rules {
		if r.Clause.Verb != Prefer && r.Clause.Of != OfRest {
			where += ` AND NOT ` + r.Clause.broken(&args)
		}
	}
	type count struct{ All, Left int }
	c, err := row[count](ctx, tx, `SELECT count(*)::int AS all, (count(*) FILTER (WHERE `+where+`))::int AS left FROM photos p WHERE p.restaurant_id = $1 AND `+inGallery, args...)
	return c.All, c.Left, wrapped("would remain", err)
}
