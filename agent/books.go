package agent

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"marketa/agent/llm"
	"marketa/store"
)

// Books writes model calls down; it is the router's Book. What a person has to act on becomes an alert, whoever had asked.
func Books(db *store.DB, log *slog.Logger) func(llm.Call) {
	return func(c llm.Call) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := book(ctx, db, c); err != nil {
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

type anyKind struct{}

// book needs a label as walk.label writes it; a call without one belongs to no restaurant.
func book(ctx context.Context, db *store.DB, c llm.Call) error {
	restaurant, turn, ok := strings.Cut(c.Label, "/")
	if !ok {
		return nil
	}
	id, err := store.ParseID[anyKind](restaurant)
	if err != nil {
		return err
	}
	row := store.LLMCall{Task: string(c.Task), Provider: c.Provider, Model: c.Model, Outcome: string(c.Outcome),
		InputTokens: int(c.Usage.Input), OutputTokens: int(c.Usage.Output), CostMicros: c.Cost, Latency: c.Latency}
	if err := row.Turn.UnmarshalText([]byte(turn)); err != nil {
		return err
	}
	return db.Tx(store.WithRestaurant(ctx, store.RestaurantID(id)), func(tx *store.Tx) error { return tx.Book(ctx, row) })
}

// alertOf says what happened and what to do. A refused key is one trouble for all models of its provider, a missing model
// is one of its own.
func alertOf(c llm.Call) store.Alert {
	code := c.Code
	if code == "" {
		code = fmt.Sprint(c.Status)
	}
	if c.Status == http.StatusNotFound || c.Status == http.StatusGone {
		return store.Alert{Cause: "model-gone-" + c.Provider + "-" + c.Model, Text: fmt.Sprintf(
			"%s does not know the language model %s (%s): it was retired, or the name or the address is wrong. Set another one; until then other models answer, or cards come without a draft.", c.Provider, c.Model, code)}
	}
	return store.Alert{Cause: "model-key-" + c.Provider, Text: fmt.Sprintf(
		"The language model %s of %s refuses us (%s). Check its key and its bill; until then other models answer, or cards come without a draft.", c.Model, c.Provider, code)}
}
