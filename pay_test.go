package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
)

// signedPost sends a webhook as the vendor would who knows the secret.
func (s *scene) signedPost(body, secret string) (status int, answer string) {
	s.t.Helper()
	at := strconv.FormatInt(s.clock.Now().Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(at + "." + body))
	return s.post("/webhooks/stripe", body, "t="+at+",v1="+hex.EncodeToString(mac.Sum(nil)))
}

func (s *scene) post(path, body, signature string) (status int, answer string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://"+s.app.Addr+path, strings.NewReader(body))
	s.must(err, path)
	if signature != "" {
		r.Header.Set("Stripe-Signature", signature)
	}
	resp, err := http.DefaultClient.Do(r)
	s.must(err, path)
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	s.must(err, path)
	return resp.StatusCode, string(text)
}

// atStripe calls the vendor as somebody in its dashboard could.
func (s *scene) atStripe(path string, form url.Values) (id, address string) {
	s.t.Helper()
	r, err := http.NewRequest(http.MethodPost, s.world.StripeURL+path, strings.NewReader(form.Encode()))
	s.must(err, path)
	r.Header.Set("Authorization", "Bearer "+s.world.StripeKey)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(r)
	s.must(err, path)
	defer func() { _ = resp.Body.Close() }()
	var made struct{ ID, URL string }
	s.must(json.NewDecoder(resp.Body).Decode(&made), path)
	if made.ID == "" {
		s.t.Fatalf("%s: %s", path, resp.Status)
	}
	return made.ID, made.URL
}

// begin is a dialogue's first part, played without being compared.
func begin(t *testing.T, lines ...string) *scene {
	t.Helper()
	d, err := parseDialogue(strings.Join(lines, "\n\n"))
	if err != nil {
		t.Fatal(err)
	}
	s := newScene(t, d)
	for _, line := range lines {
		s.act(line)
		s.settle()
	}
	return s
}

func (s *scene) counted(what, sql string, want string, args ...any) {
	s.t.Helper()
	s.settle()
	if got := s.ask(sql, args...); got != want {
		s.t.Errorf("%s: %q, expected %q", what, got, want)
	}
}

// Whatever is said about a payment from outside counts only as far as the vendor confirms it of our own order.
func TestNobodyPaysButThroughTheOrder(t *testing.T) {
	t.Parallel()
	s := begin(t, "Lucía: ¡Gracias, hasta mañana!", "Anna: Grazie mille, a domani!", "record Lucía belongs to Taberna Ejemplo, activation", "record Anna belongs to Trattoria Demo, activation",
		"Marta privately: Send Lucía the payment link for the standard plan", `Marta taps Confirm on "Payment link"`, `Ben taps Send on "enlace"`, "Lucía presses pay")
	const stages = `SELECT string_agg(name || ' ' || stage, ', ' ORDER BY name) FROM restaurants WHERE stage IN ('activation', 'active')`
	const unpaid = "Taberna Ejemplo activation, Trattoria Demo activation"
	session := s.ask(`SELECT session_id FROM orders`)
	order := s.ask(`SELECT id::text FROM orders`)
	claims := func(event, id string) string {
		return fmt.Sprintf(`{"id":%q,"object":"event","type":"checkout.session.completed","livemode":false,"created":%d,"data":{"object":{"id":%q,"object":"checkout.session","status":"complete","payment_status":"paid","client_reference_id":%q}}}`,
			event, s.clock.Now().Unix(), id, order)
	}

	_, unknown := s.post("/webhooks/nobody", claims("evt_0", session), "")
	for name, signature := range map[string]string{"none": "", "nonsense": "nonsense", "another secret": "t=1,v1=" + strings.Repeat("0", 64)} {
		if status, answer := s.post("/webhooks/stripe", claims("evt_1", session), signature); status != http.StatusNotFound || answer != unknown {
			t.Errorf("a signature that is %s: %d %q", name, status, answer)
		}
	}
	if status, answer := s.signedPost(claims("evt_2", session), "whsec_guess"); status != http.StatusNotFound || answer != unknown {
		t.Errorf("another secret: %d %q", status, answer)
	}
	if status, _ := s.signedPost(claims("evt_3", session)+strings.Repeat(" ", 1<<20), s.world.StripeHookSecret); status != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", status)
	}
	s.counted("forged", `SELECT count(*)::text FROM billing_events`, "0")

	// Signed, and not true: the vendor is asked, and says that the page is open.
	for range 3 {
		if status, _ := s.signedPost(claims("evt_4", session), s.world.StripeHookSecret); status != http.StatusOK {
			t.Errorf("a signed event: %d", status)
		}
	}
	s.counted("repeats", `SELECT count(*)::text || ' ' || max(outcome) FROM billing_events`, "1 settled")
	s.counted("an event that says more than is true", stages, unpaid)

	// Somebody else's payment that names our order: its customer is not the restaurant's.
	price := s.ask(`SELECT price_id FROM orders`)
	other, _ := s.atStripe("/v1/customers", url.Values{"name": {"Somebody"}, "metadata[restaurant_id]": {s.payerOf("Anna")}})
	marks := url.Values{"mode": {"subscription"}, "customer": {other}, "line_items[0][price]": {price}, "line_items[0][quantity]": {"1"}, "success_url": {"https://example.com"},
		"client_reference_id": {order}, "metadata[order_id]": {order}, "subscription_data[metadata][order_id]": {order}, "subscription_data[metadata][restaurant_id]": {s.payerOf("Anna")}}
	_, page := s.atStripe("/v1/checkout/sessions", marks)
	s.browse(http.MethodPost, page, url.Values{"card": {"4242424242424242"}})
	s.counted("a stranger's payment", stages, unpaid)

	// The restaurant's own customer pays less than was ordered: it is kept, but not for this order.
	cheap := s.world.Stripe.AddPrice("trick_monthly", "trick", 1, "eur", "month")
	marks.Set("customer", s.ask(`SELECT customer_id FROM customers`))
	marks.Set("line_items[0][price]", cheap)
	_, page = s.atStripe("/v1/checkout/sessions", marks)
	s.browse(http.MethodPost, page, url.Values{"card": {"4242424242424242"}})
	s.counted("another price", `SELECT state FROM orders`, "open")
	s.counted("another price", `SELECT count(*)::text FROM subscriptions WHERE order_id IS NOT NULL`, "0")
	s.counted("another price", stages, unpaid)
	s.counted("another restaurant", `SELECT stage FROM restaurants WHERE name = 'Trattoria Demo'`, "activation")
}

// Whoever is cut off between asking for a page and writing it down asks for the same page again.
func TestACheckoutThatWasCutOffGoesOn(t *testing.T) {
	t.Parallel()
	for _, how := range []string{"loses the next answer", "breaks the next answer"} {
		t.Run(how, func(t *testing.T) {
			t.Parallel()
			s := begin(t, "Lucía: ¡Gracias, hasta mañana!", "record Lucía belongs to Taberna Ejemplo, activation", "Marta privately: Send Lucía the payment link for the standard plan",
				`Marta taps Confirm on "Payment link"`, `Ben taps Send on "enlace"`, "vendor stripe "+how, "Lucía presses pay", "restart", "Lucía presses pay", "restart", "Lucía pays with a good card")
			s.counted("paid once", `SELECT o.state || ' ' || (SELECT count(*) FROM subscriptions) FROM orders o`, "paid 1")
			s.counted("active", `SELECT stage FROM restaurants WHERE name = 'Taberna Ejemplo'`, "active")
		})
	}
}
