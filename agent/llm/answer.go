package llm

import (
	"strings"

	"github.com/tmc/langchaingo/llms"
)

// Answer is a complete answer: its end was seen, and it says something or calls a tool.
type Answer struct {
	Text            string
	ToolCalls       []llms.ToolCall
	Provider, Model string // who gave it; pin them for the rest of a tool loop
	Pinned          bool   // it came from the model that [WithPinned] named
	ResponseID      string
	Usage           Usage // of the attempt that answered; failed ones are only booked
}

// Message is the answer as the next entry of the transcript.
func (a Answer) Message() llms.MessageContent {
	m := llms.MessageContent{Role: llms.ChatMessageTypeAI}
	if a.Text != "" {
		m.Parts = append(m.Parts, llms.TextContent{Text: a.Text})
	}
	for _, call := range a.ToolCalls {
		m.Parts = append(m.Parts, call)
	}
	return m
}

// newAnswer accepts a choice or says what is wrong with it. Success is never the status alone: a cut-off, empty or
// unreadable answer is a failure, because a person would be shown it as if it were whole.
func newAnswer(resp *llms.ContentResponse, schema *Schema) (Answer, *Error) {
	if resp == nil || len(resp.Choices) == 0 || resp.Choices[0] == nil {
		return Answer{}, &Error{Outcome: RetrySame, Code: "empty"}
	}
	choice := resp.Choices[0]
	a := Answer{
		Text: choice.Content, ToolCalls: choice.ToolCalls,
		Usage: UsageOf(choice), ResponseID: ResponseIDOf(choice),
	}
	if failed := a.check(choice.StopReason, schema); failed != nil {
		failed.Usage = a.Usage
		return a, failed
	}
	return a, nil
}

func (a *Answer) check(stop string, schema *Schema) *Error {
	switch {
	case cutOff(stop):
		return &Error{Outcome: FailOver, Code: "max_tokens"}
	case len(a.ToolCalls) > 0:
		return a.checkCalls()
	case strings.TrimSpace(a.Text) == "":
		return &Error{Outcome: RetrySame, Code: "empty"}
	case schema == nil:
		return nil
	}
	fitting, err := schema.fit(a.Text)
	if err != nil {
		return &Error{Outcome: RetrySame, Code: badJSON, Err: err}
	}
	a.Text = fitting
	return nil
}

// badJSON is the one failure that is worth telling the model about before it tries again.
const badJSON = "bad_json"

func (a *Answer) checkCalls() *Error {
	for i, call := range a.ToolCalls {
		if call.FunctionCall == nil || call.FunctionCall.Name == "" {
			return &Error{Outcome: RetrySame, Code: "malformed_call"}
		}
		if call.FunctionCall.Arguments == "" {
			named := *call.FunctionCall
			named.Arguments = "{}"
			a.ToolCalls[i].FunctionCall = &named
		} else if invalidArguments(call.FunctionCall.Arguments) {
			return &Error{Outcome: RetrySame, Code: "malformed_arguments"}
		}
	}
	return nil
}

// cutOff knows the words of langchaingo's models; our adapters report it themselves.
func cutOff(stop string) bool {
	switch strings.ToLower(stop) {
	case "length", "max_tokens", "finishreasonmaxtokens":
		return true
	}
	return false
}

// repair asks for the same once more, with what was wrong.
func repair(msgs []llms.MessageContent, bad string, err error) []llms.MessageContent {
	why := "That was not the JSON that was asked for (" + err.Error() + "). Answer again with the corrected JSON only."
	out := append(make([]llms.MessageContent, 0, len(msgs)+2), msgs...)
	if strings.TrimSpace(bad) != "" {
		out = append(out, llms.TextParts(llms.ChatMessageTypeAI, bad))
	}
	return append(out, llms.TextParts(llms.ChatMessageTypeHuman, why))
}
