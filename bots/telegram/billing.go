package telegram

import (
	"slices"
	"strings"

	"marketa/store"
	"marketa/tools/payments"
)

// billingText is what a restaurant's screen says of its payments; empty when there is nothing to say.
func billingText(b store.Billing, zone string) string {
	var s strings.Builder
	if sub := b.Subscription; sub != nil {
		s.WriteString("\n• " + line(subscriptionText(*sub, zone), 200))
	}
	if o := b.Order; o != nil {
		s.WriteString("\n• " + line(orderText(*o, zone), 200))
	}
	for _, i := range b.Open {
		s.WriteString("\n• " + line(invoiceText(i, zone), 200))
		if i.Page != "" && i.Status == "open" {
			s.WriteString(" · <a href=\"" + esc(i.Page) + "\">page</a>")
		}
	}
	if s.Len() == 0 {
		return ""
	}
	return "\n\n<b>Payments</b>" + s.String()
}

func subscriptionText(s store.Subscription, zone string) string {
	words := map[string]string{"active": "paid", "trialing": "in its trial", "past_due": "a payment is missing, Stripe tries again", "unpaid": "unpaid, Stripe has stopped trying", "paused": "paused, the trial ended without a card",
		"incomplete": "the first payment is not finished", "incomplete_expired": "the first payment was not finished in time", "canceled": "ended"}[s.Status]
	if words == "" {
		words = "something new, look into the Stripe dashboard"
	}
	if s.Status == "active" && s.FirstPaidAt == nil {
		words = "the bank takes its time"
	}
	text := payments.PlanName(s.LookupKey)
	if s.Amount > 0 && s.Every != "" {
		text += ", " + payments.Money(s.Amount, s.Currency) + " " + payments.Every(s.Every, s.EveryCount)
	}
	text += ": " + words
	if s.PeriodEnd != nil && slices.Contains([]string{"active", "trialing", "past_due"}, s.Status) {
		until := ", next on "
		if s.CancelAtPeriodEnd {
			until = ", cancelled, ends on "
		}
		text += until + in(*s.PeriodEnd, zone).Format("2 Jan 2006")
	}
	return text
}

func orderText(o store.Order, zone string) string {
	text := payments.PlanName(o.LookupKey) + ", " + payments.Money(o.Amount, o.Currency) + " " + payments.Every(o.Every, o.EveryCount) + ": "
	if o.State == "awaited" {
		return text + "paid by bank debit, the bank takes some days"
	}
	return text + "payment link of " + in(o.CreatedAt, zone).Format("2 Jan") + ", not paid yet"
}

func invoiceText(i store.Invoice, zone string) string {
	text := "invoice"
	if i.Number != "" {
		text += " " + i.Number
	}
	text += " over " + payments.Money(i.AmountDue, i.Currency)
	if i.MadeAt != nil {
		text += " of " + in(*i.MadeAt, zone).Format("2 Jan")
	}
	text += " is not paid"
	if i.Status == "uncollectible" {
		return text + " and written off"
	}
	if i.NextAttempt != nil {
		text += ", next try " + in(*i.NextAttempt, zone).Format("2 Jan")
	}
	return text
}
