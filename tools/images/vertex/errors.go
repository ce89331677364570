package vertex

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"marketa/internal/fault"
	"marketa/internal/rest"
)

// Error is a call that failed. Nothing that it asks for can be seen by anybody, so that only its sense decides about repeating it.
type Error struct {
	Op     string // text, image
	Status int    // of HTTP, 0: no answer
	Code   string // RESOURCE_EXHAUSTED, and our BAD_ANSWER, NO_TOKEN

	again  bool
	wait   time.Duration
	reason error
}

func (e *Error) Error() string {
	text := "vertex: " + e.Op
	if e.Status != 0 {
		text += fmt.Sprintf(": status %d", e.Status)
	}
	if e.Code != "" {
		text += ": " + e.Code
	}
	var call *rest.Error
	if e.Status == 0 && errors.As(e.reason, &call) {
		text += ": " + call.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.reason }

// SafeToRetry says that the same call may succeed later.
func (e *Error) SafeToRetry() bool { return e.again }

// RetryAfter is how long to wait; 0: nobody said.
func (e *Error) RetryAfter() time.Duration { return e.wait }

// envelope is Google's error. https://cloud.google.com/apis/design/errors
type envelope struct {
	Error struct {
		Status  string `json:"status"`
		Details []struct {
			RetryDelay string `json:"retryDelay"`
		} `json:"details"`
	} `json:"error"`
}

const (
	sayAway  = "The search by meaning does not answer at the moment. It is tried again by itself."
	saySetUp = "Google refuses our access to the search by meaning. Somebody with the server's settings must check VERTEX_PROJECT and GOOGLE_CREDENTIALS."
)

// failed classifies what rest reports.
func failed(op string, err error) error {
	var call *rest.Error
	if !errors.As(err, &call) {
		return err
	}
	e := &Error{Op: op, Status: call.Status}
	var denied *oauth2.RetrieveError
	if errors.As(err, &denied) {
		e.Code, e.again = "NO_TOKEN", denied.Response != nil && denied.Response.StatusCode >= 500
		e.reason = fault.Wrap(call, fault.Denied, "%s", saySetUp)
		return e
	}
	var body envelope
	_ = json.Unmarshal(call.Body, &body)
	e.Code = known(body.Error.Status)
	for _, d := range body.Error.Details {
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil && wait > 0 {
			e.wait = min(wait, time.Hour)
		}
	}
	e.wait = max(e.wait, call.RetryAfter())
	switch {
	case call.Status == http.StatusTooManyRequests:
		e.again, e.reason = true, fault.Wrap(call, fault.RateLimited, "%s", sayAway)
	case call.Sent != rest.Answered, call.Status >= 500, call.Status == http.StatusRequestTimeout:
		e.again, e.reason = true, fault.Wrap(call, fault.Unavailable, "%s", sayAway)
	case call.Status == http.StatusUnauthorized, call.Status == http.StatusForbidden, call.Status == http.StatusNotFound:
		e.reason = fault.Wrap(call, fault.Denied, "%s", saySetUp)
	default:
		e.reason = fault.Wrap(call, fault.Invalid, "Google cannot read this picture or text.")
	}
	return e
}

// known keeps a vendor's word only where it is one of its codes: a proxy may write anything there.
func known(code string) string {
	switch code {
	case "INVALID_ARGUMENT", "FAILED_PRECONDITION", "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "RESOURCE_EXHAUSTED", "CANCELLED", "INTERNAL", "UNAVAILABLE", "DEADLINE_EXCEEDED":
		return code
	}
	return ""
}
