package desk

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
)

type noteArgs struct {
	Restaurant string `json:"restaurant" jsonschema:"the restaurant's name, or the name of a person of it, as the manager says it"`
	Field      string `json:"field" jsonschema:"one lower-case word: hours, closed, menu, address, languages, wishes, contact …"`
	Value      string `json:"value" jsonschema:"what to note, complete, as the manager said it"`
}

// FactPayload is a fact that waits for a tap.
type FactPayload struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

const longestValue = 220 // characters: the card shows all of it

var fieldShape = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{Nd}_]{0,39}$`)

func (d Desk) noteFact() tools.Tool {
	return tools.DefinePropose("desk_note_fact", "Propose to note something about a restaurant that the manager tells you (“note that they close on Mondays”). It becomes a card that the manager confirms.",
		func(ctx context.Context, args noteArgs) (tools.Proposal, error) {
			e, _, err := d.restaurant(ctx, args.Restaurant)
			if err != nil {
				return tools.Proposal{}, err
			}
			field := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(args.Field)))
			value := oneLine(args.Value)
			switch {
			case !fieldShape.MatchString(field):
				return tools.Proposal{}, fault.New(fault.Invalid, "field must be one short word of letters, for example hours.")
			case value == "" || len([]rune(value)) > longestValue:
				return tools.Proposal{}, fault.New(fault.Invalid, "value must have 1 to %d characters; propose more in parts, each with its own field.", longestValue)
			}
			old := ""
			if err := d.DB.Look(ctx, e.Restaurant, func(tx *store.Tx) error {
				facts, err := tx.Facts(ctx)
				for _, f := range facts {
					if f.Field == field {
						old = oneLine(f.Value)
					}
				}
				return err
			}); err != nil {
				return tools.Proposal{}, err
			}
			show := fmt.Sprintf("Note for %s: %s = %s", name(e.Name), field, value)
			if old == value {
				return tools.Proposal{}, fault.New(fault.Conflict, "That is noted already: %s = %s.", field, value)
			}
			if r := []rune(old); len(r) > 100 {
				old = string(r[:100]) + "…"
			}
			if old != "" {
				show += " (so far: " + old + ")"
			}
			return tools.Hold(Fact, e.Restaurant, FactPayload{Field: field, Value: value}, show)
		})
}
