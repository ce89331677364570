package actor

import (
	"encoding/json"
	"regexp"
	"strings"
)

// assist answers a manager of the agency: it hears what is wanted, calls the tools that are on offer for it, and says what they
// have found. It knows nobody; every name is passed on as the manager has said it.
func (v view) assist() Reply {
	a := assistant{view: v, words: strings.TrimSpace(v.words())}
	if l, ok := speaks(a.words); ok && l != russian {
		a.in = l
	} else {
		a.in = a.before()
	}
	if answer, ok := a.inCRM(); ok {
		return answer
	}
	for _, w := range pictureDemands {
		if m := w.heard.FindStringSubmatch(a.words); m != nil {
			return a.carryPictures(w.name, groups(w.heard, m))
		}
	}
	for _, w := range demands {
		if m := w.heard.FindStringSubmatch(a.words); m != nil {
			return a.carry(w.name, groups(w.heard, m))
		}
	}
	return a.say("unclear")
}

// assistant is one answer to a manager in the making.
type assistant struct {
	view
	words string
	in    language
}

// demand is something that managers ask for, in all languages at once. The named groups are who it is about and what.
type demand struct {
	heard *regexp.Regexp
	name  string
}

func groups(re *regexp.Regexp, m []string) map[string]string {
	out := map[string]string{}
	for i, n := range re.SubexpNames() {
		if n != "" && m[i] != "" {
			out[n] = strings.TrimSpace(m[i])
		}
	}
	return out
}

func wanted(parts ...string) *regexp.Regexp {
	return regexp.MustCompile(`(?is)` + strings.Join(parts, "|"))
}

const somebody = `(?P<who>[^,:?]{1,60}?)`

