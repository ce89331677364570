package actor

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// connectors stand between whom to write to and what.
var connectors = regexp.MustCompile(`(?is)^\s*(?:know\s+)?(?:to\s+|an\s+|a\s+|ad\s+|al\s+|alla\s+)?(?P<who>.{1,60}?)\s*(?:,|:|\bthat\b|\bknow\b(?:\s+that)?|\bif\b|\bwhether\b|\babout\b|\bdass\b|\bob\b|\bche\b|\bse\b|\bque\b|\bsi\b|\bwhen\b|\bwann\b|\bquando\b|\bcu[aá]ndo\b|\bfor\b)\s*(?:that |dass |che |que |if |ob |se |si )?(?P<what>.+)$`)

// addressee takes "Anna that the photos are ready" apart. Without a word between, the name is what begins with a capital.
func addressee(rest string) (who, what string, ok bool) {
	if m := connectors.FindStringSubmatch(rest); m != nil && len(strings.Fields(m[1])) <= 4 {
		return person(m[1]), strings.TrimSpace(m[2]), true
	}
	parts := strings.Fields(person(rest))
	n := 0
	for n < len(parts) && unicode.IsUpper([]rune(parts[n])[0]) {
		n++
	}
	if n == 0 && len(parts) > 1 {
		n = 1
	}
	if n == 0 || n == len(parts) {
		return person(rest), "", n > 0
	}
	return person(strings.Join(parts[:n], " ")), strings.Join(parts[n:], " "), true
}

// writeTo reads the chat first, for the language, and then proposes the message.
func (a *assistant) writeTo(said map[string]string) Reply {
	who, what, _ := addressee(said["rest"])
	if who == "" {
		who = a.meant()
	}
	switch {
	case who == "":
		return a.say("who")
	case what == "":
		return Reply{Text: a.text("what", who)}
	case !a.has("desk_write"):
		return a.say("may_not")
	}
	return a.use("desk_read_chat", map[string]any{"who": who}, func(chat map[string]any) Reply {
		to := a.tongueOf(chat)
		text, translated := a.message(str(chat, "who"), what, to)
		return a.use("desk_write", map[string]any{"to": who, "text": text}, func(map[string]any) Reply {
			if !translated {
				return Reply{Text: a.text("wrote_untranslated")}
			}
			return a.say("proposed")
		})
	})
}

// tongueOf is the language in which the client writes, else the one on record, else the manager's.
func (a *assistant) tongueOf(chat map[string]any) language {
	theirs := ""
	for _, m := range list(chat, "messages") {
		if str(m, "from") == "client" {
			theirs += str(m, "text") + "\n"
		}
	}
	if l, ok := speaks(theirs); ok {
		return l
	}
	for _, l := range languages {
		if strings.HasPrefix(strings.ToLower(str(chat, "languages")), string(l)) {
			return l
		}
	}
	return a.in
}

// news are things that managers often have written; the rest stays in their own words.
var news = []struct {
	heard *regexp.Regexp
	texts map[language]string
}{
	{wanted(`(photo|picture|foto|bild).*(ready|done|fertig|pront|list[ao]s)`), map[language]string{english: "the photos are ready.", german: "die Fotos sind fertig.", italian: "le foto sono pronte.", spanish: "las fotos están listas.", russian: "фотографии готовы."}},
	{wanted(`(post|story|reel|beitrag|publicaci).*(ready|fertig|pront|list[ao])`), map[language]string{english: "the post is ready.", german: "der Beitrag ist fertig.", italian: "il post è pronto.", spanish: "la publicación está lista.", russian: "публикация готова."}},
	{wanted(`(post|story|reel|beitrag|publicaci).*(online|live|published|out|veröffentlicht|pubblicat|publicad)`), map[language]string{english: "the post is online.", german: "der Beitrag ist online.", italian: "il post è online.", spanish: "la publicación ya está online.", russian: "публикация вышла."}},
	{wanted(`(need|send|brauch|schick|serv|mand|necesit|env[ií]).*(photo|picture|foto|bild)`), map[language]string{english: "could you send us some new photos, please?", german: "könnt ihr uns bitte ein paar neue Fotos schicken?", italian: "potete mandarci qualche foto nuova, per favore?", spanish: "¿podéis mandarnos algunas fotos nuevas, por favor?", russian: "пришлите нам, пожалуйста, несколько новых фотографий."}},
	{wanted(`(open|geöffnet|offen|aperti|abiert|abren|aprono).*(sunday|sonntag|domenica|domingo)`, `(sunday|sonntag|domenica|domingo).*(open|geöffnet|offen|aperti|abiert|abren|aprono)`), map[language]string{english: "are you open on Sunday?", german: "habt ihr am Sonntag geöffnet?", italian: "siete aperti domenica?", spanish: "¿abrís el domingo?", russian: "вы открыты в воскресенье?"}},
	{wanted(`(call|ring|phone|ruf\w*|anruf\w*|chiam\w+|llam\w+).*(tomorrow|morgen|domani|mañana)`, `(tomorrow|morgen|domani|mañana).*(call|ring|phone|anrufen|chiam\w+|llam\w+)`), map[language]string{english: "we will call you tomorrow.", german: "wir rufen morgen an.", italian: "vi chiamiamo domani.", spanish: "os llamamos mañana.", russian: "мы позвоним вам завтра."}},
	{wanted(`^\W*(thanks?|thank you|danke\w*|grazie|gracias)\b`), map[language]string{english: "thank you very much!", german: "vielen Dank!", italian: "grazie mille!", spanish: "¡muchas gracias!", russian: "большое спасибо!"}},
}

