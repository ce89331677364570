package store

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/pgvector/pgvector-go"
)

// What no picture may do, whatever the rules say. A rule can only ask for more.
const (
	PhotoRest   = 14 * 24 * time.Hour // before the same picture, or one that looks like it, is shown again
	MostRisk    = 0.5                 // as a model puts it
	LeastWorth  = 0.2                 // the quality below which nobody looks for a picture; a manager may still take it
	usedRights  = `p.rights IN ('client', 'agency')`
	lookedAt    = `p.state = 'analyzed'`
	photoRoot   = `coalesce(p.twin_of, p.id)`
	foldedFrom  = "àáâãäåèéêëìíîïòóôõöùúûüñçÀÁÂÄÈÉÊËÌÍÎÏÒÓÔÖÙÚÛÜÑÇ"
	foldedTo    = "aaaaaaeeeeiiiiooooouuuuncaaaaeeeeiiiioooouuuunc"
	mostResults = 100
)

// fault is a reason why a picture may not be shown, with its condition on the table p.
type photoBar struct {
	sql    string
	reason string
	rule   int // 0: not one of the restaurant's own rules
	search bool
}

func (b photoBar) String() string {
	if b.rule == 0 {
		return b.reason
	}
	return fmt.Sprintf("%s (rule %d)", b.reason, b.rule)
}

// sqlArgs collects what a statement is bound to.
type sqlArgs []any

func (a *sqlArgs) bind(v any) string {
	*a = append(*a, v)
	return fmt.Sprintf("$%d", len(*a))
}

// bars are all reasons at a moment, the plainest first. posts are those whose own use of a picture does not count.
func (tx *Tx) bars(ctx context.Context, args *sqlArgs, at time.Time, reserved bool, posts []PostID) ([]photoBar, []PhotoRule, error) {
	rules, err := tx.rulesAt(ctx, at)
	if err != nil {
		return nil, nil, err
	}
	rest, resting := PhotoRest, 0
	var own []photoBar
	for _, r := range rules {
		switch {
		case r.Clause.Verb == Prefer:
		case r.Clause.Of == OfRest:
			if r.Clause.Number != nil && time.Duration(*r.Clause.Number*24)*time.Hour > rest {
				rest, resting = time.Duration(*r.Clause.Number*24)*time.Hour, r.N
			}
		default:
			own = append(own, photoBar{sql: r.Clause.broken(args), reason: r.Clause.breach(), rule: r.N})
		}
	}
	used, err := tx.usedPhotos(ctx, at, rest, reserved, posts)
	if err != nil {
		return nil, nil, err
	}
	all := []photoBar{
		{sql: `p.withdrawn_at IS NOT NULL`, reason: "the client has taken it back"},
		{sql: `NOT (` + usedRights + `)`, reason: "nobody has given us the right to show it"},
		{sql: `NOT (` + lookedAt + `)`, reason: "nobody has looked at it yet, so that it is not known what is in it"},
	}
	all = append(all, own...)
	all = append(all,
		photoBar{sql: fmt.Sprintf(`p.risk > %v`, MostRisk), reason: "too risky"},
		photoBar{sql: photoRoot + ` = ANY(` + args.bind(used) + `)`, reason: fmt.Sprintf("shown within %d days", int(rest.Hours()/24)), rule: resting},
		photoBar{sql: fmt.Sprintf(`p.quality < %v`, LeastWorth), reason: "of poor quality", search: true})
	return all, rules, nil
}

// rulesAt are the active rules that hold in the month of a moment, as the restaurant's clock has it.
func (tx *Tx) rulesAt(ctx context.Context, at time.Time) ([]PhotoRule, error) {
	all, err := tx.ActiveRules(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		zone = time.UTC
	}
	var now []PhotoRule
	for _, r := range all {
		if r.Clause.Holds(at.In(zone).Month()) {
			now = append(now, r)
		}
	}
	return now, nil
}

