package actor

import (
	"regexp"
	"slices"
	"strings"
)

// wishOfPost is one kind of thing that managers say about a post.
type wishOfPost struct {
	heard *regexp.Regexp
	do    func(p *posting, lines []string, said []string) []string
}

// obey changes the version before as the hint wants it. What is no known wish is taken as words to say.
func (p *posting) obey() string {
	lines := sentences(p.before)
	hint := strings.TrimSpace(p.hint)
	keeps := keepsWords.MatchString(hint)
	if keeps { // the photo was exchanged: the words stay, but for what else is wished
		hint = strings.TrimSpace(keepsWords.ReplaceAllString(hint, ""))
		p.alt = ""
	}
	known := keeps
	for _, w := range wishesOfPosts {
		m := w.heard.FindStringSubmatch(hint)
		if m == nil {
			continue
		}
		known = true
		if len(lines) == 0 {
			lines = []string{p.compose(0)}
		}
		lines = w.do(p, lines, m)
		hint = strings.Replace(hint, m[0], " ", 1)
	}
	if keeps {
		p.other = false
	}
	if rest := strings.Trim(leftOver.ReplaceAllString(hint, " "), " ,.;!"); !known && rest != "" {
		lines = beforeLast(lines, p.saying(rest))
	}
	return strings.TrimSpace(strings.Join(lines, " "))
}

var (
	keepsWords = regexp.MustCompile(`(?s)\(The photo has been exchanged already\.\)|The photo is another one now\. Keep the caption as it is where it fits this photo; write the alt text anew\.`)
	leftOver   = regexp.MustCompile(`(?i)\b(?:please|bitte|per favore|por favor|make it|a bit|and|und|e|y)\b`)
)

func beforeLast(lines []string, s string) []string {
	if s == "" || slices.Contains(lines, s) {
		return lines
	}
	if len(lines) < 2 {
		return append(lines, s)
	}
	return slices.Insert(lines, len(lines)-1, s)
}

func hearing(re string) *regexp.Regexp { return regexp.MustCompile(`(?is)` + re) }

