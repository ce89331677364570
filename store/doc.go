// Package store is Postgres: the nouns, their SQL, the tenancy, and the jobs that leave with a commit.
//
// It knows rows and imports stages (the names of states), store/migrations and internal/fault; nothing above. Every
// transaction goes through one of two doors: [DB.Tx], in which row-level security shows one restaurant only, and
// [DB.System], for the ingest and the desk, which work across restaurants on columns granted to them.
//
// Start reading at db.go (the doors), then jobs.go (every asynchronous hop), then ingest.go and approvals.go (the way in
// and the way out).
package store
