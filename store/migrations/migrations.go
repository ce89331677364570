// Package migrations holds the schema as numbered, forward-only SQL files. It imports nothing but embed; package store
// runs them. Start reading at 0001_nouns.sql; who may do what stands in 0002_roles.sql, the gate in 0003_gate.sql.
package migrations

import "embed"

// Files are the migrations in the form goose reads.
//
//go:embed *.sql
var Files embed.FS
