package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/whapi"
	"marketa/sandbox/wire"
	"marketa/store/storetest"
)

// clinic is a platform that does not run, against vendors that do.
func clinic(t *testing.T) (*sandbox.World, Config) {
	t.Helper()
	w, err := sandbox.Start(sandbox.Config{Clock: wire.Real(), Seed: 7})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	cfg, err := LoadConfig([]string{"MARKETA_ENV=production", "MARKETA_DATA_DIR=" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	cfg.DatabaseURL = storetest.URL(t)
	cfg = cfg.against(w)
	w.Hook(cfg.PublicURL)
	return w, cfg
}

func visited(t *testing.T, cfg Config, args ...string) (all []finding, report string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	err = doctor(t.Context(), cfg, append(args, "--json"), &out, &errOut)
	if jsonErr := json.Unmarshal(out.Bytes(), &all); jsonErr != nil || len(all) == 0 {
		t.Fatalf("%v\n%s%s", jsonErr, &out, &errOut)
	}
	return all, out.String(), err
}

func ill(all []finding) (parts []string) {
	for _, f := range all {
		if f.Bad {
			parts = append(parts, f.Part+": "+f.State)
		}
	}
	return parts
}

func TestTheDoctorFindsNothingWhereAllIsWell(t *testing.T) {
	t.Parallel()
	w, cfg := clinic(t)
	all, report, err := visited(t, cfg)
	if err != nil {
		t.Errorf("%v: %v", err, ill(all))
	}
	for _, f := range all {
		if f.Cure != "" && f.Part != "database login" {
			t.Errorf("%s: %s → %s", f.Part, f.State, f.Cure)
		}
	}
	for _, part := range []string{"database", "pgvector", "clock", "migrations", "database roles", "media", "language model " + cfg.GeminiModel, "language model " + cfg.OpenAIModel, "Telegram",
		"Telegram's webhook", "approvals chat", "WhatsApp marketa", "WhatsApp company", "webhooks of marketa", "webhooks of company", "Meta", "Stripe", "Planfix"} {
		if !strings.Contains(report, `"part": "`+part+`"`) {
			t.Errorf("nothing about %q", part)
		}
	}
	for _, secret := range []string{w.TelegramToken, w.WhapiHookToken, w.WhapiTokens["marketa"], w.GeminiKey, w.OpenAIKey, w.MetaSecret, w.StripeKey, w.PlanfixToken, w.CRMToken} {
		if strings.Contains(report, secret) {
			t.Errorf("a secret is in the report:\n%s", report)
		}
	}
}

func TestEachTroubleHasItsLineAndItsCure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, want string
		hurt       func(w *sandbox.World, c *Config)
	}{
		{"model away", "language model gemini", func(w *sandbox.World, _ *Config) { w.Gemini.Faults().Down("*", wire.Fault{Status: 503, Body: "away"}) }},
		{"model key", "language model gpt", func(_ *sandbox.World, c *Config) { c.OpenAIAPIKey = "sk-wrong" }},
		{"no hook", "webhooks of marketa: the bot hook is missing", func(w *sandbox.World, c *Config) {
			w.WhatsApp.ClearHooks("marketa")
			w.HookOnly(c.PublicURL, "marketa", "log")
		}},
		{"hook twice", "webhooks of company: the log hook is there more than once", func(w *sandbox.World, c *Config) {
			w.WhatsApp.AddHook("company", whapi.Hook{URL: "https://old.example/webhooks/whapi/company/log", Mode: "body", Headers: map[string]string{"X-Access-Token": w.WhapiHookToken}})
		}},
		{"hook of another token", "webhooks of marketa: one has another token", func(_ *sandbox.World, c *Config) { c.WhapiWebhookToken = "other" }},
		{"number unlinked", "WhatsApp marketa: cannot send", func(w *sandbox.World, _ *Config) { w.WhatsApp.SetHealth("marketa", "QR") }},
		{"bot unknown", "Telegram: does not know our bot", func(_ *sandbox.World, c *Config) { c.TelegramBotToken = "1:wrong" }},
		{"no webhook", "Telegram's webhook: does not lead here", func(w *sandbox.World, _ *Config) { w.Telegram.SetHook("", "") }},
		{"not in the chat", "approvals chat: the bot is not in it", func(_ *sandbox.World, c *Config) { c.TelegramApprovalsChat = -100999 }},
		{"no media", "media: cannot be", func(_ *sandbox.World, c *Config) { c.MediaURL = "file:///proc/nowhere" }},
		{"stripe key", "Stripe: does not answer", func(_ *sandbox.World, c *Config) { c.StripeAPIKey = "sk_test_wrong" }},
		{"planfix away", "Planfix: does not answer", func(w *sandbox.World, _ *Config) { w.Planfix.Faults().Down("*", wire.Fault{Status: 503, Body: "away"}) }},
		{"meta secret", "Meta: the app does not answer", func(_ *sandbox.World, c *Config) { c.MetaAppSecret = "wrong" }},
		{"database", "database: ", func(_ *sandbox.World, c *Config) {
			c.DatabaseURL = "postgres://nobody@127.0.0.1:1/none?connect_timeout=2"
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, cfg := clinic(t)
			tt.hurt(w, &cfg)
			all, _, err := visited(t, cfg)
			found := false
			for _, f := range all {
				if f.Bad && strings.HasPrefix(f.Part+": "+f.State, tt.want) {
					found = f.Cure != ""
				}
			}
			if err == nil || !found {
				t.Errorf("%v: %v", err, ill(all))
			}
		})
	}
}

func TestTheDoctorMendsHooksAndMigrations(t *testing.T) {
	t.Parallel()
	w, cfg := clinic(t)
	cfg.PublicURL = "https://marketa.example"
	w.WhatsApp.ClearHooks("marketa")
	all, _, err := visited(t, cfg)
	if err == nil || len(ill(all)) < 3 {
		t.Fatalf("%v: %v", err, ill(all))
	}
	all, report, err := visited(t, cfg, "--fix")
	if err != nil {
		t.Errorf("%v: %v", err, ill(all))
	}
	if strings.Count(report, `"fixed": true`) < 3 {
		t.Errorf("not said what was mended: %s", report)
	}
}

func TestAClockThatIsWrongAndAnOldVectorAreSaid(t *testing.T) {
	t.Parallel()
	if f := lookClock(3 * time.Second); !f.Bad || f.Cure == "" {
		t.Errorf("%+v", f)
	}
	if f := lookClock(-time.Second); f.Bad {
		t.Errorf("%+v", f)
	}
	for version, ill := range map[string]bool{"": true, "0.6.2": true, "0.7.0": false, "0.8.0": false, "1.0": false} {
		if f := lookVector(version); f.Bad != ill || ill == (f.Cure == "") {
			t.Errorf("%s: %+v", version, f)
		}
	}
}
