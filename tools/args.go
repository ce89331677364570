package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"marketa/internal/fault"
)

// Choice is a string type that lists its own values; the schema and the words for the model list them, too.
type Choice interface{ Choices() []string }

// ArgsError is a call whose arguments do not fit. Words is for the model, which can then call again; Error is for the
// log and holds nothing that the model has written.
type ArgsError struct {
	Tool      string
	Faults    []string // unknown argument "phne"
	Arguments string   // phone (string, required): phone in E.164 form
}

func (e *ArgsError) Error() string {
	return fmt.Sprintf("the arguments do not fit (%d faults)", len(e.Faults))
}

// Words says what is wrong and what would be right.
func (e *ArgsError) Words() string {
	return e.Tool + " was not called: " + strings.Join(e.Faults, "; ") + ". Its arguments are: " + e.Arguments
}

// arguments is the shape of a tool's arguments, ready to judge a call.
type arguments struct {
	schema *jsonschema.Schema
	json   json.RawMessage
	whole  *jsonschema.Resolved
	each   map[string]*jsonschema.Resolved // by argument, to say which one is wrong
}

const longestArgs = 64 << 10 // bytes

func argumentsOf[A any]() (*arguments, error) {
	kind := reflect.TypeFor[A]()
	if kind.Kind() != reflect.Struct {
		return nil, fmt.Errorf("its arguments are a %s, not a struct", kind)
	}
	schema, err := jsonschema.For[A](&jsonschema.ForOptions{TypeSchemas: choices(kind)})
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	withoutNull(schema)
	if schema.Properties == nil {
		schema.Properties = map[string]*jsonschema.Schema{} // some vendors want to see that there are none
	}
	a := &arguments{schema: schema, each: map[string]*jsonschema.Resolved{}}
	if a.json, err = json.Marshal(schema); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	var faults []error
	for name, argument := range schema.Properties {
		if argument.Description == "" {
			faults = append(faults, fmt.Errorf("its argument %q has no description (tag jsonschema)", name))
		}
		if a.each[name], err = argument.CloneSchemas().Resolve(nil); err != nil {
			faults = append(faults, fmt.Errorf("schema: %s: %w", name, err))
		}
	}
	if a.whole, err = schema.Resolve(nil); err != nil {
		faults = append(faults, fmt.Errorf("schema: %w", err))
	}
	return a, errors.Join(faults...)
}

// decode takes what the model sent into a struct. Exactly what was judged is decoded, not the bytes as they came: they
// could say one thing to the judge and another to the decoder (a name twice, or in other letters).
func (a *arguments) decode(tool string, raw json.RawMessage, into any) error {
	value, err := object(raw)
	if err != nil {
		return a.misfit(tool, err.Error())
	}
	dropNulls(value, a.schema)
	if a.whole.Validate(value) != nil {
		return a.misfit(tool, a.explain(value)...)
	}
	judged, err := json.Marshal(value)
	if err != nil {
		return a.misfit(tool, "a number is too large") // beyond all floats
	}
	if err := json.Unmarshal(judged, into); err != nil {
		return a.misfit(tool, tooBig(err))
	}
	return nil
}

