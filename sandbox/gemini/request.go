package gemini

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// request is the body of generateContent (https://ai.google.dev/api/generate-content). Fields that nothing here reads are
// kept raw, so that only a truly unknown name is refused.
type request struct {
	Model             string            `json:"model"`
	Contents          []content         `json:"contents"`
	SystemInstruction *content          `json:"systemInstruction"`
	Tools             []toolSet         `json:"tools"`
	ToolConfig        *toolConfig       `json:"toolConfig"`
	SafetySettings    []safetySetting   `json:"safetySettings"`
	GenerationConfig  generationConfig  `json:"generationConfig"`
	CachedContent     string            `json:"cachedContent"`
	Labels            map[string]string `json:"labels"`
	ServiceTier       json.RawMessage   `json:"serviceTier"`
	Store             json.RawMessage   `json:"store"`
}

type content struct {
	Role  string `json:"role,omitempty"`
	Parts []part `json:"parts,omitempty"`
}

type part struct {
	Text             *string           `json:"text,omitempty"`
	Thought          bool              `json:"thought,omitempty"`
	ThoughtSignature string            `json:"thoughtSignature,omitempty"`
	InlineData       *blob             `json:"inlineData,omitempty"`
	FileData         *fileData         `json:"fileData,omitempty"`
	FunctionCall     *functionCall     `json:"functionCall,omitempty"`
	FunctionResponse *functionResponse `json:"functionResponse,omitempty"`
	VideoMetadata    json.RawMessage   `json:"videoMetadata,omitempty"`
	MediaResolution  json.RawMessage   `json:"mediaResolution,omitempty"`
	PartMetadata     json.RawMessage   `json:"partMetadata,omitempty"`
}

type blob struct {
	MimeType    string `json:"mimeType"`
	Data        string `json:"data"`
	DisplayName string `json:"displayName,omitempty"`
}

type fileData struct {
	MimeType    string `json:"mimeType"`
	FileURI     string `json:"fileUri"`
	DisplayName string `json:"displayName,omitempty"`
}

type functionCall struct {
	ID   string          `json:"id,omitempty"`
	Name string          `json:"name"`
	Args json.RawMessage `json:"args,omitempty"`
}

type functionResponse struct {
	ID           string                     `json:"id,omitempty"`
	Name         string                     `json:"name"`
	Response     map[string]json.RawMessage `json:"response"`
	Parts        json.RawMessage            `json:"parts,omitempty"`
	Scheduling   json.RawMessage            `json:"scheduling,omitempty"`
	WillContinue bool                       `json:"willContinue,omitempty"`
}

type toolSet struct {
	FunctionDeclarations []declaration   `json:"functionDeclarations"`
	GoogleSearch         json.RawMessage `json:"googleSearch"`
	URLContext           json.RawMessage `json:"urlContext"`
	CodeExecution        json.RawMessage `json:"codeExecution"`
	GoogleMaps           json.RawMessage `json:"googleMaps"`
	EnterpriseWebSearch  json.RawMessage `json:"enterpriseWebSearch"`
}

type declaration struct {
	Name                 string          `json:"name"`
	Description          string          `json:"description"`
	Parameters           *schema         `json:"parameters"`
	ParametersJSONSchema json.RawMessage `json:"parametersJsonSchema"`
	Response             json.RawMessage `json:"response"`
	ResponseJSONSchema   json.RawMessage `json:"responseJsonSchema"`
	Behavior             string          `json:"behavior"`
}

