// Package toolstest lets a test run an agent without every capability that the stages name.
//
// It imports stages and tools, and only tests import it. Start reading at [WithInert].
package toolstest

import (
	"context"
	"slices"

	"marketa/stages"
	"marketa/tools"
)

// WithInert adds a tool that finds nothing for each name that a stage or a manager's turn lists and have lacks.
func WithInert(have ...tools.Tool) []tools.Tool {
	names := slices.Concat(stages.DeskReads(), stages.DeskProposes())
	for _, p := range stages.Policies() {
		names = append(names, p.Tools...)
	}
	for _, name := range names {
		if !slices.ContainsFunc(have, func(t tools.Tool) bool { return t.Name == name }) {
			have = append(have, tools.DefineRead(name, "Not at work in this test. Do not call it.", func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }))
		}
	}
	return have
}
