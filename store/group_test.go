package store_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"marketa/store"
)

func TestWebhooksThatWaitShareACommit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var hooks []store.Webhook
	for _, id := range names("m", 40) {
		hooks = append(hooks, webhook(message("chat-of-"+id, id, "ciao")))
	}
	for i, err := range w.together(hooks...) {
		if err != nil {
			t.Errorf("webhook %d: %v", i, err)
		}
	}
	same(w, 40, `SELECT count(*) FROM messages`)
	same(w, 40, `SELECT count(*) FROM river_job WHERE kind = 'run_turn'`)
	same(w, 1, `SELECT count(DISTINCT xmin::text) FROM messages`) // one transaction wrote them all
	same(w, 2, `SELECT count(DISTINCT xmin::text) FROM raw_webhooks`)
}

func TestAGroupHasALimit(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var hooks []store.Webhook
	for _, id := range names("m", 70) {
		hooks = append(hooks, webhook(message("anna", id, "ciao")))
	}
	w.together(hooks...)
	same(w, 70, `SELECT count(*) FROM messages`)
	same(w, 2, `SELECT count(DISTINCT xmin::text) FROM messages`)

	big := newWorld(t)
	hooks = hooks[:3]
	for i := range hooks {
		hooks[i].Body = make([]byte, 7<<20)
	}
	big.together(hooks...)
	same(big, 3, `SELECT count(DISTINCT xmin::text) FROM raw_webhooks`) // the one before, two, one
}

// What a vendor's bytes can hold that the database refuses. Each comes in one commit with neighbours that are fine.
func TestAPoisonedWebhookDoesNotTakeItsNeighboursDown(t *testing.T) {
	t.Parallel()
	change := func(f func(*store.Inbound)) store.Webhook {
		e := message("anna", "poison", "ciao")
		f(&e)
		return webhook(message("anna", "before", "ciao"), e, message("anna", "after", "ciao"))
	}
	long := func() string { // too long for an index, whatever it is compressed to
		b := make([]byte, 5000)
		_, _ = rand.Read(b)
		return hex.EncodeToString(b)
	}
	for name, poison := range map[string]store.Webhook{
		"a NUL":                         change(func(e *store.Inbound) { e.Body = "ciao\x00" }),
		"a chat of an unknown kind":     change(func(e *store.Inbound) { e.ChatKind, e.Chat = "broadcast", "elsewhere" }),
		"an unknown author":             change(func(e *store.Inbound) { e.Author = "robot" }),
		"an id too long for its index":  change(func(e *store.Inbound) { e.VendorID = store.VendorMessageID(long()) }),
		"a chat too long for its index": change(func(e *store.Inbound) { e.Chat = store.VendorChatID(long()) }),
		"a sender too long":             change(func(e *store.Inbound) { e.Sender = long() }),
		"no chat":                       change(func(e *store.Inbound) { e.Chat = "" }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			poison.Body = []byte("as it came")
			answers := w.together(webhook(message("bruno", "m1", "salve")), poison, webhook(message("carla", "m2", "salve")))
			for i, err := range answers {
				if err != nil {
					t.Errorf("webhook %d: %v", i, err)
				}
			}
			same(w, 2, `SELECT count(*) FROM messages m JOIN raw_webhooks r ON r.xmin = m.xmin WHERE m.vendor_id IN ('m1', 'm2')`) // neighbours stay whole
			w.must(w.db.Ingest(w.ctx, poison))                                                                                     // alone, as the vendor would bring it again
			same(w, "after before m1 m2", `SELECT string_agg(vendor_id, ' ' ORDER BY vendor_id) FROM messages`)
			same(w, 2, `SELECT count(*) FROM raw_webhooks WHERE NOT readable AND body = 'as it came'`)
			same(w, 1, `SELECT count(*) FROM alerts`) // once per cause
			if n := w.jobs("run_turn"); n != 3 {
				t.Errorf("%d turn jobs", n)
			}
		})
	}
}

func TestPoisonThatCannotEvenBeToldIsNotAcknowledged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.exec(`REVOKE INSERT ON alerts FROM marketa_ingest`)
	answers := w.together(webhook(message("anna", "poison", "\x00")), webhook(message("bruno", "m1", "salve")))
	if answers[0] == nil || answers[1] != nil {
		t.Errorf("answers: %v", answers)
	}
}

func TestAStatusThatCannotBeKeptDoesNotTakeItsNeighboursDown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	bad := webhook(message("anna", "m1", "ciao"))
	bad.Receipts = []store.Receipt{{Channel: "marketa", VendorID: "v1", Status: "read\x00", At: monday}, {Channel: "marketa", VendorID: "v1", Status: "read", At: monday}}
	for i, err := range w.together(bad, webhook(message("bruno", "m2", "salve"))) {
		if err != nil {
			t.Errorf("webhook %d: %v", i, err)
		}
	}
	same(w, 2, `SELECT count(*) FROM messages`)
	same(w, 1, `SELECT count(*) FROM receipts`)
	same(w, 1, `SELECT count(*) FROM raw_webhooks WHERE NOT readable`)
}

