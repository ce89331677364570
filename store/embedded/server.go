// Package embedded is a private PostgreSQL server for people who have not been given one: it makes a data folder, starts
// the machine's own `postgres` on it, listens on a socket that nobody else can reach, and stops it again.
//
// It knows processes, folders and locks, and nothing of what is stored. It may import internal/fault only (and pgx).
// Start reading at [Start]; then home.go (where things lie), pidfile.go (who runs there), launch.go (how one is started).
package embedded

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"
)

// Options of a server.
type Options struct {
	Dir  string       // Marketa's data folder; made when missing. The server's own files go to Dir/postgres
	Fast bool         // for tests: nothing survives a power cut, and many may connect
	Log  func(string) // one plain line now and then, for a person; nil is silence
}

// Server is a running PostgreSQL.
type Server struct {
	home home
	post postmaster
	lock *os.File        // held as long as the server is ours; nil when it is shared
	done <-chan struct{} // closed when our child has ended; nil for a server that somebody else started
}

// Start returns a server on o.Dir that is ready for queries, and holds the folder until Stop. The first start makes the
// database (a second or two); a later one takes a fraction of that. The server ends with this process, however that ends;
// where it could not, or is still busy ending, it is stopped first: one that follows its dead parent is not to be relied on.
//
// Errors carry a sentence for people: [fault.Conflict] when another Marketa runs on the folder, [fault.Unavailable] when
// PostgreSQL or pgvector is missing, or does not start.
func Start(ctx context.Context, o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("embedded: start: %w", err)
	}
	lock, err := lockNow(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("embedded: start: %w", err)
	}
	s, err := o.findOrLaunch(ctx, launch{})
	if err != nil {
		_ = lock.Close()
		return nil, fmt.Errorf("embedded: start: %w", err)
	}
	s.lock = lock
	return s, nil
}

// Share returns the server of o.Dir to any number of callers, in any number of processes; the first one starts it. It
// outlives them all and ends at [Server.Stop], or by itself when lifetime is over (where the system has the command
// `timeout`; else with the machine). For tests, which cannot know which of them is the last.
func Share(ctx context.Context, o Options, lifetime time.Duration) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("embedded: share: %w", err)
	}
	lock, err := lockInTurn(ctx, o.Dir)
	if err != nil {
		return nil, fmt.Errorf("embedded: share: %w", err)
	}
	defer lock.Close()
	s, err := o.findOrLaunch(ctx, launch{outlives: true, lifetime: lifetime})
	if err != nil {
		return nil, fmt.Errorf("embedded: share: %w", err)
	}
	return s, nil
}

// Find returns the server that runs on o.Dir, nil when none does. It starts nothing and takes no lock.
func Find(ctx context.Context, o Options) (*Server, error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("embedded: find: %w", err)
	}
	h, err := o.home()
	if err != nil {
		return nil, fmt.Errorf("embedded: find: %w", err)
	}
	s, err := h.running(ctx)
	if err != nil {
		return nil, fmt.Errorf("embedded: find: %w", err)
	}
	return s, nil
}

// complete makes the folder and its name fit for comparing: absolute, without symbolic links.
func (o *Options) complete() (err error) {
	if o.Log == nil {
		o.Log = func(string) {}
	}
	o.Dir, err = makeDir(o.Dir)
	return err
}

func (o Options) findOrLaunch(ctx context.Context, l launch) (*Server, error) {
	h, err := o.home()
	if err != nil {
		return nil, err
	}
	s, err := h.running(ctx)
	if err != nil {
		return nil, err
	}
	if s != nil && !l.outlives {
		if err := s.Stop(ctx); err != nil {
			return nil, err
		}
		s = nil
	}
	if s == nil {
		if s, err = o.launch(ctx, h, l); err != nil {
			return nil, err
		}
	}
	if err := s.prepare(ctx); err != nil {
		_ = s.Stop(context.WithoutCancel(ctx))
		return nil, err
	}
	return s, nil
}

// launch makes the data folder if there is none, and starts a server on it.
func (o Options) launch(ctx context.Context, h home, l launch) (*Server, error) {
	p, err := findPrograms(h.version())
	if err != nil {
		return nil, err
	}
	if !h.made() {
		o.Log("Making the database in " + h.path)
		if err := h.initdb(ctx, p, o.Fast); err != nil {
			return nil, err
		}
	}
	l.settings = settings(o.Fast)
	return h.launch(ctx, p, l)
}

// settings is the difference between keeping people's data and running tests. Either way the log gets no values: error
// details and statements would carry phone numbers and message texts into it.
func settings(fast bool) []string {
	common := []string{
		"listen_addresses=", "unix_socket_permissions=0700", "timezone=UTC", "log_timezone=UTC", "cluster_name=marketa",
		"log_error_verbosity=terse", "log_min_error_statement=panic", "log_parameter_max_length_on_error=0", "logging_collector=off",
	}
	if !fast {
		return append(common, "max_connections=100", "shared_buffers=128MB")
	}
	return append(common, "max_connections=400", "shared_buffers=64MB", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
		"wal_level=minimal", "max_wal_senders=0", "min_wal_size=32MB", "max_wal_size=256MB", "autovacuum=off", "jit=off")
}

const (
	superuser = "postgres"
	plainRole = "marketa"
	database  = "marketa"
	port      = 5432 // part of the socket's name; no network port is opened
)

// URL is the database marketa for the plain role marketa, which owns it: no superuser, row-level security applies.
func (s *Server) URL() string { return s.url(plainRole, database) }

// SuperuserURL is the maintenance database for the superuser. The app has no use for it; tests make databases with it.
func (s *Server) SuperuserURL() string { return s.url(superuser, "postgres") }

func (s *Server) url(role, database string) string {
	query := url.Values{"host": {s.post.socketDir}, "port": {fmt.Sprint(s.post.port)}}.Encode()
	// A plus means a blank to Go and itself to libpq; %20 means a blank to both.
	return fmt.Sprintf("postgres://%s@/%s?%s", role, database, strings.ReplaceAll(query, "+", "%20"))
}

// Age is how long the server has been running.
func (s *Server) Age() time.Duration { return time.Since(s.post.started) }
