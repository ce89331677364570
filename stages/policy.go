package stages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"marketa/internal/fault"
)

// Role is who may approve. The values are those of managers.role; viewers approve nothing, so they are not here.
type Role string

const (
	Owner   Role = "owner"
	Manager Role = "manager"
)

// Guard is a check that a draft must pass before a manager sees it without a warning.
type Guard string

const (
	GuardPlainText Guard = "plain_text" // WhatsApp's markup only, and short enough for a chat
	GuardLanguage  Guard = "language"   // the client's language
	GuardBacked    Guard = "backed"     // no price, date, discount or "done" that no record, tool or manager supports
	GuardInternals Guard = "internals"  // none of our own words: tools, rules, ids, stage names
)

// Policy is what one stage asks of us.
type Policy struct {
	Stage         Stage
	Goal          string        // one sentence, for people and for the model; the guidance beside it is prompts/goal_<stage>.md
	Tools         []string      // by name; the app refuses to start when one is missing
	Approvers     []Role        // whoever of them presses
	NeedApprovals int           // that many different people; never less than 1
	SLA           time.Duration // from the client's message to the decision; after it the card reminds
	Guards        []Guard
}

// Version names the approval policy alone: roles, number and guards, whatever their order. It is stored on the draft,
// and a draft made under another one must not be decided. Goals, tools and prompts do not count: a deploy that changes
// them does not kill open cards.
func (p Policy) Version() string {
	rules, err := json.Marshal(struct {
		Approvers []Role
		Need      int
		Guards    []Guard
	}{slices.Compact(slices.Sorted(slices.Values(p.Approvers))), p.NeedApprovals, slices.Compact(slices.Sorted(slices.Values(p.Guards)))})
	if err != nil {
		panic(err) // strings and a number cannot fail
	}
	sum := sha256.Sum256(rules)
	return hex.EncodeToString(sum[:6])
}

// PolicyFor is a fresh copy: nobody can change it for others.
func PolicyFor(stage Stage) (Policy, error) {
	for _, p := range Policies() {
		if p.Stage == stage {
			return p, nil
		}
	}
	return Policy{}, fault.Wrap(fmt.Errorf("stages: no policy for %q", stage), fault.Internal,
		"This version has no policy for the stage %q; the data may come from a newer one.", stage)
}

// Policies are those of all stages, in the order of a client's life.
func Policies() []Policy {
	return []Policy{
		usual(Lead, 15*time.Minute, "Find out who writes and what for, and make them want to go on talking."),
		usual(Qualification, 30*time.Minute, "Understand the restaurant and what it wants from social media, so that a manager can decide whether we fit.").with("stage_propose"),
		usual(Onboarding, time.Hour, "Collect what we need to start, and get a clear yes to what a manager has offered.").with("stage_propose"),
		usual(Connection, time.Hour, "Get the restaurant's Facebook page and Instagram account connected."),
		usual(ContentSetup, 2*time.Hour, "Gather photos, wishes and rules, so that the first posts look like this restaurant.").with(pictureTools()...),
		usual(FirstApprovals, 2*time.Hour, "Get a clear yes or a clear change for each of the first posts.").with(pictureTools()...),
		usual(Activation, 30*time.Minute, "Help the client through the first payment, so that publishing can start.").with(pictureTools()...),
		usual(Active, time.Hour, "Keep the client well served: answer, take wishes and news, keep the profile true.").with(pictureTools()...),
		usual(AtRisk, 15*time.Minute, "Keep the client: find out what is wrong and bring in a person who can put it right.").with(pictureTools()...),
		usual(Paused, 4*time.Hour, "Stay in touch without pressing, and notice when the client wants to go on."),
		usual(Closed, 4*time.Hour, "Answer politely, and notice when a former client wants to come back."),
	}
}

// usual is what holds everywhere: one owner or manager releases every reply.
func usual(stage Stage, sla time.Duration, goal string) Policy {
	return Policy{
		Stage: stage, Goal: goal, SLA: sla,
		Tools:         append([]string{"profile_read", "profile_propose", "ask_managers"}, linksIn(stage)...),
		Approvers:     []Role{Owner, Manager},
		NeedApprovals: 1,
		Guards:        []Guard{GuardPlainText, GuardLanguage, GuardBacked, GuardInternals},
	}
}

// with is the policy with more tools.
func (p Policy) with(tools ...string) Policy {
	p.Tools = append(p.Tools, tools...)
	return p
}

// pictureTools are for those whose posts we make.
func pictureTools() []string {
	return []string{"rules_list", "rules_propose", "images_search", "images_choose"}
}

// linksIn are the links that a turn may propose: connecting Facebook and Instagram, where that is due or may have broken.
func linksIn(stage Stage) []string {
	switch stage {
	case Onboarding, Connection, Active, AtRisk:
		return []string{"connect_link"}
	}
	return nil
}

// checkPolicies names every stage without a policy and every policy that would let something through.
func checkPolicies(policies []Policy) error {
	var faults []error
	seen := map[Stage]bool{}
	for _, p := range policies {
		if seen[p.Stage] {
			faults = append(faults, fmt.Errorf("stages: %s has two policies", p.Stage))
		}
		seen[p.Stage] = true
		faults = append(faults, p.check())
	}
	for _, s := range Client.States() {
		if !seen[s] {
			faults = append(faults, fmt.Errorf("stages: %s has no policy", s))
		}
	}
	return errors.Join(faults...)
}

func (p Policy) check() error {
	var faults []error
	wrong := func(is bool, what string) {
		if is {
			faults = append(faults, fmt.Errorf("stages: the policy of %q %s", p.Stage, what))
		}
	}
	wrong(!slices.Contains(Client.States(), p.Stage), "belongs to no stage")
	wrong(p.Goal == "", "has no goal")
	wrong(len(p.Approvers) == 0, "names nobody who may approve")
	wrong(p.NeedApprovals < 1, "needs no approval")
	wrong(p.SLA <= 0, "has no time to answer in")
	return errors.Join(faults...)
}
