package embedded

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"marketa/internal/fault"
)

// initdb makes the data folder under another name and renames it when it is whole: what a stopped or killed initdb leaves
// behind never looks like a database, and the next start clears it away.
func (h home) initdb(ctx context.Context, p programs, fast bool) error {
	half := h.data() + ".new"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	var err error
	for _, locale := range locales(p.major) {
		if err = h.initdbWith(ctx, p, half, fast, locale); err == nil {
			return os.Rename(half, h.data())
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !strings.Contains(err.Error(), "invalid locale") {
			break
		}
	}
	return fault.Wrap(err, fault.Unavailable, "PostgreSQL could not make its data folder in %s.", h.path)
}

func (h home) initdbWith(ctx context.Context, p programs, dir string, fast bool, locale []string) error {
	args := append([]string{"-D", dir, "-U", superuser, "--encoding=UTF8", "--auth-local=trust", "--auth-host=reject"}, locale...)
	if fast {
		args = append(args, "--no-sync")
	}
	c := exec.CommandContext(ctx, p.initdb(), args...)
	c.Dir, c.Env = "/", environment()
	c.SysProcAttr = attributes(h.account, syscall.SIGKILL)
	c.Cancel = func() error { return syscall.Kill(-c.Process.Pid, syscall.SIGKILL) } // initdb has children
	c.WaitDelay = time.Second
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	done, err := run(c)
	<-done
	if err == nil && !c.ProcessState.Success() {
		err = fmt.Errorf("initdb: %s: %s", c.ProcessState, bytes.TrimSpace(out.Bytes()))
	}
	return err
}

// locales to try, best first: letters of every alphabet have upper and lower case, and the order does not change with the
// operating system's next version, which would break indexes.
func locales(major int) [][]string {
	plain := []string{"--no-locale"}
	switch {
	case major >= 17:
		return [][]string{{"--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"}, plain}
	case runtime.GOOS == "darwin":
		return [][]string{{"--locale=en_US.UTF-8"}, plain}
	}
	return [][]string{{"--locale=C.UTF-8"}, {"--locale=en_US.UTF-8"}, plain}
}
