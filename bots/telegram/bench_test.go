package telegram_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"marketa/bots/telegram"
	sim "marketa/sandbox/telegram"
	"marketa/sandbox/wire"
	"marketa/stages"
	"marketa/store"
	"marketa/store/storetest"
)

const (
	token    = "7000000001:very-secret-bot-token-0123456789"
	marta    = 55501 // an owner
	ben      = 55502 // another one
	stranger = 66601
	desk     = -1002000000001 // the approvals chat
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) // 10:00 in Rome

// clock stands still, except that whoever waits on it moves it on to the end of the wait.
type clock struct{ *wire.Clock }

func (c clock) Wait(ctx context.Context, until time.Time) error {
	c.Advance(until.Sub(c.Now()))
	return ctx.Err()
}

// bench is the package against the simulated Telegram. Updates are fetched and jobs worked one after the other.
type bench struct {
	*testing.T
	clock  clock
	db     *store.DB
	sim    *sim.Sim
	srv    *httptest.Server
	bot    *telegram.Bot
	log    *syncBuffer
	offset int64
	said   int
	slow   time.Duration // how long every call of the bot takes
	deaf   bool          // updates about topics never come
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}
func (s *syncBuffer) String() string { s.mu.Lock(); defer s.mu.Unlock(); return s.b.String() }

// inGroup is a bench whose cards go to the approvals chat, inPrivate one whose cards go to each manager.
func inGroup(t *testing.T) *bench   { t.Helper(); return newBench(t, desk) }
func inPrivate(t *testing.T) *bench { t.Helper(); return newBench(t, 0) }

func newBench(t *testing.T, approvals int64) *bench {
	t.Helper()
	t.Parallel()
	b := &bench{T: t, clock: clock{wire.Simulated(start)}, db: storetest.New(t), log: &syncBuffer{}}
	b.db.Clock = b.clock
	b.sim = sim.New(sim.Config{Clock: b.clock.Clock, Token: token, Seed: 7})
	t.Cleanup(b.sim.Close)
	for id, name := range map[int64]string{marta: "Marta", ben: "Ben", stranger: "Stan"} {
		b.sim.AddUser(sim.User{ID: id, FirstName: name})
		b.sim.AllowBot(id)
	}
	b.sim.AddGroup(sim.Group{ID: desk, Title: "Desk", Supergroup: true, BotAdmin: true, Members: []int64{marta, ben, stranger}})
	b.srv = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.slow > 0 {
			b.clock.Advance(b.slow)
			_, _ = b.db.Sweep(r.Context(), 8*time.Second, 45*time.Second)
			slow := b.slow
			b.slow = 0 // whoever is woken now does not take that long
			b.drain()
			b.slow = slow
		}
		b.sim.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(b.srv.Close)
	b.bot = b.newBot(telegram.Config{BaseURL: b.srv.URL, Token: token, ApprovalsChat: approvals})
	b.desk(func(ctx context.Context, tx *store.Tx) error { return tx.MakeOwners(ctx, []int64{marta, ben}) })
	for id, name := range map[int64]string{marta: "Marta", ben: "Ben"} {
		b.desk(func(ctx context.Context, tx *store.Tx) error { _, _, err := tx.ManagerBy(ctx, id, name); return err })
	}
	t.Cleanup(func() {
		if log := b.log.String(); strings.Contains(log, "very-secret") {
			t.Errorf("the log names the token: %s", log)
		}
		if n := value[int](b, `SELECT count(*)::int FROM notices WHERE html LIKE '%very-secret%'`); n > 0 {
			t.Errorf("%d notices name the token", n)
		}
	})
	return b
}

func (b *bench) newBot(cfg telegram.Config) *telegram.Bot {
	b.Helper()
	cfg.DB, cfg.Log = b.db, slog.New(slog.NewTextHandler(b.log, nil))
	bot, err := telegram.New(cfg)
	b.must(err)
	return bot
}

