package llmtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/sandbox/wire"
)

// Run holds an adapter to everything that the router relies on.
func Run(t *testing.T, w Wire) {
	t.Run("an answer comes with its usage and id", w.answer)
	t.Run("the request says what was asked", w.request)
	t.Run("parallel calls come back with their arguments", w.parallelCalls)
	t.Run("a tool loop goes on, also in another process", w.toolLoop)
	t.Run("another vendor's tool loop is taken over", w.foreignLoop)
	t.Run("a schema is sent or put into words", w.schema)
	t.Run("a refusal is a result", w.refusal)
	t.Run("a cut-off answer is none", w.cutOff)
	t.Run("an empty answer is none", w.empty)
	t.Run("statuses mean what happens next", w.statuses)
	t.Run("a page of a proxy is an outage", w.page)
	t.Run("nobody there is an outage", w.nobody)
	t.Run("a redirect is not followed", w.redirect)
	t.Run("hanging up ends the request", w.hangUp)
	t.Run("an answer in one piece is taken", w.onePiece)
	t.Run("many at once get their own answers", w.many)
	if w.Streams {
		t.Run("a stream without its end is an outage", w.truncated)
		t.Run("a last frame without its blank line counts", w.lastFrame)
		t.Run("a garbled frame is an outage", w.garbled)
		t.Run("silence before the first frame runs out", w.silence)
		t.Run("silence between frames runs out", w.stall)
	}
}

var hours = llms.Tool{Type: "function", Function: &llms.FunctionDefinition{
	Name: "get_hours", Description: "Opening hours of a day.",
	Parameters: map[string]any{
		"type": "object", "properties": map[string]any{"day": map[string]any{"type": "string"}},
		"required": []any{"day"}, "additionalProperties": false,
	},
}}

const words = "PROMPT-WORDS siete aperti?"

func question(extra ...llms.MessageContent) []llms.MessageContent {
	return append([]llms.MessageContent{
		llms.TextParts(llms.ChatMessageTypeSystem, "You answer for a restaurant."),
		llms.TextParts(llms.ChatMessageTypeHuman, words),
	}, extra...)
}

func (w Wire) adapter(t *testing.T, base string) llm.Adapter {
	t.Helper()
	a, err := w.New(base, key)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// bench is a router with the adapter alone, so that outcomes are seen as the router sees them.
type bench struct {
	*server
	router  *llm.Router
	clock   *wire.Clock
	booking sync.Mutex
	booked  []llm.Call
}

func (w Wire) bench(t *testing.T, steps ...step) *bench {
	t.Helper()
	b := &bench{server: serve(t, w, steps...), clock: wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))}
	b.route(t, w, b.URL)
	return b
}

func (b *bench) route(t *testing.T, w Wire, base string, timeouts ...llm.Timeouts) {
	t.Helper()
	hop := llm.Hop{Model: w.Model, Client: w.adapter(t, base)}
	for _, t := range timeouts {
		hop.Timeouts = t
	}
	router, err := llm.NewRouter(llm.Config{
		Clock: b.clock, MaxWait: time.Nanosecond,
		Book:   func(c llm.Call) { b.booking.Lock(); b.booked = append(b.booked, c); b.booking.Unlock() },
		Routes: map[llm.Task][]llm.Hop{llm.Reply: {hop}},
	})
	if err != nil {
		t.Fatal(err)
	}
	b.router = router
}

func (b *bench) ask(opts ...llms.CallOption) (llm.Answer, error) {
	return b.router.Generate(context.Background(), llm.Reply, question(), opts...)
}

// first is the first cause of the failure that is expected. No error may quote the key or the prompt.
func (b *bench) first(t *testing.T, err error) *llm.Error {
	t.Helper()
	var down *llm.AllDown
	if !errors.As(err, &down) || len(down.Causes) == 0 {
		t.Fatalf("got %v", err)
	}
	b.booking.Lock() // what came late may still be booked
	defer b.booking.Unlock()
	clean(t, fmt.Sprintf("%v %+v", err, b.booked))
	return down.Causes[0]
}

