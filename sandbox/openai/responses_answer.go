package openai

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// kept is one stored response: all items up to and including it, and the object as it was answered.
type kept struct {
	items  []item
	input  []item
	object map[string]any
}

// answer is one response on its way out.
type answer struct {
	req    responsesRequest
	id     string
	at     int64
	kind   Kind
	think  thought
	output []map[string]any // in order: reasoning, search, message or calls
}

func (s *Sim) responses(w http.ResponseWriter, r *http.Request) {
	req, f := parseResponses(r.Body)
	var past []item
	if f == nil {
		past, f = s.recall(req.PreviousResponseID)
	}
	if f == nil {
		f = s.checkResponses(req, past)
	}
	if f != nil {
		s.refuse(w, *f)
		return
	}
	t, ok := s.admitted(w, r, req.Model, req.Stream)
	if !ok {
		return
	}
	items := append(slices.Clone(past), req.items...)
	a := answer{req: req, id: ident("resp_", t.n, "response"), at: s.cfg.Clock.Now().Unix(), kind: t.kind}
	limit := 0
	if req.MaxOutputTokens != nil {
		limit = *req.MaxOutputTokens
	}
	a.think = t.think(req.toActor(items), encode(items), limit, req.ParallelToolCalls == nil || *req.ParallelToolCalls)
	a.output = s.outputItems(a, t.n, items)
	s.keep(a, items)
	s.send(w, r, a)
}

