package payments

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools/payments/stripe"
)

// OrderWorker sees to orders by itself: it asks the vendor what became of an open page when no webhook says so, closes pages
// that count no more, and thanks a client who has paid.
type OrderWorker struct {
	river.WorkerDefaults[store.SeeToOrder]
	Payments *Payments
}

func (w *OrderWorker) Timeout(*river.Job[store.SeeToOrder]) time.Duration { return time.Minute }

func (w *OrderWorker) Work(ctx context.Context, job *river.Job[store.SeeToOrder]) error {
	err := w.Payments.seeTo(store.WithRestaurant(ctx, job.Args.Restaurant), job.Args.Order)
	if store.IsLeaseLost(err) {
		return nil
	}
	return err
}

func (p *Payments) seeTo(ctx context.Context, id store.OrderID) error {
	var l store.OrderLease
	var o store.Order
	if err := p.db.Tx(ctx, func(tx *store.Tx) (err error) { l, o, err = tx.LeaseOrder(ctx, id); return err }); err != nil {
		return err
	}
	next, err := p.look(ctx, o)
	ctx = context.WithoutCancel(ctx) // also when we are told to stop
	if err != nil {
		p.log.Warn("an order could not be seen to", "order", o.ID, "state", o.State, "error", err)
		at := p.db.Clock.Now().Add(backoff(err, o.Looks+1))
		next = &at
	}
	return p.db.Tx(ctx, func(tx *store.Tx) error { return tx.OrderLater(ctx, l, next) })
}

// look does what is to be done now, and says when to look again; nil: never.
func (p *Payments) look(ctx context.Context, o store.Order) (next *time.Time, err error) {
	switch {
	case o.State == "paid" && o.Thanks == "due":
		return p.thank(ctx, o)
	case o.State == "paid", o.SessionID == "":
		return nil, nil // nobody has the address of a page that we do not know
	case p.stripe == nil:
		return nil, errNoStripe
	case o.State == "replaced":
		return nil, p.closePage(ctx, o)
	}
	s, err := p.stripe.Session(ctx, o.SessionID)
	if gone(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, err := p.session(ctx, s); err != nil {
		return nil, err
	}
	return p.lookAgain(o, s), nil
}

const (
	firstLook   = 10 * time.Minute
	longestLook = 6 * time.Hour
	awaitLook   = 24 * time.Hour
	mostAwaits  = 20 // days: a bank debit takes five, a bounce some more
	thankEvery  = 2 * time.Minute
	thankWithin = 24 * time.Hour
)

// lookAgain: an open page is asked for ever more seldom until it expires, a bank debit once a day.
func (p *Payments) lookAgain(o store.Order, s stripe.Session) *time.Time {
	now := p.db.Clock.Now()
	switch {
	case s.Status == "open":
		at := now.Add(min(firstLook<<min(o.Looks+1, 8), longestLook))
		if !s.ExpiresAt.IsZero() && at.After(s.ExpiresAt) && now.Before(s.ExpiresAt) {
			at = s.ExpiresAt.Add(time.Minute)
		}
		return &at
	case s.Status == "complete" && s.PaymentStatus == "unpaid" && o.Looks < mostAwaits:
		at := now.Add(awaitLook)
		return &at
	}
	return nil
}

// closePage sees to it that nobody pays for an order that another one has replaced. If somebody has, it counts.
func (p *Payments) closePage(ctx context.Context, o store.Order) error {
	s, err := p.stripe.ExpireSession(ctx, o.SessionID)
	var e *stripe.Error
	if errors.As(err, &e) && e.Outcome == stripe.NotDone && !e.Missing() { // it is complete or expired
		if s, err = p.stripe.Session(ctx, o.SessionID); err == nil && s.Status == "complete" {
			_, err = p.session(ctx, s)
		}
	}
	if gone(err) {
		return nil
	}
	return err
}

// thank puts a word of thanks on a card as soon as the chat is free; a client who waits for an answer gets that first.
func (p *Payments) thank(ctx context.Context, o store.Order) (next *time.Time, err error) {
	now := p.db.Clock.Now()
	at := now.Add(thankEvery)
	err = p.db.Tx(ctx, func(tx *store.Tx) error {
		chat, err := tx.Chat(ctx, o.ChatID)
		if fault.KindOf(err) == fault.NotFound || o.PaidAt != nil && now.Sub(*o.PaidAt) > thankWithin {
			at = time.Time{}
			return tx.ThankedFor(ctx, o.ID, "dropped") // the chat has gone to another restaurant, or it is too late
		}
		if err != nil {
			return err
		}
		policy, err := policyOf(ctx, tx)
		if err != nil {
			return err
		}
		held, err := tx.Suggest(ctx, store.Wish{Restaurant: tx.Restaurant, Chat: chat.ID, Text: thanksWords(o.Language, chat.Title, o), PolicyVersion: policy,
			Notes: store.Notes{Why: "The first payment has arrived: " + PlanName(o.LookupKey) + ", " + orderPrice(o) + "."}})
		if err != nil || !held {
			return err
		}
		at = time.Time{}
		return tx.ThankedFor(ctx, o.ID, "held")
	})
	return moment(at), err
}
