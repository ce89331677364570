package agent

import (
	"context"
	"strings"
	"testing"

	"marketa/stages"
	"marketa/tools"
)

func goes(to string) func(context.Context, *walk) (delta, error) {
	return func(context.Context, *walk) (delta, error) { return delta{Next: to}, nil }
}

func TestAGraphNamesEveryFault(t *testing.T) {
	run := goes(end)
	tests := []struct {
		name    string
		start   string
		limited []string
		nodes   []node
		want    []string // nothing: no fault
	}{
		{"ALine", "a", nil, []node{{"a", []string{"b"}, run}, {"b", []string{end}, run}}, nil},
		{"ALimitedCircle", "a", []string{"b"}, []node{{"a", []string{"b"}, run}, {"b", []string{"a", end}, run}}, nil},
		{"AnUnknownNext", "a", nil, []node{{"a", []string{"b", end}, run}}, []string{`a leads to "b", which is not there`}},
		{"Unreachable", "a", nil, []node{{"a", []string{end}, run}, {"b", []string{end}, run}}, []string{"b cannot be reached"}},
		{"ReachedOnlyFromItself", "a", []string{"b"}, []node{{"a", []string{end}, run}, {"b", []string{"b", end}, run}}, []string{"b cannot be reached"}},
		{"NeverEnds", "a", []string{"b"}, []node{{"a", []string{"b", end}, run}, {"b", []string{"b"}, run}}, []string{"b can never end"}},
		{"LeadsNowhere", "a", nil, []node{{"a", []string{"b", end}, run}, {"b", nil, run}}, []string{"b can never end"}},
		{"AnUnlimitedCircle", "a", nil, []node{{"a", []string{"b"}, run}, {"b", []string{"a", end}, run}}, []string{"a lies on a circle that nothing limits", "b lies on a circle"}},
		{"AnUnlimitedLoop", "a", nil, []node{{"a", []string{"a", end}, run}}, []string{"a lies on a circle"}},
		{"ACircleBesideALimitedOne", "a", []string{"b"}, []node{{"a", []string{"b", "c"}, run}, {"b", []string{"a", end}, run}, {"c", []string{"a"}, run}}, []string{"a lies on a circle", "c lies on a circle"}},
		{"Twice", "a", nil, []node{{"a", []string{end}, run}, {"a", []string{end}, run}}, []string{`a node cannot be called "a"`}},
		{"CalledEnd", "a", nil, []node{{"a", []string{end}, run}, {end, []string{end}, run}}, []string{`a node cannot be called "end"`, "end lies on a circle"}},
		{"WithoutAName", "a", nil, []node{{"a", []string{"", end}, run}, {"", []string{end}, run}}, []string{`a node cannot be called ""`}},
		{"NothingToRun", "a", nil, []node{{"a", []string{end}, nil}}, []string{"a does nothing"}},
		{"AWrongStart", "z", nil, []node{{"a", []string{end}, run}}, []string{`it starts at "z", which is not there`, "a cannot be reached"}},
		{"NoNodes", "a", nil, nil, []string{`it starts at "a"`}},
		{"AStrangerLimits", "a", []string{"z"}, []node{{"a", []string{end}, run}}, []string{`"z" is said to limit a circle`}},
		{"SeveralFaultsAtOnce", "a", nil, []node{{"a", []string{"x", end}, nil}, {"b", []string{"b"}, run}},
			[]string{"a does nothing", `a leads to "x"`, "b cannot be reached", "b can never end", "b lies on a circle"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g, err := newGraph(tt.start, tt.limited, tt.nodes...)
			if (err == nil) != (len(tt.want) == 0) || (g == nil) != (err != nil) {
				t.Fatalf("got %v, %v", g, err)
			}
			if err == nil {
				return
			}
			if n := strings.Count(err.Error(), "\n") + 1; n != len(tt.want) {
				t.Errorf("%d faults, want %d:\n%v", n, len(tt.want), err)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("lacks %q:\n%v", want, err)
				}
			}
		})
	}
}

func TestTheRealGraphHasNoFault(t *testing.T) {
	g, err := newWalkGraph()
	if err != nil {
		t.Fatal(err)
	}
	if len(g.nodes) != 9 || g.start != nodeIntake {
		t.Errorf("got %d nodes from %s", len(g.nodes), g.start)
	}
}

func TestANodeThatLeadsWhereItDidNotDeclareIsAnError(t *testing.T) {
	for _, to := range []string{"c", "", "elsewhere"} {
		g, err := newGraph("a", nil, node{"a", []string{"b", end}, goes(to)}, node{"b", []string{"c"}, goes("c")}, node{"c", []string{end}, goes(end)})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.step(t.Context(), "a", nil); err == nil || !strings.Contains(err.Error(), "did not declare") {
			t.Errorf("to %q: %v", to, err)
		}
		if d, err := g.step(t.Context(), "b", nil); err != nil || d.Next != "c" {
			t.Errorf("the declared way: %v, %v", d, err)
		}
		if _, err := g.step(t.Context(), "z", nil); err == nil || !strings.Contains(err.Error(), "does not have") {
			t.Errorf("from nowhere: %v", err)
		}
	}
}

func TestPoliciesNameOnlyWhatIsThere(t *testing.T) {
	read := tools.DefineRead("profile_read", "Reads.", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil })
	registry, err := tools.NewRegistry(read)
	if err != nil {
		t.Fatal(err)
	}
	a := &Agent{registry: registry, guards: guards()}
	good := stages.Policy{Stage: stages.Lead, Tools: []string{"profile_read"}, Guards: []stages.Guard{stages.GuardBacked}}
	if err := a.check([]stages.Policy{good}); err != nil {
		t.Error(err)
	}
	bad := stages.Policy{Stage: stages.Active, Tools: []string{"send_message", "profile_read"}, Guards: []stages.Guard{stages.GuardBacked, "polite"}}
	err = a.check([]stages.Policy{good, bad})
	if err == nil || !strings.Contains(err.Error(), "stage active lists tools that are not there: send_message") || !strings.Contains(err.Error(), "stage active names a guard that is not there: polite") {
		t.Errorf("got %v", err)
	}
	if err := (&Agent{registry: registry, guards: guards()}).check(stages.Policies()); err == nil {
		t.Error("tools are missing, and nobody says so")
	}
	for _, p := range stages.Policies() {
		for _, g := range p.Guards {
			if guards()[g] == nil {
				t.Errorf("%s names the guard %s, which is not there", p.Stage, g)
			}
		}
	}
}
