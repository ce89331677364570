// Package tools is what a tool is: a name, words for the model, a schema made from a Go struct, and one runner that
// every call goes through.
//
// A tool reads or it proposes; there is no third effect, because nothing that cannot be taken back is callable by a
// model. It is a job, released by a manager's approval. Each capability is a folder below this one and hands its tools
// to [NewRegistry]; the stages name the ones they use.
//
// It knows JSON and schemas, and which restaurant a manager means; no vendor, no model. It may import store and
// internal/fault. Start reading at [Tool], then [DefineRead] and [DefinePropose], then [Registry]; [ForDesk] gives a
// restaurant's tool to managers. Where an argument came from is in provenance.go.
package tools
