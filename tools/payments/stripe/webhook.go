package stripe

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Why a webhook was not believed, or cannot be read. Only ErrUnreadable comes after the signature was right.
var (
	ErrNotSigned  = errors.New("stripe: webhook: no signature")
	ErrHeader     = errors.New("stripe: webhook: the signature header is not readable")
	ErrSignature  = errors.New("stripe: webhook: no signature is right")
	ErrTooOld     = errors.New("stripe: webhook: the signature is too old or from the future")
	ErrUnreadable = errors.New("stripe: webhook: no event")
)

// tolerance is how far the vendor's clock and ours may be apart, way included.
const tolerance = 5 * time.Minute

// maxSignatures of one header; the vendor sends one per secret that is in use, two while one is rolled.
const maxSignatures = 16

// Verifier believes webhooks that are signed with one of its secrets.
type Verifier struct {
	Secrets []string         // whsec_…; several while one is rolled. None: nothing is believed
	Now     func() time.Time // nil: time.Now
}

// Parse checks the signature of a body as it arrived, byte by byte, and reads the event.
//
// https://docs.stripe.com/webhooks#verify-manually
func (v Verifier) Parse(body []byte, signature string) (Event, error) {
	if err := v.verify(body, signature); err != nil {
		return Event{}, err
	}
	return ParseEvent(body)
}

// verify looks at every signature with every secret, whatever the first comparison said.
func (v Verifier) verify(body []byte, header string) error {
	signed, signatures, err := readHeader(header)
	if err != nil {
		return err
	}
	right := false
	for _, secret := range v.Secrets {
		if secret = strings.TrimSpace(secret); secret == "" {
			continue // an empty secret is one that everybody knows
		}
		want := sign(secret, signed, body)
		for _, got := range signatures {
			right = hmac.Equal(want, got) || right
		}
	}
	if !right {
		return ErrSignature
	}
	now := time.Now
	if v.Now != nil {
		now = v.Now
	}
	if age := now().Sub(time.Unix(signed, 0)); age > tolerance || age < -tolerance {
		return ErrTooOld
	}
	return nil
}

func sign(secret string, at int64, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(strconv.AppendInt(nil, at, 10))
	mac.Write([]byte("."))
	mac.Write(body)
	return mac.Sum(nil)
}

// readHeader takes "t=1492774577,v1=5257a8…,v1=…,v0=…" apart. Schemes other than v1 do not count.
func readHeader(header string) (at int64, signatures [][]byte, err error) {
	if header == "" {
		return 0, nil, ErrNotSigned
	}
	at = -1
	for part := range strings.SplitSeq(header, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		switch {
		case !ok:
			return 0, nil, ErrHeader
		case name == "t":
			if at, err = strconv.ParseInt(value, 10, 64); err != nil || at < 0 {
				return 0, nil, ErrHeader
			}
		case name == "v1":
			if s, err := hex.DecodeString(value); err == nil && len(s) == sha256.Size {
				signatures = append(signatures, s)
			}
		}
	}
	switch {
	case at < 0, len(signatures) > maxSignatures:
		return 0, nil, ErrHeader
	case len(signatures) == 0:
		return 0, nil, ErrSignature
	}
	return at, signatures, nil
}

// Event says that something happened to an object. It is a reason to read that object, never the truth about it: it may be
// old, repeated, and in the shape of another API version.
type Event struct {
	ID         string // evt_…; the same one may come many times
	Type       string // customer.subscription.updated
	Object     string // what to read: checkout.session, subscription, invoice, customer; empty: the event does not matter to us
	ObjectID   string
	Created    time.Time
	Live       bool
	APIVersion string // of the shape of its object; empty with very old endpoints
}

// Matters is true when there is something to read. Everything else is answered with 200 and forgotten.
func (e Event) Matters() bool { return e.Object != "" && e.ObjectID != "" }

// ForTypes are the events that matter, for the endpoint's settings.
//
// https://docs.stripe.com/api/events/types
func ForTypes() []string {
	return []string{
		"checkout.session.completed", "checkout.session.async_payment_succeeded", "checkout.session.async_payment_failed",
		"checkout.session.expired",
		"customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
		"customer.subscription.paused", "customer.subscription.resumed", "customer.subscription.trial_will_end",
		"customer.subscription.pending_update_applied", "customer.subscription.pending_update_expired",
		"invoice.paid", "invoice.payment_failed", "invoice.payment_action_required", "invoice.finalized",
		"invoice.finalization_failed", "invoice.upcoming", "invoice.voided", "invoice.marked_uncollectible",
		"customer.updated", "customer.deleted",
	}
}

func matters(kind string) bool { return slices.Contains(ForTypes(), kind) }

// ParseEvent reads an event whose sender is known already. It fails only for what is no event at all; one that we have
// no use for does not matter, see [Event.Matters].
//
// https://docs.stripe.com/api/events/object
func ParseEvent(body []byte) (Event, error) {
	var w struct {
		ID, Object, Type string
		Created          int64
		Livemode         bool
		APIVersion       string `json:"api_version"`
		Data             struct{ Object json.RawMessage }
	}
	if json.Unmarshal(body, &w) != nil || w.ID == "" || w.Type == "" || w.Object != "event" || !isID(w.ID) {
		return Event{}, ErrUnreadable
	}
	e := Event{ID: w.ID, Type: w.Type, Created: moment(max(0, min(w.Created, maxUnix))), Live: w.Livemode, APIVersion: w.APIVersion}
	if matters(e.Type) {
		e.Object, e.ObjectID = subject(w.Data.Object)
	}
	return e, nil
}

const maxUnix = 253402300799 // the last second of the year 9999: later ones cannot be written as a date

// subject names what to read. An upcoming invoice does not exist yet and has no id: what it is for does.
func subject(raw json.RawMessage) (object, id string) {
	var o struct {
		ID, Object string
	}
	if json.Unmarshal(raw, &o) != nil {
		return "", ""
	}
	known := slices.Contains([]string{"checkout.session", "subscription", "invoice", "customer"}, o.Object)
	switch {
	case known && isID(o.ID):
		return o.Object, o.ID
	case o.Object == "invoice":
		return "subscription", subscriptionOfInvoice(raw)
	default:
		return "", ""
	}
}

// subscriptionOfInvoice reads both the place where our version has it and the one where later versions do.
func subscriptionOfInvoice(raw json.RawMessage) string {
	var now struct{ Subscription json.RawMessage }
	var later struct {
		Parent struct {
			SubscriptionDetails struct{ Subscription json.RawMessage } `json:"subscription_details"`
		}
	}
	_ = json.Unmarshal(raw, &now)
	_ = json.Unmarshal(raw, &later)
	for _, ref := range []json.RawMessage{now.Subscription, later.Parent.SubscriptionDetails.Subscription} {
		if id := reference(ref); id != "" {
			return id
		}
	}
	return ""
}

// reference is an id, plain or as an object.
func reference(raw json.RawMessage) string {
	var id string
	var object struct{ ID string }
	if json.Unmarshal(raw, &id) != nil && json.Unmarshal(raw, &object) == nil {
		id = object.ID
	}
	if !isID(id) {
		return ""
	}
	return id
}
