package llm

import (
	"errors"
	"time"
)

// Call is one attempt, for the books. Every attempt is reported once, also those that failed or were given up; an
// attempt that was given up before it said what it cost is reported a second time with the outcome [Late] and the cost.
type Call struct {
	Task            Task
	Label           string // from [WithLabel]
	Provider, Model string
	Outcome         Outcome
	Status          int
	Code            string
	Usage           Usage
	Cost            int64 // micro-USD
	Unpriced        bool  // the model's price is unknown, so Cost is 0 and means nothing
	Alert           bool  // a person has to act, see [Error.Alert]
	Latency         time.Duration
	At              time.Time // when the attempt began
}

// book reports the attempt and logs a failure by its codes.
func (r *Router) book(q question, hop Hop, began time.Time, spent Usage, err error) {
	call := Call{
		Task: q.task, Label: q.extras.label, Provider: hop.Provider, Model: hop.Model, Outcome: OK,
		Usage: spent, At: began, Latency: r.cfg.Clock.Now().Sub(began),
	}
	var failed *Error
	var refused *Refused
	switch {
	case errors.As(err, &failed):
		call.Outcome, call.Status, call.Code, call.Alert = failed.Outcome, failed.Status, Word(failed.Code), failed.Alert
		call.Usage = failed.Usage
		r.cfg.Log.Warn("llm: attempt failed", "task", q.task, "provider", hop.Provider, "model", hop.Model,
			"outcome", failed.Outcome, "status", failed.Status, "code", Word(failed.Code), "param", Word(failed.Param), "latency", call.Latency)
	case errors.As(err, &refused):
		call.Outcome, call.Code, call.Usage = BusinessResult, Word(refused.Reason), refused.Usage
	}
	r.settle(hop, call)
}

func (r *Router) bookLate(q question, hop Hop, gaveUp time.Time, got reply) {
	spent := got.answer.Usage
	if got.err != nil {
		spent = usageIn(got.err)
	}
	if !spent.IsZero() {
		r.settle(hop, Call{
			Task: q.task, Label: q.extras.label, Provider: hop.Provider, Model: hop.Model, Outcome: Late,
			Usage: spent, At: gaveUp, Latency: r.cfg.Clock.Now().Sub(gaveUp),
		})
	}
}

func (r *Router) settle(hop Hop, call Call) {
	call.Cost, call.Unpriced = hop.Price.Cost(call.Usage), hop.Price.IsZero()
	r.cfg.Book(call)
}
