package rest

import (
	"context"
	"io"
	"net/http"
)

// Raw is an answer that is no JSON: a file, to be read as it comes and closed.
type Raw struct {
	io.ReadCloser
	MIME string
	Size int64 // as the answer says, -1: it does not
}

// Open asks for a file. MaxBody does not apply: whoever reads must limit it. An error is an [*Error] and means that there is no body.
func (c *Caller) Open(ctx context.Context, path string) (*Raw, error) {
	op := operation(http.MethodGet, path)
	req, err := c.request(ctx, http.MethodGet, path, nil, nil)
	if err != nil {
		return nil, &Error{Op: op, Sent: NotSent, Err: err}
	}
	req.Header.Set("Accept", "*/*")
	seen := &witness{}
	resp, err := c.client().Do(req.WithContext(seen.watch(ctx)))
	if err != nil {
		return nil, &Error{Op: op, Sent: seen.certainty(), Err: withoutURL(err)}
	}
	return raw(op, resp)
}

// Fetch gets a file from an address that somebody else gave us, by a [SafeClient]. Its errors do not show the address.
func Fetch(ctx context.Context, client *http.Client, address string) (*Raw, error) {
	const op = "GET a link"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil || (req.URL.Scheme != "https" && req.URL.Scheme != "http") || req.URL.Host == "" {
		return nil, &Error{Op: op, Sent: NotSent, Err: errBadRequest}
	}
	req.Header.Set("User-Agent", "marketa")
	resp, err := client.Do(req)
	if err != nil {
		return nil, &Error{Op: op, Sent: Unknown, Err: withoutURL(err)}
	}
	return raw(op, resp)
}

func raw(op string, resp *http.Response) (*Raw, error) {
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
		_ = resp.Body.Close()
		return nil, &Error{Op: op, Status: resp.StatusCode, Header: resp.Header, Body: body, Sent: Answered}
	}
	return &Raw{ReadCloser: resp.Body, MIME: resp.Header.Get("Content-Type"), Size: resp.ContentLength}, nil
}
