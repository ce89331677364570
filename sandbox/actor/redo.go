package actor

import (
	"slices"
	"strings"
)

// rewrite obeys the hint and never gives the same text again: of several tries it takes the one that fits the hint and is
// least like the draft before.
func (a *Actor) rewrite(v view, points []point, pl plan, s style) string {
	points = s.drop(points)
	best, bestScore := "", -1.0
	for try := uint64(1); try <= 12; try++ {
		text := a.compose(v, points, pl, s, try)
		if text = s.fit(text, v.previous, a, v, try); text == "" || same(text, v.previous) {
			continue
		}
		if score := 1 - similar(text, v.previous) + s.obeyed(text, v.previous); score > bestScore {
			best, bestScore = text, score
		}
	}
	if best == "" {
		best = a.compose(v, points, pl, s, 1) + " " + tongues[s.language].close[0]
	}
	return best
}

// drop leaves out the points about what the manager does not want mentioned.
func (s style) drop(points []point) []point {
	unwanted := topicsIn(words(s.without))
	return slices.DeleteFunc(slices.Clone(points), func(p point) bool {
		return slices.ContainsFunc(unwanted, func(t topicAt) bool { return t.topic == p.topic })
	})
}

func same(a, b string) bool {
	return strings.Join(strings.Fields(a), " ") == strings.Join(strings.Fields(b), " ")
}

// obeyed rewards a length on the wanted side of the draft before.
func (s style) obeyed(text, previous string) float64 {
	switch {
	case s.short && len(text) < len(previous), s.long && len(text) > len(previous):
		return 10
	}
	return 0
}

// fit brings a try to the wanted length and strips what the hint forbids.
func (s style) fit(text, previous string, a *Actor, v view, try uint64) string {
	p := tongues[s.language]
	if s.long {
		w := &writer{style: s, p: p, dice: roll(a.seed, v, try+100)}
		for i := 0; len(text) <= len(previous)+20 && i < 12; i++ {
			if more := w.pick(p.extra); !strings.Contains(text, more) {
				text += " " + more
			}
		}
		for i := 0; len(text) <= len(previous) && i < len(p.extra); i++ {
			text += " " + register(p.warm[i%len(p.warm)], s.formal)
		}
	}
	if s.short && previous != "" {
		said := s.say != "" || s.ask != ""
		if text = trim(text, len(previous)-1, said); len(text) >= len(previous) && !said {
			text = p.tiny[int(try)%len(p.tiny)]
		}
	}
	return text
}

// trim drops sentences until the text is short enough: the greeting first, then from the end, where the manager's words
// stay if there are some.
func trim(text string, most int, keepLast bool) string {
	list := sentences(text)
	for first := true; len(text) > most && len(list) > 1; first = false {
		if first || keepLast {
			list = list[1:]
		} else {
			list = list[:len(list)-1]
		}
		text = strings.Join(list, " ")
	}
	return text
}

func withoutEmoji(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0x1F000 || r >= 0x2600 && r <= 0x27BF || r == 0xFE0F || r == 0x200D {
			return -1
		}
		return r
	}, s)
	return tidy(s)
}
