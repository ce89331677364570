package stages

// DraftState is where a draft stands with the managers. The values are those of approvals.state. Every state but
// pending is final: what comes next is another draft.
type DraftState string

const (
	DraftPending    DraftState = "pending"    // on a card, undecided
	DraftSent       DraftState = "sent"       // approved as it stands
	DraftEdited     DraftState = "edited"     // approved, in the manager's own words
	DraftRedone     DraftState = "redone"     // refused with a hint: a new draft comes
	DraftDiscarded  DraftState = "discarded"  // no answer is wanted
	DraftTakenOver  DraftState = "taken_over" // a manager answers by hand
	DraftSuperseded DraftState = "superseded" // the conversation has moved on: nobody may decide this one any more
)

// Released says that the decision lets a text go to the client.
func (s DraftState) Released() bool { return s == DraftSent || s == DraftEdited }

// DraftEvent is what happens to a draft: a manager's decision, or the conversation overtaking it.
type DraftEvent string

const (
	DraftSend      DraftEvent = "send"
	DraftEdit      DraftEvent = "edit"
	DraftRedo      DraftEvent = "redo"
	DraftDiscard   DraftEvent = "discard"
	DraftTakeOver  DraftEvent = "take_over"
	DraftOvertaken DraftEvent = "overtaken" // the client wrote, edited or deleted; somebody answered from the phone; the chat has moved
)

// Draft is a draft's life. Putting it off ("Later") is no event: it stays pending and only the reminder moves.
var Draft = Flow[DraftState, DraftEvent]{Name: "draft", Initial: DraftPending, Table: []Transition[DraftState, DraftEvent]{
	{DraftSend, From(DraftPending), DraftSent},
	{DraftEdit, From(DraftPending), DraftEdited},
	{DraftRedo, From(DraftPending), DraftRedone},
	{DraftDiscard, From(DraftPending), DraftDiscarded},
	{DraftTakeOver, From(DraftPending), DraftTakenOver},
	{DraftOvertaken, From(DraftPending), DraftSuperseded},
}}
