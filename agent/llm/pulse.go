package llm

import (
	"context"
	"sync"
	"time"
)

// Clock is the time that routes live by.
type Clock interface {
	Now() time.Time
	Wait(ctx context.Context, until time.Time) error // nil at until, else the context's error
}

type wallClock struct{}

func (wallClock) Now() time.Time { return time.Now() }

func (wallClock) Wait(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Timeouts bound one attempt. A zero field takes the default: 10 s, 20 s, 90 s. A model that thinks for long before it
// says anything needs a longer FirstByte.
type Timeouts struct {
	FirstByte time.Duration // from the request to the first frame of the stream
	Idle      time.Duration // from one frame to the next
	Total     time.Duration // to the end, also for an answer in one piece
}

func (t Timeouts) or(d Timeouts) Timeouts {
	if t.FirstByte == 0 {
		t.FirstByte = d.FirstByte
	}
	if t.Idle == 0 {
		t.Idle = d.Idle
	}
	if t.Total == 0 {
		t.Total = d.Total
	}
	return t
}

// Pulse is how an adapter shows that a stream is alive. Only whole frames beat: a server that sends nothing but
// comments to keep the line open is not answering. A model that never touches its pulse is bound by Total alone.
type Pulse struct {
	clock Clock
	t     Timeouts

	mu      sync.Mutex
	began   time.Time
	since   time.Time     // the request or the last frame
	limit   time.Duration // until the next frame; 0: only Total counts
	code    string
	changed chan struct{} // closed when the deadline came nearer
}

func newPulse(clock Clock, t Timeouts) *Pulse {
	return &Pulse{clock: clock, t: t, began: clock.Now(), changed: make(chan struct{})}
}

// Ask says that the request goes out now and that its answer will come in frames.
func (p *Pulse) Ask() { p.set(p.t.FirstByte, "first_byte_timeout") }

// Beat says that a frame came.
func (p *Pulse) Beat() { p.set(p.t.Idle, "idle_timeout") }

// Whole says that the answer comes in one piece, so that silence means nothing.
func (p *Pulse) Whole() { p.set(0, "") }

func (p *Pulse) set(limit time.Duration, code string) {
	if p.clock == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.deadline()
	p.since, p.limit, p.code = p.clock.Now(), limit, code
	if p.deadline().Before(before) {
		close(p.changed)
		p.changed = make(chan struct{})
	}
}

func (p *Pulse) deadline() time.Time {
	end := p.began.Add(p.t.Total)
	if p.limit == 0 {
		return end
	}
	if next := p.since.Add(p.limit); next.Before(end) {
		return next
	}
	return end
}

// watch cancels the attempt with what it ran out of. It returns when ctx is done.
func (p *Pulse) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	for {
		p.mu.Lock()
		until, changed := p.deadline(), p.changed
		p.mu.Unlock()
		if !p.clock.Now().Before(until) {
			cancel(p.timeout())
			return
		}
		if p.wait(ctx, until, changed); ctx.Err() != nil {
			return
		}
	}
}

// wait ends at until, at a nearer deadline, or with ctx.
func (p *Pulse) wait(ctx context.Context, until time.Time, changed <-chan struct{}) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-changed:
			stop()
		case <-ctx.Done():
		}
	}()
	_ = p.clock.Wait(ctx, until)
}

func (p *Pulse) timeout() *Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	code := p.code
	if p.limit == 0 || p.since.Add(p.limit).After(p.began.Add(p.t.Total)) {
		code = "total_timeout"
	}
	return &Error{Outcome: FailOver, Code: code, Trips: true, Err: context.DeadlineExceeded}
}
