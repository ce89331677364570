package agent

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// walk is the state of one turn: what was loaded for it, and what its steps have added.
type walk struct {
	agent *Agent
	lease store.Lease
	turn  store.Turn
	chat  store.Chat
	now   time.Time

	// Loaded; the watermark stands for it, so that a resumed turn sees the same words.
	restaurant store.Restaurant
	facts      []store.Fact
	missing    []stages.Need   // what the stage waits for
	talk       []store.Message // the last messages, oldest first
	unhandled  []store.Message // of these, what waits for an answer
	redo       store.Redo
	waiting    bool               // a card of this chat waits already
	managers   string             // the language of their cards
	reactions  []store.Reaction   // to what we have said
	seen       []llms.ContentPart // photos, once they were read
	policy     stages.Policy
	tools      []tools.Tool
	standing   store.Standing // the draft that the chat has already
	roster     []string       // of a group: who is in it beside us

	// Added by steps.
	at     string
	n      int // steps finished
	status string
	why    string
	said   []llms.MessageContent // the model's words and the tools' answers
	text   string
	warn   []string
	model  string
	rounds int

	translated *store.Translation
	again      bool // the standing draft is held again
	delicate   bool // triage says that it is a private matter
}

// The nodes.
const (
	nodeIntake  = "intake"
	nodeContext = "context"
	nodeTriage  = "triage"
	nodeReason  = "reason"
	nodeTools   = "tools"
	nodeGuard   = "guard"

	nodeTranslate = "translate"

	nodeKeep    = "keep"    // in a group: is the draft that waits still good?
	nodePrivate = "private" // in a group: not here
)

// newWalkGraph is the support reply's graph.
func newWalkGraph() (*graph, error) {
	return newGraph(nodeIntake, []string{nodeReason},
		node{nodeIntake, []string{nodeContext, nodeTranslate, end}, intake},
		node{nodeContext, []string{nodeTriage, nodeReason, nodeKeep, nodePrivate, end}, decideNeed},
		node{nodeKeep, []string{nodeReason, nodePrivate, end}, keep},
		node{nodeTriage, []string{nodeReason, nodePrivate, end}, triage},
		node{nodePrivate, []string{nodeGuard}, answerApart},
		node{nodeReason, []string{nodeTools, nodeGuard, end}, reason},
		node{nodeTools, []string{nodeReason}, callTools},
		node{nodeGuard, []string{nodeTranslate, end}, guard},
		node{nodeTranslate, []string{end}, translateForManagers},
	)
}

// load reads what the turn looks at.
func (w *walk) load(ctx context.Context, tx *store.Tx) (err error) {
	if w.restaurant, err = tx.OwnRestaurant(ctx); err != nil {
		return err
	}
	if w.facts, err = tx.Facts(ctx); err != nil {
		return err
	}
	if w.missing, err = tx.Missing(ctx); err != nil {
		return err
	}
	if w.talk, err = tx.Conversation(ctx, w.chat.ID, conversationLength); err != nil {
		return err
	}
	if w.reactions, err = tx.ReactionsToUs(ctx, w.chat.ID, w.talk); err != nil {
		return err
	}
	if w.unhandled, err = tx.Unhandled(ctx, w.chat.ID, w.chat.Handled); err != nil {
		return err
	}
	if w.redo, err = tx.Redo(ctx, w.turn); err != nil {
		return err
	}
	if w.waiting, err = tx.HasPending(ctx, w.chat.ID); err != nil {
		return err
	}
	if w.managers, err = tx.CardLanguage(ctx); err != nil {
		return err
	}
	if w.policy, err = stages.PolicyFor(stages.Stage(w.restaurant.Stage)); err != nil {
		return err
	}
	if w.tools, err = w.agent.registry.Pick(w.policy.Tools); err != nil {
		return err
	}
	return w.loadGroup(ctx, tx)
}

// conversationLength is how many messages back a model reads; older ones are the summary's business.
const conversationLength = 40

// resume replays the steps that are already done.
func (w *walk) resume(steps []store.Step) error {
	for _, s := range steps {
		if err := w.apply(s); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) apply(s store.Step) error {
	var d delta
	if err := json.Unmarshal(s.Delta, &d); err != nil {
		return fmt.Errorf("agent: step %d (%s): %w", s.N, s.Node, err)
	}
	w.n = s.N
	w.at = d.Next
	if d.Status != "" {
		w.status = d.Status
	}
	if d.Why != "" {
		w.why = d.Why
	}
	if d.Text != nil {
		w.text = *d.Text
	}
	if d.Model != "" {
		w.model = d.Model
	}
	w.again, w.delicate = w.again || d.Keep, w.delicate || d.Private
	if d.Translated != nil {
		w.translated = d.Translated
	}
	if s.Node == nodeReason {
		w.rounds++
	}
	w.warn = append(w.warn, d.Warn...)
	if len(d.Said) == 0 {
		return nil
	}
	var m llms.MessageContent
	if err := json.Unmarshal(d.Said, &m); err != nil {
		return fmt.Errorf("agent: step %d (%s): transcript: %w", s.N, s.Node, err)
	}
	w.said = append(w.said, m)
	return nil
}

// intake: is there anything to answer, and is it ours to answer? A manager who waits for a redo hears why none comes.
func intake(_ context.Context, w *walk) (delta, error) {
	switch {
	case len(w.unhandled) > 0 && w.chat.Taken(w.now):
		return delta{Next: nodeTranslate, Status: "plain", Why: "A manager has taken this chat over."}, nil
	case len(w.unhandled) > 0 && w.pausedNow():
		// What nobody said to us needs no new card: the one that waits goes on.
		return delta{Next: nodeTranslate, Status: "plain", Why: w.paused(), Keep: w.keepable() && w.standing.Text == ""}, nil
	case len(w.unhandled) > 0:
		return delta{Next: nodeContext}, nil
	case w.redo.Approval.IsZero():
		return delta{Next: end, Status: "silent", Why: w.whyNothingWaits()}, nil
	}
	return delta{Next: end, Status: "plain", Why: w.whyNothingWaits() + " There is nothing left to write anew."}, nil
}

func (w *walk) whyNothingWaits() string {
	if n := len(w.talk); n > 0 && w.talk[n-1].Author == store.Phone {
		return "A colleague has answered from the phone."
	}
	return "The client has taken the message back."
}

// decideNeed: a redo is answered without asking again whether it needs an answer, and so is a chat whose card waits.
func decideNeed(_ context.Context, w *walk) (delta, error) {
	switch {
	case !w.agent.HasModel():
		return delta{Next: end, Status: "plain", Why: "No language model is configured."}, nil
	case !w.redo.Approval.IsZero():
		return delta{Next: nodeReason}, nil
	case w.keepable() && w.standing.Text != "":
		return delta{Next: nodeKeep}, nil
	case w.waiting, w.onlyPrivate():
		return delta{Next: w.afresh()}, nil
	}
	return delta{Next: nodeTriage}, nil
}
