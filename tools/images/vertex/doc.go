// Package vertex is the client of Google's multimodal embedding model, which gives texts and pictures a place in one space of meanings.
//
// It knows the one call of Vertex AI that it makes, written by hand: the vendor's own SDK fails on this model's answer. It imports
// internal/rest and internal/fault. Start reading at [Client.Text]; what a failed call means stands in [Error].
//
// The wire is described in https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/multimodal-embeddings-api.
package vertex
