package agent

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// kind is what a figure is about.
type kind int

const (
	link kind = iota
	phone
	date
	money
	percent
	clock
	span
	number
	kinds
)

// figure is a number, a moment or an address that somebody could hold us to. value is the same for every spelling.
type figure struct {
	kind  kind
	text  string
	value string
}

const amount = `\d+(?:[.,'’]\d+)*`

var (
	address  = regexp.MustCompile(`(?i)(?:https?://|www\.)[^\s<>"“”]+|[\w.+-]+@[\w-]+\.[\w.-]*\w|(?-i:\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|info|biz|eu|app|link|shop|it|de|at|ch|es|ru|uk|fr|io|ly|me)\b(?:/[^\s<>"“”]*)?)`)
	fullDate = regexp.MustCompile(`\d{4}-\d{1,2}-\d{1,2}|\b\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})\b|\b\d{1,2}/\d{1,2}\b|\b\d{1,2}\.\d{1,2}\.`)
	wordDate = regexp.MustCompile(`(?i)\b(\d{1,2})(?:\.|º|°|st|nd|rd|th)?\s+(?:de\s+|of\s+)?(` + monthNames() + `)|(` + monthNames() + `)\s+(\d{1,2})(?:st|nd|rd|th)?\b`)
	phones   = regexp.MustCompile(`(?:\+|\b0)\d[\d ()-]{5,}\d`)
	moneys   = regexp.MustCompile(`(?i)(?:[€$£₽]|\b(?:eur|usd|gbp|chf|rub)\b)\s?(` + amount + `)|(` + amount + `)\s?(?:[€$£₽]|(?:euros?|eur|chf|usd|gbp|dollars?|dollari|dólares|pounds?|cents?|centesimi|céntimos|евро|руб\p{L}*|доллар\p{L}*)(?:[^\p{L}]|$))`)
	percents = regexp.MustCompile(`(?i)(` + amount + `)\s?(?:%|percent|per cent|percento|per cento|prozent|por ciento|процент)`)
	clocks   = regexp.MustCompile(`(?i)\b(\d{1,2})[:.h](\d{2})(?:\s?(uhr|am|pm|a\.m\.|p\.m\.))?|\b(\d{1,2})\s?(uhr|am\b|pm\b|a\.m\.|p\.m\.|h\b|часов|час)`)
	spans    = regexp.MustCompile(`(?i)(` + amount + `)(?:\s?[-–]\s?(\d+))?\s?(?:hours?|hrs?|ore|ora|stunden?|horas?|часа|minut\p{L}*|mins?|минут\p{L}*|days?|giorn\p{L}+|tage?n?|días?|дн\p{L}+|день|weeks?|settiman\p{L}+|wochen?|semanas?|недел\p{L}+|months?|mes[ei]s?|monate?n?|месяц\p{L}*)(?:[^\p{L}]|$)`)
	numbers  = regexp.MustCompile(amount)
	listMark = regexp.MustCompile(`(?m)^[ \t]*\d{1,2}[.)][ \t]`)
)

// figuresIn finds them, those first that say what they are about; what is found is taken out of the text.
func figuresIn(text string) []figure {
	text = strings.ReplaceAll(listMark.ReplaceAllString(plainDigits(text), " "), "24/7", " ")
	r := &reader{text: text}
	r.take(address, func(m []string) (figure, bool) {
		return figure{kind: link, value: bareAddress(m[0])}, true
	})
	r.take(fullDate, fullDateFigure)
	r.take(wordDate, wordDateFigure)
	r.take(phones, func(m []string) (figure, bool) { return figure{kind: phone, value: onlyDigits(m[0])}, true })
	r.take(moneys, func(m []string) (figure, bool) { return figure{kind: money, value: value(m[1] + m[2])}, true })
	r.take(percents, func(m []string) (figure, bool) { return figure{kind: percent, value: value(m[1])}, true })
	r.take(clocks, clockFigure)
	r.take(spans, func(m []string) (figure, bool) {
		if m[2] != "" {
			r.found = append(r.found, figure{kind: span, text: shown(m[0]), value: value(m[2])})
		}
		return figure{kind: span, value: value(m[1])}, true
	})
	r.take(numbers, func(m []string) (figure, bool) { return figure{kind: number, value: value(m[0])}, true })
	return r.found
}

type reader struct {
	text  string
	found []figure
}

// take finds all of one pattern. A number glued to a letter before it is part of a name (A4, B12).
func (r *reader) take(pattern *regexp.Regexp, read func(m []string) (figure, bool)) {
	var rest strings.Builder
	at := 0
	for _, span := range pattern.FindAllStringSubmatchIndex(r.text, -1) {
		m := make([]string, len(span)/2)
		for i := range m {
			if span[2*i] >= 0 {
				m[i] = r.text[span[2*i]:span[2*i+1]]
			}
		}
		f, ok := read(m)
		if !ok {
			continue
		}
		f.text = shown(m[0])
		if before, _ := utf8.DecodeLastRuneInString(r.text[:span[0]]); !unicode.IsLetter(before) || f.kind == link {
			r.found = append(r.found, f)
		}
		rest.WriteString(r.text[at:span[0]] + " ")
		at = span[1]
	}
	r.text = rest.String() + r.text[at:]
}

