package llm

import (
	"strings"
	"time"
)

// prices is the price list, from https://github.com/pydantic/genai-prices (OpenAI checked 2026-03, Google 2026-08) and
// https://mastra.ai/models/providers/gmicloud. A model that is missing here is booked at 0 and flagged, never guessed.
// The keys are exact ids; a model behind a proxy has the proxy's own id and price.
func prices() map[string]Price {
	const search = 10_000_000 // 10 USD per thousand searches
	return map[string]Price{
		"gpt-5.4": {Input: 2500, Cached: 250, Output: 15000, Search: search,
			LongFrom: 272_000, Long: &Price{Input: 5000, Cached: 500, Output: 22500, Search: search}},
		"gpt-5.4-mini": {Input: 750, Cached: 75, Output: 4500, Search: search},
		"gpt-5.4-nano": {Input: 200, Cached: 20, Output: 1250, Search: search},
		"gpt-5.2":      {Input: 1750, Cached: 175, Output: 14000, Search: search},
		"gpt-5.5":      {Input: 5000, Cached: 500, Output: 30000, Search: search},

		"gemini-3.1-pro-preview": {Input: 2000, Cached: 200, Output: 12000, Search: 14_000_000,
			LongFrom: 200_000, Long: &Price{Input: 4000, Cached: 400, Output: 18000, Search: 14_000_000}},
		"gemini-3.1-flash-lite": {Input: 250, Cached: 25, Output: 1500, Search: 14_000_000},
		"gemini-3.5-flash":      {Input: 1500, Cached: 150, Output: 9000, Search: 14_000_000},
		"gemini-3.5-flash-lite": {Input: 300, Cached: 30, Output: 2500, Search: 14_000_000},

		// GMI Cloud names no price for cached input: it costs like any other.
		"deepseek-ai/DeepSeek-V4-Flash": {Input: 110, Cached: 110, Output: 220},
		"deepseek-ai/DeepSeek-V4-Pro":   {Input: 1000, Cached: 1000, Output: 3000},
		"moonshotai/Kimi-K2.6":          {Input: 850, Cached: 850, Output: 4000},
		"zai-org/GLM-5.1-FP8":           {Input: 980, Cached: 980, Output: 3000},
		"anthropic/claude-sonnet-4.6":   {Input: 3000, Cached: 3000, Output: 15000},
		"anthropic/claude-opus-4.6":     {Input: 5000, Cached: 5000, Output: 25000},
	}
}

// isSnapshot says whether model is id with a date behind it. "gpt-5.4-mini" is no snapshot of "gpt-5.4".
func isSnapshot(model, id string) bool {
	date, found := strings.CutPrefix(model, id+"-")
	if !found {
		return false
	}
	_, err := time.Parse(time.DateOnly, date)
	return err == nil
}