// usedPhotos are the pictures that were shown, or are about to be, less than rest around a moment; of those that look alike the
// oldest one. reserved: also those on cards that wait for a decision.
func (tx *Tx) usedPhotos(ctx context.Context, at time.Time, rest time.Duration, reserved bool, posts []PostID) ([]PhotoID, error) {
	states := []string{"publishing", "published", "unknown", "asked"}
	if reserved {
		states = append(states, "due", "container", "ready", "held")
	}
	used, err := rows[struct{ ID PhotoID }](ctx, tx, `SELECT DISTINCT `+photoRoot+` AS id FROM photos p WHERE p.restaurant_id = $1 AND p.id IN (
		SELECT v.photo_id FROM publications b JOIN post_versions v ON v.restaurant_id = b.restaurant_id AND v.id = b.version_id
			WHERE b.restaurant_id = $1 AND b.state = ANY($2) AND abs(extract(epoch FROM coalesce(b.published_at, b.due_at) - $3::timestamptz)) < $4 AND b.post_id <> ALL($5::uuid[])
		UNION SELECT v.photo_id FROM post_approvals a JOIN post_versions v ON v.restaurant_id = a.restaurant_id AND v.id = a.version_id
			WHERE $6 AND a.restaurant_id = $1 AND a.state = 'pending' AND abs(extract(epoch FROM coalesce(v.publish_at, $3::timestamptz) - $3::timestamptz)) < $4 AND a.post_id <> ALL($5::uuid[]))`,
		tx.Restaurant, states, at, rest.Seconds(), append([]PostID{}, posts...), reserved)
	ids := []PhotoID{}
	for _, u := range used {
		ids = append(ids, u.ID)
	}
	return ids, wrapped("used photos", err)
}

// said is a text column as it is compared: without capitals and accents.
func said(column string) string {
	return `translate(lower(` + column + `), '` + foldedFrom + `', '` + foldedTo + `')`
}

func saidIn(columns ...string) string {
	return said(`concat_ws(' ', ` + strings.Join(columns, ", ") + `)`)
}

const tagWords = `array_to_string(p.tags, ' ')`

// broken is the condition under which a picture breaks the rule. What is not known breaks it.
func (c PhotoClause) broken(args *sqlArgs) string {
	is := c.shows(args)
	if c.Verb == Require {
		is = `NOT (` + is + `)`
	}
	return `coalesce(` + is + `, true)`
}

// shows is the condition under which a picture has what the rule names.
func (c PhotoClause) shows(args *sqlArgs) string {
	switch c.Of {
	case OfKind:
		return `p.kind = ANY(` + args.bind(c.Values) + `)`
	case OfPeople:
		if c.Number != nil && c.Verb == Forbid {
			return `p.people > ` + args.bind(int(*c.Number))
		}
		return `(p.people > 0 OR p.kind = 'people')`
	case OfFaces:
		return `p.faces`
	case OfChildren:
		return `p.children`
	case OfLogos:
		return `p.logos`
	case OfText:
		return `(p.text_in_image <> '' OR p.kind = 'text')`
	case OfSeason:
		return `p.season = ANY(` + args.bind(c.Values) + `)`
	case OfDish, OfTags:
		// What is forbidden may not even be spoken of; what is asked for has to be there by name.
		where := saidIn(`p.dish`, tagWords, `p.alt`)
		if c.Verb != Forbid {
			where = saidIn(`p.dish`, tagWords)
		}
		return where + ` ~ ` + args.bind(wordPattern(c.Values))
	case OfSource:
		return `p.source = ANY(` + args.bind(c.Values) + `)`
	case OfQuality:
		return `p.quality >= ` + args.bind(c.limit())
	case OfRisk:
		return `p.risk <= ` + args.bind(c.limit())
	case OfLook:
		return c.seen(args)
	}
	return `NULL::boolean`
}

func (c PhotoClause) limit() float64 {
	if c.Number == nil {
		return 2 // nothing is that good
	}
	return *c.Number
}

// seen is true or false by what somebody has seen; while nobody has looked, it keeps no rule from anybody (Open says so).
func (c PhotoClause) seen(args *sqlArgs) string {
	return `coalesce((SELECT k.seen FROM photo_looks k WHERE k.restaurant_id = p.restaurant_id AND k.question = ` + args.bind(c.Check) + ` AND k.photo_id = p.id), ` +
		map[bool]string{true: `true`, false: `false`}[c.Verb == Require] + `)`
}

// wordPattern finds any of the values as a word or words, also in the plural.
func wordPattern(values []string) string {
	var quoted []string
	for _, v := range values {
		quoted = append(quoted, patternQuote.Replace(FoldWords(v)))
	}
	return `(^|[^[:alnum:]])(` + strings.Join(quoted, "|") + `)(s|es)?($|[^[:alnum:]])`
}

var patternQuote = strings.NewReplacer(`\`, `\\`, `.`, `\.`, `*`, `\*`, `+`, `\+`, `?`, `\?`, `(`, `\(`, `)`, `\)`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`, `|`, `\|`, `^`, `\^`, `$`, `\$`)

// FoldWords is a text as pictures' words are compared: without capitals and accents.
func FoldWords(s string) string {
	from, to := []rune(foldedFrom), []rune(foldedTo)
	folded := strings.Map(func(r rune) rune {
		for i, f := range from {
			if r == f {
				return to[i]
			}
		}
		return r
	}, s)
	return strings.ToLower(strings.TrimSpace(folded))
}

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
