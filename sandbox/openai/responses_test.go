package openai_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestResponseHasTheVendorsShape(t *testing.T) {
	b := setup(t, says("Ciao!"))
	raw := b.post("/v1/responses", hello)
	r := raw.response(t)
	if r.text() != "Ciao!" || r.Status != "completed" || r.Object != "response" || r.Model != "gpt-5.4-mini-2026-03-17" || !strings.HasPrefix(r.ID, "resp_") || r.Created != b.clock.Now().Unix() {
		t.Fatalf("%+v", r)
	}
	if r.Usage.Total != r.Usage.In+r.Usage.Out || r.Usage.Details.Reasoning == 0 {
		t.Errorf("usage %+v", r.Usage)
	}
	var keys map[string]json.RawMessage
	raw.into(t, &keys)
	for _, k := range strings.Fields("id object created_at completed_at status error incomplete_details instructions model output parallel_tool_calls previous_response_id tools tool_choice text reasoning usage store metadata") {
		if _, ok := keys[k]; !ok {
			t.Errorf("no %s", k)
		}
	}
	calls := b.sim.Calls()
	if len(calls) != 1 || calls[0].API != "responses" || calls[0].Model != "gpt-5.4-mini" || calls[0].Status != 200 || string(calls[0].Prompt) != hello {
		t.Errorf("calls %+v", calls)
	}
}

// The request of the contract, section 1.3, with its dots filled in.
const contractRequest = `{"model":"gpt-5.4-mini","instructions":"# Role\nYou help.",
 "input":[
  {"role":"user","content":[{"type":"input_text","text":"save it"},
     {"type":"input_image","image_url":"data:image/jpeg;base64,aGk=","detail":"auto"}]},
  {"type":"function_call","call_id":"call_1","name":"save_draft","arguments":"{\"a\":1}"},
  {"type":"function_call_output","call_id":"call_1","output":"{\"ok\":true}"}],
 "tools":[{"type":"function","name":"save_draft","description":"Saves","parameters":{"type":"object","properties":{"a":{"type":"integer"}},"required":["a"],"additionalProperties":false},"strict":true},
          {"type":"web_search","search_context_size":"low","filters":{"allowed_domains":["trattoria.example"]},
           "user_location":{"type":"approximate","city":"Rome","country":"IT","region":"Lazio","timezone":"Europe/Rome"}}],
 "tool_choice":"auto","parallel_tool_calls":true,
 "text":{"format":{"type":"json_schema","name":"draft","schema":{"type":"object","properties":{"t":{"type":"string"}},"required":["t"],"additionalProperties":false},"strict":true}},
 "reasoning":{"effort":"low"},"max_output_tokens":1200,"store":false,"include":["reasoning.encrypted_content"]}`

func TestTheContractsRequestReachesTheMind(t *testing.T) {
	m := toolUser()
	b := setup(t, m)
	r := b.post("/v1/responses", contractRequest).response(t)
	if r.text() != `Saved: {"ok":true}` || r.of("reasoning")[0].Encrypted == "" || r.ToolUsage.WebSearch.Requests != 1 {
		t.Fatalf("%+v", r)
	}
	if cite := r.of("message")[0].Content[0].Annotations; len(cite) != 1 || cite[0].Type != "url_citation" || !strings.Contains(cite[0].URL, "trattoria.example") {
		t.Errorf("citations %+v", cite)
	}
	asked := m.asked[0]
	roles := []string{}
	for _, turn := range asked.Turns {
		roles = append(roles, turn.Role)
	}
	if asked.System != "# Role\nYou help." || !slices.Equal(roles, []string{"user", "assistant", "tool"}) || len(asked.Tools) != 1 || len(asked.Schema) == 0 {
		t.Errorf("asked %+v", asked)
	}
	if !strings.Contains(asked.Turns[0].Text, "[image]") || asked.Turns[2].Results[0].Name != "save_draft" {
		t.Errorf("turns %+v", asked.Turns)
	}
}

