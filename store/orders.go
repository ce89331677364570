package store

import (
	"context"
	"time"

	"marketa/internal/fault"
)

// PaymentOrder is the kind of a confirm card that offers a restaurant something to pay. Its payload is what [Offer] says;
// make_order() in the database reads it.
const PaymentOrder = "payment_order"

// Offer is the payload of such a card. The platform fills it from the vendor's price list and the record; no model, client or
// page has a hand in it.
type Offer struct {
	Chat       ChatID `json:"chat"`
	LookupKey  string `json:"lookup_key"`
	Price      string `json:"price"`  // price_…: it never costs anything else
	Amount     int64  `json:"amount"` // in the currency's smallest unit
	Currency   string `json:"currency"`
	Every      string `json:"every"` // day, week, month, year
	EveryCount int64  `json:"every_count"`
}

// Order is what a manager has offered a restaurant to pay, and how far the client has come with it.
type Order struct {
	ID           OrderID
	RestaurantID RestaurantID
	ChatID       ChatID
	LookupKey    string
	PriceID      string
	Amount       int64
	Currency     string
	Every        string
	EveryCount   int64
	Language     string
	State        string // open, awaited, paid, replaced
	Tries        int    // sessions that were asked for
	Spoilt       bool   // the next one needs another key
	SessionID    string // of the last try; empty: not known
	SessionURL   string
	SessionUntil *time.Time
	Thanks       string // due, held, dropped
	Looks        int
	CreatedAt    time.Time
	PaidAt       *time.Time
}

const orderColumns = `id, restaurant_id, chat_id, lookup_key, price_id, amount, currency, every, every_count, language, state, tries, spoilt,
	coalesce(session_id, '') AS session_id, coalesce(session_url, '') AS session_url, session_until, thanks, looks, created_at, paid_at`

// MakeOrder writes down what a confirm card has shown, in the transaction of the tap; an order that nobody has paid gives way
// to it. What cannot be is refused in words.
func (tx *Tx) MakeOrder(ctx context.Context, c Confirm, language string) (Order, error) {
	type made struct {
		Outcome  string
		Replaced OrderID
	}
	id := NewID[orderKind]()
	m, err := row[made](ctx, tx, `SELECT outcome, replaced FROM make_order($1, $2, $3, $4)`, id, c.ID, language, tx.Now)
	switch {
	case err != nil:
		return Order{}, wrapped("make order", err)
	case m.Outcome == "busy":
		return Order{}, fault.New(fault.Conflict, "The client has just paid, and the bank takes its time. Wait for that before you send another link.")
	case m.Outcome != "ok":
		return Order{}, fault.New(fault.Conflict, "This offer is not there any more. Please ask again.")
	}
	if !m.Replaced.IsZero() {
		if err := tx.Enqueue(ctx, SeeToOrder{Restaurant: tx.Restaurant, Order: m.Replaced}); err != nil {
			return Order{}, err
		}
	}
	return tx.Order(ctx, id)
}

// Order reads one of the transaction's restaurant.
func (tx *Tx) Order(ctx context.Context, id OrderID) (Order, error) {
	o, err := row[Order](ctx, tx, `SELECT `+orderColumns+` FROM orders WHERE id = $1`, id)
	return o, wrapped("order", err)
}

// LockOrder reads one and holds it until the transaction ends.
func (tx *Tx) LockOrder(ctx context.Context, id OrderID) (Order, error) {
	o, err := row[Order](ctx, tx, `SELECT `+orderColumns+` FROM orders WHERE id = $1 FOR UPDATE`, id)
	return o, wrapped("lock order", err)
}

// OrderOf says whose an order is, for the desk.
func (tx *Tx) OrderOf(ctx context.Context, id OrderID) (Order, bool, error) {
	return tx.oneOrder(ctx, `WHERE id = $1`, id)
}

