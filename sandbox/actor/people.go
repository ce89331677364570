package actor

import (
	"slices"
	"strings"
)

// forPeople says what goes to the team, all in one sentence, with what is true of such things anyway.
func (w *writer) forPeople() {
	open := w.unsettled()
	if len(open) == 0 {
		return
	}
	if !w.style.short {
		w.emptyRecord(open)
		w.remarks(open)
	}
	if _, answered := w.v.teamAnswer(); answered {
		return
	}
	what := w.what(open)
	switch {
	case slices.ContainsFunc(open, func(p point) bool { return p.act == chases }):
		w.add(w.p.waiting, "what", what)
	case w.v.passedOn():
		w.add(w.p.held, "what", what)
	default:
		w.add(w.p.needs, "what", what)
	}
}

// unsettled are the points that neither the record nor a tool has settled.
func (w *writer) unsettled() []point {
	var open []point
	for _, p := range w.points {
		_, said := w.saying(p)
		switch {
		case said, !p.needsWork() || p.act == changes, p.howTo(), p.act == asks && len(w.v.known(p)) > 0:
		case p.act == wishes && w.v.proposed(p) && !w.v.redo:
		default:
			open = append(open, p)
		}
	}
	return open
}

// emptyRecord admits that the record was read in vain.
func (w *writer) emptyRecord(open []point) {
	for _, p := range open {
		if p.act == asks && p.onRecord() && len(w.v.results) > 0 && slices.ContainsFunc(w.v.req.Tools, func(t Tool) bool { return kindOf(t) == readTool && w.v.wasCalled(t.Name) }) {
			w.add(w.p.nothing, "about", w.bareAbout(p))
			return
		}
	}
}

func (w *writer) remarks(open []point) {
	seen := map[topic]bool{}
	for _, p := range open {
		if pool := w.p.remark[p.topic]; pool != nil && !seen[p.topic] && len(seen) < 2 && p.act != complains {
			w.add(pool)
			seen[p.topic] = true
		}
	}
}

// what names the open points as one object: "your questions about the invoice (March) and about the ads".
func (w *writer) what(open []point) string {
	pattern := w.p.message
	switch one := len(open) == 1; {
	case w.all(open, asks) && one:
		pattern = w.p.question
	case w.all(open, asks):
		pattern = w.p.questions
	case w.all(open, wishes) && one:
		pattern = w.p.wish
	case w.all(open, wishes):
		pattern = w.p.wishes
	}
	var abouts []string
	for _, p := range byTopic(open) {
		if len(open) == 1 && p.act == complains && p.topic != noTopic { // the apology named it
			break
		}
		abouts = append(abouts, w.about(p))
	}
	return strings.ReplaceAll(register(pattern, w.style.formal), "{about}", w.series(abouts))
}

// byTopic puts points of one topic together, with all their particulars.
func byTopic(open []point) []point {
	var out []point
	for _, p := range open {
		i := slices.IndexFunc(out, func(o point) bool { return o.topic == p.topic && p.topic != noTopic })
		if i < 0 {
			out = append(out, p)
			continue
		}
		out[i].details = append(slices.Clone(out[i].details), p.details...)
	}
	return out
}

func (w *writer) all(open []point, a act) bool {
	return !slices.ContainsFunc(open, func(p point) bool { return p.act != a })
}

func (w *writer) series(items []string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	return strings.Join(items[:len(items)-1], ", ") + " " + w.p.and + " " + items[len(items)-1]
}
