package llm

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
)

// Exchange is one HTTP call as it went over the wire. The vendors' SDKs lose what the next step depends on (the status
// beside an odd error body, an error inside a 200, a last frame without its blank line), so adapters look here first.
type Exchange struct {
	Status int // 0: no answer came
	Header http.Header
	Body   []byte // of an answer in one piece: any error, and any JSON; never nil for these, nil for a stream
	Sent   int    // bytes of the request, to estimate its cost
	err    error  // the body broke off

	pulse *Pulse
}

const maxBody = 16 << 20

// Err is why the body could not be read to its end, nil otherwise.
func (x *Exchange) Err() error { return x.err }

// Failed says that the vendor answered with a status that is no success.
func (x *Exchange) Failed() bool { return x.Status != 0 && (x.Status < 200 || x.Status > 299) }

// Whole says that a success came in one piece of JSON, asked for or not.
func (x *Exchange) Whole() bool { return !x.Failed() && x.Body != nil && !x.Page() }

// Page says that a web page came where an answer should be: somebody between us and the vendor speaks.
func (x *Exchange) Page() bool {
	return mediaType(x.Header) == "text/html" || bytes.HasPrefix(x.Body, []byte("<"))
}

type exchangeKey struct{}

// Observe makes the next call through [HTTPClient] under this context leave its traces in the Exchange.
func Observe(ctx context.Context, pulse *Pulse) (context.Context, *Exchange) {
	x := &Exchange{pulse: pulse}
	return context.WithValue(ctx, exchangeKey{}, x), x
}

// HTTPClient is a client for an adapter: observed, without redirects (they would carry the key elsewhere) and without
// a timeout of its own. A nil transport is Go's default.
func HTTPClient(transport http.RoundTripper) *http.Client {
	if transport == nil {
		transport = http.DefaultTransport
	}
	return &http.Client{
		Transport:     observed{transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

type observed struct{ next http.RoundTripper }

func (o observed) RoundTrip(req *http.Request) (*http.Response, error) {
	x, _ := req.Context().Value(exchangeKey{}).(*Exchange)
	if x == nil {
		return o.next.RoundTrip(req)
	}
	x.Sent = max(0, int(req.ContentLength))
	resp, err := o.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	x.Status, x.Header = resp.StatusCode, resp.Header
	body := bufio.NewReader(resp.Body)
	if x.Failed() || inOnePiece(resp, body) {
		return x.readAll(resp, body)
	}
	resp.Body = &closedFrames{body: body, Closer: resp.Body, x: x}
	return resp, nil
}

// inOnePiece looks at the first letter rather than at the content type: some servers answer a stream with JSON, some
// send a stream under the name of JSON.
func inOnePiece(resp *http.Response, body *bufio.Reader) bool {
	if mediaType(resp.Header) == "text/event-stream" {
		return false
	}
	for {
		b, err := body.ReadByte()
		if err != nil {
			return true
		}
		if !strings.ContainsRune(" \t\r\n", rune(b)) {
			_ = body.UnreadByte() // cannot fail right after ReadByte
			return strings.ContainsRune("{[<\"", rune(b))
		}
	}
}

func (x *Exchange) readAll(resp *http.Response, from io.Reader) (*http.Response, error) {
	x.pulse.Whole()
	body, err := io.ReadAll(io.LimitReader(from, maxBody))
	_ = resp.Body.Close()
	x.Body, x.err = body, err
	if err != nil {
		return nil, err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

func mediaType(h http.Header) string {
	t, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	return t
}

// closedFrames ends a stream with the blank line that some servers leave out after their last frame; without it the
// SDKs drop that frame, and it is the one that says that the answer is complete. A frame that was really cut short
// stays broken JSON. A line that breaks is noted in the Exchange and ends the stream like any other, because the SDKs
// differ in what they make of it.
type closedFrames struct {
	io.Closer
	body io.Reader
	tail io.Reader
	x    *Exchange
}

func (c *closedFrames) Read(p []byte) (int, error) {
	if c.tail != nil {
		return c.tail.Read(p)
	}
	n, err := c.body.Read(p)
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		c.x.err = err
	}
	c.tail = strings.NewReader("\n\n")
	return n, nil
}
