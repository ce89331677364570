// Package storetest gives every test a database of its own on a real PostgreSQL, in a fraction of a second.
//
// It knows how a test server is shared and how databases are cloned, and nothing of what is in them. It may import
// store/embedded and internal/fault. Start reading at [Clone].
package storetest

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"marketa/internal/fault"
	"marketa/store/embedded"
)

// TestDatabaseURL is the environment variable that names a server to use instead of one of our own: as a superuser, with
// pgvector installed. Its role marketa gets the password "marketa".
const TestDatabaseURL = "MARKETA_TEST_DATABASE_URL"

const (
	lifetime   = 24 * time.Hour // of a server that nobody stops
	renewAfter = 12 * time.Hour // so that no server ends under a test
)

// Cluster returns the superuser's URL of a fast PostgreSQL (in memory where the machine allows it) that all tests of this
// user share. The first test to need it starts it and it stays for the next run: `make test` ends it, or the day does. It
// does not end while a test that has asked for it runs.
func Cluster(tb testing.TB) string {
	tb.Helper()
	if url := os.Getenv(TestDatabaseURL); url != "" {
		return url
	}
	o := embedded.Options{Dir: clusterDir(), Fast: true}
	if err := hold(tb, o); err != nil {
		tb.Fatalf("test server: %s (%v)", fault.Say(err), err)
	}
	s, err := embedded.Share(tb.Context(), o, lifetime)
	if err != nil {
		tb.Fatalf("test server: %s (%v)", fault.Say(err), err)
	}
	return s.SuperuserURL()
}

// clusterDir is in memory if there is room for many databases, and the same for all processes of this user.
// deploy/setup/stop-test-server.sh looks in the same two places: change both.
func clusterDir() string {
	name := fmt.Sprintf("marketa-test-%d", os.Getuid())
	memory := filepath.Join("/dev/shm", name)
	if _, err := os.Stat(memory); err == nil || freeBytes("/dev/shm") > 2<<30 {
		return memory
	}
	return filepath.Join(os.TempDir(), name)
}

func freeBytes(dir string) uint64 {
	var s syscall.Statfs_t
	if syscall.Statfs(dir, &s) != nil {
		return 0
	}
	return s.Bavail * uint64(s.Bsize)
}

// hold keeps the server from being stopped until the test is over: a shared lock on a file beside the folder. Whoever
// stops the server takes that lock for itself alone. The first one in uses the occasion to clear away a server that is
// old or has died.
func hold(tb testing.TB, o embedded.Options) error {
	f, err := os.OpenFile(o.Dir+".users", os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	tb.Cleanup(func() { _ = f.Close() })
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		if err := renew(tb.Context(), o); err != nil {
			return err
		}
	}
	return flockShared(f)
}

func flockShared(f *os.File) error {
	for {
		if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH); err != syscall.EINTR {
			return err
		}
	}
}

// renew removes what is there unless a young server runs on it.
func renew(ctx context.Context, o embedded.Options) error {
	if err := ours(o.Dir); err != nil {
		return err
	}
	s, err := embedded.Find(ctx, o)
	if err != nil {
		return err
	}
	if s != nil && s.Age() < renewAfter {
		return nil
	}
	if s != nil {
		if err := s.Stop(ctx); err != nil {
			return err
		}
	}
	return os.RemoveAll(o.Dir)
}

// ours refuses a folder that another user has put in the public place before us.
func ours(dir string) error {
	info, err := os.Lstat(dir)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	if owner, ok := info.Sys().(*syscall.Stat_t); !ok || !info.IsDir() || int(owner.Uid) != os.Getuid() {
		return fault.New(fault.Denied, "%s is not a folder of this user. Remove it, or name a test server in %s.", dir, TestDatabaseURL)
	}
	return nil
}
