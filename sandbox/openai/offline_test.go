package openai_test

import (
	"fmt"
	"strings"
	"testing"

	"marketa/sandbox/actor"
)

const unanswered = `<unanswered>\n[client Anna, 2026-03-02 10:10] wir haben ab sofort sonntags 12-15:30 offen\n</unanswered>`

// The platform's requests with the offline model behind both APIs: triage by schema, then a tool round, then the text.
func TestTheOfflineModelAnswersThroughResponses(t *testing.T) {
	b := setup(t, actor.New(1))
	triage := b.post("/v1/responses", `{"model":"gpt-5.4-mini","input":"`+unanswered+`","text":{"format":{"type":"json_schema","name":"triage","strict":true,"schema":{"type":"object","properties":{"answer":{"type":"boolean"},"why":{"type":"string"}},"required":["answer","why"],"additionalProperties":false}}}}`).response(t)
	if !strings.HasPrefix(triage.text(), `{"answer":true,"why":"`) {
		t.Fatalf("%q", triage.text())
	}
	const tools = `"tools":[{"type":"function","name":"profile_propose","description":"Propose a change of the profile.","strict":true,"parameters":{"type":"object","properties":{"field":{"type":"string"},"value":{"type":"string"},"why":{"type":"string"}},"required":["field","value","why"],"additionalProperties":false}}]`
	first := b.post("/v1/responses", `{"model":"gpt-5.4","input":"`+unanswered+`",`+tools+`}`).response(t)
	calls := first.of("function_call")
	if len(calls) != 1 || !strings.Contains(calls[0].Arguments, `"field":"hours","value":"sonntags 12-15:30"`) {
		t.Fatalf("%+v", calls)
	}
	second := b.post("/v1/responses", fmt.Sprintf(`{"model":"gpt-5.4","previous_response_id":%q,"input":[{"type":"function_call_output","call_id":%q,"output":"{\"proposed\":true}"}],%s}`, first.ID, calls[0].CallID, tools)).response(t)
	if !strings.Contains(second.text(), "sonntags 12-15:30") || !strings.Contains(second.text(), "Anna") {
		t.Errorf("%q", second.text())
	}
}

func TestTheOfflineModelReadsASchemaFromTheWordsOfACompatibleServer(t *testing.T) {
	b := compatible(t, actor.New(1))
	system := `Answer with JSON that fits {\"type\":\"object\",\"properties\":{\"answer\":{\"type\":\"boolean\"},\"why\":{\"type\":\"string\"}},\"required\":[\"answer\",\"why\"]}`
	c := b.post("/v1/chat/completions", `{"model":"deepseek-ai/DeepSeek-V3.2","response_format":{"type":"json_object"},"messages":[{"role":"system","content":"`+system+`"},{"role":"user","content":"<unanswered>\n[client Anna] danke!\n</unanswered>"}]}`).chat(t)
	if got := *c.Choices[0].Message.Content; !strings.HasPrefix(got, `{"answer":false,"why":"`) {
		t.Errorf("%s", got)
	}
}
