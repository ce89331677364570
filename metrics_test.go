package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/actor"
)

func TestFiguresCountWhatHappenedAndHoldNothingOfAnybody(t *testing.T) {
	t.Parallel()
	var world *sandbox.World
	a := newAgencyIn(t, time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC), actor.New(7), func(w *sandbox.World, c *Config) { world, c.MetricsAddr = w, "127.0.0.1:0" })
	anna := sandbox.People()[0]
	if _, err := world.WhatsApp.Say("marketa", anna.Phone, "Ciao, quanto costa? CANARYWORD"); err != nil {
		t.Fatal(err)
	}
	a.settle()
	answer, err := http.Get("http://" + a.app.MetricsAddr + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	page := string(body)
	for _, line := range []string{
		`marketa_webhook_seconds_count{route="/webhooks/whapi/{channel}/{hook:log|bot}",status="200"}`,
		`marketa_job_seconds_count{kind="run_turn",outcome="done"}`,
		`marketa_vendor_call_seconds_count{status="200",vendor="whatsapp"}`,
		`marketa_model_call_seconds_count{model="gemini-3.1-pro-preview",outcome="ok",task="reply"}`,
		`marketa_cards_open 1`, `marketa_alerts_open 0`, `marketa_oldest_card_seconds`,
	} {
		if !strings.Contains(page, line) {
			t.Errorf("no %s in\n%s", line, page)
		}
	}
	for _, secret := range []string{anna.Phone, "CANARYWORD", anna.Name, world.WhapiHookToken, world.WhapiTokens["marketa"], world.TelegramToken, world.GeminiKey} {
		if strings.Contains(page, secret) {
			t.Errorf("%q is among the figures", secret)
		}
	}
}
