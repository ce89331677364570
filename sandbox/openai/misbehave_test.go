package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"marketa/sandbox/openai"
	"marketa/sandbox/wire"
)

func TestErrorsOfBothAPIs(t *testing.T) {
	for _, c := range []struct {
		kind       openai.Kind
		status     int
		retryAfter string
		phrase     string
	}{
		{openai.RateLimited, 429, "", "rate_limit_exceeded"},
		{openai.RateLimited5s, 429, "5", "rate_limit_exceeded"},
		{openai.RateLimited300s, 429, "300", "rate_limit_exceeded"},
		{openai.LegacyRateLimit, 429, "Sun, 22 Nov 2026 09:00:09 GMT", "rate_limit_exceeded"},
		{openai.InsufficientQuota, 429, "", `"code":"insufficient_quota"`},
		{openai.SlowDown, 429, "2", `"type":"rate_limit_error"`},
		{openai.ServerError, 500, "", `"type":"server_error"`},
		{openai.Overloaded, 503, "", "server_is_overloaded"},
		{openai.HTMLError, 503, "", "<html>"},
		{openai.StringError, 500, "", `{"error":"`},
		{openai.MessageError, 500, "", `{"message":`},
		{openai.KeyRevoked, 401, "", "invalid_api_key"},
		{openai.RegionBlocked, 403, "", "Country"},
		{openai.ModelGone, 404, "", "model_not_found"},
		{openai.ContextLength, 400, "", "context_length_exceeded"},
		{openai.ErrorWith200, 200, "", `{"error":{`},
		{openai.EmptyBody, 200, "", ""},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			b := setup(t, says("fine again"))
			b.sim.Misbehave(c.kind, 2)
			for path, body := range map[string]string{"/v1/responses": helloStream, "/v1/chat/completions": chatBody("gpt-5.2", "")} {
				got := b.post(path, body)
				if got.status != c.status || got.header.Get("Retry-After") != c.retryAfter || !strings.Contains(string(got.body), c.phrase) || (c.kind == openai.EmptyBody && len(got.body) > 0) {
					t.Errorf("%s: %d %q %s", path, got.status, got.header.Get("Retry-After"), got.body)
				}
			}
			if r := b.post("/v1/responses", hello).response(t); r.text() != "fine again" {
				t.Errorf("the next call: %+v", r)
			}
		})
	}
}

func TestAnswersThatAreNotWhatWasWanted(t *testing.T) {
	b := setup(t, says("a text of some length"))
	ask := func(kind openai.Kind) response {
		b.sim.Misbehave(kind, 1)
		return b.post("/v1/responses", hello).response(t)
	}
	if r := ask(openai.Incomplete); r.Status != "incomplete" || r.Incomplete.Reason != "max_output_tokens" || r.text() == "" || r.of("message")[0].Status != "incomplete" {
		t.Errorf("incomplete: %+v", r)
	}
	if r := ask(openai.ContentFilter); r.Incomplete.Reason != "content_filter" {
		t.Errorf("filter: %+v", r)
	}
	if r := ask(openai.Refusal); r.Status != "completed" || r.of("message")[0].Content[0].Type != "refusal" || r.text() != "" {
		t.Errorf("refusal: %+v", r)
	}
	if r := ask(openai.Failed); r.Status != "failed" || r.Error.Code != "server_error" || len(r.Output) != 0 {
		t.Errorf("failed: %+v", r)
	}
	if r := ask(openai.EmptyAnswer); r.Status != "completed" || r.text() != "" || len(r.of("message")) != 0 {
		t.Errorf("empty: %+v", r)
	}
	if r := ask(openai.FencedJSON); !strings.HasPrefix(r.text(), "```json") {
		t.Errorf("fenced: %+v", r)
	}
	b.sim.SetMind(toolUser())
	if r := ask(openai.BrokenArguments); json.Valid([]byte(r.of("function_call")[0].Arguments)) {
		t.Errorf("arguments: %+v", r)
	}
	calls := ask(openai.ParallelCalls).of("function_call")
	seen := map[string]bool{}
	for _, c := range calls {
		seen[c.CallID] = true
	}
	if len(calls) != 4 || len(seen) != 4 {
		t.Errorf("parallel: %+v", calls)
	}
	if r := b.post("/v1/responses", `{"model":"gpt-5.4","input":"x","parallel_tool_calls":false}`).response(t); len(r.of("function_call")) != 1 {
		t.Errorf("not parallel: %+v", r)
	}
}

func TestTheTokenLimitPaysForReasoningToo(t *testing.T) {
	b := setup(t, says(strings.Repeat("parola ", 200)))
	r := b.post("/v1/responses", `{"model":"gpt-5.4","input":"x","max_output_tokens":60}`).response(t)
	if r.Status != "incomplete" || r.Usage.Out != 60 || len(r.text()) >= 240 || r.text() == "" {
		t.Errorf("%+v", r)
	}
	c := b.post("/v1/chat/completions", chatBody("gpt-5.2", `,"max_completion_tokens":2`)).chat(t)
	if c.Choices[0].FinishReason != "length" || c.Choices[0].Message.Content != nil {
		t.Errorf("%+v", c)
	}
}

