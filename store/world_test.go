package store_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"marketa/internal/fault"
	"marketa/sandbox/wire"
	"marketa/store"
	"marketa/store/storetest"
)

// world is a store of this test's own, on a clock that stands still, with a superuser to look behind row-level security.
type world struct {
	testing.TB
	db    *store.DB
	clock *wire.Clock
	ctx   context.Context
	root  *pgxpool.Pool
}

var monday = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newWorld(t testing.TB) *world {
	t.Helper()
	db := storetest.New(t)
	w := &world{TB: t, db: db, clock: wire.Simulated(monday), ctx: context.Background()}
	db.Clock = w.clock
	w.root = w.pool(databaseOf(db), storetest.Cluster(t))
	return w
}

func databaseOf(db *store.DB) string { return db.Pool().Config().ConnConfig.Database }

// pool connects to a database with the user of the address given.
func (w *world) pool(database, address string) *pgxpool.Pool {
	w.Helper()
	cfg, err := pgxpool.ParseConfig(address)
	w.must(err)
	cfg.ConnConfig.Database = database
	cfg.MaxConns = 8
	p, err := pgxpool.NewWithConfig(w.ctx, cfg)
	w.must(err)
	w.Cleanup(p.Close)
	return p
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// exec runs a statement as the superuser.
func (w *world) exec(sql string, args ...any) {
	w.Helper()
	_, err := w.root.Exec(w.ctx, sql, args...)
	w.must(err)
}

// ask reads one value as the superuser.
func ask[T any](w *world, sql string, args ...any) T {
	w.Helper()
	var v T
	if err := w.root.QueryRow(w.ctx, sql, args...).Scan(&v); err != nil {
		w.Fatalf("%s: %v", sql, err)
	}
	return v
}

// same fails unless the value read is the one wanted.
func same[T comparable](w *world, want T, sql string, args ...any) {
	w.Helper()
	if got := ask[T](w, sql, args...); got != want {
		w.Errorf("%s: got %v, want %v", sql, got, want)
	}
}

func (w *world) jobs(kind string) int {
	w.Helper()
	return ask[int](w, `SELECT count(*) FROM river_job WHERE kind = $1`, kind)
}

// forget takes all jobs away, so that the next ones can be counted.
func (w *world) forget() { w.Helper(); w.exec(`DELETE FROM river_job`) }

// desk, app and ingestRole run a transaction that must succeed.
func (w *world) desk(fn func(tx *store.Tx) error) {
	w.Helper()
	w.must(w.db.System(w.ctx, store.Desk, fn))
}

func (w *world) app(r store.RestaurantID, fn func(tx *store.Tx) error) {
	w.Helper()
	w.must(w.db.Tx(store.WithRestaurant(w.ctx, r), fn))
}

// appErr runs a transaction of a restaurant whose error is the point.
func (w *world) appErr(r store.RestaurantID, fn func(tx *store.Tx) error) error {
	return w.db.Tx(store.WithRestaurant(w.ctx, r), fn)
}

// message is a client's text in a direct chat. Name and id say who and what.
func message(chat, id, text string) store.Inbound {
	return store.Inbound{Op: store.OpMessage, Channel: "marketa", Chat: store.VendorChatID(chat), ChatKind: "direct", Title: chat,
		VendorID: store.VendorMessageID(id), Author: store.Client, Sender: "id-of-" + chat, SenderName: chat, Kind: "text", Body: text, SentAt: monday}
}

func edit(chat, id, target, text string, at time.Time) store.Inbound {
	e := message(chat, id, text)
	e.Op, e.Target, e.SentAt = store.OpEdit, store.VendorMessageID(target), at
	return e
}

func deletion(chat, id, target string) store.Inbound {
	e := message(chat, id, "")
	e.Op, e.Target = store.OpDelete, store.VendorMessageID(target)
	return e
}

// removal names the message only.
func removal(target string) store.Inbound {
	return store.Inbound{Op: store.OpDelete, Channel: "marketa", ChatKind: "other", VendorID: store.VendorMessageID(target),
		Target: store.VendorMessageID(target), Author: store.Client, Kind: "text", SentAt: monday}
}

// echo is something that was sent under our number, by us or on the phone.
func echo(chat, id, text string) store.Inbound {
	e := message(chat, id, text)
	e.Op, e.Author, e.Sender, e.SenderName = store.OpEcho, store.Phone, "", ""
	return e
}

func of(op store.Op, e store.Inbound) store.Inbound { e.Op = op; return e }

// webhook is a request with these events.
func webhook(events ...store.Inbound) store.Webhook {
	return store.Webhook{Source: "whapi/marketa/bot", Body: []byte("{}"), Readable: true, Events: events}
}

func (w *world) ingest(events ...store.Inbound) {
	w.Helper()
	w.must(w.db.Ingest(w.ctx, webhook(events...)))
}

// chat reads a chat whatever its restaurant.
func (w *world) chat(vendor string) store.Chat {
	w.Helper()
	r, err := w.root.Query(w.ctx, `SELECT id, restaurant_id, channel, vendor_chat_id, kind, title, watermark, handled, last_inbound_at, busy_since, taken_by, taken_until, listen, paused_until, mapped_at, ignored_at
		FROM chats WHERE vendor_chat_id = $1`, vendor)
	w.must(err)
	c, err := pgx.CollectExactlyOneRow(r, pgx.RowToStructByName[store.Chat])
	w.must(err)
	return c
}

// lease takes the chat for a turn.
func (w *world) lease(c store.Chat) (l store.Lease) {
	w.Helper()
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) { l, err = tx.LeaseChat(w.ctx, c.ID); return err })
	return l
}

