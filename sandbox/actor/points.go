package actor

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// act is what a client does with one clause.
type act string

const (
	asks      act = "asks"
	wishes    act = "wishes"
	changes   act = "changes" // tells a new fact about the restaurant
	complains act = "complains"
	tells     act = "tells"   // says something about a topic
	praises   act = "praises" // likes what we did
	greets    act = "greets"
	thanks    act = "thanks"
	agrees    act = "agrees"
	affirms   act = "affirms"
	denies    act = "denies"
	parts_    act = "parts"
	chases    act = "chases"    // "hello??", "any news?"
	orders    act = "orders"    // tries to give the assistant orders or get at others' data
	strays    act = "strays"    // off topic
	whoAsks   act = "who"       // "are you a bot?"
	whatAsks  act = "abilities" // "what can you do?"
	sends     act = "sends"     // a photo, a voice note, a file without words
	gestures  act = "gestures"  // emoji, "haha"
	mumbles   act = "mumbles"   // words that nothing could be made of
)

// point is one thing that the client said.
type point struct {
	act     act
	topic   topic
	text    string // the clause, in the client's words
	details []detail
	about   int // index of the topic's first word
}

// small says whether the point needs no answer of its own.
func (p point) small() bool {
	switch p.act {
	case thanks, agrees, parts_, gestures, greets, affirms, denies, mumbles:
		return true
	}
	return false
}

// orders in five languages: what prompt injections have in common.
var injection = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`(ignore|disregard|forget|override|bypass)\b.{0,30}\b(instructions?|rules?|prompts?|everything|above|guidelines|restrictions)`,
	`(ignorier|vergiss|missachte)\p{L}*\b.{0,40}(anweisung|regel|vorgab|instruktion|alles)`,
	`(ignora|dimentica|scorda)\p{L}*\b.{0,40}(istruzion|regol|tutto|prompt)`,
	`(ignora|olvida|olvid)\p{L}*\b.{0,40}(instruccion|regla|todo lo|prompt)`,
	`(игнорир|забудь|забудьте|отбрось)\p{L}*.{0,40}(инструкц|правил|указани|все|всё)`,
	`system prompt|systemprompt|prompt di sistema|prompt del sistema|системн\p{L}* (промпт|инструкц)|developer mode|jailbreak|\bDAN\b`,
	`you are now\b|pretend (to be|you are)|act as (if|an?)\b.{0,40}(admin|ai|model|assistant without)|du bist (jetzt|ab jetzt)|fai finta di essere|ahora eres|actúa como|представь, что ты|теперь ты`,
	`(send|give|show|list|export|schick|gib|zeig|manda|dammi|mostra|envia|envía|dame|muestra|muéstrame|mándame|пришли|отправь|дай|покажи)\p{L}*[^\p{L}].{0,30}?(all|alle|tutti|tutte|todos|todas|все|всех|other|ander|altri|otros|других|чужи).{0,40}(phone|number|client|customer|contact|data|password|token|telefonnummern|nummern|kunden|daten|passw|numeri|clienti|contatti|dati|números|numeros|clientes|contactos|datos|contraseñ|номер|телефон|клиент|данны|парол|токен)`,
	`(api|access)[ -]?(key|token)s?\b|drop table|<script|\[/?inst\]|<\|`,
	`(approve|freigeb|approva|aprueba|одобри)\p{L}*\b.{0,30}(yourself|without (a )?(manager|asking)|selbst|da solo|tú mismo|сам)`,
}, `|`))

// mediaNote is how the platform or a vendor names what is no text.
var mediaNote = regexp.MustCompile(`(?i)[\[(<](image|photo|picture|foto|video|audio|voice|voice note|document|file|sticker|album|location|image/\w+|video/\w+|audio/\w+)\b[^\])>]*[\])>]`)

// attention bounds the work on absurd input: so many messages of a burst are read, the newest, each to a hundred times as
// many letters.
const attention = 30

// points takes the unanswered messages apart.
func (v view) points() []point {
	var all []point
	for _, m := range v.unanswered[max(0, len(v.unanswered)-attention):] {
		m.text = clip(m.text, attention*100)
		if injection.MatchString(m.text) {
			all = append(all, point{act: orders, text: strings.TrimSpace(m.text)})
			continue
		}
		for _, s := range sentences(m.text) {
			all = append(all, sentence(s)...)
		}
	}
	return v.inherit(merge(all))
}

// sentence reads one sentence. In "I need three posts and the password for Instagram" the second half wants what the first does.
func sentence(s string) []point {
	var all []point
	for i, clause := range breathe(s) {
		p := parse(clause)
		switch {
		case p.act != tells:
		case i > 0 && (all[i-1].act == wishes || all[i-1].act == asks):
			p.act = all[i-1].act
		case strings.Contains(s, "?") && startsWith(words(clause), verbsFirst, 1):
			p.act = asks
		}
		all = append(all, p)
	}
	return all
}

