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

const (
	mostCalls     = 16 // in one answer of a model; the rest is refused in words
	mostProposals = 8  // in one turn: a manager has to read them all on one card
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
		result, err := w.call(ctx, len(reply.Parts), call)
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

// call gives what the model hears: the result as JSON, or in words why it did not work. nth is the call's place in its
// answer.
func (w *walk) call(ctx context.Context, nth int, call llms.ToolCall) (string, error) {
	if nth >= mostCalls {
		return words(fault.New(fault.Invalid, "Not called: at most %d calls at once.", mostCalls)), nil
	}
	tool, known := w.tool(call.FunctionCall.Name)
	args := arguments(call.FunctionCall.Arguments)
	origins, err := json.Marshal(tool.Trace(args, w.spans()))
	if err != nil {
		return "", err
	}
	c := store.ToolCall{CallID: w.callID(nth, call), Tool: cutTo(call.FunctionCall.Name, 64), Args: forTheRecord(args), Origins: origins}
	room := true
	err = w.leased(ctx, func(tx *store.Tx) (err error) {
		if tool.Effect == tools.Propose {
			if room, err = w.room(ctx, tx); err != nil {
				return err
			}
		}
		c, err = tx.ToolIntent(ctx, w.turn, c)
		return err
	})
	if err != nil || c.Done {
		return c.Result, err
	}
	switch {
	case !known:
		c.Result = words(fault.New(fault.NotFound, "There is no such tool. There are: %s.", strings.Join(w.policy.Tools, ", ")))
	case !room:
		c.Result = words(fault.New(fault.Invalid, "Not proposed: a manager decides on at most %d proposals and questions at once. Write your reply now.", mostProposals))
	default:
		if c.Result, c.Proposal, err = w.run(ctx, tool, args); err != nil {
			return "", err
		}
	}
	return c.Result, w.leased(ctx, func(tx *store.Tx) error { return tx.ToolDone(ctx, w.turn, c) })
}

// callID is the call's name in our rows. The model's own name is not enough: some servers count from zero in every answer.
func (w *walk) callID(nth int, call llms.ToolCall) string {
	return fmt.Sprintf("%d.%d %s", w.n, nth, cutTo(llm.ParseCallID(call.ID).ID, 80))
}

// leased is a transaction that only whoever holds the chat can make.
func (w *walk) leased(ctx context.Context, fn func(*store.Tx) error) error {
	return w.tx(ctx, func(tx *store.Tx) error {
		if err := tx.RenewLease(ctx, w.lease); err != nil {
			return err
		}
		return fn(tx)
	})
}

func (w *walk) room(ctx context.Context, tx *store.Tx) (bool, error) {
	calls, err := tx.ToolCalls(ctx, w.turn)
	n := 0
	for _, c := range calls {
		if proposes(c) {
			n++
		}
	}
	return n < mostProposals, err
}

// run calls the tool. What it says in words is its result; a failure without words is ours, and the turn is tried again
// before the model hears of it.
func (w *walk) run(ctx context.Context, tool tools.Tool, args json.RawMessage) (string, json.RawMessage, error) {
	if w.chat.Group() {
		ctx = tools.WithGroup(ctx)
	}
	result, err := tool.Run(ctx, args)
	return w.agent.told(ctx, tool, result, err, w.turn.Attempts >= mostAttempts)
}

// told is what the model hears of a call; with last even a failure of ours.
func (a *Agent) told(ctx context.Context, tool tools.Tool, result tools.Result, err error, last bool) (string, json.RawMessage, error) {
	if ctx.Err() != nil {
		return "", nil, ctx.Err()
	}
	if err != nil {
		a.log.Info("tool refused", "tool", tool.Name, "kind", fault.KindOf(err))
		var broke *tools.PanicError
		if errors.As(err, &broke) {
			a.log.Error("tool broke", "tool", tool.Name, "panic", broke.Value, "stack", string(broke.Stack))
		}
		var worded *fault.Error
		if !errors.As(err, &worded) && !last {
			return "", nil, err
		}
		return words(err), nil, nil
	}
	if result.Proposal == nil {
		return noTags(clean(result.Output)), nil, nil
	}
	proposal, err := json.Marshal(result.Proposal)
	return noTags(clean(result.Output)), jsonClean(proposal), err
}

// words are an error as the model hears it.
func words(err error) string {
	b, _ := json.Marshal(map[string]string{"error": noTags(clean(fault.Say(err)))}) // two strings
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

func (w *walk) tx(ctx context.Context, fn func(*store.Tx) error) error { return w.agent.db.Tx(ctx, fn) }
