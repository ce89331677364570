package actor

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A picture is chosen where the answer has "order" and "seen"; what is wanted is said in English where it has "english" alone. The
// actor sees no pictures: it goes by what is written beside each one.

func (s schema) choosesPhoto() bool {
	return len(s.props) == 2 && slices.ContainsFunc(s.props, func(p property) bool { return p.name == "order" }) &&
		slices.ContainsFunc(s.props, func(p property) bool { return p.name == "seen" })
}

func (s schema) asksInEnglish() bool { return len(s.props) == 1 && s.props[0].name == "english" }

// wantedPicture is the brief, and all the words around it.
func (v view) wantedPicture() (brief, around string) {
	for _, t := range v.req.Turns {
		if t.Role == "user" {
			around += t.Text + "\n"
		}
	}
	brief, around, _ = cutTag(around, "draft", strings.Index)
	return brief, around
}

// inEnglish says what can be seen of the words: what the actor knows by name, and names that it does not know as they are.
func (v view) inEnglish() string {
	brief, _ := v.wantedPicture()
	return inEnglishWords(brief)
}

func inEnglishWords(brief string) string {
	low := " " + fold(brief) + " "
	var said []string
	for _, f := range featureWords {
		if f.value != "" && f.of != "source" && f.heard.MatchString(low) && !slices.Contains(said, f.value) {
			said = append(said, f.value)
		}
		if f.value == "" && f.of == "people" && f.heard.MatchString(low) {
			said = append(said, "people")
		}
	}
	b, _ := json.Marshal(map[string]string{"english": strings.Join(said, " ")})
	return string(b)
}

var (
	shownPicture = regexp.MustCompile(`(?m)^picture (\d+): (.*)$`)
	checkLine    = regexp.MustCompile(`(?m)^\s+(\d+): (.+)$`)
	checkHead    = regexp.MustCompile(`(?s)write down under "seen".*`)
)

type placed struct {
	Picture int      `json:"picture"`
	Reason  string   `json:"reason"`
	Focus   focus    `json:"focus"`
	score   float64  // how much of the brief is known to be in it
	terms   []string // which words of the brief
}

type focus struct {
	X float64 `json:"x"`
	Y float64 `json:"y"`
}

type sighted struct {
	Picture int   `json:"picture"`
	Checks  []int `json:"checks"`
}

func (v view) choosePhoto() string {
	brief, around := v.wantedPicture()
	var known struct{ English string }
	_ = json.Unmarshal([]byte(inEnglishWords(brief)), &known)
	wanted := words(brief + " " + known.English)
	checks := checkLine.FindAllStringSubmatch(checkHead.FindString(v.req.System), -1)
	out := struct {
		Order []placed  `json:"order"`
		Seen  []sighted `json:"seen"`
	}{[]placed{}, []sighted{}}
	for _, m := range shownPicture.FindAllStringSubmatch(around, -1) {
		n, _ := strconv.Atoi(m[1])
		p := placed{Picture: n, Focus: focus{0.5, 0.5}}
		text := " " + fold(m[2]) + " "
		for _, w := range wanted {
			if len(w.low) > 3 && strings.Contains(text, w.low) && !slices.Contains(p.terms, w.low) {
				p.terms = append(p.terms, w.low)
			}
		}
		p.score = float64(len(p.terms)) + qualityOf(m[2])
		p.Reason = "Nothing speaks against it."
		if len(p.terms) > 0 {
			p.Reason = "In it: " + strings.Join(p.terms, ", ") + "."
		}
		out.Order = append(out.Order, p)
		s := sighted{Picture: n, Checks: []int{}}
		for _, c := range checks {
			if i, _ := strconv.Atoi(c[1]); mentionsAll(text, c[2]) {
				s.Checks = append(s.Checks, i)
			}
		}
		if len(s.Checks) > 0 {
			out.Seen = append(out.Seen, s)
		}
	}
	slices.SortStableFunc(out.Order, func(a, b placed) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	b, _ := json.Marshal(out)
	return string(b)
}

var qualityIn = regexp.MustCompile(`quality: ([0-9.]+)`)

func qualityOf(facts string) float64 {
	if m := qualityIn.FindStringSubmatch(facts); m != nil {
		q, _ := strconv.ParseFloat(strings.TrimRight(m[1], "."), 64)
		return q / 2
	}
	return 0
}

// mentionsAll: every word of the check that means something stands in what is known of the picture, in any of the actor's languages.
func mentionsAll(text, check string) bool {
	found := false
	for _, w := range words(check) {
		if len(w.low) < 3 || slices.Contains(articles, w.low) {
			continue
		}
		low := w.low
		if en, ok := sameThing[low]; ok {
			low = en
		}
		if !strings.Contains(text, low) {
			return false
		}
		found = true
	}
	return found
}

var articles = []string{"the", "our", "das", "der", "die", "den", "unser", "unsere", "il", "la", "lo", "nostro", "nostra", "el", "los", "las", "nuestro", "nuestra"}

var sameThing = map[string]string{"alte": "old", "alten": "old", "altes": "old", "vecchio": "old", "vecchia": "old", "antiguo": "old", "antigua": "old", "viejo": "old", "vieja": "old", "logotipo": "logo"}