// object reads one JSON object. No arguments at all are an empty one: models send "" or null for it.
func object(raw json.RawMessage) (map[string]any, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 || string(raw) == "null" {
		return map[string]any{}, nil
	}
	if len(raw) > longestArgs {
		return nil, fmt.Errorf("the arguments are too long (at most %d bytes)", longestArgs)
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var value map[string]any
	if decoder.Decode(&value) != nil || value == nil {
		return nil, errors.New("the arguments are not a JSON object")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the JSON object")
	}
	plainNumbers(value)
	return value, nil
}

// plainNumbers turns the decoder's number texts, which the judge takes for strings, into whole numbers where they are
// whole (3.0 is 3) and into floats where not.
func plainNumbers(value any) any {
	switch v := value.(type) {
	case json.Number:
		if whole, err := v.Int64(); err == nil {
			return whole
		}
		float, _ := v.Float64() // beyond all floats: infinite, which no schema takes
		if whole := int64(float); float64(whole) == float && math.Abs(float) < 1<<53 {
			return whole
		}
		return float
	case map[string]any:
		for name, inner := range v {
			v[name] = plainNumbers(inner)
		}
	case []any:
		for i, inner := range v {
			v[i] = plainNumbers(inner)
		}
	}
	return value
}

func (a *arguments) misfit(tool string, faults ...string) error {
	e := &ArgsError{Tool: tool, Faults: faults, Arguments: a.describe()}
	return fault.Wrap(e, fault.Invalid, "%s", e.Words())
}

// explain names every argument that is wrong. The library's own words stop at the first and quote the values.
func (a *arguments) explain(value map[string]any) []string {
	var faults []string
	for _, name := range slices.Sorted(maps.Keys(value)) {
		if a.schema.Properties[name] == nil {
			faults = append(faults, fmt.Sprintf("unknown argument %q", short(name)))
		}
	}
	for _, name := range a.schema.PropertyOrder {
		given, there := value[name]
		switch {
		case !there && slices.Contains(a.schema.Required, name):
			faults = append(faults, fmt.Sprintf("argument %q is missing", name))
		case there && a.each[name].Validate(given) != nil:
			faults = append(faults, fmt.Sprintf("argument %q must be %s", name, describe(a.schema.Properties[name])))
		}
	}
	if len(faults) == 0 {
		return []string{"the arguments do not fit the schema"}
	}
	return faults
}

func (a *arguments) describe() string {
	if len(a.schema.Properties) == 0 {
		return "none"
	}
	return fields(a.schema, true)
}

func fields(s *jsonschema.Schema, described bool) string {
	var out []string
	for _, name := range s.PropertyOrder {
		field := s.Properties[name]
		text := name + " (" + describe(field)
		if slices.Contains(s.Required, name) {
			text += ", required"
		}
		text += ")"
		if described {
			text += ": " + field.Description
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// describe is a schema in a few words: string, list of integer, one of hours|menu.
func describe(s *jsonschema.Schema) string {
	switch {
	case len(s.Enum) > 0:
		values := make([]string, len(s.Enum))
		for i, v := range s.Enum {
			values[i] = fmt.Sprint(v)
		}
		return "one of " + strings.Join(values, "|")
	case s.Type == "array" && s.Items != nil:
		return "list of " + describe(s.Items)
	case s.Type == "object" && len(s.Properties) > 0:
		return "object with " + fields(s, false)
	case s.Type == "":
		return "any value"
	}
	return s.Type
}

func short(text string) string {
	if runes := []rune(text); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return text
}

// tooBig words what fits the schema and not the Go type: 3.0 for a whole number, 10^30.
func tooBig(err error) string {
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && mismatch.Field != "" {
		return fmt.Sprintf("argument %q holds a value that %s cannot hold", mismatch.Field, mismatch.Type)
	}
	return "an argument holds a value that cannot be read"
}

// withoutNull makes "absent" the only way to leave something out, so that the schema stays plain for every vendor.
func withoutNull(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if rest := slices.DeleteFunc(slices.Clone(s.Types), func(t string) bool { return t == "null" }); len(rest) == 1 {
		s.Type, s.Types = rest[0], nil
	}
	for _, property := range s.Properties {
		withoutNull(property)
	}
	withoutNull(s.Items)
	withoutNull(s.AdditionalProperties)
}

// dropNulls takes null for absent where that is allowed: models often send it for what they leave out.
func dropNulls(value any, s *jsonschema.Schema) {
	if s == nil {
		return
	}
	switch v := value.(type) {
	case map[string]any:
		for name, inner := range v {
			if inner == nil && s.Properties[name] != nil && !slices.Contains(s.Required, name) {
				delete(v, name)
				continue
			}
			dropNulls(inner, s.Properties[name])
		}
	case []any:
		for _, inner := range v {
			dropNulls(inner, s.Items)
		}
	}
}

// choices are the schemas of all string types below t that list their values.
func choices(t reflect.Type) map[reflect.Type]*jsonschema.Schema {
	found := map[reflect.Type]*jsonschema.Schema{}
	walk(t, map[reflect.Type]bool{}, func(t reflect.Type) {
		choice, ok := reflect.Zero(t).Interface().(Choice)
		if !ok || t.Kind() != reflect.String {
			return
		}
		s := &jsonschema.Schema{Type: "string"}
		for _, value := range choice.Choices() {
			s.Enum = append(s.Enum, value)
		}
		found[t] = s
	})
	return found
}

// mentions says whether a value of type t may hold one of type what.
func mentions(t, what reflect.Type) bool {
	found := false
	walk(t, map[reflect.Type]bool{}, func(t reflect.Type) { found = found || t == what })
	return found
}

// walk visits t and every type that its values are made of, once each.
func walk(t reflect.Type, seen map[reflect.Type]bool, visit func(reflect.Type)) {
	if seen[t] {
		return
	}
	seen[t] = true
	visit(t)
	switch t.Kind() {
	case reflect.Struct:
		for i := range t.NumField() {
			walk(t.Field(i).Type, seen, visit)
		}
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		walk(t.Elem(), seen, visit)
	}
}
