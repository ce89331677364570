package openai

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/responses"
	"github.com/openai/openai-go/v3/shared"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
)

// respond asks by POST /responses, streamed, with nothing kept at the vendor's.
// See https://developers.openai.com/api/reference/resources/responses/methods/create.
func (c *Client) respond(ctx context.Context, q question) (*llms.ContentResponse, *failure) {
	params, err := q.responseParams()
	if err != nil {
		return nil, badQuestion(err)
	}
	pulse := llm.PulseOf(q.opts)
	ctx, x := llm.Observe(ctx, pulse)
	pulse.Ask()
	stream := c.responses.NewStreaming(ctx, params)
	defer func() { _ = stream.Close() }()
	got := response{x: x}
	for !got.ended() && stream.Next() {
		c.responds.Store(true)
		pulse.Beat()
		got.add(stream.Current())
	}
	switch {
	case got.ended():
		return got.result(c.cfg.Now())
	case x.Whole() && x.Err() == nil:
		return got.whole(c.cfg.Now())
	}
	failed := explain(ctx, x, stream.Err(), c.cfg.Now())
	failed.spend(got.spent())
	return nil, failed
}

// response is put together from events. The last one holds the whole answer; the others only show life.
type response struct {
	x        *llm.Exchange
	final    *responses.Response
	failed   *apiError
	items    []responses.ResponseOutputItemUnion // for servers whose last event forgets what was said
	received int
}

func (r *response) ended() bool { return r.final != nil || r.failed != nil }

func (r *response) add(event responses.ResponseStreamEventUnion) {
	r.received += len(event.Delta)
	switch event.Type {
	case "response.output_item.done":
		r.items = append(r.items, event.Item)
	case "response.completed", "response.incomplete", "response.failed":
		r.final = &event.Response
	case "error": // the SDK takes it for an event like any other and would wait for more
		r.failed = &apiError{Code: event.Code, Message: event.Message, Param: event.Param}
	}
}

// whole takes an answer that came in one piece although a stream was asked for.
func (r *response) whole(now time.Time) (*llms.ContentResponse, *failure) {
	if e := parseError(r.x.Body); e != nil {
		return nil, e.at(0, r.x.Header, now)
	}
	r.final = &responses.Response{}
	if err := json.Unmarshal(r.x.Body, r.final); err != nil || r.final.Object != "response" {
		return nil, &failure{Error: llm.Broken("malformed", nil)}
	}
	return r.result(now)
}

// spent is what the vendor says, or our guess where it did not come to that.
func (r *response) spent() llm.Usage {
	switch {
	case r.final != nil && r.final.JSON.Usage.Valid():
		u := r.final.Usage
		return llm.Usage{
			Input: u.InputTokens, Cached: u.InputTokensDetails.CachedTokens,
			Output: u.OutputTokens, Reasoning: u.OutputTokensDetails.ReasoningTokens,
			Searches: r.final.ToolUsage.WebSearch.NumRequests,
		}
	case r.x.Status == 0 || r.x.Failed() || r.x.Page():
		return llm.Usage{} // it never began
	}
	return llm.EstimateUsage(r.x.Sent, r.received)
}

