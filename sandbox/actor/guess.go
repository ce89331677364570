package actor

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

const peopleWords = "people,guests,persons,person,seats,covers,persone,ospiti,coperti,personen,leute,gaste,personas,comensales,человек,гостей,персон"

// number takes the number that the argument's name fits, or the only one there is.
func (f filler) number(p property) json.RawMessage {
	var found []string
	for _, d := range f.p.details {
		digits := strings.TrimLeft(d.text, "€$£№#+ nN.")
		if d.kind != amountDetail && d.kind != countDetail || digits == "" {
			continue
		}
		found = append(found, leadingNumber(digits))
		money := anyPhrase(nameWords(p.name), "price,amount,budget,cost,total")
		people := anyPhrase(nameWords(p.name), "people,guests,persons,party,seats,covers,size")
		if money == (d.kind == amountDetail) && (money || people && anyPhrase(words(d.text), peopleWords)) {
			return f.inside(p, leadingNumber(digits))
		}
	}
	if len(found) == 1 && p.required {
		return f.inside(p, found[0])
	}
	return p.schema.fallback
}

func leadingNumber(s string) string {
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || (s[end] == '.' || s[end] == ',') && end+1 < len(s) && s[end+1] >= '0' && s[end+1] <= '9') {
		end++
	}
	return strings.ReplaceAll(s[:end], ",", ".")
}

func (f filler) inside(p property, digits string) json.RawMessage {
	n, err := strconv.ParseFloat(digits, 64)
	if err != nil || p.schema.is("integer") && n != float64(int64(n)) ||
		p.schema.least != nil && n < *p.schema.least || p.schema.most != nil && n > *p.schema.most {
		return nil
	}
	return json.RawMessage(strconv.FormatFloat(n, 'f', -1, 64))
}

// text guesses a string by what the argument is called, then by how it is described.
func (f filler) text(p property) string {
	if s, known := f.byName(nameWords(p.name), p.schema); known {
		return s
	}
	if s, known := f.byName(words(p.schema.about), p.schema); known {
		return s
	}
	return ""
}

func (f filler) byName(ws []word, s schema) (string, bool) {
	switch {
	case s.format == "date" || anyPhrase(ws, "date,day,deadline,due"):
		return f.day(s), true
	case anyPhrase(ws, "time,hour") || s.format == "time":
		return f.time(), true
	case anyPhrase(ws, "when,period,slot"):
		return strings.Join(texts(f.of(dateDetail, timeDetail)), ", "), true
	case anyPhrase(ws, "phone,mobile,telephone,whatsapp"):
		return f.contact(func(s string) bool { return !strings.ContainsAny(s, "@") && !strings.Contains(s, "www") && len(s) >= 8 }), true
	case anyPhrase(ws, "email,mail") || s.format == "email":
		return f.contact(func(s string) bool { return strings.Contains(s, "@") }), true
	case anyPhrase(ws, "url,link,website") || s.format == "uri":
		return f.contact(func(s string) bool { return strings.Contains(s, "www") || strings.Contains(s, "://") }), true
	case anyPhrase(ws, "language,lang,locale"):
		l := f.v.tongue()
		return string(l), true
	case anyPhrase(ws, "field,section,key,topic,category,attribute,aspect,area"):
		return f.field(), true
	case anyPhrase(ws, "value,new"):
		return changeValue(f.p), true
	case anyPhrase(ws, "why,reason,because,evidence,source,justification,rationale"):
		return f.who() + " wrote: “" + f.p.text + "”", true
	case anyPhrase(ws, "question"):
		return f.question(), true
	case anyPhrase(ws, "query,text,message,note,notes,summary,description,content,title,subject,prompt,brief,comment,details,body,request,wish,keywords,search,context,caption,words"):
		return f.p.text, true
	case anyPhrase(ws, "dish,item,product,food"):
		return strings.Join(texts(f.of(thingDetail)), ", "), true
	case anyPhrase(ws, "restaurant,venue,business"):
		return f.v.restaurant, true
	case anyPhrase(ws, "name,person,client,contact,customer,guest"):
		return f.v.client(), true
	}
	return "", false
}

func (f filler) of(kinds ...detailKind) []detail {
	var found []detail
	for _, d := range f.p.details {
		if slices.Contains(kinds, d.kind) {
			found = append(found, d)
		}
	}
	return found
}

// day is a date in the client's words, or as YYYY-MM-DD where the schema wants that.
func (f filler) day(s schema) string {
	said := texts(f.of(dateDetail))
	if len(said) == 0 {
		return ""
	}
	if s.format != "date" && !strings.Contains(s.about, "YYYY") && !strings.Contains(s.about, "ISO") {
		return said[0]
	}
	today, _ := f.v.today()
	if day, ok := date(said[0], today); ok {
		return day.Format(time.DateOnly)
	}
	return ""
}

func (f filler) time() string {
	for _, d := range f.of(timeDetail, dateDetail) {
		text := d.text
		if d.kind == dateDetail {
			text = afterDate(text)
		}
		if at, ok := clock(text); ok {
			return at
		}
	}
	return ""
}

// afterDate is the time of "sabato alle 20": what follows the last letter-only word, unless the digits are a date's.
func afterDate(text string) string {
	if isoDate.MatchString(text) || dotDate.MatchString(text) {
		return ""
	}
	ws := words(text)
	for _, names := range monthNames {
		if anyPhrase(ws, names) {
			return ""
		}
	}
	return text
}

func (f filler) contact(fits func(string) bool) string {
	for _, d := range f.of(contactDetail) {
		if fits(d.text) {
			return d.text
		}
	}
	return ""
}

// field is the name under which a restaurant's record keeps the topic.
func (f filler) field() string {
	if f.p.topic != contact {
		if f.p.topic == noTopic {
			return ""
		}
		return string(f.p.topic)
	}
	switch {
	case f.contact(func(s string) bool { return strings.Contains(s, "@") }) != "":
		return "email"
	case f.contact(func(s string) bool { return strings.Contains(s, "www") || strings.Contains(s, "://") }) != "":
		return "website"
	case len(f.of(contactDetail)) > 0, anyPhrase(words(f.p.text), "phone,telephone,number,telefonnummer,nummer,numero,telefono,номер,телефон*"):
		return "phone"
	}
	return "address"
}

func (f filler) who() string {
	if name := f.v.client(); name != "" {
		return name
	}
	return "The client"
}

// question is what the people read: who asks, from where, in the client's own words.
func (f filler) question() string {
	from := f.who()
	if f.v.restaurant != "" && f.v.restaurant != from {
		from += " (" + f.v.restaurant + ")"
	}
	return from + ": “" + f.p.text + "”"
}

// changeValue is the new fact out of the clause that tells it: days and times, a number, an address; else the clause.
func changeValue(p point) string {
	first, last, dated := -1, -1, false
	for _, d := range p.details {
		if d.kind == contactDetail && p.topic == contact {
			return d.text
		}
		if d.kind <= timeDetail && d.end <= len(p.text) && p.text[d.start:d.end] == d.text {
			if first < 0 {
				first = d.start
			}
			last = d.end
			dated = dated || d.kind == dateDetail || rangeOf(d.text) != ""
		}
	}
	whole := strings.Trim(p.text, " .!,")
	if p.topic != hours || !dated || anyPhrase(words(p.text), "closed,close,geschlossen,schliessen,zu,ruhetag*,riposo,descanso,chiusi,chiuso,chiudiamo,cerrado*,cerramos,закрыт*,закрываемся,not,nicht,non,no,не") {
		return whole
	}
	return p.text[first:last]
}