// shown is a find without what stands around it.
func shown(s string) string {
	return strings.TrimSpace(strings.TrimRight(s, " \t\n.,;:!?)]»”"))
}

func fullDateFigure(m []string) (figure, bool) {
	parts := strings.FieldsFunc(m[0], func(c rune) bool { return c < '0' || c > '9' })
	day, month := parts[0], parts[1]
	if len(parts[0]) == 4 {
		day, month = parts[2], parts[1]
	}
	if n, _ := strconv.Atoi(month); n > 12 && strings.Contains(m[0], "/") {
		day, month = month, day // the European order is meant, unless that is impossible
	}
	return dayOf(day, month)
}

func wordDateFigure(m []string) (figure, bool) {
	return dayOf(m[1]+m[4], strconv.Itoa(monthOf(m[2]+m[3])))
}

// dayOf writes a day without its year.
func dayOf(day, month string) (figure, bool) {
	d, _ := strconv.Atoi(day)
	m, _ := strconv.Atoi(month)
	return figure{kind: date, value: fmt.Sprintf("%d-%d", d, m)}, d >= 1 && d <= 31 && m >= 1 && m <= 12
}

func clockFigure(m []string) (figure, bool) {
	hour, _ := strconv.Atoi(m[1] + m[4])
	minute := m[2]
	if minute == "" {
		minute = "00"
	}
	half := strings.ToLower(strings.ReplaceAll(m[3]+m[5], ".", ""))
	if half == "pm" && hour < 12 {
		hour += 12
	}
	return figure{kind: clock, value: fmt.Sprintf("%d:%s", hour, minute)}, hour <= 24 && minute < "60"
}

// otherHalf is the same time of the other half of the day: people say "seven" and mean 19:00.
func otherHalf(at string) string {
	hour, minute, _ := strings.Cut(at, ":")
	h, _ := strconv.Atoi(hour)
	return fmt.Sprintf("%d:%s", (h+12)%24, minute)
}

// bareAddress is an address without what people leave out.
func bareAddress(s string) string {
	s = strings.TrimRight(strings.ToLower(s), ".,;:!?)»”/")
	return strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "http://"), "www.")
}

// value writes an amount in one way: 1.250,50 and 1,250.50 and 1250.5 are the same; so are 12,00 and 12.
func value(s string) string {
	parts := strings.FieldsFunc(s, func(c rune) bool { return c < '0' || c > '9' })
	if len(parts) == 0 {
		return ""
	}
	last := parts[len(parts)-1]
	whole, decimals := strings.Join(parts, ""), ""
	sameSigns := strings.Count(s, ".") == len(parts)-1 || strings.Count(s, ",") == len(parts)-1 || strings.ContainsAny(s, "'’")
	thousands := len(last) == 3 && len(parts[0]) <= 3 && parts[0] != "0" && sameSigns
	if len(parts) > 1 && !thousands {
		whole, decimals = strings.Join(parts[:len(parts)-1], ""), strings.TrimRight(last, "0")
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if decimals == "" {
		return whole
	}
	return whole + "." + decimals
}

// plainDigits writes the digits of all scripts as 0 to 9.
func plainDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 || !unicode.Is(unicode.Nd, r) {
			return r
		}
		zero := r
		for unicode.Is(unicode.Nd, zero-1) && r-zero < 9 {
			zero--
		}
		return '0' + (r - zero)
	}, norm.NFKC.String(s))
}

func onlyDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// months are their names in our languages.
var months = []struct {
	n     int
	names string
}{
	{1, `january|januar|gennaio|enero|января|январь`}, {2, `february|februar|febbraio|febrero|февраля|февраль`}, {3, `march|märz|marzo|марта|март`},
	{4, `april|aprile|abril|апреля|апрель`}, {5, `maggio|mayo|may|mai|мая|май`}, {6, `june|juni|giugno|junio|июня|июнь`},
	{7, `july|juli|luglio|julio|июля|июль`}, {8, `august|agosto|августа|август`}, {9, `september|settembre|septiembre|сентября|сентябрь`},
	{10, `october|oktober|ottobre|octubre|октября|октябрь`}, {11, `november|novembre|noviembre|ноября|ноябрь`},
	{12, `december|dezember|dicembre|diciembre|декабря|декабрь`},
}

func monthNames() string {
	var all []string
	for _, m := range months {
		all = append(all, m.names)
	}
	return strings.Join(all, "|")
}

func monthOf(name string) int {
	for _, m := range months {
		for _, n := range strings.Split(m.names, "|") {
			if strings.EqualFold(n, name) {
				return m.n
			}
		}
	}
	return 0
}
