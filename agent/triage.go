package agent

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/store"
)

// verdict is what triage asks a model for.
type verdict struct {
	Answer *bool  `json:"answer"`
	Why    string `json:"why"`

	Private bool `json:"private"` // asked for in groups
}

const longestWhy = 200 // characters of a model's reason, on the card

// triage asks whether this needs an answer at all. When in doubt, also about the model, it does.
func triage(ctx context.Context, w *walk) (delta, error) {
	if w.unheard() {
		return delta{Next: nodeReason, Why: "a voice note that nobody has heard yet"}, nil
	}
	system, err := w.agent.prompts.Triage(stages.TriageData{Stage: stages.Stage(w.restaurant.Stage), Name: noTags(w.restaurant.Name), Languages: w.languages()})
	if err != nil {
		return delta{}, err
	}
	schema := triageSchema()
	if w.chat.Group() {
		more, err := w.agent.prompts.GroupTriage(w.groupData())
		if err != nil {
			return delta{}, err
		}
		system += "\n\n" + more
		schema.Properties["private"] = &jsonschema.Schema{Type: "boolean", Description: "whether it asks for something that others in the group must not read"}
		schema.Required = append(schema.Required, "private")
	}
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), llms.TextParts(llms.ChatMessageTypeHuman, w.question())}
	answer, err := w.agent.router.Generate(ctx, llm.Triage, msgs, llm.WithSchema("triage", schema), llm.WithEffort(llm.Minimal), w.label())
	var refused *llm.Refused
	var down *llm.AllDown
	switch {
	case ctx.Err() != nil:
		return delta{}, ctx.Err()
	case errors.As(err, &refused) || errors.As(err, &down):
		return delta{Next: w.afresh()}, nil // the reply's own route may be better off
	case err != nil:
		return delta{}, err
	}
	var v verdict
	if json.Unmarshal([]byte(answer.Text), &v) != nil || v.Answer == nil || *v.Answer {
		w.delicate = w.delicate || v.Private
		return delta{Next: w.afresh(), Private: v.Private, Why: cutTo(oneLine(v.Why), longestWhy)}, nil
	}
	return delta{Next: end, Status: "silent", Why: cutTo(oneLine(v.Why), longestWhy)}, nil
}

func triageSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: []string{"answer", "why"},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Properties: map[string]*jsonschema.Schema{
			"answer": {Type: "boolean", Description: "whether the client's words need an answer"},
			"why":    {Type: "string", Description: "the reason, short, in English"},
		}}
}

// unheard: somebody has said something that is not written down, or sent something that we have not got. Nobody can tell that it needs no
// answer.
func (w *walk) unheard() bool {
	return slices.ContainsFunc(w.unhandled, func(m store.Message) bool {
		return slices.ContainsFunc(m.Around.Files, func(f store.File) bool {
			return f.Sounds() && f.Transcript == "" || f.State != "kept" && f.Kind != "sticker"
		})
	})
}
