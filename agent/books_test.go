package agent_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"marketa/agent"
	"marketa/agent/llm"
	"marketa/sandbox/gemini"
	"marketa/sandbox/openai"
)

func TestEveryAttemptIsBookedWhereItBelongs(t *testing.T) {
	b := newBench(t, func(p *parts) { p.fallback = true })
	anna, bruno := b.anna(), b.chat("Bruno", "390009999999")
	b.gemini.Misbehave(gemini.Overloaded, 1) // triage: the other vendor answers
	b.gemini.Misbehave("", 1)
	anna.asks(question)
	b.gemini.Misbehave("", 1)
	b.gemini.Misbehave(gemini.Internal, 2) // the reply: twice, then the other vendor
	bruno.asks(question)
	for c, want := range map[*chat]string{
		anna:  "triage gemini fail-over 0|triage openai ok 1|reply gemini ok 1",
		bruno: "triage gemini ok 1|reply gemini retry-same 0|reply gemini retry-same 0|reply openai ok 1",
	} {
		got := b.text(`SELECT string_agg(task || ' ' || provider || ' ' || outcome || ' ' || (input_tokens > 0 AND output_tokens > 0 AND cost_micros > 0)::int, '|' ORDER BY id)
			FROM llm_calls WHERE restaurant_id = $1`, c.restaurant)
		if got != want {
			t.Errorf("%s: booked %s, want %s", c.name, got, want)
		}
		if n := b.count(`llm_calls l WHERE restaurant_id = $1 AND turn_id = (SELECT id FROM turns WHERE chat_id = $2)`, c.restaurant, c.id); n != strings.Count(want, "|")+1 {
			t.Errorf("%s: %d of them name the turn", c.name, n)
		}
	}
	if n := b.count(`llm_calls WHERE model NOT IN ('` + geminiModel + `', '` + openaiModel + `')`); n != 0 {
		t.Errorf("%d name another model", n)
	}
}

func TestADeadKeyIsOneAlertUntilTheModelAnswers(t *testing.T) {
	b := newBench(t)
	b.gemini.Misbehave(gemini.KeyRevoked, 100)
	anna := b.anna()
	alerts := func() int { return b.count(`alerts WHERE cleared_at IS NULL`) }
	for range 3 {
		anna.asks(question)
		b.clock.Advance(2 * time.Minute) // longer than the key rests
	}
	if n := alerts(); n != 1 {
		t.Fatalf("%d alerts", n)
	}
	text := b.text(`SELECT text FROM alerts`)
	if !strings.Contains(text, geminiModel) || !strings.Contains(text, "gemini refuses us (API_KEY_INVALID)") || !strings.Contains(text, "Check its key") || strings.Contains(text, "the-gemini-key") {
		t.Errorf("it says %q", text)
	}
	if n := b.count(`alerts WHERE next_at = first_at + interval '2 seconds'`); n != 1 {
		t.Errorf("%d alerts wait to be told once", n)
	}
	if n := b.count(`llm_calls WHERE outcome = 'dead-key'`); n != 3 {
		t.Errorf("%d calls are booked", n)
	}
	b.clock.Advance(time.Hour)
	anna.asks(question)
	if n := b.count(`alerts`); n != 1 {
		t.Errorf("%d alerts in the second hour", n)
	}
	b.gemini.Behave()
	b.clock.Advance(2 * time.Minute)
	anna.asks(question)
	if n := alerts(); n != 0 {
		t.Errorf("%d alerts are open although the key works again", n)
	}
}

func TestAMissingModelIsAnotherAlertThanADeadKey(t *testing.T) {
	b := newBench(t, func(p *parts) { p.onlyOpen = true })
	b.openai.Misbehave(openai.ModelGone, 2)
	anna := b.anna()
	anna.asks(question)
	b.openai.Misbehave(openai.KeyRevoked, 2)
	anna.asks(question)
	text := b.text(`SELECT string_agg(text, ' | ' ORDER BY id) FROM alerts`)
	if !strings.Contains(text, "openai does not know the language model "+openaiModel) || !strings.Contains(text, " | ") || !strings.Contains(text, "of openai refuses us") {
		t.Errorf("they say %q", text)
	}
}

func TestACallWithoutALabelIsStillAnAlert(t *testing.T) {
	b := newBench(t)
	log := slog.New(slog.NewJSONHandler(b.logs, nil))
	book := agent.Books(b.db, log)
	book(llm.Call{Provider: "gemini", Model: "x", Alert: true, Status: 401, Outcome: llm.DeadKey})
	book(llm.Call{Provider: "gemini", Model: "x", Label: "nonsense/nonsense"})
	if b.count(`alerts WHERE text LIKE '%(401)%'`) != 1 || b.count(`llm_calls`) != 0 {
		t.Errorf("%d alerts, %d booked", b.count(`alerts`), b.count(`llm_calls`))
	}
	if strings.Count(b.logs.String(), "was not booked") != 1 {
		t.Errorf("logged\n%s", b.logs)
	}
	away := b.open(b.url)
	away.Close()
	agent.Books(away, log)(llm.Call{Label: "0198f1c2-1111-7aaa-8bbb-000000000001/0198f1c2-1111-7aaa-8bbb-000000000002", Alert: true})
	if strings.Count(b.logs.String(), "was not booked") != 2 || strings.Count(b.logs.String(), "was not raised") != 1 {
		t.Errorf("logged\n%s", b.logs)
	}
}
