package telegram

import (
	"fmt"
	"time"

	"marketa/store"
)

const deniedWords = "Your role may look but not decide. Ask an owner to change it."

func doneWords(a store.Action, v store.View) string {
	switch a {
	case store.Send:
		return "On its way to " + client(v)
	case store.Discard:
		return "Discarded. " + client(v) + " gets no answer to this."
	case store.TakeOver:
		return "It is yours. Reply to the card and your words go to " + client(v) + "."
	case store.HandBack:
		return "Handed back. Marketa drafts again."
	}
	return "Done"
}

// why tells the loser of a race, or a late press, what happened. fresh says that the card showed what the row has.
func why(d store.Decision, v store.View, fresh bool) string {
	switch d.Outcome {
	case "already":
		return alreadyWords(d.State, d.DecidedName, d.DecidedAt, v.Zone)
	case "stale":
		return staleWords(v, fresh)
	case "denied":
		return deniedWords
	case "empty":
		return "There is no text to send. Reply to the card with what to write."
	}
	return "This card is not known any more. /queue shows what waits."
}

func staleWords(v store.View, fresh bool) string {
	switch {
	case v.Stale:
		return client(v) + " has written again since this draft. A fresh card is coming; nothing was sent."
	case !fresh:
		return "The card showed something older. I draw it again; please look once more. Nothing was sent."
	}
	return "The rules for approving have changed since this draft. Press Take over and answer yourself, or hand it back then for a fresh draft. Nothing was sent."
}

func alreadyWords(state, who string, at *time.Time, zone string) string {
	done := map[string]string{"sent": "sent this", "edited": "answered this", "redone": "asked for another draft", "discarded": "discarded this", "taken_over": "took this over"}[state]
	switch {
	case state == "handed_back":
		return "Marketa has it already: it drafts the next answer."
	case done == "" || at == nil:
		return "This one is out of date: the conversation has moved on. See the newest card."
	case who == "":
		who = "A colleague"
	}
	return fmt.Sprintf("%s already %s at %s.", cut(who, 60), done, clockTime(*at, zone))
}
