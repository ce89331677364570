package desk

import (
	"context"
	"fmt"

	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

type showArgs struct {
	Restaurant string `json:"restaurant" jsonschema:"the restaurant's name, or the name of a person of it, as the manager says it"`
}

type shownChat struct {
	Who       string `json:"who"`
	Kind      string `json:"kind"`
	Number    string `json:"our_number"`
	TheirLast string `json:"client_last_wrote"`
	OurLast   string `json:"we_last_wrote"`
	CardWaits bool   `json:"a_card_waits"`
}

type showResult struct {
	Name     string            `json:"name"`
	Stage    string            `json:"stage"`
	Zone     string            `json:"zone"`
	Facts    map[string]string `json:"facts"`
	Chats    []shownChat       `json:"chats"`
	History  []string          `json:"stage_history,omitempty"`
	Possible []string          `json:"stages_a_manager_can_move_it_to"`
}

func (d Desk) showRestaurant() tools.Tool {
	return tools.DefineRead("desk_show_restaurant", "Read what we know about one restaurant: stage, facts, chats, when was last written. Use it for “what do we know about …”, “when did we last write to …”.",
		func(ctx context.Context, args showArgs) (out showResult, err error) {
			e, _, err := d.restaurant(ctx, args.Restaurant)
			if err != nil {
				return out, fmt.Errorf("desk: show: %w", err)
			}
			err = d.DB.Look(ctx, e.Restaurant, func(tx *store.Tx) error { out, err = show(ctx, tx); return err })
			if err != nil {
				return out, fmt.Errorf("desk: show: %w", err)
			}
			return out, nil
		})
}

func show(ctx context.Context, tx *store.Tx) (out showResult, err error) {
	r, err := tx.OwnRestaurant(ctx)
	if err != nil {
		return out, err
	}
	out = showResult{Name: name(r.Name), Stage: r.Stage, Zone: r.Zone, Facts: map[string]string{}}
	facts, err := tx.Facts(ctx)
	if err != nil {
		return out, err
	}
	for _, f := range facts {
		out.Facts[f.Field] = f.Value
	}
	chats, err := tx.OwnChats(ctx)
	if err != nil {
		return out, err
	}
	for _, c := range chats {
		out.Chats = append(out.Chats, shownChat{Who: name(c.Title), Kind: c.Kind, Number: string(c.Channel), TheirLast: at(c.Theirs, r.Zone), OurLast: at(c.Ours, r.Zone), CardWaits: c.Waiting})
	}
	events, err := tx.StageEvents(ctx, 5)
	for _, e := range events {
		out.History = append(out.History, fmt.Sprintf("%s: %s → %s (%s)", at(&e.At, r.Zone), e.FromStage, e.ToStage, e.Cause))
	}
	for _, s := range movable(stages.Stage(r.Stage)) {
		out.Possible = append(out.Possible, string(s))
	}
	return out, err
}
