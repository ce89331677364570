package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"marketa/internal/fault"
	"marketa/store"
)

// finding is one line of the doctor: what was looked at, how it is, and what to do.
type finding struct {
	what, state, cure string
	bad               bool
}

// doctor looks at every part. It changes nothing.
func doctor(ctx context.Context, cfg Config, out io.Writer) error {
	var all []finding
	all = append(all, lookDatabase(ctx, cfg)...)
	all = append(all, lookModels(cfg)...)
	all = append(all, lookTelegram(cfg)...)
	all = append(all, lookWhatsApp(ctx, cfg)...)
	bad := 0
	for _, f := range all {
		mark := "ok  "
		if f.bad {
			mark, bad = "BAD ", bad+1
		}
		fmt.Fprintf(out, "%s %s: %s\n", mark, f.what, f.state)
		if f.cure != "" {
			fmt.Fprintf(out, "     → %s\n", f.cure)
		}
	}
	if bad > 0 {
		return fault.New(fault.Unavailable, "%d of %d parts need attention, see above.", bad, len(all))
	}
	return nil
}

func lookDatabase(ctx context.Context, cfg Config) []finding {
	db, err := store.Open(ctx, cfg.DatabaseURL)
	if err != nil {
		return []finding{{"database", "cannot be opened", fault.Say(err), true}}
	}
	defer db.Close()
	if err := db.Pool().Ping(ctx); err != nil {
		return []finding{{"database", "does not answer", "Check DATABASE_URL and that the server runs.", true}}
	}
	found := []finding{{what: "database", state: "answers"}}
	migrated, err := db.Migrated(ctx)
	if err != nil || !migrated {
		return append(found, finding{"migrations", "pending", "Run marketa migrate; serve does it by itself.", true})
	}
	found = append(found, finding{what: "migrations", state: "up to date"})
	if super, _ := db.SuperuserLogin(ctx); super {
		found = append(found, finding{"database login", "is a superuser", "Safer: a plain login that owns the database and has CREATEROLE.", false})
	}
	return append(found, lookAlerts(ctx, db)...)
}

// lookAlerts are the alerts that are open, as managers were told them.
func lookAlerts(ctx context.Context, db *store.DB) (found []finding) {
	var all []store.AlertView
	if err := db.System(ctx, store.Desk, func(tx *store.Tx) (err error) { all, err = tx.Alerts(ctx); return err }); err != nil {
		return []finding{{"alerts", "cannot be read", fault.Say(err), true}}
	}
	for _, a := range all {
		if !a.Over(time.Now()) {
			found = append(found, finding{"alert", "open since " + a.FirstAt.Format(time.DateTime), a.Text, true})
		}
	}
	return found
}

func lookModels(cfg Config) []finding {
	if cfg.GeminiAPIKey == "" && cfg.OpenAIBaseURL == "" {
		return []finding{{"language model", "none is configured", "Set GEMINI_API_KEY, OPENAI_API_KEY or OPENAI_BASE_URL; until then cards come without a draft.", true}}
	}
	var found []finding
	if cfg.GeminiAPIKey != "" {
		found = append(found, finding{what: "language model", state: "Gemini, " + cfg.GeminiModel})
	}
	if cfg.OpenAIBaseURL != "" {
		found = append(found, finding{what: "language model", state: "OpenAI, " + cfg.OpenAIModel})
	}
	return found
}

func lookTelegram(cfg Config) []finding {
	switch {
	case cfg.TelegramBotToken == "":
		return []finding{{"Telegram", "no bot", "Set TELEGRAM_BOT_TOKEN (from @BotFather).", true}}
	case cfg.TelegramWebhookSecret == "":
		return []finding{{"Telegram", "nothing can come in", "Set TELEGRAM_WEBHOOK_SECRET to a long random word.", true}}
	case len(cfg.TelegramOwners) == 0:
		return []finding{{"Telegram", "nobody may decide", "Set TELEGRAM_OWNERS to your Telegram user id.", true}}
	}
	return []finding{{what: "Telegram", state: "configured"}}
}

func lookWhatsApp(ctx context.Context, cfg Config) []finding {
	if len(cfg.WhapiChannels) == 0 {
		return []finding{{"WhatsApp", "no number", "Set WHAPI_CHANNELS to company=TOKEN,marketa=TOKEN (tokens from the Whapi panel).", true}}
	}
	var found []finding
	if cfg.WhapiWebhookToken == "" {
		found = append(found, finding{"WhatsApp", "nothing can come in", "Set WHAPI_WEBHOOK_TOKEN to a long random word.", true})
	}
	app := App{cfg: cfg}
	for channel, client := range app.channels() {
		health, err := client.Health(ctx)
		name := "WhatsApp " + string(channel)
		switch {
		case err != nil:
			found = append(found, finding{name, "does not answer", sayWhapi(err), true})
		case !health.Status.CanSend():
			found = append(found, finding{name, "cannot send", health.Status.Say(), true})
		default:
			found = append(found, finding{what: name, state: "linked"})
		}
	}
	return found
}

func sayWhapi(err error) string {
	if sayer, ok := err.(interface{ Say() string }); ok {
		return sayer.Say()
	}
	return fault.Say(err)
}
