package llm_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/sandbox/wire"
)

// vendor is an adapter that follows a script: one turn per request.
type vendor struct {
	name  string
	mu    sync.Mutex
	turns []turn
	asked []asked
}

type turn func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error)

type asked struct {
	model string
	msgs  []llms.MessageContent
	opts  llms.CallOptions
}

func (v *vendor) Provider() string { return v.name }

func (v *vendor) Call(context.Context, string, ...llms.CallOption) (string, error) {
	return "", errors.New("not used")
}

func (v *vendor) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	o := llm.OptionsOf(opts)
	v.mu.Lock()
	v.asked = append(v.asked, asked{o.Model, msgs, o})
	if len(v.turns) == 0 {
		v.mu.Unlock()
		return nil, errors.New("asked more often than the script says")
	}
	next := v.turns[0]
	v.turns = v.turns[1:]
	v.mu.Unlock()
	return next(ctx, &o)
}

func (v *vendor) times() int { v.mu.Lock(); defer v.mu.Unlock(); return len(v.asked) }

// stranger is any other langchaingo model: no adapter of ours.
type stranger struct{ v *vendor }

func (s stranger) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return s.v.Call(ctx, prompt, opts...)
}

func (s stranger) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	return s.v.GenerateContent(ctx, msgs, opts...)
}

func says(text string) turn {
	return choice(llms.ContentChoice{Content: text, GenerationInfo: llm.GenerationInfo(llm.Usage{Input: 1000, Output: 100}, "resp_1")})
}

func choice(c llms.ContentChoice) turn {
	return func(context.Context, *llms.CallOptions) (*llms.ContentResponse, error) {
		return &llms.ContentResponse{Choices: []*llms.ContentChoice{&c}}, nil
	}
}

func fails(err error) turn {
	return func(context.Context, *llms.CallOptions) (*llms.ContentResponse, error) { return nil, err }
}

func calls(name, args string) turn {
	return choice(llms.ContentChoice{ToolCalls: []llms.ToolCall{{ID: "call_1", Type: "function", FunctionCall: &llms.FunctionCall{Name: name, Arguments: args}}}})
}

type bench struct {
	t      *testing.T
	clock  *wire.Clock
	first  *vendor
	second *vendor
	router *llm.Router
	log    *bytes.Buffer

	mu     sync.Mutex
	booked []llm.Call
	late   chan llm.Call
}

func setup(t *testing.T, change ...func(*llm.Config)) *bench {
	t.Helper()
	b := &bench{
		t: t, clock: wire.Simulated(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)), late: make(chan llm.Call, 8),
		first: &vendor{name: "gemini"}, second: &vendor{name: "openai"}, log: &bytes.Buffer{},
	}
	cfg := llm.Config{
		Clock: b.clock, Book: b.book, Log: slog.New(slog.NewTextHandler(b.log, nil)),
		Routes: map[llm.Task][]llm.Hop{llm.Reply: {
			{Model: "gemini-3.1-pro-preview", Client: b.first},
			{Model: "gpt-5.2", Client: b.second},
		}},
	}
	for _, c := range change {
		c(&cfg)
	}
	router, err := llm.NewRouter(cfg)
	if err != nil {
		t.Fatal(err)
	}
	b.router = router
	return b
}

func (b *bench) book(c llm.Call) {
	b.mu.Lock()
	b.booked = append(b.booked, c)
	b.mu.Unlock()
	if c.Outcome == llm.Late {
		b.late <- c
	}
}

func (b *bench) outcomes() (list []llm.Outcome) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.booked {
		list = append(list, c.Outcome)
	}
	return list
}

var question = []llms.MessageContent{
	llms.TextParts(llms.ChatMessageTypeSystem, "You answer for a restaurant."),
	llms.TextParts(llms.ChatMessageTypeHuman, "PROMPT-WORDS: siete aperti domenica?"),
}

func (b *bench) ask(opts ...llms.CallOption) (llm.Answer, error) {
	return b.router.Generate(context.Background(), llm.Reply, question, opts...)
}

