package crm

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/url"
	"time"

	"github.com/riverqueue/river"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools/crm/planfix"
)

// Receive keeps what a scenario of the CRM sends; what it means is read afterwards. The error says that it is not durable.
func (c *CRM) Receive(ctx context.Context, body []byte, query url.Values) error {
	e, err := planfix.ParseEvent(body, query)
	if err != nil {
		return c.DB.SaveUnreadable(ctx, "planfix", body, store.Alert{Cause: "planfix-not-understood",
			Text: "Planfix has sent something that cannot be read; it is kept. Look at the scenario “HTTP request” in Planfix: its body must be JSON with event and task."})
	}
	return c.DB.KeepCRMEvent(ctx, store.CRMEvent{Body: body, Query: query.Encode(), Key: e.Key(), Task: e.Task})
}

// ReadWorker reads in the CRM what its webhooks were about: they only say which task, and everybody could have typed that.
type ReadWorker struct {
	river.WorkerDefaults[store.ReadCRM]
	CRM *CRM
}

// Timeout is under the lease.
func (w *ReadWorker) Timeout(*river.Job[store.ReadCRM]) time.Duration { return 50 * time.Second }

func (w *ReadWorker) Work(ctx context.Context, job *river.Job[store.ReadCRM]) error {
	err := w.CRM.read(ctx, job.Args.Event)
	if leaseLost(err) {
		return nil
	}
	return err
}

func (c *CRM) read(ctx context.Context, id store.CRMEventID) error {
	n := &news{crm: c}
	if err := c.desk(ctx, func(tx *store.Tx) (err error) {
		if n.event, err = tx.LeaseCRMEvent(ctx, id); err != nil {
			return err
		}
		n.restaurant, n.name, n.linked, err = tx.RestaurantOfTask(ctx, n.event.Task)
		return err
	}); err != nil {
		return err
	}
	err := n.handle(ctx)
	if err == nil || leaseLost(err) {
		return err
	}
	return n.again(context.WithoutCancel(ctx), err)
}

func (c *CRM) desk(ctx context.Context, fn func(tx *store.Tx) error) error {
	return c.DB.System(ctx, store.Desk, fn)
}

// news is one event on its way.
type news struct {
	crm        *CRM
	event      store.CRMEvent
	restaurant store.RestaurantID
	name       string
	linked     bool
}

func (n *news) handle(ctx context.Context) error {
	switch {
	case n.crm.Planfix == nil:
		return n.end(ctx, "no CRM is configured", nil)
	case n.event.Task == 0:
		return n.end(ctx, "it names no task", nil)
	case n.event.Source == "telegram":
		return n.makeRestaurant(ctx)
	}
	query, _ := url.ParseQuery(n.event.Query)
	heard, err := planfix.ParseEvent(n.event.Body, query)
	if err != nil {
		return n.end(ctx, "it cannot be read", nil)
	}
	switch {
	case n.linked && (heard.Name == "run_usp" || heard.Name == "run_handover"):
		return n.end(ctx, "not there yet", func(tx *store.Tx) error {
			return tell(ctx, tx, n.name, "somebody has asked for “"+esc(heard.Name)+"” in Planfix. Marketa cannot do that yet, so it has to be done by hand.")
		})
	case n.linked:
		return n.look(ctx)
	case heard.Name == "create_restaurant" || heard.Name == "link_restaurant":
		return n.command(ctx, heard)
	}
	return n.end(ctx, "nobody's task", nil)
}

// end marks the event and tells about it in one commit; fn runs for the restaurant.
func (n *news) end(ctx context.Context, outcome string, fn func(tx *store.Tx) error) error {
	return n.crm.desk(ctx, func(tx *store.Tx) error {
		if fn != nil {
			if err := tx.Within(ctx, n.restaurant, fn); err != nil {
				return err
			}
		}
		return tx.CRMEventDone(ctx, n.event, outcome)
	})
}

// again: a reading may be repeated as often as it takes; what will never work ends.
func (n *news) again(ctx context.Context, err error) error {
	var e *planfix.Error
	vendor := errors.As(err, &e)
	n.crm.Log.Warn("what the CRM told could not be read there", "error", err, "failures", n.event.Failures)
	switch {
	case vendor && e.Permanent():
		return n.refused(ctx, e.Say())
	case errors.Is(err, fault.Conflict):
		return n.refused(ctx, fault.Say(err))
	}
	after := 10 * time.Second
	if vendor {
		after = e.RetryAfter()
	}
	return n.crm.desk(ctx, func(tx *store.Tx) error {
		if n.event.Source == "telegram" && n.event.Failures == 0 {
			if err := n.answer(ctx, tx, "⏳ Planfix does not answer at the moment. I make the restaurant as soon as it does.", nil); err != nil {
				return err
			}
		}
		return tx.CRMEventLater(ctx, n.event, tx.Now.Add(backoff(after, n.event.Failures)))
	})
}

