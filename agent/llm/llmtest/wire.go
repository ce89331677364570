package llmtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"marketa/agent/llm"
)

// Features says what a wire promises beyond what all do; the suite tests exactly that.
type Features struct {
	Streams    bool // answers come in frames; else in one piece
	Signatures bool // calls come signed and must go back signed, or with the sentinel
	Schema     bool // takes a JSON schema
}

// Wire is one vendor's wire, from the server's side.
type Wire struct {
	Features
	Provider, Model string
	New             func(base, key string) (llm.Adapter, error)

	Frames func(Reply) []string                               // an answer as a stream; each with its blank line
	Body   func(Reply) string                                 // the same in one piece
	Read   func(r *http.Request, body []byte) (*Asked, error) // nil: the server does not know this path
	Fail   func(status int) string                            // the vendor's error body
}

// Reply is what the server answers.
type Reply struct {
	Text    string
	Calls   []Call
	Input   int
	Output  int
	Refused bool // declined: by the model's own words or by the vendor's filter
	CutOff  bool // by the limit of tokens
}

// Call is a tool call, in an answer or in a request.
type Call struct {
	ID, Name, Arguments string
	Signature           string // as it stands on the wire
}

// Asked is what a request said, in order.
type Asked struct {
	Model, Key, System string
	Words              []string // texts of user and model
	Calls              []Call
	Results            []Result
	Tools              []string
	Schema             bool
}

// Result is what a tool answered.
type Result struct{ ID, Name, Content string }

// key is told to the adapter and must be found nowhere but in its header.
const key = "sk-SECRET-KEY"

// step is how the server treats one request.
type step func(w http.ResponseWriter, r *http.Request)

// server follows a script, one step per request, and keeps what it was asked.
type server struct {
	*httptest.Server
	t    *testing.T
	wire Wire

	mu    sync.Mutex
	steps []step
	asked []*Asked
}

func serve(t *testing.T, wire Wire, steps ...step) *server {
	s := &server{t: t, wire: wire, steps: steps}
	s.Server = httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(s.Close)
	return s
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	asked, err := s.wire.Read(r, body)
	if err != nil {
		s.t.Errorf("unreadable request: %v\n%s", err, body)
	}
	if asked == nil {
		http.NotFound(w, r)
		return
	}
	s.mu.Lock()
	s.asked = append(s.asked, asked)
	if len(s.steps) == 0 {
		s.mu.Unlock()
		s.t.Errorf("asked more often than the script says")
		w.WriteHeader(http.StatusTeapot)
		return
	}
	next := s.steps[0]
	s.steps = s.steps[1:]
	s.mu.Unlock()
	next(w, r)
}

func (s *server) requests() []*Asked { s.mu.Lock(); defer s.mu.Unlock(); return s.asked }

// answers writes the whole reply.
func (w Wire) answers(r Reply) step {
	if !w.Streams {
		return inOnePiece(w.Body(r))
	}
	return sends(strings.Join(w.Frames(r), ""))
}

func inOnePiece(body string) step {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func sends(stream string) step {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, stream)
	}
}

// cuts sends the beginning and hangs up in the middle of the body.
func cuts(stream string) step {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = io.WriteString(w, stream)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
}

// stalls sends the beginning, tells, and says nothing more until the client hangs up.
func stalls(stream string, stalled chan<- struct{}) step {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		if stream != "" {
			_, _ = io.WriteString(w, stream)
			_ = http.NewResponseController(w).Flush()
		}
		stalled <- struct{}{}
		<-r.Context().Done()
	}
}

func refuses(status int, header map[string]string, kind, body string) step {
	return func(w http.ResponseWriter, _ *http.Request) {
		for k, v := range header {
			w.Header().Set(k, v)
		}
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}
