package stripe

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sort"
	"sync"
	"time"

	"marketa/sandbox/wire"
)

// Config is what a Sim needs. The zero value runs on real time with seed 0 and the key sk_test_sandbox.
type Config struct {
	Clock *wire.Clock // nil: real time
	Seed  uint64      // decides ids and shuffles
	Key   string      // of the account; sk_test_… or rk_test_…
}

// Sim is the vendor with one account.
//
// Exported methods take the lock; what is unexported expects it held.
type Sim struct {
	clock   *wire.Clock
	key     string
	faults  *wire.Faults
	courier *wire.Courier
	handler http.Handler
	ctx     context.Context
	cancel  context.CancelFunc

	mu        sync.Mutex
	moment    time.Time // while something due is done: when it was due
	agenda    []due
	ids       *rand.Rand
	shuffle   *rand.Rand
	prices    []*price
	customers []*customer
	sessions  []*session
	subs      []*subscription
	invoices  []*invoice
	portals   []*portal
	endpoints []*endpoint
	events    []*event
	keys      map[string]*kept
	slow      map[string]time.Duration
	broken    map[string]int
	quota     quota
	calls     []Call
	tries     map[string]int // webhooks: attempts by event and endpoint
	lost      []string       // events that were given up
}

// due is something that happens by itself.
type due struct {
	at time.Time
	do func()
}

// New builds an account with an empty price list. A key that could be real is refused.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	if cfg.Key == "" {
		cfg.Key = "sk_test_sandbox"
	}
	if !testKey(cfg.Key) {
		panic("stripe: the simulator takes test keys only (sk_test_…)")
	}
	s := &Sim{
		clock: cfg.Clock, key: cfg.Key, faults: &wire.Faults{}, keys: map[string]*kept{}, slow: map[string]time.Duration{},
		broken: map[string]int{}, tries: map[string]int{},
		ids: rand.New(rand.NewPCG(cfg.Seed, 1)), shuffle: rand.New(rand.NewPCG(cfg.Seed, 2)),
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.courier = s.newCourier()
	router := s.routes()
	s.handler = s.faults.Wrap(cfg.Clock, operation(router), router)
	return s
}

// Handler is the wire and the pages, with the faults around them.
func (s *Sim) Handler() http.Handler { return s.handler }

// Faults scripts what goes wrong with calls, by operation ("POST /v1/customers", "GET /v1/subscriptions/{id}", "*").
func (s *Sim) Faults() *wire.Faults { return s.faults }

// Courier carries the webhooks: repeat, hold or drop them here.
func (s *Sim) Courier() *wire.Courier { return s.courier }

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

// Close gives up webhooks and whatever would happen later.
func (s *Sim) Close() {
	s.cancel()
	s.courier.Close()
}

// Settle does everything whose time has come. Calls do that by themselves; tests that only moved the clock ask for it.
func (s *Sim) Settle() { s.with(func() {}) }

// with runs f under the lock, after everything whose time has come.
func (s *Sim) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.catchUp()
	f()
}

// now is the time of what is being done.
func (s *Sim) now() time.Time {
	if !s.moment.IsZero() {
		return s.moment
	}
	return s.clock.Now()
}

// later plans do. It runs at its own time even when the clock jumps far over it.
func (s *Sim) later(at time.Time, do func()) {
	s.agenda = append(s.agenda, due{at, do})
	go func() {
		if s.clock.Wait(s.ctx, at) == nil {
			s.Settle()
		}
	}()
}

// catchUp does what is due, in the order of time, and what that makes due in turn.
func (s *Sim) catchUp() {
	defer func() { s.moment = time.Time{} }()
	for {
		sort.SliceStable(s.agenda, func(i, j int) bool { return s.agenda[i].at.Before(s.agenda[j].at) })
		if len(s.agenda) == 0 || s.agenda[0].at.After(s.clock.Now()) {
			return
		}
		next := s.agenda[0]
		s.agenda = s.agenda[1:]
		s.moment = next.at
		next.do()
	}
}

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// id is a new one: prefix and 24 letters.
func (s *Sim) id(prefix string) string {
	b := make([]byte, 24)
	for i := range b {
		b[i] = letters[s.ids.IntN(len(letters))]
	}
	return prefix + string(b)
}

// Call is a request as it arrived, for tests and the console.
type Call struct {
	Operation      string // POST /v1/customers
	Form           map[string]string
	IdempotencyKey string
	Version        string
	Status         int
	Replayed       bool
}

// Sent are the calls so far that got past the key.
func (s *Sim) Sent() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// AddPrice puts a recurring price on the list and gives its id; another price with this lookup key loses it.
// amount is in cents, interval is month or year.
func (s *Sim) AddPrice(lookupKey, product string, amount int64, currency, interval string) (id string) {
	s.with(func() {
		for _, p := range s.prices {
			if p.LookupKey != nil && *p.LookupKey == lookupKey {
				p.LookupKey = nil
			}
		}
		p := &price{
			ID: s.id("price_"), Object: "price", Active: true, Currency: currency, LookupKey: &lookupKey, Metadata: map[string]string{},
			Created: s.now().Unix(), Product: "prod_" + product, Type: "recurring", UnitAmount: amount, BillingScheme: "per_unit",
			Recurring: &recurring{Interval: interval, IntervalCount: 1, UsageType: "licensed"},
		}
		s.prices = append([]*price{p}, s.prices...)
		id = p.ID
	})
	return id
}

// Break lets the next n calls of an operation do their work and then answer 500, which is kept under the key.
func (s *Sim) Break(operation string, n int) { s.with(func() { s.broken[operation] = n }) }

// Slow lets calls of an operation take d on the clock while their key is held: a second one is answered 409. 0 ends it.
func (s *Sim) Slow(operation string, d time.Duration) { s.with(func() { s.slow[operation] = d }) }

// Quota lets n calls through per second of the clock; 0: all.
func (s *Sim) Quota(n int) { s.with(func() { s.quota = quota{limit: n} }) }

type quota struct {
	limit, used int
	second      int64
}

func (q *quota) take(now time.Time) bool {
	if q.second != now.Unix() {
		q.second, q.used = now.Unix(), 0
	}
	q.used++
	return q.limit == 0 || q.used <= q.limit
}

func testKey(key string) bool {
	return len(key) > 8 && (key[:8] == "sk_test_" || key[:8] == "rk_test_")
}

func dollars(cents int64, currency string) string {
	return fmt.Sprintf("%d.%02d %s", cents/100, cents%100, currency)
}
