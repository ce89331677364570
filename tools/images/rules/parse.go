package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
)

// Parsed is what became of somebody's words.
type Parsed struct {
	Clauses []store.PhotoClause
	Said    []string // the part of the words that each is about
}

// answered is what a model is asked for.
type answered struct {
	Rules []struct {
		store.PhotoClause
		Words string `json:"words"`
	} `json:"rules"`
	Cannot []string `json:"cannot"`
}

// Parse reads the rules in somebody's words. A model that cannot be reached is a fault in words; one that writes what is no
// rule has it kept as something to look for, in the words as they were said.
func (r Rules) Parse(ctx context.Context, words string) (Parsed, error) {
	if r.Router == nil {
		return Parsed{}, fault.New(fault.Unavailable, "No language model is configured, so that rules cannot be read from words.")
	}
	system, err := r.Prompts.PhotoRules()
	if err != nil {
		return Parsed{}, err
	}
	restaurant, _ := store.RestaurantFrom(ctx)
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), llms.TextParts(llms.ChatMessageTypeHuman, stages.Fence(stages.TagClientWords, words))}
	answer, err := r.Router.Generate(ctx, llm.Rules, msgs, llm.WithSchema("photo_rules", schema()), llm.WithEffort(llm.Low), llm.WithLabel(restaurant.String()+"/"+store.TurnID{}.String()))
	var refused *llm.Refused
	var down *llm.AllDown
	switch {
	case ctx.Err() != nil:
		return Parsed{}, ctx.Err()
	case errors.As(err, &refused):
		return Parsed{}, fault.New(fault.Unavailable, "The language model declined to read these words as rules. Note them as a wish instead.")
	case errors.As(err, &down):
		return Parsed{}, fault.New(fault.Unavailable, "No language model can be reached at the moment, so that the rules cannot be read. Try again later.")
	case err != nil:
		return Parsed{}, fmt.Errorf("rules: parse: %w", err)
	}
	var a answered
	if err := json.Unmarshal([]byte(answer.Text), &a); err != nil {
		return Parsed{}, fmt.Errorf("rules: parse: %w", err)
	}
	return a.tidy(words), nil
}

const mostRules = 12

// tidy makes rules of what a model has written, each once.
func (a answered) tidy(words string) (p Parsed) {
	add := func(c store.PhotoClause, said string) {
		if len(p.Clauses) < mostRules && !slices.ContainsFunc(p.Clauses, func(o store.PhotoClause) bool { return same(o, c) }) {
			p.Clauses, p.Said = append(p.Clauses, c), append(p.Said, cut(said))
		}
	}
	for _, r := range a.Rules {
		said := oneLine(r.Words)
		if said == "" {
			said = words
		}
		if c, ok := Check(r.PhotoClause); ok {
			add(c, said)
		} else if said = cut(said); said != "" {
			add(store.PhotoClause{Verb: store.Prefer, Of: store.OfLook, Check: said}, said)
		}
	}
	if len(a.Rules) == 0 {
		return p // nothing about pictures: what could not be read is no rule either
	}
	for _, c := range a.Cannot {
		if c = cut(oneLine(c)); c != "" {
			add(store.PhotoClause{Verb: store.Prefer, Of: store.OfLook, Check: c}, c)
		}
	}
	return p
}

func same(a, b store.PhotoClause) bool {
	x, _ := json.Marshal(a)
	y, _ := json.Marshal(b)
	return string(x) == string(y)
}

var known = map[store.PhotoFeature][]string{
	store.OfKind:   {"dish", "place", "people", "drink", "text", "other"},
	store.OfSeason: {"spring", "summer", "autumn", "winter"},
	store.OfSource: {"whatsapp", "manager", "website"},
}

const (
	mostValues   = 8
	longestValue = 40  // characters
	longestCheck = 120 // characters
	longestRest  = 365 // days
	mostPeople   = 100
)

// Check puts a clause into its one form. It is not ok when it means nothing that can be obeyed.
func Check(c store.PhotoClause) (store.PhotoClause, bool) {
	out := store.PhotoClause{Verb: c.Verb, Of: c.Of, Months: months(c.Months)}
	if !slices.Contains([]store.PhotoVerb{store.Forbid, store.Require, store.Prefer}, c.Verb) || len(c.Months) > 0 && len(out.Months) == 0 {
		return out, false
	}
	switch c.Of {
	case store.OfFaces, store.OfChildren, store.OfLogos, store.OfText:
		return out, true
	case store.OfPeople:
		if c.Number != nil && c.Verb == store.Forbid && *c.Number > 0 {
			out.Number = c.Number
		}
		return out, out.Number == nil || *c.Number <= mostPeople
	case store.OfKind, store.OfSeason, store.OfSource, store.OfDish, store.OfTags:
		out.Values = values(c.Values, known[c.Of])
		return out, len(out.Values) > 0 && len(c.Values) <= mostValues
	case store.OfQuality, store.OfRisk:
		out.Number = c.Number
		if c.Verb == store.Forbid { // "no bad pictures": what is meant is the limit
			out.Verb = store.Require
		}
		return out, c.Number != nil && *c.Number >= 0 && *c.Number <= 1
	case store.OfRest:
		out.Verb, out.Number = store.Require, c.Number
		return out, c.Number != nil && *c.Number >= 1 && *c.Number <= longestRest && c.Verb != store.Prefer
	case store.OfLook:
		out.Check = cut(oneLine(c.Check))
		return out, out.Check != ""
	}
	return out, false
}

// values are the words of a list, each once; of a closed list only those on it, and none where one is not.
func values(all, allowed []string) (out []string) {
	for _, v := range all {
		v = store.FoldWords(oneLine(v))
		if v == "fall" && allowed != nil {
			v = "autumn"
		}
		if v == "" || len([]rune(v)) > longestValue || !strings.ContainsFunc(v, unicode.IsLetter) || allowed != nil && !slices.Contains(allowed, v) {
			return nil
		}
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func months(all []int) (out []int) {
	for _, m := range all {
		if m < 1 || m > 12 {
			return nil
		}
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	if len(out) == 12 {
		return nil
	}
	return out
}

func cut(s string) string {
	if r := []rune(s); len(r) > longestCheck {
		return string(r[:longestCheck-1]) + "…"
	}
	return s
}

// oneLine is a text as a card shows it.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		joins := r == '\u200c' || r == '\u200d' // inside of words and emoji
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joins
	}), " ")
}

func schema() *jsonschema.Schema {
	text := func() *jsonschema.Schema { return &jsonschema.Schema{Type: "string"} }
	closed := func() *jsonschema.Schema { return &jsonschema.Schema{Not: &jsonschema.Schema{}} }
	return &jsonschema.Schema{Type: "object", Required: []string{"rules", "cannot"}, AdditionalProperties: closed(),
		Properties: map[string]*jsonschema.Schema{
			"rules": {Type: "array", Items: &jsonschema.Schema{Type: "object", AdditionalProperties: closed(),
				Required: []string{"verb", "of", "values", "number", "months", "check", "words"},
				Properties: map[string]*jsonschema.Schema{
					"verb": {Type: "string", Enum: []any{"forbid", "require", "prefer"}},
					"of": {Type: "string", Enum: []any{"kind", "people", "faces", "children", "logos", "text", "season", "dish", "tags", "source",
						"quality", "risk", "rest", "look"}},
					"values": {Type: "array", Items: text()},
					"number": {Types: []string{"number", "null"}},
					"months": {Type: "array", Items: &jsonschema.Schema{Type: "integer"}},
					"check":  text(),
					"words":  text(),
				}}},
			"cannot": {Type: "array", Items: text()},
		}}
}
