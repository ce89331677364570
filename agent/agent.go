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
	"marketa/internal/files"
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
	Files    *files.Store            // what clients have sent; nil: models see and hear nothing of it
	Apply    map[string]Applier      // by the kind of a proposal
	Effects  map[string]store.Effect // what a manager asks for and confirms with a tap, by kind
	Begins   map[string]store.Effect // what a manager asks for and what ends in a card of its own, so that nobody confirms its beginning
	Attach   map[string]Attacher     // what the platform puts under a text that asks for it, by the kind of the proposal
	Window   time.Duration           // how long a burst may pause; a turn starts when nothing came in for so long
	Cap      time.Duration           // but no later than this after the first message
	Log      *slog.Logger
}

// Applier carries out a released proposal in the caller's transaction, which also marks it as done. Of two workers both may
// get there: what it writes must be unique by the proposal's id.
type Applier func(ctx context.Context, tx *store.Tx, p store.HeldProposal) error

// Agent answers what is unhandled in a chat.
type Agent struct {
	db        *store.DB
	router    *llm.Router
	prompts   *stages.Prompts
	registry  *tools.Registry
	files     *files.Store
	apply     map[string]Applier
	effects   map[string]store.Effect
	begins    map[string]store.Effect
	attach    map[string]Attacher
	window    time.Duration
	cap       time.Duration
	log       *slog.Logger
	graph     *graph
	deskGraph *graphOf[*deskWalk]
	draining  chan struct{} // closed by Drain
	drain     sync.Once
	guards    map[stages.Guard]check
}

// New refuses what could not work later: a graph with a fault, a stage that lists a missing tool or an unknown guard.
func New(cfg Config) (*Agent, error) {
	a := &Agent{db: cfg.DB, router: cfg.Router, prompts: cfg.Prompts, registry: cfg.Registry, files: cfg.Files, apply: cfg.Apply,
		effects: cfg.Effects, begins: cfg.Begins, attach: cfg.Attach,
		window: cfg.Window, cap: cfg.Cap, log: cfg.Log, guards: guards(), draining: make(chan struct{})}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	if cfg.DB == nil || cfg.Prompts == nil || cfg.Registry == nil {
		return nil, errors.New("agent: it needs a database, prompts and tools")
	}
	var err error
	if a.graph, err = newWalkGraph(); err != nil {
		return nil, err
	}
	if a.deskGraph, err = newDeskGraph(); err != nil {
		return nil, err
	}
	if err := a.checkAttached(); err != nil {
		return nil, err
	}
	if err := a.check(stages.Policies()); err != nil {
		return nil, err
	}
	return a, nil
}

// check names all that policies ask for and that is not there.
func (a *Agent) check(policies []stages.Policy) error {
	var faults []error
	for _, p := range policies {
		if missing := a.registry.Missing(p.Tools); len(missing) > 0 {
			faults = append(faults, fmt.Errorf("agent: stage %s lists tools that are not there: %s", p.Stage, strings.Join(missing, ", ")))
		}
		for _, g := range p.Guards {
			if a.guards[g] == nil {
				faults = append(faults, fmt.Errorf("agent: stage %s names a guard that is not there: %s", p.Stage, g))
			}
		}
	}
	return errors.Join(faults...)
}

// Drain gives up the turns that only sit out a burst: another process, or the next start, waits for the rest of it. Turns
// that have begun go on.
func (a *Agent) Drain() { a.drain.Do(func() { close(a.draining) }) }

// HasModel says whether anybody can be asked.
func (a *Agent) HasModel() bool { return a.router != nil }
