package stages

import "testing"

func TestWhatIsMissingIsNamedInItsOrder(t *testing.T) {
	t.Parallel()
	all := Standing{Known: map[string]bool{"hours": true, "languages": true, "contact": true, "address": true, "directives": true}, Photos: 3, Rules: 1, Connected: true, Approved: 1, Paid: true}
	for _, c := range []struct {
		stage Stage
		has   Standing
		want  []string
	}{
		{Lead, Standing{}, []string{"answer"}},
		{Qualification, Standing{Known: map[string]bool{"city": true}}, []string{"directives", "fit"}},
		{Onboarding, Standing{}, []string{"hours", "languages", "contact", "agreement"}},
		{Onboarding, all, []string{"agreement"}},
		{Connection, Standing{}, []string{"connection"}},
		{ContentSetup, Standing{Photos: 2}, []string{"photos", "rules"}},
		{ContentSetup, Standing{Photos: 3}, []string{"rules"}},
		{ContentSetup, all, nil},
		{FirstApprovals, Standing{}, []string{"posts"}},
		{Activation, Standing{}, []string{"payment"}},
		{Active, all, nil},
		{AtRisk, Standing{Paid: true}, []string{"connection"}},
		{Paused, Standing{}, nil},
		{Closed, Standing{}, nil},
	} {
		var got []string
		for _, n := range Missing(c.stage, c.has) {
			got = append(got, n.Key)
			if n.Words == "" || n.Next == "" {
				t.Errorf("%s: %s has no words", c.stage, n.Key)
			}
		}
		if len(got) != len(c.want) {
			t.Errorf("%s: %v, want %v", c.stage, got, c.want)
			continue
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.stage, got, c.want)
			}
		}
	}
}

func TestWhatComesByItselfLeadsOn(t *testing.T) {
	t.Parallel()
	for _, s := range Client.States() {
		event, ok := ByItself(s)
		if !ok {
			continue
		}
		if next, err := Client.Next(s, event); err != nil || next == s {
			t.Errorf("%s: %s leads to %s, %v", s, event, next, err)
		}
		if len(needsOf(s)) == 0 {
			t.Errorf("%s needs nothing and would be passed through", s)
		}
		for _, n := range needsOf(s) {
			if n.Key == "" {
				t.Errorf("%s has a need without a key", s)
			}
		}
	}
}
