package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/agent/llm/llmtest"
	"marketa/agent/llm/openai"
)

// scripted answers what its function says and keeps what it was asked.
type scripted struct {
	*httptest.Server
	paths   []string
	bodies  []string
	headers []http.Header
}

func script(t *testing.T, answer func(path, body string) (status int, kind, text string)) *scripted {
	t.Helper()
	s := &scripted{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.paths, s.bodies, s.headers = append(s.paths, r.URL.Path), append(s.bodies, string(body)), append(s.headers, r.Header)
		status, kind, text := answer(r.URL.Path, string(body))
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, text)
	}))
	t.Cleanup(s.Close)
	return s
}

const sse, js = "text/event-stream", "application/json"

// ok answers both wires.
func ok(path, _ string) (int, string, string) {
	r := llmtest.Reply{Text: "ok", Input: 1, Output: 1}
	if strings.HasSuffix(path, "/chat/completions") {
		return 200, sse, strings.Join(chunks(r), "")
	}
	return 200, sse, strings.Join(responseFrames(r), "")
}

func (s *scripted) client(t *testing.T, change ...func(*openai.Config)) *openai.Client {
	t.Helper()
	cfg := openai.Config{BaseURL: s.URL + "/v1", Key: "k", Model: model}
	for _, c := range change {
		c(&cfg)
	}
	c, err := openai.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func chatOnly(c *openai.Config) { c.Chat = true }

var transcript = []llms.MessageContent{
	llms.TextParts(llms.ChatMessageTypeSystem, "Be brief."),
	llms.TextParts(llms.ChatMessageTypeSystem, "Stage: active."),
	{Role: llms.ChatMessageTypeHuman, Parts: []llms.ContentPart{llms.TextContent{Text: "look"}, llms.BinaryContent{MIMEType: "image/png", Data: []byte("PNG")},
		llms.ImageURLContent{URL: "https://x.example/a.jpg", Detail: "low"}, llms.BinaryContent{MIMEType: "application/pdf", Data: []byte("PDF")}}},
	{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.TextContent{Text: "wait"},
		llms.ToolCall{ID: llm.CallID{ID: "g1", Provider: "gemini", Model: "m", Signature: []byte("s")}.String(), FunctionCall: &llms.FunctionCall{Name: "f", Arguments: `{"a":1}`}}}},
	{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: llm.CallID{ID: "g1", Provider: "gemini", Model: "m", Signature: []byte("s")}.String(), Name: "f", Content: `{"x":1}`}}},
	llms.TextParts(llms.ChatMessageTypeSystem, "Shorter."),
	llms.TextParts(llms.ChatMessageTypeHuman, "and?"),
}

func allOptions(t *testing.T) []llms.CallOption {
	return []llms.CallOption{
		llms.WithTools([]llms.Tool{day, {Type: "function", Function: &llms.FunctionDefinition{Name: "bare"}}}),
		llms.WithToolChoice(llms.ToolChoice{Type: "function", Function: &llms.FunctionReference{Name: "get_hours"}}),
		llms.WithMaxTokens(900), llms.WithTemperature(0.5), schema(t), llm.WithEffort(llm.Minimal),
	}
}

