package gemini_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"marketa/sandbox/actor"
)

// The platform's requests with the offline model behind the wire: triage by schema, then a tool round, then the text.
func TestTheOfflineModelAnswersThroughTheWire(t *testing.T) {
	b := setup(t, actor.New(1))
	const asked = `{"role":"user","parts":[{"text":"<conversation>\n</conversation>\n<unanswered>\n[client Anna, 2026-03-02 10:10] domenica a che ora aprite?\n</unanswered>"}]}`
	triage := b.post(plain, `{"contents":[`+asked+`],"generationConfig":{"responseMimeType":"application/json","responseSchema":{"type":"OBJECT","properties":{"answer":{"type":"BOOLEAN"},"why":{"type":"STRING"}},"required":["answer","why"]}}}`).read(t)
	var verdict struct {
		Answer bool
		Why    string
	}
	if err := json.Unmarshal([]byte(triage.text()), &verdict); err != nil || !verdict.Answer || verdict.Why == "" {
		t.Fatalf("%v %q", err, triage.text())
	}
	const tools = `"tools":[{"functionDeclarations":[{"name":"profile_read","description":"Read the restaurant's profile.","parametersJsonSchema":{"type":"object","properties":{"section":{"type":"string"}},"additionalProperties":false}}]}]`
	first := b.post(plain, `{"contents":[`+asked+`],`+tools+`}`).read(t).Candidates[0].Content.Parts[0]
	if first.FunctionCall == nil || first.FunctionCall.Name != "profile_read" || first.ThoughtSignature == "" {
		t.Fatalf("%+v", first)
	}
	rest := fmt.Sprintf(`,{"role":"model","parts":[{"functionCall":{"id":%q,"name":"profile_read","args":%s},"thoughtSignature":%q}]},{"role":"user","parts":[{"functionResponse":{"id":%q,"name":"profile_read","response":{"output":"{\"hours\":\"Tue-Sun 12-15\"}"}}}]}`,
		first.FunctionCall.ID, first.FunctionCall.Args, first.ThoughtSignature, first.FunctionCall.ID)
	second := b.post(plain, `{"contents":[`+asked+rest+`],`+tools+`}`).read(t)
	if !strings.Contains(second.text(), "Tue-Sun 12-15") || !strings.Contains(second.text(), "Anna") || !strings.Contains(second.text(), "domenica") {
		t.Errorf("%q", second.text())
	}
}
