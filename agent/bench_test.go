package agent_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"marketa/agent"
	"marketa/agent/llm"
	geminiwire "marketa/agent/llm/gemini"
	openaiwire "marketa/agent/llm/openai"
	"marketa/sandbox/actor"
	"marketa/sandbox/gemini"
	"marketa/sandbox/openai"
	"marketa/sandbox/wire"
	"marketa/stages"
	"marketa/store"
	"marketa/store/storetest"
	"marketa/tools"
	"marketa/tools/desk"
	"marketa/tools/life"
	"marketa/tools/profile"
	"marketa/tools/team"
	"marketa/tools/toolstest"
)

const (
	geminiModel = "gemini-3.1-pro-preview"
	openaiModel = "gpt-5.2"
	window      = 8 * time.Second
	burstCap    = 45 * time.Second
	manager     = 1001 // a Telegram id
)

// bench is an agent on a database of its own, with two simulated vendors behind the real router and adapters.
type bench struct {
	t      testing.TB
	ctx    context.Context
	url    string
	db     *store.DB
	root   *pgxpool.Pool // sees everything
	clock  *clock
	gemini *gemini.Sim
	openai *openai.Sim
	agent  *agent.Agent
	logs   *diary
}

// setup changes what a bench is made of.
type setup func(*parts)

type parts struct {
	url      string // of the database, where the way to it is special
	window   time.Duration
	noModel  bool
	fallback bool // OpenAI behind Gemini
	onlyOpen bool // OpenAI alone
	tools    []tools.Tool
	apply    map[string]agent.Applier
	around   func(http.Handler) http.Handler // stands before the model
}

func newBench(t testing.TB, changes ...setup) *bench {
	t.Helper()
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	b := &bench{t: t, ctx: t.Context(), logs: &diary{}, clock: &clock{Clock: wire.Simulated(time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC))}}
	p := parts{window: window, apply: map[string]agent.Applier{profile.Change: profile.Apply, life.Step: life.Apply}}
	b.url = storetest.URL(t)
	b.root, p.url = b.superuser(), b.url
	for _, change := range changes {
		change(&p)
	}
	b.db = b.open(p.url)
	b.must(b.db.System(b.ctx, store.Desk, func(tx *store.Tx) error { return tx.MakeOwners(b.ctx, []int64{manager}) }))
	b.agent = b.newAgent(p)
	return b
}

func (b *bench) open(url string) *store.DB {
	b.t.Helper()
	db, err := store.Open(context.Background(), url)
	b.must(err)
	b.t.Cleanup(db.Close)
	db.Clock = b.clock
	return db
}

// superuser passes by the rights and policies of the roles.
func (b *bench) superuser() *pgxpool.Pool {
	b.t.Helper()
	here, err := pgxpool.ParseConfig(b.url)
	b.must(err)
	cfg, err := pgxpool.ParseConfig(storetest.Cluster(b.t))
	b.must(err)
	cfg.ConnConfig.Database, cfg.MaxConns = here.ConnConfig.Database, 2
	pool, err := pgxpool.NewWithConfig(context.Background(), cfg)
	b.must(err)
	b.t.Cleanup(pool.Close)
	return pool
}

