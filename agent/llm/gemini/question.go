package gemini

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/tmc/langchaingo/llms"
	"google.golang.org/genai"

	"marketa/agent/llm"
)

// question is one request before it is written.
type question struct {
	provider, model string
	opts            *llms.CallOptions
	msgs            []llms.MessageContent
	distrust        bool // leave out even our own signatures
}

// convert does no I/O. The results belong to one request: the SDK writes into them.
func (q question) convert() ([]*genai.Content, *genai.GenerateContentConfig, error) {
	config, err := q.config()
	if err != nil {
		return nil, nil, err
	}
	system, contents := q.contents()
	if len(system) > 0 {
		config.SystemInstruction = &genai.Content{Role: genai.RoleUser, Parts: system}
	}
	return contents, config, nil
}

func (q question) config() (*genai.GenerateContentConfig, error) {
	o := q.opts
	config := &genai.GenerateContentConfig{
		MaxOutputTokens: int32(o.MaxTokens), StopSequences: o.StopWords,
		SafetySettings:        safety(),
		ThinkingConfig:        q.thinking(),
		AutomaticContinuation: genai.Ptr(false), // the SDK would ask again by itself, unseen and unbooked
		HTTPOptions:           &genai.HTTPOptions{ExtrasRequestProvider: literalSentinel},
	}
	// Google takes these three no longer as of 2026-07; they are sent only to who asks for them.
	if o.Temperature != 0 {
		config.Temperature = genai.Ptr(float32(o.Temperature))
	}
	if o.TopP != 0 {
		config.TopP = genai.Ptr(float32(o.TopP))
	}
	if o.TopK != 0 {
		config.TopK = genai.Ptr(float32(o.TopK))
	}
	if o.Seed != 0 {
		config.Seed = genai.Ptr(int32(o.Seed))
	}
	if err := q.format(config); err != nil {
		return nil, err
	}
	return config, q.tools(config)
}

func (q question) format(config *genai.GenerateContentConfig) error {
	if q.opts.JSONMode {
		config.ResponseMIMEType = "application/json"
	}
	schema := llm.SchemaOf(q.opts)
	if schema == nil {
		return nil
	}
	m, err := schema.Map()
	config.ResponseMIMEType, config.ResponseJsonSchema = "application/json", m
	return err
}

func (q question) tools(config *genai.GenerateContentConfig) error {
	var declared []*genai.FunctionDeclaration
	for _, tool := range q.opts.Tools {
		if tool.Function == nil {
			continue
		}
		d := &genai.FunctionDeclaration{Name: tool.Function.Name, Description: tool.Function.Description}
		if tool.Function.Parameters != nil {
			schema, err := llm.Parameters(tool.Function.Parameters)
			if err != nil {
				return err
			}
			d.ParametersJsonSchema = schema
		}
		declared = append(declared, d)
	}
	if len(declared) == 0 {
		return nil
	}
	config.Tools = []*genai.Tool{{FunctionDeclarations: declared}}
	if choice := toolChoice(q.opts.ToolChoice); choice != nil {
		config.ToolConfig = &genai.ToolConfig{FunctionCallingConfig: choice}
	}
	return nil
}

// toolChoice is nil for "auto", which is what the server does by itself.
func toolChoice(choice any) *genai.FunctionCallingConfig {
	switch c := choice.(type) {
	case string:
		switch c {
		case "none":
			return &genai.FunctionCallingConfig{Mode: genai.FunctionCallingConfigModeNone}
		case "required":
			return &genai.FunctionCallingConfig{Mode: genai.FunctionCallingConfigModeAny}
		}
	case llms.ToolChoice:
		if c.Function != nil {
			return &genai.FunctionCallingConfig{Mode: genai.FunctionCallingConfigModeAny, AllowedFunctionNames: []string{c.Function.Name}}
		}
	case *llms.ToolChoice:
		return toolChoice(*c)
	}
	return nil
}

// thinking is by level on Gemini 3 and later. The pro models have no level below low.
func (q question) thinking() *genai.ThinkingConfig {
	effort := llm.EffortOf(q.opts)
	if effort == "" || !signs(q.model) {
		return nil
	}
	if effort == llm.Minimal && strings.Contains(q.model, "-pro") {
		effort = llm.Low
	}
	return &genai.ThinkingConfig{ThinkingLevel: genai.ThinkingLevel(strings.ToUpper(string(effort)))}
}

// signs says whether the model is of Gemini 3 or later: it thinks by level and insists on its signatures.
func signs(model string) bool {
	name := model[strings.LastIndexByte(model, '/')+1:]
	return !strings.HasPrefix(name, "gemini-1") && !strings.HasPrefix(name, "gemini-2")
}

// safety blocks only what is surely harmful: a guest's complaint about the food must get its answer, and a person reads
// everything before a client does.
func safety() []*genai.SafetySetting {
	var settings []*genai.SafetySetting
	for _, category := range []genai.HarmCategory{
		genai.HarmCategoryHarassment, genai.HarmCategoryHateSpeech, genai.HarmCategorySexuallyExplicit, genai.HarmCategoryDangerousContent,
	} {
		settings = append(settings, &genai.SafetySetting{Category: category, Threshold: genai.HarmBlockThresholdBlockOnlyHigh})
	}
	return settings
}

// sentinel stands for a signature that nobody has, because another vendor's model made the call. Google's checker knows
// the word; it has to go out as it stands, but the SDK writes signatures in base64.
const sentinel = "skip_thought_signature_validator"

// literalSentinel undoes the SDK's base64 for the sentinel. Inside any text of the request the same bytes would have
// their quotes escaped, so only the field itself matches.
func literalSentinel(body map[string]any) map[string]any {
	raw, err := json.Marshal(body["contents"])
	if err != nil {
		return body
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(sentinel))
	body["contents"] = json.RawMessage(bytes.ReplaceAll(raw, []byte(`"thoughtSignature":"`+encoded+`"`), []byte(`"thoughtSignature":"`+sentinel+`"`)))
	return body
}
