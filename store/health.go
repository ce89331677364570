package store

import (
	"context"
	"errors"
	"time"
)

// Health is what the database server says about itself.
type Health struct {
	Server string    // its version: 17.2
	Vector string    // pgvector's version; empty: the extension is not there
	Now    time.Time // its own clock
}

// Health asks; whoever cannot reach the server gets the error.
func (db *DB) Health(ctx context.Context) (h Health, err error) {
	err = db.Pool().QueryRow(ctx, `SELECT split_part(current_setting('server_version'), ' ', 1), coalesce((SELECT extversion FROM pg_extension WHERE extname = 'vector'), ''), clock_timestamp()`).
		Scan(&h.Server, &h.Vector, &h.Now)
	return h, wrapped("health", err)
}

// MissingRoles are the roles that this login cannot take.
func (db *DB) MissingRoles(ctx context.Context) (missing []Role, err error) {
	for _, role := range []Role{roleApp, Ingest, Desk} {
		if roleErr := db.takes(ctx, role); roleErr != nil {
			missing, err = append(missing, role), errors.Join(err, roleErr)
		}
	}
	return missing, wrapped("take roles", err)
}

func (db *DB) takes(ctx context.Context, role Role) error {
	tx, err := db.Pool().Begin(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback(ctx) }()
	_, err = tx.Exec(ctx, `SELECT set_config('role', $1, true)`, string(role))
	return err
}
