package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Words is the rule as a person reads it.
func (c PhotoClause) Words() string { return c.words() + monthWords(c.Months) }

func (c PhotoClause) words() string {
	which := map[PhotoVerb]string{Forbid: "no", Require: "only", Prefer: "rather"}[c.Verb]
	any := strings.Join(c.Values, " or ")
	switch c.Of {
	case OfKind:
		return which + " pictures of " + orList(c.Values, kindWords)
	case OfPeople:
		if c.Number != nil && c.Verb == Forbid {
			return fmt.Sprintf("at most %s in the picture", counted(int(*c.Number), "person", "people"))
		}
		return with(c.Verb, "people")
	case OfFaces:
		return with(c.Verb, "faces that can be recognised")
	case OfChildren:
		return with(c.Verb, "children")
	case OfLogos:
		return with(c.Verb, "logos")
	case OfText:
		return with(c.Verb, "text")
	case OfSeason:
		return which + " " + any + " pictures"
	case OfDish, OfTags:
		return which + " pictures with " + any
	case OfSource:
		return which + " pictures from " + any
	case OfQuality:
		return which + " pictures of good quality (" + c.number() + " of 1 or better)"
	case OfRisk:
		return which + " pictures of low risk (" + c.number() + " of 1 at most)"
	case OfRest:
		return "no picture again within " + c.number() + " days"
	case OfLook:
		return map[PhotoVerb]string{Forbid: "never “", Require: "always “", Prefer: "to be kept in mind: “"}[c.Verb] + c.Check + "”"
	}
	return "a rule that this version does not know"
}

// breach is what a picture has that the rule leaves out, or lacks what it asks for.
func (c PhotoClause) breach() string {
	any, forbid := strings.Join(c.Values, " or "), c.Verb == Forbid
	is := func(yes, no string) string {
		if forbid {
			return yes
		}
		return no
	}
	switch c.Of {
	case OfKind:
		return is("a picture of ", "not a picture of ") + orList(c.Values, kindWords)
	case OfPeople:
		if c.Number != nil && forbid {
			return fmt.Sprintf("more than %s in the picture", counted(int(*c.Number), "person", "people"))
		}
		return is("people", "no people") + " in the picture"
	case OfFaces:
		return is("faces that can be recognised", "no face that can be recognised")
	case OfChildren:
		return is("children", "no children") + " in the picture"
	case OfLogos:
		return is("a logo", "no logo") + " in the picture"
	case OfText:
		return is("text", "no text") + " in the picture"
	case OfSeason:
		return is("a ", "not a ") + any + " picture"
	case OfDish, OfTags:
		return is(any, "no "+any) + " in the picture"
	case OfSource:
		return is("comes from ", "does not come from ") + any
	case OfQuality:
		return is("good quality", "not of good quality")
	case OfRisk:
		return "too risky"
	case OfRest:
		return "shown within the last " + c.number() + " days"
	case OfLook:
		return "“" + c.Check + "” " + is("is in the picture", "is not in the picture")
	}
	return "a rule that this version does not know"
}

func with(v PhotoVerb, what string) string {
	return map[PhotoVerb]string{Forbid: "no " + what + " in the picture", Require: "only pictures with " + what, Prefer: "rather pictures with " + what}[v]
}

func (c PhotoClause) number() string {
	if c.Number == nil {
		return "?"
	}
	return strconv.FormatFloat(*c.Number, 'f', -1, 64)
}

// kindWords are the kinds of pictures as people call them.
var kindWords = map[string]string{"dish": "dishes", "place": "the place", "people": "people", "drink": "drinks", "text": "menus, flyers and other text", "other": "other things"}

func orList(values []string, words map[string]string) string {
	var out []string
	for _, v := range values {
		if w := words[v]; w != "" {
			v = w
		}
		out = append(out, v)
	}
	return strings.Join(out, " or ")
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// monthWords: " (in May to September)"; nothing where it holds always.
func monthWords(months []int) string {
	if len(months) == 0 || len(months) > 11 {
		return ""
	}
	in := func(m int) bool { return slices.Contains(months, (m+11)%12+1) }
	var spans []string
	for m := 1; m <= 12; m++ {
		if !in(m) || in(m-1) {
			continue
		}
		last := m
		for in(last + 1) {
			last++
		}
		span := time.Month(m).String()
		if end := time.Month((last+11)%12 + 1); last > m {
			span += " to " + end.String()
		}
		spans = append(spans, span)
	}
	return " (in " + strings.Join(spans, ", ") + ")"
}

// Holds says whether the rule counts in a month.
func (c PhotoClause) Holds(m time.Month) bool {
	return len(c.Months) == 0 || slices.Contains(c.Months, int(m))
}
