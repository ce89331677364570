package store_test

import (
	"fmt"
	"testing"
	"time"

	"marketa/store"
)

// payTables are those of what a restaurant pays: they stay with it when a chat goes.
func payTables() []string { return []string{"customers", "orders", "subscriptions", "invoices"} }

// offerOf is the payload of a confirm card that offers something.
func offerOf(c store.Chat, amount int) string {
	return fmt.Sprintf(`{"chat": "%s", "lookup_key": "standard_monthly", "price": "price_1", "amount": %d, "currency": "eur", "every": "month", "every_count": 1}`, c.ID, amount)
}

// offered is a confirm card of the chat's restaurant with this payload, as a manager sees it.
func (w *world) offered(c store.Chat, source, payload string) store.Confirm {
	w.Helper()
	l, t := w.leased(w.asks(w.deskManager("owner"), source, "send the payment link"))
	w.commits(l, t, store.Outcome{Status: "answered", Confirms: []store.Confirm{{Restaurant: c.RestaurantID, Kind: store.PaymentOrder, Payload: []byte(payload), Show: "an offer"}}})
	return store.Confirm{ID: ask[store.ConfirmID](w, `SELECT id FROM confirms WHERE turn_id = $1`, t.ID), Turn: t.ID, Restaurant: c.RestaurantID}
}

// confirmed taps Confirm as carryOut does: the effect first, then the card, in one transaction.
func (w *world) confirmed(c store.Confirm, settle bool) (o store.Order, err error) {
	w.Helper()
	err = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
		if err := tx.Within(w.ctx, c.Restaurant, func(tx *store.Tx) (err error) { o, err = tx.MakeOrder(w.ctx, c, "it"); return err }); err != nil || !settle {
			return err
		}
		_, err := tx.SettleConfirm(w.ctx, c, w.deskManager("owner"), "done", "")
		return err
	})
	return o, err
}

// paysOf leaves what a paying restaurant leaves.
func (w *world) paysOf(x *tenant, c store.Chat) {
	w.Helper()
	var err error
	if x.order, err = w.confirmed(w.offered(c, "offer of "+x.mark, offerOf(c, 9900)), true); err != nil {
		w.Fatal(err)
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		w.must(tx.SaveCustomer(w.ctx, "cus_"+x.mark))
		o, err := tx.TrySession(w.ctx, x.order, monday.Add(time.Hour), true)
		w.must(err)
		w.must(tx.SaveSession(w.ctx, o, "cs_"+x.mark, "https://pay.example/"+x.mark))
		x.order = o
		w.must(tx.SaveSubscription(w.ctx, store.Subscription{ID: "sub_" + x.mark, OrderID: o.ID, Status: "active", LookupKey: "key of " + x.mark, AskedAt: monday, EveryCount: 1}))
		return tx.SaveInvoice(w.ctx, store.Invoice{ID: "in_" + x.mark, SubscriptionID: "sub_" + x.mark, Number: "number of " + x.mark, Status: "open", AskedAt: monday})
	})
	w.must(w.db.System(w.ctx, store.Ingest, func(tx *store.Tx) error {
		_, err := tx.KeepBillingEvent(w.ctx, store.BillingEvent{VendorID: "evt_" + x.mark, Type: "invoice.paid", Object: "invoice", ObjectID: "in_" + x.mark, HappenedAt: monday})
		return err
	}))
}

