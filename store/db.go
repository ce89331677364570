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
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"marketa/internal/fault"
)

// Role is the database role that a transaction takes; it decides what the transaction may see and do.
type Role string

const (
	roleApp Role = "marketa_app"    // one restaurant: agent, tools, jobs
	Ingest  Role = "marketa_ingest" // what vendors send us, of many restaurants; reads no text
	Desk    Role = "marketa_desk"   // managers' lists and presses, sweepers
)

// DB is the door to Postgres.
type DB struct {
	Clock Clock // SystemClock unless a test or the sandbox moves time
	Pace  Pace  // what each number may send; DefaultPace when empty

	pool   *pgxpool.Pool
	jobs   *river.Client[pgx.Tx] // inserts only
	ingest ingester
}

// Tx is one transaction with one now.
type Tx struct {
	Now        time.Time
	Restaurant RestaurantID // zero in a System transaction

	tx   pgx.Tx
	db   *DB
	role Role
}

// Open connects; it neither migrates nor starts anything.
func Open(ctx context.Context, url string) (*DB, error) {
	cfg, err := poolConfig(url)
	if err != nil {
		return nil, err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("store: open: %w", err)
	}
	jobs, err := river.NewClient(riverpgxv5.New(pool), &river.Config{Logger: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		pool.Close()
		return nil, fmt.Errorf("store: job client: %w", err)
	}
	db := &DB{Clock: SystemClock{}, pool: pool, jobs: jobs}
	db.ingest.commit, db.ingest.salvage = db.commitInbound, db.salvage
	return db, nil
}

// poolConfig reads an address, whose password must not be in the error.
func poolConfig(url string) (*pgxpool.Config, error) {
	cfg, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "DATABASE_URL cannot be read. It looks like postgres://user:password@host:5432/database.")
	}
	cfg.MaxConns = max(cfg.MaxConns, 16)
	if cfg.ConnConfig.ConnectTimeout == 0 {
		cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	}
	cfg.AfterConnect = knowVectors
	return cfg, nil
}

// Close ends all connections.
func (db *DB) Close() { db.pool.Close() }

// Pool is for River's worker client and for readiness; queries go through Tx and System.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

type restaurantKey struct{}

// WithRestaurant binds a context to one restaurant: everything below sees that one only.
func WithRestaurant(ctx context.Context, id RestaurantID) context.Context {
	return context.WithValue(ctx, restaurantKey{}, id)
}

// RestaurantFrom is the restaurant that the context is bound to.
func RestaurantFrom(ctx context.Context) (RestaurantID, bool) {
	id, ok := ctx.Value(restaurantKey{}).(RestaurantID)
	return id, ok && !id.IsZero()
}

var errNoRestaurant = errors.New("store: transaction without a restaurant")

// Tx runs fn for the context's restaurant. An error, also from the commit, means that nothing of it happened, unless the
// connection broke during the commit.
func (db *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	id, ok := RestaurantFrom(ctx)
	if !ok {
		return errNoRestaurant
	}
	return db.run(ctx, roleApp, id, fn)
}

// System runs fn across restaurants, under the ingest or the desk role.
func (db *DB) System(ctx context.Context, role Role, fn func(tx *Tx) error) error {
	if role != Ingest && role != Desk {
		return fmt.Errorf("store: %q is not a system role", role)
	}
	return db.run(ctx, role, RestaurantID{}, fn)
}

// preamble takes the role and binds the restaurant for this transaction alone, in one round trip.
func (db *DB) run(ctx context.Context, role Role, id RestaurantID, fn func(tx *Tx) error) error {
	restaurant := ""
	if !id.IsZero() {
		restaurant = id.String()
	}
	// Read committed, whatever the server's own default: whoever has waited for a row must see what it has become.
	return pgx.BeginTxFunc(ctx, db.pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(tx pgx.Tx) error {
		const preamble = `SELECT set_config('role', $1, true), set_config('app.restaurant_id', $2, true)`
		if _, err := tx.Exec(ctx, preamble, string(role), restaurant); err != nil {
			return fmt.Errorf("store: take role: %w", err)
		}
		return fn(&Tx{Now: db.Clock.Now().Truncate(time.Microsecond), Restaurant: id, tx: tx, db: db, role: role})
	})
}

// Enqueue puts jobs into the queue with this transaction's commit.
func (tx *Tx) Enqueue(ctx context.Context, jobs ...river.JobArgs) error {
	if len(jobs) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, j := range jobs {
		params[i] = river.InsertManyParams{Args: j}
	}
	if _, err := tx.db.jobs.InsertManyFastTx(ctx, tx.tx, params); err != nil {
		return fmt.Errorf("store: enqueue: %w", err)
	}
	return nil
}

func (tx *Tx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := tx.tx.Exec(ctx, sql, args...)
	return tag.RowsAffected(), err
}

// rows collects every row into a T by column name.
func rows[T any](ctx context.Context, tx *Tx, sql string, args ...any) ([]T, error) {
	r, err := tx.tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(r, pgx.RowToStructByName[T])
}

// row collects exactly one row; pgx.ErrNoRows becomes fault.NotFound.
func row[T any](ctx context.Context, tx *Tx, sql string, args ...any) (T, error) {
	r, err := tx.tx.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, err
	}
	v, err := pgx.CollectExactlyOneRow(r, pgx.RowToStructByName[T])
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fault.Wrap(err, fault.NotFound, "That is not there any more.")
	}
	return v, err
}

// value collects one column of one row.
func value[T any](ctx context.Context, tx *Tx, sql string, args ...any) (T, error) {
	var v T
	err := tx.tx.QueryRow(ctx, sql, args...).Scan(&v)
	if errors.Is(err, pgx.ErrNoRows) {
		return v, fault.Wrap(err, fault.NotFound, "That is not there any more.")
	}
	return v, err
}

// IsRefused says that the database itself refused: a right, a policy, a key or a check.
func IsRefused(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == "42501" || class(pg) == "23"
}
