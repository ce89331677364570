package crm

import (
	"context"
	"errors"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools/crm/planfix"
)

// OutboxWorker brings things to the CRM.
//
// The order is: intent row, vendor, outcome. Whatever dies in between, the next worker sees an intent without an outcome and
// looks into the CRM before anything else; nothing is repeated blindly.
type OutboxWorker struct {
	river.WorkerDefaults[store.WorkCRM]
	CRM *CRM
}

// Timeout is under the lease, so that nobody takes the item over while the vendor is being called.
func (w *OutboxWorker) Timeout(*river.Job[store.WorkCRM]) time.Duration { return 50 * time.Second }

func (w *OutboxWorker) Work(ctx context.Context, job *river.Job[store.WorkCRM]) error {
	err := w.CRM.work(store.WithRestaurant(ctx, job.Args.Restaurant), job.Args.Item)
	if leaseLost(err) {
		return nil // somebody else is at it, or something older leaves first
	}
	return err
}

func (c *CRM) work(ctx context.Context, id store.CRMItemID) error {
	w := &errand{crm: c}
	err := c.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		if w.item, err = tx.LeaseCRM(ctx, id); err != nil {
			return err
		}
		w.restaurant, err = tx.OwnRestaurant(ctx)
		return err
	})
	if err != nil {
		return err
	}
	err = w.run(ctx)
	stopped := ctx.Err() != nil
	ctx = context.WithoutCancel(ctx) // what is known is written down also when we are told to stop
	switch {
	case leaseLost(err):
		return err
	case err == nil:
		return w.done(ctx)
	case errors.Is(err, fault.Conflict) || errors.Is(err, fault.NotFound):
		return w.failed(ctx, fault.Say(err))
	case stopped:
		return w.later(ctx, c.DB.Clock.Now())
	}
	return w.trouble(ctx, err)
}

// errand is one item on its way.
type errand struct {
	crm        *CRM
	restaurant store.Restaurant
	item       store.CRMItem

	task   store.CRMTask // what is linked with the end
	made   bool
	others []int64 // more tasks with our reference
}

var errNoCRM = errors.New("crm: no CRM is configured")

func (w *errand) run(ctx context.Context) error {
	if w.crm.Planfix == nil {
		return errNoCRM
	}
	switch w.item.Kind {
	case store.CRMComment:
		return w.write(ctx)
	case store.CRMMove:
		return w.try(ctx, func() error {
			_, err := w.crm.Planfix.MoveTask(ctx, w.item.Task, w.item.StatusID)
			return err
		})
	case store.CRMCreate:
		return w.create(ctx)
	}
	return w.look(ctx, w.item.Task)
}

// try makes a call that changes something, between the intent and what is known afterwards.
func (w *errand) try(ctx context.Context, call func() error) error {
	if err := w.crm.DB.Tx(ctx, func(tx *store.Tx) error { return tx.TryCRM(ctx, &w.item) }); err != nil {
		return err
	}
	err := call()
	var e *planfix.Error
	if errors.As(err, &e) && !e.Unknown() {
		w.item.State = "due" // nothing was done
	}
	return err
}

// write is a comment. One that may stand there already is looked for: nothing but its words makes it known again.
func (w *errand) write(ctx context.Context) error {
	if w.item.State == "trying" {
		id, found, err := w.stands(ctx)
		if err != nil || found {
			w.item.VendorID = id
			return err
		}
	}
	return w.try(ctx, func() (err error) {
		w.item.VendorID, err = w.crm.Planfix.Comment(ctx, w.item.Task, planfix.CommentWrite{Description: planfix.Lines(signed(w.item))})
		return err
	})
}

// signed says who speaks: in the CRM all of us are one employee.
func signed(i store.CRMItem) string {
	if i.Author == "" {
		return i.Words + "\n— Marketa"
	}
	return i.Words + "\n— " + oneLine(i.Author) + ", Marketa"
}

// stands looks for the comment among the newest, without those that are known to be others of ours.
func (w *errand) stands(ctx context.Context) (id int64, found bool, err error) {
	said, err := w.crm.Planfix.Comments(ctx, w.item.Task, 0)
	if err != nil {
		return 0, false, err
	}
	var ours []store.CRMItem
	if err := w.crm.DB.Tx(ctx, func(tx *store.Tx) (err error) { ours, err = tx.CRMTold(ctx, w.item.Task, mostOurs); return err }); err != nil {
		return 0, false, err
	}
	known := map[int64]bool{}
	for _, i := range ours {
		known[i.VendorID] = i.VendorID > 0
	}
	for _, x := range said.Rows {
		if !known[int64(x.ID)] && same(x.Description, signed(w.item)) {
			return int64(x.ID), true, nil
		}
	}
	return 0, false, nil
}

const mostOurs = 100 // of our newest lines are compared with what stands in the CRM

// same compares what the CRM shows with what we have written: it may have changed the markup.
func same(shown, words string) bool {
	return planfix.Plain(shown) == planfix.Plain(planfix.Lines(words))
}

