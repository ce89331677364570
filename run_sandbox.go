package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/internal/fault"
	"marketa/sandbox"
	"marketa/sandbox/console"
	"marketa/sandbox/wire"
	"marketa/store"
)

// runSandbox is the whole platform against simulated vendors, until the context ends. Simulators remember nothing, so each
// start begins with an empty database of its own.
func runSandbox(ctx context.Context, cfg Config, ownAddr, ownConsole bool, out, errOut io.Writer) error {
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	say("Marketa sandbox: starting")
	return withDatabase(ctx, cfg, errOut, func(cfg Config) error {
		say("  database ready")
		fresh, err := freshDatabase(ctx, cfg.DatabaseURL)
		if err != nil {
			return err
		}
		cfg.DatabaseURL = fresh
		world, err := sandbox.Start(sandbox.Config{Seed: uint64(time.Now().UnixNano())})
		if err != nil {
			return err
		}
		defer func() { _ = world.Close() }()
		say("  simulated WhatsApp, Telegram and models ready")
		real := cfg.GeminiAPIKey != "" || cfg.OpenAIBaseURL != ""
		cfg = cfg.against(world)
		if cfg.ListenAddr, err = freeAddr(cfg.ListenAddr, ownAddr); err != nil {
			return err
		}
		return runAgainst(ctx, cfg, world, real, ownConsole, say)
	})
}

func runAgainst(ctx context.Context, cfg Config, world *sandbox.World, real, ownConsole bool, say func(string, ...any)) error {
	log, closeLog, err := sandboxLog(cfg.DataDir)
	if err != nil {
		return err
	}
	defer closeLog()
	app, err := NewApp(ctx, cfg, world.Clock, log)
	if err != nil {
		return err
	}
	if err := app.Start(ctx, RoleAll); err != nil {
		return errors.Join(err, stopApp(app))
	}
	world.Hook("http://" + app.Addr)
	say("  platform ready on %s", app.Addr)
	page, address, err := serveConsole(cfg, world, real, ownConsole)
	if err != nil {
		return errors.Join(err, stopApp(app))
	}
	say("Open %s   (Ctrl-C stops everything)", address)
	<-ctx.Done()
	say("stopping")
	page()
	return stopApp(app)
}

// against points the platform at the simulated vendors; models that the environment names stay real.
func (c Config) against(w *sandbox.World) Config {
	real := c.GeminiAPIKey != "" || c.OpenAIBaseURL != ""
	c.WhapiBaseURL, c.WhapiWebhookToken, c.WhapiChannels = w.WhapiURL, w.WhapiHookToken, nil
	for _, name := range []string{"marketa", "company"} {
		c.WhapiChannels = append(c.WhapiChannels, ChannelToken{store.Channel(name), w.WhapiTokens[name]})
	}
	c.TelegramBaseURL, c.TelegramBotToken, c.TelegramWebhookSecret = w.TelegramURL, w.TelegramToken, w.TelegramSecret
	c.TelegramOwners, c.TelegramApprovalsChat = []int64{sandbox.ManagerA, sandbox.ManagerB}, sandbox.Approvals
	if c.Unclaimed {
		c.TelegramOwners = nil
	}
	if !real {
		c.GeminiBaseURL, c.GeminiAPIKey = w.GeminiURL, w.GeminiKey
		c.OpenAIBaseURL, c.OpenAIAPIKey = w.OpenAIURL, w.OpenAIKey
	}
	return c
}

