package actor

import (
	"slices"
	"strings"
)

// knowledge answers questions from the record, and says what other tools found.
func (w *writer) knowledge() {
	for _, p := range w.points {
		if p.act != asks {
			continue
		}
		if p.howTo() {
			w.add(w.p.here)
			continue
		}
		if known := w.v.known(p); len(known) > 0 {
			w.add(w.p.facts, "about", w.dated(p), "fact", listed(known))
			if !w.style.short {
				w.add(w.p.check)
			}
		}
	}
	w.otherFindings()
	if said, ok := w.v.teamAnswer(); ok {
		w.add(w.p.teamSays, "fact", said)
	}
}

func listed(facts []fact) string {
	if len(facts) == 1 {
		return facts[0].value
	}
	var all []string
	for _, f := range facts[:min(len(facts), 4)] {
		ws := strings.Fields(strings.ReplaceAll(f.key, "_", " "))
		label := ""
		if len(ws) > 0 {
			label = ws[len(ws)-1] + " "
		}
		all = append(all, label+f.value)
	}
	return strings.Join(all, "; ")
}

// otherFindings are results of tools that are neither the record nor the people: their values are said as they came.
func (w *writer) otherFindings() {
	for i, r := range w.v.results {
		t, ok := w.v.tool(w.v.nameOf(i))
		if !ok || t.Name == stepTool || kindOf(t) == askTool || anyPhrase(nameWords(t.Name), "profile,facts") {
			continue
		}
		if _, bad := failed(r.Output); bad {
			w.add(w.p.failed)
			continue
		}
		if slices.ContainsFunc(w.points, func(p point) bool { return p.act == asks && len(w.v.known(p)) > 0 }) {
			continue
		}
		if all := useful(flatten(r.Output)); len(all) > 0 {
			w.add(w.p.found, "fact", listed(all))
		}
	}
}

// teamAnswer is an answer that the people gave at once, when the asking tool brings one back.
func (v view) teamAnswer() (string, bool) {
	for i, r := range v.results {
		t, ok := v.tool(v.nameOf(i))
		if !ok || kindOf(t) != askTool {
			continue
		}
		for _, f := range flatten(r.Output) {
			if anyPhrase(words(f.key), "answer,reply,response") && len(words(f.value)) > 0 && f.value != "true" && f.value != "false" {
				return f.value, true
			}
		}
	}
	return "", false
}

// news are changes that the client told us.
func (w *writer) news() {
	for _, p := range w.points {
		if _, said := w.saying(p); said || p.act != changes {
			continue
		}
		pool := w.p.notedLoose
		if w.v.proposed(p) {
			pool = w.p.noted
		}
		if w.v.mourns() {
			pool = pool[:1] // without thanks
		}
		w.add(pool, "about", w.bareAbout(p), "value", w.quote(changeValue(p)))
	}
}
