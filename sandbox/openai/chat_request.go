package openai

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"marketa/sandbox/actor"
)

// chatRequest is the body of POST /chat/completions (https://developers.openai.com/api/reference/chat-completions/create).
type chatRequest struct {
	Model               string          `json:"model"`
	Messages            []message       `json:"messages"`
	Tools               []chatTool      `json:"tools"`
	ToolChoice          json.RawMessage `json:"tool_choice"`
	ParallelToolCalls   *bool           `json:"parallel_tool_calls"`
	ResponseFormat      *chatFormat     `json:"response_format"`
	MaxCompletionTokens int             `json:"max_completion_tokens"`
	MaxTokens           int             `json:"max_tokens"`
	Temperature         *float64        `json:"temperature"`
	TopP                *float64        `json:"top_p"`
	ReasoningEffort     string          `json:"reasoning_effort"`
	WebSearchOptions    json.RawMessage `json:"web_search_options"`
	Stream              bool            `json:"stream"`
	StreamOptions       *struct {
		IncludeUsage       bool  `json:"include_usage"`
		IncludeObfuscation *bool `json:"include_obfuscation"`
	} `json:"stream_options"`
}

type message struct {
	Role       string          `json:"role"`
	Content    json.RawMessage `json:"content"`
	Refusal    string          `json:"refusal"`
	Name       string          `json:"name"`
	ToolCallID string          `json:"tool_call_id"`
	ToolCalls  []toolCall      `json:"tool_calls"`
}

type toolCall struct {
	Index    *int     `json:"index,omitempty"`
	ID       string   `json:"id,omitempty"`
	Type     string   `json:"type,omitempty"`
	Function function `json:"function"`
}

type function struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

type chatTool struct {
	Type     string `json:"type"`
	Function *struct {
		Name        string          `json:"name"`
		Description string          `json:"description"`
		Parameters  json.RawMessage `json:"parameters"`
		Strict      *bool           `json:"strict"`
	} `json:"function"`
}

type chatFormat struct {
	Type       string  `json:"type"`
	JSONSchema *format `json:"json_schema"`
}

var chatFields = strings.Fields(`model messages tools tool_choice parallel_tool_calls response_format max_completion_tokens max_tokens temperature top_p reasoning_effort
	web_search_options stream stream_options frequency_penalty presence_penalty logprobs top_logprobs n prompt_cache_key prompt_cache_options prompt_cache_retention
	safety_identifier seed store user audio logit_bias metadata modalities moderation service_tier stop verbosity function_call functions prediction`)

// parseChat refuses unknown fields only as OpenAI: compatible servers take any.
func (s *Sim) parseChat(body io.Reader) (chatRequest, *fault) {
	var req chatRequest
	known := chatFields
	if !s.cfg.ResponsesAPI {
		known = nil
	}
	if f := readBody(body, known, &req); f != nil {
		return req, f
	}
	return req, s.checkChat(req)
}

func (s *Sim) checkChat(req chatRequest) *fault {
	switch {
	case req.Model == "":
		return missing("model")
	case !slices.Contains(s.cfg.Models, req.Model):
		f := unknownModel(req.Model)
		return &f
	case len(req.Messages) == 0:
		return missing("messages")
	}
	for _, check := range []func(chatRequest) *fault{s.checkChatOptions, checkChatTools, s.checkChatFormat, checkMessages} {
		if f := check(req); f != nil {
			return f
		}
	}
	return nil
}

func (s *Sim) checkChatOptions(req chatRequest) *fault {
	if !s.cfg.ResponsesAPI {
		return nil
	}
	thinks := reasons(req.Model, req.ReasoningEffort)
	switch {
	case req.MaxTokens != 0 && thinks:
		return invalid("max_tokens", "unsupported_parameter", "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.")
	case req.Temperature != nil && *req.Temperature != 1 && thinks:
		return invalid("temperature", "unsupported_value", "Unsupported value: 'temperature' does not support %v with this model. Only the default (1) value is supported.", *req.Temperature)
	case len(req.WebSearchOptions) > 0:
		return invalid("web_search_options", "", "Web search options not supported with this model.")
	case req.StreamOptions != nil && !req.Stream:
		return invalid("stream_options", "", "The 'stream_options' parameter is only allowed when 'stream' is enabled.")
	}
	return nil
}

func checkChatTools(req chatRequest) *fault {
	names := map[string]bool{}
	for i, t := range req.Tools {
		at := fmt.Sprintf("tools[%d]", i)
		switch {
		case t.Type != "function":
			return wrongValue(at+".type", t.Type, "function", "custom")
		case t.Function == nil:
			return missing(at + ".function")
		}
		if f := checkFunction(at+".function", t.Function.Name, t.Function.Parameters, t.Function.Strict, at+".function.parameters"); f != nil {
			return f
		}
		names[t.Function.Name] = true
	}
	_, f := readChoice(req.ToolChoice, names, len(req.Tools))
	return f
}

