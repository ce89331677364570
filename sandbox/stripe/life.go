package stripe

import (
	"fmt"
	"net/http"
	"time"
)

// item is one line of a subscription.
type item struct {
	ID           string `json:"id"`
	Object       string `json:"object"`
	Price        *price `json:"price"`
	Quantity     int64  `json:"quantity"`
	Subscription string `json:"subscription"`
}

type items struct {
	Object  string `json:"object"`
	URL     string `json:"url"`
	HasMore bool   `json:"has_more"`
	Data    []item `json:"data"`
}

// subscription: https://docs.stripe.com/api/subscriptions/object
type subscription struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	CancelAt           *int64            `json:"cancel_at"`
	CancelAtPeriodEnd  bool              `json:"cancel_at_period_end"`
	CanceledAt         *int64            `json:"canceled_at"`
	CollectionMethod   string            `json:"collection_method"`
	Created            int64             `json:"created"`
	Currency           string            `json:"currency"`
	CurrentPeriodEnd   int64             `json:"current_period_end"`
	CurrentPeriodStart int64             `json:"current_period_start"`
	Customer           string            `json:"customer"`
	EndedAt            *int64            `json:"ended_at"`
	Items              items             `json:"items"`
	LatestInvoice      *string           `json:"latest_invoice"`
	Livemode           bool              `json:"livemode"`
	Metadata           map[string]string `json:"metadata"`
	StartDate          int64             `json:"start_date"`
	Status             string            `json:"status"`
	TrialEnd           *int64            `json:"trial_end"`
	TrialStart         *int64            `json:"trial_start"`
}

// invoice: https://docs.stripe.com/api/invoices/object
type invoice struct {
	ID                 string            `json:"id"`
	Object             string            `json:"object"`
	AmountDue          int64             `json:"amount_due"`
	AmountPaid         int64             `json:"amount_paid"`
	AttemptCount       int64             `json:"attempt_count"`
	BillingReason      string            `json:"billing_reason"`
	Created            int64             `json:"created"`
	Currency           string            `json:"currency"`
	Customer           string            `json:"customer"`
	HostedInvoiceURL   *string           `json:"hosted_invoice_url"`
	InvoicePDF         *string           `json:"invoice_pdf"`
	Lines              lines             `json:"lines"`
	Livemode           bool              `json:"livemode"`
	Metadata           map[string]string `json:"metadata"`
	NextPaymentAttempt *int64            `json:"next_payment_attempt"`
	Number             *string           `json:"number"`
	Paid               bool              `json:"paid"`
	PaymentIntent      *string           `json:"payment_intent"`
	PeriodEnd          int64             `json:"period_end"`
	PeriodStart        int64             `json:"period_start"`
	Status             string            `json:"status"`
	Subscription       string            `json:"subscription"`
	Total              int64             `json:"total"`
}

type lines struct {
	Object  string `json:"object"`
	URL     string `json:"url"`
	HasMore bool   `json:"has_more"`
	Data    []any  `json:"data"`
}

func (sub *subscription) over() bool {
	return sub.Status == "canceled" || sub.Status == "incomplete_expired"
}

func (sub *subscription) price() *price { return sub.Items.Data[0].Price }

// after is the end of a period that begins at from.
func (p *price) after(from time.Time) time.Time {
	n := int(p.Recurring.IntervalCount)
	switch p.Recurring.Interval {
	case "day":
		return from.AddDate(0, 0, n)
	case "week":
		return from.AddDate(0, 0, 7*n)
	case "year":
		return from.AddDate(n, 0, 0)
	default:
		return from.AddDate(0, n, 0)
	}
}