func TestTheWholeResponsesRequest(t *testing.T) {
	s := script(t, ok)
	if _, err := s.client(t).GenerateContent(context.Background(), transcript, allOptions(t)...); err != nil {
		t.Fatal(err)
	}
	same(t, s.bodies[0], `{"model":"gpt-5.2","store":false,"stream":true,"instructions":"Be brief.\n\nStage: active.","max_output_tokens":900,"temperature":0.5,
	 "reasoning":{"effort":"low"},
	 "input":[
	  {"role":"user","content":[{"type":"input_text","text":"look"},{"type":"input_image","image_url":"data:image/png;base64,UE5H","detail":"auto"},
	   {"type":"input_image","image_url":"https://x.example/a.jpg","detail":"low"},{"type":"input_file","file_data":"data:application/pdf;base64,UERG","filename":"file"}]},
	  {"role":"assistant","content":"wait"},
	  {"type":"function_call","call_id":"g1","name":"f","arguments":"{\"a\":1}"},
	  {"type":"function_call_output","call_id":"g1","output":"{\"x\":1}"},
	  {"role":"developer","content":[{"type":"input_text","text":"Shorter."}]},
	  {"role":"user","content":[{"type":"input_text","text":"and?"}]}],
	 "tools":[{"type":"function","name":"get_hours","description":"Hours of a day.","strict":true,"parameters":{"type":"object","properties":{"day":{"type":"string"}},"required":["day"],"additionalProperties":false}},
	  {"type":"function","name":"bare","strict":false,"parameters":{"type":"object","properties":{},"additionalProperties":false}}],
	 "tool_choice":{"type":"function","name":"get_hours"},
	 "text":{"format":{"type":"json_schema","name":"verdict","strict":true,"schema":{"type":"object","properties":{"answer":{"type":"boolean"}},"required":["answer"],"additionalProperties":false}}}}`)
	if s.paths[0] != "/v1/responses" || s.headers[0].Get("Authorization") != "Bearer k" {
		t.Errorf("%s %v", s.paths[0], s.headers[0])
	}
}

func TestTheWholeChatRequest(t *testing.T) {
	s := script(t, ok)
	if _, err := s.client(t, chatOnly).GenerateContent(context.Background(), transcript, allOptions(t)...); err != nil {
		t.Fatal(err)
	}
	same(t, s.bodies[0], `{"model":"gpt-5.2","stream":true,"stream_options":{"include_usage":true},"max_tokens":900,"temperature":0.5,
	 "messages":[
	  {"role":"system","content":"Be brief.\n\nStage: active."},
	  {"role":"user","content":[{"type":"text","text":"look"},{"type":"image_url","image_url":{"url":"data:image/png;base64,UE5H"}},
	   {"type":"image_url","image_url":{"url":"https://x.example/a.jpg","detail":"low"}},{"type":"file","file":{"file_data":"data:application/pdf;base64,UERG","filename":"file"}}]},
	  {"role":"assistant","content":"wait","tool_calls":[{"id":"g1","type":"function","function":{"name":"f","arguments":"{\"a\":1}"}}]},
	  {"role":"tool","tool_call_id":"g1","content":"{\"x\":1}"},
	  {"role":"system","content":"Shorter."},
	  {"role":"user","content":"and?"}],
	 "tools":[{"type":"function","function":{"name":"get_hours","description":"Hours of a day.","strict":true,"parameters":{"type":"object","properties":{"day":{"type":"string"}},"required":["day"],"additionalProperties":false}}},
	  {"type":"function","function":{"name":"bare","parameters":{"type":"object","properties":{},"additionalProperties":false}}}],
	 "tool_choice":{"type":"function","function":{"name":"get_hours"}},
	 "response_format":{"type":"json_schema","json_schema":{"name":"verdict","strict":true,"schema":{"type":"object","properties":{"answer":{"type":"boolean"}},"required":["answer"],"additionalProperties":false}}}}`)
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

// toTheTest sends what is meant for the vendor's own address to a server of the test.
type toTheTest struct{ host string }

func (d toTheTest) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Scheme, r.URL.Host = "http", d.host
	return http.DefaultTransport.RoundTrip(r)
}