func (s *Sim) recall(id string) ([]item, *fault) {
	if id == "" {
		return nil, nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	k, ok := s.kept[id]
	if !ok {
		return nil, &fault{404, "Previous response with id '" + id + "' not found.", "invalid_request_error", "previous_response_id", "previous_response_not_found"}
	}
	return k.items, nil
}

func (s *Sim) keep(a answer, items []item) {
	if a.req.Store != nil && !*a.req.Store || a.kind == Failed {
		return
	}
	var out []item
	_ = json.Unmarshal(encode(a.output), &out)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept[a.id] = kept{items: append(items, out...), input: a.req.items, object: a.object(a.status())}
}

// keeps says whether an item with this id belongs to a stored response.
func (s *Sim) keeps(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range s.kept {
		if slices.ContainsFunc(k.items, func(it item) bool { return it.ID == id }) {
			return true
		}
	}
	return false
}

// keptResponse serves GET and DELETE /responses/{id} and GET /responses/{id}/input_items.
func (s *Sim) keptResponse(w http.ResponseWriter, r *http.Request, rest string) {
	id, sub, _ := strings.Cut(rest, "/")
	s.mu.Lock()
	k, ok := s.kept[id]
	if ok && r.Method == http.MethodDelete && sub == "" {
		delete(s.kept, id)
	}
	s.mu.Unlock()
	switch route := r.Method + " " + sub; {
	case route != "GET " && route != "DELETE " && route != "GET input_items":
		s.refuse(w, noSuchURL(r))
	case !ok:
		s.refuse(w, fault{404, "Response with id '" + id + "' not found.", "invalid_request_error", "", ""})
	case r.Method == http.MethodDelete:
		reply(w, http.StatusOK, map[string]any{"id": id, "object": "response", "deleted": true})
	case sub == "input_items":
		reply(w, http.StatusOK, map[string]any{"object": "list", "data": k.input, "has_more": false})
	default:
		reply(w, http.StatusOK, k.object)
	}
}

// outputItems in the order in which the vendor sends them.
func (s *Sim) outputItems(a answer, n uint64, items []item) []map[string]any {
	var out []map[string]any
	if reasons(a.req.Model, a.req.effort()) {
		out = append(out, s.reasoningItem(a, n))
	}
	status := "completed"
	if a.think.cutBy != "" {
		status = "incomplete"
	}
	var cited []any
	if found, ok := search(a, n, items); ok {
		out = append(out, found.item)
		cited = found.citations
	}
	if part := a.part(cited); part != nil {
		out = append(out, map[string]any{"type": "message", "id": ident("msg_", n, "message"), "role": "assistant", "status": status, "content": []any{part}})
	}
	for _, c := range a.think.calls {
		out = append(out, map[string]any{"type": "function_call", "id": c.itemID, "call_id": c.callID, "name": c.name, "arguments": c.args, "status": status})
	}
	return out
}

func (s *Sim) reasoningItem(a answer, n uint64) map[string]any {
	it := map[string]any{"type": "reasoning", "id": ident("rs_", n, "reasoning"), "summary": []any{}}
	if a.req.Reasoning != nil && a.req.Reasoning.Summary != "" {
		it["summary"] = []any{map[string]any{"type": "summary_text", "text": thinkingAloud}}
	}
	if slices.Contains(a.req.Include, "reasoning.encrypted_content") {
		it["encrypted_content"] = s.seal(ident("rs_", n, "reasoning"))
	}
	return it
}

const thinkingAloud = "Reading the request and weighing what to say."

// part is the message's only content part: text or refusal; nil when there is nothing to say.
func (a answer) part(cited []any) map[string]any {
	switch {
	case a.think.refusal != "":
		return map[string]any{"type": "refusal", "refusal": a.think.refusal}
	case a.think.text == "":
		return nil
	}
	if cited == nil {
		cited = []any{}
	}
	return map[string]any{"type": "output_text", "text": a.think.text, "annotations": cited, "logprobs": []any{}}
}

func (a answer) status() string {
	switch {
	case a.kind == Failed:
		return "failed"
	case a.think.cutBy != "":
		return "incomplete"
	}
	return "completed"
}

// object is the response as it stands in a status; an unfinished one has neither output nor usage.
func (a answer) object(status string) map[string]any {
	o := map[string]any{
		"id": a.id, "object": "response", "created_at": a.at, "completed_at": nil, "status": status, "error": nil, "incomplete_details": nil,
		"instructions": orNull(a.req.Instructions), "model": a.model(), "output": []any{}, "parallel_tool_calls": a.req.ParallelToolCalls == nil || *a.req.ParallelToolCalls,
		"previous_response_id": orNull(a.req.PreviousResponseID), "tools": a.tools(), "tool_choice": a.choice(), "text": a.text(), "reasoning": a.reasoning(),
		"temperature": 1.0, "top_p": 1.0, "truncation": "disabled", "max_output_tokens": a.req.MaxOutputTokens, "background": false,
		"store": a.req.Store == nil || *a.req.Store, "metadata": a.metadata(), "usage": nil, "service_tier": "default", "user": nil,
	}
	if status == "in_progress" {
		return o
	}
	o["completed_at"] = a.at + 1
	o["usage"] = a.usage()
	if status == "failed" {
		o["completed_at"] = nil
		o["error"] = map[string]any{"code": "server_error", "message": serverError.message}
		return o
	}
	o["output"] = a.output
	if a.searches() > 0 {
		o["tool_usage"] = map[string]any{"web_search": map[string]any{"num_requests": a.searches()}}
	}
	if status == "incomplete" {
		o["incomplete_details"] = map[string]any{"reason": a.think.cutBy}
	}
	return o
}

func (a answer) usage() map[string]any {
	return map[string]any{"input_tokens": a.think.in, "input_tokens_details": map[string]any{"cached_tokens": 0, "cache_write_tokens": 0},
		"output_tokens": a.think.out, "output_tokens_details": map[string]any{"reasoning_tokens": a.think.reasoning}, "total_tokens": a.think.in + a.think.out}
}

func (a answer) model() string {
	if d, ok := dated[a.req.Model]; ok {
		return d
	}
	return a.req.Model
}

func (a answer) tools() any {
	if a.req.Tools == nil {
		return []any{}
	}
	return a.req.Tools
}

func (a answer) choice() any {
	if len(a.req.ToolChoice) == 0 {
		return "auto"
	}
	return a.req.ToolChoice
}

func (a answer) text() any {
	out := textOptions{Format: &format{Type: "text"}, Verbosity: "medium"}
	if a.req.Text != nil && a.req.Text.Format != nil {
		out.Format = a.req.Text.Format
	}
	return out
}

func (a answer) reasoning() any {
	if a.req.Reasoning == nil {
		return map[string]any{"effort": nil, "summary": nil}
	}
	return a.req.Reasoning
}

func (a answer) metadata() any {
	if a.req.Metadata == nil {
		return map[string]any{}
	}
	return a.req.Metadata
}

func (a answer) searches() int {
	n := 0
	for _, it := range a.output {
		if it["type"] == "web_search_call" {
			n++
		}
	}
	return n
}
