// Package planfix is the client of one Planfix account: the agency's CRM, where a restaurant is a task.
//
// It knows Planfix's wire and nothing of our nouns: fields have the vendor's names. It imports internal/rest, internal/fault
// and the standard library. Whoever creates calls [Client.EnsureTask], which looks for our reference first, for the vendor
// has no idempotency key. What a failed call can have done is in [Error]. Start reading at [Client.EnsureTask], then
// [Error], then [ParseEvent].
//
// The wire is described in https://help.planfix.com/restapidocs/ and https://planfix.com/ru/help/REST_API.
package planfix

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"marketa/internal/rest"
)

// Config of one account.
type Config struct {
	BaseURL string       // https://ACCOUNT.planfix.com/rest
	Token   string       // acts as one employee and sees what they see
	HTTP    *http.Client // nil: rest.NewClient, one minute

	// Turn waits for the right to make one request. The account has one request per second for everybody who uses it, so
	// several processes must share one; nil: a Pace of this client alone.
	Turn func(context.Context) error
}

// Client calls one account. It may be used by many goroutines.
type Client struct {
	rest rest.Caller
	sign func(*http.Request)
	turn func(context.Context) error

	ensuring sync.Mutex // one search-and-create at a time
}

// New makes no call; a wrong token shows itself at the first one.
//
// The token travels in the header only, never as access_token: https://planfix.com/ru/help/REST_API:_Авторизация
func New(c Config) *Client {
	if c.HTTP == nil {
		c.HTTP = rest.NewClient(time.Minute)
	}
	if c.Turn == nil {
		c.Turn = NewPace(time.Second + 50*time.Millisecond).Turn
	}
	token := strings.TrimSpace(c.Token) // a line end from a file would make every header invalid
	sign := func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token) }
	return &Client{
		rest: rest.Caller{Base: c.BaseURL, HTTP: noting(c.HTTP), Auth: sign},
		sign: sign,
		turn: c.Turn,
	}
}

// get reads something.
func (c *Client) get(ctx context.Context, op, path string, query url.Values, out any) error {
	_, err := c.call(ctx, c.rest, op, request{method: http.MethodGet, path: path, query: query}, out)
	return err
}

// post asks for something; the status tells 200 from 202.
func (c *Client) post(ctx context.Context, op, path string, query url.Values, in, out any) (status int, err error) {
	return c.call(ctx, c.rest, op, request{http.MethodPost, path, query, in}, out)
}

type request struct {
	method, path string
	query        url.Values
	in           any
}

// call waits for its turn, does one request and judges the answer by its envelope: the vendor's statuses differ from call
// to call, and a refusal may come with 200.
func (c *Client) call(ctx context.Context, caller rest.Caller, op string, r request, out any) (int, error) {
	if err := c.turn(ctx); err != nil {
		return 0, &Error{Op: op, Sent: rest.NotSent, Err: err, reads: r.reads()}
	}
	status := 0
	var raw json.RawMessage
	err := caller.Do(context.WithValue(ctx, statusKey{}, &status), r.method, r.path, r.query, r.in, &raw)
	if err != nil {
		return status, failed(op, r, err)
	}
	if err := refusal(op, r, status, raw); err != nil {
		return status, err
	}
	if out != nil && json.Unmarshal(raw, out) != nil {
		return status, unclear(op, r, status, "the answer is not what was expected")
	}
	return status, nil
}

// reads says that the call changes nothing, so that repeating it is harmless whatever became of it.
func (r request) reads() bool {
	return r.method == http.MethodGet || strings.HasSuffix(r.path, "/list") || strings.HasSuffix(r.path, "/filters")
}

type statusKey struct{}

// noting is a copy of the client that writes an answer's status where call asks for it: the JSON caller keeps only
// whether it was 2xx.
func noting(client *http.Client) *http.Client {
	copied := *client
	next := copied.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	copied.Transport = noted{next}
	return &copied
}

type noted struct{ next http.RoundTripper }

func (n noted) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := n.next.RoundTrip(r)
	if at, asked := r.Context().Value(statusKey{}).(*int); asked && err == nil {
		*at = resp.StatusCode
	}
	return resp, err
}

func number(id int64) string { return strconv.FormatInt(id, 10) }

// known refuses ids that cannot be.
func known(op string, ids ...int64) error {
	for _, id := range ids {
		if id <= 0 {
			return invalid(op, "an id is missing")
		}
	}
	return nil
}
