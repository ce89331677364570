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
	case w.style.short && !w.style.formal, w.only(thanks, parts_, gestures, agrees, affirms, denies) && !w.style.formal:
		w.add(w.p.hello[:2], "name", name)
	case w.style.formal && w.style.language != russian && (greeted || w.v.redo):
		w.add(w.p.helloFormal, "name", name)
	case greeted && w.style.warm:
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
	for _, p := range w.points {
		if p.act == complains {
			w.add(w.p.sorry, "about", w.onlyTopic(p))
			return
		}
	}
}

// smallWords answers greetings, thanks, goodbyes, photos, and a yes or no to our own question.
func (w *writer) smallWords() {
	switch {
	case w.only(greets, mumbles, gestures) && w.has(greets), len(w.points) == 0:
		w.add(w.p.help)
		return
	case w.only(thanks, agrees, gestures, parts_, greets, affirms, denies):
		w.reply()
		return
	}
	for _, p := range w.points {
		switch p.act {
		case sends:
			w.add(w.p.picture)
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
	case w.has(parts_):
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
		if !ok || kindOf(t) == askTool || anyPhrase(nameWords(t.Name), "profile,facts") {
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
		if p.act != changes {
			continue
		}
		pool := w.p.notedLoose
		if w.v.proposed(p) {
			pool = w.p.noted
		}
		w.add(pool, "about", w.bareAbout(p), "value", w.quote(changeValue(p)))
	}
}

// forPeople says what goes to the team, all in one sentence, with what is true of such things anyway.
func (w *writer) forPeople() {
	open := w.open_()
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

// open_ are the points that neither the record nor a tool has settled.
func (w *writer) open_() []point {
	var open []point
	for _, p := range w.points {
		switch {
		case !p.needsWork() || p.act == changes, p.howTo(), p.act == asks && len(w.v.known(p)) > 0:
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

// onward asks for what is missing, or for what helps next; else it serves the stage's goal.
func (w *writer) onward() {
	if len(w.plan.wanted) > 0 {
		w.add(w.p.missing, "fields", w.fieldNames())
		return
	}
	settled := slices.ContainsFunc(w.points, func(p point) bool { return p.topic == contract })
	if w.style.short || w.style.calm || settled || w.has(complains, orders, strays, chases) || w.only(thanks, parts_, gestures, agrees, affirms, denies) {
		return
	}
	if w.ask() {
		return
	}
	if pool := w.p.nudge[w.v.aim()]; pool != nil && !w.wasSaid(pool) {
		w.add(pool)
	}
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
	return !w.style.formal && !w.has(complains, orders) && (hasEmoji(w.v.words()) || w.style.warm || w.only(greets, thanks))
}

func hasEmoji(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x1F300 || r >= 0x2600 && r <= 0x27BF })
}

// about names a point with its particulars: "zur Rechnung (März, 200 €)"; what has no topic is quoted.
func (w *writer) about(p point) string {
	base := w.bareAbout(p)
	if p.topic == noTopic {
		return base
	}
	particulars := w.particulars(p)
	if len(particulars) == 0 && w.style.language == w.v.tongue() && !w.style.short && len(words(p.text)) >= 3 && len([]rune(p.text)) <= 70 {
		particulars = []string{w.quote(p.text)}
	}
	if len(particulars) == 0 {
		return base
	}
	return base + " (" + strings.Join(particulars[:min(len(particulars), 5)], ", ") + ")"
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
