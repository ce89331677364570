package main

import (
	"context"
	"errors"
	"net/http"

	"marketa/tools/crm/planfix"
)

// lookMeta asks the Graph about the app itself.
func (v *visit) lookMeta(ctx context.Context) []finding {
	const part = "Meta"
	if v.cfg.MetaAppID == "" || v.cfg.MetaAppSecret == "" {
		return []finding{advice(part, "no app", "Set META_APP_ID and META_APP_SECRET to let clients connect Facebook and Instagram.")}
	}
	v.app.vendors()
	// The question is about a token that is none: only whoever holds the app's secret gets an answer.
	if _, err := v.app.meta.Inspect(ctx, "none"); err != nil {
		return []finding{bad(part, "the app does not answer", sayVendor(err))}
	}
	return []finding{fine(part, "the app answers, Graph "+v.cfg.MetaAPIVersion)}
}

// lookStripe asks for the account's webhooks: exactly one of ours, in the shape that we read.
func (v *visit) lookStripe(ctx context.Context) []finding {
	const part = "Stripe"
	if v.cfg.StripeAPIKey == "" {
		return []finding{advice(part, "no key", "Set STRIPE_API_KEY and STRIPE_WEBHOOK_SECRET to send payment links.")}
	}
	var found []finding
	if v.cfg.StripeWebhookSecret == "" {
		found = append(found, bad(part, "nobody tells us of payments", "Make a webhook endpoint for PUBLIC_URL/webhooks/stripe and set STRIPE_WEBHOOK_SECRET to its secret."))
	}
	v.app.vendors()
	if _, err := v.app.stripe.Prices(ctx); err != nil {
		return append(found, bad(part, "does not answer", sayVendor(err)))
	}
	return append(found, fine(part, "answers"))
}

func (v *visit) lookPlanfix(ctx context.Context) []finding {
	const part = "Planfix"
	if v.cfg.PlanfixBaseURL == "" {
		return []finding{advice(part, "no CRM", "Set PLANFIX_BASE_URL, PLANFIX_TOKEN and CRM_TOKEN to work with one.")}
	}
	v.app.vendors()
	_, err := v.app.planfix.Statuses(ctx, 1)
	var refused *planfix.Error
	if errors.As(err, &refused) && refused.Outcome() == planfix.Wait && refused.Status == http.StatusTooManyRequests {
		err = nil // somebody else has had this second's only request: it is there, and our token is good
	}
	if err != nil {
		return []finding{bad(part, "does not answer", sayVendor(err))}
	}
	if v.cfg.CRMToken == "" {
		return []finding{fine(part, "answers"), bad(part, "nothing can come in", "Set CRM_TOKEN to a long random word, and send it in X-CRM-Token from the CRM's scenario.")}
	}
	return []finding{fine(part, "answers")}
}
