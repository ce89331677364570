package actor

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// pictureDemands are what managers ask about pictures and the rules for them. They are heard before the others.
var pictureDemands = []demand{
	{wanted(`^\W*(?:please |bitte |per favore |por favor )?(?:retire|drop|end|remove|lift|delete|streich\w*|lösch\w*|heb\w*|beende\w*|togli\w*|elimina\w*|cancella\w*|quita\w*|borra\w*)\s+(?:the |die |la )?(?:photo |picture |foto)?(?:rule|regel|regola|regla)\s+(?P<n>\d{1,4})(?:\s*(?:,|for|of|from|at|für|von|bei|per|di|da|para|de)?\s*` + somebody + `)?(?:\s+auf)?\W*$`), "retireRule"},
	{wanted(`^\W*(?:which|what|show(?: me)?|list|welche|zeig\w*(?: mir)?|quali|mostra(?:mi)?|qu[eé]|mu[eé]stra(?:me)?)\s+(?:are |sono |son )?(?:the |die |le |las )?(?:photo |picture |foto)?(?:rules|regeln|regole|reglas)(?: (?:di|de|per le|para las) (?:foto|fotos))?\s+(?:(?:does|do|has|have|apply|are there|gelten|hat|gibt es|valgono|ci sono|ha|tiene|valen|hay)\s+)?(?:(?:for|of|at|für|von|bei|per|di|para|de)\s+)?` + somebody + `(?:\s+(?:have|has))?\W*$`), "listRules"},
	{wanted(`^\W*(?:new |neue |nuov[ae] |nuev[ao]s? )?(?:photo |picture |foto)?(?:rules?|regeln?|regol[ae]|reglas?)(?: (?:di|de|per le|para las) (?:foto|fotos))?\s+(?:for|für|per|para|di|de)\s+` + somebody + `\s*:\s*(?P<what>.+)$`), "newRules"},
	{wanted(`^\W*(?:please |bitte )?(?:choose|pick|wähl\w*|such\w* .{0,12}aus|scegli|elige)\s+(?:me |mir )?(?:a |the best |one |ein |una? )?(?:photo|picture|foto|bild|immagine|imagen)\s+(?:of|with|about|for a post about|vom|von|mit|über|della|delle|dei|del|di|con|de|sobre|per un post su)\s+(?P<what>.+?)\s+(?:for|at|für|bei|per|para|da|en)\s+` + somebody + `\W*$`), "choosePicture"},
	{wanted(`^\W*(?:please |bitte )?(?:find|search|look for|show(?: me)?|which|what|such\w*|finde|zeig\w*(?: mir)?|welche|trova(?:mi)?|cerca|mostra(?:mi)?|quali|busca(?:me)?|mu[eé]stra(?:me)?|qu[eé])\s+(?:a |some |all |ein paar |alle |alcune |tutte le |le |algunas |las )?(?:photos?|pictures?|images?|fotos?|bilder|immagini|im[aá]genes)(?:\s+(?:of|with|showing|vom|von|mit|della|delle|dello|dei|del|di|con|des|de)\s+(?P<what>.+?))?\s+(?:for|at|from|does|do|has|für|bei|hat|per|da|ha|para|en|tiene)\s+` + somebody + `(?:\s+have)?\W*$`), "findPictures"},
}

func (a *assistant) carryPictures(name string, said map[string]string) Reply {
	who := a.who(said)
	if who == "" {
		return a.say("who")
	}
	switch name {
	case "newRules":
		return a.use("desk_rules_propose", map[string]any{"restaurant": who, "words": said["what"]}, func(map[string]any) Reply { return a.say("proposed") })
	case "retireRule":
		n, _ := strconv.Atoi(said["n"])
		return a.use("desk_rules_retire", map[string]any{"restaurant": who, "n": n}, func(map[string]any) Reply { return a.say("proposed") })
	case "listRules":
		return a.use("desk_rules_list", map[string]any{"restaurant": who}, func(found map[string]any) Reply { return a.tellRules(who, found) })
	case "choosePicture":
		return a.use("desk_images_choose", map[string]any{"restaurant": who, "brief": said["what"]}, func(found map[string]any) Reply {
			lines := []string{fmt.Sprintf("%s %s (%s)", a.picture("chosen"), strings.TrimRight(str(found, "shows"), "."), strings.TrimRight(str(found, "why"), "."))}
			return Reply{Text: strings.Join(append(lines, strs(found, "left_out")...), "\n")}
		})
	}
	return a.use("desk_images_search", map[string]any{"restaurant": who, "what": said["what"]}, a.tellPictures)
}

