// Package agent is one turn: from what a client wrote to a draft that waits for a manager.
//
// It knows store, stages, tools and agent/llm; it never calls a vendor of messages. A turn walks a graph that is checked
// when it is built (graph.go, walk.go); every finished step is one small row, so that a turn resumes where it was. The
// agent can hold an approval, never decide one: it has no right to write into the outbox.
//
// What a model or a client says is made harmless where it comes in: clean.go for the database, question.go for prompts,
// tidy.go and guard.go for the draft, heard.go and proposals.go for whose words a value is.
//
// Start reading at turn.go (when a turn runs), then walk.go (its nodes), then commit.go (how it ends).
package agent