// subscribe makes the subscription; its first invoice is there but not yet paid.
func (s *Sim) subscribe(cu *customer, p *price, quantity, trialDays int64, metadata map[string]string) *subscription {
	now := s.now()
	end := p.after(now)
	sub := &subscription{
		ID: s.id("sub_"), Object: "subscription", CollectionMethod: "charge_automatically", Created: now.Unix(), Currency: p.Currency, Customer: cu.ID,
		Metadata: metadata, StartDate: now.Unix(), Status: "incomplete", CurrentPeriodStart: now.Unix(),
	}
	if trialDays > 0 {
		end = now.AddDate(0, 0, int(trialDays))
		start, until := now.Unix(), end.Unix()
		sub.Status, sub.TrialStart, sub.TrialEnd = "trialing", &start, &until
		s.later(end.AddDate(0, 0, -3), func() { s.tell(sub, "customer.subscription.trial_will_end") })
	}
	sub.CurrentPeriodEnd = end.Unix()
	sub.Items = items{Object: "list", URL: "/v1/subscription_items?subscription=" + sub.ID,
		Data: []item{{ID: s.id("si_"), Object: "subscription_item", Price: p, Quantity: quantity, Subscription: sub.ID}}}
	s.subs = append([]*subscription{sub}, s.subs...)
	s.bill(sub, "subscription_create")
	if soon := end.AddDate(0, 0, -7); soon.After(now) {
		s.later(soon, func() { s.upcoming(sub) })
	}
	s.later(end, func() { s.renew(sub) })
	return sub
}

// bill makes a draft.
func (s *Sim) bill(sub *subscription, reason string) *invoice {
	amount := sub.price().UnitAmount * sub.Items.Data[0].Quantity
	if sub.Status == "trialing" {
		amount = 0
	}
	inv := &invoice{
		ID: s.id("in_"), Object: "invoice", AmountDue: amount, Total: amount, BillingReason: reason, Created: s.now().Unix(), Currency: sub.Currency,
		Customer: sub.Customer, Subscription: sub.ID, Status: "draft", Metadata: map[string]string{}, PeriodStart: sub.CurrentPeriodStart,
		PeriodEnd: sub.CurrentPeriodEnd,
	}
	inv.Lines = lines{Object: "list", URL: "/v1/invoices/" + inv.ID + "/lines", Data: []any{}}
	s.invoices = append([]*invoice{inv}, s.invoices...)
	sub.LatestInvoice = &inv.ID
	return inv
}

// firstInvoice tells the rest of a first payment, after the session and the subscription were told of.
func (s *Sim) firstInvoice(sub *subscription, card Card) {
	inv := s.invoice(*sub.LatestInvoice)
	s.emit("invoice.created", *inv, nil)
	s.finalize(inv)
	switch {
	case sub.Status == "trialing", card != BankDebit && card != BankBounces:
		s.paid(inv)
	default:
		s.become(sub, "active") // the debit is under way
	}
}

func (s *Sim) finalize(inv *invoice) {
	if inv.Status != "draft" {
		return
	}
	number := fmt.Sprintf("SIM-%04d", len(s.invoices))
	intent := s.id("pi_")
	inv.Status, inv.Number, inv.PaymentIntent = "open", &number, &intent
	s.emit("invoice.finalized", *inv, nil)
}

// paid closes an invoice and lifts its subscription.
func (s *Sim) paid(inv *invoice) {
	if inv == nil || inv.Status != "open" {
		return
	}
	inv.Status, inv.Paid, inv.AmountPaid, inv.NextPaymentAttempt = "paid", true, inv.AmountDue, nil
	inv.AttemptCount++
	s.emit("invoice.paid", *inv, nil)
	if sub := s.subscription(inv.Subscription); sub != nil && sub.Status != "trialing" {
		s.become(sub, "active")
	}
}

// become changes the status and tells; nothing changes what is over.
func (s *Sim) become(sub *subscription, status string) {
	if sub.over() || sub.Status == status {
		return
	}
	before := map[string]any{"status": sub.Status}
	sub.Status = status
	s.emit("customer.subscription.updated", *sub, before)
}

func (s *Sim) tell(sub *subscription, what string) {
	if !sub.over() {
		s.emit(what, *sub, nil)
	}
}

