package openai_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"marketa/agent/llm"
	"marketa/agent/llm/llmtest"
	"marketa/agent/llm/openai"
)

const model = "gpt-5.2"

func TestResponsesKeepTheContract(t *testing.T) {
	llmtest.Run(t, llmtest.Wire{
		Features: llmtest.Features{Streams: true, Schema: true},
		Provider: "openai", Model: model,
		New: func(base, key string) (llm.Adapter, error) {
			return openai.New(openai.Config{BaseURL: base + "/v1", Key: key})
		},
		Frames: responseFrames, Body: responseBody, Read: readResponses, Fail: failure,
	})
}

func TestChatCompletionsKeepTheContract(t *testing.T) {
	llmtest.Run(t, llmtest.Wire{
		Features: llmtest.Features{Streams: true, Schema: true},
		Provider: "gmi", Model: "openai/gpt-5.4",
		New: func(base, key string) (llm.Adapter, error) {
			return openai.New(openai.Config{Name: "gmi", BaseURL: base + "/v1", Key: key, Chat: true})
		},
		Frames: chunks, Body: completionBody, Read: readChat, Fail: failure,
	})
}

// A server that nobody declared to be a chat server: the suite's script counts only the requests that it knows.
func TestAServerWithoutResponsesKeepsTheContract(t *testing.T) {
	llmtest.Run(t, llmtest.Wire{
		Features: llmtest.Features{Schema: true},
		Provider: "openai", Model: "local",
		New: func(base, key string) (llm.Adapter, error) {
			return openai.New(openai.Config{BaseURL: base + "/v1/", Key: key})
		},
		Frames: chunks, Body: completionBody, Read: readChat, Fail: failure,
	})
}

func failure(status int) string {
	return fmt.Sprintf(`{"error":{"message":"Incorrect key sk-SECRET-KEY for PROMPT-WORDS at http://x","type":"invalid_request_error","param":null,"code":%q}}`, fmt.Sprint("code_", status))
}

func quote(s string) string { raw, _ := json.Marshal(s); return string(raw) }

// Responses

func outputItems(r llmtest.Reply) (items []string) {
	items = append(items, `{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"SECRET"}`)
	for i, c := range r.Calls {
		items = append(items, fmt.Sprintf(`{"type":"function_call","id":"fc_%d","call_id":%s,"name":%s,"arguments":%s,"status":"completed"}`, i, quote(c.ID), quote(c.Name), quote(c.Arguments)))
	}
	if r.Text != "" {
		part := fmt.Sprintf(`{"type":"output_text","text":%s,"logprobs":[],"annotations":[]}`, quote(r.Text))
		if r.Refused {
			part = fmt.Sprintf(`{"type":"refusal","refusal":%s}`, quote(r.Text))
		}
		items = append(items, `{"type":"message","id":"msg_1","role":"assistant","status":"completed","content":[`+part+`]}`)
	}
	return items
}

func responseObject(r llmtest.Reply, status, details string) string {
	return fmt.Sprintf(`{"id":"resp_7","object":"response","created_at":1790000000,"completed_at":1790000003,"status":%q,
		"error":null,"incomplete_details":%s,"instructions":"…","model":%q,"output":[%s],"parallel_tool_calls":true,"previous_response_id":null,
		"tools":[],"tool_choice":"auto","text":{},"reasoning":{},
		"usage":{"input_tokens":%d,"input_tokens_details":{"cached_tokens":0,"cache_write_tokens":0},"output_tokens":%d,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":30},
		"tool_usage":{"web_search":{"num_requests":0}},"store":false,"metadata":{}}`, status, details, model, strings.Join(outputItems(r), ","), r.Input, r.Output)
}

func responseBody(r llmtest.Reply) string {
	if r.CutOff {
		return responseObject(r, "incomplete", `{"reason":"max_output_tokens"}`)
	}
	return responseObject(r, "completed", "null")
}