// turn opens the chat's turn under a lease of its own.
func (w *world) turn(c store.Chat) (l store.Lease, t store.Turn) {
	w.Helper()
	l = w.lease(c)
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) { t, _, err = tx.OpenTurn(w.ctx, l); return err })
	return l, t
}

const policy = "policy-1"

func drafted(t store.Turn, text string) store.Finding {
	return store.Finding{Turn: t, Status: "drafted", Why: "a question", Text: text, PolicyVersion: policy, Notes: store.Notes{Why: "a question"}}
}

// commit ends a turn and says whether it counted.
func (w *world) commit(c store.Chat, l store.Lease, f store.Finding) (counted bool) {
	w.Helper()
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) { counted, err = tx.Commit(w.ctx, l, f); return err })
	return counted
}

// pending is the chat's approval that waits for a decision; zero when there is none.
func (w *world) pending(c store.Chat) (id store.ApprovalID) {
	w.Helper()
	err := w.root.QueryRow(w.ctx, `SELECT id FROM approvals WHERE chat_id = $1 AND state = 'pending'`, c.ID).Scan(&id)
	if !errors.Is(err, pgx.ErrNoRows) {
		w.must(err)
	}
	return id
}

// card runs a whole turn that drafts the text.
func (w *world) card(c store.Chat, text string, proposals ...store.Proposal) store.ApprovalID {
	w.Helper()
	l, t := w.turn(c)
	f := drafted(t, text)
	f.Proposals = proposals
	if !w.commit(c, l, f) {
		w.Fatal("the draft did not count")
	}
	return w.pending(c)
}

// asked is a chat whose client has written, with a card that waits.
func (w *world) asked(vendor, words, draft string, proposals ...store.Proposal) (store.Chat, store.ApprovalID) {
	w.Helper()
	w.ingest(message(vendor, "m-"+vendor, words))
	id := w.card(w.chat(vendor), draft, proposals...)
	return w.chat(vendor), id
}

// Managers of every test, by their Telegram ids.
const (
	marta    = int64(101) // owner
	ben      = int64(102) // manager
	vera     = int64(103) // viewer
	gone     = int64(104) // was an owner
	stranger = int64(999)
)

func (w *world) hire() {
	w.Helper()
	for id, m := range map[int64]struct {
		name, role string
		active     bool
	}{marta: {"Marta", "owner", true}, ben: {"Ben", "manager", true}, vera: {"Vera", "viewer", true}, gone: {"Gone", "owner", false}} {
		w.exec(`INSERT INTO managers (id, telegram_id, name, role, active, created_at) VALUES ($1, $2, $3, $4, $5, $6)`,
			store.NewID[struct{}](), id, m.name, m.role, m.active, monday)
	}
}

