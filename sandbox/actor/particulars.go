package actor

import (
	"regexp"
	"slices"
	"strings"
	"time"
)

// detail is something particular that the client named, in their own words, with its place in the text.
type detail struct {
	text       string
	start, end int
	kind       detailKind
}

type detailKind int

const (
	dateDetail detailKind = iota
	timeDetail
	amountDetail // money
	countDetail  // a number with what it counts, or alone
	contactDetail
	thingDetail // a dish, a quotation, a hashtag
)

const (
	dayNames = `mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sundays?|weekends?|montags?|dienstags?|mittwochs?|donnerstags?|freitags?|samstags?|sonnabends?|sonntags?|wochenende|lunedì|lunedi'?|martedì|martedi'?|mercoledì|mercoledi'?|giovedì|giovedi'?|venerdì|venerdi'?|sabato|domenica|domeniche|weekend|lunes|martes|miércoles|miercoles|jueves|viernes|sábados?|sabados?|domingos?|fin de semana|понедельник\p{L}*|вторник\p{L}*|сред[уаые]|четверг\p{L}*|пятниц\p{L}*|суббот\p{L}*|воскресень\p{L}*|выходны\p{L}*`
	relDays  = `today|tonight|tomorrow|yesterday|next week|this week|next month|this month|last week|last month|heute abend|heute|morgen früh|übermorgen|gestern|nächste woche|diese woche|nächsten monat|letzte woche|letzten monat|oggi|stasera|domani|dopodomani|ieri|la prossima settimana|settimana prossima|questa settimana|il mese prossimo|mese prossimo|settimana scorsa|mese scorso|hoy|esta noche|mañana por la mañana|mañana|pasado mañana|ayer|la semana que viene|la próxima semana|próxima semana|esta semana|el mes que viene|mes pasado|semana pasada|сегодня вечером|сегодня|завтра|послезавтра|вчера|на следующей неделе|следующей неделе|этой неделе|прошлой неделе|в прошлом месяце|следующем месяце`
	months   = `january|february|march|april|june|july|august|september|october|november|december|januar|februar|märz|maerz|mai|juni|juli|oktober|dezember|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre|enero|febrero|abril|mayo|junio|julio|septiembre|setiembre|octubre|noviembre|diciembre|январ[яьею]|феврал[яьею]|марта|марте|март|апрел[яьею]|мая|мае|июн[яьею]|июл[яьею]|августа?е?|сентябр[яьею]|октябр[яьею]|ноябр[яьею]|декабр[яьею]`
	feasts   = `christmas(?: eve)?|easter(?: (?:monday|sunday))?|new year'?s(?: eve)?|valentine'?s(?: day)?|halloween|mother'?s day|weihnachten|heiligabend|silvester|neujahr|ostern|ostermontag|muttertag|natale|capodanno|pasquetta|pasqua|san valentino|ferragosto|befana|epifania|navidad|nochebuena|nochevieja|reyes|semana santa|san valentín|новый год|нового года|рождеств[оау]|пасх[уаи]|8 марта|14 февраля`
)

