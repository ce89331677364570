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
	saysBye   act = "leaves"
	chases    act = "chases"    // "hello??", "any news?"
	orders    act = "orders"    // tries to give the assistant orders or get at others' data
	strays    act = "strays"    // off topic
	whoAsks   act = "who"       // "are you a bot?"
	whatAsks  act = "abilities" // "what can you do?"
	sends     act = "sends"     // a photo, a voice note, a file without words
	gestures  act = "gestures"  // emoji, "haha"
	puzzles   act = "puzzles"   // did not understand us
	mumbles   act = "mumbles"   // words that nothing could be made of
)

// point is one thing that the client said.
type point struct {
	act     act
	topic   topic
	text    string // the clause, in the client's words
	details []detail
	about   int    // index of the topic's first word
	scene   string // the situation that it is, if any
	grave   bool   // nothing else is asked beside it
}

// small says whether the point needs no answer of its own.
func (p point) small() bool {
	switch p.act {
	case thanks, agrees, saysBye, gestures, greets, affirms, denies, mumbles:
		return true
	}
	return false
}

// injection matches orders in five languages: what attempts to reprogram an assistant have in common.
var injection = regexp.MustCompile(`(?i)` + strings.Join([]string{
	`(ignore|disregard|forget|override|bypass)\b.{0,30}\b(instructions?|rules?|prompts?|everything|above|guidelines|restrictions)`,
	`(ignorier|vergiss|missachte)\p{L}*\b.{0,40}(anweisung|regel|vorgab|instruktion|alles)`,
	`(ignora|dimentica|scorda)\p{L}*\b.{0,40}(istruzion|regol|tutto|prompt)`,
	`(ignora|olvida|olvid)\p{L}*\b.{0,40}(instruccion|regla|todo lo|prompt)`,
	`(игнорир|забудь|забудьте|отбрось)\p{L}*.{0,40}(инструкц|правил|указани|все|всё)`,
	`system prompt|systemprompt|prompt di sistema|prompt del sistema|системн\p{L}* (промпт|инструкц)|developer mode|jailbreak|\bDAN\b`,
	`you are now\b|pretend (to be|you are)|act as (if|an?)\b.{0,40}(admin|ai|model|assistant without)|du bist (jetzt|ab jetzt)|fai finta di essere|ahora eres|actúa como|представь, что ты|теперь ты`,
	`(send|give|show|list|export|schick|gib|zeig|manda|dammi|mostra|envia|envía|dame|muestra|muéstrame|mándame|пришли|отправь|дай|покажи)\p{L}*[^\p{L}].{0,30}?(?:all|alle|tutti|tutte|todos|todas|все|всех|other|ander|altri|otros|других|чужи).{0,40}(phone|data\b|password|token|telefonnummern|daten\b|passw|numeri|dati\b|números|numeros|datos|contraseñ|номера|телефон|данны|парол|токен)`,
	`(send|give|show|list|schick|gib|zeig|manda|dammi|mostra|envi|dame|dime|пришли|отправь|дай|покажи)\p{L}*[^\p{L}].{0,60}?(?:other|ander|altri|otros|других|чужи)\p{L}*.{0,15}(client|customer|restaurant|kunden|clienti|ristoranti|clientes|клиент|ресторан)`,
	`(phone|numbers|data|nummern|daten|numeri|dati|números|datos|номера|данные|телефоны).{0,20}(?:all|aller|tutti|todos|всех).{0,20}(client|customer|kunden|clienti|clientes|клиент)`,
	`(api|access)[ -]?(key|token)s?\b|drop table|<script|\[/?inst\]|<\|`,
	`(approve|freigeb|approva|aprueba|одобри)\p{L}*\b.{0,30}(yourself|without (a )?(manager|asking)|selbst|da solo|tú mismo|сам)`,
}, `|`))

// mediaNote is how the platform or a vendor names what is no text.
var mediaNote = regexp.MustCompile(`(?i)[\[(<](image|photo|picture|foto|video|audio|voice|voice note|document|file|sticker|album|location|live location|contacts?|gif|short video|event|order|message of a kind|image/\w+|video/\w+|audio/\w+)\b[^\])>]*[\])>]`)

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
		all = append(all, v.takeApart(m.text)...)
	}
	return v.inherit(merge(all))
}

// takeApart reads a message: as a whole where it is short and a situation that we know, else sentence by sentence.
func (v view) takeApart(text string) (all []point) {
	list := sentences(text)
	if len(list) == 2 && !strings.Contains(list[1], "?") { // the second one explains the first
		if p, ok := v.situated(list[0]); ok {
			p.text = strings.TrimSpace(text)
			return []point{p}
		}
	}
	for _, s := range list {
		if p, ok := v.situated(s); ok {
			all = append(all, p)
			continue
		}
		all = append(all, sentence(s)...)
	}
	return all
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
	if p.topic == publishing && !anyPhrase(ws, dating) {
		p.topic = objectOf(topicsIn(ws))
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

// objectOf: to publish is about the thing, unless somebody asks for the day.
func objectOf(found []topicAt) topic {
	for _, f := range found {
		if f.topic != publishing {
			return f.topic
		}
	}
	return post
}

const dating = "when,day,date,schedule*,calendar,wann,termin,tag,datum,quando,giorno,data,calendario,esce,cuando,dia,fecha,sale,когда,дата,дату,день,график,выйдет,выходит"

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
	case anyPhrase(ws, puzzled) && p.topic == noTopic:
		return puzzles
	case !question && p.topic == contact && p.isChange(ws) && slices.ContainsFunc(p.details, func(d detail) bool { return d.kind == contactDetail }):
		return changes
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
		return saysBye
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
