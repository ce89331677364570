package llm

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/tmc/langchaingo/llms"
)

// judge names the failure: the caller's own hanging up and our time-outs before whatever the client made of them.
func (r *Router) judge(ctx, attempt context.Context, hop Hop, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return &Error{Outcome: Cancelled, Provider: hop.Provider, Model: hop.Model, Code: "cancelled", Err: ctx.Err(), Usage: usageIn(err)}
	}
	var timeout *Error
	if attempt.Err() != nil && errors.As(context.Cause(attempt), &timeout) {
		named := *timeout
		named.Provider, named.Model, named.Usage = hop.Provider, hop.Model, usageIn(err)
		return &named
	}
	var refused *Refused
	if errors.As(err, &refused) {
		refused.Provider, refused.Model = hop.Provider, hop.Model
		return refused
	}
	failed := asError(err)
	failed.Provider, failed.Model = hop.Provider, hop.Model
	return failed
}

func usageIn(err error) Usage {
	var failed *Error
	var refused *Refused
	switch {
	case errors.As(err, &failed):
		return failed.Usage
	case errors.As(err, &refused):
		return refused.Usage
	}
	return Usage{}
}

// asError reads what langchaingo's models return. An error without a type trips the breaker: it may be an outage.
func asError(err error) *Error {
	var ours *Error
	if errors.As(err, &ours) {
		return ours
	}
	var theirs *llms.Error
	if errors.As(err, &theirs) {
		return fromCode(theirs)
	}
	var broken *json.SyntaxError
	if errors.As(err, &broken) {
		return Broken("malformed", err)
	}
	return FromTransport(err)
}

func fromCode(err *llms.Error) *Error {
	e := &Error{Outcome: FailOver, Code: string(err.Code), Err: err}
	switch err.Code {
	case llms.ErrCodeAuthentication, llms.ErrCodeQuotaExceeded:
		e.Outcome, e.Alert = DeadKey, true
	case llms.ErrCodeRateLimit:
		e.Outcome = CoolDown
	case llms.ErrCodeInvalidRequest, llms.ErrCodeTokenLimit:
		e.Outcome = CallerBug
	case llms.ErrCodeResourceNotFound:
		e.Alert = true
	case llms.ErrCodeTimeout, llms.ErrCodeProviderUnavailable, llms.ErrCodeUnknown:
		e.Trips = true
	}
	return e
}

// errNotTheirFault is told to the breaker for failures that say nothing about the vendor's health.
var errNotTheirFault = errors.New("not the vendor's fault")

// health is what the breaker hears: success, failure, or nothing.
func health(err error) error {
	var failed *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failed) && failed.Trips:
		return failed
	}
	return errNotTheirFault
}

// learn lets a model rest that asked for it, and a whole provider whose key was refused.
func (r *Router) learn(hop Hop, err error) {
	var failed *Error
	now := r.cfg.Clock.Now()
	if !errors.As(err, &failed) {
		r.lines[hop.key()].note(now, false, true)
		return
	}
	r.lines[hop.key()].note(now, failed.Trips || failed.Outcome == DeadKey, false)
	switch {
	case failed.Outcome == DeadKey && failed.Status == 403: // may be about this model only
		r.lines[hop.key()].rest.take(now.Add(r.cfg.KeyRest), failed)
	case failed.Outcome == DeadKey:
		r.keys[hop.Provider].take(now.Add(r.cfg.KeyRest), failed)
	case failed.Outcome == CoolDown && failed.RetryAfter == 0:
		r.lines[hop.key()].rest.take(now.Add(r.cfg.CoolDown), failed)
	case failed.RetryAfter > 0:
		r.lines[hop.key()].rest.take(now.Add(min(failed.RetryAfter, r.cfg.MaxCool)), failed)
	}
}