// OrderOfSession is the order that a session of the vendor was opened for, for the desk.
func (tx *Tx) OrderOfSession(ctx context.Context, session string) (Order, bool, error) {
	return tx.oneOrder(ctx, `WHERE session_id = $1`, session)
}

func (tx *Tx) oneOrder(ctx context.Context, where string, arg any) (Order, bool, error) {
	o, err := rows[Order](ctx, tx, `SELECT `+orderColumns+` FROM orders `+where, arg)
	if err != nil || len(o) == 0 {
		return Order{}, false, wrapped("order", err)
	}
	return o[0], true, nil
}

// orderLook is when the vendor is asked for the first time what became of an open page, should no webhook say so.
const orderLook = 10 * time.Minute

// TrySession begins another try at a session, or goes on with one whose answer never came: the number and the time of its end
// are part of what is asked for, so that the same try gives the same session.
func (tx *Tx) TrySession(ctx context.Context, o Order, until time.Time, fresh bool) (Order, error) {
	if !fresh {
		return o, nil
	}
	o, err := row[Order](ctx, tx, `UPDATE orders SET tries = tries + 1, spoilt = false, session_id = NULL, session_url = NULL, session_until = $2, looks = 0, next_at = $3
		WHERE id = $1 AND state = 'open' RETURNING `+orderColumns, o.ID, until, tx.Now.Add(orderLook))
	return o, wrapped("try session", err)
}

// SaveSession keeps what the vendor has made of a try.
func (tx *Tx) SaveSession(ctx context.Context, o Order, session, url string) error {
	_, err := tx.exec(ctx, `UPDATE orders SET session_id = $3, session_url = $4, next_at = $5 WHERE id = $1 AND tries = $2 AND session_id IS NULL`,
		o.ID, o.Tries, session, url, tx.Now.Add(orderLook))
	return wrapped("save session", err)
}

// SpoilTry says that a try cannot be gone on with under its key.
func (tx *Tx) SpoilTry(ctx context.Context, o Order) error {
	_, err := tx.exec(ctx, `UPDATE orders SET spoilt = true WHERE id = $1 AND tries = $2 AND session_id IS NULL`, o.ID, o.Tries)
	return wrapped("spoil try", err)
}

// CloseSession forgets a page that can be used no more.
func (tx *Tx) CloseSession(ctx context.Context, o Order) error {
	_, err := tx.exec(ctx, `UPDATE orders SET spoilt = true, session_url = NULL WHERE id = $1 AND tries = $2`, o.ID, o.Tries)
	return wrapped("close session", err)
}

// thanksAfter is how long a client who has just paid is left alone.
const thanksAfter = time.Minute

// OrderIs moves an order on: awaited, paid or replaced. Nothing follows paid; a word of thanks does, a minute later.
func (tx *Tx) OrderIs(ctx context.Context, id OrderID, state string) (changed bool, err error) {
	n, err := tx.exec(ctx, `UPDATE orders SET state = $2, session_url = NULL, paid_at = CASE WHEN $2 = 'paid' THEN $3::timestamptz END, thanks = CASE WHEN $2 = 'paid' AND thanks = '' THEN 'due' ELSE thanks END,
		next_at = CASE WHEN $2 = 'paid' THEN $4::timestamptz ELSE next_at END WHERE id = $1 AND state <> 'paid' AND state <> $2`, id, state, tx.Now, tx.Now.Add(thanksAfter))
	return n > 0, wrapped("order is", err)
}

// ThankedFor ends an order's word of thanks: held, or dropped.
func (tx *Tx) ThankedFor(ctx context.Context, id OrderID, how string) error {
	_, err := tx.exec(ctx, `UPDATE orders SET thanks = $2 WHERE id = $1 AND thanks = 'due'`, id, how)
	return wrapped("thanked for", err)
}

// OrderLease is the right to see to an order.
type OrderLease struct {
	Order  OrderID
	Token  LeaseToken
	thanks bool // it was taken to thank the client
}

