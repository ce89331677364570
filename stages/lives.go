package stages

import (
	"errors"
	"fmt"
	"strings"
)

// life is what all flows have in common, whatever their states.
type life interface {
	title() string
	check() error
	Mermaid() string
}

func lives() []life { return []life{Client, Draft, Delivery} }

// Mermaid draws every life, as Markdown with one diagram each.
func Mermaid() string {
	var out strings.Builder
	for i, l := range lives() {
		if i > 0 {
			out.WriteString("\n")
		}
		fmt.Fprintf(&out, "## %s\n\n```mermaid\n%s```\n", l.title(), l.Mermaid())
	}
	return out.String()
}

func (f Flow[S, E]) title() string { return f.Name }

// check names every way in which a table is wrong. The library notices none of them: of two rows for the same event
// and state it silently keeps the later one.
func (f Flow[S, E]) check() error {
	var faults []error
	report := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("stages: "+f.Name+": "+format, args...))
	}
	target := map[string]S{}
	for _, t := range f.Table {
		if t.Event == "" || t.To == "" || len(t.From) == 0 {
			report("a row lacks its event, its origin or its target: %+v", t)
		}
		for _, from := range t.From {
			row := string(t.Event) + " from " + string(from)
			if other, twice := target[row]; twice {
				report("%s leads to both %q and %q", row, other, t.To)
			}
			if from == t.To {
				report("%s leads back to itself", row)
			}
			target[row] = t.To
		}
	}
	reached := f.reached()
	for _, s := range f.States() {
		if !reached[s] {
			report("no way leads to %q", s)
		}
	}
	return errors.Join(faults...)
}

func (f Flow[S, E]) reached() map[S]bool {
	reached := map[S]bool{f.Initial: true}
	for grown := true; grown; {
		grown = false
		for _, t := range f.Table {
			for _, from := range t.From {
				if reached[from] && !reached[t.To] {
					reached[t.To], grown = true, true
				}
			}
		}
	}
	return reached
}
