package meta

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"marketa/internal/fault"
	"marketa/internal/rest"
)

// Outcome is what a failed call did.
type Outcome int

const (
	Unknown Outcome = iota // it may have been done: look. The zero value, because it is the careful one
	NotDone
	Done // Meta says that it is there already: look for it, never repeat
)

func (o Outcome) String() string {
	return [...]string{"outcome unknown", "not done", "done already"}[o]
}

// Cure is what helps.
type Cure string

const (
	Retry     Cure = "retry"     // the same call in a while
	Wait      Cure = "wait"      // a limit: no call for this account until RetryAfter has passed
	Look      Cure = "look"      // find out whether it was done, then decide
	Renew     Cure = "renew"     // the container is lost: make a new one
	Reconnect Cure = "reconnect" // the person must log in again through a new link
	Permit    Cure = "permit"    // a box or a role is missing
	Owner     Cure = "owner"     // somebody must act on Facebook or Instagram themselves
	FixMedia  Cure = "fix media" // another picture or video, or the same one in another form
	FixText   Cure = "fix text"  // caption, link or tags
	Operator  Cure = "operator"  // our app's settings or our mistake
)

// Error is a call that failed. Its text holds numbers only: what Meta writes may name people, and is localised. What a person
// should read is in the chain (fault.Say).
type Error struct {
	Op      string // "publish"
	Status  int    // of HTTP, 0: no answer
	Code    int
	Subcode int
	Trace   string // fbtrace_id, for Meta's support
	Outcome Outcome
	Cure    Cure
	Visible bool // the call does what people can see

	wait   time.Duration
	reason error // *fault.Error with the cause
}

func (e *Error) Error() string {
	text := fmt.Sprintf("meta: %s: %s", e.Op, e.Outcome)
	if e.Status != 0 {
		text += fmt.Sprintf(", status %d", e.Status)
	}
	if e.Code != 0 || e.Subcode != 0 {
		text += fmt.Sprintf(", code %d/%d", e.Code, e.Subcode)
	}
	var cause *rest.Error
	if e.Code == 0 && errors.As(e.reason, &cause) {
		text += ": " + cause.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.reason }

// SafeToRetry says that the same call may be made again after RetryAfter: it helps, and it cannot be seen twice.
func (e *Error) SafeToRetry() bool {
	switch e.Cure {
	case Retry, Wait:
		return e.Outcome == NotDone || !e.Visible
	case Look:
		return !e.Visible
	}
	return false
}

// RetryAfter is how long to leave the account alone; 0: nobody said.
func (e *Error) RetryAfter() time.Duration { return e.wait }

// As finds the Error in a chain, nil when there is none.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// detail is the vendor's error envelope.
// https://developers.facebook.com/docs/graph-api/guides/error-handling
type detail struct {
	Message   string `json:"message"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	Transient bool   `json:"is_transient"`
	Trace     string `json:"fbtrace_id"`
}

// envelope finds an error in an answer, whatever its status.
func envelope(body []byte) *detail {
	var answer struct {
		Error *detail `json:"error"`
	}
	var wrong *json.UnmarshalTypeError
	if err := json.Unmarshal(body, &answer); err != nil && !errors.As(err, &wrong) {
		return nil
	}
	return answer.Error
}

// failed classifies what rest reports.
func (c *Client) failed(r request, err error) error {
	var call *rest.Error
	if !errors.As(err, &call) {
		return err
	}
	if call.Sent == rest.Answered {
		if e := envelope(call.Body); e != nil {
			return c.refused(r, e, call.Status, call)
		}
	}
	e := classified(r.op, detail{}, ruleOfCall(call))
	e.Status, e.Visible = call.Status, r.visible
	e.reason = fault.Wrap(call, kindOf(e.Cure), "%s", fault.Say(e.reason))
	if asked := call.RetryAfter(); asked > 0 {
		e.wait = asked
	}
	return e
}

// ruleOfCall is for failures without an envelope.
func ruleOfCall(call *rest.Error) rule {
	switch {
	case call.Sent == rest.NotSent:
		return rule{NotDone, Retry, time.Minute, sayAway}
	case call.Sent == rest.Unknown, call.Status >= 500, call.Status == http.StatusRequestTimeout:
		return rule{Unknown, Look, 15 * time.Second, sayLooking}
	case call.Status == http.StatusTooManyRequests:
		return rule{NotDone, Wait, 5 * time.Minute, sayBusy}
	}
	return rule{NotDone, Operator, 0, sayOurs}
}

// refused classifies the vendor's own words.
func (c *Client) refused(r request, d *detail, status int, call *rest.Error) error {
	chosen := rowOf(d.Code, d.Subcode, byText(*d, ruleUnknownCode(*d, status)))
	if strings.HasSuffix(r.path, "/oauth/access_token") && d.Code == 100 {
		chosen = rule{NotDone, Reconnect, 0, sayConnectAgain} // a code is used up, too old, or of another address
	}
	e := classified(r.op, *d, chosen)
	e.Status, e.Visible = status, r.visible
	if call != nil {
		if asked := max(usageOf(call.Header).Regain, call.RetryAfter()); asked > 0 && e.Cure == Wait {
			e.wait = asked
		}
	}
	return e
}

func classified(op string, d detail, by rule) *Error {
	return &Error{Op: op, Code: d.Code, Subcode: d.Subcode, Trace: d.Trace, Outcome: by.outcome, Cure: by.cure, wait: by.wait,
		reason: fault.New(kindOf(by.cure), "%s", by.say)}
}

// plain is an error before any call.
func plain(op string, cure Cure, say string) error {
	return classified(op, detail{}, rule{NotDone, cure, 0, say})
}

func kindOf(cure Cure) fault.Kind {
	switch cure {
	case Wait:
		return fault.RateLimited
	case Retry, Look, Renew:
		return fault.Unavailable
	case FixMedia, FixText:
		return fault.Invalid
	case Reconnect, Permit, Owner:
		return fault.Denied
	}
	return fault.Internal
}
