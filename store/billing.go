package store

import (
	"context"
	"errors"
	"time"

	"marketa/internal/fault"
)

// BillingEvent is what the vendor has told us of: a reason to ask about an object, never the truth about it.
type BillingEvent struct {
	ID         BillingEventID
	VendorID   string // evt_…
	Type       string
	Object     string // checkout.session, subscription, invoice, customer
	ObjectID   string
	HappenedAt time.Time
	Attempts   int
}

// KeepBillingEvent writes an event down, once however often it comes, and has it worked on. It reports whether it is new.
func (tx *Tx) KeepBillingEvent(ctx context.Context, e BillingEvent) (fresh bool, err error) {
	id := NewID[billingKind]()
	n, err := tx.exec(ctx, `INSERT INTO billing_events (id, vendor_id, type, object, object_id, happened_at, received_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (vendor_id) DO NOTHING`, id, e.VendorID, e.Type, e.Object, e.ObjectID, e.HappenedAt, tx.Now)
	if err != nil || n == 0 {
		return false, wrapped("keep billing event", err)
	}
	return true, tx.Enqueue(ctx, SettleBilling{Event: id})
}

// KeepUnreadable keeps a body that came with the right credential and that nobody can read.
func (tx *Tx) KeepUnreadable(ctx context.Context, source string, body []byte) error {
	_, err := tx.exec(ctx, `INSERT INTO raw_webhooks (source, readable, body, received_at) VALUES ($1, false, $2, $3)`, source, body, tx.Now)
	return wrapped("keep unreadable", err)
}

// BillingLease is the right to work on an event.
type BillingLease struct {
	Event BillingEventID
	Token LeaseToken
}

// LeaseBilling takes an event that is due. ErrLeaseLost when somebody works on it, or it is done.
func (tx *Tx) LeaseBilling(ctx context.Context, id BillingEventID) (BillingLease, BillingEvent, error) {
	l := BillingLease{id, NewID[leaseKind]()}
	e, err := rows[BillingEvent](ctx, tx, `UPDATE billing_events SET lease_token = $2, lease_until = $3, attempts = attempts + 1 WHERE id = $1 AND next_at <= $4
		AND (lease_until IS NULL OR lease_until < $4) RETURNING id, vendor_id, type, object, object_id, happened_at, attempts`, id, l.Token, tx.Now.Add(vendorLease), tx.Now)
	if err != nil {
		return l, BillingEvent{}, wrapped("lease billing", err)
	}
	if len(e) == 0 {
		return l, BillingEvent{}, ErrLeaseLost
	}
	return l, e[0], nil
}

// BillingDone ends an event: settled, or not ours.
func (tx *Tx) BillingDone(ctx context.Context, l BillingLease, outcome string) error {
	n, err := tx.exec(ctx, `UPDATE billing_events SET outcome = $3, done_at = $4, next_at = NULL, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`, l.Event, l.Token, outcome, tx.Now)
	if err == nil && n == 0 {
		return ErrLeaseLost
	}
	return wrapped("billing done", err)
}

// BillingLater puts an event back until then.
func (tx *Tx) BillingLater(ctx context.Context, l BillingLease, at time.Time) error {
	_, err := tx.exec(ctx, `UPDATE billing_events SET next_at = $3, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`, l.Event, l.Token, at)
	return wrapped("billing later", err)
}

// Subscription is one at the vendor, as it was when we last asked.
type Subscription struct {
	ID                string
	OrderID           OrderID // zero: somebody of us made it in the vendor's dashboard
	Status            string  // the vendor's word
	LookupKey         string
	PriceID           string
	Amount            int64 // in the smallest unit; 0: not known
	Currency          string
	Every             string
	EveryCount        int64
	PeriodEnd         *time.Time
	CancelAtPeriodEnd bool
	MadeAt            *time.Time
	AskedAt           time.Time
	FirstPaidAt       *time.Time
	FailedAt          *time.Time
	Told              string // what managers were last told of it
}

