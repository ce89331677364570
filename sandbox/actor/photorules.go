package actor

import (
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Rules about pictures are asked for by the answer's shape: an object with "rules" and "cannot". The actor takes a directive apart
// into wishes, one per piece between two commas, and knows what people usually say about pictures of restaurants. What it does
// not know it keeps as something to look for; what nobody can see in a picture it gives back.

func (s schema) asksForRules() bool {
	return len(s.props) == 2 && slices.ContainsFunc(s.props, func(p property) bool { return p.name == "rules" }) &&
		slices.ContainsFunc(s.props, func(p property) bool { return p.name == "cannot" })
}

// photoRule is one rule as the platform wants it.
type photoRule struct {
	Verb   string   `json:"verb"`
	Of     string   `json:"of"`
	Values []string `json:"values"`
	Number *float64 `json:"number"`
	Months []int    `json:"months"`
	Check  string   `json:"check"`
	Words  string   `json:"words"`
}

type photoRules struct {
	Rules  []photoRule `json:"rules"`
	Cannot []string    `json:"cannot"`
}

func (v view) photoRules() string {
	text := ""
	for _, t := range v.req.Turns {
		if t.Role == "user" {
			text = t.Text
		}
	}
	if inside, _, ok := cutTag(text, "client_words", strings.LastIndex); ok {
		text = inside
	}
	out := directive(text)
	b, _ := json.Marshal(out)
	return string(b)
}

// directive reads all wishes of a text.
func directive(text string) photoRules {
	out := photoRules{Rules: []photoRule{}, Cannot: []string{}}
	for _, sentence := range sentenceEnds.Split(text, -1) {
		verb := "" // of the piece before, in the same sentence
		for _, piece := range pieces(sentence) {
			w := wish{said: piece, low: " " + fold(piece) + " "}
			if own := w.verb(); own != "" {
				verb = own
			}
			switch {
			case w.counts():
				out.Cannot = append(out.Cannot, piece)
			case verb != "":
				out.Rules = append(out.Rules, w.rules(verb)...)
			}
		}
	}
	if len(out.Rules)+len(out.Cannot) == 0 && strings.TrimSpace(text) != "" {
		out.Cannot = append(out.Cannot, strings.TrimSpace(text))
	}
	return out
}

var (
	sentenceEnds = regexp.MustCompile(`[\n!?]+|\.(?:\s|$)`)
	pieceEnds    = regexp.MustCompile(`[,;]+`)
	joints       = regexp.MustCompile(`(?i)\s+(?:and|und|e|ed|y|but|aber|ma|pero)\s+((?:no|not|never|only|just|always|without|don'?t|prefer|kein\w*|nie\w*|nur|nicht|ohne|immer|niente|mai|solo|soltanto|senza|non|sempre|ningun\w*|nunca|sin|siempre|s[oó]lo|jam[aá]s)\b)`)
)

func pieces(text string) []string {
	var out []string
	for _, p := range pieceEnds.Split(text, -1) {
		for q := range strings.SplitSeq(joints.ReplaceAllString(p, "\n$1"), "\n") {
			if q = strings.TrimSpace(q); q != "" {
				out = append(out, q)
			}
		}
	}
	return out
}

// wish is one piece of a directive, folded for looking things up.
type wish struct{ said, low string }

var wishVerbs = []struct {
	verb  string
	heard *regexp.Regexp
}{
	{"prefer", regexp.MustCompile(`\b(?:prefer\w*|preferi\w*|lieber|bevorzug\w*|am liebsten|meglio|mejor|rather|possibly|if possible|se possibile|si es posible|wenn moglich|moglichst)\b`)},
	{"require", regexp.MustCompile(`\b(?:nothing but|niente (?:altro|tranne)|nichts ausser|nada mas que)\b`)},
	{"forbid", regexp.MustCompile(`\b(?:no|not|never|don'?t|without|avoid|stop|kein\w*|nie|niemals|nicht|ohne|bitte keine|niente|mai|senza|non|nessun\w*|evita\w*|basta|ningun\w*|nunca|sin|jamas|nada de)\b`)},
	{"require", regexp.MustCompile(`\b(?:only|just|always|exclusively|nur|ausschliesslich|immer|solo|soltanto|solamente|sempre|esclusivamente|siempre|unicamente|must)\b`)},
}

// germanMay is no Italian "never".
var germanMay = regexp.MustCompile(`\b(?:von|bis|im|ab|mitte|ende|anfang) mai\b`)

func (w wish) verb() string {
	low := germanMay.ReplaceAllString(w.low, "")
	for _, v := range wishVerbs {
		if v.heard.MatchString(low) {
			return v.verb
		}
	}
	return ""
}

// counts says that the wish is about how often or at what hour: no picture shows that.
func (w wish) counts() bool { return uncounted.MatchString(w.low) && !again.MatchString(w.low) }

var (
	uncounted = regexp.MustCompile(`\b(?:times? (?:a|per)|twice|once (?:a|per)|mal (?:pro|im|die)|volte? (?:al|a)|veces? (?:al|por)|before (?:\d+|five|noon)|after \d+|vor \d+ uhr|nach \d+ uhr|prima delle|dopo le|antes de las|despues de las)\b`)
	again     = regexp.MustCompile(`\b(?:again|repeat\w*|same (?:photo|picture|image)|twice|wieder\w*|dasselbe|gleiche\w*|ripet\w*|stess[ao]|due volte|repet\w*|mism[ao]|dos veces)\b.*?(\d+)\s*(day|tag|giorn|dia|week|woche|settiman|seman|month|monat|mes)`)
)

// featureWords are what is said of pictures, in all languages at once, folded. Of the words that are found each makes a rule.
var featureWords = []struct {
	of, value string
	heard     *regexp.Regexp
}{
	{"children", "", regexp.MustCompile(`\b(?:child\w*|kids?|bab(?:y|ies)|kind(?:er\w*)?|bambin\w*|nin[oa]s?|menores|minor[is]\w*)\b`)},
	{"faces", "", regexp.MustCompile(`\b(?:faces?|gesicht\w*|facc\w+|volt[oi]|viso|visi|caras?|rostros?|recogni[sz]able\w*|riconoscibil\w*|erkennbar\w*|reconocible\w*)\b`)},
	{"people", "", regexp.MustCompile(`\b(?:people|persons?|guests?|customers?|staff|humans?|anyone|anybody|mensch\w*|leute|person\w*|gaste\w*|personal|person[ae]|gente|clienti|ospiti|clientes|nessuno|nadie)\b`)},
	{"logos", "", regexp.MustCompile(`\b(?:logos|logo|brands?|marken\w*|loghi|march[ei]|logotipos?|marcas?)\b`)},
	{"text", "", regexp.MustCompile(`\b(?:text\w*|writing|letters|captions?|schrift\w*|scritt[aeio]\w*|testo|testi|textos?|letras|price tags|prices?|prezz[io]|preise?|precios?)\b`)},
	{"season", "spring", regexp.MustCompile(`\b(?:spring|fruhling\w*|primaver\w*)\b`)},
	{"season", "summer", regexp.MustCompile(`\b(?:summer\w*|sommer\w*|estiv[aeio]|estate|verano|veraniegas?)\b`)},
	{"season", "autumn", regexp.MustCompile(`\b(?:autumn|fall|herbst\w*|autunn\w*|otono\w*)\b`)},
	{"season", "winter", regexp.MustCompile(`\b(?:winter\w*|snow|invern\w*|invierno|invernal\w*|neve|nieve|schnee)\b`)},
	{"tags", "terrace", regexp.MustCompile(`\b(?:terrace|terrasse\w*|terrazz\w*|terraza|dehors|patio)\b`)},
	{"tags", "garden", regexp.MustCompile(`\b(?:garden|garten\w*|giardino|jardin)\b`)},
	{"tags", "kitchen", regexp.MustCompile(`\b(?:kitchen|kuche\w*|cucina|cocina)\b`)},
	{"tags", "bar", regexp.MustCompile(`\b(?:bar|theke|bancone|barra)\b`)},
	{"tags", "sea", regexp.MustCompile(`\b(?:sea|meer\w*|mare|mar)\b`)},
	{"tags", "interior", regexp.MustCompile(`\b(?:interior\w*|indoors?|inside|innen\w*|intern[io]|interiores)\b`)},
	{"tags", "outdoors", regexp.MustCompile(`\b(?:outdoors?|outside|draussen|aussen\w*|estern[io]|all'aperto|exterior\w*|aire libre)\b`)},
	{"tags", "alcohol", regexp.MustCompile(`\b(?:alcohol\w*|alkohol\w*|alcol\w*|booze|spirits)\b`)},
	{"tags", "beer", regexp.MustCompile(`\b(?:beers?|bier\w*|birr[ae]|cervezas?)\b`)},
	{"tags", "wine", regexp.MustCompile(`\b(?:wines?|wein\w*|vin[oi]|vinos?)\b`)},
	{"tags", "meat", regexp.MustCompile(`\b(?:meat|fleisch\w*|carne)\b`)},
	{"dish", "pizza", regexp.MustCompile(`\bpizz[aei]\w*\b`)},
	{"dish", "pasta", regexp.MustCompile(`\b(?:pasta|nudel\w*)\b`)},
	{"dish", "paella", regexp.MustCompile(`\bpaellas?\b`)},
	{"dish", "tiramisu", regexp.MustCompile(`\btiramisu\b`)},
	{"dish", "lemon cake", regexp.MustCompile(`\b(?:lemon cake|zitronenkuchen|torta al limone|tarta de limon)\b`)},
	{"dish", "burger", regexp.MustCompile(`\bburgers?\b`)},
	{"dish", "steak", regexp.MustCompile(`\b(?:steaks?|bistecc\w+)\b`)},
	{"dish", "fish", regexp.MustCompile(`\b(?:fish|fisch\w*|pesce|pescado)\b`)},
	{"dish", "dessert", regexp.MustCompile(`\b(?:desserts?|nachtisch\w*|dolc[ei]|postres?)\b`)},
	{"kind", "dish", regexp.MustCompile(`\b(?:food|dish\w*|plates?|essen|gericht\w*|speisen|cibo|piatt[io]|comida|platos?)\b`)},
	{"kind", "drink", regexp.MustCompile(`\b(?:drinks?|cocktails?|getrank\w*|bevand\w+|drink|bebidas?)\b`)},
	{"kind", "place", regexp.MustCompile(`\b(?:rooms?|the place|our place|lokal|raume|locale|sala|il posto|salon|el local)\b`)},
	{"kind", "text", regexp.MustCompile(`\b(?:menus?|menu cards?|flyers?|posters?|speisekarte\w*|flugblatt\w*|volantin\w*|locandin\w*|carteles?)\b`)},
	{"source", "website", regexp.MustCompile(`\b(?:website|webseite|sito|pagina web|sitio web)\b`)},
	{"source", "whatsapp", regexp.MustCompile(`\b(?:whatsapp|our own (?:photos|pictures)|we (?:send|sent)|unsere eigenen|le nostre foto|nuestras (?:propias )?fotos)\b`)},
}

var (
	badQuality  = regexp.MustCompile(`\b(?:blurr\w*|dark|bad quality|poor quality|unscharf\w*|verwackelt\w*|dunk[el]\w*|sfocat\w*|moss[ae]|scur[aei]|brutt[aei]|borros\w*|oscur\w*|movidas)\b`)
	goodQuality = regexp.MustCompile(`\b(?:sharp|good quality|high quality|best (?:photos|pictures)|gute qualitat|scharfe|belle|di qualita|nitid\w*|buena calidad)\b`)
	risky       = regexp.MustCompile(`\b(?:risk\w*|riskant\w*|rischi\w*|arriesgad\w*)\b`)
	// theOne is a thing that only somebody who knows it can tell from others of its kind.
	theOne = regexp.MustCompile(`\b((?:the |our |das |unser |il |nostro |vecchio |el |nuestro )?(?:old|former|previous|alte[snrm]?|vorherige\w*|vecchi[oa]|precedente|antigu[oa]|viej[oa])\b.*|(?:il |el )?\w+ (?:vecchi[oa]|antigu[oa]|viej[oa]|precedente|anterior)\b.*)$`)
)

var monthWords = []*regexp.Regexp{
	regexp.MustCompile(`\b(?:jan\w*|gennaio|enero)\b`), regexp.MustCompile(`\b(?:feb\w*)\b`), regexp.MustCompile(`\b(?:march|marz\w*|marzo)\b`), regexp.MustCompile(`\b(?:apr\w*|abril)\b`),
	regexp.MustCompile(`\b(?:may|mai|maggio|mayo)\b`), regexp.MustCompile(`\b(?:june|juni|giugno|junio)\b`), regexp.MustCompile(`\b(?:july|juli|luglio|julio)\b`), regexp.MustCompile(`\b(?:aug\w*|agosto)\b`),
	regexp.MustCompile(`\b(?:sept\w*|settembre)\b`), regexp.MustCompile(`\b(?:oct\w*|okt\w*|ottobre)\b`), regexp.MustCompile(`\b(?:nov\w*)\b`), regexp.MustCompile(`\b(?:dec\w*|dez\w*|dicembre|diciembre)\b`),
}

// months are those that a wish names: one, or from one to the other.
func (w wish) months() []int {
	type place struct{ at, month int }
	var found []place
	for i, m := range monthWords {
		if at := m.FindStringIndex(w.low); at != nil {
			found = append(found, place{at[0], i + 1})
		}
	}
	slices.SortFunc(found, func(a, b place) int { return a.at - b.at })
	switch len(found) {
	case 0:
		return nil
	case 1:
		return []int{found[0].month}
	}
	var all []int
	for m := found[0].month; ; m = m%12 + 1 {
		all = append(all, m)
		if m == found[1].month {
			break
		}
	}
	slices.Sort(all)
	return all
}

func (w wish) rules(verb string) (out []photoRule) {
	add := func(r photoRule) {
		if r.Verb == "" {
			r.Verb = verb
		}
		r.Words = w.said
		for i, x := range out { // "pizza and pasta": any of them
			if x.Of == r.Of && len(x.Values) > 0 && len(r.Values) > 0 && x.Verb == r.Verb {
				out[i].Values = append(out[i].Values, r.Values...)
				return
			}
		}
		out = append(out, r)
	}
	if m := again.FindStringSubmatch(w.low); m != nil {
		add(photoRule{Verb: "require", Of: "rest", Number: days(m[1], m[2])})
		return filled(out)
	}
	if verb == "forbid" && theOne.MatchString(strings.TrimSpace(w.low)) {
		add(photoRule{Of: "look", Check: w.rest()})
		return filled(out)
	}
	switch {
	case badQuality.MatchString(w.low) && verb == "forbid", goodQuality.MatchString(w.low) && verb == "require":
		add(photoRule{Verb: "require", Of: "quality", Number: new(0.5)})
	case goodQuality.MatchString(w.low) && verb == "prefer":
		add(photoRule{Of: "quality", Number: new(0.7)})
	case risky.MatchString(w.low) && verb == "forbid":
		add(photoRule{Verb: "require", Of: "risk", Number: new(0.2)})
	}
	months := w.months()
	for _, f := range featureWords {
		if !f.heard.MatchString(w.low) || f.of == "people" && len(out) > 0 && slices.ContainsFunc(out, func(r photoRule) bool { return r.Of == "children" || r.Of == "faces" }) {
			continue
		}
		r := photoRule{Of: f.of, Values: nil}
		if f.value != "" {
			r.Values = []string{f.value}
			if f.value == "alcohol" {
				r.Values = []string{"alcohol", "beer", "wine", "cocktail"}
			}
		}
		if months != nil {
			r.Months = months
			if verb == "require" { // the terrace only from May to September: not in the others
				r.Verb, r.Months = "forbid", otherMonths(months)
			}
		}
		add(r)
	}
	// "only food" beside "pizza": the narrower one is meant.
	if slices.ContainsFunc(out, func(r photoRule) bool { return r.Of == "dish" }) {
		out = slices.DeleteFunc(out, func(r photoRule) bool { return r.Of == "kind" && slices.Equal(r.Values, []string{"dish"}) })
	}
	if rest := w.rest(); len(out) == 0 && rest != "" {
		add(photoRule{Of: "look", Check: rest})
	}
	return filled(out)
}

// filled has empty lists instead of none: the platform's schema wants them.
func filled(all []photoRule) []photoRule {
	for i := range all {
		if all[i].Values == nil {
			all[i].Values = []string{}
		}
		if all[i].Months == nil {
			all[i].Months = []int{}
		}
	}
	return all
}

func days(n, unit string) *float64 {
	d, _ := strconv.ParseFloat(n, 64)
	switch {
	case strings.HasPrefix(unit, "week"), strings.HasPrefix(unit, "woche"), strings.HasPrefix(unit, "settiman"), strings.HasPrefix(unit, "seman"):
		d *= 7
	case strings.HasPrefix(unit, "month"), strings.HasPrefix(unit, "monat"), strings.HasPrefix(unit, "mes"):
		d *= 30
	}
	return &d
}

func otherMonths(months []int) []int {
	var rest []int
	for m := 1; m <= 12; m++ {
		if !slices.Contains(months, m) {
			rest = append(rest, m)
		}
	}
	return rest
}

var wishFrame = regexp.MustCompile(`(?i)^(?:please|bitte|per favore|por favor|we (?:want|would like)|wir (?:wollen|möchten)|vogliamo|queremos|no|not|never|don'?t|do not|without|avoid|only|just|always|prefer\w*|use|show|post|kein\w*|nie|niemals|nicht|ohne|nur|immer|lieber|zeig\w*|niente|mai|senza|non|nessun\w*|solo|soltanto|sempre|usate|mettete|pubblicate|preferi\w*|ning[uú]n\w*|nunca|sin|jam[aá]s|nada|s[oó]lo|siempre|us[eé]is|pong[aá]is|publi\w+|de|photos?|pictures?|fotos?|bilder|immagini|im[aá]genes|of|von|di|mit|with|con)\s+`)

// rest is what the wish is about, without the words that only make it a wish.
func (w wish) rest() string {
	s := strings.TrimSpace(w.said)
	for {
		cut := wishFrame.ReplaceAllString(s, "")
		if cut == s {
			return strings.Trim(s, " .!?")
		}
		s = strings.TrimSpace(cut)
	}
}