func TestTheVendorItselfKnowsTheNewNames(t *testing.T) {
	s := script(t, ok)
	c, err := openai.New(openai.Config{Key: "k", Chat: true, HTTP: toTheTest{strings.TrimPrefix(s.URL, "http://")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.GenerateContent(context.Background(), words("x"), llms.WithModel(model), llms.WithMaxTokens(9), llm.WithEffort(llm.High)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(s.bodies[0], `"max_completion_tokens":9`) || !strings.Contains(s.bodies[0], `"reasoning_effort":"high"`) {
		t.Errorf("asked %s", s.bodies[0])
	}
}

func TestAServerOnThisMachineNeedsNoKey(t *testing.T) {
	t.Setenv("OPENAI_API_KEY", "SECRET-env")
	t.Setenv("OPENAI_BASE_URL", "http://127.0.0.1:1")
	t.Setenv("OPENAI_ORG_ID", "SECRET-org")
	s := script(t, ok)
	if _, err := s.client(t, func(c *openai.Config) { c.Key = "" }).Call(context.Background(), "x"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Authorization", "Openai-Organization"} {
		if got := s.headers[0].Get(name); got != "" {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestABaseThatIsNoAddressIsRefused(t *testing.T) {
	for _, base := range []string{"not an address", "://SECRET@", "/v1"} {
		if _, err := openai.New(openai.Config{BaseURL: base}); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q: %v", base, err)
		}
	}
}

func TestToolChoices(t *testing.T) {
	for _, change := range []func(*openai.Config){chatOnly, func(*openai.Config) {}} {
		for choice, want := range map[any]string{"none": `"tool_choice":"none"`, "required": `"tool_choice":"required"`, "auto": "", nil: ""} {
			s := script(t, ok)
			if _, err := s.client(t, change).GenerateContent(context.Background(), words("x"), llms.WithTools([]llms.Tool{day}), llms.WithToolChoice(choice)); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(s.bodies[0], "tool_choice"); got != (want != "") || !strings.Contains(s.bodies[0], want) {
				t.Errorf("%v: %s", choice, s.bodies[0])
			}
		}
	}
}

func TestWhatAServerRefusesIsLeftOutAndRemembered(t *testing.T) {
	cases := []struct {
		name    string
		chat    bool
		opts    []llms.CallOption
		refused string // in the body
		param   string
		message string
		instead string
	}{
		{"effort", false, []llms.CallOption{llm.WithEffort(llm.Low)}, `"reasoning"`, "reasoning.effort", "m", `"input"`},
		{"temperature", false, []llms.CallOption{llms.WithTemperature(1)}, `"temperature"`, "temperature", "m", `"input"`},
		{"temperature, told in words", true, []llms.CallOption{llms.WithTemperature(1)}, `"temperature"`, "", "Unsupported: temperature", `"messages"`},
		{"the old name of the limit", true, []llms.CallOption{llms.WithMaxTokens(9)}, `"max_tokens"`, "max_tokens", "Use 'max_completion_tokens'", `"max_completion_tokens":9`},
		{"usage in a stream", true, nil, `"stream_options"`, "stream_options", "m", `"messages"`},
		{"a schema", false, []llms.CallOption{schema(t)}, `"json_schema"`, "text.format", "m", `"json_object"`},
		{"a schema, told by nothing", true, []llms.CallOption{schema(t)}, `"json_schema"`, "", "bad request", `"json_object"`},
		{"any format", true, []llms.CallOption{schema(t)}, `"response_format"`, "", "unknown field", "It must be valid under this JSON schema"},
		{"JSON mode", false, []llms.CallOption{llms.WithJSONMode()}, `"json_object"`, "text.format", "m", "one JSON object"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			refusals := 0
			s := script(t, func(path, body string) (int, string, string) {
				if strings.Contains(body, c.refused) {
					refusals++
					return 400, js, `{"error":{"message":` + quote(c.message) + `,"type":"invalid_request_error","param":` + quote(c.param) + `,"code":"unsupported_parameter"}}`
				}
				return ok(path, body)
			})
			client := s.client(t, func(cfg *openai.Config) { cfg.Chat = c.chat })
			if _, err := client.GenerateContent(context.Background(), words("x"), c.opts...); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(s.bodies[len(s.bodies)-1], c.instead) {
				t.Errorf("in the end asked %s", s.bodies[len(s.bodies)-1])
			}
			first := refusals
			if _, err := client.GenerateContent(context.Background(), words("x"), c.opts...); err != nil || refusals != first || first == 0 {
				t.Errorf("%v, refused %d times, then %d", err, first, refusals-first)
			}
		})
	}
}

func TestARequestThatIsReallyBadIsNotHaggledOver(t *testing.T) {
	for _, body := range []string{
		`{"error":{"message":"too long","type":"invalid_request_error","param":"input","code":"context_length_exceeded"}}`,
		`{"error":{"message":"m","type":"invalid_request_error","param":"input[3].content","code":null}}`,
		`{"error":{"message":"m","type":"invalid_request_error","param":"tools[0].parameters","code":"invalid_function_parameters"}}`,
	} {
		s := script(t, func(string, string) (int, string, string) { return 400, js, body })
		_, err := s.client(t).GenerateContent(context.Background(), words("x"), schema(t), llm.WithEffort(llm.Low), llms.WithTemperature(1))
		var failed *llm.Error
		if !errors.As(err, &failed) || failed.Outcome != llm.CallerBug || len(s.paths) != 1 {
			t.Errorf("%s: %v after %d requests", body, err, len(s.paths))
		}
	}
	s := script(t, func(string, string) (int, string, string) { return 400, js, `{"error":{"message":"m"}}` })
	_, err := s.client(t).GenerateContent(context.Background(), words("x"), schema(t))
	if err == nil || len(s.paths) != 3 { // by schema, as an object, in words
		t.Errorf("%v after %d requests", err, len(s.paths))
	}
}

func TestABaseWithoutResponsesIsRemembered(t *testing.T) {
	for _, answer := range []string{"404 page not found", `{"error":{"message":"Invalid URL (POST /v1/responses)","type":"invalid_request_error","param":null,"code":null}}`, ""} {
		for _, status := range []int{404, 405, 501} {
			s := script(t, func(path, body string) (int, string, string) {
				if path == "/v1/responses" {
					return status, js, answer
				}
				return ok(path, body)
			})
			c := s.client(t)
			for range 2 {
				if got, err := c.Call(context.Background(), "x"); err != nil || got != "ok" {
					t.Fatalf("%q %d: %q, %v", answer, status, got, err)
				}
			}
			if want := []string{"/v1/responses", "/v1/chat/completions", "/v1/chat/completions"}; !slices.Equal(s.paths, want) {
				t.Errorf("%q %d: %v", answer, status, s.paths)
			}
		}
	}
}

func TestAnUnknownModelProvesNothingAboutTheBase(t *testing.T) {
	gone := false
	s := script(t, func(path, body string) (int, string, string) {
		if gone {
			return 404, js, `{"error":{"message":"no","type":"invalid_request_error","param":"model","code":null}}`
		}
		return ok(path, body)
	})
	notFound := script(t, func(string, string) (int, string, string) {
		return 404, js, `{"error":{"message":"no","type":"invalid_request_error","param":null,"code":"model_not_found"}}`
	})
	_, err := notFound.client(t).Call(context.Background(), "x")
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.Outcome != llm.FailOver || !failed.Alert || len(notFound.paths) != 1 {
		t.Errorf("%v, %v", err, notFound.paths)
	}
	c := s.client(t)
	if _, err := c.Call(context.Background(), "x"); err != nil {
		t.Fatal(err)
	}
	gone = true
	if _, err := c.Call(context.Background(), "x"); err == nil || len(s.paths) != 2 {
		t.Errorf("a base that knows Responses was asked by chat: %v", s.paths)
	}
	gone = false
	if _, err := c.Call(context.Background(), "x"); err != nil || s.paths[2] != "/v1/responses" {
		t.Errorf("%v %v", err, s.paths)
	}
}

func TestErrorsInEveryShape(t *testing.T) {
	cases := []struct {
		name    string
		status  int
		body    string
		outcome llm.Outcome
		code    string
		trips   bool
		alert   bool
	}{
		{"no money", 429, `{"error":{"message":"m","type":"insufficient_quota","param":null,"code":null}}`, llm.DeadKey, "insufficient_quota", false, true},
		{"no credit", 429, `{"error":{"message":"m","type":"insufficient_quota","param":null,"code":"credit_balance_exhausted"}}`, llm.DeadKey, "credit_balance_exhausted", false, true},
		{"a sentence", 500, `{"error":"broken"}`, llm.RetrySame, "", true, false},
		{"only a message", 503, `{"message":"busy"}`, llm.FailOver, "", true, false},
		{"a number as code", 402, `{"error":{"message":"m","code":402}}`, llm.DeadKey, "", false, true},
		{"a number inside a success", 200, `{"error":{"message":"m","code":429}}`, llm.CoolDown, "", false, false},
		{"a code inside a success", 200, `{"id":"","error":{"message":"m","code":"server_is_overloaded"}}`, llm.FailOver, "server_is_overloaded", true, false},
		{"a bad request inside a success", 200, `{"error":{"message":"m","type":"invalid_request_error"}}`, llm.CallerBug, "invalid_request_error", false, false},
		{"nothing known inside a success", 200, `{"error":{"message":"m"}}`, llm.RetrySame, "", true, false},
		{"a sentence inside a success", 200, `{"error":"try again"}`, llm.RetrySame, "", true, false},
		{"something else", 200, `{"object":"list","data":[]}`, llm.RetrySame, "malformed", true, false},
		{"not even JSON", 200, `{oops`, llm.RetrySame, "malformed", true, false},
		{"nothing", 200, ``, llm.RetrySame, "malformed", true, false},
	}
	for _, c := range cases {
		for _, change := range []func(*openai.Config){chatOnly, func(*openai.Config) {}} {
			s := script(t, func(string, string) (int, string, string) { return c.status, js, c.body })
			_, err := s.client(t, change).Call(context.Background(), "x")
			var failed *llm.Error
			if !errors.As(err, &failed) || failed.Outcome != c.outcome || failed.Code != c.code || failed.Trips != c.trips || failed.Alert != c.alert {
				t.Errorf("%s: got %+v, %v", c.name, failed, err)
			}
		}
	}
}

func TestPoliciesRefuse(t *testing.T) {
	for status, body := range map[int]string{
		400: `{"error":{"message":"m","type":"invalid_request_error","code":"content_filter"}}`,
		403: `{"error":{"message":"m","code":"content_policy_violation"}}`,
		200: `{"error":{"message":"m","code":"invalid_prompt"}}`,
	} {
		s := script(t, func(string, string) (int, string, string) { return status, js, body })
		_, err := s.client(t).Call(context.Background(), "x")
		var refused *llm.Refused
		if !errors.As(err, &refused) || refused.Provider != "openai" || refused.Model != model {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestEventsThatEndAStreamBadly(t *testing.T) {
	begun := responseFrames(llmtest.Reply{Text: "Sì"})[0]
	cases := []struct {
		name, frame string
		outcome     llm.Outcome
		code        string
	}{
		{"flat error", `{"type":"error","code":"server_error","message":"m","param":null,"sequence_number":2}`, llm.RetrySame, "server_error"},
		{"flat error without a code", `{"type":"error","code":null,"message":"m","param":null,"sequence_number":2}`, llm.RetrySame, ""},
		{"flat rate limit", `{"type":"error","code":"rate_limit_exceeded","message":"m","param":null}`, llm.CoolDown, "rate_limit_exceeded"},
		{"nested error", `{"type":"error","error":{"type":"server_error","code":"server_is_overloaded","message":"m"}}`, llm.FailOver, "server_is_overloaded"},
		{"nothing in the error", `{"type":"response.in_progress","error":null}`, llm.RetrySame, ""},
		{"failed", `{"type":"response.failed","response":{"id":"r","object":"response","status":"failed","error":{"code":"server_error","message":"m"},"output":[]}}`, llm.RetrySame, "server_error"},
		{"failed by rate", `{"type":"response.failed","response":{"id":"r","object":"response","status":"failed","error":{"code":"rate_limit_exceeded","message":"m"},"output":[]}}`, llm.CoolDown, "rate_limit_exceeded"},
		{"failed by the picture", `{"type":"response.failed","response":{"id":"r","object":"response","status":"failed","error":{"code":"invalid_image_url","message":"m"},"output":[]}}`, llm.CallerBug, "invalid_image_url"},
	}
	for _, c := range cases {
		// What follows must not be waited for: the error is the end, although the SDK would read on.
		s := script(t, func(string, string) (int, string, string) {
			return 200, sse, begun + "event: x\ndata: " + c.frame + "\n\n" + strings.Join(responseFrames(llmtest.Reply{Text: "ghost"}), "")
		})
		_, err := s.client(t).Call(context.Background(), "x")
		var failed *llm.Error
		if !errors.As(err, &failed) || failed.Outcome != c.outcome || failed.Code != c.code || failed.Usage.Input == 0 {
			t.Errorf("%s: got %+v, %v", c.name, failed, err)
		}
	}
}

func TestALastEventThatForgetsWhatWasSaid(t *testing.T) {
	frames := responseFrames(llmtest.Reply{Text: "said before"})
	frames[len(frames)-1] = `data: {"type":"response.completed","response":{"id":"r","object":"response","status":"completed","output":[]}}` + "\n\n"
	s := script(t, func(string, string) (int, string, string) { return 200, sse, strings.Join(frames, "") })
	got, err := s.client(t).GenerateContent(context.Background(), words("x"))
	if err != nil || got.Choices[0].Content != "said before" || !llm.UsageOf(got.Choices[0]).Estimated {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUsageAndSearchesAreRead(t *testing.T) {
	body := strings.NewReplacer(`"cached_tokens":0`, `"cached_tokens":4`, `"num_requests":0`, `"num_requests":2`).Replace(responseBody(llmtest.Reply{Text: "x", Input: 10, Output: 5}))
	s := script(t, func(string, string) (int, string, string) { return 200, js, body })
	got, err := s.client(t).GenerateContent(context.Background(), words("x"))
	if err != nil {
		t.Fatal(err)
	}
	if u := llm.UsageOf(got.Choices[0]); u != (llm.Usage{Input: 10, Cached: 4, Output: 5, Reasoning: 1, Searches: 2}) {
		t.Errorf("got %+v", u)
	}
}

func TestChatServersNumberTheirCallsAsTheyLike(t *testing.T) {
	stream := chunk(`{"tool_calls":[{"index":0,"id":"a","type":"function","function":{"name":"f","arguments":"{\"n\":"}}]}`, "null") +
		chunk(`{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1}"}}]}`, "null") + // id and name again
		chunk(`{"tool_calls":[{"index":0,"id":"b","type":"function","function":{"name":"g","arguments":"{}"}}]}`, "null") + // the same index
		chunk(`{"tool_calls":[{"index":3,"function":{"name":"h","arguments":"{\"m\""}}]}`, "null") + // no id at all
		chunk(`{"tool_calls":[{"index":3,"function":{"arguments":":2}"}}]}`, "null") + chunk(`{}`, `"stop"`)
	s := script(t, func(string, string) (int, string, string) { return 200, sse, stream })
	got, err := s.client(t, chatOnly).GenerateContent(context.Background(), words("x"))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, call := range got.Choices[0].ToolCalls {
		list = append(list, call.FunctionCall.Name+call.FunctionCall.Arguments)
	}
	if want := []string{`f{"n":1}`, `g{}`, `h{"m":2}`}; !slices.Equal(list, want) {
		t.Errorf("got %q", list)
	}
	if calls := got.Choices[0].ToolCalls; calls[0].ID != "a" || calls[1].ID != "b" || !strings.HasPrefix(calls[2].ID, "call_") {
		t.Errorf("ids of %+v", calls)
	}
}

func TestRetryAfterIsReadByTheGivenClock(t *testing.T) {
	now := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", now.Add(9*time.Second).Format(http.TimeFormat))
		w.WriteHeader(429)
	}))
	defer server.Close()
	c, err := openai.New(openai.Config{BaseURL: server.URL, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Call(context.Background(), "x", llms.WithModel("m"))
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.RetryAfter != 9*time.Second {
		t.Errorf("got %+v", failed)
	}
}
