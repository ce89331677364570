// Package openai simulates OpenAI's Responses and Chat Completions as the Go SDK and plain HTTP clients see them, and,
// without the Responses API, a compatible server in the manner of GMI Cloud (chat completions only, no json_schema,
// reasoning_content). Any [actor.Mind] does the thinking; every fault in [Kind] comes on request.
//
// It does not imitate: conversations, background mode, compaction, files, audio, images out, hosted tools other than
// web_search (whose finds are made up from the allowed domains), logprobs, n above 1, real token counts (a token is
// four characters), schema limits beyond the two rules of strict mode and its forbidden keywords.
//
// Its types are its own reading of the vendor's documents and shared with no client. It imports wire and actor.
// Start reading at [Sim.Handler], then [Sim.Misbehave].
package openai
