package agent

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/tmc/langchaingo/llms"

	"marketa/stages"
	"marketa/store"
)

// guards are the checks that a policy may name; each returns warnings for the card. The app refuses to start when a policy
// names one that is not here.
func guards() map[stages.Guard]func(w *walk, text string) []string {
	return map[stages.Guard]func(*walk, string) []string{
		stages.GuardPlainText: plainText,
		stages.GuardLanguage:  sameScript,
		stages.GuardBacked:    backed,
		stages.GuardInternals: internals,
	}
}

// guard tidies the draft and notes what a manager should look at twice. It never drops a draft: a person decides.
func guard(_ context.Context, w *walk) (delta, error) {
	text := tidy(w.text)
	d := delta{Next: end, Status: "drafted", Text: &text}
	for _, g := range w.policy.Guards {
		d.Warn = append(d.Warn, w.agent.guards[g](w, text)...)
	}
	return d, nil
}

var (
	boldMarks = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	headMarks = regexp.MustCompile(`(?m)^#{1,6}\s+`)
	linkMarks = regexp.MustCompile(`\[([^\]\n]+)\]\((https?://[^)\s]+)\)`)
	fences    = regexp.MustCompile("(?m)^```[a-z]*\\s*$")
)

// tidy turns the markup that models are used to into WhatsApp's.
func tidy(s string) string {
	s = clean(strings.ReplaceAll(s, "\r\n", "\n"))
	s = boldMarks.ReplaceAllString(s, "*$1*")
	s = headMarks.ReplaceAllString(s, "")
	s = linkMarks.ReplaceAllString(s, "$1: $2")
	s = fences.ReplaceAllString(s, "")
	s = strings.TrimSpace(s)
	return cutTo(s, longestReply)
}

const (
	longestReply = 2500 // characters: the card must show all of it
	wordyReply   = 900
)

func plainText(_ *walk, text string) []string {
	if n := len([]rune(text)); n > wordyReply {
		return []string{fmt.Sprintf("Long for a chat: %d characters.", n)}
	}
	return nil
}

// sameScript finds an answer in another script than the client's; languages that share one are the model's business.
func sameScript(w *walk, text string) []string {
	var theirs strings.Builder
	for _, m := range w.unhandled {
		theirs.WriteString(m.Body)
	}
	if a, b := script(theirs.String()), script(text); a != "" && b != "" && a != b && w.redo.Approval.IsZero() {
		return []string{"The client writes in " + a + " letters, the draft in " + b + "."}
	}
	return nil
}

func script(s string) string {
	counts := map[string]int{}
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Latin, r):
			counts["Latin"]++
		case unicode.Is(unicode.Cyrillic, r):
			counts["Cyrillic"]++
		case unicode.Is(unicode.Greek, r):
			counts["Greek"]++
		case unicode.Is(unicode.Arabic, r):
			counts["Arabic"]++
		}
	}
	best, most := "", 3
	for name, n := range counts {
		if n > most {
			best, most = name, n
		}
	}
	return best
}

// figure is what a commitment is made of: an amount, a time, a date, a percentage.
var figure = regexp.MustCompile(`\d+(?:[.,:/]\d+)*\s?(?:€|\$|£|%|euro?s?\b)?`)

// backed finds figures that nobody has said: not the client, not a record, not a tool, not a manager.
func backed(w *walk, text string) []string {
	known := digits(w.known())
	var loose []string
	for _, f := range figure.FindAllString(text, -1) {
		f = strings.TrimSpace(f)
		if !known[onlyDigits(f)] && len(loose) < 4 {
			loose = append(loose, "“"+f+"”")
		}
	}
	if len(loose) == 0 {
		return nil
	}
	return []string{"Stands in no record and in nobody's words: " + strings.Join(loose, ", ") + ". Check before sending."}
}

// known is all that the draft may rest on.
func (w *walk) known() string {
	var s strings.Builder
	for _, m := range w.talk {
		s.WriteString(m.Body + "\n")
	}
	for _, m := range w.unhandled {
		s.WriteString(m.Body + "\n")
	}
	for _, f := range w.facts {
		s.WriteString(f.Value + "\n")
	}
	for _, m := range w.said {
		for _, p := range m.Parts {
			if r, ok := p.(llms.ToolCallResponse); ok {
				s.WriteString(r.Content + "\n")
			}
		}
	}
	s.WriteString(w.redo.Hint + "\n" + w.localNow().Format("2 1 2006 02 01"))
	return s.String()
}

func digits(s string) map[string]bool {
	out := map[string]bool{}
	for _, f := range figure.FindAllString(s, -1) {
		out[onlyDigits(f)] = true
	}
	for _, f := range regexp.MustCompile(`\d+`).FindAllString(s, -1) {
		out[f] = true
	}
	return out
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// internals finds our own words in what a client would read.
func internals(w *walk, text string) []string {
	lower := strings.ToLower(text)
	bad := []string{"<unanswered", "<conversation", "manager_hint", "previous_draft", "system prompt", "as an ai", "als ki", "come ia,", "como ia,"}
	for _, t := range w.tools {
		bad = append(bad, t.Name)
	}
	for _, b := range bad {
		if strings.Contains(lower, b) {
			return []string{"It speaks of our own workings (“" + b + "”)."}
		}
	}
	return nil
}

// tainted are the values on the card that rest on outside words alone.
func tainted(calls []store.ToolCall) []string {
	var out []string
	for _, c := range calls {
		if len(c.Proposal) > 0 && string(c.Proposal) != "null" && c.Tool == "profile_propose" {
			out = append(out, "The change comes from the client's own words; nobody else has confirmed it.")
			break
		}
	}
	return out
}