const verbsFirst = "is,are,was,were,has,have,did,does,do,can,will,ist,sind,war,hat,habt,haben,kommt,geht,gibt,macht,wird,werden,konnt,kann,avete,hai,siete,puoi,potete,habeis,teneis,esta,estan,puedes,podeis"

var sentenceEnd = regexp.MustCompile(`[?!…]+|\n+|\.\s+|\.$`)

// clauses splits a message into sentences, and long breathless ones at the words that begin a new thought.
func clauses(text string) []string {
	var all []string
	for _, s := range sentences(text) {
		all = append(all, breathe(s)...)
	}
	return all
}

// sentences keeps the marks that end them; the point of "24.12. geschlossen" or "ca. 20" ends none.
func sentences(text string) []string {
	var all []string
	from := 0
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		before := strings.TrimSpace(text[from:at[0]])
		if text[at[0]] == '.' && at[1] < len(text) && endsShort(before) {
			continue
		}
		if s := strings.TrimSpace(text[from:at[1]]); s != "" {
			all = append(all, s)
		}
		from = at[1]
	}
	if s := strings.TrimSpace(text[from:]); s != "" {
		all = append(all, s)
	}
	return all
}

func endsShort(s string) bool {
	last := []rune(s)
	if len(last) == 0 {
		return true
	}
	ws := words(s)
	w := ws[max(0, len(ws)-1):]
	return unicode.IsDigit(last[len(last)-1]) || (len(w) == 1 && w[0].end == len(s) && (len([]rune(w[0].raw)) == 1 || anyPhrase(w, abbreviated)))
}

const abbreviated = "ca,nr,st,dr,bzw,usw,ecc,num,sig,sra,sr,ул,тел,min,max,mr,mrs,ms,vs,art,dott"

var breath = regexp.MustCompile(`(?i)[,;]?\s+(?:and also|and then|and another thing|also|oh and|plus|and can|and could|and when|and what|und dann|und außerdem|außerdem|und noch|und wann|und könnt|und kannst|ausserdem|e poi|e anche|e un'altra cosa|inoltre|poi volevo|e volevo|e quando|e potete|y también|y luego|y otra cosa|además|y cuándo|y cuando|y podéis|а ещё|а еще|и ещё|и еще|ещё хотел|и также|и когда|и можете|кстати|übrigens|by the way|btw|a proposito|por cierto)\s+`)

// apart: both sides of an "and" have a topic, and not the same.
func apart(left, right []word) bool {
	l, r := topicsIn(left), topicsIn(right)
	return len(l) > 0 && len(r) > 0 && !slices.ContainsFunc(l, func(t topicAt) bool { return t.topic == r[0].topic })
}

// unled takes fillers and a greeting off the front, when enough stands behind them.
func unled(s string) string {
	bare := lead.ReplaceAllString(s, "")
	bare = lead.ReplaceAllString(hailing.ReplaceAllString(bare, ""), "")
	if len(words(bare)) < 2 {
		return strings.TrimSpace(s)
	}
	return bare
}

