package llm

import (
	"context"
	"errors"
	"runtime/debug"

	"github.com/tmc/langchaingo/llms"
)

// retries is how often the same model is asked again after a failure that may pass at once.
const retries = 1

// ask tries one hop, and once more where that may help. No failures: the answer counts. An error ends the whole call.
func (r *Router) ask(ctx context.Context, q question, hop Hop, again int) (Answer, []*Error, error) {
	var failures []*Error
	msgs := q.msgs
	for try := 0; try <= again; try++ {
		answer, err := r.attempt(ctx, q, hop, msgs)
		if err == nil {
			return answer, nil, nil
		}
		failed := (*Error)(nil)
		if !errors.As(err, &failed) || failed.Outcome == Cancelled {
			return Answer{}, nil, err
		}
		failures = append(failures, failed)
		if failed.Outcome != RetrySame {
			break
		}
		if failed.Code == badJSON {
			msgs = repair(q.msgs, answer.Text, failed.Err)
		}
	}
	return Answer{}, failures, nil
}

// attempt is one request: it may be made, it is made, the vendor's health is noted, it is booked.
func (r *Router) attempt(ctx context.Context, q question, hop Hop, msgs []llms.MessageContent) (Answer, error) {
	if why := r.resting(hop); why != nil {
		return Answer{}, why
	}
	done, err := r.lines[hop.key()].breaker.Allow()
	if err != nil {
		return Answer{}, &Error{Outcome: FailOver, Provider: hop.Provider, Model: hop.Model, Code: "breaker_open"}
	}
	began := r.cfg.Clock.Now()
	answer, err := r.generate(ctx, q, hop, msgs)
	done(health(err))
	r.learn(hop, err)
	r.book(q, hop, began, answer.Usage, err)
	return answer, err
}

func (r *Router) resting(hop Hop) *Error {
	now := r.cfg.Clock.Now()
	why := r.keys[hop.Provider].left(now)
	if why == nil {
		why = r.lines[hop.key()].rest.left(now)
	}
	if why != nil {
		why.Provider, why.Model = hop.Provider, hop.Model
	}
	return why
}

// reply is what came back from a client, in its own goroutine.
type reply struct {
	answer Answer
	err    error
}

// generate makes the request and does not wait longer than its time, even for a client that ignores its context: what
// comes after that is booked and thrown away.
func (r *Router) generate(ctx context.Context, q question, hop Hop, msgs []llms.MessageContent) (Answer, error) {
	attempt, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	pulse := newPulse(r.cfg.Clock, hop.Timeouts)
	go pulse.watch(attempt, cancel)
	replies := make(chan reply, 1)
	go func() { replies <- r.speak(attempt, q, hop, msgs, pulse) }()
	select {
	case got := <-replies:
		return got.answer, r.judge(ctx, attempt, hop, got.err)
	case <-attempt.Done():
		began := r.cfg.Clock.Now()
		go func() { r.bookLate(q, hop, began, <-replies) }()
		return Answer{}, r.judge(ctx, attempt, hop, context.Cause(attempt))
	}
}

// speak calls the client and checks what it says. A panic in a client is its failure, not ours.
func (r *Router) speak(ctx context.Context, q question, hop Hop, msgs []llms.MessageContent, pulse *Pulse) (got reply) {
	defer func() {
		if p := recover(); p != nil {
			r.cfg.Log.Error("llm: client panicked", "provider", hop.Provider, "model", hop.Model, "stack", string(debug.Stack()))
			got = reply{err: Broken("panic", nil)}
		}
	}()
	msgs, opts := q.forClient(hop, msgs, pulse)
	resp, err := hop.Client.GenerateContent(ctx, msgs, opts...)
	if err != nil {
		return reply{err: err}
	}
	answer, failed := newAnswer(resp, q.extras.schema)
	answer.Provider, answer.Model = hop.Provider, hop.Model
	answer.Pinned = q.extras.pin == pin{hop.Provider, hop.Model}
	if failed != nil {
		return reply{answer: answer, err: failed}
	}
	return reply{answer: answer}
}