const subscriptionColumns = `id, order_id, status, lookup_key, price_id, amount, currency, every, every_count, period_end, cancel_at_period_end, made_at, asked_at, first_paid_at, failed_at, told`

// LockBilling lets one at a time change what a restaurant pays; it belongs at the beginning of a transaction.
func (tx *Tx) LockBilling(ctx context.Context) error {
	_, err := tx.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('billing ' || $1::text, 0))`, tx.Restaurant)
	return wrapped("lock billing", err)
}

// Subscription reads what we have of one; found is false when that is nothing.
func (tx *Tx) Subscription(ctx context.Context, id string) (s Subscription, found bool, err error) {
	all, err := rows[Subscription](ctx, tx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE id = $1`, id)
	if err != nil || len(all) == 0 {
		return s, false, wrapped("subscription", err)
	}
	return all[0], true, nil
}

// SaveSubscription keeps a reading. The order that it came from stays.
func (tx *Tx) SaveSubscription(ctx context.Context, s Subscription) error {
	_, err := tx.exec(ctx, `INSERT INTO subscriptions (id, restaurant_id, order_id, status, lookup_key, price_id, amount, currency, every, every_count, period_end, cancel_at_period_end, made_at, asked_at, first_paid_at, failed_at, told)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
		ON CONFLICT (id) DO UPDATE SET order_id = coalesce(subscriptions.order_id, $3), status = $4, lookup_key = $5, price_id = $6, amount = $7, currency = $8, every = $9, every_count = $10,
			period_end = $11, cancel_at_period_end = $12, asked_at = $14, first_paid_at = coalesce(subscriptions.first_paid_at, $15), failed_at = $16, told = $17`,
		s.ID, tx.Restaurant, s.OrderID, s.Status, s.LookupKey, s.PriceID, s.Amount, s.Currency, s.Every, s.EveryCount, s.PeriodEnd, s.CancelAtPeriodEnd, s.MadeAt, s.AskedAt, s.FirstPaidAt, s.FailedAt, s.Told)
	return wrapped("save subscription", err)
}

// Invoice is one bill, as it was when we last asked.
type Invoice struct {
	ID             string
	SubscriptionID string
	Number         string
	Status         string // draft, open, paid, uncollectible, void
	Reason         string
	Currency       string
	AmountDue      int64
	AmountPaid     int64
	Attempts       int64
	NextAttempt    *time.Time
	Page           string // where it can be paid
	MadeAt         *time.Time
	AskedAt        time.Time
}

const invoiceColumns = `id, coalesce(subscription_id, '') AS subscription_id, number, status, reason, currency, amount_due, amount_paid, attempts, next_attempt, page, made_at, asked_at`

// Invoice reads what we have of one; found is false when that is nothing.
func (tx *Tx) Invoice(ctx context.Context, id string) (i Invoice, found bool, err error) {
	all, err := rows[Invoice](ctx, tx, `SELECT `+invoiceColumns+` FROM invoices WHERE id = $1`, id)
	if err != nil || len(all) == 0 {
		return i, false, wrapped("invoice", err)
	}
	return all[0], true, nil
}

// SaveInvoice keeps a reading, unless we have a later one, or one after which nothing comes.
func (tx *Tx) SaveInvoice(ctx context.Context, i Invoice) error {
	_, err := tx.exec(ctx, `INSERT INTO invoices (id, restaurant_id, subscription_id, number, status, reason, currency, amount_due, amount_paid, attempts, next_attempt, page, made_at, asked_at)
		VALUES ($1, $2, nullif($3, ''), $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
		ON CONFLICT (id) DO UPDATE SET number = $4, status = $5, reason = $6, currency = $7, amount_due = $8, amount_paid = $9, attempts = $10, next_attempt = $11, page = $12, asked_at = $14
			WHERE invoices.asked_at <= $14 AND (invoices.status NOT IN ('paid', 'void') OR invoices.status = $5)`,
		i.ID, tx.Restaurant, i.SubscriptionID, i.Number, i.Status, i.Reason, i.Currency, i.AmountDue, i.AmountPaid, i.Attempts, i.NextAttempt, i.Page, i.MadeAt, i.AskedAt)
	return wrapped("save invoice", err)
}