// demands in their order: the first that is heard counts.
var demands = []demand{
	{payDemand, "paymentLink"},
	{priceDemand, "prices"},
	{wanted(`^\W*(?:please |bitte |per favore |por favor )?(?:remind me|can you remind me|erinner\w* mich|ricordami|ricorda|recu[eé]rdame)\b(?P<what>.*)$`), "remind"},
	{wanted(`\b(?:note|nota|notier\w*|merk\w*(?: dir)?|annota|segna(?:ti)?|apunta|anota)\b[,:]?\s*(?:(?:for|about|für|zu|bei|per|su|para|sobre)\s+` + somebody + `\s*[,:]?\s*)?(?:that|dass|che|que|:)\s+(?P<what>.+)$`), "note"},
	{wanted(`^\W*(?:please |bitte |can you |could you |kannst du |puoi |puedes |per favore |por favor )?(?:write|make|create|prepare|draft|schreib\w*|mach\w*|erstell\w*|scriv\w+|prepar\w+|fai|fammi|crea\w*|escrib\w*|haz\w*)\s+(?:(?:me|us|mir|uns|un[oa]?|an?|einen?|the|il|el|another|new|neuen|nuovo|nueva|instagram|facebook)\s+)*(?:post|beitrag|publicaci[oó]n)\b(?P<rest>[^?]+)$`,
		`^\W*post (?P<rest2>(?:about|über|su|sul|sulla|sobre)\s.+)$`), "postOf"},
	{wanted(`^\W*(?:please |bitte |can you |could you |kannst du |puoi |puedes )?(?:write|tell|text|message|answer|ask|let|schreib\w*|sag\w*|frag\w*|antwort\w*|scriv\w+|d[iì]['’]?|dille|digli|chied\w+|rispond\w+|avvisa|escr[ií]be\w*|dile|preg[uú]nta\w*|av[ií]sa\w*|resp[oó]nde\w*)\s+(?P<rest>.+)$`), "writeTo"},
	{connectionLink, "connectionLink"},
	{wanted(`\b(?:what can you do|help|what do you do|was kannst du|hilfe|cosa (?:sai|puoi) fare|aiuto|qu[eé] (?:puedes|sabes) hacer|ayuda)\b`), "help"},
	{wanted(`\b(?:which|what|list|show all|welche|quali|qu[eé]|cu[aá]les).{0,30}?\b(?:restaurants?|clients?|kunden|ristoranti|clienti|restaurantes|clientes)\b(?P<rest>.*)$`), "findThem"},
	{wanted(`how long (?:do|does|did|must|have)\b.*wait|how (?:fast|quick\w*)|wie lange warten|wie schnell|quanto (?:tempo )?(?:aspett|attend)|quanto siamo (?:veloc|rapid)|cu[aá]nto (?:tiempo )?(?:esper|tarda)|qu[eé] tan r[aá]pid`), "speed"},
	{wanted(`how many (?:cards|drafts)|open cards|what (?:waits|is waiting|is open|do i have to)|wie viele (?:karten|entwürfe)|was (?:wartet|ist offen|liegt an)|quante (?:card|schede|bozze)|(?:cosa|che cosa) (?:aspetta|c['’]è da)|cu[aá]ntas (?:tarjetas|fichas|cards)|qu[eé] (?:hay pendiente|espera)`), "cards"},
	{wanted(`who (?:waits|is waiting|still waits|'s waiting|needs an answer)|anyone waiting|anybody waiting|wer wartet|wartet (?:noch )?jemand|chi (?:sta )?aspetta|chi attende|qui[eé]n (?:espera|est[aá] esperando)|hay alguien esperando`), "whoWaits"},
	{wanted(`(?:when did we last|when have we last|wann haben wir|quando abbiamo|cu[aá]ndo (?:le )?(?:escribimos|hablamos|hemos escrito))\b\s*(?:write|talk|speak|answer|wrote|written|scritto|sentito|parlato|zuletzt|por [uú]ltima vez)?\s*(?:(?:to|with|an|mit|ad?|con)\s+)?` + somebody + `\s*(?:zuletzt|geschrieben|l['’]ultima volta|por [uú]ltima vez|last|\W)*$`), "lastContact"},
	{wanted(`(?:what did|what does|what has|what's)\s+`+somebody+`\s+(?:last |just )?(?:write|wrote|written|say|said|want|wants|need|ask)\b`,
		`was (?:hat|will|sagt|schreibt|möchte)\s+`+strings.Replace(somebody, "who", "who2", 1)+`(?:\s+(?:zuletzt|gerade|geschrieben|gesagt|gewollt|denn|jetzt))*\W*$`,
		`(?:cosa|che cosa) (?:ha scritto|ha detto|dice|vuole|scrive)\s+`+strings.Replace(somebody, "who", "who3", 1)+`(?:\s+(?:per ultimo|oggi|ieri|l['’]ultima volta))*\W*$`,
		`qu[eé] (?:ha escrito|escribi[oó]|ha dicho|dijo|dice|quiere)\s+`+strings.Replace(somebody, "who", "who4", 1)+`(?:\s+(?:hoy|ayer|por [uú]ltima vez))*\W*$`,
		`(?:read|open|lies|leggi|lee)\s+(?:me\s+)?(?:the chat (?:of|with)\s+|den chat (?:von|mit)\s+|la chat (?:di|con)\s+|el chat (?:de|con)\s+)?`+strings.Replace(somebody, "who", "who5", 1)+`(?:['’]s chat)?\W*$`), "readThem"},
	{wanted(`(?:recent|latest|newest|last) (?:chats|messages|conversations)|(?:letzte|neueste)n? (?:chats|nachrichten)|ultim[ei] (?:chat|messaggi|conversazioni)|[uú]ltim[oa]s (?:chats|mensajes|conversaciones)`), "recent"},
	{wanted(`^\W*(?:please |bitte )?(?:move|set|put|pause|close|reopen|activate|reactivate|resume|setz\w*|stell\w*|schieb\w*|verschieb\w*|pausier\w*|schlie(?:ß|ss)\w*|aktivier\w*|sposta\w*|metti\w*|passa\w*|chiud\w+|riattiv\w+|attiva\w*|mueve\w*|pon\w*|pasa\w*|pausa\w*|cierra\w*|reactiva\w*|activa\w*)\s+(?P<rest>.+)$`), "move"},
	{wanted(`\b(?:invoice|payment|pay|charge|refund|discount|publish|post (?:it|the|this)|schedule|rechnung|zahlung|rabatt|veröffentlich\w*|poste|fattura|pagamento|sconto|pubblica\w*|factura|pago|cobra\w*|descuento|publica\w*)\b`), "not_yet"},
	{wanted(`(?:what do we know|what do you know|tell me|everything|info\w*|show(?: me)?|was (?:wissen|weißt|weisst) (?:wir|du)|zeig\w*(?: mir)?|erzähl\w*|cosa sappiamo|mostra\w*|fammi vedere|dimmi|qu[eé] sabemos|mu[eé]stra\w*|ens[eé]ña\w*)\s*(?:all |everything |alles |tutto |todo )?(?:about|of|on|über|von|zu|di|su|del|de|sobre|the)?\s*` + somebody + `\W*$`), "showThem"},
	{wanted(`^\W*(?:hi|hello|hey|good (?:morning|evening|night|afternoon)|thanks?|thank you|hallo|guten (?:morgen|abend|tag)|danke\w*|moin|ciao|buon ?giorno|buona ?sera|grazie\w*|hola|buenos d[ií]as|buenas\w*|gracias|how are you|wie geht['’]?s|come stai|qu[eé] tal)\b`), "hello"},
	{wanted(`^\W*(?:and|und|e|y)\s+(?:what about\s+|was ist mit\s+)?` + somebody + `\W*$`), "again"},
}

