package gemini

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"

	"google.golang.org/genai"

	"marketa/agent/llm"
)

// failure is one of two: an error or a refusal. What the vendor's message says is used here and never handed on.
type failure struct {
	*llm.Error
	refused      *llm.Refused
	badSignature bool
}

func (f *failure) noSuchPath() bool {
	return f.Error != nil && (f.Status == 404 || f.Status == 405 || f.Status == 501)
}

// spend notes what the failed call cost.
func (f *failure) spend(spent llm.Usage) {
	if f.refused != nil {
		f.refused.Usage = spent
	} else {
		f.Usage = spent
	}
}

func (f *failure) named(provider, model string) error {
	if f.refused != nil {
		f.refused.Provider, f.refused.Model = provider, model
		return f.refused
	}
	f.Provider, f.Model = provider, model
	return f.Error
}

func badQuestion(err error) *failure {
	return &failure{Error: &llm.Error{Outcome: llm.CallerBug, Code: "bad_request", Err: err}}
}

// explain looks at what went over the wire before it believes the SDK. err may be nil for a stream that just ended.
func explain(ctx context.Context, x *llm.Exchange, err error, now time.Time) *failure {
	var frame genai.APIError
	switch {
	case x.Failed():
		e := parseError(x.Body)
		if e == nil {
			e = &apiError{}
		}
		return e.at(x.Status, x.Header, now)
	case ctx.Err() != nil:
		return &failure{Error: llm.FromTransport(ctx.Err())}
	case x.Page():
		return &failure{Error: &llm.Error{Outcome: llm.FailOver, Code: "web_page", Trips: true}}
	case errors.As(err, &frame): // an error in the middle of the stream
		raw, _ := json.Marshal(frame)
		e := &apiError{}
		_ = json.Unmarshal(raw, e)
		return e.at(0, nil, now)
	case x.Err() != nil:
		return &failure{Error: llm.FromTransport(x.Err())}
	case x.Status == 0 && err != nil:
		return &failure{Error: llm.FromTransport(err)}
	}
	return &failure{Error: llm.Broken("cut_off", nil)}
}

// apiError is google.rpc.Status as JSON. See https://cloud.google.com/apis/design/errors#error_model.
type apiError struct {
	Code    json.RawMessage `json:"code"` // a number; newer endpoints write a word
	Message string          `json:"message"`
	Status  string          `json:"status"`
	Details []struct {
		Type       string `json:"@type"`
		Reason     string `json:"reason"`
		RetryDelay string `json:"retryDelay"`
		Violations []struct {
			QuotaID string `json:"quotaId"`
		} `json:"violations"`
	} `json:"details"`
}

// parseError finds an error in a body: in an object, in an array of one, or as a bare sentence. Nil when there is none.
func parseError(body []byte) *apiError {
	body = bytes.TrimSpace(body)
	if bytes.HasPrefix(body, []byte("[")) {
		var list []json.RawMessage
		if json.Unmarshal(body, &list) != nil || len(list) == 0 {
			return nil
		}
		body = list[len(list)-1]
	}
	var wrapped struct {
		Error json.RawMessage `json:"error"`
	}
	if json.Unmarshal(body, &wrapped) != nil || len(wrapped.Error) == 0 || string(wrapped.Error) == "null" {
		return nil
	}
	e := &apiError{}
	if json.Unmarshal(wrapped.Error, e) != nil {
		return &apiError{}
	}
	return e
}

// at is what the error means. status is the HTTP status, 0 for an error inside a success: then the body's code counts.
func (e *apiError) at(status int, header http.Header, now time.Time) *failure {
	if status == 0 {
		status = e.number()
	}
	out := llm.FromStatus(status, header, now)
	if status == 0 {
		out = llm.Broken("stream_error", nil)
	}
	if e.Status != "" {
		out.Code = e.Status
	}
	e.sharpen(out)
	text := strings.ToLower(e.Message)
	return &failure{Error: out, badSignature: status == 400 && strings.Contains(text, "thought") && strings.Contains(text, "signature")}
}

// number is the body's own code, or the HTTP status that belongs to its status word.
func (e *apiError) number() int {
	var n int
	if json.Unmarshal(e.Code, &n) == nil && n != 0 {
		return n
	}
	return map[string]int{
		"INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "UNAUTHENTICATED": 401, "PERMISSION_DENIED": 403, "NOT_FOUND": 404,
		"RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "INTERNAL": 500, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
	}[e.Status]
}

// sharpen reads the details: a wrong key comes as a bad request, and the wait stands here instead of in a header.
// See https://ai.google.dev/gemini-api/docs/troubleshooting.
func (e *apiError) sharpen(out *llm.Error) {
	if e.Status == "FAILED_PRECONDITION" || strings.HasPrefix(e.Message, "API key") && out.Outcome == llm.CallerBug {
		out.Outcome, out.Alert = llm.DeadKey, true // billing, region or key: a person has to act
	}
	perDay := false
	for _, d := range e.Details {
		if strings.HasPrefix(d.Reason, "API_KEY_") {
			out.Outcome, out.Alert, out.Code = llm.DeadKey, true, d.Reason
		}
		if wait, err := time.ParseDuration(d.RetryDelay); err == nil && wait > 0 && !perDay {
			out.RetryAfter = wait
		}
		for _, v := range d.Violations {
			perDay = perDay || strings.Contains(v.QuotaID, "PerDay")
		}
	}
	if perDay && out.Outcome == llm.CoolDown {
		out.RetryAfter, out.Alert, out.Code = 24*time.Hour, true, "quota_per_day" // not today, whatever the other detail says
	}
}
