package openai

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
)

// complete asks by POST /chat/completions, streamed.
// See https://developers.openai.com/api/reference/resources/chat/subresources/completions/methods/create.
func (c *Client) complete(ctx context.Context, q question) (*llms.ContentResponse, *failure) {
	params, err := q.chatParams()
	if err != nil {
		return nil, badQuestion(err)
	}
	pulse := llm.PulseOf(q.opts)
	ctx, x := llm.Observe(ctx, pulse)
	pulse.Ask()
	stream := c.chats.NewStreaming(ctx, params)
	defer func() { _ = stream.Close() }()
	got := completion{x: x}
	for !got.complete() && stream.Next() {
		pulse.Beat()
		got.add(stream.Current())
	}
	switch {
	case got.finish != "": // also when the line broke behind it, or no usage and no [DONE] came
		return got.result()
	case x.Whole() && x.Err() == nil:
		return got.whole(c.cfg.Now())
	}
	failed := explain(ctx, x, stream.Err(), c.cfg.Now())
	failed.spend(got.spent())
	return nil, failed
}

// completion is put together from chunks.
type completion struct {
	x             *llm.Exchange
	id            string
	text, refusal strings.Builder
	calls         []chunkCall
	finish        string
	usage         *sdk.CompletionUsage
	received      int
}

// chunkCall grows by its index: id and name come once, the arguments in pieces.
type chunkCall struct {
	index    int64
	id, name string
	args     []byte
}

// complete says that nothing worth waiting for can follow.
func (c *completion) complete() bool { return c.finish != "" && c.usage != nil }

func (c *completion) add(chunk sdk.ChatCompletionChunk) {
	if chunk.ID != "" {
		c.id = chunk.ID
	}
	if chunk.JSON.Usage.Valid() {
		c.usage = &chunk.Usage
	}
	if len(chunk.Choices) == 0 {
		return
	}
	choice := chunk.Choices[0]
	c.received += len(choice.Delta.RawJSON()) / 2 // half of it is JSON around the words
	c.text.WriteString(choice.Delta.Content)
	c.refusal.WriteString(choice.Delta.Refusal)
	for _, call := range choice.Delta.ToolCalls {
		c.addCall(call)
	}
	if choice.FinishReason != "" {
		c.finish = choice.FinishReason
	}
}

// addCall begins a new call at a new index, and also at a new id: some servers number all their calls 0.
func (c *completion) addCall(delta sdk.ChatCompletionChunkChoiceDeltaToolCall) {
	at := -1
	for i := range c.calls {
		if c.calls[i].index == delta.Index && (delta.ID == "" || delta.ID == c.calls[i].id) {
			at = i
		}
	}
	if at < 0 {
		c.calls = append(c.calls, chunkCall{index: delta.Index, id: delta.ID})
		at = len(c.calls) - 1
	}
	if c.calls[at].name == "" { // some servers repeat it
		c.calls[at].name = delta.Function.Name
	}
	c.calls[at].args = append(c.calls[at].args, delta.Function.Arguments...)
}

// whole takes an answer that came in one piece although a stream was asked for.
func (c *completion) whole(now time.Time) (*llms.ContentResponse, *failure) {
	if e := parseError(c.x.Body); e != nil {
		return nil, e.at(0, c.x.Header, now)
	}
	var body sdk.ChatCompletion
	if err := json.Unmarshal(c.x.Body, &body); err != nil || len(body.Choices) == 0 {
		return nil, &failure{Error: llm.Broken("malformed", nil)}
	}
	choice := body.Choices[0]
	c.id, c.finish = body.ID, choice.FinishReason
	if body.JSON.Usage.Valid() {
		c.usage = &body.Usage
	}
	c.received = len(choice.Message.RawJSON())
	c.text.WriteString(choice.Message.Content)
	c.refusal.WriteString(choice.Message.Refusal)
	for _, call := range choice.Message.ToolCalls {
		c.calls = append(c.calls, chunkCall{id: call.ID, name: call.Function.Name, args: []byte(call.Function.Arguments)})
	}
	return c.result()
}

