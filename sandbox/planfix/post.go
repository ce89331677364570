package planfix

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"marketa/sandbox/wire"
)

// Post carries what scenarios send, as the vendor does: one request at a time, exactly 200 is success, four more tries after 15, 30,
// 60 and 60 minutes, and silence for three minutes after every failure.
//
// https://planfix.com/ru/help/HTTP-запросы
type Post struct {
	clock  *wire.Clock
	client *http.Client
	ctx    context.Context

	mu      sync.Mutex
	queue   []letter
	changed chan struct{} // closed and replaced when the queue changes
	silent  time.Time     // nothing leaves before
	shuffle *rand.Rand

	holding         bool
	held            []letter
	twice, drop     int
	late            []time.Duration
	delivered, lost int
}

type letter struct {
	url     string
	header  map[string]string
	body    string
	noRetry bool
	due     time.Time
	failed  int
}

const silence = 3 * time.Minute

func pauses() []time.Duration {
	return []time.Duration{15 * time.Minute, 30 * time.Minute, time.Hour, time.Hour}
}

func newPost(ctx context.Context, clock *wire.Clock, seed uint64) *Post {
	p := &Post{clock: clock, client: &http.Client{Timeout: 30 * time.Second}, ctx: ctx, changed: make(chan struct{}), shuffle: rand.New(rand.NewPCG(seed, 2))}
	go p.run()
	return p
}

// Hold keeps letters back until Release.
func (p *Post) Hold() { p.set(func() { p.holding = true }) }

// Release sends what was held, shuffled by the seed or in the order it came.
func (p *Post) Release(shuffled bool) {
	p.set(func() {
		if shuffled {
			p.shuffle.Shuffle(len(p.held), func(i, j int) { p.held[i], p.held[j] = p.held[j], p.held[i] })
		}
		for _, l := range p.held {
			p.enqueue(l)
		}
		p.held, p.holding = nil, false
	})
}

// Twice delivers each of the next n letters two times.
func (p *Post) Twice(n int) { p.set(func() { p.twice += n }) }

// Drop loses the next n letters for good.
func (p *Post) Drop(n int) { p.set(func() { p.drop += n }) }

// Late lets the next letter leave d later, after letters that come meanwhile.
func (p *Post) Late(d time.Duration) { p.set(func() { p.late = append(p.late, d) }) }

// Pending counts letters under way; of these, waiting ones wait for the clock. Held ones do not count.
func (p *Post) Pending() (pending, waiting int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counted()
}

func (p *Post) counted() (pending, waiting int) {
	now := p.clock.Now()
	for _, l := range p.queue {
		if p.when(l).After(now) {
			waiting++
		}
	}
	return len(p.queue), waiting
}

// Counted says how many letters were accepted and how many the vendor gave up.
func (p *Post) Counted() (delivered, lost int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.delivered, p.lost
}

func (p *Post) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *Post) send(l letter) {
	p.set(func() {
		switch {
		case p.drop > 0:
			p.drop--
		case p.holding:
			p.held = append(p.held, l)
		default:
			p.enqueue(l)
		}
	})
}

func (p *Post) enqueue(l letter) {
	l.due = p.clock.Now()
	if len(p.late) > 0 {
		l.due, p.late = l.due.Add(p.late[0]), p.late[1:]
	}
	p.queue = append(p.queue, l)
	if p.twice > 0 {
		p.twice--
		p.queue = append(p.queue, l)
	}
}

// when a letter may leave.
func (p *Post) when(l letter) time.Time {
	if p.silent.After(l.due) {
		return p.silent
	}
	return l.due
}

// run is the one lane.
func (p *Post) run() {
	for p.ctx.Err() == nil {
		if l, ok := p.next(); ok {
			p.finish(l, p.deliver(l))
		}
	}
}

// next waits until the first letter may leave; false: look again, something has changed.
func (p *Post) next() (letter, bool) {
	p.mu.Lock()
	changed := p.changed
	slices.SortStableFunc(p.queue, func(a, b letter) int { return a.due.Compare(b.due) })
	if len(p.queue) == 0 {
		p.mu.Unlock()
		select {
		case <-changed:
		case <-p.ctx.Done():
		}
		return letter{}, false
	}
	first := p.queue[0]
	until := p.when(first)
	p.mu.Unlock()
	if !until.After(p.clock.Now()) {
		return first, true
	}
	ctx, cancel := context.WithCancel(p.ctx)
	defer cancel()
	go func() {
		select {
		case <-changed:
			cancel()
		case <-ctx.Done():
		}
	}()
	_ = p.clock.Wait(ctx, until)
	return letter{}, false
}

func (p *Post) deliver(l letter) bool {
	req, err := http.NewRequestWithContext(p.ctx, http.MethodPost, l.url, strings.NewReader(l.body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range l.header {
		req.Header.Set(k, v)
	}
	resp, err := p.client.Do(req)
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// finish takes the letter out, or puts it off.
func (p *Post) finish(l letter, accepted bool) {
	p.set(func() {
		at := slices.IndexFunc(p.queue, func(o letter) bool {
			return o.due.Equal(l.due) && o.body == l.body && o.url == l.url && o.failed == l.failed
		})
		p.queue = slices.Delete(p.queue, at, at+1)
		if accepted {
			p.delivered++
			return
		}
		now := p.clock.Now()
		p.silent = now.Add(silence)
		if l.noRetry || l.failed >= len(pauses()) {
			p.lost++
			return
		}
		l.due = now.Add(pauses()[l.failed])
		l.failed++
		p.queue = append(p.queue, l)
	})
}
