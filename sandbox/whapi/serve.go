package whapi

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/gorilla/mux"

	"marketa/sandbox/wire"
)

// maxBody is our guess, a little above the largest document; the vendor only says that 413 exists.
const maxBody = 101 << 20

// call is one authenticated request.
type call struct {
	ch   *channel
	r    *http.Request
	body []byte
	vars map[string]string
}

// endpoint answers a call with what becomes the JSON body; nil is 204.
type endpoint func(call) (any, error)

// success is the vendor's {"success":true}.
var success = map[string]bool{"success": true}

// serve reads, authenticates, runs the endpoint under the lock and writes.
func (s *Sim) serve(do endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			refuse(413, "Request body too large").write(w)
			return
		}
		answer, err := s.run(do, r, body)
		var no *refusal
		switch {
		case errors.As(err, &no):
			no.write(w)
		case err != nil:
			refuse(500, "Internal error").write(w)
		case answer == nil:
			w.WriteHeader(http.StatusNoContent)
		default:
			answer.write(w, http.StatusOK)
		}
	}
}

// raw is an answer that is no JSON of ours: a file.
type raw struct {
	mime  string
	bytes []byte
}

func (a *raw) write(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", a.mime)
	w.WriteHeader(status)
	_, _ = w.Write(a.bytes)
}

// run gives the encoded answer, nil for none.
func (s *Sim) run(do endpoint, r *http.Request, body []byte) (*raw, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.authenticate(r)
	if err != nil {
		return nil, err
	}
	answer, err := do(call{ch, r, body, mux.Vars(r)})
	if err != nil || answer == nil {
		return nil, err
	}
	if file, ready := answer.(raw); ready {
		return &file, nil
	}
	return &raw{jsonType, encode(answer)}, nil
}

const jsonType = "application/json; charset=utf-8"

// authenticate finds the channel of the token. An unknown one is not told apart from a channel that does not exist; a
// channel whose subscription ended (STOP) shows its health and nothing else.
func (s *Sim) authenticate(r *http.Request) (*channel, error) {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	ch := s.channelByToken(token)
	if ch == nil || ch.health == "STOP" && r.URL.Path != "/health" {
		return nil, refuse(404, "Channel not found")
	}
	return ch, nil
}

// online refuses what needs a connected phone while there is none.
func online(purpose string, do endpoint) endpoint {
	return func(c call) (any, error) {
		if c.ch.health != auth {
			return nil, refuse(401, "need channel authorization for "+purpose)
		}
		return do(c)
	}
}

// refusal is the vendor's error envelope.
type refusal struct {
	Status int
	Detail errorJSON
}

func refuse(status int, message string) *refusal {
	return &refusal{status, errorJSON{Code: status, Message: message}}
}

func (e *refusal) Error() string { return e.Detail.Message }

func (e *refusal) body() []byte { return encode(map[string]errorJSON{"error": e.Detail}) }

func (e *refusal) write(w http.ResponseWriter) { (&raw{jsonType, e.body()}).write(w, e.Status) }

// Refuse is a fault that answers as the vendor would: 402, 403, 413, 429, 500…
func Refuse(status int, message string) wire.Fault {
	e := refuse(status, message)
	return wire.Fault{Status: status, Header: map[string]string{"Content-Type": "application/json"}, Body: string(e.body())}
}

// decode reads a JSON body. What is in it is never repeated in the refusal.
func decode[T any](c call) (T, error) {
	var in T
	kind, _, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	if kind != "application/json" {
		return in, refuse(400, "Wrong request parameters: the body must be application/json")
	}
	return unmarshal[T](c.body)
}

func unmarshal[T any](body []byte) (in T, err error) {
	if json.Unmarshal(body, &in) != nil {
		return in, errUnreadable
	}
	return in, nil
}
