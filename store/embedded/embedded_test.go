package embedded_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"marketa/internal/fault"
	"marketa/store/embedded"
)

// TestMain lets a test start this very program as a second Marketa, which starts a server, says so, and waits to be killed.
func TestMain(m *testing.M) {
	if dir := os.Getenv("EMBEDDED_TEST_CHILD"); dir != "" {
		child(dir)
		return
	}
	os.Exit(m.Run())
}

func child(dir string) {
	o := embedded.Options{Dir: dir, Fast: true}
	start := func() (*embedded.Server, error) { return embedded.Start(context.Background(), o) }
	if os.Getenv("EMBEDDED_TEST_SHARE") != "" {
		start = func() (*embedded.Server, error) { return embedded.Share(context.Background(), o, time.Hour) }
	}
	s, err := start()
	if err != nil {
		fmt.Println("failed:", fault.Say(err), err)
		return
	}
	fmt.Println("ready", s.URL())
	select {}
}

// folder is a data folder that the database's user can enter even where tests run as root, removed at the end.
func folder(t *testing.T) string {
	t.Helper()
	base, err := os.MkdirTemp("", "embedded")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	if err := os.Chmod(base, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(base, "data")
}

func start(t *testing.T, o embedded.Options) *embedded.Server {
	t.Helper()
	s, err := embedded.Start(t.Context(), o)
	if err != nil {
		t.Fatalf("%v (said: %s)", err, fault.Say(err))
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *embedded.Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

// startChild runs a second Marketa on dir and returns when its server is ready.
func startChild(t *testing.T, dir string, env ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), append(env, "EMBEDDED_TEST_CHILD="+dir)...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Process.Kill(), c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "ready ") {
		t.Fatalf("the child said %q, %v", line, err)
	}
	return c
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func query[T any](t *testing.T, url, sql string, args ...any) T {
	t.Helper()
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	var v T
	if err := c.QueryRow(t.Context(), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

func serverPID(t *testing.T, dir string) int {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(dir, "postgres", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(content), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestTheFirstStartMakesAPlainRoleThatOwnsItsDatabase(t *testing.T) {
	var log []string
	s := start(t, embedded.Options{Dir: folder(t), Fast: true, Log: func(line string) { log = append(log, line) }})

	role := query[string](t, s.URL(), `SELECT concat_ws(' ', rolname, rolcanlogin, rolcreaterole, rolcreatedb, rolsuper, rolbypassrls)
		FROM pg_roles WHERE rolname = current_user`)
	if role != "marketa t t t f f" {
		t.Errorf("role: %s", role)
	}
	owner := query[string](t, s.URL(), `SELECT datname || ' ' || pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()`)
	if owner != "marketa marketa" {
		t.Errorf("database and owner: %s", owner)
	}
	if d := query[float64](t, s.URL(), `SELECT '[1,2]'::halfvec <-> '[1,0]'::halfvec`); d != 2 {
		t.Errorf("halfvec distance: %v", d)
	}
	if upper := query[string](t, s.URL(), `SELECT upper('žluť кафе')`); upper != "ŽLUŤ КАФЕ" {
		t.Errorf("upper case: %s", upper)
	}
	if admin := query[string](t, s.SuperuserURL(), `SELECT current_database() || ' ' || usesuper FROM pg_user WHERE usename = current_user`); admin != "postgres true" {
		t.Errorf("superuser: %s", admin)
	}
	if len(log) == 0 || !strings.Contains(log[0], "database") {
		t.Errorf("said %q", log)
	}
}

func TestASecondStartFindsTheDataAgain(t *testing.T) {
	o := embedded.Options{Dir: folder(t), Fast: true}
	s := start(t, o)
	query[int](t, s.URL(), `WITH t AS (SELECT lo_from_bytea(4711, 'kept')) SELECT count(*)::int FROM t`)
	stop(t, s)
	s = start(t, o)
	if got := query[string](t, s.URL(), `SELECT convert_from(lo_get(4711), 'UTF8')`); got != "kept" {
		t.Errorf("found %q", got)
	}
}

func TestThePathMayHaveBlanksAndMarks(t *testing.T) {
	dir := filepath.Join(folder(t), "Application Support", `50% & "more" [1], ünï`)
	s := start(t, embedded.Options{Dir: dir, Fast: true})
	if got := query[string](t, s.SuperuserURL(), `SHOW data_directory`); got != filepath.Join(dir, "postgres", "data") {
		t.Errorf("data in %s", got)
	}
}

func TestThePathMayBeLongerThanASocketsName(t *testing.T) {
	dir := filepath.Join(folder(t), strings.Repeat("long", 30))
	s := start(t, embedded.Options{Dir: dir, Fast: true})
	sockets := query[string](t, s.SuperuserURL(), `SHOW unix_socket_directories`)
	if strings.HasPrefix(sockets, dir) {
		t.Fatalf("socket in %s", sockets)
	}
	stop(t, s)
	if _, err := os.Stat(sockets); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s stays behind: %v", sockets, err)
	}
}

func TestASecondMarketaOnTheSameFolderIsRefusedInPlainWords(t *testing.T) {
	o := embedded.Options{Dir: folder(t), Fast: true}
	s := start(t, o)
	_, err := embedded.Start(t.Context(), o)
	want := fmt.Sprintf("Marketa is already running on this folder (process %d)", os.Getpid())
	if !errors.Is(err, fault.Conflict) || !strings.HasPrefix(fault.Say(err), want) {
		t.Errorf("said %q for %v", fault.Say(err), err)
	}
	query[int](t, s.URL(), "SELECT 1") // the first one is not disturbed
	stop(t, s)
	start(t, o)
}

func TestAfterAKillTheNextStartGoesOn(t *testing.T) {
	dir := folder(t)
	c := startChild(t, dir)
	kill(t, c.Process.Pid)
	_ = c.Wait()
	s := start(t, embedded.Options{Dir: dir, Fast: true}) // at once, while the old server may still be there
	query[int](t, s.URL(), "SELECT 1")
}

func TestAServerLeftBehindIsReplaced(t *testing.T) {
	dir := folder(t)
	c := startChild(t, dir, "EMBEDDED_TEST_SHARE=1") // one that does not follow its parent
	kill(t, c.Process.Pid)
	_ = c.Wait()
	left := serverPID(t, dir)
	s := start(t, embedded.Options{Dir: dir, Fast: true})
	query[int](t, s.URL(), "SELECT 1")
	if now := serverPID(t, dir); now == left {
		t.Errorf("process %d goes on", left)
	}
}

func TestAfterAKillOfTheServerItselfTheNextStartRepairs(t *testing.T) {
	o := embedded.Options{Dir: folder(t), Fast: true}
	s := start(t, o)
	busy, err := pgx.Connect(t.Context(), s.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close(context.Background())
	kill(t, serverPID(t, o.Dir))
	stop(t, s)
	query[int](t, start(t, o).URL(), "SELECT 1")
}

func TestANumberReusedByAnotherProgramIsNoServer(t *testing.T) {
	o := embedded.Options{Dir: folder(t), Fast: true}
	stop(t, start(t, o))
	data := filepath.Join(o.Dir, "postgres", "data")
	for _, pid := range []int{somebodyElse(t, data), 1, 999999999} {
		stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  5432001         7\nready   \n", pid, data, filepath.Join(o.Dir, "postgres", "socket"))
		if err := os.WriteFile(filepath.Join(data, "postmaster.pid"), []byte(stale), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(filepath.Join(data, "postmaster.pid"), owner(t, data), -1); err != nil {
			t.Fatal(err)
		}
		s := start(t, o)
		query[int](t, s.URL(), "SELECT 1")
		stop(t, s)
	}
}

// somebodyElse is a program of the server's user, the only kind that PostgreSQL itself would take for a server.
func somebodyElse(t *testing.T, data string) int {
	t.Helper()
	c := exec.Command("sleep", "600")
	if os.Getuid() == 0 {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(owner(t, data))}}
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = c.Process.Kill(), c.Wait() })
	return c.Process.Pid
}

func owner(t *testing.T, path string) int {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

func TestAHalfMadeDatabaseIsMadeAgain(t *testing.T) {
	dir := folder(t)
	half := filepath.Join(dir, "postgres", "data.new", "base")
	if err := os.MkdirAll(half, 0o711); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	query[int](t, start(t, embedded.Options{Dir: dir, Fast: true}).URL(), "SELECT 1")
	if _, err := os.Stat(filepath.Dir(half)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the half stays: %v", err)
	}
}

// The start is cut short earlier and later, in initdb and while the server starts: what is left is always good to start on.
func TestAStartThatIsCutShortLeavesNothingInTheWay(t *testing.T) {
	o := embedded.Options{Dir: folder(t), Fast: true}
	for after := 50 * time.Millisecond; ; after *= 2 {
		ctx, cancel := context.WithTimeout(t.Context(), after)
		s, err := embedded.Start(ctx, o)
		cancel()
		if err == nil {
			t.Cleanup(func() { stop(t, s) })
			query[int](t, s.URL(), "SELECT 1")
			return
		}
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Fatalf("after %s: %v", after, err)
		}
	}
}

func TestASharedServerOutlivesWhoStartedItAndIsTheSameForAll(t *testing.T) {
	o := embedded.Options{Dir: folder(t), Fast: true}
	c := startChild(t, o.Dir, "EMBEDDED_TEST_SHARE=1")
	first := serverPID(t, o.Dir)
	kill(t, c.Process.Pid)
	_ = c.Wait()
	s, err := embedded.Share(t.Context(), o, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	if now := serverPID(t, o.Dir); now != first {
		t.Errorf("process %d, then %d", first, now)
	}
	if s.Age() < 0 || s.Age() > time.Hour {
		t.Errorf("age %s", s.Age())
	}
	stop(t, s)
	found, err := embedded.Find(t.Context(), o)
	if err != nil || found != nil {
		t.Errorf("after the end: %v, %v", found, err)
	}
}

func TestTheDatabaseMovesWhereItsUserCanReachIt(t *testing.T) {
	if os.Getuid() != 0 {
		t.Log("only root runs the server as another user")
		return
	}
	closed := folder(t)
	if err := os.MkdirAll(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	var log []string
	o := embedded.Options{Dir: filepath.Join(closed, "data"), Fast: true, Log: func(line string) { log = append(log, line) }}
	s := start(t, o)
	place := filepath.Dir(query[string](t, s.SuperuserURL(), `SHOW data_directory`))
	t.Cleanup(func() { _ = os.RemoveAll(place) })
	if !strings.HasPrefix(place, "/var/lib/marketa/") || !strings.Contains(strings.Join(log, "\n"), place) {
		t.Errorf("in %s, said %q", place, log)
	}
	stop(t, s)
	if err := os.Chmod(closed, 0o711); err != nil { // once there, it stays there
		t.Fatal(err)
	}
	s = start(t, o)
	if again := filepath.Dir(query[string](t, s.SuperuserURL(), `SHOW data_directory`)); again != place {
		t.Errorf("first in %s, then in %s", place, again)
	}
	stop(t, s)
}
