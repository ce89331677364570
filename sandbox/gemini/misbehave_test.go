package gemini_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"marketa/sandbox/gemini"
)

func TestErrorsOfPlainCalls(t *testing.T) {
	for _, c := range []struct {
		kind   gemini.Kind
		status int
		says   string
	}{
		{gemini.RateLimited, 429, `"retryDelay":"7s"`},
		{gemini.DailyQuota, 429, "PerDay"},
		{gemini.Overloaded, 503, `"status":"UNAVAILABLE"`},
		{gemini.Internal, 500, `"status":"INTERNAL"`},
		{gemini.KeyRevoked, 400, "API_KEY_INVALID"},
		{gemini.ArrayError, 503, `[{"error":`},
		{gemini.NoCode, 400, `{"error":{"message"`},
		{gemini.HTMLError, 503, "<html>"},
		{gemini.ErrorFrame, 503, "UNAVAILABLE"},
		{gemini.EmptyBody, 200, ""},
	} {
		t.Run(string(c.kind), func(t *testing.T) {
			b := setup(t, says("fine again"))
			b.sim.Misbehave(c.kind, 1)
			got := b.post(plain, hello)
			if got.status != c.status || !strings.Contains(string(got.body), c.says) || (c.kind == gemini.EmptyBody && len(got.body) > 0) {
				t.Errorf("%d %s", got.status, got.body)
			}
			if again := b.post(plain, hello).read(t); again.text() != "fine again" {
				t.Errorf("the next call: %+v", again)
			}
		})
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	b := setup(t, says("a text of some length"))
	ask := func(kind gemini.Kind) body {
		b.sim.Misbehave(kind, 1)
		return b.post(plain, hello).read(t)
	}
	if got := ask(gemini.Block("PROHIBITED_CONTENT")); len(got.Candidates) != 0 || got.PromptFeedback.BlockReason != "PROHIBITED_CONTENT" {
		t.Errorf("blocked: %+v", got)
	}
	if got := ask(gemini.EmptyAnswer); got.text() != "" || got.Candidates[0].FinishReason != "STOP" {
		t.Errorf("empty: %+v", got)
	}
	if got := ask(gemini.MaxTokens); got.text() == "" || got.Candidates[0].FinishReason != "MAX_TOKENS" {
		t.Errorf("max tokens: %+v", got)
	}
	if got := ask(gemini.MalformedCall); got.Candidates[0].FinishReason != "MALFORMED_FUNCTION_CALL" || got.Candidates[0].FinishMessage == "" {
		t.Errorf("malformed: %+v", got)
	}
	if got := ask(gemini.Finish("RECITATION")); got.text() != "" || got.Candidates[0].FinishReason != "RECITATION" {
		t.Errorf("recitation: %+v", got)
	}
	if got := ask(gemini.FencedJSON); !strings.HasPrefix(got.text(), "```json\n") {
		t.Errorf("fenced: %q", got.text())
	}
}

func TestStreamsThatBreak(t *testing.T) {
	b := setup(t, says("a text that is long enough for several frames"))
	b.sim.Misbehave(gemini.ErrorFrame, 1)
	frames := b.post(stream, hello).frames(t)
	if last := frames[len(frames)-1]; frames[0].text() == "" || last.Error == nil || last.Error.Code != 503 {
		t.Errorf("error frame: %+v", frames)
	}
	b.sim.Misbehave(gemini.CutStream, 1)
	if got := b.post(stream, hello); got.err == nil || got.frames(t)[0].text() == "" {
		t.Errorf("cut: %v %s", got.err, got.body)
	}
	b.sim.Misbehave(gemini.EndEarly, 1)
	got := b.post(stream, hello)
	if frames := got.frames(t); got.err != nil || len(frames) != 1 || frames[0].Candidates[0].FinishReason != "" {
		t.Errorf("early end: %v %s", got.err, got.body)
	}
	b.sim.Misbehave(gemini.CutStream, 1)
	if got := b.post(plain, hello); got.err == nil || json.Valid(got.body) {
		t.Errorf("cut body: %v %s", got.err, got.body)
	}
}

func TestStallsLastUntilTheClockMoves(t *testing.T) {
	for _, kind := range []gemini.Kind{gemini.StallFirstByte, gemini.StallBetween} {
		t.Run(string(kind), func(t *testing.T) {
			b := setup(t, says("late but whole"))
			b.sim.Misbehave(kind, 1)
			done := make(chan answered, 1)
			go func() { done <- b.post(stream, hello) }()
			b.begun(1)
			select {
			case got := <-done:
				t.Fatalf("no stall: %s", got.body)
			default:
			}
			for {
				select {
				case got := <-done:
					if text := joined(got.frames(t)); text != "late but whole" {
						t.Errorf("%q", text)
					}
					return
				default:
					b.clock.Advance(gemini.StallFor)
					runtime.Gosched()
				}
			}
		})
	}
}

func TestACallerWhoGivesUpEndsTheStall(t *testing.T) {
	b := setup(t, says("never heard"))
	b.sim.Misbehave(gemini.StallFirstByte, 1)
	ctx, giveUp := context.WithCancel(context.Background())
	gone := make(chan error, 1)
	go func() {
		req, _ := http.NewRequestWithContext(ctx, "POST", b.url+stream, strings.NewReader(hello))
		req.Header.Set("x-goog-api-key", key)
		_, err := http.DefaultClient.Do(req)
		gone <- err
	}()
	b.begun(1)
	giveUp()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if got := b.post(plain, hello).read(t); got.text() != "never heard" || b.sim.Calls()[0].Status != 0 {
		t.Errorf("%+v %+v", got, b.sim.Calls()[0])
	}
}

// begun waits until n calls have reached the simulator.
func (b *bundle) begun(n int) {
	for len(b.sim.Calls()) < n {
		runtime.Gosched()
	}
}

func joined(frames []body) string {
	var s strings.Builder
	for _, f := range frames {
		s.WriteString(f.text())
	}
	return s.String()
}