// renew is the end of a period or of the trial.
func (s *Sim) renew(sub *subscription) {
	if sub.over() || s.now().Unix() < sub.CurrentPeriodEnd {
		return
	}
	if sub.CancelAtPeriodEnd {
		s.end(sub, "canceled")
		return
	}
	start := s.now()
	before := map[string]any{"current_period_start": sub.CurrentPeriodStart, "current_period_end": sub.CurrentPeriodEnd}
	if sub.Status == "trialing" {
		before["status"], sub.Status = sub.Status, "active"
	}
	end := sub.price().after(start)
	sub.CurrentPeriodStart, sub.CurrentPeriodEnd = start.Unix(), end.Unix()
	inv := s.bill(sub, "subscription_cycle")
	s.emit("invoice.created", *inv, nil)
	s.emit("customer.subscription.updated", *sub, before)
	s.later(start.Add(time.Hour), func() { s.charge(sub, inv) })
	s.later(end.AddDate(0, 0, -7), func() { s.upcoming(sub) })
	s.later(end, func() { s.renew(sub) })
}

// upcoming tells of a bill that does not exist yet: it has no id.
func (s *Sim) upcoming(sub *subscription) {
	if sub.over() || sub.CancelAtPeriodEnd {
		return
	}
	amount := sub.price().UnitAmount * sub.Items.Data[0].Quantity
	s.emit("invoice.upcoming", struct {
		Object       string `json:"object"`
		Customer     string `json:"customer"`
		Subscription string `json:"subscription"`
		AmountDue    int64  `json:"amount_due"`
		Currency     string `json:"currency"`
	}{"invoice", sub.Customer, sub.ID, amount, sub.Currency}, nil)
}

// retries are the waits between attempts; after the last the subscription ends, as an account may be set to.
func retries() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{3 * day, 5 * day, 7 * day}
}

// charge is one attempt to collect an invoice by itself.
func (s *Sim) charge(sub *subscription, inv *invoice) {
	s.finalize(inv)
	if sub.over() || inv.Status != "open" {
		return
	}
	cu := s.customer(sub.Customer)
	if cu != nil && cu.card != CardFails && cu.card != CardNone && cu.card != CardDeclined && cu.card != BankBounces {
		s.paid(inv)
		return
	}
	s.failed(sub, inv)
}

// failed is an attempt that did not collect: past due, and once more some days later, until it is the last.
func (s *Sim) failed(sub *subscription, inv *invoice) {
	inv.AttemptCount++
	waits := retries()
	last := int(inv.AttemptCount) > len(waits)
	if inv.NextPaymentAttempt = nil; !last {
		at := s.now().Add(waits[inv.AttemptCount-1])
		unix := at.Unix()
		inv.NextPaymentAttempt = &unix
		s.later(at, func() { s.charge(sub, inv) })
	}
	s.emit("invoice.payment_failed", *inv, nil)
	if sub.Status != "incomplete" {
		s.become(sub, "past_due")
	}
	if last {
		s.end(sub, "canceled")
	}
}

// end is final.
func (s *Sim) end(sub *subscription, status string) {
	if sub.over() {
		return
	}
	now := s.now().Unix()
	sub.Status, sub.EndedAt = status, &now
	if status == "canceled" {
		sub.CanceledAt = &now
		s.emit("customer.subscription.deleted", *sub, nil)
		return
	}
	s.emit("customer.subscription.updated", *sub, map[string]any{"status": "incomplete"})
}

// Subscribe makes one as an operator does in the dashboard. A card that fails leaves it incomplete for 23 hours.
func (s *Sim) Subscribe(customerID, priceID string, card Card, metadata map[string]string) (id string) {
	s.with(func() {
		cu := s.customer(customerID)
		for _, p := range s.prices {
			if p.ID != priceID || cu == nil {
				continue
			}
			cu.card = card
			sub := s.subscribe(cu, p, 1, 0, metadata)
			id = sub.ID
			s.emit("customer.subscription.created", *sub, nil)
			inv := s.invoice(*sub.LatestInvoice)
			s.emit("invoice.created", *inv, nil)
			s.finalize(inv)
			if card == CardGood {
				s.paid(inv)
				return
			}
			inv.AttemptCount++
			s.emit("invoice.payment_failed", *inv, nil)
			s.later(s.now().Add(23*time.Hour), func() { s.giveUp(sub, inv) })
		}
	})
	return id
}

func (s *Sim) giveUp(sub *subscription, inv *invoice) {
	if sub.Status != "incomplete" {
		return
	}
	inv.Status = "void"
	s.emit("invoice.voided", *inv, nil)
	s.end(sub, "incomplete_expired")
}

