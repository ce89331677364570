package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pgvector/pgvector-go"
)

// PhotoQuery is what is looked for. All of it may be missing.
type PhotoQuery struct {
	Vector Vector   // of the words, or of a picture like those wanted
	Model  string   // whose vector it is; vectors of others are not comparable
	Words  []string // that a fitting picture's own words contain; see FoldWords
	Kind   string
	Dish   string
	Season string
	At     time.Time // when it is to be shown; zero: now
	For    []PostID  // their own use of a picture does not count
	Not    []PhotoID // these not again
	Most   int       // how many; none: 12
}

// FoundPhoto is a picture that may be shown.
type FoundPhoto struct {
	Photo
	Score float64  // what it was put in its place by; comparable within one search only
	Near  *float64 // how near its meaning is: 1 the same; nil: not known
	Likes []string // the rules that prefer it
	Open  []string // what a rule wants to be looked for in it and nobody has done yet
}

// LeftOut is how many pictures were left out, and the first reason of each.
type LeftOut struct {
	Count  int    `json:"count"`
	Reason string `json:"reason"` // with the rule's number
	Rule   int    `json:"rule,omitempty"`
}

// FoundPhotos is what a search has found, the best first.
type FoundPhotos struct {
	Photos []FoundPhoto
	Left   []LeftOut
	Fit    int // how many pictures may be shown, with those that were not asked for
}

// SearchPhotos goes through all pictures of the restaurant that may be shown, and ranks them; none that may not be shown is in
// the answer. Nothing is approximate.
func (tx *Tx) SearchPhotos(ctx context.Context, q PhotoQuery) (FoundPhotos, error) {
	if q.At.IsZero() {
		q.At = tx.Now
	}
	if q.Most <= 0 {
		q.Most = 12
	}
	q.Most = min(q.Most, mostResults)
	args := sqlArgs{tx.Restaurant}
	bars, rules, err := tx.bars(ctx, &args, q.At, true, q.For)
	if err != nil {
		return FoundPhotos{}, err
	}
	left, fit, err := tx.leftOut(ctx, args, bars, q)
	if err != nil {
		return FoundPhotos{}, err
	}
	found, err := tx.rankPhotos(ctx, args, bars, rules, q)
	return FoundPhotos{Photos: found, Left: left, Fit: fit}, err
}

// asked is the condition of what the query itself narrows, on pictures of the gallery.
func (q PhotoQuery) asked(args *sqlArgs) string {
	sql := `p.restaurant_id = $1 AND ` + inGallery
	if q.Kind != "" {
		sql += ` AND p.kind = ` + args.bind(q.Kind)
	}
	if q.Season != "" {
		sql += ` AND p.season IN ('', ` + args.bind(q.Season) + `)`
	}
	if q.Dish != "" {
		sql += ` AND ` + saidIn(`p.dish`, tagWords) + ` ~ ` + args.bind(wordPattern([]string{q.Dish}))
	}
	if len(q.Not) > 0 {
		sql += ` AND p.id <> ALL(` + args.bind(q.Not) + `)`
	}
	return sql
}

// leftOut counts by the first reason of each picture.
func (tx *Tx) leftOut(ctx context.Context, args sqlArgs, bars []photoBar, q PhotoQuery) (left []LeftOut, fit int, err error) {
	first := `CASE`
	for i, b := range bars {
		first += fmt.Sprintf(` WHEN coalesce(%s, true) THEN %d`, b.sql, i)
	}
	type count struct {
		Bar *int
		N   int
	}
	counts, err := rows[count](ctx, tx, `SELECT bar, count(*)::int AS n FROM (SELECT `+first+` END AS bar FROM photos p WHERE `+q.asked(&args)+`) x GROUP BY bar ORDER BY bar`, args...)
	for _, c := range counts {
		if c.Bar == nil {
			fit = c.N
			continue
		}
		left = append(left, LeftOut{Count: c.N, Reason: bars[*c.Bar].String(), Rule: bars[*c.Bar].rule})
	}
	return left, fit, wrapped("count photos", err)
}

// Weights of what makes a picture fit. Vectors of words and of pictures are never very near: a word that stands there weighs more.
const (
	weightWords  = 0.5
	weightLiked  = 0.15
	weightWorth  = 0.1
	mostCompared = 4 // times as many as are wanted: of these the unlike ones
)

