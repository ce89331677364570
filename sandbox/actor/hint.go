package actor

import (
	"regexp"
	"strings"
)

// style is how a text is to be written: from the rules and the conversation, and from a manager's hint.
type style struct {
	language  language
	formal    bool
	emoji     emojiUse
	short     bool
	long      bool
	warm      bool
	sorry     bool
	bare      bool   // no greeting
	calm      bool   // no question, no nudge at the end
	lines     bool   // one sentence a line
	sentences int    // at most so many, 0: as many as it takes
	say       string // words to take in, without the "say that"
	ask       string // a question to put, without the "ask whether"
	without   string // what is not to be mentioned
}

type emojiUse int

const (
	emojiFree emojiUse = iota // where it suits
	emojiNever
	emojiAlways
)

// style of a request without a hint.
func (v view) style() style {
	s := style{language: v.tongue()}
	rules, ours := words(v.rules), ""
	for _, m := range v.history {
		if m.us {
			ours += " " + m.text
		}
	}
	s.formal = anyPhrase(rules, "formal,formally,sie,lei,usted") || polite(v.words()+" "+ours, s.language)
	if anyPhrase(rules, "no emoji,no emojis,without emoji,without emojis,never use emoji,keine emojis") {
		s.emoji = emojiNever
	}
	s.short = anyPhrase(rules, "very short,one sentence")
	return s
}

// polite forms, with their capitals where these make the difference.
var politeForms = map[language]*regexp.Regexp{
	german:  regexp.MustCompile(`[\p{Ll},:] (?:Sie|Ihnen|Ihre?n?|Ihrem|Ihrer)\b|\b(?:Können|Könnten|Haben|Sind|Würden|Wissen|Machen|Schicken) Sie\b`),
	italian: regexp.MustCompile(`\b(?:La ringrazio|Le chiedo|Gentile|gentilmente Lei|potrebbe|Potrebbe|Lei può|egregi)\b|[\p{Ll}] Lei\b`),
	spanish: regexp.MustCompile(`(?i)\b(?:usted|ustedes|podría usted|le agradezco|les agradezco|estimad[oa]s?)\b`),
	english: regexp.MustCompile(`(?i)\b(?:dear sir|dear madam|yours sincerely|kind regards)\b`),
}

func polite(text string, l language) bool {
	re := politeForms[l]
	return re != nil && re.MatchString(text)
}

// request is one thing that hints ask for, with the patterns (as in the lexicon, five languages) that ask for it.
type request struct {
	asked string
	apply func(*style)
}