func (b *bench) mustAsk(want string, opts ...llms.CallOption) llm.Answer {
	b.t.Helper()
	got, err := b.ask(opts...)
	if err != nil || got.Text != want {
		b.t.Fatalf("got %q, %v; want %q", got.Text, err, want)
	}
	return got
}

func TestTheFirstModelAnswersAndItsCostIsBooked(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{says("Sì, 12-15.")}
	got := b.mustAsk("Sì, 12-15.", llm.WithLabel("turn 7"), llms.WithTemperature(0.3))
	if got.Provider != "gemini" || got.Model != "gemini-3.1-pro-preview" || got.ResponseID != "resp_1" || got.Usage.Input != 1000 {
		t.Errorf("answer %+v", got)
	}
	if b.second.times() != 0 {
		t.Error("the second was asked although the first answered")
	}
	call := b.booked[0]
	if len(b.booked) != 1 || call.Label != "turn 7" || call.Outcome != llm.OK || call.Cost != 3200 || call.Unpriced || call.Task != llm.Reply {
		t.Errorf("booked %+v", b.booked) // 1000 × 2 + 100 × 12 micro-USD
	}
	if o := b.first.asked[0].opts; o.Temperature != 0.3 || o.Model != "gemini-3.1-pro-preview" {
		t.Errorf("options %+v", o)
	}
}

func TestWhatHappensNextDependsOnTheOutcome(t *testing.T) {
	failure := func(o llm.Outcome, status int) error { return &llm.Error{Outcome: o, Status: status} }
	cases := []struct {
		name       string
		err        error
		askedFirst int
		booked     llm.Outcome
	}{
		{"a passing failure is tried once more", failure(llm.RetrySame, 500), 2, llm.RetrySame},
		{"too many requests is not", failure(llm.CoolDown, 429), 1, llm.CoolDown},
		{"an overloaded model is left", failure(llm.FailOver, 503), 1, llm.FailOver},
		{"a refused key is left", failure(llm.DeadKey, 401), 1, llm.DeadKey},
		{"a request that it cannot take goes to the next", failure(llm.CallerBug, 400), 1, llm.CallerBug},
		{"an unknown error may pass", errors.New("who knows"), 2, llm.RetrySame},
		{"langchaingo's rate limit is a cool-down", llms.NewError(llms.ErrCodeRateLimit, "x", "slow"), 1, llm.CoolDown},
		{"langchaingo's authentication is a dead key", llms.NewError(llms.ErrCodeAuthentication, "x", "no"), 1, llm.DeadKey},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			b.first.turns, b.second.turns = []turn{fails(c.err), fails(c.err)}, []turn{says("ok")}
			got := b.mustAsk("ok")
			if got.Provider != "openai" || b.first.times() != c.askedFirst || b.booked[0].Outcome != c.booked {
				t.Errorf("%s answered, first asked %d times, booked %v", got.Provider, b.first.times(), b.outcomes())
			}
			if len(b.booked) != c.askedFirst+1 {
				t.Errorf("booked %v", b.outcomes())
			}
		})
	}
}

func TestAPassingFailurePasses(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{fails(&llm.Error{Outcome: llm.RetrySame, Status: 500, Trips: true}), says("ok")}
	if got := b.mustAsk("ok"); got.Provider != "gemini" {
		t.Errorf("%s answered", got.Provider)
	}
}

