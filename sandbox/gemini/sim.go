package gemini

import (
	"bytes"
	"io"
	"net/http"
	"sync"
	"time"

	"marketa/sandbox/actor"
	"marketa/sandbox/wire"
)

// Config of a simulated Gemini. Clock nil is the real one; Models empty are the ids that live in November 2026.
type Config struct {
	Clock           *wire.Clock
	Key             string // expected in x-goog-api-key; on Vertex paths also as a bearer token
	Mind            actor.Mind
	Models          []string
	SearchWithTools bool // lets googleSearch and functions stand in one request, which many models refuse
}

// Sim is the simulator. All methods may be called while it serves.
type Sim struct {
	cfg    Config
	faults wire.Faults

	mu     sync.Mutex
	mind   actor.Mind
	wrong  []Kind // what the coming calls suffer, first come first served
	calls  []Call
	served uint64
}

// Call is one request that reached the simulator. Status is 0 while it runs, and when the connection was cut before an answer.
type Call struct {
	Model  string
	At     time.Time
	Status int
	Prompt []byte // the request's body
}

// New makes a simulator; mount its Handler.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	if cfg.Mind == nil {
		cfg.Mind = actor.New(1)
	}
	if len(cfg.Models) == 0 {
		cfg.Models = liveModels
	}
	return &Sim{cfg: cfg, mind: cfg.Mind}
}

// Faults scripts failures by operation: generateContent, streamGenerateContent, models.
func (s *Sim) Faults() *wire.Faults { return &s.faults }

// SetMind exchanges the thinking from the next call on.
func (s *Sim) SetMind(m actor.Mind) { s.mu.Lock(); s.mind = m; s.mu.Unlock() }

// Calls are the generate requests so far, oldest first.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Handler serves https://generativelanguage.googleapis.com and https://{location}-aiplatform.googleapis.com alike.
func (s *Sim) Handler() http.Handler {
	op := func(r *http.Request) string { return parseTarget(r.URL.Path).op }
	return s.recorded(s.faults.Wrap(s.cfg.Clock, op, http.HandlerFunc(s.serve)))
}

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	to := parseTarget(r.URL.Path)
	switch {
	case to.op == "":
		notFoundPage(w)
	case !s.authorized(w, r, to):
	case to.op == opModels && r.Method == http.MethodGet:
		s.models(w, to)
	case r.Method != http.MethodPost:
		notFoundPage(w)
	default:
		s.generate(w, r, to)
	}
}

// recorded keeps each generate request and, at the end, its status.
func (s *Sim) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := parseTarget(r.URL.Path)
		if to.op != opGenerate && to.op != opStream {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<20))
		r.Body = io.NopCloser(bytes.NewReader(body))
		sw := &statusWriter{ResponseWriter: w}
		n := s.begin(Call{Model: to.model, At: s.cfg.Clock.Now(), Prompt: body})
		defer func() { s.end(n, sw.status) }()
		next.ServeHTTP(sw, r)
	})
}

func (s *Sim) begin(c Call) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls = append(s.calls, c)
	return len(s.calls) - 1
}

func (s *Sim) end(n, status int) { s.mu.Lock(); s.calls[n].Status = status; s.mu.Unlock() }

// turn hands out what one call needs: its number, its mind and what goes wrong with it.
func (s *Sim) turn() (uint64, actor.Mind, Kind) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.served++
	var kind Kind
	if len(s.wrong) > 0 {
		kind, s.wrong = s.wrong[0], s.wrong[1:]
	}
	return s.served, s.mind, kind
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