func responseFrames(r llmtest.Reply) []string {
	f := &eventFrames{}
	f.add("response.created", `"response":`+responseObject(llmtest.Reply{}, "in_progress", "null"))
	f.add("response.in_progress", `"response":`+responseObject(llmtest.Reply{}, "in_progress", "null"))
	for i, item := range outputItems(r) {
		f.add("response.output_item.added", fmt.Sprintf(`"output_index":%d,"item":%s`, i, item))
		if strings.Contains(item, `"output_text"`) {
			f.add("response.output_text.delta", fmt.Sprintf(`"output_index":%d,"item_id":"msg_1","content_index":0,"delta":%s`, i, quote(r.Text)))
		}
		f.add("response.output_item.done", fmt.Sprintf(`"output_index":%d,"item":%s`, i, item))
	}
	end := "response.completed"
	if r.CutOff {
		end = "response.incomplete"
	}
	f.add(end, `"response":`+responseBody(r))
	return f.list
}

type eventFrames struct{ list []string }

func (f *eventFrames) add(kind, fields string) {
	fields = strings.ReplaceAll(strings.ReplaceAll(fields, "\n", ""), "\t", "")
	f.list = append(f.list, fmt.Sprintf("event: %s\ndata: {\"type\":%q,\"sequence_number\":%d,%s}\n\n", kind, kind, len(f.list), fields))
}

func readResponses(r *http.Request, body []byte) (*llmtest.Asked, error) {
	if r.URL.Path != "/v1/responses" {
		return nil, nil
	}
	var req struct {
		Model        string
		Instructions string
		Stream       bool
		Store        *bool
		Input        []struct {
			Type, Role, CallID, Name, Arguments, Output string
			ID                                          *string
			Content                                     json.RawMessage
		}
		Tools []struct{ Type, Name string }
		Text  struct{ Format struct{ Type string } }
	}
	if err := json.Unmarshal([]byte(strings.ReplaceAll(string(body), `"call_id"`, `"callid"`)), &req); err != nil {
		return nil, err
	}
	if !req.Stream || req.Store == nil || *req.Store {
		return nil, fmt.Errorf("must be streamed and not kept")
	}
	asked := &llmtest.Asked{Model: req.Model, System: req.Instructions, Key: bearer(r), Schema: req.Text.Format.Type == "json_schema"}
	for _, tool := range req.Tools {
		asked.Tools = append(asked.Tools, tool.Name)
	}
	for _, item := range req.Input {
		switch item.Type {
		case "function_call":
			if item.ID != nil {
				return nil, fmt.Errorf("an item id of something that was never kept")
			}
			asked.Calls = append(asked.Calls, llmtest.Call{ID: item.CallID, Name: item.Name, Arguments: item.Arguments})
		case "function_call_output":
			asked.Results = append(asked.Results, llmtest.Result{ID: item.CallID, Content: item.Output})
		default:
			asked.Words = append(asked.Words, texts(item.Content)...)
		}
	}
	return asked, nil
}

func bearer(r *http.Request) string {
	return strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
}

// texts reads a string, or parts of any kind.
func texts(raw json.RawMessage) []string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return []string{s}
	}
	var parts []struct{ Text string }
	_ = json.Unmarshal(raw, &parts)
	var list []string
	for _, p := range parts {
		list = append(list, p.Text)
	}
	return list
}

// Chat completions

func finishReason(r llmtest.Reply) string {
	switch {
	case r.CutOff:
		return "length"
	case len(r.Calls) > 0:
		return "tool_calls"
	}
	return "stop"
}

func chatUsage(r llmtest.Reply) string {
	return fmt.Sprintf(`{"prompt_tokens":%d,"completion_tokens":%d,"total_tokens":9,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}`, r.Input, r.Output)
}

func completionBody(r llmtest.Reply) string {
	content, refusal := quote(r.Text), "null"
	if r.Refused {
		content, refusal = "null", quote(r.Text)
	}
	var calls []string
	for _, c := range r.Calls {
		calls = append(calls, fmt.Sprintf(`{"id":%s,"type":"function","function":{"name":%s,"arguments":%s}}`, quote(c.ID), quote(c.Name), quote(c.Arguments)))
	}
	return fmt.Sprintf(`{"id":"chatcmpl_7","object":"chat.completion","created":1,"model":"m","choices":[{"index":0,"message":{"role":"assistant","content":%s,"refusal":%s,"tool_calls":[%s]},"finish_reason":%q}],"usage":%s}`,
		content, refusal, strings.Join(calls, ","), finishReason(r), chatUsage(r))
}

