package crm

import (
	"context"
	"errors"
	"fmt"

	"marketa/store"
	"marketa/tools/crm/planfix"
)

// look reads the restaurant's task and tells what has changed since it was read last. What we have done there ourselves is
// not told back.
func (n *news) look(ctx context.Context) error {
	t, err := n.crm.Planfix.Task(ctx, n.event.Task)
	var e *planfix.Error
	if errors.As(err, &e) && e.Missing() {
		return n.gone(ctx)
	}
	if err != nil {
		return err
	}
	comments, err := n.crm.Planfix.Comments(ctx, n.event.Task, 0)
	if err != nil {
		return err
	}
	return n.end(ctx, "read", func(tx *store.Tx) error {
		known, found, err := tx.LockCRMTask(ctx)
		if err != nil || !found || known.Task != int64(t.ID) {
			return err
		}
		ours, err := tx.CRMTold(ctx, known.Task, mostOurs)
		if err != nil {
			return err
		}
		for _, words := range n.changes(known, t, comments.Rows, ours) {
			if err := tell(ctx, tx, n.name, words); err != nil {
				return err
			}
		}
		return tx.SawCRMTask(ctx, store.CRMTask{Task: known.Task, Name: name(t.Name), StatusID: int64(t.Status.ID), Status: name(t.Status.Name), SeenComment: newest(comments.Rows)})
	})
}

// gone: the task was thrown away, or we may not see it any more. It stays linked, so that nothing else takes its place unasked.
func (n *news) gone(ctx context.Context) error {
	return n.end(ctx, "gone", func(tx *store.Tx) error {
		known, found, err := tx.LockCRMTask(ctx)
		if err != nil || !found || known.Task != n.event.Task || known.Gone {
			return err
		}
		known.Gone = true
		return errors.Join(tx.SawCRMTask(ctx, known), tell(ctx, tx, n.name,
			fmt.Sprintf("⚠️ Task %d is not in Planfix any more, or we may not see it. Link another one: <code>/link #NUMBER</code> in this topic, or ask me to create one.", known.Task)))
	})
}

const mostNews = 3 // comments at once

// changes are the lines to tell, the oldest first.
func (n *news) changes(known store.CRMTask, t planfix.Task, comments []planfix.Comment, ours []store.CRMItem) (lines []string) {
	if moved := int64(t.Status.ID) != known.StatusID; moved && !movedByUs(ours, int64(t.Status.ID)) {
		lines = append(lines, fmt.Sprintf("Planfix: %s moved from “%s” to <b>%s</b>%s.", n.crm.number(known.Task), esc(known.Status), esc(t.Status.Name), by(comments, t.Status.ID)))
	}
	var fresh []string
	for _, x := range comments {
		text := planfix.Plain(x.Description)
		if int64(x.ID) <= known.SeenComment || x.IsDeleted || text == "" || writtenByUs(ours, x) {
			continue
		}
		who := name(x.Owner.Name)
		if who == "" {
			who = "somebody"
		}
		fresh = append([]string{fmt.Sprintf("Planfix: %s wrote under %s: %s", esc(who), n.crm.number(known.Task), said(text))}, fresh...)
	}
	if more := len(fresh) - mostNews; more > 0 {
		fresh = append([]string{fmt.Sprintf("Planfix: %d more comments under %s.", more, n.crm.number(known.Task))}, fresh[more:]...)
	}
	return append(lines, fresh...)
}

// by names whoever has moved the task there.
func by(comments []planfix.Comment, status planfix.ID) string {
	for _, x := range comments { // the newest first
		if x.ChangeStatus != nil && x.ChangeStatus.New == status && x.Owner.Name != "" {
			return ", by " + esc(x.Owner.Name)
		}
	}
	return ""
}

// movedByUs: the newest move of ours went there, and its own message says so.
func movedByUs(ours []store.CRMItem, status int64) bool {
	for _, i := range ours { // the newest first
		if i.Kind == store.CRMMove {
			return i.State == "trying" && i.StatusID == status
		}
	}
	return false
}

func writtenByUs(ours []store.CRMItem, x planfix.Comment) bool {
	for _, i := range ours {
		if i.Kind == store.CRMComment && (i.VendorID == int64(x.ID) || same(x.Description, signed(i))) {
			return true
		}
	}
	return false
}
