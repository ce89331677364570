package store

// Queued is how many webhooks wait for the group after the one that is being committed.
func (db *DB) Queued() int {
	db.ingest.mu.Lock()
	defer db.ingest.mu.Unlock()
	return len(db.ingest.queue)
}