// The order counts: what stands first is taken out of the hint before the next is looked for.
var requests = []request{
	{`no emoji,no emojis,without emoji,without emojis,drop the emoji,remove emoji,remove the emoji,fewer emojis,keine emojis,kein emoji,
		ohne emoji,ohne emojis,senza emoji,niente emoji,sin emoji,sin emojis,sin emoticonos,без эмодзи,без смайл*`, func(s *style) { s.emoji = emojiNever }},
	{`with emoji,with emojis,with an emoji,add emoji,add an emoji,add emojis,more emojis,use emoji,use emojis,mit emoji,mit emojis,
		con emoji,con un emoji,con emojis,aggiungi emoji,anade emoji,с эмодзи,со смайл*,добавь эмодзи,emoji`, func(s *style) { s.emoji = emojiAlways }},
	{"no greeting,without greeting,skip the greeting,ohne begrussung,ohne anrede,senza saluto,sin saludo,без приветстви*", func(s *style) { s.bare = true }},
	{`no question,no questions,don t ask,without question,less pushy,less salesy,not so pushy,keine frage,keine fragen,ohne frage,
		senza domande,sin preguntas,без вопрос*,менее навязчиво`, func(s *style) { s.calm = true }},
	{"one sentence,one line,a single sentence,ein satz,einem satz,una frase,una sola frase,una riga,una linea,одно предложение,одним предложением,одной фразой", func(s *style) { s.short, s.sentences = true, 1 }},
	{"two sentences,zwei satze,zwei satzen,due frasi,dos frases,два предложения", func(s *style) { s.short, s.sentences = true, 2 }},
	{"list,bullets,bullet points,line breaks,as a list,liste,absatze,elenco,lista,список*,по пунктам", func(s *style) { s.lines = true }},
	{`again,different,differently,another,rewrite,redo,other version,try again,not good,bad,no,nope,anders,nochmal,neu,altra versione,
		di nuovo,diverso,diversa,riscrivi,rifai,otra version,de nuevo,otra vez,diferente,заново,по другому,еще раз,иначе,другой вариант`, func(*style) {}},
	{`not so long,less long,nicht so lang,non cosi lungo,no tan largo,не так длинно,shorter,short,brief,briefer,concise,crisp,
		to the point,too long,less text,tighter,simpler,simple,clearer,direct,more direct,punchier,punchy,kurzer,kurz,knapper,zu lang,
		einfacher,direkter,piu corto,piu breve,accorcia,breve,corto,troppo lungo,piu semplice,piu diretto,mas corto,mas breve,acorta,
		demasiado largo,mas sencillo,mas directo,короче,кратко,коротко,покороче,слишком длинно,проще`, func(s *style) { s.short, s.long = true, false }},
	{`longer,long,more detail,more details,more detailed,detailed,explain more,more info,too short,elaborate,langer,ausfuhrlicher,
		mehr details,zu kurz,genauer,piu lungo,piu dettagli,piu dettagliato,troppo corto,allunga,mas largo,mas detalle,mas detalles,
		mas detallado,demasiado corto,длиннее,подробнее,развернуто,слишком коротко,побольше`, func(s *style) { s.long = true }},
	{`more formal,formal,formally,polite,politer,more polite,professional,more professional,serious,formlich,formeller,formal,hoflicher,
		siezen,seriooser,seriöser,piu formale,formale,dare del lei,professionale,mas formal,de usted,profesional,официальн*,формальн*,
		вежлив*,на вы`, func(s *style) { s.formal = true }},
	{"less formal,informal,casual,relaxed,lockerer,locker,duzen,informale,meno formale,menos formal,неформальн*,попроще", func(s *style) { s.formal, s.warm = false, true }},
	{`warmer,warm,friendlier,friendly,kinder,nicer,softer,more personal,personal,empathetic,more empathy,human,cheerful,funnier,more fun,
		fun,freundlicher,herzlicher,warmherziger,netter,personlicher,piu caloroso,piu calorosa,piu gentile,piu caldo,piu amichevole,
		piu simpatico,mas calido,mas calida,mas cercano,mas amable,mas carinoso,теплее,дружелюбн*,душевн*,добрее,мягче`, func(s *style) { s.warm = true }},
	{"apologise,apologize,apology,say sorry,sorry,entschuldig*,chiedi scusa,scusati,scuse,disculpate,pide perdon,disculpas,извин*", func(s *style) { s.sorry = true }},
}

// saying introduces words that belong into the text, inquiring a question that does.
var (
	saying = regexp.MustCompile(`(?i)^\s*(?:please |bitte |per favore |por favor |пожалуйста,? )?(?:` + strings.Join([]string{
		`(?:say|tell|mention|write|add|include|put in|state|note|inform|explain|let)(?: (?:to )?(?:her|him|them|the client|the customer))?(?: know)?(?: that)?\b:?`,
		`(?:sag|schreib|erwähn|ergänz)\p{L}*(?: (?:ihr|ihm|ihnen|dem kunden|der kundin))?,?(?: dass)?:?`,
		`(?:digli|dille|scrivi|aggiungi|menziona)(?: al cliente)?(?: che)?:?|(?:di'|dì|di) che:?`,
		`(?:dile|diles|escribe|añade|anade|menciona)(?: al cliente)?(?: que)?:?|di que:?|di:`,
		`(?:скажи|напиши|добавь|упомяни|сообщи)(?:те)?(?: (?:ей|ему|им|клиенту))?,?(?: что)?:?`,
	}, "|") + `)(?:\s+|$)`)
	inquiring = regexp.MustCompile(`(?i)^\s*(?:please |bitte )?(?:ask(?: (?:her|him|them|the client))?(?: (?:for|about|if|whether))?|frag\p{L}*(?: (?:sie|ihn|nach|ob))*,?(?: ob)?|chiedi(?:gli|le)?(?: (?:se|di))?|pregunta(?:le|les)?(?: (?:si|por))?|спроси(?:те)?(?: (?:её|его|их|про|о))?)\s+`)
)

