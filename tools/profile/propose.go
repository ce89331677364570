package profile

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
)

// ProposeArgs are a fact and why it should be noted.
type ProposeArgs struct {
	Field  string `json:"field" jsonschema:"a section: hours, languages, tone, colours, fonts, style, dishes, directives (wishes for posts), rules (what must never be), usp; or one lower-case word of your own: address, phone, contact, menu …"`
	Value  string `json:"value" jsonschema:"the new value as the client said it. hours: the days with times or closed, also dates (Tue-Sat 12-15, 24 December closed); languages: all of them; dishes: one, with its price if they name one"`
	Remove bool   `json:"remove,omitempty" jsonschema:"true: this dish, rule or wish is taken back"`
	Why    string `json:"why,omitempty" jsonschema:"the client's words that say so, in short"`
}

// longest is how many characters a value may have: the card shows 300 of a proposal, and a manager must see all that he
// releases.
const longest = 220

// fieldShape is a name that can stand before a colon in a prompt.
var fieldShape = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{Nd}_]{0,39}$`)

func (p Profile) propose(ctx context.Context, args ProposeArgs) (out tools.Proposal, err error) {
	field := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(args.Field)))
	value := oneLine(args.Value)
	switch {
	case !fieldShape.MatchString(field):
		return out, fault.New(fault.Invalid, "field must be one short word of letters, for example hours.")
	case value == "" || len([]rune(value)) > longest:
		return out, fault.New(fault.Invalid, "value must have 1 to %d characters; propose more in parts, each with its own field.", longest)
	}
	w := wish{field: field, value: value, remove: args.Remove}
	if err := p.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		w.now = there(tx.Now, r.Zone)
		w.profile, err = tx.Profile(ctx)
		return err
	}); err != nil {
		return out, fmt.Errorf("profile: propose: %w", err)
	}
	section, key, ok := store.SectionOf(field)
	if ok && section == store.SectionHandover && !forManager(ctx) {
		return out, fault.New(fault.Denied, "Handover notes are the managers' own.")
	}
	if !ok {
		return w.free(field)
	}
	return w.lines(section, key)
}

// free is a fact of its own.
func (w wish) free(field string) (tools.Proposal, error) {
	show := fmt.Sprintf("note in the profile: %s = %s", field, w.value)
	for _, o := range w.profile.Others {
		switch {
		case o.Key == field && oneLine(o.Text) == w.value:
			return tools.Proposal{}, fault.New(fault.Conflict, "That is noted already: %s = %s.", field, w.value)
		case o.Key == field:
			show += " (so far: " + shorten(oneLine(o.Text), 100) + ")"
		}
	}
	return tools.NewProposal(Change, change{Field: field, Value: w.value}, show)
}

// lines are a change of a section, shown as what was and what will be.
func (w wish) lines(section store.Section, key string) (tools.Proposal, error) {
	c, show, err := w.read(section, key)
	if err != nil {
		return tools.Proposal{}, err
	}
	if len(c) == 0 && section == store.SectionHours {
		return w.free("hours_note")
	}
	return tools.NewProposal(Change, change{Field: string(section), Value: w.value, Lines: c}, "note in the profile: "+strings.ReplaceAll(string(section), "_", " ")+": "+show)
}

func shorten(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
