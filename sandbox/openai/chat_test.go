package openai_test

import (
	"fmt"
	"strings"
	"testing"

	"marketa/sandbox/openai"
)

type chatObject struct {
	ID, Object, Model string
	Choices           []struct {
		Message struct {
			Content, Refusal *string
			Reasoning        string     `json:"reasoning_content"`
			ToolCalls        []toolCall `json:"tool_calls"`
		}
		FinishReason string `json:"finish_reason"`
	}
	Usage *struct {
		Total int `json:"total_tokens"`
	}
}

type toolCall struct {
	ID, Type string
	Function struct{ Name, Arguments string }
}

func (a answered) chat(t *testing.T) chatObject {
	t.Helper()
	var c chatObject
	a.into(t, &c)
	if len(c.Choices) != 1 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	return c
}

func chatBody(model, more string) string {
	return fmt.Sprintf(`{"model":%q,"messages":[{"role":"developer","content":"help"},{"role":"user","content":[{"type":"text","text":"ciao"},{"type":"image_url","image_url":{"url":"https://x/y.jpg"}}]}]%s}`, model, more)
}

const chatTools = `,"tools":[{"type":"function","function":{"name":"save_draft","parameters":{"type":"object"}}}]`

func TestChatCompletion(t *testing.T) {
	m := says("Ciao!")
	b := setup(t, m)
	c := b.post("/v1/chat/completions", chatBody("gpt-5.2", "")).chat(t)
	if *c.Choices[0].Message.Content != "Ciao!" || c.Choices[0].FinishReason != "stop" || c.Object != "chat.completion" || c.Usage.Total == 0 || c.Model != "gpt-5.2-2025-12-11" {
		t.Errorf("%+v", c)
	}
	if turns := m.asked[0].Turns; turns[0].Role != "developer" || !strings.Contains(turns[1].Text, "[image]") {
		t.Errorf("%+v", turns)
	}
}

func TestChatToolLoop(t *testing.T) {
	b := setup(t, toolUser())
	c := b.post("/v1/chat/completions", chatBody("gpt-5.2", chatTools)).chat(t)
	calls := c.Choices[0].Message.ToolCalls
	if c.Choices[0].FinishReason != "tool_calls" || len(calls) != 2 || c.Choices[0].Message.Content != nil {
		t.Fatalf("%+v", c)
	}
	asked := fmt.Sprintf(`{"role":"assistant","content":null,"tool_calls":[{"id":%q,"type":"function","function":{"name":"save_draft","arguments":"{}"}},{"id":%q,"type":"function","function":{"name":"save_draft","arguments":"{}"}}]}`, calls[0].ID, calls[1].ID)
	answer := func(id string) string { return fmt.Sprintf(`,{"role":"tool","tool_call_id":%q,"content":"fine"}`, id) }
	body := func(messages string) string {
		return `{"model":"gpt-5.2","messages":[{"role":"user","content":"x"},` + messages + `]}`
	}
	if got := b.post("/v1/chat/completions", body(asked+answer(calls[0].ID)+answer(calls[1].ID))).chat(t); *got.Choices[0].Message.Content != "Saved: fine" {
		t.Errorf("%+v", got)
	}
	if got := b.post("/v1/chat/completions", body(asked+answer(calls[0].ID))); got.status != 400 || !strings.Contains(string(got.body), calls[1].ID) {
		t.Errorf("one answer: %d %s", got.status, got.body)
	}
	if got := b.post("/v1/chat/completions", body(strings.TrimPrefix(answer("call_x"), ","))); got.status != 400 || !strings.Contains(string(got.body), "must be a response to a preceeding message") {
		t.Errorf("no call: %d %s", got.status, got.body)
	}
}

func TestChatStreamDealsOutCallsByIndex(t *testing.T) {
	b := setup(t, toolUser())
	frames := b.post("/v1/chat/completions", chatBody("gpt-5.2", chatTools+`,"stream":true,"stream_options":{"include_usage":true}`)).frames(t)
	args, ids := map[float64]string{}, map[float64]string{}
	switches, before := 0, -1.0
	for _, f := range frames {
		for _, ch := range list(f.data["choices"]) {
			for _, tc := range list(ch["delta"].(map[string]any)["tool_calls"]) {
				i, fn := tc["index"].(float64), tc["function"].(map[string]any)
				args[i] += fn["arguments"].(string)
				if id, ok := tc["id"].(string); ok {
					ids[i] += id
				}
				if i != before {
					switches++
				}
				before = i
			}
		}
	}
	if args[0] != `{"a":1,"text":"Öffnungszeiten 🇮🇹"}` || args[1] != `{"a":2}` || ids[0] == ids[1] || switches < 4 {
		t.Errorf("%v %v, %d switches", args, ids, switches)
	}
	n := len(frames)
	if frames[n-1].event != "[DONE]" || len(list(frames[n-2].data["choices"])) != 0 || frames[n-2].data["usage"] == nil {
		t.Errorf("end: %+v", frames[n-2:])
	}
}

