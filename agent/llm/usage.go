package llm

import (
	"github.com/tmc/langchaingo/llms"
)

// Usage is what one call consumed, in tokens. Input counts everything sent, cached tokens too; Output counts thinking.
type Usage struct {
	Input, Cached     int64
	Output, Reasoning int64 // Reasoning is the part of Output that nobody reads
	Searches          int64
	Estimated         bool // the vendor did not say (a broken stream, a server that sends no usage): counted from bytes
}

// IsZero says that nothing is known to have been consumed.
func (u Usage) IsZero() bool { return u.Input == 0 && u.Output == 0 && u.Searches == 0 }

// bytesPerToken is the usual rule of thumb for European languages; it is only used where the vendor was cut short.
const bytesPerToken = 4

// EstimateUsage is for a call whose answer broke off before its usage came: it was billed all the same.
func EstimateUsage(sent, received int) Usage {
	return Usage{Input: tokens(sent), Output: tokens(received), Estimated: true}
}

func tokens(bytes int) int64 { return int64(bytes+bytesPerToken-1) / bytesPerToken }

// Keys in [llms.ContentChoice.GenerationInfo] that our adapters write. langchaingo's own customary keys are read too.
const (
	infoUsage    = "marketa.usage"
	infoResponse = "marketa.response_id"
)

// GenerationInfo is what an adapter puts into its choice. responseID may be empty.
func GenerationInfo(u Usage, responseID string) map[string]any {
	return map[string]any{
		infoUsage: u, infoResponse: responseID,
		"PromptTokens": int(u.Input), "CompletionTokens": int(u.Output), "TotalTokens": int(u.Input + u.Output),
	}
}

// UsageOf reads the usage out of a choice: our adapters' own, else the names that langchaingo's models use.
func UsageOf(c *llms.ContentChoice) Usage {
	if u, ok := c.GenerationInfo[infoUsage].(Usage); ok {
		return u
	}
	return Usage{
		Input:     firstCount(c.GenerationInfo, "PromptTokens", "InputTokens", "input_tokens"),
		Cached:    firstCount(c.GenerationInfo, "PromptCachedTokens", "CacheReadInputTokens"),
		Output:    firstCount(c.GenerationInfo, "CompletionTokens", "OutputTokens", "output_tokens"),
		Reasoning: firstCount(c.GenerationInfo, "ReasoningTokens", "CompletionReasoningTokens"),
	}
}

// ResponseIDOf is the vendor's own name for the answer, for a question to its support; empty when it gave none.
func ResponseIDOf(c *llms.ContentChoice) string {
	id, _ := c.GenerationInfo[infoResponse].(string)
	return id
}

func firstCount(info map[string]any, names ...string) int64 {
	for _, name := range names {
		switch n := info[name].(type) {
		case int:
			return int64(n)
		case int32:
			return int64(n)
		case int64:
			return n
		}
	}
	return 0
}

// Price is what a model costs, in nano-USD per token, which is the same number as USD per million tokens times 1000:
// 2.50 USD per million is 2500.
type Price struct {
	Input, Cached, Output int64
	LongFrom              int64 // above so many input tokens the whole call costs Long; 0: never
	Long                  *Price
	Search                int64 // nano-USD per web search
}

// Cost is in micro-USD, rounded up. u.Cached is part of u.Input and costs its own price.
func (p Price) Cost(u Usage) int64 {
	if p.LongFrom > 0 && p.Long != nil && u.Input > p.LongFrom {
		return p.Long.Cost(u)
	}
	cached := min(u.Cached, u.Input)
	nano := (u.Input-cached)*p.Input + cached*p.Cached + u.Output*p.Output + u.Searches*p.Search
	return (nano + 999) / 1000
}

// IsZero says that the price is unknown: the call is booked at 0 and flagged.
func (p Price) IsZero() bool { return p == Price{} }

// PriceOf finds a model's price by its id. A dated snapshot ("gpt-5.4-mini-2026-03-17") costs what its family costs.
func PriceOf(model string) (Price, bool) {
	prices := prices()
	if p, ok := prices[model]; ok {
		return p, true
	}
	for id, price := range prices {
		if isSnapshot(model, id) {
			return price, true
		}
	}
	return Price{}, false
}