// freshDatabase makes the sandbox's own database anew, beside the one that the URL names, which is not touched.
func freshDatabase(ctx context.Context, base string) (string, error) {
	const name = "marketa_sandbox"
	u, err := url.Parse(base)
	if err != nil {
		return "", fault.New(fault.Invalid, "DATABASE_URL cannot be read. It looks like postgres://user:password@host:5432/database.")
	}
	conn, err := pgx.Connect(ctx, base)
	if err != nil {
		return "", fault.Wrap(err, fault.Unavailable, "The database does not answer. Check DATABASE_URL and that the server runs.")
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, sql := range []string{"DROP DATABASE IF EXISTS " + name + " WITH (FORCE)", "CREATE DATABASE " + name} {
		if _, err := conn.Exec(ctx, sql); err != nil {
			return "", fault.Wrap(err, fault.Denied, "The sandbox makes a database of its own (%s), which this database user may not do: ALTER ROLE name CREATEDB, or leave DATABASE_URL empty.", name)
		}
	}
	u.Path = "/" + name
	return u.String(), nil
}

// freeAddr takes the usual address, or any free port when that one is taken and nobody has asked for it by name.
func freeAddr(addr string, asked bool) (string, error) {
	l, err := net.Listen("tcp", addr)
	if err == nil {
		return l.Addr().String(), l.Close()
	}
	if asked {
		return "", fault.Wrap(err, fault.Conflict, "Something else listens on %s already. Stop it, or choose another address.", addr)
	}
	host, _, _ := net.SplitHostPort(addr)
	l, err = net.Listen("tcp", net.JoinHostPort(host, "0"))
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

func sandboxLog(dir string) (*slog.Logger, func(), error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fault.Wrap(err, fault.Denied, "The folder %s cannot be made. Set MARKETA_DATA_DIR to one that can.", dir)
	}
	f, err := os.OpenFile(filepath.Join(dir, "sandbox.log"), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("sandbox: log: %w", err)
	}
	return slog.New(slog.NewTextHandler(f, nil)).With("sandbox", true), func() { _ = f.Close() }, nil
}

func serveConsole(cfg Config, w *sandbox.World, real, ownAddr bool) (stop func(), address string, err error) {
	addr, err := freeAddr(cfg.ConsoleAddr, ownAddr)
	if err != nil {
		return nil, "", err
	}
	page := console.New(consoleConfig(cfg, w, real))
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("sandbox: console: %w", err)
	}
	server := &http.Server{Handler: page.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	return func() { page.Close(); _ = server.Close() }, "http://" + strings.Replace(l.Addr().String(), "[::]", "127.0.0.1", 1), nil
}

func consoleConfig(cfg Config, w *sandbox.World, real bool) console.Config {
	c := console.Config{WhatsApp: w.WhatsApp, Telegram: w.Telegram, Clock: w.Clock, Group: sandbox.Approvals,
		Numbers: []console.Number{{Channel: "marketa", Title: "Marketa", Phone: "390510000100"}, {Channel: "company", Title: "The agency", Phone: "390510000200"}},
		Managers: []console.Actor{{ID: sandbox.ManagerA, Name: "Marta", Role: "manager"}, {ID: sandbox.ManagerB, Name: "Ben", Role: "manager"},
			{ID: sandbox.Stranger, Name: "Sam", Role: "a stranger"}},
		Model: modelName(cfg), StandIn: !real, Controls: controls(w)}
	for _, p := range sandbox.People() {
		c.People = append(c.People, console.Person{Phone: p.Phone, Name: p.Name, Place: p.Place, Openers: p.Openers})
	}
	return c
}

func modelName(cfg Config) string {
	if cfg.GeminiAPIKey != "" {
		return cfg.GeminiModel
	}
	return cfg.OpenAIModel
}

// controls are what a visitor can try beside writing.
func controls(w *sandbox.World) []console.Control {
	ahead := func(d time.Duration) func() error { return func() error { w.Ahead(d); return nil } }
	away := func(vendor string) (func() error, func() bool) {
		return func() error { w.Toggle(vendor); return nil }, func() bool { return w.Away(vendor) }
	}
	list := []console.Control{
		{Name: "hour", Label: "Clock +1 hour", Do: ahead(time.Hour)},
		{Name: "day", Label: "Clock +1 day", Do: ahead(24 * time.Hour)},
		{Name: "lose", Label: "Lose the next WhatsApp answer", Note: "The message goes out, but the platform is not told", Do: func() error { w.LoseNextAnswer(); return nil }},
	}
	for _, v := range []struct{ name, label string }{{"whatsapp", "WhatsApp is away"}, {"telegram", "Telegram is away"}, {"model", "The models are away"}} {
		do, on := away(v.name)
		list = append(list, console.Control{Name: v.name + "-away", Label: v.label, Do: do, On: on})
	}
	return list
}

var _ store.Clock = (*wire.Clock)(nil)
