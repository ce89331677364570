package payments

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
	"marketa/tools/payments/stripe"
)

// SettleWorker asks the vendor about what a webhook was about, and keeps the answer. The webhook's own words count for nothing,
// and neither does the order in which webhooks come.
type SettleWorker struct {
	river.WorkerDefaults[store.SettleBilling]
	Payments *Payments
}

func (w *SettleWorker) Timeout(*river.Job[store.SettleBilling]) time.Duration { return time.Minute }

func (w *SettleWorker) Work(ctx context.Context, job *river.Job[store.SettleBilling]) error {
	err := w.Payments.settle(ctx, job.Args.Event)
	if store.IsLeaseLost(err) {
		return nil // somebody else does it, or it is done
	}
	return err
}

const (
	notOurs      = "not ours"
	settledWell  = "settled"
	shortestWait = 10 * time.Second
	longestWait  = time.Hour
	stripeAway   = "stripe-away"
)

func (p *Payments) settle(ctx context.Context, id store.BillingEventID) error {
	var l store.BillingLease
	var e store.BillingEvent
	if err := p.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { l, e, err = tx.LeaseBilling(ctx, id); return err }); err != nil {
		return err
	}
	outcome, err := p.ask(ctx, e.Object, e.ObjectID)
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	if err != nil {
		p.log.Warn("a billing event could not be settled", "type", e.Type, "event", e.VendorID, "attempts", e.Attempts, "error", err)
		return p.db.System(ctx, store.Desk, func(tx *store.Tx) error {
			if err := tx.BillingLater(ctx, l, tx.Now.Add(backoff(err, e.Attempts))); err != nil || e.Attempts < 3 {
				return err
			}
			return tx.Standing(ctx, store.Alert{Cause: stripeAway, Stays: true, Text: "Stripe has told us of a payment, but does not answer when we ask about it. Nothing is lost: it is asked again until it answers. If it lasts, look at status.stripe.com and at STRIPE_API_KEY."})
		})
	}
	if outcome == notOurs {
		p.log.Warn("a billing event leads to no row of ours", "type", e.Type, "event", e.VendorID)
	}
	return p.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		return errors.Join(tx.BillingDone(ctx, l, outcome), tx.Clear(ctx, stripeAway, "Stripe answers again."))
	})
}

// backoff is how long to wait after a failure: what the vendor asks for, else ever longer.
func backoff(err error, attempts int) time.Duration {
	var e *stripe.Error
	if errors.As(err, &e) && e.RetryAfter() > 0 {
		return min(e.RetryAfter(), longestWait)
	}
	return min(shortestWait<<min(max(attempts-1, 0), 10), longestWait)
}

// ask reads an object from the vendor and keeps what follows from it.
func (p *Payments) ask(ctx context.Context, object, id string) (outcome string, err error) {
	switch object {
	case "checkout.session":
		s, err := p.stripe.Session(ctx, id)
		if gone(err) {
			return notOurs, nil
		}
		if err != nil {
			return "", err
		}
		return p.session(ctx, s)
	case "subscription":
		return p.subscription(ctx, id, nil)
	case "invoice":
		asked := p.db.Clock.Now()
		i, err := p.stripe.Invoice(ctx, id)
		if gone(err) || err == nil && i.Subscription == "" {
			return notOurs, nil // bills that somebody writes by hand are no business of ours
		}
		if err != nil {
			return "", err
		}
		return p.subscription(ctx, i.Subscription, []store.Invoice{invoiceOf(i, asked)})
	}
	return settledWell, nil // a customer: nothing hangs on it
}

func gone(err error) bool {
	var e *stripe.Error
	return errors.As(err, &e) && e.Missing()
}

// session follows a checkout page. It leads to a restaurant by our own order's row, whose id only we can have written there, and
// only if its customer is that restaurant's.
func (p *Payments) session(ctx context.Context, s stripe.Session) (outcome string, err error) {
	o, ours, err := p.orderOf(ctx, s.Order, s.Customer)
	if err != nil || !ours || o.Tries == 0 {
		return notOurs, err
	}
	if s.Status == "complete" && s.Subscription != "" {
		if _, err := p.subscription(ctx, s.Subscription, nil); err != nil {
			return "", err
		}
	}
	return settledWell, p.db.Tx(store.WithRestaurant(ctx, o.RestaurantID), func(tx *store.Tx) error { return p.sessionIs(ctx, tx, o.ID, s) })
}

