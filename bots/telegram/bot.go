package telegram

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/go-telegram/bot"

	"marketa/internal/files"
	"marketa/store"
)

// Config is what the package needs from outside.
type Config struct {
	DB            *store.DB
	BaseURL       string // https://api.telegram.org
	Token         string
	ApprovalsChat int64   // 0: cards go to every manager's private chat
	Owners        []int64 // whom the settings make owners at every start
	HTTP          *http.Client
	Listens       bool                    // there is an assistant that answers managers' plain words
	Effects       map[string]store.Effect // what managers confirm, by kind
	CRM           bool                    // there is one: tasks can be named
	Files         *files.Store            // what clients have sent; nil: cards come without it
	Log           *slog.Logger
}

// Bot is the managers' chat.
type Bot struct {
	db         *store.DB
	tg         *bot.Bot
	uploads    *bot.Bot // the same with more patience: for files
	files      *files.Store
	configured int64                  // the approvals chat as configured, 0 without one
	approvals  atomic.Int64           // what it is now: its id changes when Telegram makes a supergroup of it
	name       atomic.Pointer[string] // the bot's own username, once Telegram has told it
	namedAt    atomic.Int64           // when, in seconds
	owners     []int64                // whom the settings make owners
	secret     []byte                 // invites are made with it
	listens    bool
	crm        bool
	effects    map[string]store.Effect
	log        *slog.Logger
}

// callTimeout is well under a lease, so that nobody takes over while a call is under way.
const callTimeout = 6 * time.Second

// New makes the bot; it calls nobody.
func New(cfg Config) (*Bot, error) {
	client := cfg.HTTP
	if client == nil {
		client = &http.Client{Timeout: callTimeout}
	}
	b := &Bot{db: cfg.DB, files: cfg.Files, configured: cfg.ApprovalsChat, log: cfg.Log, owners: cfg.Owners, secret: []byte(cfg.Token), listens: cfg.Listens, crm: cfg.CRM, effects: cfg.Effects}
	b.approvals.Store(cfg.ApprovalsChat)
	if cfg.Token == "" {
		return b, nil
	}
	patient := *client
	patient.Timeout = uploadTimeout
	var err error
	if b.tg, err = newCaller(cfg, client); err != nil {
		return nil, err
	}
	b.uploads, err = newCaller(cfg, &patient)
	return b, err
}

func newCaller(cfg Config, client *http.Client) (*bot.Bot, error) {
	tg, err := bot.New(cfg.Token, bot.WithServerURL(strings.TrimRight(cfg.BaseURL, "/")), bot.WithSkipGetMe(), bot.WithHTTPClient(time.Minute, client),
		bot.WithNotAsyncHandlers(), bot.WithErrorsHandler(func(err error) { cfg.Log.Warn("telegram library", "error", scrub(err)) }))
	if err != nil {
		return nil, fmt.Errorf("telegram: %w", err)
	}
	return tg, nil
}