func TestARefusalIsTheAnswerAndNobodyElseIsAsked(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{fails(&llm.Refused{Reason: "SAFETY", Words: "SECRET-WORDS", Usage: llm.Usage{Input: 10}})}
	_, err := b.ask()
	var refused *llm.Refused
	if !errors.As(err, &refused) || refused.Provider != "gemini" || refused.Model != "gemini-3.1-pro-preview" || refused.Words != "SECRET-WORDS" {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(err.Error(), "SECRET") || b.second.times() != 0 || b.booked[0].Outcome != llm.BusinessResult || b.booked[0].Usage.Input != 10 {
		t.Errorf("%v, second asked %d times, booked %+v", err, b.second.times(), b.booked)
	}
}

func TestACooledModelRestsUntilItsTime(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{fails(&llm.Error{Outcome: llm.CoolDown, Status: 429, RetryAfter: 7 * time.Second}), says("back")}
	b.second.turns = []turn{says("one"), says("two")}
	b.mustAsk("one")
	b.clock.Advance(6 * time.Second)
	b.mustAsk("two")
	b.clock.Advance(time.Second)
	b.mustAsk("back")
}

func TestAShortCoolDownIsWaitedForWhenNobodyElseAnswers(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{fails(&llm.Error{Outcome: llm.CoolDown, Status: 429, RetryAfter: 7 * time.Second}), says("after the wait")}
	b.second.turns = []turn{func(context.Context, *llms.CallOptions) (*llms.ContentResponse, error) {
		go b.clock.Advance(7 * time.Second) // before or while the router waits: both must do
		return nil, &llm.Error{Outcome: llm.FailOver, Status: 503}
	}}
	b.mustAsk("after the wait")
}

func TestALongCoolDownIsNotWaitedFor(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{fails(&llm.Error{Outcome: llm.CoolDown, Status: 429, RetryAfter: 300 * time.Second})}
	b.second.turns = []turn{fails(&llm.Error{Outcome: llm.FailOver, Status: 503})}
	_, err := b.ask()
	var down *llm.AllDown
	if !errors.As(err, &down) || len(down.Causes) != 2 || down.Causes[0].RetryAfter != 300*time.Second {
		t.Fatalf("got %v", err)
	}
}

func TestADeadKeyAlertsAndItsProviderRests(t *testing.T) {
	cases := []struct {
		name     string
		status   int
		sameKey  int // how often the provider's other model is asked then
		resting  time.Duration
		answered string
	}{
		{"a key rests with all its models", 401, 0, time.Minute, "openai"},
		{"a forbidden model rests alone", 403, 1, time.Minute, "gemini"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t, func(cfg *llm.Config) {
				hops := cfg.Routes[llm.Reply]
				other := llm.Hop{Model: "gemini-3.1-flash-lite", Client: hops[0].Client}
				cfg.Routes[llm.Reply] = []llm.Hop{hops[0], other, hops[1]}
			})
			b.first.turns = []turn{fails(&llm.Error{Outcome: llm.DeadKey, Status: c.status, Alert: true})}
			for range c.sameKey {
				b.first.turns = append(b.first.turns, says("ok"))
			}
			b.second.turns = []turn{says("ok")}
			if got := b.mustAsk("ok"); got.Provider != c.answered || !b.booked[0].Alert {
				t.Errorf("%s answered; booked %+v", got.Provider, b.booked[0])
			}
			b.clock.Advance(c.resting)
			b.first.turns = []turn{says("works again")}
			b.mustAsk("works again")
		})
	}
}

func TestTheBreakerOpensOnOutagesOnly(t *testing.T) {
	cases := []struct {
		name  string
		err   error
		opens bool
	}{
		{"server errors", &llm.Error{Outcome: llm.FailOver, Status: 503, Trips: true}, true},
		{"cut streams", llm.Broken("cut_off", nil), true},
		{"requests it cannot take", &llm.Error{Outcome: llm.CallerBug, Status: 400}, false},
		{"an empty answer", &llm.Error{Outcome: llm.FailOver, Code: "empty"}, false},
		{"refusals", &llm.Refused{Reason: "refusal"}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t, func(cfg *llm.Config) { cfg.Failures = 3 })
			for range 10 {
				b.first.turns, b.second.turns = append(b.first.turns, fails(c.err)), append(b.second.turns, says("ok"))
			}
			for range 5 {
				_, _ = b.ask()
			}
			if opened := b.first.times() == 3; opened != c.opens {
				t.Errorf("the first was asked %d times", b.first.times())
			}
		})
	}
}

func TestAnOpenBreakerLetsOneTryThroughAfterItsRest(t *testing.T) {
	b := setup(t, func(cfg *llm.Config) { cfg.Failures, cfg.OpenFor = 1, time.Nanosecond })
	b.first.turns = []turn{fails(&llm.Error{Outcome: llm.FailOver, Status: 503, Trips: true}), says("healed"), says("stays")}
	b.second.turns = []turn{says("meanwhile")}
	b.mustAsk("meanwhile")
	b.mustAsk("healed")
	b.mustAsk("stays")
}

