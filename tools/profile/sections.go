package profile

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"marketa/internal/fault"
	"marketa/internal/language"
	"marketa/internal/opening"
	"marketa/store"
)

// wish is a change that somebody has said, with what is known so far.
type wish struct {
	field, value string
	remove       bool
	now          time.Time // where the restaurant is
	profile      store.Profile
}

// read turns the words into lines of a section, and says what changes: "Sun: closed → 12:00–15:30".
func (w wish) read(section store.Section, key string) ([]line, string, error) {
	switch section {
	case store.SectionHours:
		return w.hours()
	case store.SectionLanguages:
		return w.languages()
	case store.SectionTone:
		return w.tone()
	case store.SectionDishes:
		return w.dishes()
	}
	return w.words(section, key)
}

// hours are the days that are named; none when the words do not say from when to when.
func (w wish) hours() (out []line, show string, err error) {
	text := w.value
	if strings.HasPrefix(w.field, "clos") {
		text = "closed " + text
	}
	read, err := opening.Read(text, w.now)
	if err != nil {
		return nil, "", nil //nolint:nilerr // it is kept in words
	}
	was := map[string][]string{} // what changes → the days
	var order []string
	for _, key := range read.Keys() {
		spans, _ := read.Get(key)
		before, known := w.profile.Hours.Get(key)
		if known && slices.Equal(before, spans) {
			continue
		}
		text := "not known"
		if known {
			text = before.String()
		}
		text += " → " + spans.String()
		if len(was[text]) == 0 {
			order = append(order, text)
		}
		was[text] = append(was[text], key)
		out = append(out, line{Key: key, Text: opening.Name(key) + " " + spans.String(), Typed: store.Typed{Spans: &spans}})
	}
	if len(out) == 0 {
		return nil, "", fault.New(fault.Conflict, "That is noted already: %s.", read)
	}
	for i, text := range order {
		order[i] = opening.Names(was[text]) + ": " + text
	}
	if w.profile.Hours.Words != "" {
		order = append(order, "noted in words so far: "+shorten(oneLine(w.profile.Hours.Words), 80))
	}
	return out, strings.Join(order, "; "), nil
}

func (w wish) languages() ([]line, string, error) {
	codes := language.Named(w.value)
	if len(codes) == 0 {
		return nil, "", fault.New(fault.Invalid, "Name the languages by their English names or codes, all of them: Italian, German.")
	}
	if slices.Equal(codes, w.profile.Languages.Codes) {
		return nil, "", fault.New(fault.Conflict, "That is noted already: %s.", names(codes))
	}
	return []line{{Text: strings.Join(codes, ", "), Typed: store.Typed{Codes: codes}}}, names(w.profile.Languages.Codes) + " → " + names(codes), nil
}

func names(codes []string) string {
	var out []string
	for _, c := range codes {
		out = append(out, language.Name(c))
	}
	return cmp.Or(strings.Join(out, ", "), "not known")
}

func (w wish) tone() ([]line, string, error) {
	was := oneLine(w.profile.Tone.Text)
	if was == w.value {
		return nil, "", fault.New(fault.Conflict, "That is noted already: %s.", was)
	}
	return []line{{Text: w.value}}, cmp.Or(shorten(was, 100), "not known") + " → " + w.value, nil
}

// price is an amount at the end of a dish's name, with its currency or with cents.
var price = regexp.MustCompile(`(?i)[\s,:(-]+((?:[€$£]\s?\d+(?:[.,]\d{1,2})?)|(?:\d+(?:[.,]\d{1,2})?\s?(?:€|\$|£|euros?|eur|chf|руб\.?|₽))|\d+[.,]\d{2})\)?\.?$`)

func (w wish) dishes() ([]line, string, error) {
	name, cost := w.value, ""
	if m := price.FindStringSubmatchIndex(name); m != nil && m[0] > 0 {
		name, cost = strings.TrimRight(name[:m[0]], " ,:(-"), name[m[2]:m[3]]
	}
	l := line{Key: keyOf(name), Text: strings.TrimSuffix(name+", "+cost, ", "), Typed: store.Typed{Name: name, Price: cost}, Gone: w.remove}
	for _, d := range w.profile.Dishes {
		if keyOf(d.Name) != l.Key {
			continue
		}
		l.Typed.Name, l.Key = d.Name, keyOf(d.Name)
		switch {
		case w.remove:
			return []line{l}, "no longer " + d.String(), nil
		case d.Price == cost:
			return nil, "", fault.New(fault.Conflict, "That is noted already: %s.", d)
		}
		l.Text = strings.TrimSuffix(d.Name+", "+cost, ", ")
		return []line{l}, fmt.Sprintf("%s: %s → %s", d.Name, cmp.Or(d.Price, "no price"), priced(cost)), nil
	}
	if w.remove {
		return nil, "", fault.New(fault.NotFound, "No such dish is noted. Read the profile for what there is.")
	}
	if cost == "" {
		return []line{l}, "new: " + name, nil
	}
	return []line{l}, "new: " + name + ", " + priced(cost), nil
}

// priced: an amount in a profile is what somebody has said; it decides nothing.
func priced(cost string) string {
	if cost == "" {
		return "no price"
	}
	return cost + " (as they say it)"
}

// words are a line of a section that is words only.
func (w wish) words(section store.Section, key string) ([]line, string, error) {
	single := section == store.SectionBrand && key != "" && key != string(store.SectionBrand)
	if !single {
		key = keyOf(w.value)
	}
	for _, l := range w.profile.Lines(section) {
		same := keyOf(l.Text) == keyOf(w.value)
		switch {
		case w.remove && (same || single && l.Key == key || strings.Contains(keyOf(l.Text), keyOf(w.value))):
			return []line{{Key: l.Key, Text: l.Text, Gone: true}}, "no longer: " + shorten(oneLine(l.Text), 150), nil
		case same && (!single || l.Key == key):
			return nil, "", fault.New(fault.Conflict, "That is noted already: %s.", shorten(oneLine(l.Text), 100))
		case single && l.Key == key:
			return []line{{Key: key, Text: w.value}}, fmt.Sprintf("%s: %s → %s", key, shorten(oneLine(l.Text), 100), w.value), nil
		}
	}
	if w.remove {
		return nil, "", fault.New(fault.NotFound, "Nothing like that is noted. Read the profile for what there is.")
	}
	if single {
		return []line{{Key: key, Text: w.value}}, key + ": not known → " + w.value, nil
	}
	return []line{{Key: key, Text: w.value}}, "new: " + w.value, nil
}

// keyOf is what makes two ways of writing one line: letters and digits, whatever their case.
func keyOf(text string) string {
	key := cmp.Or(strings.Join(strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }), " "), text)
	return string([]rune(key)[:min(len([]rune(key)), 120)])
}