// carry does what was ordered.
func (a *assistant) carry(name string, said map[string]string) Reply {
	switch name {
	case "remind":
		return a.remind(said)
	case "postOf":
		return a.postOf(said)
	case "note":
		return a.note(said)
	case "connectionLink":
		return a.connectionLink(said)
	case "writeTo":
		return a.writeTo(said)
	case "findThem":
		return a.findThem(said)
	case "speed":
		return a.speed(said)
	case "cards":
		return a.cards(said)
	case "whoWaits":
		return a.whoWaits(said)
	case "lastContact":
		return a.lastContact(said)
	case "readThem":
		return a.readThem(said)
	case "recent":
		return a.recent(said)
	case "move":
		return a.move(said)
	case "showThem":
		return a.showThem(said)
	case "again":
		return a.again(said)
	case "paymentLink":
		return a.paymentLink(said)
	case "prices":
		return a.prices("")
	}
	return a.say(name)
}

// who is the name that was said, or whom the talk was about where only a pronoun was.
func (a *assistant) who(said map[string]string) string {
	for _, k := range []string{"who", "who2", "who3", "who4", "who5"} {
		if name := person(said[k]); name != "" {
			return name
		}
	}
	return a.meant()
}

var (
	fillers  = regexp.MustCompile(`(?i)^(?:the |our |my |die |der |das |dem |den |il |la |lo |le |el |los |las |al |alla |a |an |to |für |per |con |mit |with |restaurant |ristorante |restaurante )+`)
	tails    = regexp.MustCompile(`(?i)(?:['’]s?)?(?:\s+(?:last|today|yesterday|please|bitte|zuletzt|heute|per favore|oggi|por favor|hoy))*\W*$`)
	pronouns = regexp.MustCompile(`(?i)^(?:they|them|their|he|him|his|she|her|it|there|this one|sie|ihn|ihm|ihr|ihnen|er|dort|loro|lui|lei|gli|li|lo|la|le|ellos|ellas|él|ella|ese|esa|les?|los|las|us|me|everybody|everyone|alle|tutti|todos)$`)
)

// person is a name without what stands around it; empty for a pronoun.
func person(s string) string {
	s = tails.ReplaceAllString(strings.TrimSpace(s), "")
	if pronouns.MatchString(s) {
		return ""
	}
	s = strings.TrimSpace(fillers.ReplaceAllString(s, ""))
	if pronouns.MatchString(s) {
		return ""
	}
	return s
}

// meant is whom the manager has spoken of before: the newest name in the talk.
func (a *assistant) meant() string {
	for i := len(a.told) - 1; i >= 0; i-- {
		if a.told[i].us {
			continue
		}
		before := assistant{view: a.view, words: a.told[i].text}
		before.told = a.told[:i]
		for _, w := range demands {
			m := w.heard.FindStringSubmatch(before.words)
			if m == nil {
				continue
			}
			said := groups(w.heard, m)
			if name := before.who(said); name != "" {
				return name
			}
			if name, _, ok := addressee(said["rest"]); ok && name != "" {
				return name
			}
			if name := stageless(said["rest"]); name != "" {
				return name
			}
			break
		}
	}
	return ""
}

// before is the language of the talk so far.
func (a *assistant) before() language {
	for i := len(a.told) - 1; i >= 0; i-- {
		if l, ok := speaks(a.told[i].text); ok && !a.told[i].us && l != russian {
			return l
		}
	}
	return english
}

// found is what a tool has answered last since the manager's words; bad when it refused.
func (a *assistant) found(tool string) (out map[string]any, bad string, called bool) {
	for i := len(a.made) - 1; i >= 0; i-- {
		if a.made[i].Name != tool {
			continue
		}
		raw := a.resultOf(i)
		from, to := strings.Index(raw, "{"), strings.LastIndex(raw, "}")
		if from < 0 || to < from || json.Unmarshal([]byte(raw[from:to+1]), &out) != nil {
			return nil, "?", true
		}
		if e, ok := out["error"].(string); ok {
			return nil, e, true
		}
		return out, "", true
	}
	return nil, "", false
}

// use calls a tool once, then goes on with what it has found. Without the tool it says so.
func (a *assistant) use(tool string, args map[string]any, then func(map[string]any) Reply) Reply {
	found, bad, called := a.found(tool)
	switch {
	case called && bad != "":
		return a.refusal(bad)
	case called:
		return then(found)
	case !a.has(tool) || a.req.ToolChoice == "none":
		return a.say("may_not")
	}
	raw, _ := json.Marshal(args) // strings and numbers
	return Reply{Calls: []Call{{Name: tool, Args: raw}}}
}

func (a *assistant) has(name string) bool {
	for _, t := range a.req.Tools {
		if t.Name == name {
			return true
		}
	}
	return false
}
