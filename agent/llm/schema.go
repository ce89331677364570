package llm

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Map is the schema as the vendors' SDKs want it.
func (s *Schema) Map() (map[string]any, error) { return asMap(s.JSON) }

// Hint tells a model in words what to write, for servers that take no schema.
func (s *Schema) Hint() string {
	raw, err := json.Marshal(s.JSON)
	if err != nil {
		raw = []byte("{}")
	}
	return "Answer with one JSON value and nothing else: no prose, no code fence. It must be valid under this JSON schema:\n" + string(raw)
}

// fit returns the JSON inside text, if it is valid under the schema. Models like to wrap what they were asked for.
func (s *Schema) fit(text string) (string, error) {
	resolved, err := s.JSON.Resolve(nil)
	if err != nil {
		return "", fmt.Errorf("the schema itself: %w", err)
	}
	text = unwrap(text)
	var value any
	if err := json.Unmarshal([]byte(text), &value); err != nil {
		return "", fmt.Errorf("not JSON: %w", err)
	}
	return text, resolved.Validate(value)
}

// unwrap takes a code fence off, and prose around an object.
func unwrap(text string) string {
	text = strings.TrimSpace(text)
	if json.Valid([]byte(text)) {
		return text
	}
	from, to := strings.IndexByte(text, '{'), strings.LastIndexByte(text, '}')
	if from < 0 || to < from {
		return text
	}
	return text[from : to+1]
}

// Parameters is a tool's parameters as a JSON schema object, whatever Go type they were given in; never nil.
func Parameters(v any) (map[string]any, error) {
	if v == nil {
		return map[string]any{"type": "object", "properties": map[string]any{}, "additionalProperties": false}, nil
	}
	return asMap(v)
}

func asMap(v any) (map[string]any, error) {
	if m, ok := v.(map[string]any); ok {
		return m, nil
	}
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("llm: schema: %w", err)
	}
	var m map[string]any
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("llm: schema: %w", err)
	}
	return m, nil
}

// Strict says whether a vendor's strict mode would take the schema: every object closed, every property required.
// See https://developers.openai.com/api/docs/guides/structured-outputs.
func Strict(schema map[string]any) bool {
	if properties, isObject := schema["properties"].(map[string]any); isObject || schema["type"] == "object" {
		if schema["additionalProperties"] != false || !allRequired(properties, schema["required"]) {
			return false
		}
	}
	for _, value := range schema {
		if !strictInside(value) {
			return false
		}
	}
	return true
}

func strictInside(value any) bool {
	switch v := value.(type) {
	case map[string]any:
		return Strict(v)
	case []any:
		return !slices.ContainsFunc(v, func(item any) bool { return !strictInside(item) })
	}
	return true
}

func allRequired(properties map[string]any, required any) bool {
	list, _ := required.([]any)
	names, _ := required.([]string)
	for name := range properties {
		if !slices.Contains(list, any(name)) && !slices.Contains(names, name) {
			return false
		}
	}
	return true
}

// invalidArguments says whether a tool call's arguments are no JSON object; no vendor takes such a call back.
func invalidArguments(args string) bool {
	var object map[string]json.RawMessage
	return json.Unmarshal([]byte(args), &object) != nil
}
