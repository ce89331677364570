package embedded

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"marketa/internal/fault"
)

// The lock is ours, not PostgreSQL's: flock on Dir/lock, with our process number inside. The kernel lets go of it when we
// end, however that is. The server does not inherit it, for Go opens files close-on-exec.

// lockNow takes the folder, or says who has it.
func lockNow(dir string) (*os.File, error) {
	f, err := tryLock(dir)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return nil, fault.Wrap(err, fault.Conflict,
			"Marketa is already running on this folder (%s). Stop that one first, or give this one another folder with MARKETA_DATA_DIR.", holder(dir))
	}
	return f, err
}

// lockInTurn takes the folder as soon as those before us are done with it.
func lockInTurn(ctx context.Context, dir string) (*os.File, error) {
	for {
		f, err := tryLock(dir)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return f, err
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

func tryLock(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fault.Wrap(err, fault.Denied, "The folder %s belongs to another user; choose another one with MARKETA_DATA_DIR.", dir)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		err = f.Truncate(0)
	}
	if err == nil {
		_, err = f.WriteString(fmt.Sprintln(os.Getpid()))
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", f.Name(), err)
	}
	return f, nil
}

// holder names the process that has the lock, as far as it has said so yet.
func holder(dir string) string {
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return "another process"
	}
	defer f.Close()
	number, err := io.ReadAll(io.LimitReader(f, 20))
	if err != nil || len(number) == 0 {
		return "another process"
	}
	return "process " + strings.TrimSpace(string(number))
}

// pause waits for a while between two looks at something outside this process; it ends early with ctx.
func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
