package llm

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"syscall"
	"time"
)

// FromStatus is what an HTTP status means on its own; an adapter sharpens it by the vendor's code.
func FromStatus(status int, header http.Header, now time.Time) *Error {
	e := &Error{Outcome: FailOver, Status: status, RetryAfter: RetryAfter(header, now)}
	switch status {
	case 400, 413, 414, 415, 422:
		e.Outcome = CallerBug
	case 401, 402, 403:
		e.Outcome, e.Alert = DeadKey, true
	case 404, 410:
		e.Alert = true // a retired model or a wrong address: it will not come back by itself
	case 409, 499:
		e.Outcome = RetrySame
	case 408:
		e.Outcome, e.Trips = RetrySame, true
	case 429:
		e.Outcome = CoolDown
	case 503, 504, 529: // overloaded: the next model is quicker than waiting
		e.Trips = true
	default:
		if status >= 500 && status != 501 {
			e.Outcome, e.Trips = RetrySame, true
		}
	}
	return e
}

// RetryAfter reads Retry-After-Ms and Retry-After, in seconds or as a date; 0 when there is none.
func RetryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseFloat(h.Get("Retry-After-Ms"), 64); err == nil && ms > 0 {
		return time.Duration(ms * float64(time.Millisecond))
	}
	value := h.Get("Retry-After")
	if s, err := strconv.ParseFloat(value, 64); err == nil && s > 0 {
		return time.Duration(s * float64(time.Second))
	}
	if at, err := http.ParseTime(value); err == nil && at.After(now) {
		return at.Sub(now)
	}
	return 0
}

// Broken is an answer that stopped before its end or was no answer at all.
func Broken(code string, cause error) *Error {
	return &Error{Outcome: RetrySame, Code: code, Trips: true, Err: cause}
}

// FromTransport is what a failed connection means. The cause is kept for errors.Is but its text, which holds the
// address, is not printed.
func FromTransport(err error) *Error {
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		return &Error{Outcome: Cancelled, Code: "cancelled", Err: err}
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return &Error{Outcome: FailOver, Code: "timeout", Trips: true, Err: err}
	case errors.Is(err, syscall.ECONNREFUSED):
		return &Error{Outcome: FailOver, Code: "connection_refused", Trips: true, Err: err}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return Broken("cut_off", err)
	}
	return Broken("connection", err)
}
