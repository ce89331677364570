package crm

import (
	"context"
	"encoding/json"
	"fmt"

	"marketa/internal/fault"
	"marketa/store"
)

// Effects carry out what a manager has confirmed: each puts a row into the outbox, in the transaction of the tap.
func Effects() map[string]store.Effect {
	return map[string]store.Effect{
		Comment: effect(func(p CommentPayload) store.CRMItem {
			return store.CRMItem{Kind: store.CRMComment, Task: p.Task, Words: p.Words}
		}),
		Create: effect(func(p CreatePayload) store.CRMItem { return store.CRMItem{Kind: store.CRMCreate, Words: p.Name} }),
		Link:   effect(func(p LinkPayload) store.CRMItem { return store.CRMItem{Kind: store.CRMLink, Task: p.Task} }),
		Move: effect(func(p MovePayload) store.CRMItem {
			return store.CRMItem{Kind: store.CRMMove, Task: p.Task, StatusID: p.Status, Words: p.Name}
		}),
	}
}

func effect[P any](of func(P) store.CRMItem) store.Effect {
	return func(ctx context.Context, tx *store.Tx, c store.Confirm) error {
		var p P
		if err := json.Unmarshal(c.Payload, &p); err != nil {
			return fmt.Errorf("crm: %s: %w", c.Kind, err)
		}
		i := of(p)
		i.Author = c.DecidedName
		t, linked, err := tx.CRMTask(ctx)
		switch {
		case err != nil:
			return err
		case i.Kind == store.CRMCreate && linked:
			return fault.New(fault.Conflict, "There is a task by now: %d “%s”. No second one is made.", t.Task, name(t.Name))
		case (i.Kind == store.CRMComment || i.Kind == store.CRMMove) && (!linked || t.Task != i.Task):
			return fault.New(fault.Conflict, "The restaurant has another task by now. Please ask again.")
		}
		return tx.QueueCRM(ctx, i, "confirm-"+c.ID.String())
	}
}