func (r *response) result(now time.Time) (*llms.ContentResponse, *failure) {
	choice, failed := r.choice(now)
	if failed != nil {
		failed.spend(r.spent())
		return nil, failed
	}
	choice.GenerationInfo = llm.GenerationInfo(r.spent(), r.final.ID)
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

// choice judges the end. A response that failed or broke off may come with words; they are not the answer.
func (r *response) choice(now time.Time) (*llms.ContentChoice, *failure) {
	if r.failed != nil {
		return nil, r.failed.at(0, nil, now)
	}
	switch status := r.final.Status; status {
	case responses.ResponseStatusCompleted, "":
	case responses.ResponseStatusIncomplete:
		if r.final.IncompleteDetails.Reason == "content_filter" {
			return nil, &failure{refused: &llm.Refused{Reason: "content_filter"}}
		}
		return nil, &failure{Error: &llm.Error{Outcome: llm.FailOver, Code: r.final.IncompleteDetails.Reason}}
	case responses.ResponseStatusFailed:
		e := r.final.Error
		return nil, (&apiError{Code: string(e.Code), Message: e.Message}).at(0, nil, now)
	default:
		return nil, &failure{Error: &llm.Error{Outcome: llm.FailOver, Code: string(status)}}
	}
	return r.said()
}

func (r *response) said() (*llms.ContentChoice, *failure) {
	items := r.final.Output
	if len(items) == 0 {
		items = r.items
	}
	var text, refusal strings.Builder
	choice := &llms.ContentChoice{StopReason: string(r.final.Status)}
	for _, item := range items {
		switch item.Type {
		case "message":
			for _, part := range item.Content {
				text.WriteString(part.Text)
				refusal.WriteString(part.Refusal)
			}
		case "function_call":
			call := item.AsFunctionCall()
			choice.ToolCalls = append(choice.ToolCalls, toolCall(call.CallID, call.Name, call.Arguments))
		}
	}
	if refusal.Len() > 0 {
		return nil, &failure{refused: &llm.Refused{Reason: "refusal", Words: refusal.String()}}
	}
	choice.Content = text.String()
	return choice, nil
}

func toolCall(id, name, arguments string) llms.ToolCall {
	if id == "" {
		id = llm.NewCallID()
	}
	return llms.ToolCall{ID: id, Type: "function", FunctionCall: &llms.FunctionCall{Name: name, Arguments: arguments}}
}

// responseParams does no I/O. This wire knows no stop words and no seed; they are left out.
func (q question) responseParams() (responses.ResponseNewParams, error) {
	instructions, rest := q.instructions()
	p := responses.ResponseNewParams{
		Model: q.model, Store: param.NewOpt(false),
		Input: responses.ResponseNewParamsInputUnion{OfInputItemList: inputItems(rest)},
	}
	if instructions != "" {
		p.Instructions = param.NewOpt(instructions)
	}
	if q.opts.MaxTokens > 0 {
		p.MaxOutputTokens = param.NewOpt(int64(q.opts.MaxTokens))
	}
	if q.opts.Temperature != 0 && !q.without.sampling {
		p.Temperature = param.NewOpt(q.opts.Temperature)
	}
	if q.opts.TopP != 0 && !q.without.sampling {
		p.TopP = param.NewOpt(q.opts.TopP)
	}
	p.Reasoning.Effort = q.effort()
	if err := q.responseFormat(&p); err != nil {
		return p, err
	}
	return p, q.responseTools(&p)
}

func (q question) responseFormat(p *responses.ResponseNewParams) error {
	if !q.wantsJSON() {
		return nil
	}
	switch q.format() {
	case bySchema:
		schema := llm.SchemaOf(q.opts)
		m, err := schema.Map()
		p.Text.Format.OfJSONSchema = &responses.ResponseFormatTextJSONSchemaConfigParam{
			Name: schema.Name, Schema: m, Strict: param.NewOpt(llm.Strict(m)),
		}
		return err
	case asObject:
		p.Text.Format.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
	}
	return nil
}

// responseTools always says whether a tool is strict: this wire takes silence for yes.
func (q question) responseTools(p *responses.ResponseNewParams) error {
	for _, tool := range q.opts.Tools {
		if tool.Function == nil {
			continue
		}
		schema, err := llm.Parameters(tool.Function.Parameters)
		if err != nil {
			return err
		}
		f := &responses.FunctionToolParam{
			Name: tool.Function.Name, Parameters: schema, Strict: param.NewOpt(tool.Function.Strict && llm.Strict(schema)),
		}
		if tool.Function.Description != "" {
			f.Description = param.NewOpt(tool.Function.Description)
		}
		p.Tools = append(p.Tools, responses.ToolUnionParam{OfFunction: f})
	}
	if len(p.Tools) == 0 {
		return nil
	}
	switch mode, function := toolChoice(q.opts.ToolChoice); {
	case function != "":
		p.ToolChoice.OfFunctionTool = &responses.ToolChoiceFunctionParam{Name: function}
	case mode != "":
		p.ToolChoice.OfToolChoiceMode = param.NewOpt(responses.ToolChoiceOptions(mode))
	}
	return nil
}

// inputItems is the transcript in this wire's words. Calls go back without the vendor's item id: nothing is kept there.
func inputItems(msgs []llms.MessageContent) responses.ResponseInputParam {
	var items responses.ResponseInputParam
	for _, m := range msgs {
		if m.Role == llms.ChatMessageTypeAI {
			if said := textOf(m); said != "" {
				items = append(items, responses.ResponseInputItemParamOfMessage(said, responses.EasyInputMessageRoleAssistant))
			}
		} else if parts := inputParts(m); len(parts) > 0 {
			items = append(items, responses.ResponseInputItemParamOfMessage(parts, responseRole(m.Role)))
		}
		items = append(items, toolItems(m)...)
	}
	return items
}

func toolItems(m llms.MessageContent) (items responses.ResponseInputParam) {
	for _, part := range m.Parts {
		switch p := part.(type) {
		case llms.ToolCall:
			if p.FunctionCall != nil {
				items = append(items, responses.ResponseInputItemParamOfFunctionCall(p.FunctionCall.Arguments, vendorID(p.ID), p.FunctionCall.Name))
			}
		case llms.ToolCallResponse:
			output := responses.ResponseInputItemParamOfFunctionCallOutput(p.Content)
			output.OfFunctionCallOutput.CallID = param.NewOpt(vendorID(p.ToolCallID))
			items = append(items, output)
		}
	}
	return items
}

func responseRole(r llms.ChatMessageType) responses.EasyInputMessageRole {
	if r == llms.ChatMessageTypeSystem {
		return responses.EasyInputMessageRoleDeveloper
	}
	return responses.EasyInputMessageRoleUser
}

func inputParts(m llms.MessageContent) (parts responses.ResponseInputMessageContentListParam) {
	for _, part := range m.Parts {
		switch p := part.(type) {
		case llms.TextContent:
			if p.Text != "" {
				parts = append(parts, responses.ResponseInputContentParamOfInputText(p.Text))
			}
		case llms.ImageURLContent:
			parts = append(parts, inputImage(p.URL, p.Detail))
		case llms.BinaryContent:
			parts = append(parts, inputBinary(p))
		}
	}
	return parts
}

func inputBinary(b llms.BinaryContent) responses.ResponseInputContentUnionParam {
	if strings.HasPrefix(b.MIMEType, "image/") {
		return inputImage(b.String(), "")
	}
	return responses.ResponseInputContentUnionParam{OfInputFile: &responses.ResponseInputFileParam{
		FileData: param.NewOpt(b.String()), Filename: param.NewOpt("file"),
	}}
}

func inputImage(url, detail string) responses.ResponseInputContentUnionParam {
	if detail == "" {
		detail = "auto"
	}
	return responses.ResponseInputContentUnionParam{OfInputImage: &responses.ResponseInputImageParam{
		ImageURL: param.NewOpt(url), Detail: responses.ResponseInputImageDetail(detail),
	}}
}

// vendorID leaves another vendor's signature out.
func vendorID(id string) string { return llm.ParseCallID(id).ID }