var (
	inLanguage = regexp.MustCompile(`(?i)^(?:translate (?:it )?(?:in)?to|answer in|reply in|write in|in|into|auf|ins|in|en|al|на|по)$`)
	notSaying  = regexp.MustCompile(`(?i)^\s*(?:don'?t mention|do not mention|don'?t say|leave out|without mentioning|remove|drop|ohne|nicht erwähnen|senza|non menzionare|sin mencionar|no menciones|не упоминай|убери|без)\s+`)
	byItself   = regexp.MustCompile(`(?i)^(?:make it|make this|a bit|a little|bit|much|more|please|and|but|it|etwas|ein bisschen|bitte|und|aber|mach es|più|un po'?|per favore|e|ma|más|un poco|por favor|y|pero|hazlo|пожалуйста|и|но|сделай|чуть|немного|too|very|so|also|the|tone|style|ton|tono|стиль|тон)$`)
	piece      = regexp.MustCompile(`\s*(?:[,;.]\s+|\n+|\s\+\s|$)`)
)

// heed reads a hint into the style. What is no known wish about the manner is taken as words to say.
func (s style) heed(hint string) style {
	var rest []string
	pieces := split(hint)
	for i, p := range pieces {
		said := saying.MatchString(p) && !s.takes(p)
		switch {
		case said:
			rest = append(rest, saying.ReplaceAllString(strings.Join(pieces[i:], ", "), ""))
		case inquiring.MatchString(p) && !s.takes(p):
			s.ask = inquiring.ReplaceAllString(p, "")
		case notSaying.MatchString(p) && !s.takes(p):
			s.without = notSaying.ReplaceAllString(p, "")
		default:
			if left := s.manner(p); left != "" {
				rest = append(rest, left)
			}
		}
		if said {
			break
		}
	}
	s.say = strings.TrimSpace(strings.Join(rest, ", "))
	return s
}

// split cuts a hint at its punctuation, and at an "and" that leads to a further instruction.
func split(hint string) []string {
	var all []string
	for _, p := range piece.Split(strings.TrimSpace(hint), -1) {
		for p = strings.Trim(p, " .!"); p != ""; {
			head, tail := further(p)
			all = append(all, head)
			p = tail
		}
	}
	return all
}

var conjunction = regexp.MustCompile(`(?i)\s+(?:and|und|e|y|и|but|aber|ma|pero|но)\s+`)

func further(p string) (head, tail string) {
	for _, at := range conjunction.FindAllStringIndex(p, -1) {
		rest := p[at[1]:]
		if saying.MatchString(rest) || inquiring.MatchString(rest) || notSaying.MatchString(rest) || (style{}).takes(rest) {
			return p[:at[0]], rest
		}
	}
	return p, ""
}

// takes says whether a piece is about the manner alone.
func (s style) takes(p string) bool { return (&s).manner(p) == "" }

// manner applies the known wishes in a piece of a hint, and returns what is left of it when something meaningful is.
func (s *style) manner(p string) string {
	ws := words(p)
	used := make([]bool, len(ws))
	known := false
	for _, l := range languages {
		if i, n := findWith(ws, languageNames[l]); i >= 0 {
			s.language, known = l, true
			mark(used, i, n)
		}
	}
	for _, r := range requests {
		if i, n := findWith(ws, r.asked); i >= 0 && !used[i] {
			r.apply(s)
			known = true
			mark(used, i, n)
		}
	}
	if !known {
		return p
	}
	var left []string
	for i, w := range ws {
		if !used[i] && !byItself.MatchString(w.raw) && !inLanguage.MatchString(w.raw) {
			left = append(left, w.raw)
		}
	}
	if len(left) <= 2 {
		return ""
	}
	return strings.Join(left, " ")
}

func mark(used []bool, i, n int) {
	for ; n > 0; n-- {
		used[i] = true
		i++
	}
}

// findWith is findPhrase with the length of what was found.
func findWith(ws []word, patterns string) (at, n int) {
	for p := range strings.SplitSeq(patterns, ",") {
		if i := phrase(ws, p); i >= 0 {
			return i, len(strings.Fields(p))
		}
	}
	return -1, 0
}