func chunk(delta, finish string) string {
	return fmt.Sprintf(`data: {"id":"chatcmpl_7","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":%s,"finish_reason":%s}],"usage":null}`+"\n\n", delta, finish)
}

// chunks splits the text and the arguments; id and name of a call come only once.
func chunks(r llmtest.Reply) (list []string) {
	list = append(list, chunk(`{"role":"assistant","content":"","reasoning_content":"SECRET thoughts"}`, "null"))
	name := "content"
	if r.Refused {
		name = "refusal"
	}
	for _, piece := range halves(r.Text) {
		list = append(list, chunk(fmt.Sprintf(`{%q:%s}`, name, quote(piece)), "null"))
	}
	for i, c := range r.Calls {
		list = append(list, chunk(fmt.Sprintf(`{"tool_calls":[{"index":%d,"id":%s,"type":"function","function":{"name":%s,"arguments":""}}]}`, i, quote(c.ID), quote(c.Name)), "null"))
		for _, piece := range halves(c.Arguments) {
			list = append(list, chunk(fmt.Sprintf(`{"tool_calls":[{"index":%d,"function":{"arguments":%s}}]}`, i, quote(piece)), "null"))
		}
	}
	// The end and the usage as one frame of the suite: a stream that has its finish_reason is complete.
	return append(list, chunk(`{}`, quote(finishReason(r)))+
		fmt.Sprintf(`data: {"id":"chatcmpl_7","object":"chat.completion.chunk","created":1,"model":"m","choices":[],"usage":%s}`+"\n\ndata: [DONE]\n\n", chatUsage(r)))
}

func halves(s string) []string {
	if r := []rune(s); len(r) > 1 {
		return []string{string(r[:len(r)/2]), string(r[len(r)/2:])}
	}
	return []string{s}
}

func readChat(r *http.Request, body []byte) (*llmtest.Asked, error) {
	if r.URL.Path != "/v1/chat/completions" {
		return nil, nil
	}
	var req struct {
		Model    string
		Stream   bool
		Messages []struct {
			Role       string
			Content    json.RawMessage
			ToolCallID string `json:"tool_call_id"`
			ToolCalls  []struct {
				ID       string
				Function struct{ Name, Arguments string }
			} `json:"tool_calls"`
		}
		Tools          []struct{ Function struct{ Name string } }
		ResponseFormat struct{ Type string } `json:"response_format"`
		StreamOptions  struct {
			IncludeUsage bool `json:"include_usage"`
		} `json:"stream_options"`
		MaxTokens           int `json:"max_tokens"`
		MaxCompletionTokens int `json:"max_completion_tokens"`
	}
	if err := json.Unmarshal(body, &req); err != nil {
		return nil, err
	}
	if !req.Stream || !req.StreamOptions.IncludeUsage || req.MaxCompletionTokens != 0 {
		return nil, fmt.Errorf("must be streamed, with usage, and know only max_tokens")
	}
	asked := &llmtest.Asked{Model: req.Model, Key: bearer(r), Schema: req.ResponseFormat.Type == "json_schema"}
	for _, tool := range req.Tools {
		asked.Tools = append(asked.Tools, tool.Function.Name)
	}
	for _, m := range req.Messages {
		for _, call := range m.ToolCalls {
			asked.Calls = append(asked.Calls, llmtest.Call{ID: call.ID, Name: call.Function.Name, Arguments: call.Function.Arguments})
		}
		switch m.Role {
		case "system":
			asked.System += strings.Join(texts(m.Content), "")
		case "tool":
			asked.Results = append(asked.Results, llmtest.Result{ID: m.ToolCallID, Content: strings.Join(texts(m.Content), "")})
		default:
			if m.Content != nil {
				asked.Words = append(asked.Words, texts(m.Content)...)
			}
		}
	}
	return asked, nil
}
