package llm_test

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
)

func TestACallIDKeepsWhatItCarries(t *testing.T) {
	cases := []struct {
		name string
		id   llm.CallID
		want string
	}{
		{"nothing signed", llm.CallID{ID: "call_1"}, "call_1"},
		{"signed", llm.CallID{ID: "c1", Provider: "gemini", Model: "gemini-3", Signature: []byte{0, 255, 62}}, "c1~sig1~gemini~gemini-3~AP8-"},
		{"odd names", llm.CallID{ID: "a~sig1~b", Provider: "x~y z", Model: "a/b&c", Signature: []byte("s")}, "a~sig1~b~sig1~x%7Ey+z~a%2Fb%26c~cw"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.id.String(); got != c.want {
				t.Errorf("written %q", got)
			}
			if got := llm.ParseCallID(c.want); !reflect.DeepEqual(got, c.id) {
				t.Errorf("read %+v", got)
			}
		})
	}
	for _, odd := range []string{"", "~sig1~", "x~sig1~a~b", "x~sig1~a~b~!!", "x~sig1~%zz~b~cw"} {
		if got := llm.ParseCallID(odd); got.ID != odd || got.Signature != nil {
			t.Errorf("%q read as %+v", odd, got)
		}
	}
}

func TestASignatureIsForWhoMadeIt(t *testing.T) {
	id := llm.CallID{ID: "1", Provider: "gemini", Model: "a", Signature: []byte("s")}
	if string(id.SignatureFor("gemini", "a")) != "s" || id.SignatureFor("gemini", "b") != nil || id.SignatureFor("vertex", "a") != nil {
		t.Error("given to the wrong one")
	}
	if made := (llm.CallID{ID: llm.NewCallID()}); !made.Made() || id.Made() || llm.NewCallID() == made.ID {
		t.Error("made ids are not told apart")
	}
}