// reachesOfPay are the methods about payments.
func reachesOfPay(w *world, x tenant) map[string]func(tx *store.Tx) (any, error) {
	ctx, later := w.ctx, monday.Add(time.Hour)
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	event := ask[store.BillingEventID](w, `SELECT id FROM billing_events WHERE vendor_id = $1`, "evt_"+x.mark)
	confirm := ask[store.ConfirmID](w, `SELECT confirm_id FROM orders WHERE id = $1`, x.order.ID)
	sub := store.Subscription{ID: "sub_" + x.mark, Status: "canceled", AskedAt: later, EveryCount: 1}
	inv := store.Invoice{ID: "in_" + x.mark, Status: "paid", AskedAt: later}
	return map[string]func(tx *store.Tx) (any, error){
		"MakeOrder": func(tx *store.Tx) (any, error) { return tx.MakeOrder(ctx, store.Confirm{ID: confirm}, "it") },
		"Order":     func(tx *store.Tx) (any, error) { return tx.Order(ctx, x.order.ID) },
		"LockOrder": func(tx *store.Tx) (any, error) { return tx.LockOrder(ctx, x.order.ID) },
		"OrderOf":   func(tx *store.Tx) (any, error) { o, _, err := tx.OrderOf(ctx, x.order.ID); return o, err },
		"TrySession": func(tx *store.Tx) (any, error) {
			o := x.order
			o.SessionURL = ""
			return nil, drop(tx.TrySession(ctx, o, later, true))
		},
		"SaveSession": only(func(tx *store.Tx) error {
			return tx.SaveSession(ctx, x.order, "cs_intruder", "https://intruder.example")
		}),
		"SpoilTry":     only(func(tx *store.Tx) error { return tx.SpoilTry(ctx, x.order) }),
		"CloseSession": only(func(tx *store.Tx) error { return tx.CloseSession(ctx, x.order) }),
		"OrderIs":      func(tx *store.Tx) (any, error) { return tx.OrderIs(ctx, x.order.ID, "paid") },
		"ThankedFor":   only(func(tx *store.Tx) error { return tx.ThankedFor(ctx, x.order.ID, "held") }),
		"LeaseOrder":   func(tx *store.Tx) (any, error) { _, o, err := tx.LeaseOrder(ctx, x.order.ID); return o, err },
		"OrderLater":   only(func(tx *store.Tx) error { return tx.OrderLater(ctx, store.OrderLease{Order: x.order.ID}, nil) }),
		"HastenOrder":  only(func(tx *store.Tx) error { return tx.HastenOrder(ctx, x.order.ID) }),
		"Customer":     func(tx *store.Tx) (any, error) { c, _, err := tx.Customer(ctx); return c, err },
		"SaveCustomer": only(func(tx *store.Tx) error { return tx.SaveCustomer(ctx, "cus_"+x.mark) }),
		"CustomerOf":   func(tx *store.Tx) (any, error) { r, _, err := tx.CustomerOf(ctx, "cus_"+x.mark); return r, err },
		"LockBilling":  only(func(tx *store.Tx) error { return tx.LockBilling(ctx) }),
		"Subscription": func(tx *store.Tx) (any, error) { s, _, err := tx.Subscription(ctx, sub.ID); return s, err },
		"Invoice":      func(tx *store.Tx) (any, error) { i, _, err := tx.Invoice(ctx, inv.ID); return i, err },
		"InvoicesOf":   func(tx *store.Tx) (any, error) { return tx.InvoicesOf(ctx, sub.ID) },
		"PaidNow":      func(tx *store.Tx) (any, error) { return tx.PaidNow(ctx) },
		"Subscribed":   func(tx *store.Tx) (any, error) { s, _, err := tx.Subscribed(ctx); return s, err },
		"Billing":      func(tx *store.Tx) (any, error) { return tx.Billing(ctx, x.chat.RestaurantID) },
		"Suggest":      func(tx *store.Tx) (any, error) { return tx.Suggest(ctx, store.Wish{Chat: x.chat.ID, Text: "intruder"}) },
		"HoldFor": only(func(tx *store.Tx) error {
			return tx.HoldFor(ctx, store.Confirm{ID: confirm}, store.Wish{Chat: x.chat.ID, Text: "intruder"})
		}),
		"BillingDone":    only(func(tx *store.Tx) error { return tx.BillingDone(ctx, store.BillingLease{Event: event}, "intruder") }),
		"BillingLater":   only(func(tx *store.Tx) error { return tx.BillingLater(ctx, store.BillingLease{Event: event}, later) }),
		"LeaseBilling":   func(tx *store.Tx) (any, error) { _, e, err := tx.LeaseBilling(ctx, event); return e, err },
		"SaveInvoice":    only(func(tx *store.Tx) error { return tx.SaveInvoice(ctx, inv) }),
		"KeepUnreadable": only(func(tx *store.Tx) error { return tx.KeepUnreadable(ctx, "intruder", []byte("x")) }),
		"KeepBillingEvent": func(tx *store.Tx) (any, error) {
			return tx.KeepBillingEvent(ctx, store.BillingEvent{VendorID: "evt_" + x.mark, Type: "x", Object: "x", ObjectID: "x", HappenedAt: later})
		},
		"OrderOfSession":   func(tx *store.Tx) (any, error) { o, _, err := tx.OrderOfSession(ctx, "cs_"+x.mark); return o, err },
		"SaveSubscription": only(func(tx *store.Tx) error { return tx.SaveSubscription(ctx, sub) }),
		"SubscriptionOf":   func(tx *store.Tx) (any, error) { r, _, err := tx.SubscriptionOf(ctx, sub.ID); return r, err },
	}
}

func drop(_ store.Order, err error) error { return err }

