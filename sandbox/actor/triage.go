package actor

import (
	"slices"
	"strings"
)

// needsAnswer judges whether the newest words want an answer at all, and says why in plain words.
func (v view) needsAnswer(points []point) (bool, string) {
	if len(points) == 0 {
		return false, "there are no words to answer"
	}
	if v.agreesTo() {
		return true, "says yes to the offer"
	}
	seen := map[act]bool{}
	for _, p := range points {
		if p.act == mumbles || !p.small() {
			return true, p.because()
		}
		seen[p.act] = true
	}
	switch {
	case (seen[affirms] || seen[denies]) && v.weAsked():
		return true, "answers the question that we asked last"
	case seen[thanks]:
		return false, "only thanks, nothing is asked"
	case seen[saysBye]:
		return false, "only a goodbye, nothing is asked"
	case seen[greets]:
		return true, "greets us and waits for a word back"
	case seen[agrees], seen[affirms], seen[denies]:
		return false, "only agrees or acknowledges, nothing is asked"
	}
	return false, "only emoji or laughter, nothing is asked"
}

// weAsked: our last message was a question.
func (v view) weAsked() bool {
	for _, m := range slices.Backward(v.history) {
		if m.us {
			return strings.Contains(m.text, "?")
		}
	}
	return false
}

func (p point) because() string {
	about := ""
	if p.topic != noTopic {
		about = " about " + strings.ReplaceAll(string(p.topic), "_", " ")
	}
	what := map[act]string{asks: "asks a question", wishes: "has a wish", changes: "tells us that something changed", complains: "complains", tells: "tells us something", praises: "likes what we did", puzzles: "did not understand us",
		chases: "is waiting for an answer", orders: "tries to give the assistant orders; a polite refusal is due", strays: "asks for something that is not our business; a polite word is due",
		whoAsks: "wants to know who is writing", whatAsks: "wants to know what we can do", sends: "sent something without words", mumbles: "wrote something unclear"}[p.act]
	if p.text == "" {
		return what + about
	}
	return what + about + ": “" + short(p.text, 80) + "”"
}

// clip keeps the first letters as they stand.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	r := []rune(s)
	return string(r[:min(most, len(r))])
}

// short is a text on one line, with … for what is left out.
func short(s string, most int) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most])) + "…"
	}
	return s
}
