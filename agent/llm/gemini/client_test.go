package gemini_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/agent/llm/gemini"
	"marketa/agent/llm/llmtest"
)

func closedSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	s, err := jsonschema.For[struct {
		Answer bool `json:"answer"`
	}](nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// answering serves every request with the same answer and keeps paths and bodies.
type answering struct {
	*httptest.Server
	paths  []string
	bodies []string
	status map[string]int // by the path's method, e.g. ":generateContent"
	stream string
	plain  string
}

func serveAnswers(t *testing.T, a *answering) *answering {
	t.Helper()
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		a.paths, a.bodies = append(a.paths, r.URL.RequestURI()), append(a.bodies, string(body))
		method := r.URL.Path[strings.LastIndexByte(r.URL.Path, ':'):]
		switch status := a.status[method]; {
		case status != 0:
			w.WriteHeader(status)
		case method == ":generateContent":
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, a.plain)
		default:
			w.Header().Set("Content-Type", "text/event-stream")
			_, _ = io.WriteString(w, a.stream)
		}
	}))
	t.Cleanup(a.Close)
	return a
}

func (a *answering) client(t *testing.T) *gemini.Client {
	t.Helper()
	c, err := gemini.New(gemini.Config{BaseURL: a.URL, Key: "k", Model: model})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var saysOK = strings.Join(frames(llmtest.Reply{Text: "ok", Input: 1, Output: 1}), "")

func TestTheWholeRequest(t *testing.T) {
	a := serveAnswers(t, &answering{stream: saysOK})
	signed := llm.CallID{ID: "c1", Provider: "gemini", Model: model, Signature: []byte{0xfb, 0xff, 0xfe}}.String()
	ours := llm.NewCallID()
	msgs := []llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."),
		{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{
			llms.TextContent{Text: `hi "thoughtSignature":"c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I="`}, llms.TextContent{},
			llms.BinaryContent{MIMEType: "image/png", Data: []byte("PNG")}, llms.ImageURLContent{URL: "data:image/webp;base64,V0VCUA=="}, llms.ImageURLContent{URL: "gs://b/x.png"},
		}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.TextContent{Text: "wait"},
			llms.ToolCall{ID: signed, FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{"a":1}`}},
			llms.ToolCall{ID: ours, FunctionCall: &llms.FunctionCall{Name: "g", Arguments: ""}}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: signed, Content: `{"x":1}`}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: ours, Name: "g", Content: "no such thing"}}},
		{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.ToolCall{ID: "oai", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `[1]`}}}},
		{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "oai", Content: `[1,2]`}}},
		llms.TextParts(llms.ChatMessageTypeHuman, "and?"),
	}
	_, err := a.client(t).GenerateContent(context.Background(), msgs,
		llms.WithTools([]llms.Tool{day, {Type: "function", Function: &llms.FunctionDefinition{Name: "bare"}}}),
		llms.WithToolChoice(llms.ToolChoice{Type: "function", Function: &llms.FunctionReference{Name: "get_hours"}}),
		llms.WithMaxTokens(2048), llms.WithTemperature(0.5), llms.WithStopWords([]string{"END"}), llms.WithSeed(7),
		llm.WithSchema("s", closedSchema(t)), llm.WithEffort(llm.High))
	if err != nil {
		t.Fatal(err)
	}
	want := `{
	 "contents":[
	  {"role":"user","parts":[{"text":"hi \"thoughtSignature\":\"c2tpcF90aG91Z2h0X3NpZ25hdHVyZV92YWxpZGF0b3I=\""},{"inlineData":{"mimeType":"image/png","data":"UE5H"}},
	   {"inlineData":{"mimeType":"image/webp","data":"V0VCUA=="}},{"fileData":{"mimeType":"image/png","fileUri":"gs://b/x.png"}}]},
	  {"role":"model","parts":[{"text":"wait"},{"functionCall":{"id":"c1","name":"f","args":{"a":1}},"thoughtSignature":"+//+"},{"functionCall":{"name":"g"}}]},
	  {"role":"user","parts":[{"functionResponse":{"id":"c1","name":"f","response":{"x":1}}},{"functionResponse":{"name":"g","response":{"output":"no such thing"}}}]},
	  {"role":"model","parts":[{"functionCall":{"id":"oai","name":"f","args":{"arguments":[1]}},"thoughtSignature":"skip_thought_signature_validator"}]},
	  {"role":"user","parts":[{"functionResponse":{"id":"oai","name":"f","response":{"output":[1,2]}}}]},
	  {"role":"user","parts":[{"text":"and?"}]}],
	 "systemInstruction":{"role":"user","parts":[{"text":"Be brief."}]},
	 "tools":[{"functionDeclarations":[{"name":"get_hours","description":"Hours of a day.","parametersJsonSchema":{"type":"object","properties":{"day":{"type":"string"}},"required":["day"]}},{"name":"bare"}]}],
	 "toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["get_hours"]}},
	 "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_ONLY_HIGH"},{"category":"HARM_CATEGORY_HATE_SPEECH","threshold":"BLOCK_ONLY_HIGH"},
	  {"category":"HARM_CATEGORY_SEXUALLY_EXPLICIT","threshold":"BLOCK_ONLY_HIGH"},{"category":"HARM_CATEGORY_DANGEROUS_CONTENT","threshold":"BLOCK_ONLY_HIGH"}],
	 "generationConfig":{"maxOutputTokens":2048,"temperature":0.5,"seed":7,"stopSequences":["END"],"responseMimeType":"application/json",
	  "responseJsonSchema":{"type":"object","properties":{"answer":{"type":"boolean"}},"required":["answer"],"additionalProperties":false},
	  "thinkingConfig":{"thinkingLevel":"HIGH"}}}`
	same(t, a.bodies[0], want)
	if a.paths[0] != "/v1beta/models/"+model+":streamGenerateContent?alt=sse" {
		t.Errorf("path %s", a.paths[0])
	}
}

// same compares as JSON, and shows both as they are.
func same(t *testing.T, got, want string) {
	t.Helper()
	var g, w any
	if err := json.Unmarshal([]byte(got), &g); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(want), &w); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(g, w) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestWhatDependsOnTheModel(t *testing.T) {
	cases := []struct {
		model, level string
		sentinel     bool
	}{
		{"gemini-3.1-pro-preview", "LOW", true}, {"gemini-3.5-flash", "MINIMAL", true}, {"gemini-2.5-pro", "", false}, {"models/gemini-2.5-flash", "", false}, {"gemini-4-argon", "MINIMAL", true},
	}
	for _, c := range cases {
		a := serveAnswers(t, &answering{stream: saysOK})
		_, err := a.client(t).GenerateContent(context.Background(), []llms.MessageContent{
			{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.ToolCall{ID: "x", FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{}`}}}},
			{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: "x", Name: "f"}}},
		}, llms.WithModel(c.model), llm.WithEffort(llm.Minimal))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(a.bodies[0], "skip_thought"); got != c.sentinel {
			t.Errorf("%s: sentinel %v", c.model, got)
		}
		if got := strings.Contains(a.bodies[0], `"thinkingLevel":"`+c.level+`"`); got != (c.level != "") || c.level == "" && strings.Contains(a.bodies[0], "thinking") {
			t.Errorf("%s: %s", c.model, a.bodies[0])
		}
	}
}