// message is the text for the client. What is in none of the usual news stays in the manager's own words.
func (a *assistant) message(who, what string, to language) (text string, translated bool) {
	hello := map[language]string{english: "Hi %s, ", german: "Hallo %s, ", italian: "Ciao %s, ", spanish: "Hola %s, ", russian: "Здравствуйте, %s, "}[to]
	first, _, _ := strings.Cut(who, " ")
	hello = fmt.Sprintf(hello, first)
	for _, n := range news {
		if n.heard.MatchString(what) {
			return hello + n.texts[to], true
		}
	}
	what = strings.TrimSpace(strings.TrimRight(what, ". "))
	end := "."
	if strings.HasSuffix(what, "?") || strings.HasSuffix(what, "!") {
		end = ""
	}
	l, known := speaks(what)
	return hello + what + end, l == to || !known && to == a.in
}

var stageCut = regexp.MustCompile(`(?i)\s+(?:to|into|on|as|auf|in|nach|zu|a|su|en|al?)\s+[^ ]+(?: [^ ]+)?\W*$`)

// stageless is whom a move is about: the words without the stage.
func stageless(rest string) string {
	return person(stageCut.ReplaceAllString(strings.TrimRight(rest, " .!?"), ""))
}

func (a *assistant) move(said map[string]string) Reply {
	rest := said["rest"]
	stage := ""
	if cut := stageCut.FindString(rest); cut != "" {
		stage = stageIn(cut)
	}
	who := stageless(rest)
	if stage == "" { // "pause Trattoria Demo"
		stage, who = stageIn(a.words), person(rest)
	}
	if who == "" {
		who = a.meant()
	}
	switch {
	case stage == "":
		return a.say("unclear")
	case who == "":
		return a.say("who")
	}
	return a.use("desk_move_stage", map[string]any{"restaurant": who, "to": stage}, func(map[string]any) Reply { return a.say("proposed") })
}

var (
	noteAbout = regexp.MustCompile(`^((?:(?:\p{Lu}[\p{L}'’&.]*|di|de|da|del|la|il|der|of)\s+){1,4})(?:is|are|has|have|does|don't|closes?|opens?|wants?|likes?|speaks?|hat|ist|will|schließt|öffnet|mag|spricht|chiude|apre|è|ha|vuole|parla|cierra|abre|es|está|tiene|quiere|habla|only|nur|solo)\b`)
	noteField = []struct {
		field string
		heard *regexp.Regexp
	}{
		{"closed", regexp.MustCompile(`(?i)clos|schlie|geschlossen|ruhetag|chius|chiud|cerrad|cierra`)},
		{"hours", regexp.MustCompile(`(?i)\bopen|hours|geöffnet|öffn|apert|apre|orari|abre|abiert|horario|\d{1,2}[:.]\d\d`)},
		{"tone", regexp.MustCompile(`(?i)\btone\b|\bsound|\bton\b|\btono\b|klingen`)},
		{"rules", regexp.MustCompile(`(?i)\bnever\b|\bnie(?:mals)?\b|\bmai\b|\bnunca\b`)},
		{"dishes", regexp.MustCompile(`(?i)(?:€|\beuros?\b)`)},
		{"menu", regexp.MustCompile(`(?i)menu|menü|dish|gericht|piatt|carta|plato|vegan|pizza|pasta`)},
		{"languages", regexp.MustCompile(`(?i)speak|language|sprech|sprich|sprache|parl|lingu|habl|idioma`)},
		{"contact", regexp.MustCompile(`(?i)contact|call|phone|anspr|telefon|contatt|chiam|contacto|llam`)},
		{"address", regexp.MustCompile(`(?i)address|adresse|indirizzo|direcci|street|straße`)},
		{"wishes", regexp.MustCompile(`(?i)want|wish|like|never|wünsch|mag|möcht|vuol|piac|quier|gust`)},
	}
)