func TestStreamKeepsTheExactOrder(t *testing.T) {
	const text = "Ciao Anna 👩‍🍳, Öffnungszeiten!"
	b := setup(t, says(text))
	got := b.post("/v1/responses", `{"model":"gpt-5.4","input":"ciao","stream":true,"reasoning":{"effort":"low","summary":"auto"},"tools":[{"type":"web_search"}],"include":["web_search_call.action.sources"]}`)
	frames := got.frames(t)
	var order []string
	var said strings.Builder
	for i, f := range frames {
		if f.data["type"] != f.event || f.data["sequence_number"] != float64(i) {
			t.Fatalf("frame %d: %+v", i, f)
		}
		if n := len(order); n == 0 || order[n-1] != f.event {
			order = append(order, f.event)
		}
		if f.event == "response.output_text.delta" {
			said.WriteString(f.data["delta"].(string))
		}
	}
	want := strings.Fields(`response.created response.in_progress
		response.output_item.added response.reasoning_summary_part.added response.reasoning_summary_text.delta response.reasoning_summary_text.done response.reasoning_summary_part.done response.output_item.done
		response.output_item.added response.web_search_call.in_progress response.web_search_call.searching response.web_search_call.completed response.output_item.done
		response.output_item.added response.content_part.added response.output_text.delta response.output_text.annotation.added response.output_text.done response.content_part.done response.output_item.done
		response.completed`)
	if !slices.Equal(order, want) || said.String() != text {
		t.Fatalf("%q\n%s", said.String(), strings.Join(order, "\n"))
	}
	if frames[len(frames)-1].data["response"].(map[string]any)["usage"] == nil {
		t.Error("no usage at the end")
	}
	if got.header.Get("Content-Type") != "text/event-stream; charset=utf-8" {
		t.Errorf("type %q", got.header.Get("Content-Type"))
	}
}

func TestStreamedParallelCalls(t *testing.T) {
	b := setup(t, toolUser())
	args := map[string]string{}
	var done []string
	for _, f := range b.post("/v1/responses", helloStream).frames(t) {
		id, _ := f.data["item_id"].(string)
		switch f.event {
		case "response.function_call_arguments.delta":
			args[id] += f.data["delta"].(string)
		case "response.function_call_arguments.done":
			if args[id] != f.data["arguments"] || f.data["name"] != "save_draft" {
				t.Errorf("%q against %v", args[id], f.data)
			}
			done = append(done, id)
		}
	}
	if len(done) != 2 || done[0] == done[1] || !strings.HasPrefix(done[0], "fc_") {
		t.Errorf("done %v", done)
	}
}

func TestToolLoopByReplayAndByPreviousResponse(t *testing.T) {
	b := setup(t, toolUser())
	first := b.post("/v1/responses", `{"model":"gpt-5.4","input":"go"}`).response(t)
	calls := first.of("function_call")
	if len(calls) != 2 || calls[0].CallID == calls[1].CallID || calls[0].ID == calls[0].CallID {
		t.Fatalf("%+v", calls)
	}
	outputs := fmt.Sprintf(`{"type":"function_call_output","call_id":%q,"output":"fine"},{"type":"function_call_output","call_id":%q,"output":[{"type":"input_text","text":"x"}]}`, calls[0].CallID, calls[1].CallID)
	second := b.post("/v1/responses", fmt.Sprintf(`{"model":"gpt-5.4","previous_response_id":%q,"input":[%s]}`, first.ID, outputs)).response(t)
	if second.text() != "Saved: fine" || *second.Previous != first.ID {
		t.Errorf("chained: %+v", second)
	}
	alone := b.post("/v1/responses", `{"model":"gpt-5.4","input":[`+outputs+`]}`)
	if alone.status != 400 || !strings.Contains(string(alone.body), "No tool call found for function call output with call_id "+calls[0].CallID) {
		t.Errorf("%d %s", alone.status, alone.body)
	}
	one := b.post("/v1/responses", fmt.Sprintf(`{"model":"gpt-5.4","previous_response_id":%q,"input":[{"type":"function_call_output","call_id":%q,"output":"x"}]}`, first.ID, calls[0].CallID))
	if one.status != 400 || !strings.Contains(string(one.body), "No tool output found for function call "+calls[1].CallID) {
		t.Errorf("%d %s", one.status, one.body)
	}
}

func TestInstructionsAreNotInherited(t *testing.T) {
	m := says("ok")
	b := setup(t, m)
	first := b.post("/v1/responses", `{"model":"gpt-5.4","instructions":"be kind","input":"a"}`).response(t)
	b.post("/v1/responses", fmt.Sprintf(`{"model":"gpt-5.4","previous_response_id":%q,"input":"b"}`, first.ID))
	if r := m.asked[1]; r.System != "" || len(r.Turns) != 3 || r.Turns[1].Text != "ok" {
		t.Errorf("%+v", r)
	}
}

