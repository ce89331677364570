package store

import (
	"context"
	"fmt"
	"strings"
	"time"
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

// photoBar is a reason why a picture may not be shown, with its condition on the table p.
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