func TestResponseStreamsThatBreak(t *testing.T) {
	b := setup(t, says("a text that is long enough for several frames"))
	ask := func(kind openai.Kind) (answered, []frame) {
		b.sim.Misbehave(kind, 1)
		got := b.post("/v1/responses", helloStream)
		return got, got.frames(t)
	}
	if _, f := ask(openai.ErrorEvent); f[0].event != "response.created" || f[len(f)-1].event != "error" || f[len(f)-1].data["sequence_number"] != 2.0 || f[len(f)-1].data["code"] != "server_error" {
		t.Errorf("error event: %+v", f)
	}
	if _, f := ask(openai.ErrorFrame); f[len(f)-1].data["error"] == nil {
		t.Errorf("error frame: %+v", f)
	}
	if _, f := ask(openai.Failed); len(f) != 3 || f[2].event != "response.failed" || f[2].data["response"].(map[string]any)["error"] == nil {
		t.Errorf("failed: %+v", f)
	}
	if _, f := ask(openai.Incomplete); f[len(f)-1].event != "response.incomplete" {
		t.Errorf("incomplete: %+v", f[len(f)-1])
	}
	if _, f := ask(openai.Refusal); f[len(f)-1].event != "response.completed" || !strings.Contains(events(f), "response.refusal.delta") || !strings.Contains(events(f), "response.refusal.done") {
		t.Errorf("refusal: %s", events(f))
	}
	if got, f := ask(openai.EndEarly); got.err != nil || f[len(f)-1].event != "response.output_item.done" {
		t.Errorf("early end: %v %s", got.err, events(f))
	}
	if got, f := ask(openai.MissingBlankLine); got.err != nil || strings.Contains(events(f), "response.completed") || !strings.Contains(string(got.body), "response.completed") {
		t.Errorf("blank line: %s", events(f))
	}
	if got, _ := ask(openai.CutStream); got.err == nil || !strings.Contains(string(got.body), "output_text.delta") {
		t.Errorf("cut: %v", got.err)
	}
	if _, f := ask(openai.BrokenFrame); f[len(f)-1].event != "broken" {
		t.Errorf("broken: %s", events(f))
	}
}

func events(frames []frame) string {
	var names []string
	for _, f := range frames {
		names = append(names, f.event)
	}
	return strings.Join(names, " ")
}

func TestChatStreamsThatBreak(t *testing.T) {
	b := setup(t, says("a text that is long enough for several frames"))
	ask := func(kind openai.Kind) (answered, []frame) {
		b.sim.Misbehave(kind, 1)
		got := b.post("/v1/chat/completions", chatBody("gpt-5.2", `,"stream":true`))
		return got, got.frames(t)
	}
	for _, kind := range []openai.Kind{openai.ErrorEvent, openai.ErrorFrame} {
		if got, f := ask(kind); f[len(f)-1].data["error"] == nil || strings.Contains(string(got.body), "[DONE]") && kind == openai.ErrorEvent {
			t.Errorf("%s: %s", kind, got.body)
		}
	}
	if got, _ := ask(openai.EndEarly); got.err != nil || strings.Contains(string(got.body), `"finish_reason":"stop"`) || strings.Contains(string(got.body), "[DONE]") {
		t.Errorf("early end: %v %s", got.err, got.body)
	}
	if got, _ := ask(openai.CutStream); got.err == nil {
		t.Error("the cut stream ended well")
	}
	if got, _ := ask(openai.Failed); got.status != 500 {
		t.Errorf("failed: %d", got.status)
	}
	b.sim.Misbehave(openai.ContentFilter, 1)
	if c := b.post("/v1/chat/completions", chatBody("gpt-5.2", "")).chat(t); c.Choices[0].FinishReason != "content_filter" {
		t.Errorf("%+v", c)
	}
}

func TestStallsLastUntilTheClockMoves(t *testing.T) {
	for _, kind := range []openai.Kind{openai.StallFirstByte, openai.StallBetween} {
		t.Run(string(kind), func(t *testing.T) {
			b := setup(t, says("late but whole"))
			b.sim.Misbehave(kind, 1)
			done := make(chan answered, 1)
			go func() { done <- b.post("/v1/responses", helloStream) }()
			b.begun(1)
			select {
			case got := <-done:
				t.Fatalf("no stall: %s", got.body)
			default:
			}
			for {
				select {
				case got := <-done:
					if f := got.frames(t); f[len(f)-1].event != "response.completed" {
						t.Errorf("%s", events(f))
					}
					return
				default:
					b.clock.Advance(openai.StallFor)
					runtime.Gosched()
				}
			}
		})
	}
}

func TestACallerWhoGivesUpEndsTheStall(t *testing.T) {
	b := setup(t, says("never heard"))
	b.sim.Misbehave(openai.StallFirstByte, 1)
	ctx, giveUp := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", b.url+"/v1/responses", strings.NewReader(hello))
		req.Header.Set("Authorization", "Bearer "+key)
		_, err := http.DefaultClient.Do(req)
		gone <- err
	}()
	b.begun(1)
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestScriptedFaultsAreRecorded(t *testing.T) {
	b := setup(t, says("ok"))
	b.sim.Faults().Next("responses", wire.Fault{Status: 502}, wire.Fault{Cut: true})
	b.post("/v1/responses", hello)
	if got := b.post("/v1/responses", hello); got.err == nil {
		t.Error("the connection held")
	}
	if got := b.post("/v1/chat/completions", chatBody("gpt-5.2", "")); got.status != 200 {
		t.Errorf("chat was hit too: %d", got.status)
	}
	calls := b.sim.Calls()
	if len(calls) != 3 || calls[0].Status != 502 || calls[1].Status != 0 || calls[2].API != "chat/completions" {
		t.Errorf("%+v", calls)
	}
}
