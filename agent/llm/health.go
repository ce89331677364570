package llm

import (
	"cmp"
	"slices"
	"time"
)

// LineHealth is how well one provider and model works.
type LineHealth struct {
	Provider, Model string
	DownSince       time.Time // the first of several failures since its last answer; zero: it answers, as far as is known
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
			all = append(all, LineHealth{hop.Provider, hop.Model, r.lines[hop.key()].downSince()})
		}
	}
	slices.SortFunc(all, func(a, b LineHealth) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.Model, b.Model))
	})
	return all
}

func (l *line) downSince() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fails < mostFails {
		return time.Time{}
	}
	return l.down
}

// mostFails is how often in a row a model must have failed to be called away: one failure is nothing.
const mostFails = 3

// note remembers since when a model has not answered: only what speaks against it counts.
func (l *line) note(now time.Time, trips, answered bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case answered:
		l.fails, l.down = 0, time.Time{}
	case trips:
		if l.fails++; l.fails == 1 {
			l.down = now
		}
	}
}