func TestTimeOuts(t *testing.T) {
	hang := func(ctx context.Context) (*llms.ContentResponse, error) {
		<-ctx.Done()
		return nil, &llm.Error{Outcome: llm.RetrySame, Code: "cut_off", Trips: true, Usage: llm.EstimateUsage(400, 40)}
	}
	cases := []struct {
		name string
		code string
		turn func(*wire.Clock) turn
	}{
		{"no first frame within 10 s", "first_byte_timeout", func(clock *wire.Clock) turn {
			return func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
				llm.PulseOf(o).Ask()
				clock.Advance(10 * time.Second)
				return hang(ctx)
			}
		}},
		{"no next frame within 20 s", "idle_timeout", func(clock *wire.Clock) turn {
			return func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
				llm.PulseOf(o).Ask()
				for range 3 {
					clock.Advance(9 * time.Second)
					llm.PulseOf(o).Beat()
				}
				clock.Advance(20 * time.Second)
				return hang(ctx)
			}
		}},
		{"frames without an end for 90 s", "total_timeout", func(clock *wire.Clock) turn {
			return func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
				llm.PulseOf(o).Ask()
				for range 10 {
					clock.Advance(9 * time.Second)
					llm.PulseOf(o).Beat()
				}
				return hang(ctx)
			}
		}},
		{"an answer in one piece may be silent, for 90 s", "total_timeout", func(clock *wire.Clock) turn {
			return func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
				llm.PulseOf(o).Ask()
				llm.PulseOf(o).Whole()
				clock.Advance(90 * time.Second)
				return hang(ctx)
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			b.first.turns, b.second.turns = []turn{c.turn(b.clock)}, []turn{says("ok")}
			b.mustAsk("ok")
			b.mu.Lock()
			at := slices.IndexFunc(b.booked, func(call llm.Call) bool { return call.Code == c.code && call.Outcome == llm.FailOver })
			if b.first.times() != 1 || at < 0 {
				t.Fatalf("asked %d times, booked %+v", b.first.times(), b.booked)
			}
			cost := b.booked[at]
			b.mu.Unlock()
			if cost.Usage.IsZero() { // the client came back only after it was given up
				cost = <-b.late
			}
			if cost.Usage.Input != 100 || !cost.Usage.Estimated || cost.Cost == 0 {
				t.Errorf("what the broken call cost: %+v", cost)
			}
		})
	}
}

func TestAnAnswerWithinItsTimeIsNotCutOff(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
		llm.PulseOf(o).Ask()
		b.clock.Advance(9 * time.Second)
		for range 4 {
			llm.PulseOf(o).Beat()
			b.clock.Advance(19 * time.Second)
		}
		return says("slow but steady")(ctx, o)
	}}
	b.mustAsk("slow but steady")
}

func TestTheMachinesClockRunsOutToo(t *testing.T) {
	b := setup(t, func(cfg *llm.Config) {
		cfg.Clock = nil
		cfg.Routes[llm.Reply][0].Timeouts = llm.Timeouts{FirstByte: time.Millisecond}
	})
	b.first.turns = []turn{func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
		llm.PulseOf(o).Ask()
		<-ctx.Done()
		return nil, ctx.Err()
	}}
	b.second.turns = []turn{says("ok")}
	b.mustAsk("ok")
	if b.booked[0].Code != "first_byte_timeout" {
		t.Errorf("booked %+v", b.booked)
	}
}

