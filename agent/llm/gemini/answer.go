package gemini

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"
	"google.golang.org/genai"

	"marketa/agent/llm"
)

// answer is put together from frames. Only the first candidate counts; we ask for one.
type answer struct {
	provider, model string

	text     strings.Builder
	calls    []llms.ToolCall
	finish   genai.FinishReason
	blocked  genai.BlockedReason
	usage    *genai.GenerateContentResponseUsageMetadata
	searches int
	id       string
	received int // bytes, to estimate what a broken answer cost
}

// all takes an answer in one piece: one object, or the array that a server writes which knows no event stream.
func (a *answer) all(x *llm.Exchange, now time.Time) (*llms.ContentResponse, *failure) {
	if e := parseError(x.Body); e != nil {
		return nil, e.at(0, nil, now)
	}
	frames := []*genai.GenerateContentResponse{{}}
	var err error
	if bytes.HasPrefix(x.Body, []byte("[")) {
		err = json.Unmarshal(x.Body, &frames)
	} else if len(x.Body) > 0 {
		err = json.Unmarshal(x.Body, frames[0])
	}
	if err != nil {
		return nil, &failure{Error: llm.Broken("malformed", nil)}
	}
	for _, frame := range frames {
		a.add(frame)
	}
	return a.result(x)
}

func (a *answer) add(frame *genai.GenerateContentResponse) {
	if frame == nil {
		return
	}
	if frame.ResponseID != "" {
		a.id = frame.ResponseID
	}
	if frame.UsageMetadata != nil {
		a.usage = frame.UsageMetadata
	}
	if f := frame.PromptFeedback; f != nil && f.BlockReason != "" {
		a.blocked = f.BlockReason
	}
	if len(frame.Candidates) == 0 || frame.Candidates[0] == nil {
		return
	}
	candidate := frame.Candidates[0]
	if candidate.FinishReason != "" && candidate.FinishReason != genai.FinishReasonUnspecified {
		a.finish = candidate.FinishReason
	}
	if g := candidate.GroundingMetadata; g != nil {
		a.searches = len(g.WebSearchQueries)
	}
	if candidate.Content != nil {
		for _, part := range candidate.Content.Parts {
			a.addPart(part)
		}
	}
}

// addPart leaves out thoughts: nobody but the model may read them.
func (a *answer) addPart(part *genai.Part) {
	if part == nil {
		return
	}
	a.received += len(part.Text)
	if part.Thought {
		return
	}
	a.text.WriteString(part.Text)
	if part.FunctionCall != nil {
		a.addCall(part)
	}
}

func (a *answer) addCall(part *genai.Part) {
	args, err := json.Marshal(part.FunctionCall.Args)
	if err != nil || part.FunctionCall.Args == nil {
		args = []byte("{}")
	}
	a.received += len(args)
	id := llm.CallID{ID: part.FunctionCall.ID, Provider: a.provider, Model: a.model, Signature: part.ThoughtSignature}
	if id.ID == "" {
		id.ID = llm.NewCallID()
	}
	a.calls = append(a.calls, llms.ToolCall{
		ID: id.String(), Type: "function",
		FunctionCall: &llms.FunctionCall{Name: part.FunctionCall.Name, Arguments: string(args)},
	})
}

// ended says that the vendor has said its last word.
func (a *answer) ended() bool { return a.finish != "" || a.blocked != "" }

// complete says that nothing worth waiting for can follow, such as the usage.
func (a *answer) complete() bool { return a.ended() && (a.usage != nil || a.blocked != "") }

// spent is what the vendor says, or our guess where it did not come to that.
func (a *answer) spent(x *llm.Exchange) llm.Usage {
	u := a.usage
	switch {
	case u != nil:
		return llm.Usage{
			Input: int64(u.PromptTokenCount) + int64(u.ToolUsePromptTokenCount), Cached: int64(u.CachedContentTokenCount),
			Output: int64(u.CandidatesTokenCount) + int64(u.ThoughtsTokenCount), Reasoning: int64(u.ThoughtsTokenCount),
			Searches: int64(a.searches),
		}
	case x.Status == 0 || x.Failed() || x.Page():
		return llm.Usage{} // it never began
	}
	return llm.EstimateUsage(x.Sent, a.received)
}

// result judges the end. See https://ai.google.dev/api/generate-content#FinishReason.
func (a *answer) result(x *llm.Exchange) (*llms.ContentResponse, *failure) {
	if failed := a.verdict(); failed != nil {
		failed.spend(a.spent(x))
		return nil, failed
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{{
		Content: a.text.String(), ToolCalls: a.calls, StopReason: string(a.finish),
		GenerationInfo: llm.GenerationInfo(a.spent(x), a.id),
	}}}, nil
}

func (a *answer) verdict() *failure {
	if a.blocked != "" {
		return &failure{refused: &llm.Refused{Reason: string(a.blocked)}}
	}
	switch a.finish {
	case genai.FinishReasonStop:
		return nil
	case "":
		return &failure{Error: llm.Broken("cut_off", nil)}
	case genai.FinishReasonSafety, genai.FinishReasonBlocklist, genai.FinishReasonProhibitedContent, genai.FinishReasonSPII,
		genai.FinishReasonImageSafety, genai.FinishReasonImageProhibitedContent:
		return &failure{refused: &llm.Refused{Reason: string(a.finish)}}
	case genai.FinishReasonMalformedFunctionCall, genai.FinishReasonUnexpectedToolCall, genai.FinishReasonTooManyToolCalls:
		return &failure{Error: &llm.Error{Outcome: llm.RetrySame, Code: string(a.finish)}}
	}
	// MAX_TOKENS too: half a reply is none, and the same question would be cut off again.
	return &failure{Error: &llm.Error{Outcome: llm.FailOver, Code: string(a.finish)}}
}
