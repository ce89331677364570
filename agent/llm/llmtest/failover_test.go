package llmtest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/agent/llm/gemini"
	"marketa/agent/llm/openai"
	"marketa/sandbox/actor"
	simgemini "marketa/sandbox/gemini"
	simopenai "marketa/sandbox/openai"
	"marketa/sandbox/wire"
)

const (
	geminiModel = "gemini-3.1-pro-preview"
	openaiModel = "gpt-5.2"
)

// mind asks two tools, one round after the other, then says what both returned.
type mind struct{}

func (mind) Answer(r actor.Request) actor.Reply {
	var seen []string
	for _, turn := range r.Turns {
		for _, result := range turn.Results {
			seen = append(seen, result.Name+result.Output)
		}
	}
	if len(seen) < 2 {
		return actor.Reply{Calls: []actor.Call{{Name: r.Tools[len(seen)].Name, Args: json.RawMessage(`{}`)}}}
	}
	return actor.Reply{Text: strings.Join(seen, " and ")}
}

var tools = []llms.Tool{
	{Type: "function", Function: &llms.FunctionDefinition{Name: "first", Description: "The first."}},
	{Type: "function", Function: &llms.FunctionDefinition{Name: "second", Description: "The second."}},
}

type bench struct {
	clock  *wire.Clock
	gemini *simgemini.Sim
	openai *simopenai.Sim
	router *llm.Router
	booked []llm.Call
}

func setup(t *testing.T) *bench {
	t.Helper()
	b := &bench{clock: wire.Simulated(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))}
	b.gemini = simgemini.New(simgemini.Config{Clock: b.clock, Key: "g", Mind: mind{}})
	b.openai = simopenai.New(simopenai.Config{Clock: b.clock, Key: "o", Mind: mind{}, ResponsesAPI: true})
	google, vendor := httptest.NewServer(b.gemini.Handler()), httptest.NewServer(b.openai.Handler())
	t.Cleanup(google.Close)
	t.Cleanup(vendor.Close)
	g, err := gemini.New(gemini.Config{BaseURL: google.URL, Key: "g", Now: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	o, err := openai.New(openai.Config{BaseURL: vendor.URL + "/v1", Key: "o", Now: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	b.router, err = llm.NewRouter(llm.Config{
		Clock: b.clock, Book: func(c llm.Call) { b.booked = append(b.booked, c) },
		Routes: map[llm.Task][]llm.Hop{llm.Reply: {{Model: geminiModel, Client: g}, {Model: openaiModel, Client: o}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// loop runs the tool loop, pinned to whoever answered last; before(n) may disturb the n-th request. The transcript
// goes through JSON at each step, as it does between processes.
func (b *bench) loop(t *testing.T, before func(n int)) (answer llm.Answer, by []string) {
	t.Helper()
	transcript := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "aperti?")}
	for n := range 5 {
		before(n)
		var err error
		answer, err = b.router.Generate(context.Background(), llm.Reply, transcript, llms.WithTools(tools), llm.WithPinned(answer.Provider, answer.Model))
		if err != nil {
			t.Fatalf("request %d: %v", n, err)
		}
		by = append(by, answer.Provider)
		if len(answer.ToolCalls) == 0 {
			return answer, by
		}
		transcript = append(transcript, answer.Message())
		for _, call := range answer.ToolCalls {
			transcript = append(transcript, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
				llms.ToolCallResponse{ToolCallID: call.ID, Name: call.FunctionCall.Name, Content: `{"n":` + string(rune('1'+n)) + `}`},
			}})
		}
		raw, err := json.Marshal(transcript)
		if err != nil {
			t.Fatal(err)
		}
		transcript = nil
		if err := json.Unmarshal(raw, &transcript); err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("the loop does not end")
	return answer, by
}

func TestAToolLoopSurvivesEveryChangeOfVendor(t *testing.T) {
	cases := []struct {
		name   string
		before func(b *bench, n int)
		by     string
	}{
		{"none", func(*bench, int) {}, "gemini gemini gemini"},
		{"away from Gemini", func(b *bench, n int) {
			if n == 1 {
				b.gemini.Misbehave(simgemini.Overloaded, 5)
			}
		}, "gemini openai openai"},
		{"over to Gemini", func(b *bench, n int) {
			switch n {
			case 0:
				b.gemini.Misbehave(simgemini.Overloaded, 1)
			case 1:
				b.openai.Misbehave(simopenai.Overloaded, 5)
			}
		}, "openai gemini gemini"},
		{"away and back", func(b *bench, n int) {
			switch n {
			case 1:
				b.gemini.Misbehave(simgemini.Overloaded, 1)
			case 2:
				b.openai.Misbehave(simopenai.Overloaded, 5)
			}
		}, "gemini openai gemini"},
		{"a key that dies", func(b *bench, n int) {
			if n == 1 {
				b.gemini.Misbehave(simgemini.KeyRevoked, 5)
			}
		}, "gemini openai openai"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			got, by := b.loop(t, func(n int) { c.before(b, n) })
			if strings.Join(by, " ") != c.by {
				t.Errorf("answered by %v", by)
			}
			if !strings.Contains(got.Text, `1}`) || !strings.Contains(got.Text, `2}`) {
				t.Errorf("said %q", got.Text)
			}
		})
	}
}

func TestEveryAttemptIsBooked(t *testing.T) {
	b := setup(t)
	b.gemini.Misbehave(simgemini.Internal, 2)
	if _, by := b.loop(t, func(int) {}); strings.Join(by, " ") != "openai openai openai" {
		t.Fatalf("answered by %v", by)
	}
	if len(b.booked) != 5 || b.booked[0].Outcome != llm.RetrySame || b.booked[0].Cost != 0 || b.booked[2].Cost == 0 || b.booked[2].Unpriced {
		t.Errorf("booked %+v", b.booked)
	}
}

func TestBothDownIsSaidPlainly(t *testing.T) {
	b := setup(t)
	b.gemini.Misbehave(simgemini.HTMLError, 1)
	b.openai.Misbehave(simopenai.InsufficientQuota, 1)
	_, err := b.router.Generate(context.Background(), llm.Reply, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "PROMPT-WORDS")})
	var down *llm.AllDown
	if !errors.As(err, &down) || len(down.Causes) != 2 || strings.Contains(err.Error(), "PROMPT") {
		t.Fatalf("got %v", err)
	}
	if want := "llm: reply: every model is down: gemini/gemini-3.1-pro-preview: fail-over: 503; openai/gpt-5.2: dead-key: 429 insufficient_quota"; err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
}
