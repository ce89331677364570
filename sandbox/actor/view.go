package actor

import (
	"regexp"
	"slices"
	"strings"
)

// view is a request as the actor understands it. Everything in it may be missing.
type view struct {
	req        Request
	stage      string
	goal       string
	rules      string
	restaurant string
	languages  string   // the restaurant's languages, when the system text names them
	facts      []fact   // from the system text
	missing    []string // what the stage waits for, by key
	history    []said   // the conversation before the unanswered words
	unanswered []said
	desk       bool   // a manager of the agency speaks to the assistant, not a client
	told       []said // what he has said before, and what he was told
	redo       bool
	previous   string // the draft that a manager wants redone
	hint       string
	made       []Call   // calls since the last words of the user
	results    []Result // and what came back
}

// said is one message: by us, or by a client with a name.
type said struct {
	us   bool
	name string
	at   string // the header's date, as written
	text string
}

func (v view) words() string {
	lines := make([]string, len(v.unanswered))
	for i, m := range v.unanswered {
		lines[i] = m.text
	}
	return strings.Join(lines, "\n")
}

// client is who wrote last, empty when nobody is named.
func (v view) client() string {
	for _, list := range [][]said{v.unanswered, v.history} {
		for _, m := range slices.Backward(list) {
			if !m.us && m.name != "" {
				return m.name
			}
		}
	}
	return ""
}

// look reads a request. The platform's headings and tags are used where they are; any other text is one unanswered message.
func look(r Request) view {
	v := view{req: r}
	v.readSystem(r.System)
	last := lastWords(r.Turns)
	for _, t := range r.Turns {
		if t.Role == "system" || t.Role == "developer" {
			v.readSystem(t.Text)
		}
	}
	for i, t := range r.Turns {
		switch {
		case i < last:
			v.history = append(v.history, heard(t)...)
		case i == last:
			v.readUser(t.Text)
		default:
			v.made = append(v.made, t.Calls...)
			v.results = append(v.results, t.Results...)
			if t.Role == "assistant" && t.Text != "" && len(t.Calls) == 0 && i < len(r.Turns)-1 {
				v.previous, v.redo = t.Text, true // sent back with some remark
			}
		}
	}
	return v
}

// lastWords is the turn with the client's newest words: the last of the user, or the last one that carries the platform's tag.
func lastWords(turns []Turn) int {
	last, tagged := -1, -1
	for i, t := range turns {
		if t.Role != "user" {
			continue
		}
		last = i
		if strings.Contains(t.Text, "<unanswered>") {
			tagged = i
		}
	}
	if tagged >= 0 {
		return tagged
	}
	return last
}

func heard(t Turn) []said {
	text := strings.TrimSpace(t.Text)
	if text == "" || (t.Role != "user" && t.Role != "assistant") {
		return nil
	}
	return []said{{us: t.Role == "assistant", text: text}}
}

// readUser goes through the platform's tags in their order, each looked for behind the one before, so that a tag which
// a client writes into a message stays part of that message.
func (v *view) readUser(text string) {
	if v.readManager(text) {
		return
	}
	talk, rest, ok := cutTag(text, "conversation", strings.Index)
	if ok {
		v.history = append(v.history, messages(talk)...)
	}
	open, rest, ok := cutTag(rest, "unanswered", strings.LastIndex)
	v.previous, rest, v.redo = cutTag(rest, "previous_draft", strings.LastIndex)
	hint, rest, hinted := cutTag(rest, "manager_hint", strings.LastIndex)
	if hinted {
		v.hint, v.redo = clip(hint, attention*20), true
	}
	if !ok {
		open = rest
	}
	v.unanswered = messages(open)
}

// cutTag takes <name>…</name> out of text; end finds the closing tag. A tag that is never closed runs to the end.
func cutTag(text, name string, end func(s, sub string) int) (inside, without string, found bool) {
	before, rest, found := strings.Cut(text, "<"+name+">")
	if !found {
		return "", text, false
	}
	after := ""
	if i := end(rest, "</"+name+">"); i >= 0 {
		rest, after = rest[:i], rest[i+len(name)+3:]
	}
	return strings.TrimSpace(rest), before + after, true
}

var header = regexp.MustCompile(`^\[(client|us|we|phone|manager|agency)\b\s*([^,\]]*)(?:,\s*([^\]]*))?\]\s*(.*)$`)

// messages splits a block by its "[client Anna, 2026-03-02 10:02] text" headers; text without one is one message.
func messages(block string) []said {
	var all []said
	for _, line := range strings.Split(strings.TrimSpace(block), "\n") {
		m := header.FindStringSubmatch(strings.TrimSpace(line))
		switch {
		case m != nil:
			all = append(all, said{us: m[1] != "client", name: strings.TrimSpace(m[2]), at: strings.TrimSpace(m[3]), text: m[4]})
		case len(all) > 0:
			all[len(all)-1].text += "\n" + line
		case strings.TrimSpace(line) != "":
			all = append(all, said{text: line})
		}
	}
	return all
}

// readSystem takes the platform's headings from a system text.
func (v *view) readSystem(text string) {
	section := ""
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if heading, ok := strings.CutPrefix(line, "#"); ok {
			section = strings.ToLower(strings.TrimSpace(strings.TrimLeft(heading, "#")))
			continue
		}
		v.readLine(section, line)
	}
}

func (v *view) readLine(section, line string) {
	switch {
	case line == "":
	case strings.HasPrefix(section, "goal"):
		v.goal = strings.TrimSpace(v.goal + "\n" + line)
	case strings.HasPrefix(section, "rule"):
		v.rules = strings.TrimSpace(v.rules + "\n" + line)
	case strings.HasPrefix(section, "still missing"):
		if key, _, ok := strings.Cut(strings.TrimPrefix(line, "- "), ":"); ok && strings.HasPrefix(line, "- ") {
			v.missing = append(v.missing, strings.TrimSpace(key))
		}
	case strings.HasPrefix(section, "restaurant"):
		v.readFact(strings.TrimLeft(line, "-* "))
	}
}

func (v *view) readFact(line string) {
	key, value, ok := strings.Cut(line, ":")
	value = strings.TrimSpace(value)
	if !ok || value == "" {
		return
	}
	switch key = strings.ToLower(strings.TrimSpace(key)); key {
	case "name":
		v.restaurant = value
	case "stage":
		v.stage = value
	case "language", "languages":
		v.languages = value
	default:
		v.facts = append(v.facts, fact{key, value})
	}
}
