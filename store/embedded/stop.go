package embedded

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// Stop ends the server and lets go of the folder. It lets the server save and close (a moment); when ctx ends before that,
// the server goes at once, and repairs itself at the next start. After an error a server may still be there. Stopping
// twice is no mistake.
func (s *Server) Stop(ctx context.Context) error {
	defer s.release()
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 30 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		if !s.alive() {
			return nil
		}
		_ = syscall.Kill(s.post.pid, step.signal) // gone meanwhile is what we want
		if s.waitGone(ctx, step.wait) {
			return nil
		}
		ctx = context.WithoutCancel(ctx) // the gentle step alone is the caller's to cut short
	}
	return fmt.Errorf("embedded: stop: process %d does not end", s.post.pid)
}

// alive: our own child is alive until it has been waited for; another's until its process is no server on our data.
func (s *Server) alive() bool {
	if s.done == nil {
		return serves(s.post.pid, s.home.data())
	}
	select {
	case <-s.done:
		return false
	default:
		return true
	}
}

func (s *Server) waitGone(ctx context.Context, atMost time.Duration) bool {
	ctx, cancel := context.WithTimeout(ctx, atMost)
	defer cancel()
	for s.alive() {
		if pause(ctx, 10*time.Millisecond) != nil {
			return !s.alive()
		}
	}
	return true
}

// release cleans up outside our home, and gives the folder back last.
func (s *Server) release() {
	if s.post.socketDir != "" && filepath.Dir(s.post.socketDir) != s.home.path && !s.alive() {
		_ = os.Remove(s.post.socketDir)
	}
	if s.lock != nil {
		_ = s.lock.Close()
		s.lock = nil
	}
}
