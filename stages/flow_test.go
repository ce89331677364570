package stages

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"marketa/internal/fault"
)

var update = flag.Bool("update", false, "rewrite testdata/*.mmd")

func TestEveryLifeIsSoundAndAsDrawn(t *testing.T) {
	for _, l := range lives() {
		t.Run(l.title(), func(t *testing.T) {
			if err := l.check(); err != nil {
				t.Error(err)
			}
			golden(t, filepath.Join("testdata", l.title()+".mmd"), l.Mermaid())
			if !strings.Contains(Mermaid(), l.Mermaid()) {
				t.Error("Mermaid() leaves it out")
			}
		})
	}
}

func TestClientMovesByTheFacts(t *testing.T) {
	tests := []struct {
		name   string
		from   Stage
		events []Event
		want   Stage
	}{
		{"FromLeadToActive", Lead, []Event{AnsweredFirst, Qualified, Agreed, Connected, ContentReady, ApprovalsDone, Paid}, Active},
		{"SoldInTheCRMSkipsTheTalks", Lead, []Event{Signed}, Onboarding},
		{"ALostConnectionGoesBackWhileNothingRuns", Activation, []Event{ConnectionLost}, Connection},
		{"ALostConnectionIsARiskWhenItRuns", Active, []Event{ConnectionLost}, AtRisk},
		{"ARiskIsClearedByName", AtRisk, []Event{RiskCleared}, Active},
		{"APauseEnds", Active, []Event{PausedByManager, Resumed}, Active},
		{"APauseOfOneThatNeverRanStartsItsSetUpAgain", ContentSetup, []Event{PausedByManager, SetupResumed}, Onboarding},
		{"AClosedOneComesBack", AtRisk, []Event{SubscriptionEnded, ReopenedByManager}, Qualification},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			stage := tt.from
			for _, event := range tt.events {
				next, err := Client.Next(stage, event)
				if err != nil {
					t.Fatalf("%s from %s: %v", event, stage, err)
				}
				stage = next
			}
			if stage != tt.want {
				t.Errorf("ends in %s, want %s", stage, tt.want)
			}
		})
	}
}

func TestWhatDoesNotApplyMovesNothing(t *testing.T) {
	tests := []struct {
		name  string
		from  Stage
		event Event
		kind  fault.Kind
		say   string
	}{
		{"AFactTooEarly", Lead, Paid, fault.Conflict, "Possible now: answered_first"},
		{"AFactTwice", Active, Paid, fault.Conflict, "Possible now: connection_lost"},
		{"OneGoodFactDoesNotClearAnotherRisk", AtRisk, Connected, fault.Conflict, "risk_cleared"},
		{"AnEventNobodyKnows", Lead, "promoted", fault.Internal, `"promoted"`},
		{"AStageNobodyKnows", "winter", Paid, fault.Internal, `"winter"`},
		{"NoStageAtAll", "", Paid, fault.Internal, `""`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Client.Next(tt.from, tt.event)
			if !errors.Is(err, tt.kind) || !strings.Contains(fault.Say(err), tt.say) {
				t.Errorf("got %v (%s)", err, fault.Say(err))
			}
			if got != tt.from {
				t.Errorf("moved to %s", got)
			}
		})
	}
}

func TestParseTakesOnlyStatesOfItsOwnLife(t *testing.T) {
	if got, err := Client.Parse("at_risk"); got != AtRisk || err != nil {
		t.Errorf("at_risk: %v, %v", got, err)
	}
	for _, text := range []string{"", "At_Risk", "pending", "lead "} {
		if got, err := Client.Parse(text); err == nil {
			t.Errorf("%q was taken for %q", text, got)
		}
	}
}

func TestEveryClientStageHasAnExit(t *testing.T) {
	for _, s := range Client.States() {
		if Client.Final(s) {
			t.Errorf("nothing leads out of %s", s)
		}
	}
}

func TestADraftIsDecidedOnce(t *testing.T) {
	decided := 0
	for _, s := range Draft.States() {
		if s == DraftPending {
			continue
		}
		decided++
		for _, event := range Draft.Events(DraftPending) {
			if next, err := Draft.Next(s, event); err == nil {
				t.Errorf("%s of a draft that is %s gives %s", event, s, next)
			}
		}
	}
	if decided != 6 {
		t.Errorf("%d ways to end, want 6", decided)
	}
}

func TestOnlySendAndEditReleaseAText(t *testing.T) {
	var released []DraftState
	for _, s := range Draft.States() {
		if s.Released() {
			released = append(released, s)
		}
	}
	if !slices.Equal(released, []DraftState{DraftSent, DraftEdited}) {
		t.Error(released)
	}
}

func TestALostAnswerIsNeverSentAgainUnread(t *testing.T) {
	if next, err := Delivery.Next(DeliveryUnknown, DeliveryIntend); err == nil {
		t.Errorf("called again: %s", next)
	}
	want := []DeliveryEvent{DeliveryNotSent, DeliveryFound, DeliveryAsk}
	if got := Delivery.Events(DeliveryUnknown); !slices.Equal(got, want) {
		t.Errorf("out of unknown lead %v, want %v", got, want)
	}
	if got := Delivery.Events(DeliveryKnown); got != nil {
		t.Errorf("out of known lead %v", got)
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	broken := Flow[Stage, Event]{Name: "broken", Initial: Lead, Table: []Transition[Stage, Event]{
		{Paid, From(Lead), Active},
		{Paid, From(Lead), Closed},
		{Resumed, From(Active), Active},
		{Connected, From(Paused), AtRisk},
		{"", nil, ""},
	}}
	err := broken.check()
	if err == nil {
		t.Fatal("taken for sound")
	}
	for _, want := range []string{
		`paid from lead leads to both "active" and "closed"`, "resumed from active leads back to itself",
		`no way leads to "paused"`, `no way leads to "at_risk"`, "lacks its event",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("not named: %s\n%v", want, err)
		}
	}
}

func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs (run with -update when that is meant):\n%s", file, got)
	}
}
