package llm

import (
	"cmp"
	"slices"
	"time"
)

// LineHealth is how well one provider and model works.
type LineHealth struct {
	Provider, Model string
	DownSince       time.Time // the first failure since its last answer; zero: it answers, as far as is known
	Failures        int       // since then
	Asked           bool      // it has answered or failed since our start
}

// Health says of every model whether it answers.
func (r *Router) Health() (all []LineHealth) {
	seen := map[string]bool{}
	for _, hops := range r.cfg.Routes {
		for _, hop := range hops {
			if seen[hop.key()] {
				continue
			}
			seen[hop.key()] = true
			all = append(all, r.lines[hop.key()].health(hop))
		}
	}
	slices.SortFunc(all, func(a, b LineHealth) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Model, b.Model))
	})
	return all
}

func (l *line) health(hop Hop) LineHealth {
	l.mu.Lock()
	defer l.mu.Unlock()
	return LineHealth{hop.Provider, hop.Model, l.down, l.fails, l.asked}
}

// note remembers since when a model has not answered: only what speaks against it counts.
func (l *line) note(now time.Time, trips, answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = l.asked || trips || answered
	switch {
	case answered:
		l.fails, l.down = 0, time.Time{}
	case trips:
		if l.fails++; l.fails == 1 {
			l.down = now
		}
	}
}
