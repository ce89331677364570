// Package rules turns what a client or a manager says about pictures ("no people, only the summer terrace, never the old
// logo") into rules, reads them back in plain words, and has them written down when a manager has released them.
//
// It knows store, stages, tools and the model contract. A model only puts the words into the shape of store.PhotoClause;
// what does not fit that shape is kept as something to look for, and every rule can only leave pictures out. Obeying them
// is SQL in store (search.go). Start reading at [Rules.Tools]; reading the words is parse.go, what a released
// proposal does stands in apply.go.
package rules

import (
	"context"
	"fmt"
	"strings"

	"marketa/agent/llm"
	"marketa/internal/fault"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
)

// Rules is the capability. The restaurant is the context's.
type Rules struct {
	DB      *store.DB
	Router  *llm.Router // nil: no model is configured, no rule can be read
	Prompts *stages.Prompts
}

// The kinds of proposals.
const (
	Add    = "photo_rules"
	Retire = "photo_rule_retire"
)

// Tools are what an agent can do in a client's turn.
func (r Rules) Tools() []tools.Tool {
	return []tools.Tool{r.list(), r.propose()}
}

// DeskTools are what a manager can ask for.
func (r Rules) DeskTools() []tools.Tool {
	return []tools.Tool{tools.ForDesk(r.DB, r.list()), tools.ForDesk(r.DB, r.propose()), tools.ForDesk(r.DB, r.retire())}
}

func (r Rules) list() tools.Tool {
	return tools.DefineRead("rules_list", "Read the rules about pictures that this restaurant has: what may be shown and what not, each with its number.", r.read)
}

type listArgs struct{}

// ListResult are the rules that hold.
type ListResult struct {
	Rules []Rule `json:"rules"`
	Note  string `json:"note,omitempty"`
}

// Rule is one of them in words.
type Rule struct {
	N     int    `json:"n"`
	Rule  string `json:"rule"`
	Words string `json:"said"`
	By    string `json:"approved_by"`
}

func (r Rules) read(ctx context.Context, _ listArgs) (out ListResult, err error) {
	err = r.DB.Tx(ctx, func(tx *store.Tx) error {
		active, err := tx.ActiveRules(ctx)
		for _, a := range active {
			out.Rules = append(out.Rules, Rule{N: a.N, Rule: a.Clause.Words(), Words: a.Words, By: a.ApprovedBy})
		}
		return err
	})
	if len(out.Rules) == 0 {
		out.Rules, out.Note = []Rule{}, "There are no rules about pictures yet."
	}
	if err != nil {
		return out, fmt.Errorf("rules: list: %w", err)
	}
	return out, nil
}

type proposeArgs struct {
	Words string `json:"words" jsonschema:"all that was said about which pictures may be shown, as it was said, in its own language"`
}

const longestWords = 600 // characters

func (r Rules) propose() tools.Tool {
	return tools.DefinePropose("rules_propose", "Propose rules about pictures from what was said: what may never be shown, what alone may be shown, what is preferred (“no people, only the terrace in summer, never the old logo”). Pass the words on as they are. A manager reads the rules and decides; nothing holds before that.",
		func(ctx context.Context, args proposeArgs) (tools.Proposal, error) {
			words := oneLine(args.Words)
			if words == "" || len([]rune(words)) > longestWords {
				return tools.Proposal{}, fault.New(fault.Invalid, "words must have 1 to %d characters; propose more in parts.", longestWords)
			}
			parsed, err := r.Parse(ctx, words)
			if err != nil {
				return tools.Proposal{}, err
			}
			if len(parsed.Clauses) == 0 {
				return tools.Proposal{}, fault.New(fault.Invalid, "There is no wish about pictures in these words. If they are about something else, note or answer that instead; if they are about pictures, ask what is meant.")
			}
			if a, b, ok := contradiction(parsed.Clauses); ok {
				return tools.Proposal{}, fault.New(fault.Conflict, "These two contradict each other: %s; %s. With both, no picture could be shown. Ask which one counts.", a.Words(), b.Words())
			}
			show, err := r.readBack(ctx, parsed)
			if err != nil {
				return tools.Proposal{}, err
			}
			return tools.NewProposal(Add, payload{Words: words, Clauses: parsed.Clauses, Said: parsed.Said}, show)
		})
}

// readBack is what the card says: every rule, what cannot be checked, what contradicts older rules, and how many pictures are left.
func (r Rules) readBack(ctx context.Context, p Parsed) (string, error) {
	var parts, remarks []string
	for _, c := range p.Clauses {
		parts = append(parts, c.Words())
		switch {
		case c.Of == store.OfLook && c.Verb == store.Prefer:
			remarks = append(remarks, fmt.Sprintf("“%s” cannot be made a rule that checks itself; it is shown to whoever chooses a picture", c.Check))
		case c.Of == store.OfLook:
			remarks = append(remarks, fmt.Sprintf("each picture is looked at for “%s”", c.Check))
		}
	}
	err := r.DB.Tx(ctx, func(tx *store.Tx) error {
		active, err := tx.ActiveRules(ctx)
		if err != nil {
			return err
		}
		for _, c := range p.Clauses {
			for _, a := range active {
				if _, _, ok := contradiction([]store.PhotoClause{a.Clause, c}); ok {
					remarks = append(remarks, fmt.Sprintf("⚠️ “%s” contradicts rule %d (%s): with both, no picture is left; retire rule %d if this one counts", c.Words(), a.N, a.Clause.Words(), a.N))
				}
			}
		}
		all, left, err := tx.WouldRemain(ctx, p.Clauses, tx.Now)
		if all > 0 {
			remarks = append(remarks, fmt.Sprintf("%d of %d pictures may be shown then", left, all))
		}
		return err
	})
	if err != nil {
		return "", fmt.Errorf("rules: read back: %w", err)
	}
	show := "Rules for pictures: " + strings.Join(parts, " · ")
	if len(remarks) > 0 {
		show += " (" + strings.Join(remarks, "; ") + ")"
	}
	return show, nil
}

type retireArgs struct {
	N int `json:"n" jsonschema:"the rule's number"`
}

func (r Rules) retire() tools.Tool {
	return tools.DefinePropose("rules_retire", "Propose to end a rule about pictures, by its number (“retire rule 2”, “people are fine again”). It becomes a card that the manager confirms.",
		func(ctx context.Context, args retireArgs) (tools.Proposal, error) {
			var rule *store.PhotoRule
			if err := r.DB.Tx(ctx, func(tx *store.Tx) error {
				active, err := tx.ActiveRules(ctx)
				for _, a := range active {
					if a.N == args.N {
						rule = &a
					}
				}
				return err
			}); err != nil {
				return tools.Proposal{}, err
			}
			if rule == nil {
				return tools.Proposal{}, fault.New(fault.NotFound, "There is no rule %d about pictures that holds. The list of rules has their numbers.", args.N)
			}
			return tools.NewProposal(Retire, retirement{N: rule.N, Rule: rule.ID}, fmt.Sprintf("Retire rule %d for pictures: %s", rule.N, rule.Clause.Words()))
		})
}
