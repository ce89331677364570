package openai_test

import (
	"context"
	"errors"
	"testing"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"

	"marketa/sandbox/openai"
)

func (b *bundle) options() []option.RequestOption {
	return []option.RequestOption{option.WithBaseURL(b.url + "/v1"), option.WithAPIKey(key), option.WithMaxRetries(0)}
}

func params(input ...responses.ResponseInputItemUnionParam) responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: "gpt-5.4", Store: sdk.Bool(false), Include: []responses.ResponseIncludable{responses.ResponseIncludableReasoningEncryptedContent},
		Input: responses.ResponseNewParamsInputUnion{OfInputItemList: input},
		Tools: []responses.ToolUnionParam{responses.ToolParamOfFunction("save_draft", map[string]any{
			"type": "object", "properties": map[string]any{"a": map[string]any{"type": "integer"}}, "required": []string{"a"}, "additionalProperties": false}, true)},
	}
}

func TestTheSDKCompletesAToolLoop(t *testing.T) {
	b := setup(t, toolUser())
	service := responses.NewResponseService(b.options()...)
	items := []responses.ResponseInputItemUnionParam{responses.ResponseInputItemParamOfMessage("save it", responses.EasyInputMessageRoleUser)}
	first, err := service.New(context.Background(), params(items...))
	if err != nil {
		t.Fatal(err)
	}
	for _, out := range first.Output {
		switch out.Type {
		case "reasoning":
			items = append(items, responses.ResponseInputItemUnionParam{OfReasoning: new(out.AsReasoning().ToParam())})
		case "function_call":
			items = append(items, responses.ResponseInputItemParamOfFunctionCall(out.Arguments.OfString, out.CallID, out.Name))
		}
	}
	for _, out := range first.Output {
		if out.Type == "function_call" {
			items = append(items, responses.ResponseInputItemUnionParam{OfFunctionCallOutput: &responses.ResponseInputItemFunctionCallOutputParam{CallID: sdk.String(out.CallID),
				Output: responses.ResponseInputItemFunctionCallOutputOutputUnionParam{OfString: sdk.String("fine")}}})
		}
	}
	second, err := service.New(context.Background(), params(items...))
	if err != nil || second.OutputText() != "Saved: fine" || second.Usage.TotalTokens == 0 {
		t.Fatalf("%v %+v", err, second)
	}
}

func TestTheSDKStreamsResponses(t *testing.T) {
	b := setup(t, says("Ciao 👩‍🍳, a domenica!"))
	service := responses.NewResponseService(b.options()...)
	read := func() (text, last string, err error) {
		stream := service.NewStreaming(context.Background(), params(responses.ResponseInputItemParamOfMessage("ciao", responses.EasyInputMessageRoleUser)))
		for stream.Next() {
			e := stream.Current()
			last = e.Type
			if e.Type == "response.output_text.delta" {
				text += e.Delta
			}
		}
		return text, last, stream.Err()
	}
	if text, last, err := read(); err != nil || text != "Ciao 👩‍🍳, a domenica!" || last != "response.completed" {
		t.Fatalf("%q %q %v", text, last, err)
	}
	// What the contract, section 1.7, says that the SDK reports.
	for _, c := range []struct {
		kind   openai.Kind
		last   string
		failed bool
	}{
		{openai.EndEarly, "response.output_item.done", false},
		{openai.MissingBlankLine, "response.output_item.done", false},
		{openai.ErrorEvent, "error", false},
		{openai.Failed, "response.failed", false},
		{openai.ErrorWith200, "", false},
		{openai.ErrorFrame, "response.in_progress", true},
		{openai.BrokenFrame, "response.in_progress", true},
	} {
		b.sim.Misbehave(c.kind, 1)
		if _, last, err := read(); last != c.last || (err != nil) != c.failed {
			t.Errorf("%s: %q %v", c.kind, last, err)
		}
	}
	b.sim.Misbehave(openai.CutStream, 1)
	if _, _, err := read(); err == nil {
		t.Error("the SDK did not see the cut")
	}
}

func TestTheSDKChats(t *testing.T) {
	b := compatible(t, toolUser())
	service := sdk.NewChatCompletionService(b.options()...)
	p := sdk.ChatCompletionNewParams{Model: "moonshotai/Kimi-K2.6", Messages: []sdk.ChatCompletionMessageParamUnion{sdk.UserMessage("save it")},
		StreamOptions: sdk.ChatCompletionStreamOptionsParam{IncludeUsage: sdk.Bool(true)}}
	stream := service.NewStreaming(context.Background(), p)
	var whole sdk.ChatCompletionAccumulator
	for stream.Next() {
		whole.AddChunk(stream.Current())
	}
	if err := stream.Err(); err != nil || whole.Usage.TotalTokens == 0 {
		t.Fatalf("%v %+v", err, whole.Usage)
	}
	calls := whole.Choices[0].Message.ToolCalls
	if len(calls) != 2 || calls[0].Function.Arguments != `{"a":1,"text":"Öffnungszeiten 🇮🇹"}` {
		t.Fatalf("%+v", calls)
	}
	p.StreamOptions = sdk.ChatCompletionStreamOptionsParam{}
	p.Messages = append(p.Messages, whole.Choices[0].Message.ToParam(), sdk.ToolMessage("fine", calls[0].ID), sdk.ToolMessage("fine", calls[1].ID))
	done, err := service.New(context.Background(), p)
	if err != nil || done.Choices[0].Message.Content != "Saved: fine" {
		t.Errorf("%v %+v", err, done)
	}
}

func TestTheSDKSeesErrors(t *testing.T) {
	b := setup(t, says("ok"))
	service := responses.NewResponseService(b.options()...)
	b.sim.Misbehave(openai.InsufficientQuota, 1)
	_, err := service.New(context.Background(), params(responses.ResponseInputItemParamOfMessage("x", responses.EasyInputMessageRoleUser)))
	var refused *sdk.Error
	if !errors.As(err, &refused) || refused.StatusCode != 429 || refused.Code != "insufficient_quota" {
		t.Errorf("%+v", err)
	}
	p := params(responses.ResponseInputItemParamOfMessage("x", responses.EasyInputMessageRoleUser))
	p.Tools = []responses.ToolUnionParam{responses.ToolParamOfFunction("f", map[string]any{"type": "object", "properties": map[string]any{}}, true)}
	if _, err := service.New(context.Background(), p); !errors.As(err, &refused) || refused.Code != "invalid_function_parameters" || refused.Param != "tools[0].parameters" {
		t.Errorf("%+v", err)
	}
}
