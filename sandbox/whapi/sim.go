package whapi

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"marketa/sandbox/wire"
)

// Config is what a Sim needs. The zero value runs on real time with seed 0.
type Config struct {
	Clock *wire.Clock // nil: real time
	Seed  uint64      // decides message ids, hidden identities and shuffles
}

// Sim is the vendor: its channels, the people who write to them, and the webhooks on their way.
//
// Exported methods take the lock; what is unexported expects it held.
type Sim struct {
	clock   *wire.Clock
	seed    uint64
	faults  *wire.Faults
	courier *wire.Courier
	client  *http.Client // downloads what a body names
	handler http.Handler
	ctx     context.Context
	cancel  context.CancelFunc

	mu       sync.Mutex
	channels []*channel
	people   map[string]*person // by phone
	groups   map[string]*group  // by id
	watchers map[chan struct{}]struct{}
	backoff  backoff
	shuffle  *rand.Rand
	codes    *rand.Rand        // invite codes
	base     string            // of links to files; empty until the first
	own      *wire.Server      // serves them when nobody else does
	web      map[string]upload // what was published, by address
	cache    map[string]upload // what was downloaded
	parcels  int               // counts parcels sent, so that each can have a lane of its own

	autoRead, statusesFirst, unordered, useLID, useOwnLID, votesByID bool
	batch                                                            int
}

// New builds a vendor without channels.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	s := &Sim{
		clock: cfg.Clock, seed: cfg.Seed, faults: &wire.Faults{},
		people: map[string]*person{}, groups: map[string]*group{}, watchers: map[chan struct{}]struct{}{},
		web: map[string]upload{}, cache: map[string]upload{}, client: downloader(),
		backoff: defaultBackoff, shuffle: rand.New(rand.NewPCG(cfg.Seed, 1)), codes: rand.New(rand.NewPCG(cfg.Seed, 2)),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.courier = &wire.Courier{Clock: cfg.Clock, Backoff: s.wait, Ordered: true}
	router := s.routes()
	s.handler = s.faults.Wrap(cfg.Clock, operation(router), router)
	return s
}

// Handler is the wire, with the faults around it.
func (s *Sim) Handler() http.Handler { return s.handler }

// Faults scripts what goes wrong with calls, by operation ("POST /messages/text", "*").
func (s *Sim) Faults() *wire.Faults { return s.faults }

// Courier carries the webhooks: repeat, hold or drop them here.
func (s *Sim) Courier() *wire.Courier { return s.courier }

// Close gives up webhooks and timers that are under way.
func (s *Sim) Close() {
	s.cancel()
	s.courier.Close()
	s.mu.Lock()
	own := s.own
	s.mu.Unlock()
	if own != nil {
		_ = own.Close() // a file that is still being read may be cut
	}
}

// AutoRead lets people read our messages the moment they arrive; without it statuses end at delivered until OpenChat.
func (s *Sim) AutoRead(on bool) { s.set(func() { s.autoRead = on }) }

// StatusesFirst sends the statuses of a message before its echo, as happens on the real wire now and then.
func (s *Sim) StatusesFirst(on bool) { s.set(func() { s.statusesFirst = on }) }

// Unordered gives up the order of webhooks: all that are under way race each other.
func (s *Sim) Unordered(on bool) { s.set(func() { s.unordered = on }) }

// UseLID writes people's hidden identity (…@lid) wherever the wire otherwise shows a phone number.
func (s *Sim) UseLID(on bool) { s.set(func() { s.useLID = on }) }

// UseOwnLID does the same to our own numbers: in mentions, as authors of what is quoted, as members, as senders in groups.
func (s *Sim) UseOwnLID(on bool) { s.set(func() { s.useOwnLID = on }) }

// Batch keeps messages back until n of one channel can travel in one body; Batch(1) sends what waits and ends it.
func (s *Sim) Batch(n int) {
	s.set(func() {
		s.batch = n
		for _, ch := range s.channels {
			s.flush(ch)
		}
	})
}

// Hold keeps all webhooks back until Release.
func (s *Sim) Hold() { s.courier.Hold() }

// Release sends what was held, in an order that the seed decides when shuffled.
func (s *Sim) Release(shuffled bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if shuffled {
		s.courier.Release(s.shuffle)
		return
	}
	s.courier.Release(nil)
}

func (s *Sim) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// at runs f under the lock once its time has come, and tells the watchers.
func (s *Sim) at(until time.Time, f func()) {
	go func() {
		if s.clock.Wait(s.ctx, until) != nil {
			return
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		f()
		s.nudge()
	}()
}

// pause gives the lock back while it waits, and says whether the time came before the caller hung up.
func (s *Sim) pause(ctx context.Context, until time.Time) bool {
	s.mu.Unlock()
	defer s.mu.Lock()
	return s.clock.Wait(ctx, until) == nil
}