func clean(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"SECRET", "PROMPT-WORDS", "http://"} {
		if strings.Contains(text, secret) {
			t.Errorf("%s in: %s", secret, text)
		}
	}
}

func (w Wire) answer(t *testing.T) {
	b := w.bench(t, w.answers(Reply{Text: "Sì, 12-15. 🙂", Input: 40, Output: 7}))
	got, err := b.ask()
	if err != nil || got.Text != "Sì, 12-15. 🙂" || got.Provider != w.Provider || got.Model != w.Model {
		t.Fatalf("got %+v, %v", got, err)
	}
	if got.Usage.Input != 40 || got.Usage.Output != 7 || got.Usage.Estimated || got.ResponseID == "" {
		t.Errorf("usage %+v, id %q", got.Usage, got.ResponseID)
	}
	if len(b.booked) != 1 || b.booked[0].Usage != got.Usage {
		t.Errorf("booked %+v", b.booked)
	}
}

func (w Wire) request(t *testing.T) {
	b := w.bench(t, w.answers(Reply{Text: "ok"}))
	if _, err := b.ask(llms.WithTools([]llms.Tool{hours}), llms.WithMaxTokens(500), llm.WithEffort(llm.Minimal)); err != nil {
		t.Fatal(err)
	}
	got := b.requests()[0]
	if got.Model != w.Model || got.Key != key || !strings.Contains(got.System, "for a restaurant") || !reflect.DeepEqual(got.Words, []string{words}) {
		t.Errorf("asked %+v", got)
	}
	if !reflect.DeepEqual(got.Tools, []string{"get_hours"}) || got.Schema {
		t.Errorf("asked %+v", got)
	}
}

func (w Wire) twoCalls() Reply {
	return Reply{Calls: []Call{
		{ID: "call_a1", Name: "get_hours", Arguments: `{"day":"sunday"}`, Signature: "U0lHTkVEKysv"},
		{ID: "call_b2", Name: "get_hours", Arguments: `{"day":"monday"}`},
	}}
}

func (w Wire) parallelCalls(t *testing.T) {
	b := w.bench(t, w.answers(w.twoCalls()))
	got, err := b.ask(llms.WithTools([]llms.Tool{hours}))
	if err != nil || len(got.ToolCalls) != 2 || got.Text != "" {
		t.Fatalf("got %+v, %v", got, err)
	}
	for i, day := range []string{"sunday", "monday"} {
		var args struct{ Day string }
		call := got.ToolCalls[i].FunctionCall
		if json.Unmarshal([]byte(call.Arguments), &args) != nil || args.Day != day || call.Name != "get_hours" {
			t.Errorf("call %d: %+v", i, call)
		}
	}
	if got.ToolCalls[0].ID == got.ToolCalls[1].ID {
		t.Error("both calls have the same id")
	}
}

// results answers every call of a message, out of a transcript that was saved and loaded.
func results(t *testing.T, said llms.MessageContent) []llms.MessageContent {
	t.Helper()
	transcript := []llms.MessageContent{said}
	for _, part := range said.Parts {
		if call, is := part.(llms.ToolCall); is {
			transcript = append(transcript, llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{
				llms.ToolCallResponse{ToolCallID: call.ID, Name: call.FunctionCall.Name, Content: `{"open":"` + call.FunctionCall.Arguments[8:14] + `"}`},
			}})
		}
	}
	raw, err := json.Marshal(transcript)
	if err != nil {
		t.Fatal(err)
	}
	var loaded []llms.MessageContent
	if err := json.Unmarshal(raw, &loaded); err != nil {
		t.Fatal(err)
	}
	return loaded
}

