package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Clone returns the URL of a database of the test's own, a copy of the one that prepare has made of an empty one under the
// name given. prepare runs once for a name, however many processes ask; so the name should change with what prepare does
// (a hash of the migrations), and hold at most 30 letters, digits and underscores.
//
// The database belongs to the role marketa, as whom the URL connects: no superuser, does not pass by row-level security,
// may create roles and databases. pgvector is installed. When the test is over the database is dropped; after a failure it
// stays for an hour, and its URL is printed.
func Clone(tb testing.TB, template string, prepare func(ctx context.Context, url string) error) string {
	tb.Helper()
	server := Cluster(tb)
	name := fmt.Sprintf("test_%s_%08x_%s", template, time.Now().Unix(), strings.ToLower(rand.Text()[:6]))
	address, err := plainURL(server, name)
	if err != nil {
		tb.Fatalf("clone %s: %v", template, err)
	}
	if err := clone(tb.Context(), server, template, name, prepare); err != nil {
		tb.Fatalf("clone %s: %v", template, err)
	}
	tb.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if tb.Failed() {
			tb.Logf("the database of this test stays for an hour: %s", address)
		} else if err := drop(ctx, server, name); err != nil {
			tb.Errorf("drop the database of this test: %v", err)
		}
	})
	return address
}

func clone(ctx context.Context, server, template, name string, prepare func(context.Context, string) error) error {
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	if err := dropForgotten(ctx, c); err != nil {
		return err
	}
	made, err := templateIsMade(ctx, c, template)
	if err == nil && !made {
		err = makeTemplate(ctx, c, server, template, prepare)
	}
	if err != nil {
		return err
	}
	return createDatabase(ctx, c, name, template)
}

// createDatabase copies files, which is quicker than the default of writing every page to the log; a role that tests
// under row-level security owns the copy.
func createDatabase(ctx context.Context, c *pgx.Conn, name, template string) error {
	_, err := c.Exec(ctx, "CREATE DATABASE "+quote(name)+" OWNER marketa TEMPLATE "+quote(template)+" STRATEGY file_copy")
	return err
}

func templateIsMade(ctx context.Context, c *pgx.Conn, template string) (made bool, err error) {
	err = c.QueryRow(ctx, "SELECT datistemplate FROM pg_database WHERE datname = $1", template).Scan(&made)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	return made, err
}

// makersLock is the advisory lock under which templates are made, one at a time: migrations make roles, and roles belong
// to the whole server.
const makersLock = 0x6d61726b657461 // "marketa"

// makeTemplate marks the database as a template, and closes it for connections, which would be in the way of copying, when
// prepare is through. One without the mark was left behind half made.
func makeTemplate(ctx context.Context, c *pgx.Conn, server, template string, prepare func(context.Context, string) error) error {
	if _, err := c.Exec(ctx, "SELECT pg_advisory_lock($1)", int64(makersLock)); err != nil {
		return err
	}
	defer func() {
		_, _ = c.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", int64(makersLock)) // it ends with the connection at the latest
	}()
	if made, err := templateIsMade(ctx, c, template); err != nil || made {
		return err
	}
	if err := ensureRole(ctx, c); err != nil {
		return err
	}
	if _, err := c.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(template)+" WITH (FORCE)"); err != nil {
		return err
	}
	if err := createDatabase(ctx, c, template, "template1"); err != nil {
		return err
	}
	if err := fill(ctx, server, template, prepare); err != nil {
		return fmt.Errorf("prepare: %w", err)
	}
	_, err := c.Exec(ctx, "ALTER DATABASE "+quote(template)+" WITH ALLOW_CONNECTIONS false IS_TEMPLATE true")
	if err == nil {
		_, err = c.Exec(ctx, "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1", template)
	}
	return err
}

// ensureRole gives a server that is not ours the role that ours has from the start.
func ensureRole(ctx context.Context, c *pgx.Conn) error {
	_, err := c.Exec(ctx, `DO $$ BEGIN
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'marketa') THEN CREATE ROLE marketa; END IF;
		ALTER ROLE marketa LOGIN CREATEROLE CREATEDB NOSUPERUSER NOBYPASSRLS PASSWORD 'marketa';
	END $$`)
	return err
}

func fill(ctx context.Context, server, template string, prepare func(context.Context, string) error) error {
	if err := installVector(ctx, server, template); err != nil {
		return err
	}
	address, err := plainURL(server, template)
	if err != nil {
		return err
	}
	return prepare(ctx, address)
}

// installVector does what only a superuser may.
func installVector(ctx context.Context, server, database string) error {
	config, err := pgx.ParseConfig(server)
	if err != nil {
		return err
	}
	config.Database = database
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer c.Close(context.WithoutCancel(ctx))
	_, err = c.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS vector")
	return err
}

// plainURL is the address of a database on the same server for the plain role.
func plainURL(server, database string) (string, error) {
	u, err := url.Parse(server)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		return "", fmt.Errorf("%s must be an address that begins with postgres://", TestDatabaseURL) // without it: a password may be inside
	}
	u.User, u.Path = url.UserPassword("marketa", "marketa"), "/"+database
	return u.String(), nil
}

func drop(ctx context.Context, server, name string) error {
	c, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer c.Close(ctx)
	_, err = c.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)+" WITH (FORCE)")
	return err
}

// dropForgotten clears away what failed and killed tests have left: nobody is connected, and either an hour has passed
// since the time in the name, or so many have come since that memory is at stake.
func dropForgotten(ctx context.Context, c *pgx.Conn) error {
	rows, err := c.Query(ctx, `WITH made AS (
			SELECT oid, datname, right(datname, 15) AS at, row_number() OVER (ORDER BY right(datname, 15) DESC) AS nth
			FROM pg_database WHERE datname ~ '^test_.*_[0-9a-f]{8}_[a-z0-9]{6}$')
		SELECT datname FROM made WHERE NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datid = made.oid)
		AND (nth > 100 OR ('x' || left(at, 8))::bit(32)::bigint < extract(epoch FROM now()) - 3600)`)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		_, _ = c.Exec(ctx, "DROP DATABASE IF EXISTS "+quote(name)) // another test may be faster, or somebody has come to look
	}
	return err
}

func quote(name string) string { return pgx.Identifier{name}.Sanitize() }
