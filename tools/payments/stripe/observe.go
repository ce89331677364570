package stripe

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"

	"marketa/internal/rest"
)

const maxAnswer = 8 << 20 // bytes

var errTooLarge = errors.New("the answer is too large")

// seen is what the transport saw of one call: the library tells its caller neither.
type seen struct {
	asked, got atomic.Bool  // for a connection
	status     atomic.Int64 // of the answer, 0: none
	header     atomic.Pointer[http.Header]
}

type seenKey struct{}

func watch(ctx context.Context) (context.Context, *seen) {
	s := &seen{}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { s.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.got.Store(true) },
	})
	return context.WithValue(ctx, seenKey{}, s), s
}

// certainty of a call without an answer. Only a transport that asked for a connection and never got one has certainly sent nothing.
func (s *seen) certainty() rest.Certainty {
	if s.asked.Load() && !s.got.Load() {
		return rest.NotSent
	}
	return rest.Unknown
}

// observed is a copy of the client that keeps answers to a size, follows no redirects (the key would travel along) and
// writes down what it saw.
func observed(given *http.Client) *http.Client {
	if given == nil {
		given = plain()
	}
	c := *given
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	c.Transport = observer{next}
	return &c
}

type observer struct{ next http.RoundTripper }

func (o observer) RoundTrip(r *http.Request) (*http.Response, error) {
	out := r.Clone(r.Context())
	out.Header.Del("X-Stripe-Client-User-Agent") // the library writes the name of this machine into it
	out.GetBody = nil                            // or net/http sends it again by itself, seeing an idempotency key
	resp, err := o.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	if s, ok := r.Context().Value(seenKey{}).(*seen); ok {
		s.status.Store(int64(resp.StatusCode))
		s.header.Store(&resp.Header)
	}
	resp.Body = &limited{resp.Body, maxAnswer}
	return resp, nil
}

// limited fails where the answer is longer than we would read.
type limited struct {
	io.ReadCloser
	left int
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.ReadCloser.Read(p)
	if l.left -= n; l.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