func (w Wire) toolLoop(t *testing.T) {
	b := w.bench(t, w.answers(w.twoCalls()), w.answers(Reply{Text: "done"}))
	first, err := b.ask(llms.WithTools([]llms.Tool{hours}))
	if err != nil {
		t.Fatal(err)
	}
	b.route(t, w, b.URL) // another process: nothing but the transcript is left
	second, err := b.router.Generate(context.Background(), llm.Reply, question(results(t, first.Message())...), llms.WithTools([]llms.Tool{hours}))
	if err != nil || second.Text != "done" {
		t.Fatalf("got %+v, %v", second, err)
	}
	w.checkLoop(t, b.requests()[1], "U0lHTkVEKysv")
}

func (w Wire) checkLoop(t *testing.T, got *Asked, signature string) {
	t.Helper()
	if len(got.Calls) != 2 || len(got.Results) != 2 {
		t.Fatalf("asked %+v", got)
	}
	for i, id := range []string{"call_a1", "call_b2"} {
		call, result := got.Calls[i], got.Results[i]
		if call.ID != id || result.ID != id || call.Name != "get_hours" {
			t.Errorf("call %+v, result %+v", call, result)
		}
		if !strings.Contains(result.Content, `"open"`) || result.Name != "" && result.Name != "get_hours" {
			t.Errorf("result %+v", result)
		}
	}
	if w.Signatures && (got.Calls[0].Signature != signature || got.Calls[1].Signature != "") {
		t.Errorf("signatures %q and %q", got.Calls[0].Signature, got.Calls[1].Signature)
	}
}

func (w Wire) foreignLoop(t *testing.T) {
	b := w.bench(t, w.answers(Reply{Text: "done"}))
	signed := llm.CallID{ID: "call_a1", Provider: "another", Model: "x", Signature: []byte("FOREIGN")}.String()
	said := llms.MessageContent{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{
		llms.TextContent{Text: "One moment."},
		llms.ToolCall{ID: signed, Type: "function", FunctionCall: &llms.FunctionCall{Name: "get_hours", Arguments: `{"day":"sunday"}`}},
		llms.ToolCall{ID: "call_b2", Type: "function", FunctionCall: &llms.FunctionCall{Name: "get_hours", Arguments: `{"day":"monday"}`}},
	}}
	if _, err := b.router.Generate(context.Background(), llm.Reply, question(results(t, said)...), llms.WithTools([]llms.Tool{hours})); err != nil {
		t.Fatal(err)
	}
	got := b.requests()[0]
	w.checkLoop(t, got, "skip_thought_signature_validator")
	if !reflect.DeepEqual(got.Words, []string{words, "One moment."}) {
		t.Errorf("words %q", got.Words)
	}
}

const verdict = `{"answer":true,"why":"a question"}`

func (w Wire) schema(t *testing.T) {
	type shape struct {
		Answer bool   `json:"answer"`
		Why    string `json:"why"`
	}
	schema, err := jsonschema.For[shape](nil)
	if err != nil {
		t.Fatal(err)
	}
	b := w.bench(t, w.answers(Reply{Text: "```json\n" + verdict + "\n```"}))
	got, err := b.ask(llm.WithSchema("verdict", schema))
	if err != nil || got.Text != verdict {
		t.Fatalf("got %+v, %v", got, err)
	}
	if asked := b.requests()[0]; asked.Schema != w.Schema || !w.Schema && !strings.Contains(asked.System, `"why"`) {
		t.Errorf("asked %+v", asked)
	}
}

func (w Wire) refusal(t *testing.T) {
	b := w.bench(t, w.answers(Reply{Text: "I will not.", Refused: true, Input: 12, Output: 3}))
	_, err := b.ask()
	var refused *llm.Refused
	if !errors.As(err, &refused) || refused.Reason == "" || refused.Provider != w.Provider || refused.Model != w.Model {
		t.Fatalf("got %v", err)
	}
	if b.booked[0].Outcome != llm.BusinessResult || b.booked[0].Usage.Input != 12 || strings.Contains(err.Error(), "will not") {
		t.Errorf("%v, booked %+v", err, b.booked)
	}
}

