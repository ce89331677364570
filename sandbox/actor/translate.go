package actor

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A translation is asked for by its shape: an object with "client" and "draft", and a system text that names the language.
// What the actor says itself, and the everyday sentences of its trade (sentences_in.go), it says in the other language. Of
// anything else it only tells roughly what it is about, behind a ≈; words that somebody would send it rather leaves untranslated.

func (s schema) translates() bool {
	return len(s.props) == 2 && slices.ContainsFunc(s.props, func(p property) bool { return p.name == "client" }) &&
		slices.ContainsFunc(s.props, func(p property) bool { return p.name == "draft" })
}

var intoLanguage = regexp.MustCompile(`Translate into [^\n(]{1,40}\(([a-z]{2})\)`)

// rough marks what is no translation but a hint.
const rough = "≈ "

func (v view) translation(more []pair) string {
	into := english
	if m := intoLanguage.FindStringSubmatch(v.req.System); m != nil {
		into = language(m[1])
	}
	last := ""
	for _, t := range v.req.Turns {
		if t.Role == "user" {
			last = t.Text
		}
	}
	said, rest, _ := cutTag(last, "client_words", strings.Index)
	draft, _, _ := cutTag(rest, "draft", strings.LastIndex)
	out := struct {
		Client []string `json:"client"`
		Draft  string   `json:"draft"`
	}{Client: []string{}}
	t := translator{into: into, more: more}
	t.likely, _ = t.spoken(said)
	for _, s := range numbered(said) {
		out.Client = append(out.Client, t.text(s))
	}
	if draft != "" {
		out.Draft = t.text(draft)
	}
	if len(out.Client) == 0 && strings.Contains(out.Draft, rough) {
		out.Draft = "" // somebody would send it
	}
	b, _ := json.Marshal(out)
	return string(b)
}

// numbered takes "1. …" lines apart; what is indented belongs to the one before.
func numbered(block string) []string {
	var all []string
	for _, line := range strings.Split(block, "\n") {
		mark := strconv.Itoa(len(all)+1) + ". "
		if rest, ok := strings.CutPrefix(line, mark); ok {
			all = append(all, rest)
		} else if len(all) > 0 {
			all[len(all)-1] += "\n" + strings.TrimPrefix(line, "   ")
		}
	}
	return all
}

// pair is one text in two languages.
type pair [2]string

type translator struct {
	into   language
	more   []pair   // of a dialogue's own
	likely language // of a text that does not tell by itself
}

// text translates sentence by sentence; line breaks stay.
func (t translator) text(s string) string {
	for _, p := range t.more {
		for i := range p {
			if fold(strings.TrimSpace(s)) == fold(p[i]) {
				return p[1-i]
			}
		}
	}
	if _, ok := tongues[t.into]; !ok || strings.TrimSpace(s) == "" {
		return rough + strings.TrimSpace(short(s, 80)) // a language that the actor does not have: the words as they are
	}
	from, ok := t.spoken(s)
	if !ok {
		from = t.likely
	}
	if from == "" || from == t.into || len(words(s)) == 0 {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		var done []string
		line, whole := t.takeOut(line, from)
		for _, one := range sentences(clip(line, attention*100)) {
			done = append(done, t.sentence(one, from))
		}
		lines[i] = whole.Replace(strings.Join(mergeRough(done), " "))
	}
	return strings.Join(lines, "\n")
}

// spoken knows French beside the actor's own languages: clients write it.
func (t translator) spoken(s string) (language, bool) {
	if anyPhrase(words(s), frenchWords) {
		return french, true
	}
	return speaks(s)
}

const french language = "fr"

const frenchWords = "bonjour,bonsoir,merci,vous,pouvez,est ce,voudrais,avec,demain,s il vous plait,nous sommes,quand,combien"

// mergeRough says one hint once.
func mergeRough(all []string) []string {
	var out []string
	for _, s := range all {
		if s != "" && (len(out) == 0 || out[len(out)-1] != s || !strings.HasPrefix(s, rough)) {
			out = append(out, s)
		}
	}
	return out
}

// sentence keeps its end mark. A form of address is taken off and put back.
func (t translator) sentence(s string, from language) string {
	if len(words(s)) == 0 {
		return s
	}
	if got, ok := t.known(s, from); ok {
		return got
	}
	return t.hint(s, from)
}

func (t translator) known(s string, from language) (string, bool) {
	body, mark := cutMark(s)
	if got, ok := t.lookup(body, from); ok {
		return withMark(got, mark, t.into), true
	}
	if body, name, ok := cutAddress(body); ok {
		if got, ok := t.known(body, from); ok {
			got, _ = cutMark(got)
			return withMark(strings.TrimLeft(got, "¿¡")+", "+name, mark, t.into), true
		}
	}
	opened, rest, ok := t.opener(body, from)
	if !ok || strings.TrimSpace(rest) == "" {
		return opened, ok
	}
	got, ok := t.known(rest, from)
	if !ok {
		return "", false
	}
	got, _ = cutMark(got)
	if !strings.HasSuffix(opened, "!") && !strings.HasSuffix(opened, ":") {
		opened += ","
		got = lowerFirst(strings.TrimLeft(got, "¿¡"))
	}
	return withMark(opened+" "+got, mark, t.into), true
}

