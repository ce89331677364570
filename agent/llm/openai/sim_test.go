package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/agent/llm/openai"
	"marketa/sandbox/actor"
	simulated "marketa/sandbox/openai"
	"marketa/sandbox/wire"
)

type mind func(actor.Request) actor.Reply

func (m mind) Answer(r actor.Request) actor.Reply { return m(r) }

// plainMind calls the first tool on offer, and says what came back.
func plainMind(r actor.Request) actor.Reply {
	last := r.Turns[len(r.Turns)-1]
	if len(last.Results) > 0 {
		return actor.Reply{Text: "It says " + last.Results[0].Output}
	}
	if len(r.Tools) > 0 {
		return actor.Reply{Calls: []actor.Call{{Name: r.Tools[0].Name, Args: json.RawMessage(`{"day":"sunday"}`)}, {Name: r.Tools[0].Name, Args: json.RawMessage(`{"day":"monday"}`)}}}
	}
	return actor.Reply{Text: "Sì, domenica siamo aperti dalle dodici alle quindici, e la sera dalle diciannove."}
}

type simBench struct {
	sim    *simulated.Sim
	clock  *wire.Clock
	router *llm.Router
	client *openai.Client

	mu     sync.Mutex
	booked []llm.Call
}

// simulate starts OpenAI itself, or a compatible server that has only chat completions.
func simulate(t *testing.T, compatible bool) *simBench {
	t.Helper()
	b := &simBench{clock: wire.Simulated(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))}
	b.sim = simulated.New(simulated.Config{Clock: b.clock, Key: "the-key", Mind: mind(plainMind), Models: []string{model}, ResponsesAPI: !compatible})
	server := httptest.NewServer(b.sim.Handler())
	t.Cleanup(server.Close)
	var err error
	b.client, err = openai.New(openai.Config{BaseURL: server.URL + "/v1", Key: "the-key", Now: b.clock.Now, Chat: compatible})
	if err != nil {
		t.Fatal(err)
	}
	b.router, err = llm.NewRouter(llm.Config{
		Clock: b.clock, MaxWait: time.Nanosecond,
		Routes: map[llm.Task][]llm.Hop{llm.Reply: {{Model: model, Client: b.client}}},
		Book:   func(c llm.Call) { b.mu.Lock(); defer b.mu.Unlock(); b.booked = append(b.booked, c) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *simBench) ask(opts ...llms.CallOption) (llm.Answer, error) {
	return b.router.Generate(context.Background(), llm.Reply, words("PROMPT-WORDS aperti?"), opts...)
}

func words(text string) []llms.MessageContent {
	return []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, text)}
}

func TestEveryFaultOfTheSimulatedVendorHasItsOutcome(t *testing.T) {
	type row struct {
		kind    simulated.Kind
		outcome llm.Outcome
		code    string
		trips   bool
		alert   bool
		retry   time.Duration
		times   int
	}
	both := []row{
		{simulated.RateLimited, llm.CoolDown, "rate_limit_exceeded", false, false, 0, 1},
		{simulated.RateLimited5s, llm.CoolDown, "rate_limit_exceeded", false, false, 5 * time.Second, 1},
		{simulated.RateLimited300s, llm.CoolDown, "rate_limit_exceeded", false, false, 300 * time.Second, 1},
		{simulated.LegacyRateLimit, llm.CoolDown, "rate_limit_exceeded", false, false, 9 * time.Second, 1},
		{simulated.SlowDown, llm.CoolDown, "slow_down", false, false, 2 * time.Second, 1},
		{simulated.InsufficientQuota, llm.DeadKey, "insufficient_quota", false, true, 0, 1},
		{simulated.KeyRevoked, llm.DeadKey, "invalid_api_key", false, true, 0, 1},
		{simulated.ServerError, llm.RetrySame, "server_error", true, false, 0, 2},
		{simulated.Overloaded, llm.FailOver, "server_is_overloaded", true, false, 0, 1},
		{simulated.HTMLError, llm.FailOver, "", true, false, 0, 1},
		{simulated.StringError, llm.RetrySame, "", true, false, 0, 2},
		{simulated.MessageError, llm.RetrySame, "", true, false, 0, 2},
		{simulated.ModelGone, llm.FailOver, "model_not_found", false, true, 0, 1},
		{simulated.ContextLength, llm.CallerBug, "context_length_exceeded", false, false, 0, 1},
		{simulated.EmptyBody, llm.RetrySame, "malformed", true, false, 0, 2},
		{simulated.EmptyAnswer, llm.RetrySame, "empty", false, false, 0, 2},
		{simulated.EndEarly, llm.RetrySame, "cut_off", true, false, 0, 2},
		{simulated.BrokenFrame, llm.RetrySame, "cut_off", true, false, 0, 2},
	}
	for _, wires := range []struct {
		name       string
		compatible bool
		rows       []row
	}{
		{"responses", false, append(both,
			row{simulated.CutStream, llm.RetrySame, "cut_off", true, false, 0, 2},
			row{simulated.Incomplete, llm.FailOver, "max_output_tokens", false, false, 0, 1},
			row{simulated.Failed, llm.RetrySame, "server_error", true, false, 0, 2},
			row{simulated.ErrorEvent, llm.RetrySame, "server_error", true, false, 0, 2},
		)},
		{"chat", true, append(both, row{simulated.Incomplete, llm.FailOver, "max_tokens", false, false, 0, 1})},
	} {
		for _, c := range wires.rows {
			t.Run(wires.name+" "+string(c.kind), func(t *testing.T) {
				b := simulate(t, wires.compatible)
				b.sim.Misbehave(c.kind, 2)
				_, err := b.ask()
				var down *llm.AllDown
				if !errors.As(err, &down) {
					t.Fatalf("got %v", err)
				}
				got := down.Causes[0]
				if got.Outcome != c.outcome || got.Code != c.code || got.Trips != c.trips || got.Alert != c.alert || got.RetryAfter != c.retry {
					t.Errorf("got %+v", got)
				}
				if len(b.sim.Calls()) != c.times || strings.Contains(err.Error(), "PROMPT") {
					t.Errorf("asked %d times: %v", len(b.sim.Calls()), err)
				}
			})
		}
	}
}

