package stripe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v76"

	"marketa/internal/fault"
	"marketa/internal/rest"
)

// Outcome is what became of a call that failed.
type Outcome int

const (
	// Unknown: it may have been carried out. Look, or repeat with the same key: that does nothing twice. The zero value,
	// because it is the careful one.
	Unknown Outcome = iota
	// NotDone: it was refused, and the same call will never succeed.
	NotDone
	// Wait: it was not carried out, for a reason that passes or that somebody can mend; the same call later, same key.
	Wait
	// Done: it was carried out, but the answer cannot be read. Look for what there is now.
	Done
)

func (o Outcome) String() string {
	return [...]string{"outcome unknown", "not carried out", "not carried out, later", "carried out, answer unreadable"}[o]
}

// Error is a call that failed.
//
// https://docs.stripe.com/api/errors
type Error struct {
	Op          string // "create a checkout session"
	Outcome     Outcome
	Status      int    // HTTP; 0: no answer
	Type        string // api_error, card_error, idempotency_error, invalid_request_error
	Code        string // resource_missing, lock_timeout, …
	DeclineCode string // of a card_error
	Param       string // which one the vendor complains about
	Message     string // the vendor's words: for the panel, not for the log, for they may quote a customer
	RequestID   string // for the vendor's support and its dashboard
	Err         error  // the cause where there was no answer

	after time.Duration
	reads bool
}

// Error is for logs: codes only, for the vendor's words may quote what we sent.
func (e *Error) Error() string {
	text := "stripe: " + e.Op + ": " + e.Outcome.String()
	for _, part := range []struct{ name, value string }{
		{"status", status(e.Status)}, {"type", e.Type}, {"code", e.Code}, {"decline", e.DeclineCode},
		{"param", e.Param}, {"request", e.RequestID},
	} {
		if part.value != "" {
			text += ", " + part.name + " " + cut(part.value, 80)
		}
	}
	if e.Err != nil {
		text += ": " + reason(e.Err)
	}
	return text
}

func status(code int) string {
	if code == 0 {
		return ""
	}
	return strconv.Itoa(code)
}

// Unwrap shows the words for a person (fault.Say, fault.KindOf) and the cause.
func (e *Error) Unwrap() []error {
	said := &fault.Error{Kind: e.kind(), Say: e.Say()}
	if e.Err == nil {
		return []error{said}
	}
	return []error{said, e.Err}
}

// SafeToRetry is true when the same call with the same key can succeed later and cannot do anything twice. A vendor's
// answer of 5xx is kept under the key for a day or more: when it comes back unchanged, look whether the thing is there
// and only then take a new key. https://docs.stripe.com/api/idempotent_requests
func (e *Error) SafeToRetry() bool {
	return e.Outcome == Wait || e.Outcome == Unknown || (e.Outcome == Done && e.reads)
}

// RetryAfter is the wait that the vendor asked for; 0 when it did not.
func (e *Error) RetryAfter() time.Duration { return e.after }

// Missing is true when the vendor does not know what we named: deleted, of another account, or of the other mode (test, live).
func (e *Error) Missing() bool {
	return e.Code == "resource_missing" || e.Status == http.StatusNotFound
}

// KeyUsed is true when the key was used for another call before. That one counted, this one did nothing: look for its result.
func (e *Error) KeyUsed() bool {
	return e.Type == "idempotency_error" && e.Status == http.StatusBadRequest
}

// KeyBusy is true when a call with this key is being carried out right now.
func (e *Error) KeyBusy() bool { return e.Status == http.StatusConflict }

// Unauthorized is true when the key is wrong, revoked or not allowed to do this.
func (e *Error) Unauthorized() bool {
	return e.Status == http.StatusUnauthorized || e.Status == http.StatusForbidden
}

func (e *Error) kind() fault.Kind {
	switch {
	case e.Status == http.StatusTooManyRequests:
		return fault.RateLimited
	case e.Unauthorized():
		return fault.Denied
	case e.KeyUsed(), e.KeyBusy():
		return fault.Conflict
	case e.Outcome == Wait, e.Outcome == Unknown, e.Outcome == Done:
		return fault.Unavailable
	case e.Missing():
		return fault.NotFound
	default:
		return fault.Invalid
	}
}