// SetStatus forces a status that only an account's settings lead to (unpaid, paused), and tells of it.
func (s *Sim) SetStatus(subscriptionID, status string) {
	s.with(func() {
		if sub := s.subscription(subscriptionID); sub != nil {
			s.become(sub, status)
		}
	})
}

// ChangeCard is what the portal does. An open invoice is tried at once with the new card.
func (s *Sim) ChangeCard(customerID string, card Card) {
	s.with(func() { s.changeCard(customerID, card) })
}

func (s *Sim) changeCard(customerID string, card Card) {
	cu := s.customer(customerID)
	if cu == nil {
		return
	}
	cu.card = card
	s.emit("customer.updated", *cu, nil)
	for _, inv := range s.invoices {
		if inv.Customer == customerID && inv.Status == "open" && card == CardGood {
			s.paid(inv)
		}
	}
}

func (s *Sim) subscription(id string) *subscription {
	for _, sub := range s.subs {
		if sub.ID == id {
			return sub
		}
	}
	return nil
}

func (s *Sim) invoice(id string) *invoice {
	for _, inv := range s.invoices {
		if inv.ID == id {
			return inv
		}
	}
	return nil
}

func (s *Sim) getSubscription(c *call) (any, *refusal) {
	if sub := s.subscription(c.id); sub != nil {
		return *sub, nil
	}
	return nil, noSuch("subscription", "id", c.id)
}

func (s *Sim) listSubscriptions(c *call) (any, *refusal) {
	var found []*subscription
	for _, sub := range s.subs {
		status := c.get("status")
		matches := status == "all" || status == sub.Status || status == "" && sub.Status != "canceled" || status == "ended" && sub.over()
		if matches && (c.get("customer") == "" || c.get("customer") == sub.Customer) {
			found = append(found, sub)
		}
	}
	return paged(c, "/v1/subscriptions", found, func(sub *subscription) string { return sub.ID })
}

func (s *Sim) updateSubscription(c *call) (any, *refusal) {
	sub := s.subscription(c.id)
	switch {
	case sub == nil:
		return nil, noSuch("subscription", "id", c.id)
	case sub.over():
		return nil, refuse(http.StatusBadRequest, "", "", "A canceled subscription can only update its cancellation_details and metadata.")
	}
	merge(sub.Metadata, c.within("metadata"))
	if c.has("cancel_at_period_end") {
		s.leave(sub, c.get("cancel_at_period_end") == "true")
	}
	return *sub, nil
}

func (s *Sim) leave(sub *subscription, atPeriodEnd bool) {
	before := map[string]any{"cancel_at_period_end": sub.CancelAtPeriodEnd}
	sub.CancelAtPeriodEnd, sub.CancelAt = atPeriodEnd, nil
	if atPeriodEnd {
		end := sub.CurrentPeriodEnd
		sub.CancelAt = &end
	}
	s.emit("customer.subscription.updated", *sub, before)
}

func (s *Sim) deleteSubscription(c *call) (any, *refusal) {
	sub := s.subscription(c.id)
	if sub == nil || sub.over() {
		return nil, noSuch("subscription", "id", c.id)
	}
	s.end(sub, "canceled")
	return *sub, nil
}

func (s *Sim) getInvoice(c *call) (any, *refusal) {
	if inv := s.invoice(c.id); inv != nil {
		return inv.at(c.host), nil
	}
	return nil, noSuch("invoice", "id", c.id)
}

// at gives a finalised invoice the address of its page.
func (inv *invoice) at(host string) invoice {
	seen := *inv
	if seen.Status != "draft" {
		page := host + "/i/" + inv.ID
		paper := page + "/pdf"
		seen.HostedInvoiceURL, seen.InvoicePDF = &page, &paper
	}
	return seen
}

func (s *Sim) listInvoices(c *call) (any, *refusal) {
	var found []invoice
	for _, inv := range s.invoices {
		if (c.get("customer") == "" || c.get("customer") == inv.Customer) && (c.get("subscription") == "" || c.get("subscription") == inv.Subscription) &&
			(c.get("status") == "" || c.get("status") == inv.Status) {
			found = append(found, inv.at(c.host))
		}
	}
	return paged(c, "/v1/invoices", found, func(inv invoice) string { return inv.ID })
}