func (b *bench) must(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) desk(f func(ctx context.Context, tx *store.Tx) error) {
	b.Helper()
	ctx := context.Background()
	b.must(b.db.System(ctx, store.Desk, func(tx *store.Tx) error { return f(ctx, tx) }))
}

// client is Anna writing on WhatsApp.
func (b *bench) client(text string) { b.Helper(); b.clientOf("Anna", text) }

func (b *bench) clientOf(name, text string) {
	b.Helper()
	b.said++
	b.must(b.db.Ingest(b.Context(), store.Webhook{Source: "test", Readable: true, Body: []byte("{}"), Events: []store.Inbound{{Op: store.OpMessage, Channel: "marketa",
		Chat: store.VendorChatID(name + "@s.whatsapp.net"), ChatKind: "direct", Title: name, VendorID: store.VendorMessageID(fmt.Sprintf("Kd%02d.AbCdEf-gHiJkL", b.said)),
		Author: store.Client, Sender: name, SenderName: name, Kind: "text", Body: text, SentAt: b.clock.Now()}}}))
}

// card plays the agent: a draft for Anna is held, and its cards are drawn.
func (b *bench) card(text string, proposals ...store.Proposal) store.ApprovalID {
	b.Helper()
	id := b.hold("Anna", store.Finding{Status: "drafted", Text: text, Proposals: proposals})
	b.settle()
	return id
}

func (b *bench) hold(name string, f store.Finding) store.ApprovalID {
	b.Helper()
	type place struct {
		RestaurantID store.RestaurantID
		ID           store.ChatID
	}
	p := table[place](b, `SELECT restaurant_id, id FROM chats WHERE title = $1`, name)[0]
	ctx := store.WithRestaurant(b.Context(), p.RestaurantID)
	f.PolicyVersion = policy(b)
	b.must(b.db.Tx(ctx, func(tx *store.Tx) error {
		lease, err := tx.LeaseChat(ctx, p.ID)
		if err != nil {
			return err
		}
		if f.Turn, _, err = tx.OpenTurn(ctx, lease); err != nil {
			return err
		}
		_, err = tx.Commit(ctx, lease, f)
		return err
	}))
	return value[store.ApprovalID](b, `SELECT id FROM approvals WHERE state = 'pending' AND chat_id = $1`, p.ID)
}

func policy(b *bench) string {
	b.Helper()
	p, err := stages.PolicyFor(stages.Lead)
	b.must(err)
	return p.Version()
}