func (tx *Tx) rankPhotos(ctx context.Context, args sqlArgs, bars []photoBar, rules []PhotoRule, q PhotoQuery) ([]FoundPhoto, error) {
	where := q.asked(&args)
	for _, b := range bars {
		where += ` AND NOT coalesce(` + b.sql + `, true)`
	}
	near, join := `NULL::float8`, ``
	if len(q.Vector) > 0 {
		near = `1 - (v.vector <=> ` + args.bind(pgvector.NewHalfVector(q.Vector)) + `::halfvec)`
		join = ` LEFT JOIN photo_vectors v ON v.restaurant_id = p.restaurant_id AND v.photo_id = p.id AND v.model = ` + args.bind(q.Model)
	}
	worded := `0::float8`
	if len(q.Words) > 0 {
		worded = wordScore(q.Words, &args)
	}
	liked := `'{}'::int[]`
	for _, r := range rules {
		if r.Clause.Verb == Prefer && r.Clause.Of != OfLook && r.Clause.Of != OfRest {
			liked += ` || CASE WHEN ` + r.Clause.shows(&args) + ` THEN ARRAY[` + fmt.Sprint(r.N) + `] ELSE '{}' END`
		}
	}
	type hit struct {
		Photo
		Score  float64
		Near   *float64
		Worded float64
		Liked  []int
	}
	hits, err := rows[hit](ctx, tx, fmt.Sprintf(`SELECT p.*, coalesce(p.near, 0) + %v * p.worded + %v * cardinality(p.liked) + %v * p.quality AS score FROM (
			SELECT %s, %s AS near, %s AS worded, %s AS liked FROM photos p%s WHERE %s) p ORDER BY score DESC, p.created_at DESC, p.id LIMIT %d`,
		weightWords, weightLiked, weightWorth, photoColumns, near, worded, liked, join, where, q.Most*mostCompared), args...)
	if err != nil {
		return nil, wrapped("search photos", err)
	}
	var found []FoundPhoto
	for _, h := range hits {
		f := FoundPhoto{Photo: h.Photo, Score: h.Score, Near: h.Near}
		for _, r := range rules {
			for _, n := range h.Liked {
				if r.N == n {
					f.Likes = append(f.Likes, fmt.Sprintf("%s (rule %d)", r.Clause.Words(), n))
				}
			}
		}
		found = append(found, f)
	}
	found = unlike(found, q.Most)
	return found, tx.stillOpen(ctx, found, rules)
}

// wordScore is which part of the words a picture's own words contain: its dish counts most.
func wordScore(words []string, args *sqlArgs) string {
	var parts []string
	for _, w := range words {
		pattern := args.bind(wordPattern([]string{w}))
		parts = append(parts, fmt.Sprintf(`CASE WHEN %s ~ %[2]s THEN 1.0 WHEN %[3]s ~ %[2]s THEN 0.8 WHEN %[4]s ~ %[2]s THEN 0.5 ELSE 0 END`, said(`p.dish`), pattern, said(tagWords), said(`p.alt`)))
	}
	return `((` + strings.Join(parts, ` + `) + `) / ` + fmt.Sprint(len(words)) + `)::float8`
}

// unlike puts pictures of another dish, or of another moment, before one more of the same.
func unlike(found []FoundPhoto, most int) []FoundPhoto {
	const same = 0.1 // what one more of the same has to be better by
	var out []FoundPhoto
	for len(out) < most && len(found) > 0 {
		best, top := 0, 0.0
		for i, f := range found {
			score := f.Score
			for _, o := range out {
				if alike(f.Photo, o.Photo) {
					score -= same
				}
			}
			if i == 0 || score > top {
				best, top = i, score
			}
		}
		out = append(out, found[best])
		found = append(found[:best:best], found[best+1:]...)
	}
	return out
}

const sameMoment = 2 * time.Minute

func alike(a, b Photo) bool {
	if a.Dish != "" && FoldWords(a.Dish) == FoldWords(b.Dish) {
		return true
	}
	return a.TakenAt != nil && b.TakenAt != nil && a.TakenAt.Sub(*b.TakenAt).Abs() < sameMoment
}

// stillOpen notes what has to be looked for in these pictures.
func (tx *Tx) stillOpen(ctx context.Context, found []FoundPhoto, rules []PhotoRule) error {
	ids := []PhotoID{}
	for _, f := range found {
		ids = append(ids, f.ID)
	}
	type look struct {
		Photo    PhotoID
		Question string
	}
	looked, err := rows[look](ctx, tx, `SELECT photo_id AS photo, question FROM photo_looks WHERE restaurant_id = $1 AND photo_id = ANY($2)`, tx.Restaurant, ids)
	if err != nil {
		return wrapped("open looks", err)
	}
	done := map[look]bool{}
	for _, l := range looked {
		done[l] = true
	}
	for i, f := range found {
		for _, r := range rules {
			if r.Clause.Of == OfLook && r.Clause.Verb != Prefer && !done[look{f.ID, r.Clause.Check}] {
				found[i].Open = append(found[i].Open, r.Clause.Check)
			}
		}
	}
	return nil
}
