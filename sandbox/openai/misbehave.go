package openai

import (
	"net/http"
	"strconv"
	"time"
)

// Kind is one way in which a model call goes wrong.
type Kind string

// Kinds that answer with an HTTP error, or with nothing usable.
const (
	RateLimited       Kind = "rate limited"         // 429 rate_limit_exceeded without Retry-After
	RateLimited5s     Kind = "rate limited 5 s"     // with Retry-After: 5
	RateLimited300s   Kind = "rate limited 300 s"   // with Retry-After: 300
	InsufficientQuota Kind = "insufficient quota"   // 429 that no waiting cures
	SlowDown          Kind = "slow down"            // 429 slow_down, type rate_limit_error, Retry-After: 2
	ServerError       Kind = "server error"         // 500
	Overloaded        Kind = "overloaded"           // 503 server_is_overloaded
	HTMLError         Kind = "HTML error"           // 503 from a proxy
	StringError       Kind = "string error"         // 500 {"error":"string"}
	MessageError      Kind = "message error"        // 500 {"message":"…"}, a compatible server's
	KeyRevoked        Kind = "key revoked"          // 401 in spite of the right key
	RegionBlocked     Kind = "region blocked"       // 403
	ModelGone         Kind = "model gone"           // 404 model_not_found
	ContextLength     Kind = "context length"       // 400 context_length_exceeded
	ErrorWith200      Kind = "error with 200"       // 200 application/json {"error":{…}}, also for a stream
	EmptyBody         Kind = "empty body"           // 200 and no bytes at all
	StallFirstByte    Kind = "stall first byte"     // nothing for StallFor on the clock, then as usual
	EmptyAnswer       Kind = "empty answer"         // completed with neither text nor calls
	Incomplete        Kind = "incomplete"           // half of the text; max_output_tokens, in chat: length
	ContentFilter     Kind = "content filter"       // half of the text; content_filter
	Refusal           Kind = "refusal"              // 200, completed, a refusal in place of the text
	BrokenArguments   Kind = "broken arguments"     // function arguments that are no JSON
	ParallelCalls     Kind = "parallel calls"       // each call twice, under different call ids
	FencedJSON        Kind = "fenced JSON"          // the text stands in a Markdown fence
	Failed            Kind = "failed"               // response.failed, or 200 with status failed; in chat a 500
	StallBetween      Kind = "stall between"        // streams: StallFor on the clock after the first frames
	EndEarly          Kind = "end early"            // streams: a clean end without a terminal event
	CutStream         Kind = "cut stream"           // the connection breaks before the promised Content-Length
	MissingBlankLine  Kind = "missing blank line"   // streams: the last frame is not closed
	BrokenFrame       Kind = "broken frame"         // streams: a frame of half a JSON object
	ErrorEvent        Kind = "error event"          // streams: {"type":"error",…} after response.created; plain: 500
	ErrorFrame        Kind = "error frame"          // streams: a frame with a top-level "error"; plain: 500
	NoUsage           Kind = "no usage"             // chat: the usage is left out although asked for
	NoDone            Kind = "no [DONE]"            // chat streams: no end mark
	Reasoning         Kind = "reasoning_content"    // chat: as compatible servers do (they do it always)
	LegacyRateLimit   Kind = "rate limited by date" // 429 with Retry-After as an HTTP date, 9 s ahead
)

// StallFor is how long a stalled call stands still on the clock; callers give up or Advance.
const StallFor = 10 * time.Minute

// Misbehave lets the next n model calls suffer kind, behind what was asked for before.
func (s *Sim) Misbehave(kind Kind, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.wrong = append(s.wrong, kind)
	}
}

// Behave forgets all misbehaviour that was still to come.
func (s *Sim) Behave() { s.mu.Lock(); s.wrong = nil; s.mu.Unlock() }

var httpFaults = map[Kind]fault{
	RateLimited:       {429, "Rate limit reached for requests. Please try again later.", "requests", "", "rate_limit_exceeded"},
	RateLimited5s:     {429, "Rate limit reached for requests. Please try again in 5s.", "requests", "", "rate_limit_exceeded"},
	RateLimited300s:   {429, "Rate limit reached for tokens. Please try again in 5m0s.", "tokens", "", "rate_limit_exceeded"},
	LegacyRateLimit:   {429, "Rate limit reached for requests.", "requests", "", "rate_limit_exceeded"},
	InsufficientQuota: {429, "You exceeded your current quota, please check your plan and billing details.", "insufficient_quota", "", "insufficient_quota"},
	SlowDown:          {429, "Your traffic grew too fast. Please slow down.", "rate_limit_error", "", "slow_down"},
	ServerError:       serverError,
	Overloaded:        {503, "The server is currently overloaded with other requests. Sorry about that!", "server_error", "", "server_is_overloaded"},
	KeyRevoked:        badKey,
	RegionBlocked:     {403, "Country, region, or territory not supported", "request_forbidden", "", "unsupported_country_region_territory"},
	ContextLength:     {400, "Your input exceeds the context window of this model. Please adjust your input and try again.", "invalid_request_error", "input", "context_length_exceeded"},
}

// failed answers the kinds that are an HTTP error or no answer at all.
func (s *Sim) failed(w http.ResponseWriter, kind Kind, model string, stream bool) bool {
	if f, ok := httpFaults[kind]; ok {
		s.retryAfter(w, kind)
		s.refuse(w, f)
		return true
	}
	switch kind {
	case ModelGone:
		s.refuse(w, unknownModel(model))
	case HTMLError:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = w.Write([]byte("<html><head><title>503 Service Temporarily Unavailable</title></head></html>"))
	case StringError:
		reply(w, http.StatusInternalServerError, map[string]any{"error": "something went wrong"})
	case MessageError:
		reply(w, http.StatusInternalServerError, map[string]any{"message": "something went wrong"})
	case ErrorWith200:
		reply(w, http.StatusOK, serverError.body())
	case EmptyBody:
		w.WriteHeader(http.StatusOK)
	case ErrorEvent, ErrorFrame:
		if stream {
			return false
		}
		s.refuse(w, serverError)
	default:
		return false
	}
	return true
}

func (s *Sim) retryAfter(w http.ResponseWriter, kind Kind) {
	wait := map[Kind]int{RateLimited5s: 5, RateLimited300s: 300, SlowDown: 2}
	if n := wait[kind]; n > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(n))
	}
	if kind == LegacyRateLimit {
		w.Header().Set("Retry-After", s.cfg.Clock.Now().Add(9*time.Second).UTC().Format(http.TimeFormat))
	}
}
