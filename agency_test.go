package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"marketa/sandbox"
	"marketa/sandbox/actor"
	"marketa/sandbox/wire"
	"marketa/store"
	"marketa/store/storetest"
)

// agency is the real App on a free port, against the simulated vendors, with a database of its own and a clock that stands
// still until the test moves it.
type agency struct {
	t     testing.TB
	clock *wire.Clock
	world *sandbox.World
	cfg   Config
	app   *App
	log   *lockedBuffer
	door  *publicDoor   // PUBLIC_URL: people and vendors reach the platform here, before and after a restart
	out   *lockedBuffer // what the platform prints for whoever has started it
}

// lockedBuffer keeps the log; it is printed when the test fails.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// newAgencyIn makes one in a world that prepare may change before the platform starts.
func newAgencyIn(t testing.TB, start time.Time, mind actor.Mind, prepare func(*sandbox.World, *Config)) *agency {
	t.Helper()
	a := &agency{t: t, clock: wire.Simulated(start), log: &lockedBuffer{}, out: &lockedBuffer{}}
	var err error
	if a.world, err = sandbox.Start(sandbox.Config{Clock: a.clock, Seed: 7, Mind: mind}); err != nil {
		t.Fatal(err)
	}
	cfg, err := LoadConfig([]string{"MARKETA_ENV=production", "LISTEN_ADDR=127.0.0.1:0", "MARKETA_DATA_DIR=" + t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	cfg.DatabaseURL = storetest.URL(t)
	a.cfg = cfg.against(a.world)
	a.door = openDoor(t)
	a.cfg.PublicURL = a.door.URL
	a.cfg.CRMPace = 0 // the clock stands still: the store's own test sees to the pace
	a.world.Planfix.EnforceRate(false)
	prepare(a.world, &a.cfg)
	a.start()
	a.world.Hook("http://" + a.app.Addr)
	t.Cleanup(func() {
		_ = stopApp(a.app)
		_ = a.world.Close()
		if t.Failed() {
			t.Log("the platform's log:\n" + a.log.String())
		}
	})
	return a
}

func (a *agency) start() {
	a.t.Helper()
	app, err := NewApp(context.Background(), a.cfg, a.clock, slog.New(slog.NewTextHandler(a.log, nil)))
	if err != nil {
		a.t.Fatal(err)
	}
	app.Out = a.out
	err = app.Start(context.Background(), RoleAll)
	for try := 0; err != nil && try < 50; try++ { // after a restart somebody else's call may sit on the port for a moment
		time.Sleep(100 * time.Millisecond)
		_ = stopApp(app)
		if app, err = NewApp(context.Background(), a.cfg, a.clock, slog.New(slog.NewTextHandler(a.log, nil))); err == nil {
			err = app.Start(context.Background(), RoleAll)
		}
	}
	if err != nil {
		a.t.Fatal(err)
	}
	a.door.leadsTo(app.Addr)
	a.app, a.cfg.ListenAddr = app, app.Addr // a restart must come back where the webhooks go
}

func (a *agency) restart() {
	a.t.Helper()
	if err := stopApp(a.app); err != nil {
		a.t.Fatal(err)
	}
	a.start()
}

const (
	tick    = 8 * time.Millisecond // of the real clock, between two looks
	enough  = 3                    // looks that show no change
	stuck   = 150                  // looks, when somebody is at work: perhaps it waits for the clock
	stride  = 2 * time.Second      // of the simulated clock, while something waits for time to pass
	horizon = 20 * time.Second     // what waits longer than this is not waited for
	patient = 90 * time.Second     // of the real clock, until a test gives up
)

// settle lets everything finish that is under way, moving the clock as long as something waits for the near future.
func (a *agency) settle() {
	a.t.Helper()
	giveUp := time.Now().Add(patient)
	last, same := "", 0
	for {
		now := a.fingerprint()
		if now == last && a.world.UnderWay() == 0 {
			same++
		} else {
			last, same = now, 0
		}
		if same >= enough {
			what := a.outstanding()
			if what == "" {
				return
			}
			if time.Now().After(giveUp) {
				a.t.Fatalf("it never settles: %s", what)
			}
			// On a busy machine work may take long; the clock must not run away from it, or leases and presses lapse.
			if same >= stuck || !a.working() {
				a.advance(stride)
				same = 0
			}
		}
		time.Sleep(tick)
	}
}

// advance moves the clock; jobs that River would promote by its own clock come along.
func (a *agency) advance(d time.Duration) {
	a.clock.Advance(d)
	if _, err := a.app.db.Pool().Exec(context.Background(), `UPDATE river_job SET state = 'available', scheduled_at = now() WHERE state IN ('retryable', 'scheduled')`); err != nil {
		a.t.Fatal(err)
	}
}

func (a *agency) fingerprint() string {
	var jobs string
	if err := a.app.db.Pool().QueryRow(context.Background(), `SELECT coalesce(string_agg(state || n, ' ' ORDER BY state), '') FROM
		(SELECT state::text, count(*)::text AS n FROM river_job GROUP BY 1) t`).Scan(&jobs); err != nil {
		a.t.Fatal(err)
	}
	seen := []any{jobs, len(a.world.Telegram.Calls()), len(a.world.Gemini.Calls()), len(a.world.OpenAI.Calls())}
	mail := a.world.Mail()
	for _, vendor := range slices.Sorted(maps.Keys(mail)) {
		pending, waiting := mail[vendor].Pending()
		seen = append(seen, pending, waiting)
	}
	return fmt.Sprint(seen...)
}

// working says that somebody does something right now, rather than waiting for time to pass.
func (a *agency) working() bool {
	for _, m := range a.world.Mail() {
		if pending, waiting := m.Pending(); pending > 0 && waiting == 0 {
			return true
		}
	}
	var running, bursts int
	ctx := context.Background()
	tx, err := a.app.db.Pool().Begin(ctx)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(ctx) }()
	if _, err := tx.Exec(ctx, `SET LOCAL ROLE marketa_desk`); err != nil {
		a.t.Fatal(err)
	}
	// A turn that sits out a burst is a running job, too.
	if err := tx.QueryRow(ctx, `SELECT (SELECT count(*) FROM river_job WHERE state IN ('available', 'running')),
		(SELECT count(*) FROM chats WHERE busy_since IS NOT NULL AND (lease_until IS NULL OR lease_until < $1))`, a.clock.Now()).Scan(&running, &bursts); err != nil {
		a.t.Fatal(err)
	}
	return running > bursts
}

// outstanding says what still has to happen soon; empty when all is quiet. What is on its way is looked at before the
// database: in the other order it could arrive in between and be seen by neither look.
func (a *agency) outstanding() (what string) {
	a.t.Helper()
	for vendor, m := range a.world.Mail() {
		if p, _ := m.Pending(); p > 0 {
			return vendor + " webhooks"
		}
	}
	err := a.app.db.System(context.Background(), store.Desk, func(tx *store.Tx) (err error) {
		what, err = tx.Outstanding(context.Background(), horizon)
		return err
	})
	if err != nil {
		a.t.Fatal(err)
	}
	return what
}