func (a *assistant) note(said map[string]string) Reply {
	what := strings.TrimRight(said["what"], ". ")
	who := person(said["who"])
	if m := noteAbout.FindStringSubmatch(what); who == "" && m != nil {
		who = person(m[1])
	}
	if who == "" {
		who = a.meant()
	}
	if who == "" {
		return a.say("who")
	}
	field := "notes"
	for _, f := range noteField {
		if f.heard.MatchString(what) {
			field = f.field
			break
		}
	}
	return a.use("desk_profile_propose", map[string]any{"restaurant": who, "field": field, "value": what}, func(map[string]any) Reply { return a.say("proposed") })
}

var (
	nowLine  = regexp.MustCompile(`(?m)^now: \w+ (\d{1,2} \w+ \d{4}, \d\d:\d\d)`)
	inSpan   = regexp.MustCompile(`(?i)\b(?:in|tra|fra|en|dentro de)\s+(an?|one|einer?|einem|una?|uno|half an|\d{1,3})\s*(min\w*|hours?|h\b|stunden?|or[ae]|horas?|days?|tag\w*|giorn\w+|d[ií]as?|weeks?|wochen?|settiman\w+|semanas?)`)
	atClock  = regexp.MustCompile(`(?i)(?:\b(?:at|um|gegen|alle|a las|all['’]|a la)\s*)(\d{1,2})(?:[:.](\d\d))?\s*(am|pm|uhr)?|\b(\d{1,2})[:.](\d\d)\b|\b(\d{1,2})\s*(am|pm|uhr)\b`)
	dayWords = []struct {
		heard *regexp.Regexp
		days  int
	}{
		{regexp.MustCompile(`(?i)day after tomorrow|übermorgen|dopodomani|pasado mañana`), 2},
		{regexp.MustCompile(`(?i)\btomorrow\b|\bmorgen\b|\bdomani\b|\bmañana\b`), 1},
		{regexp.MustCompile(`(?i)\btoday\b|\btonight\b|\bheute\b|\boggi\b|\bstasera\b|\bhoy\b`), 0},
	}
	deskDays = []*regexp.Regexp{regexp.MustCompile(`(?i)\b(?:sunday|sonntag|domenica|domingo)`), regexp.MustCompile(`(?i)\b(?:monday|montag|luned[iì]|lunes)`),
		regexp.MustCompile(`(?i)\b(?:tuesday|dienstag|marted[iì]|martes)`), regexp.MustCompile(`(?i)\b(?:wednesday|mittwoch|mercoled[iì]|mi[eé]rcoles)`),
		regexp.MustCompile(`(?i)\b(?:thursday|donnerstag|gioved[iì]|jueves)`), regexp.MustCompile(`(?i)\b(?:friday|freitag|venerd[iì]|viernes)`),
		regexp.MustCompile(`(?i)\b(?:saturday|samstag|sabato|s[aá]bado)\b`)}
	leadIns  = regexp.MustCompile(`(?i)^(?:[\s,:]|on\b|am\b|to\b|that\b|dass\b|an\b|di\b|che\b|de\b|que\b|il\b|el\b|of\b|next\b|nächsten\b)+|[\s,.:]+$`)
	aboutWho = regexp.MustCompile(`(?:^|(?i:about|call|write to|an|wegen|über|di|su|chiamare|scrivere a|sobre|de|llamar a|escribir a)\s+)((?:\p{Lu}[\p{L}'’]*\s?){1,3})`)
)

