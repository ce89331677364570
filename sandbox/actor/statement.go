package actor

import (
	"strings"
	"time"
)

// statement is a simple sentence that the actor can say in all its languages, so that "say we open at 12" reaches an
// Italian client in Italian.
type statement string

const (
	sayOpen       statement = "open"
	sayClosed     statement = "closed"
	sayCall       statement = "call"
	sayLive       statement = "live"
	saySendPhotos statement = "photos"
	sayWeWrite    statement = "write"
)

// statements with the words that each may consist of, besides days, times and small words. Anything else in the hint means
// that it says more than the statement, and then it is quoted instead.
var statements = []struct {
	of    statement
	key   string // one of these must occur
	words string // these may
}{
	{sayClosed, "closed,close,geschlossen,schliessen,zu,chiusi,chiudiamo,chiuso,cerrado,cerrados,cerramos,закрыты,закрыто", "we,are,re,stay,remain,be,will,wir,haben,sind,bleiben,siamo,restiamo,saremo,estamos,estaremos,мы,будем"},
	{sayOpen, "open,offnen,geoffnet,offen,apriamo,aperti,aperto,abrimos,abiertos,abierto,открываемся,открыты,открыто", "we,are,re,will,wir,haben,sind,siamo,saremo,estamos,мы,будем"},
	{sayCall, "call,ring,phone,anrufen,rufen,chiamiamo,richiamiamo,llamamos,llamaremos,позвоним,перезвоним", "we,ll,will,you,her,him,them,back,an,wir,ihr,sie,ihn,dich,zuruck,la,lo,te,le,мы,ей,ему,вам"},
	{sayLive, "live,online,published,posted,esce,uscira,pubblicato,sale,saldra,выйдет,опубликуем", "the,post,story,reel,it,goes,go,will,be,is,up,der,die,geht,kommt,wird,il,la,el,va,публикация,пост"},
	{saySendPhotos, "send,schicken,schick,mandi,mandare,mandaci,envien,envie,enviar,пришлите,прислать", "us,photos,photo,pictures,the,should,please,fotos,bilder,uns,die,le,foto,las,nos,фото,нам,она,пусть"},
	{sayWeWrite, "write,schreiben,scriviamo,escribimos,напишем", "we,ll,will,you,her,him,them,back,wir,ihr,dir,ihm,le,te,мы,ей,вам"},
}

const smallWords = "at,on,from,by,until,to,the,a,this,next,um,am,ab,bis,uhr,den,dem,alle,dalle,il,la,di,da,entro,a,las,el,los,desde,en,de,в,с,до,на,во,o,clock,am,pm,and,und,e,y,и"

// render says a hint's words in another language when they are one of the statements; else false.
func render(hint string, p phrases) (string, bool) {
	ds := details(hint)
	ws := outsideOf(words(hint), ds)
	for _, st := range statements {
		if !anyPhrase(ws, st.key) || !only(ws, st.key+","+st.words+","+smallWords) {
			continue
		}
		when, ok := p.when(ds)
		if !ok {
			return "", false
		}
		return strings.TrimSpace(strings.ReplaceAll(p.say[st.of], "{when}", when)), true
	}
	return "", false
}

func outsideOf(ws []word, ds []detail) []word {
	var out []word
	for _, w := range ws {
		inside := false
		for _, d := range ds {
			inside = inside || w.start >= d.start && w.end <= d.end
		}
		if !inside {
			out = append(out, w)
		}
	}
	return out
}

func only(ws []word, allowed string) bool {
	for _, w := range ws {
		if !anyPhrase([]word{w}, allowed) && number(w.low) == 0 {
			return false
		}
	}
	return true
}

// when says days and a time in the language of p; a date that it cannot say makes it fail.
func (p phrases) when(ds []detail) (string, bool) {
	var all []string
	for _, d := range ds {
		switch {
		case d.kind > timeDetail:
			return "", false
		case isoDate.MatchString(d.text) || dotDate.MatchString(d.text) && d.kind == dateDetail:
			return "", false
		}
		day, named := p.day(d.text)
		if named {
			all = append(all, day)
		} else if d.kind == dateDetail {
			return "", false
		}
		if at, ok := clock(d.text); ok && rangeOf(d.text) == "" {
			all = append(all, strings.ReplaceAll(p.at, "{time}", at))
		} else if r := rangeOf(d.text); r != "" {
			all = append(all, r)
		}
	}
	return strings.Join(all, " "), true
}

func (p phrases) day(text string) (string, bool) {
	ws := words(text)
	for i, names := range []string{sameDay, nextDay, dayAfter} {
		if anyPhrase(ws, names) && (i != 1 || !anyPhrase(ws, dayAfter)) {
			return p.rel[i], true
		}
	}
	if day, ok := weekday(text); ok {
		return p.days[day%time.Weekday(len(p.days))], true
	}
	return "", false
}

// rangeOf is a time range as digits, "" when the text has at most one time.
func rangeOf(text string) string {
	times := clockTime.FindAllString(text, -1)
	if len(times) != 2 {
		return ""
	}
	return strings.TrimSpace(times[0]) + "–" + strings.TrimSpace(times[1])
}
