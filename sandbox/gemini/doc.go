// Package gemini simulates Google's generateContent as the Go SDK and plain HTTP clients see it: AI Studio's and Vertex's
// URL families, key check, function calls with thought signatures, structured answers, images, streams, and on request
// every fault in [Kind]. Any [actor.Mind] does the thinking.
//
// It does not imitate: safety judgement, search grounding content, context caching, file upload, batch, live sessions,
// the Interactions API, snake_case field names, :predict (embeddings), real token counts (a token is four characters).
// Pictures are plain coloured rectangles of the asked shape.
//
// Its types are its own reading of the vendor's documents and shared with no client. It imports wire and actor.
// Start reading at [Sim.Handler], then [Sim.Misbehave].
package gemini
