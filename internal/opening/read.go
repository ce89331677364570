package opening

import (
	"errors"
	"time"
)

// ErrUnread says that no weekday or date with times, or with "closed", could be found, or that some day was left without either.
var ErrUnread = errors.New("opening: no weekday or date with times or “closed”")

// Read takes from people's words what they say of each day: "Tue-Sat 12:00-15:00 and 19-23, Sunday 12-15.30, closed on
// Mondays, 24 dicembre chiusi". Only the days that are named are in the answer. now is the place's time.
func Read(text string, now time.Time) (Hours, error) {
	r := reader{}
	toks := tokens(text, now)
	for i := 0; i < len(toks); i++ {
		i += r.take(toks, i)
	}
	r.finish()
	if r.out.Empty() || r.loose {
		return Hours{}, ErrUnread
	}
	return r.out, nil
}

// reader collects days, then what is said of them.
type reader struct {
	out     Hours
	group   []string // keys that the next times belong to
	spans   Spans
	said    bool // something was said of the group
	awaited bool // "closed" was said before its days
	loose   bool // a day was named and nothing said of it
}

// take reads the token at i, and says how many beyond it.
func (r *reader) take(toks []token, i int) (more int) {
	t := toks[i]
	then := func(n int, kind tokenKind) bool { return i+n < len(toks) && toks[i+n].kind == kind }
	switch t.kind {
	case aDay:
		days := t.days
		if len(days) == 1 && then(1, until) && then(2, aDay) && len(toks[i+2].days) == 1 {
			days, more = between(days[0], toks[i+2].days[0]), 2
		}
		for _, d := range days {
			r.day(Key(d))
		}
	case aDate:
		to := t.date
		if then(1, until) && then(2, aDate) && !toks[i+2].date.Before(to) {
			to, more = toks[i+2].date, 2
		}
		r.day(dateKey(t.date, to))
	case aTime:
		if then(1, until) && then(2, aTime) {
			if r.spans, r.said = append(r.spans, Span{t.time, toks[i+2].time}), true; len(r.group) == 0 {
				r.loose = true // times of no day
			}
			return 2
		}
	case closed:
		if len(r.group) > 0 && !r.said {
			r.said, r.spans = true, Spans{}
			return 0
		}
		r.finish()
		r.awaited = true
	}
	return more
}

// day begins a new group where something was said of the one before.
func (r *reader) day(key string) {
	if r.said {
		r.finish()
	}
	r.group = append(r.group, key)
}

// finish writes down what was said of the group.
func (r *reader) finish() {
	switch {
	case r.said, r.awaited && len(r.group) > 0:
		for _, key := range r.group {
			r.out.Set(key, append(Spans{}, r.spans...))
		}
		r.awaited = false
	case len(r.group) > 0:
		r.loose = true
	}
	r.group, r.spans, r.said = nil, nil, false
}

func between(from, to time.Weekday) (out []time.Weekday) {
	for d := from; ; d = (d + 1) % 7 {
		if out = append(out, d); d == to {
			return out
		}
	}
}
