package agent

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"marketa/agent/llm"
	"marketa/store"
)

// Books writes model calls down; it is the router's Book. What a person has to act on becomes an alert, whoever had asked.
func Books(db *store.DB, log *slog.Logger) func(llm.Call) {
	well := wellness{}
	return func(c llm.Call) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := book(ctx, db, c, well.news(c)); err != nil {
			log.Warn("a model call was not booked", "error", err)
		}
		if !c.Alert {
			return
		}
		if err := db.Unhealthy(ctx, alertOf(c)); err != nil {
			log.Warn("an alert about a model was not raised", "provider", c.Provider, "error", err)
		}
	}
}

// wellness remembers which models have answered last, so that only the first answer after trouble, or after our start, looks
// for alerts that it ends.
type wellness struct{ answering sync.Map }

func (w *wellness) news(c llm.Call) bool {
	name := c.Provider + "/" + c.Model
	if c.Outcome != llm.OK && c.Outcome != llm.BusinessResult {
		w.answering.Delete(name)
		return false
	}
	_, known := w.answering.Swap(name, true)
	return !known
}

type anyKind struct{}

// deskLabel stands in the place of the restaurant when a manager has asked.
const deskLabel = "desk"

// book needs a label as walk.label writes it; a call without one belongs to no restaurant.
func book(ctx context.Context, db *store.DB, c llm.Call, answersAgain bool) error {
	restaurant, turn, ok := strings.Cut(c.Label, "/")
	if !ok {
		return nil
	}
	row := store.LLMCall{Task: string(c.Task), Provider: c.Provider, Model: c.Model, Outcome: string(c.Outcome),
		InputTokens: int(c.Usage.Input), OutputTokens: int(c.Usage.Output), CostMicros: c.Cost, Latency: c.Latency}
	if err := row.Turn.UnmarshalText([]byte(turn)); err != nil {
		return err
	}
	account := func(tx *store.Tx) error {
		if err := tx.Book(ctx, row); err != nil || !answersAgain {
			return err
		}
		return modelAnswers(ctx, tx, c)
	}
	if restaurant == deskLabel {
		return db.System(ctx, store.Desk, account)
	}
	id, err := store.ParseID[anyKind](restaurant)
	if err != nil {
		return err
	}
	return db.Tx(store.WithRestaurant(ctx, store.RestaurantID(id)), account)
}

// alertOf says what happened and what to do. A refused key is one trouble for all models of its provider, a missing model
// is one of its own.
func alertOf(c llm.Call) store.Alert {
	code := c.Code
	if code == "" {
		code = fmt.Sprint(c.Status)
	}
	if c.Status == http.StatusNotFound || c.Status == http.StatusGone {
		return store.Alert{Cause: goneCause(c), Stays: true, Text: fmt.Sprintf(
			"%s does not know the language model %s (%s): it was retired, or the name or the address is wrong. Set another one; until then other models answer, or cards come without a draft.", c.Provider, c.Model, code)}
	}
	return store.Alert{Cause: keyCause(c), Stays: true, Key: c.Model, Text: fmt.Sprintf(
		"The language model %s of %s refuses us (%s). Check its key and its bill; until then other models answer, or cards come without a draft.", c.Model, c.Provider, code)}
}

func goneCause(c llm.Call) string { return "model-gone-" + c.Provider + "-" + c.Model }
func keyCause(c llm.Call) string  { return "model-key-" + c.Provider } // one trouble for all its models

// modelAnswers ends what managers were told about a model that did not answer.
func modelAnswers(ctx context.Context, tx *store.Tx, c llm.Call) error {
	how := fmt.Sprintf("The language model %s of %s answers again.", c.Model, c.Provider)
	for _, cause := range []string{goneCause(c), ModelAway(c.Provider, c.Model), ModelsAway} {
		if err := tx.Clear(ctx, cause, how); err != nil {
			return err
		}
	}
	return tx.Ease(ctx, keyCause(c), c.Model, how)
}

// ModelsAway is the cause of the alert that no model at all answers.
const ModelsAway = "models-away"

// ModelAway is the cause of the alert that one model has not answered for a while.
func ModelAway(provider, model string) string { return "model-away-" + provider + "-" + model }
