package actor

// merge drops what stands beside something that matters, and joins clauses of one act and topic.
func merge(all []point) []point {
	var out []point
	matters := false
	for _, p := range all {
		matters = matters || !p.small()
	}
	for _, p := range all {
		if n := len(out); n > 0 && p.act == chases {
			continue // impatience behind something said
		}
		if matters && (p.act == mumbles || p.act == gestures) {
			continue
		}
		if n := len(out); n > 0 && out[n-1].act == p.act && out[n-1].topic == p.topic && p.topic != noTopic && p.act != asks && p.scene == "" && out[n-1].scene == "" {
			out[n-1].text += " " + p.text
			out[n-1].details = append(out[n-1].details, p.details...)
			continue
		}
		out = append(out, p)
	}
	return out
}

// inherit gives "and on Saturday?" or "any news?" the topic of what was said before.
func (v view) inherit(all []point) []point {
	for i := range all {
		p := &all[i]
		if p.scene != "" {
			continue
		}
		if p.topic == noTopic && p.act == complains && i > 0 {
			p.topic = all[i-1].topic
		}
		if p.topic == noTopic && p.act == asks && i > 0 && len(words(p.text)) <= 3 {
			p.topic = all[i-1].topic
			continue
		}
		if p.topic != noTopic || (p.act != chases && (p.act != asks || len(p.details) == 0 || len(words(p.text)) > 5)) {
			continue
		}
		if i > 0 && all[i-1].topic != noTopic {
			p.topic = all[i-1].topic
			continue
		}
		if before, ok := v.lastAsked(); ok {
			p.topic = before.topic
			if p.act == chases {
				p.text, p.details, p.act = before.text, before.details, chases
			}
		}
	}
	return all
}

// lastAsked is the client's last point with a topic in the conversation before.
func (v view) lastAsked() (point, bool) {
	for i := len(v.history) - 1; i >= 0; i-- {
		if v.history[i].us {
			continue
		}
		for _, c := range clauses(v.history[i].text) {
			if p := parse(c); p.topic != noTopic {
				return p, true
			}
		}
	}
	return point{}, false
}
