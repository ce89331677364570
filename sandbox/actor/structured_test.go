package actor_test

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestStructuredAnswersFitAnySchema(t *testing.T) {
	for _, schema := range []string{
		triageSchema,
		`{"type":"object","properties":{"needs_reply":{"type":"boolean"},"language":{"type":"string","enum":["en","de","it","es","ru"]},"topic":{"type":"string","enum":["hours","invoice","other"]},"urgency":{"type":"string","enum":["low","normal","high"]}},"required":["needs_reply","language","topic","urgency"],"additionalProperties":false}`,
		`{"type":"object","properties":{"changes":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"value":{"type":"string"},"why":{"type":"string"}},"required":["field","value","why"],"additionalProperties":false}},"confidence":{"type":"number","minimum":0,"maximum":1}},"required":["changes","confidence"],"additionalProperties":false}`,
		`{"type":"object","properties":{"summary":{"type":"string","minLength":10,"maxLength":40},"date":{"type":["string","null"]},"count":{"type":"integer","minimum":1,"maximum":5},"tags":{"type":"array","items":{"type":"string"},"minItems":1}},"required":["summary","date","count","tags"],"additionalProperties":false}`,
		`{"type":"object","properties":{"inner":{"$ref":"#/$defs/in"},"either":{"anyOf":[{"type":"string"},{"type":"null"}]}},"required":["inner","either"],"additionalProperties":false,"$defs":{"in":{"type":"object","properties":{"x":{"type":"boolean"}},"required":["x"],"additionalProperties":false}}}`,
	} {
		for burst := range strings.SplitSeq(bursts, " # ") {
			d := newDesk(t)
			r := d.request(burst)
			r.Tools, r.Schema = nil, json.RawMessage(schema)
			if reply := newActor().Answer(r); fits(r.Schema, []byte(reply.Text)) != nil {
				t.Errorf("%q: %s does not fit %s: %v", burst, reply.Text, schema, fits(r.Schema, []byte(reply.Text)))
			}
		}
	}
}

func TestStructuredAnswersSayWhatWasSaid(t *testing.T) {
	d := newDesk(t)
	r := d.request("ciao, adesso siamo aperti anche domenica 12-15:30")
	r.Schema = json.RawMessage(`{"type":"object","properties":{"needs_reply":{"type":"boolean"},"language":{"type":"string","enum":["en","it"]},"topic":{"type":"string","enum":["invoice","hours","other"]},"changes":{"type":"array","items":{"type":"object","properties":{"field":{"type":"string"},"value":{"type":"string"}},"required":["field","value"]}}},"required":["needs_reply"]}`)
	want := `{"needs_reply":true,"language":"it","topic":"hours","changes":[{"field":"hours","value":"domenica 12-15:30"}]}`
	if got := newActor().Answer(r).Text; got != want {
		t.Errorf("%s", got)
	}
}

func TestASchemaInTheWordsServesWhereTheServerTakesNone(t *testing.T) {
	d := newDesk(t)
	d.system += "\nAnswer with JSON that fits this schema: " + triageSchema + "\nNothing else."
	r := d.request("grazie!")
	r.Tools, r.Schema = nil, json.RawMessage(`{"type":"object"}`)
	if got := newActor().Answer(r).Text; !strings.HasPrefix(got, `{"answer":false,"why":"`) {
		t.Errorf("%s", got)
	}
}

func TestGooglesUpperCaseTypesAreUnderstood(t *testing.T) {
	d := newDesk(t)
	r := d.request("wann kommt der Post?")
	r.Schema = json.RawMessage(`{"type":"OBJECT","properties":{"answer":{"type":"BOOLEAN"},"why":{"type":"STRING"},"note":{"type":"STRING","nullable":true,"format":"date"}},"required":["answer","why"]}`)
	if got := newActor().Answer(r).Text; !strings.HasPrefix(got, `{"answer":true,"why":"asks a question about post`) || !strings.Contains(got, `"note":null`) {
		t.Errorf("%s", got)
	}
}
