package planfix

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
	Seed  uint64      // decides ids, the order of rows, and shuffles
}

// Sim is one account.
//
// Exported methods take the lock; what is unexported expects it held.
type Sim struct {
	clock   *wire.Clock
	faults  *wire.Faults
	post    *Post
	handler http.Handler
	ctx     context.Context
	cancel  context.CancelFunc

	mu        sync.Mutex
	random    *rand.Rand
	tokens    map[string]map[string]bool // scopes by token
	fields    map[int]Field
	statuses  []Status
	tasks     []*task
	contacts  []*Contact
	files     map[int]*file
	scenarios []Scenario
	watchers  map[chan struct{}]struct{}
	lastID    int

	rate        bool
	lastCall    time.Time
	left        int // requests of today, -1: no end
	queued      int // updates to be answered 202
	queuedFor   time.Duration
	hidden      time.Duration
	messageOnly bool
}

// Field is a custom field of the account.
type Field struct {
	ID       int
	Name     string
	Type     int // 0 line, 1 number, 2 text, 8 list
	Required bool
}

// Status of the one process, number 1, that all tasks follow.
type Status struct {
	ID   int
	Name string
}

const processID = 1

// New is an account with a process, without tokens, fields, tasks and contacts.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	s := &Sim{
		clock: cfg.Clock, faults: &wire.Faults{}, random: rand.New(rand.NewPCG(cfg.Seed, 1)), tokens: map[string]map[string]bool{},
		fields: map[int]Field{}, files: map[int]*file{}, watchers: map[chan struct{}]struct{}{}, lastID: 10000, rate: true, left: -1,
		statuses: []Status{{0, "Draft"}, {1, "New"}, {2, "In work"}, {3, "Completed"}, {4, "Postponed"}, {5, "Rejected"}},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.post = newPost(s.ctx, cfg.Clock, cfg.Seed)
	mux := s.routes()
	s.handler = s.faults.Wrap(cfg.Clock, operation(mux), mux)
	return s
}

// Handler is the wire under /rest, with the faults around it.
func (s *Sim) Handler() http.Handler { return s.handler }

// Faults scripts what goes wrong with calls, by operation ("POST /task/", "*").
func (s *Sim) Faults() *wire.Faults { return s.faults }

// Post carries what scenarios send: hold, repeat, delay or lose it here.
func (s *Sim) Post() *Post { return s.post }

// Close gives up what is under way.
func (s *Sim) Close() { s.cancel() }

// AddToken lets a token in, with these scopes ("task_add", "comment_readonly" …) or with all.
func (s *Sim) AddToken(token string, scopes ...string) {
	s.set(func() {
		s.tokens[token] = map[string]bool{}
		for _, scope := range scopes {
			s.tokens[token][scope] = true
		}
	})
}

// AddField adds a custom field.
func (s *Sim) AddField(f Field) { s.set(func() { s.fields[f.ID] = f }) }

// EnforceRate switches the limit of one request a second, which is on at first.
func (s *Sim) EnforceRate(on bool) { s.set(func() { s.rate = on }) }

// DailyLimit leaves n more requests, then code 22; a negative n takes the limit away.
func (s *Sim) DailyLimit(n int) { s.set(func() { s.left = n }) }

// QueueUpdates answers the next n changes of tasks with 202 and applies them d later.
func (s *Sim) QueueUpdates(n int, d time.Duration) { s.set(func() { s.queued, s.queuedFor = n, d }) }

// HideNew keeps a new task out of lists until it is d old.
func (s *Sim) HideNew(d time.Duration) { s.set(func() { s.hidden = d }) }

// MessageOnly writes refusals with message and result failure, as one client in the wild reads them.
func (s *Sim) MessageOnly(on bool) { s.set(func() { s.messageOnly = on }) }

func (s *Sim) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// newID has gaps, so that nobody counts on the next one.
func (s *Sim) newID() int {
	s.lastID += 1 + s.random.IntN(9)
	return s.lastID
}

func (s *Sim) statusName(id int) (string, bool) {
	for _, st := range s.statuses {
		if st.ID == id {
			return st.Name, true
		}
	}
	return "", false
}

// at runs f under the lock once its time has come.
func (s *Sim) at(until time.Time, f func()) {
	go func() {
		if s.clock.Wait(s.ctx, until) == nil {
			s.set(f)
		}
	}()
}
