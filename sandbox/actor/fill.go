package actor

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// fill makes a tool's arguments out of a point. lacking names required ones that nothing in the words gives: they are
// asked for, never made up.
func (v view) fill(t Tool, p point) (args json.RawMessage, lacking []string) {
	f := filler{v, p, kindOf(t)}
	return f.object(parseSchema(t.Schema))
}

// required drops optional arguments, for a second try after an error.
func required(t Tool, args json.RawMessage) json.RawMessage {
	s := parseSchema(t.Schema)
	var out object
	for _, p := range s.props {
		if val := member(args, p.name); p.required && val != nil {
			out.set(p.name, val)
		}
	}
	return out.json()
}

// askable: fields that a client can be asked for; ids and the like are none.
func askable(fields []string) bool {
	return !slices.ContainsFunc(fields, func(f string) bool {
		ws := nameWords(f)
		return anyPhrase(ws, "id,ids,uuid,key,token,ref,code,status,kind,type")
	})
}

type filler struct {
	v    view
	p    point
	kind toolKind
}

// object is a JSON object that keeps the order of its members.
type object struct{ b bytes.Buffer }

func (o *object) set(name string, val json.RawMessage) {
	if o.b.Len() > 0 {
		o.b.WriteByte(',')
	}
	o.b.Write(quoted(name))
	o.b.WriteByte(':')
	o.b.Write(val)
}

func (o *object) json() json.RawMessage { return json.RawMessage("{" + o.b.String() + "}") }

func quoted(s string) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s)
	return bytes.TrimSpace(b.Bytes())
}

func (f filler) object(s schema) (json.RawMessage, []string) {
	var out object
	var lacking []string
	for _, p := range s.props {
		val := f.value(p)
		switch {
		case val != nil:
			out.set(p.name, val)
		case p.required && p.schema.nullable():
			out.set(p.name, json.RawMessage("null"))
		case p.required:
			lacking = append(lacking, p.name)
		}
	}
	return out.json(), lacking
}

// value guesses one argument, nil when nothing gives it.
func (f filler) value(p property) json.RawMessage {
	s := p.schema
	switch {
	case len(s.enum) > 0:
		return f.choice(p)
	case s.is("object") && len(s.props) > 0:
		val, lacking := f.object(s)
		if len(lacking) > 0 || (!p.required && string(val) == "{}") {
			return nil
		}
		return val
	case s.is("array"):
		return f.list(p)
	case s.is("boolean"):
		return f.yesNo(p)
	case s.is("integer"), s.is("number"):
		return f.number(p)
	}
	text := f.text(p)
	if text == "" {
		return s.fallback
	}
	if s.maxChars > 0 && len([]rune(text)) > s.maxChars {
		text = string([]rune(text)[:s.maxChars])
	}
	return quoted(text)
}

// choice takes the value that the words or the topic name; "other" and its like serve when something is required.
func (f filler) choice(p property) json.RawMessage {
	best, most := -1, 0
	for i, c := range p.schema.enum {
		if n := f.names(scalar(c)); n > most {
			best, most = i, n
		}
	}
	if best >= 0 {
		return p.schema.enum[best]
	}
	if p.required {
		for _, usual := range f.usual() {
			for i, c := range p.schema.enum {
				if anyPhrase(nameWords(scalar(c)), usual) {
					return p.schema.enum[i]
				}
			}
		}
	}
	return p.schema.fallback
}

func (f filler) usual() []string {
	ordinary := []string{"other,general,misc,unknown,any,normal,medium,default"}
	if f.p.act == complains {
		return append([]string{"high,urgent,complaint"}, ordinary...)
	}
	return ordinary
}

// names scores how well a choice names the point.
func (f filler) names(choice string) int {
	ws, e := nameWords(choice), entryOf(f.p.topic)
	score := 3 * shared(words(f.p.text), ws)
	if f.p.topic != noTopic && anyPhrase(ws, e.named) {
		score += 2
		if anyPhrase(ws, f.field()) {
			score += 3
		}
	}
	if l, ok := speaks(f.p.text); ok && (fold(choice) == string(l) || anyPhrase(ws, languageNames[l])) {
		score++
	}
	if day, ok := weekday(strings.Join(texts(f.p.details), " ")); ok && anyPhrase(ws, weekdays[day]) {
		score += 3
	}
	return score
}

func (f filler) list(p property) json.RawMessage {
	if p.schema.items == nil {
		return nil
	}
	var items []json.RawMessage
	if len(p.schema.items.enum) > 0 || !p.schema.items.is("string") {
		if one := f.value(property{p.name, true, *p.schema.items}); one != nil {
			items = append(items, one)
		}
	} else {
		for _, d := range f.p.details {
			if d.kind == thingDetail || anyPhrase(nameWords(p.name), "dates,days,times") && d.kind <= timeDetail {
				items = append(items, quoted(d.text))
			}
		}
	}
	if len(items) == 0 && (!p.required || p.schema.minItems > 0) {
		return nil
	}
	return json.RawMessage("[" + string(bytes.Join(raws(items), []byte(","))) + "]")
}

func raws(items []json.RawMessage) [][]byte {
	var all [][]byte
	for _, it := range items {
		all = append(all, it)
	}
	return all
}

func (f filler) yesNo(p property) json.RawMessage {
	switch {
	case p.schema.fallback != nil:
		return p.schema.fallback
	case anyPhrase(nameWords(p.name), "urgent,complaint,angry"):
		return json.RawMessage(strconv.FormatBool(f.p.act == complains))
	case p.required:
		return json.RawMessage("false")
	}
	return nil
}

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
	if f.v.restaurant != "" {
		from += " (" + f.v.restaurant + ")"
	}
	return from + ": “" + f.p.text + "”"
}

// changeValue is the new fact out of the clause that tells it: days and times, a number, an address; else the clause.
func changeValue(p point) string {
	first, last := -1, -1
	for _, d := range p.details {
		if d.kind == contactDetail && p.topic == contact {
			return d.text
		}
		if d.kind <= timeDetail && d.end <= len(p.text) && p.text[d.start:d.end] == d.text {
			if first < 0 {
				first = d.start
			}
			last = d.end
		}
	}
	whole := strings.Trim(p.text, " .!,")
	if p.topic != hours || first < 0 || anyPhrase(words(p.text), "closed,close,geschlossen,schliessen,zu,chiusi,chiuso,chiudiamo,cerrado*,cerramos,закрыт*,закрываемся,not,nicht,non,no,не") {
		return whole
	}
	return p.text[first:last]
}
