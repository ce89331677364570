package actor

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// row is one sentence in several languages; {slots} stand for what changes, " / " parts ways of saying it, the first of
// which is the one that is said.
type row map[language]string

// token is a word of a sentence that is known, or a slot.
type token struct {
	low  string
	slot string
}

func tokens(s string) []token {
	var out []token
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			open = len(s)
		}
		for _, w := range words(s[:open]) {
			out = append(out, token{low: w.low})
		}
		if s = s[open:]; s != "" {
			end := strings.IndexByte(s, '}')
			out = append(out, token{slot: strings.ToLower(s[1:end])})
			s = s[end+1:]
		}
	}
	return out
}

// match compares word by word, without accents, capitals and marks. A slot takes as few words as will do and fits says are
// good for it.
func match(pattern []token, ws []word, text string, fits func(slot, value string) bool) (map[string]string, bool) {
	if len(pattern) == 0 {
		return map[string]string{}, len(ws) == 0
	}
	if len(ws) == 0 {
		return nil, false
	}
	first := pattern[0]
	if first.slot == "" {
		if ws[0].low != first.low {
			return nil, false
		}
		return match(pattern[1:], ws[1:], text, fits)
	}
	for n := 1; n <= len(ws); n++ {
		value := slotValue(ws, n, text)
		if !fits(first.slot, value) {
			continue
		}
		if slots, ok := match(pattern[1:], ws[n:], text, fits); ok {
			slots[first.slot] = value
			return slots, true
		}
	}
	return nil, false
}

// slotValue is the text of the first n words, up to the next one.
func slotValue(ws []word, n int, text string) string {
	end := len(text)
	if n < len(ws) {
		end = ws[n].start
	}
	return strings.TrimRight(strings.TrimSpace(text[ws[0].start:end]), " ,.;:–-(«“")
}

// fillSlots puts what was said into the other language's sentence; false when it cannot be put there.
func (t translator) fillSlots(said string, slots map[string]string, from language) (string, bool) {
	for name, value := range slots {
		put, ok := t.slot(name, value, from)
		if !ok {
			return "", false
		}
		said = strings.ReplaceAll(said, "{"+name+"}", put)
		said = strings.ReplaceAll(said, "{"+upperFirst(name)+"}", upperFirst(put))
	}
	return register(said, false), !strings.Contains(said, "{")
}

func (t translator) fits(from language) func(slot, value string) bool {
	return func(slot, value string) bool { _, ok := t.slot(slot, value, from); return ok }
}

func (t translator) slot(name, value string, from language) (string, bool) {
	switch name {
	case "when":
		ds := details(value)
		if len(outsideOf(words(value), ds)) > 0 && !only(outsideOf(words(value), ds), smallWords) {
			return "", false
		}
		when, ok := tongues[t.into].when(ds)
		return when, ok && when != ""
	case "day":
		day, ok := tongues[t.into].day(value)
		for _, small := range []string{"on ", "am ", "el "} {
			day, _ = strings.CutPrefix(day, small)
		}
		return day, ok && len(words(value)) == 1
	case "time":
		return value, strings.ContainsAny(value, "0123456789") && !strings.ContainsFunc(value, unicode.IsLetter)
	case "name":
		return value, !strings.ContainsAny(value, ",;") && len(words(value)) <= 2 && !slices.ContainsFunc(words(value), func(w word) bool { return !isName(w.raw) })
	case "about":
		return t.about(value, from)
	case "what":
		return t.what(value, from)
	case "thing":
		for _, r := range things() {
			if fold(r[from]) == fold(value) && r[t.into] != "" {
				return r[t.into], true
			}
		}
		return "", false
	}
	return value, true // the client's own words, figures, values
}