// orderOf is the order that a mark of ours names, if its restaurant is the one that the customer stands for.
func (p *Payments) orderOf(ctx context.Context, mark, customer string) (o store.Order, ours bool, err error) {
	id, err := store.ParseOrderID(mark)
	if err != nil {
		return o, false, nil
	}
	err = p.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		if o, ours, err = tx.OrderOf(ctx, id); err != nil || !ours {
			return err
		}
		payer, known, err := tx.CustomerOf(ctx, customer)
		ours = known && payer == o.RestaurantID
		return err
	})
	return o, ours && err == nil, err
}

// sessionIs keeps what a page has come to.
func (p *Payments) sessionIs(ctx context.Context, tx *store.Tx, id store.OrderID, s stripe.Session) error {
	o, err := tx.LockOrder(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case s.Status == "complete" && s.PaymentStatus == "unpaid" && o.State == "open":
		if _, err := tx.OrderIs(ctx, id, "awaited"); err != nil {
			return err
		}
		return tell(ctx, tx, "awaited-"+id.String(), "🏦 The client pays for %s by bank debit. The bank takes some days; I tell you when the money is there.", PlanName(o.LookupKey))
	case s.Status == "expired" && s.ID == o.SessionID && o.State == "open" && !o.Spoilt:
		if err := tx.CloseSession(ctx, o); err != nil {
			return err
		}
		return tell(ctx, tx, "unfinished-"+s.ID, "⌛ The client has opened the payment page for %s and not paid. The link still works for a while; ask whether something is in the way, or send a new one.", PlanName(o.LookupKey))
	}
	return nil
}

// subscription reads one from the vendor, with its newest bill, and keeps both.
func (p *Payments) subscription(ctx context.Context, id string, bills []store.Invoice) (outcome string, err error) {
	s, err := p.stripe.Subscription(ctx, id)
	if gone(err) {
		return notOurs, nil
	}
	if err != nil {
		return "", err
	}
	restaurant, order, ours, err := p.whose(ctx, s)
	if err != nil || !ours {
		return notOurs, err
	}
	if s.LatestInvoice != "" && (len(bills) == 0 || bills[0].ID != s.LatestInvoice) {
		asked := p.db.Clock.Now()
		i, err := p.stripe.Invoice(ctx, s.LatestInvoice)
		if err != nil && !gone(err) {
			return "", err
		}
		if err == nil && i.Subscription == s.ID {
			bills = append(bills, invoiceOf(i, asked))
		}
	}
	return settledWell, p.db.Tx(store.WithRestaurant(ctx, restaurant), func(tx *store.Tx) error { return p.keep(ctx, tx, s, order, bills) })
}

// whose says which restaurant pays with a subscription: the one whose customer it is. It belongs to an order where it names one of
// that restaurant and costs what was ordered.
func (p *Payments) whose(ctx context.Context, s stripe.Subscription) (r store.RestaurantID, order store.OrderID, ours bool, err error) {
	o, named, err := p.orderOf(ctx, s.Order, s.Customer)
	if err != nil {
		return r, order, false, err
	}
	if named && s.Price == o.PriceID {
		return o.RestaurantID, o.ID, true, nil
	}
	err = p.db.System(ctx, store.Desk, func(tx *store.Tx) (err error) {
		r, ours, err = tx.CustomerOf(ctx, s.Customer)
		return err
	})
	if named && err == nil {
		p.log.Warn("a subscription costs something else than what was ordered", "subscription", s.ID)
	}
	return r, store.OrderID{}, ours, err
}

func invoiceOf(i stripe.Invoice, asked time.Time) store.Invoice {
	return store.Invoice{ID: i.ID, SubscriptionID: i.Subscription, Number: i.Number, Status: i.Status, Reason: i.Reason, Currency: i.Currency, AmountDue: i.AmountDue,
		AmountPaid: i.AmountPaid, Attempts: i.Attempts, NextAttempt: moment(i.NextAttempt), Page: i.HostedURL, MadeAt: moment(i.Created), AskedAt: asked}
}

func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
