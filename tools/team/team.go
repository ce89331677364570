// Package team lets an agent ask the agency's people. A question goes onto the card beside the draft; nobody outside
// reads it.
//
// It knows tools only. Start reading at [Tools].
package team

import (
	"context"
	"strings"
	"unicode"

	"marketa/internal/fault"
	"marketa/tools"
)

// Question is the kind of a proposal that only asks; releasing it does nothing.
const Question = "question"

// Tools are what an agent can ask of the team.
func Tools() []tools.Tool {
	return []tools.Tool{tools.DefinePropose("ask_managers",
		"Ask the agency's managers something that only people know or decide: prices, contracts, dates, complaints, a call. They see the question beside your draft.", ask)}
}

// AskArgs are the question.
type AskArgs struct {
	Question string `json:"question" jsonschema:"one question, with all that is needed to answer it"`
}

const longest = 400 // characters: the card shows so many

func ask(_ context.Context, args AskArgs) (tools.Proposal, error) {
	q := strings.TrimFunc(args.Question, func(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) })
	if q == "" || len([]rune(q)) > longest {
		return tools.Proposal{}, fault.New(fault.Invalid, "question must have 1 to %d characters.", longest)
	}
	return tools.NewProposal(Question, struct {
		Question string `json:"question"`
	}{q}, q)
}