func (n *news) refused(ctx context.Context, why string) error {
	return n.crm.desk(ctx, func(tx *store.Tx) error {
		if n.event.Source == "telegram" {
			if err := n.answer(ctx, tx, "⚠️ "+html.EscapeString(why), nil); err != nil {
				return err
			}
		}
		return tx.CRMEventDone(ctx, n.event, why)
	})
}

// answer goes to where a manager has asked.
func (n *news) answer(ctx context.Context, tx *store.Tx, words string, buttons [][]store.NoticeButton) error {
	e := n.event
	return tx.Tell(ctx, store.Notice{TgChatID: &e.TgChatID, Kind: "screen", HTML: words, ReplyTo: &e.ReplyTo, ThreadID: e.ThreadID, Buttons: buttons}, "")
}

// makeRestaurant makes one of a task that a manager has named.
func (n *news) makeRestaurant(ctx context.Context) error {
	if n.linked {
		return n.refused(ctx, fmt.Sprintf("Task %d of Planfix belongs to %s already.", n.event.Task, name(n.name)))
	}
	w := &errand{crm: n.crm, item: store.CRMItem{Author: "Telegram"}}
	if err := w.look(ctx, n.event.Task); err != nil {
		return err
	}
	return n.crm.desk(ctx, func(tx *store.Tx) error {
		called := w.task.Name
		if called == "" {
			called = fmt.Sprintf("Planfix task %d", n.event.Task)
		}
		id, ok, err := tx.MakeRestaurant(ctx, called, n.crm.Zone, n.event.TelegramID)
		if err != nil {
			return err
		}
		if !ok {
			return tx.CRMEventDone(ctx, n.event, "not a manager's")
		}
		if err := tx.Within(ctx, id, func(tx *store.Tx) error { return tx.LinkCRMTask(ctx, w.task) }); err != nil {
			return err
		}
		words := fmt.Sprintf("🆕 <b>%s</b> is there now, as a lead, linked to %s of Planfix (%s). Reply <code>/link %s</code> to a client's card to bring the chat here.",
			esc(called), n.crm.number(n.event.Task), esc(w.task.Status), esc(called))
		return errors.Join(n.answer(ctx, tx, words, nil), tx.CRMEventDone(ctx, n.event, "made"))
	})
}

// command is a button in the CRM: a restaurant for a task that nobody here knows. One that carries our reference is linked;
// for the others managers are asked, with a button.
func (n *news) command(ctx context.Context, heard planfix.Event) error {
	fields := []string{"id", "name", "status"}
	if n.crm.Field > 0 {
		fields = planfix.With(fields, n.crm.Field)
	}
	t, err := n.crm.Planfix.Task(ctx, n.event.Task, fields...)
	if err != nil {
		return err
	}
	for _, ref := range []string{t.Custom.Text(n.crm.Field), heard.Restaurant} {
		linked, err := n.reclaim(ctx, ref)
		if err != nil || linked {
			return err
		}
	}
	words := fmt.Sprintf("📋 Planfix asks for a restaurant for %s, %s (%s).", n.crm.number(n.event.Task), said(t.Name), esc(t.Status.Name))
	return n.crm.desk(ctx, func(tx *store.Tx) error {
		note := store.Notice{Kind: "alert", HTML: words + " Make it, or send <code>/link #" + fmt.Sprint(n.event.Task) + " to NAME</code> for one that is here."}
		if n.crm.Make != nil {
			note.Buttons = [][]store.NoticeButton{{n.crm.Make(n.event.Task)}}
		}
		return errors.Join(tx.Tell(ctx, note, fmt.Sprintf("crm-wanted-%d", n.event.Task)), tx.CRMEventDone(ctx, n.event, "asked"))
	})
}

// reclaim links a task that carries the reference of a restaurant without a task.
func (n *news) reclaim(ctx context.Context, ref string) (linked bool, err error) {
	id, err := store.ParseRestaurant(ref)
	if err != nil {
		return false, nil // nobody's reference
	}
	known, free := "", false
	if err := n.crm.desk(ctx, func(tx *store.Tx) (err error) {
		if known, err = tx.RestaurantName(ctx, id); err != nil || known == "" {
			return err
		}
		return tx.Within(ctx, id, func(tx *store.Tx) error {
			_, has, err := tx.CRMTask(ctx)
			free = !has
			return err
		})
	}); err != nil || !free {
		return false, err
	}
	w := &errand{crm: n.crm, restaurant: store.Restaurant{ID: id, Name: known}, item: store.CRMItem{Author: "Planfix"}}
	if err := w.look(ctx, n.event.Task); err != nil {
		return false, err
	}
	n.restaurant = id
	return true, n.end(ctx, "linked", func(tx *store.Tx) error {
		if err := tx.LinkCRMTask(ctx, w.task); err != nil {
			return err
		}
		return w.tell(ctx, tx, fmt.Sprintf("linked to %s of Planfix, %s (%s), which has our reference.", n.crm.number(w.task.Task), said(w.task.Name), esc(w.task.Status)))
	})
}