func (a *assistant) remind(said map[string]string) Reply {
	m := nowLine.FindStringSubmatch(a.req.System)
	if m == nil {
		return a.say("unclear")
	}
	now, err := time.Parse("2 January 2006, 15:04", m[1])
	if err != nil {
		return a.say("unclear")
	}
	what := said["what"]
	due, rest, ok := when(what, now)
	if !ok {
		return a.say("when")
	}
	what = leadIns.ReplaceAllString(strings.Join(strings.Fields(rest), " "), "")
	args := map[string]any{"at": due.Format("2006-01-02 15:04"), "what": what}
	if what == "" {
		args["what"] = strings.Trim(a.words, " .")
	}
	if m := aboutWho.FindStringSubmatch(what); m != nil {
		args["about"] = strings.TrimSpace(m[1])
	}
	if _, bad, _ := a.found("desk_remind"); strings.Contains(bad, "no client") && args["about"] != nil {
		delete(args, "about") // a capital letter was no name
		raw, _ := json.Marshal(args)
		return Reply{Calls: []Call{{Name: "desk_remind", Args: raw}}}
	}
	return a.use("desk_remind", args, func(map[string]any) Reply { return a.say("reminded") })
}

// when finds the time in a wish and gives the rest of the words. Without any time it is not ok; a day alone means nine o'clock.
func when(text string, now time.Time) (due time.Time, rest string, ok bool) {
	if m := inSpan.FindStringSubmatch(text); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			n = 1
		}
		unit := map[bool]time.Duration{true: time.Minute}[strings.HasPrefix(strings.ToLower(m[2]), "min")]
		switch c := strings.ToLower(m[2])[:1]; {
		case unit != 0:
			if strings.HasPrefix(strings.ToLower(m[1]), "half") {
				n = 30
			}
		case strings.HasPrefix(strings.ToLower(m[2]), "stund"), c == "h", c == "o":
			unit = time.Hour
			if strings.HasPrefix(strings.ToLower(m[1]), "half") {
				unit, n = time.Minute, 30
			}
		case strings.HasPrefix(strings.ToLower(m[2]), "set"), strings.HasPrefix(strings.ToLower(m[2]), "sem"), c == "w":
			unit = 7 * 24 * time.Hour
		default:
			unit = 24 * time.Hour
		}
		return now.Add(time.Duration(n) * unit), strings.Replace(text, m[0], "", 1), true
	}
	day, rest, dayOK := dayIn(text, now)
	hour, minute, rest, hourOK := clockIn(rest)
	if !dayOK && !hourOK {
		return due, text, false
	}
	if !hourOK {
		hour = 9
	}
	due = time.Date(day.Year(), day.Month(), day.Day(), hour, minute, 0, 0, now.Location())
	if !due.After(now) && !dayOK {
		due = due.AddDate(0, 0, 1)
	}
	return due, rest, true
}

func dayIn(text string, now time.Time) (time.Time, string, bool) {
	for _, d := range dayWords {
		if at := d.heard.FindStringIndex(text); at != nil {
			return now.AddDate(0, 0, d.days), text[:at[0]] + text[at[1]:], true
		}
	}
	for i, w := range deskDays {
		if at := w.FindStringIndex(text); at != nil {
			ahead := (i - int(now.Weekday()) + 7) % 7
			if ahead == 0 {
				ahead = 7
			}
			return now.AddDate(0, 0, ahead), text[:at[0]] + text[at[1]:], true
		}
	}
	return now, text, false
}

func clockIn(text string) (hour, minute int, rest string, ok bool) {
	m := atClock.FindStringSubmatch(text)
	if m == nil {
		return 0, 0, text, false
	}
	for _, h := range []string{m[1], m[4], m[6]} {
		if h != "" {
			hour, _ = strconv.Atoi(h)
		}
	}
	for _, x := range []string{m[2], m[5]} {
		if x != "" {
			minute, _ = strconv.Atoi(x)
		}
	}
	if half := strings.ToLower(m[3] + m[7]); half == "pm" && hour < 12 {
		hour += 12
	}
	if hour > 23 || minute > 59 {
		return 0, 0, text, false
	}
	return hour, minute, strings.Replace(text, m[0], "", 1), true
}
