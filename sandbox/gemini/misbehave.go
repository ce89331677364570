package gemini

import "time"

// Kind is one way in which a generate call goes wrong.
type Kind string

// Kinds of misbehaviour. Those of streams hit a plain call as the nearest thing: an error frame becomes a 503, a cut or
// early end becomes a body shorter than its Content-Length.
const (
	EmptyAnswer    Kind = "empty answer"     // 200, STOP, no parts
	EmptyBody      Kind = "empty body"       // 200 and no bytes at all
	MaxTokens      Kind = "max tokens"       // half of the text, MAX_TOKENS
	MalformedCall  Kind = "malformed call"   // no content, MALFORMED_FUNCTION_CALL
	FencedJSON     Kind = "fenced JSON"      // the text stands in a Markdown fence, as models do
	ErrorFrame     Kind = "error frame"      // a first frame, then {"error":{…503…}}
	CutStream      Kind = "cut stream"       // a first frame, then the connection breaks
	EndEarly       Kind = "end early"        // a first frame, then a clean end without finishReason
	StallFirstByte Kind = "stall first byte" // nothing for StallFor on the clock, then as usual
	StallBetween   Kind = "stall between"    // the same after the first frame
	RateLimited    Kind = "rate limited"     // 429, RetryInfo 7 s
	DailyQuota     Kind = "daily quota"      // 429 with a quotaId of …PerDay…
	Overloaded     Kind = "overloaded"       // 503 UNAVAILABLE
	Internal       Kind = "internal"         // 500 INTERNAL
	ArrayError     Kind = "array error"      // 503, the error inside a JSON array
	HTMLError      Kind = "HTML error"       // 503 from a proxy
	NoCode         Kind = "no code"          // 400 {"error":{"message"}}
	KeyRevoked     Kind = "key revoked"      // 400 API_KEY_INVALID in spite of the right key
	TextOnly       Kind = "text only"        // an image was asked for, only words come, STOP
)

// StallFor is how long a stalled call stands still on the clock; callers give up or Advance.
const StallFor = 10 * time.Minute

// Finish is an answer that ends for another reason than STOP: SAFETY, RECITATION, LANGUAGE, OTHER, BLOCKLIST,
// PROHIBITED_CONTENT, SPII, UNEXPECTED_TOOL_CALL, TOO_MANY_TOOL_CALLS, IMAGE_SAFETY, IMAGE_PROHIBITED_CONTENT,
// IMAGE_RECITATION, IMAGE_OTHER, NO_IMAGE. It has no content.
func Finish(reason string) Kind { return Kind("finish " + reason) }

// Block is a refused prompt: 200, no candidates, promptFeedback.blockReason (SAFETY, OTHER, BLOCKLIST,
// PROHIBITED_CONTENT, IMAGE_SAFETY, MODEL_ARMOR, JAILBREAK).
func Block(reason string) Kind { return Kind("block " + reason) }

// Misbehave lets the next n calls suffer kind, behind what was asked for before.
func (s *Sim) Misbehave(kind Kind, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.wrong = append(s.wrong, kind)
	}
}

// Behave forgets all misbehaviour that was still to come.
func (s *Sim) Behave() { s.mu.Lock(); s.wrong = nil; s.mu.Unlock() }
