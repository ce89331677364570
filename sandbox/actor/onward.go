package actor

import (
	"slices"
	"strings"
)

// onward asks for what is missing, or for what helps next; else it serves the stage's goal.
func (w *writer) onward() {
	if len(w.plan.wanted) > 0 {
		w.add(w.p.missing, "fields", w.fieldNames())
		return
	}
	settled := slices.ContainsFunc(w.points, func(p point) bool { return p.topic == contract || p.grave }) || w.allSituated() && w.asksAlready()
	if w.style.short || w.style.calm || settled || w.v.mourns() || w.has(complains, orders, strays, chases) || w.only(thanks, saysBye, gestures, agrees, affirms, denies) {
		return
	}
	if w.ask() {
		return
	}
	if w.has(wishes) && slices.ContainsFunc(w.points, func(p point) bool { return p.topic == post || p.topic == story || p.topic == event }) {
		return // they have just told what is coming up
	}
	if w.askMissing() {
		return
	}
	if pool := w.p.nudge[w.v.aim()]; pool != nil && !w.wasSaid(pool) {
		w.add(pool)
	}
}

// asksAlready: what has been said ends with a question.
func (w *writer) asksAlready() bool {
	return len(w.done) > 0 && strings.HasSuffix(w.done[len(w.done)-1], "?")
}

func (w *writer) fieldNames() string {
	var all []string
	for _, f := range w.plan.wanted {
		name, ok := w.p.fields[f]
		if !ok {
			name = strings.ReplaceAll(f, "_", " ")
		}
		if !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	return w.series(all)
}

// ask puts one question that moves a wish on, when its answer was not given.
func (w *writer) ask() bool {
	for _, p := range w.points {
		pool := w.p.follow[p.topic]
		dated := slices.ContainsFunc(p.details, func(d detail) bool { return d.kind <= timeDetail || d.kind == countDetail })
		if pool == nil || dated || p.act != wishes && (p.act != asks || p.topic != invoice) {
			continue
		}
		if p.topic == post || p.topic == story {
			if !anyPhrase(words(p.text), "post*,make*,create,publish*,mach*,erstell*,fare,fate,facciamo,pubblic*,haced,hacer,haceis,publicar,сделай*,выложи*,опубликуй*,story,storys,historia") {
				continue
			}
		}
		w.add(pool)
		return true
	}
	return false
}

// wasSaid: we asked that before in this conversation.
func (w *writer) wasSaid(pool []string) bool {
	for _, m := range w.v.history {
		for _, s := range pool {
			if m.us && strings.Contains(m.text, register(s, w.style.formal)) {
				return true
			}
		}
	}
	return false
}

// farewell lengthens and warms what is to be longer or warmer.
func (w *writer) farewell() {
	if w.style.long {
		w.add(w.p.extra)
		w.add(w.p.extra)
	}
	if w.style.warm {
		w.add(w.p.close)
	}
}

// finish puts the sentences together and sets the emoji.
func (w *writer) finish() string {
	var kept []string
	for _, s := range w.done {
		if !slices.Contains(kept, s) && !w.unwanted(s) {
			kept = append(kept, s)
		}
	}
	between := " "
	if w.style.lines {
		between = "\n– "
	}
	text := w.few(strings.Join(kept, between))
	if w.style.emoji == emojiNever {
		text = withoutEmoji(text)
	}
	if w.style.emoji == emojiAlways || w.style.emoji == emojiFree && w.cheerful() {
		text += " " + w.pick(w.p.emoji)
	}
	return text
}

// few keeps as many sentences as the hint allows: those with the manager's own words, else those after the greeting.
func (w *writer) few(text string) string {
	list, n := sentences(text), w.style.sentences
	switch {
	case n == 0 || len(list) <= n:
		return text
	case w.style.say != "" || w.style.ask != "":
		return strings.Join(list[len(list)-n:], " ")
	}
	return strings.Join(list[1:1+min(n, len(list)-1)], " ")
}

// unwanted: a manager wants something left out.
func (w *writer) unwanted(sentence string) bool {
	for _, x := range words(w.style.without) {
		if len([]rune(x.low)) >= 4 && anyPhrase(words(sentence), x.low+"*") {
			return true
		}
	}
	return false
}

// cheerful: the client uses emoji and nothing is wrong.
func (w *writer) cheerful() bool {
	return !w.style.formal && !w.v.mourns() && !w.has(complains, orders) && (hasEmoji(w.v.words()) || w.style.warm || w.only(greets, thanks))
}

func hasEmoji(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x1F300 || r >= 0x2600 && r <= 0x27BF })
}
