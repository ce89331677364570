package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"marketa/store"
)

// nodeOf is one step of a walk, a client's or a manager's. run may take long and may be run again after a crash that came
// before its delta was saved.
type nodeOf[W any] struct {
	name string
	next []string // where it may lead; end is one of the names
	run  func(ctx context.Context, w W) (delta, error)
}

type (
	node  = nodeOf[*walk]  // of a client's turn
	graph = graphOf[*walk] //
)

// end is where a walk is over.
const end = "end"

// graphOf is the nodes by name, checked.
type graphOf[W any] struct {
	start string
	nodes map[string]nodeOf[W]
}

// newGraph names every fault of the declaration: what leads nowhere, what cannot be reached, what can never end, and
// circles that nothing limits (limited names the nodes that count their visits and stop by themselves).
func newGraph[W any](start string, limited []string, nodes ...nodeOf[W]) (*graphOf[W], error) {
	g := &graphOf[W]{start: start, nodes: map[string]nodeOf[W]{}}
	var faults []error
	fault := func(format string, args ...any) {
		faults = append(faults, fmt.Errorf("agent: graph: "+format, args...))
	}
	for _, n := range nodes {
		if _, twice := g.nodes[n.name]; twice || n.name == end || n.name == "" {
			fault("a node cannot be called %q", n.name)
		}
		if n.run == nil {
			fault("%s does nothing", n.name)
		}
		g.nodes[n.name] = n
	}
	if _, ok := g.nodes[start]; !ok {
		fault("it starts at %q, which is not there", start)
	}
	for _, name := range limited {
		if _, ok := g.nodes[name]; !ok {
			fault("%q is said to limit a circle and is not there", name)
		}
	}
	for _, n := range nodes {
		for _, to := range n.next {
			if _, ok := g.nodes[to]; !ok && to != end {
				fault("%s leads to %q, which is not there", n.name, to)
			}
		}
		if !g.reaches(n.name, end, nil) {
			fault("%s can never end", n.name)
		}
		if n.name != start && !g.reaches(start, n.name, nil) {
			fault("%s cannot be reached", n.name)
		}
		if g.circles(n.name, limited) {
			fault("%s lies on a circle that nothing limits", n.name)
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return g, nil
}

// reaches follows the arrows, around what is avoided.
func (g *graphOf[W]) reaches(from, to string, avoid []string) bool {
	seen := map[string]bool{}
	var follow func(string) bool
	follow = func(at string) bool {
		if seen[at] {
			return false
		}
		seen[at] = true
		for _, next := range g.nodes[at].next {
			if next == to {
				return true
			}
			if !slices.Contains(avoid, next) && follow(next) {
				return true
			}
		}
		return false
	}
	return follow(from)
}

func (g *graphOf[W]) circles(name string, limited []string) bool {
	return !slices.Contains(limited, name) && g.reaches(name, name, limited)
}

// delta is what one step changed: only what it changed, never the whole state again.
type delta struct {
	Next    string          `json:"next"`
	Status  string          `json:"status,omitempty"` // how the turn ends, once it is clear
	Why     string          `json:"why,omitempty"`
	Said    json.RawMessage `json:"said,omitempty"` // one more entry of the transcript
	Text    *string         `json:"text,omitempty"`
	Warn    []string        `json:"warn,omitempty"`
	Keep    bool            `json:"keep,omitempty"`    // the standing draft is held again
	Private bool            `json:"private,omitempty"` // triage: not for everybody's eyes
	Model   string          `json:"model,omitempty"`   // provider/model that answered; the tool loop stays with it

	Translated *store.Translation `json:"translated,omitempty"`
	Choose     *store.Ambiguous   `json:"choose,omitempty"` // whom a manager has to choose from
}

// step runs one node and checks that it leads where it was declared to lead.
func (g *graphOf[W]) step(ctx context.Context, at string, w W) (delta, error) {
	n, ok := g.nodes[at]
	if !ok {
		return delta{}, fmt.Errorf("agent: a saved turn stands at %q, which this version does not have", at)
	}
	d, err := n.run(ctx, w)
	if err != nil {
		return d, fmt.Errorf("agent: %s: %w", at, err)
	}
	if !slices.Contains(n.next, d.Next) {
		return d, fmt.Errorf("agent: %s led to %q, which it did not declare", at, d.Next)
	}
	return d, nil
}
