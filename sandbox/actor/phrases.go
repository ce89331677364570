package actor

import "strings"

// phrases are the words of one language. A pool holds ways of saying the same; {slots} are filled in; [du|Sie] chooses by
// how familiar we are with the client. Sentences speak as "we", the agency, and promise neither times nor amounts.
type phrases struct {
	quotes [2]string
	and    string

	hello, helloFormal, helloAll []string // with a name, formally, without a name
	again, againAll              []string // later in a conversation
	help                         []string // answers a mere greeting

	question, questions, wish, wishes, message string   // objects for {what}
	held, needs                                []string // {what}: with the people already; not yet
	teamSays                                   []string // {fact}

	facts, check, nothing []string // {about} {fact}; {about}
	noted, notedLoose     []string // {about} {value}: proposed; only heard
	told                  []string // {about}
	found, failed         []string // {fact}; a lookup that did not work
	missing               []string // {fields}
	unclear               []string

	sorry                      []string // {about}
	bot, can, decline, stray   []string
	sympathy, sorryUnclear     []string // a death; we were not understood
	here, foreign              []string // where to send things; a language we don't write
	glad                       []string // {about}: praise
	fine                       []string // a bare yes or no to nothing
	welcome, bye, picture      []string
	yes, no, waiting           []string // {echo}: what they answered; waiting {about}
	extra, warm, close, regret []string
	tiny                       []string // all that is left when it must be shorter still
	note, quoted, inquire      []string // {hint}

	about  map[topic]string
	remark map[topic][]string // what is true of a topic in every restaurant
	follow map[topic][]string // what is worth asking when it was not said
	nudge  map[goal][]string
	fields map[string]string

	emoji []string
	days  []string // "on Sunday", from Sunday
	at    string   // "at {time}"
	rel   [3]string
	say   map[statement]string // {when}
}

var tongues = map[language]phrases{english: inEnglish, german: inGerman, italian: inItalian, spanish: inSpanish, russian: inRussian}

// register chooses in [familiar|formal].
func register(s string, formal bool) string {
	for {
		open := strings.IndexByte(s, '[')
		if open < 0 {
			return s
		}
		length := strings.IndexByte(s[open:], ']')
		if length < 0 {
			return s
		}
		familiar, polite, _ := strings.Cut(s[open+1:open+length], "|")
		if formal {
			familiar = polite
		}
		s = s[:open] + familiar + s[open+length+1:]
	}
}