func list(v any) (all []map[string]any) {
	items, _ := v.([]any)
	for _, it := range items {
		all = append(all, it.(map[string]any))
	}
	return all
}

func TestChatUsageOnlyOnRequest(t *testing.T) {
	b := setup(t, says("Ciao"))
	if got := b.post("/v1/chat/completions", chatBody("gpt-5.2", `,"stream":true`)); strings.Contains(string(got.body), "usage") {
		t.Errorf("%s", got.body)
	}
	b.sim.Misbehave(openai.NoUsage, 1)
	if got := b.post("/v1/chat/completions", chatBody("gpt-5.2", `,"stream":true,"stream_options":{"include_usage":true}`)); strings.Contains(string(got.body), "total_tokens") {
		t.Errorf("%s", got.body)
	}
	b.sim.Misbehave(openai.NoDone, 1)
	if got := b.post("/v1/chat/completions", chatBody("gpt-5.2", `,"stream":true`)); strings.Contains(string(got.body), "[DONE]") || !strings.Contains(string(got.body), `"finish_reason":"stop"`) {
		t.Errorf("%s", got.body)
	}
}

func TestChatRequestsThatTheVendorRefuses(t *testing.T) {
	b := setup(t, says("ok"))
	for _, c := range []struct{ name, more, phrase string }{
		{"unknown field", `,"top_k":3`, "Unknown parameter"},
		{"legacy token limit", `,"max_tokens":50`, "max_completion_tokens"},
		{"flat tool", `,"tools":[{"type":"function","name":"f"}]`, "tools[0].function"},
		{"open strict schema", `,"response_format":{"type":"json_schema","json_schema":{"name":"d","strict":true,"schema":{"type":"object","properties":{}}}}`, "additionalProperties"},
		{"web search options", `,"web_search_options":{}`, "not supported"},
		{"JSON mode without the word", `,"response_format":{"type":"json_object"}`, "'json'"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := b.post("/v1/chat/completions", chatBody("gpt-5.2", c.more)); got.status != 400 || !strings.Contains(string(got.body), c.phrase) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
	if got := b.post("/v1/chat/completions", `{"model":"gpt-5.2","messages":[{"role":"user","content":[{"type":"image_url","image_url":"https://x"}]}]}`); got.status != 400 {
		t.Errorf("flat image: %d %s", got.status, got.body)
	}
}

func TestCompatibleServerLikeGMI(t *testing.T) {
	b := compatible(t, says("Ciao"))
	const model = "deepseek-ai/DeepSeek-V3.2"
	if got := b.post("/v1/responses", hello); got.status != 404 {
		t.Errorf("responses: %d", got.status)
	}
	if got := b.post("/v1/chat/completions", chatBody(model, `,"response_format":{"type":"json_schema","json_schema":{"name":"d","schema":{}}}`)); got.status != 400 || !strings.Contains(string(got.body), "json_schema") {
		t.Errorf("json_schema: %d %s", got.status, got.body)
	}
	c := b.post("/v1/chat/completions", chatBody(model, `,"max_tokens":50,"temperature":0.3,"top_k":9,"response_format":{"type":"json_object"}`)).chat(t)
	if *c.Choices[0].Message.Content != "Ciao" || c.Choices[0].Message.Reasoning == "" {
		t.Errorf("%+v", c)
	}
	if got := b.post("/v1/chat/completions", chatBody(strings.ToLower(model), "")); got.status != 404 {
		t.Errorf("ids are case-sensitive: %d", got.status)
	}
	if body := string(b.post("/v1/chat/completions", chatBody(model, `,"stream":true`)).body); strings.Index(body, "reasoning_content") > strings.Index(body, `"content":"C`) {
		t.Errorf("%s", body)
	}
	b.sim.Misbehave(openai.MessageError, 1)
	if got := b.post("/v1/chat/completions", chatBody(model, "")); got.status != 500 || string(got.body) != `{"message":"something went wrong"}` {
		t.Errorf("%d %s", got.status, got.body)
	}
}
