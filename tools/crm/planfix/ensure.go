package planfix

import (
	"context"
	"errors"
	"slices"
	"strings"
)

// Reference is how we know our task again: our own id in a custom field of the kind line.
type Reference struct {
	Field int64 // PLANFIX_FIELD_RESTAURANT_ID
	Value string
}

// Ensured is the task that belongs to a reference.
type Ensured struct {
	ID      int64
	Created bool    // by this call
	Others  []int64 // more tasks with the same reference, made by hand or by copying: somebody should look
}

// FindTask looks for the tasks with our reference, the oldest first. It reads only.
//
// A server that passes over a condition would answer with everybody's tasks; rows are therefore compared with the reference,
// and an answer full of others' tasks is an error, not "none".
func (c *Client) FindTask(ctx context.Context, ref Reference) ([]Task, error) {
	const op = "find our task"
	if err := ref.check(op); err != nil {
		return nil, err
	}
	q := Query{Fields: With([]string{"id", "name", "status", "sourceObjectId"}, ref.Field), Filters: []Filter{TextIs(ref.Field, ref.Value)}}
	found, err := c.Tasks(ctx, q)
	if err != nil {
		return nil, err
	}
	var ours []Task
	for _, t := range found.Rows {
		switch text := t.Custom.Text(ref.Field); {
		case text == ref.Value, text == "" && t.SourceObjectID == ref.Value:
			ours = append(ours, t)
		case !strings.EqualFold(text, ref.Value):
			return nil, &Error{Op: op, Message: "the condition was not obeyed", foreign: true, reads: true}
		}
	}
	slices.SortFunc(ours, func(a, b Task) int { return int(a.ID - b.ID) })
	return ours, nil
}

func (r Reference) check(op string) error {
	if r.Field <= 0 || strings.TrimSpace(r.Value) == "" {
		return invalid(op, "our reference is missing")
	}
	return nil
}

// EnsureTask gives the one task with our reference and makes it only when a search finds none. The reference is written
// into the task by this call.
//
// When the answer to the creation is lost it looks again at once: then the task is found, or the error is Unknown. Calling
// EnsureTask once more after the error's RetryAfter is right in every case. Calls of this client follow one another; of
// several processes only one may work on a reference at a time, which is the lease of the caller's row.
func (c *Client) EnsureTask(ctx context.Context, ref Reference, t TaskWrite) (Ensured, error) {
	c.ensuring.Lock()
	defer c.ensuring.Unlock()
	found, err := c.FindTask(ctx, ref)
	if err != nil || len(found) > 0 {
		return ensured(found), err
	}
	id, err := c.createTask(ctx, ref.write(t))
	if err == nil {
		return Ensured{ID: id, Created: true}, nil
	}
	var e *Error
	if !errors.As(err, &e) || !e.Unknown() {
		return Ensured{}, err
	}
	if found, look := c.FindTask(ctx, ref); look == nil && len(found) > 0 {
		made := ensured(found)
		made.Created = true
		return made, nil
	}
	return Ensured{}, err
}

func ensured(found []Task) Ensured {
	if len(found) == 0 {
		return Ensured{}
	}
	e := Ensured{ID: int64(found[0].ID)}
	for _, t := range found[1:] {
		e.Others = append(e.Others, int64(t.ID))
	}
	return e
}

// write puts the reference where FindTask looks for it, and where the vendor keeps ids of other systems.
func (r Reference) write(t TaskWrite) TaskWrite {
	t.SourceObjectID = r.Value
	custom := slices.DeleteFunc(slices.Clone(t.Custom), func(v FieldValue) bool { return v.Field.ID == ID(r.Field) })
	t.Custom = append(custom, Text(r.Field, r.Value))
	return t
}
