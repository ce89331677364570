package actor

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// fill makes a tool's arguments out of a point. lacking names required ones that nothing in the words gives: they are
// asked for, never made up.
func (v view) fill(t Tool, p point) (args json.RawMessage, lacking []string) {
	f := filler{v, p, kindOf(t)}
	return f.object(parseSchema(t.Schema))
}

// required drops optional arguments, for a second try after an error.
func required(t Tool, args json.RawMessage) json.RawMessage {
	s := parseSchema(t.Schema)
	var out object
	for _, p := range s.props {
		if val := member(args, p.name); p.required && val != nil {
			out.set(p.name, val)
		}
	}
	return out.json()
}

// askable: fields that a client can be asked for; ids and the like are none.
func askable(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool {
		ws := nameWords(f)
		return anyPhrase(ws, "id,ids,uuid,key,token,ref,code,status,kind,type")
	})
}

type filler struct {
	v    view
	p    point
	kind toolKind
}

// object is a JSON object that keeps the order of its members.
type object struct{ b bytes.Buffer }

func (o *object) set(name string, val json.RawMessage) {
	if o.b.Len() > 0 {
		o.b.WriteByte(',')
	}
	o.b.Write(quoted(name))
	o.b.WriteByte(':')
	o.b.Write(val)
}

func (o *object) json() json.RawMessage { return json.RawMessage("{" + o.b.String() + "}") }

func quoted(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	return bytes.TrimSpace(b.Bytes())
}

func (f filler) object(s schema) (json.RawMessage, []string) {
	var out object
	var lacking []string
	for _, p := range s.props {
		val := f.value(p)
		switch {
		case val != nil:
			out.set(p.name, val)
		case p.required && p.schema.nullable():
			out.set(p.name, json.RawMessage("null"))
		case p.required:
			lacking = append(lacking, p.name)
		}
	}
	return out.json(), lacking
}

// value guesses one argument, nil when nothing gives it.
func (f filler) value(p property) json.RawMessage {
	s := p.schema
	switch {
	case len(s.enum) > 0:
		return f.choice(p)
	case s.is("object") && len(s.props) > 0:
		val, lacking := f.object(s)
		if len(lacking) > 0 || (!p.required && string(val) == "{}") {
			return nil
		}
		return val
	case s.is("array"):
		return f.list(p)
	case s.is("boolean"):
		return f.yesNo(p)
	case s.is("integer"), s.is("number"):
		return f.number(p)
	}
	text := f.text(p)
	if text == "" {
		return s.fallback
	}
	if s.maxChars > 0 && len([]rune(text)) > s.maxChars {
		text = string([]rune(text)[:s.maxChars])
	}
	return quoted(text)
}

// choice takes the value that the words or the topic name; "other" and its like serve when something is required.
func (f filler) choice(p property) json.RawMessage {
	best, most := -1, 0
	for i, c := range p.schema.enum {
		if n := f.names(scalar(c)); n > most {
			best, most = i, n
		}
	}
	if best >= 0 {
		return p.schema.enum[best]
	}
	if p.required {
		for _, usual := range f.usual() {
			for i, c := range p.schema.enum {
				if anyPhrase(nameWords(scalar(c)), usual) {
					return p.schema.enum[i]
				}
			}
		}
	}
	return p.schema.fallback
}

func (f filler) usual() []string {
	ordinary := []string{"other,general,misc,unknown,any,normal,medium,default"}
	if f.p.act == complains {
		return append([]string{"high,urgent,complaint"}, ordinary...)
	}
	return ordinary
}

// names scores how well a choice names the point.
func (f filler) names(choice string) int {
	ws, e := nameWords(choice), entryOf(f.p.topic)
	score := 3 * shared(words(f.p.text), ws)
	if f.p.topic != noTopic && anyPhrase(ws, e.named) {
		score += 2
		if anyPhrase(ws, f.field()) {
			score += 3
		}
	}
	if l, ok := speaks(f.p.text); ok && (fold(choice) == string(l) || anyPhrase(ws, languageNames[l])) {
		score++
	}
	if day, ok := weekday(strings.Join(texts(f.p.details), " ")); ok && anyPhrase(ws, weekdays[day]) {
		score += 3
	}
	return score
}

func (f filler) list(p property) json.RawMessage {
	if p.schema.items == nil {
		return nil
	}
	var items []json.RawMessage
	if len(p.schema.items.enum) > 0 || !p.schema.items.is("string") {
		if one := f.value(property{p.name, true, *p.schema.items}); one != nil {
			items = append(items, one)
		}
	} else {
		for _, d := range f.p.details {
			if d.kind == thingDetail || anyPhrase(nameWords(p.name), "dates,days,times") && d.kind <= timeDetail {
				items = append(items, quoted(d.text))
			}
		}
	}
	if len(items) == 0 && (!p.required || p.schema.minItems > 0) {
		return nil
	}
	return json.RawMessage("[" + string(bytes.Join(raws(items), []byte(","))) + "]")
}

func raws(items []json.RawMessage) [][]byte {
	var all [][]byte
	for _, it := range items {
		all = append(all, it)
	}
	return all
}

func (f filler) yesNo(p property) json.RawMessage {
	switch {
	case p.schema.fallback != nil:
		return p.schema.fallback
	case anyPhrase(nameWords(p.name), "urgent,complaint,angry"):
		return json.RawMessage(strconv.FormatBool(f.p.act == complains))
	case p.required:
		return json.RawMessage("false")
	}
	return nil
}
