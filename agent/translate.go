package agent

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/internal/language"
	"marketa/stages"
	"marketa/store"
)

// errNoTranslation means that nothing came back which could pass for one. Nobody is held up by that.
var errNoTranslation = errors.New("agent: no usable translation")

// translateForManagers adds the client's words and the draft in the language of the managers' cards, when they are in another
// one. It is a help for reading and nothing else: whatever comes back, the draft stays what it is and the card comes.
func translateForManagers(ctx context.Context, w *walk) (delta, error) {
	d := delta{Next: end}
	said, draft := w.foreign()
	if !w.agent.HasModel() || (len(said) == 0 && draft == "") {
		return d, nil
	}
	t, err := w.agent.translate(ctx, w.managers, said, draft, w.label())
	switch {
	case ctx.Err() != nil:
		return delta{}, ctx.Err()
	case err != nil:
		w.agent.log.Warn("no translation for a card", "turn", w.turn.ID, "error", err)
		d.Translated = &store.Translation{Into: w.managers, Failed: true}
		return d, nil
	}
	d.Translated = &store.Translation{Into: w.managers, Client: t.Client, Draft: t.Draft}
	if t.Draft != "" {
		d.Translated.Of = store.HashText(w.text)
	}
	return d, nil
}

// foreign is what the managers may not be able to read: the messages that wait, and the draft. What nobody can tell the
// language of goes along with the other one, but is no reason by itself.
func (w *walk) foreign() (said []string, draft string) {
	var all []string
	for _, m := range w.open() {
		all = append(all, cutTo(m.Body, longestMessage))
	}
	theirs, ours := language.Of(strings.Join(all, "\n")), language.Of(w.text)
	if theirs != "" && theirs != w.managers {
		said = all
	}
	if w.status == "drafted" && ours != w.managers && (ours != "" || len(said) > 0) {
		draft = w.text
	}
	return said, draft
}

// translation is what a model is asked for.
type translation struct {
	Client []string `json:"client"`
	Draft  string   `json:"draft"`
}

// translate asks the small model once. An error that is no [errNoTranslation] comes from the models' vendors or from us.
func (a *Agent) translate(ctx context.Context, into string, client []string, draft string, label llms.CallOption) (translation, error) {
	system, err := a.prompts.Translate(stages.TranslateData{Name: language.Name(into), Code: into})
	if err != nil {
		return translation{}, err
	}
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), llms.TextParts(llms.ChatMessageTypeHuman, toTranslate(client, draft))}
	answer, err := a.router.Generate(ctx, llm.Translate, msgs, llm.WithSchema("translation", translationSchema()), llm.WithEffort(llm.Minimal), label)
	if err != nil {
		return translation{}, fmt.Errorf("agent: translate: %w", err)
	}
	var t translation
	if json.Unmarshal([]byte(answer.Text), &t) != nil || len(t.Client) != len(client) {
		return translation{}, errNoTranslation
	}
	for i := range t.Client {
		if t.Client[i] = legible(t.Client[i]); !plausible(client[i], t.Client[i]) {
			return translation{}, errNoTranslation
		}
	}
	if t.Draft = legible(t.Draft); !plausible(draft, t.Draft) {
		return translation{}, errNoTranslation
	}
	return t, nil
}

// toTranslate numbers the messages; what follows a line break is indented, so that nobody's words begin another number.
func toTranslate(client []string, draft string) string {
	var parts, lines []string
	for i, s := range client {
		lines = append(lines, fmt.Sprintf("%d. %s", i+1, strings.ReplaceAll(lineBreaks.Replace(s), "\n", "\n   ")))
	}
	if len(lines) > 0 {
		parts = append(parts, stages.Fence(stages.TagClientWords, strings.Join(lines, "\n")))
	}
	if draft != "" {
		parts = append(parts, stages.Fence(stages.TagDraft, draft))
	}
	return strings.Join(parts, "\n")
}

// legible takes away what nobody sees and what Postgres refuses.
func legible(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)) {
			return -1
		}
		return r
	}, clean(lineBreaks.Replace(s))))
}

// plausible: a translation is about as long as its original, and is there exactly when that is.
func plausible(original, translated string) bool {
	was, is := len([]rune(strings.TrimSpace(original))), len([]rune(translated))
	return (was == 0) == (is == 0) && is <= 4*was+60
}

func translationSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: []string{"client", "draft"},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Properties: map[string]*jsonschema.Schema{
			"client": {Type: "array", Items: &jsonschema.Schema{Type: "string"}, Description: "each message of <client_words>, translated"},
			"draft":  {Type: "string", Description: "<draft>, translated; empty where there is none"},
		}}
}
