package embedded

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"marketa/internal/fault"
)

// launch is how one server is started.
type launch struct {
	settings []string
	outlives bool          // goes on when we end
	lifetime time.Duration // of one that outlives us, at most
}

// launch starts postgres itself rather than a wrapper, so that signals and waiting are ours, and returns when it is ready.
func (h home) launch(ctx context.Context, p programs, l launch) (*Server, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		s, err := h.launchOnce(ctx, p, l)
		if !errors.Is(err, errMemoryInUse) || time.Now().After(deadline) {
			return s, err
		}
		if err := pause(ctx, 200*time.Millisecond); err != nil {
			return nil, err
		}
	}
}

// errMemoryInUse: the workers of a server that was killed have not all noticed yet. They will.
var errMemoryInUse = errors.New("workers of the previous server are still there")

func (h home) launchOnce(ctx context.Context, p programs, l launch) (*Server, error) {
	socket, err := h.makeSocketFolder()
	if err != nil {
		return nil, err
	}
	log, err := h.openLog()
	if err != nil {
		return nil, err
	}
	defer log.Close()
	start, err := log.Seek(0, 2)
	if err != nil {
		return nil, err
	}
	c := h.command(p, l, socket, log)
	done, err := run(c)
	if err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, "PostgreSQL could not be started from %s.", p.bin)
	}
	s := &Server{home: h, done: done, post: postmaster{pid: c.Process.Pid, socketDir: socket}}
	if err := s.waitReady(ctx); err != nil {
		_ = s.Stop(context.WithoutCancel(ctx))
		return nil, h.explain(err, start)
	}
	return s, nil
}

func (h home) command(p programs, l launch, socket string, log *os.File) *exec.Cmd {
	args := []string{p.postgres(), "-D", h.data(), "-k", socket, "-p", strconv.Itoa(port)}
	for _, setting := range l.settings {
		args = append(args, "-c", setting)
	}
	c := &exec.Cmd{SysProcAttr: attributes(h.account, syscall.SIGINT)}
	if l.outlives {
		c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: h.account.credential()}
		if timeout, err := exec.LookPath("timeout"); err == nil {
			args = append([]string{timeout, "--signal=INT", fmt.Sprintf("%.0f", l.lifetime.Seconds())}, args...)
		}
	}
	c.Path, c.Args = args[0], args
	c.Dir, c.Env = "/", environment()
	c.Stdout, c.Stderr = log, log
	return c
}

// run starts a child from a thread that lives as long as the child: the signal at a parent's death is sent at the death of
// the thread that made the child.
func run(c *exec.Cmd) (<-chan struct{}, error) {
	started, done := make(chan error, 1), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		defer close(done)
		err := c.Start()
		started <- err
		if err == nil {
			_ = c.Wait() // how it ended stands in its log
		}
	}()
	return done, <-started
}

// waitReady fills in what the server says about itself as soon as it takes queries.
func (s *Server) waitReady(ctx context.Context) error {
	for {
		if p, ok := s.home.postmaster(); ok && p.ready && serves(p.pid, s.home.data()) {
			s.post = p
			return nil
		}
		select {
		case <-s.done:
			return errors.New("postgres ended while starting")
		default:
		}
		if err := pause(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("wait for postgres to start: %w", err)
		}
	}
}

const longestLog = 8 << 20

// openLog appends, and begins anew when the file has grown long.
func (h home) openLog() (*os.File, error) {
	if info, err := os.Stat(h.log()); err == nil && info.Size() > longestLog {
		_ = os.Truncate(h.log(), 0)
	}
	return os.OpenFile(h.log(), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
}

// explain adds what the server has logged since it was started.
func (h home) explain(err error, since int64) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	content, _ := os.ReadFile(h.log())
	if int64(len(content)) > since {
		content = content[since:]
	}
	if bytes.Contains(content, []byte("shared memory block")) {
		err = errMemoryInUse
	}
	last := content[max(0, len(content)-2000):]
	return fault.Wrap(fmt.Errorf("%w: %s", err, bytes.TrimSpace(last)), fault.Unavailable,
		"The private PostgreSQL does not start; why stands at the end of %s.", h.log())
}
