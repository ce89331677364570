package actor

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// What managers want of the CRM: it is heard before anything else, for "write in Planfix" is not "write".

const (
	crmName = `(?:planfix|(?:the |das |il |el )?crm)`
	crmTask = `(?:planfix[- ]?(?:task|aufgabe)|crm[- ]?task|(?:task|aufgabe|tarea|attività)(?: (?:in|im|su|en) ` + crmName + `)?)`
	ofWhom  = `(?:for|of|about|at|für|von|zu|per|di|su|para|de|sobre)`
)

// crmDemands in their order.
func crmDemands() []demand {
	who := func(n string) string { return strings.Replace(somebody, "who", "who"+n, 1) }
	return []demand{
		{wanted(`\b(?:link|connect|verknüpf\w*|verbinde?|collega\w*|vincula\w*|enlaza\w*)\s+`+somebody+`\s+(?:to|with|mit|a|con|al?)\s+(?:the )?(?:planfix )?(?:`+crmTask+`\s*)?(?:number |nr\.? ?)?(?P<what>#?\d{2,}|https?://\S+/task/\d+)`,
			`\b(?:link|connect|verknüpf\w*|verbinde?)\s+(?:the )?`+crmTask+`\s*(?P<what2>#?\d{2,})\s+(?:to|with|mit|a|con)\s+`+who("2")+`\W*$`), "crmLink"},
		{wanted(`\b(?:move|set|put|setz\w*|verschieb\w*|sposta\w*|metti|mueve|pon)\s+(?:the )?` + crmTask + `\s+` + ofWhom + `\s+` + somebody + `\s+(?:to|auf|nach|in|a|en)\s+(?P<what>.+?)\W*$`), "crmMove"},
		{wanted(`\b(?:write|comment|note|add|put|schreib\w*|kommentier\w*|notier\w*|scriv\w+|commenta\w*|annota|escrib\w+|comenta\w*|anota)\b(?: a comment| einen kommentar| un commento| un comentario)?\s+(?:in|into|to|on|im|ins|su|nel|en)\s+` + crmName + `\s*(?:` + ofWhom + `\s+` + somebody + `)?\s*(?:[,:]|\bthat\b|\bdass\b|\bche\b|\bque\b)\s*(?:that |dass |che |que )?(?P<what>.+)$`), "crmComment"},
		{wanted(`\b(?:create|make|open|add|erstell\w*|leg\w*|crea\w*|apri|abre|haz)\b.{0,20}?\b` + crmTask + `\s+` + ofWhom + `\s+` + somebody + `(?:\s+an|\s+(?:in|im|su|en) ` + crmName + `)?\W*$`), "crmCreate"},
		{wanted(`\b(?:find|search|look for|such\w*|finde|cerca\w*|trova\w*|busca\w*)\b.{0,25}?\b(?:` + crmTask + `|` + crmName + `)s?\s+` + ofWhom + `\s+` + somebody + `\W*$`), "crmFind"},
		{wanted(`\b(?:what does|what's new in|what is in|was (?:sagt|steht in)|cosa dice|qu[eé] dice)\s+`+crmName+`(?:\s+(?:say|there))?\s+`+ofWhom+`\s+`+somebody+`\W*$`,
			`\b(?:show|zeig\w*|mostra\w*|mu[eé]stra\w*|how is|how does|what about)\b.{0,15}?\b`+crmTask+`\s+`+ofWhom+`\s+`+who("2")+`(?:\s+stand)?\W*$`,
			`\b(?:what does|was sagt|cosa dice|qu[eé] dice)\s+`+crmName+`(?:\s+say)?\W*$`), "crmShow"},
	}
}

// inCRM answers what is about the CRM; false for everything else.
func (a *assistant) inCRM() (Reply, bool) {
	for _, w := range crmDemands() {
		m := w.heard.FindStringSubmatch(a.words)
		if m == nil {
			continue
		}
		said := groups(w.heard, m)
		who := a.who(said)
		if who == "" {
			who = a.here()
		}
		if who == "" {
			return a.say("who"), true
		}
		return a.carryCRM(w.name, who, said), true
	}
	return Reply{}, false
}

var topicLine = regexp.MustCompile(`(?m)^this topic is about: (.+)$`)

// here is the restaurant of the topic in which the manager writes.
func (a *assistant) here() string {
	if m := topicLine.FindStringSubmatch(a.req.System); m != nil {
		return strings.TrimSpace(m[1])
	}
	return ""
}

func (a *assistant) carryCRM(name, who string, said map[string]string) Reply {
	what := strings.TrimSpace(said["what"] + said["what2"])
	proposed := func(map[string]any) Reply { return a.say("proposed") }
	switch name {
	case "crmLink":
		return a.use("desk_crm_link", map[string]any{"restaurant": who, "task": what}, proposed)
	case "crmMove":
		return a.use("desk_crm_move_task", map[string]any{"restaurant": who, "status": what}, proposed)
	case "crmComment":
		return a.use("desk_crm_comment", map[string]any{"restaurant": who, "text": capitalised(strings.TrimRight(what, ". "))}, proposed)
	case "crmCreate":
		return a.use("desk_crm_create_task", map[string]any{"restaurant": who}, proposed)
	case "crmFind":
		return a.use("desk_crm_find_task", map[string]any{"restaurant": who}, a.foundTasks)
	}
	return a.use("desk_crm_show_task", map[string]any{"restaurant": who}, a.shownTask)
}

func capitalised(s string) string {
	if r := []rune(s); len(r) > 0 {
		return strings.ToUpper(string(r[:1])) + string(r[1:])
	}
	return s
}

func (a *assistant) foundTasks(found map[string]any) Reply {
	var lines []string
	for _, t := range list(found, "found") {
		line := fmt.Sprintf("- %s: %s (%s)", strconv.Itoa(num(t, "task")), str(t, "name"), str(t, "status"))
		if linked, _ := t["linked"].(bool); linked {
			line += " ✓"
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return a.say("crm_none")
	}
	return Reply{Text: a.text("crm_found") + "\n" + strings.Join(lines, "\n")}
}

func (a *assistant) shownTask(t map[string]any) Reply {
	lines := []string{a.text("crm_stands", num(t, "task"), str(t, "name"), str(t, "status"))}
	for _, c := range list(t, "comments") {
		lines = append(lines, fmt.Sprintf("- %s, %s: “%s”", str(c, "at"), str(c, "by"), short(str(c, "text"), 300)))
	}
	return Reply{Text: strings.Join(lines, "\n")}
}
