package payments

import (
	"context"
	"errors"

	"marketa/store"
	"marketa/tools/payments/stripe"
)

// ErrForged is a webhook that nobody vouches for; whoever sent it learns nothing.
var ErrForged = errors.New("payments: a webhook is not the vendor's")

// Receive keeps what the vendor tells us of, once however often it comes. The signature is checked on the bytes as they
// arrived; an error other than ErrForged means that it was not kept and has to come again.
func (p *Payments) Receive(ctx context.Context, body []byte, signature string) error {
	e, err := p.verifier.Parse(body, signature)
	switch {
	case errors.Is(err, stripe.ErrUnreadable):
		return p.unreadable(ctx, body)
	case err != nil:
		p.log.Warn("a webhook of Stripe was not believed", "error", err)
		return ErrForged
	case p.stripe == nil || !e.Matters():
		return nil
	case e.Live != p.stripe.Live():
		p.log.Warn("a webhook of Stripe is of the other mode (test or live) than our key", "event", e.ID)
		return nil
	}
	return p.db.System(ctx, store.Ingest, func(tx *store.Tx) error {
		_, err := tx.KeepBillingEvent(ctx, store.BillingEvent{VendorID: e.ID, Type: e.Type, Object: e.Object, ObjectID: e.ObjectID, HappenedAt: e.Created})
		return err
	})
}

func (p *Payments) unreadable(ctx context.Context, body []byte) error {
	return p.db.System(ctx, store.Ingest, func(tx *store.Tx) error {
		if err := tx.KeepUnreadable(ctx, "stripe", body); err != nil {
			return err
		}
		return tx.Raise(ctx, store.Alert{Cause: "stripe-unreadable", Text: "Stripe has sent something that Marketa cannot read. It is kept; payments are asked for at Stripe anyway, so that nothing is lost. If this goes on, update Marketa."})
	})
}

// Genuine says that the vendor has signed these bytes.
func (p *Payments) Genuine(body []byte, signature string) bool {
	_, err := p.verifier.Parse(body, signature)
	return err == nil || errors.Is(err, stripe.ErrUnreadable)
}
