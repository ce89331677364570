package stripe

import (
	"slices"
	"time"
)

// Status of a subscription, in the vendor's words.
//
// https://docs.stripe.com/billing/subscriptions/overview#subscription-statuses
type Status string

const (
	Incomplete        Status = "incomplete"         // the first charge failed or waits for the client; 23 hours
	IncompleteExpired Status = "incomplete_expired" // nobody paid in time; final
	Trialing          Status = "trialing"
	Active            Status = "active"
	PastDue           Status = "past_due" // a renewal failed; the vendor tries again
	Unpaid            Status = "unpaid"   // it gave up trying
	Paused            Status = "paused"   // the trial ended without a card
	Canceled          Status = "canceled" // final
)

// moves is the whole life of a subscription: what may come directly after what.
func moves() map[Status][]Status {
	return map[Status][]Status{
		Incomplete:        {Active, Trialing, IncompleteExpired, Canceled},
		Trialing:          {Active, PastDue, Unpaid, Paused, Canceled},
		Active:            {PastDue, Unpaid, Trialing, Canceled},
		PastDue:           {Active, Unpaid, Trialing, Canceled},
		Unpaid:            {Active, PastDue, Canceled},
		Paused:            {Active, PastDue, Trialing, Canceled},
		IncompleteExpired: nil,
		Canceled:          nil,
	}
}

// Known is false for a status that this version of the wire does not have.
func (s Status) Known() bool { _, known := moves()[s]; return known }

// Final is true when nothing can follow: another subscription is needed.
func (s Status) Final() bool { return s == IncompleteExpired || s == Canceled }

// Precedes says whether a subscription that was once in s can be in next later, however many changes lie between.
func (s Status) Precedes(next Status) bool {
	table := moves()
	reached := slices.Clone(table[s])
	for i := 0; i < len(reached); i++ {
		for _, further := range table[reached[i]] {
			if !slices.Contains(reached, further) {
				reached = append(reached, further)
			}
		}
	}
	return slices.Contains(reached, next)
}

// Access is what a restaurant with this status gets.
type Access int

const (
	Deny  Access = iota // drafts go on, nothing is published
	Grace               // all as before, with a notice: a payment is missing
	Allow
)

// Access of a status. One that we do not know neither stops a client who may be paying nor passes without a notice.
func (s Status) Access() Access {
	switch {
	case s == Trialing, s == Active:
		return Allow
	case s == PastDue, s != "" && !s.Known():
		return Grace
	default:
		return Deny
	}
}

// Say is the status for a manager, with what to do.
func (s Status) Say() string {
	switch s {
	case Trialing:
		return "Trial period."
	case Active:
		return "Paid."
	case PastDue:
		return "The last payment failed; Stripe tries again. Ask the client to check the card."
	case Incomplete:
		return "The first payment is not finished. Ask the client to finish it, or send a new link."
	case IncompleteExpired:
		return "The first payment was not finished in time. Send a new payment link."
	case Unpaid:
		return "Unpaid: Stripe has stopped trying. Ask the client to pay the open invoice."
	case Paused:
		return "The trial has ended without a card. Ask the client to add one."
	case Canceled:
		return "Cancelled. Send a new payment link if the client wants to go on."
	case "":
		return "No subscription."
	default:
		return "Stripe reports something new about this subscription. Look into the Stripe dashboard."
	}
}

// Standing is what we keep of one subscription.
type Standing struct {
	ID                string
	Status            Status
	PeriodEnd         time.Time
	CancelAtPeriodEnd bool
	AskedAt           time.Time // of the reading that it comes from
}

// Next is what to keep after a reading; changed is false when the reading changes nothing or is older than what we have.
//
// Webhooks come twice, late and in any order, and two workers may read and write at once. So the event is only the reason
// to read, the later reading wins, and what cannot follow (anything after a final status; incomplete after active) is an
// old reading whatever its time says. A reading that a slow answer made older than it looks is followed by the webhook of
// the change that it missed. For another subscription than the kept one see [Best].
func Next(kept Standing, seen Subscription) (next Standing, changed bool) {
	next = Standing{seen.ID, seen.Status, seen.PeriodEnd, seen.CancelAtPeriodEnd, seen.AskedAt}
	switch {
	case seen.ID == "" || seen.Status == "":
		return kept, false
	case kept.ID == "":
		return next, true
	case kept.ID != seen.ID, seen.AskedAt.Before(kept.AskedAt):
		return kept, false
	case kept.Status != seen.Status && kept.Status.Known() && seen.Status.Known() && !kept.Status.Precedes(seen.Status):
		return kept, false
	case kept.Status.Final() && kept.Status != seen.Status:
		return kept, false
	}
	same := next
	same.AskedAt, same.PeriodEnd = kept.AskedAt, kept.PeriodEnd
	return next, same != kept || !next.PeriodEnd.Equal(kept.PeriodEnd)
}

// Best is the subscription that counts when a customer has several: the one that gives most, of these the newest.
func Best(subs []Subscription) (best Subscription, found bool) {
	for _, s := range subs {
		if !found || s.Status.Access() > best.Status.Access() ||
			s.Status.Access() == best.Status.Access() && s.Created.After(best.Created) {
			best, found = s, true
		}
	}
	return best, found
}