// spent is what the server says, or our guess: many leave the usage out of a stream.
func (c *completion) spent() llm.Usage {
	switch {
	case c.usage != nil:
		return llm.Usage{
			Input: c.usage.PromptTokens, Cached: c.usage.PromptTokensDetails.CachedTokens,
			Output: c.usage.CompletionTokens, Reasoning: c.usage.CompletionTokensDetails.ReasoningTokens,
		}
	case c.x.Status == 0 || c.x.Failed() || c.x.Page():
		return llm.Usage{} // it never began
	}
	return llm.EstimateUsage(c.x.Sent, c.received)
}

func (c *completion) result() (*llms.ContentResponse, *failure) {
	if failed := c.verdict(); failed != nil {
		failed.spend(c.spent())
		return nil, failed
	}
	choice := &llms.ContentChoice{Content: c.text.String(), StopReason: c.finish, GenerationInfo: llm.GenerationInfo(c.spent(), c.id)}
	for _, call := range c.calls {
		choice.ToolCalls = append(choice.ToolCalls, toolCall(call.id, call.name, string(call.args)))
	}
	return &llms.ContentResponse{Choices: []*llms.ContentChoice{choice}}, nil
}

// verdict knows the ends that are none; servers have many words for a good one.
func (c *completion) verdict() *failure {
	switch {
	case c.refusal.Len() > 0:
		return &failure{refused: &llm.Refused{Reason: "refusal", Words: c.refusal.String()}}
	case c.finish == "content_filter":
		return &failure{refused: &llm.Refused{Reason: c.finish}}
	case c.finish == "length":
		return &failure{Error: &llm.Error{Outcome: llm.FailOver, Code: "max_tokens"}}
	}
	return nil
}

// chatParams does no I/O.
func (q question) chatParams() (sdk.ChatCompletionNewParams, error) {
	instructions, rest := q.instructions()
	p := sdk.ChatCompletionNewParams{Model: q.model, Messages: chatMessages(instructions, rest)}
	if !q.without.usage {
		p.StreamOptions.IncludeUsage = param.NewOpt(true)
	}
	if q.opts.MaxTokens > 0 {
		if limit := param.NewOpt(int64(q.opts.MaxTokens)); q.official != q.without.maxName {
			p.MaxCompletionTokens = limit
		} else {
			p.MaxTokens = limit // the older name, and the only one that many servers know
		}
	}
	if q.opts.Temperature != 0 && !q.without.sampling {
		p.Temperature = param.NewOpt(q.opts.Temperature)
	}
	if q.opts.TopP != 0 && !q.without.sampling {
		p.TopP = param.NewOpt(q.opts.TopP)
	}
	if q.opts.Seed != 0 {
		p.Seed = param.NewOpt(int64(q.opts.Seed))
	}
	if len(q.opts.StopWords) > 0 {
		p.Stop.OfStringArray = q.opts.StopWords
	}
	if q.official {
		p.ReasoningEffort = q.effort() // other servers know other words for it, or none
	}
	if err := q.chatFormat(&p); err != nil {
		return p, err
	}
	return p, q.chatTools(&p)
}

func (q question) chatFormat(p *sdk.ChatCompletionNewParams) error {
	if !q.wantsJSON() {
		return nil
	}
	switch q.format() {
	case bySchema:
		schema := llm.SchemaOf(q.opts)
		m, err := schema.Map()
		p.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
			Name: schema.Name, Schema: m, Strict: param.NewOpt(llm.Strict(m)),
		}}
		return err
	case asObject:
		p.ResponseFormat.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
	}
	return nil
}

