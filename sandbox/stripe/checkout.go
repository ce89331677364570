package stripe

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// session is a checkout session: https://docs.stripe.com/api/checkout/sessions/object
type session struct {
	ID                string            `json:"id"`
	Object            string            `json:"object"`
	AmountSubtotal    int64             `json:"amount_subtotal"`
	AmountTotal       int64             `json:"amount_total"`
	CancelURL         *string           `json:"cancel_url"`
	ClientReferenceID *string           `json:"client_reference_id"`
	Created           int64             `json:"created"`
	Currency          string            `json:"currency"`
	Customer          *string           `json:"customer"`
	ExpiresAt         int64             `json:"expires_at"`
	Invoice           *string           `json:"invoice"`
	Livemode          bool              `json:"livemode"`
	Locale            *string           `json:"locale"`
	Metadata          map[string]string `json:"metadata"`
	Mode              string            `json:"mode"`
	PaymentIntent     *string           `json:"payment_intent"`
	PaymentStatus     string            `json:"payment_status"`
	Status            string            `json:"status"`
	Subscription      *string           `json:"subscription"`
	SuccessURL        string            `json:"success_url"`
	URL               *string           `json:"url"`

	price        *price
	quantity     int64
	trialDays    int64
	subscription map[string]string // its metadata
}

func optional(v string) *string {
	if v == "" {
		return nil
	}
	return &v
}

func (s *Sim) createSession(c *call) (any, *refusal) {
	p, quantity, no := s.lineItem(c)
	if no != nil {
		return nil, no
	}
	expires, no := s.expiry(c)
	if no != nil {
		return nil, no
	}
	trial, err := strconv.ParseInt(c.get("subscription_data[trial_period_days]"), 10, 64)
	if given := c.get("subscription_data[trial_period_days]"); given != "" && (err != nil || trial < 1 || trial > 730) {
		return nil, refuse(http.StatusBadRequest, "parameter_invalid_integer", "subscription_data[trial_period_days]", "Invalid integer: "+given)
	}
	se := &session{
		ID: s.id("cs_test_"), Object: "checkout.session", Created: s.now().Unix(), Mode: "subscription", Status: "open", PaymentStatus: "unpaid",
		Customer: optional(c.get("customer")), ClientReferenceID: optional(c.get("client_reference_id")), SuccessURL: c.get("success_url"),
		CancelURL: optional(c.get("cancel_url")), Locale: optional(c.get("locale")), Metadata: c.within("metadata"), ExpiresAt: expires.Unix(),
		Currency: p.Currency, price: p, quantity: quantity, trialDays: trial, subscription: c.within("subscription_data[metadata]"),
	}
	if trial == 0 {
		se.AmountSubtotal, se.AmountTotal = p.UnitAmount*quantity, p.UnitAmount*quantity
	}
	page := c.host + "/c/pay/" + se.ID
	se.URL = &page
	s.sessions = append([]*session{se}, s.sessions...)
	s.later(expires, func() { s.expire(se) })
	return *se, nil
}

// lineItem checks what a subscription's session must have.
func (s *Sim) lineItem(c *call) (*price, int64, *refusal) {
	switch id := c.get("customer"); {
	case c.get("mode") != "subscription" && c.get("mode") != "":
		return nil, 0, refuse(http.StatusBadRequest, "", "mode", "This simulator knows only mode=subscription.")
	case c.get("mode") == "":
		return nil, 0, missing("mode")
	case !c.has("line_items"):
		return nil, 0, missing("line_items")
	case c.get("success_url") == "":
		return nil, 0, missing("success_url")
	case id != "" && s.customer(id) == nil:
		return nil, 0, noSuch("customer", "customer", id)
	}
	for _, name := range []string{"success_url", "cancel_url"} {
		if v := c.get(name); v != "" && !isWeb(v) {
			return nil, 0, refuse(http.StatusBadRequest, "url_invalid", name, "Not a valid URL")
		}
	}
	id := c.get("line_items[0][price]")
	for _, p := range s.prices {
		if p.ID == id && p.Active {
			quantity, err := strconv.ParseInt(c.get("line_items[0][quantity]"), 10, 64)
			if err != nil || quantity < 1 {
				return nil, 0, refuse(http.StatusBadRequest, "parameter_invalid_integer", "line_items[0][quantity]", "Quantity is required.")
			}
			return p, quantity, nil
		}
	}
	return nil, 0, noSuch("price", "line_items[0][price]", id)
}

