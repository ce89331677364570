package stages

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"marketa/internal/fault"
)

func TestEveryStageHasAPolicyThatHoldsTheLine(t *testing.T) {
	if err := checkPolicies(Policies()); err != nil {
		t.Error(err)
	}
	for _, s := range Client.States() {
		p, err := PolicyFor(s)
		if err != nil || p.Stage != s {
			t.Errorf("%s: %+v, %v", s, p, err)
		}
	}
	if _, err := PolicyFor("winter"); !errors.Is(err, fault.Internal) {
		t.Errorf("a stage nobody knows: %v", err)
	}
}

func TestVersionIsTheApprovalPolicyAlone(t *testing.T) {
	base, _ := PolicyFor(Active)
	tests := []struct {
		name   string
		change func(*Policy)
		same   bool
	}{
		{"AnotherApprover", func(p *Policy) { p.Approvers = []Role{Owner} }, false},
		{"TwoApprovals", func(p *Policy) { p.NeedApprovals = 2 }, false},
		{"AGuardLess", func(p *Policy) { p.Guards = p.Guards[1:] }, false},
		{"AnotherGoal", func(p *Policy) { p.Goal = "Sell more." }, true},
		{"OtherTools", func(p *Policy) { p.Tools = nil }, true},
		{"MoreTime", func(p *Policy) { p.SLA = 24 * time.Hour }, true},
		{"TheSameInAnotherOrder", func(p *Policy) { slices.Reverse(p.Approvers); slices.Reverse(p.Guards) }, true},
		{"TheSameInAnotherStage", func(p *Policy) { p.Stage = Paused }, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			changed, _ := PolicyFor(Active)
			tt.change(&changed)
			if same := changed.Version() == base.Version(); same != tt.same {
				t.Errorf("version %s, was %s", changed.Version(), base.Version())
			}
		})
	}
}

func TestAPolicyCannotBeChangedForOthers(t *testing.T) {
	mine, _ := PolicyFor(Lead)
	mine.Approvers[0], mine.Tools[0] = "viewer", "send"
	theirs, _ := PolicyFor(Lead)
	if theirs.Approvers[0] != Owner || theirs.Tools[0] != "profile_read" {
		t.Errorf("%+v", theirs)
	}
}

func TestCheckPoliciesNamesEveryFault(t *testing.T) {
	broken := Policies()[1:]
	broken[0] = broken[1]
	broken[2] = Policy{Stage: "winter"}
	err := checkPolicies(broken)
	if err == nil {
		t.Fatal("taken for sound")
	}
	for _, want := range []string{
		"lead has no policy", "onboarding has two policies", `"winter" belongs to no stage`, `"winter" has no goal`,
		`"winter" names nobody`, `"winter" needs no approval`, `"winter" has no time`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not named: %s\n%v", want, err)
		}
	}
}
