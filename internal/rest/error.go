package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Error is one call that did not succeed. Its text is fit for any log: no query, no body, no token, and no part of the
// path that could name a person. Body and Header may hold all of that: they are for the vendor's client to read.
type Error struct {
	Op     string      // "POST /messages/text", variable parts as an asterisk
	Status int         // 0: no answer
	Header http.Header // of the answer
	Body   []byte      // of the answer, at most 16 KiB
	Sent   Certainty
	Err    error // why, nil when the status says it all
}

func (e *Error) Error() string {
	text := e.Op + ": "
	switch {
	case e.Sent == Answered:
		return text + "status " + strconv.Itoa(e.Status)
	case e.Status != 0:
		text += "status " + strconv.Itoa(e.Status) + ", "
	}
	return text + e.Sent.String() + ": " + reason(e.Err)
}

func (e *Error) Unwrap() error { return e.Err }

// RetryAfter is the wait that the answer asks for, in seconds or as a date; 0 when it does not.
func (e *Error) RetryAfter() time.Duration {
	asked := e.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(strings.TrimSpace(asked)); err == nil {
		return max(0, time.Duration(min(seconds, maxRetryAfter))*time.Second)
	}
	until, err := http.ParseTime(asked)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(e.Header.Get("Date")) // the vendor's clock, where it tells it: ours may be wrong
	if err != nil {
		now = time.Now()
	}
	return min(max(0, until.Sub(now)), maxRetryAfter*time.Second)
}

const maxRetryAfter = 7 * 24 * 3600 // seconds; more is a mistake, and would overflow some day

var (
	errBadBase    = errors.New("the base address is no http(s) URL")
	errBadRequest = errors.New("the request cannot be built")
	errTooLarge   = errors.New("the answer is too large")
)

// unreadable is an answer that is not the JSON we expect.
type unreadable struct{ what string }

func (u *unreadable) Error() string { return "unreadable answer: " + u.what }

// reason puts the cause in our own words: the transport's may quote the URL or what the server wrote.
func reason(err error) string {
	var (
		dns     *net.DNSError
		system  syscall.Errno
		timeout net.Error
		own     *unreadable
	)
	switch {
	case errors.Is(err, errBadBase), errors.Is(err, errBadRequest), errors.Is(err, errTooLarge):
		return err.Error()
	case errors.As(err, &own):
		return own.Error()
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &dns):
		return "host not found"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case isTLS(err):
		return "no secure connection"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut"
	case errors.As(err, &system):
		return system.Error()
	default:
		return "the connection failed"
	}
}

func isTLS(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
	)
	return errors.As(err, &certificate) || errors.As(err, &record) || errors.As(err, &alert)
}

// withoutURL takes off net/http's wrapping, which quotes the whole address.
func withoutURL(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		return wrapped.Err
	}
	return err
}

// operation names a call without naming anybody: parts of the path that hold a digit or an @, or are long, are ids.
func operation(method, path string) string {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if len(part) > 30 || strings.ContainsAny(part, "0123456789@%") {
			parts[i] = "*"
		}
	}
	return method + " " + strings.Join(parts, "/")
}
