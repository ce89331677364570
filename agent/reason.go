package agent

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/tools"
)

// mostRounds is how often a model may ask for tools in one turn; after that it has to write with what it knows.
const mostRounds = 6

// A step is a small row, whatever a model says.
const (
	longestRaw  = 20_000    // characters of a text, before the guard cuts it to what a person reads
	longestSaid = 256 << 10 // bytes of calls
)

// reason asks for the reply, or for the tools that it needs. When no model can be had, the managers get the client's words
// on a plain card: never silent.
func reason(ctx context.Context, w *walk) (delta, error) {
	system, err := w.agent.prompts.Reply(stages.ReplyData{Stage: stages.Stage(w.restaurant.Stage), Name: noTags(w.restaurant.Name),
		Languages: w.languages(), Now: w.localNow(), Facts: w.promptFacts(), Missing: w.missing})
	if err != nil {
		return delta{}, err
	}
	if w.chat.Group() {
		more, err := w.agent.prompts.Group(w.groupData())
		if err != nil {
			return delta{}, err
		}
		system += "\n\n" + more
	}
	msgs := append([]llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), w.asked(ctx)}, w.said...)
	answer, err := w.agent.router.Generate(ctx, llm.Reply, msgs, w.options()...)
	var refused *llm.Refused
	var down *llm.AllDown
	switch {
	case ctx.Err() != nil:
		return delta{}, ctx.Err()
	case errors.As(err, &refused):
		return delta{Next: end, Status: "plain", Why: "The language model declined to answer this."}, nil
	case errors.As(err, &down):
		w.agent.log.Warn("no model answers", "error", err)
		return delta{Next: end, Status: "plain", Why: "No language model can be reached at the moment. Redo tries again."}, nil
	case err != nil:
		return delta{}, err
	}
	d := delta{Next: nodeGuard, Model: answer.Provider + "/" + answer.Model}
	if len(answer.ToolCalls) > 0 && w.rounds < mostRounds {
		d.Next = nodeTools
		if d.Said, err = json.Marshal(answer.Message()); len(d.Said) > longestSaid {
			return delta{Next: end, Status: "plain", Why: "The language model wrote far too much to be read."}, nil
		}
		return d, err
	}
	text := cutTo(strings.TrimSpace(answer.Text), longestRaw)
	if text == "" {
		return delta{Next: end, Status: "plain", Why: "The language model asked for tools over and over and wrote nothing."}, nil
	}
	d.Text = &text
	return d, nil
}

func (w *walk) options() []llms.CallOption {
	opts := []llms.CallOption{w.label(), llm.WithEffort(llm.Low), llms.WithTools(declare(w.tools))}
	if w.rounds >= mostRounds {
		opts = append(opts, llms.WithToolChoice("none"))
	}
	if provider, model, ok := strings.Cut(w.model, "/"); ok {
		opts = append(opts, llm.WithPinned(provider, model))
	}
	return opts
}

func declare(ts []tools.Tool) []llms.Tool {
	out := make([]llms.Tool, len(ts))
	for i, t := range ts {
		out[i] = llms.Tool{Type: "function", Function: &llms.FunctionDefinition{Name: t.Name, Description: t.Description, Parameters: t.Schema}}
	}
	return out
}