func TestALateAnswerIsBookedAndNeverHeard(t *testing.T) {
	b := setup(t, func(cfg *llm.Config) {
		hops := cfg.Routes[llm.Reply]
		hops[0] = llm.Hop{Provider: "other", Model: "gpt-5.2", Client: stranger{hops[0].Client.(*vendor)}}
	})
	release := make(chan struct{})
	b.first.turns = []turn{func(ctx context.Context, o *llms.CallOptions) (*llms.ContentResponse, error) {
		b.clock.Advance(90 * time.Second)
		<-release // deaf: does not look at its context
		return says("LATE")(ctx, o)
	}}
	b.second.turns = []turn{says("in time")}
	b.mustAsk("in time")
	close(release)
	if late := <-b.late; late.Provider != "other" || late.Usage.Input != 1000 || late.Cost == 0 {
		t.Errorf("booked %+v", late)
	}
}

func TestHangingUpIsNobodysFault(t *testing.T) {
	b := setup(t, func(cfg *llm.Config) { cfg.Failures = 1 })
	ctx, hangUp := context.WithCancel(context.Background())
	b.first.turns = []turn{func(ctx context.Context, _ *llms.CallOptions) (*llms.ContentResponse, error) {
		hangUp()
		<-ctx.Done()
		return nil, ctx.Err()
	}, says("ok")}
	_, err := b.router.Generate(ctx, llm.Reply, question)
	if !errors.Is(err, context.Canceled) || b.second.times() != 0 {
		t.Fatalf("got %v, second asked %d times", err, b.second.times())
	}
	var down *llm.AllDown
	if errors.As(err, &down) {
		t.Error("reported as an outage")
	}
	b.mustAsk("ok") // the breaker, which opens on the first failure, did not hear of it
	if got := b.outcomes(); !slices.Equal(got, []llm.Outcome{llm.Cancelled, llm.OK}) {
		t.Errorf("booked %v", got)
	}
}

func TestTheCallersOwnDeadlineIsNobodysFault(t *testing.T) {
	b := setup(t, func(cfg *llm.Config) { cfg.Failures = 1 })
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	b.first.turns = []turn{func(ctx context.Context, _ *llms.CallOptions) (*llms.ContentResponse, error) {
		<-ctx.Done()
		return nil, llm.Broken("cut_off", nil)
	}, says("ok")}
	_, err := b.router.Generate(ctx, llm.Reply, question)
	var down *llm.AllDown
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, &down) || b.second.times() != 0 {
		t.Fatalf("got %v, second asked %d times", err, b.second.times())
	}
	b.mustAsk("ok")
}

func TestAllDownNamesEveryCauseAndNoSecret(t *testing.T) {
	b := setup(t)
	leak := errors.New("POST with Bearer sk-SECRET said: PROMPT-WORDS: siete aperti domenica?")
	b.first.turns = []turn{fails(&llm.Error{Outcome: llm.FailOver, Status: 503, Code: "UNAVAILABLE", Err: leak})}
	b.second.turns = []turn{
		fails(&llm.Error{Outcome: llm.RetrySame, Status: 500, Code: "key sk-SECRET is wrong", Param: "PROMPT-WORDS: siete", Err: leak}),
		fails(leak),
	}
	_, err := b.ask()
	var down *llm.AllDown
	if !errors.As(err, &down) || down.Task != llm.Reply || len(down.Causes) != 3 || !errors.Is(err, fault.Unavailable) {
		t.Fatalf("got %v", err)
	}
	want := "llm: reply: every model is down: gemini/gemini-3.1-pro-preview: fail-over: 503 UNAVAILABLE; " +
		"openai/gpt-5.2: retry-same: 500; openai/gpt-5.2: retry-same connection"
	if err.Error() != want {
		t.Errorf("got  %s\nwant %s", err, want)
	}
	everything := b.log.String() + fmt.Sprintf("%+v", b.booked)
	if strings.Contains(everything, "SECRET") || strings.Contains(everything, "PROMPT") {
		t.Errorf("in the log or the books: %s", everything)
	}
}

func TestATaskWithoutARouteIsDown(t *testing.T) {
	b := setup(t)
	_, err := b.router.Generate(context.Background(), llm.Triage, question)
	var down *llm.AllDown
	if !errors.As(err, &down) || err.Error() != "llm: triage: no model is configured" {
		t.Errorf("got %v", err)
	}
}

