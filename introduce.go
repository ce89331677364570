package main

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// introduce tells Telegram who we are: the bot's commands, and our webhook where it can be reached from outside. It goes on
// until it worked; everything else works meanwhile. The WhatsApp numbers are a chore (chores.go).
func (a *App) introduce(ctx context.Context) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := a.introduceOnce(ctx)
		if err == nil || ctx.Err() != nil {
			return
		}
		a.log.Warn("Telegram could not be told about our webhook and commands", "error", err, "again_in", wait)
		if a.db.Clock.Wait(ctx, a.db.Clock.Now().Add(wait)) != nil {
			return
		}
	}
}

func (a *App) introduceOnce(ctx context.Context) error {
	public := ""
	if strings.HasPrefix(a.cfg.PublicURL, "https://") {
		public = a.cfg.PublicURL
	}
	if a.cfg.TelegramBotToken != "" {
		hook := ""
		if public != "" && a.cfg.TelegramWebhookSecret != "" {
			hook = public + "/webhooks/telegram"
		}
		if err := a.telegram.Introduce(ctx, hook, a.cfg.TelegramWebhookSecret); err != nil {
			return err
		}
	}
	return nil
}

// ourHooks are the two addresses that a number tells: either alone is enough.
func ourHooks(public string, channel store.Channel, token string) []whapi.Hook {
	var events []whapi.HookEvent
	for _, e := range []string{"messages.post", "messages.patch", "messages.delete", "statuses.post", "channel.post", "users.post", "users.delete",
		"groups.post", "groups.put", "groups.patch"} {
		kind, method, _ := strings.Cut(e, ".")
		events = append(events, whapi.HookEvent{Type: kind, Method: method})
	}
	var hooks []whapi.Hook
	for _, name := range []string{"log", "bot"} {
		hooks = append(hooks, whapi.Hook{URL: public + "/webhooks/whapi/" + string(channel) + "/" + name, Mode: "body",
			Headers: map[string]string{"X-Access-Token": token}, Events: events})
	}
	return hooks
}

// quiet lets only River's warnings and errors through.
func quiet(log *slog.Logger) *slog.Logger {
	return slog.New(levelHandler{slog.LevelWarn, log.Handler()})
}

type levelHandler struct {
	level slog.Level
	slog.Handler
}

func (h levelHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return l >= h.level && h.Handler.Enabled(ctx, l)
}

func (h levelHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return levelHandler{h.level, h.Handler.WithAttrs(attrs)}
}

func (h levelHandler) WithGroup(name string) slog.Handler {
	return levelHandler{h.level, h.Handler.WithGroup(name)}
}
