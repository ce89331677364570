package meta

import (
	"context"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"marketa/sandbox/wire"
)

// Config is what a Sim needs. The zero value runs on real time with the app "900" and a secret of its own.
type Config struct {
	Clock     *wire.Clock // nil: real time
	Seed      uint64      // decides codes, tokens and short codes
	AppID     string      // empty: "900"
	AppSecret string      // empty: "sim_app_secret_000"
	AppName   string      // what the consent page calls us; empty: "Marketa"

	// Redirects are the whitelisted return addresses, compared byte by byte. Empty: any address on loopback.
	Redirects []string

	DeauthorizeURL string // called when a person removes the app, empty: nobody is
	DeletionURL    string // called when a person asks for their data to be deleted
}

// Sim is the vendor: people, their pages and Instagram accounts, tokens, and what was published.
//
// Exported methods take the lock; what is unexported expects it held.
type Sim struct {
	cfg     Config
	clock   *wire.Clock
	faults  *wire.Faults
	courier *wire.Courier
	crawler *http.Client // fetches media by address
	handler http.Handler

	mu         sync.Mutex
	random     *rand.Rand
	serial     int
	people     []*person
	pages      []*page
	accounts   []*account
	tokens     map[string]*token
	codes      map[string]*code
	containers map[string]*container
	media      []*media // of Instagram, oldest first
	photos     map[string]*photo
	posts      []*post // of pages, oldest first
	throttles  map[string]*throttle
	lies       map[string][]Refusal
	attempts   []Attempt

	readyAfter, publishedAfter, listedAfter time.Duration
	repeatPublishes, requireProof           bool
	downgrade                               string
}

// New builds a vendor with one app and nobody in it.
func New(cfg Config) *Sim {
	cfg.fill()
	s := &Sim{
		cfg: cfg, clock: cfg.Clock, faults: &wire.Faults{}, crawler: newCrawler(),
		random: rand.New(rand.NewPCG(cfg.Seed, 1)), serial: 1000,
		tokens: map[string]*token{}, codes: map[string]*code{}, containers: map[string]*container{},
		photos: map[string]*photo{}, throttles: map[string]*throttle{}, lies: map[string][]Refusal{},
		readyAfter: 5 * time.Second, publishedAfter: 2 * time.Second, listedAfter: 2 * time.Second,
	}
	s.courier = &wire.Courier{Clock: cfg.Clock, Backoff: backoff}
	s.handler = s.faults.Wrap(cfg.Clock, operation(s.graph()), s.front())
	return s
}

func (c *Config) fill() {
	if c.Clock == nil {
		c.Clock = wire.Real()
	}
	if c.AppID == "" {
		c.AppID = "900"
	}
	if c.AppSecret == "" {
		c.AppSecret = "sim_app_secret_000"
	}
	if c.AppName == "" {
		c.AppName = "Marketa"
	}
}

// backoff: at once, then with falling frequency.
func backoff(failures int) time.Duration {
	return time.Second << min(failures-1, 12)
}

// Handler is the wire with the faults around it: the Graph, the consent page and the upload host in one, since their paths
// do not meet. All three base addresses may be this server's.
func (s *Sim) Handler() http.Handler { return s.handler }

// Faults scripts what goes wrong with calls, by operation: "POST /{id}/media_publish", "GET /{id}", "GET /me/accounts", "*".
func (s *Sim) Faults() *wire.Faults { return s.faults }

// Courier carries the deauthorize and deletion calls.
func (s *Sim) Courier() *wire.Courier { return s.courier }

// Close gives up what is under way.
func (s *Sim) Close() {
	s.courier.Close()
	s.crawler.CloseIdleConnections()
}

func (s *Sim) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
}

// unlocked lets others in while f waits for the network.
func (s *Sim) unlocked(ctx context.Context, f func(context.Context)) {
	s.mu.Unlock()
	defer s.mu.Lock()
	f(ctx)
}
