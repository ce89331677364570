package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

type answer struct {
	Name string `json:"name"`
	Age  int    `json:"age"`
}

// serve answers every request with h and gives a caller that holds a token.
func serve(t *testing.T, h http.HandlerFunc) *Caller {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return callerOf(srv.URL)
}

func callerOf(base string) *Caller {
	return &Caller{Base: base, HTTP: NewClient(time.Minute), Auth: func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer tok_secret")
	}}
}

func TestJSONGoesOutAndComesBack(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var in answer
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Method != "PUT" || r.URL.EscapedPath() != "/v1/a%2Fb" ||
			r.URL.RawQuery != "count=5" || r.Header.Get("Content-Type") != "application/json" ||
			r.Header.Get("Authorization") != "Bearer tok_secret" || r.UserAgent() != "marketa" {
			t.Errorf("arrived: %s %s %v %+v (%v)", r.Method, r.URL, r.Header, in, err)
		}
		_, _ = w.Write([]byte(`{"name":"` + in.Name + `","age":2}`))
	})
	c.Base += "/"
	var out answer
	err := c.Do(t.Context(), "PUT", "/v1/"+url.PathEscape("a/b"), url.Values{"count": {"5"}}, answer{Name: "ada"}, &out)
	if err != nil || out != (answer{"ada", 2}) {
		t.Fatalf("%+v, %v", out, err)
	}
}

func TestAnEmptyAnswerLeavesOutAlone(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	out := answer{Name: "before"}
	if err := c.Do(t.Context(), "GET", "/limits", nil, nil, &out); err != nil || out.Name != "before" {
		t.Fatalf("%+v, %v", out, err)
	}
}

func TestWhatTheVendorRefusesIsAnsweredAndKeepsItsWords(t *testing.T) {
	t.Parallel()
	c := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = w.Write([]byte(`{"error":"slow down"}` + strings.Repeat(" ", 2*maxErrorBody)))
	})
	e := failure(t, c.Do(t.Context(), "POST", "/messages/text", nil, answer{}, nil))
	if e.Sent != Answered || e.Status != 429 || e.RetryAfter() != 7*time.Second {
		t.Errorf("%v %d, retry after %s", e.Sent, e.Status, e.RetryAfter())
	}
	if !strings.HasPrefix(string(e.Body), `{"error":"slow down"}`) || len(e.Body) != maxErrorBody {
		t.Errorf("kept %d bytes", len(e.Body))
	}
}

func TestErrorsNameNoQueryBodyTokenOrId(t *testing.T) {
	t.Parallel()
	words := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(403)
		_, _ = w.Write([]byte("hidden-answer"))
	})
	unreadable := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"age":"hidden-answer"}`))
	})
	garbage := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, _ := w.(http.Hijacker).Hijack()
		_, _ = conn.Write([]byte("hidden-answer\r\n\r\n"))
		_ = conn.Close()
	})
	redirect := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "http://[hidden-answer")
		w.WriteHeader(302)
	})
	refused := callerOf("http://127.0.0.1:1")
	for name, c := range map[string]*Caller{"403": words, "unreadable": unreadable, "garbage": garbage, "redirect": redirect,
		"refused": refused, "bad base": callerOf("hidden-answer://380501112233")} {
		err := c.Do(t.Context(), "POST", "/messages/list/380501112233@s.whatsapp.net", url.Values{"q": {"hidden-query"}},
			answer{Name: "hidden-body"}, &answer{})
		e := failure(t, err)
		for _, secret := range []string{"hidden", "380501112233", "tok_secret"} {
			if strings.Contains(e.Error(), secret) {
				t.Errorf("%s: %q names %q", name, e, secret)
			}
		}
		if !strings.HasPrefix(e.Error(), "POST /messages/list/*: ") {
			t.Errorf("%s: %q does not say what was tried", name, e)
		}
	}
}

func TestARedirectIsRefusedSoThatTheTokenStays(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		thief := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") })
		c := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.Base+"/steal", status) })
		c.HTTP = &http.Client{} // a client that would follow
		for _, method := range []string{"GET", "POST"} {
			e := failure(t, c.Do(t.Context(), method, "/x", nil, nil, nil))
			if e.Sent != Answered || e.Status != status {
				t.Errorf("%s %d: %v", method, status, e)
			}
		}
	}
}

func TestAPathCannotChangeTheHost(t *testing.T) {
	t.Parallel()
	c := callerOf("http://127.0.0.1:1")
	for _, path := range []string{"@evil.example/x", ".evil.example/x", "", "x", "/x?token=1", "/x#y", "/\x00"} {
		if e := failure(t, c.Do(t.Context(), "GET", path, nil, nil, nil)); e.Sent != NotSent || e.Err != errBadRequest {
			t.Errorf("%q: %v", path, e)
		}
	}
}

func TestAnAnswerOverTheLimitIsNotRead(t *testing.T) {
	t.Parallel()
	exact := `{"name":"` + strings.Repeat("x", 89) + `"}` // 100 bytes
	for limit, ok := range map[int64]bool{99: false, 100: true, 101: true} {
		c := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, exact) })
		c.MaxBody = limit
		err := c.Do(t.Context(), "GET", "/x", nil, nil, &answer{})
		if ok != (err == nil) || (!ok && !errors.Is(err, errTooLarge)) {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

func TestRetryAfterIsReadInBothForms(t *testing.T) {
	t.Parallel()
	const date = "Mon, 02 Mar 2026 10:00:00 GMT"
	for given, want := range map[string]time.Duration{
		"":                              0,
		"12":                            12 * time.Second,
		" 3 ":                           3 * time.Second,
		"-5":                            0,
		"soon":                          0,
		"99999999999999":                maxRetryAfter * time.Second,
		"Mon, 02 Mar 2026 10:00:30 GMT": 30 * time.Second,
		"Mon, 02 Mar 2026 09:00:00 GMT": 0,
	} {
		e := &Error{Header: http.Header{"Retry-After": {given}, "Date": {date}}}
		if got := e.RetryAfter(); got != want {
			t.Errorf("%q: %s, want %s", given, got, want)
		}
	}
	if (&Error{}).RetryAfter() != 0 {
		t.Error("a wait without any answer")
	}
}

func TestTheCauseStaysInTheChain(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	err := callerOf("http://127.0.0.1:1").Do(ctx, "GET", "/x", nil, nil, nil)
	if !errors.Is(err, context.Canceled) || failure(t, err).Error() != "GET /x: nothing was sent: cancelled" {
		t.Errorf("%v", err)
	}
}

func failure(t *testing.T, err error) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Fatalf("want an *Error, got %v", err)
	}
	return e
}