var (
	edge  = `(?:^|[^\p{L}\p{N}])`
	finds = []struct {
		kind detailKind
		re   *regexp.Regexp
	}{
		{contactDetail, regexp.MustCompile(`[\w.+-]+@[\w-]+\.[\w.-]*\w`)},
		{contactDetail, regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s]+[^\s.,;!?]`)},
		{contactDetail, regexp.MustCompile(`\+?\d[\d ()/-]{7,}\d`)},
		{thingDetail, regexp.MustCompile(`[#@][\p{L}\p{N}_.]*[\p{L}\p{N}_]`)},
		{thingDetail, regexp.MustCompile(`"[^"\n]{2,60}"|“[^”\n]{2,60}”|«[^»\n]{2,60}»|„[^“”\n]{2,60}[“”]`)},
		{amountDetail, regexp.MustCompile(`(?i)(?:[€$£]\s?\d+(?:[.,]\d+)*|\d+(?:[.,]\d+)*\s?(?:€|\$|£|euros?\b|eur\b|usd\b|dollars?\b|руб\p{L}*|₽|евро))`)},
		{dateDetail, regexp.MustCompile(`(?i)\b\d{1,2}(?:st|nd|rd|th|\.|º)?\s?(?:de |of )?(?:` + months + `)(?:\s(?:de )?20\d\d)?`)},
		{dateDetail, regexp.MustCompile(`\b20\d\d-\d\d-\d\d\b|\b\d{1,2}[./]\d{1,2}(?:[./](?:20)?\d\d|\.)`)},
		{timeDetail, regexp.MustCompile(`(?i)\b\d{1,2}(?:[:.]\d\d)?\s?(?:am|pm|h|uhr)?\s?(?:-|–|—|bis|alle|to|till|until|a|до|a las)\s?\d{1,2}(?:[:.]\d\d)?(?:\s?(?:am|pm|h\b|uhr))?`)},
		{timeDetail, regexp.MustCompile(`(?i)\b\d{1,2}[:.]\d\d(?:\s?(?:am|pm|h\b|uhr))?|\b\d{1,2}\s?(?:am|pm|uhr|h)\b`)},
		{timeDetail, regexp.MustCompile(`(?i)(?:\bat|\bum|\balle|\bdalle|\ba las|\bgegen|\bfrom|\bab|\buntil|\bafter|\bdopo le|\blas|` + edge + `в|` + edge + `с|` + edge + `до|` + edge + `после)\s\d{1,2}\b`)},
		{dateDetail, regexp.MustCompile(`(?i)` + edge + `(?:` + feasts + `)`)},
		{dateDetail, regexp.MustCompile(`(?i)` + edge + `(?:` + relDays + `)`)},
		{dateDetail, regexp.MustCompile(`(?i)` + edge + `(?:` + dayNames + `)`)},
		{dateDetail, regexp.MustCompile(`(?i)` + edge + `(?:` + months + `)(?:\s20\d\d)?`)},
		{countDetail, regexp.MustCompile(`(?i)(?:№|n\.|nr\.?|no\.|núm\.?|#)\s?\d[\d/-]*|\b\d+\s\p{L}{3,}|\b\d{2,}(?:[/-]\d+)?\b|\b\d+%?`)},
	}
)

// ownName is how members of a group call us; it says nothing about what they want.
const ownName = "@Marketa"

// details finds what is particular in a text, in the order it was said; what overlaps belongs to the first kind in the list.
func details(text string) []detail {
	var all []detail
	ws := words(text)
	taken := func(start, end int) bool {
		return slices.ContainsFunc(all, func(d detail) bool { return start < d.end && d.start < end })
	}
	add := func(kind detailKind, start, end int) {
		start, end = tighten(text, start, end)
		if kind == countDetail {
			end = start + len(countOnly(text[start:end]))
		}
		if start < end && !taken(start, end) && wholeWord(ws, end) && !strings.EqualFold(text[start:end], ownName) {
			all = append(all, detail{text[start:end], start, end, kind})
		}
	}
	for _, f := range finds {
		for _, at := range f.re.FindAllStringIndex(text, -1) {
			add(f.kind, at[0], at[1])
		}
	}
	for p := range strings.SplitSeq(dishes, ",") {
		if i := phrase(ws, p); i >= 0 {
			add(thingDetail, ws[i].start, ws[i+len(strings.Fields(p))-1].end)
		}
	}
	slices.SortFunc(all, func(a, b detail) int { return a.start - b.start })
	return joined(text, all)
}

// countOnly keeps "3 posts", and of "1043 schon" the number.
func countOnly(s string) string {
	digits, thing, two := strings.Cut(s, " ")
	if !two || number(digits) == 0 {
		return s
	}
	for _, l := range languages {
		if l != russian && commonWords[l][fold(thing)] {
			return digits
		}
	}
	if len(digits) >= 4 {
		return digits
	}
	return s
}

// tighten cuts off what only marked the edge of a match.
func tighten(text string, start, end int) (int, int) {
	const edges = " \t\n,;:!?()¿¡…"
	s := text[start:end]
	start += len(s) - len(strings.TrimLeft(s, edges+"-–—."))
	return start, start + len(strings.TrimRight(text[start:end], edges+"-–—"))
}

// wholeWord: a match must not end inside a word.
func wholeWord(ws []word, end int) bool {
	return !slices.ContainsFunc(ws, func(w word) bool { return w.start < end && end < w.end })
}

var glue = regexp.MustCompile(`(?i)^(?:\s|,|at|um|from|on|after|before|around|nach|vor|gegen|dopo le|prima delle|verso le|después de las|antes de las|после|до|около|alle|dalle|ore|a las|de|von|ab|am|den|в|с|на|the|\bla\b|\bil\b|-|–)*$`)

// joined puts dates and times that stand side by side into one: "Sundays 12-15:30".
func joined(text string, all []detail) []detail {
	var out []detail
	for _, d := range all {
		n := len(out)
		if n > 0 && out[n-1].kind <= timeDetail && d.kind <= timeDetail && d.start-out[n-1].end < 30 && glue.MatchString(text[out[n-1].end:d.start]) {
			out[n-1].end = d.end
			out[n-1].text = text[out[n-1].start:d.end]
			out[n-1].kind = min(out[n-1].kind, d.kind)
			continue
		}
		out = append(out, d)
	}
	return out
}

func texts(ds []detail) []string {
	var all []string
	for _, d := range ds {
		if !slices.ContainsFunc(all, func(s string) bool { return strings.EqualFold(s, d.text) }) {
			all = append(all, d.text)
		}
	}
	return all
}

// weekday finds a day of the week in a text, 0 for Sunday as in [time.Weekday].
func weekday(text string) (time.Weekday, bool) {
	ws := words(text)
	for i, names := range weekdays {
		if anyPhrase(ws, names) {
			return time.Weekday(i), true
		}
	}
	return 0, false
}

var weekdays = []string{
	"sunday*,sun,sonntag*,so,domenica,domeniche,dom,domingo*,воскресень*,вс",
	"monday*,mon,montag*,mo,lunedi,lun,lunes,понедельник*,пн",
	"tuesday*,tue,tues,dienstag*,di,martedi,mar,martes,вторник*,вт",
	"wednesday*,wed,mittwoch*,mi,mercoledi,mer,miercoles,mie,среду,среда,среды,ср",
	"thursday*,thu,donnerstag*,do,giovedi,gio,jueves,jue,четверг*,чт",
	"friday*,fri,freitag*,fr,venerdi,ven,viernes,vie,пятниц*,пт",
	"saturday*,sat,samstag*,sonnabend*,sa,sabato,sab,sabado*,суббот*,сб",
}

var clockTime = regexp.MustCompile(`(\d{1,2})(?:[:.](\d\d))?\s?(?i:(am|pm))?`)

// clock finds the first time of day in a detail, as HH:MM.
func clock(text string) (string, bool) {
	m := clockTime.FindStringSubmatch(text)
	if m == nil {
		return "", false
	}
	hour := number(m[1])
	if strings.EqualFold(m[3], "pm") && hour < 12 {
		hour += 12
	}
	if hour > 24 {
		return "", false
	}
	minute := 0
	if m[2] != "" {
		minute = number(m[2])
	}
	return two(hour) + ":" + two(minute), true
}

func two(n int) string { return string([]byte{byte('0' + n/10%10), byte('0' + n%10)}) }

func number(s string) int {
	n := 0
	for _, r := range s {
		if r < '0' || r > '9' {
			break
		}
		n = n*10 + int(r-'0')
		if n > 1<<30 {
			break
		}
	}
	return n
}