func (s *Sim) checkChatFormat(req chatRequest) *fault {
	switch f := req.ResponseFormat; {
	case f == nil || f.Type == "text":
		return nil
	case f.Type == "json_object" && s.cfg.ResponsesAPI && !strings.Contains(strings.ToLower(string(encode(req.Messages))), "json"):
		return invalid("messages", "", "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.")
	case f.Type == "json_object":
		return nil
	case f.Type == "json_schema" && !s.cfg.ResponsesAPI:
		return invalid("response_format", "", "response_format.type json_schema is not supported, use json_object.")
	case f.Type != "json_schema":
		return wrongValue("response_format.type", f.Type, "json_object", "json_schema", "text")
	case f.JSONSchema == nil:
		return missing("response_format.json_schema")
	default:
		return checkSchemaFormat(f.JSONSchema, "response_format.json_schema", "response_format")
	}
}

// checkMessages: roles and parts, and tool calls with exactly their answers behind them.
func checkMessages(req chatRequest) *fault {
	open := map[string]bool{}
	for i, m := range req.Messages {
		at := fmt.Sprintf("messages[%d]", i)
		if f := m.check(at); f != nil {
			return f
		}
		if m.Role == "tool" && !open[m.ToolCallID] {
			return invalid(at+".role", "", "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.")
		}
		if m.Role == "tool" {
			delete(open, m.ToolCallID)
			continue
		}
		if len(open) > 0 {
			return unanswered(at, open)
		}
		for _, c := range m.ToolCalls {
			open[c.ID] = true
		}
	}
	if len(open) > 0 {
		return unanswered(fmt.Sprintf("messages[%d]", len(req.Messages)), open)
	}
	return nil
}

func unanswered(at string, open map[string]bool) *fault {
	var ids []string
	for id := range open {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return invalid(at+".role", "", "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: %s", strings.Join(ids, ", "))
}

func (m message) check(at string) *fault {
	if !slices.Contains([]string{"system", "developer", "user", "assistant", "tool"}, m.Role) {
		return wrongValue(at+".role", m.Role, "system", "assistant", "user", "function", "tool", "developer")
	}
	list, err := parts(m.Content, "text")
	if err != nil {
		return wrongJSON(at+".content", err)
	}
	if len(list) == 0 && m.Role != "assistant" {
		return invalid(at+".content", "invalid_type", "Invalid type for '%s.content': expected one of a string or array of objects, but got null instead.", at)
	}
	for i, p := range list {
		if !slices.Contains([]string{"text", "image_url", "file", "input_audio", "refusal"}, p.Type) {
			return wrongValue(fmt.Sprintf("%s.content[%d].type", at, i), p.Type, "text", "image_url", "input_audio", "refusal", "audio", "file")
		}
		if _, flat := asString(p.ImageURL); p.Type == "image_url" && flat {
			return invalid(fmt.Sprintf("%s.content[%d].image_url", at, i), "invalid_type", "Invalid type for '%s.content[%d].image_url': expected an object, but got a string instead.", at, i)
		}
	}
	return nil
}

func (r chatRequest) toActor() actor.Request {
	names := map[string]bool{}
	for _, t := range r.Tools {
		names[t.Function.Name] = true
	}
	chosen, _ := readChoice(r.ToolChoice, names, len(r.Tools))
	out := actor.Request{Model: r.Model, ToolChoice: chosen.forActor()}
	for _, t := range r.Tools {
		if chosen.allows(t.Function.Name) {
			out.Tools = append(out.Tools, actor.Tool{Name: t.Function.Name, Description: t.Function.Description, Schema: t.Function.Parameters})
		}
	}
	if f := r.ResponseFormat; f != nil && f.JSONSchema != nil {
		out.Schema = f.JSONSchema.Schema
	} else if f != nil && f.Type == "json_object" {
		out.Schema = json.RawMessage(`{"type":"object"}`)
	}
	out.Turns = chatTurns(r.Messages)
	return out
}

func chatTurns(messages []message) []actor.Turn {
	var turns []actor.Turn
	called := map[string]string{}
	for _, m := range messages {
		t := actor.Turn{Role: m.Role, Text: plain(m.Content), Pictures: picturesIn(m.Content)}
		for _, c := range m.ToolCalls {
			called[c.ID] = c.Function.Name
			t.Calls = append(t.Calls, actor.Call{ID: c.ID, Name: c.Function.Name, Args: json.RawMessage(c.Function.Arguments)})
		}
		if m.Role != "tool" {
			turns = append(turns, t)
			continue
		}
		result := actor.Result{CallID: m.ToolCallID, Name: called[m.ToolCallID], Output: t.Text}
		if n := len(turns); n > 0 && turns[n-1].Role == "tool" {
			turns[n-1].Results = append(turns[n-1].Results, result)
			continue
		}
		turns = append(turns, actor.Turn{Role: "tool", Results: []actor.Result{result}})
	}
	return turns
}
