package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

type moveArgs struct {
	Restaurant string `json:"restaurant" jsonschema:"the restaurant's name, or the name of a person of it, as the manager says it"`
	To         string `json:"to" jsonschema:"the stage: qualification, onboarding, connection, content_setup, first_approvals, activation, active, at_risk, paused, closed"`
}

// StagePayload is a step in a restaurant's life that waits for a tap.
type StagePayload struct {
	Event stages.Event `json:"event"`
	From  stages.Stage `json:"from"`
	To    stages.Stage `json:"to"`
}

func (d Desk) moveStage() tools.Tool {
	return tools.DefinePropose("desk_move_stage", "Propose to move a restaurant to another stage of its life with us (“pause them”, “move … to active”). It becomes a card that the manager confirms.",
		func(ctx context.Context, args moveArgs) (tools.Proposal, error) {
			e, _, err := d.restaurant(ctx, args.Restaurant)
			if err != nil {
				return tools.Proposal{}, err
			}
			var from stages.Stage
			if err := d.DB.Look(ctx, e.Restaurant, func(tx *store.Tx) error {
				r, err := tx.OwnRestaurant(ctx)
				from = stages.Stage(r.Stage)
				return err
			}); err != nil {
				return tools.Proposal{}, err
			}
			to, err := stages.Client.Parse(strings.ReplaceAll(strings.ToLower(strings.TrimSpace(args.To)), " ", "_"))
			if err != nil {
				return tools.Proposal{}, fault.New(fault.Invalid, "There is no such stage. There are: %s.", list(stages.Client.States()))
			}
			event, err := eventFor(e, from, to)
			if err != nil {
				return tools.Proposal{}, err
			}
			show := fmt.Sprintf("Move %s from %s to %s", name(e.Name), plain(from), plain(to))
			return tools.Hold(Stage, e.Restaurant, StagePayload{Event: event, From: from, To: to}, show)
		})
}

// byManagers are the events that a manager may bring about. Payments, connections and what the CRM says move a restaurant by
// themselves.
var byManagers = []stages.Event{stages.Qualified, stages.Agreed, stages.ContentReady, stages.ApprovalsDone, stages.Complained, stages.RiskCleared,
	stages.PausedByManager, stages.Resumed, stages.SetupResumed, stages.ClosedByManager, stages.ReopenedByManager}

// movable are the stages to which a manager can move on from here.
func movable(from stages.Stage) (out []stages.Stage) {
	for _, event := range stages.Client.Events(from) {
		if to, err := stages.Client.Next(from, event); err == nil && slices.Contains(byManagers, event) && !slices.Contains(out, to) {
			out = append(out, to)
		}
	}
	return out
}

// eventFor is the event that leads there, or says in words what is possible instead.
func eventFor(e store.Known, from, to stages.Stage) (stages.Event, error) {
	if from == to {
		return "", fault.New(fault.Conflict, "%s is %s already.", name(e.Name), plain(to))
	}
	others := ""
	for _, event := range stages.Client.Events(from) {
		next, err := stages.Client.Next(from, event)
		if err != nil || next != to {
			continue
		}
		if slices.Contains(byManagers, event) {
			return event, nil
		}
		others = " That step is not a manager's: it comes by itself (" + strings.ReplaceAll(string(event), "_", " ") + ")."
	}
	return "", fault.New(fault.Conflict, "%s is %s; from there a manager can move it to: %s. Not to %s.%s", name(e.Name), plain(from), list(movable(from)), plain(to), others)
}

func plain(s stages.Stage) string { return strings.ReplaceAll(string(s), "_", " ") }

func list(all []stages.Stage) string {
	if len(all) == 0 {
		return "nothing"
	}
	out := make([]string, len(all))
	for i, s := range all {
		out[i] = plain(s)
	}
	return strings.Join(out, ", ")
}
