package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// deskWalk is the state of one manager's turn.
type deskWalk struct {
	agent *Agent
	lease store.DeskLease
	turn  store.DeskTurn
	now   time.Time

	// Loaded.
	manager   store.Manager
	bound     string // the topic's restaurant
	exchanges []store.Exchange
	scope     *store.Scope
	calls     []store.DeskCall
	names     []tools.Span // of restaurants and people, as the record has them
	cards     int          // that wait for a decision
	confirms  int          // of this manager's, that wait for a tap
	tools     []tools.Tool

	// Added by steps.
	at     string
	n      int
	status string
	text   string
	said   []llms.MessageContent
	model  string
	rounds int
	choose *store.Ambiguous
}

// The nodes of a manager's turn that a client's has not.
const (
	nodeWords = "words"
	nodeDesk  = "desk"
)

// newDeskGraph is the graph of a manager's question or wish.
func newDeskGraph() (*graphOf[*deskWalk], error) {
	return newGraph(nodeWords, []string{nodeDesk},
		nodeOf[*deskWalk]{nodeWords, []string{nodeDesk, end}, deskWords},
		nodeOf[*deskWalk]{nodeDesk, []string{nodeTools, end}, deskReason},
		nodeOf[*deskWalk]{nodeTools, []string{nodeDesk, end}, deskTools},
	)
}

const (
	memory     = 6         // exchanges that are remembered
	memorySpan = time.Hour // not older ones
)

// read loads what the turn looks at and replays what it has done.
func (w *deskWalk) read(ctx context.Context) error {
	w.at = w.agent.deskGraph.start
	err := w.agent.deskTx(ctx, func(tx *store.Tx) error { return w.load(ctx, tx) })
	if err != nil {
		return err
	}
	var steps []store.Step
	if err := w.agent.deskTx(ctx, func(tx *store.Tx) (err error) { steps, err = tx.DeskSteps(ctx, w.turn.ID); return err }); err != nil {
		return err
	}
	for _, s := range steps {
		if err := w.apply(s); err != nil {
			return err
		}
	}
	return nil
}

func (w *deskWalk) load(ctx context.Context, tx *store.Tx) (err error) {
	if w.manager, err = tx.Manager(ctx, w.turn.Manager); err != nil {
		return err
	}
	if w.exchanges, err = tx.Exchanges(ctx, w.turn, w.turn.StartedAt.Add(-memorySpan), memory); err != nil {
		return err
	}
	if w.cards, w.confirms, err = tx.Decidable(ctx, w.turn.Manager); err != nil {
		return err
	}
	if w.calls, err = tx.DeskCalls(ctx, w.turn.ID); err != nil {
		return err
	}
	zone, err := tx.DeskZone(ctx)
	if err != nil {
		return err
	}
	dir, err := tx.Names(ctx)
	if err != nil {
		return err
	}
	w.scope = w.scopeOf(dir, zone)
	for _, e := range dir {
		if e.Restaurant == w.turn.Bound {
			w.bound = e.Name
		}
		for _, n := range append([]string{e.Name, e.Title}, e.People...) {
			w.names = append(w.names, tools.Span{Origin: tools.FromCRM, Text: n})
		}
	}
	names := stages.DeskReads()
	if w.manager.Decides() {
		names = append(names, stages.DeskProposes()...)
	}
	w.tools, err = w.agent.registry.Pick(names)
	return err
}

// scopeOf is what this turn may look into: whom the manager names, else whom the conversation was about.
func (w *deskWalk) scopeOf(dir store.Names, zone string) *store.Scope {
	s := &store.Scope{Manager: w.manager.ID, Decides: w.manager.Decides(), Zone: zone, Picks: w.turn.Picks}
	switch {
	case !w.turn.Bound.IsZero():
		s.Named = []store.RestaurantID{w.turn.Bound}
	default:
		s.Named = dir.Named(w.turn.Words)
	}
	for _, p := range w.turn.Picks {
		if !slices.Contains(s.Named, p.Restaurant) && w.turn.Bound.IsZero() {
			s.Named = append(s.Named, p.Restaurant)
		}
	}
	for _, e := range slices.Backward(w.exchanges) {
		if len(e.About) > 0 { // the newest that was about somebody
			s.Carried = e.About
			break
		}
	}
	for _, c := range w.calls {
		s.Recall(c.Seen)
	}
	return s
}

func (w *deskWalk) apply(s store.Step) error {
	var d delta
	if err := json.Unmarshal(s.Delta, &d); err != nil {
		return fmt.Errorf("agent: desk step %d (%s): %w", s.N, s.Node, err)
	}
	w.n, w.at = s.N, d.Next
	if d.Status != "" {
		w.status = d.Status
	}
	if d.Text != nil {
		w.text = *d.Text
	}
	if d.Model != "" {
		w.model = d.Model
	}
	if d.Choose != nil {
		w.choose = d.Choose
	}
	if s.Node == nodeDesk {
		w.rounds++
	}
	if len(d.Said) == 0 {
		return nil
	}
	var m llms.MessageContent
	if err := json.Unmarshal(d.Said, &m); err != nil {
		return fmt.Errorf("agent: desk step %d (%s): transcript: %w", s.N, s.Node, err)
	}
	w.said = append(w.said, m)
	return nil
}

func (w *deskWalk) zone() *time.Location {
	if loc, err := time.LoadLocation(w.scope.Zone); err == nil {
		return loc
	}
	return time.UTC
}

// spans are the words that the model has read, with whose they are.
func (w *deskWalk) spans() []tools.Span {
	out := append([]tools.Span{{Origin: tools.FromManager, Text: w.turn.Words}}, w.names...)
	for _, e := range w.exchanges {
		out = append(out, tools.Span{Origin: tools.FromManager, Text: e.Words})
	}
	for _, c := range w.calls {
		origin := tools.FromCRM
		if c.Seen.Outside {
			origin = tools.FromClient
		}
		if !proposes(c.ToolCall) && !strings.HasPrefix(c.Result, `{"error":`) {
			out = append(out, tools.Span{Origin: origin, Text: c.Result})
		}
	}
	return out
}

// question is the human part of the prompt.
func (w *deskWalk) question() string {
	var before []string
	for _, e := range w.exchanges {
		answer := cutTo(oneLine(e.Answer), 700)
		if w.strange(e) {
			answer = "(about others; left out)"
		}
		before = append(before, "[manager] "+cutTo(oneLine(strings.Map(plainBracket, e.Words)), 400), "[you] "+strings.Map(plainBracket, answer))
	}
	var parts []string
	if len(before) > 0 {
		parts = append(parts, stages.Fence(stages.TagExchanges, strings.Join(before, "\n")))
	}
	words := cutTo(w.turn.Words, longestMessage)
	for _, p := range w.turn.Picks {
		words += "\n(“" + oneLine(p.Name) + "”: the manager has chosen who is meant.)"
	}
	return strings.Join(append(parts, stages.Fence(stages.TagManager, words)), "\n")
}

// strange: an earlier answer was about somebody whom the manager does not ask about now. What it says of one restaurant has
// no place in a prompt about another.
func (w *deskWalk) strange(e store.Exchange) bool {
	if len(w.scope.Named) == 0 {
		return false
	}
	return slices.ContainsFunc(e.About, func(id store.RestaurantID) bool { return !slices.Contains(w.scope.Named, id) })
}
