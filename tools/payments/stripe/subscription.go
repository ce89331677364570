package stripe

import (
	"context"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
)

// Subscription as it was when it was asked for.
type Subscription struct {
	ID                string // sub_…
	Status            Status
	Order             string // from its metadata
	Restaurant        string // from its metadata
	Customer          string
	Price             string // price_… of the first item
	LookupKey         string // of that price
	Amount            int64  // of that price, times the quantity; 0: not said
	Currency          string
	Interval          string // day, week, month, year
	IntervalCount     int64
	PeriodEnd         time.Time
	TrialEnd          time.Time // zero: no trial
	CancelAtPeriodEnd bool
	LatestInvoice     string // in_…
	Created           time.Time
	AskedAt           time.Time // by our clock, before the call: nothing in here is older
}

// Subscription reads one back.
//
// https://docs.stripe.com/api/subscriptions/retrieve
func (c *Client) Subscription(ctx context.Context, id string) (Subscription, error) {
	const op = "read a subscription"
	if !isID(id) {
		return Subscription{}, invalid(op, "bad_id")
	}
	asked := c.now()
	var got *sdk.Subscription
	err := call(ctx, op, true, func(ctx context.Context) (err error) {
		got, err = c.api.Subscriptions.Get(id, &sdk.SubscriptionParams{Params: params(ctx, "")})
		return err
	})
	if err == nil && (got.ID == "" || got.Status == "") {
		err = unclear(op, true)
	}
	if err != nil {
		return Subscription{}, err
	}
	return subscriptionOf(got, asked), nil
}

// Subscriptions are all that a customer ever had, the newest first.
//
// https://docs.stripe.com/api/subscriptions/list
func (c *Client) Subscriptions(ctx context.Context, customer string) ([]Subscription, error) {
	var all []Subscription
	err := pages(func(after string) (string, bool, error) {
		asked := c.now()
		list, err := c.subscriptionPage(ctx, after, customer)
		if err != nil {
			return "", false, err
		}
		for _, s := range list.Data {
			if s != nil && s.ID != "" {
				all = append(all, subscriptionOf(s, asked))
			}
		}
		return lastID(list.Data, func(s *sdk.Subscription) string { return s.ID }), list.HasMore, nil
	})
	return all, err
}

func (c *Client) subscriptionPage(ctx context.Context, after, customer string) (*sdk.SubscriptionList, error) {
	list := &sdk.SubscriptionList{}
	if customer == "" {
		return list, invalid("list subscriptions", "no_customer")
	}
	err := call(ctx, "list subscriptions", true, func(ctx context.Context) error {
		it := c.api.Subscriptions.List(&sdk.SubscriptionListParams{
			ListParams: pageOf(ctx, after), Customer: sdk.String(customer), Status: sdk.String("all"),
		})
		list = it.SubscriptionList()
		return it.Err()
	})
	return list, err
}

func subscriptionOf(s *sdk.Subscription, asked time.Time) Subscription {
	sub := Subscription{
		ID: s.ID, Status: Status(s.Status), Order: s.Metadata[orderKey], Restaurant: s.Metadata[restaurantKey], PeriodEnd: moment(s.CurrentPeriodEnd),
		TrialEnd: moment(s.TrialEnd), CancelAtPeriodEnd: s.CancelAtPeriodEnd, Created: moment(s.Created), AskedAt: asked,
	}
	if s.Customer != nil {
		sub.Customer = s.Customer.ID
	}
	if s.LatestInvoice != nil {
		sub.LatestInvoice = s.LatestInvoice.ID
	}
	if s.Items != nil && len(s.Items.Data) > 0 && s.Items.Data[0] != nil && s.Items.Data[0].Price != nil {
		item := priceOf(s.Items.Data[0].Price)
		sub.Price, sub.LookupKey, sub.Interval, sub.IntervalCount = item.ID, item.LookupKey, item.Interval, max(1, item.IntervalCount)
		sub.Amount, sub.Currency = item.UnitAmount*max(1, s.Items.Data[0].Quantity), item.Currency
	}
	return sub
}

// Invoice is one bill.
type Invoice struct {
	ID            string // in_…
	Number        string // what stands on the paper
	Status        string // draft, open, paid, uncollectible, void
	Paid          bool
	Reason        string // subscription_create, subscription_cycle, subscription_update, manual, …
	Customer      string
	Subscription  string
	Currency      string
	AmountDue     int64 // cents
	AmountPaid    int64
	Attempts      int64
	NextAttempt   time.Time // zero: none is planned
	Created       time.Time
	HostedURL     string // the vendor's page where it can be paid
	PDF           string
	PaymentIntent string
}

// Invoice reads one back.
//
// https://docs.stripe.com/api/invoices/retrieve
func (c *Client) Invoice(ctx context.Context, id string) (Invoice, error) {
	const op = "read an invoice"
	if !isID(id) {
		return Invoice{}, invalid(op, "bad_id")
	}
	var got *sdk.Invoice
	err := call(ctx, op, true, func(ctx context.Context) (err error) {
		got, err = c.api.Invoices.Get(id, &sdk.InvoiceParams{Params: params(ctx, "")})
		return err
	})
	if err == nil && got.ID == "" {
		err = unclear(op, true)
	}
	if err != nil {
		return Invoice{}, err
	}
	return invoiceOf(got), nil
}

// Invoices are those of a customer, the newest first.
//
// https://docs.stripe.com/api/invoices/list
func (c *Client) Invoices(ctx context.Context, customer string) ([]Invoice, error) {
	var all []Invoice
	err := pages(func(after string) (string, bool, error) {
		list, err := c.invoicePage(ctx, after, customer)
		if err != nil {
			return "", false, err
		}
		for _, i := range list.Data {
			if i != nil && i.ID != "" {
				all = append(all, invoiceOf(i))
			}
		}
		return lastID(list.Data, func(i *sdk.Invoice) string { return i.ID }), list.HasMore, nil
	})
	return all, err
}

func (c *Client) invoicePage(ctx context.Context, after, customer string) (*sdk.InvoiceList, error) {
	list := &sdk.InvoiceList{}
	if customer == "" {
		return list, invalid("list invoices", "no_customer")
	}
	err := call(ctx, "list invoices", true, func(ctx context.Context) error {
		it := c.api.Invoices.List(&sdk.InvoiceListParams{ListParams: pageOf(ctx, after), Customer: sdk.String(customer)})
		list = it.InvoiceList()
		return it.Err()
	})
	return list, err
}

func invoiceOf(i *sdk.Invoice) Invoice {
	inv := Invoice{
		ID: i.ID, Number: i.Number, Status: string(i.Status), Paid: i.Paid, Reason: string(i.BillingReason), Currency: string(i.Currency),
		AmountDue: i.AmountDue, AmountPaid: i.AmountPaid, Attempts: i.AttemptCount, NextAttempt: moment(i.NextPaymentAttempt),
		Created: moment(i.Created), HostedURL: i.HostedInvoiceURL, PDF: i.InvoicePDF,
	}
	if i.Customer != nil {
		inv.Customer = i.Customer.ID
	}
	if i.Subscription != nil {
		inv.Subscription = i.Subscription.ID
	}
	if i.PaymentIntent != nil {
		inv.PaymentIntent = i.PaymentIntent.ID
	}
	return inv
}
