package tools

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"
)

// Choice is a string type that lists its own values; the schema and the words for the model list them, too.
type Choice interface{ Choices() []string }

// arguments is the shape of a tool's arguments, ready to judge a call.
type arguments struct {
	schema *jsonschema.Schema
	json   json.RawMessage
	whole  *jsonschema.Resolved
	each   map[string]*jsonschema.Resolved // by argument, to say which one is wrong
}

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