func TestToolChoices(t *testing.T) {
	for choice, want := range map[any]string{"none": `"mode":"NONE"`, "required": `"mode":"ANY"`, "auto": "", nil: ""} {
		a := serveAnswers(t, &answering{stream: saysOK})
		if _, err := a.client(t).GenerateContent(context.Background(), words("x"), llms.WithTools([]llms.Tool{day}), llms.WithToolChoice(choice)); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(a.bodies[0], "toolConfig"); got != (want != "") || !strings.Contains(a.bodies[0], want) {
			t.Errorf("%v: %s", choice, a.bodies[0])
		}
	}
}

func words(text string) []llms.MessageContent {
	return []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, text)}
}

func TestABaseWithoutStreamsIsRemembered(t *testing.T) {
	for _, status := range []int{404, 405, 501} {
		a := serveAnswers(t, &answering{status: map[string]int{":streamGenerateContent": status}, plain: whole(llmtest.Reply{Text: "ok"})})
		c := a.client(t)
		for range 2 {
			if got, err := c.Call(context.Background(), "x"); err != nil || got != "ok" {
				t.Fatalf("got %q, %v", got, err)
			}
		}
		if len(a.paths) != 3 || !strings.HasSuffix(a.paths[2], ":generateContent") {
			t.Errorf("%d: %v", status, a.paths)
		}
	}
}

