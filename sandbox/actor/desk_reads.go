package actor

import (
	"fmt"
	"regexp"
	"sort"
	"strings"
)

func str(m map[string]any, key string) string { s, _ := m[key].(string); return s }

func num(m map[string]any, key string) int { f, _ := m[key].(float64); return int(f) }

func list(m map[string]any, key string) (out []map[string]any) {
	all, _ := m[key].([]any)
	for _, x := range all {
		if one, ok := x.(map[string]any); ok {
			out = append(out, one)
		}
	}
	return out
}

func both(who, restaurant string) string {
	if restaurant == "" || who == restaurant {
		return who
	}
	return who + " · " + restaurant
}

func (a *assistant) whoWaits(map[string]string) Reply {
	return a.use("desk_who_waits", map[string]any{}, func(found map[string]any) Reply {
		clients := list(found, "clients")
		if len(clients) == 0 {
			return a.say("nobody_waits")
		}
		lines := []string{a.text("waiting", len(clients))}
		for _, c := range clients {
			lines = append(lines, fmt.Sprintf("- %s: %s (%s)", both(str(c, "who"), str(c, "restaurant")), a.span(str(c, "waits_for")), a.state(str(c, "state"))))
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

func (a *assistant) cards(map[string]string) Reply {
	return a.use("desk_waiting", map[string]any{}, func(found map[string]any) Reply {
		n := num(found, "open_cards")
		if n == 0 {
			return a.say("no_cards")
		}
		lines := []string{a.text("cards", n)}
		for _, c := range list(found, "cards") {
			lines = append(lines, fmt.Sprintf("- %s: %s", both(str(c, "who"), str(c, "restaurant")), a.span(str(c, "waits_for"))))
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

func (a *assistant) speed(map[string]string) Reply {
	return a.use("desk_pace", map[string]any{}, func(found map[string]any) Reply {
		s := a.text("cards", num(found, "open_cards"))
		if num(found, "open_cards") == 0 {
			s = a.text("no_cards")
		}
		if o := str(found, "oldest_open_card_waits_for"); o != "" {
			s += " " + a.text("oldest", a.span(o))
		}
		if t := str(found, "typical_time_to_decide"); t != "" {
			return Reply{Text: s + " " + a.text("pace", num(found, "days"), num(found, "decided_in_these_days"), a.span(t), a.span(str(found, "slowest")))}
		}
		return Reply{Text: s + " " + a.text("no_pace", num(found, "days"))}
	})
}

func (a *assistant) recent(map[string]string) Reply {
	return a.use("desk_recent_chats", map[string]any{}, func(found map[string]any) Reply {
		lines := []string{}
		for _, c := range list(found, "chats") {
			lines = append(lines, fmt.Sprintf("- %s: %s", both(str(c, "who"), str(c, "restaurant")), a.text("wrote_at", str(c, "client_last_wrote"))))
		}
		if len(lines) == 0 {
			return a.say("no_chats")
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

func (a *assistant) findThem(said map[string]string) Reply {
	args := map[string]any{}
	stage := stageIn(said["rest"])
	if stage == "" {
		stage = stageIn(a.words)
	}
	if stage != "" {
		args["stage"] = stage
	}
	return a.use("desk_find_restaurant", args, func(found map[string]any) Reply {
		all := list(found, "restaurants")
		if len(all) == 0 {
			return Reply{Text: a.text("none_found", plainStage(stage))}
		}
		lines := []string{}
		for _, r := range all {
			line := "- " + str(r, "name")
			if stage == "" {
				line += " (" + plainStage(str(r, "stage")) + ")"
			}
			lines = append(lines, line)
		}
		if more := num(found, "more"); more > 0 {
			lines = append(lines, fmt.Sprintf("… + %d", more))
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

func (a *assistant) showThem(said map[string]string) Reply {
	who := a.who(said)
	if who == "" {
		return a.say("who")
	}
	return a.use("desk_show_restaurant", map[string]any{"restaurant": who}, func(found map[string]any) Reply {
		lines := []string{a.text("stands", str(found, "name"), plainStage(str(found, "stage")))}
		facts, _ := found["facts"].(map[string]any)
		keys := make([]string, 0, len(facts))
		for k := range facts {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		for _, k := range keys {
			lines = append(lines, fmt.Sprintf("- %s: %v", strings.ReplaceAll(k, "_", " "), facts[k]))
		}
		if len(keys) == 0 {
			lines = append(lines, a.text("no_facts"))
		}
		for _, c := range list(found, "chats") {
			lines = append(lines, "- "+a.text("chat", str(c, "who"), a.never(str(c, "client_last_wrote")), a.never(str(c, "we_last_wrote"))))
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

func (a *assistant) lastContact(said map[string]string) Reply {
	who := a.who(said)
	if who == "" {
		return a.say("who")
	}
	return a.use("desk_show_restaurant", map[string]any{"restaurant": who}, func(found map[string]any) Reply {
		var lines []string
		for _, c := range list(found, "chats") {
			lines = append(lines, a.text("last", str(c, "who"), a.never(str(c, "we_last_wrote")), a.never(str(c, "client_last_wrote"))))
		}
		if len(lines) == 0 {
			return a.say("no_chats")
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

func (a *assistant) readThem(said map[string]string) Reply {
	who := a.who(said)
	if who == "" {
		return a.say("who")
	}
	return a.use("desk_read_chat", map[string]any{"who": who}, func(found map[string]any) Reply {
		all := list(found, "messages")
		var theirs []map[string]any
		for _, m := range all {
			if str(m, "from") == "client" {
				theirs = append(theirs, m)
			}
		}
		if len(theirs) == 0 {
			return Reply{Text: a.text("silent", str(found, "who"))}
		}
		lines := []string{a.text("wrote", both(str(found, "who"), str(found, "restaurant")))}
		for _, m := range theirs[max(0, len(theirs)-3):] {
			lines = append(lines, fmt.Sprintf("- %s: “%s”", str(m, "at"), short(str(m, "text"), 300)))
		}
		if last := all[len(all)-1]; str(last, "from") == "us" {
			lines = append(lines, a.text("answered", str(last, "at")))
		}
		return Reply{Text: strings.Join(lines, "\n")}
	})
}

// again: "and Jonas?" asks the same about another one.
func (a *assistant) again(said map[string]string) Reply {
	who := person(said["who"])
	for i := len(a.told) - 1; i >= 0; i-- {
		if a.told[i].us {
			continue
		}
		for _, w := range demands[:len(demands)-1] {
			m := w.heard.FindStringSubmatch(a.told[i].text)
			if m == nil {
				continue
			}
			before := groups(w.heard, m)
			for k := range before {
				if strings.HasPrefix(k, "who") {
					delete(before, k)
				}
			}
			if before["rest"] != "" || before["what"] != "" || who == "" {
				return a.say("unclear") // an order is not repeated for somebody else
			}
			before["who"] = who
			return a.carry(w.name, before)
		}
		break
	}
	return a.say("unclear")
}

var stagesHeard = []struct {
	stage string
	heard *regexp.Regexp
}{
	{"at_risk", regexp.MustCompile(`(?i)at[ _]risk|in gefahr|gefährdet|a rischio|en riesgo`)},
	{"content_setup", regexp.MustCompile(`(?i)content`)},
	{"first_approvals", regexp.MustCompile(`(?i)first approval|freigabe|approvazion|aprobacion`)},
	{"paused", regexp.MustCompile(`(?i)\bpaus|in pausa|en pausa`)},
	{"qualification", regexp.MustCompile(`(?i)qualif|cualific`)},
	{"onboarding", regexp.MustCompile(`(?i)onboarding`)},
	{"connection", regexp.MustCompile(`(?i)connection|verbindung|connession|conexi`)},
	{"activation", regexp.MustCompile(`(?i)activation|aktivierung|attivazion|activaci`)},
	{"closed", regexp.MustCompile(`(?i)\bclos|geschlossen|schließ|chius|chiud|cerrad|cierra`)},
	{"lead", regexp.MustCompile(`(?i)\bleads?\b`)},
	{"qualification", regexp.MustCompile(`(?i)reopen`)},
	{"active", regexp.MustCompile(`(?i)\b(?:re|ri)?a[ck]?t+iv|resume`)},
}

func stageIn(s string) string {
	for _, x := range stagesHeard {
		if x.heard.MatchString(s) {
			return x.stage
		}
	}
	return ""
}

func plainStage(s string) string { return strings.ReplaceAll(s, "_", " ") }
