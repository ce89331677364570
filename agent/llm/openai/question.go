package openai

import (
	"slices"
	"strings"

	"github.com/openai/openai-go/v3/shared"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
)

// question is one request before it is written.
type question struct {
	model    string
	opts     *llms.CallOptions
	msgs     []llms.MessageContent
	official bool // OpenAI's own server, not one that resembles it
	without  refusals
}

// refusals is what a server was found to refuse. The zero value refuses nothing.
type refusals struct {
	format   format
	effort   bool
	sampling bool
	usage    bool // stream_options
	maxName  bool // the name we first used for the limit of tokens
}

// format is how the shape of the answer is asked for, from the best way down.
type format int

const (
	bySchema format = iota
	asObject        // any JSON object, and the schema in words
	inWords
)

// kind is what the refusals are remembered by: another schema may be fine for the same model.
func (q question) kind() string {
	if schema := llm.SchemaOf(q.opts); schema != nil {
		return q.model + "\n" + schema.Name
	}
	return q.model
}

// after is what to leave out, judging by the refusal. Only a part that the request has can be left out, so this ends.
func (q question) after(f *failure) (refusals, bool) {
	r := q.without
	if f.Error == nil || f.Outcome != llm.CallerBug || f.Status != 400 && f.Status != 422 {
		return r, false
	}
	switch {
	case q.opts.MaxTokens > 0 && !r.maxName && f.mentions("max_tokens", "max_completion_tokens"):
		r.maxName = true
	case llm.EffortOf(q.opts) != "" && !r.effort && f.mentions("reasoning"):
		r.effort = true
	case (q.opts.Temperature != 0 || q.opts.TopP != 0) && !r.sampling && f.mentions("temperature", "top_p"):
		r.sampling = true
	case !r.usage && f.mentions("stream_options"):
		r.usage = true
	case q.wantsJSON() && r.format < inWords && !f.aboutInput():
		r.format++
	default:
		return r, false
	}
	return r, true
}

func (q question) wantsJSON() bool { return q.opts.JSONMode || llm.SchemaOf(q.opts) != nil }

// format is the way that is left. Without a schema there is none to send.
func (q question) format() format {
	if llm.SchemaOf(q.opts) == nil {
		return max(q.without.format, asObject)
	}
	return q.without.format
}

// hint is the schema in words, wherever the server does not take the schema itself.
func (q question) hint() string {
	schema := llm.SchemaOf(q.opts)
	switch {
	case schema != nil && q.without.format > bySchema:
		return schema.Hint()
	case schema == nil && q.opts.JSONMode:
		return "Answer with one JSON object and nothing else." // the server insists on the word
	}
	return ""
}

// effort is empty where it must not be sent. OpenAI's newer models know no "minimal".
func (q question) effort() shared.ReasoningEffort {
	switch e := llm.EffortOf(q.opts); {
	case q.without.effort:
		return ""
	case e == llm.Minimal:
		return shared.ReasoningEffortLow
	default:
		return shared.ReasoningEffort(e)
	}
}

// instructions is the system text that stands before everything else, and the messages after it.
func (q question) instructions() (string, []llms.MessageContent) {
	var texts []string
	rest := q.msgs
	for len(rest) > 0 && rest[0].Role == llms.ChatMessageTypeSystem {
		texts, rest = append(texts, textOf(rest[0])), rest[1:]
	}
	texts = append(texts, q.hint())
	return strings.Join(slices.DeleteFunc(texts, func(t string) bool { return t == "" }), "\n\n"), rest
}

func textOf(m llms.MessageContent) string {
	var texts []string
	for _, part := range m.Parts {
		if t, ok := part.(llms.TextContent); ok && t.Text != "" {
			texts = append(texts, t.Text)
		}
	}
	return strings.Join(texts, "\n")
}

// toolChoice is a mode ("none", "required", or "" for the server's own "auto") or the name of one function.
func toolChoice(choice any) (mode, function string) {
	switch c := choice.(type) {
	case string:
		if c != "auto" {
			return c, ""
		}
	case llms.ToolChoice:
		if c.Function != nil {
			return "", c.Function.Name
		}
	case *llms.ToolChoice:
		return toolChoice(*c)
	}
	return "", ""
}