func isWeb(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func (s *Sim) expiry(c *call) (time.Time, *refusal) {
	given := c.get("expires_at")
	if given == "" {
		return s.now().Add(24 * time.Hour), nil
	}
	unix, err := strconv.ParseInt(given, 10, 64)
	at := time.Unix(unix, 0)
	switch {
	case err != nil:
		return at, refuse(http.StatusBadRequest, "parameter_invalid_integer", "expires_at", "Invalid integer: "+given)
	case at.Before(s.now().Add(30*time.Minute - time.Second)):
		return at, refuse(http.StatusBadRequest, "", "expires_at", "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.")
	case at.After(s.now().Add(24*time.Hour + time.Second)):
		return at, refuse(http.StatusBadRequest, "", "expires_at", "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.")
	}
	return at, nil
}

func (s *Sim) session(id string) *session {
	for _, se := range s.sessions {
		if se.ID == id {
			return se
		}
	}
	return nil
}

func (s *Sim) getSession(c *call) (any, *refusal) {
	if se := s.session(c.id); se != nil {
		return *se, nil
	}
	return nil, noSuch("checkout.session", "id", c.id)
}

func (s *Sim) listSessions(c *call) (any, *refusal) {
	var found []*session
	for _, se := range s.sessions {
		if (c.get("customer") == "" || se.Customer != nil && *se.Customer == c.get("customer")) &&
			(c.get("subscription") == "" || se.Subscription != nil && *se.Subscription == c.get("subscription")) {
			found = append(found, se)
		}
	}
	return paged(c, "/v1/checkout/sessions", found, func(se *session) string { return se.ID })
}

func (s *Sim) expireSession(c *call) (any, *refusal) {
	se := s.session(c.id)
	switch {
	case se == nil:
		return nil, noSuch("checkout.session", "id", c.id)
	case se.Status != "open":
		return nil, refuse(http.StatusBadRequest, "", "", "Only Checkout Sessions with a status in [\"open\"] can be expired. "+
			"This Checkout Session has a status of `"+se.Status+"`.")
	}
	s.expire(se)
	return *se, nil
}

func (s *Sim) expire(se *session) {
	if se.Status != "open" {
		return
	}
	se.Status, se.URL = "expired", nil
	s.emit("checkout.session.expired", *se, nil)
}

// Card is what somebody pays with. The numbers are the vendor's test cards: https://docs.stripe.com/testing
type Card string

const (
	CardNone     Card = ""
	CardGood     Card = "4242424242424242"
	CardDeclined Card = "4000000000000002"
	Card3DS      Card = "4000002500003155" // needs 3-D Secure
	CardFails    Card = "4000000000000341" // is taken, and fails when it is charged
	BankDebit    Card = "AT611904300234573201"
	BankBounces  Card = "AT861904300235473202" // taken, fails after days
)

const bankDays = 5 * 24 * time.Hour // until a debit is known

// Pay is what somebody does on the checkout page. The refusal is what the page says; empty: it is done. A card that needs 3-D
// Secure is asked for it: say with confirmed that the bank's page was answered.
func (s *Sim) Pay(sessionID string, card Card, confirmed bool) (refusal string) {
	s.with(func() { refusal = s.pay(s.session(sessionID), card, confirmed) })
	return refusal
}

const needs3DS = "Your bank asks you to confirm this payment."

func (s *Sim) pay(se *session, card Card, confirmed bool) string {
	switch {
	case se == nil || se.Status == "expired":
		return "This page has expired. Go back to where you came from and ask for a new link."
	case se.Status == "complete":
		return "This is paid already."
	case card == CardDeclined, card == CardFails && se.trialDays == 0:
		return "Your card was declined. Try another one."
	case card == Card3DS && !confirmed:
		return needs3DS
	case card == CardNone:
		return "Your card number is incomplete."
	}
	s.complete(se, card)
	return ""
}

// complete is the moment of payment: session, subscription and first invoice come into being together.
func (s *Sim) complete(se *session, card Card) {
	cu := s.payer(se)
	cu.card = card
	sub := s.subscribe(cu, se.price, se.quantity, se.trialDays, se.subscription)
	se.Status, se.URL, se.Subscription, se.Invoice = "complete", nil, &sub.ID, sub.LatestInvoice
	switch debit := card == BankDebit || card == BankBounces; {
	case se.trialDays > 0:
		se.PaymentStatus = "no_payment_required"
	case !debit:
		se.PaymentStatus = "paid"
	default:
		s.later(s.now().Add(bankDays), func() { s.debited(se, sub, card) })
	}
	s.emit("checkout.session.completed", *se, nil)
	s.emit("customer.subscription.created", *sub, nil)
	s.firstInvoice(sub, card)
}

func (s *Sim) payer(se *session) *customer {
	if se.Customer != nil {
		if cu := s.customer(*se.Customer); cu != nil {
			return cu
		}
	}
	cu := &customer{ID: s.id("cus_"), Object: "customer", Created: s.now().Unix(), Metadata: map[string]string{}, PreferredLocales: []string{}}
	s.customers = append([]*customer{cu}, s.customers...)
	se.Customer = &cu.ID
	s.emit("customer.created", *cu, nil)
	return cu
}

// debited is the bank's answer, days later.
func (s *Sim) debited(se *session, sub *subscription, card Card) {
	inv := s.invoice(*se.Invoice)
	if card == BankBounces {
		s.failed(sub, inv)
		s.emit("checkout.session.async_payment_failed", *se, nil)
		return
	}
	se.PaymentStatus = "paid"
	s.paid(inv)
	s.emit("checkout.session.async_payment_succeeded", *se, nil)
}

// returnTo is where the page leads after payment.
func (se *session) returnTo() string {
	return strings.ReplaceAll(se.SuccessURL, "{CHECKOUT_SESSION_ID}", se.ID)
}
