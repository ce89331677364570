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
	return withDatabase(ctx, cfg, errOut, func(cfg Config) (err error) {
		say("  database ready")
		if cfg.ListenAddr, err = freeAddr(cfg.ListenAddr, ownAddr); err != nil {
			return err
		}
		cfg.PublicURL = loopbackURL(cfg.ListenAddr) // of pictures and pages: nobody outside reaches them
		return runAgainst(ctx, cfg, ownConsole, say)
	})
}

func runAgainst(ctx context.Context, cfg Config, ownConsole bool, say func(string, ...any)) error {
	log, closeLog, err := sandboxLog(cfg.DataDir)
	if err != nil {
		return err
	}
	defer closeLog()
	s := &stage{cfg: cfg, log: log}
	if err := s.open(ctx); err != nil {
		return errors.Join(err, s.close())
	}
	say("  simulated WhatsApp, Telegram and models ready")
	say("  platform ready on %s", s.app.Addr)
	page, address, err := serveConsole(cfg, s, ownConsole)
	if err != nil {
		return errors.Join(err, s.close())
	}
	say("Open %s   (Ctrl-C stops everything)", address)
	<-ctx.Done()
	say("stopping")
	page()
	return s.close()
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
	c.MetaGraphBaseURL, c.MetaDialogBaseURL, c.MetaRuploadBaseURL = w.MetaURL, w.MetaURL, w.MetaURL
	c.MetaAppID, c.MetaAppSecret, c.MetaVerifyToken = sandbox.MetaApp, w.MetaSecret, w.MetaVerify
	c.StripeBaseURL, c.StripeAPIKey, c.StripeWebhookSecret = w.StripeURL, w.StripeKey, w.StripeHookSecret
	c.VertexBaseURL, c.VertexProject, c.VertexLocation, c.GoogleCredentials = w.VertexURL, sandbox.VertexProject, sandbox.VertexLocation, w.VertexToken
	c.PlanfixBaseURL, c.PlanfixToken, c.CRMToken, c.PlanfixField = w.PlanfixURL, w.PlanfixToken, w.CRMToken, sandbox.PlanfixField
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

func loopbackURL(addr string) string {
	host, port, _ := net.SplitHostPort(addr)
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
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

func serveConsole(cfg Config, s *stage, ownAddr bool) (stop func(), address string, err error) {
	addr, err := freeAddr(cfg.ConsoleAddr, ownAddr)
	if err != nil {
		return nil, "", err
	}
	page := console.New(s.consoleConfig())
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, "", fmt.Errorf("sandbox: console: %w", err)
	}
	s.setPage(page)
	server := &http.Server{Handler: page.Handler(), ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = server.Serve(l) }()
	return func() { page.Close(); _ = server.Close() }, "http://" + strings.Replace(l.Addr().String(), "[::]", "127.0.0.1", 1), nil
}

func modelName(cfg Config) string {
	if cfg.GeminiAPIKey != "" {
		return cfg.GeminiModel
	}
	return cfg.OpenAIModel
}

var _ store.Clock = (*wire.Clock)(nil)
