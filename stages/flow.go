package stages

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/looplab/fsm"

	"marketa/internal/fault"
)

// Transition is one row of a life's table: event moves what is in one of From to To.
type Transition[S, E ~string] struct {
	Event E
	From  []S
	To    S
}

// From reads well in a table.
func From[S ~string](states ...S) []S { return states }

// Flow is a life as data. Nothing happens inside: effects belong in the transaction that writes the new state, where
// they can be retried.
type Flow[S, E ~string] struct {
	Name    string // one word, as people say it: client, draft, delivery
	Initial S
	Table   []Transition[S, E]
}

// Next is the state after event. A state or an event that the table does not know is fault.Internal (our data or our
// code is wrong); an event that does not apply in this state is fault.Conflict, and nothing moves.
func (f Flow[S, E]) Next(from S, event E) (S, error) {
	if _, err := f.Parse(string(from)); err != nil {
		return from, err
	}
	machine := f.machine(from)
	if err := machine.Event(context.Background(), string(event)); err != nil { // no callbacks: nothing to cancel
		return from, f.refuse(from, event, err)
	}
	return S(machine.Current()), nil
}

// Parse guards what comes from the database: the library would take any state and then refuse every event.
func (f Flow[S, E]) Parse(text string) (S, error) {
	if state := S(text); slices.Contains(f.States(), state) {
		return state, nil
	}
	return "", fault.Wrap(fmt.Errorf("stages: %s: no state %q", f.Name, text), fault.Internal,
		"This version does not know the %s state %q; the data may come from a newer one.", f.Name, text)
}

// Events are those that apply in a state, in the order of the table.
func (f Flow[S, E]) Events(state S) []E {
	var events []E
	for _, t := range f.Table {
		if slices.Contains(t.From, state) {
			events = append(events, t.Event)
		}
	}
	return events
}

// States are all that the table names, in its order, the initial one first.
func (f Flow[S, E]) States() []S {
	states := []S{f.Initial}
	for _, t := range f.Table {
		for _, s := range append(slices.Clone(t.From), t.To) {
			if !slices.Contains(states, s) {
				states = append(states, s)
			}
		}
	}
	return states
}

// Final says that nothing leads out of a state.
func (f Flow[S, E]) Final(state S) bool { return len(f.Events(state)) == 0 }

// Mermaid draws the life as a state diagram (https://mermaid.js.org/syntax/stateDiagram.html).
func (f Flow[S, E]) Mermaid() string {
	drawing, err := fsm.VisualizeForMermaidWithGraphType(f.machine(f.Initial), fsm.StateDiagram)
	if err != nil {
		return "%% " + err.Error() // only for a kind of diagram that the library does not have
	}
	for _, s := range f.States() {
		if f.Final(s) {
			drawing += fmt.Sprintf("    %s --> [*]\n", s)
		}
	}
	return drawing
}

func (f Flow[S, E]) machine(state S) *fsm.FSM {
	var events fsm.Events
	for _, t := range f.Table {
		events = append(events, fsm.EventDesc{Name: string(t.Event), Src: texts(t.From), Dst: string(t.To)})
	}
	return fsm.NewFSM(string(state), events, nil)
}

func (f Flow[S, E]) refuse(from S, event E, err error) error {
	err = fmt.Errorf("stages: %s: %w", f.Name, err)
	if !f.knows(event) {
		return fault.Wrap(err, fault.Internal, "This version does not know the %s event %q.", f.Name, event)
	}
	possible := "nothing"
	if events := f.Events(from); len(events) > 0 {
		possible = strings.Join(texts(events), ", ")
	}
	return fault.Wrap(err, fault.Conflict, "%q does not apply to a %s that is %q. Possible now: %s.", event, f.Name, from, possible)
}

func (f Flow[S, E]) knows(event E) bool {
	return slices.ContainsFunc(f.Table, func(t Transition[S, E]) bool { return t.Event == event })
}

func texts[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}
