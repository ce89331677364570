package openai

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/openai/openai-go/v3/packages/ssestream"

	"marketa/agent/llm"
)

// failure is one of two: an error or a refusal. What the vendor's message says is used here and never handed on.
type failure struct {
	*llm.Error
	refused *llm.Refused
	message string
}

// noSuchPath says that the server may not know this wire at all.
func (f *failure) noSuchPath() bool {
	return f.Error != nil && (f.Status == 404 || f.Status == 405 || f.Status == 501) && f.Code != "model_not_found"
}

func (f *failure) mentions(names ...string) bool {
	for _, name := range names {
		if strings.Contains(f.Param, name) || strings.Contains(f.message, name) {
			return true
		}
	}
	return false
}

// aboutInput says that the words themselves are refused, so that another format would not help.
func (f *failure) aboutInput() bool {
	if strings.HasPrefix(f.Code, "context_length") || strings.Contains(f.Code, "image") {
		return true
	}
	for _, name := range []string{"input", "messages", "tools", "tool_choice", "model"} {
		if f.Param == name || strings.HasPrefix(f.Param, name+"[") || strings.HasPrefix(f.Param, name+".") {
			return true
		}
	}
	return false
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

// explain looks at what went over the wire before it believes the SDK, which loses the status beside an odd body and
// takes an early end for a good one.
func explain(ctx context.Context, x *llm.Exchange, err error, now time.Time) *failure {
	var frame *ssestream.StreamError
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
	case errors.As(err, &frame):
		e := parseError(frame.Event.Data)
		if e == nil {
			e = &apiError{}
		}
		return e.at(0, nil, now)
	case x.Err() != nil:
		return &failure{Error: llm.FromTransport(x.Err())}
	case x.Status == 0 && err != nil:
		return &failure{Error: llm.FromTransport(err)}
	}
	return &failure{Error: llm.Broken("cut_off", nil)}
}

// apiError is the vendor's error object, and what compatible servers write in its place.
type apiError struct {
	Code, Type, Param, Message string
	status                     int // a number in the place of the code
}

func (e *apiError) UnmarshalJSON(raw []byte) error {
	var body struct {
		Code    json.RawMessage `json:"code"`
		Type    json.RawMessage `json:"type"`
		Param   json.RawMessage `json:"param"`
		Message json.RawMessage `json:"message"`
	}
	if bytes.HasPrefix(raw, []byte(`"`)) {
		body.Message = raw
	} else if err := json.Unmarshal(raw, &body); err != nil {
		return err
	}
	e.Code, e.Type, e.Param, e.Message = text(body.Code), text(body.Type), text(body.Param), text(body.Message)
	if n, err := strconv.Atoi(e.Code); err == nil {
		e.status, e.Code = n, ""
	}
	return nil
}

// text reads a string or a number, and anything else as nothing.
func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// parseError finds an error in a body: {"error":{…}}, {"error":"…"}, {"message":"…"}. Nil when there is none.
func parseError(body []byte) *apiError {
	var wrapped struct {
		Error   *apiError `json:"error"`
		Message string    `json:"message"`
	}
	if json.Unmarshal(body, &wrapped) != nil {
		return nil
	}
	if wrapped.Error == nil && wrapped.Message != "" {
		return &apiError{Message: wrapped.Message}
	}
	return wrapped.Error
}

// at is what the error means. status is 0 for an error inside a success.
// See https://developers.openai.com/docs/guides/error-codes.
func (e *apiError) at(status int, header http.Header, now time.Time) *failure {
	if e.refusal() {
		return &failure{refused: &llm.Refused{Reason: e.Code}}
	}
	if status == 0 {
		status = e.status
	}
	out := llm.FromStatus(status, header, now)
	if status == 0 {
		out = e.inside()
	}
	out.Code, out.Param = e.Code, e.Param
	if e.Code == "" {
		out.Code = e.Type
	}
	e.sharpen(out)
	return &failure{Error: out, message: strings.ToLower(e.Message)}
}

// inside is an error that came without a status of its own.
func (e *apiError) inside() *llm.Error {
	switch {
	case e.Type == "invalid_request_error", strings.Contains(e.Code, "image"), strings.HasPrefix(e.Code, "context_length"):
		return &llm.Error{Outcome: llm.CallerBug}
	}
	return llm.Broken("", nil)
}

// sharpen lets the code overrule the status: 429 may mean "slower" or "pay first".
func (e *apiError) sharpen(out *llm.Error) {
	for _, word := range []string{e.Code, e.Type} {
		switch word {
		case "insufficient_quota", "credit_balance_exhausted", "billing_not_active", "billing_hard_limit_reached",
			"invalid_api_key", "account_deactivated":
			out.Outcome, out.Trips, out.Alert = llm.DeadKey, false, true
			return
		case "rate_limit_exceeded", "rate_limit_error", "slow_down":
			out.Outcome, out.Trips = llm.CoolDown, false
			return
		case "model_not_found":
			out.Outcome, out.Trips, out.Alert = llm.FailOver, false, true
			return
		case "server_is_overloaded", "overloaded_error":
			out.Outcome, out.Trips = llm.FailOver, true
			return
		}
	}
}

// refusal says that the vendor's policy speaks, not a fault of the request.
func (e *apiError) refusal() bool {
	switch e.Code {
	case "content_filter", "content_policy_violation", "invalid_prompt", "bio_policy", "misalignment_policy_violation",
		"image_content_policy_violation", "moderation_blocked":
		return true
	}
	return false
}
