package payments

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools/payments/stripe"
)

// Visit is what the page of a payment link shows.
type Visit struct {
	State      string // open, awaited, paid, replaced, late (the link is too old), checking (the client has paid, as far as the vendor says)
	Language   string
	Restaurant string
	Plan       string
	Price      string // in words of the language
	Sandbox    bool   // no money moves

	order store.Order
	link  store.LinkID
}

// Visit reads what a link is about; found is false for a link that nobody ever got. Looking uses nothing up: previews look, too.
func (p *Payments) Visit(ctx context.Context, token string) (v Visit, found bool, err error) {
	r, found, err := p.db.WhoseLink(ctx, store.LinkCheckout, token)
	if err != nil || !found {
		return v, false, err
	}
	err = p.db.Tx(store.WithRestaurant(ctx, r), func(tx *store.Tx) error {
		link, err := tx.Link(ctx, store.LinkCheckout, token)
		if err != nil {
			return err
		}
		o, err := tx.Order(ctx, store.OrderID(link.Subject))
		if err != nil {
			return err
		}
		whose, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		v = Visit{State: o.State, Language: o.Language, Restaurant: whose.Name, Plan: PlanName(o.LookupKey), Price: PriceIn(o.Language, o), Sandbox: p.stripe != nil && !p.stripe.Live(), order: o, link: link.ID}
		if o.State == "open" && link.Spent(tx.Now) {
			v.State = "late"
		}
		return nil
	})
	if fault.KindOf(err) == fault.NotFound {
		return Visit{State: "replaced", Language: Languages()[0]}, true, nil // the chat has gone to another restaurant: the order has not
	}
	return v, err == nil, err
}

// sessionLife is how long a page at the vendor is open; shortestSession is what is left of it at least when it is asked for again.
const (
	sessionLife     = 23 * time.Hour
	shortestSession = 40 * time.Minute
)

// Begin leads the client to the vendor's page: the one that is open, else a new one. An empty address means that there is
// nothing to pay; v says why.
func (p *Payments) Begin(ctx context.Context, token string) (address string, v Visit, err error) {
	v, found, err := p.Visit(ctx, token)
	if err != nil || !found || v.State != "open" {
		return "", v, err
	}
	if p.stripe == nil {
		return "", v, errNoStripe
	}
	ctx = store.WithRestaurant(ctx, v.order.RestaurantID)
	if err := p.db.Tx(ctx, func(tx *store.Tx) error { _, err := tx.LinkOpened(ctx, v.link); return err }); err != nil {
		return "", v, err
	}
	address, err = p.page(ctx, v.order, token)
	if errors.Is(err, errPaidAlready) {
		v.State = "checking"
		return "", v, p.db.Tx(ctx, func(tx *store.Tx) error { return tx.HastenOrder(ctx, v.order.ID) })
	}
	if err != nil {
		p.log.Warn("a payment page could not be opened", "order", v.order.ID, "error", err)
		err = errors.Join(err, p.troubled(ctx, v, err))
	}
	return address, v, err
}

var errPaidAlready = errors.New("payments: the page is complete")

func (p *Payments) page(ctx context.Context, o store.Order, token string) (string, error) {
	fresh := o.Tries == 0 || o.Spoilt
	if o.SessionID != "" && !fresh {
		s, err := p.stripe.Session(ctx, o.SessionID)
		switch {
		case err != nil && !gone(err):
			return "", err
		case err == nil && s.Status == "complete":
			return "", errPaidAlready
		case err == nil && s.Status == "open" && cmp.Or(s.URL, o.SessionURL) != "":
			return cmp.Or(s.URL, o.SessionURL), nil
		}
		fresh = true
	}
	const most = 3 // a customer that was deleted, and a try that cannot be gone on with
	var err error
	for range most {
		var address string
		address, fresh, err = p.try(ctx, o, token, fresh)
		if err == nil || !fresh {
			return address, err
		}
		if o, err = p.reread(ctx, o); err != nil {
			return "", err
		}
	}
	return "", err
}

func (p *Payments) reread(ctx context.Context, o store.Order) (out store.Order, err error) {
	err = p.db.Tx(ctx, func(tx *store.Tx) error { out, err = tx.Order(ctx, o.ID); return err })
	return out, err
}

