package openai

import (
	"bytes"
	"net/http"
	"strconv"
)

// event is one frame of a stream before it is numbered.
type event struct {
	kind string
	body map[string]any
}

func (s *Sim) send(w http.ResponseWriter, r *http.Request, a answer) {
	if !a.req.Stream {
		sendBody(w, encode(a.object(a.status())), a.kind)
		return
	}
	var frames [][]byte
	for n, e := range a.events() {
		e.body["type"], e.body["sequence_number"] = e.kind, n
		frames = append(frames, []byte("event: "+e.kind+"\ndata: "+string(encode(e.body))+"\n\n"))
	}
	s.stream(w, r, frames, 2, a.kind)
}

// sendBody answers a plain call; the kinds that break a stream break its body.
func sendBody(w http.ResponseWriter, body []byte, kind Kind) {
	w.Header().Set("Content-Type", "application/json")
	if kind == CutStream || kind == EndEarly || kind == BrokenFrame {
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body[:len(body)/2])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(body)
}

// events in the vendor's exact order (https://developers.openai.com/api/reference/responses-streaming).
func (a answer) events() []event {
	if a.kind == Failed {
		return []event{a.whole("response.created", "in_progress"), a.whole("response.in_progress", "in_progress"), a.whole("response.failed", "failed")}
	}
	all := []event{a.whole("response.created", "in_progress"), a.whole("response.in_progress", "in_progress")}
	for i, it := range a.output {
		all = append(all, event{"response.output_item.added", map[string]any{"output_index": i, "item": unfinished(it)}})
		all = append(all, a.inside(i, it)...)
		all = append(all, event{"response.output_item.done", map[string]any{"output_index": i, "item": it}})
	}
	return append(all, a.whole("response."+a.status(), a.status()))
}

func (a answer) whole(kind, status string) event {
	return event{kind, map[string]any{"response": a.object(status)}}
}

// unfinished is an item as it is announced: without its content.
func unfinished(it map[string]any) map[string]any {
	bare := map[string]any{}
	for k, v := range it {
		bare[k] = v
	}
	bare["status"] = "in_progress"
	switch it["type"] {
	case "message":
		bare["content"] = []any{}
	case "function_call":
		bare["arguments"] = ""
	case "reasoning":
		bare["summary"] = []any{}
		delete(bare, "status")
		delete(bare, "encrypted_content")
	case "web_search_call":
		delete(bare, "action")
	}
	return bare
}

func (a answer) inside(index int, it map[string]any) []event {
	on := func(kind string, more map[string]any) event {
		more["item_id"], more["output_index"] = it["id"], index
		return event{kind, more}
	}
	switch it["type"] {
	case "reasoning":
		return summaryEvents(on, it["summary"].([]any))
	case "web_search_call":
		return []event{on("response.web_search_call.in_progress", map[string]any{}), on("response.web_search_call.searching", map[string]any{}), on("response.web_search_call.completed", map[string]any{})}
	case "function_call":
		return a.argumentEvents(on, it)
	}
	return a.messageEvents(on, it["content"].([]any)[0].(map[string]any))
}

type maker func(kind string, more map[string]any) event

func summaryEvents(on maker, summary []any) []event {
	var all []event
	for i, part := range summary {
		text := part.(map[string]any)["text"]
		all = append(all,
			on("response.reasoning_summary_part.added", map[string]any{"summary_index": i, "part": map[string]any{"type": "summary_text", "text": ""}}),
			on("response.reasoning_summary_text.delta", map[string]any{"summary_index": i, "delta": text}),
			on("response.reasoning_summary_text.done", map[string]any{"summary_index": i, "text": text}),
			on("response.reasoning_summary_part.done", map[string]any{"summary_index": i, "part": part}))
	}
	return all
}

func (a answer) argumentEvents(on maker, it map[string]any) []event {
	var all []event
	for _, bit := range bits(it["arguments"].(string)) {
		all = append(all, on("response.function_call_arguments.delta", a.obscured(map[string]any{"delta": bit})))
	}
	return append(all, on("response.function_call_arguments.done", map[string]any{"name": it["name"], "arguments": it["arguments"]}))
}

