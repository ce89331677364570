package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// postmaster is what a server writes about itself into postmaster.pid of its data folder: one value a line, in this order
// (https://github.com/postgres/postgres/blob/master/src/include/utils/pidfile.h).
type postmaster struct {
	pid       int
	started   time.Time
	port      int
	socketDir string
	ready     bool
}

func (h home) pidfile() string { return filepath.Join(h.data(), "postmaster.pid") }

// postmaster reads the file; false when it is not there or not written to its end yet.
func (h home) postmaster() (postmaster, bool) {
	content, err := os.ReadFile(h.pidfile())
	if err != nil {
		return postmaster{}, false
	}
	return parsePidfile(content)
}

// parsePidfile: a server that has just begun has written the first lines only, which is enough to know that it is there.
func parsePidfile(content []byte) (postmaster, bool) {
	lines := strings.Split(string(content), "\n")
	for len(lines) < 8 {
		lines = append(lines, "")
	}
	p := postmaster{socketDir: lines[4], ready: strings.TrimSpace(lines[7]) == "ready"}
	p.port, _ = strconv.Atoi(lines[3])
	seconds, _ := strconv.ParseInt(lines[2], 10, 64)
	p.started = time.Unix(seconds, 0)
	var err error
	p.pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	return p, err == nil && p.pid > 0
}

// running returns the server that runs on this home, nil when none does. It waits for one that is just starting or
// stopping, as after its parent's death.
func (h home) running(ctx context.Context) (*Server, error) {
	for {
		p, ok := h.postmaster()
		if !ok {
			return nil, nil
		}
		if !serves(p.pid, h.data()) {
			return nil, h.disown(p.pid)
		}
		if p.ready {
			return &Server{home: h, post: p}, nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return nil, fmt.Errorf("wait for the server of process %d: %w", p.pid, err)
		}
	}
}

// noProcess is a number that no system gives to a process.
const noProcess = "2147483646"

// disown handles a file left behind by a crash, whose process number belongs to another program by now: PostgreSQL would
// take that one for a server and refuse. The number is replaced rather than the file removed, so that PostgreSQL still
// finds, by the lines below it, whether workers of the dead server hold its memory.
func (h home) disown(pid int) error {
	content, err := os.ReadFile(h.pidfile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	number := []byte(strconv.Itoa(pid))
	if !bytes.HasPrefix(content, number) {
		return nil
	}
	content = append([]byte(noProcess), content[len(number):]...)
	return os.WriteFile(h.pidfile(), content, 0o600) // an existing file keeps its owner
}