func (b *bench) newAgent(p parts) *agent.Agent {
	b.t.Helper()
	prompts, err := stages.Load()
	b.must(err)
	if p.tools == nil {
		p.tools = slices.Concat(profile.Profile{DB: b.db}.Tools(), profile.Profile{DB: b.db}.ForManagers(), team.Tools(), life.Life{DB: b.db}.Tools(), desk.Desk{DB: b.db}.Tools())
	}
	registry, err := tools.NewRegistry(toolstest.WithInert(p.tools...)...)
	b.must(err)
	log := slog.New(slog.NewJSONHandler(b.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := agent.Config{DB: b.db, Prompts: prompts, Registry: registry, Apply: p.apply, Effects: effects(), Window: p.window, Cap: burstCap, Log: log}
	if !p.noModel {
		cfg.Router = b.router(p, log)
	}
	a, err := agent.New(cfg)
	b.must(err)
	return a
}

func (b *bench) router(p parts, log *slog.Logger) *llm.Router {
	b.t.Helper()
	serve := func(h http.Handler) string {
		if p.around != nil {
			h = p.around(h)
		}
		server := httptest.NewServer(h)
		b.t.Cleanup(server.Close)
		return server.URL
	}
	b.gemini = gemini.New(gemini.Config{Clock: b.clock.Clock, Key: "the-gemini-key", Mind: mind(nil)})
	b.openai = openai.New(openai.Config{Clock: b.clock.Clock, Key: "the-openai-key", Mind: mind(nil), ResponsesAPI: true})
	first, err := geminiwire.New(geminiwire.Config{BaseURL: serve(b.gemini.Handler()), Key: "the-gemini-key", Now: b.clock.Clock.Now})
	b.must(err)
	second, err := openaiwire.New(openaiwire.Config{BaseURL: serve(b.openai.Handler()) + "/v1", Key: "the-openai-key", Now: b.clock.Clock.Now})
	b.must(err)
	hops := []llm.Hop{{Model: geminiModel, Client: first}}
	switch {
	case p.onlyOpen:
		hops = []llm.Hop{{Model: openaiModel, Client: second}}
	case p.fallback:
		hops = append(hops, llm.Hop{Model: openaiModel, Client: second})
	}
	router, err := llm.NewRouter(llm.Config{Routes: map[llm.Task][]llm.Hop{llm.Reply: hops, llm.Triage: hops, llm.Desk: hops}, Book: agent.Books(b.db, log),
		Clock: b.clock.Clock, Log: log, MaxWait: time.Nanosecond, Failures: 1000})
	b.must(err)
	return router
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// think sets what both models say to everything but triage, which they answer with yes.
func (b *bench) think(m mind) {
	b.gemini.SetMind(m)
	b.openai.SetMind(m)
}

// mind answers; nil says a fixed sentence.
type mind func(actor.Request) actor.Reply

const fixedReply = "Grazie, ci pensiamo noi!"

func (m mind) Answer(r actor.Request) actor.Reply {
	switch {
	case len(r.Schema) > 0:
		return actor.Reply{Text: `{"answer": true, "why": "asks something"}`}
	case m == nil:
		return actor.Reply{Text: fixedReply}
	}
	return m(r)
}

// says is a mind with one sentence.
func says(text string) mind {
	return func(actor.Request) actor.Reply { return actor.Reply{Text: text} }
}

// raw answers triage too.
type raw func(actor.Request) actor.Reply

func (m raw) Answer(r actor.Request) actor.Reply { return m(r) }

// script makes one answer after the other, each with its calls, and then speaks.
func script(text string, rounds ...[]actor.Call) mind {
	return func(r actor.Request) actor.Reply {
		if n := roundsOf(r); n < len(rounds) {
			return actor.Reply{Calls: rounds[n]}
		}
		return actor.Reply{Text: text}
	}
}

// roundsOf is how often tools have been called in this request.
func roundsOf(r actor.Request) (n int) {
	for _, t := range r.Turns {
		if len(t.Results) > 0 {
			n++
		}
	}
	return n
}

func call(name, args string) actor.Call { return actor.Call{Name: name, Args: json.RawMessage(args)} }

// chat is one client's conversation.
type chat struct {
	*bench
	name, phone string
	id          store.ChatID
	restaurant  store.RestaurantID
	n           int
}

func (b *bench) chat(name, phone string) *chat { return &chat{bench: b, name: name, phone: phone} }

// anna is the usual client.
func (b *bench) anna() *chat { return b.chat("Anna", "393331234567") }

// writes brings a message in, as a webhook does.
func (c *chat) writes(text string) {
	c.t.Helper()
	c.n++
	c.event(store.Inbound{Op: store.OpMessage, Author: store.Client, Sender: c.phone, SenderName: c.name, VendorID: c.messageID(c.n), Kind: "text", Body: text})
}

func (c *chat) messageID(n int) store.VendorMessageID {
	return store.VendorMessageID(fmt.Sprintf("m-%s-%d", c.phone, n))
}

func (c *chat) event(e store.Inbound) {
	c.t.Helper()
	e.Channel, e.Chat, e.ChatKind, e.Title, e.SentAt = "marketa", store.VendorChatID(c.phone+"@s.whatsapp.net"), "direct", c.name, c.clock.Clock.Now()
	c.must(c.db.Ingest(c.ctx, store.Webhook{Source: "whapi/marketa/bot", Body: []byte("{}"), Readable: true, Events: []store.Inbound{e}}))
	if c.id.IsZero() {
		c.must(c.root.QueryRow(c.ctx, `SELECT id, restaurant_id FROM chats WHERE vendor_chat_id = $1`, string(e.Chat)).Scan(&c.id, &c.restaurant))
	}
}

// works runs the chat's job once.
func (c *chat) works() { c.t.Helper(); c.worksIn(c.ctx) }

func (c *chat) worksIn(ctx context.Context) {
	c.t.Helper()
	c.must((&agent.TurnWorker{Agent: c.agent}).Work(ctx, &river.Job[store.RunTurn]{JobRow: &rivertype.JobRow{}, Args: store.RunTurn{Restaurant: c.restaurant, Chat: c.id}}))
}

// asks is a message, and the turn that it leads to once its burst is over.
func (c *chat) asks(text string) {
	c.t.Helper()
	c.writes(text)
	c.clock.Advance(window)
	c.works()
}

func (c *chat) tenant() context.Context { return store.WithRestaurant(c.ctx, c.restaurant) }

// knows notes facts about the restaurant.
func (c *chat) knows(pairs ...string) {
	c.t.Helper()
	c.must(c.db.Tx(c.tenant(), func(tx *store.Tx) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := tx.NoteFact(c.ctx, store.Fact{Field: pairs[i], Value: pairs[i+1], Source: "seed"}); err != nil {
				return err
			}
		}
		return nil
	}))
}

// card is the chat's newest approval as managers see it.
func (c *chat) card() store.View {
	c.t.Helper()
	var id store.ApprovalID
	err := c.root.QueryRow(c.ctx, `SELECT id FROM approvals WHERE chat_id = $1 ORDER BY created_at DESC, id DESC LIMIT 1`, c.id).Scan(&id)
	if err != nil {
		c.t.Fatalf("no card: %v\n%s", err, c.logs)
	}
	return c.view(id)
}

func (b *bench) view(id store.ApprovalID) (v store.View) {
	b.t.Helper()
	b.must(b.db.System(b.ctx, store.Desk, func(tx *store.Tx) (err error) { v, err = tx.View(b.ctx, id); return err }))
	return v
}

// press is a manager's decision about the newest card.
func (c *chat) press(action store.Action, text string) store.Decision {
	c.t.Helper()
	v := c.card()
	p := store.Press{Approval: v.Approval, Action: action, TelegramID: manager, Text: text, PolicyVersion: policyVersion(v)}
	if action == store.Send {
		p.Hash = v.TextHash
	}
	var d store.Decision
	c.must(c.db.System(c.ctx, store.Desk, func(tx *store.Tx) (err error) { d, err = tx.Decide(c.ctx, p); return err }))
	if d.Outcome != "ok" {
		c.t.Fatalf("%s: %+v", action, d)
	}
	return d
}

func policyVersion(v store.View) string {
	p, _ := stages.PolicyFor(stages.Stage(v.Stage))
	return p.Version()
}

func (b *bench) count(sql string, args ...any) (n int) {
	b.t.Helper()
	b.must(b.root.QueryRow(b.ctx, "SELECT count(*) FROM "+sql, args...).Scan(&n))
	return n
}

func (b *bench) text(sql string, args ...any) (s string) {
	b.t.Helper()
	b.must(b.root.QueryRow(b.ctx, sql, args...).Scan(&s))
	return s
}

func (b *bench) exec(sql string, args ...any) {
	b.t.Helper()
	_, err := b.root.Exec(b.ctx, sql, args...)
	b.must(err)
}

// statuses are those of the chat's turns, in their order.
func (c *chat) statuses() string {
	c.t.Helper()
	return c.text(`SELECT coalesce(string_agg(status, ' ' ORDER BY started_at, id), '') FROM turns WHERE chat_id = $1`, c.id)
}

func (c *chat) busy() bool {
	c.t.Helper()
	return c.count(`chats WHERE id = $1 AND busy_since IS NOT NULL`, c.id) > 0
}

// nothingLeft: whatever a model did, nothing is on its way to anybody, and nothing is decided.
func (b *bench) nothingLeft() {
	b.t.Helper()
	if n := b.count(`outbound`) + b.count(`deliveries`); n != 0 {
		b.t.Errorf("%d rows are on their way out", n)
	}
	if n := b.count(`approvals WHERE state NOT IN ('pending', 'superseded') OR decided_by IS NOT NULL`); n != 0 {
		b.t.Errorf("%d approvals are decided and nobody pressed", n)
	}
	if n := b.count(`facts WHERE source <> 'seed'`) + b.count(`stage_events`) + b.count(`audit`); n != 0 {
		b.t.Errorf("%d changes that nobody released", n)
	}
	if n := b.count(`river_job WHERE kind IN ('deliver', 'apply_proposals')`); n != 0 {
		b.t.Errorf("%d jobs that only a decision makes", n)
	}
}

// asked are the requests that reached the models, without those of triage.
func (b *bench) asked() (n int) { return len(b.prompts(false)) }

func (b *bench) triaged() int { return len(b.prompts(true)) }

func (b *bench) prompts(triage bool) (out []string) {
	for _, p := range b.allPrompts() {
		if strings.Contains(p, "You sort the incoming messages") == triage {
			out = append(out, p)
		}
	}
	return out
}

func (b *bench) allPrompts() (out []string) {
	for _, c := range b.gemini.Calls() {
		out = append(out, string(c.Prompt))
	}
	for _, c := range b.openai.Calls() {
		out = append(out, string(c.Prompt))
	}
	return out
}

// clock tells when somebody waits on it, and can do something the moment somebody looks at it.
type clock struct {
	*wire.Clock
	mu     sync.Mutex
	waits  chan time.Time
	looked func()
}

func (c *clock) Wait(ctx context.Context, until time.Time) error {
	c.mu.Lock()
	waits := c.waits
	c.mu.Unlock()
	if waits != nil {
		waits <- until
	}
	return c.Clock.Wait(ctx, until)
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	looked := c.looked
	c.mu.Unlock()
	now := c.Clock.Now()
	if looked != nil {
		looked()
	}
	return now
}

// onLook runs f at the nth look from here on, once.
func (c *clock) onLook(n int, f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.looked = func() {
		c.mu.Lock()
		n--
		mine := n == 0
		if mine {
			c.looked = nil
		}
		c.mu.Unlock()
		if mine {
			f()
		}
	}
}

// diary keeps what is logged.
type diary struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.buf.Write(p)
}