func (a answer) messageEvents(on maker, part map[string]any) []event {
	if part["type"] == "refusal" {
		return a.refusalEvents(on, part)
	}
	at := func(more map[string]any) map[string]any { more["content_index"] = 0; return more }
	empty := map[string]any{"type": "output_text", "text": "", "annotations": []any{}, "logprobs": []any{}}
	all := []event{on("response.content_part.added", at(map[string]any{"part": empty}))}
	for _, bit := range bits(part["text"].(string)) {
		all = append(all, on("response.output_text.delta", a.obscured(at(map[string]any{"delta": bit, "logprobs": []any{}}))))
	}
	for i, cite := range part["annotations"].([]any) {
		all = append(all, on("response.output_text.annotation.added", at(map[string]any{"annotation_index": i, "annotation": cite})))
	}
	return append(all,
		on("response.output_text.done", at(map[string]any{"text": part["text"], "logprobs": []any{}})),
		on("response.content_part.done", at(map[string]any{"part": part})))
}

func (a answer) refusalEvents(on maker, part map[string]any) []event {
	at := func(more map[string]any) map[string]any { more["content_index"] = 0; return more }
	all := []event{on("response.content_part.added", at(map[string]any{"part": map[string]any{"type": "refusal", "refusal": ""}}))}
	for _, bit := range bits(part["refusal"].(string)) {
		all = append(all, on("response.refusal.delta", a.obscured(at(map[string]any{"delta": bit}))))
	}
	return append(all,
		on("response.refusal.done", at(map[string]any{"refusal": part["refusal"]})),
		on("response.content_part.done", at(map[string]any{"part": part})))
}

// obscured adds the filler that hides the length of a delta, unless it was declined.
func (a answer) obscured(e map[string]any) map[string]any {
	if o := a.req.StreamOptions; o == nil || o.IncludeObfuscation == nil || *o.IncludeObfuscation {
		e["obfuscation"] = "x9Kq2LmZ7w"[:1+len(e["delta"].(string))%9]
	}
	return e
}

// stream writes frames; what goes wrong happens behind the first few.
func (s *Sim) stream(w http.ResponseWriter, r *http.Request, frames [][]byte, behind int, kind Kind) {
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	whole := bytes.Join(frames, nil)
	switch kind {
	case CutStream:
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
		write(w, bytes.Join(frames[:len(frames)-1], nil))
		panic(http.ErrAbortHandler)
	case EndEarly:
		frames = frames[:len(frames)-1]
	case MissingBlankLine:
		frames[len(frames)-1] = bytes.TrimRight(frames[len(frames)-1], "\n")
	case BrokenFrame:
		frames = append(frames[:behind:behind], []byte("data: {\"type\":\"response.output_text.delta\",\"delta\":\"Hal\n\n"))
	case ErrorEvent:
		frames = append(frames[:behind:behind], errorEvent(behind))
	case ErrorFrame:
		frames = append(frames[:behind:behind], []byte("data: "+string(encode(serverError.body()))+"\n\n"))
	}
	for i, f := range frames {
		if i == behind && kind == StallBetween {
			s.stall(r)
		}
		write(w, f)
	}
}

func errorEvent(n int) []byte {
	return []byte("event: error\ndata: " + string(encode(map[string]any{"type": "error", "code": "server_error", "message": serverError.message, "param": nil, "sequence_number": n})) + "\n\n")
}

// write flushes in two pieces, the first of which ends inside a letter of several bytes where there is one.
func write(w http.ResponseWriter, b []byte) {
	at := len(b) / 2
	for i, c := range b {
		if c >= 0x80 {
			at = i + 1
			break
		}
	}
	_, _ = w.Write(b[:at])
	_ = http.NewResponseController(w).Flush()
	_, _ = w.Write(b[at:])
	_ = http.NewResponseController(w).Flush()
}
