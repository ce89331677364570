package whatsapp_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"marketa/bots/whatsapp"
	"marketa/bots/whatsapp/whapi"
	vendor "marketa/sandbox/whapi"
	"marketa/sandbox/wire"
	"marketa/stages"
	"marketa/store"
	"marketa/store/storetest"
)

const (
	number = "marketa"
	anna   = "380501112233"
	chatID = anna + "@s.whatsapp.net"
	marta  = 55501 // a manager's Telegram id
)

var start = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// bench is the package against the simulated vendor, on a clock that stands still. Jobs are taken from the queue's table and
// worked one after the other, so that every run is the same.
type bench struct {
	*testing.T
	clock *wire.Clock
	db    *store.DB
	sim   *vendor.Sim
	srv   *httptest.Server
	bot   *whatsapp.Bot
	log   *bytes.Buffer
}

func newBench(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{T: t, clock: wire.Simulated(start), db: storetest.New(t), log: &bytes.Buffer{}}
	b.db.Clock = b.clock
	b.sim = vendor.New(vendor.Config{Clock: b.clock, Seed: 7})
	t.Cleanup(b.sim.Close)
	b.sim.AddChannel(vendor.Channel{Name: number, ID: "MANTIS-M72HC", Token: "tok_marketa_secret", Phone: "380990000001", Title: "Marketa"})
	b.sim.AddPerson(vendor.Person{Phone: anna, Name: "Anna"})
	b.srv = httptest.NewServer(b.sim.Handler())
	t.Cleanup(b.srv.Close)
	b.bot = &whatsapp.Bot{DB: b.db, Log: slog.New(slog.NewTextHandler(b.log, nil)), Channels: map[store.Channel]*whapi.Client{
		number: whapi.New(whapi.Config{BaseURL: b.srv.URL, Token: "tok_marketa_secret"})}}
	b.desk(func(ctx context.Context, tx *store.Tx) error { return tx.MakeOwners(ctx, []int64{marta}) })
	t.Cleanup(func() {
		for _, secret := range []string{"tok_marketa_secret", anna} {
			if strings.Contains(b.log.String(), secret) {
				t.Errorf("the log names %q: %s", secret, b.log)
			}
		}
	})
	return b
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) desk(f func(ctx context.Context, tx *store.Tx) error) {
	b.Helper()
	b.must(b.db.System(b.Context(), store.Desk, func(tx *store.Tx) error { return f(b.Context(), tx) }))
}

// hear is a webhook of the vendor.
func (b *bench) hear(body string) {
	b.Helper()
	b.must(b.bot.Receive(b.Context(), number, "bot", []byte(body)))
}

// says is Anna writing; in the vendor's history, and told to us at once.
func (b *bench) says(text string) (id string) {
	b.Helper()
	id, err := b.sim.Say(number, anna, text)
	b.must(err)
	b.hear(b.webhook(id))
	return id
}

// webhook is what the vendor tells of a message of its history.
func (b *bench) webhook(id string) string {
	b.Helper()
	for _, m := range b.sim.Messages(number, chatID) {
		if m.ID == id {
			item := map[string]any{"id": m.ID, "type": m.Type, "chat_id": m.ChatID, "from": m.From, "from_me": m.FromMe, "from_name": m.FromName,
				"source": m.Source, "timestamp": m.Time.Unix(), m.Type: map[string]string{"body": m.Text}}
			body, err := json.Marshal(map[string]any{"messages": []any{item}, "event": map[string]string{"type": "messages", "event": "post"}})
			b.must(err)
			return string(body)
		}
	}
	b.Fatalf("no message %s in the vendor's history", id)
	return ""
}

// draft plays the agent: an approval of exactly this text is held for what the chat says now.
func (b *bench) draft(text string, proposals ...store.Proposal) store.ApprovalID {
	b.Helper()
	restaurant, chat := b.chat()
	ctx := store.WithRestaurant(b.Context(), restaurant)
	policy, err := stages.PolicyFor(stages.Lead)
	b.must(err)
	b.must(b.db.Tx(ctx, func(tx *store.Tx) error {
		lease, err := tx.LeaseChat(ctx, chat)
		if err != nil {
			return err
		}
		turn, _, err := tx.OpenTurn(ctx, lease)
		if err != nil {
			return err
		}
		_, err = tx.Commit(ctx, lease, store.Finding{Turn: turn, Status: "drafted", Text: text, Proposals: proposals, PolicyVersion: policy.Version()})
		return err
	}))
	return value[store.ApprovalID](b, `SELECT id FROM approvals WHERE state = 'pending' AND chat_id = $1`, chat)
}

// press is Marta pressing Send.
func (b *bench) press(id store.ApprovalID) store.Decision {
	b.Helper()
	return b.decide(id, store.Send, "")
}

func (b *bench) decide(id store.ApprovalID, action store.Action, text string) (d store.Decision) {
	b.Helper()
	policy, err := stages.PolicyFor(stages.Lead)
	b.must(err)
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		v, err := tx.View(ctx, id)
		if err != nil {
			return err
		}
		d, err = tx.Decide(ctx, store.Press{Approval: id, Action: action, TelegramID: marta, Hash: v.TextHash, PolicyVersion: policy.Version(), Text: text})
		return err
	})
	if d.Outcome != "ok" {
		b.Fatalf("%s was %q", action, d.Outcome)
	}
	return d
}

