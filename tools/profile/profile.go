// Package profile lets an agent read what is known about the restaurant, and propose changes to it. A change is written
// when a manager has released it, never before.
//
// It knows store, stages and tools, how languages are called and how opening hours are read. Start reading at [Profile.Tools];
// how words become lines of a section stands in sections.go, what a released change does in apply.go.
package profile

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode"

	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// Profile is the capability. The restaurant is the context's; no argument of a model can name another one.
type Profile struct{ DB *store.DB }

// Tools are what an agent can do with a profile.
func (p Profile) Tools() []tools.Tool {
	return []tools.Tool{
		tools.DefineRead("profile_read", "Read what the agency knows about this restaurant: name, stage, opening hours, dishes, wishes. Use it before writing about details.", p.read),
		tools.DefinePropose("profile_propose", "Propose a new or corrected fact about this restaurant, as the client has told it. A manager decides; nothing changes before that.", p.propose),
	}
}

// ForManagers are the same, for any restaurant.
func (p Profile) ForManagers() []tools.Tool {
	var out []tools.Tool
	for _, t := range p.Tools() {
		out = append(out, tools.ForDesk(p.DB, t))
	}
	return out
}

// ReadArgs narrow what is read.
type ReadArgs struct {
	Section string `json:"section,omitempty" jsonschema:"one section or field only, for example hours, languages, dishes, tone, rules, address; empty for everything"`
}

// ReadResult is the profile as the model sees it.
type ReadResult struct {
	Name    string            `json:"name"`
	Stage   string            `json:"stage"`
	Facts   map[string]string `json:"facts"`
	Sources map[string]string `json:"sources,omitempty"` // for managers: who said so, when
	Missing []string          `json:"missing_for_the_stage,omitempty"`
	Note    string            `json:"note,omitempty"`
}

func (p Profile) read(ctx context.Context, args ReadArgs) (out ReadResult, err error) {
	err = p.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		out = ReadResult{Name: r.Name, Stage: r.Stage, Facts: map[string]string{}}
		facts, err := tx.Facts(ctx)
		if err != nil {
			return err
		}
		if forManager(ctx) {
			if facts, err = out.inside(ctx, tx, facts, args.Section); err != nil {
				return err
			}
		}
		for _, f := range facts {
			if asked(f.Field, args.Section) && !(tools.InGroup(ctx) && stages.PrivateField(f.Field)) {
				out.Facts[f.Field] = f.Value
			}
		}
		if len(out.Facts) == 0 {
			out.Note = "Nothing is recorded here yet. Do not guess: ask the client or the managers."
		}
		return nil
	})
	if err != nil {
		return out, fmt.Errorf("profile: read: %w", err)
	}
	return out, nil
}

// inside adds what only managers see: sources, what is missing, and the notes that they leave each other.
func (out *ReadResult) inside(ctx context.Context, tx *store.Tx, facts []store.Fact, section string) ([]store.Fact, error) {
	all, err := tx.Profile(ctx)
	if err != nil {
		return nil, err
	}
	for _, l := range all.Handover {
		facts = append(facts, store.Fact{Field: string(store.SectionHandover), Value: l.Text, Source: l.Source, NotedAt: l.At})
	}
	out.Sources = map[string]string{}
	for _, f := range facts {
		if asked(f.Field, section) {
			out.Sources[f.Field] = strings.TrimPrefix(f.Source+", "+f.NotedAt.Format("2 Jan 2006"), ", ")
		}
	}
	missing, err := tx.Missing(ctx)
	for _, n := range missing {
		out.Missing = append(out.Missing, n.Words)
	}
	return facts, err
}

// asked says whether a field belongs to what is asked for, by its own name or another one of its section.
func asked(field, section string) bool {
	section = strings.ToLower(strings.TrimSpace(section))
	if section == "" || strings.EqualFold(field, section) {
		return true
	}
	a, _, known := store.SectionOf(field)
	b, _, wanted := store.SectionOf(section)
	return known && wanted && a == b
}

// forManager says that a manager of the agency asks, not a client.
func forManager(ctx context.Context) bool {
	_, err := store.ScopeFrom(ctx)
	return err == nil
}

// oneLine is the value as the card shows it: what is noted is what the manager has seen.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		joins := r == '\u200c' || r == '\u200d' // inside of words and emoji
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joins
	}), " ")
}

// there is a time where the restaurant is.
func there(t time.Time, zone string) time.Time {
	if loc, err := time.LoadLocation(zone); err == nil {
		return t.In(loc)
	}
	return t
}
