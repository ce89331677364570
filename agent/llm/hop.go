package llm

import (
	"fmt"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"github.com/tmc/langchaingo/llms"
)

// Hop is one stop of a route: a model of a provider, and who speaks to it.
type Hop struct {
	Provider string // empty: the adapter's own name
	Model    string
	Client   llms.Model
	Price    Price    // zero: looked up by the model's id
	Timeouts Timeouts // zero fields: the router's
}

// Adapter is an [llms.Model] that reads this package's options and keeps its promises: it beats its [Pulse], returns
// soon after its context ends, reports failures as *[Error] or *[Refused], and signs its tool calls with Provider.
type Adapter interface {
	llms.Model
	Provider() string
}

func (h Hop) key() string { return h.Provider + "/" + h.Model }

// named fills in the provider and finds what is missing.
func (h Hop) named() (Hop, error) {
	if h.Client == nil {
		return h, fmt.Errorf("llm: hop %q has no client", h.key())
	}
	if a, ok := h.Client.(Adapter); ok {
		if h.Provider != "" && h.Provider != a.Provider() {
			return h, fmt.Errorf("llm: hop %q: its adapter calls itself %q", h.key(), a.Provider())
		}
		h.Provider = a.Provider()
	}
	if h.Provider == "" || h.Model == "" {
		return h, fmt.Errorf("llm: hop %q needs a provider and a model", h.key())
	}
	return h, nil
}

// line is what all tasks share about one provider and model: how well it works at the moment.
type line struct {
	breaker *gobreaker.TwoStepCircuitBreaker[struct{}]
	rest    rest

	mu    sync.Mutex
	asked bool
	fails int       // in a row
	down  time.Time // when the first of them was
}

// rest is a time in which nobody asks. It belongs to a model (too many requests) or to a provider (its key is dead).
type rest struct {
	mu    sync.Mutex
	until time.Time
	why   Error
}

// take prolongs the rest, never shortens it.
func (r *rest) take(until time.Time, why *Error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if until.After(r.until) {
		r.until, r.why = until, Error{Outcome: why.Outcome, Status: why.Status, Code: why.Code}
	}
}

// left is the reason for the rest and how long it still is; nil when there is none.
func (r *rest) left(now time.Time) *Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !now.Before(r.until) {
		return nil
	}
	why := r.why
	why.RetryAfter = r.until.Sub(now)
	return &why
}

func (r *rest) ends() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.until
}

// newBreaker opens after some failures in a row; after its rest one attempt at a time shows whether to close again.
// It runs on the machine's clock, whatever the router's says.
func newBreaker(name string, failures uint32, rest time.Duration) *gobreaker.TwoStepCircuitBreaker[struct{}] {
	return gobreaker.NewTwoStepCircuitBreaker[struct{}](gobreaker.Settings{
		Name:         name,
		Interval:     time.Minute,
		BucketPeriod: 10 * time.Second,
		Timeout:      rest,
		ReadyToTrip:  func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= failures },
		IsExcluded:   func(err error) bool { return err == errNotTheirFault },
	})
}
