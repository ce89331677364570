package llm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/tmc/langchaingo/llms"
)

// Config is everything a [Router] needs. Only Routes is required.
type Config struct {
	Routes   map[Task][]Hop // in the order in which they are asked
	Book     func(Call)     // told of every attempt, also from other goroutines
	Clock    Clock
	Log      *slog.Logger
	Timeouts Timeouts // for hops that say nothing; default 10 s, 20 s, 90 s

	Failures uint32        // in a row until a model is left alone; default 3
	OpenFor  time.Duration // how long then; default 30 s
	CoolDown time.Duration // after "too many requests" without a time; default 5 s
	MaxCool  time.Duration // a vendor that asks for more gets this; default 1 h
	KeyRest  time.Duration // how long a refused key is not tried again; default 1 min
	MaxWait  time.Duration // wait out a cool-down of at most this when nobody else can answer; default 10 s
}

// Router asks the models of a task's route until one answers. It is safe for concurrent use; what it learns about a
// model (breaker, cool-down, dead key) is shared by all tasks.
type Router struct {
	cfg   Config
	lines map[string]*line // by provider and model
	keys  map[string]*rest // by provider
}

// NewRouter refuses routes that could not work, naming every fault.
func NewRouter(cfg Config) (*Router, error) {
	r := &Router{cfg: cfg.withDefaults(), lines: map[string]*line{}, keys: map[string]*rest{}}
	var faults []error
	for task, hops := range cfg.Routes {
		if err := r.addRoute(task, hops); err != nil {
			faults = append(faults, err)
		}
	}
	return r, errors.Join(faults...)
}

func (c Config) withDefaults() Config {
	if c.Clock == nil {
		c.Clock = wallClock{}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Book == nil {
		c.Book = func(Call) {}
	}
	c.Timeouts = c.Timeouts.or(Timeouts{FirstByte: 10 * time.Second, Idle: 20 * time.Second, Total: 90 * time.Second})
	if c.Failures == 0 {
		c.Failures = 3
	}
	orDefault(&c.OpenFor, 30*time.Second)
	orDefault(&c.CoolDown, 5*time.Second)
	orDefault(&c.MaxCool, time.Hour)
	orDefault(&c.KeyRest, time.Minute)
	orDefault(&c.MaxWait, 10*time.Second)
	c.Routes = map[Task][]Hop{} // filled by addRoute with what was found out about each hop
	return c
}

func orDefault(d *time.Duration, value time.Duration) {
	if *d == 0 {
		*d = value
	}
}

func (r *Router) addRoute(task Task, hops []Hop) error {
	var faults []error
	seen := map[string]bool{}
	for _, h := range hops {
		h, err := h.named()
		if err == nil && seen[h.key()] {
			err = fmt.Errorf("llm: %s: %s stands twice in the route", task, h.key())
		}
		if err != nil {
			faults = append(faults, err)
			continue
		}
		seen[h.key()] = true
		r.cfg.Routes[task] = append(r.cfg.Routes[task], r.known(h))
	}
	return errors.Join(faults...)
}

func (r *Router) known(h Hop) Hop {
	h.Timeouts = h.Timeouts.or(r.cfg.Timeouts)
	if h.Price.IsZero() {
		h.Price, _ = PriceOf(h.Model)
	}
	if r.lines[h.key()] == nil {
		r.lines[h.key()] = &line{breaker: newBreaker(h.key(), r.cfg.Failures, r.cfg.OpenFor)}
	}
	if r.keys[h.Provider] == nil {
		r.keys[h.Provider] = &rest{}
	}
	return h
}

// Generate asks for one answer. The options are langchaingo's and this package's; [llms.WithModel] and streaming
// functions have no effect, because the route names the model and nobody sees an answer before it is complete.
//
// Errors: *[Refused] when a model declined (nobody else is asked), *[AllDown] when the route is exhausted, the
// context's own error when the caller hung up.
func (r *Router) Generate(ctx context.Context, task Task, msgs []llms.MessageContent, opts ...llms.CallOption) (Answer, error) {
	q, err := newQuestion(task, msgs, opts)
	if err != nil {
		return Answer{}, err
	}
	var causes []*Error
	var cooling []Hop
	for _, hop := range r.order(task, q.extras.pin) {
		answer, failures, err := r.ask(ctx, q, hop, retries)
		if len(failures) == 0 || err != nil {
			return answer, err
		}
		causes = append(causes, failures...)
		if failures[len(failures)-1].Outcome == CoolDown {
			cooling = append(cooling, hop)
		}
	}
	if hop, found := r.waitForOne(ctx, cooling); found {
		answer, failures, err := r.ask(ctx, q, hop, 0)
		if len(failures) == 0 || err != nil {
			return answer, err
		}
		causes = append(causes, failures...)
	}
	if ctx.Err() != nil {
		return Answer{}, fmt.Errorf("llm: %s: %w", task, ctx.Err())
	}
	return Answer{}, &AllDown{Task: task, Causes: causes}
}

// waitForOne waits out the shortest cool-down, if it is short enough.
func (r *Router) waitForOne(ctx context.Context, cooling []Hop) (Hop, bool) {
	var best Hop
	var until time.Time
	for _, hop := range cooling {
		if ends := r.lines[hop.key()].rest.ends(); until.IsZero() || ends.Before(until) {
			best, until = hop, ends
		}
	}
	if until.IsZero() || until.Sub(r.cfg.Clock.Now()) > r.cfg.MaxWait {
		return Hop{}, false
	}
	return best, r.cfg.Clock.Wait(ctx, until) == nil
}

// order is the task's route with the pinned model in front.
func (r *Router) order(task Task, p pin) []Hop {
	var first, others []Hop
	for _, hop := range r.cfg.Routes[task] {
		if hop.Provider == p.provider && hop.Model == p.model {
			first = append(first, hop)
		} else {
			others = append(others, hop)
		}
	}
	return append(first, others...)
}
