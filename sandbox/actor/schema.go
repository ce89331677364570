package actor

import (
	"encoding/json"
	"slices"
	"strings"
)

// schema is a JSON schema as far as the actor fills one in. Google's upper-case types and nullable are understood.
type schema struct {
	kinds    []string
	enum     []json.RawMessage
	about    string // title and description
	format   string
	fallback json.RawMessage
	props    []property // in their order
	items    *schema
	least    *float64
	most     *float64
	minItems int
	minChars int
	maxChars int
}

type property struct {
	name     string
	required bool
	schema   schema
}

type rawSchema struct {
	Type        json.RawMessage   `json:"type"`
	Enum        []json.RawMessage `json:"enum"`
	Const       json.RawMessage   `json:"const"`
	Title       string            `json:"title"`
	Description string            `json:"description"`
	Format      string            `json:"format"`
	Default     json.RawMessage   `json:"default"`
	Properties  json.RawMessage   `json:"properties"`
	Required    []string          `json:"required"`
	Items       json.RawMessage   `json:"items"`
	Nullable    bool              `json:"nullable"`
	Minimum     *float64          `json:"minimum"`
	Maximum     *float64          `json:"maximum"`
	MinItems    json.RawMessage   `json:"minItems"`
	MinLength   json.RawMessage   `json:"minLength"`
	MaxLength   json.RawMessage   `json:"maxLength"`
	AnyOf       []json.RawMessage `json:"anyOf"`
	OneOf       []json.RawMessage `json:"oneOf"`
	AllOf       []json.RawMessage `json:"allOf"`
	Ref         string            `json:"$ref"`
}

func parseSchema(raw json.RawMessage) schema { return readSchema(raw, raw, 0) }

func readSchema(raw, root json.RawMessage, depth int) schema {
	var r rawSchema
	if depth > 12 || json.Unmarshal(raw, &r) != nil {
		return schema{}
	}
	if at, ok := strings.CutPrefix(r.Ref, "#/"); ok {
		target := root
		for step := range strings.SplitSeq(at, "/") {
			target = member(target, step)
		}
		return readSchema(target, root, depth+1)
	}
	if branch := firstReal(slices.Concat(r.AnyOf, r.OneOf, r.AllOf)); branch != nil && r.Properties == nil {
		s := readSchema(branch, root, depth+1)
		s.about += " " + r.Title + " " + r.Description
		if hasNull(slices.Concat(r.AnyOf, r.OneOf)) {
			s.kinds = append(s.kinds, "null")
		}
		return s
	}
	s := schema{kinds: kinds(r), enum: r.Enum, about: strings.TrimSpace(r.Title + " " + r.Description), format: r.Format, fallback: r.Default, least: r.Minimum, most: r.Maximum,
		minItems: number(scalar(r.MinItems)), minChars: number(scalar(r.MinLength)), maxChars: number(scalar(r.MaxLength))}
	if r.Const != nil {
		s.enum = []json.RawMessage{r.Const}
	}
	if r.Items != nil {
		s.items = new(readSchema(r.Items, root, depth+1))
	}
	for _, k := range keys(r.Properties) {
		s.props = append(s.props, property{k, slices.Contains(r.Required, k), readSchema(member(r.Properties, k), root, depth+1)})
	}
	return s
}

func firstReal(branches []json.RawMessage) json.RawMessage {
	for _, b := range branches {
		if t := strings.ToLower(scalar(member(b, "type"))); t != "null" {
			return b
		}
	}
	return nil
}

func hasNull(branches []json.RawMessage) bool {
	return slices.ContainsFunc(branches, func(b json.RawMessage) bool { return strings.EqualFold(scalar(member(b, "type")), "null") })
}

func kinds(r rawSchema) []string {
	var all []string
	if one := scalar(r.Type); len(r.Type) > 0 && r.Type[0] == '"' {
		all = []string{strings.ToLower(one)}
	} else {
		_ = json.Unmarshal(r.Type, &all)
	}
	if len(all) == 0 && r.Properties != nil {
		all = []string{"object"}
	}
	if r.Nullable {
		all = append(all, "null")
	}
	return all
}

// is: the kind that a value should have; a schema without a type takes strings.
func (s schema) is(kind string) bool {
	if len(s.kinds) == 0 {
		return kind == "string"
	}
	return slices.Contains(s.kinds, kind)
}

func (s schema) nullable() bool { return slices.Contains(s.kinds, "null") }

// choices are the enum's values as plain words.
func (s schema) choices() []string {
	var all []string
	for _, e := range s.enum {
		if string(e) != "null" {
			all = append(all, scalar(e))
		}
	}
	return all
}
