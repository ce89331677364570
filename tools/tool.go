package tools

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"runtime/debug"

	"marketa/internal/fault"
)

// Effect is what a call may lead to. There are these two.
type Effect string

const (
	Read    Effect = "read"    // looks something up; changes nothing anywhere
	Propose Effect = "propose" // asks for a change; nothing happens until a manager releases it
)

// Tool is something that a model may call. Only DefineRead and DefinePropose make one that works.
type Tool struct {
	Name        string // [a-z0-9_], at most 64
	Description string // for the model: what it is for, and when not to use it
	Effect      Effect
	Schema      json.RawMessage // of the arguments, an object (https://json-schema.org/draft/2020-12)

	args  *arguments
	call  func(ctx context.Context, args json.RawMessage) (Result, error)
	fault error // why it cannot be used; NewRegistry reports it
}

// Result is what came of a call.
type Result struct {
	Output   string    // JSON, for the model
	Proposal *Proposal // of a tool that proposes, else nil
}

// DefineRead makes a tool that looks something up. R becomes JSON for the model.
//
// Fields of A need `json` and `jsonschema` tags: the second is the description; omitempty makes an argument optional;
// a string type with Choices lists its values. What fn returns as a fault.Error is what the model hears.
func DefineRead[A, R any](name, description string, fn func(context.Context, A) (R, error)) Tool {
	t := define(name, description, Read, func(ctx context.Context, args A) (Result, error) {
		found, err := fn(ctx, args)
		if err != nil {
			return Result{}, err
		}
		output, err := encode(found)
		return Result{Output: output}, err
	})
	if mentions(reflect.TypeFor[R](), reflect.TypeFor[Proposal]()) {
		t.fault = errors.Join(t.fault, errors.New("it reads, but returns a proposal: use DefinePropose"))
	}
	return t
}

// DefinePropose makes a tool that asks for a change. Its whole result is the proposal; the model learns only that it
// waits for a manager, never that it is done.
func DefinePropose[A any](name, description string, fn func(context.Context, A) (Proposal, error)) Tool {
	return define(name, description, Propose, func(ctx context.Context, args A) (Result, error) {
		proposal, err := fn(ctx, args)
		if err != nil {
			return Result{}, err
		}
		if proposal, err = proposal.checked(); err != nil {
			return Result{}, err
		}
		output, err := encode(struct {
			Proposed string `json:"proposed"`
			State    string `json:"state"`
		}{proposal.Show, "waits for a manager's approval, together with your reply; nothing is changed yet"})
		return Result{Output: output, Proposal: &proposal}, err
	})
}

// Run is the only way to call a tool. Arguments that do not fit are an *ArgsError and fn is not called; a panic is a
// *PanicError. For every error fault.Say gives the words for the model.
func (t Tool) Run(ctx context.Context, args json.RawMessage) (result Result, err error) {
	if t.call == nil || t.fault != nil {
		return Result{}, fmt.Errorf("tools: %q is not usable: %w", t.Name, errors.Join(t.fault, fault.Internal))
	}
	defer func() {
		if p := recover(); p != nil {
			result, err = Result{}, broken(t.Name, p)
		}
	}()
	result, err = t.call(ctx, args)
	if err != nil {
		return Result{}, fmt.Errorf("tools: %s: %w", t.Name, err)
	}
	return result, nil
}

func define[A any](name, description string, effect Effect, call func(context.Context, A) (Result, error)) Tool {
	t := Tool{Name: name, Description: description, Effect: effect}
	if t.args, t.fault = argumentsOf[A](); t.fault != nil {
		return t
	}
	t.Schema = t.args.json
	t.call = func(ctx context.Context, raw json.RawMessage) (Result, error) {
		var args A
		if err := t.args.decode(name, raw, &args); err != nil {
			return Result{}, err
		}
		return call(ctx, args)
	}
	return t
}

// encode leaves <, > and & as they are: the reader is a model, not a page.
func encode(value any) (string, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return "", fmt.Errorf("encode the result: %w", err)
	}
	return string(bytes.TrimSpace(out.Bytes())), nil
}

// PanicError is a tool that broke. Its text is safe for the log: of the value only the type, unless the runtime wrote it.
type PanicError struct {
	Tool  string
	Value string
	Stack []byte
}

func (e *PanicError) Error() string { return "tools: " + e.Tool + ": panic: " + e.Value }

func broken(tool string, value any) error {
	e := &PanicError{Tool: tool, Value: fmt.Sprintf("%T", value), Stack: debug.Stack()}
	if byRuntime, ok := value.(runtime.Error); ok {
		e.Value = byRuntime.Error()
	}
	return fault.Wrap(e, fault.Internal, "The tool %s broke. Do not call it again with this; go on without it and let the managers know.", tool)
}
