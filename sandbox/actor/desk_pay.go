package actor

import (
	"regexp"
	"strings"
)

// What managers ask for about money: the price list, and the link by which a client pays.

const payLink = `(?:payment[- ]link|link to pay|checkout link|zahlungslink|bezahllink|link (?:di|del|per il) pagamento|enlace de pago|link de pago)`

var (
	payDemand = wanted(`\b(?:send|give|schick\w*|sende\w*|manda\w*|invia\w*|env[ií]a\w*|m[aá]nda\w*)\s+(?:to\s+|an\s+|ad?\s+)?(?P<who>[^,:?]{1,60}?)\s+(?:the |a |den |einen |il |un |el )?`+payLink+`(?:\s+(?:for|für|per|para)\s+(?P<plan>.+?))?\W*$`,
		`\b(?:send|schick\w*|manda\w*|invia\w*|env[ií]a\w*)\s+(?:the |a |den |einen |il |un |el )?`+payLink+`(?:\s+(?:for|für|per|para)\s+(?P<plan2>.+?))?\s+(?:to|an|ad?)\s+(?P<who2>[^,:?]{1,60}?)\W*$`)
	priceDemand = wanted(`\b(?:price ?list|our prices|which plans|what (?:do|does) .{0,30}plans? cost|preisliste|unsere preise|listino|i nostri prezzi|lista de precios|nuestros precios)\b`)
	planTail    = regexp.MustCompile(`(?i)^(?:the|den|die|das|il|la|el)\s+|\s+(?:plan|tarif|package|piano|paket)\W*$`)
)

func (a *assistant) paymentLink(said map[string]string) Reply {
	who, plan := a.who(said), said["plan"]
	if plan == "" {
		plan = said["plan2"]
	}
	plan = planTail.ReplaceAllString(planTail.ReplaceAllString(strings.TrimSpace(plan), ""), "")
	switch {
	case who == "":
		return a.say("who")
	case !a.has("desk_payment_link"):
		return a.say("may_not")
	case plan == "":
		return a.prices("Which plan? ")
	}
	return a.use("desk_payment_link", map[string]any{"restaurant": who, "plan": plan}, func(map[string]any) Reply { return a.say("proposed") })
}

func (a *assistant) prices(before string) Reply {
	return a.use("pay_prices", map[string]any{}, func(found map[string]any) Reply {
		var lines []string
		for _, p := range list(found, "plans") {
			lines = append(lines, "- "+str(p, "name")+": "+str(p, "price"))
		}
		if len(lines) == 0 {
			return Reply{Text: "The price list is empty."}
		}
		return Reply{Text: strings.TrimSpace(before + "These are our plans:\n" + strings.Join(lines, "\n"))}
	})
}
