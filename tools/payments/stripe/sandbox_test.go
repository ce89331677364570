package stripe_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"marketa/internal/fault"
	simulated "marketa/sandbox/stripe"
	"marketa/sandbox/wire"
	"marketa/tools/payments/stripe"
)

// bundle is the client and the vendor on both sides of a real connection, and a receiver of webhooks.
type bundle struct {
	*testing.T
	client   *stripe.Client
	sim      *simulated.Sim
	clock    *wire.Clock
	base     string
	price    string
	arrived  chan stripe.Event
	verifier stripe.Verifier
}

const secret = "whsec_test"

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{T: t, clock: wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), arrived: make(chan stripe.Event, 256)}
	b.sim = simulated.New(simulated.Config{Clock: b.clock, Seed: 7})
	vendor := httptest.NewServer(b.sim.Handler())
	b.verifier = stripe.Verifier{Secrets: []string{"whsec_old", secret}, Now: b.clock.Now}
	ours := httptest.NewServer(http.HandlerFunc(b.receive))
	t.Cleanup(func() { b.sim.Close(); vendor.Close(); ours.Close() })
	b.base = vendor.URL
	b.price = b.sim.AddPrice("standard_monthly", "standard", 14900, "eur", "month")
	b.sim.AddEndpoint(ours.URL+"/webhooks/stripe", secret)
	b.client = stripe.New(stripe.Config{BaseURL: vendor.URL + "/", Key: "sk_test_sandbox\n", Now: b.clock.Now})
	return b
}

func (b *bundle) receive(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	e, err := b.verifier.Parse(body, r.Header.Get("Stripe-Signature"))
	switch {
	case errors.Is(err, stripe.ErrTooOld): // the clock jumped while it was on its way: it comes again, signed anew
		w.WriteHeader(http.StatusBadRequest)
	case err != nil:
		b.Errorf("a webhook was not believed: %v", err)
	}
	if e.Matters() {
		b.arrived <- e
	}
}

// next is the next webhook of this kind; others before it are dropped.
func (b *bundle) next(kind string) stripe.Event {
	b.Helper()
	for {
		select {
		case e := <-b.arrived:
			if e.Type == kind {
				return e
			}
		case <-time.After(10 * time.Second):
			b.Fatalf("no webhook of %s came; there were %v", kind, b.sim.Happened())
		}
	}
}

func (b *bundle) customer() stripe.Customer {
	b.Helper()
	c, err := b.client.EnsureCustomer(b.Context(), stripe.NewCustomer{Restaurant: "rest_1", Name: "Trattoria", Email: "owner@example.com", Locale: "it"})
	if err != nil {
		b.Fatal(err)
	}
	return c
}

func (b *bundle) order() stripe.Order {
	return stripe.Order{Key: "checkout-1", Restaurant: "rest_1", Customer: b.customer().ID, Price: b.price,
		SuccessURL: "https://example.com/checkout/done?session={CHECKOUT_SESSION_ID}", CancelURL: "https://example.com/back", Locale: "it"}
}

