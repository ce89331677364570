package desk

import (
	"context"
	"fmt"
	"time"

	"marketa/store"
	"marketa/tools"
)

type paceArgs struct {
	Days int `json:"days,omitempty" jsonschema:"how many days back, at most 90; empty for 7"`
}

type paceResult struct {
	Open    int    `json:"open_cards"`
	Oldest  string `json:"oldest_open_card_waits_for,omitempty"`
	Days    int    `json:"days"`
	Decided int    `json:"decided_in_these_days"`
	Typical string `json:"typical_time_to_decide,omitempty"`
	Slowest string `json:"slowest,omitempty"`
	Late    int    `json:"took_longer_than_an_hour"`
}

func (d Desk) pace() tools.Tool {
	return tools.DefineRead("desk_pace", "Say how long people wait: how many cards are open, the oldest, and how fast cards were decided in the last days.",
		func(ctx context.Context, args paceArgs) (out paceResult, err error) {
			out.Days = 7
			if args.Days > 0 {
				out.Days = min(args.Days, 90)
			}
			err = d.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
				p, err := tx.DeskPace(ctx, tx.Now.Add(-time.Duration(out.Days)*24*time.Hour))
				if err != nil {
					return err
				}
				out.Open, out.Decided, out.Late = p.Open, p.Decided, p.Restless
				if p.Oldest != nil {
					out.Oldest = span(tx.Now.Sub(*p.Oldest))
				}
				if p.Typical != nil && p.Slowest != nil {
					out.Typical, out.Slowest = span(*p.Typical), span(*p.Slowest)
				}
				return nil
			})
			if err != nil {
				return out, fmt.Errorf("desk: pace: %w", err)
			}
			return out, nil
		})
}

func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %ss", n, one)
}
