package agent

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const mostLoose = 4 // on the card

// backed finds what somebody could hold us to and nobody has said: not the client, not a record, not a tool, not a manager.
// Prices, percentages, dates, times, spans of time, larger numbers and addresses; and that something is done.
func backed(w *walk, text string) []string {
	known := newEvidence(w.known() + "\n" + w.localNow().Format("2006-01-02") + "\n" + w.localNow().Format("2006"))
	var loose, out []string
	for _, f := range figuresIn(text) {
		quote := "“" + cutTo(f.text, 40) + "”"
		if !known.holds(f) && !slices.Contains(loose, quote) && len(loose) < mostLoose {
			loose = append(loose, quote)
		}
	}
	if len(loose) > 0 {
		out = append(out, "Stands in no record and in nobody's words: "+strings.Join(loose, ", ")+". Check before sending.")
	}
	if claim := doneClaim(text, strings.ToLower(w.ours())); claim != "" {
		out = append(out, "It says that something is done (“"+cutTo(claim, 60)+"”). Marketa has done nothing: check that it is true.")
	}
	return out
}

// evidence is what has been said, by kind and value.
type evidence struct {
	values map[kind]map[string]bool
	days   map[string]bool // of dates
	digits string          // of each line, for numbers that are spaced in another way
	text   string
}

func newEvidence(text string) evidence {
	e := evidence{values: map[kind]map[string]bool{}, days: map[string]bool{}, text: strings.ToLower(text)}
	for k := range kind(kinds) {
		e.values[k] = map[string]bool{}
	}
	for _, f := range figuresIn(text) {
		e.values[f.kind][f.value] = true
		if day, _, ok := strings.Cut(f.value, "-"); ok && f.kind == date {
			e.days[day] = true
		}
	}
	var digits strings.Builder
	for _, line := range strings.Split(plainDigits(text), "\n") {
		digits.WriteString(onlyDigits(line) + "\n")
	}
	e.digits = digits.String()
	return e
}

// holds says whether somebody has said this figure, if in another spelling.
func (e evidence) holds(f figure) bool {
	has := func(k kind, value string) bool { return e.values[k][value] }
	switch f.kind {
	case link:
		return strings.Contains(e.text, f.value)
	case phone:
		return strings.Contains(e.digits, f.value[max(0, len(f.value)-9):]) // people leave the country out
	case date, percent:
		return has(f.kind, f.value)
	case clock:
		hour, minute, _ := strings.Cut(f.value, ":")
		plain := value(hour + "." + minute)
		return has(clock, f.value) || has(clock, otherHalf(f.value)) || has(number, plain) || minute != "00" && has(money, plain)
	case money, span:
		return has(f.kind, f.value) || has(number, f.value)
	}
	return small(f.value) || e.days[f.value] || has(number, f.value) || has(money, f.value) || has(span, f.value) || has(percent, f.value) || has(clock, f.value+":00")
}

// small numbers count things ("two photos"); nobody is held to them without a unit.
func small(value string) bool { return len(value) == 1 }

// undertakings are what we would have done, by language, as a person says it of himself or of the thing. They are looked
// for in statements, not in questions.
var undertakings = regexp.MustCompile(`(?:^|[^\p{L}])(` + strings.Join([]string{
	`(?:i|we)(?:'ve|’ve| have| just| already| now)*\s+(?:sent|published|posted|changed|updated|corrected|booked|scheduled|deleted|removed|cancell?ed|refunded|paid|activated|uploaded|ordered|fixed)`,
	`(?:has|have) (?:now |already )?been (?:sent|published|posted|changed|updated|corrected|booked|scheduled|deleted|removed|cancell?ed|refunded|paid|activated|uploaded|fixed)`,
	`(?:is|are) (?:now |already )?(?:done|live|online|published|booked|paid|cancell?ed|refunded)`,
	`hab(?:e|en) [^.!?\n]{0,60}?(?:gesendet|geschickt|verschickt|veröffentlicht|gepostet|geändert|aktualisiert|korrigiert|gebucht|eingeplant|gelöscht|entfernt|storniert|erstattet|bezahlt|hochgeladen)`,
	`(?:ist|sind|wurde|wurden) [^.!?\n]{0,30}?(?:erledigt|online|gesendet|geschickt|veröffentlicht|gepostet|geändert|aktualisiert|korrigiert|gebucht|eingeplant|gelöscht|entfernt|storniert|erstattet|bezahlt)`,
	`(?:ho|abbiamo) (?:già |appena |subito )?(?:inviato|mandato|spedito|pubblicato|postato|cambiato|modificato|aggiornato|corretto|prenotato|programmato|cancellato|eliminato|rimosso|annullato|rimborsato|pagato|caricato|sistemato)`,
	`(?:è|sono) (?:già |ora |stat[oaie] )+(?:inviat|pubblicat|cambiat|modificat|aggiornat|corrett|prenotat|programmat|cancellat|eliminat|rimoss|annullat|rimborsat|pagat|caricat|sistemat|fatt|onlin)[oaie]`,
	`(?:he|hemos) (?:ya )?(?:enviado|mandado|publicado|cambiado|modificado|actualizado|corregido|reservado|programado|eliminado|borrado|cancelado|reembolsado|pagado|subido)`,
	`(?:ya )?(?:está|están) (?:ya )?(?:hecho|enviad|publicad|cambiad|actualizad|corregid|reservad|programad|eliminad|cancelad|pagad)[oa]?s?`,
	`(?:я|мы) (?:уже |только что )?(?:отправил|опубликовал|изменил|поменял|обновил|исправил|забронировал|запланировал|удалил|отменил|вернул|оплатил|загрузил)[аи]?`,
	`(?:отправлен|опубликован|изменен|изменён|обновлен|обновлён|исправлен|забронирован|запланирован|удален|удалён|отменен|отменён|оплачен|сделан)[оаы]?`,
}, "|") + `)(?:[^\p{L}]|$)`)

// colleagues: what was passed on to people is no undertaking; a question to the managers does that.
var colleagues = regexp.MustCompile(`team|colleag|kolleg|equipo|compañer|squadra|команд|коллег|manager|менеджер`)

var sentences = regexp.MustCompile(`[^.!?\n]+[.!?]*`)

// doneClaim is the first statement that something is done which ours, all that we have said or have in writing, does not
// know of.
func doneClaim(text, ours string) string {
	for _, sentence := range sentences.FindAllString(strings.ToLower(text), -1) {
		if strings.HasSuffix(sentence, "?") || colleagues.MatchString(sentence) {
			continue
		}
		m := undertakings.FindStringSubmatch(sentence)
		if m == nil {
			continue
		}
		words := strings.FieldsFunc(m[1], func(r rune) bool { return !unicode.IsLetter(r) })
		if !strings.Contains(ours, words[len(words)-1]) {
			return m[1]
		}
	}
	return ""
}
