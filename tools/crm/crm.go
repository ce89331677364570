// Package crm is what managers do with the CRM by talking to the bot: find a restaurant's task, read it, write under it, move
// it, make one, link one; and what the CRM tells us by its webhook.
//
// A restaurant is one task. Reads are asked at once; whatever changes something is a row of the outbox that a manager has
// confirmed, worked one after the other, and looked for before it is tried again. All requests of all processes go through
// [Turn]. What stands in the CRM is data from outside: it is shown and never obeyed.
//
// It knows store, stages' events through it, tools and the client of Planfix; no bot. Start reading at [CRM.Tools], then
// effects.go, outbox.go (what leaves) and events.go (what comes).
package crm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/crm/planfix"
)

// CRM is the capability.
type CRM struct {
	DB      *store.DB
	Planfix *planfix.Client // nil: no CRM is configured
	Field   int64           // the custom field that holds our reference; 0: tasks can be linked, not made
	Kind    int64           // the template of a new task; 0: the account's own
	Address string          // of the account, for links that people open; empty: none
	Zone    string          // of a restaurant that is made of a task
	Make    func(task int64) store.NoticeButton
	Log     *slog.Logger
}

// The kinds of proposals.
const (
	Comment = "crm_comment"
	Create  = "crm_create"
	Link    = "crm_link"
	Move    = "crm_move"
)

// Tools are for managers, by tools.ForDesk: a client's turn has none of them, for what stands in the CRM is the agency's own.
func (c *CRM) Tools() []tools.Tool {
	return []tools.Tool{c.findTask(), c.showTask(), c.comment(), c.createTask(), c.linkTask(), c.moveTask()}
}

// Turn is how everybody who calls the CRM waits for their second. A zero span waits for nobody.
func Turn(db *store.DB, every time.Duration) func(context.Context) error {
	if every <= 0 {
		return func(ctx context.Context) error { return ctx.Err() }
	}
	return func(ctx context.Context) error { return db.CRMTurn(ctx, every, longestQueue) }
}

const (
	longestQueue = 20 * time.Second // until a request may go; beyond that it comes back later
	readTime     = 15 * time.Second // for what a manager waits for
)

// own is the context's restaurant and its task.
func (c *CRM) own(ctx context.Context) (r store.Restaurant, t store.CRMTask, linked bool, err error) {
	if c.Planfix == nil {
		return r, t, false, fault.New(fault.Unavailable, "No CRM is connected. Whoever runs Marketa sets PLANFIX_BASE_URL and PLANFIX_TOKEN.")
	}
	err = c.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		if r, err = tx.OwnRestaurant(ctx); err != nil {
			return err
		}
		t, linked, err = tx.CRMTask(ctx)
		return err
	})
	return r, t, linked, err
}

// task is the restaurant's, or says what to do without one.
func (c *CRM) task(ctx context.Context) (store.Restaurant, store.CRMTask, error) {
	r, t, linked, err := c.own(ctx)
	if err == nil && !linked {
		err = fault.New(fault.NotFound, "%s has no task in Planfix yet. Shall I create one, or which number has it?", name(r.Name))
	}
	return r, t, err
}

// asked is a reading that failed, in words for whoever waits for it.
func asked(err error) error {
	var e *planfix.Error
	if errors.As(err, &e) && e.Outcome() == planfix.Wait {
		return fault.Wrap(err, fault.Unavailable, "Planfix does not answer at the moment. Please ask again in a few minutes.")
	}
	return planfix.Explain(err)
}

// outside marks that words from outside are among what the model reads, which fences them.
func outside(ctx context.Context) {
	if s, err := store.ScopeFrom(ctx); err == nil {
		s.Heard()
	}
}

// link is where people open a task; empty when we do not know.
func (c *CRM) link(task int64) string {
	if !strings.HasPrefix(c.Address, "https://") {
		return ""
	}
	return fmt.Sprintf("%s/task/%d", strings.TrimSuffix(strings.TrimSuffix(c.Address, "/"), "/rest"), task)
}

// name is one from outside, short and on one line.
func name(s string) string { return short(oneLine(s), 60) }

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r)
	}), " ")
}

func short(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// leaseLost: somebody else is at it. Other conflicts are answers.
func leaseLost(err error) bool { return errors.Is(err, store.ErrLeaseLost) }
