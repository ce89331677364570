package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"marketa/agent"
	"marketa/agent/llm"
	"marketa/agent/llm/gemini"
	"marketa/agent/llm/openai"
	"marketa/bots/telegram"
	"marketa/bots/whatsapp"
	"marketa/bots/whatsapp/whapi"
	"marketa/internal/fault"
	"marketa/internal/files"
	"marketa/internal/rest"
	"marketa/internal/seal"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/connect"
	"marketa/tools/crm"
	"marketa/tools/crm/planfix"
	deskTools "marketa/tools/desk"
	choice "marketa/tools/images/choose"
	"marketa/tools/images/gallery"
	"marketa/tools/images/vertex"
	"marketa/tools/life"
	"marketa/tools/payments"
	"marketa/tools/payments/stripe"
	"marketa/tools/posts"
	"marketa/tools/profile"
	"marketa/tools/publish"
	"marketa/tools/publish/meta"
	"marketa/tools/team"
	"marketa/webhooks"
)

// App is the platform, built once from top to bottom in the order of dependency.
type App struct {
	cfg      Config
	log      *slog.Logger
	db       *store.DB
	meters   *meters // nil: METRICS_ADDR is empty
	files    *files.Store
	telegram *telegram.Bot
	whatsapp *whatsapp.Bot
	agent    *agent.Agent
	router   *llm.Router // nil: no model is configured
	posts    posts.Posts
	gallery  *gallery.Gallery
	keys     *seal.Keys // that clients' tokens are sealed with
	pictures publish.Pictures
	chooser  choice.Chooser // the picture for a post
	connect  *connect.Flow
	meta     *meta.Client
	stripe   *stripe.Client  // nil: no key
	planfix  *planfix.Client // nil: no CRM
	payments *payments.Payments
	vertex   *vertex.Client // nil: no project
	crm      *crm.CRM
	jobs     *river.Client[pgx.Tx]
	server   *http.Server

	Addr        string    // where it listens, once started
	MetricsAddr string    // the same for the figures
	Out         io.Writer // where the claim code is printed, if one is needed; nil: standard error
	started     bool
	stop        context.CancelFunc
	loops       sync.WaitGroup
}

// Role is which half of the work a process does.
type Role string

const (
	RoleAll    Role = "all"
	RoleWeb    Role = "web"
	RoleWorker Role = "worker"
)

// NewApp migrates, connects and wires; nothing runs yet. clock nil is the system's.
func NewApp(ctx context.Context, cfg Config, clock store.Clock, log *slog.Logger) (*App, error) {
	if err := store.Migrate(ctx, cfg.DatabaseURL); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return nil, err
	}
	if clock != nil {
		db.Clock = clock
	}
	db.Pace = cfg.Pace
	a := &App{cfg: cfg, log: log, db: db}
	if cfg.MetricsAddr != "" {
		a.meters = newMeters(db)
	}
	if err := a.wire(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return a, nil
}

