package stripe

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

type bundle struct {
	*testing.T
	sim   *Sim
	clock *wire.Clock
	base  string
}

func setup(t *testing.T) *bundle {
	t.Helper()
	clock := wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	s := New(Config{Clock: clock, Seed: 3})
	srv := httptest.NewServer(s.Handler())
	t.Cleanup(func() { s.Close(); srv.Close() })
	return &bundle{t, s, clock, srv.URL}
}

// call sends a form (POST) or a query (GET) and gives status and body.
func (b *bundle) call(method, path, form string, header ...string) (*http.Response, string) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), method, b.base+path, strings.NewReader(form))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_sandbox")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func TestWhatTheVendorRefusesIsRefusedInItsWords(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, method, path, form string
		header                   []string
		status                   int
		words                    string
	}{
		{"NoKey", "GET", "/v1/customers", "", []string{"Authorization", ""}, 401, "You did not provide an API key"},
		{"AnotherKey", "GET", "/v1/customers", "", []string{"Authorization", "Bearer sk_test_nobody1234"}, 401, "Invalid API Key provided: sk_test_******1234"},
		{"AnotherVersion", "GET", "/v1/customers", "", []string{"Stripe-Version", "2026-08-26.dahlia"}, 400, "Invalid Stripe API version"},
		{"AnUnknownPath", "GET", "/v1/dreams", "", nil, 404, "Unrecognized request URL (GET: /v1/dreams)"},
		{"AnUnknownParameter", "POST", "/v1/customers", "colour=red", nil, 400, `"parameter_unknown"`},
		{"JSON", "POST", "/v1/customers", "{}", []string{"Content-Type", "application/json"}, 400, "content type"},
		{"NoSuchCustomer", "GET", "/v1/customers/cus_1", "", nil, 404, "No such customer: 'cus_1'"},
		{"NoMode", "POST", "/v1/checkout/sessions", "success_url=https://a.example", nil, 400, "Missing required param: mode."},
		{"NoSuchPrice", "POST", "/v1/checkout/sessions", "mode=subscription&success_url=https://a.example&line_items[0][price]=price_1&line_items[0][quantity]=1", nil, 400, "No such price"},
		{"NoSuchPayer", "POST", "/v1/checkout/sessions", "mode=subscription&success_url=https://a.example&line_items[0][price]=price_1&customer=cus_1", nil, 400, "No such customer"},
		{"AnAddressThatIsNone", "POST", "/v1/checkout/sessions", "mode=subscription&success_url=a&line_items[0][price]=price_1", nil, 400, "Not a valid URL"},
		{"TooManyAtOnce", "GET", "/v1/customers?limit=101", "", nil, 400, "Invalid limit"},
		{"ElevenLookupKeys", "GET", "/v1/prices?" + strings.Repeat("lookup_keys[]=a&", 11), "", nil, 400, "up to 10"},
		{"APortalForNobody", "POST", "/v1/billing_portal/sessions", "", nil, 400, "Missing required param: customer."},
		{"AnEndpointOfAnotherVersion", "POST", "/v1/webhook_endpoints", "url=https://a.example&enabled_events[]=*&api_version=2019-01-01", nil, 400, "Invalid API version"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.T = t
			if resp, body := b.call(tt.method, tt.path, tt.form, tt.header...); resp.StatusCode != tt.status || !strings.Contains(body, tt.words) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
		})
	}
}

func TestAKeyAnswersTheSameForADay(t *testing.T) {
	t.Parallel()
	b := setup(t)
	key := []string{"Idempotency-Key", "k1"}
	_, first := b.call("POST", "/v1/customers", "name=A&metadata[a]=1", key...)
	resp, again := b.call("POST", "/v1/customers", "metadata[a]=1&name=A", key...)
	if first != again || resp.Header.Get("Idempotent-Replayed") != "true" {
		t.Errorf("%s\n%s", first, again)
	}
	if resp, body := b.call("POST", "/v1/customers", "name=B", key...); resp.StatusCode != 400 || !strings.Contains(body, `"idempotency_error"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, all := b.call("GET", "/v1/customers", ""); strings.Count(all, "cus_") != 1 {
		t.Error(all)
	}
	b.clock.Advance(25 * time.Hour)
	if _, later := b.call("POST", "/v1/customers", "name=A&metadata[a]=1", key...); later == first {
		t.Error("remembered for longer than the vendor promises")
	}
}

func TestTheQuotaIsPerSecond(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.Quota(2)
	var got []int
	for range 3 {
		resp, _ := b.call("GET", "/v1/prices", "")
		got = append(got, resp.StatusCode)
	}
	b.clock.Advance(time.Second)
	resp, _ := b.call("GET", "/v1/prices", "")
	if got = append(got, resp.StatusCode); !slices.Equal(got, []int{200, 200, 429, 200}) {
		t.Error(got)
	}
}

func TestAFirstPaymentThatNobodyFinishesExpires(t *testing.T) {
	t.Parallel()
	b := setup(t)
	price := b.sim.AddPrice("standard", "standard", 100, "eur", "month")
	b.call("POST", "/v1/customers", "name=A")
	id := b.sim.Subscribe(b.sim.customers[0].ID, price, Card3DS, map[string]string{})
	if _, body := b.call("GET", "/v1/subscriptions/"+id, ""); !strings.Contains(body, `"status": "incomplete"`) {
		t.Error(body)
	}
	b.clock.Advance(23 * time.Hour)
	if _, body := b.call("GET", "/v1/subscriptions/"+id, ""); !strings.Contains(body, `"status": "incomplete_expired"`) {
		t.Error(body)
	}
}

func TestAYearThatPassesAtOnceIsLivedMonthByMonth(t *testing.T) {
	t.Parallel()
	b := setup(t)
	price := b.sim.AddPrice("standard", "standard", 100, "eur", "month")
	b.call("POST", "/v1/customers", "name=A")
	b.sim.Subscribe(b.sim.customers[0].ID, price, CardGood, map[string]string{})
	b.clock.Advance(365*24*time.Hour + 2*time.Hour)
	b.sim.Settle()
	paid := 0
	for _, kind := range b.sim.Happened() {
		if kind == "invoice.paid" {
			paid++
		}
	}
	if paid != 13 {
		t.Errorf("%d invoices paid: %v", paid, b.sim.Happened())
	}
}

func TestThePagesAreForPhonesAndRefuseGarbage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	price := b.sim.AddPrice("<b>standard", "standard", 100, "eur", "month")
	_, body := b.call("POST", "/v1/checkout/sessions", url.Values{"mode": {"subscription"}, "success_url": {"https://a.example"},
		"line_items[0][price]": {price}, "line_items[0][quantity]": {"1"}}.Encode())
	if !strings.Contains(body, "cs_test_") {
		t.Fatal(body)
	}
	_, page := b.call("GET", "/c/pay/"+b.sim.sessions[0].ID, "")
	if !strings.Contains(page, "width=device-width") || strings.Contains(page, "<b>") || !strings.Contains(page, "No money moves") {
		t.Error(page)
	}
	for _, path := range []string{"/c/pay/x", "/p/session/x", "/i/x"} {
		for _, method := range []string{"GET", "POST"} {
			if resp, page := b.call(method, path, "card=x"); resp.StatusCode != 200 || !strings.Contains(page, `role="alert"`) {
				t.Errorf("%s %s: %d %s", method, path, resp.StatusCode, page)
			}
		}
	}
}

func TestARealKeyIsRefused(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("a live key was taken")
		}
	}()
	New(Config{Key: "sk_live_1234567890"})
}
