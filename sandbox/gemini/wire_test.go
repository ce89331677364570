package gemini_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"marketa/sandbox/gemini"
	"marketa/sandbox/wire"
)

func TestPlainAnswerHasTheVendorsShape(t *testing.T) {
	b := setup(t, says("Ciao!"))
	got := b.post(plain, hello).read(t)
	c := got.Candidates[0]
	if got.text() != "Ciao!" || c.FinishReason != "STOP" || c.Content.Role != "model" || got.ModelVersion != "gemini-3.1-pro-preview" || got.ResponseID == "" {
		t.Fatalf("%+v", got)
	}
	u := got.UsageMetadata
	if u.PromptTokenCount == 0 || u.ThoughtsTokenCount == 0 || u.TotalTokenCount != u.PromptTokenCount+u.CandidatesTokenCount+u.ThoughtsTokenCount {
		t.Errorf("usage %+v", *u)
	}
	calls := b.sim.Calls()
	if len(calls) != 1 || calls[0].Model != "gemini-3.1-pro-preview" || calls[0].Status != 200 || string(calls[0].Prompt) != hello || !calls[0].At.Equal(b.clock.Now()) {
		t.Errorf("calls %+v", calls)
	}
}

// The request of the contract, section 2.2, with its dots filled in.
func contractRequest(signature string) string {
	return `{"contents":[{"role":"user","parts":[{"text":"the menu?"},{"inlineData":{"mimeType":"image/jpeg","data":"aGk="}},{"fileData":{"mimeType":"image/png","fileUri":"gs://b/o"}}]},
             {"role":"model","parts":[{"functionCall":{"id":"1","name":"get_menu","args":{"day":"Sunday","n":2}},"thoughtSignature":"` + signature + `"}]},
             {"role":"user","parts":[{"functionResponse":{"id":"1","name":"get_menu","response":{"output":"carbonara"}}}]}],
 "systemInstruction":{"role":"user","parts":[{"text":"# Role\nYou help."}]},
 "tools":[{"functionDeclarations":[{"name":"get_menu","description":"The menu","parameters":{"type":"OBJECT","properties":{"day":{"type":"STRING"},"n":{"type":"INTEGER"}}}}]}],
 "toolConfig":{"functionCallingConfig":{"mode":"AUTO"}},
 "safetySettings":[{"category":"HARM_CATEGORY_HARASSMENT","threshold":"BLOCK_ONLY_HIGH"}],
 "generationConfig":{"maxOutputTokens":2048,"thinkingConfig":{"thinkingLevel":"LOW","includeThoughts":false,"thinkingBudget":0}}}`
}

func TestTheContractsRequestReachesTheMind(t *testing.T) {
	m := toolUser()
	b := setup(t, m)
	got := b.post(plain, contractRequest("skip_thought_signature_validator")).read(t)
	if got.text() != "Menu: carbonara" {
		t.Fatalf("%+v", got)
	}
	r := m.asked[0]
	if r.System != "# Role\nYou help." || len(r.Tools) != 1 || r.Tools[0].Name != "get_menu" || !strings.Contains(string(r.Tools[0].Schema), `"day"`) {
		t.Errorf("asked %+v", r)
	}
	roles := []string{r.Turns[0].Role, r.Turns[1].Role, r.Turns[2].Role}
	if !slices.Equal(roles, []string{"user", "assistant", "tool"}) || !strings.Contains(r.Turns[0].Text, "[image/jpeg]") {
		t.Errorf("turns %+v", r.Turns)
	}
}

func TestOnlyTheFirstParallelCallIsSigned(t *testing.T) {
	b := setup(t, toolUser())
	parts := b.post(plain, hello).read(t).Candidates[0].Content.Parts
	if len(parts) != 2 || parts[0].ThoughtSignature == "" || parts[1].ThoughtSignature != "" {
		t.Fatalf("%+v", parts)
	}
	if parts[0].FunctionCall.ID == "" || parts[0].FunctionCall.ID == parts[1].FunctionCall.ID {
		t.Errorf("ids %q %q", parts[0].FunctionCall.ID, parts[1].FunctionCall.ID)
	}
}

