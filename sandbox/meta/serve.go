package meta

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const maxBody = 1 << 20 // bytes of a request to the Graph; files have a host of their own

// call is one request: its parameters from query and body together, and whose token it carries.
type call struct {
	r     *http.Request
	given url.Values
	token *token // nil on the way to one
	id    string // {id} of the path
}

func (c call) get(name string) string { return c.given.Get(name) }

// wants says whether a read asked for a field; without a list the vendor shows next to nothing but the id.
func (c call) wants(field string) bool {
	for _, f := range topLevel(c.get("fields")) {
		name, _, _ := strings.Cut(f, "{")
		name, _, _ = strings.Cut(name, ".")
		if name == field {
			return true
		}
	}
	return false
}

// topLevel splits a,b{c,d},e at the commas outside braces.
func topLevel(fields string) []string {
	var parts []string
	depth, start := 0, 0
	for i, r := range fields {
		switch r {
		case '{', '(':
			depth++
		case '}', ')':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(fields[start:i]))
				start = i + 1
			}
		}
	}
	return append(parts, strings.TrimSpace(fields[start:]))
}

// endpoint answers a call with what becomes the JSON body.
type endpoint func(call) (any, error)

// serve runs an endpoint that needs a token.
func (s *Sim) serve(do endpoint) http.HandlerFunc {
	return s.open(func(c call) (any, error) {
		if err := s.authenticate(&c); err != nil {
			return nil, err
		}
		if err := s.throttled(c); err != nil {
			return nil, err
		}
		return do(c)
	})
}

// open runs an endpoint under the lock and writes its answer, or the lie that was ordered instead.
func (s *Sim) open(do endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		given, err := parameters(r)
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil {
			s.refuse(w, r, Refused(100, 0))
			return
		}
		op := named(r.Method, r.Pattern)
		answer, err := do(call{r: r, given: given, id: r.PathValue("id")})
		if lie, told := s.lie(op); told && err == nil {
			err = lie
		}
		s.note(op, r, err)
		var no Refusal
		switch {
		case errors.As(err, &no):
			s.refuse(w, r, no)
		case err != nil:
			s.refuse(w, r, Refused(1, 0))
		default:
			s.head(w, r)
			_ = json.NewEncoder(w).Encode(answer)
		}
	}
}

func parameters(r *http.Request) (url.Values, error) {
	given := r.URL.Query()
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, errUnreadable
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded":
		form, err := url.ParseQuery(string(body))
		for k, v := range form {
			given[k] = v
		}
		return given, err
	case "application/json":
		return given, intoValues(body, given)
	}
	return given, nil
}

var errUnreadable = errors.New("unreadable request")

// intoValues flattens a JSON body to what the same call has as a form: nested values as compact JSON.
func intoValues(body []byte, given url.Values) error {
	var fields map[string]json.RawMessage
	if len(body) == 0 {
		return nil
	}
	if err := json.Unmarshal(body, &fields); err != nil {
		return err
	}
	for name, raw := range fields {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			given.Set(name, text)
			continue
		}
		var compact bytes.Buffer
		if json.Compact(&compact, raw) == nil {
			given.Set(name, compact.String())
		}
	}
	return nil
}

// authenticate finds the token and checks its proof.
func (s *Sim) authenticate(c *call) error {
	secret := bearer(c.r)
	if secret == "" {
		secret = c.get("access_token")
	}
	if secret == "" {
		return Refused(2500, 0).saying("An active access token must be used to query information about the current user.")
	}
	if err := s.checkProof(secret, c.get("appsecret_proof"), c.get("appsecret_time")); err != nil {
		return err
	}
	if secret == s.cfg.AppID+"|"+s.cfg.AppSecret {
		c.token = &token{secret: secret, kind: "APP"}
		return nil
	}
	t := s.tokens[secret]
	if t == nil {
		return Refused(190, 0)
	}
	c.token = t
	return s.dead(t)
}

func bearer(r *http.Request) string {
	for _, scheme := range []string{"Bearer ", "OAuth "} {
		if secret, found := strings.CutPrefix(r.Header.Get("Authorization"), scheme); found {
			return secret
		}
	}
	return ""
}

func (s *Sim) checkProof(secret, proof, at string) error {
	if proof == "" {
		if s.requireProof {
			return Refused(100, 0).saying("API calls from the server require an appsecret_proof argument")
		}
		return nil
	}
	message := secret
	if at != "" {
		message += "|" + at
	}
	if !hmac.Equal([]byte(proof), []byte(hex.EncodeToString(s.sign(message)))) {
		return Refused(100, 0).saying("Invalid appsecret_proof provided in the API argument")
	}
	return nil
}

func (s *Sim) sign(message string) []byte {
	mac := hmac.New(sha256.New, []byte(s.cfg.AppSecret))
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

// head is what every answer carries.
func (s *Sim) head(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=UTF-8")
	h.Set("facebook-api-version", s.version(r))
	h.Set("x-fb-trace-id", s.trace())
	h.Set("x-app-usage", `{"call_count":3,"total_time":2,"total_cputime":1}`)
}

func (s *Sim) version(r *http.Request) string {
	if s.downgrade != "" {
		return s.downgrade
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	return version
}

func (s *Sim) trace() string {
	s.serial++
	return fmt.Sprintf("A%08x", s.serial)
}

func (s *Sim) refuse(w http.ResponseWriter, r *http.Request, no Refusal) {
	s.head(w, r)
	if no.Minutes > 0 {
		w.Header().Set("x-business-use-case-usage", no.usage())
	}
	if no.Code == 190 || no.Code == 102 {
		w.Header().Set("WWW-Authenticate", fmt.Sprintf(`OAuth "Facebook Platform" "invalid_token" %q`, no.Message))
	}
	w.WriteHeader(no.Status)
	_, _ = w.Write(no.body())
}

// wireTime is how the Graph writes a time.
func wireTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05-0700") }

// list is a page of an edge, with the cursor of its last item; next only when there is more.
func list(c call, items []any) map[string]any {
	limit, start := 25, 0
	_, _ = fmt.Sscan(c.get("limit"), &limit)
	_, _ = fmt.Sscan(strings.TrimPrefix(c.get("after"), "QV"), &start)
	limit, start = min(max(limit, 1), 100), min(max(start, 0), len(items))
	end := min(start+limit, len(items))
	answer := map[string]any{"data": append([]any{}, items[start:end]...)}
	if len(items) == 0 {
		return answer
	}
	paging := map[string]any{"cursors": map[string]string{"before": fmt.Sprint("QV", start), "after": fmt.Sprint("QV", end)}}
	if end < len(items) {
		next := url.URL{Scheme: "http", Host: c.r.Host, Path: c.r.URL.Path}
		q := url.Values{"access_token": {c.token.secret}, "fields": {c.get("fields")}, "limit": {fmt.Sprint(limit)}, "after": {fmt.Sprint("QV", end)}}
		next.RawQuery = q.Encode()
		paging["next"] = next.String()
	}
	answer["paging"] = paging
	return answer
}
