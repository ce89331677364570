package rest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// vendor is a server that we script byte by byte: on is called for every connection and the connection closed after it.
func vendor(t *testing.T, on func(nth int, c *wired)) *Caller {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				on(n, &wired{conn, bufio.NewReader(conn)})
			}()
		}
	}()
	return callerOf("http://" + l.Addr().String())
}

type wired struct {
	net.Conn
	r *bufio.Reader
}

// request reads one whole request, body included; false when the connection ended before.
func (w *wired) request() bool {
	r, err := http.ReadRequest(w.r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

func (w *wired) say(s string) { _, _ = io.WriteString(w, s) }

// until is a context that ends when the test says so, to stand for a caller whose patience is over.
func until(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{\"name\":\"ada\"}"

func TestNothingWasSentWhereNoConnectionCameAbout(t *testing.T) {
	t.Parallel()
	ctx, cancel := until(t)
	mute := vendor(t, func(_ int, c *wired) {
		_, _ = c.r.ReadByte() // the first byte of the TLS hello
		cancel()
		_, _ = io.Copy(io.Discard, c.r)
	})
	mute.Base = strings.Replace(mute.Base, "http:", "https:", 1)
	plain := vendor(t, func(_ int, c *wired) { c.say("HTTP/1.1 400 Bad Request\r\n\r\n") })
	plain.Base = strings.Replace(plain.Base, "http:", "https:", 1)
	strange := httptest.NewTLSServer(http.NotFoundHandler()) // a certificate that nobody vouches for
	t.Cleanup(strange.Close)
	gone, goneCancel := until(t)
	goneCancel()
	unknown := callerOf("http://vendor.invalid")
	unknown.HTTP.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "vendor.invalid", IsNotFound: true}}
	}
	unencodable := func(c *Caller, ctx context.Context) error { return c.Do(ctx, "POST", "/x", nil, make(chan int), nil) }
	post := func(c *Caller, ctx context.Context) error { return c.Do(ctx, "POST", "/x", nil, answer{}, nil) }
	for _, test := range []struct {
		name string
		c    *Caller
		ctx  context.Context
		call func(*Caller, context.Context) error
		says string
	}{
		{"refused", callerOf("http://127.0.0.1:1"), t.Context(), post, "connection refused"},
		{"no such host", unknown, t.Context(), post, "host not found"},
		{"handshake never answered", mute, ctx, post, "cancelled"},
		{"no TLS there", plain, t.Context(), post, "connection"},
		{"unknown certificate", callerOf(strange.URL), t.Context(), post, "no secure connection"},
		{"cancelled before", callerOf("http://127.0.0.1:1"), gone, post, "cancelled"},
		{"no address", callerOf("gate.example"), t.Context(), post, "base address"},
		{"other scheme", callerOf("ftp://gate.example"), t.Context(), post, "base address"},
		{"not JSON", callerOf("http://127.0.0.1:1"), t.Context(), unencodable, "cannot be built"},
	} {
		t.Run(test.name, func(t *testing.T) {
			e := failure(t, test.call(test.c, test.ctx))
			if e.Sent != NotSent || e.Status != 0 || !strings.Contains(e.Error(), test.says) {
				t.Errorf("%v", e)
			}
		})
	}
}

func TestOutcomeIsUnknownWhereverTheRequestMayHaveArrived(t *testing.T) {
	t.Parallel()
	for name, on := range map[string]func(*wired){
		"cut at once":                 func(c *wired) { _, _ = c.r.ReadByte() },
		"cut after the head":          func(c *wired) { _, _ = c.r.ReadString('\n') },
		"cut after the request":       func(c *wired) { c.request() },
		"no HTTP":                     func(c *wired) { c.request(); c.say("what?\r\n\r\n") },
		"an answer that is no JSON":   func(c *wired) { c.request(); c.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<ok>") },
		"an answer of another shape":  func(c *wired) { c.request(); c.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]") },
		"an answer without body":      func(c *wired) { c.request(); c.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") },
		"an answer shorter than said": func(c *wired) { c.request(); c.say("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}") },
		"an answer over the limit":    func(c *wired) { c.request(); c.say("HTTP/1.1 200 OK\r\n\r\n" + strings.Repeat(" ", 2048)) },
		"a head over the limit": func(c *wired) {
			c.request()
			c.say("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 1<<17) + "\r\n\r\n{}")
		},
		"broken chunks": func(c *wired) { c.request(); c.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n") },
		"gzip that is none": func(c *wired) {
			c.request()
			c.say("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}")
		},
		"a redirect that cannot be read": func(c *wired) { c.request(); c.say("HTTP/1.1 302 Found\r\nLocation: http://[\r\n\r\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := vendor(t, func(_ int, c *wired) { on(c) })
			c.MaxBody = 1024
			e := failure(t, c.Do(t.Context(), "POST", "/x", nil, answer{}, &answer{}))
			if e.Sent != Unknown {
				t.Errorf("%v", e)
			}
		})
	}
}

func TestImpatienceAfterTheRequestIsUnknown(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]string{"before the answer": "", "in its head": okAnswer[:20], "in its body": okAnswer[:len(okAnswer)-3]} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := until(t)
			c := vendor(t, func(_ int, c *wired) {
				c.request()
				c.say(before)
				cancel()
				_, _ = io.Copy(io.Discard, c.r)
			})
			e := failure(t, c.Do(ctx, "POST", "/x", nil, answer{}, &answer{}))
			if e.Sent != Unknown || !errors.Is(e, context.Canceled) {
				t.Errorf("%v", e)
			}
		})
	}
}

// Every prefix of an answer but the whole: a 200 that broke off leaves the outcome open, a refusal is one as soon as its head is there.
func TestAnAnswerCutAtEveryByte(t *testing.T) {
	t.Parallel()
	refusal := strings.Replace(okAnswer, "200 OK", "403 No", 1)
	head := strings.Index(okAnswer, "\r\n\r\n") + 4
	for cut := range len(okAnswer) + 1 {
		for _, text := range []string{okAnswer, refusal} {
			c := vendor(t, func(_ int, c *wired) { c.request(); c.say(text[:cut]) })
			err := c.Do(t.Context(), "POST", "/x", nil, answer{}, &answer{})
			switch {
			case text == okAnswer && cut == len(okAnswer):
				if err != nil {
					t.Errorf("the whole answer: %v", err)
				}
			case text == refusal && cut >= head:
				if e := failure(t, err); e.Sent != Answered || e.Status != 403 {
					t.Errorf("refused, cut at %d: %v", cut, e)
				}
			default:
				if e := failure(t, err); e.Sent != Unknown {
					t.Errorf("cut at %d: %v", cut, e)
				}
			}
		}
	}
}

// The transport repeats a GET by itself when a kept connection turns out to be dead. A POST must arrive once at most.
func TestAKeptConnectionThatDiesNeverSendsAPostTwice(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
		for _, key := range []string{"", "Idempotency-Key"} { // with this header the transport takes a POST for repeatable
			arrived, c := dyingVendor(t)
			auth := c.Auth
			c.Auth = func(r *http.Request) {
				auth(r)
				if key != "" {
					r.Header.Set(key, "1")
				}
			}
			if err := c.Do(t.Context(), method, "/x", nil, answer{}, &answer{}); err != nil {
				t.Fatal(err)
			}
			e := failure(t, c.Do(t.Context(), method, "/x", nil, answer{}, &answer{}))
			if e.Sent != Unknown || arrived.Load() != 2 {
				t.Errorf("%s %s: %v, %d requests arrived instead of 2", method, key, e, arrived.Load())
			}
		}
	}
	arrived, c := dyingVendor(t)
	for range 2 {
		if err := c.Do(t.Context(), "GET", "/x", nil, nil, &answer{}); err != nil {
			t.Errorf("a read is worth repeating: %v", err)
		}
	}
	if arrived.Load() != 3 {
		t.Errorf("%d reads arrived instead of 3: this test no longer meets the transport's own repeating", arrived.Load())
	}
}