// wishesOfPosts in their order: what stands first is taken out of the hint before the next is looked for.
var wishesOfPosts = []wishOfPost{
	{hearing(`(?:\banother|\bother|\bdifferent|\bnew|\bchange the|\bexchange the|\baltr[ao]|\bun['’]altra|\bandere[sn]?|\botra|\bcambia (?:la )?)\s*(?:photo|picture|image|foto|bild|immagine|imagen)`),
		func(p *posting, l []string, _ []string) []string { p.other = true; return l }},
	{hearing(`\balt(?: text)?:\s*([^\n]+)`), func(p *posting, l []string, m []string) []string { p.alt = strings.TrimSpace(m[1]); return l }},
	{hearing(`\b(?:start|begin|beginn\w*|inizia\w*|empieza|comienza)\s+(?:with|mit|con)\s*:?\s*["“«]?([^"”»,]+)["”»]?`),
		func(p *posting, l []string, m []string) []string { return append([]string{p.saying(m[1])}, l...) }},
	{hearing(`\b(?:no|without|drop the|remove the|remove|keine?|ohne|senza|niente|sin)\s+emoji\w*`),
		func(p *posting, l []string, _ []string) []string { return eachLine(l, withoutEmoji) }},
	{hearing(`\b(?:with|add|more|some|an|use|mit|mehr|con|più|aggiungi|más|añade)\s+(?:an? |some |un |qualche )?emoji\w*`),
		func(p *posting, l []string, _ []string) []string { return append(l, p.sign()+"✨") }},
	{hearing(`\b(?:no|without|remove the|remove|keine?|ohne|senza|niente|sin)\s+hashtags?`), func(p *posting, l []string, _ []string) []string {
		p.tags, p.plainTags = nil, true
		return l
	}},
	{hearing(`\b(?:more|mehr|più|más)\s+hashtags?`), func(p *posting, l []string, _ []string) []string {
		for _, t := range slices.Concat(p.subject.tags[p.in], postWords[p.in].tags, postWords[p.in].moreTags) {
			if len(p.tags) < 8 && !slices.Contains(p.tags, t) {
				p.tags = append(p.tags, t)
			}
		}
		return l
	}},
	{hearing(`\b(?:fewer|less|weniger|meno|menos)\s+hashtags?`), func(p *posting, l []string, _ []string) []string {
		p.tags = p.tags[:min(3, len(p.tags))]
		return l
	}},
	{hearing(`(?:\badd|\bwith|\bplus|\baggiungi|\bmit|\bcon|\bañade)?\s*((?:#[\p{L}\p{N}_]+[\s,]*)+)`), func(p *posting, l []string, m []string) []string {
		for _, t := range strings.FieldsFunc(m[1], func(r rune) bool { return strings.ContainsRune("# ,", r) }) {
			if !slices.Contains(p.tags, t) {
				p.tags = append(p.tags[:min(len(p.tags), 7)], t)
			}
		}
		return l
	}},
	{hearing(`\b(?:don['’]?t mention|do not mention|leave out|without mentioning|remove|drop|nicht erwähnen|lass\w*|senza|non parlare di|togli|sin|quita|no menciones)\s+(?:the |den |die |das |il |la |lo |el )?([^,.;\n]+)`),
		func(p *posting, l []string, m []string) []string { return without(l, m[1]) }},
	{hearing(`\b(?:no|without|keine?|ohne|senza|sin)\s+(?:questions?|fragen?|domande|domanda|preguntas?)`),
		func(p *posting, l []string, _ []string) []string {
			return dropIf(l, func(s string) bool { return strings.Contains(s, "?") })
		}},
	{hearing(`\b(?:no|fewer|without|keine?|ohne|senza|sin)\s+(?:exclamation\w*|ausrufe\w*|punti esclamativi|exclamacion\w*)(?: marks?)?`),
		func(p *posting, l []string, _ []string) []string {
			return eachLine(l, func(s string) string { return strings.NewReplacer("!", ".", "¡", "").Replace(s) })
		}},
	{hearing(`\b(?:(?:end|finish|close|schließ\w*|ende|finisci|chiudi|termina)\s+(?:it )?(?:with|mit|con)|add|with|ask|mit|aggiungi|con|añade)\s+(?:an? |einer? |una )?(?:question|frage|domanda|pregunta)\b`),
		func(p *posting, l []string, _ []string) []string { return append(l, postWords[p.in].question) }},
	{hearing(`\b(?:call to action|invite|invitation|book a table|reserv\w+|prenota\w*|einlad\w*|invit\w+)(?: (?:them|people|guests|to book|to come))*`),
		func(p *posting, l []string, _ []string) []string { return append(l, postWords[p.in].book) }},
	{hearing(`\b(?:mention|name|with|use|nenn\w*|con|usa)\s+(?:the |our |den |il |el )?(?:restaurant(?:['’]s)? name|name of the restaurant|namen?(?: des restaurants)?|nome(?: del ristorante)?|nombre(?: del restaurante)?)`),
		func(p *posting, l []string, _ []string) []string {
			return append(l, strings.ReplaceAll(postWords[p.in].from, "%n", p.named()))
		}},
	{hearing(`\b(?:funny|funnier|more fun|witty|joke|lustig\w*|witzig\w*|divertente|più simpatico|divertid[oa]|gracios[oa])\b`),
		func(p *posting, l []string, _ []string) []string { return beforeLast(l, postWords[p.in].joke) }},
	{hearing(`\b(?:warm\w*|friendl\w+|kinder|nicer|personal|herzlich\w*|freundlich\w*|caloros[oa]|più cald[oa]|cálid[oa]|cercan[oa])\b`),
		func(p *posting, l []string, _ []string) []string { return beforeLast(l, postWords[p.in].warm) }},
	{hearing(`\b(?:more )?(?:formal\w*|elegant\w*|serious|professional|förmlich\w*|seriös\w*|formale|elegante|profesional)\b`), func(p *posting, _ []string, _ []string) []string {
		p.formal = true
		return sentences(p.compose(0))
	}},
	{hearing(`(?:\b(?:translate|übersetz\w*|traduci\w*|traduce)?\s*\b(?:in|into|to|auf|ins|en|al?)\s+(?:english|german|italian|spanish|englisch\w*|deutsch\w*|italienisch\w*|spanisch\w*|inglese|tedesco|italiano|spagnolo|inglés|alemán|español))\b`),
		func(p *posting, _ []string, _ []string) []string { // the platform has said in which language
			p.tags, p.alt = nil, ""
			return sentences(p.compose(0))
		}},
	{hearing(`\b(?:one|a single|ein(?:en)?|una sola|una|un solo)\s+(?:sentence|line|satz|frase|riga)\b`), func(p *posting, l []string, _ []string) []string { return l[:1] }},
	{hearing(`\b(?:short\w*|brief\w*|less text|too long|kürzer|kurz\w*|zu lang|più cort[oa]|più breve|accorcia\w*|troppo lung[oa]|más cort[oa]|más breve|demasiado larg[oa])\b`),
		func(p *posting, l []string, _ []string) []string { return p.shorter(l) }},
	{hearing(`\b(?:longer|more text|more detail\w*|too short|länger|ausführlich\w*|zu kurz|più lung[oa]|allunga\w*|troppo cort[oa]|más larg[oa]|demasiado cort[oa])\b`),
		func(p *posting, l []string, _ []string) []string {
			return beforeLast(beforeLast(l, postWords[p.in].warm), postWords[p.in].more)
		}},
	{hearing(`(?:\b(?:say|mention|write|tell|add|include)(?: them| guests| people)?(?: that)?:?|\b(?:sag\w*|schreib\w*|erwähn\w*|ergänz\w*),?(?: dass)?:?|\b(?:di['’]|scrivi|aggiungi|menziona)(?: che)?:?|\b(?:di|escribe|añade|menciona)(?: que)?:?)\s+([^\n]+)`),
		func(p *posting, l []string, m []string) []string { return beforeLast(l, p.saying(m[1])) }},
}

func eachLine(lines []string, f func(string) string) []string {
	return slices.DeleteFunc(mapped(lines, f), func(s string) bool { return strings.TrimSpace(s) == "" })
}

func mapped(lines []string, f func(string) string) []string {
	out := make([]string, len(lines))
	for i, s := range lines {
		out[i] = f(s)
	}
	return out
}

func dropIf(lines []string, f func(string) bool) []string {
	left := slices.DeleteFunc(slices.Clone(lines), f)
	if len(left) == 0 {
		return lines[:1]
	}
	return left
}

// without drops the sentences that speak of something.
func without(lines []string, what string) []string {
	unwanted := words(what)
	return dropIf(lines, func(s string) bool {
		return slices.ContainsFunc(words(s), func(w word) bool {
			return slices.ContainsFunc(unwanted, func(u word) bool { return len(u.low) > 3 && strings.HasPrefix(w.low, u.low[:min(len(u.low), 6)]) })
		})
	})
}

// shorter keeps the first sentence and drops from the end; a single one becomes a few words.
func (p *posting) shorter(lines []string) []string {
	if len(lines) > 1 {
		return lines[:max(1, len(lines)/2)]
	}
	if about := p.subject.names[p.in]; about != "" {
		return []string{upperFirst(about) + "."}
	}
	return []string{postWords[p.in].tiny}
}
