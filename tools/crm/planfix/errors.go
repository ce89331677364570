package planfix

import (
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"marketa/internal/fault"
	"marketa/internal/rest"
)

// Error is a call that failed. Its Outcome says what to do next.
//
// https://planfix.com/ru/help/REST_API:_Коды_ошибок
type Error struct {
	Op      string // "create task"
	Status  int    // HTTP; 0: no answer
	Code    int    // the vendor's own; it decides, the status does not
	Message string // the vendor's words, or ours where it said none; may quote names and values
	Sent    rest.Certainty
	Err     error // the cause

	coded   bool // the answer had a code
	reads   bool // the call changes nothing
	invalid bool // we were asked for something that cannot be
	foreign bool // the search answered with what was not asked for
	already bool // what was asked for is the case
}

// Outcome of a failed call.
type Outcome int

const (
	// Unknown: it may have been carried out. Look before repeating. The zero value, because it is the careful one.
	Unknown Outcome = iota
	// Wait: nothing was carried out; the same call can succeed after RetryAfter.
	Wait
	// Blocked: nothing was carried out and nothing will be until somebody mends the account (token, rights, payment).
	Blocked
	// Refused: nothing was carried out and the same call will never succeed.
	Refused
	// Carried: what was asked for is already the case (a contact with this e-mail).
	Carried
)

// Outcome says whether the call was carried out. A call that only reads is never Unknown.
func (e *Error) Outcome() Outcome {
	switch {
	case e.invalid, e.foreign:
		return Refused
	case e.already:
		return Carried
	case e.Sent == rest.NotSent:
		return Wait
	case e.Sent == rest.Unknown:
		return e.unclear()
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusServiceUnavailable:
		return Wait
	case e.coded:
		return e.byCode()
	default:
		return e.byStatus()
	}
}

// unclear is a read that may be repeated, or a write that must be looked for.
func (e *Error) unclear() Outcome {
	if e.reads {
		return Wait
	}
	return Unknown
}

// byCode reads the vendor's catalogue, whatever the status: lists are refused with 500 too.
func (e *Error) byCode() Outcome {
	switch {
	case e.Code == 22:
		return Wait
	case e.Code == 2005:
		return Carried
	case e.Code >= 1 && e.Code <= 23:
		return Blocked
	case e.Code == 0: // "unknown error" is no promise that nothing happened
		return e.unclear()
	default:
		return Refused
	}
}

// byStatus judges an answer that is not the vendor's envelope: a proxy's page, a wrong address.
func (e *Error) byStatus() Outcome {
	switch {
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden, e.Status == http.StatusPaymentRequired:
		return Blocked
	case e.Status >= 500, e.Status == http.StatusRequestTimeout, e.Status < 300:
		return e.unclear()
	case e.Status < 400: // a redirect: the base address is not the API's
		return Blocked
	default:
		return Refused
	}
}

// SafeToRetry is true when nothing was done and the same call can succeed later, by itself or after somebody mended the account.
func (e *Error) SafeToRetry() bool { o := e.Outcome(); return o == Wait || o == Blocked }

// Unknown is true when the vendor may have done it.
func (e *Error) Unknown() bool { return e.Outcome() == Unknown }

// Permanent is true when nothing was done and the same call will never succeed.
func (e *Error) Permanent() bool { return e.Outcome() == Refused }

// Missing is true when the task, contact, comment or file is not there, or not for this token's employee to see.
func (e *Error) Missing() bool {
	switch e.Code {
	case 1000, 2000, 5000, 7000:
		return true
	}
	return e.Status == http.StatusNotFound && (!e.coded || e.Code == 0)
}

// RetryAfter is how long to wait before the same call, or before looking: what the vendor asked for, else what its limits
// suggest. 0 when repeating makes no sense.
func (e *Error) RetryAfter() time.Duration {
	var r *rest.Error
	if errors.As(e.Err, &r) && r.RetryAfter() > 0 {
		return r.RetryAfter()
	}
	switch outcome := e.Outcome(); {
	case outcome == Refused, outcome == Carried:
		return 0
	case e.Status == http.StatusTooManyRequests:
		return 2 * time.Second
	case e.coded && e.Code == 22: // of the day; the vendor does not say when its day ends
		return time.Hour
	case outcome == Blocked:
		return 15 * time.Minute
	default: // also long enough for a lost creation to be found by a search
		return time.Minute
	}
}

// RequiredField is the custom field that the account wants filled before it takes a task; 0 when that is not the trouble.
func (e *Error) RequiredField() int64 {
	found := regexp.MustCompile(`custom_field_is_required, id:? ?(\d{1,18})`).FindStringSubmatch(e.Message)
	if found == nil {
		return 0
	}
	id, _ := strconv.ParseInt(found[1], 10, 64)
	return id
}

// Error is for logs, so the vendor's words, which may quote what was written, are left out.
func (e *Error) Error() string {
	text := "planfix: " + e.Op + ": "
	switch {
	case e.coded:
		return text + "status " + strconv.Itoa(e.Status) + ", code " + strconv.Itoa(e.Code)
	case e.Err != nil:
		return text + e.Err.Error()
	case e.Message != "" && e.Status == 0:
		return text + e.Message
	default:
		return text + "status " + strconv.Itoa(e.Status) + ", " + e.Sent.String() + ": " + e.Message
	}
}

func (e *Error) Unwrap() error { return e.Err }

// failed makes a vendor's error of what the caller found out.
func failed(op string, r request, err error) error {
	e := &Error{Op: op, Sent: rest.Unknown, Err: err, reads: r.reads()}
	var cause *rest.Error
	if !errors.As(err, &cause) {
		return e
	}
	e.Status, e.Sent = cause.Status, cause.Sent
	if e.Sent == rest.Answered {
		e.read(cause.Body)
	}
	return e
}

// envelope is around every answer. Some accounts call the words message.
//
// https://planfix.com/ru/help/REST_API:_Коды_ошибок
type envelope struct {
	Result  string      `json:"result"`
	Code    json.Number `json:"code"`
	Error   any         `json:"error"`
	Message any         `json:"message"`
}

// read takes code and words from an envelope; anything else leaves the error to its status.
func (e *Error) read(body []byte) {
	var v envelope
	if json.Unmarshal(body, &v) != nil {
		return
	}
	if code, err := strconv.Atoi(v.Code.String()); err == nil {
		e.Code, e.coded = code, true
	}
	for _, words := range []any{v.Error, v.Message} {
		if text, ok := words.(string); ok && text != "" {
			e.Message = strings.ToValidUTF8(text[:min(len(text), 500)], "")
			return
		}
	}
}

// refusal finds a refusal that came with a status of success.
func refusal(op string, r request, status int, raw json.RawMessage) error {
	var v envelope
	if json.Unmarshal(raw, &v) != nil || v.Result == "" {
		return unclear(op, r, status, "the answer is no envelope")
	}
	if v.Result == "success" {
		return nil
	}
	e := &Error{Op: op, Status: status, Sent: rest.Answered, reads: r.reads()}
	e.read(raw)
	return e
}

// unclear is an answer of success that does not say what happened.
func unclear(op string, r request, status int, why string) error {
	return &Error{Op: op, Status: status, Message: why, Sent: rest.Unknown, reads: r.reads()}
}

// invalid is a call that was not made because it makes no sense.
func invalid(op, why string) error {
	return &Error{Op: op, Message: why, Sent: rest.NotSent, invalid: true}
}

// Explain gives an error of this package its kind and its sentence for people; others stay as they are.
func Explain(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return &fault.Error{Kind: e.kind(), Say: e.Say(), Err: err}
}