func TestAnUnknownModelProvesNothingAboutTheBase(t *testing.T) {
	a := serveAnswers(t, &answering{status: map[string]int{":streamGenerateContent": 404, ":generateContent": 404}, stream: saysOK})
	c := a.client(t)
	_, err := c.Call(context.Background(), "x")
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.Status != 404 || failed.Outcome != llm.FailOver {
		t.Fatalf("got %v", err)
	}
	a.status = nil
	if _, err := c.Call(context.Background(), "x"); err != nil || !strings.Contains(a.paths[2], ":stream") {
		t.Fatalf("%v %v", a.paths, err)
	}
	a.status = map[string]int{":streamGenerateContent": 404}
	if _, err := c.Call(context.Background(), "x"); err == nil || len(a.paths) != 4 {
		t.Errorf("a base that streams was asked in one piece: %v %v", a.paths, err)
	}
}

func TestErrorsInEveryShape(t *testing.T) {
	cases := []struct {
		name    string
		body    string
		status  int
		outcome llm.Outcome
		code    string
		alert   bool
		retry   time.Duration
	}{
		{"retry info", `{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7s"}]}}`, 429, llm.CoolDown, "RESOURCE_EXHAUSTED", false, 7 * time.Second},
		{"a quota of the day beats its retry info", `{"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED","details":[
			{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProject"}]},
			{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"7.5s"}]}}`, 429, llm.CoolDown, "quota_per_day", true, 24 * time.Hour},
		{"a wrong key as a bad request", `{"error":{"code":400,"message":"API key not valid. Please pass a valid API key.","status":"INVALID_ARGUMENT","details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}}`, 400, llm.DeadKey, "API_KEY_INVALID", true, 0},
		{"a wrong key without details", `{"error":{"code":400,"message":"API key expired. Renew it.","status":"INVALID_ARGUMENT"}}`, 400, llm.DeadKey, "INVALID_ARGUMENT", true, 0},
		{"a region or a bill", `{"error":{"code":400,"message":"User location is not supported","status":"FAILED_PRECONDITION"}}`, 400, llm.DeadKey, "FAILED_PRECONDITION", true, 0},
		{"a bad request", `{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}`, 400, llm.CallerBug, "INVALID_ARGUMENT", false, 0},
		{"a word as code", `{"error":{"code":"invalid_request","message":"m"}}`, 400, llm.CallerBug, "", false, 0},
		{"a sentence", `{"error":"overloaded, try later"}`, 503, llm.FailOver, "", false, 0},
		{"an array", `[{"error":{"code":500,"message":"m","status":"INTERNAL"}}]`, 500, llm.RetrySame, "INTERNAL", false, 0},
		{"no permission", `{"error":{"code":403,"message":"m","status":"PERMISSION_DENIED"}}`, 403, llm.DeadKey, "PERMISSION_DENIED", true, 0},
		{"inside a success", `{"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}`, 200, llm.FailOver, "UNAVAILABLE", false, 0},
		{"inside a success without a number", `{"error":{"message":"m","status":"RESOURCE_EXHAUSTED"}}`, 200, llm.CoolDown, "RESOURCE_EXHAUSTED", false, 0},
		{"inside a success without anything", `{"error":{"message":"m"}}`, 200, llm.RetrySame, "stream_error", false, 0},
		{"no answer at all", `{}`, 200, llm.RetrySame, "cut_off", false, 0},
		{"not even JSON", `{oops`, 200, llm.RetrySame, "malformed", false, 0},
	}
	for _, c := range cases {
		for _, method := range []string{":streamGenerateContent", ":generateContent"} {
			t.Run(c.name+method, func(t *testing.T) {
				server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if !strings.HasSuffix(r.URL.Path, method) {
						w.WriteHeader(501)
						return
					}
					w.Header().Set("Content-Type", "application/json")
					w.WriteHeader(c.status)
					_, _ = io.WriteString(w, c.body)
				}))
				defer server.Close()
				client, err := gemini.New(gemini.Config{BaseURL: server.URL, Key: "k", Model: model})
				if err != nil {
					t.Fatal(err)
				}
				_, err = client.Call(context.Background(), "x")
				var failed *llm.Error
				if !errors.As(err, &failed) || failed.Outcome != c.outcome || failed.Code != c.code || failed.Alert != c.alert || failed.RetryAfter != c.retry {
					t.Errorf("got %+v, %v", failed, err)
				}
			})
		}
	}
}

