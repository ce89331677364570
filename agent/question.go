package agent

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
	"marketa/stages"
	"marketa/store"
)

const (
	longestMessage = 4000 // characters of one message in a prompt
	longestQuote   = 200  // of what a message answers
	mostOpen       = 40   // messages that wait, in a prompt: the newest
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
	before = append(before, w.reactionLines()...)
	if left := len(w.unhandled) - len(w.open()); left > 0 {
		open = append(open, fmt.Sprintf("(%d earlier messages are left out)", left))
	}
	for _, together := range store.Albums(w.open()) {
		open = append(open, w.quoteAlbum(together)...)
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

// tooMuch says that the model was not given all that waits.
func (w *walk) tooMuch() bool {
	return len(w.unhandled) > mostOpen || slices.ContainsFunc(w.unhandled, func(m store.Message) bool { return len([]rune(m.Body)) > longestMessage })
}

// quote is one message as a line: who, when, what. Neither the name nor the words can look like the beginning of another
// message: what follows a line break is indented, and a bracket there is no bracket any more.
func (w *walk) quote(m store.Message) string {
	who := "us"
	if m.Author == store.Client {
		who = strings.TrimSpace("client " + strings.Map(plainBracket, cutTo(oneLine(w.called(m)), 60)))
	}
	body := cutTo(m.Body, longestMessage)
	if w.masked(m) {
		body = maskedWords
	}
	if first, rest, more := strings.Cut(lineBreaks.Replace(body), "\n"); more {
		body = first + "\n  " + strings.ReplaceAll(strings.Map(plainBracket, rest), "\n", "\n  ")
	}
	if m.Version > 1 {
		body += " (edited)"
	}
	when := m.SentAt.In(w.zone()).Format("2006-01-02 15:04")
	if m.Around.Forwarded {
		when += ", forwarded: somebody else's words"
	}
	if q := m.Around.Quoted; q != "" && !(w.chat.Group() && soundsPrivate(q)) {
		when += ", answering “" + strings.Map(plainBracket, cutTo(oneLine(q), longestQuote)) + "”"
	}
	return fmt.Sprintf("[%s, %s] %s", who, when, body)
}

// lineBreaks are all that a reader may take for one.
var lineBreaks = strings.NewReplacer("\r\n", "\n", "\r", "\n", "\v", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n")

func plainBracket(r rune) rune {
	switch r {
	case '[', '［':
		return '('
	case ']', '］':
		return ')'
	}
	return r
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
			return strings.FieldsFunc(noTags(f.Value), func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
		}
	}
	return nil
}

func (w *walk) promptFacts() []stages.Fact {
	var out []stages.Fact
	for _, f := range w.facts {
		if f.Field != "languages" {
			out = append(out, stages.Fact{Field: noTags(f.Field), Value: noTags(f.Value)})
		}
	}
	return out
}

// label carries restaurant and turn into the books.
func (w *walk) label() llms.CallOption {
	return llm.WithLabel(w.turn.RestaurantID.String() + "/" + w.turn.ID.String())
}
