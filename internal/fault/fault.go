// Package fault is errors that people can read: what kind of trouble it is, the safe sentence to say, and the cause for
// the log. It imports only the standard library. Start reading at [Error].
package fault

import (
	"errors"
	"fmt"
)

// Kind is an error by itself, so that errors.Is(err, fault.NotFound) reads well.
type Kind string

func (k Kind) Error() string { return string(k) }

const (
	Invalid     Kind = "invalid"      // the request cannot be meant: say what to write instead
	NotFound    Kind = "not found"    // nothing there, or not theirs to see
	Conflict    Kind = "conflict"     // somebody was faster, or the state has moved on
	Denied      Kind = "denied"       // known, but not allowed
	RateLimited Kind = "rate limited" // later, by itself
	Unavailable Kind = "unavailable"  // a part or a vendor is away: later, by itself
	Internal    Kind = "internal"     // our mistake
)

// Error is a cause with the words for a person. Error() is for the log, Say for people.
type Error struct {
	Kind Kind
	Say  string // one safe sentence in plain words that says what to do; never the cause
	Err  error
}

func (e *Error) Error() string {
	if e.Err == nil {
		return string(e.Kind) + ": " + e.Say
	}
	return e.Err.Error()
}

// Unwrap makes both the kind and the cause visible to errors.Is and errors.As.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// New is an error whose sentence is all there is to know.
func New(kind Kind, say string, args ...any) error {
	return &Error{Kind: kind, Say: fmt.Sprintf(say, args...)}
}

// Wrap gives a cause its kind and its sentence.
func Wrap(err error, kind Kind, say string, args ...any) error {
	return &Error{Kind: kind, Say: fmt.Sprintf(say, args...), Err: err}
}

// Say is the sentence for a person: the outermost one that was written, else a bland one that gives nothing away.
func Say(err error) string {
	var e *Error
	if errors.As(err, &e) && e.Say != "" {
		return e.Say
	}
	return "Something went wrong on our side. It is noted; please try again in a moment."
}

// KindOf is the outermost kind, Internal when nobody said.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}