func (w Wire) cutOff(t *testing.T) {
	b := w.bench(t, w.answers(Reply{Text: "Sì, siamo ape", CutOff: true, Input: 12, Output: 3}))
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.FailOver || got.Trips || got.Code == "" || got.Usage.Output != 3 {
		t.Errorf("got %+v", got)
	}
}

func (w Wire) empty(t *testing.T) {
	b := w.bench(t, w.answers(Reply{}), w.answers(Reply{Text: " "}))
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.RetrySame || got.Trips || got.Code != "empty" {
		t.Errorf("got %+v", got)
	}
}

func (w Wire) statuses(t *testing.T) {
	cases := []struct {
		status  int
		header  map[string]string
		outcome llm.Outcome
		trips   bool
		alert   bool
		times   int
	}{
		{400, nil, llm.CallerBug, false, false, 1},
		{401, nil, llm.DeadKey, false, true, 1},
		{403, nil, llm.DeadKey, false, true, 1},
		{429, map[string]string{"Retry-After": "5"}, llm.CoolDown, false, false, 1},
		{500, nil, llm.RetrySame, true, false, 2},
		{503, nil, llm.FailOver, true, false, 1},
		{504, nil, llm.FailOver, true, false, 1},
	}
	for _, c := range cases {
		for kind, body := range map[string]string{
			"application/json": w.Fail(c.status), "text/html": "<html>SECRET " + words + "</html>", "text/plain": "",
		} {
			t.Run(fmt.Sprint(c.status, " ", kind), func(t *testing.T) {
				refusal := refuses(c.status, c.header, kind, body)
				b := w.bench(t, refusal, refusal)
				_, err := b.ask()
				got := b.first(t, err)
				if got.Status != c.status || got.Outcome != c.outcome || got.Trips != c.trips || got.Alert != c.alert || !got.Usage.IsZero() {
					t.Errorf("got %+v", got)
				}
				if len(b.requests()) != c.times || c.header != nil && got.RetryAfter != 5*time.Second {
					t.Errorf("asked %d times, retry after %s", len(b.requests()), got.RetryAfter)
				}
			})
		}
	}
}

func (w Wire) page(t *testing.T) {
	b := w.bench(t, refuses(200, nil, "text/html", "<html>Log in to the SECRET wifi</html>"))
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.FailOver || !got.Trips || !got.Usage.IsZero() {
		t.Errorf("got %+v", got)
	}
}

func (w Wire) nobody(t *testing.T) {
	b := w.bench(t)
	b.Close()
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.FailOver || !got.Trips || got.Code != "connection_refused" {
		t.Errorf("got %+v", got)
	}
}

func (w Wire) redirect(t *testing.T) {
	thief := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the key went elsewhere: %v", r.Header)
	}))
	defer thief.Close()
	b := w.bench(t, refuses(307, map[string]string{"Location": thief.URL}, "text/plain", ""))
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.FailOver || got.Status != 307 {
		t.Errorf("got %+v", got)
	}
}

func (w Wire) hangUp(t *testing.T) {
	ctx, hangUp := context.WithCancel(context.Background())
	stalled := make(chan struct{}, 1)
	b := w.bench(t, stalls("", stalled))
	go func() { <-stalled; hangUp() }()
	_, err := b.adapterAnswer(ctx, t, w)
	var failed *llm.Error
	if !errors.As(err, &failed) || failed.Outcome != llm.Cancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// adapterAnswer asks without a router: the adapter itself has to come back when its context ends.
func (b *bench) adapterAnswer(ctx context.Context, t *testing.T, w Wire) (*llms.ContentResponse, error) {
	return w.adapter(t, b.URL).GenerateContent(ctx, question(), llms.WithModel(w.Model))
}

func (w Wire) onePiece(t *testing.T) {
	for _, kind := range []string{"application/json", "application/json; charset=utf-8", "text/plain"} {
		b := w.bench(t, refuses(200, nil, kind, w.Body(Reply{Text: "whole", Input: 4, Output: 2})))
		got, err := b.ask()
		if err != nil || got.Text != "whole" || got.Usage.Input != 4 {
			t.Errorf("%s: got %+v, %v", kind, got, err)
		}
	}
}

func (w Wire) many(t *testing.T) {
	const n = 16
	steps := make([]step, n)
	for i := range steps {
		steps[i] = w.answers(Reply{Text: fmt.Sprint("answer ", i)})
	}
	b := w.bench(t, steps...)
	got := make(chan string, n)
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			a, err := b.ask(llms.WithTools([]llms.Tool{hours}))
			if err != nil {
				t.Error(err)
			}
			got <- a.Text
		})
	}
	wait.Wait()
	seen := map[string]bool{}
	for range n {
		seen[<-got] = true
	}
	if len(seen) != n {
		t.Errorf("%d different answers of %d", len(seen), n)
	}
}

