package whapi

import (
	"cmp"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"marketa/internal/rest"
)

// Error is a call that failed. It is always exactly one of [Error.SafeToRetry], [Error.Unknown] and [Error.Permanent].
// A call that only reads may be repeated in any case.
//
// https://whapi.cloud/docs/whatsapp/api/errors
type Error struct {
	Op      string // "send text"
	Status  int    // HTTP; 0: no answer
	Code    int    // the vendor's own
	Message string // the vendor's words, or ours where it said none; may quote numbers: for people who may see them
	Details string
	Href    string
	Support string
	Sent    rest.Certainty
	Err     error // the cause, a *rest.Error when a call was made

	invalid bool // we were asked for something that cannot be sent
}

// Error is for logs: long numbers are hidden, for the vendor's words may quote a phone.
func (e *Error) Error() string {
	text := "whapi: " + e.Op + ": "
	switch {
	case e.Sent == rest.Answered && e.Message == "":
		return text + "status " + strconv.Itoa(e.Status)
	case e.Sent == rest.Answered:
		return text + "status " + strconv.Itoa(e.Status) + ": " + hideNumbers(e.Message)
	case e.Err != nil:
		return text + e.Err.Error()
	default:
		return text + e.Sent.String() + ": " + e.Message
	}
}

func (e *Error) Unwrap() error { return e.Err }

// SafeToRetry is true when nothing was done and the same call can succeed later: nothing was sent, or the vendor
// refused for a reason that passes or that somebody can mend (too many requests, payment, the number not linked).
func (e *Error) SafeToRetry() bool { return e.outcome() == mayRetry }

// Unknown is true when the vendor may have done it. For a send: look into [Client.History] before sending again.
func (e *Error) Unknown() bool { return e.outcome() == mayBeDone }

// Permanent is true when nothing was done and the same call will never succeed (a wrong chat, not a member, too large).
func (e *Error) Permanent() bool { return e.outcome() == never }

type outcome int

const (
	mayBeDone outcome = iota
	mayRetry
	never
)

func (e *Error) outcome() outcome {
	switch {
	case e.invalid:
		return never
	case e.Sent == rest.NotSent:
		return mayRetry
	case e.Sent == rest.Unknown, e.Status >= 500, e.Status == http.StatusRequestTimeout:
		return mayBeDone
	case e.Status == http.StatusTooManyRequests, e.Status == http.StatusPaymentRequired, e.Status == http.StatusUnauthorized, e.ChannelLost():
		return mayRetry
	default:
		return never
	}
}

// RetryAfter is the wait that the vendor asked for; 0 when it did not.
func (e *Error) RetryAfter() time.Duration {
	var r *rest.Error
	if errors.As(e.Err, &r) {
		return r.RetryAfter()
	}
	return 0
}

// NeedsRescan is true when the number is no longer linked. The vendor answers 401 to that, and 401 to some wrong tokens too:
// only one that speaks of the token is taken for the latter. [Client.Health] tells for sure.
func (e *Error) NeedsRescan() bool {
	return e.Status == http.StatusUnauthorized && !strings.Contains(strings.ToLower(e.Message), "token")
}

// ChannelLost is true when the vendor does not know the channel: the token is wrong or the subscription has ended. The
// vendor answers 404 to that, as to a missing chat; only its words differ.
func (e *Error) ChannelLost() bool {
	return e.Status == http.StatusNotFound && strings.Contains(strings.ToLower(e.Message), "channel not found")
}

// Say is what a manager reads, with what to do. It gives away nothing of what was sent.
func (e *Error) Say() string {
	switch {
	case e.invalid:
		return "This cannot go to WhatsApp as it is: the chat, the text or an id is missing."
	case e.Sent == rest.NotSent:
		return "The WhatsApp provider (Whapi) cannot be reached; nothing was sent. Try again in a few minutes."
	case e.NeedsRescan():
		return sayRescan
	case e.ChannelLost(), e.Status == http.StatusUnauthorized:
		return "Whapi does not accept the channel's token: it is wrong, or the subscription has ended. Look at the channel in the " +
			"Whapi panel, pay if it says so, and put the token that is shown there into the settings."
	case e.outcome() == mayBeDone:
		return "Whapi gave no clear answer, so it is not known whether this was done. Look into the WhatsApp chat before doing it again."
	}
	return cmp.Or(sayRefused(e.Status), "Whapi refused this. Nothing was sent; the log has the reason.")
}

const sayRescan = "The WhatsApp number is not linked. Open the channel in the Whapi panel and scan the QR code with the phone " +
	"(WhatsApp, Linked devices, Link a device)."

func sayRefused(status int) string {
	switch status {
	case http.StatusPaymentRequired:
		return "The Whapi plan is unpaid or its trial limit is used up. Pay or choose a plan in the Whapi panel."
	case http.StatusForbidden:
		return "WhatsApp does not let this number write to this chat: it is no member of the group, or only admins may write there. " +
			"Ask an admin of the group to add it or to let it write."
	case http.StatusNotFound:
		return "WhatsApp does not know this chat or message. It may have been deleted; check that the number is right."
	case http.StatusRequestEntityTooLarge:
		return "The file is too large for WhatsApp. Send a smaller one."
	case http.StatusUnsupportedMediaType:
		return "WhatsApp does not take files of this kind. Send it in another format."
	case http.StatusTooManyRequests:
		return "Too many messages in a short time; Whapi asks for a pause. Nothing was sent. Try again in a few minutes."
	case http.StatusBadRequest:
		return "Whapi does not accept this message or this chat. Check that the number is right; the log has the reason."
	}
	return ""
}

// failed makes a vendor's error of what the caller found out.
func failed(op string, err error) error {
	e := &Error{Op: op, Sent: rest.Unknown, Err: err}
	var r *rest.Error
	if !errors.As(err, &r) {
		return e
	}
	e.Status, e.Sent = r.Status, r.Sent
	var body struct {
		Error ErrorInfo `json:"error"`
	}
	if _, err := read(r.Body, &body); err == nil {
		e.Code, e.Message = body.Error.Code, body.Error.Message
		e.Details, e.Href, e.Support = body.Error.Details, body.Error.Href, body.Error.Support
	}
	return e
}

// unclear is an answer of 200 that does not say what happened.
func unclear(op, why string) error {
	return &Error{Op: op, Status: http.StatusOK, Message: why, Sent: rest.Unknown}
}

// invalid is a call that was not made because it makes no sense.
func invalid(op, why string) error {
	return &Error{Op: op, Message: why, Sent: rest.NotSent, invalid: true}
}

// hideNumbers leaves numbers of up to four digits, and at most 200 bytes.
func hideNumbers(s string) string {
	var out strings.Builder
	digits := 0
	for _, r := range s[:min(len(s), 200)] {
		switch {
		case r >= '0' && r <= '9':
			if digits++; digits == 5 {
				r = '…'
			}
		case !strings.ContainsRune(" -().+", r): // these may stand inside a number
			digits = 0
		}
		if digits < 5 || r == '…' {
			out.WriteRune(r)
		}
	}
	return out.String()
}