func (b *bundle) session(o stripe.Order) stripe.Session {
	b.Helper()
	s, err := b.client.Checkout(b.Context(), o)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

func (b *bundle) subscription(id string) stripe.Subscription {
	b.Helper()
	s, err := b.client.Subscription(b.Context(), id)
	if err != nil {
		b.Fatal(err)
	}
	return s
}

// paid is a subscription that somebody paid for.
func (b *bundle) paid(card simulated.Card, trialDays int64) stripe.Subscription {
	b.Helper()
	o := b.order()
	o.TrialDays = trialDays
	s := b.session(o)
	if no := b.sim.Pay(s.ID, card, true); no != "" {
		b.Fatal(no)
	}
	s, err := b.client.Session(b.Context(), s.ID)
	if err != nil || s.Status != "complete" || s.Restaurant != "rest_1" {
		b.Fatalf("%+v, %v", s, err)
	}
	return b.subscription(s.Subscription)
}

func TestThePriceListIsFoundByLookupKey(t *testing.T) {
	t.Parallel()
	b := setup(t)
	newer := b.sim.AddPrice("standard_monthly", "standard", 15900, "eur", "month")
	b.sim.AddPrice("standard_yearly", "standard", 150000, "eur", "year")
	p, err := b.client.Price(t.Context(), "standard_monthly")
	if want := (stripe.Price{ID: newer, LookupKey: "standard_monthly", Product: "prod_standard", Currency: "eur", UnitAmount: 15900,
		Interval: "month", IntervalCount: 1}); err != nil || p != want {
		t.Errorf("%+v, %v", p, err)
	}
	if all, err := b.client.Prices(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("the whole list: %+v, %v", all, err)
	}
	_, err = b.client.Price(t.Context(), "nothing")
	if !strings.Contains(fault.Say(err), "no active price") {
		t.Errorf("a missing plan: %q", fault.Say(err))
	}
}

func TestARestaurantHasOneCustomerHoweverOftenItIsMade(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Faults().Next("POST /v1/customers", wire.Fault{LoseAnswer: true})
	_, err := b.client.EnsureCustomer(t.Context(), stripe.NewCustomer{Restaurant: "rest_1", Name: "Trattoria"})
	if e := failure(t, err); e.Outcome != stripe.Unknown || !e.SafeToRetry() {
		t.Fatalf("a lost answer: %v", err)
	}
	first := b.customer()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if c, err := b.client.EnsureCustomer(t.Context(), stripe.NewCustomer{Restaurant: "rest_1", Name: "Renamed"}); err != nil || c.ID != first.ID {
				t.Errorf("%+v, %v", c, err)
			}
		})
	}
	wg.Wait()
	if first.Restaurant != "rest_1" || first.Name != "Trattoria" {
		t.Errorf("%+v", first)
	}
}

func TestTwoWorkersThatMakeACustomerAtOnceGetTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	// The list of both is empty: the second looks before the first has made it, then meets its key with another name.
	empty := `{"object":"list","data":[],"has_more":false}`
	first := b.customer()
	b.sim.Faults().Next("GET /v1/customers", wire.Fault{Status: 200, Body: empty})
	c, err := b.client.EnsureCustomer(t.Context(), stripe.NewCustomer{Restaurant: "rest_1", Name: "Another name"})
	if err != nil || c.ID != first.ID {
		t.Errorf("%+v, %v", c, err)
	}
}