func TestWhatIsNotStoredIsNotFound(t *testing.T) {
	b := setup(t, says("ok"))
	kept := b.post("/v1/responses", hello).response(t)
	loose := b.post("/v1/responses", `{"model":"gpt-5.4-mini","input":"ciao","store":false}`).response(t)
	next := func(id string) int {
		return b.post("/v1/responses", fmt.Sprintf(`{"model":"gpt-5.4","previous_response_id":%q,"input":"b"}`, id)).status
	}
	if next(kept.ID) != 200 || next(loose.ID) != 404 || next("resp_none") != 404 {
		t.Error("chaining does not follow store")
	}
	if got := b.send("GET", "/v1/responses/"+kept.ID, "", "Bearer "+key); got.response(t).text() != "ok" {
		t.Errorf("%s", got.body)
	}
	if got := b.send("GET", "/v1/responses/"+kept.ID+"/input_items", "", "Bearer "+key); !strings.Contains(string(got.body), "ciao") {
		t.Errorf("%s", got.body)
	}
	if got := b.send("DELETE", "/v1/responses/"+kept.ID, "", "Bearer "+key); got.status != 200 || next(kept.ID) != 404 {
		t.Errorf("deleted: %d", got.status)
	}
}

func TestReasoningComesBackUnchangedOrNotAtAll(t *testing.T) {
	b := setup(t, says("ok"))
	r := b.post("/v1/responses", `{"model":"gpt-5.4","input":"a","store":false,"include":["reasoning.encrypted_content"]}`).response(t)
	rs := r.of("reasoning")[0]
	replay := func(sealed string) answered {
		return b.post("/v1/responses", fmt.Sprintf(`{"model":"gpt-5.4","store":false,"input":[{"role":"user","content":"a"},{"type":"reasoning","id":%q,"summary":[]%s}]}`, rs.ID, sealed))
	}
	if got := replay(fmt.Sprintf(`,"encrypted_content":%q`, rs.Encrypted)); got.status != 200 {
		t.Errorf("unchanged: %d %s", got.status, got.body)
	}
	if got := replay(`,"encrypted_content":"AAAA"`); got.status != 400 || !strings.Contains(string(got.body), "invalid_encrypted_content") {
		t.Errorf("changed: %d %s", got.status, got.body)
	}
	if got := replay(""); got.status != 404 || !strings.Contains(string(got.body), "not persisted") {
		t.Errorf("bare: %d %s", got.status, got.body)
	}
}

