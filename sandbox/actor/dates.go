package actor

import (
	"regexp"
	"time"
)

// today is the day of the newest message, as its header says.
func (v view) today() (time.Time, bool) {
	for i := len(v.unanswered) - 1; i >= 0; i-- {
		at := v.unanswered[i].at
		if len(at) < 10 {
			continue
		}
		if day, err := time.Parse(time.DateOnly, at[:10]); err == nil {
			return day, true
		}
	}
	return time.Time{}, false
}

var (
	isoDate = regexp.MustCompile(`20\d\d-\d\d-\d\d`)
	dotDate = regexp.MustCompile(`(\d{1,2})[./](\d{1,2})(?:[./](\d{2,4}))?`)
	dayOf   = regexp.MustCompile(`^\D{0,4}(\d{1,2})\D`)
)

const (
	dayAfter = "day after tomorrow,ubermorgen,dopodomani,pasado manana,послезавтра"
	nextDay  = "tomorrow,morgen,domani,manana,завтра"
	sameDay  = "today,tonight,heute,oggi,stasera,hoy,esta noche,сегодня"
)

var monthNames = []string{"januar*,january,gennaio,enero,январ*", "februar*,february,febbraio,febrero,феврал*", "march,marz,maerz,marzo,март*", "april*,aprile,abril,апрел*", "may,mai,maggio,mayo,мая,май,мае",
	"june,juni,giugno,junio,июн*", "july,juli,luglio,julio,июл*", "august*,agosto,август*", "septemb*,settembre,septiembre,setiembre,сентябр*", "octob*,oktob*,ottobre,octubre,октябр*", "novemb*,noviembre,ноябр*", "decemb*,dezemb*,dicembre,diciembre,декабр*"}

// date works out the day that a client's words mean, seen from today; days without a year lie ahead.
func date(text string, today time.Time) (time.Time, bool) {
	ws := words(text)
	switch {
	case isoDate.MatchString(text):
		day, err := time.Parse(time.DateOnly, isoDate.FindString(text))
		return day, err == nil
	case today.IsZero():
		return time.Time{}, false
	case anyPhrase(ws, dayAfter):
		return today.AddDate(0, 0, 2), true
	case anyPhrase(ws, nextDay):
		return today.AddDate(0, 0, 1), true
	case anyPhrase(ws, sameDay):
		return today, true
	}
	if day, ok := calendarDay(text, ws, today); ok {
		return day, true
	}
	if day, ok := weekday(text); ok {
		ahead := (int(day) - int(today.Weekday()) + 7) % 7
		return today.AddDate(0, 0, ahead), true
	}
	return time.Time{}, false
}

func calendarDay(text string, ws []word, today time.Time) (time.Time, bool) {
	day, month, year, named := 0, 0, today.Year(), false
	if m := dotDate.FindStringSubmatch(text); m != nil {
		day, month = number(m[1]), number(m[2])
		if y := number(m[3]); y > 0 {
			year, named = 2000+y%100, true
		}
	}
	for i, names := range monthNames {
		if m := dayOf.FindStringSubmatch(text + " "); m != nil && anyPhrase(ws, names) {
			day, month = number(m[1]), i+1
		}
	}
	if day < 1 || day > 31 || month < 1 || month > 12 {
		return time.Time{}, false
	}
	when := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if when.Before(today) && !named {
		when = when.AddDate(1, 0, 0)
	}
	return when, true
}
