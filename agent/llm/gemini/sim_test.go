package gemini_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/agent/llm/gemini"
	"marketa/sandbox/actor"
	simulated "marketa/sandbox/gemini"
	"marketa/sandbox/wire"
)

// mind calls the first tool on offer, and says what came back.
type mind func(actor.Request) actor.Reply

func (m mind) Answer(r actor.Request) actor.Reply { return m(r) }

func plainMind(r actor.Request) actor.Reply {
	last := r.Turns[len(r.Turns)-1]
	if len(last.Results) > 0 {
		return actor.Reply{Text: "It says " + last.Results[0].Output}
	}
	if len(r.Tools) > 0 {
		return actor.Reply{Calls: []actor.Call{
			{Name: r.Tools[0].Name, Args: json.RawMessage(`{"day":"sunday"}`)}, {Name: r.Tools[0].Name, Args: json.RawMessage(`{"day":"monday"}`)},
		}}
	}
	return actor.Reply{Text: "Sì, domenica siamo aperti dalle dodici alle quindici, e la sera dalle diciannove."}
}

type simBench struct {
	sim    *simulated.Sim
	clock  *wire.Clock
	router *llm.Router

	mu     sync.Mutex
	booked []llm.Call
}

func simulate(t *testing.T) *simBench {
	t.Helper()
	b := &simBench{clock: wire.Simulated(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC))}
	b.sim = simulated.New(simulated.Config{Clock: b.clock, Key: "the-key", Mind: mind(plainMind)})
	server := httptest.NewServer(b.sim.Handler())
	t.Cleanup(server.Close)
	client, err := gemini.New(gemini.Config{BaseURL: server.URL, Key: "the-key", Now: b.clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	b.router, err = llm.NewRouter(llm.Config{
		Clock: b.clock, MaxWait: time.Nanosecond,
		Routes: map[llm.Task][]llm.Hop{llm.Reply: {{Model: model, Client: client}}},
		Book:   func(c llm.Call) { b.mu.Lock(); defer b.mu.Unlock(); b.booked = append(b.booked, c) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (b *simBench) ask(opts ...llms.CallOption) (llm.Answer, error) {
	return b.router.Generate(context.Background(), llm.Reply, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "PROMPT-WORDS aperti?")}, opts...)
}

func TestEveryFaultOfTheSimulatedVendorHasItsOutcome(t *testing.T) {
	cases := []struct {
		kind    simulated.Kind
		outcome llm.Outcome
		code    string
		trips   bool
		alert   bool
		retry   time.Duration
		times   int
	}{
		{simulated.EmptyAnswer, llm.RetrySame, "empty", false, false, 0, 2},
		{simulated.EmptyBody, llm.RetrySame, "cut_off", true, false, 0, 2},
		{simulated.MaxTokens, llm.FailOver, "MAX_TOKENS", false, false, 0, 1},
		{simulated.MalformedCall, llm.RetrySame, "MALFORMED_FUNCTION_CALL", false, false, 0, 2},
		{simulated.ErrorFrame, llm.FailOver, "UNAVAILABLE", true, false, 0, 1},
		{simulated.CutStream, llm.RetrySame, "cut_off", true, false, 0, 2},
		{simulated.EndEarly, llm.RetrySame, "cut_off", true, false, 0, 2},
		{simulated.RateLimited, llm.CoolDown, "RESOURCE_EXHAUSTED", false, false, 7 * time.Second, 1},
		{simulated.DailyQuota, llm.CoolDown, "quota_per_day", false, true, 24 * time.Hour, 1},
		{simulated.Overloaded, llm.FailOver, "UNAVAILABLE", true, false, 0, 1},
		{simulated.Internal, llm.RetrySame, "INTERNAL", true, false, 0, 2},
		{simulated.ArrayError, llm.FailOver, "UNAVAILABLE", true, false, 0, 1},
		{simulated.HTMLError, llm.FailOver, "", true, false, 0, 1},
		{simulated.NoCode, llm.CallerBug, "", false, false, 0, 1},
		{simulated.KeyRevoked, llm.DeadKey, "API_KEY_INVALID", false, true, 0, 1},
		{simulated.Finish("RECITATION"), llm.FailOver, "RECITATION", false, false, 0, 1},
		{simulated.Finish("LANGUAGE"), llm.FailOver, "LANGUAGE", false, false, 0, 1},
		{simulated.Finish("OTHER"), llm.FailOver, "OTHER", false, false, 0, 1},
		{simulated.Finish("UNEXPECTED_TOOL_CALL"), llm.RetrySame, "UNEXPECTED_TOOL_CALL", false, false, 0, 2},
		{simulated.Finish("TOO_MANY_TOOL_CALLS"), llm.RetrySame, "TOO_MANY_TOOL_CALLS", false, false, 0, 2},
		{simulated.Finish("NO_IMAGE"), llm.FailOver, "NO_IMAGE", false, false, 0, 1},
	}
	for _, c := range cases {
		t.Run(string(c.kind), func(t *testing.T) {
			b := simulate(t)
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

func TestAFilterIsARefusal(t *testing.T) {
	kinds := []simulated.Kind{}
	for _, reason := range []string{"SAFETY", "OTHER", "BLOCKLIST", "PROHIBITED_CONTENT", "MODEL_ARMOR", "JAILBREAK"} {
		kinds = append(kinds, simulated.Block(reason))
	}
	for _, reason := range []string{"SAFETY", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT"} {
		kinds = append(kinds, simulated.Finish(reason))
	}
	for _, kind := range kinds {
		b := simulate(t)
		b.sim.Misbehave(kind, 1)
		_, err := b.ask()
		var refused *llm.Refused
		if !errors.As(err, &refused) || !strings.HasSuffix(string(kind), refused.Reason) || len(b.sim.Calls()) != 1 {
			t.Errorf("%s: got %v", kind, err)
		}
	}
}

func TestAStalledVendorRunsOut(t *testing.T) {
	for _, kind := range []simulated.Kind{simulated.StallFirstByte, simulated.StallBetween} {
		t.Run(string(kind), func(t *testing.T) {
			b := simulate(t)
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
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestFencedJSONIsUnwrapped(t *testing.T) {
	b := simulate(t)
	b.sim.SetMind(mind(func(r actor.Request) actor.Reply {
		if len(r.Schema) == 0 {
			t.Error("no schema came")
		}
		return actor.Reply{Text: `{"answer":true}`}
	}))
	b.sim.Misbehave(simulated.FencedJSON, 1)
	got, err := b.ask(llm.WithSchema("verdict", closedSchema(t)))
	if err != nil || got.Text != `{"answer":true}` {
		t.Errorf("got %+v, %v", got, err)
	}
}

var day = llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: "get_hours", Description: "Hours of a day.", Parameters: map[string]any{
	"type": "object", "properties": map[string]any{"day": map[string]any{"type": "string"}}, "required": []any{"day"},
}}}

// loop goes through one round of tools and returns the error of the second request.
func (b *simBench) loop(t *testing.T, change func(string) string) (llm.Answer, error) {
	t.Helper()
	transcript := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "aperti?")}
	first, err := b.router.Generate(context.Background(), llm.Reply, transcript, llms.WithTools([]llms.Tool{day}))
	if err != nil || len(first.ToolCalls) != 2 {
		t.Fatalf("got %+v, %v", first, err)
	}
	for i := range first.ToolCalls {
		first.ToolCalls[i].ID = change(first.ToolCalls[i].ID)
	}
	transcript = append(transcript, first.Message())
	for _, call := range first.ToolCalls {
		transcript = append(transcript, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
			llms.ToolCallResponse{ToolCallID: call.ID, Name: call.FunctionCall.Name, Content: `{"output":"12-15"}`},
		}})
	}
	return b.router.Generate(context.Background(), llm.Reply, transcript, llms.WithTools([]llms.Tool{day}))
}

func TestAVendorThatInsistsOnItsSignatureGetsIt(t *testing.T) {
	b := simulate(t)
	got, err := b.loop(t, func(id string) string { return id })
	if err != nil || !strings.Contains(got.Text, "12-15") {
		t.Fatalf("got %+v, %v", got, err)
	}
	if prompt := b.sim.Calls()[1].Prompt; bytes.Contains(prompt, []byte("skip_thought")) || !bytes.Contains(prompt, []byte("thoughtSignature")) {
		t.Errorf("sent %s", prompt)
	}
}

func TestAStrangersCallGetsTheSentinelAsItStands(t *testing.T) {
	b := simulate(t)
	got, err := b.loop(t, func(id string) string { return llm.ParseCallID(id).ID })
	if err != nil || !strings.Contains(got.Text, "12-15") {
		t.Fatalf("got %+v, %v", got, err)
	}
	prompt := b.sim.Calls()[1].Prompt
	if n := bytes.Count(prompt, []byte(`"thoughtSignature":"skip_thought_signature_validator"`)); n != 1 {
		t.Errorf("the literal stands %d times in %s", n, prompt)
	}
}

func TestASignatureThatItsVendorRefusesIsReplaced(t *testing.T) {
	b := simulate(t)
	got, err := b.loop(t, func(id string) string {
		parsed := llm.ParseCallID(id)
		if parsed.Signature != nil {
			parsed.Signature = []byte("made with a key that is gone")
		}
		return parsed.String()
	})
	if err != nil || !strings.Contains(got.Text, "12-15") {
		t.Fatalf("got %+v, %v", got, err)
	}
	if calls := b.sim.Calls(); len(calls) != 3 || calls[1].Status != 400 || len(b.booked) != 2 {
		t.Errorf("requests %d, booked %+v", len(calls), b.booked)
	}
}

func TestAWrongKeyIsDead(t *testing.T) {
	b := simulate(t)
	server := httptest.NewServer(b.sim.Handler())
	defer server.Close()
	client, err := gemini.New(gemini.Config{BaseURL: server.URL, Key: "sk-SECRET"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.GenerateContent(context.Background(), []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "x")}, llms.WithModel(model))
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.Outcome != llm.DeadKey || !failed.Alert || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("got %v", err)
	}
}

func TestARetiredModelFailsOverAndAlerts(t *testing.T) {
	b := simulate(t)
	server := httptest.NewServer(b.sim.Handler())
	defer server.Close()
	client, err := gemini.New(gemini.Config{BaseURL: server.URL, Key: "the-key", Model: "gemini-3-pro-preview"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Call(context.Background(), "x")
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.Outcome != llm.FailOver || !failed.Alert || failed.Trips || failed.Code != "NOT_FOUND" {
		t.Errorf("got %+v", failed)
	}
}