// dyingVendor answers the first request of a connection and hangs up after having read the second.
func dyingVendor(t *testing.T) (*atomic.Int32, *Caller) {
	var arrived atomic.Int32
	return &arrived, vendor(t, func(_ int, c *wired) {
		for n := 1; c.request(); n++ {
			arrived.Add(1)
			if n == 2 {
				return
			}
			c.say(okAnswer)
		}
	})
}

// A round tripper that does not report what it does gets no benefit of the doubt.
func TestASilentRoundTripperIsUnknown(t *testing.T) {
	t.Parallel()
	c := callerOf("http://127.0.0.1:1")
	c.HTTP = &http.Client{Transport: silent{}}
	if e := failure(t, c.Do(t.Context(), "POST", "/x", nil, answer{}, nil)); e.Sent != Unknown {
		t.Errorf("%v", e)
	}
}

type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("lost") }

// HTTP/2 writes before it reports: whatever happens on an open connection is unknown.
func TestHTTP2ThatDiesAfterTheRequestIsUnknown(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.ProtoMajor != 2 {
			t.Error("this test wants HTTP/2")
		}
		_, _ = io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	}))
	srv.EnableHTTP2 = true
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := callerOf(srv.URL)
	c.HTTP = srv.Client()
	if e := failure(t, c.Do(t.Context(), "POST", "/x", nil, answer{}, nil)); e.Sent != Unknown {
		t.Errorf("%v", e)
	}
}

func TestABodyThatTheVendorStopsReadingIsUnknown(t *testing.T) {
	t.Parallel()
	big := answer{Name: string(bytes.Repeat([]byte("x"), 8<<20))}
	c := vendor(t, func(_ int, c *wired) { _, _ = c.r.ReadString('\n') })
	if e := failure(t, c.Do(t.Context(), "POST", "/x", nil, big, nil)); e.Sent != Unknown {
		t.Errorf("%v", e)
	}
}

func TestATimeoutAfterTheRequestIsUnknownAndSaysSo(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	c := vendor(t, func(_ int, c *wired) { c.request(); <-release })
	defer close(release)
	c.HTTP.Transport.(*http.Transport).ResponseHeaderTimeout = time.Millisecond // runs once the request is written
	e := failure(t, c.Do(t.Context(), "POST", "/x", nil, answer{}, nil))
	if e.Sent != Unknown || e.Error() != "POST /x: outcome unknown: timed out" || !errors.Is(e, context.DeadlineExceeded) {
		t.Errorf("%v", e)
	}
}
