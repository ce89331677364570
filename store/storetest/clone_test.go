package storetest_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"marketa/store/storetest"
)

// newTemplate is a name that no other run has used, dropped at the end.
func newTemplate(t testing.TB) string {
	name := "t_" + strings.ToLower(rand.Text()[:8])
	server := storetest.Cluster(t)
	t.Cleanup(func() {
		exec(t, server, "ALTER DATABASE "+name+" IS_TEMPLATE false")
		exec(t, server, "DROP DATABASE "+name)
	})
	return name
}

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close(context.Background()) })
	return c
}

func exec(t testing.TB, url, sql string) {
	t.Helper()
	if _, err := connect(t, url).Exec(context.Background(), sql); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func value[T any](t testing.TB, url, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := connect(t, url).QueryRow(context.Background(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// prepareDishes makes a table, with data, as migrations do, and counts how often it is asked to.
func prepareDishes(runs *atomic.Int32) func(context.Context, string) error {
	return func(ctx context.Context, url string) error {
		runs.Add(1)
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			return err
		}
		_, err = c.Exec(ctx, "CREATE TABLE dishes (name text, taste halfvec(3)); INSERT INTO dishes VALUES ('soup', '[1,2,3]')")
		return err // the connection stays open, as careless code leaves it
	}
}

func TestClonesStartAlikeAndShareNothing(t *testing.T) {
	var runs atomic.Int32
	template := newTemplate(t)
	var wait sync.WaitGroup
	for i := range 6 {
		wait.Go(func() {
			url := storetest.Clone(t, template, prepareDishes(&runs))
			exec(t, url, fmt.Sprintf("INSERT INTO dishes VALUES ('dish %d')", i))
			if n := value[int](t, url, "SELECT count(*) FROM dishes"); n != 2 {
				t.Errorf("clone %d has %d dishes", i, n)
			}
		})
	}
	wait.Wait()
	if runs.Load() != 1 {
		t.Errorf("prepared %d times", runs.Load())
	}
}

func TestACloneConnectsAsThePlainOwner(t *testing.T) {
	var runs atomic.Int32
	url := storetest.Clone(t, newTemplate(t), prepareDishes(&runs))
	got := value[string](t, url, `SELECT concat_ws(' ', rolname, rolsuper, rolbypassrls, rolcreaterole, pg_get_userbyid(datdba))
		FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`)
	if got != "marketa f f t marketa" {
		t.Errorf("role, rights, owner: %s", got)
	}
	exec(t, url, "ALTER TABLE dishes ADD price int") // what prepare made is its own
}

func TestATemplateLeftHalfMadeIsMadeAgain(t *testing.T) {
	var runs atomic.Int32
	template := newTemplate(t)
	exec(t, storetest.Cluster(t), "CREATE DATABASE "+template)
	url := storetest.Clone(t, template, prepareDishes(&runs))
	if n := value[int](t, url, "SELECT count(*) FROM dishes"); n != 1 || runs.Load() != 1 {
		t.Errorf("%d dishes after preparing %d times", n, runs.Load())
	}
}

func TestAPreparationThatFailsIsToldAndTriedAgain(t *testing.T) {
	var runs atomic.Int32
	template := newTemplate(t)
	told := outcome(t, func(tb testing.TB) {
		storetest.Clone(tb, template, func(context.Context, string) error { return errors.New("migration 7 is broken") })
	})
	if !strings.Contains(told, "migration 7 is broken") {
		t.Errorf("told: %s", told)
	}
	storetest.Clone(t, template, prepareDishes(&runs))
}

func TestADatabaseStaysOnlyAfterAFailure(t *testing.T) {
	var runs atomic.Int32
	template := newTemplate(t)
	var kept, gone string
	told := outcome(t, func(tb testing.TB) {
		kept = storetest.Clone(tb, template, prepareDishes(&runs))
		tb.Fail()
	})
	if !strings.Contains(told, kept) {
		t.Errorf("told %q of %s", told, kept)
	}
	exec(t, kept, "SELECT FROM dishes")
	outcome(t, func(tb testing.TB) { gone = storetest.Clone(tb, template, prepareDishes(&runs)) })
	if _, err := pgx.Connect(t.Context(), gone); err == nil {
		t.Errorf("%s is still there", gone)
	}
}

func TestForgottenDatabasesAreClearedAway(t *testing.T) {
	var runs atomic.Int32
	server := storetest.Cluster(t)
	forgotten := "test_forgotten_60000000_" + strings.ToLower(rand.Text()[:6])
	exec(t, server, "CREATE DATABASE "+forgotten)
	storetest.Clone(t, newTemplate(t), prepareDishes(&runs))
	if value[bool](t, server, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", forgotten) {
		t.Error("it is still there")
	}
}

// outcome runs part of a test as a test of its own, which may fail, and returns what it printed.
func outcome(t *testing.T, part func(testing.TB)) string {
	t.Helper()
	inner := &innerTest{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer inner.end()
		part(inner)
	}()
	<-done
	return inner.printed.String()
}

type innerTest struct {
	testing.TB
	failed   bool
	printed  strings.Builder
	cleanups []func()
}

func (i *innerTest) Context() context.Context { return context.Background() }
func (i *innerTest) Cleanup(f func())         { i.cleanups = append(i.cleanups, f) }
func (i *innerTest) Failed() bool             { return i.failed }
func (i *innerTest) Fail()                    { i.failed = true }
func (i *innerTest) Logf(format string, args ...any) {
	fmt.Fprintf(&i.printed, format+"\n", args...)
}

func (i *innerTest) Fatalf(format string, args ...any) {
	i.Logf(format, args...)
	i.failed = true
	panic(i) // ends the part; end recovers it
}

func (i *innerTest) end() {
	if r := recover(); r != nil && r != any(i) {
		panic(r)
	}
	for n := len(i.cleanups) - 1; n >= 0; n-- {
		i.cleanups[n]()
	}
}

func BenchmarkClone(b *testing.B) {
	var runs atomic.Int32
	template := newTemplate(b)
	storetest.Clone(b, template, prepareDishes(&runs))
	for b.Loop() {
		inner := &innerTest{TB: b}
		storetest.Clone(inner, template, prepareDishes(&runs))
		inner.end()
	}
}
