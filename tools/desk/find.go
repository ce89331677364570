package desk

import (
	"context"
	"fmt"
	"strings"

	"marketa/store"
	"marketa/tools"
)

type findArgs struct {
	Name  string `json:"name,omitempty" jsonschema:"part of a restaurant's or a person's name; empty for all"`
	Stage string `json:"stage,omitempty" jsonschema:"only those in this stage: lead, qualification, onboarding, connection, content_setup, first_approvals, activation, active, at_risk, paused, closed"`
}

type foundRestaurant struct {
	Name   string   `json:"name"`
	Stage  string   `json:"stage"`
	People []string `json:"people,omitempty"`
}

type findResult struct {
	Restaurants []foundRestaurant `json:"restaurants"`
	More        int               `json:"more,omitempty"` // beside those that are named
}

const mostFound = 25

func (d Desk) findRestaurant() tools.Tool {
	return tools.DefineRead("desk_find_restaurant", "List restaurants by name, person or stage: names and stages only. Use it for “which restaurants are paused” and when you are not sure of a name.",
		func(ctx context.Context, args findArgs) (out findResult, err error) {
			dir, s, err := d.directory(ctx)
			if err != nil {
				return out, fmt.Errorf("desk: find: %w", err)
			}
			seen := map[store.RestaurantID]bool{}
			stage := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(args.Stage)), " ", "_")
			for _, e := range dir.Like(args.Name) {
				if seen[e.Restaurant] || stage != "" && e.Stage != stage {
					continue
				}
				seen[e.Restaurant] = true
				if len(out.Restaurants) == mostFound {
					out.More++
					continue
				}
				s.List(e.Restaurant)
				out.Restaurants = append(out.Restaurants, foundRestaurant{Name: name(e.Name), Stage: e.Stage, People: names(e.People)})
			}
			return out, nil
		})
}

func names(all []string) (out []string) {
	for _, n := range all[:min(len(all), 6)] {
		out = append(out, name(n))
	}
	return out
}
