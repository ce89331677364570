package actor

import (
	"hash/fnv"
	"regexp"
	"slices"
	"strings"
)

// writer puts one text together. Its dice fall the same way for the same seed, request and try.
type writer struct {
	v      view
	points []point
	plan   plan
	style  style
	p      phrases
	dice   uint64
	first  bool // the conversation begins with this text
	done   []string
}

// write composes the answer, or for a redo one that obeys the hint and differs from the draft before.
func (a *Actor) write(v view, points []point, pl plan) string {
	s := v.style()
	if v.redo {
		return a.rewrite(v, points, pl, s.heed(v.hint))
	}
	return a.compose(v, points, pl, s, 0)
}

func (a *Actor) compose(v view, points []point, pl plan, s style, try uint64) string {
	w := &writer{v: v, points: points, plan: pl, style: s, p: tongues[s.language], dice: roll(a.seed, v, try), first: !v.weSpoke()}
	return w.text()
}

func roll(seed uint64, v view, try uint64) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(v.words() + "\x00" + v.client()))
	return h.Sum64() ^ seed*0x9E3779B97F4A7C15 + try*0x2545F4914F6CDD1D
}

func (v view) mourns() bool { return anyPhrase(words(v.words()), mourning) }

func (v view) weSpoke() bool {
	return slices.ContainsFunc(v.history, func(m said) bool { return m.us })
}

// pick chooses from a pool; each place in the text turns the dice.
func (w *writer) pick(pool []string) string {
	if len(pool) == 0 {
		return ""
	}
	w.dice = w.dice*6364136223846793005 + 1442695040888963407
	return register(pool[(w.dice>>33)%uint64(len(pool))], w.style.formal)
}

// add appends a sentence with its slots filled: pairs of name and value.
func (w *writer) add(pool []string, slots ...string) {
	s := w.pick(pool)
	for i := 0; i+1 < len(slots); i += 2 {
		s = strings.ReplaceAll(s, "{"+slots[i]+"}", slots[i+1])
		s = strings.ReplaceAll(s, "{"+upperFirst(slots[i])+"}", upperFirst(slots[i+1]))
	}
	if s = tidy(s); s != "" {
		w.done = append(w.done, s)
	}
}

var (
	spaces  = regexp.MustCompile(`[ \t]+`)
	doubled = regexp.MustCompile(`([.!?…])(?:\s*\.)+`)
)

// tidy mends what filled slots leave behind: blanks, doubled stops, a small letter at the start.
func tidy(s string) string {
	s = spaces.ReplaceAllString(s, " ")
	s = strings.NewReplacer(" .", ".", " !", "!", " ?", "?", " ,", ",", " ;", ";", " :", ":", "( ", "(", " )", ")").Replace(s)
	s = doubled.ReplaceAllString(s, "$1")
	return upperFirst(strings.TrimSpace(s))
}

// text builds the parts in the order in which a person would write them.
func (w *writer) text() string {
	w.open()
	w.feelings()
	w.situations()
	w.smallWords()
	w.knowledge()
	w.news()
	w.forPeople()
	w.refusals()
	w.sayHint()
	w.onward()
	w.farewell()
	return w.finish()
}

func (w *writer) has(acts ...act) bool {
	return slices.ContainsFunc(w.points, func(p point) bool { return slices.Contains(acts, p.act) })
}

func (w *writer) only(acts ...act) bool {
	return !slices.ContainsFunc(w.points, func(p point) bool { return !slices.Contains(acts, p.act) })
}

// open greets by name: whoever wrote, fully in a first text, with thanks later on.
func (w *writer) open() {
	name := strings.Join(w.v.names(), " "+w.p.and+" ")
	if w.allSituated() && !w.first && !w.v.redo && !w.style.formal {
		return // their own words are greeting enough in the middle of a conversation
	}
	if w.style.bare {
		if name != "" {
			w.done = append(w.done, name+",")
		}
		return
	}
	greeted := w.first || w.has(greets)
	switch {
	case name == "" && greeted:
		w.add(w.p.helloAll)
	case name == "":
		if !w.style.short {
			w.add(w.p.againAll)
		}
	case w.style.short && !w.style.formal, w.only(thanks, saysBye, gestures, agrees, affirms, denies) && !w.style.formal:
		w.add(w.p.hello[:2], "name", name)
	case w.style.formal && w.style.language != russian && (greeted || w.v.redo):
		w.add(w.p.helloFormal, "name", name)
	case greeted && (w.style.warm || w.has(complains) || w.v.mourns()):
		w.add(w.p.hello[:1], "name", name)
	case greeted:
		w.add(w.p.hello, "name", name)
	default:
		w.add(w.p.again, "name", name)
	}
	if w.style.warm {
		w.add(w.p.warm)
	}
	if w.v.foreign() {
		w.add(w.p.foreign)
	}
}