var hailing = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|good morning|good evening|good afternoon|hallo|guten tag|guten morgen|guten abend|moin|servus|ciao|buongiorno|buonasera|salve|hola|buenas tardes|buenos días|buenos dias|buenas|привет|здравствуйте|добрый день|доброе утро|добрый вечер)(?: (?:all|guys|zusammen|ihr|a tutti|ragazzi|a todos|chicos|всем))?[\s,!.:–-]+)+`)

// lead is what a breathless clause begins with and does not need.
var lead = regexp.MustCompile(`(?i)^(?:[\s,;]+|(?:and|also|then|oh|plus|und|dann|außerdem|e|poi|anche|inoltre|y|también|luego|además|и|а|ещё|еще|также|кстати|ehm|eh|uh|um|hm+|allora|ähm|bueno|pues|ну|вот)[\s,]+)+`)

func breathe(s string) []string {
	s = unled(s)
	if len(words(s)) < 7 {
		return []string{s}
	}
	var all []string
	from := 0
	for _, at := range conjunction.FindAllStringIndex(s, 8) {
		if left, right := words(s[from:at[0]]), words(s[at[1]:]); len(left) >= 3 && len(right) >= 3 && apart(left, right) {
			all = append(all, breathe(s[from:at[0]])...)
			from = at[1]
		}
	}
	if from > 0 {
		return append(all, breathe(s[from:])...)
	}
	for _, at := range breath.FindAllStringIndex(s, -1) {
		if len(words(s[from:at[0]])) >= 3 && len(words(s[at[1]:])) >= 2 {
			all = append(all, unled(s[from:at[0]]))
			from = at[0]
		}
	}
	return append(all, unled(s[from:]))
}

// parse reads one clause.
func parse(clause string) point {
	text := strings.TrimSpace(mediaNote.ReplaceAllString(clause, " "))
	p := point{text: text, details: details(text)}
	ws := words(text)
	if len(ws) == 0 {
		p.act = gestures
		if text != strings.TrimSpace(clause) {
			p.act = sends
		}
		if strings.ContainsAny(text, "?") {
			p.act = chases
		}
		return p
	}
	if found := topicsIn(ws); len(found) > 0 {
		p.topic, p.about = found[0].topic, found[0].at
	}
	if p.topic == noTopic && shutOrOpen.MatchString(text) {
		p.topic = hours
	}
	p.act = p.judge(ws)
	if p.act == changes && (p.topic == noTopic || p.topic == price) && slices.ContainsFunc(p.details, func(d detail) bool { return d.kind == amountDetail }) {
		p.topic = menu
	}
	return p
}

// shutOrOpen: "wir haben vom 24.12. bis 2.1. zu".
var shutOrOpen = regexp.MustCompile(`(?i)\b(?:haben|habt|hat)\b.*\b(?:zu|auf|offen)[.!? ]*$`)

// judge decides what the clause does. What is dangerous or urgent comes first.
func (p point) judge(ws []word) act {
	question := strings.Contains(p.text, "?")
	asked := question || startsWith(ws, asking, 4)
	switch {
	case anyPhrase(ws, identifying):
		return whoAsks
	case anyPhrase(ws, abilities) && (asked || len(ws) <= 7):
		return whatAsks
	case p.topic == noTopic && anyPhrase(ws, offTopics):
		return strays
	case anyPhrase(ws, mistaken):
		return agrees
	case anyPhrase(ws, complaining) || shouts(p.text):
		return complains
	case !asked && anyPhrase(ws, praising) && !anyPhrase(ws, wanting):
		return praises
	case p.topic == noTopic && len(p.details) == 0:
		return p.smallTalk(ws, question)
	case !question && (p.topic != noTopic || len(p.details) > 0) && p.isChange(ws):
		return changes
	case question && !anyPhrase(ws, wanting), anyPhrase(ws, telling) && findPhrase(ws, asking) >= 0:
		return asks
	case anyPhrase(ws, wanting) || p.topic == phoneCall || p.topic == contract:
		return wishes
	case asked:
		return asks
	case p.topic == noTopic && len(ws) <= 6 && anyPhrase(ws, greeting+","+thanking+","+parting+","+agreeing):
		return p.smallTalk(ws, question)
	}
	return tells
}

// isChange: a new fact about hours, contact or menu, told rather than asked.
func (p point) isChange(ws []word) bool {
	if anyPhrase(ws, changing) {
		return true
	}
	timed := p.topic == hours && shutOrOpen.MatchString(p.text)
	for _, d := range p.details {
		timed = timed || d.kind <= timeDetail || d.kind == contactDetail
	}
	return timed && (p.topic == hours || p.topic == contact) && !startsWith(ws, asking, 2) && !anyPhrase(ws, wanting)
}

var laughter = regexp.MustCompile(`(?i)^(?:(?:ha|he|hi|ja|xa|ха|хе|ah){2,}h?|lol|rofl|xd|kkk+)$`)

// smallTalk sorts what names nothing in particular.
func (p point) smallTalk(ws []word, question bool) act {
	switch {
	case len(ws) == 1 && laughter.MatchString(ws[0].low):
		return gestures
	case question && len(ws) <= 5 && anyPhrase(ws, chasing), len(ws) <= 3 && anyPhrase(ws, "any news,any update,anyone there,noch da,novita,ci siete,hay alguien,novedades,есть новости,вы тут,вы здесь"):
		return chases
	case question && !anyPhrase(ws, thanking):
		return asks
	case anyPhrase(ws, thanking):
		return thanks
	case anyPhrase(ws, parting):
		return parts_
	case anyPhrase(ws, wanting) && len(ws) > 2:
		return wishes
	case startsWith(ws, asking, 2) && len(ws) > 2:
		return asks
	case startsWith(ws, greeting, 1) && len(ws) <= 6:
		return greets
	case startsWith(ws, agreeing, 2) && len(ws) <= 6:
		return agrees
	case startsWith(ws, affirming, 1) && len(ws) <= 4:
		return affirms
	case startsWith(ws, denying, 1) && len(ws) <= 4:
		return denies
	case len(ws) <= 2:
		return mumbles
	}
	return tells
}

// startsWith: a pattern within the first n words.
func startsWith(ws []word, patterns string, n int) bool {
	for p := range strings.SplitSeq(patterns, ",") {
		if i := phrase(ws, p); i >= 0 && i < n {
			return true
		}
	}
	return false
}

// shouts: most of a longer text in capitals, or a row of exclamation marks behind a question mark or the other way.
func shouts(text string) bool {
	upper, lower := 0, 0
	for _, r := range text {
		switch {
		case unicode.IsUpper(r):
			upper++
		case unicode.IsLower(r):
			lower++
		}
	}
	return upper >= 10 && upper > 3*lower || strings.Contains(text, "?!?") || strings.Contains(text, "!!!!")
}

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
		if n := len(out); n > 0 && out[n-1].act == p.act && out[n-1].topic == p.topic && p.topic != noTopic && p.act != asks {
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
		if p.topic == noTopic && p.act == complains && i > 0 {
			p.topic = all[i-1].topic
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
