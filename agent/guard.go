package agent

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"marketa/stages"
)

// check looks at a draft and returns warnings for the card.
type check func(w *walk, text string) []string

// guards are the checks that a policy may name. The app refuses to start when a policy names one that is not here.
func guards() map[stages.Guard]check {
	return map[stages.Guard]check{
		stages.GuardPlainText: plainText,
		stages.GuardLanguage:  sameScript,
		stages.GuardBacked:    backed,
		stages.GuardInternals: internals,
	}
}

// guard tidies the draft and notes what a manager should look at twice. It never drops words: a person decides.
func guard(_ context.Context, w *walk) (delta, error) {
	text, cut := tidy(w.text)
	if text == "" {
		return delta{Next: end, Status: "plain", Why: "The language model wrote nothing that could be sent."}, nil
	}
	d := delta{Next: nodeTranslate, Status: "drafted", Text: &text}
	if cut {
		d.Warn = append(d.Warn, "The draft was too long and ends early. Read its end before sending.")
	}
	if w.tooMuch() {
		d.Warn = append(d.Warn, "The client wrote more than the language model was given: it has not read everything.")
	}
	for _, g := range w.policy.Guards {
		d.Warn = append(d.Warn, w.agent.guards[g](w, text)...)
	}
	return d, nil
}

// foreignMarks is markup that WhatsApp shows as it stands and that tidy cannot turn into words.
var foreignMarks = regexp.MustCompile(`(?m)^[ \t]*\|.*\|[ \t]*$|</?[a-zA-Z][a-zA-Z0-9]*(?:\s[^<>\n]*)?/?>`)

func plainText(_ *walk, text string) []string {
	var out []string
	if n := len([]rune(text)); n > wordyReply {
		out = append(out, fmt.Sprintf("Long for a chat: %d characters.", n))
	}
	if foreignMarks.MatchString(text) {
		out = append(out, "It holds a table or marks that WhatsApp would show as they stand.")
	}
	return out
}

// sameScript finds an answer in another script than the client's; languages that share one are the model's business. After
// a redo the manager has said what he wants.
func sameScript(w *walk, text string) []string {
	var theirs strings.Builder
	for _, m := range w.open() {
		theirs.WriteString(m.Body + "\n")
	}
	if a, b := script(theirs.String()), script(text); a != "" && b != "" && a != b && w.redo.Approval.IsZero() {
		return []string{"The client writes in " + a + " letters, the draft in " + b + "."}
	}
	return nil
}

var scripts = []struct {
	name  string
	table *unicode.RangeTable
}{
	{"Latin", unicode.Latin}, {"Cyrillic", unicode.Cyrillic}, {"Greek", unicode.Greek}, {"Arabic", unicode.Arabic}, {"Hebrew", unicode.Hebrew},
	{"Chinese", unicode.Han}, {"Japanese", unicode.Hiragana}, {"Japanese", unicode.Katakana}, {"Korean", unicode.Hangul}, {"Thai", unicode.Thai},
	{"Devanagari", unicode.Devanagari}, {"Armenian", unicode.Armenian}, {"Georgian", unicode.Georgian},
}

// script is the one that most letters are of; addresses do not count. Empty when there are too few letters to tell.
func script(s string) string {
	counts := make([]int, len(scripts))
	for _, r := range address.ReplaceAllString(s, " ") {
		for i := range scripts {
			if unicode.Is(scripts[i].table, r) {
				counts[i]++
				break
			}
		}
	}
	best, most := "", 3
	for i, n := range counts {
		if n > most {
			best, most = scripts[i].name, n
		}
	}
	return best
}

// inner are words of our own workings, in whatever language the draft is. Each has to stand as a word of its own.
var inner = []string{
	"previous_draft", "manager_hint", "system prompt",
	"as an ai", "language model", "als ki", "sprachmodell", "come ia", "modello linguistico", "como ia", "modelo de lenguaje", "как ии", "языковая модель",
}

var fenceTag = regexp.MustCompile(`[<‹]/?(?:waiting_draft|said_since|conversation|unanswered|previous_draft|manager_hint|client_words)`)

var rowID = regexp.MustCompile(`[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}`)

// internals finds our own words in what a client would read: tools, fences, rules, ids, the names of stages.
func internals(w *walk, text string) []string {
	if id := rowID.FindString(text); id != "" {
		return []string{"It holds an id of ours (“" + id + "”)."}
	}
	if tag := fenceTag.FindString(text); tag != "" {
		return []string{"It speaks of our own workings (“" + tag + "”)."}
	}
	bad := append([]string{}, inner...)
	for _, t := range w.tools {
		bad = append(bad, t.Name)
	}
	for _, s := range stages.Client.States() {
		if strings.Contains(string(s), "_") {
			bad = append(bad, string(s))
		}
	}
	for _, b := range bad {
		if hasWord(text, b) {
			return []string{"It speaks of our own workings (“" + b + "”)."}
		}
	}
	return nil
}

// hasWord finds word in text where no letter stands before or behind it.
func hasWord(text, word string) bool {
	text = strings.ToLower(text)
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		behind, _ := utf8.DecodeRuneInString(text[at+i+len(word):])
		if !unicode.IsLetter(before) && !unicode.IsLetter(behind) {
			return true
		}
		at += i + len(word)
	}
}