// names of all who wrote the unanswered words, at most three.
func (v view) names() []string {
	var all []string
	for _, m := range v.unanswered {
		if m.name != "" && !slices.Contains(all, m.name) && len(all) < 3 {
			all = append(all, m.name)
		}
	}
	return all
}

// feelings: what went wrong for the client comes first.
func (w *writer) feelings() {
	if w.style.sorry {
		w.add(w.p.regret)
	}
	if w.v.mourns() && !w.allSituated() {
		w.add(w.p.sympathy)
	}
	for _, p := range w.points {
		if _, said := w.saying(p); p.act == complains && !said {
			w.add(w.p.sorry, "about", w.onlyTopic(p))
			return
		}
	}
}

// smallWords answers greetings, thanks, goodbyes, photos, and a yes or no to our own question.
func (w *writer) smallWords() {
	switch {
	case w.allSituated():
		return
	case w.only(greets, mumbles, gestures) && w.has(greets), len(w.points) == 0:
		w.add(w.p.help)
		return
	case w.only(thanks, agrees, gestures, saysBye, greets, affirms, denies):
		w.reply()
		return
	}
	for _, p := range w.points {
		if _, said := w.saying(p); said {
			continue
		}
		switch p.act {
		case sends:
			w.add(w.p.picture)
			if last := len(w.done) - 1; len(w.points) > 1 { // what it is for was said
				w.done[last] = strings.TrimSpace(sentences(w.done[last])[0])
			}
		case puzzles:
			w.add(w.p.sorryUnclear)
		case whoAsks:
			w.add(w.p.bot)
		case whatAsks:
			w.add(w.p.can)
		case mumbles:
			w.add(w.p.unclear, "echo", w.quote(p.text))
		case praises:
			w.add(w.p.glad, "about", w.onlyTopic(p))
		case tells:
			w.heard(p)
		}
	}
}

func (w *writer) reply() {
	question := w.v.lastQuestion()
	switch {
	case w.has(affirms) && question != "":
		w.add(w.p.yes, "echo", w.quote(question))
	case w.has(denies) && question != "":
		w.add(w.p.no, "echo", w.quote(question))
	case w.has(thanks):
		w.add(w.p.welcome)
	case w.has(saysBye):
		w.add(w.p.bye)
	default:
		w.add(w.p.fine)
	}
}

// lastQuestion is what we asked last, the sentence alone.
func (v view) lastQuestion() string {
	for _, m := range slices.Backward(v.history) {
		if !m.us {
			continue
		}
		for _, s := range slices.Backward(sentences(m.text)) {
			if strings.HasSuffix(strings.TrimSpace(s), "?") {
				return s
			}
		}
		return ""
	}
	return ""
}

func (w *writer) heard(p point) {
	if p.topic == noTopic && len(p.details) == 0 && len(w.points) > 1 {
		return
	}
	w.add(w.p.told, "about", w.about(p))
}

// refusals decline orders and what is none of our business.
func (w *writer) refusals() {
	for _, p := range w.points {
		switch p.act {
		case orders:
			w.add(w.p.decline)
		case strays:
			w.add(w.p.stray, "echo", w.quote(p.text))
		}
	}
}

// sayHint takes in what the manager wants said: in the text's language where it can be put so, else in their words.
func (w *writer) sayHint() {
	if w.style.ask != "" {
		w.add(w.p.inquire, "hint", strings.Trim(w.style.ask, " ?."))
	}
	said := strings.Trim(w.style.say, " .")
	if said == "" {
		return
	}
	if put, ok := render(said, w.p); ok {
		w.done = append(w.done, tidy(register(put, w.style.formal)+"."))
		return
	}
	if l, ok := speaks(said); !ok || l != w.style.language {
		w.add(w.p.quoted, "hint", w.quote(said))
		return
	}
	w.add(w.p.note, "hint", verbSecond(said, w.style.language))
}

// verbSecond undoes the word order that a German "sag, dass" leaves: "wir um 12 öffnen" is said as "wir öffnen um 12".
func verbSecond(s string, l language) string {
	fields := strings.Fields(s)
	if l != german || len(fields) < 3 || !anyPhrase(words(fields[0]), "wir,ihr,sie,er,es,ich,das") || anyPhrase(words(fields[1]), "sind,haben,machen,offnen,schliessen,rufen,kommen,ist,hat,geht,wird,werden,brauchen,schicken") {
		return s
	}
	last := len(fields) - 1
	return strings.Join(slices.Concat(fields[:1], fields[last:], fields[1:last]), " ")
}