var endMark = regexp.MustCompile(`[\s.!?…]*$`)

func cutMark(s string) (body, mark string) {
	at := endMark.FindStringIndex(s)
	return strings.TrimLeft(strings.TrimSpace(s[:at[0]]), "¿¡ "), strings.TrimSpace(s[at[0]:])
}

func withMark(s, mark string, into language) string {
	s = upperFirst(strings.TrimSpace(s))
	if mark == "" && (strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, ".")) {
		return s
	}
	s, _ = strings.CutSuffix(s, ".")
	if into == spanish && !strings.ContainsAny(s, "¿¡") {
		switch {
		case strings.HasPrefix(mark, "?"):
			s = "¿" + s
		case strings.HasPrefix(mark, "!"):
			s = "¡" + s
		}
	}
	if strings.HasSuffix(s, "?") || strings.HasSuffix(s, "!") {
		return s
	}
	return s + mark
}

// cutAddress takes "Anna" off the end.
func cutAddress(s string) (body, name string, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i <= 0 {
		return s, "", false
	}
	if name = s[i+1:]; len(words(name)) != 1 || !isName(name) {
		return s, "", false
	}
	return strings.TrimRight(s[:i], " ,"), name, true
}

func isName(s string) bool {
	for _, r := range s {
		return unicode.IsUpper(r)
	}
	return false
}

// opener is what a sentence begins with: "Ciao Anna, …", "Certo, …", "Sì Anna, …".
func (t translator) opener(s string, from language) (said, rest string, ok bool) {
	ws := words(s)
	for _, row := range openers() {
		pattern := words(row[from])
		if len(pattern) == 0 || len(ws) < len(pattern) || !sameWords(ws[:len(pattern)], pattern) || row[t.into] == "" {
			continue
		}
		said, end := row[t.into], ws[len(pattern)-1].end
		if len(ws) > len(pattern) && isName(ws[len(pattern)].raw) && strings.TrimSpace(s[end:ws[len(pattern)].start]) == "" {
			said += " " + ws[len(pattern)].raw
			end = ws[len(pattern)].end
		}
		rest = strings.TrimSpace(s[end:])
		if rest != "" && !strings.ContainsAny(rest[:1], ",!:.") {
			continue // "va bene così" begins with no opener
		}
		if strings.HasPrefix(rest, "!") {
			said += "!"
		}
		return said, strings.TrimLeft(rest, ",!:. "), true
	}
	return "", "", false
}

func sameWords(a, b []word) bool {
	return len(a) == len(b) && slices.EqualFunc(a, b, func(x, y word) bool { return x.low == y.low })
}

// lookup finds a sentence among the known ones.
func (t translator) lookup(s string, from language) (string, bool) {
	ws := words(s)
	if len(ws) == 0 {
		return "", false
	}
	for _, k := range known()[from] {
		if k.in[t.into] == "" || (k.words[0].slot == "" && k.words[0].low != ws[0].low) {
			continue
		}
		if slots, ok := match(k.words, ws, s, t.fits(from)); ok {
			said, _, _ := strings.Cut(k.in[t.into], " / ")
			if got, ok := t.fillSlots(said, slots, from); ok {
				return got, true
			}
		}
	}
	return "", false
}

// hint says roughly what it is about; never more than that.
func (t translator) hint(s string, from language) string {
	p := parse(s)
	if p.topic == noTopic {
		return rough + "“" + short(strings.TrimSpace(s), 80) + "”"
	}
	kind := hintKinds[t.into][0]
	switch p.act {
	case asks, whatAsks:
		kind = hintKinds[t.into][1]
	case wishes:
		kind = hintKinds[t.into][2]
	case changes:
		kind = hintKinds[t.into][3]
	case complains:
		kind = hintKinds[t.into][4]
	}
	about := register(tongues[t.into].about[p.topic], false)
	if t.into == english {
		about = strings.Replace(about, "about your ", "about the ", 1)
	}
	if ds := texts(p.details); len(ds) > 0 {
		about += " (" + strings.Join(ds[:min(len(ds), 4)], ", ") + ")"
	}
	return rough + kind + " " + about
}

// hintKinds: something, a question, a wish, news, a complaint.
var hintKinds = map[language][5]string{
	english: {"something", "a question", "a wish", "news", "a complaint"},
	german:  {"etwas", "eine Frage", "ein Wunsch", "eine Neuigkeit", "eine Beschwerde"},
	italian: {"qualcosa", "una domanda", "una richiesta", "una novità", "un reclamo"},
	spanish: {"algo", "una pregunta", "una petición", "una novedad", "una queja"},
	russian: {"что-то", "вопрос", "просьба", "новость", "жалоба"},
}

func lowerFirst(s string) string {
	r := []rune(s)
	if len(r) < 2 || unicode.IsUpper(r[1]) || strings.HasPrefix(s, "I ") || strings.HasPrefix(s, "I'") {
		return s
	}
	return string(unicode.ToLower(r[0])) + string(r[1:])
}
