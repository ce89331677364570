package payments

import (
	"context"
	"fmt"
	"html"
	"slices"

	"marketa/stages"
	"marketa/store"
	"marketa/tools/payments/stripe"
)

// keep writes a reading down and does what follows: the order, the restaurant's stage, what managers hear. It may run as often as
// it likes: each thing follows once.
func (p *Payments) keep(ctx context.Context, tx *store.Tx, seen stripe.Subscription, order store.OrderID, bills []store.Invoice) error {
	if err := tx.LockBilling(ctx); err != nil {
		return err
	}
	before, known, err := tx.Subscription(ctx, seen.ID)
	if err != nil {
		return err
	}
	now := before
	if reading, counts := reading(before, known, seen); counts {
		now = reading
	}
	if now.OrderID.IsZero() {
		now.OrderID = order
	}
	if err := tx.SaveSubscription(ctx, now); err != nil {
		return err
	}
	for _, b := range bills {
		if err := tx.SaveInvoice(ctx, b); err != nil {
			return err
		}
	}
	return p.follow(ctx, tx, before, now)
}

// reading is what to keep of a subscription that was just read; counts is false where we know something later.
func reading(before store.Subscription, known bool, seen stripe.Subscription) (now store.Subscription, counts bool) {
	had := stripe.Standing{}
	if known {
		had = stripe.Standing{ID: before.ID, Status: stripe.Status(before.Status), CancelAtPeriodEnd: before.CancelAtPeriodEnd, AskedAt: before.AskedAt}
		if before.PeriodEnd != nil {
			had.PeriodEnd = *before.PeriodEnd
		}
	}
	if _, changed := stripe.Next(had, seen); !changed {
		return before, false
	}
	now = before
	now.ID, now.Status, now.LookupKey, now.PriceID, now.Amount, now.Currency = seen.ID, string(seen.Status), seen.LookupKey, seen.Price, seen.Amount, seen.Currency
	now.Every, now.EveryCount, now.PeriodEnd, now.CancelAtPeriodEnd = seen.Interval, max(1, seen.IntervalCount), moment(seen.PeriodEnd), seen.CancelAtPeriodEnd
	now.MadeAt, now.AskedAt = moment(seen.Created), seen.AskedAt
	return now, true
}

// follow does what a change means.
func (p *Payments) follow(ctx context.Context, tx *store.Tx, before, now store.Subscription) error {
	bills, err := tx.InvoicesOf(ctx, now.ID)
	if err != nil {
		return err
	}
	status := stripe.Status(now.Status)
	paid := slices.ContainsFunc(bills, func(i store.Invoice) bool { return i.Status == "paid" })
	failed := slices.IndexFunc(bills, func(i store.Invoice) bool { return i.Status == "open" && i.Attempts > 0 })
	switch {
	case status.Final():
		return p.ended(ctx, tx, before, now)
	case failed >= 0 && status.Access() != stripe.Allow:
		return p.failed(ctx, tx, now, bills[failed])
	case status.Access() == stripe.Allow && paid && now.FirstPaidAt == nil:
		if err := p.firstPaid(ctx, tx, now, bills); err != nil {
			return err
		}
	case status.Access() == stripe.Allow && now.FailedAt != nil && failed < 0:
		if err := p.recovered(ctx, tx, now); err != nil {
			return err
		}
	}
	return p.leaving(ctx, tx, before, now)
}

// firstPaid: the client is one who pays.
func (p *Payments) firstPaid(ctx context.Context, tx *store.Tx, s store.Subscription, bills []store.Invoice) error {
	s.FirstPaidAt, s.FailedAt = &tx.Now, nil
	if err := tx.SaveSubscription(ctx, s); err != nil {
		return err
	}
	words := "Paid: " + price(s, bills) + ", first invoice paid"
	if s.OrderID.IsZero() {
		return tell(ctx, tx, "paid-"+s.ID, "💶 %s. It was not ordered by a link of ours, but made at Stripe itself, so it moves nothing: look at it in the Stripe dashboard, and if it counts, move the restaurant on.", words)
	}
	if _, err := tx.OrderIs(ctx, s.OrderID, "paid"); err != nil {
		return err
	}
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	if early(stages.Stage(r.Stage)) {
		words += ". It counts as soon as everything else is ready"
	}
	return announce(ctx, tx, stages.Paid, "paid-"+s.ID, "💶 ", words)
}

// announce lets an event move the restaurant's life, which managers hear of with its cause; where it moves nothing, they hear the
// cause alone.
func announce(ctx context.Context, tx *store.Tx, event stages.Event, once, mark, words string) error {
	moved, err := tx.Happened(ctx, event, words)
	if err != nil || moved {
		return err
	}
	return tell(ctx, tx, once, mark+"%s.", words)
}