func (w Wire) truncated(t *testing.T) {
	frames := w.Frames(Reply{Text: "Sì, siamo aperti domenica dalle dodici alle quindici.", Input: 9, Output: 9})
	beginning := strings.Join(frames[:len(frames)-1], "")
	half := beginning + frames[len(frames)-1][:len(frames[len(frames)-1])/4]
	for name, ends := range map[string]step{
		"clean end": sends(beginning), "cut between frames": cuts(beginning), "clean end in a frame": sends(half), "cut in a frame": cuts(half),
	} {
		t.Run(name, func(t *testing.T) {
			b := w.bench(t, ends, ends)
			_, err := b.ask()
			got := b.first(t, err)
			if got.Outcome != llm.RetrySame || !got.Trips || len(b.requests()) != 2 {
				t.Errorf("got %+v after %d requests", got, len(b.requests()))
			}
			if got.Usage.Input == 0 || got.Usage.Output == 0 {
				t.Errorf("a broken stream costs too: %+v", got.Usage)
			}
		})
	}
}

func (w Wire) lastFrame(t *testing.T) {
	stream := strings.Join(w.Frames(Reply{Text: "complete", Input: 3, Output: 2}), "")
	b := w.bench(t, sends(strings.TrimRight(stream, "\n")))
	if got, err := b.ask(); err != nil || got.Text != "complete" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func (w Wire) garbled(t *testing.T) {
	garbled := sends(w.Frames(Reply{Text: "x"})[0] + "data: {\"PROMPT-WORDS\": oops\n\n")
	b := w.bench(t, garbled, garbled)
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.RetrySame || !got.Trips {
		t.Errorf("got %+v", got)
	}
}

func (w Wire) silence(t *testing.T) {
	stalled := make(chan struct{}, 1)
	b := w.bench(t, stalls("", stalled))
	go func() { <-stalled; b.clock.Advance(10 * time.Second) }()
	_, err := b.ask()
	if got := b.first(t, err); got.Outcome != llm.FailOver || !got.Trips || got.Code != "first_byte_timeout" {
		t.Errorf("got %+v", got)
	}
}

// stall cannot know when the adapter has seen the first frame, so it moves the clock until the attempt is over; before
// the frame is seen nothing runs out, because the first one may take for ever.
func (w Wire) stall(t *testing.T) {
	const forEver = 1_000_000 * time.Hour
	stalled, over := make(chan struct{}, 1), make(chan struct{})
	b := w.bench(t, stalls(w.Frames(Reply{Text: "Sì, siamo aperti domenica"})[0], stalled))
	b.route(t, w, b.URL, llm.Timeouts{FirstByte: forEver, Idle: 20 * time.Second, Total: forEver})
	go func() {
		<-stalled
		for ended := false; !ended; {
			b.clock.Advance(time.Second)
			runtime.Gosched()
			select {
			case <-over:
				ended = true
			default:
			}
		}
	}()
	_, err := b.ask()
	close(over)
	if got := b.first(t, err); got.Outcome != llm.FailOver || !got.Trips || got.Code != "idle_timeout" {
		t.Errorf("got %+v", got)
	}
}
