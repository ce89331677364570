package openai

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"marketa/sandbox/actor"
	"marketa/sandbox/wire"
)

// Config of a simulated OpenAI. Clock nil is the real one; Models empty are ids that live in November 2026.
type Config struct {
	Clock        *wire.Clock
	Key          string // expected as the bearer token
	Mind         actor.Mind
	Models       []string
	ResponsesAPI bool // false: a compatible server like GMI Cloud: 404 on /responses, 400 on json_schema, reasoning_content
}

// Sim is the simulator. All methods may be called while it serves.
type Sim struct {
	cfg    Config
	faults wire.Faults

	mu       sync.Mutex
	mind     actor.Mind
	wrong    []Kind // what the coming calls suffer, first come first served
	calls    []Call
	served   uint64
	kept     map[string]kept // responses by id
	noLimits bool            // leaves the rate limit headers away
}

// Call is one model request that reached the simulator. Status is 0 while it runs, and when the connection was cut
// before an answer. API is responses or chat/completions.
type Call struct {
	API    string
	Model  string
	At     time.Time
	Status int
	Prompt []byte // the request's body
}

const (
	apiResponses = "responses"
	apiChat      = "chat/completions"
	apiModels    = "models"
)

var (
	openaiModels = []string{"gpt-5.2", "gpt-5.2-2025-12-11", "gpt-5.4", "gpt-5.4-mini", "gpt-5.4-mini-2026-03-17", "gpt-5.4-nano", "gpt-5.5",
		"gpt-5.6-sol", "gpt-5.6-terra", "gpt-5.6-luna", "gpt-6-astra", "gpt-6-sol", "gpt-6-luna", "gpt-6.1-sol", "gpt-6.1-terra"}
	gmiModels = []string{"deepseek-ai/DeepSeek-V3.2", "deepseek-ai/DeepSeek-V4-Flash", "deepseek-ai/DeepSeek-V4-Pro", "zai-org/GLM-5.1-FP8", "moonshotai/Kimi-K2.6",
		"Qwen/Qwen3.7-Max", "anthropic/claude-sonnet-4.6", "anthropic/claude-opus-4.6", "google/gemini-3.1-flash-lite",
		"openai/gpt-5.2", "openai/gpt-5.4", "openai/gpt-5.4-mini"}
	// dated is what an alias is answered as.
	dated = map[string]string{"gpt-5.2": "gpt-5.2-2025-12-11", "gpt-5.4-mini": "gpt-5.4-mini-2026-03-17"}
)

// New makes a simulator; mount its Handler.
func New(cfg Config) *Sim {
	if cfg.Clock == nil {
		cfg.Clock = wire.Real()
	}
	if cfg.Mind == nil {
		cfg.Mind = actor.New(1)
	}
	if len(cfg.Models) == 0 && cfg.ResponsesAPI {
		cfg.Models = openaiModels
	}
	if len(cfg.Models) == 0 {
		cfg.Models = gmiModels
	}
	return &Sim{cfg: cfg, mind: cfg.Mind, kept: map[string]kept{}}
}

// Faults scripts failures by operation: responses, chat/completions, models, audio/transcriptions.
func (s *Sim) Faults() *wire.Faults { return &s.faults }

// SetMind exchanges the thinking from the next call on.
func (s *Sim) SetMind(m actor.Mind) { s.mu.Lock(); s.mind = m; s.mu.Unlock() }

// RateHeaders turns the x-ratelimit headers on (as at the start) or off; real ones can be absent.
func (s *Sim) RateHeaders(on bool) { s.mu.Lock(); s.noLimits = !on; s.mu.Unlock() }

// Calls are the model requests so far, oldest first.
func (s *Sim) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Handler serves https://api.openai.com, so a client's base URL ends in /v1.
func (s *Sim) Handler() http.Handler {
	op := func(r *http.Request) string { api, _ := split(r.URL.Path); return api }
	return s.recorded(s.faults.Wrap(s.cfg.Clock, op, http.HandlerFunc(s.serve)))
}

