package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"marketa/internal/fault"
)

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

const longestArgs = 64 << 10 // bytes

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
