package vertex

import (
	"net/http"
	"slices"
	"sync"
	"time"

	"marketa/sandbox/wire"
)

// Model is the only one there is.
const Model = "multimodalembedding@001"

// Config of a simulated Vertex AI. Clock nil is the real one, Quota 0 is the vendor's smallest.
type Config struct {
	Clock    *wire.Clock
	Token    string // an access token that is always good; empty: only those of a service account are
	Project  string
	Location string
	Quota    int // requests a minute
}

// Sim is the simulator. All methods may be called while it serves.
type Sim struct {
	cfg    Config
	faults wire.Faults

	mu      sync.Mutex
	calls   []Call
	wrong   []Kind
	tokens  map[string]time.Time // issued ones, until when they are good
	issued  int
	account account
}

// Call is one :predict that was answered by the model or refused by it.
type Call struct {
	At     time.Time
	Input  string // text, image, both
	Status int
}

// New makes a simulator; mount its Handler.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	if cfg.Quota == 0 {
		cfg.Quota = 120
	}
	return &Sim{cfg: cfg, tokens: map[string]time.Time{}}
}

// Faults scripts failures by operation: predict, token.
func (s *Sim) Faults() *wire.Faults { return &s.faults }

// Calls are the calls so far, oldest first.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// Kind is an answer that says 200 and is wrong.
type Kind string

const (
	Short   Kind = "short"    // a vector of too few numbers
	Zeros   Kind = "zeros"    // a vector without a direction
	Nothing Kind = "nothing"  // no prediction
	Page    Kind = "page"     // HTML
	Late    Kind = "half"     // the body ends in its middle
	Inside  Kind = "an error" // an error under the status 200
)

// Misbehave lets the next calls that would have worked be answered that way.
func (s *Sim) Misbehave(kinds ...Kind) {
	s.mu.Lock()
	s.wrong = append(s.wrong, kinds...)
	s.mu.Unlock()
}

func (s *Sim) nextWrong() (k Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) > 0 {
		k, s.wrong = s.wrong[0], s.wrong[1:]
	}
	return k
}

// Handler serves https://{location}-aiplatform.googleapis.com, and the service account's token_uri.
func (s *Sim) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /v1/projects/{project}/locations/{location}/publishers/google/models/{call}", s.predict)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, problem{404, "NOT_FOUND", "Requested entity was not found.", nil})
	})
	return s.faults.Wrap(s.cfg.Clock, func(r *http.Request) string {
		if r.URL.Path == "/token" {
			return "token"
		}
		return "predict"
	}, mux)
}