// about is a topic, with what was named behind it.
func (t translator) about(value string, from language) (string, bool) {
	for topic, said := range tongues[from].about {
		for _, formal := range []bool{false, true} {
			if rest, ok := strings.CutPrefix(fold(value), fold(register(said, formal))); ok && (rest == "" || strings.HasPrefix(rest, " (")) {
				particulars := ""
				if i := strings.Index(value, " ("); rest != "" && i > 0 {
					particulars = strings.TrimRight(value[i:], ") ") + ")"
				}
				return register(tongues[t.into].about[topic], false) + particulars, true
			}
		}
	}
	return "", false
}

// what is an object: "your question about the invoice".
func (t translator) what(value string, from language) (string, bool) {
	a, b := tongues[from], tongues[t.into]
	for i, pattern := range []string{a.question, a.questions, a.wish, a.wishes, a.message} {
		for _, formal := range []bool{false, true} {
			if slots, ok := match(tokens(register(pattern, formal)), words(value), value, t.fits(from)); ok {
				return t.fillSlots([]string{b.question, b.questions, b.wish, b.wishes, b.message}[i], slots, from)
			}
		}
	}
	return "", false
}

// way is one way of saying a sentence.
type way struct {
	words []token
	in    row
}

// known are the ways of saying every sentence that the actor can say in several languages, by the language.
var known = sync.OnceValue(func() map[language][]way {
	all := map[language][]way{}
	for _, r := range sentencesKnown() {
		for from, said := range r {
			for variant := range strings.SplitSeq(said, " / ") {
				if ts := tokens(variant); len(ts) > 0 {
					all[from] = append(all[from], way{ts, r})
				}
			}
		}
	}
	return all
})

// sentencesKnown are the everyday ones, then the actor's own.
func sentencesKnown() []row {
	all := table(everydaySentences)
	for _, field := range reflect.VisibleFields(reflect.TypeFor[phrases]()) {
		if field.Type == reflect.TypeFor[[]string]() && field.Name != "days" && field.Name != "emoji" {
			all = append(all, pool(func(p phrases) []string { return stringsIn(reflect.ValueOf(p).FieldByIndex(field.Index)) })...)
		}
	}
	for about := range inEnglish.remark {
		all = append(all, pool(func(p phrases) []string { return p.remark[about] })...)
	}
	for about := range inEnglish.follow {
		all = append(all, pool(func(p phrases) []string { return p.follow[about] })...)
	}
	for g := range inEnglish.nudge {
		all = append(all, pool(func(p phrases) []string { return p.nudge[g] })...)
	}
	return all
}

func stringsIn(v reflect.Value) []string {
	out := make([]string, v.Len())
	for i := range out {
		out[i] = v.Index(i).String()
	}
	return out
}

// pool pairs what stands at one place of a pool in all languages, in the familiar and in the formal way. One sentence that
// ends inside (a question behind a greeting) is as many rows as it has sentences.
func pool(of func(phrases) []string) []row {
	var all []row
	for _, from := range languages {
		for i, said := range of(tongues[from]) {
			for _, formal := range []bool{false, true} {
				parts := sentences(register(said, formal))
				for n := range parts {
					r := row{from: parts[n]}
					for _, into := range languages {
						other := of(tongues[into])
						if into == from || len(other) == 0 {
							continue
						}
						if theirs := sentences(register(other[i%len(other)], false)); len(theirs) == len(parts) {
							r[into] = theirs[n]
						} else if n == 0 {
							r[into] = strings.Join(theirs, " ")
						}
					}
					all = append(all, r)
				}
			}
		}
	}
	return all
}

var (
	openers = sync.OnceValue(func() []row { return table(openerWords) })
	things  = sync.OnceValue(func() []row { return table(thingWords) })
)

// table reads lines of "en | it | de | es | fr".
func table(text string) []row {
	var all []row
	for line := range strings.SplitSeq(strings.TrimSpace(text), "\n") {
		r := row{}
		for i, cell := range strings.Split(line, "|") {
			r[[]language{english, italian, german, spanish, french}[i]] = strings.TrimSpace(cell)
		}
		all = append(all, r)
	}
	return all
}
