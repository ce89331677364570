package agent

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// Config is what the agent is made of.
type Config struct {
	DB       *store.DB
	Router   *llm.Router // nil: no model is configured, every message becomes a plain card
	Prompts  *stages.Prompts
	Registry *tools.Registry
	Apply    map[string]Applier // by the kind of a proposal
	Window   time.Duration      // how long a burst may pause; a turn starts when nothing came in for so long
	Cap      time.Duration      // but no later than this after the first message
	Log      *slog.Logger
}

// Applier carries out a released proposal in the caller's transaction, once.
type Applier func(ctx context.Context, tx *store.Tx, p store.HeldProposal) error

// Agent answers what is unhandled in a chat.
type Agent struct {
	db       *store.DB
	router   *llm.Router
	prompts  *stages.Prompts
	registry *tools.Registry
	apply    map[string]Applier
	window   time.Duration
	cap      time.Duration
	log      *slog.Logger
	graph    *graph
	draining chan struct{} // closed by Drain
	drain    sync.Once
	guards   map[stages.Guard]func(*walk, string) []string
}

// New refuses what could not work later: a graph with a fault, a stage that lists a missing tool or an unknown guard.
func New(cfg Config) (*Agent, error) {
	a := &Agent{db: cfg.DB, router: cfg.Router, prompts: cfg.Prompts, registry: cfg.Registry, apply: cfg.Apply,
		window: cfg.Window, cap: cfg.Cap, log: cfg.Log, guards: guards(), draining: make(chan struct{})}
	var err error
	if a.graph, err = newWalkGraph(); err != nil {
		return nil, err
	}
	var faults []error
	for _, p := range stages.Policies() {
		if missing := cfg.Registry.Missing(p.Tools); len(missing) > 0 {
			faults = append(faults, fmt.Errorf("agent: stage %s lists tools that are not there: %s", p.Stage, strings.Join(missing, ", ")))
		}
		for _, g := range p.Guards {
			if a.guards[g] == nil {
				faults = append(faults, fmt.Errorf("agent: stage %s names a guard that is not there: %s", p.Stage, g))
			}
		}
	}
	return a, errors.Join(faults...)
}

// Drain gives up the turns that only sit out a burst: another process, or the next start, waits for the rest of it. Turns
// that have begun go on.
func (a *Agent) Drain() { a.drain.Do(func() { close(a.draining) }) }

// HasModel says whether anybody can be asked.
func (a *Agent) HasModel() bool { return a.router != nil }

// Books writes model calls down; it is the router's Book.
func Books(db *store.DB, log *slog.Logger) func(llm.Call) {
	return func(c llm.Call) {
		restaurant, turn, ok := strings.Cut(c.Label, "/")
		id, err := store.ParseID[restaurantOf](restaurant)
		if !ok || err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		row := store.LLMCall{Task: string(c.Task), Provider: c.Provider, Model: c.Model, Outcome: string(c.Outcome),
			InputTokens: int(c.Usage.Input), OutputTokens: int(c.Usage.Output), CostMicros: c.Cost, Latency: c.Latency}
		_ = row.Turn.UnmarshalText([]byte(turn)) // an unknown turn is booked without one
		err = db.Tx(store.WithRestaurant(ctx, store.RestaurantID(id)), func(tx *store.Tx) error { return tx.Book(ctx, row) })
		if err != nil {
			log.Warn("a model call was not booked", "error", err)
		}
		if c.Alert {
			_ = db.Unhealthy(ctx, store.Alert{Cause: "model-key-" + c.Provider, Text: fmt.Sprintf(
				"The language model %s of %s refuses us (%s). Check its key and its bill; until then other models answer, or cards come without a draft.", c.Model, c.Provider, c.Code)})
		}
	}
}

type restaurantOf struct{}
