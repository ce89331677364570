package opening

import (
	"regexp"
	"strings"
	"time"
)

// weekdayWords are the days as people write them in English, German, Italian, Spanish and Russian, whole or cut; Monday first.
func weekdayWords() [7]string {
	return [7]string{
		"monday mondays mon mo montag montags lunedì lunedi lun lunes понедельник пн",
		"tuesday tuesdays tue tues di dienstag dienstags martedì martedi martes вторник вт",
		"wednesday wednesdays wed mi mittwoch mittwochs mercoledì mercoledi mer mercoles miércoles среда среду ср",
		"thursday thursdays thu thur thurs do donnerstag donnerstags giovedì giovedi gio jueves четверг чт",
		"friday fridays fri fr freitag freitags venerdì venerdi ven viernes пятница пятницу пт",
		"saturday saturdays sat sa samstag samstags sonnabend sabato sab sábado sabado sábados суббота субботу сб",
		"sunday sundays sun so sonntag sonntags domenica domeniche dom domingo domingos воскресенье вс",
	}
}

const (
	dailyWords   = "daily everyday täglich quotidianamente diario diariamente ежедневно"
	weekendWords = "weekend weekends wochenende wochenenden finesettimana выходные"
	closedWords  = "closed close geschlossen ruhetag ruhetage zu chiuso chiusi chiusa chiudiamo chiudono cerrado cerrados cerrada cerramos cierran закрыто закрыты закрываемся"
	untilWords   = "- – — to till until bis alle al alla a ad hasta fino до по"
)

// phrases of several words become one word each before anything is read.
var phrases = strings.NewReplacer("every day", "daily", "each day", "daily", "jeden tag", "daily", "ogni giorno", "daily", "tutti i giorni", "daily",
	"todos los días", "daily", "todos los dias", "daily", "каждый день", "daily", "fine settimana", "weekend", "fin de semana", "weekend", "fino a", "to", "fino alle", "to",
	"fermé", "closed")

func monthWords() [12]string {
	return [12]string{"january jan januar jänner gennaio gen enero ene января", "february feb februar febbraio febrero февраля", "march mar märz marzo marzo марта",
		"april apr aprile abril abr апреля", "may mai maggio mag mayo мая", "june jun juni giugno giu junio июня", "july jul juli luglio lug julio июля",
		"august aug agosto ago августа", "september sep sept settembre set septiembre сентября", "october oct oktober okt ottobre ott octubre октября",
		"november nov novembre noviembre ноября", "december dec dezember dez dicembre dic diciembre декабря"}
}

// token is a word that counts.
type token struct {
	kind tokenKind
	days []time.Weekday
	date time.Time
	time string
}

type tokenKind int

const (
	aDay tokenKind = iota
	aDate
	aTime
	until
	closed
)

var pieces = regexp.MustCompile(`(\d{4}-\d{2}-\d{2})|(\d{1,2})\.\s?(\d{1,2})\.(?:\s?(\d{4})\b)?|(\d{1,2})(?:[:.](\d{2})|\s?h\s?(\d{2}))?\s?(a\.?m\b\.?|p\.?m\b\.?)?|[\p{L}]+|[-–—]`)

// tokens reads the words that count, in their order. now is the place's: a date without a year is the next one.
func tokens(text string, now time.Time) (out []token) {
	text = phrases.Replace(strings.ToLower(text))
	found := pieces.FindAllStringSubmatch(text, -1)
	for i := 0; i < len(found); i++ {
		m := found[i]
		switch {
		case m[1] != "":
			if d, err := time.Parse(time.DateOnly, m[1]); err == nil {
				out = append(out, token{kind: aDate, date: d})
			}
		case m[3] != "":
			if d, ok := dateOf(number(m[2]), number(m[3]), number(m[4]), now); ok {
				out = append(out, token{kind: aDate, date: d})
			}
		case m[5] != "":
			if month := monthOf(found, i+1); month > 0 && m[6]+m[7]+m[8] == "" {
				year := 0
				if i+2 < len(found) && len(found[i+2][0]) == 4 {
					year = number(found[i+2][0])
				}
				if d, ok := dateOf(number(m[5]), month, year, now); ok {
					out = append(out, token{kind: aDate, date: d})
					i++
					continue
				}
			}
			if t, ok := clock(number(m[5]), number(m[6]+m[7]), m[8]); ok {
				out = append(out, token{kind: aTime, time: t})
			}
		default:
			if t, ok := wordToken(m[0]); ok && (t.kind != aDay || !doubtful(m[0]) || dayFollows(found, i+1)) {
				out = append(out, t)
			}
		}
	}
	return out
}

func wordToken(word string) (token, bool) {
	for i, names := range weekdayWords() {
		if isOne(word, names) {
			return token{kind: aDay, days: []time.Weekday{week()[i]}}, true
		}
	}
	switch {
	case isOne(word, dailyWords):
		return token{kind: aDay, days: week()}, true
	case isOne(word, weekendWords):
		return token{kind: aDay, days: []time.Weekday{time.Saturday, time.Sunday}}, true
	case isOne(word, closedWords):
		return token{kind: closed}, true
	case isOne(word, untilWords):
		return token{kind: until}, true
	}
	return token{}, false
}

// doubtful are the German days in two letters: "so", "do", "di" and "mi" are words of other languages, too.
func doubtful(word string) bool { return isOne(word, "mo di mi do fr sa so") }

// dayFollows: what comes next makes a day of a doubtful word.
func dayFollows(found [][]string, i int) bool {
	return i < len(found) && (found[i][5] != "" || doubtful(found[i][0]) || isOne(found[i][0], "- – — bis und"))
}

func isOne(word, list string) bool {
	for _, w := range strings.Fields(list) {
		if w == word {
			return true
		}
	}
	return false
}

func monthOf(found [][]string, i int) int {
	if i >= len(found) {
		return 0
	}
	for m, names := range monthWords() {
		if isOne(found[i][0], names) {
			return m + 1
		}
	}
	return 0
}

func number(s string) (n int) {
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n
}

func dateOf(day, month, year int, now time.Time) (time.Time, bool) {
	if year == 0 {
		year = now.Year()
		if d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC); d.Before(now.AddDate(0, 0, -1)) {
			year++
		}
	}
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return d, month >= 1 && month <= 12 && d.Day() == day && d.Month() == time.Month(month)
}

func clock(hour, minute int, half string) (string, bool) {
	switch {
	case strings.HasPrefix(half, "p") && hour < 12:
		hour += 12
	case strings.HasPrefix(half, "a") && hour == 12:
		hour = 0
	}
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return "", false
	}
	return time.Date(2000, 1, 1, hour%24, minute, 0, 0, time.UTC).Format("15:04"), true
}
