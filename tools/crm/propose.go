package crm

import (
	"context"
	"fmt"
	"strings"

	"marketa/internal/fault"
	"marketa/tools"
	"marketa/tools/crm/planfix"
)

// CommentPayload waits for a tap.
type CommentPayload struct {
	Task  int64  `json:"task"`
	Words string `json:"words"`
}

type commentArgs struct {
	Text string `json:"text" jsonschema:"the comment, complete, as the manager wants it; colleagues read it, no client does"`
}

const longestComment = 700 // characters: the card shows all of it

func (c *CRM) comment() tools.Tool {
	return tools.DefinePropose("crm_comment", "Propose a comment under the restaurant's task in the CRM (Planfix) (“write in Planfix that …”). It becomes a card that the manager confirms.",
		func(ctx context.Context, args commentArgs) (tools.Proposal, error) {
			_, t, err := c.task(ctx)
			if err != nil {
				return tools.Proposal{}, err
			}
			words := oneLine(args.Text)
			if words == "" || len([]rune(words)) > longestComment {
				return tools.Proposal{}, fault.New(fault.Invalid, "text must have 1 to %d characters.", longestComment)
			}
			return tools.NewProposal(Comment, CommentPayload{t.Task, words}, fmt.Sprintf("Write under task %d in Planfix: “%s”", t.Task, words))
		})
}

// CreatePayload waits for a tap.
type CreatePayload struct {
	Name string `json:"name"`
}

type createArgs struct {
	Name string `json:"name,omitempty" jsonschema:"what the task shall be called; empty: as the restaurant"`
}

const longestName = 120

func (c *CRM) createTask() tools.Tool {
	return tools.DefinePropose("crm_create_task", "Propose to make a task for the restaurant in the CRM (Planfix), for one that has none. It is looked for first: a second one is never made. It becomes a card that the manager confirms.",
		func(ctx context.Context, args createArgs) (tools.Proposal, error) {
			r, t, linked, err := c.own(ctx)
			switch {
			case err != nil:
				return tools.Proposal{}, err
			case linked:
				return tools.Proposal{}, fault.New(fault.Conflict, "%s has a task already: %d “%s”.", name(r.Name), t.Task, name(t.Name))
			case c.Field <= 0:
				return tools.Proposal{}, fault.New(fault.Unavailable, "Tasks cannot be made yet: whoever runs Marketa sets PLANFIX_FIELD_RESTAURANT_ID. A task that is there can be linked by its number.")
			}
			called := oneLine(args.Name)
			if called == "" {
				called = oneLine(r.Name)
			}
			called = short(called, longestName)
			call, cancel := context.WithTimeout(ctx, readTime)
			defer cancel()
			found, err := c.Planfix.FindTask(call, planfix.Reference{Field: c.Field, Value: reference(r.ID)})
			if err == nil && len(found) > 0 {
				one := found[0]
				return tools.NewProposal(Link, LinkPayload{Task: int64(one.ID)}, fmt.Sprintf("Link task %d of Planfix, “%s”, which has our reference already. No second one is made", one.ID, name(one.Name)))
			}
			show := fmt.Sprintf("Make a task “%s” in Planfix and link it", called)
			if err != nil {
				show += ". Planfix does not answer right now: it is looked for and made as soon as it does"
			}
			return tools.NewProposal(Create, CreatePayload{Name: called}, show)
		})
}

// LinkPayload waits for a tap.
type LinkPayload struct {
	Task int64 `json:"task"`
}

type linkArgs struct {
	Task string `json:"task" jsonschema:"the task's number or link, as the manager gives it"`
}

func (c *CRM) linkTask() tools.Tool {
	return tools.DefinePropose("crm_link", "Propose to link the restaurant to a task of the CRM (Planfix) by the number or link that the manager gives. It becomes a card that the manager confirms.",
		func(ctx context.Context, args linkArgs) (tools.Proposal, error) {
			r, old, linked, err := c.own(ctx)
			if err != nil {
				return tools.Proposal{}, err
			}
			number := planfix.ParseTask(args.Task)
			if number == 0 {
				return tools.Proposal{}, fault.New(fault.Invalid, "task must be a number or a link of Planfix, for example 10234.")
			}
			if linked && old.Task == number {
				return tools.Proposal{}, fault.New(fault.Conflict, "%s is linked to task %d already.", name(r.Name), number)
			}
			call, cancel := context.WithTimeout(ctx, readTime)
			defer cancel()
			t, err := c.free(call, r.ID, number)
			if err != nil {
				return tools.Proposal{}, asked(err)
			}
			show := fmt.Sprintf("Link task %d of Planfix, “%s” (%s)", number, name(t.Name), name(t.Status.Name))
			if linked {
				show += fmt.Sprintf(", in the place of %d “%s”", old.Task, name(old.Name))
			}
			return tools.NewProposal(Link, LinkPayload{Task: number}, show)
		})
}

// MovePayload waits for a tap.
type MovePayload struct {
	Task   int64  `json:"task"`
	Status int64  `json:"status"`
	Name   string `json:"name"`
}

type moveArgs struct {
	Status string `json:"status" jsonschema:"the status' name in Planfix, as the manager says it"`
}

func (c *CRM) moveTask() tools.Tool {
	return tools.DefinePropose("crm_move_task", "Propose to move the restaurant's task in the CRM (Planfix) to another status there (“set the task to completed”). It becomes a card that the manager confirms.",
		func(ctx context.Context, args moveArgs) (tools.Proposal, error) {
			_, own, err := c.task(ctx)
			if err != nil {
				return tools.Proposal{}, err
			}
			call, cancel := context.WithTimeout(ctx, readTime)
			defer cancel()
			t, err := c.Planfix.Task(call, own.Task)
			if err != nil {
				return tools.Proposal{}, asked(err)
			}
			all, err := c.Planfix.Statuses(call, int64(t.ProcessID))
			if err != nil {
				return tools.Proposal{}, asked(err)
			}
			return moved(t, all, args.Status)
		})
}

func moved(t planfix.Task, all []planfix.Ref, said string) (tools.Proposal, error) {
	names := make([]string, 0, len(all))
	for _, s := range all {
		names = append(names, name(s.Name))
		if !strings.EqualFold(oneLine(s.Name), oneLine(said)) {
			continue
		}
		if s.ID == t.Status.ID {
			return tools.Proposal{}, fault.New(fault.Conflict, "The task is “%s” already.", name(s.Name))
		}
		return tools.NewProposal(Move, MovePayload{int64(t.ID), int64(s.ID), name(s.Name)},
			fmt.Sprintf("Move task %d in Planfix from “%s” to “%s”", t.ID, name(t.Status.Name), name(s.Name)))
	}
	return tools.Proposal{}, fault.New(fault.Invalid, "There is no such status. There are: %s.", strings.Join(names, ", "))
}