func TestFaultsThatAreForgiven(t *testing.T) {
	for _, wires := range []struct {
		compatible bool
		kinds      []simulated.Kind
	}{
		{false, []simulated.Kind{simulated.MissingBlankLine}},
		{true, []simulated.Kind{simulated.MissingBlankLine, simulated.CutStream, simulated.NoUsage, simulated.NoDone, simulated.Reasoning}},
	} {
		for _, kind := range wires.kinds {
			b := simulate(t, wires.compatible)
			b.sim.Misbehave(kind, 1)
			got, err := b.ask()
			if err != nil || !strings.HasPrefix(got.Text, "Sì, domenica") || !strings.HasSuffix(got.Text, "diciannove.") || got.Usage.Input == 0 {
				t.Errorf("%s: got %+v, %v", kind, got, err)
			}
			if len(b.sim.Calls()) != 1 || got.Usage.Estimated != (kind == simulated.NoUsage) {
				t.Errorf("%s: %d requests, usage %+v", kind, len(b.sim.Calls()), got.Usage)
			}
		}
	}
}

func TestASecondTryForgivesOneFault(t *testing.T) {
	for _, compatible := range []bool{false, true} {
		for _, kind := range []simulated.Kind{simulated.ErrorWith200, simulated.ErrorFrame, simulated.ServerError, simulated.EndEarly} {
			b := simulate(t, compatible)
			b.sim.Misbehave(kind, 1)
			if _, err := b.ask(); err != nil || len(b.sim.Calls()) != 2 || b.booked[0].Outcome != llm.RetrySame {
				t.Errorf("%s: %v, booked %+v", kind, err, b.booked)
			}
		}
	}
}

func TestARefusalOrAFilterIsAResult(t *testing.T) {
	for _, compatible := range []bool{false, true} {
		for kind, reason := range map[simulated.Kind]string{simulated.Refusal: "refusal", simulated.ContentFilter: "content_filter"} {
			b := simulate(t, compatible)
			b.sim.Misbehave(kind, 1)
			_, err := b.ask()
			var refused *llm.Refused
			if !errors.As(err, &refused) || refused.Reason != reason || refused.Usage.Input == 0 || (refused.Words != "") != (kind == simulated.Refusal) {
				t.Errorf("%s: got %v %+v", kind, err, refused)
			}
		}
	}
}

func TestAStalledVendorRunsOut(t *testing.T) {
	for _, compatible := range []bool{false, true} {
		for _, kind := range []simulated.Kind{simulated.StallFirstByte, simulated.StallBetween} {
			b := simulate(t, compatible)
			b.sim.Misbehave(kind, 1)
			go func() {
				for len(b.sim.Calls()) == 0 {
					runtime.Gosched()
				}
				b.clock.Advance(90 * time.Second) // long before the vendor goes on by itself
			}()
			_, err := b.ask()
			var down *llm.AllDown
			if !errors.As(err, &down) || !strings.HasSuffix(down.Causes[0].Code, "_timeout") || down.Causes[0].Outcome != llm.FailOver {
				t.Errorf("%s: got %v", kind, err)
			}
		}
	}
}