func TestThePinnedModelIsAskedFirst(t *testing.T) {
	b := setup(t)
	b.second.turns = []turn{says("pinned"), fails(&llm.Error{Outcome: llm.FailOver})}
	b.first.turns = []turn{says("not pinned")}
	if got := b.mustAsk("pinned", llm.WithPinned("openai", "gpt-5.2")); !got.Pinned {
		t.Error("not marked")
	}
	if got := b.mustAsk("not pinned", llm.WithPinned("openai", "gpt-5.2")); got.Pinned || got.Provider != "gemini" {
		t.Errorf("got %+v", got)
	}
}

func TestAnAnswerThatIsNoneIsNotAccepted(t *testing.T) {
	cases := []struct {
		name string
		bad  turn
		code string
	}{
		{"empty", says("  \n"), "empty"},
		{"no choice", func(context.Context, *llms.CallOptions) (*llms.ContentResponse, error) {
			return &llms.ContentResponse{}, nil
		}, "empty"},
		{"cut off", choice(llms.ContentChoice{Content: "Sì, siamo", StopReason: "length"}), "max_tokens"},
		{"arguments that are no JSON", calls("get_hours", `{"day":`), "malformed_arguments"},
		{"arguments that are no object", calls("get_hours", `["sunday"]`), "malformed_arguments"},
		{"a call of nothing", calls("", `{}`), "malformed_call"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			b.first.turns, b.second.turns = []turn{c.bad, c.bad}, []turn{says("ok")}
			b.mustAsk("ok")
			if b.booked[0].Code != c.code {
				t.Errorf("booked %+v", b.booked[0])
			}
		})
	}
}

func TestAToolCallIsAnAnswerWithoutWords(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{calls("get_hours", "")}
	got, err := b.ask()
	if err != nil || len(got.ToolCalls) != 1 || got.ToolCalls[0].FunctionCall.Arguments != "{}" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if m := got.Message(); m.Role != llms.ChatMessageTypeAI || len(m.Parts) != 1 {
		t.Errorf("message %+v", m)
	}
}

type verdict struct {
	Answer bool   `json:"answer"`
	Why    string `json:"why"`
}

func verdictSchema(t *testing.T) llms.CallOption {
	t.Helper()
	schema, err := jsonschema.For[verdict](nil)
	if err != nil {
		t.Fatal(err)
	}
	return llm.WithSchema("verdict", schema)
}

const good = `{"answer":true,"why":"a question"}`

func TestJSONIsCheckedWhateverTheVendorPromised(t *testing.T) {
	cases := []struct {
		name  string
		first []string
		want  int // requests to the first model
	}{
		{"as asked", []string{good}, 1},
		{"in a code fence", []string{"```json\n" + good + "\n```"}, 1},
		{"in prose", []string{"Here it is: " + good + " Hope that helps!"}, 1},
		{"repaired", []string{`{"answer":"maybe"}`, good}, 2},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b := setup(t)
			for _, text := range c.first {
				b.first.turns = append(b.first.turns, says(text))
			}
			b.mustAsk(good, verdictSchema(t))
			if b.first.times() != c.want {
				t.Errorf("asked %d times", b.first.times())
			}
		})
	}
}

func TestARepairTellsTheModelWhatWasWrong(t *testing.T) {
	b := setup(t)
	b.first.turns = []turn{says(`{"answer":"maybe"}`), says("still wrong")}
	b.second.turns = []turn{says(good)}
	b.mustAsk(good, verdictSchema(t))
	again := b.first.asked[1].msgs
	if len(again) != len(question)+2 || again[2].Role != llms.ChatMessageTypeAI || again[3].Role != llms.ChatMessageTypeHuman {
		t.Fatalf("second request: %+v", again)
	}
	if len(b.second.asked[0].msgs) != len(question) {
		t.Error("the next model was shown the first one's mistake")
	}
	if strings.Contains(b.log.String(), "maybe") {
		t.Errorf("log: %s", b.log)
	}
}

