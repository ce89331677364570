// Package llm asks a language model for an answer and does not care which vendor gives it.
//
// It knows tasks, routes, what a failure means for the next try, and what a call costs. The contract is langchaingo's:
// messages are [llms.MessageContent], tools are [llms.Tool], a vendor is an [llms.Model]; so any langchaingo model can
// stand in a route. What [llms.CallOptions] lacks travels by the options of this package (options.go), and what
// [llms.ContentChoice] lacks is read by [UsageOf] and [ResponseIDOf].
//
// It may import floor 0 and libraries; it knows no vendor's wire (agent/llm/openai and agent/llm/gemini do), no chat
// and no database: every attempt is reported to the Book function given at construction.
//
// Start reading at [Router.Generate], then [Outcome], then [Adapter].
package llm
