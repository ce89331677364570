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
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// deskTools runs what the model has asked for, as callTools does for a client's turn. A name that several have ends the turn
// with a question to the manager: no model chooses among people.
func deskTools(ctx context.Context, w *deskWalk) (delta, error) {
	reply := llms.MessageContent{Role: llms.ChatMessageTypeTool}
	for _, part := range w.said[len(w.said)-1].Parts {
		call, ok := part.(llms.ToolCall)
		if !ok {
			continue
		}
		result, choose, err := w.call(ctx, len(reply.Parts), call)
		if err != nil {
			return delta{}, err
		}
		if choose != nil {
			text := "Which “" + cutTo(oneLine(choose.Name), 60) + "” do you mean?"
			return delta{Next: end, Status: "asked", Text: &text, Choose: choose}, nil
		}
		reply.Parts = append(reply.Parts, llms.ToolCallResponse{ToolCallID: call.ID, Name: call.FunctionCall.Name, Content: result})
	}
	said, err := json.Marshal(reply)
	return delta{Next: nodeDesk, Said: said}, err
}

// call gives what the model hears.
func (w *deskWalk) call(ctx context.Context, nth int, call llms.ToolCall) (string, *store.Ambiguous, error) {
	if nth >= mostCalls {
		return words(fault.New(fault.Invalid, "Not called: at most %d calls at once.", mostCalls)), nil, nil
	}
	tool, known := w.tool(call.FunctionCall.Name)
	args := arguments(call.FunctionCall.Arguments)
	origins, err := json.Marshal(tool.Trace(args, w.spans()))
	if err != nil {
		return "", nil, err
	}
	id := fmt.Sprintf("%d.%d %s", w.n, nth, cutTo(llm.ParseCallID(call.ID).ID, 80))
	var c store.DeskCall
	err = w.agent.deskTx(ctx, func(tx *store.Tx) (err error) {
		if err := tx.RenewDesk(ctx, w.lease); err != nil {
			return err
		}
		if err := tx.DeskProgress(ctx, w.turn, progressOf(tool.Name, args)); err != nil {
			return err
		}
		c, err = tx.DeskIntent(ctx, w.turn.ID, store.ToolCall{CallID: id, Tool: cutTo(call.FunctionCall.Name, 64), Args: forTheRecord(args), Origins: origins})
		return err
	})
	if err != nil {
		return "", nil, err
	}
	if !c.Done {
		choose, err := w.do(ctx, &c, tool, known, args)
		if err != nil || choose != nil {
			return "", choose, err
		}
	}
	if c.Seen.Outside {
		return stages.Fence(stages.TagClientWords, c.Result), nil, nil
	}
	return c.Result, nil, nil
}

// do runs the tool within the turn's scope and records what came of it.
func (w *deskWalk) do(ctx context.Context, c *store.DeskCall, tool tools.Tool, known bool, args json.RawMessage) (*store.Ambiguous, error) {
	w.scope.Begin()
	switch {
	case !known:
		c.Result = words(fault.New(fault.NotFound, "There is no such tool. There are: %s.", strings.Join(w.toolNames(), ", ")))
	case tool.Effect == tools.Propose && w.proposed() >= mostProposals:
		c.Result = words(fault.New(fault.Invalid, "Not proposed: at most %d at once. Answer now.", mostProposals))
	default:
		found, err := tool.Run(store.WithScope(ctx, w.scope), args)
		var several *store.Ambiguous
		if errors.As(err, &several) {
			return several, nil // not done: a resumed turn asks again
		}
		if c.Result, c.Proposal, err = w.agent.told(ctx, tool, found, err, w.turn.Attempts >= mostAttempts); err != nil {
			return nil, err
		}
	}
	c.Seen = w.scope.Call()
	w.calls = append(w.calls, *c)
	return nil, w.agent.deskTx(ctx, func(tx *store.Tx) error {
		if err := tx.RenewDesk(ctx, w.lease); err != nil {
			return err
		}
		return tx.DeskDone(ctx, w.turn.ID, *c)
	})
}

func (w *deskWalk) proposed() (n int) {
	for _, c := range w.calls {
		if proposes(c.ToolCall) {
			n++
		}
	}
	return n
}

func (w *deskWalk) tool(name string) (tools.Tool, bool) {
	for _, t := range w.tools {
		if t.Name == name {
			return t, true
		}
	}
	return tools.Tool{}, false
}

func (w *deskWalk) toolNames() []string {
	out := make([]string, len(w.tools))
	for i, t := range w.tools {
		out[i] = t.Name
	}
	return out
}

// progressOf is what a manager sees while he waits.
func progressOf(tool string, args json.RawMessage) string {
	var a struct{ Who, To, Restaurant string }
	_ = json.Unmarshal(args, &a) // what cannot be read has no name
	whose := func(name, of, without string) string {
		if name = cutTo(oneLine(name), 40); name == "" {
			return without
		}
		return of + name + "…"
	}
	switch tool {
	case "desk_read_chat":
		return whose(a.Who, "📖 Reading the chat of ", "📖 Reading…")
	case "desk_show_restaurant":
		return whose(a.Restaurant, "📖 Reading about ", "📖 Reading…")
	case "desk_write":
		return whose(a.To, "✍️ Writing to ", "✍️ Writing…")
	}
	return "🔎 Looking…"
}