var day = llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: "get_hours", Description: "Hours of a day.", Strict: true, Parameters: map[string]any{
	"type": "object", "properties": map[string]any{"day": map[string]any{"type": "string"}}, "required": []any{"day"}, "additionalProperties": false,
}}}

func TestAToolLoop(t *testing.T) {
	for _, compatible := range []bool{false, true} {
		b := simulate(t, compatible)
		first, err := b.ask(llms.WithTools([]llms.Tool{day}))
		if err != nil || len(first.ToolCalls) != 2 {
			t.Fatalf("got %+v, %v", first, err)
		}
		transcript := append(words("aperti?"), first.Message())
		for _, call := range first.ToolCalls {
			transcript = append(transcript, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
				llms.ToolCallResponse{ToolCallID: call.ID, Name: call.FunctionCall.Name, Content: "12-15"},
			}})
		}
		second, err := b.router.Generate(context.Background(), llm.Reply, transcript, llms.WithTools([]llms.Tool{day}))
		if err != nil || second.Text != "It says 12-15" {
			t.Errorf("got %+v, %v", second, err)
		}
	}
}

func TestBrokenArgumentsAreAskedForAgain(t *testing.T) {
	for _, compatible := range []bool{false, true} {
		b := simulate(t, compatible)
		b.sim.Misbehave(simulated.BrokenArguments, 1)
		got, err := b.ask(llms.WithTools([]llms.Tool{day}))
		if err != nil || len(got.ToolCalls) != 2 || b.booked[0].Code != "malformed_arguments" {
			t.Errorf("got %+v, %v", got, err)
		}
	}
}

func TestParallelCallsKeepTheirArguments(t *testing.T) {
	for _, compatible := range []bool{false, true} {
		b := simulate(t, compatible)
		b.sim.Misbehave(simulated.ParallelCalls, 1)
		got, err := b.ask(llms.WithTools([]llms.Tool{day}))
		if err != nil || len(got.ToolCalls) != 4 {
			t.Fatalf("got %+v, %v", got, err)
		}
		ids := map[string]bool{}
		for _, call := range got.ToolCalls {
			ids[call.ID] = true
			if call.FunctionCall.Arguments != `{"day":"sunday"}` && call.FunctionCall.Arguments != `{"day":"monday"}` {
				t.Errorf("call %+v", call.FunctionCall)
			}
		}
		if len(ids) != 4 {
			t.Errorf("ids %v", ids)
		}
	}
}

type verdict struct {
	Answer bool `json:"answer"`
}

func schema(t *testing.T) llms.CallOption {
	t.Helper()
	s, err := jsonschema.For[verdict](nil)
	if err != nil {
		t.Fatal(err)
	}
	return llm.WithSchema("verdict", s)
}

func TestAServerWithoutSchemasIsAskedInWords(t *testing.T) {
	b := simulate(t, true)
	b.sim.SetMind(mind(func(r actor.Request) actor.Reply {
		if !strings.Contains(r.Turns[0].Text, `"answer"`) {
			t.Errorf("the schema is nowhere: %+v", r.Turns)
		}
		return actor.Reply{Text: `{"answer":true}`}
	}))
	for range 2 {
		got, err := b.ask(schema(t))
		if err != nil || got.Text != `{"answer":true}` {
			t.Fatalf("got %+v, %v", got, err)
		}
	}
	calls := b.sim.Calls()
	if len(calls) != 3 || calls[0].Status != 400 || !strings.Contains(string(calls[2].Prompt), `"json_object"`) {
		t.Errorf("%d requests, the last %s", len(calls), calls[len(calls)-1].Prompt)
	}
}

func TestAServerWithoutResponsesIsFoundOut(t *testing.T) {
	b := simulate(t, true)
	client, err := openai.New(openai.Config{BaseURL: base(t, b), Key: "the-key", Model: model})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := client.Call(context.Background(), "aperti?"); err != nil {
			t.Fatal(err)
		}
	}
}

func base(t *testing.T, b *simBench) string {
	t.Helper()
	server := httptest.NewServer(b.sim.Handler())
	t.Cleanup(server.Close)
	return server.URL + "/v1"
}

func TestFencedJSONIsUnwrapped(t *testing.T) {
	b := simulate(t, false)
	b.sim.SetMind(mind(func(actor.Request) actor.Reply { return actor.Reply{Text: `{"answer":true}`} }))
	b.sim.Misbehave(simulated.FencedJSON, 1)
	if got, err := b.ask(schema(t)); err != nil || got.Text != `{"answer":true}` {
		t.Errorf("got %+v, %v", got, err)
	}
}
