package telegram

import (
	"bytes"
	"strings"

	"marketa/internal/language"
	"marketa/store"
)

// saidTranslated are the client's words in the managers' language, under the words themselves.
func saidTranslated(v store.View, r room) string {
	t := v.Notes.Translation
	switch {
	case t == nil || len(v.Said) == 0:
		return ""
	case t.Failed && v.State == "pending":
		return "🌐 <i>No translation at the moment.</i>\n"
	case len(t.Client) == 0 || r.messages == 0:
		return ""
	}
	shown := t.Client[max(0, len(t.Client)-r.messages):]
	return translationQuote(t.Into, strings.Join(shown, "\n"), r.foreign)
}

// draftTranslated is the text that would leave, or has left, in the managers' language; never of another text.
func draftTranslated(v store.View, r room) string {
	t := v.Notes.Translation
	if t == nil || t.Draft == "" || !bytes.Equal(t.Of, v.TextHash) {
		return ""
	}
	switch v.State {
	case "pending", "sent", "edited":
		return "\n" + translationQuote(t.Into, t.Draft, r.foreign)
	}
	return ""
}

const (
	manyUnits = 160 // a longer translation is folded in
	manyLines = 3
)

// translationQuote says that it is a translation, and into what. https://core.telegram.org/bots/api#html-style
func translationQuote(into, text string, room int) string {
	return quoted("🌐 In "+language.Name(into)+": ", text, room)
}

// quoted folds in what is long.
func quoted(mark, text string, room int) string {
	if room == 0 || text == "" {
		return ""
	}
	open := "<blockquote>"
	if units(text) > manyUnits || strings.Count(text, "\n") >= manyLines {
		open = "<blockquote expandable>"
	}
	return open + mark + short(text, room) + "</blockquote>\n"
}