func TestAnErrorInTheMiddleOfAStream(t *testing.T) {
	begun := frames(llmtest.Reply{Text: "Sì, siamo"})[0]
	for body, want := range map[string]llm.Outcome{
		`data: {"error":{"code":503,"message":"m","status":"UNAVAILABLE"}}` + "\r\n\r\n":        llm.FailOver,
		`data: {"error":{"code":429,"message":"m","status":"RESOURCE_EXHAUSTED"}}` + "\r\n\r\n": llm.CoolDown,
		`{"error":{"code":500,"message":"m","status":"INTERNAL"}}`:                              llm.RetrySame,
		`data: {"error":{"message":"m"}}` + "\r\n\r\n":                                          llm.RetrySame,
	} {
		a := serveAnswers(t, &answering{stream: begun + body})
		_, err := a.client(t).Call(context.Background(), "x")
		var failed *llm.Error
		if !errors.As(err, &failed) || failed.Outcome != want || !failed.Usage.Estimated {
			t.Errorf("%s: got %+v, %v", body, failed, err)
		}
	}
}

func TestAServerThatKnowsNoEventStreamSendsAnArray(t *testing.T) {
	one, two := frame(`{"text":"Sì, "}`, "", llmtest.Reply{}), whole(llmtest.Reply{Text: "12-15.", Input: 3, Output: 2})
	a := serveAnswers(t, &answering{status: map[string]int{":streamGenerateContent": 501}, plain: " [" + one + ",\n" + two + "]"})
	if got, err := a.client(t).Call(context.Background(), "x"); err != nil || got != "Sì, 12-15." {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestUsageCountsThoughtsAndToolPrompts(t *testing.T) {
	a := serveAnswers(t, &answering{stream: `data: {"candidates":[{"content":{"parts":[{"text":"ok"}]},"finishReason":"STOP","groundingMetadata":{"webSearchQueries":["a","b"]}}],` +
		`"usageMetadata":{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":5,"thoughtsTokenCount":7,"toolUsePromptTokenCount":3}}` + "\n\n"})
	got, err := a.client(t).GenerateContent(context.Background(), words("x"))
	if err != nil {
		t.Fatal(err)
	}
	if u := llm.UsageOf(got.Choices[0]); u != (llm.Usage{Input: 103, Cached: 40, Output: 12, Reasoning: 7, Searches: 2}) {
		t.Errorf("got %+v", u)
	}
}

func TestAnAnswerWithoutUsageIsEstimated(t *testing.T) {
	a := serveAnswers(t, &answering{stream: `data: {"candidates":[{"content":{"parts":[{"text":"twelve bytes"}]},"finishReason":"STOP"}]}` + "\n\n"})
	got, err := a.client(t).GenerateContent(context.Background(), words("x"))
	if err != nil {
		t.Fatal(err)
	}
	if u := llm.UsageOf(got.Choices[0]); !u.Estimated || u.Output != 3 || u.Input < 50 {
		t.Errorf("got %+v", u)
	}
}

func TestTheSDKNeverAsksAgainByItself(t *testing.T) {
	a := serveAnswers(t, &answering{stream: `data: {"candidates":[{"content":{"parts":[{"text":"half"}]},"finishReason":"CONTINUATION","continuationToken":"dG9rZW4="}]}` + "\n\n"})
	_, err := a.client(t).Call(context.Background(), "x")
	if err == nil || len(a.paths) != 1 || strings.Contains(a.bodies[0], "ontinuation") {
		t.Errorf("got %v after %d requests", err, len(a.paths))
	}
}

func TestTheEnvironmentIsNotRead(t *testing.T) {
	for name, value := range map[string]string{
		"GOOGLE_API_KEY": "SECRET-env", "GEMINI_API_KEY": "SECRET-env", "GOOGLE_GENAI_USE_VERTEXAI": "1", "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:1", "GOOGLE_CLOUD_PROJECT": "p",
	} {
		t.Setenv(name, value)
	}
	if _, err := gemini.New(gemini.Config{}); err == nil || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("without a key: %v", err)
	}
	a := serveAnswers(t, &answering{stream: saysOK})
	if _, err := a.client(t).Call(context.Background(), "x"); err != nil || a.paths[0] != "/v1beta/models/"+model+":streamGenerateContent?alt=sse" {
		t.Errorf("%v %v", a.paths, err)
	}
}
