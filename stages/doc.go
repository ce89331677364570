// Package stages is the lives of things as data: a client's life with the agency, a draft's, a delivery's; and what
// each client stage asks of us: its goal, its tools, who approves, how fast, and the words for the model.
//
// It knows names, tables and texts; no database, no vendor, no model. It may import internal/fault and looplab/fsm.
// Start reading at [Flow], then [Client], then [PolicyFor]. The drawings are in testdata/*.mmd.
package stages