// approved is a client's question, and an approved answer on its way.
func (b *bench) approved(text string) store.Decision {
	b.Helper()
	b.says("ciao, avete posto? " + text)
	return b.press(b.draft(text))
}

func (b *bench) clientAt(base string) *whapi.Client {
	return whapi.New(whapi.Config{BaseURL: base, Token: "tok_marketa_secret"})
}

func (b *bench) answerDoubt(id store.ApprovalID, arrived bool) {
	b.Helper()
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		open, err := tx.AnswerDoubt(ctx, id, arrived)
		if err == nil && !open {
			b.Error("the question was not open")
		}
		return err
	})
}

func (b *bench) work(args store.Deliver) {
	b.Helper()
	w := whatsapp.DeliverWorker{Bot: b.bot}
	b.must(w.Work(b.Context(), &river.Job[store.Deliver]{JobRow: &rivertype.JobRow{}, Args: args}))
}

// drain works every delivery job that is in the queue, and drops the others.
func (b *bench) drain() {
	b.Helper()
	for _, args := range column[json.RawMessage](b, `WITH taken AS (DELETE FROM river_job RETURNING id, kind, args) SELECT args FROM taken WHERE kind = 'deliver' ORDER BY id`) {
		var d store.Deliver
		b.must(json.Unmarshal(args, &d))
		b.work(d)
	}
}

// pass lets time go by in steps, as the sweeper's clock does.
func (b *bench) pass(d time.Duration) {
	b.Helper()
	for range int(d / time.Second) {
		b.clock.Advance(time.Second)
		_, err := b.db.Sweep(b.Context(), 8*time.Second, 45*time.Second)
		b.must(err)
		b.drain()
	}
}

// sent are the texts that went out through the API.
func (b *bench) sent() (texts []string) {
	for _, m := range b.sim.Sent(number) {
		texts = append(texts, m.Text)
	}
	return texts
}

func (b *bench) wantSent(want ...string) {
	b.Helper()
	if got := b.sent(); fmt.Sprint(got) != fmt.Sprint(want) {
		b.Errorf("sent %q, want %q", got, want)
	}
}

func (b *bench) chat() (store.RestaurantID, store.ChatID) {
	b.Helper()
	type place struct {
		RestaurantID store.RestaurantID
		ID           store.ChatID
	}
	p := table[place](b, `SELECT restaurant_id, id FROM chats ORDER BY created_at, id LIMIT 1`)
	if len(p) != 1 {
		b.Fatal("no chat")
	}
	return p[0].RestaurantID, p[0].ID
}

// delivery is the state of an approval's delivery, and what its card says of it.
func (b *bench) delivery(id store.ApprovalID) (state, note string) {
	b.Helper()
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		v, err := tx.View(ctx, id)
		state, note = v.Delivery, v.DeliveryNote
		return err
	})
	return state, note
}

func (b *bench) wantDelivery(id store.ApprovalID, want, words string) {
	b.Helper()
	if state, note := b.delivery(id); state != want || !strings.Contains(note, words) || (words == "" && note != "") {
		b.Errorf("delivery is %s (%q), want %s (%q)", state, note, want, words)
	}
}

// alerts are what managers were told, oldest first.
func (b *bench) alerts() []string {
	b.Helper()
	return column[string](b, `SELECT text FROM alerts ORDER BY id`)
}

func (b *bench) wantAlert(n int, words string) {
	b.Helper()
	got := b.alerts()
	if len(got) != n || (n > 0 && !strings.Contains(got[n-1], words)) {
		b.Errorf("alerts %q, want %d with %q", got, n, words)
	}
}

// read runs a query as the desk does, which sees all restaurants; the queue belongs to the login.
func read(b *bench, f func(tx pgx.Tx) error, sql string) {
	b.Helper()
	b.must(pgx.BeginFunc(b.Context(), b.db.Pool(), func(tx pgx.Tx) error {
		if !strings.Contains(sql, "river_job") {
			if _, err := tx.Exec(b.Context(), `SET LOCAL ROLE marketa_desk`); err != nil {
				return err
			}
		}
		return f(tx)
	}))
}

func table[T any](b *bench, sql string, args ...any) (out []T) {
	b.Helper()
	read(b, func(tx pgx.Tx) error {
		r, err := tx.Query(b.Context(), sql, args...)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(r, pgx.RowToStructByName[T])
		return err
	}, sql)
	return out
}

func column[T any](b *bench, sql string, args ...any) (out []T) {
	b.Helper()
	read(b, func(tx pgx.Tx) error {
		r, err := tx.Query(b.Context(), sql, args...)
		if err != nil {
			return err
		}
		out, err = pgx.CollectRows(r, pgx.RowTo[T])
		return err
	}, sql)
	return out
}

func value[T any](b *bench, sql string, args ...any) T {
	b.Helper()
	v := column[T](b, sql, args...)
	if len(v) != 1 {
		b.Fatalf("%d rows instead of one", len(v))
	}
	return v[0]
}

// wantOpen compares the causes of the alerts that are open.
func (b *bench) wantOpen(want string) {
	b.Helper()
	if got := value[string](b, `SELECT coalesce(string_agg(cause, ' ' ORDER BY cause), '') FROM alerts WHERE cleared_at IS NULL`); got != want {
		b.Errorf("open alerts: %q, want %q", got, want)
	}
}
