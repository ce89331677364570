package wire

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"
)

// Parcel is one webhook on its way. Parcels of one Key travel one after the other when the courier is Ordered.
type Parcel struct {
	Key    string
	Method string // POST when empty
	URL    string
	Header map[string]string
	Body   []byte
}

// Courier delivers webhooks until they are accepted, each attempt after Backoff on the clock.
//
// It is cruel on request: Twice repeats, Hold keeps parcels back until Release, which may shuffle them; Drop loses them.
type Courier struct {
	Clock   *Clock
	Backoff func(failures int) time.Duration // the wait after so many failures, from 1
	Accept  func(status int) bool            // nil: exactly 200
	Ordered bool                             // one parcel of a key at a time, the next after the last was accepted
	Done    func(p Parcel, body []byte)      // optional: sees the accepted answer's body (Telegram executes it)
	HTTP    *http.Client                     // nil: a plain client with 30 s

	mu      sync.Mutex
	pending int // under way or waiting for another attempt; held parcels do not count
	waiting int // of these, how many wait for the clock
	lanes   map[string]chan struct{}
	holding bool
	held    []Parcel
	twice   int
	drop    int
	closed  bool
	ctx     context.Context
	cancel  context.CancelFunc
}

// Send takes the parcel and returns at once.
func (c *Courier) Send(p Parcel) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	if c.drop > 0 {
		c.drop--
		return
	}
	if c.holding {
		c.held = append(c.held, p)
		return
	}
	c.lockedStart(p)
	if c.twice > 0 {
		c.twice--
		c.lockedStart(p)
	}
}

// Twice delivers each of the next n parcels two times.
func (c *Courier) Twice(n int) { c.mu.Lock(); c.twice += n; c.mu.Unlock() }

// Drop loses the next n parcels for good.
func (c *Courier) Drop(n int) { c.mu.Lock(); c.drop += n; c.mu.Unlock() }

// Hold keeps parcels back until Release.
func (c *Courier) Hold() { c.mu.Lock(); c.holding = true; c.mu.Unlock() }

// Release sends what was held; with a generator in shuffled order, without one in the order it came.
func (c *Courier) Release(shuffle *rand.Rand) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if shuffle != nil {
		shuffle.Shuffle(len(c.held), func(i, j int) { c.held[i], c.held[j] = c.held[j], c.held[i] })
	}
	for _, p := range c.held {
		c.lockedStart(p)
	}
	c.held, c.holding = nil, false
}

// Pending counts parcels neither accepted nor held; of these, waiting ones sit out a back-off on the clock.
func (c *Courier) Pending() (pending, waiting int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pending, c.waiting
}

// Close gives up everything that is under way.
func (c *Courier) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.cancel != nil {
		c.cancel()
	}
}

func (c *Courier) lockedStart(p Parcel) {
	if c.ctx == nil {
		c.ctx, c.cancel = context.WithCancel(context.Background())
		c.lanes = map[string]chan struct{}{}
	}
	c.pending++
	before := c.lanes[p.Key]
	done := make(chan struct{})
	if c.Ordered {
		c.lanes[p.Key] = done
	}
	go func() {
		defer close(done)
		defer c.count(&c.pending, -1)
		if c.Ordered && before != nil {
			select {
			case <-before:
			case <-c.ctx.Done():
				return
			}
		}
		c.deliver(p)
	}()
}

func (c *Courier) count(n *int, by int) { c.mu.Lock(); *n += by; c.mu.Unlock() }

// deliver tries until the other side accepts or the courier closes.
func (c *Courier) deliver(p Parcel) {
	for failures := 0; ; {
		if body, ok := c.attempt(p); ok {
			if c.Done != nil {
				c.Done(p, body)
			}
			return
		}
		failures++
		until := c.Clock.Now().Add(c.Backoff(failures))
		c.count(&c.waiting, 1)
		err := c.Clock.Wait(c.ctx, until)
		c.count(&c.waiting, -1)
		if err != nil {
			return
		}
	}
}

func (c *Courier) attempt(p Parcel) ([]byte, bool) {
	method := p.Method
	if method == "" {
		method = http.MethodPost
	}
	req, err := http.NewRequestWithContext(c.ctx, method, p.URL, bytes.NewReader(p.Body))
	if err != nil {
		return nil, false
	}
	req.Header.Set("Content-Type", "application/json")
	for k, v := range p.Header {
		req.Header.Set(k, v)
	}
	client := c.HTTP
	if client == nil {
		client = &http.Client{Timeout: 30 * time.Second}
	}
	resp, err := client.Do(req)
	if err != nil {
		return nil, false
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if c.Accept != nil {
		return body, c.Accept(resp.StatusCode)
	}
	return body, resp.StatusCode == http.StatusOK
}