// Say is what a manager reads, with what to do. It gives away nothing of what was sent.
func (e *Error) Say() string {
	switch {
	case e.Unauthorized():
		return "Stripe does not accept our key, or the key may not do this. Take the secret key from the Stripe dashboard " +
			"(Developers, API keys) and put it into the settings."
	case e.Status == http.StatusTooManyRequests:
		return "Stripe asks for a pause. Nothing was done; it goes on by itself in a moment."
	case e.KeyBusy():
		return "This is being done at Stripe right now. Look again in a minute."
	case e.Outcome == Wait:
		return "Stripe cannot be reached. Nothing was done or charged; try again in a few minutes."
	case e.KeyUsed():
		return "Something like this was begun before with other details. Nothing new was done; look at what is there and start afresh."
	case e.Outcome == Unknown && e.reads, e.Outcome == Done && e.reads:
		return "Stripe gives no clear answer. Nothing was changed; try again in a few minutes."
	case e.Outcome == Unknown, e.Outcome == Done:
		return "Stripe gave no clear answer, so it is not known whether this was done. Look into the Stripe dashboard before doing it again."
	}
	return e.sayRefused()
}

func (e *Error) sayRefused() string {
	switch {
	case e.Type == "card_error":
		return "The card was declined. Ask the client to try another card or to call their bank."
	case e.Missing() && e.Param == "customer":
		return "Stripe does not know this client any more. Start the payment anew; the client is set up again."
	case e.Missing() && strings.Contains(e.Param, "price"):
		return "Stripe does not know this price. Check the price list in the Stripe dashboard (Product catalogue)."
	case e.Missing():
		return "Stripe does not know this payment or subscription. It may have been deleted, or belong to the test mode."
	case e.Code == codeNoPrice:
		return "This plan has no active price at Stripe. Give a price its lookup key in the Stripe dashboard (Product catalogue)."
	default:
		return "Stripe refused this. Nothing was done; the log has the reason."
	}
}

const codeNoPrice = "price_not_found" // ours: the vendor answers an empty list

// failed says what became of a call, by what the library gave and what the transport saw.
func failed(op string, reads bool, s *seen, err error) error {
	e := &Error{Op: op, reads: reads, Status: int(s.status.Load())}
	if h := s.header.Load(); h != nil {
		e.RequestID, e.after = h.Get("Request-Id"), (&rest.Error{Header: *h}).RetryAfter()
	}
	var answered *sdk.Error
	if errors.As(err, &answered) {
		e.Type, e.Code, e.DeclineCode = string(answered.Type), string(answered.Code), string(answered.DeclineCode)
		e.Param, e.Message = answered.Param, answered.Msg
	}
	if answered == nil && e.Status/100 == 2 || e.Status == 0 {
		e.Err = err
	}
	e.Outcome = outcomeOf(e.Status, s)
	return e
}

func outcomeOf(status int, s *seen) Outcome {
	switch {
	case status == 0 && !s.asked.Load():
		return NotDone // the library would not even begin: the call makes no sense
	case status == 0 && s.certainty() == rest.NotSent:
		return Wait
	case status == 0:
		return Unknown
	case status/100 == 2:
		return Done
	case status >= 500, status == http.StatusRequestTimeout:
		return Unknown
	case status == http.StatusTooManyRequests, status == http.StatusConflict, status == http.StatusTooEarly,
		status == http.StatusUnauthorized, status == http.StatusForbidden:
		return Wait
	default:
		return NotDone
	}
}

// call runs one call of the library and judges its error.
func call(ctx context.Context, op string, reads bool, do func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return &Error{Op: op, reads: reads, Outcome: Wait, Err: err}
	}
	watched, s := watch(ctx)
	if err := do(watched); err != nil {
		return failed(op, reads, s, err)
	}
	return nil
}

var errUnexpected = errors.New("the answer is not what was expected")

// unclear is an answer of 200 that does not name what it speaks of.
func unclear(op string, reads bool) error {
	return &Error{Op: op, reads: reads, Outcome: Done, Status: http.StatusOK, Err: errUnexpected}
}

// invalid is a call that was not made because it makes no sense.
func invalid(op, why string) error {
	return &Error{Op: op, Outcome: NotDone, Code: why}
}

// reason puts a cause into our own words: the library's quote what the server wrote, the transport's the address.
func reason(err error) string {
	var timeout net.Error
	var dns *net.DNSError
	switch {
	case errors.Is(err, errTooLarge), errors.Is(err, errUnexpected):
		return err.Error()
	case errors.Is(err, context.Canceled):
		return "cancelled"
	case errors.As(err, &dns):
		return "host not found"
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return "timed out"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection was cut"
	default:
		return "the connection failed or the answer is not readable"
	}
}

// cut keeps what comes from outside short and on one line.
func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n] + "…"
	}
	quoted := fmt.Sprintf("%q", s)
	return quoted[1 : len(quoted)-1]
}