func TestAnOrderIsWhatTheConfirmedCardSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(message("anna", "m1", "ciao"), message("bruno", "b1", "salve"))
	anna, bruno := w.chat("anna"), w.chat("bruno")
	card := w.offered(anna, "o1", offerOf(anna, 9900))
	if _, err := w.confirmed(card, false); !store.IsRefused(err) {
		t.Errorf("an order without a confirmed card: %v", err)
	}
	same(w, 0, `SELECT count(*) FROM orders`)
	theirs := card
	theirs.Restaurant = bruno.RestaurantID
	if _, err := w.confirmed(theirs, true); kindOf(err) != "conflict" {
		t.Errorf("an order of another restaurant's card: %v", err)
	}
	o, err := w.confirmed(card, true)
	if err != nil || o.Amount != 9900 || o.Currency != "eur" || o.PriceID != "price_1" || o.State != "open" || o.ChatID != anna.ID {
		t.Fatalf("%+v, %v", o, err)
	}
	if _, err := w.confirmed(card, true); kindOf(err) != "conflict" {
		t.Errorf("a second order of one card: %v", err)
	}
	for name, sql := range map[string]string{
		"an order of one's own": `INSERT INTO orders (id, restaurant_id, confirm_id, chat_id, lookup_key, price_id, amount, currency, every, every_count, language, created_at)
			SELECT gen_random_uuid(), restaurant_id, gen_random_uuid(), chat_id, 'x', 'x', 1, 'eur', 'month', 1, 'it', now() FROM orders`,
		"another amount": `UPDATE orders SET amount = 1`,
		"another price":  `UPDATE orders SET price_id = 'price_2'`,
		"another chat":   `UPDATE orders SET chat_id = gen_random_uuid()`,
	} {
		if err := w.as("marketa_app", anna.RestaurantID, sql); !store.IsRefused(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := w.confirmed(w.offered(anna, "o2", offerOf(anna, 0)), true); !store.IsRefused(err) {
		t.Errorf("an order over nothing: %v", err)
	}
	second, err := w.confirmed(w.offered(anna, "o3", offerOf(anna, 4900)), true)
	if err != nil {
		t.Fatal(err)
	}
	same(w, "replaced", `SELECT state FROM orders WHERE id = $1`, o.ID)
	w.app(anna.RestaurantID, func(tx *store.Tx) error { _, err := tx.OrderIs(w.ctx, second.ID, "awaited"); return err })
	if _, err := w.confirmed(w.offered(anna, "o4", offerOf(anna, 4900)), true); kindOf(err) != "conflict" {
		t.Errorf("another order while the bank works on one: %v", err)
	}
}

func TestAnEventIsKeptOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	fresh := make([]bool, 8)
	atOnce(8, func(i int) {
		err := w.db.System(w.ctx, store.Ingest, func(tx *store.Tx) (err error) {
			fresh[i], err = tx.KeepBillingEvent(w.ctx, store.BillingEvent{VendorID: "evt_1", Type: "invoice.paid", Object: "invoice", ObjectID: "in_1", HappenedAt: monday})
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
	n := 0
	for _, f := range fresh {
		if f {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d were new", n)
	}
	same(w, 1, `SELECT count(*) FROM river_job WHERE kind = 'settle_billing'`)
}

func TestAnOlderReadingOfAnInvoiceChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	for _, i := range []store.Invoice{{ID: "in_1", Status: "open", AskedAt: monday}, {ID: "in_1", Status: "paid", AmountPaid: 9900, AskedAt: monday.Add(time.Minute)},
		{ID: "in_1", Status: "open", AskedAt: monday.Add(time.Second)}, {ID: "in_1", Status: "open", AskedAt: monday.Add(time.Hour)}} {
		w.app(w.chat("anna").RestaurantID, func(tx *store.Tx) error { return tx.SaveInvoice(w.ctx, i) })
	}
	same(w, "paid 9900", `SELECT status || ' ' || amount_paid FROM invoices`)
}

func TestWordsThatNobodyAskedForWaitUntilTheChatIsFree(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", "alle otto")
	suggest := func() (held bool) {
		w.app(c.RestaurantID, func(tx *store.Tx) (err error) {
			held, err = tx.Suggest(w.ctx, store.Wish{Restaurant: c.RestaurantID, Chat: c.ID, Text: "grazie", PolicyVersion: policy})
			return err
		})
		return held
	}
	if suggest() {
		t.Error("it pushes a card aside")
	}
	w.send(id, "alle otto")
	w.ingest(message("anna", "m9", "e poi?"))
	if suggest() {
		t.Error("it comes between a client and the draft")
	}
	l, turn := w.turn(w.chat("anna"))
	w.commit(w.chat("anna"), l, store.Finding{Turn: turn, Status: "silent", PolicyVersion: policy})
	if !suggest() || w.pending(c).IsZero() {
		t.Error("it is not held although the chat is free")
	}
}
