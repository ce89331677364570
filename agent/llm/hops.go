package llm

import (
	"context"
	"slices"

	"github.com/tmc/langchaingo/llms"
)

// Hops are those of these tasks, each model once, in the order in which they are asked.
func (r *Router) Hops(tasks ...Task) (out []Hop) {
	for _, task := range tasks {
		for _, hop := range r.cfg.Routes[task] {
			if !slices.ContainsFunc(out, func(h Hop) bool { return h.key() == hop.key() }) {
				out = append(out, hop)
			}
		}
	}
	return out
}

// Try asks one small question, past breakers and cool-downs: whether key, name and address are right.
func (h Hop) Try(ctx context.Context) error {
	_, err := h.Client.GenerateContent(ctx, []llms.MessageContent{llms.TextParts(llms.ChatMessageTypeHuman, "Answer with the one word: ok")}, llms.WithModel(h.Model), llms.WithMaxTokens(64))
	return err
}
