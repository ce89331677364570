//go:build stripemock

package stripe_test

import (
	"os"
	"testing"
	"time"

	"marketa/tools/payments/stripe"
)

// The vendor's own mock refuses any parameter that API version 2023-10-16 does not have. It is no dependency of ours:
//
//	go install github.com/stripe/stripe-mock@v0.183.0
//	stripe-mock -http-addr 127.0.0.1:12111 -https-addr 127.0.0.1:12112 -strict-version-check &
//	STRIPE_MOCK_URL=http://127.0.0.1:12111 go test -tags stripemock -run TestTheVendorsMock ./tools/payments/stripe
//
// v0.183.0 is the last one with this version's shapes; later ones refuse the version, or answer in other shapes.
func TestTheVendorsMockTakesEveryRequest(t *testing.T) {
	base := os.Getenv("STRIPE_MOCK_URL")
	if base == "" {
		t.Fatal("STRIPE_MOCK_URL is empty")
	}
	ctx := t.Context()
	c := stripe.New(stripe.Config{BaseURL: base, Key: "sk_test_123"})
	check := func(what string, err error) {
		t.Helper()
		if err != nil {
			e := failure(t, err)
			t.Errorf("%s: %v: %s", what, err, e.Message)
		}
	}
	_, err := c.Prices(ctx, "standard_monthly", "standard_yearly")
	check("prices", err)
	_, err = c.Prices(ctx)
	check("the whole list", err)
	_, err = c.EnsureCustomer(ctx, stripe.NewCustomer{Restaurant: "rest_1", Name: "Trattoria", Email: "owner@example.com", Locale: "it"})
	check("customer", err)
	_, err = c.Customer(ctx, "cus_1")
	check("customer back", err)
	s, err := c.Checkout(ctx, stripe.Order{Key: "k", Restaurant: "rest_1", Customer: "cus_1", Price: "price_1", Quantity: 2, TrialDays: 14,
		SuccessURL: "https://example.com/done?s={CHECKOUT_SESSION_ID}", CancelURL: "https://example.com", Locale: "it", ExpiresAt: time.Now().Add(time.Hour)})
	if check("checkout", err); s.Restaurant != "rest_1" {
		t.Errorf("%+v", s)
	}
	_, err = c.Session(ctx, "cs_1")
	check("session", err)
	_, err = c.ExpireSession(ctx, "cs_1")
	check("expire", err)
	_, err = c.Portal(ctx, "k", "cus_1", "https://example.com", "bpc_1", "it")
	check("portal", err)
	sub, err := c.Subscription(ctx, "sub_1")
	if check("subscription", err); sub.PeriodEnd.IsZero() || sub.Status == "" || sub.Price == "" {
		t.Errorf("%+v", sub)
	}
	_, err = c.Subscriptions(ctx, "cus_1")
	check("subscriptions", err)
	inv, err := c.Invoice(ctx, "in_1")
	if check("invoice", err); inv.Status == "" {
		t.Errorf("%+v", inv)
	}
	_, err = c.Invoices(ctx, "cus_1")
	check("invoices", err)
	_, err = c.Events(ctx, time.Now().Add(-time.Hour))
	check("events", err)
	_, err = c.CreateEndpoint(ctx, "k", "https://example.com/webhooks/stripe")
	if e := failure(t, err); e.Outcome != stripe.Done { // it takes the request and answers without a secret, as to a look
		check("endpoint", err)
	}
}