func (d *diary) String() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.buf.String()
}

var callID = regexp.MustCompile(`call_[0-9a-f]{24}`)

// calledAlways makes a vendor that gives every call the same name, as servers do that count from zero in every answer.
// Only for one call per answer.
func calledAlways(name string) func(http.Handler) http.Handler {
	return func(vendor http.Handler) http.Handler {
		var mu sync.Mutex
		var own []string // the vendor's names, in their order
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			body, _ := io.ReadAll(r.Body)
			nth := 0
			body = regexp.MustCompile(`"call_id":"`+name+`"`).ReplaceAllFunc(body, func([]byte) []byte {
				id := own[nth/2] // each stands in the call and in its answer
				nth++
				return []byte(`"call_id":"` + id + `"`)
			})
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			answer := httptest.NewRecorder()
			vendor.ServeHTTP(answer, r)
			if id := callID.Find(answer.Body.Bytes()); id != nil {
				own = append(own, string(id))
			}
			for k, v := range answer.Header() {
				w.Header()[k] = v
			}
			w.Header().Del("Content-Length")
			w.WriteHeader(answer.Code)
			_, _ = w.Write(callID.ReplaceAll(answer.Body.Bytes(), []byte(name)))
		})
	}
}

// effects are what a manager's tap carries out.
func effects() map[string]store.Effect {
	all := desk.Effects()
	all[profile.Change] = profile.Confirmed
	return all
}
