package llm

import (
	"fmt"
	"strings"
	"time"

	"marketa/internal/fault"
)

// Outcome is what became of one attempt, told by what has to happen next.
type Outcome string

const (
	OK             Outcome = "ok"
	RetrySame      Outcome = "retry-same"      // may work at once: the same model once more, then the next
	CoolDown       Outcome = "cool-down"       // too many requests: this model rests, the next is asked
	FailOver       Outcome = "fail-over"       // this model will not do it now: the next
	DeadKey        Outcome = "dead-key"        // refused or out of money until a person acts: the next, and an alert
	BusinessResult Outcome = "business-result" // the model declined: that is the answer, nobody else is asked
	CallerBug      Outcome = "caller-bug"      // this vendor cannot take such a request: the next speaks another wire
	Cancelled      Outcome = "cancelled"       // whoever asked has hung up
	Late           Outcome = "late"            // spoke after its time was up: nobody hears it, but it costs
)

// Error is one failed attempt. Its text holds no word of the prompt, of the answer or of the vendor's message (these
// quote keys and prompts), only codes.
type Error struct {
	Outcome         Outcome
	Provider, Model string
	Status          int           // HTTP; 0 when no answer came
	Code            string        // the vendor's code or ours, e.g. "rate_limit_exceeded", "first_byte_timeout"
	Param           string        // which part of the request the vendor names
	RetryAfter      time.Duration // how long the vendor wants peace; 0 when it did not say
	Trips           bool          // counts against the breaker: 5xx, time-outs, broken connections and streams only
	Alert           bool          // a person has to act (a key, a bill, a model that is gone)
	Usage           Usage         // what it cost all the same
	Err             error         // the cause, for errors.Is; never printed
}

func (e *Error) Error() string {
	text := fmt.Sprintf("%s/%s: %s", e.Provider, e.Model, e.Outcome)
	if e.Status != 0 {
		text += fmt.Sprintf(": %d", e.Status)
	}
	for _, word := range []string{e.Code, e.Param} {
		if w := Word(word); w != "" {
			text += " " + w
		}
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Word keeps a vendor's code only if it is one: a short run of letters, digits and . _ - [ ]. Anything else could be a
// sentence with a key or a prompt in it, and is dropped.
func Word(s string) string {
	if len(s) > 80 {
		return ""
	}
	for _, r := range s {
		if !strings.ContainsRune("._-[]", r) && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
			return ""
		}
	}
	return s
}

// Refused is a model that declined or whose maker's filter stopped it. It is a result, not a failure: another model is
// not asked, a person decides.
type Refused struct {
	Provider, Model string
	Reason          string // a code: "refusal", "SAFETY", "content_filter", …
	Words           string // the model's own, where it spoke; never part of Error()
	Usage           Usage
}

func (r *Refused) Error() string {
	return fmt.Sprintf("%s/%s: refused: %s", r.Provider, r.Model, Word(r.Reason))
}

// AllDown means that every model of the task's route failed or rests. Causes has one entry per attempt or rest, in
// order. It is [fault.Unavailable]: later it may work by itself.
type AllDown struct {
	Task   Task
	Causes []*Error
}

func (a *AllDown) Error() string {
	if len(a.Causes) == 0 {
		return fmt.Sprintf("llm: %s: no model is configured", a.Task)
	}
	texts := make([]string, len(a.Causes))
	for i, cause := range a.Causes {
		texts[i] = cause.Error()
	}
	return fmt.Sprintf("llm: %s: every model is down: %s", a.Task, strings.Join(texts, "; "))
}

func (a *AllDown) Unwrap() []error {
	errs := []error{fault.Unavailable}
	for _, cause := range a.Causes {
		errs = append(errs, cause)
	}
	return errs
}
