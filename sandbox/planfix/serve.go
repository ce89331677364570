package planfix

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"marketa/sandbox/wire"
)

const maxBody = 32 << 20 // our guess; the vendor only says that code 7002 exists

// call is one authenticated request.
type call struct {
	r    *http.Request
	body []byte
}

// endpoint answers with what becomes the JSON body beside "result"; status 0 is 200.
type endpoint func(call) (reply, error)

type reply struct {
	status int
	fields map[string]any
	bytes  []byte // a file instead
}

func rows(key string, list any) (reply, error) {
	return reply{fields: map[string]any{key: list}}, nil
}

func madeID(id int) (reply, error) {
	return reply{status: http.StatusCreated, fields: map[string]any{"id": id}}, nil
}

// serve reads, runs the endpoint under the lock and writes.
func (s *Sim) serve(scope string, do endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			err = refuse(400, 7002, "File is too big")
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if err == nil {
			err = s.admit(r, scope)
		}
		var answer reply
		if err == nil {
			answer, err = do(call{r, body})
		}
		s.write(w, answer, err)
	}
}

// admit asks for a token, its scope, and a request that is left.
func (s *Sim) admit(r *http.Request, scope string) error {
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok && r.Method == http.MethodGet {
		token = r.URL.Query().Get("access_token")
	}
	scopes, known := s.tokens[token]
	switch {
	case !known || token == "":
		return refuse(401, 1, "Token is invalid")
	case len(scopes) > 0 && !scopes[scope]:
		return refuse(400, 5, "Token has no scope "+scope)
	case s.left == 0:
		return refuse(400, 22, "Daily request limit is exceeded")
	}
	now := s.clock.Now()
	if s.rate && now.Sub(s.lastCall) < time.Second {
		return refuse(429, 22, "Too many requests")
	}
	s.lastCall = now
	if s.left > 0 {
		s.left--
	}
	return nil
}

func (s *Sim) write(w http.ResponseWriter, answer reply, err error) {
	w.Header().Set("Content-Type", "application/json")
	if s.left >= 0 {
		w.Header().Set("X-RateLimit-Remaining", strconv.Itoa(s.left))
	}
	var no *refusal
	if err != nil && !errors.As(err, &no) {
		no = refuse(500, 0, "Unknown error")
	}
	switch {
	case no != nil:
		w.WriteHeader(no.status)
		_, _ = w.Write(no.body(s.messageOnly))
	case answer.bytes != nil:
		w.Header().Set("Content-Type", "application/octet-stream")
		_, _ = w.Write(answer.bytes)
	default:
		w.WriteHeader(max(answer.status, http.StatusOK))
		_, _ = w.Write(envelope(answer.fields))
	}
}

func envelope(fields map[string]any) []byte {
	all := map[string]any{"result": "success"}
	for k, v := range fields {
		all[k] = v
	}
	b, _ := json.Marshal(all)
	return b
}

// refusal is the vendor's error envelope.
type refusal struct {
	status, code int
	words        string
}

func refuse(status, code int, words string) *refusal { return &refusal{status, code, words} }

func (e *refusal) Error() string { return e.words }

func (e *refusal) body(messageOnly bool) []byte {
	fields := map[string]any{"result": "fail", "code": e.code, "error": e.words, "message": e.words}
	if messageOnly {
		fields["result"] = "failure"
		delete(fields, "error")
	}
	b, _ := json.Marshal(fields)
	return b
}

// Refuse is a fault that answers as the vendor would.
func Refuse(status, code int, words string) wire.Fault {
	return wire.Fault{Status: status, Header: map[string]string{"Content-Type": "application/json"}, Body: string(refuse(status, code, words).body(false))}
}

// decode reads a JSON body and refuses keys that the vendor does not know.
func decode[T any](c call) (in T, err error) {
	if len(bytes.TrimSpace(c.body)) == 0 {
		return in, refuse(400, 40, "Required parameter is missing")
	}
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		if strings.Contains(err.Error(), "unknown field") || strings.Contains(err.Error(), "cannot unmarshal") {
			return in, refuse(400, 41, "Parameter has an invalid value")
		}
		return in, refuse(400, 30, "Request body is not valid JSON")
	}
	return in, nil
}

func (c call) id() int {
	id, err := strconv.Atoi(c.r.PathValue("id"))
	if err != nil {
		return -1
	}
	return id
}
