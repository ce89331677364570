package stripe

import (
	"cmp"
	"context"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
)

// Order is a subscription to be paid for on the vendor's page.
type Order struct {
	Key        string // of the row that asks for it; the same order with the same key is the same session
	ID         string // of that row: it comes back with the session and with the subscription, and is all that leads back to us
	Restaurant string
	Customer   string // cus_…
	Price      string // price_…, from [Client.Price]
	Quantity   int64  // 0: 1
	TrialDays  int64  // 0: none
	SuccessURL string // may hold {CHECKOUT_SESSION_ID}; arriving there proves nothing
	CancelURL  string
	Locale     string    // de, es, …; empty: the browser's
	ExpiresAt  time.Time // 30 minutes to 24 hours ahead, zero: 24 hours. From the row: another moment is another order
}

// Session is a visit to the checkout page.
type Session struct {
	ID            string // cs_…
	URL           string // only while it is open
	Status        string // open, complete, expired
	PaymentStatus string // paid, unpaid (a bank debit is under way), no_payment_required (a trial)
	Order         string // from its metadata, which only we can write; the reference beside it can be set by whoever opens a payment link
	Restaurant    string
	Customer      string
	Subscription  string // once complete
	ExpiresAt     time.Time
}

// Checkout opens a checkout page for a subscription.
//
// https://docs.stripe.com/api/checkout/sessions/create
func (c *Client) Checkout(ctx context.Context, o Order) (Session, error) {
	const op = "create a checkout session"
	if o.Key == "" || o.Restaurant == "" || o.Customer == "" || o.Price == "" || o.SuccessURL == "" {
		return Session{}, invalid(op, "incomplete_order")
	}
	var made *sdk.CheckoutSession
	err := call(ctx, op, false, func(ctx context.Context) (err error) {
		made, err = c.api.CheckoutSessions.New(sessionParams(params(ctx, o.Key), o))
		return err
	})
	if err == nil && (made.ID == "" || made.URL == "") {
		err = unclear(op, false)
	}
	if err != nil {
		return Session{}, err
	}
	return sessionOf(made), nil
}

func sessionParams(common sdk.Params, o Order) *sdk.CheckoutSessionParams {
	p := &sdk.CheckoutSessionParams{
		Params:            common,
		Mode:              sdk.String(string(sdk.CheckoutSessionModeSubscription)),
		LineItems:         []*sdk.CheckoutSessionLineItemParams{{Price: sdk.String(o.Price), Quantity: sdk.Int64(max(1, o.Quantity))}},
		Customer:          sdk.String(o.Customer),
		ClientReferenceID: sdk.String(cmp.Or(o.ID, o.Restaurant)),
		SuccessURL:        sdk.String(o.SuccessURL),
		CancelURL:         words(o.CancelURL),
		Locale:            words(o.Locale),
		Metadata:          o.marks(),
		SubscriptionData:  &sdk.CheckoutSessionSubscriptionDataParams{Metadata: o.marks()},
	}
	if o.TrialDays > 0 {
		p.SubscriptionData.TrialPeriodDays = sdk.Int64(o.TrialDays)
	}
	if !o.ExpiresAt.IsZero() {
		p.ExpiresAt = sdk.Int64(o.ExpiresAt.Unix())
	}
	return p
}

// marks are what the vendor keeps for us.
func (o Order) marks() map[string]string {
	m := map[string]string{restaurantKey: o.Restaurant}
	if o.ID != "" {
		m[orderKey] = o.ID
	}
	return m
}

// Session reads one back.
//
// https://docs.stripe.com/api/checkout/sessions/retrieve
func (c *Client) Session(ctx context.Context, id string) (Session, error) {
	return c.session(ctx, "read a checkout session", true, id, func(ctx context.Context) (*sdk.CheckoutSession, error) {
		return c.api.CheckoutSessions.Get(id, &sdk.CheckoutSessionParams{Params: params(ctx, "")})
	})
}

// ExpireSession closes an open page, so that nobody pays there any more. One that is complete or expired is refused (NotDone).
//
// https://docs.stripe.com/api/checkout/sessions/expire
func (c *Client) ExpireSession(ctx context.Context, id string) (Session, error) {
	return c.session(ctx, "expire a checkout session", false, id, func(ctx context.Context) (*sdk.CheckoutSession, error) {
		return c.api.CheckoutSessions.Expire(id, &sdk.CheckoutSessionExpireParams{Params: params(ctx, "expire-"+id)})
	})
}

func (c *Client) session(ctx context.Context, op string, reads bool, id string, do func(context.Context) (*sdk.CheckoutSession, error)) (Session, error) {
	if !isID(id) {
		return Session{}, invalid(op, "bad_id")
	}
	var got *sdk.CheckoutSession
	err := call(ctx, op, reads, func(ctx context.Context) (err error) {
		got, err = do(ctx)
		return err
	})
	if err == nil && got.ID == "" {
		err = unclear(op, reads)
	}
	if err != nil {
		return Session{}, err
	}
	return sessionOf(got), nil
}

func sessionOf(s *sdk.CheckoutSession) Session {
	session := Session{
		ID: s.ID, URL: s.URL, Status: string(s.Status), PaymentStatus: string(s.PaymentStatus),
		Order: s.Metadata[orderKey], Restaurant: s.Metadata[restaurantKey], ExpiresAt: moment(s.ExpiresAt),
	}
	if s.Customer != nil {
		session.Customer = s.Customer.ID
	}
	if s.Subscription != nil {
		session.Subscription = s.Subscription.ID
	}
	return session
}

// Portal opens the vendor's page where a customer changes the card, sees invoices and cancels. The address lives for
// minutes: make one per click. configuration and locale may be empty.
//
// https://docs.stripe.com/api/customer_portal/sessions/create
func (c *Client) Portal(ctx context.Context, key, customer, returnURL, configuration, locale string) (address string, err error) {
	const op = "open the customer portal"
	if key == "" || customer == "" {
		return "", invalid(op, "incomplete_order")
	}
	var made *sdk.BillingPortalSession
	err = call(ctx, op, false, func(ctx context.Context) (err error) {
		made, err = c.api.BillingPortalSessions.New(&sdk.BillingPortalSessionParams{
			Params: params(ctx, key), Customer: sdk.String(customer), ReturnURL: words(returnURL),
			Configuration: words(configuration), Locale: words(locale),
		})
		return err
	})
	if err == nil && made.URL == "" {
		err = unclear(op, false)
	}
	if err != nil {
		return "", err
	}
	return made.URL, nil
}