// try asks for one session. The try is written down before, its session after: whoever is cut off in between asks for the same
// thing with the same key, and gets the same page. again says that another try may do better.
func (p *Payments) try(ctx context.Context, o store.Order, token string, fresh bool) (address string, again bool, err error) {
	customer, err := p.customer(ctx, o, false)
	if err != nil {
		return "", false, err
	}
	err = p.db.Tx(ctx, func(tx *store.Tx) error {
		is, err := tx.LockOrder(ctx, o.ID)
		if err != nil {
			return err
		}
		if is.Tries != o.Tries { // somebody else has begun one just now
			o, fresh = is, is.Spoilt
		}
		old := is.SessionUntil != nil && is.SessionUntil.Sub(tx.Now) < shortestSession
		o, err = tx.TrySession(ctx, is, tx.Now.Add(sessionLife).Truncate(time.Second), fresh || old || is.Tries == 0)
		return err
	})
	if err != nil {
		return "", false, err
	}
	s, err := p.stripe.Checkout(ctx, stripe.Order{Key: fmt.Sprintf("order-%s-%d", o.ID, o.Tries), ID: o.ID.String(), Restaurant: o.RestaurantID.String(), Customer: customer,
		Price: o.PriceID, SuccessURL: p.public + "/checkout/done?t=" + token, CancelURL: p.public + "/checkout/" + token, Locale: o.Language, ExpiresAt: *o.SessionUntil})
	if err != nil {
		again, err = p.mend(ctx, o, err)
		return "", again, err
	}
	return s.URL, false, p.db.Tx(ctx, func(tx *store.Tx) error { return tx.SaveSession(ctx, o, s.ID, s.URL) })
}

// mend does what makes the next try better: after an answer that is kept under the key, or for a customer who is gone.
func (p *Payments) mend(ctx context.Context, o store.Order, cause error) (again bool, err error) {
	var e *stripe.Error
	if !errors.As(cause, &e) {
		return false, cause
	}
	spoil := func() error { return p.db.Tx(ctx, func(tx *store.Tx) error { return tx.SpoilTry(ctx, o) }) }
	switch {
	case e.Missing() && e.Param == "customer":
		if _, err := p.customer(ctx, o, true); err != nil {
			return false, err
		}
		return true, errors.Join(cause, spoil())
	case e.KeyUsed():
		return true, errors.Join(cause, spoil())
	case e.Outcome == stripe.Unknown && e.Status >= 500:
		return false, errors.Join(cause, spoil()) // a page may have come of it, but nobody has its address
	}
	return false, cause
}

// customer is the vendor's name of the restaurant as a payer; it is made when there is none, or again when it was deleted there.
func (p *Payments) customer(ctx context.Context, o store.Order, anew bool) (id string, err error) {
	var whose store.Restaurant
	var replaced int
	if err := p.db.Tx(ctx, func(tx *store.Tx) error {
		if id, replaced, err = tx.Customer(ctx); err != nil {
			return err
		}
		whose, err = tx.OwnRestaurant(ctx)
		return err
	}); err != nil || id != "" && !anew {
		return id, err
	}
	n := stripe.NewCustomer{Restaurant: whose.ID.String(), Name: whose.Name, Locale: o.Language}
	if anew {
		n.Key = fmt.Sprintf("customer-%s-%d", whose.ID, replaced+1)
	}
	c, err := p.stripe.EnsureCustomer(ctx, n)
	if err != nil {
		return "", err
	}
	return c.ID, p.db.Tx(ctx, func(tx *store.Tx) error { return tx.SaveCustomer(ctx, c.ID) })
}

// troubled tells the managers that a client wanted to pay and could not.
func (p *Payments) troubled(ctx context.Context, v Visit, cause error) error {
	var e *stripe.Error
	a := store.Alert{Cause: "checkout-stripe", Key: v.order.ID.String(), Who: v.Restaurant,
		Text: "A client wanted to pay, and Stripe gave no payment page. Nothing was charged and the link still works; ask the client to try again in a few minutes."}
	if errors.As(cause, &e) && e.Outcome == stripe.NotDone {
		a.Cause, a.Text = "checkout-refused", "A client wanted to pay, and Stripe refused to make a payment page: "+e.Say()+" Then send a new payment link."
	}
	if e != nil && e.KeyBusy() {
		return nil // pressed twice
	}
	return p.db.Unhealthy(context.WithoutCancel(ctx), a)
}
