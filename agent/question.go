package agent

import (
	"fmt"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/store"
)

// question is the human part of a prompt: the conversation, what waits, and for a redo the old draft with the hint. Words
// from outside stand in fences that they cannot close.
func (w *walk) question() string {
	waits := map[store.MessageID]bool{}
	for _, m := range w.unhandled {
		waits[m.ID] = true
	}
	var before, open []string
	for _, m := range w.talk {
		if !waits[m.ID] {
			before = append(before, w.quote(m))
		}
	}
	for _, m := range w.unhandled {
		open = append(open, w.quote(m))
	}
	parts := []string{}
	if len(before) > 0 {
		parts = append(parts, stages.Fence(stages.TagConversation, strings.Join(before, "\n")))
	}
	parts = append(parts, stages.Fence(stages.TagUnanswered, strings.Join(open, "\n")))
	if !w.redo.Approval.IsZero() {
		parts = append(parts, stages.Fence(stages.TagPreviousDraft, w.redo.Text), stages.Fence(stages.TagManagerHint, w.redo.Hint))
	}
	return strings.Join(parts, "\n")
}

// quote is one message as a line: who, when, what.
func (w *walk) quote(m store.Message) string {
	who := "us"
	if m.Author == store.Client {
		who = strings.TrimSpace("client " + line(m.AuthorName))
	}
	body := strings.ReplaceAll(m.Body, "\n", "\n  ")
	if m.Version > 1 {
		body += " (edited)"
	}
	return fmt.Sprintf("[%s, %s] %s", who, m.SentAt.In(w.zone()).Format("2006-01-02 15:04"), body)
}

func (w *walk) zone() *time.Location {
	if loc, err := time.LoadLocation(w.restaurant.Zone); err == nil {
		return loc
	}
	return time.UTC
}

func (w *walk) localNow() time.Time { return w.now.In(w.zone()) }

// languages is the profile's field of that name.
func (w *walk) languages() []string {
	for _, f := range w.facts {
		if f.Field == "languages" {
			return strings.FieldsFunc(f.Value, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
		}
	}
	return nil
}

func (w *walk) promptFacts() []stages.Fact {
	var out []stages.Fact
	for _, f := range w.facts {
		if f.Field != "languages" {
			out = append(out, stages.Fact{Field: f.Field, Value: f.Value})
		}
	}
	return out
}

// label carries restaurant and turn into the books.
func (w *walk) label() llms.CallOption {
	return llm.WithLabel(w.turn.RestaurantID.String() + "/" + w.turn.ID.String())
}

// line keeps a text from outside on one line.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
