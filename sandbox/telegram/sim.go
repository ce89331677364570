package telegram

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"marketa/sandbox/wire"
)

// Config describes the one bot. Everything has a default.
type Config struct {
	Clock    *wire.Clock // default: the real one
	Token    string      // "<bot id>:<secret>"
	Username string      // without the @
	Name     string
	Seed     uint64 // decides update ids, callback ids, file ids and the longest pause between deliveries
}

// Sim is Telegram: its server and everybody's phone. All methods may be called from any goroutine.
type Sim struct {
	clock   *wire.Clock
	seed    uint64
	token   string
	bot     userObject
	faults  wire.Faults
	courier *wire.Courier
	methods map[string]method // by lower-case name

	mu       sync.Mutex
	rng      *rand.Rand
	users    map[int64]*person
	chats    map[int64]*chat
	files    map[string]*file // by file id
	paths    map[string]*file // by file path
	updates  updates
	presses  map[string]*press // by callback query id
	toasts   []Toast
	commands []commandSet
	quota    quota
	calls    []Call
	watchers map[int]chan struct{}
	watched  int
}

// New makes a Telegram in which nobody knows the bot yet.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	if cfg.Token == "" {
		cfg.Token = "7000000001:sandbox-desk-bot-token-0000000000"
	}
	if cfg.Username == "" {
		cfg.Username = "marketa_desk_bot"
	}
	if cfg.Name == "" {
		cfg.Name = "Marketa"
	}
	s := &Sim{
		clock: cfg.Clock, seed: cfg.Seed, token: cfg.Token,
		bot: userObject{ID: botID(cfg.Token), IsBot: true, FirstName: cfg.Name, Username: cfg.Username},
		rng: rand.New(rand.NewPCG(cfg.Seed, 0x7e1e67a)),

		users: map[int64]*person{}, chats: map[int64]*chat{},
		files: map[string]*file{}, paths: map[string]*file{},
		presses: map[string]*press{}, watchers: map[int]chan struct{}{},
	}
	s.methods = s.table()
	s.courier = s.newCourier()
	s.updates = updates{next: 100_000_000 + s.rng.Int64N(800_000_000), woken: make(chan struct{})}
	return s
}

// botID is the number before the colon, as in every real token.
func botID(token string) int64 {
	digits, _, _ := strings.Cut(token, ":")
	id, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || id <= 0 {
		return 7000000001
	}
	return id
}

// Faults scripts what goes wrong on the wire; operations are method names as documented ("sendMessage"), "*" is all,
// "file" is a download.
func (s *Sim) Faults() *wire.Faults { return &s.faults }

// Close gives up deliveries under way and ends waiting getUpdates calls.
func (s *Sim) Close() {
	s.courier.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lockedAbortPoll("Conflict: the simulator was closed")
}

// Call is one request that the bot made and that reached Telegram. Scripted faults that do no work are not listed.
type Call struct {
	Method string // as documented, whatever case it was called in
	ChatID int64
	At     time.Time
	OK     bool
	Error  string // the description when not OK
}

// Calls lists what the bot called, oldest first; the last ten thousand are kept.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

func (s *Sim) lockedLog(c Call) {
	const kept = 10_000
	if len(s.calls) >= kept {
		s.calls = append([]Call(nil), s.calls[kept/2:]...)
	}
	s.calls = append(s.calls, c)
}

// Subscribe tells of every change that a phone or the chat list could show. Changes that nobody collected merge into
// one. cancel ends it.
func (s *Sim) Subscribe() (changes <-chan struct{}, cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched++
	id, ch := s.watched, make(chan struct{}, 1)
	s.watchers[id] = ch
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.watchers, id)
	}
}

func (s *Sim) lockedChanged() {
	for _, ch := range s.watchers {
		select {
		case ch <- struct{}{}:
		default:
		}
	}
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

func (s *Sim) lockedWord(prefix string, n int) string {
	b := []byte(prefix)
	for range n {
		b = append(b, alphabet[s.rng.IntN(len(alphabet))])
	}
	return string(b)
}

// lockedNumber is a positive number of the size that Telegram uses for query ids.
func (s *Sim) lockedNumber() string {
	return strconv.FormatInt(1e17+s.rng.Int64N(8e18), 10)
}