func TestACustomerIsFoundBehindManyOthers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := b.customer()
	for i := range 230 {
		if _, err := b.client.EnsureCustomer(t.Context(), stripe.NewCustomer{Restaurant: "other_" + string(rune('A'+i%26)) + string(rune('A'+i/26))}); err != nil {
			t.Fatal(err)
		}
	}
	if found, err := b.client.FindCustomer(t.Context(), "rest_1"); err != nil || found.ID != first.ID {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestPayingOnThePageMakesTheSubscriptionActive(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.session(b.order())
	if s.Status != "open" || s.PaymentStatus != "unpaid" || !s.ExpiresAt.Equal(b.clock.Now().Add(24*time.Hour)) {
		t.Errorf("%+v", s)
	}
	at := b.press(s.URL, url.Values{"card": {string(simulated.CardGood)}}).Header.Get("Location")
	if at != "https://example.com/checkout/done?session="+s.ID {
		t.Errorf("led to %q", at)
	}
	if e := b.next("checkout.session.completed"); e.Object != "checkout.session" || e.ObjectID != s.ID || e.Live || e.APIVersion != stripe.APIVersion {
		t.Errorf("%+v", e)
	}
	s, err := b.client.Session(t.Context(), s.ID)
	if err != nil || s.Status != "complete" || s.PaymentStatus != "paid" {
		t.Fatalf("%+v, %v", s, err)
	}
	sub := b.subscription(s.Subscription)
	if sub.Status != stripe.Active || sub.Restaurant != "rest_1" || sub.LookupKey != "standard_monthly" || sub.Customer != s.Customer ||
		!sub.PeriodEnd.Equal(b.clock.Now().AddDate(0, 1, 0)) || !sub.AskedAt.Equal(b.clock.Now()) {
		t.Errorf("%+v", sub)
	}
	invoices, err := b.client.Invoices(t.Context(), s.Customer)
	if err != nil || len(invoices) != 1 || !invoices[0].Paid || invoices[0].AmountPaid != 14900 || invoices[0].Subscription != sub.ID {
		t.Errorf("%+v, %v", invoices, err)
	}
	if one, err := b.client.Invoice(t.Context(), sub.LatestInvoice); err != nil || one != invoices[0] {
		t.Errorf("%+v, %v", one, err)
	}
}

// press submits a form of the vendor's pages and does not follow where it leads.
func (b *bundle) press(page string, form url.Values) *http.Response {
	b.Helper()
	browser := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := browser.PostForm(page, form)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func words(t *testing.T, resp *http.Response) string {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		t.Fatalf("%s, %v", resp.Status, err)
	}
	return string(body)
}

func TestADeclinedCardLeavesThePageOpenAnd3DSAsksFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.session(b.order())
	if page := words(t, b.press(s.URL, url.Values{"card": {string(simulated.CardDeclined)}})); !strings.Contains(page, "Your card was declined") {
		t.Error(page)
	}
	threeDS := url.Values{"card": {string(simulated.Card3DS)}}
	if page := words(t, b.press(s.URL, threeDS)); !strings.Contains(page, "Complete authentication") {
		t.Error(page)
	}
	if page := words(t, b.press(s.URL, url.Values{"card": threeDS["card"], "bank": {"fail"}})); !strings.Contains(page, "unable to authenticate") {
		t.Error(page)
	}
	if got, err := b.client.Session(t.Context(), s.ID); err != nil || got.Status != "open" || got.Subscription != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if resp := b.press(s.URL, url.Values{"card": threeDS["card"], "bank": {"complete"}}); resp.StatusCode != http.StatusSeeOther {
		t.Errorf("%s", resp.Status)
	}
	if page := words(t, b.press(s.URL, url.Values{"card": {string(simulated.CardGood)}})); !strings.Contains(page, "paid already") {
		t.Error(page)
	}
}

func TestAnAbandonedPageExpiresAndIsTold(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.order()
	o.ExpiresAt = b.clock.Now().Add(45 * time.Minute)
	s := b.session(o)
	b.clock.Advance(46 * time.Minute)
	if e := b.next("checkout.session.expired"); e.ObjectID != s.ID {
		t.Errorf("%+v", e)
	}
	got, err := b.client.Session(t.Context(), s.ID)
	if err != nil || got.Status != "expired" || got.URL != "" {
		t.Errorf("%+v, %v", got, err)
	}
	_, err = b.client.ExpireSession(t.Context(), s.ID)
	if e := failure(t, err); e.Outcome != stripe.NotDone {
		t.Errorf("expired twice: %v", err)
	}
}

func TestTheSameOrderIsTheSameSession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.order()
	b.sim.Faults().Next("POST /v1/checkout/sessions", wire.Fault{LoseAnswer: true})
	_, err := b.client.Checkout(t.Context(), o)
	if e := failure(t, err); e.Outcome != stripe.Unknown {
		t.Fatal(err)
	}
	first, second := b.session(o), b.session(o)
	if first.ID != second.ID {
		t.Error("two pages for one order")
	}
	o.Quantity = 2
	_, err = b.client.Checkout(t.Context(), o)
	if e := failure(t, err); !e.KeyUsed() || e.Outcome != stripe.NotDone || fault.KindOf(err) != fault.Conflict {
		t.Errorf("another order with the key: %v", err)
	}
}

func TestAnErrorThatIsKeptComesBackUntilTheKeyChanges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.order()
	b.sim.Break("POST /v1/checkout/sessions", 1)
	for range 2 {
		_, err := b.client.Checkout(t.Context(), o)
		if e := failure(t, err); e.Outcome != stripe.Unknown || e.Status != 500 || e.Type != "api_error" {
			t.Fatal(err)
		}
	}
	o.Key = "checkout-1-again"
	b.session(o)
}

func TestAKeyInUseIsToWaitFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.order()
	b.sim.Slow("POST /v1/checkout/sessions", time.Minute)
	done := make(chan string, 1)
	go func() {
		s, _ := b.client.Checkout(t.Context(), o)
		done <- s.ID
	}()
	var e *stripe.Error
	for { // until the first call holds the key; whichever came second is told so at once
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		_, err := b.client.Checkout(ctx, o)
		cancel()
		if e = failure(t, err); e.Status != 0 {
			break
		}
	}
	if !e.KeyBusy() || e.Outcome != stripe.Wait || e.Code != "idempotency_key_in_use" {
		t.Error(e)
	}
	b.clock.Advance(time.Minute)
	<-done
	b.sim.Slow("POST /v1/checkout/sessions", 0)
	if b.session(o).ID == "" {
		t.Error("nothing afterwards")
	}
}

func TestThePortalCancelsAndTheWebhookSaysSo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sub := b.paid(simulated.CardGood, 0)
	address, err := b.client.Portal(t.Context(), "click-1", sub.Customer, "https://example.com/back", "", "it")
	if err != nil {
		t.Fatal(err)
	}
	b.press(address, url.Values{"do": {"cancel"}, "subscription": {sub.ID}})
	if sub = b.subscription(sub.ID); !sub.CancelAtPeriodEnd || sub.Status != stripe.Active {
		t.Errorf("%+v", sub)
	}
	b.clock.Advance(32 * 24 * time.Hour)
	if e := b.next("customer.subscription.deleted"); e.Object != "subscription" || e.ObjectID != sub.ID {
		t.Errorf("%+v", e)
	}
	if sub = b.subscription(sub.ID); sub.Status != stripe.Canceled {
		t.Errorf("%+v", sub)
	}
}

func TestAFailedRenewalIsGraceUntilTheCardIsMendedOrTheVendorGivesUp(t *testing.T) {
	t.Parallel()
	for _, mended := range []bool{true, false} {
		b := setup(t)
		sub := b.paid(simulated.CardGood, 0)
		b.sim.ChangeCard(sub.Customer, simulated.CardFails)
		b.clock.Advance(31*24*time.Hour + 2*time.Hour)
		b.next("invoice.payment_failed")
		if sub = b.subscription(sub.ID); sub.Status != stripe.PastDue || sub.Status.Access() != stripe.Grace {
			t.Fatalf("%+v", sub)
		}
		inv, err := b.client.Invoice(t.Context(), sub.LatestInvoice)
		if err != nil || inv.Status != "open" || inv.NextAttempt.IsZero() || inv.HostedURL == "" {
			t.Fatalf("%+v, %v", inv, err)
		}
		want := stripe.Canceled
		if mended {
			want = stripe.Active
			b.press(inv.HostedURL, url.Values{"card": {string(simulated.CardGood)}})
			b.sim.ChangeCard(sub.Customer, simulated.CardGood)
		}
		b.clock.Advance(16 * 24 * time.Hour)
		if sub = b.subscription(sub.ID); sub.Status != want {
			t.Errorf("mended %v: %+v", mended, sub)
		}
	}
}

func TestABankDebitIsPaidDaysLaterOrNot(t *testing.T) {
	t.Parallel()
	for card, want := range map[simulated.Card]stripe.Status{simulated.BankDebit: stripe.Active, simulated.BankBounces: stripe.PastDue} {
		b := setup(t)
		sub := b.paid(card, 0)
		b.clock.Advance(5 * 24 * time.Hour)
		if sub = b.subscription(sub.ID); sub.Status != want {
			t.Errorf("%s: %+v", card, sub)
		}
	}
}

func TestWebhooksInAnyOrderAndTwiceLeadToTheSameStanding(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Hold()
	sub := b.paid(simulated.CardGood, 14)
	b.clock.Advance(15 * 24 * time.Hour)
	b.sim.ChangeCard(sub.Customer, simulated.CardFails)
	b.clock.Advance(31 * 24 * time.Hour)
	b.sim.Settle()
	b.sim.Courier().Twice(100)
	b.sim.Release(true)
	var kept stripe.Standing
	old := sub // what a worker read long ago and writes only now
	for range 2 {
		e := b.next("customer.subscription.updated")
		kept, _ = stripe.Next(kept, b.subscription(e.ObjectID))
		kept, _ = stripe.Next(kept, old)
	}
	if kept.ID != sub.ID || kept.Status != stripe.PastDue || old.Status != stripe.Trialing {
		t.Errorf("%+v", kept)
	}
}