// create makes the task with our reference, or finds it.
func (w *errand) create(ctx context.Context) error {
	t := planfix.TaskWrite{Name: w.item.Words, Description: planfix.Lines("Restaurant in Marketa: " + oneLine(w.restaurant.Name) + "\nStage: " + w.restaurant.Stage)}
	if w.crm.Kind > 0 {
		t.Template = &planfix.Ref{ID: planfix.ID(w.crm.Kind)}
	}
	var made planfix.Ensured
	if err := w.try(ctx, func() (err error) {
		made, err = w.crm.Planfix.EnsureTask(ctx, planfix.Reference{Field: w.crm.Field, Value: reference(w.restaurant.ID)}, t)
		return err
	}); err != nil {
		return err
	}
	w.made, w.others = made.Created, made.Others
	return w.look(ctx, made.ID)
}

// look reads a task that is to be the restaurant's.
func (w *errand) look(ctx context.Context, task int64) error {
	t, err := w.crm.free(ctx, w.restaurant.ID, task)
	if err != nil {
		return err
	}
	said, err := w.crm.Planfix.Comments(ctx, task, 0)
	if err != nil {
		return err
	}
	w.item.Task = task
	w.task = store.CRMTask{Task: task, Name: name(t.Name), StatusID: int64(t.Status.ID), Status: name(t.Status.Name), SeenComment: newest(said.Rows), LinkedBy: w.item.Author}
	return nil
}

func newest(said []planfix.Comment) (id int64) {
	for _, x := range said {
		id = max(id, int64(x.ID))
	}
	return id
}

// done ends the item with all that it means here.
func (w *errand) done(ctx context.Context) error {
	w.item.State, w.item.Fault = "done", ""
	err := w.crm.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.EndCRM(ctx, w.item); err != nil {
			return err
		}
		if w.task.Task > 0 {
			if err := tx.LinkCRMTask(ctx, w.task); err != nil {
				return err
			}
		}
		if w.item.Kind == store.CRMMove {
			if err := w.noteMove(ctx, tx); err != nil {
				return err
			}
		}
		return errors.Join(w.tell(ctx, tx, w.doneWords()), tx.Clear(ctx, blockedCause, "Planfix lets us in again."))
	})
	if errors.Is(err, fault.Conflict) && !leaseLost(err) {
		return w.failed(ctx, fault.Say(err))
	}
	return err
}

// noteMove keeps the CRM's own news of the move from being told once more.
func (w *errand) noteMove(ctx context.Context, tx *store.Tx) error {
	t, found, err := tx.LockCRMTask(ctx)
	if err != nil || !found || t.Task != w.item.Task {
		return err
	}
	t.StatusID, t.Status = w.item.StatusID, w.item.Words
	return tx.SawCRMTask(ctx, t)
}

func (w *errand) failed(ctx context.Context, why string) error {
	w.item.State, w.item.Fault = "failed", why
	return w.crm.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.EndCRM(ctx, w.item); err != nil {
			return err
		}
		return w.tell(ctx, tx, w.failedWords(why))
	})
}

const (
	blockedCause = "planfix-blocked"
	longestWait  = 15 * time.Minute
	noCRMWait    = time.Hour
)

// trouble decides when it is tried again, and whether managers hear of it now.
func (w *errand) trouble(ctx context.Context, err error) error {
	now := w.crm.DB.Clock.Now()
	var e *planfix.Error
	if !errors.As(err, &e) {
		w.crm.Log.Warn("the CRM could not be worked with", "kind", w.item.Kind, "error", err)
		if errors.Is(err, errNoCRM) {
			return w.later(ctx, now.Add(noCRMWait))
		}
		return w.later(ctx, now.Add(backoff(10*time.Second, w.item.Failures)))
	}
	w.crm.Log.Warn("the CRM did not take it", "kind", w.item.Kind, "error", e, "outcome", e.Outcome())
	switch e.Outcome() {
	case planfix.Refused, planfix.Carried:
		return w.failed(ctx, e.Say())
	case planfix.Blocked:
		alert := store.Alert{Cause: blockedCause, Stays: true, Text: e.Say() + " What waits for Planfix is kept and goes by itself afterwards."}
		return errors.Join(w.later(ctx, now.Add(e.RetryAfter())), w.crm.DB.Unhealthy(ctx, alert))
	}
	return w.later(ctx, now.Add(backoff(e.RetryAfter(), w.item.Failures)))
}

func backoff(first time.Duration, failures int) time.Duration {
	return min(first<<min(failures, 4), max(longestWait, first))
}

// later puts it back; the first time that this takes longer, whoever has asked for it hears so.
func (w *errand) later(ctx context.Context, at time.Time) error {
	w.item.Failures++
	return w.crm.DB.Tx(ctx, func(tx *store.Tx) error {
		words := ""
		if !w.item.Told && at.After(tx.Now) && w.item.Author != "" {
			w.item.Told, words = true, w.laterWords()
		}
		if err := tx.CRMLater(ctx, w.item, at); err != nil {
			return err
		}
		return w.tell(ctx, tx, words)
	})
}
