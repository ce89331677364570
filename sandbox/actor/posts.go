package actor

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// A post is asked for by its shape: an object with "caption", "hashtags", "alt" and "photo". The actor knows the dishes and places of
// an ordinary restaurant by name (posts_say.go), says nothing about them that is not in the brief, and changes a version before
// as a manager's words want it: sentence by sentence, the rest stays.

func (s schema) posts() bool {
	for _, name := range []string{"caption", "hashtags", "alt", "photo"} {
		if !slices.ContainsFunc(s.props, func(p property) bool { return p.name == name }) {
			return false
		}
	}
	return true
}

// posting is one answer in the making.
type posting struct {
	in        language
	name      string // the restaurant
	formal    bool
	brief     string
	photo     string // what is known of the photo
	published []string
	before    string // the caption of the version before
	tags      []string
	alt       string
	hint      string
	subject   dish
	other     bool
	plainTags bool // a manager has said which
}

var (
	postIn   = regexp.MustCompile(`to the attached photo, in [^\n(]{1,40}\(([a-z]{2})\)`)
	postName = regexp.MustCompile(`(?m)^name: (.+)$`)
	postTone = regexp.MustCompile(`(?m)^tone: (.+)$`)
	postSees = regexp.MustCompile(`(?ms)^# Photo\n(.*?)\n\n`)
)

func writePost(v view) string {
	p := readPost(v)
	var caption string
	switch {
	case p.before == "":
		caption = p.compose(0)
	case strings.TrimSpace(p.hint) == "":
		caption = p.another()
	default:
		caption = p.obey()
	}
	out := struct {
		Caption  string   `json:"caption"`
		Hashtags []string `json:"hashtags"`
		Alt      string   `json:"alt"`
		Photo    string   `json:"photo"`
	}{caption, p.hashtags(), p.describe(), "keep"}
	if p.other {
		out.Photo = "other"
	}
	b, _ := json.Marshal(out) // strings
	return string(b)
}

func readPost(v view) posting {
	system, last := v.req.System, ""
	for _, t := range v.req.Turns {
		if t.Role == "system" || t.Role == "developer" {
			system += "\n" + t.Text
		}
		if t.Role == "user" && strings.Contains(t.Text, "<brief>") {
			last = t.Text
		}
	}
	p := posting{in: english}
	if m := postIn.FindStringSubmatch(system); m != nil && postWords[language(m[1])].closings != nil {
		p.in = language(m[1])
	}
	if m := postName.FindStringSubmatch(system); m != nil {
		p.name = strings.TrimSpace(m[1])
	}
	if m := postTone.FindStringSubmatch(system); m != nil {
		p.formal = anyPhrase(words(m[1]), "formal,elegant,formell,formale,elegante,serious")
	}
	if m := postSees.FindStringSubmatch(system + "\n\n"); m != nil {
		p.photo = m[1]
	}
	p.brief, _, _ = cutTag(last, "brief", strings.Index)
	shown, _, _ := cutTag(last, "published", strings.LastIndex)
	p.published = strings.Split(shown, "\n---\n")
	before, _, _ := cutTag(last, "previous_draft", strings.LastIndex)
	p.hint, _, _ = cutTag(last, "manager_hint", strings.LastIndex)
	p.before, p.tags, p.alt = versionBefore(before)
	p.subject = dishIn(p.brief)
	if p.subject.heard == nil {
		p.subject = dishIn(p.photo)
	}
	return p
}

// versionBefore takes "caption, hashtags: …, alt: …" apart.
func versionBefore(s string) (caption string, tags []string, alt string) {
	caption, rest, _ := strings.Cut(s, "\n\nhashtags: ")
	list, alt, _ := strings.Cut(rest, "\nalt: ")
	for _, t := range strings.Split(list, ", ") {
		if t != "" {
			tags = append(tags, t)
		}
	}
	return strings.TrimSpace(caption), tags, strings.TrimSpace(alt)
}

// compose writes the nth variant from the brief.
func (p posting) compose(n int) string {
	w := postWords[p.in]
	hooks, closings := w.hooks, w.closings
	if !p.subject.served() {
		hooks = []string{w.meet}
	}
	if p.formal {
		hooks, closings = w.formalHooks, w.formalClosings
	}
	about := p.subject.names[p.in]
	if about == "" {
		hooks, about = w.plainHooks, ""
	}
	parts := []string{upperFirst(strings.ReplaceAll(hooks[n%len(hooks)], "%s", about))}
	if told := p.told(); told != "" {
		parts = append(parts, told)
	}
	parts = append(parts, strings.ReplaceAll(closings[n%len(closings)], "%n", p.named()))
	text := strings.Join(parts, " ")
	if !p.formal {
		text += " " + p.sign()
	}
	return text
}

// told are the words of the brief that the post is to say.
var toldIn = regexp.MustCompile(`(?i)(?:\b(?:say|saying|write|mention|tell|add)(?: them| guests| people)?(?: that|:)|\bdass|\bdi(?:['’])? che|\bdicendo che|\bche dica|\bque diga que|\bdi que|\bdiciendo que|["“«])\s*([^"”»]+)`)

func (p posting) told() string {
	m := toldIn.FindStringSubmatch(p.brief)
	if m == nil {
		return ""
	}
	return p.saying(m[1])
}

// saying is a sentence of somebody else's in the post's language, where the actor has it, else as it was said.
func (p posting) saying(s string) string {
	s = strings.TrimSpace(strings.TrimRight(strings.TrimSpace(s), ". "))
	if s == "" {
		return ""
	}
	if l, ok := speaks(s); ok && l != p.in {
		if got := (translator{into: p.in, likely: l}).text(s); !strings.Contains(got, rough) {
			s = got
		}
	}
	s = upperFirst(s)
	if !strings.ContainsAny(s[len(s)-1:], "!?…") {
		s += "."
	}
	return s
}

func (p posting) named() string {
	if p.name == "" {
		return postWords[p.in].us
	}
	return p.name
}

func (p posting) sign() string {
	if p.subject.sign != "" {
		return p.subject.sign
	}
	return "🍽️"
}

// another is a version that is unlike the one before and those that were published.
func (p posting) another() string {
	for n := 1; n < 12; n++ {
		text := p.compose(n)
		if !same(text, p.before) && !slices.ContainsFunc(p.published, func(s string) bool { return same(s, text) }) {
			return text
		}
	}
	return p.compose(1)
}

func (p posting) hashtags() []string {
	if len(p.tags) > 0 {
		return p.tags
	}
	if p.plainTags {
		return []string{}
	}
	tags := slices.Clone(p.subject.tags[p.in])
	if p.name != "" {
		tags = append(tags, strings.ReplaceAll(p.name, " ", ""))
	}
	for _, t := range postWords[p.in].tags {
		if len(tags) < 5 {
			tags = append(tags, t)
		}
	}
	return tags
}

func (p posting) describe() string {
	if p.alt != "" {
		return p.alt
	}
	w, shown := postWords[p.in], p.subject
	if p.photo != "" {
		shown = dishIn(p.photo)
	}
	if about := shown.names[p.in]; about != "" {
		return strings.ReplaceAll(w.alt, "%s", about)
	}
	return w.plainAlt
}

func dishIn(text string) dish {
	for _, d := range postDishes {
		if d.heard.MatchString(text) {
			return d
		}
	}
	return dish{}
}