func TestALateWebhookIsSignedAnew(t *testing.T) {
	t.Parallel()
	b := setup(t)
	down := make(chan struct{}, 1)
	var mu sync.Mutex
	refused := 0
	flaky := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if refused++; refused == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			down <- struct{}{}
			return
		}
		b.receive(w, r)
	}))
	defer flaky.Close()
	only := simulated.New(simulated.Config{Clock: b.clock, Seed: 8})
	defer only.Close()
	only.AddEndpoint(flaky.URL, "whsec_before")
	only.RollSecret(secret) // both sign for a while: ours knows the new one only
	only.SetStatus("nobody", "active")
	vendor := httptest.NewServer(only.Handler())
	defer vendor.Close()
	c := stripe.New(stripe.Config{BaseURL: vendor.URL, Key: "sk_test_sandbox"})
	made, err := c.EnsureCustomer(t.Context(), stripe.NewCustomer{Restaurant: "rest_1"})
	if err != nil {
		t.Fatal(err)
	}
	only.DeleteCustomer(made.ID)
	<-down
	for { // the clock may jump only when nothing is on its way, or what is would come too old
		if pending, waiting := only.Courier().Pending(); waiting > 0 && pending == waiting {
			break
		}
	}
	b.clock.Advance(time.Hour)
	if e := b.next("customer.deleted"); e.Object != "customer" || e.ObjectID != made.ID {
		t.Errorf("%+v", e)
	}
	if gone, err := c.Customer(t.Context(), made.ID); err != nil || !gone.Deleted {
		t.Errorf("%+v, %v", gone, err)
	}
}

func TestLostWebhooksAreListed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Courier().Drop(100)
	before := b.clock.Now()
	sub := b.paid(simulated.CardGood, 0)
	events, err := b.client.Events(t.Context(), before)
	if err != nil || len(events) < 4 {
		t.Fatalf("%+v, %v", events, err)
	}
	for _, e := range events {
		if e.Type == "customer.subscription.created" && e.ObjectID == sub.ID {
			return
		}
	}
	t.Errorf("the subscription is not among %+v", events)
}

func TestAnEndpointIsMadeForOurVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e, err := b.client.CreateEndpoint(t.Context(), "endpoint-1", b.base+"/nowhere")
	if err != nil || e.APIVersion != stripe.APIVersion || !strings.HasPrefix(e.Secret, "whsec_") {
		t.Errorf("%+v, %v", e, err)
	}
}

func TestEveryCallThatChangesSomethingCarriesOurKeyAndTheVersion(t *testing.T) {
	t.Parallel()
	b := setup(t)
	sub := b.paid(simulated.CardGood, 0)
	if _, err := b.client.Portal(t.Context(), "click-1", sub.Customer, "", "", ""); err != nil {
		t.Fatal(err)
	}
	keys := map[string]string{}
	for _, c := range b.sim.Sent() {
		if c.Version != "2023-10-16" {
			t.Errorf("%s came with version %q", c.Operation, c.Version)
		}
		if strings.HasPrefix(c.Operation, "POST") {
			keys[c.Operation] = c.IdempotencyKey
		}
	}
	for op, want := range map[string]string{"POST /v1/customers": "customer-rest_1", "POST /v1/checkout/sessions": "checkout-1",
		"POST /v1/billing_portal/sessions": "click-1"} {
		if keys[op] != want {
			t.Errorf("%s came with the key %q", op, keys[op])
		}
	}
}

func failure(t *testing.T, err error) *stripe.Error {
	t.Helper()
	var e *stripe.Error
	if !errors.As(err, &e) {
		t.Fatalf("want an *Error, got %v", err)
	}
	return e
}