func TestASavedTranscriptStillCarriesTheSignature(t *testing.T) {
	id := llm.CallID{ID: "1", Provider: "gemini", Model: "a", Signature: []byte{1, 2, 3}}.String()
	before := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeHuman, "hours?"),
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.TextContent{Text: "wait"},
			llms.ToolCall{ID: id, Type: "function", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{"a":1}`}}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: id, Name: "f", Content: `{"x":1}`}}},
	}
	raw, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	var after []llms.MessageContent
	if err := json.Unmarshal(raw, &after); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("before %+v\nafter  %+v", before, after)
	}
}

func TestPrices(t *testing.T) {
	cases := []struct {
		model string
		usage llm.Usage
		micro int64
	}{
		{"gpt-5.4-mini-2026-03-17", llm.Usage{Input: 1_000_000, Output: 1_000_000}, 5_250_000},
		{"gpt-5.4", llm.Usage{Input: 272_000}, 680_000},
		{"gpt-5.4", llm.Usage{Input: 300_000}, 1_500_000}, // the long price counts for the whole call
		{"gpt-5.2", llm.Usage{Input: 1000, Cached: 400, Output: 10, Searches: 2}, 600*7/4 + 70 + 140 + 20_000},
		{"gemini-3.1-pro-preview", llm.Usage{Input: 1, Output: 1}, 14},
		{"gpt-5.4-nano", llm.Usage{Input: 1}, 1}, // rounded up
	}
	for _, c := range cases {
		price, known := llm.PriceOf(c.model)
		if got := price.Cost(c.usage); !known || got != c.micro {
			t.Errorf("%s %+v costs %d, want %d", c.model, c.usage, got, c.micro)
		}
	}
	for _, unknown := range []string{"", "gpt-5.4-mini-preview", "gpt-5", "llama3"} {
		if price, known := llm.PriceOf(unknown); known || !price.IsZero() {
			t.Errorf("%q has a price", unknown)
		}
	}
}

func TestUsageOfLangchaingosModelsIsRead(t *testing.T) {
	got := llm.UsageOf(&llms.ContentChoice{GenerationInfo: map[string]any{"PromptTokens": 12, "CompletionTokens": int64(3), "PromptCachedTokens": int32(2)}})
	if got != (llm.Usage{Input: 12, Output: 3, Cached: 2}) {
		t.Errorf("got %+v", got)
	}
	if (llm.UsageOf(&llms.ContentChoice{}) != llm.Usage{}) {
		t.Error("usage out of nothing")
	}
}

func TestWhatAStatusMeans(t *testing.T) {
	cases := []struct {
		status  int
		outcome llm.Outcome
		trips   bool
		alert   bool
	}{
		{302, llm.FailOver, false, false}, {400, llm.CallerBug, false, false}, {401, llm.DeadKey, false, true},
		{402, llm.DeadKey, false, true}, {403, llm.DeadKey, false, true}, {404, llm.FailOver, false, true},
		{405, llm.FailOver, false, false}, {408, llm.RetrySame, true, false}, {413, llm.CallerBug, false, false},
		{422, llm.CallerBug, false, false}, {429, llm.CoolDown, false, false}, {500, llm.RetrySame, true, false},
		{501, llm.FailOver, false, false}, {502, llm.RetrySame, true, false}, {503, llm.FailOver, true, false},
		{504, llm.FailOver, true, false}, {529, llm.FailOver, true, false},
	}
	for _, c := range cases {
		got := llm.FromStatus(c.status, http.Header{}, time.Time{})
		if got.Outcome != c.outcome || got.Trips != c.trips || got.Alert != c.alert || got.Status != c.status {
			t.Errorf("%d: %+v", c.status, got)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	cases := []struct {
		key, value string
		want       time.Duration
	}{
		{"Retry-After", "5", 5 * time.Second}, {"Retry-After", "300", 300 * time.Second}, {"Retry-After-Ms", "250", 250 * time.Millisecond},
		{"Retry-After", now.Add(time.Minute).Format(http.TimeFormat), time.Minute}, {"Retry-After", now.Add(-time.Minute).Format(http.TimeFormat), 0},
		{"Retry-After", "soon", 0}, {"X-Other", "5", 0}, {"Retry-After", "-3", 0},
	}
	for _, c := range cases {
		if got := llm.RetryAfter(http.Header{c.key: {c.value}}, now); got != c.want {
			t.Errorf("%s: %s means %s", c.key, c.value, got)
		}
	}
}

func TestOnlyCodesArePrinted(t *testing.T) {
	for word, want := range map[string]string{
		"rate_limit_exceeded": "rate_limit_exceeded", "input[2].content": "input[2].content", "UNAVAILABLE": "UNAVAILABLE",
		"Incorrect API key provided: sk-1": "", "a\nb": "", strings.Repeat("x", 81): "",
	} {
		if got := llm.Word(word); got != want {
			t.Errorf("%q printed as %q", word, got)
		}
	}
}

func TestStrictSchemas(t *testing.T) {
	type inner struct {
		A string `json:"a"`
	}
	type closed struct {
		List []inner `json:"list"`
	}
	type open struct {
		A string `json:"a,omitempty"`
	}
	type deepOpen struct {
		Inner map[string]open `json:"inner"`
		List  []open          `json:"list"`
	}
	for _, c := range []struct {
		name   string
		schema *jsonschema.Schema
		strict bool
	}{
		{"closed", must(jsonschema.For[closed](nil)), true}, {"optional", must(jsonschema.For[open](nil)), false}, {"deep", must(jsonschema.For[deepOpen](nil)), false},
		{"not closed", &jsonschema.Schema{Type: "object"}, false},
	} {
		m, err := llm.Parameters(c.schema)
		if err != nil || llm.Strict(m) != c.strict {
			t.Errorf("%s: %v %v", c.name, m, err)
		}
	}
	if m, err := llm.Parameters(nil); err != nil || !llm.Strict(m) || m["type"] != "object" {
		t.Errorf("a tool without parameters: %v %v", m, err)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