func TestATimeThatCannotBeMeantIsTheTimeOfArrival(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var hooks []store.Webhook
	times := map[string]time.Time{"milliseconds": time.Unix(1795000101000, 0), "never": {}, "tomorrow's tomorrow": monday.Add(49 * time.Hour), "before": monday.Add(-time.Hour)}
	for id, at := range times {
		e := message("anna", id, "ciao")
		e.SentAt = at
		hook := webhook(e)
		hook.Receipts = []store.Receipt{{Channel: "marketa", VendorID: store.VendorMessageID(id), Status: "read", At: at}}
		hooks = append(hooks, hook)
	}
	for i, err := range w.together(hooks...) {
		if err != nil {
			t.Errorf("webhook %d: %v", i, err)
		}
	}
	same(w, "before", `SELECT string_agg(vendor_id, ' ') FROM messages WHERE sent_at <> $1`, monday)
	same(w, "before", `SELECT string_agg(vendor_id, ' ') FROM receipts WHERE at <> $1`, monday)
	same(w, 4, `SELECT count(*) FROM messages`)
	same(w, 0, `SELECT count(*) FROM notices`)
}

func TestIngestSaysWhenTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	back := w.away()
	var errs sync.Map
	atOnce(5, func(i int) { errs.Store(i, w.db.Ingest(w.ctx, webhook(message("anna", names("n", 5)[i], "ciao")))) })
	errs.Range(func(i, err any) bool {
		if err == nil {
			t.Errorf("webhook %v was acknowledged", i)
		}
		return true
	})
	back()
	w.ingest(message("anna", "m2", "ciao"))
	same(w, 2, `SELECT count(*) FROM messages`)
}

// away takes the database away from everybody but the superuser's open connections, until back is called.
func (w *world) away() (back func()) {
	w.Helper()
	server := w.pool("postgres", w.root.Config().ConnString())
	name := databaseOf(w.db)
	do := func(sql string) {
		_, err := server.Exec(w.ctx, sql)
		w.must(err)
	}
	do(fmt.Sprintf(`ALTER DATABASE %q ALLOW_CONNECTIONS false`, name))
	do(fmt.Sprintf(`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = '%s' AND usename = 'marketa'`, name))
	return func() { do(fmt.Sprintf(`ALTER DATABASE %q ALLOW_CONNECTIONS true`, name)) }
}

func TestEveryWebhookOfAGroupGetsItsOwnAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := w.hold(`LOCK TABLE raw_webhooks IN ACCESS EXCLUSIVE MODE`)
	var wait sync.WaitGroup
	wait.Go(func() { _ = w.db.Ingest(w.ctx, webhook()) })
	w.until("the first one is held up", func() bool { return w.waiting() == 1 })

	given, giveUp := context.WithCancel(w.ctx)
	answers := make([]error, 3)
	for i, ctx := range []context.Context{w.ctx, given, w.ctx} {
		wait.Go(func() { answers[i] = w.db.Ingest(ctx, webhook(message("anna", names("m", 3)[i], "ciao"))) })
		w.until("it waits in line", func() bool { return w.db.Queued() == i+1 })
	}
	giveUp()
	w.until("the one that was given up has left", func() bool { return w.db.Queued() == 2 })
	release()
	wait.Wait()
	if answers[0] != nil || !errors.Is(answers[1], context.Canceled) || answers[2] != nil {
		t.Errorf("answers: %v", answers)
	}
	same(w, "m00 m02", `SELECT string_agg(vendor_id, ' ' ORDER BY vendor_id) FROM messages`)
}

func TestALeaderThatIsGivenUpCommitsForTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	release := w.hold(`LOCK TABLE raw_webhooks IN ACCESS EXCLUSIVE MODE`)
	ctx, giveUp := context.WithCancel(w.ctx)
	answer := make(chan error)
	go func() { answer <- w.db.Ingest(ctx, webhook(message("anna", "m1", "ciao"))) }()
	w.until("it is held up", func() bool { return w.waiting() == 1 })
	giveUp()
	release()
	if err := <-answer; err != nil {
		t.Error(err)
	}
	same(w, 1, `SELECT count(*) FROM messages`)
}

func TestUnreadableBodiesAreKeptAndToldOncePerCause(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	alert := store.Alert{Cause: "unreadable", Text: "Something <odd> came."}
	for range 3 {
		w.must(w.db.SaveUnreadable(w.ctx, "telegram", []byte("\x00\xff"), alert))
	}
	same(w, 3, `SELECT count(*) FROM raw_webhooks WHERE NOT readable AND body = '\x00ff'`)
	same(w, "Something <odd> came.", `SELECT text FROM alerts`)
	if n := w.jobs("show_alert"); n != 1 {
		t.Errorf("%d jobs to tell it", n)
	}
	w.clock.Advance(time.Hour + time.Second)
	w.must(w.db.SaveUnreadable(w.ctx, "telegram", []byte("x"), alert))
	same(w, 2, `SELECT count(*) FROM alerts`) // after an hour without it, that is news again
}
