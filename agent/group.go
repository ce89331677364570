package agent

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/store"
)

// What is different in a group: several speakers, words that are not for us, and others who read along.

// loadGroup reads what only groups have, and leaves out what not everybody there may know.
func (w *walk) loadGroup(ctx context.Context, tx *store.Tx) (err error) {
	if w.standing, err = tx.StandingDraft(ctx, w.chat.ID); err != nil || !w.chat.Group() {
		return err
	}
	if w.roster, err = tx.Roster(ctx, w.chat.ID); err != nil {
		return err
	}
	w.facts = slices.DeleteFunc(w.facts, func(f store.Fact) bool { return stages.PrivateField(f.Field) })
	return nil
}

func (w *walk) groupData() stages.GroupData {
	names := make([]string, 0, len(w.roster))
	for _, n := range w.roster {
		names = append(names, noTags(n))
	}
	return stages.GroupData{Title: noTags(w.chat.Title), Roster: names, All: w.chat.Listen == "all"}
}

// speaker is whoever said something, by name; by number only where there is no name.
func speaker(m store.Message) string {
	number, _, _ := strings.Cut(m.Number, "@")
	return cmp.Or(strings.TrimSpace(m.AuthorName), number)
}

// called is how a prompt names a speaker: in a group by number where there is no name, for several people speak.
func (w *walk) called(m store.Message) string {
	switch {
	case !w.chat.Group():
		return m.AuthorName
	case m.Kind == "system":
		return ""
	}
	return speaker(m)
}

// speakers are who waits for an answer, each once, in the order in which they spoke.
func speakers(messages []store.Message) (names []string) {
	for _, m := range messages {
		if s := speaker(m); s != "" && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	return names
}

// keepable: there is a draft already, and nothing that was said to us since, changed or taken back speaks against it.
func (w *walk) keepable() bool {
	return w.chat.Group() && w.standing.Found() && w.standing.Untouched && w.redo.Approval.IsZero() &&
		!slices.ContainsFunc(w.unhandled, func(m store.Message) bool { return m.Seq > w.standing.Watermark })
}

// since is what members have said to each other after the draft was made.
func (w *walk) since() (out []store.Message) {
	for _, m := range w.talk {
		if m.Author == store.Client && m.Seq > w.standing.Watermark && m.Kind != "system" {
			out = append(out, m)
		}
	}
	return out
}

// keep asks whether the draft that waits is still good after what was said since; then the same text is held again, on the
// same card with the new lines marked, and nothing new is written. Where nobody can be asked, it is kept with a warning: whoever
// presses Send has the new lines before them.
func keep(ctx context.Context, w *walk) (delta, error) {
	again := delta{Next: end, Status: "drafted", Keep: true, Why: "The draft still fits."}
	since := w.since()
	if len(since) == 0 {
		return again, nil
	}
	system, err := w.agent.prompts.Fits()
	if err != nil {
		return delta{}, err
	}
	lines := make([]string, len(since))
	for i, m := range since {
		lines[i] = w.quote(m)
	}
	human := w.question() + "\n" + stages.Fence(stages.TagWaitingDraft, w.standing.Text) + "\n" + stages.Fence(stages.TagSaidSince, strings.Join(lines, "\n"))
	msgs := []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeSystem, system), llms.TextParts(llms.ChatMessageTypeHuman, human)}
	answer, err := w.agent.router.Generate(ctx, llm.Triage, msgs, llm.WithSchema("fits", fitsSchema()), llm.WithEffort(llm.Minimal), w.label())
	var refused *llm.Refused
	var down *llm.AllDown
	switch {
	case ctx.Err() != nil:
		return delta{}, ctx.Err()
	case errors.As(err, &refused) || errors.As(err, &down):
		again.Warn = []string{"People wrote in the group after this draft was made, and nobody could check whether it still fits. Read the new lines first."}
		return again, nil
	case err != nil:
		return delta{}, err
	}
	var v struct {
		Fits *bool  `json:"fits"`
		Why  string `json:"why"`
	}
	if json.Unmarshal([]byte(answer.Text), &v) == nil && v.Fits != nil && *v.Fits {
		return again, nil
	}
	return delta{Next: w.afresh(), Why: cutTo(oneLine(v.Why), longestWhy)}, nil
}

func fitsSchema() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: []string{"fits", "why"},
		AdditionalProperties: &jsonschema.Schema{Not: &jsonschema.Schema{}},
		Properties: map[string]*jsonschema.Schema{
			"fits": {Type: "boolean", Description: "whether the waiting draft still fits as it stands"},
			"why":  {Type: "string", Description: "the reason, short, in English"},
		}}
}

// kept is the finding of a turn that holds the standing draft again.
func (w *walk) kept(f store.Finding) store.Finding {
	f.Text, f.Notes, f.Proposals = w.standing.Text, w.standing.Notes, w.standing.Proposals
	for _, warning := range w.warn {
		if !slices.Contains(f.Notes.Warnings, warning) {
			f.Notes.Warnings = append(f.Notes.Warnings, warning)
		}
	}
	if w.standing.Pending {
		f.Replaces = w.standing.Approval
	}
	return f
}

// paused is why there is no draft while a colleague writes from the phone.
func (w *walk) paused() string {
	return "A colleague has written from the phone. I keep quiet here until " + w.chat.PausedUntil.In(w.zone()).Format("15:04") + ". Redo makes a draft at once."
}

// pausedNow says that a turn falls into the pause after the phone; a redo was asked for by somebody who knows.
func (w *walk) pausedNow() bool { return w.chat.Paused(w.now) && w.redo.Approval.IsZero() }

// wakeAt is when the chat is looked at again by itself: when the pause is over and what came in it still waits.
func (w *walk) wakeAt() *time.Time {
	if w.status == "plain" && w.pausedNow() && !w.chat.Taken(w.now) {
		return w.chat.PausedUntil
	}
	return nil
}
