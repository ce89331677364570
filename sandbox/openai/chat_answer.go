package openai

import (
	"net/http"
	"slices"
)

// completion is one chat completion on its way out.
type completion struct {
	req    chatRequest
	id     string
	at     int64
	kind   Kind
	think  thought
	aloud  bool // reasoning_content is part of the answer
	silent bool // no usage, whatever was asked
}

func (s *Sim) chat(w http.ResponseWriter, r *http.Request) {
	req, f := s.parseChat(r.Body)
	if f != nil {
		s.refuse(w, *f)
		return
	}
	t, ok := s.admitted(w, r, req.Model, req.Stream)
	if !ok {
		return
	}
	if t.kind == Failed {
		s.refuse(w, serverError)
		return
	}
	c := completion{req: req, id: ident("chatcmpl-", t.n, "chat"), at: s.cfg.Clock.Now().Unix(), kind: t.kind,
		aloud: t.kind == Reasoning || !s.cfg.ResponsesAPI, silent: t.kind == NoUsage}
	c.think = t.think(req.toActor(), encode(req.Messages), max(req.MaxCompletionTokens, req.MaxTokens), req.ParallelToolCalls == nil || *req.ParallelToolCalls)
	if !req.Stream {
		sendBody(w, encode(c.object()), t.kind)
		return
	}
	var frames [][]byte
	for _, chunk := range c.chunks() {
		frames = append(frames, []byte("data: "+string(encode(chunk))+"\n\n"))
	}
	switch t.kind {
	case NoDone:
	case EndEarly: // the frame that the stream drops is then the one with the finish reason
	case ErrorEvent: // chat streams know no named events
		t.kind = ErrorFrame
	default:
		frames = append(frames, []byte("data: [DONE]\n\n"))
	}
	s.stream(w, r, frames, 2, t.kind)
}

func (c completion) finish() string {
	switch {
	case c.think.cutBy == "max_output_tokens":
		return "length"
	case c.think.cutBy == "content_filter":
		return "content_filter"
	case len(c.think.calls) > 0:
		return "tool_calls"
	}
	return "stop"
}

func (c completion) head(object string) map[string]any {
	model := c.req.Model
	if d, ok := dated[model]; ok {
		model = d
	}
	return map[string]any{"id": c.id, "object": object, "created": c.at, "model": model, "service_tier": "default"}
}

func (c completion) object() map[string]any {
	m := map[string]any{"role": "assistant", "content": orNull(c.think.text), "refusal": orNull(c.think.refusal), "annotations": []any{}}
	if c.aloud {
		m["reasoning_content"] = thinkingAloud
	}
	if len(c.think.calls) > 0 {
		m["tool_calls"] = c.toolCalls()
	}
	o := c.head("chat.completion")
	o["choices"] = []any{map[string]any{"index": 0, "message": m, "finish_reason": c.finish(), "logprobs": nil}}
	if !c.silent {
		o["usage"] = c.usage()
	}
	return o
}

func (c completion) toolCalls() []toolCall {
	var all []toolCall
	for _, f := range c.think.calls {
		all = append(all, toolCall{ID: f.callID, Type: "function", Function: function{f.name, f.args}})
	}
	return all
}

func (c completion) usage() map[string]any {
	return map[string]any{"prompt_tokens": c.think.in, "completion_tokens": c.think.out, "total_tokens": c.think.in + c.think.out,
		"prompt_tokens_details": map[string]any{"cached_tokens": 0}, "completion_tokens_details": map[string]any{"reasoning_tokens": c.think.reasoning}}
}

// chunks of a stream: the role, the reasoning, the text, the calls by index, the reason, and the usage when it was asked for.
func (c completion) chunks() []map[string]any {
	wanted := c.req.StreamOptions != nil && c.req.StreamOptions.IncludeUsage && !c.silent
	chunk := func(delta map[string]any, finish any) map[string]any {
		o := c.head("chat.completion.chunk")
		o["choices"] = []any{map[string]any{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": nil}}
		if wanted {
			o["usage"] = nil
		}
		return o
	}
	all := []map[string]any{chunk(map[string]any{"role": "assistant", "content": "", "refusal": nil}, nil)}
	for _, delta := range c.deltas() {
		all = append(all, chunk(delta, nil))
	}
	all = append(all, chunk(map[string]any{}, c.finish()))
	if wanted && c.kind != EndEarly {
		last := c.head("chat.completion.chunk")
		last["choices"], last["usage"] = []any{}, c.usage()
		all = append(all, last)
	}
	return all
}

func (c completion) deltas() []map[string]any {
	var all []map[string]any
	if c.aloud {
		for _, bit := range bits(thinkingAloud) {
			all = append(all, map[string]any{"reasoning_content": bit})
		}
	}
	for _, bit := range bits(c.think.text) {
		all = append(all, map[string]any{"content": bit})
	}
	for _, bit := range bits(c.think.refusal) {
		all = append(all, map[string]any{"refusal": bit})
	}
	return append(all, c.callDeltas()...)
}

// callDeltas announces every call first (id and name come only there) and then deals out the arguments in turns, so that
// only the index tells which call a piece belongs to.
func (c completion) callDeltas() []map[string]any {
	var all []map[string]any
	one := func(t toolCall) { all = append(all, map[string]any{"tool_calls": []any{t}}) }
	var rest [][]string
	for i, f := range c.think.calls {
		one(toolCall{Index: new(i), ID: f.callID, Type: "function", Function: function{Name: f.name}})
		rest = append(rest, bits(f.args))
	}
	for slices.ContainsFunc(rest, func(r []string) bool { return len(r) > 0 }) {
		for i := range rest {
			if len(rest[i]) > 0 {
				one(toolCall{Index: new(i), Function: function{Arguments: rest[i][0]}})
				rest[i] = rest[i][1:]
			}
		}
	}
	return all
}
