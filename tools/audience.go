package tools

import "context"

type audience struct{}

// WithGroup marks that a tool's answer will be read in a group: what is private stays out of it.
func WithGroup(ctx context.Context) context.Context { return context.WithValue(ctx, audience{}, true) }

// InGroup says whether it will.
func InGroup(ctx context.Context) bool { return ctx.Value(audience{}) != nil }