// early are the stages before the one that waits for money.
func early(s stages.Stage) bool {
	return slices.Contains([]stages.Stage{stages.Lead, stages.Qualification, stages.Onboarding, stages.Connection, stages.ContentSetup, stages.FirstApprovals}, s)
}

// price is what a subscription costs, as far as it is known.
func price(s store.Subscription, bills []store.Invoice) string {
	switch {
	case s.Amount > 0 && s.Every != "":
		return Money(s.Amount, s.Currency) + " " + Every(s.Every, s.EveryCount)
	case len(bills) > 0:
		return Money(bills[0].AmountPaid, bills[0].Currency)
	}
	return PlanName(s.LookupKey)
}

// failed: a payment is missing.
func (p *Payments) failed(ctx context.Context, tx *store.Tx, s store.Subscription, bill store.Invoice) error {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("declined-%s-%d", bill.ID, bill.Attempts)
	if s.Told == key {
		return nil
	}
	s.Told = key
	if s.FailedAt == nil {
		s.FailedAt = &tx.Now
	}
	if err := tx.SaveSubscription(ctx, s); err != nil {
		return err
	}
	words := "The payment of " + Money(bill.AmountDue, bill.Currency) + " was declined. "
	if bill.NextAttempt != nil {
		words += "Stripe tries again on " + day(*bill.NextAttempt, r.Zone) + "."
	} else {
		words += "Stripe does not try again by itself."
	}
	words += " Ask the client to check the card"
	if bill.Page != "" {
		words += ", or to pay the invoice at " + bill.Page
	}
	if s.FirstPaidAt == nil { // it never ran
		return tell(ctx, tx, key, "💳 %s.", words)
	}
	return announce(ctx, tx, stages.PaymentFailed, key, "💳 ", words)
}

// recovered: what was missing has been paid.
func (p *Payments) recovered(ctx context.Context, tx *store.Tx, s store.Subscription) error {
	since := s.FailedAt
	s.FailedAt = nil
	if err := tx.SaveSubscription(ctx, s); err != nil {
		return err
	}
	const words = "Paid after all: nothing is open any more"
	once := "recovered-" + s.ID + "-" + since.UTC().Format("20060102150405")
	last, err := tx.StageEvents(ctx, 1)
	if err != nil {
		return err
	}
	if len(last) == 0 || last[0].Event != string(stages.PaymentFailed) { // something else has put it at risk, too
		return tell(ctx, tx, once, "💶 %s.", words)
	}
	return announce(ctx, tx, stages.RiskCleared, once, "💶 ", words)
}

// leaving: the client has cancelled, or taken that back.
func (p *Payments) leaving(ctx context.Context, tx *store.Tx, before, now store.Subscription) error {
	if before.ID == "" || before.CancelAtPeriodEnd == now.CancelAtPeriodEnd || now.PeriodEnd == nil {
		return nil
	}
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	words := "🔚 The subscription is cancelled and ends on %s. Talk to the client if that can still be changed."
	if !now.CancelAtPeriodEnd {
		words = "🔁 The subscription is not cancelled any more; it renews on %s."
	}
	return tell(ctx, tx, fmt.Sprintf("leaving-%s-%t-%d", now.ID, now.CancelAtPeriodEnd, now.AskedAt.Unix()), words, day(*now.PeriodEnd, r.Zone))
}

// ended: nothing follows.
func (p *Payments) ended(ctx context.Context, tx *store.Tx, before, now store.Subscription) error {
	if before.ID != "" && stripe.Status(before.Status).Final() {
		return nil
	}
	if now.FirstPaidAt == nil {
		if _, err := tx.OrderIs(ctx, now.OrderID, "replaced"); err != nil {
			return err
		}
		return tell(ctx, tx, "unfinished-"+now.ID, "⌛ The first payment for %s was not finished in time. Send a new payment link if the client still wants it.", PlanName(now.LookupKey))
	}
	if _, another, err := tx.Subscribed(ctx); err != nil || another {
		return err
	}
	return announce(ctx, tx, stages.SubscriptionEnded, "ended-"+now.ID, "🔚 ", "The subscription for "+PlanName(now.LookupKey)+" has ended. Send a new payment link if the client wants to go on")
}

// tell brings something to the restaurant's topic, once.
func tell(ctx context.Context, tx *store.Tx, once, words string, args ...any) error {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return err
	}
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = html.EscapeString(s)
		}
	}
	return tx.Tell(ctx, store.Notice{Kind: "alert", HTML: "<b>" + html.EscapeString(r.Name) + "</b>\n" + fmt.Sprintf(words, args...)}, "pay-"+once)
}
