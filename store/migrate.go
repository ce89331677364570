package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"marketa/internal/fault"
	"marketa/store/migrations"
)

// Migrate brings the schema to this build's state: River's tables, then ours. Several replicas may call it at once; one
// does the work. It never goes back.
func Migrate(ctx context.Context, url string) error {
	cfg, err := poolConfig(url)
	if err != nil {
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	defer pool.Close()
	if err := pool.Ping(ctx); err != nil {
		return fault.Wrap(err, fault.Unavailable, "The database does not answer. Check DATABASE_URL and that the server runs.")
	}
	// goose's own session lock covers only its part, so one of ours covers both.
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("store: migrate: %w", err)
	}
	defer conn.Release()
	const key = 0x6d61726b657461 // "marketa"
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, key); err != nil {
		return fmt.Errorf("store: migration lock: %w", err)
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_, _ = conn.Exec(ctx, `SELECT pg_advisory_unlock($1)`, key)
	}()
	if err := needVector(ctx, pool); err != nil {
		return err
	}
	if err := migrateRiver(ctx, pool); err != nil {
		return err
	}
	return migrateOurs(ctx, pool)
}

func migrateRiver(ctx context.Context, pool *pgxpool.Pool) error {
	m, err := rivermigrate.New(riverpgxv5.New(pool), &rivermigrate.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		return fmt.Errorf("store: river migrations: %w", err)
	}
	if _, err := m.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return fmt.Errorf("store: river migrations: %w", sayRights(err))
	}
	return nil
}

func migrateOurs(ctx context.Context, pool *pgxpool.Pool) error {
	p, closeAll, err := provider(pool)
	if err != nil {
		return err
	}
	defer closeAll()
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("store: migrations: %w", sayRights(err))
	}
	return nil
}

func provider(pool *pgxpool.Pool) (*goose.Provider, func(), error) {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return nil, nil, fmt.Errorf("store: migrations: %w", err)
	}
	sqldb := stdlib.OpenDBFromPool(pool)
	p, err := goose.NewProvider(goose.DialectPostgres, sqldb, migrations.Files,
		goose.WithSessionLocker(locker), goose.WithSlog(slog.New(slog.NewTextHandler(io.Discard, nil))))
	if err != nil {
		_ = sqldb.Close()
		return nil, nil, fmt.Errorf("store: migrations: %w", err)
	}
	return p, func() { _ = sqldb.Close() }, nil
}

// Migrated says whether the schema is at this build's state.
func (db *DB) Migrated(ctx context.Context) (bool, error) {
	p, closeAll, err := provider(db.pool)
	if err != nil {
		return false, err
	}
	defer closeAll()
	pending, err := p.HasPending(ctx)
	return err == nil && !pending, err
}

// needVector makes the extension where it may, and says in one sentence what to do where it may not.
func needVector(ctx context.Context, pool *pgxpool.Pool) error {
	var there bool
	if err := pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')`).Scan(&there); err != nil {
		return fmt.Errorf("store: look for vector: %w", err)
	}
	if there {
		return nil
	}
	_, err := pool.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS vector`)
	var pg *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &pg) && pg.Code == "42501":
		return fault.Wrap(err, fault.Denied, "The vector extension is missing and this database user may not create it: run CREATE EXTENSION vector as a superuser in this database.")
	default:
		return fault.Wrap(err, fault.Unavailable, "The vector extension (pgvector 0.7 or newer) is not installed on the database server: run make setup, or install the package postgresql-NN-pgvector.")
	}
}

func sayRights(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "42501" {
		return fault.Wrap(err, fault.Denied, "The database user may not set up the schema: it must own the database and have CREATEROLE (ALTER ROLE name CREATEROLE).")
	}
	return err
}

// SuperuserLogin says whether the login bypasses row-level security by itself. The roles that transactions take bind it all
// the same; serve warns.
func (db *DB) SuperuserLogin(ctx context.Context) (bool, error) {
	var super bool
	err := db.pool.QueryRow(ctx, `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`).Scan(&super)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return false, fmt.Errorf("store: look at the login: %w", err)
	}
	return super, nil
}
