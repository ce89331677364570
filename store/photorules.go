package store

import (
	"context"
	"time"
)

// PhotoRule is one rule about which pictures a restaurant wants to be shown with, released by a manager.
type PhotoRule struct {
	ID         RuleID
	N          int    // how people speak of it: rule 3
	Words      string // as they were said
	Clause     PhotoClause
	State      string // active, retired
	ApprovedBy string
	CreatedAt  time.Time
	RetiredBy  string
	RetiredAt  *time.Time
}

// PhotoClause is what a rule asks of a picture. Rules are joined by "and": one more can only leave more pictures out.
type PhotoClause struct {
	Verb   PhotoVerb    `json:"verb"`
	Of     PhotoFeature `json:"of"`
	Values []string     `json:"values,omitempty"` // of kind, season, dish, tags, source: any of these
	Number *float64     `json:"number,omitempty"` // people: at most; quality: at least, 0 to 1; risk: at most, 0 to 1; rest: days
	Months []int        `json:"months,omitempty"` // 1 to 12: it holds in these only; empty: always
	Check  string       `json:"check,omitempty"`  // look: what is to be seen or not to be seen, in English
}

// PhotoVerb is what a rule wants.
type PhotoVerb string

const (
	Forbid  PhotoVerb = "forbid"
	Require PhotoVerb = "require"
	Prefer  PhotoVerb = "prefer" // leaves nothing out, comes first
)

// PhotoFeature is what a rule is about.
type PhotoFeature string

const (
	OfKind     PhotoFeature = "kind"
	OfPeople   PhotoFeature = "people" // how many
	OfFaces    PhotoFeature = "faces"
	OfChildren PhotoFeature = "children"
	OfLogos    PhotoFeature = "logos"
	OfText     PhotoFeature = "text" // written in the picture
	OfSeason   PhotoFeature = "season"
	OfDish     PhotoFeature = "dish"
	OfTags     PhotoFeature = "tags"
	OfSource   PhotoFeature = "source"
	OfQuality  PhotoFeature = "quality"
	OfRisk     PhotoFeature = "risk"
	OfRest     PhotoFeature = "rest" // days before a picture is shown again
	OfLook     PhotoFeature = "look" // what only somebody who looks at it can say
)

// NewRules are rules that somebody has released.
type NewRules struct {
	Source     RuleSource // the proposal or the confirmed card: a second time nothing is added
	Words      string
	Clauses    []PhotoClause
	Said       []string // the part of the words that each is about; none: all of them
	ApprovedBy string
}

// RuleSource is the id of what rules came with.
type RuleSource = ID[rowKind]

// RulesFrom is the source of rules that came with a proposal or a confirmed card.
func RulesFrom[K any](id ID[K]) RuleSource { return RuleSource(id) }

const ruleColumns = `id, n, words, rule AS clause, state, approved_by, created_at, retired_by, retired_at`

// AddRules writes released rules down, each with the next number, once per source.
func (tx *Tx) AddRules(ctx context.Context, r NewRules) error {
	// One at a time, so that no two get the same number.
	if _, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('photo_rules ' || $1::text, 0))`, tx.Restaurant); err != nil {
		return wrapped("add rules", err)
	}
	for i, c := range r.Clauses {
		words := r.Words
		if len(r.Said) == len(r.Clauses) && r.Said[i] != "" {
			words = r.Said[i]
		}
		if _, err := tx.exec(ctx, `INSERT INTO photo_rules (id, restaurant_id, n, words, rule, source_id, part, approved_by, created_at)
			SELECT $1, $2, coalesce(max(n), 0) + 1, $3, $4, $5, $6, $7, $8 FROM photo_rules WHERE restaurant_id = $2
			HAVING NOT EXISTS (SELECT FROM photo_rules WHERE source_id = $5 AND part = $6)`,
			NewID[ruleKind](), tx.Restaurant, words, c, r.Source, i, r.ApprovedBy, tx.Now); err != nil {
			return wrapped("add rules", err)
		}
	}
	return tx.StageMayMove(ctx)
}

// ActiveRules are those that hold now, in the order of their numbers.
func (tx *Tx) ActiveRules(ctx context.Context) ([]PhotoRule, error) {
	r, err := rows[PhotoRule](ctx, tx, `SELECT `+ruleColumns+` FROM photo_rules WHERE restaurant_id = $1 AND state = 'active' ORDER BY n`, tx.Restaurant)
	return r, wrapped("active rules", err)
}

// RetireRule ends a rule. It reports false when there is no active one of this number.
func (tx *Tx) RetireRule(ctx context.Context, n int, by string) (bool, error) {
	done, err := tx.exec(ctx, `UPDATE photo_rules SET state = 'retired', retired_by = $3, retired_at = $4 WHERE restaurant_id = $1 AND n = $2 AND state = 'active'`,
		tx.Restaurant, n, by, tx.Now)
	return done > 0, wrapped("retire rule", err)
}

// Look is what was seen in a picture when somebody asked for it.
type Look struct {
	Photo    PhotoID
	Question string // PhotoClause.Check
	Seen     bool
	Remark   string
}

// SaveLook keeps it; a later look counts instead of an earlier one.
func (tx *Tx) SaveLook(ctx context.Context, l Look) error {
	_, err := tx.exec(ctx, `INSERT INTO photo_looks (id, restaurant_id, photo_id, question, seen, remark, looked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (photo_id, question) DO UPDATE SET seen = excluded.seen, remark = excluded.remark, looked_at = excluded.looked_at`,
		NewID[rowKind](), tx.Restaurant, l.Photo, l.Question, l.Seen, l.Remark, tx.Now)
	return wrapped("save look", err)
}

// PickedInstead keeps that a manager took another picture than the one that had been chosen for him.
func (tx *Tx) PickedInstead(ctx context.Context, picked, chosen PhotoID, brief, by string) error {
	_, err := tx.exec(ctx, `INSERT INTO photo_picks (id, restaurant_id, photo_id, instead_of, brief, picked_by, picked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		NewID[rowKind](), tx.Restaurant, picked, chosen, brief, by, tx.Now)
	return wrapped("picked instead", err)
}