// decide puts a press before the gate.
func (w *world) decide(p store.Press) (d store.Decision) {
	w.Helper()
	if p.PolicyVersion == "" {
		p.PolicyVersion = policy
	}
	w.desk(func(tx *store.Tx) (err error) { d, err = tx.Decide(w.ctx, p); return err })
	return d
}

// send presses Send on a card that shows the text, as Marta; it must count.
func (w *world) send(id store.ApprovalID, text string) store.Decision {
	w.Helper()
	d := w.decide(store.Press{Approval: id, Action: store.Send, TelegramID: marta, Hash: store.HashText(text)})
	if d.Outcome != "ok" {
		w.Fatalf("send: %s (%s)", d.Outcome, d.State)
	}
	return d
}

// approved is a chat with a reply on its way.
func (w *world) approved(vendor, text string) (store.Chat, store.Decision) {
	w.Helper()
	_, id := w.asked(vendor, "ciao?", text)
	d := w.send(id, text)
	return w.chat(vendor), d
}

// take leases a delivery, and writes its intent where it is pending.
func (w *world) take(c store.Chat, id store.DeliveryID) (d store.Delivery, left bool, err error) {
	w.Helper()
	err = w.appErr(c.RestaurantID, func(tx *store.Tx) (err error) {
		if d, err = tx.LeaseDelivery(w.ctx, id); err != nil || d.State != "pending" {
			return err
		}
		left, err = tx.Intend(w.ctx, d)
		return err
	})
	return d, left, err
}

// intended is a delivery whose vendor call is under way.
func (w *world) intended(vendor, text string) (store.Chat, store.Delivery) {
	w.Helper()
	c, decision := w.approved(vendor, text)
	d, left, err := w.take(c, decision.Delivery)
	if err != nil || !left {
		w.Fatalf("intend: left %v, %v", left, err)
	}
	return c, d
}

func (w *world) delivery(id store.DeliveryID) string {
	w.Helper()
	return ask[string](w, `SELECT state FROM deliveries WHERE id = $1`, id)
}

// atOnce runs n calls that start together.
func atOnce(n int, call func(i int)) {
	var wait sync.WaitGroup
	gun := make(chan struct{})
	for i := range n {
		wait.Go(func() { <-gun; call(i) })
	}
	close(gun)
	wait.Wait()
}

// until waits for something that another goroutine or the server brings about; a test that hopes in vain fails.
func (w *world) until(what string, holds func() bool) {
	w.Helper()
	for giveUp := time.Now().Add(30 * time.Second); !holds(); {
		if time.Now().After(giveUp) {
			w.Fatalf("in vain: %s", what)
		}
		w.exec(`SELECT pg_sleep(0.005)`) // between two looks
	}
}

// waiting is how many connections to this database wait for a lock.
func (w *world) waiting() int {
	return ask[int](w, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
}

// hold takes locks in a transaction of the superuser until the returned function is called.
func (w *world) hold(sql string, args ...any) (release func()) {
	w.Helper()
	tx, err := w.root.Begin(w.ctx)
	w.must(err)
	_, err = tx.Exec(w.ctx, sql, args...)
	w.must(err)
	var once sync.Once
	release = func() { once.Do(func() { _ = tx.Rollback(w.ctx) }) }
	w.Cleanup(release)
	return release
}

// together brings webhooks into one commit: they come while the one before is held up. It returns each one's answer.
func (w *world) together(webhooks ...store.Webhook) []error {
	w.Helper()
	release := w.hold(`LOCK TABLE raw_webhooks IN ACCESS EXCLUSIVE MODE`)
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := w.db.Ingest(w.ctx, webhook()); err != nil {
			w.Errorf("the one before: %v", err)
		}
	})
	w.until("the one before is held up", func() bool { return w.waiting() == 1 })
	answers := make([]error, len(webhooks))
	for i, x := range webhooks {
		wait.Go(func() { answers[i] = w.db.Ingest(w.ctx, x) })
		w.until("it waits in line", func() bool { return w.db.Queued() == i+1 })
	}
	release()
	wait.Wait()
	return answers
}

func isLost(err error) bool { return errors.Is(err, store.ErrLeaseLost) && store.IsLeaseLost(err) }

func kindOf(err error) string {
	if err == nil {
		return ""
	}
	return string(fault.KindOf(err))
}

func names(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("%s%02d", prefix, i)
	}
	return out
}
