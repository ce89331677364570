package llm

import (
	"fmt"

	"github.com/tmc/langchaingo/llms"
)

// question is what was asked, the same for every hop.
type question struct {
	task   Task
	msgs   []llms.MessageContent
	opts   []llms.CallOption
	extras extras
}

func newQuestion(task Task, msgs []llms.MessageContent, opts []llms.CallOption) (question, error) {
	o := OptionsOf(opts)
	q := question{task: task, msgs: msgs, opts: opts, extras: extrasOf(&o)}
	if s := q.extras.schema; s != nil {
		if _, err := s.JSON.Resolve(nil); err != nil {
			return q, fmt.Errorf("llm: %s: schema %s: %w", task, s.Name, err)
		}
	}
	return q, nil
}

// forClient is the question in the client's words. Our adapters understand all options; another model gets its schema
// in words, plain ids, and no metadata that it might send on.
func (q question) forClient(hop Hop, msgs []llms.MessageContent, pulse *Pulse) ([]llms.MessageContent, []llms.CallOption) {
	opts := append(q.opts[:len(q.opts):len(q.opts)], llms.WithModel(hop.Model), buffered)
	if _, ours := hop.Client.(Adapter); ours {
		return msgs, append(opts, edit(func(e *extras) { e.pulse = pulse }))
	}
	opts = append(opts, withoutExtras)
	msgs = plainIDs(msgs)
	if q.extras.schema != nil {
		opts = append(opts, llms.WithJSONMode())
		hint := llms.TextParts(llms.ChatMessageTypeSystem, q.extras.schema.Hint())
		msgs = append([]llms.MessageContent{hint}, msgs...)
	}
	return msgs, opts
}

// buffered takes streaming functions away: half an answer of a model that then fails must reach nobody.
func buffered(o *llms.CallOptions) { o.StreamingFunc, o.StreamingReasoningFunc = nil, nil }

func withoutExtras(o *llms.CallOptions) {
	rest := map[string]any{}
	for k, v := range o.Metadata {
		if k != metadataKey {
			rest[k] = v
		}
	}
	o.Metadata = rest
}