func TestRequestsThatTheVendorRefuses(t *testing.T) {
	b := setup(t, says("ok"))
	strict := func(schema string) string {
		return `{"model":"gpt-5.4","input":"x","text":{"format":{"type":"json_schema","name":"d","strict":true,"schema":` + schema + `}}}`
	}
	for _, c := range []struct {
		name, body          string
		status              int
		param, code, phrase string
	}{
		{"not JSON", `{`, 400, "", "", "could not parse"},
		{"unknown field", `{"model":"gpt-5.4","input":"x","max_tokens":5}`, 400, "max_tokens", "unknown_parameter", "max_tokens"},
		{"wrong type", `{"model":"gpt-5.4","input":"x","stream":"yes"}`, 400, "stream", "invalid_type", ""},
		{"no model", `{"input":"x"}`, 400, "model", "missing_required_parameter", ""},
		{"unknown model", `{"model":"gpt-9","input":"x"}`, 404, "", "model_not_found", "gpt-9"},
		{"no input", `{"model":"gpt-5.4"}`, 400, "input", "missing_required_parameter", ""},
		{"chat part in a response", `{"model":"gpt-5.4","input":[{"role":"user","content":[{"type":"text","text":"x"}]}]}`, 400, "input[0].content[0].type", "invalid_value", "input_text"},
		{"image as an object", `{"model":"gpt-5.4","input":[{"role":"user","content":[{"type":"input_image","image_url":{"url":"https://x"}}]}]}`, 400, "input[0].content[0].image_url", "invalid_type", ""},
		{"arguments as an object", `{"model":"gpt-5.4","input":[{"type":"function_call","call_id":"c","name":"f","arguments":{}}]}`, 400, "input[0].arguments", "invalid_type", ""},
		{"unknown item", `{"model":"gpt-5.4","input":[{"type":"tool_result"}]}`, 400, "input[0].type", "invalid_value", ""},
		{"nested tool", `{"model":"gpt-5.4","input":"x","tools":[{"type":"function","function":{"name":"f"}}]}`, 400, "tools[0].name", "missing_required_parameter", ""},
		{"strict tool left open", `{"model":"gpt-5.4","input":"x","tools":[{"type":"function","name":"f","strict":true,"parameters":{"type":"object","properties":{}}}]}`, 400, "tools[0].parameters", "invalid_function_parameters", "additionalProperties"},
		{"required without tools", `{"model":"gpt-5.4","input":"x","tool_choice":"required"}`, 400, "tool_choice", "", ""},
		{"forced search", `{"model":"gpt-5.4","input":"x","tools":[{"type":"web_search"}],"tool_choice":{"type":"web_search"}}`, 400, "tool_choice.type", "invalid_value", ""},
		{"schema left open", strict(`{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}`), 400, "text.format.schema", "invalid_json_schema", "additionalProperties"},
		{"schema with an optional field", strict(`{"type":"object","additionalProperties":false,"properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}`), 400, "text.format.schema", "invalid_json_schema", "Missing 'b'"},
		{"inner object left open", strict(`{"type":"object","additionalProperties":false,"properties":{"a":{"type":"array","items":{"type":"object","properties":{}}}},"required":["a"]}`), 400, "text.format.schema", "invalid_json_schema", "'items'"},
		{"schema with oneOf", strict(`{"type":"object","additionalProperties":false,"properties":{"a":{"oneOf":[]}},"required":["a"]}`), 400, "text.format.schema", "invalid_json_schema", "oneOf"},
		{"array at the root", strict(`{"type":"array","items":{"type":"string"}}`), 400, "text.format.schema", "invalid_json_schema", ""},
		{"JSON mode without the word", `{"model":"gpt-5.4","input":"x","text":{"format":{"type":"json_object"}}}`, 400, "input", "", "json"},
		{"temperature while reasoning", `{"model":"gpt-5.4","input":"x","temperature":0.2}`, 400, "temperature", "", ""},
		{"too few tokens", `{"model":"gpt-5.4","input":"x","max_output_tokens":5}`, 400, "max_output_tokens", "integer_below_min_value", ""},
		{"unknown effort", `{"model":"gpt-5.4","input":"x","reasoning":{"effort":"huge"}}`, 400, "reasoning.effort", "invalid_value", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := b.post("/v1/responses", c.body)
			var p problem
			got.into(t, &p)
			if got.status != c.status || text(p.Error.Param) != c.param || text(p.Error.Code) != c.code || !strings.Contains(text(p.Error.Message), c.phrase) || text(p.Error.Type) != "invalid_request_error" {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func TestToolChoiceNarrowsTheTools(t *testing.T) {
	tools := `"tools":[{"type":"function","name":"f"},{"type":"function","name":"g"}]`
	for _, c := range []struct{ choice, mode, names string }{
		{`"auto"`, "auto", "f g"},
		{`"none"`, "none", "f g"},
		{`"required"`, "any", "f g"},
		{`{"type":"function","name":"g"}`, "any", "g"},
		{`{"type":"allowed_tools","mode":"required","tools":[{"type":"function","name":"f"}]}`, "any", "f"},
	} {
		t.Run(c.choice, func(t *testing.T) {
			m := says("ok")
			b := setup(t, m)
			b.post("/v1/responses", `{"model":"gpt-5.4","input":"x",`+tools+`,"tool_choice":`+c.choice+`}`)
			var names []string
			for _, tool := range m.asked[0].Tools {
				names = append(names, tool.Name)
			}
			if m.asked[0].ToolChoice != c.mode || strings.Join(names, " ") != c.names {
				t.Errorf("%s %v", m.asked[0].ToolChoice, names)
			}
		})
	}
}

func TestKeysAndPaths(t *testing.T) {
	b := setup(t, says("ok"))
	for _, c := range []struct {
		method, path, auth string
		status             int
		phrase             string
	}{
		{"POST", "/v1/responses", "", 401, "didn't provide an API key"},
		{"POST", "/v1/responses", "Bearer no", 401, "invalid_api_key"},
		{"POST", "/responses", "Bearer " + key, 404, "Invalid URL"},
		{"GET", "/v1/models", "Bearer " + key, 200, `"gpt-5.2"`},
		{"GET", "/v1/models/gpt-5.4", "Bearer " + key, 200, `"gpt-5.4"`},
		{"GET", "/v1/models/gpt-0", "Bearer " + key, 404, "model_not_found"},
		{"GET", "/v1/chat/completions", "Bearer " + key, 404, "Invalid URL"},
	} {
		if got := b.send(c.method, c.path, hello, c.auth); got.status != c.status || !strings.Contains(string(got.body), c.phrase) {
			t.Errorf("%s %s: %d %s", c.method, c.path, got.status, got.body)
		}
	}
}

func TestRateHeadersCanBeAbsent(t *testing.T) {
	b := setup(t, says("ok"))
	h := b.post("/v1/responses", hello).header
	if h.Get("x-ratelimit-reset-tokens") != "6m0s" || h.Get("x-request-id") == "" || h.Get("openai-version") != "2020-10-01" {
		t.Errorf("%v", h)
	}
	b.sim.RateHeaders(false)
	if h := b.post("/v1/responses", hello).header; h.Get("x-ratelimit-limit-requests") != "" || h.Get("x-request-id") == "" {
		t.Errorf("%v", h)
	}
}