// LeaseOrder takes an order that is due. ErrLeaseLost when somebody sees to it, or nothing is due.
func (tx *Tx) LeaseOrder(ctx context.Context, id OrderID) (OrderLease, Order, error) {
	l := OrderLease{Order: id, Token: NewID[leaseKind]()}
	o, err := rows[Order](ctx, tx, `UPDATE orders SET lease_token = $2, lease_until = $3 WHERE id = $1 AND next_at <= $4 AND (lease_until IS NULL OR lease_until < $4)
		RETURNING `+orderColumns, id, l.Token, tx.Now.Add(vendorLease), tx.Now)
	if err != nil {
		return l, Order{}, wrapped("lease order", err)
	}
	if len(o) == 0 {
		return l, Order{}, ErrLeaseLost
	}
	l.thanks = o[0].Thanks == "due"
	return l, o[0], nil
}

// vendorLease is as long as a few calls of a slow vendor may take.
const vendorLease = 2 * time.Minute

// OrderLater puts an order back until then; nil: there is nothing more to see to. A word of thanks that has fallen due
// meanwhile stays.
func (tx *Tx) OrderLater(ctx context.Context, l OrderLease, at *time.Time) error {
	_, err := tx.exec(ctx, `UPDATE orders SET next_at = CASE WHEN thanks = 'due' AND NOT $5 THEN $4::timestamptz ELSE $3 END, looks = looks + 1, lease_token = NULL, lease_until = NULL WHERE id = $1 AND lease_token = $2`, l.Order, l.Token, at, tx.Now.Add(thanksAfter), l.thanks)
	return wrapped("order later", err)
}

// HastenOrder has an order seen to now.
func (tx *Tx) HastenOrder(ctx context.Context, id OrderID) error {
	if _, err := tx.exec(ctx, `UPDATE orders SET next_at = $2 WHERE id = $1`, id, tx.Now); err != nil {
		return wrapped("hasten order", err)
	}
	return tx.Enqueue(ctx, SeeToOrder{Restaurant: tx.Restaurant, Order: id})
}

// ParseOrderID reads an id that the vendor has kept for us.
func ParseOrderID(s string) (OrderID, error) { return ParseID[orderKind](s) }

// Customer is the vendor's name of the transaction's restaurant as a payer; empty: there is none yet. replaced counts how often
// it had to be made anew.
func (tx *Tx) Customer(ctx context.Context) (id string, replaced int, err error) {
	type customer struct {
		CustomerID string
		Replaced   int
	}
	c, err := rows[customer](ctx, tx, `SELECT customer_id, replaced FROM customers WHERE restaurant_id = $1`, tx.Restaurant)
	if err != nil || len(c) == 0 {
		return "", 0, wrapped("customer", err)
	}
	return c[0].CustomerID, c[0].Replaced, nil
}

// SaveCustomer keeps it; another one takes the old one's place.
func (tx *Tx) SaveCustomer(ctx context.Context, id string) error {
	_, err := tx.exec(ctx, `INSERT INTO customers (restaurant_id, customer_id, made_at) VALUES ($1, $2, $3)
		ON CONFLICT (restaurant_id) DO UPDATE SET customer_id = $2, replaced = customers.replaced + 1, made_at = $3 WHERE customers.customer_id <> $2`, tx.Restaurant, id, tx.Now)
	return wrapped("save customer", err)
}

// CustomerOf is the restaurant that a customer of the vendor stands for, for the desk.
func (tx *Tx) CustomerOf(ctx context.Context, id string) (RestaurantID, bool, error) {
	r, err := rows[struct{ RestaurantID RestaurantID }](ctx, tx, `SELECT restaurant_id FROM customers WHERE customer_id = $1`, id)
	if err != nil || len(r) == 0 {
		return RestaurantID{}, false, wrapped("customer of", err)
	}
	return r[0].RestaurantID, true, nil
}