func (q question) chatTools(p *sdk.ChatCompletionNewParams) error {
	for _, tool := range q.opts.Tools {
		if tool.Function == nil {
			continue
		}
		schema, err := llm.Parameters(tool.Function.Parameters)
		if err != nil {
			return err
		}
		f := shared.FunctionDefinitionParam{Name: tool.Function.Name, Parameters: schema}
		if tool.Function.Description != "" {
			f.Description = param.NewOpt(tool.Function.Description)
		}
		if tool.Function.Strict && llm.Strict(schema) {
			f.Strict = param.NewOpt(true)
		}
		p.Tools = append(p.Tools, sdk.ChatCompletionToolUnionParam{OfFunction: &sdk.ChatCompletionFunctionToolParam{Function: f}})
	}
	if len(p.Tools) == 0 {
		return nil
	}
	switch mode, function := toolChoice(q.opts.ToolChoice); {
	case function != "":
		p.ToolChoice.OfFunctionToolChoice = &sdk.ChatCompletionNamedToolChoiceParam{Function: sdk.ChatCompletionNamedToolChoiceFunctionParam{Name: function}}
	case mode != "":
		p.ToolChoice.OfAuto = param.NewOpt(mode)
	}
	return nil
}

// chatMessages is the transcript in this wire's words: one message for each answer of a tool.
func chatMessages(instructions string, msgs []llms.MessageContent) []sdk.ChatCompletionMessageParamUnion {
	var out []sdk.ChatCompletionMessageParamUnion
	if instructions != "" {
		out = append(out, sdk.SystemMessage(instructions))
	}
	for _, m := range msgs {
		switch m.Role {
		case llms.ChatMessageTypeSystem:
			out = append(out, sdk.SystemMessage(textOf(m)))
		case llms.ChatMessageTypeAI:
			out = append(out, assistantMessage(m))
		case llms.ChatMessageTypeTool, llms.ChatMessageTypeFunction:
			out = append(out, toolMessages(m)...)
		default:
			out = append(out, userMessage(m))
		}
	}
	return out
}

func assistantMessage(m llms.MessageContent) sdk.ChatCompletionMessageParamUnion {
	var a sdk.ChatCompletionAssistantMessageParam
	if said := textOf(m); said != "" {
		a.Content.OfString = param.NewOpt(said)
	}
	for _, part := range m.Parts {
		if call, is := part.(llms.ToolCall); is && call.FunctionCall != nil {
			a.ToolCalls = append(a.ToolCalls, sdk.ChatCompletionMessageToolCallUnionParam{OfFunction: &sdk.ChatCompletionMessageFunctionToolCallParam{
				ID: vendorID(call.ID), Function: sdk.ChatCompletionMessageFunctionToolCallFunctionParam{
					Name: call.FunctionCall.Name, Arguments: call.FunctionCall.Arguments,
				},
			}})
		}
	}
	return sdk.ChatCompletionMessageParamUnion{OfAssistant: &a}
}

func toolMessages(m llms.MessageContent) (out []sdk.ChatCompletionMessageParamUnion) {
	for _, part := range m.Parts {
		if r, is := part.(llms.ToolCallResponse); is {
			out = append(out, sdk.ToolMessage(r.Content, vendorID(r.ToolCallID)))
		}
	}
	return out
}

// userMessage is a plain string where it can be: small servers know nothing else.
func userMessage(m llms.MessageContent) sdk.ChatCompletionMessageParamUnion {
	var parts []sdk.ChatCompletionContentPartUnionParam
	onlyText := true
	for _, part := range m.Parts {
		switch p := part.(type) {
		case llms.TextContent:
			parts = append(parts, sdk.TextContentPart(p.Text))
			continue
		case llms.ImageURLContent:
			parts = append(parts, sdk.ImageContentPart(sdk.ChatCompletionContentPartImageImageURLParam{URL: p.URL, Detail: p.Detail}))
		case llms.BinaryContent:
			parts = append(parts, binaryPart(p))
		}
		onlyText = false
	}
	if onlyText {
		return sdk.UserMessage(textOf(m))
	}
	return sdk.UserMessage(parts)
}

func binaryPart(b llms.BinaryContent) sdk.ChatCompletionContentPartUnionParam {
	if strings.HasPrefix(b.MIMEType, "image/") {
		return sdk.ImageContentPart(sdk.ChatCompletionContentPartImageImageURLParam{URL: b.String()})
	}
	return sdk.FileContentPart(sdk.ChatCompletionContentPartFileFileParam{FileData: param.NewOpt(b.String()), Filename: param.NewOpt("file")})
}
