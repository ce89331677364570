package openai

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// forbidden keywords of strict schemas (https://developers.openai.com/api/docs/guides/structured-outputs).
var forbidden = []string{"allOf", "oneOf", "not", "dependentRequired", "dependentSchemas", "if", "then", "else", "patternProperties"}

// strictTrouble says what strict mode refuses in a schema, "" when nothing: each object closed by additionalProperties
// false, each property required, no forbidden keyword, an object at the root.
func strictTrouble(raw json.RawMessage) string {
	var root map[string]any
	if json.Unmarshal(raw, &root) != nil {
		return "schema must be a JSON Schema of 'type: \"object\"'."
	}
	if root["type"] != "object" {
		return fmt.Sprintf("schema must be a JSON Schema of 'type: \"object\"', got 'type: %q'.", fmt.Sprint(root["type"]))
	}
	return nodeTrouble(root, nil)
}

func nodeTrouble(node map[string]any, path []string) string {
	at := "In context=(" + strings.Join(path, ", ") + "), "
	for _, word := range forbidden {
		if _, ok := node[word]; ok {
			return at + fmt.Sprintf("'%s' is not permitted.", word)
		}
	}
	if isObject(node["type"]) {
		if said := objectTrouble(node, at); said != "" {
			return said
		}
	}
	return childTrouble(node, path)
}

func isObject(kind any) bool {
	list, _ := kind.([]any)
	return kind == "object" || slices.Contains(list, any("object"))
}

func objectTrouble(node map[string]any, at string) string {
	if node["additionalProperties"] != false {
		return at + "'additionalProperties' is required to be supplied and to be false."
	}
	properties, _ := node["properties"].(map[string]any)
	required, _ := node["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		if !slices.Contains(required, any(name)) {
			return at + fmt.Sprintf("'required' is required to be supplied and to be an array including every key in properties. Missing '%s'.", name)
		}
	}
	for _, name := range required {
		if _, ok := properties[fmt.Sprint(name)]; !ok {
			return at + fmt.Sprintf("'required' has an extra key '%v'.", name)
		}
	}
	return ""
}

// childTrouble goes down into properties, definitions, items and alternatives.
func childTrouble(node map[string]any, path []string) string {
	down := func(v any, step ...string) string {
		child, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		return nodeTrouble(child, append(slices.Clone(path), step...))
	}
	for _, group := range []string{"properties", "$defs", "definitions"} {
		children, _ := node[group].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(children)) {
			if said := down(children[name], "'"+group+"'", "'"+name+"'"); said != "" {
				return said
			}
		}
	}
	alternatives, _ := node["anyOf"].([]any)
	for i, a := range alternatives {
		if said := down(a, "'anyOf'", fmt.Sprintf("'%d'", i)); said != "" {
			return said
		}
	}
	return down(node["items"], "'items'")
}
