package team_test

import (
	"encoding/json"
	"strings"
	"testing"

	"marketa/internal/fault"
	"marketa/tools"
	"marketa/tools/team"
)

func ask(t *testing.T, args string) (tools.Result, error) {
	t.Helper()
	registry, err := tools.NewRegistry(team.Tools()...)
	if err != nil {
		t.Fatal(err)
	}
	picked, err := registry.Pick([]string{"ask_managers"})
	if err != nil {
		t.Fatal(err)
	}
	return picked[0].Run(t.Context(), json.RawMessage(args))
}

func TestAQuestionIsALineForTheCard(t *testing.T) {
	for args, want := range map[string]string{
		`{"question":"Quanto costa?"}`:                            "Quanto costa?",
		`{"question":"  Quanto\ncosta?\u202e "}`:                  "Quanto costa?",
		`{"question":"` + strings.Repeat("é", 400) + `"}`:         strings.Repeat("é", 400),
		`{"question":"Can we say \"yes\" to <b>Anna</b> & co.?"}`: `Can we say "yes" to <b>Anna</b> & co.?`,
	} {
		got, err := ask(t, args)
		if err != nil {
			t.Fatal(fault.Say(err))
		}
		if p := got.Proposal; p == nil || p.Kind != team.Question || p.Show != want {
			t.Errorf("got %+v, want %q", p, want)
		}
	}
}

func TestAQuestionThatIsNoneIsRefusedInWords(t *testing.T) {
	for args, words := range map[string]string{
		`{}`:                        `"question" is missing`,
		`{"question":" \n "}`:       "1 to 400 characters",
		`{"question":"\u200b"}`:     "1 to 400 characters",
		`{"question":"x","to":"y"}`: `unknown argument "to"`,
		`{"question":"` + strings.Repeat("é", 401) + `"}`: "1 to 400 characters",
		`"Quanto costa?"`: "not a JSON object",
	} {
		got, err := ask(t, args)
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(fault.Say(err), words) || got.Proposal != nil {
			t.Errorf("%.40s: %+v, %s", args, got, fault.Say(err))
		}
	}
}
