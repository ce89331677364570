// Package rest is the one JSON-over-HTTP caller of every vendor client: limits on what is read, no redirects, and for each
// failure whether the vendor can have done what was asked.
//
// It knows HTTP and JSON, no vendor, and imports only the standard library. Retrying is the caller's business: a job, or
// whoever can look whether the thing was done. Start reading at [Caller.Do], then [Certainty]. [SafeClient] is for
// addresses that strangers gave us; vendors whose address is configuration use [NewClient].
package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	defaultMaxBody = 16 << 20 // bytes of an answer
	maxErrorBody   = 16 << 10 // bytes kept of an answer that is an error
	defaultTimeout = 60 * time.Second
)

// Caller speaks JSON to one vendor. Its zero fields have the defaults named here; only Base must be set.
type Caller struct {
	Base      string              // https://host[/prefix]; a slash at its end does not matter
	HTTP      *http.Client        // nil: net/http's own transport, one minute; NewClient is better for sends
	Auth      func(*http.Request) // signs the finished request, nil: nobody
	UserAgent string              // empty: marketa
	MaxBody   int64               // bytes of an answer, after decompression; 0: 16 MiB
}

// Do sends in as JSON (nil: no body) and reads the answer into out (nil: the answer's body does not matter).
//
// path begins with a slash and has its variable parts escaped (url.PathEscape). out stays as it was when the answer is
// empty by its status (204, 205). Every error is an [*Error] and says whether the vendor can have done it.
func (c *Caller) Do(ctx context.Context, method, path string, query url.Values, in, out any) error {
	op := operation(method, path)
	req, err := c.request(ctx, method, path, query, in)
	if err != nil {
		return &Error{Op: op, Sent: NotSent, Err: err}
	}
	seen := &witness{}
	resp, err := c.client().Do(req.WithContext(seen.watch(ctx)))
	if err != nil {
		return &Error{Op: op, Sent: seen.certainty(), Err: withoutURL(err)}
	}
	defer func() { _ = resp.Body.Close() }()
	return c.answer(op, resp, out)
}

func (c *Caller) request(ctx context.Context, method, path string, query url.Values, in any) (*http.Request, error) {
	if err := ctx.Err(); err != nil {
		return nil, err // before anything else, so that it is certain that nothing was sent
	}
	address, err := c.address(path, query)
	if err != nil {
		return nil, err
	}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, errBadRequest
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, address, body)
	if err != nil {
		return nil, errBadRequest
	}
	if method != http.MethodGet && method != http.MethodHead {
		req.GetBody = nil // the transport cannot rewind the body, so it never sends it a second time
	}
	c.head(req, in != nil)
	return req, nil
}

func (c *Caller) head(req *http.Request, hasBody bool) {
	req.Header.Set("Accept", "application/json")
	if hasBody {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "marketa")
	if c.UserAgent != "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	if c.Auth != nil {
		c.Auth(req)
	}
}

// address joins base, path and query; a path that could change the host is refused.
func (c *Caller) address(path string, query url.Values) (string, error) {
	base, err := url.Parse(c.Base)
	if err != nil || base.Host == "" || (base.Scheme != "https" && base.Scheme != "http") {
		return "", errBadBase
	}
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		return "", errBadRequest
	}
	address := strings.TrimRight(c.Base, "/") + path
	if len(query) > 0 {
		address += "?" + query.Encode()
	}
	return address, nil
}

// client is a copy that does not follow redirects: the token would travel along, and a POST would become a GET.
func (c *Caller) client() *http.Client {
	client := http.Client{Timeout: defaultTimeout}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = refuseRedirect
	return &client
}

func refuseRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func (c *Caller) answer(op string, resp *http.Response, out any) error {
	if resp.StatusCode/100 != 2 {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		return &Error{Op: op, Status: resp.StatusCode, Header: resp.Header, Body: body, Sent: Answered}
	}
	if out == nil || resp.StatusCode == http.StatusNoContent || resp.StatusCode == http.StatusResetContent {
		_, _ = io.CopyN(io.Discard, resp.Body, maxErrorBody) // so that the connection can be used again
		return nil                                           // the status is the answer; what follows cannot change that
	}
	body, err := c.read(resp.Body)
	if err == nil {
		err = decode(body, out)
	}
	if err != nil {
		return &Error{Op: op, Status: resp.StatusCode, Header: resp.Header, Body: head(body), Sent: Unknown, Err: err}
	}
	return nil
}

func (c *Caller) read(r io.Reader) ([]byte, error) {
	limit := c.MaxBody
	if limit <= 0 {
		limit = defaultMaxBody
	}
	body, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err == nil && int64(len(body)) > limit {
		err = errTooLarge
	}
	return body, err
}

// decode keeps what JSON complains about to a field's name: values may be anybody's words.
func decode(body []byte, out any) error {
	err := json.Unmarshal(body, out)
	var kind *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &kind):
		return &unreadable{what: "field " + kind.Field + " is no " + kind.Type.String()}
	default:
		return &unreadable{what: "no JSON"}
	}
}

func head(body []byte) []byte { return body[:min(len(body), maxErrorBody)] }