func TestAStrangerGetsTheSchemaInWordsAndNothingOfOurs(t *testing.T) {
	b := setup(t, func(cfg *llm.Config) {
		hops := cfg.Routes[llm.Reply]
		cfg.Routes[llm.Reply] = []llm.Hop{{Provider: "other", Model: "some", Client: stranger{hops[0].Client.(*vendor)}}}
	})
	b.first.turns = []turn{says(good)}
	id := llm.CallID{ID: "call_9", Provider: "gemini", Model: "m", Signature: []byte("thoughts")}.String()
	msgs := append(slices.Clone(question),
		llms.MessageContent{Role: llms.ChatMessageTypeAI, Parts: []llms.ContentPart{llms.ToolCall{ID: id, FunctionCall: &llms.FunctionCall{Name: "f"}}}},
		llms.MessageContent{Role: llms.ChatMessageTypeTool, Parts: []llms.ContentPart{llms.ToolCallResponse{ToolCallID: id, Name: "f"}}})
	streamed := func(context.Context, []byte) error { t.Error("half an answer was shown"); return nil }
	_, err := b.router.Generate(context.Background(), llm.Reply, msgs, llms.WithMetadata(map[string]any{"theirs": 1}),
		verdictSchema(t), llm.WithLabel("l"), llms.WithStreamingFunc(streamed), llm.WithEffort(llm.Low))
	if err != nil {
		t.Fatal(err)
	}
	got := b.first.asked[0]
	if !got.opts.JSONMode || len(got.opts.Metadata) != 1 || got.opts.Metadata["theirs"] != 1 || got.opts.StreamingFunc != nil {
		t.Errorf("options %+v", got.opts)
	}
	if got.msgs[0].Role != llms.ChatMessageTypeSystem || !strings.Contains(got.msgs[0].Parts[0].(llms.TextContent).Text, `"why"`) {
		t.Errorf("hint %+v", got.msgs[0])
	}
	if got.msgs[3].Parts[0].(llms.ToolCall).ID != "call_9" || got.msgs[4].Parts[0].(llms.ToolCallResponse).ToolCallID != "call_9" {
		t.Errorf("ids %+v", got.msgs[3:])
	}
	if msgs[2].Parts[0].(llms.ToolCall).ID != id {
		t.Error("the caller's transcript was changed")
	}
	if call := b.booked[0]; !call.Unpriced || call.Cost != 0 {
		t.Errorf("booked %+v", call)
	}
}

func TestAPanicInAClientIsItsFailure(t *testing.T) {
	b := setup(t)
	boom := func(context.Context, *llms.CallOptions) (*llms.ContentResponse, error) { panic("PROMPT-WORDS") }
	b.first.turns, b.second.turns = []turn{boom, boom}, []turn{says("ok")}
	b.mustAsk("ok")
	if strings.Contains(b.log.String(), "PROMPT-WORDS") || b.booked[0].Code != "panic" {
		t.Errorf("booked %+v, log %s", b.booked[0], b.log)
	}
}

func TestAFaultyRouteIsRefusedWithEveryFault(t *testing.T) {
	v := &vendor{name: "gemini"}
	_, err := llm.NewRouter(llm.Config{Routes: map[llm.Task][]llm.Hop{llm.Reply: {
		{Model: "a"}, {Client: v}, {Provider: "openai", Model: "b", Client: v}, {Model: "c", Client: v}, {Model: "c", Client: v}, {Model: "d", Client: stranger{v}},
	}}})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{`"/a" has no client`, `"gemini/" needs`, `"openai/b": its adapter calls itself "gemini"`, `gemini/c stands twice`, `"/d" needs`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestManyAtOnce(t *testing.T) {
	b := setup(t)
	const n = 50
	for i := range n {
		if i%2 == 0 {
			b.first.turns = append(b.first.turns, fails(&llm.Error{Outcome: llm.FailOver}))
		} else {
			b.first.turns = append(b.first.turns, says("ok"))
		}
		b.second.turns = append(b.second.turns, says("ok"))
	}
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			if got, err := b.ask(); err != nil || got.Text != "ok" {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
	wait.Wait()
	if len(b.booked) != n+n/2 {
		t.Errorf("booked %d attempts", len(b.booked))
	}
}
