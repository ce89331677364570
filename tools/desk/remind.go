package desk

import (
	"context"
	"time"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
)

type remindArgs struct {
	At    string `json:"at" jsonschema:"when, as YYYY-MM-DD HH:MM in the time zone of “now” above"`
	What  string `json:"what" jsonschema:"what to remind of, in the manager's words and language, short"`
	About string `json:"about,omitempty" jsonschema:"the restaurant or person it is about, as the manager says it; empty for none"`
}

// ReminderPayload is what a manager wants to be told.
type ReminderPayload struct {
	Restaurant store.RestaurantID `json:"restaurant"`
	DueAt      time.Time          `json:"due_at"`
	Words      string             `json:"words"`
	Zone       string             `json:"zone"`
}

const (
	longestReminder = 300 // characters
	furthest        = 366 * 24 * time.Hour
)

func (d Desk) remind() tools.Tool {
	return tools.DefinePropose("desk_remind", "Set a reminder for the manager (“remind me about Jonas tomorrow at 10”). It is set at once and needs no card; a button undoes it.",
		func(ctx context.Context, args remindArgs) (tools.Proposal, error) {
			s, err := store.ScopeFrom(ctx)
			if err != nil {
				return tools.Proposal{}, err
			}
			now := d.DB.Clock.Now()
			due, err := time.ParseInLocation("2006-01-02 15:04", args.At, place(s.Zone))
			what := oneLine(args.What)
			switch {
			case err != nil:
				return tools.Proposal{}, fault.New(fault.Invalid, "at must look like 2026-03-02 10:00. If the manager named no time, ask for one.")
			case !due.After(now):
				return tools.Proposal{}, fault.New(fault.Invalid, "That time is over. Now it is %s.", now.In(place(s.Zone)).Format("2006-01-02 15:04"))
			case due.Sub(now) > furthest:
				return tools.Proposal{}, fault.New(fault.Invalid, "That is more than a year ahead. Ask for a nearer day.")
			case what == "" || len([]rune(what)) > longestReminder:
				return tools.Proposal{}, fault.New(fault.Invalid, "what must have 1 to %d characters.", longestReminder)
			}
			p := ReminderPayload{DueAt: due, Words: what, Zone: s.Zone}
			if args.About != "" {
				e, _, err := d.restaurant(ctx, args.About)
				if err != nil {
					return tools.Proposal{}, err
				}
				if s.Open(e.Restaurant) {
					p.Restaurant = e.Restaurant
				}
			}
			return tools.NewProposal(Reminder, p, "remind of “"+what+"” on "+due.Format("Mon 2 Jan at 15:04"))
		})
}
