package agent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"marketa/stages"
	"marketa/store"
)

// ApplyWorker carries out what an approval has released: proposed changes, and the step in the client's life that a first
// answer is.
type ApplyWorker struct {
	river.WorkerDefaults[store.ApplyProposals]
	Agent *Agent
}

func (w *ApplyWorker) Timeout(*river.Job[store.ApplyProposals]) time.Duration {
	return 30 * time.Second
}

func (w *ApplyWorker) Work(ctx context.Context, job *river.Job[store.ApplyProposals]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Agent.applyReleased(ctx, job.Args.Approval)
	if err != nil {
		err = errors.Join(err, w.Agent.db.Tx(ctx, func(tx *store.Tx) error { return tx.ReleaseLater(ctx, job.Args.Approval) }))
	}
	return err
}

// applyReleased carries out each proposal in a commit of its own, with the mark that it is done: one that cannot be carried
// out holds nobody else up. The error brings the job back.
func (a *Agent) applyReleased(ctx context.Context, id store.ApprovalID) error {
	var released []store.HeldProposal
	if err := a.db.Tx(ctx, func(tx *store.Tx) (err error) { released, err = tx.Released(ctx, id); return err }); err != nil {
		return err
	}
	var faults []error
	for _, p := range released {
		faults = append(faults, a.applyOne(ctx, p))
	}
	return errors.Join(append(faults, a.db.Tx(ctx, func(tx *store.Tx) error { return a.answeredFirst(ctx, tx, id) }))...)
}

func (a *Agent) applyOne(ctx context.Context, p store.HeldProposal) error {
	apply := a.apply[p.Kind]
	if apply == nil {
		alert := store.Alert{Cause: "apply-" + p.Kind, Stays: true, Text: fmt.Sprintf(
			"A manager has approved a change of the kind “%s”, which this version of Marketa cannot carry out. It waits; update Marketa, or make the change by hand.", p.Kind)}
		return errors.Join(fmt.Errorf("agent: nobody can carry out a %q", p.Kind), a.db.Unhealthy(ctx, alert))
	}
	return a.db.Tx(ctx, func(tx *store.Tx) error {
		if err := apply(ctx, tx, p); err != nil {
			return fmt.Errorf("agent: apply: %w", err)
		}
		if err := tx.ProposalDone(ctx, p.ID); err != nil {
			return err
		}
		return tx.Clear(ctx, "apply-"+p.Kind, "Approved changes of the kind “"+p.Kind+"” are carried out again.")
	})
}

// answeredFirst moves a lead on when somebody of us has answered. It is the last thing that an approval releases.
func (a *Agent) answeredFirst(ctx context.Context, tx *store.Tx, id store.ApprovalID) error {
	if err := tx.CloseRelease(ctx, id); err != nil {
		return err
	}
	sent, err := tx.WasSent(ctx, id)
	if err != nil || !sent {
		return err
	}
	moved, err := tx.Happened(ctx, stages.AnsweredFirst, "first answer")
	if err != nil || !moved {
		return err // answered before
	}
	return tx.TouchView(ctx, id) // the card names the stage
}
