package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
)

// callTools runs what the model has asked for, one after the other: each call is intended, run, and done, in rows of its
// own; after a crash a done one is read back and not run again. Tools only read or propose, so running one twice would do
// no harm outside; the rows keep the transcript the same.
func callTools(ctx context.Context, w *walk) (delta, error) {
	reply := llms.MessageContent{Role: llms.ChatMessageTypeTool}
	for _, part := range w.said[len(w.said)-1].Parts {
		call, ok := part.(llms.ToolCall)
		if !ok {
			continue
		}
		result, err := w.call(ctx, call)
		if err != nil {
			return delta{}, err
		}
		reply.Parts = append(reply.Parts, llms.ToolCallResponse{ToolCallID: call.ID, Name: call.FunctionCall.Name, Content: result})
	}
	said, err := json.Marshal(reply)
	if err != nil {
		return delta{}, err
	}
	return delta{Next: nodeReason, Said: said}, nil
}

// call gives what the model hears: the result as JSON, or in words why it did not work.
func (w *walk) call(ctx context.Context, call llms.ToolCall) (string, error) {
	args := jsonArgs(call.FunctionCall.Arguments)
	tool, known := w.tool(call.FunctionCall.Name)
	origins, err := json.Marshal(tool.Trace(args, w.spans()))
	if err != nil {
		return "", err
	}
	c := store.ToolCall{CallID: llm.ParseCallID(call.ID).ID, Tool: call.FunctionCall.Name, Args: args, Origins: origins}
	if err := w.tx(ctx, func(tx *store.Tx) error { c, err = tx.ToolIntent(ctx, w.turn, c); return err }); err != nil {
		return "", err
	}
	if c.Done {
		return c.Result, nil
	}
	c.Result, c.Proposal = w.run(ctx, tool, known, c)
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return c.Result, w.tx(ctx, func(tx *store.Tx) error { return tx.ToolDone(ctx, w.turn, c) })
}

func (w *walk) run(ctx context.Context, tool tools.Tool, known bool, c store.ToolCall) (string, json.RawMessage) {
	if !known {
		return words(fault.New(fault.NotFound, "There is no tool called %q. There are: %s.", cutTo(c.Tool, 60), strings.Join(w.policy.Tools, ", "))), nil
	}
	result, err := tool.Run(ctx, c.Args)
	if err != nil {
		w.agent.log.Info("tool refused", "tool", tool.Name, "kind", fault.KindOf(err))
		var broke *tools.PanicError
		if errors.As(err, &broke) {
			w.agent.log.Error("tool broke", "tool", tool.Name, "panic", broke.Value, "stack", string(broke.Stack))
		}
		return words(err), nil
	}
	if result.Proposal == nil {
		return clean(result.Output), nil
	}
	proposal, err := json.Marshal(result.Proposal)
	if err != nil {
		return words(err), nil
	}
	return clean(result.Output), jsonClean(proposal)
}

// words are an error as the model hears it.
func words(err error) string {
	b, _ := json.Marshal(map[string]string{"error": clean(fault.Say(err))}) // two strings
	return string(b)
}

func (w *walk) tool(name string) (tools.Tool, bool) {
	for _, t := range w.tools {
		if t.Name == name {
			return t, true
		}
	}
	return tools.Tool{}, false
}

// spans are the words that the model has read, with whose they are: where an argument comes from is told by them.
func (w *walk) spans() []tools.Span {
	var out []tools.Span
	for _, m := range append(w.talk, w.unhandled...) {
		origin := tools.FromManager // our own approved words
		if m.Author == store.Client {
			origin = tools.FromClient
		}
		out = append(out, tools.Span{Origin: origin, Text: m.Body})
	}
	for _, f := range w.facts {
		out = append(out, tools.Span{Origin: tools.FromCRM, Text: f.Value})
	}
	return append(out, tools.Span{Origin: tools.FromManager, Text: w.redo.Hint})
}

func (w *walk) tx(ctx context.Context, fn func(*store.Tx) error) error { return w.agent.db.Tx(ctx, fn) }

// jsonArgs is a model's arguments as something that Postgres takes: what is no JSON becomes a string, which the tool refuses
// in words.
func jsonArgs(s string) json.RawMessage {
	if strings.TrimSpace(s) == "" {
		return json.RawMessage(`{}`)
	}
	if !json.Valid([]byte(s)) {
		b, _ := json.Marshal(clean(s))
		return jsonClean(b)
	}
	return jsonClean([]byte(s))
}

// jsonClean takes the escaped NUL away, which jsonb refuses.
func jsonClean(b []byte) json.RawMessage {
	if !strings.Contains(string(b), `\u0000`) {
		return b
	}
	var v any
	if json.Unmarshal(b, &v) != nil {
		return json.RawMessage(`{}`)
	}
	out, err := json.Marshal(cleanValue(v))
	if err != nil {
		return json.RawMessage(`{}`)
	}
	return out
}

func cleanValue(v any) any {
	switch v := v.(type) {
	case string:
		return clean(v)
	case []any:
		for i := range v {
			v[i] = cleanValue(v[i])
		}
		return v
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, inner := range v {
			out[clean(k)] = cleanValue(inner)
		}
		return out
	}
	return v
}

func clean(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

func cutTo(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}

var errNoProposal = errors.New("agent: a saved proposal cannot be read")

// proposals are what the turn's tools have asked for, in their order, each once.
func proposals(calls []store.ToolCall) (asks []string, acts []store.Proposal, err error) {
	seen := map[string]bool{}
	for _, c := range calls {
		if len(c.Proposal) == 0 || string(c.Proposal) == "null" {
			continue
		}
		var p tools.Proposal
		if json.Unmarshal(c.Proposal, &p) != nil {
			return nil, nil, fmt.Errorf("%w: %s", errNoProposal, c.Tool)
		}
		key := p.Kind + string(p.Payload)
		if seen[key] {
			continue
		}
		seen[key] = true
		if p.Kind == questionKind {
			asks = append(asks, p.Show)
			continue
		}
		acts = append(acts, store.Proposal{Kind: p.Kind, Payload: p.Payload, Show: p.Show})
	}
	return asks, acts, nil
}
