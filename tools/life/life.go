// Package life moves a restaurant through its stages: by itself when a stage misses nothing any more, and by what a client has
// said, when a manager releases it.
//
// It knows store, stages and tools. What a stage misses stands in stages/needs.go. Start reading at [Worker].
package life

import (
	"context"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"marketa/store"
)

// Worker looks whether a restaurant's life goes on.
type Worker struct {
	river.WorkerDefaults[store.AdvanceStage]
	DB *store.DB
}

// Timeout is longer than a few statements take.
func (w *Worker) Timeout(*river.Job[store.AdvanceStage]) time.Duration { return 30 * time.Second }

func (w *Worker) Work(ctx context.Context, job *river.Job[store.AdvanceStage]) error {
	err := w.DB.Tx(store.WithRestaurant(ctx, job.Args.Restaurant), func(tx *store.Tx) error { return tx.AdvanceStage(ctx) })
	if err != nil {
		return fmt.Errorf("life: advance: %w", err)
	}
	return nil
}
