package openai

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// responsesRequest is the body of POST /responses (https://developers.openai.com/api/reference/responses/create).
type responsesRequest struct {
	Model              string            `json:"model"`
	Input              json.RawMessage   `json:"input"`
	Instructions       string            `json:"instructions"`
	PreviousResponseID string            `json:"previous_response_id"`
	Conversation       json.RawMessage   `json:"conversation"`
	Store              *bool             `json:"store"`
	Tools              []responsesTool   `json:"tools"`
	ToolChoice         json.RawMessage   `json:"tool_choice"`
	ParallelToolCalls  *bool             `json:"parallel_tool_calls"`
	MaxOutputTokens    *int              `json:"max_output_tokens"`
	Reasoning          *reasoningOptions `json:"reasoning"`
	Text               *textOptions      `json:"text"`
	Temperature        *float64          `json:"temperature"`
	TopP               *float64          `json:"top_p"`
	Include            []string          `json:"include"`
	Metadata           map[string]string `json:"metadata"`
	SafetyIdentifier   string            `json:"safety_identifier"`
	Truncation         string            `json:"truncation"`
	Stream             bool              `json:"stream"`
	StreamOptions      *struct {
		IncludeObfuscation *bool `json:"include_obfuscation"`
	} `json:"stream_options"`

	items []item // Input, read
}

type reasoningOptions struct {
	Effort  string `json:"effort,omitempty"`
	Summary string `json:"summary,omitempty"`
	Context string `json:"context,omitempty"`
	Mode    string `json:"mode,omitempty"`
}

type textOptions struct {
	Format    *format `json:"format,omitempty"`
	Verbosity string  `json:"verbosity,omitempty"`
}

type format struct {
	Type        string          `json:"type"`
	Name        string          `json:"name,omitempty"`
	Description string          `json:"description,omitempty"`
	Schema      json.RawMessage `json:"schema,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
}

type responsesTool struct {
	Type        string          `json:"type"`
	Name        string          `json:"name,omitempty"`
	Description string          `json:"description,omitempty"`
	Parameters  json.RawMessage `json:"parameters,omitempty"`
	Strict      *bool           `json:"strict,omitempty"`
	Filters     *struct {
		AllowedDomains []string `json:"allowed_domains,omitempty"`
	} `json:"filters,omitempty"`
	UserLocation      json.RawMessage `json:"user_location,omitempty"`
	SearchContextSize string          `json:"search_context_size,omitempty"`
}

func (t responsesTool) searches() bool { return strings.HasPrefix(t.Type, "web_search") }

// item is one entry of input or output; which fields count depends on Type.
type item struct {
	Type             string          `json:"type,omitempty"`
	ID               string          `json:"id,omitempty"`
	Status           string          `json:"status,omitempty"`
	Role             string          `json:"role,omitempty"`
	Phase            string          `json:"phase,omitempty"`
	Content          json.RawMessage `json:"content,omitempty"`
	CallID           string          `json:"call_id,omitempty"`
	Name             string          `json:"name,omitempty"`
	Arguments        *string         `json:"arguments,omitempty"`
	Output           json.RawMessage `json:"output,omitempty"`
	Summary          json.RawMessage `json:"summary,omitempty"`
	EncryptedContent *string         `json:"encrypted_content,omitempty"`
	Action           json.RawMessage `json:"action,omitempty"`
}

type contentPart struct {
	Type     string          `json:"type"`
	Text     string          `json:"text"`
	Refusal  string          `json:"refusal"`
	ImageURL json.RawMessage `json:"image_url"`
	FileID   string          `json:"file_id"`
	FileURL  string          `json:"file_url"`
	FileData string          `json:"file_data"`
	Filename string          `json:"filename"`
	Detail   string          `json:"detail"`
}

var responsesFields = strings.Fields(`model input instructions previous_response_id conversation store tools tool_choice parallel_tool_calls max_output_tokens
	max_tool_calls reasoning text temperature top_p top_logprobs include metadata safety_identifier truncation stream stream_options prompt_cache_key prompt_cache_options
	prompt_cache_retention service_tier background context_management moderation prompt user access_programs`)

// readBody decodes a body into req and refuses a field that is not among known (nil knows all).
func readBody(body io.Reader, known []string, req any) *fault {
	raw, err := io.ReadAll(body)
	if err != nil {
		return wrongJSON("", err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return wrongJSON("", err)
	}
	for name := range fields {
		if known != nil && !slices.Contains(known, name) {
			return invalid(name, "unknown_parameter", "Unknown parameter: '%s'.", name)
		}
	}
	if err := json.Unmarshal(raw, req); err != nil {
		return wrongJSON("", err)
	}
	return nil
}

func parseResponses(body io.Reader) (responsesRequest, *fault) {
	var req responsesRequest
	if f := readBody(body, responsesFields, &req); f != nil {
		return req, f
	}
	items, f := readItems(req.Input)
	req.items = items
	return req, f
}

func readItems(input json.RawMessage) ([]item, *fault) {
	if len(input) == 0 || string(input) == "null" {
		return nil, nil
	}
	if text, ok := asString(input); ok {
		return []item{{Type: "message", Role: "user", Content: encode(text)}}, nil
	}
	var raws []json.RawMessage
	if err := json.Unmarshal(input, &raws); err != nil {
		return nil, wrongJSON("input", err)
	}
	var items []item
	for i, raw := range raws {
		var it item
		if err := json.Unmarshal(raw, &it); err != nil {
			return nil, wrongJSON(fmt.Sprintf("input[%d]", i), err)
		}
		if it.Type == "" && it.Role != "" {
			it.Type = "message"
		}
		items = append(items, it)
	}
	return items, nil
}

func asString(raw json.RawMessage) (string, bool) {
	var s string
	ok := bytes.HasPrefix(bytes.TrimSpace(raw), []byte{'"'}) && json.Unmarshal(raw, &s) == nil
	return s, ok
}

// parts reads content that is a string or a list of parts.
func parts(raw json.RawMessage, stringAs string) ([]contentPart, error) {
	if s, ok := asString(raw); ok {
		return []contentPart{{Type: stringAs, Text: s}}, nil
	}
	var all []contentPart
	if len(raw) == 0 || string(raw) == "null" {
		return nil, nil
	}
	err := json.Unmarshal(raw, &all)
	return all, err
}
