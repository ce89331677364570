// Package gemini speaks Google's generateContent for agent/llm, over google.golang.org/genai.
//
// It knows one vendor's wire: contents and parts, thought signatures, finish reasons, google.rpc errors. It may import
// agent/llm, floor 0 and the SDK. Answers are streamed so that silence can be told from work; where a server has no
// stream the plain call is used.
//
// Vendor's pages: https://ai.google.dev/api/generate-content,
// https://ai.google.dev/gemini-api/docs/thought-signatures, https://ai.google.dev/gemini-api/docs/troubleshooting.
//
// Start reading at [Client.GenerateContent], then [Client.send].
package gemini