// SubscriptionOf is the restaurant of a subscription that we know, for the desk.
func (tx *Tx) SubscriptionOf(ctx context.Context, id string) (RestaurantID, bool, error) {
	r, err := rows[struct{ RestaurantID RestaurantID }](ctx, tx, `SELECT restaurant_id FROM subscriptions WHERE id = $1`, id)
	if err != nil || len(r) == 0 {
		return RestaurantID{}, false, wrapped("subscription of", err)
	}
	return r[0].RestaurantID, true, nil
}

// paidStatuses are those in which a restaurant has what it pays for.
const paidStatuses = `('active', 'trialing', 'past_due')`

// PaidNow says whether the transaction's restaurant has a subscription of an order of ours whose first invoice is paid and that
// runs: what was paid before a restaurant came to its activation counts when it gets there.
func (tx *Tx) PaidNow(ctx context.Context) (bool, error) {
	paid, err := value[bool](ctx, tx, `SELECT EXISTS (SELECT FROM subscriptions WHERE restaurant_id = $1 AND order_id IS NOT NULL AND status IN ('active', 'trialing') AND first_paid_at IS NOT NULL)`, tx.Restaurant)
	return paid, wrapped("paid now", err)
}

// Subscribed is the subscription that runs, if there is one.
func (tx *Tx) Subscribed(ctx context.Context) (Subscription, bool, error) {
	all, err := rows[Subscription](ctx, tx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE restaurant_id = $1 AND status IN `+paidStatuses+` ORDER BY made_at DESC NULLS LAST, id LIMIT 1`, tx.Restaurant)
	if err != nil || len(all) == 0 {
		return Subscription{}, false, wrapped("subscribed", err)
	}
	return all[0], true, nil
}

// Billing is what a restaurant's screen shows of its payments.
type Billing struct {
	Subscription *Subscription // the one that runs, else the newest
	Order        *Order        // one that waits to be paid
	Open         []Invoice     // not paid, the oldest first
}

// Billing reads it for the desk, or for the app's own restaurant.
func (tx *Tx) Billing(ctx context.Context, r RestaurantID) (b Billing, err error) {
	subs, err := rows[Subscription](ctx, tx, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE restaurant_id = $1
		ORDER BY status IN `+paidStatuses+` DESC, made_at DESC NULLS LAST, id LIMIT 1`, r)
	if err != nil {
		return b, wrapped("billing", err)
	}
	if len(subs) > 0 {
		b.Subscription = &subs[0]
	}
	o, err := row[Order](ctx, tx, `SELECT `+orderColumns+` FROM orders WHERE restaurant_id = $1 AND state IN ('open', 'awaited')`, r)
	switch {
	case err == nil:
		b.Order = &o
	case !errors.Is(err, fault.NotFound):
		return b, wrapped("billing", err)
	}
	b.Open, err = rows[Invoice](ctx, tx, `SELECT `+invoiceColumns+` FROM invoices WHERE restaurant_id = $1 AND status IN ('open', 'uncollectible') ORDER BY made_at, id LIMIT 10`, r)
	return b, wrapped("billing", err)
}

// InvoicesOf are the bills of a subscription, the newest first.
func (tx *Tx) InvoicesOf(ctx context.Context, subscription string) ([]Invoice, error) {
	all, err := rows[Invoice](ctx, tx, `SELECT `+invoiceColumns+` FROM invoices WHERE subscription_id = $1 ORDER BY made_at DESC NULLS LAST, id LIMIT 100`, subscription)
	return all, wrapped("invoices of", err)
}
