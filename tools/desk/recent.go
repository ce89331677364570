package desk

import (
	"context"
	"fmt"

	"marketa/store"
	"marketa/tools"
)

type recentArgs struct {
	Count int `json:"count,omitempty" jsonschema:"how many, at most 20; empty for 10"`
}

type recentChat struct {
	Who        string `json:"who"`
	Restaurant string `json:"restaurant"`
	Stage      string `json:"stage"`
	Kind       string `json:"kind"`
	TheirLast  string `json:"client_last_wrote"`
	OurLast    string `json:"we_last_wrote"`
}

type recentResult struct {
	Chats []recentChat `json:"chats"`
}

func (d Desk) recentChats() tools.Tool {
	return tools.DefineRead("desk_recent_chats", "List the chats in which something was said last: who, which restaurant, when. Not what was said.",
		func(ctx context.Context, args recentArgs) (out recentResult, err error) {
			s, err := store.ScopeFrom(ctx)
			if err != nil {
				return out, err
			}
			var found []store.RecentChat
			n := 10
			if args.Count > 0 {
				n = min(args.Count, 20)
			}
			if err := d.DB.System(ctx, store.Desk, func(tx *store.Tx) error { found, err = tx.RecentChats(ctx, n); return err }); err != nil {
				return out, fmt.Errorf("desk: recent chats: %w", err)
			}
			for _, c := range found {
				s.List(c.Restaurant)
				out.Chats = append(out.Chats, recentChat{Who: name(c.Who), Restaurant: name(c.Name), Stage: c.Stage, Kind: c.Kind, TheirLast: at(c.Theirs, s.Zone), OurLast: at(c.Ours, s.Zone)})
			}
			return out, nil
		})
}
