package agent

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketa/internal/language"
	"marketa/store"
)

// tellClosed has the out-of-hours note sent with a card that nobody may see before tomorrow. Whether it goes, when and with which
// words is the database's business; it is no answer, the card waits as it is. Small talk that needs no answer gets none, and
// neither does a chat in which a manager is at work.
func (w *walk) tellClosed(ctx context.Context, tx *store.Tx, f store.Finding) error {
	if f.Status == "silent" || !w.redo.Approval.IsZero() || w.chat.Taken(w.now) || !w.wantsWord() {
		return nil
	}
	sent, err := tx.SendFixed(ctx, store.OutOfHours, w.chat.ID, w.clientLanguages())
	if err != nil {
		w.agent.log.Error("the out-of-hours note was not sent", "chat", w.chat.ID, "error", err)
		return nil // the card matters more
	}
	if sent.Outcome == "field" {
		return tx.Raise(ctx, store.Alert{Cause: "fixed-field-" + store.OutOfHours, Key: w.chat.ID.String(), Who: w.chat.Title, Text: fmt.Sprintf(
			"The out-of-hours note was not sent: the records have nothing for “%s”. Fill it in, or take it out of the text (/texts). The client's words wait on their card as always.", sent.Reason)})
	}
	return nil
}

// wantsWord: where a card waits already, nobody has judged whether the newest words need an answer; then only a question is taken
// for one, so that thanks at night do not set off a note.
func (w *walk) wantsWord() bool {
	if !w.waiting || len(w.unhandled) == 0 {
		return true
	}
	return strings.ContainsAny(w.unhandled[len(w.unhandled)-1].Body, "?؟？")
}

// clientLanguages are the languages that suit the client, the likeliest first: that of the newest words that tell, then the
// profile's.
func (w *walk) clientLanguages() []string {
	var out []string
	add := func(code string) {
		if code != "" && !slices.Contains(out, code) {
			out = append(out, code)
		}
	}
	var waits []string
	for _, m := range w.unhandled {
		waits = append(waits, m.Body)
	}
	add(language.Of(strings.Join(waits, "\n")))
	for _, m := range slices.Backward(w.talk) {
		if m.Author == store.Client {
			add(language.Of(m.Body))
		}
	}
	for _, named := range w.languages() {
		code, ok := language.Find(named)
		if ok {
			add(code)
		}
	}
	return out
}
