package main

import (
	"context"
	"errors"
	"log/slog"

	"marketa/agent/llm"
	"marketa/internal/fault"
)

// lookModels asks each model of each route one small question.
func (v *visit) lookModels(ctx context.Context) []finding {
	router, err := newRouter(v.cfg, v.app.db, nil, slog.New(slog.DiscardHandler))
	if err != nil {
		return []finding{bad("language model", "cannot be used", fault.Say(err))}
	}
	if router == nil {
		return []finding{bad("language model", "none is configured", "Set GEMINI_API_KEY, OPENAI_API_KEY or OPENAI_BASE_URL; until then cards come without a draft.")}
	}
	var found []finding
	for _, hop := range router.Hops(llm.Reply, llm.Triage) {
		part := "language model " + hop.Model
		if err := hop.Try(ctx); err != nil {
			found = append(found, bad(part, "does not answer", sayModel(err)))
			continue
		}
		found = append(found, fine(part, "answers"))
	}
	return found
}

func sayModel(err error) string {
	var e *llm.Error
	if errors.As(err, &e) && (e.Status == 401 || e.Status == 403) {
		return "The provider refuses the key: make a new one and set it."
	}
	if errors.As(err, &e) && e.Status == 404 {
		return "The provider does not know this model: check its name."
	}
	return "Check the key, the model's name and the base URL, and the provider's status page."
}