func TestSignatures(t *testing.T) {
	issuer := setupSerial(t)
	issued := issuer.post(plain, hello).read(t).Candidates[0].Content.Parts[0].ThoughtSignature
	for _, c := range []struct {
		name, model, signature string
		status                 int
		says                   string
	}{
		{"issued here", "gemini-3.1-pro-preview", issued, 200, ""},
		{"sentinel", "gemini-3.1-pro-preview", "skip_thought_signature_validator", 200, ""},
		{"sentinel as the SDK encodes it", "gemini-3.1-pro-preview", base64.StdEncoding.EncodeToString([]byte("skip_thought_signature_validator")), 200, ""},
		{"missing", "gemini-3.1-pro-preview", "", 400, "function call `default_api:get_menu`"},
		{"changed", "gemini-3.1-pro-preview", "AAAA" + issued[4:], 400, "Corrupted thought signature"},
		{"of another model", "gemini-3.5-flash", issued, 400, "Corrupted thought signature"},
		{"not enforced by 2.5", "gemini-2.5-flash", "", 200, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := issuer.post("/v1beta/models/"+c.model+":generateContent", contractRequest(c.signature))
			if got.status != c.status || !strings.Contains(string(got.body), c.says) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
}

// setupSerial is setup for tests whose subtests share one simulator.
func setupSerial(t *testing.T) *bundle { return setup(t, toolUser()) }

func TestEarlierTurnsNeedNoSignature(t *testing.T) {
	b := setup(t, says("ok"))
	got := b.post(plain, `{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"functionCall":{"name":"f"}}]},
		{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":1}}}]},{"role":"model","parts":[{"text":"b"}]},{"role":"user","parts":[{"text":"c"}]}]}`)
	if got.status != 200 {
		t.Errorf("%d %s", got.status, got.body)
	}
}

func TestBothURLFamiliesAndTheirKeys(t *testing.T) {
	b := setup(t, says("ok"))
	const model = "/publishers/google/models/gemini-3.1-pro-preview:generateContent"
	for _, c := range []struct {
		name, path, header, value string
		status                    int
		says                      string
	}{
		{"studio", plain, "x-goog-api-key", key, 200, "STOP"},
		{"studio, wrong key", plain, "x-goog-api-key", "no", 400, "API_KEY_INVALID"},
		{"studio, no key", plain, "x-none", "", 403, "PERMISSION_DENIED"},
		{"studio takes no bearer", plain, "Authorization", "Bearer " + key, 403, "PERMISSION_DENIED"},
		{"vertex", "/v1beta1/projects/p/locations/europe-west1" + model, "Authorization", "Bearer " + key, 200, "ON_DEMAND"},
		{"vertex express", "/v1beta1" + model, "x-goog-api-key", key, 200, "STOP"},
		{"vertex, wrong token", "/v1beta1/projects/p/locations/l" + model, "Authorization", "Bearer no", 401, "UNAUTHENTICATED"},
		{"no such path", "/v1beta/modles/x:generateContent", "x-goog-api-key", key, 404, "<html"},
		{"no such version", "/v7/models/gemini-3.1-pro-preview:generateContent", "x-goog-api-key", key, 404, "<html"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := b.send("POST", c.path, hello, map[string]string{c.header: c.value})
			if got.status != c.status || !strings.Contains(string(got.body), c.says) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
}

func TestRetiredAndUnknownModelsAreNotFound(t *testing.T) {
	b := setup(t, says("ok"))
	for _, model := range []string{"gemini-3-pro-image-preview", "gemini-3-pro-preview", "gemini-3.1-flash-image", "gpt-5.2"} {
		got := b.post("/v1beta/models/"+model+":generateContent", hello)
		if e := got.read(t).Error; got.status != 404 || e == nil || e.Status != "NOT_FOUND" || !strings.Contains(e.Message, model) {
			t.Errorf("%s: %d %s", model, got.status, got.body)
		}
	}
	list := string(b.send("GET", "/v1beta/models", "", map[string]string{"x-goog-api-key": key}).body)
	if !strings.Contains(list, "models/gemini-3.1-pro-preview") || strings.Contains(list, "gemini-3-pro-preview") {
		t.Errorf("list %s", list)
	}
}

func TestRequestsThatTheVendorRefuses(t *testing.T) {
	b := setup(t, says("ok"))
	user := `"contents":[{"role":"user","parts":[{"text":"x"}]}]`
	for _, c := range []struct{ name, body, says string }{
		{"not JSON", `{`, "Invalid JSON payload"},
		{"unknown name", `{` + user + `,"temprature":1}`, `Unknown name \"temprature\"`},
		{"additionalProperties in Google's schema", `{` + user + `,"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT","additionalProperties":false}}]}]}`, "additionalProperties"},
		{"no contents", `{"contents":[]}`, "contents is not specified"},
		{"role", `{"contents":[{"role":"assistant","parts":[{"text":"x"}]}]}`, "valid role"},
		{"empty part", `{"contents":[{"role":"user","parts":[{}]}]}`, "oneof field 'data'"},
		{"function name", `{` + user + `,"tools":[{"functionDeclarations":[{"name":"a b"}]}]}`, "Invalid function name"},
		{"same function twice", `{` + user + `,"tools":[{"functionDeclarations":[{"name":"f"},{"name":"f"}]}]}`, "Duplicate function"},
		{"both parameter forms", `{` + user + `,"tools":[{"functionDeclarations":[{"name":"f","parameters":{"type":"OBJECT"},"parametersJsonSchema":{}}]}]}`, "mutually exclusive"},
		{"search beside functions", `{` + user + `,"tools":[{"functionDeclarations":[{"name":"f"}]},{"googleSearch":{}}]}`, "Tool use with function calling"},
		{"names without ANY", `{` + user + `,"tools":[{"functionDeclarations":[{"name":"f"}]}],"toolConfig":{"functionCallingConfig":{"mode":"AUTO","allowedFunctionNames":["f"]}}}`, "allowed_function_names"},
		{"schema without JSON", `{` + user + `,"generationConfig":{"responseJsonSchema":{"type":"object"}}}`, "response mime type"},
		{"image from a text model", `{` + user + `,"generationConfig":{"responseModalities":["IMAGE"]}}`, "response modalities"},
		{"answers without calls", `{"contents":[{"role":"user","parts":[{"functionResponse":{"name":"f","response":{}}}]}]}`, "immediately after a function call turn"},
		{"one answer for two calls", `{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"},{"functionCall":{"name":"f"}}]},{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":1}}}]}]}`, "number of function response parts"},
		{"answer of another function", `{"contents":[{"role":"user","parts":[{"text":"x"}]},{"role":"model","parts":[{"functionCall":{"name":"f"},"thoughtSignature":"skip_thought_signature_validator"}]},{"role":"user","parts":[{"functionResponse":{"name":"g","response":{"output":1}}}]}]}`, "does not belong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := b.post(plain, c.body)
			if e := got.read(t).Error; got.status != 400 || e.Status != "INVALID_ARGUMENT" || !strings.Contains(string(got.body), c.says) {
				t.Errorf("%d %s", got.status, got.body)
			}
		})
	}
}

func TestStructuredOutputPassesTheSchemaOn(t *testing.T) {
	for _, field := range []string{"responseSchema", "responseJsonSchema"} {
		t.Run(field, func(t *testing.T) {
			m := says(`{"answer":true}`)
			b := setup(t, m)
			b.post(plain, fmt.Sprintf(`{"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"responseMimeType":"application/json",%q:{"type":"object","properties":{"answer":{"type":"boolean"}}}}}`, field))
			var s struct{ Properties map[string]any }
			if json.Unmarshal(m.asked[0].Schema, &s) != nil || s.Properties["answer"] == nil {
				t.Errorf("schema %s", m.asked[0].Schema)
			}
		})
	}
}

func TestToolChoiceAndAllowedNames(t *testing.T) {
	m := says("ok")
	b := setup(t, m)
	b.post(plain, `{"contents":[{"role":"user","parts":[{"text":"x"}]}],"tools":[{"functionDeclarations":[{"name":"f"},{"name":"g"}]}],"toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["g"]}}}`)
	if r := m.asked[0]; r.ToolChoice != "any" || len(r.Tools) != 1 || r.Tools[0].Name != "g" {
		t.Errorf("%+v", r)
	}
}

func TestStreamPutsTheTextTogetherAcrossBrokenWordsAndEmoji(t *testing.T) {
	const text = "Привет, Anna! 👩‍🍳 Die Öffnungszeiten: 12–15:30 🇮🇹 — bis bald."
	b := setup(t, says(text))
	frames := b.post(stream, hello).frames(t)
	var got strings.Builder
	insideWord := false
	for _, f := range frames {
		bit := f.text()
		got.WriteString(bit)
		insideWord = insideWord || (bit != "" && !strings.HasSuffix(bit, " ") && got.Len() < len(text))
	}
	if got.String() != text || len(frames) < 4 || !insideWord {
		t.Fatalf("%d frames: %q", len(frames), got.String())
	}
	last := frames[len(frames)-1]
	if last.Candidates[0].FinishReason != "STOP" || last.UsageMetadata.ThoughtsTokenCount == 0 || last.Candidates[0].Content.Parts[0].ThoughtSignature == "" {
		t.Errorf("last frame %+v", last)
	}
	for _, f := range frames[:len(frames)-1] {
		if f.Candidates[0].FinishReason != "" {
			t.Errorf("finish reason before the end")
		}
	}
}

func TestStreamWithoutSSEIsOneArray(t *testing.T) {
	b := setup(t, says("Buongiorno a tutti"))
	got := b.post(strings.TrimSuffix(stream, "?alt=sse"), hello)
	var frames []body
	if err := json.Unmarshal(got.body, &frames); err != nil || len(frames) < 3 {
		t.Fatalf("%v: %s", err, got.body)
	}
}

func TestSmallTokenLimitLeavesNothingToSay(t *testing.T) {
	b := setup(t, says(strings.Repeat("parola ", 100)))
	limited := func(n int) body {
		return b.post(plain, fmt.Sprintf(`{"contents":[{"role":"user","parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":%d}}`, n)).read(t)
	}
	if got := limited(10); got.text() != "" || got.Candidates[0].FinishReason != "MAX_TOKENS" {
		t.Errorf("10: %+v", got)
	}
	if got := limited(60); got.text() == "" || len(got.text()) > 240 || got.Candidates[0].FinishReason != "MAX_TOKENS" {
		t.Errorf("60: %q", got.text())
	}
}

func TestImages(t *testing.T) {
	b := setup(t, says("unused"))
	ask := func(config string) body {
		return b.post("/v1beta/models/gemini-3-pro-image:generateContent", `{"contents":[{"role":"user","parts":[{"inlineData":{"mimeType":"image/jpeg","data":"aGk="}},{"text":"brighter"}]}],"generationConfig":`+config+`}`).read(t)
	}
	got := ask(`{"responseModalities":["TEXT","IMAGE"],"imageConfig":{"aspectRatio":"4:5","imageSize":"1K"}}`)
	parts := got.Candidates[0].Content.Parts
	raw, err := base64.StdEncoding.DecodeString(parts[1].InlineData.Data)
	if err != nil || http.DetectContentType(raw) != "image/png" || parts[0].Text == nil {
		t.Fatalf("%v %+v", err, parts)
	}
	if e := ask(`{"imageConfig":{"aspectRatio":"7:5"}}`).Error; e == nil || e.Code != 400 {
		t.Errorf("a wrong ratio was taken")
	}
	b.sim.Misbehave(gemini.TextOnly, 1)
	if got := ask(`{}`); got.text() == "" || len(got.Candidates[0].Content.Parts) != 1 || got.Candidates[0].FinishReason != "STOP" {
		t.Errorf("text only: %+v", got)
	}
	for _, reason := range []string{"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "IMAGE_OTHER", "NO_IMAGE"} {
		b.sim.Misbehave(gemini.Finish(reason), 1)
		if got := ask(`{}`); got.Candidates[0].FinishReason != reason || len(got.Candidates[0].Content.Parts) != 0 {
			t.Errorf("%s: %+v", reason, got)
		}
	}
}

func TestScriptedFaultsAreRecorded(t *testing.T) {
	b := setup(t, says("ok"))
	b.sim.Faults().Next("generateContent", wire.Fault{Status: 502, Body: "bad gateway"}, wire.Fault{Cut: true})
	if got := b.post(plain, hello); got.status != 502 {
		t.Errorf("status %d", got.status)
	}
	if got := b.post(plain, hello); got.err == nil {
		t.Errorf("the connection held")
	}
	if got := b.post(stream, hello); got.status != 200 {
		t.Errorf("the stream was hit too: %d", got.status)
	}
	statuses := []int{}
	for _, c := range b.sim.Calls() {
		statuses = append(statuses, c.Status)
	}
	if !slices.Equal(statuses, []int{502, 0, 200}) {
		t.Errorf("statuses %v", statuses)
	}
}
