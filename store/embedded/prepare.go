package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"

	"marketa/internal/fault"
)

// prepare makes what the app finds on a new server: the plain role, and its database with pgvector, which takes a superuser
// to install. Each step can be repeated; a file says when all are done. template1 has the extension too, for databases
// made later.
func (s *Server) prepare(ctx context.Context) error {
	done := filepath.Join(s.home.data(), "marketa_prepared")
	if _, err := os.Stat(done); err == nil {
		return nil
	}
	if err := s.execute(ctx, "template1", "CREATE EXTENSION IF NOT EXISTS vector"); err != nil {
		return fault.Wrap(err, fault.Unavailable, "PostgreSQL cannot load its extension pgvector. Run: %s", setupCommand)
	}
	if err := s.makeRoleAndDatabase(ctx); err != nil {
		return err
	}
	return os.WriteFile(done, nil, 0o600)
}

func (s *Server) makeRoleAndDatabase(ctx context.Context) error {
	for _, step := range []struct{ exists, make string }{
		{"SELECT 1 FROM pg_roles WHERE rolname = '" + plainRole + "'",
			"CREATE ROLE " + plainRole + " LOGIN CREATEROLE CREATEDB NOSUPERUSER NOBYPASSRLS"},
		{"SELECT 1 FROM pg_database WHERE datname = '" + database + "'",
			"CREATE DATABASE " + database + " OWNER " + plainRole},
	} {
		if err := s.executeUnless(ctx, step.exists, step.make); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) execute(ctx context.Context, database, sql string) error {
	c, err := pgx.Connect(ctx, s.url(superuser, database))
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	_, err = c.Exec(ctx, sql)
	return err
}

func (s *Server) executeUnless(ctx context.Context, exists, sql string) error {
	c, err := pgx.Connect(ctx, s.SuperuserURL())
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	var one int
	err = c.QueryRow(ctx, exists).Scan(&one)
	if errors.Is(err, pgx.ErrNoRows) {
		_, err = c.Exec(ctx, sql)
	}
	if err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	return nil
}
