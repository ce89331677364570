package actor

import (
	"strings"
)

// about names a point with its particulars: "zur Rechnung (März, 200 €)"; what has no topic is quoted.
func (w *writer) about(p point) string {
	base := w.bareAbout(p)
	if p.topic == noTopic {
		return base
	}
	particulars := w.particulars(p)
	if len(particulars) == 0 && w.style.language == w.v.tongue() && !w.style.short && !w.plain(p) && len(words(p.text)) >= 3 && len([]rune(p.text)) <= 70 {
		particulars = []string{w.quote(p.text)}
	}
	if len(particulars) == 0 {
		return base
	}
	return base + " (" + strings.Join(particulars[:min(len(particulars), 5)], ", ") + ")"
}

// plain: the topic says all of the only thing that was asked.
func (w *writer) plain(p point) bool {
	switch p.topic {
	case price, publishing, numbers, phoneCall, contract:
		return len(w.points) == 1
	}
	return false
}

// particulars in the client's words; days in ours, when we answer in another language.
func (w *writer) particulars(p point) []string {
	all := texts(p.details)
	if w.style.language == w.v.tongue() {
		return all
	}
	for i, text := range all {
		if day, ok := w.p.day(text); ok {
			all[i] = day
		}
	}
	return all
}

// dated is about with what the client named, without quoting the question itself.
func (w *writer) dated(p point) string {
	if len(p.details) == 0 {
		return w.bareAbout(p)
	}
	return w.about(p)
}

// onlyTopic is about, but nothing for what has no topic: for sentences that quote badly.
func (w *writer) onlyTopic(p point) string {
	if p.topic == noTopic {
		return ""
	}
	return w.about(p)
}

func (w *writer) bareAbout(p point) string {
	if len(words(p.text)) == 0 {
		return ""
	}
	if p.topic != noTopic {
		return register(w.p.about[p.topic], w.style.formal)
	}
	return w.quote(p.text)
}

func (w *writer) quote(s string) string {
	s = strings.Trim(strings.TrimSpace(s), " .,;!\"“”„«»")
	return w.p.quotes[0] + short(s, 90) + w.p.quotes[1]
}