// deliver plays WhatsApp's side: what becomes of an approval's delivery.
func (b *bench) deliver(id store.ApprovalID, what func(ctx context.Context, tx *store.Tx, d store.Delivery) error) {
	b.Helper()
	type row struct {
		RestaurantID store.RestaurantID
		ID           store.DeliveryID
	}
	r := table[row](b, `SELECT x.restaurant_id, x.id FROM deliveries x JOIN outbound o ON o.id = x.outbound_id WHERE o.approval_id = $1`, id)[0]
	ctx := store.WithRestaurant(b.Context(), r.RestaurantID)
	b.must(b.db.Tx(ctx, func(tx *store.Tx) error {
		d, err := tx.LeaseDelivery(ctx, r.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Intend(ctx, d); err != nil {
			return err
		}
		return what(ctx, tx, d)
	}))
	b.settle()
}

func asked(ctx context.Context, tx *store.Tx, d store.Delivery) error {
	return tx.Ask(ctx, d, "I could not find out whether this arrived. Please look at the chat on the phone.")
}

// settle fetches what Telegram has for us and works all jobs, until nothing is left that is due now.
func (b *bench) settle() {
	b.Helper()
	for range 50 {
		if !b.fetch() && !b.drain() {
			return
		}
	}
	b.Fatal("it never settles: something goes round in circles")
}

// fetch hands over what Telegram has; every update is told twice, as Telegram may.
func (b *bench) fetch() (any bool) {
	b.Helper()
	var answer struct {
		OK     bool
		Result []json.RawMessage
	}
	b.must(json.Unmarshal(b.call("getUpdates", fmt.Sprintf(`{"offset":%d}`, b.offset)), &answer))
	for _, body := range answer.Result {
		var u struct {
			ID int64 `json:"update_id"`
		}
		b.must(json.Unmarshal(body, &u))
		b.offset = u.ID + 1
		if b.deaf && strings.Contains(string(body), "forum_topic_created") {
			continue
		}
		b.receive(string(body))
		b.receive(string(body))
	}
	return len(answer.Result) > 0
}

func (b *bench) receive(body string) {
	b.Helper()
	b.must(b.bot.Receive(b.Context(), []byte(body)))
}

// call is a call of the bot's API, past our bot.
func (b *bench) call(method, body string) []byte {
	b.Helper()
	r := httptest.NewRequest(http.MethodPost, "/bot"+token+"/"+method, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	b.sim.Handler().ServeHTTP(w, r)
	out, err := io.ReadAll(w.Result().Body)
	b.must(err)
	return out
}

// drain works the jobs that are in the queue, and drops those of others.
func (b *bench) drain() (any bool) {
	b.Helper()
	type job struct {
		Kind string
		Args json.RawMessage
	}
	for _, j := range table[job](b, `WITH taken AS (DELETE FROM river_job RETURNING id, kind, args) SELECT kind, args FROM taken ORDER BY id`) {
		any = any || slices.Contains([]string{"handle_update", "show_approval", "send_notice", "show_alert"}, j.Kind)
		b.must(b.work(j.Kind, j.Args))
	}
	return any
}

func (b *bench) work(kind string, args []byte) error {
	switch kind {
	case "handle_update":
		return (&telegram.HandleWorker{Bot: b.bot}).Work(b.Context(), job[store.HandleUpdate](b, args))
	case "show_approval":
		return (&telegram.DrawWorker{Bot: b.bot}).Work(b.Context(), job[store.ShowApproval](b, args))
	case "send_notice":
		return (&telegram.TellWorker{Bot: b.bot}).Work(b.Context(), job[store.SendNotice](b, args))
	case "show_alert":
		return (&telegram.AlertWorker{Bot: b.bot}).Work(b.Context(), job[store.ShowAlert](b, args))
	}
	return nil
}

func job[T river.JobArgs](b *bench, args []byte) *river.Job[T] {
	b.Helper()
	j := &river.Job[T]{JobRow: &rivertype.JobRow{}}
	b.must(json.Unmarshal(args, &j.Args))
	return j
}

// pass lets time go by in steps, as the sweeper's clock does.
func (b *bench) pass(d time.Duration) {
	b.Helper()
	for until := b.clock.Now().Add(d); b.clock.Now().Before(until); {
		step := until.Sub(b.clock.Now())
		b.clock.Advance(max(min(step, time.Second), min(step-30*time.Second, 30*time.Second))) // seconds at the end
		_, err := b.db.Sweep(b.Context(), 8*time.Second, 45*time.Second)
		b.must(err)
		b.settle()
	}
}

// taps is a press on the newest card in a chat, and everything that follows at once.
func (b *bench) taps(who, chat int64, label string) (callback string) {
	b.Helper()
	return b.tapsOn(who, chat, b.newest(chat).ID, label)
}

func (b *bench) tapsOn(who, chat int64, message int, label string) (callback string) {
	b.Helper()
	callback, err := b.sim.Press(who, chat, message, label)
	b.must(err)
	b.settle()
	return callback
}

func (b *bench) says(who, chat int64, text string, replyTo int) {
	b.Helper()
	_, err := b.sim.Send(who, chat, text, replyTo)
	b.must(err)
	b.settle()
}

// cards are the cards that a phone shows in a chat, oldest first.
func (b *bench) cards(chat int64) (cards []sim.Message) {
	for _, m := range b.sim.Messages(chat) {
		if m.FromBot && strings.HasPrefix(m.Text, "💬") {
			cards = append(cards, m)
		}
	}
	return cards
}

func (b *bench) newest(chat int64) sim.Message {
	b.Helper()
	cards := b.cards(chat)
	if len(cards) == 0 {
		b.Fatalf("no card in chat %d", chat)
	}
	return cards[len(cards)-1]
}

// last is what the bot wrote last in a chat, other than cards.
func (b *bench) last(chat int64) sim.Message {
	b.Helper()
	all := b.told(chat)
	if len(all) == 0 {
		b.Fatalf("the bot said nothing in chat %d", chat)
	}
	return all[len(all)-1]
}

func (b *bench) told(chat int64) (said []sim.Message) {
	for _, m := range b.sim.Messages(chat) {
		if m.FromBot && !m.Service && !strings.HasPrefix(m.Text, "💬") {
			said = append(said, m)
		}
	}
	return said
}

func (b *bench) wantTold(chat int64, n int, words string) {
	b.Helper()
	said := b.told(chat)
	if len(said) != n || (n > 0 && !strings.Contains(said[n-1].Text, words)) {
		b.Errorf("the bot said %d things in chat %d, the last of them %q; want %d with %q", len(said), chat, lastText(said), n, words)
	}
}

func lastText(m []sim.Message) string {
	if len(m) == 0 {
		return ""
	}
	return m[len(m)-1].Text
}

func (b *bench) wantToast(who int64, words string) {
	b.Helper()
	toasts := b.sim.Toasts(who)
	if len(toasts) == 0 || !strings.Contains(toasts[len(toasts)-1].Text, words) {
		b.Errorf("toasts %+v, want %q", toasts, words)
	}
}

func (b *bench) wantCard(chat int64, words string) {
	b.Helper()
	if m := b.newest(chat); !strings.Contains(m.Text, words) {
		b.Errorf("the card says %q, want %q", m.Text, words)
	}
}

func labels(m sim.Message) (all []string) {
	for _, row := range m.Keyboard {
		for _, x := range row {
			all = append(all, x.Text)
		}
	}
	return all
}

func (b *bench) view(id store.ApprovalID) (v store.View) {
	b.Helper()
	b.desk(func(ctx context.Context, tx *store.Tx) (err error) { v, err = tx.View(ctx, id); return err })
	return v
}

func (b *bench) wantState(id store.ApprovalID, want string) {
	b.Helper()
	if v := b.view(id); v.State != want {
		b.Errorf("the approval is %s, want %s", v.State, want)
	}
}

// leaving are the texts that may leave, oldest first.
func (b *bench) leaving() []string {
	b.Helper()
	return column[string](b, `SELECT text FROM outbound ORDER BY id`)
}

func (b *bench) wantLeaving(want ...string) {
	b.Helper()
	if got := b.leaving(); fmt.Sprint(got) != fmt.Sprint(want) {
		b.Errorf("may leave: %q, want %q", got, want)
	}
}

func read(b *bench, f func(ctx context.Context, tx pgx.Tx) error, sql string) {
	b.Helper()
	ctx := context.Background()
	b.must(pgx.BeginFunc(ctx, b.db.Pool(), func(tx pgx.Tx) error {
		if !strings.Contains(sql, "river_job") {
			if _, err := tx.Exec(ctx, `SET LOCAL ROLE marketa_desk`); err != nil {
				return err
			}
		}
		return f(ctx, tx)
	}))
}

func table[T any](b *bench, sql string, args ...any) (out []T) {
	b.Helper()
	read(b, func(ctx context.Context, tx pgx.Tx) error {
		r, err := tx.Query(ctx, sql, args...)
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
	read(b, func(ctx context.Context, tx pgx.Tx) error {
		r, err := tx.Query(ctx, sql, args...)
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
