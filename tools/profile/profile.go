// Package profile lets an agent read what is known about the restaurant, and propose changes to it. A change is written
// when a manager has released it, never before.
//
// It knows store and tools. Start reading at [Profile.Tools]; what a released change does stands in [Apply].
package profile

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"marketa/internal/fault"
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

// ReadArgs narrow what is read.
type ReadArgs struct {
	Section string `json:"section,omitempty" jsonschema:"one field only, for example hours, menu, languages; empty for everything"`
}

// ReadResult is the profile as the model sees it.
type ReadResult struct {
	Name  string            `json:"name"`
	Stage string            `json:"stage"`
	Facts map[string]string `json:"facts"`
	Note  string            `json:"note,omitempty"`
}

func (p Profile) read(ctx context.Context, args ReadArgs) (out ReadResult, err error) {
	err = p.DB.Tx(ctx, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(ctx)
		if err != nil {
			return err
		}
		facts, err := tx.Facts(ctx)
		if err != nil {
			return err
		}
		out = ReadResult{Name: r.Name, Stage: r.Stage, Facts: map[string]string{}}
		section := strings.TrimSpace(args.Section)
		for _, f := range facts {
			if tools.InGroup(ctx) && stages.PrivateField(f.Field) {
				continue
			}
			if section == "" || strings.EqualFold(f.Field, section) {
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

// ProposeArgs are a fact and why it should be noted.
type ProposeArgs struct {
	Field string `json:"field" jsonschema:"one lower-case word: hours, menu, address, phone, languages, wishes, contact …"`
	Value string `json:"value" jsonschema:"the new value, complete, as the client said it"`
	Why   string `json:"why,omitempty" jsonschema:"the client's words that say so, in short"`
}

// longest is how many characters a value may have: the card shows 300 of a proposal, and a manager must see all that he
// releases.
const longest = 220

// fieldShape is a name that can stand before a colon in a prompt.
var fieldShape = regexp.MustCompile(`^[\p{Ll}\p{Lo}][\p{Ll}\p{Lo}\p{Nd}_]{0,39}$`)

func (p Profile) propose(_ context.Context, args ProposeArgs) (tools.Proposal, error) {
	field := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(args.Field)))
	value := oneLine(args.Value)
	switch {
	case !fieldShape.MatchString(field):
		return tools.Proposal{}, fault.New(fault.Invalid, "field must be one short word of letters, for example hours.")
	case value == "" || len([]rune(value)) > longest:
		return tools.Proposal{}, fault.New(fault.Invalid, "value must have 1 to %d characters; propose more in parts, each with its own field.", longest)
	}
	show := fmt.Sprintf("note in the profile: %s = %s", field, value)
	return tools.NewProposal(Change, change{Field: field, Value: value}, show)
}

// oneLine is the value as the card shows it: what is noted is what the manager has seen.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		joins := r == '\u200c' || r == '\u200d' // inside of words and emoji
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && !joins
	}), " ")
}

// Change is the kind of a proposal that writes one fact.
const Change = "profile_change"

type change struct {
	Field string `json:"field"`
	Value string `json:"value"`
}

// Apply writes a released change, once, in the caller's transaction.
func Apply(ctx context.Context, tx *store.Tx, p store.HeldProposal) error {
	var c change
	if err := json.Unmarshal(p.Payload, &c); err != nil {
		return fmt.Errorf("profile: apply: %w", err)
	}
	return tx.NoteProposed(ctx, p, store.Fact{Field: c.Field, Value: c.Value, Source: "a client's chat, approved by a manager"})
}
