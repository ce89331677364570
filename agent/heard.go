package agent

import (
	"slices"
	"strings"

	"github.com/tmc/langchaingo/llms"

	"marketa/store"
	"marketa/tools"
)

// What the turn has heard, by whom: provenance (spans) and the promise guard (known) rest on it.

// messages are the talk and what waits, each once, oldest first, as far as the model was given them.
func (w *walk) messages() []store.Message {
	all := slices.Clone(w.talk)
	for _, m := range w.open() {
		if !slices.ContainsFunc(w.talk, func(t store.Message) bool { return t.ID == m.ID }) {
			all = append(all, m)
		}
	}
	for i := range all {
		all[i].Body = cutTo(all[i].Body, longestMessage)
	}
	return all
}

// open are the messages that wait, of many the newest.
func (w *walk) open() []store.Message { return w.unhandled[max(0, len(w.unhandled)-mostOpen):] }

// spans are the words that the model has read, with whose they are: where an argument comes from is told by them. The
// restaurant's name counts as a client's: a new contact brings it along.
func (w *walk) spans() []tools.Span {
	names := map[string]bool{w.restaurant.Name: true}
	var out []tools.Span
	for _, m := range w.messages() {
		origin := tools.FromManager // our own approved words
		if m.Author == store.Client {
			if origin, names[m.AuthorName] = tools.FromClient, true; m.Around.Forwarded {
				origin = tools.FromForward
			}
		}
		out = append(out, tools.Span{Origin: origin, Text: m.Body})
	}
	for name := range names {
		out = append(out, tools.Span{Origin: tools.FromClient, Text: name})
	}
	for _, f := range w.facts {
		out = append(out, tools.Span{Origin: tools.FromCRM, Text: f.Value})
	}
	return append(out, tools.Span{Origin: tools.FromManager, Text: w.redo.Hint})
}

// known is all that a draft may rest on.
func (w *walk) known() string {
	var s strings.Builder
	for _, m := range w.messages() {
		s.WriteString(m.AuthorName + "\n" + m.Body + "\n")
	}
	s.WriteString(w.records())
	return s.String()
}

// ours is what we have said ourselves, or have in writing.
func (w *walk) ours() string {
	var s strings.Builder
	for _, m := range w.messages() {
		if m.Author != store.Client {
			s.WriteString(m.Body + "\n")
		}
	}
	return s.String() + w.records()
}

// records are the profile, what reading tools have found, and a manager's hint.
func (w *walk) records() string {
	var s strings.Builder
	s.WriteString(w.restaurant.Name + "\n")
	for _, f := range w.facts {
		s.WriteString(f.Value + "\n")
	}
	for _, m := range w.said {
		for _, p := range m.Parts {
			if r, ok := p.(llms.ToolCallResponse); ok && w.vouches(r) {
				s.WriteString(r.Content + "\n")
			}
		}
	}
	return s.String() + w.redo.Hint + "\n"
}

// vouches says that a result holds what was looked up. The answer to a proposal, and every refusal, only gives back what
// the model has said.
func (w *walk) vouches(r llms.ToolCallResponse) bool {
	tool, known := w.tool(r.Name)
	return known && tool.Effect == tools.Read && !strings.HasPrefix(r.Content, `{"error":`)
}
