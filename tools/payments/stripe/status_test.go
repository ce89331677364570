package stripe

import (
	"testing"
	"time"
)

func TestEveryStatusSaysWhatIsAllowedAndWhatToDo(t *testing.T) {
	t.Parallel()
	for status, want := range map[Status]Access{Trialing: Allow, Active: Allow, PastDue: Grace, Incomplete: Deny, IncompleteExpired: Deny,
		Unpaid: Deny, Paused: Deny, Canceled: Deny, "": Deny, "invented_later": Grace} {
		if got := status.Access(); got != want {
			t.Errorf("%q: %v, want %v", status, got, want)
		}
		if status.Say() == "" {
			t.Errorf("%q has no words", status)
		}
	}
	for status := range moves() {
		if status.Say() == Status("invented_later").Say() || (len(moves()[status]) == 0) != status.Final() {
			t.Errorf("%q is not told apart", status)
		}
	}
}

func TestOldAndImpossibleReadingsChangeNothing(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	kept := func(status Status) Standing {
		return Standing{ID: "sub_1", Status: status, PeriodEnd: day, AskedAt: day}
	}
	seen := func(status Status, minutes int) Subscription {
		return Subscription{ID: "sub_1", Status: status, PeriodEnd: day, AskedAt: day.Add(time.Duration(minutes) * time.Minute)}
	}
	other := seen(Active, 1)
	other.ID = "sub_2"
	tests := []struct {
		name    string
		kept    Standing
		seen    Subscription
		want    Status
		changed bool
	}{
		{"TheFirst", Standing{}, seen(Incomplete, 0), Incomplete, true},
		{"Paid", kept(Incomplete), seen(Active, 1), Active, true},
		{"ARenewalFails", kept(Active), seen(PastDue, 1), PastDue, true},
		{"AndIsPaid", kept(PastDue), seen(Active, 1), Active, true},
		{"SeveralChangesBetween", kept(Incomplete), seen(Unpaid, 1), Unpaid, true},
		{"TheSameAgain", kept(Active), seen(Active, 1), Active, false},
		{"AskedBefore", kept(Active), seen(PastDue, -1), Active, false},
		{"BackToTheBeginning", kept(Active), seen(Incomplete, 1), Active, false},
		{"ExpiredAfterPayment", kept(Active), seen(IncompleteExpired, 1), Active, false},
		{"AfterTheEnd", kept(Canceled), seen(Active, 1), Canceled, false},
		{"AnotherEnd", kept(IncompleteExpired), seen(Canceled, 1), IncompleteExpired, false},
		{"ANewWord", kept(Active), seen("invented_later", 1), "invented_later", true},
		{"AndBack", kept("invented_later"), seen(Active, 1), Active, true},
		{"ANewWordAfterTheEnd", kept(Canceled), seen("invented_later", 1), Canceled, false},
		{"Nothing", kept(Active), Subscription{}, Active, false},
		{"AnotherSubscription", kept(Active), other, Active, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, changed := Next(tt.kept, tt.seen)
			if got.Status != tt.want || changed != tt.changed || got.AskedAt.Before(tt.kept.AskedAt) {
				t.Errorf("%+v, %v", got, changed)
			}
		})
	}
}

func TestANewPeriodIsAChange(t *testing.T) {
	t.Parallel()
	now := time.Now()
	kept := Standing{ID: "sub_1", Status: Active, PeriodEnd: now, AskedAt: now}
	for _, seen := range []Subscription{
		{ID: "sub_1", Status: Active, PeriodEnd: now.AddDate(0, 1, 0), AskedAt: now},
		{ID: "sub_1", Status: Active, PeriodEnd: now, CancelAtPeriodEnd: true, AskedAt: now},
	} {
		if _, changed := Next(kept, seen); !changed {
			t.Errorf("%+v changes nothing", seen)
		}
	}
}

// Whatever the order in which readings arrive, the one that was asked for last is kept.
func TestReadingsInAnyOrderEndTheSame(t *testing.T) {
	t.Parallel()
	life := []Status{Incomplete, Trialing, Active, PastDue, Active, Unpaid, Active, Canceled}
	start := time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)
	for _, order := range permutations(len(life) - 1) {
		var kept Standing
		for _, i := range append(order, len(life)-1) {
			kept, _ = Next(kept, Subscription{ID: "sub_1", Status: life[i], AskedAt: start.Add(time.Duration(i) * time.Hour)})
			kept, _ = Next(kept, Subscription{ID: "sub_1", Status: life[order[0]], AskedAt: start.Add(time.Duration(order[0]) * time.Hour)})
		}
		if kept.Status != Canceled {
			t.Fatalf("%v ends as %s", order, kept.Status)
		}
		late, changed := Next(kept, Subscription{ID: "sub_1", Status: Active, AskedAt: start.Add(24 * time.Hour)})
		if changed || late.Status != Canceled {
			t.Fatalf("the end was not the end: %+v", late)
		}
	}
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for i := 0; i <= len(p); i++ {
			q := append(append(append([]int{}, p[:i]...), n-1), p[i:]...)
			all = append(all, q)
		}
	}
	return all
}

func TestTheSubscriptionThatGivesMostCounts(t *testing.T) {
	t.Parallel()
	now := time.Now()
	best, ok := Best([]Subscription{
		{ID: "old", Status: Canceled, Created: now}, {ID: "late", Status: PastDue, Created: now},
		{ID: "first", Status: Active, Created: now.Add(-time.Hour)}, {ID: "second", Status: Trialing, Created: now},
	})
	if !ok || best.ID != "second" {
		t.Errorf("%+v", best)
	}
	if _, ok := Best(nil); ok {
		t.Error("the best of none")
	}
}