// split takes a path apart: the API, and what follows it (a response's or a model's id, and deeper).
func split(path string) (api, rest string) {
	path, ok := strings.CutPrefix(path, "/v1/")
	if !ok {
		return "", ""
	}
	for _, api := range []string{apiResponses, apiChat, apiModels, apiAudio} {
		if path == api {
			return api, ""
		}
		if rest, ok := strings.CutPrefix(path, api+"/"); ok {
			return api, rest
		}
	}
	return "", ""
}

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	s.headers(w)
	api, rest := split(r.URL.Path)
	route := r.Method + " " + api
	switch {
	case api == "" || (api == apiResponses && !s.cfg.ResponsesAPI):
		s.refuse(w, noSuchURL(r))
	case !s.authorized(w, r):
	case route == "GET models":
		s.models(w, rest)
	case route == "POST responses" && rest == "":
		s.responses(w, r)
	case api == apiResponses && rest != "":
		s.keptResponse(w, r, rest)
	case route == "POST chat/completions" && rest == "":
		s.chat(w, r)
	case route == "POST "+apiAudio && rest == "" && s.cfg.ResponsesAPI:
		s.transcribe(w, r)
	default:
		s.refuse(w, noSuchURL(r))
	}
}

func (s *Sim) authorized(w http.ResponseWriter, r *http.Request) bool {
	key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	switch {
	case !ok || key == "":
		s.refuse(w, fault{401, "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).", "invalid_request_error", "", ""})
	case subtle.ConstantTimeCompare([]byte(key), []byte(s.cfg.Key)) != 1:
		s.refuse(w, badKey)
	default:
		return true
	}
	return false
}

// headers that come with every answer (https://developers.openai.com/api/docs/guides/rate-limits).
func (s *Sim) headers(w http.ResponseWriter) {
	s.mu.Lock()
	n, limits := len(s.calls), !s.noLimits && s.cfg.ResponsesAPI
	s.mu.Unlock()
	h := w.Header()
	h.Set("X-Request-Id", ident("req_", uint64(n), "request"))
	if s.cfg.ResponsesAPI {
		h.Set("Openai-Version", "2020-10-01")
		h.Set("Openai-Organization", "sandbox")
		h.Set("Openai-Processing-Ms", "12")
	}
	if !limits {
		return
	}
	h.Set("X-Ratelimit-Limit-Requests", "500")
	h.Set("X-Ratelimit-Limit-Tokens", "500000")
	h.Set("X-Ratelimit-Remaining-Requests", strconv.Itoa(500-n%500))
	h.Set("X-Ratelimit-Remaining-Tokens", "499000")
	h.Set("X-Ratelimit-Reset-Requests", "1s")
	h.Set("X-Ratelimit-Reset-Tokens", "6m0s")
}

func (s *Sim) models(w http.ResponseWriter, id string) {
	describe := func(m string) map[string]any {
		return map[string]any{"id": m, "object": "model", "created": 1790000000, "owned_by": "system"}
	}
	if id != "" {
		if !slices.Contains(s.cfg.Models, id) {
			s.refuse(w, unknownModel(id))
			return
		}
		reply(w, http.StatusOK, describe(id))
		return
	}
	all := []any{}
	for _, m := range s.cfg.Models {
		all = append(all, describe(m))
	}
	reply(w, http.StatusOK, map[string]any{"object": "list", "data": all})
}

// recorded keeps each model request and, at the end, its status.
func (s *Sim) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api, rest := split(r.URL.Path)
		if r.Method != http.MethodPost || rest != "" || (api != apiResponses && api != apiChat) {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<20))
		r.Body = io.NopCloser(bytes.NewReader(body))
		var named struct{ Model string }
		_ = json.Unmarshal(body, &named)
		sw := &statusWriter{ResponseWriter: w}
		n := s.begin(Call{API: api, Model: named.Model, At: s.cfg.Clock.Now(), Prompt: body})
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
