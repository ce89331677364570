package webhooks

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"marketa/tools/payments"
)

// Stripe keeps what Stripe sends, and knows what is not from there.
type Stripe interface {
	Receive(ctx context.Context, body []byte, signature string) error
	Genuine(body []byte, signature string) bool
}

// signedCap is how much of a body is read to judge its signature: what is too large is told so only to its vendor.
const signedCap = 8 << 20

// receiveStripe takes a webhook whose credential is a signature over the bytes of its body. Whoever cannot sign sees what everybody
// sees on an unknown path, whatever the size.
func (c Config) receiveStripe(w http.ResponseWriter, r *http.Request) {
	if c.Stripe == nil || r.Header.Get("Stripe-Signature") == "" {
		notFound(w, r)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, signedCap))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		notFound(w, r)
		return
	case err != nil:
		http.Error(w, "the body broke off", http.StatusBadRequest)
		return
	}
	signature := r.Header.Get("Stripe-Signature")
	if len(body) > otherCap {
		if c.Stripe.Genuine(body, signature) {
			http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			return
		}
		notFound(w, r)
		return
	}
	began := time.Now()
	switch err := c.Stripe.Receive(r.Context(), body, signature); {
	case err == nil:
		_, _ = w.Write([]byte("ok\n"))
	case errors.Is(err, payments.ErrForged):
		notFound(w, r)
	default:
		c.Log.Error("webhook not kept", "path", r.URL.Path, "error", err, "took", time.Since(began))
		http.Error(w, "try again", http.StatusServiceUnavailable)
	}
}