func (a *App) wire(ctx context.Context) error {
	if super, err := a.db.SuperuserLogin(ctx); err != nil {
		return err
	} else if super {
		a.log.Warn("DATABASE_URL names a superuser; Marketa takes plain roles for all its work, but a plain login that owns the database is safer")
	}
	if err := a.db.System(ctx, store.Desk, func(tx *store.Tx) error { return tx.MakeOwners(ctx, a.cfg.TelegramOwners) }); err != nil {
		return err
	}
	var err error
	if a.files, err = files.Open(ctx, a.cfg.MediaURL); err != nil {
		return err
	}
	if a.keys, err = seal.Open(a.cfg.KeysetURI, a.cfg.DataDir); err != nil {
		return err
	}
	a.pictures = publish.Pictures{DB: a.db, Files: a.files, PublicURL: a.cfg.PublicURL}
	a.vendors()
	a.payments = a.newPayments()
	a.connect = a.newConnect()
	if err = a.space(); err != nil {
		return err
	}
	if a.agent, err = a.newAgent(); err != nil {
		return err
	}
	if a.telegram, err = telegram.New(telegram.Config{DB: a.db, BaseURL: a.cfg.TelegramBaseURL, Token: a.cfg.TelegramBotToken,
		ApprovalsChat: a.cfg.TelegramApprovalsChat, Files: a.files, Owners: a.cfg.TelegramOwners, Listens: a.agent.HasModel(), Effects: a.effects(), CRM: a.planfix != nil, Log: a.log}); err != nil {
		return err
	}
	a.whatsapp = &whatsapp.Bot{DB: a.db, Channels: a.channels(), Files: a.files, Links: a.links(), Log: a.log}
	if a.jobs, err = a.newJobs(); err != nil {
		return err
	}
	a.server = &http.Server{Handler: a.routes(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute}
	return nil
}

// vendors makes the clients; none of them calls anybody yet.
func (a *App) vendors() {
	a.meta = meta.New(meta.Config{GraphURL: a.cfg.MetaGraphBaseURL, DialogURL: a.cfg.MetaDialogBaseURL, RuploadURL: a.cfg.MetaRuploadBaseURL,
		AppID: a.cfg.MetaAppID, AppSecret: meta.Secret(a.cfg.MetaAppSecret), Version: a.cfg.MetaAPIVersion, HTTP: a.meters.client("meta", time.Minute)})
	if a.cfg.StripeAPIKey != "" {
		a.stripe = stripe.New(stripe.Config{BaseURL: a.cfg.StripeBaseURL, Key: a.cfg.StripeAPIKey, Now: a.now, HTTP: a.meters.client("stripe", 40*time.Second)})
	}
	a.crm = a.newCRM()
}

// space makes the client of the model that knows what is alike in meaning, where one is configured.
func (a *App) space() (err error) {
	if a.cfg.VertexProject != "" {
		a.vertex, err = vertex.New(vertex.Config{BaseURL: a.cfg.VertexBaseURL, Project: a.cfg.VertexProject, Location: a.cfg.VertexLocation, Credentials: a.cfg.GoogleCredentials,
			HTTP: a.meters.client("vertex", time.Minute)})
	}
	return err
}

// now is the platform's clock, which the doctor has not.
func (a *App) now() time.Time {
	if a.db == nil {
		return time.Now()
	}
	return a.db.Clock.Now()
}

// effects are what managers ask for in plain language and confirm with a tap, by the kind of the proposal.
func (a *App) effects() map[string]store.Effect {
	all := withPictures(deskTools.Effects())
	all[profile.Change] = profile.Confirmed
	maps.Copy(all, crm.Effects())
	maps.Copy(all, a.payments.Effects())
	return all
}

// begins are what managers ask for and what ends in a card of its own.
func (a *App) begins() map[string]store.Effect {
	return map[string]store.Effect{posts.Write: posts.Begin}
}

func (a *App) channels() map[store.Channel]*whapi.Client {
	out := map[store.Channel]*whapi.Client{}
	for _, c := range a.cfg.WhapiChannels {
		out[c.Channel] = whapi.New(whapi.Config{BaseURL: a.cfg.WhapiBaseURL, Token: c.Token, HTTP: a.meters.client("whatsapp", 2*time.Minute)})
	}
	return out
}

// links fetches addresses that came in messages: from the public internet only, but for a vendor that is simulated on this machine.
func (a *App) links() *http.Client {
	base, err := url.Parse(a.cfg.WhapiBaseURL)
	here := err == nil && net.ParseIP(base.Hostname()).IsLoopback()
	return rest.SafeClient(rest.Options{AllowLoopback: a.cfg.Development || here, Timeout: 5 * time.Minute})
}

func (a *App) newAgent() (*agent.Agent, error) {
	prompts, err := stages.Load()
	if err != nil {
		return nil, err
	}
	if a.router, err = newRouter(a.cfg, a.db, a.meters, a.log); err != nil {
		return nil, err
	}
	registry, err := tools.NewRegistry(slices.Concat(profile.Profile{DB: a.db}.Tools(), profile.Profile{DB: a.db}.ForManagers(), team.Tools(), life.Life{DB: a.db}.Tools(), deskTools.Desk{DB: a.db}.Tools(), a.payments.Tools(), crmTools(a.db, a.crm), a.photoTools(prompts),
		a.postTools(prompts), a.connect.Tools())...)
	if err != nil {
		return nil, err
	}
	a.gallery = &gallery.Gallery{DB: a.db, Files: a.files, Router: a.router, Prompts: prompts, Log: a.log}
	if a.vertex != nil {
		a.gallery.Space = a.vertex
	}
	return agent.New(agent.Config{DB: a.db, Router: a.router, Prompts: prompts, Registry: registry, Files: a.files,
		Apply: pictureAppliers(map[string]agent.Applier{profile.Change: profile.Apply, life.Step: life.Apply, posts.Propose: posts.Apply, connect.Kind: a.connect.Sent}), Attach: a.attachers(), Effects: a.effects(), Begins: a.begins(),
		Window: a.cfg.BurstWindow, Cap: a.cfg.BurstCap, Log: a.log})
}

// newRouter makes the routes: Gemini first, OpenAI behind it for replies; the small model first for triage. nil when no
// model is configured.
func newRouter(cfg Config, db *store.DB, m *meters, log *slog.Logger) (*llm.Router, error) {
	var reply, triage, transcribe []llm.Hop
	slowEar := llm.Timeouts{FirstByte: time.Minute, Idle: 30 * time.Second, Total: 2 * time.Minute} // a long voice note is listened to before the first word
	if cfg.GeminiAPIKey != "" {
		client, err := gemini.New(gemini.Config{BaseURL: cfg.GeminiBaseURL, Key: cfg.GeminiAPIKey, Model: cfg.GeminiModel})
		if err != nil {
			return nil, err
		}
		reply = append(reply, llm.Hop{Model: cfg.GeminiModel, Client: client})
		triage = append(triage, llm.Hop{Model: cfg.GeminiModel, Client: client})
		transcribe = append(transcribe, llm.Hop{Model: cfg.GeminiModel, Client: client, Timeouts: slowEar})
	}
	if cfg.OpenAIBaseURL != "" {
		client, err := openai.New(openai.Config{BaseURL: cfg.OpenAIBaseURL, Key: cfg.OpenAIAPIKey, Model: cfg.OpenAIModel})
		if err != nil {
			return nil, err
		}
		small := cfg.TriageModel
		if small == "" || cfg.OpenAIModel != presetOf("OPENAI_MODEL") {
			small = cfg.OpenAIModel // another server has models of its own
		}
		reply = append(reply, llm.Hop{Model: cfg.OpenAIModel, Client: client, Timeouts: patience(cfg)})
		ear, err := openai.NewTranscriber(openai.Config{BaseURL: cfg.OpenAIBaseURL, Key: cfg.OpenAIAPIKey, Model: cfg.TranscribeModel})
		if err != nil {
			return nil, err
		}
		transcribe = append(transcribe, llm.Hop{Model: cfg.TranscribeModel, Client: ear, Timeouts: slowEar})
		triage = append([]llm.Hop{{Model: small, Client: client, Timeouts: patience(cfg)}}, triage...)
	}
	if len(reply) == 0 {
		log.Warn("no language model is configured: every message becomes a card without a draft (set GEMINI_API_KEY, OPENAI_API_KEY or OPENAI_BASE_URL)")
		return nil, nil
	}
	look := slices.Clone(reply) // the same, with the small model of a vendor that has one
	if small := triage[0]; cfg.OpenAIBaseURL != "" {
		look = append([]llm.Hop{small}, look...)
	}
	routes := map[llm.Task][]llm.Hop{
		llm.Reply:      reply,
		llm.Triage:     triage,
		llm.Translate:  triage,
		llm.Desk:       reply,
		llm.Transcribe: transcribe,
		llm.Look:       look,
		llm.Rules:      look,
		llm.Choose:     look,
		llm.Caption:    reply,
	}
	return llm.NewRouter(llm.Config{Routes: routes, Book: m.model(agent.Books(db, log)), Clock: db.Clock, Log: log,
		Timeouts: llm.Timeouts{FirstByte: 15 * time.Second, Idle: 20 * time.Second, Total: 90 * time.Second}})
}

// patience is longer for a server of the operator's own: a model on a desk may think for a minute before its first word.
func patience(cfg Config) llm.Timeouts {
	if cfg.OpenAIBaseURL == presetOf("OPENAI_BASE_URL") {
		return llm.Timeouts{}
	}
	return llm.Timeouts{FirstByte: time.Minute, Idle: 30 * time.Second, Total: 3 * time.Minute}
}

func presetOf(name string) string {
	for _, s := range settings() {
		if s.name == name {
			return s.preset
		}
	}
	return ""
}

// newJobs binds every job of store/jobs.go to its worker.
func (a *App) newJobs() (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	river.AddWorker(workers, &agent.TurnWorker{Agent: a.agent})
	river.AddWorker(workers, &agent.ApplyWorker{Agent: a.agent})
	river.AddWorker(workers, &agent.ListenWorker{Agent: a.agent})
	river.AddWorker(workers, &agent.DeskWorker{Agent: a.agent})
	river.AddWorker(workers, &agent.WordingWorker{Agent: a.agent})
	river.AddWorker(workers, &whatsapp.DeliverWorker{Bot: a.whatsapp})
	river.AddWorker(workers, &whatsapp.LookWorker{Bot: a.whatsapp})
	river.AddWorker(workers, &whatsapp.FetchWorker{Bot: a.whatsapp})
	river.AddWorker(workers, &telegram.HandleWorker{Bot: a.telegram})
	river.AddWorker(workers, &telegram.DrawWorker{Bot: a.telegram})
	river.AddWorker(workers, &telegram.TellWorker{Bot: a.telegram})
	river.AddWorker(workers, &telegram.FilesWorker{Bot: a.telegram})
	river.AddWorker(workers, &telegram.GiftWorker{Bot: a.telegram})
	river.AddWorker(workers, &telegram.AlertWorker{Bot: a.telegram})
	river.AddWorker(workers, &ChoreWorker{App: a})
	river.AddWorker(workers, &gallery.LookWorker{Gallery: a.gallery})
	river.AddWorker(workers, &telegram.AnswerWorker{Bot: a.telegram})
	river.AddWorker(workers, &telegram.RemindWorker{Bot: a.telegram})
	a.addPaymentWorkers(workers)
	river.AddWorker(workers, &crm.OutboxWorker{CRM: a.crm})
	river.AddWorker(workers, &crm.ReadWorker{CRM: a.crm})
	publisher := &publish.Publisher{DB: a.db, Meta: a.meta, Keys: a.keys, Pictures: a.pictures, Log: a.log}
	river.AddWorker(workers, &publish.Worker{Publisher: publisher})
	river.AddWorker(workers, &publish.NewsWorker{Publisher: publisher})
	river.AddWorker(workers, &posts.Worker{Posts: a.posts})
	river.AddWorker(workers, &telegram.PostWorker{Bot: a.telegram})
	river.AddWorker(workers, &life.Worker{DB: a.db})
	var middleware []rivertype.Middleware
	if a.meters != nil {
		middleware = append(middleware, &meteredJobs{jobs: a.meters.jobs})
	}
	jobs, err := river.NewClient(riverpgxv5.New(a.db.Pool()), &river.Config{
		Middleware: middleware,
		Queues: map[string]river.QueueConfig{
			store.QueueTurns:      {MaxWorkers: 200}, // most of them wait for a burst to end
			store.QueueDeliveries: {MaxWorkers: 10},
			store.QueueTelegram:   {MaxWorkers: 6},
			store.QueueUpdates:    {MaxWorkers: 4},
			store.QueueMedia:      {MaxWorkers: 4},
			store.QueuePhotos:     {MaxWorkers: 2},
			store.QueueChores:     {MaxWorkers: 4},
			store.QueueBilling:    {MaxWorkers: 4},
			store.QueueCRM:        {MaxWorkers: 3}, // one request a second for all
		},
		Workers: workers, FetchCooldown: 50 * time.Millisecond, RescueStuckJobsAfter: 10 * time.Minute, Logger: quiet(a.log),
	})
	if err != nil {
		return nil, fmt.Errorf("app: jobs: %w", err)
	}
	return jobs, nil
}

func (a *App) routes() http.Handler {
	var channels []store.Channel
	for _, c := range a.cfg.WhapiChannels {
		channels = append(channels, c.Channel)
	}
	clients, hooks := a.connectPages()
	return webhooks.Routes(webhooks.Config{WhatsApp: a.whatsapp, Channels: channels, WhapiToken: a.cfg.WhapiWebhookToken,
		Stripe: a.payments, Checkout: a.checkout(),
		Telegram: a.telegram, TelegramSecret: a.cfg.TelegramWebhookSecret, Pictures: a.pictures, CRM: a.crm, CRMToken: a.cfg.CRMToken, Ready: a.ready, Log: a.log, Observe: a.meters.webhook,
		Connect: clients, Meta: hooks, MetaVerify: a.cfg.MetaVerifyToken, PublicURL: a.cfg.PublicURL})
}

// ready: the database answers and is migrated, and the workers run. Vendors do not count.
func (a *App) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	if !a.started {
		return errors.New("not started")
	}
	migrated, err := a.db.Migrated(ctx)
	if err == nil && !migrated {
		err = errors.New("migrations are pending")
	}
	return err
}

