package main

import (
	"net/url"

	"github.com/riverqueue/river"

	"marketa/tools/payments"
	"marketa/webhooks/pages"
)

// newPayments is what restaurants pay the agency. Without a key of Stripe it is there, and says so.
func (a *App) newPayments() *payments.Payments {
	return payments.New(payments.Config{DB: a.db, Stripe: a.stripe, Secrets: []string{a.cfg.StripeWebhookSecret}, PublicURL: a.cfg.PublicURL, Log: a.log})
}

func (a *App) addPaymentWorkers(workers *river.Workers) {
	river.AddWorker(workers, &payments.SettleWorker{Payments: a.payments})
	river.AddWorker(workers, &payments.OrderWorker{Payments: a.payments})
}

// checkout is the page behind a payment link. It leads to the vendor, under a name of ours there, or to the simulator.
func (a *App) checkout() pages.Checkout {
	leads := []string{"https:"}
	if u, err := url.Parse(a.cfg.StripeBaseURL); err == nil && u.Scheme == "http" {
		leads = append(leads, u.Scheme+"://"+u.Host)
	}
	return pages.Checkout{Payments: a.payments, Leads: leads}
}
