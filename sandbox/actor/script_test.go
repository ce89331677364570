package actor_test

import (
	"encoding/json"
	"strings"
	"testing"

	"marketa/sandbox/actor"
)

const fixture = `
# the owner asks for Sunday
when orari giusti
call profile_read {"section":"hours"}
call ask_managers {"question":"domenica?"}
say Sì, domenica:
say 12:00-15:00.

when ^(boh|mah)$
say Dimmi pure.

when rechnung schon
say Ist raus.

redo shorter
say Sì.

when niente
refuse I can't.
`

func scripted(t *testing.T, text string) actor.Mind {
	t.Helper()
	m, err := actor.Script(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAScriptMakesItsCallsOneAfterTheOtherAndThenSpeaks(t *testing.T) {
	d := newDesk(t)
	reply, calls := d.play(scripted(t, fixture), d.request("ciao, domenica siete nei post con gli ORARI GIUSTI?"))
	if len(calls) != 2 || calls[0].Name != "profile_read" || string(calls[1].Args) != `{"question":"domenica?"}` || reply != "Sì, domenica:\n12:00-15:00." {
		t.Errorf("%+v %q", calls, reply)
	}
}

func TestScriptBlocksMatchByPatternAndByWords(t *testing.T) {
	m := scripted(t, fixture)
	for burst, want := range map[string]string{"boh": "Dimmi pure.", "ist die Rechnung von März schon raus?": "Ist raus."} {
		if got := m.Answer(newDesk(t).request(burst)).Text; got != want {
			t.Errorf("%s: %q", burst, got)
		}
	}
	if got := m.Answer(newDesk(t).request("niente")); got.Refusal != "I can't." {
		t.Errorf("%+v", got)
	}
}

func TestWhatNoBlockMatchesGoesToTheActor(t *testing.T) {
	m, d := scripted(t, fixture), newDesk(t)
	if got := m.Answer(d.request("wann kommt der Post mit dem Schnitzel?")); len(got.Calls) != 1 || got.Calls[0].Name != "ask_managers" {
		t.Errorf("%+v", got)
	}
	r := d.request("orari giusti?")
	r.Schema = json.RawMessage(triageSchema)
	if got := m.Answer(r).Text; !strings.HasPrefix(got, `{"answer":true`) {
		t.Errorf("triage: %q", got)
	}
}

func TestARedoIsScriptedByItsHintOrRedoneByTheActor(t *testing.T) {
	m, d := scripted(t, fixture), newDesk(t)
	d.extra = "<previous_draft>Sì, domenica: 12:00-15:00.</previous_draft><manager_hint>shorter</manager_hint>"
	if got := m.Answer(d.request("orari giusti?")).Text; got != "Sì." {
		t.Errorf("%q", got)
	}
	d.extra = "<previous_draft>Sì, domenica: 12:00-15:00.</previous_draft><manager_hint>longer</manager_hint>"
	if got, _ := d.play(m, d.request("orari giusti?")); got == "" || len(got) < 30 {
		t.Errorf("%q", got)
	}
}

func TestCallsAreSkippedWithoutTools(t *testing.T) {
	r := newDesk(t).request("orari giusti?")
	r.Tools = nil
	if got := scripted(t, fixture).Answer(r); got.Text != "Sì, domenica:\n12:00-15:00." {
		t.Errorf("%+v", got)
	}
}

func TestBrokenScriptsAreRefusedWithTheLine(t *testing.T) {
	for text, want := range map[string]string{
		"say x":                "line 1: \"say\" before the first when",
		"when x\nshout y":      "line 2: unknown word",
		"when x\ncall f {oops": "line 2: call needs",
		"when":                 "line 1: when needs words",
		"when x":               `block "x" neither`,
	} {
		if _, err := actor.Script(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