// Start listens and works, as far as the role says, until Stop.
func (a *App) Start(ctx context.Context, role Role) error {
	ctx, a.stop = context.WithCancel(context.WithoutCancel(ctx))
	if role != RoleWeb {
		if err := a.jobs.Start(ctx); err != nil {
			return fmt.Errorf("app: start workers: %w", err)
		}
		if err := a.planChores(ctx); err != nil {
			return err
		}
		a.loops.Go(func() { a.sweep(ctx) })
		a.loops.Go(func() { a.introduce(ctx) })
		a.loops.Go(func() { a.whatsapp.Know(ctx) })
		a.loops.Go(func() { a.telegram.LookAgain(ctx) })
	}
	if a.meters != nil {
		if err := a.serveMetrics(ctx); err != nil {
			a.stop()
			return fault.Wrap(err, fault.Conflict, "Something else listens on %s already. Set METRICS_ADDR to another address.", a.cfg.MetricsAddr)
		}
	}
	listener, err := net.Listen("tcp", a.cfg.ListenAddr)
	if err != nil {
		a.stop()
		return fault.Wrap(err, fault.Conflict, "Something else listens on %s already. Stop it, or set LISTEN_ADDR to another address.", a.cfg.ListenAddr)
	}
	a.Addr, a.started = listener.Addr().String(), true
	a.loops.Go(func() { _ = a.server.Serve(listener) })
	if role == RoleWeb {
		return nil
	}
	return a.announceClaim(ctx, cmp.Or[io.Writer](a.Out, os.Stderr))
}

const sweepEvery = time.Second

// sweep resumes what a crash has left behind.
func (a *App) sweep(ctx context.Context) {
	for {
		if _, err := a.db.Sweep(ctx, a.cfg.BurstWindow, a.cfg.BurstCap); err != nil && ctx.Err() == nil {
			a.log.Error("sweep failed", "error", err)
		}
		if a.db.Clock.Wait(ctx, a.db.Clock.Now().Add(sweepEvery)) != nil {
			return
		}
	}
}

// Stop takes no new work, lets what is under way finish, and gives up after the context's end: everything is a row, so the
// next start goes on.
func (a *App) Stop(ctx context.Context) error {
	a.started = false
	err := a.server.Shutdown(ctx)
	if a.jobs != nil {
		a.agent.Drain()
		soft, cancel := context.WithTimeout(ctx, drainTime)
		defer cancel()
		if stopErr := a.jobs.Stop(soft); stopErr != nil {
			hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			_ = a.jobs.StopAndCancel(hard)
		}
	}
	if a.stop != nil {
		a.stop()
	}
	a.loops.Wait()
	_ = a.files.Close()
	a.db.Close()
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// drainTime is how long work that is under way may finish.
const drainTime = 3 * time.Second
