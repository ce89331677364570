package actor

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// structured answers with JSON that fits the schema: triage and anything of the kind, by the names of its fields.
func (v view) structured() string {
	s := parseSchema(v.req.Schema)
	if len(s.props) == 0 && s.is("object") {
		s = v.describedSchema()
	}
	switch {
	case s.translates():
		return v.translation(nil)
	case s.asksForRules():
		return v.photoRules()
	case s.choosesPhoto():
		return v.choosePhoto()
	case s.asksInEnglish():
		return v.inEnglish()
	}
	if s.posts() {
		return writePost(v)
	}
	points := v.points()
	p := point{act: tells, text: v.words()}
	for i := range points {
		if i == 0 || p.small() && !points[i].small() {
			p = points[i]
		}
	}
	g := giver{filler{v, p, otherTool}, points}
	return string(g.give("", s))
}

// describedSchema finds a JSON schema in the words of the request, where servers take none beside it.
func (v view) describedSchema() schema {
	texts := []string{v.req.System}
	for _, t := range v.req.Turns {
		texts = append(texts, t.Text)
	}
	for _, text := range texts {
		for i := strings.Index(text, "{"); i >= 0; {
			var raw json.RawMessage
			if json.NewDecoder(strings.NewReader(text[i:])).Decode(&raw) == nil {
				if s := parseSchema(raw); len(s.props) > 0 {
					return s
				}
			}
			next := strings.Index(text[i+1:], "{")
			if next < 0 {
				break
			}
			i += 1 + next
		}
	}
	return schema{kinds: []string{"object"}}
}

// giver fills a structured answer. Unlike tool arguments, every required field gets something of the right type.
type giver struct {
	filler
	points []point
}

func (g giver) give(name string, s schema) json.RawMessage {
	ws := nameWords(name)
	switch {
	case len(s.enum) > 0:
		return g.pick(name, s)
	case s.is("object"):
		return g.members(s)
	case s.is("array"):
		return g.array(name, s)
	case s.is("boolean"):
		return json.RawMessage(strconv.FormatBool(g.judge(ws)))
	case s.is("integer"), s.is("number"):
		return g.measure(ws, name, s)
	}
	return g.words(ws, s)
}

func (g giver) members(s schema) json.RawMessage {
	var out object
	for _, p := range s.props {
		out.set(p.name, g.give(p.name, p.schema))
	}
	return out.json()
}

func (g giver) pick(name string, s schema) json.RawMessage {
	if got := g.choice(property{name, true, s}); got != nil {
		return got
	}
	if i := slices.IndexFunc(s.enum, func(e json.RawMessage) bool { return string(e) == "null" }); i >= 0 {
		return s.enum[i]
	}
	return s.enum[len(s.enum)-1]
}

// judge answers yes-or-no fields.
func (g giver) judge(ws []word) bool {
	needs, _ := g.v.needsAnswer(g.points)
	switch {
	case anyPhrase(ws, "skip,ignore,silent,done,closed,no,none"):
		return !needs
	case anyPhrase(ws, "answer,reply,respond,response,needs,needed,required,relevant,important"):
		return needs
	case anyPhrase(ws, "complaint,urgent,angry,negative,escalate"):
		return g.has(complains)
	case anyPhrase(ws, "fits,fit"):
		return g.v.fits()
	case anyPhrase(ws, "private,confidential,sensitive"):
		return g.v.delicate()
	case anyPhrase(ws, "question"):
		return g.has(asks)
	case anyPhrase(ws, "injection,attack,suspicious,unsafe"):
		return g.has(orders)
	}
	return false
}

func (g giver) has(a act) bool {
	return slices.ContainsFunc(g.points, func(p point) bool { return p.act == a })
}

func (g giver) measure(ws []word, name string, s schema) json.RawMessage {
	if n := g.number(property{name, true, s}); n != nil {
		return n
	}
	if s.nullable() {
		return json.RawMessage("null")
	}
	n := 0.0
	if anyPhrase(ws, "confidence,score,probability,certainty") && s.is("number") {
		n = 0.8
	}
	if s.least != nil {
		n = max(n, *s.least)
	}
	if s.most != nil {
		n = min(n, *s.most)
	}
	return json.RawMessage(strconv.FormatFloat(n, 'f', -1, 64))
}

// words fills a string; what is not known is null where that is allowed, else empty.
func (g giver) words(ws []word, s schema) json.RawMessage {
	text := ""
	switch {
	case anyPhrase(ws, "why,reason,explanation,because,rationale"):
		_, text = g.v.needsAnswer(g.points)
	case anyPhrase(ws, "field,key,section"):
		text = g.field()
	default:
		text = g.text(property{strings.Join(lowerAll(ws), " "), true, s})
	}
	if text == "" && s.nullable() {
		return json.RawMessage("null")
	}
	for len([]rune(text)) < s.minChars {
		text += "–"
	}
	if s.maxChars > 0 {
		text = string([]rune(text)[:min(s.maxChars, len([]rune(text)))])
	}
	return quoted(text)
}

// array lists one entry per point that has something in it: changes where the fields ask for a value, else all that need work.
func (g giver) array(name string, s schema) json.RawMessage {
	var items []json.RawMessage
	if s.items != nil && len(s.items.props) > 0 {
		for _, p := range g.points {
			one := giver{filler{g.v, p, otherTool}, []point{p}}
			if val, lacking := one.object(*s.items); len(lacking) == 0 && p.needsWork() {
				items = append(items, val)
			}
		}
	} else if got := g.list(property{name, true, s}); got != nil {
		return got
	}
	for len(items) < s.minItems && s.items != nil {
		items = append(items, g.give(name, *s.items))
	}
	b, _ := json.Marshal(append([]json.RawMessage{}, items...))
	return b
}
