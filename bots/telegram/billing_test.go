package telegram

import (
	"testing"
	"time"

	"marketa/store"
)

func TestTheScreenSaysWhatARestaurantPays(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 4, 2, 9, 0, 0, 0, time.UTC)
	sub := store.Subscription{Status: "active", LookupKey: "standard_monthly", Amount: 9900, Currency: "eur", Every: "month", EveryCount: 1, PeriodEnd: &at, FirstPaidAt: &at}
	leaving, missing, ended, slow := sub, sub, sub, sub
	leaving.CancelAtPeriodEnd = true
	missing.Status, ended.Status, slow.FirstPaidAt = "past_due", "canceled", nil
	order := store.Order{LookupKey: "start_monthly", Amount: 4900, Currency: "eur", Every: "month", EveryCount: 1, State: "open", CreatedAt: at}
	tests := []struct {
		name string
		b    store.Billing
		want string
	}{
		{"Nothing", store.Billing{}, ""},
		{"Paid", store.Billing{Subscription: &sub}, "\n• Standard, 99.00 EUR a month: paid, next on 2 Apr 2026"},
		{"Leaving", store.Billing{Subscription: &leaving}, "\n• Standard, 99.00 EUR a month: paid, cancelled, ends on 2 Apr 2026"},
		{"Ended", store.Billing{Subscription: &ended}, "\n• Standard, 99.00 EUR a month: ended"},
		{"ABankDebit", store.Billing{Subscription: &slow}, "\n• Standard, 99.00 EUR a month: the bank takes its time, next on 2 Apr 2026"},
		{"ALinkThatWaits", store.Billing{Order: &order}, "\n• Start, 49.00 EUR a month: payment link of 2 Apr, not paid yet"},
		{"AnOpenInvoice", store.Billing{Subscription: &missing, Open: []store.Invoice{{Number: "A<1", Status: "open", AmountDue: 9900, Currency: "eur", MadeAt: &at, NextAttempt: &at, Page: `https://pay.example/?a="b`}}},
			"\n• Standard, 99.00 EUR a month: a payment is missing, Stripe tries again, next on 2 Apr 2026" +
				"\n• invoice A&lt;1 over 99.00 EUR of 2 Apr is not paid, next try 2 Apr · <a href=\"https://pay.example/?a=&#34;b\">page</a>"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			want := tt.want
			if want != "" {
				want = "\n\n<b>Payments</b>" + want
			}
			if got := billingText(tt.b, "UTC"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