func (a *assistant) tellRules(who string, found map[string]any) Reply {
	lines := []string{fmt.Sprintf(a.picture("rules"), who)}
	for _, r := range list(found, "rules") {
		lines = append(lines, fmt.Sprintf("- %d: %s (“%s”)", num(r, "n"), str(r, "rule"), str(r, "said")))
	}
	if len(lines) == 1 {
		return Reply{Text: a.picture("no_rules")}
	}
	return Reply{Text: strings.Join(lines, "\n")}
}

func (a *assistant) tellPictures(found map[string]any) Reply {
	var lines []string
	for _, p := range list(found, "photos") {
		lines = append(lines, fmt.Sprintf("- %s (%s)", strings.TrimRight(str(p, "shows"), "."), str(p, "why")))
	}
	head := fmt.Sprintf(a.picture("found"), len(lines))
	if len(lines) == 0 {
		head = a.picture("none")
	}
	return Reply{Text: strings.Join(append(append([]string{head}, lines...), strs(found, "left_out")...), "\n")}
}

func strs(m map[string]any, key string) (out []string) {
	all, _ := m[key].([]any)
	for _, x := range all {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func (a *assistant) picture(key string) string {
	return pictureTexts[key][map[language]int{english: 0, german: 1, italian: 2, spanish: 3}[a.in]]
}

var pictureTexts = map[string][4]string{
	"rules":    {"Rules for pictures of %s:", "Regeln für Bilder von %s:", "Regole per le foto di %s:", "Reglas para las fotos de %s:"},
	"no_rules": {"There are no rules about pictures yet.", "Es gibt noch keine Regeln für Bilder.", "Non ci sono ancora regole per le foto.", "Todavía no hay reglas para las fotos."},
	"found":    {"Pictures that fit: %d", "Passende Bilder: %d", "Foto adatte: %d", "Fotos adecuadas: %d"},
	"none":     {"No picture fits.", "Kein Bild passt.", "Nessuna foto adatta.", "Ninguna foto adecuada."},
	"chosen":   {"This one:", "Dieses:", "Questa:", "Esta:"},
	"noted":    {"Thank you, that is how we will handle the pictures. Is there anything else that must never be shown?", "Danke, so halten wir es mit den Bildern. Gibt es noch etwas, das nie gezeigt werden soll?", "Grazie, con le foto faremo così. C'è altro che non va mai mostrato?", "Gracias, así lo haremos con las fotos. ¿Hay algo más que no deba mostrarse nunca?"},
}

var aboutPictures = regexp.MustCompile(`\b(?:photos?|pictures?|images?|pics?|fotos?|bild(?:er|ern)?|immagin[ei]|foto|imagen(?:es)?|posts?|logos?|gesichter|volti|caras)\b`)

// pictureWish passes on what a client says about pictures: at least one wish that a rule can hold, and words about pictures or
// several wishes at once.
func (v view) pictureWish() (Reply, bool) {
	const tool = "rules_propose"
	there := false
	for _, t := range v.req.Tools {
		there = there || t.Name == tool
	}
	if !there || v.redo || strings.Contains(v.words(), "?") {
		return Reply{}, false
	}
	var those []string // of the messages
	for _, m := range v.unanswered {
		if len(directive(m.text).Rules) > 0 {
			those = append(those, m.text)
		}
	}
	said, plain := strings.Join(those, "\n"), 0
	d := directive(said)
	for _, r := range d.Rules {
		if r.Of != "look" {
			plain++
		}
	}
	if plain == 0 || plain < 2 && !aboutPictures.MatchString(" "+fold(said)+" ") {
		return Reply{}, false
	}
	for i, c := range v.made {
		if c.Name == tool {
			if strings.Contains(v.resultOf(i), `"error"`) {
				return Reply{}, false
			}
			in, _ := speaks(said)
			n := map[language]int{english: 0, german: 1, italian: 2, spanish: 3}[in]
			return Reply{Text: pictureTexts["noted"][n]}, true
		}
	}
	if v.req.ToolChoice == "none" {
		return Reply{}, false
	}
	return Reply{Calls: []Call{{Name: tool, Args: quotedArg("words", said)}}}, true
}

func quotedArg(name, value string) json.RawMessage {
	b, _ := json.Marshal(map[string]string{name: value}) // strings
	return b
}
