package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// Handler serves /bot<token>/<method> and /file/bot<token>/<path>, as https://api.telegram.org does.
func (s *Sim) Handler() http.Handler {
	return s.faults.Wrap(s.clock, s.operation, http.HandlerFunc(s.serve))
}

// operation names a request for the script of faults.
func (s *Sim) operation(r *http.Request) string {
	if strings.HasPrefix(r.URL.Path, "/file/") {
		return "file"
	}
	_, name, _ := route(r.URL.Path)
	if m, known := s.methods[strings.ToLower(name)]; known {
		return m.name
	}
	return name
}

// route takes /bot<token>/<method> apart.
func route(path string) (token, method string, ok bool) {
	rest, ok := strings.CutPrefix(path, "/bot")
	token, method, _ = strings.Cut(rest, "/")
	return token, method, ok
}

func (s *Sim) serve(w http.ResponseWriter, r *http.Request) {
	if path, isFile := strings.CutPrefix(r.URL.Path, "/file"); isFile {
		s.download(w, path)
		return
	}
	token, name, ok := route(r.URL.Path)
	if !ok {
		reject(w, errNotFound)
		return
	}
	if err := s.authorize(token); err != nil {
		reject(w, err)
		return
	}
	p, err := readParams(w, r)
	if failed := (*failure)(nil); err != nil && !errors.As(err, &failed) {
		panic(http.ErrAbortHandler) // the caller hung up in the middle of its request
	}
	if err != nil {
		reject(w, err)
		return
	}
	result, err := s.call(r.Context(), name, p)
	if err != nil {
		reject(w, err)
		return
	}
	accept(w, result)
}

var tokenPattern = regexp.MustCompile(`^[1-9][0-9]*:[A-Za-z0-9_-]+$`)

// authorize tells a wrong token (401) from something that is no token at all (404).
func (s *Sim) authorize(token string) error {
	switch {
	case token == s.token:
		return nil
	case tokenPattern.MatchString(token):
		return errUnauthorized
	}
	return errNotFound
}

// call runs one method, from a request or from a webhook's answer, and writes it into the log.
func (s *Sim) call(ctx context.Context, name string, p params) (any, error) {
	m, known := s.methods[strings.ToLower(name)]
	if !known {
		return nil, errNoMethod
	}
	if m.name == "getUpdates" {
		return s.getUpdates(ctx, p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	result, err := m.run(p)
	entry := Call{Method: m.name, ChatID: p.int("chat_id"), At: s.clock.Now(), OK: err == nil}
	if err != nil {
		entry.Error = err.Error()
	}
	s.lockedLog(entry)
	return result, err
}

type answer struct {
	OK          bool              `json:"ok"`
	Result      any               `json:"result,omitempty"`
	ErrorCode   int               `json:"error_code,omitempty"`
	Description string            `json:"description,omitempty"`
	Parameters  *answerParameters `json:"parameters,omitempty"`
}

type answerParameters struct {
	RetryAfter      int   `json:"retry_after,omitempty"`
	MigrateToChatID int64 `json:"migrate_to_chat_id,omitempty"`
}

// noted is a result with a description, as the webhook methods give it.
type noted struct {
	result any
	note   string
}

func accept(w http.ResponseWriter, result any) {
	a := answer{OK: true, Result: result}
	if n, ok := result.(noted); ok {
		a.Result, a.Description = n.result, n.note
	}
	write(w, http.StatusOK, a)
}

func reject(w http.ResponseWriter, err error) {
	f := &failure{code: http.StatusInternalServerError, words: "Internal Server Error"}
	errors.As(err, &f)
	a := answer{ErrorCode: f.code, Description: f.words}
	if f.retryAfter != 0 || f.migrateTo != 0 {
		a.Parameters = &answerParameters{RetryAfter: f.retryAfter, MigrateToChatID: f.migrateTo}
	}
	if f.retryAfter != 0 {
		w.Header().Set("Retry-After", strconv.Itoa(f.retryAfter))
	}
	write(w, f.code, a)
}

func write(w http.ResponseWriter, status int, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(a)
}

// download: https://core.telegram.org/bots/api#getfile
func (s *Sim) download(w http.ResponseWriter, path string) {
	token, name, _ := route(path)
	s.mu.Lock()
	f := s.paths[name]
	s.mu.Unlock()
	if err := s.authorize(token); err != nil {
		reject(w, err)
		return
	}
	if f == nil || f.data == nil {
		reject(w, errNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(f.data)
}