// schema is Google's subset of OpenAPI. Any other keyword is an unknown name; additionalProperties is the famous one.
type schema struct {
	Type             string             `json:"type,omitempty"`
	Format           string             `json:"format,omitempty"`
	Title            string             `json:"title,omitempty"`
	Description      string             `json:"description,omitempty"`
	Nullable         bool               `json:"nullable,omitempty"`
	Enum             []string           `json:"enum,omitempty"`
	Default          json.RawMessage    `json:"default,omitempty"`
	Example          json.RawMessage    `json:"example,omitempty"`
	Items            *schema            `json:"items,omitempty"`
	Properties       map[string]*schema `json:"properties,omitempty"`
	PropertyOrdering []string           `json:"propertyOrdering,omitempty"`
	Required         []string           `json:"required,omitempty"`
	AnyOf            []*schema          `json:"anyOf,omitempty"`
	Minimum          *float64           `json:"minimum,omitempty"`
	Maximum          *float64           `json:"maximum,omitempty"`
	MinItems         json.RawMessage    `json:"minItems,omitempty"`
	MaxItems         json.RawMessage    `json:"maxItems,omitempty"`
	MinLength        json.RawMessage    `json:"minLength,omitempty"`
	MaxLength        json.RawMessage    `json:"maxLength,omitempty"`
	MinProperties    json.RawMessage    `json:"minProperties,omitempty"`
	MaxProperties    json.RawMessage    `json:"maxProperties,omitempty"`
	Pattern          string             `json:"pattern,omitempty"`
}

type toolConfig struct {
	FunctionCallingConfig *struct {
		Mode                 string   `json:"mode"`
		AllowedFunctionNames []string `json:"allowedFunctionNames"`
	} `json:"functionCallingConfig"`
	RetrievalConfig json.RawMessage `json:"retrievalConfig"`
}

type safetySetting struct {
	Category  string `json:"category"`
	Threshold string `json:"threshold"`
	Method    string `json:"method"`
}

type generationConfig struct {
	MaxOutputTokens    int             `json:"maxOutputTokens"`
	ResponseMimeType   string          `json:"responseMimeType"`
	ResponseSchema     *schema         `json:"responseSchema"`
	ResponseJSONSchema json.RawMessage `json:"responseJsonSchema"`
	ResponseModalities []string        `json:"responseModalities"`
	ImageConfig        *imageConfig    `json:"imageConfig"`
	ThinkingConfig     *thinkingConfig `json:"thinkingConfig"`
	CandidateCount     int             `json:"candidateCount"`
	StopSequences      []string        `json:"stopSequences"`
	Seed               *int            `json:"seed"`
	Temperature        *float64        `json:"temperature"`
	TopP               *float64        `json:"topP"`
	TopK               *float64        `json:"topK"`
	PresencePenalty    *float64        `json:"presencePenalty"`
	FrequencyPenalty   *float64        `json:"frequencyPenalty"`
	ResponseLogprobs   bool            `json:"responseLogprobs"`
	Logprobs           *int            `json:"logprobs"`
	MediaResolution    string          `json:"mediaResolution"`
	SpeechConfig       json.RawMessage `json:"speechConfig"`
}

type imageConfig struct {
	AspectRatio      string `json:"aspectRatio"`
	ImageSize        string `json:"imageSize"`
	PersonGeneration string `json:"personGeneration"`
}

type thinkingConfig struct {
	ThinkingLevel   string `json:"thinkingLevel"`
	IncludeThoughts bool   `json:"includeThoughts"`
	ThinkingBudget  *int   `json:"thinkingBudget"`
}

// parseRequest refuses what the vendor's JSON reader refuses.
func parseRequest(body io.Reader) (request, *fault) {
	raw, err := io.ReadAll(body)
	if err != nil {
		return request{}, invalid("Request body could not be read.")
	}
	var req request
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&req); err != nil {
		return request{}, invalid("Invalid JSON payload received. %s", jsonTrouble(err))
	}
	return req, nil
}

func jsonTrouble(err error) string {
	var wrong *json.UnmarshalTypeError
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "Unknown name " + name + ": Cannot find field."
	}
	if errors.As(err, &wrong) {
		return "Invalid value at '" + wrong.Field + "' (" + wrong.Type.String() + "), " + wrong.Value
	}
	return "Unexpected end of string or token."
}
