package actor

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// sentence reads one sentence. In "I need three posts and the password for Instagram" the second half wants what the first does.
func sentence(s string) []point {
	var all []point
	for i, clause := range breathe(s) {
		p := parse(clause)
		switch {
		case p.act != tells:
		case i > 0 && (all[i-1].act == wishes || all[i-1].act == asks):
			p.act = all[i-1].act
		case strings.Contains(s, "?") && startsWith(words(clause), verbsFirst, 1):
			p.act = asks
		}
		all = append(all, p)
	}
	return all
}

const verbsFirst = `is,are,was,were,has,have,did,does,do,can,will,ist,sind,war,hat,habt,haben,kommt,geht,gibt,macht,wird,werden,konnt,kann,avete,hai,
		siete,puoi,potete,habeis,teneis,esta,estan,puedes,podeis`

var sentenceEnd = regexp.MustCompile(`[?!…]+|\n+|\.\s+|\.$`)

// clauses splits a message into sentences, and long breathless ones at the words that begin a new thought.
func clauses(text string) []string {
	var all []string
	for _, s := range sentences(text) {
		all = append(all, breathe(s)...)
	}
	return all
}

// sentences keeps the marks that end them; the point of "24.12. geschlossen" or "ca. 20" ends none.
func sentences(text string) []string {
	var all []string
	from := 0
	for _, at := range sentenceEnd.FindAllStringIndex(text, -1) {
		before := strings.TrimSpace(text[from:at[0]])
		if text[at[0]] == '.' && at[1] < len(text) && endsShort(before) {
			continue
		}
		if s := strings.TrimSpace(text[from:at[1]]); s != "" {
			all = append(all, s)
		}
		from = at[1]
	}
	if s := strings.TrimSpace(text[from:]); s != "" {
		all = append(all, s)
	}
	return all
}

func endsShort(s string) bool {
	last := []rune(s)
	if len(last) == 0 {
		return true
	}
	ws := words(s)
	w := ws[max(0, len(ws)-1):]
	return unicode.IsDigit(last[len(last)-1]) || (len(w) == 1 && w[0].end == len(s) && (len([]rune(w[0].raw)) == 1 || anyPhrase(w, abbreviated)))
}

const abbreviated = "ca,nr,st,dr,bzw,usw,ecc,num,sig,sra,sr,ул,тел,min,max,mr,mrs,ms,vs,art,dott"

var breath = regexp.MustCompile(`(?i)[,;]?\s+(?:and also|and then|and another thing|also|oh and|plus|and can|and could|and when|and what|und dann|und außerdem|außerdem|und noch|und wann|und könnt|und kannst|ausserdem|e poi|e anche|e un'altra cosa|inoltre|poi volevo|e volevo|e quando|e potete|y también|y luego|y otra cosa|además|y cuándo|y cuando|y podéis|а ещё|а еще|и ещё|и еще|ещё хотел|и также|и когда|и можете|кстати|übrigens|by the way|btw|a proposito|por cierto)\s+`)

// apart: both sides of an "and" have a topic, and not the same.
func apart(left, right []word) bool {
	l, r := topicsIn(left), topicsIn(right)
	return len(l) > 0 && len(r) > 0 && !slices.ContainsFunc(l, func(t topicAt) bool { return t.topic == r[0].topic })
}

// unled takes fillers and a greeting off the front, when enough stands behind them.
func unled(s string) string {
	bare := lead.ReplaceAllString(s, "")
	bare = lead.ReplaceAllString(hailing.ReplaceAllString(bare, ""), "")
	if len(words(bare)) < 2 {
		return strings.TrimSpace(s)
	}
	return bare
}

var hailing = regexp.MustCompile(`(?i)^(?:(?:hi|hello|hey|good morning|good evening|good afternoon|hallo|guten tag|guten morgen|guten abend|moin|servus|ciao|buongiorno|buonasera|salve|hola|buenas tardes|buenos días|buenos dias|buenas|привет|здравствуйте|добрый день|доброе утро|добрый вечер)(?: (?:all|guys|zusammen|ihr lieben|lieben|ihr|a tutti|ragazzi|a todos|chicos|всем))?[\s,!.:–-]+)+`)

// lead is what a breathless clause begins with and does not need.
var lead = regexp.MustCompile(`(?i)^(?:[\s,;]+|(?:and|also|then|oh|plus|und|dann|außerdem|e|poi|anche|inoltre|y|también|luego|además|и|а|ещё|еще|также|кстати|ehm|eh|uh|um|hm+|allora|ähm|bueno|pues|ну|вот)[\s,]+)+`)

func breathe(s string) []string {
	s = unled(s)
	if len(words(s)) < 7 {
		return []string{s}
	}
	var all []string
	from := 0
	for _, at := range conjunction.FindAllStringIndex(s, 8) {
		if left, right := words(s[from:at[0]]), words(s[at[1]:]); len(left) >= 3 && len(right) >= 3 && apart(left, right) {
			all = append(all, breathe(s[from:at[0]])...)
			from = at[1]
		}
	}
	if from > 0 {
		return append(all, breathe(s[from:])...)
	}
	for _, at := range breath.FindAllStringIndex(s, -1) {
		if len(words(s[from:at[0]])) >= 3 && len(words(s[at[1]:])) >= 2 {
			all = append(all, unled(s[from:at[0]]))
			from = at[0]
		}
	}
	return append(all, unled(s[from:]))
}
