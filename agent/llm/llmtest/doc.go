// Package llmtest is one conformance suite for all adapters of agent/llm: what the router relies on, asked over a real
// HTTP connection against a scripted server.
//
// An adapter's test describes its wire (how a server writes an answer, how a request is read) in a [Wire]; the suite
// knows no vendor. Tests only. Start reading at [Run].
package llmtest
