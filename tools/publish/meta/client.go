package meta

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"marketa/internal/rest"
)

// Config names the app and where the vendor is. Empty addresses are the vendor's own.
type Config struct {
	GraphURL   string // https://graph.facebook.com
	DialogURL  string // https://www.facebook.com
	RuploadURL string // https://rupload.facebook.com
	AppID      string
	AppSecret  Secret
	Version    string       // v26.0
	HTTP       *http.Client // nil: rest.NewClient with one minute

	// Watch hears what each answer says about limits and versions, nil: nobody does. It must be quick and safe for
	// concurrent use.
	Watch func(Usage)
}

// Secret is a token or the app's secret. It never shows itself, neither in a log nor in an error.
type Secret string

func (Secret) String() string       { return "(secret)" }
func (Secret) GoString() string     { return "(secret)" }
func (Secret) LogValue() slog.Value { return slog.StringValue("(secret)") }

// Client speaks for one app. It is safe for concurrent use.
type Client struct {
	cfg Config
	now func() time.Time
}

// New fills in the defaults.
func New(cfg Config) *Client {
	orElse := func(at *string, value string) {
		if *at == "" {
			*at = value
		}
		*at = strings.TrimRight(*at, "/")
	}
	orElse(&cfg.GraphURL, "https://graph.facebook.com")
	orElse(&cfg.DialogURL, "https://www.facebook.com")
	orElse(&cfg.RuploadURL, "https://rupload.facebook.com")
	orElse(&cfg.Version, "v26.0")
	httpClient := http.Client{Timeout: time.Minute, Transport: rest.NewClient(time.Minute).Transport}
	if cfg.HTTP != nil {
		httpClient = *cfg.HTTP
	}
	if cfg.Watch != nil {
		httpClient.Transport = watched{httpClient.Transport, cfg.Version, cfg.Watch}
	}
	cfg.HTTP = &httpClient
	return &Client{cfg: cfg, now: time.Now}
}

// request is one call to the Graph.
type request struct {
	op      string // for errors: "publish"
	method  string
	path    string // below the version
	token   Secret // empty: the call carries its secrets itself
	params  url.Values
	visible bool // people see what it does: it must not be done twice
}

// do sends the parameters in the address of a read and in the form of a write, and decodes the answer, which may be an error
// under a status of 200.
func (c *Client) do(ctx context.Context, r request, out any) error {
	var raw json.RawMessage
	caller := rest.Caller{Base: c.cfg.GraphURL, HTTP: c.cfg.HTTP, MaxBody: 4 << 20, Auth: c.sign(r)}
	var query url.Values
	if r.method == http.MethodGet {
		query = c.proven(r)
	}
	err := caller.Do(ctx, r.method, "/"+c.cfg.Version+r.path, query, nil, &raw)
	if err != nil {
		return c.failed(r, err)
	}
	if e := envelope(raw); e != nil {
		return c.refused(r, e, http.StatusOK, nil)
	}
	if err := json.Unmarshal(raw, out); err != nil {
		return c.failed(r, &rest.Error{Op: r.op, Sent: rest.Unknown, Err: errShape})
	}
	return nil
}

var errShape = errors.New("meta: the answer has another shape")

// sign adds the token, and to writes the form. rest.Caller itself speaks JSON, which the Graph understands too, yet its
// documents show forms throughout.
func (c *Client) sign(r request) func(*http.Request) {
	return func(req *http.Request) {
		if r.token != "" {
			req.Header.Set("Authorization", "Bearer "+string(r.token))
		}
		if r.method == http.MethodGet {
			return
		}
		form := c.proven(r).Encode()
		req.Body, req.ContentLength = io.NopCloser(strings.NewReader(form)), int64(len(form))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
}

// proven adds the proof that whoever holds the token also holds the app's secret.
// https://developers.facebook.com/docs/graph-api/guides/secure-requests
func (c *Client) proven(r request) url.Values {
	all := url.Values{}
	for k, v := range r.params {
		all[k] = v
	}
	if r.token != "" {
		all.Set("appsecret_proof", proof(c.cfg.AppSecret, string(r.token)))
	}
	return all
}

func proof(secret Secret, message string) string { return hex.EncodeToString(mac(secret, message)) }

func mac(secret Secret, message string) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(message))
	return h.Sum(nil)
}

// appToken is the app speaking for itself.
func (c *Client) appToken() Secret { return Secret(c.cfg.AppID + "|" + string(c.cfg.AppSecret)) }

// read gets one object.
func (c *Client) read(ctx context.Context, op string, token Secret, path string, params url.Values, out any) error {
	return c.do(ctx, request{op: op, method: http.MethodGet, path: path, token: token, params: params}, out)
}

// maxPages is where reading a list ends though the vendor says that there is more.
const maxPages = 50

// readAll follows a list to its end: short and even empty pages may precede more.
func readAll[T any](ctx context.Context, c *Client, op string, token Secret, path string, params url.Values) ([]T, error) {
	var all []T
	for range maxPages {
		var answer struct {
			Data   []T `json:"data"`
			Paging struct {
				Next string `json:"next"`
			} `json:"paging"`
		}
		if err := c.read(ctx, op, token, path, params, &answer); err != nil {
			return nil, err
		}
		all = append(all, answer.Data...)
		next, err := url.Parse(answer.Paging.Next)
		if err != nil || answer.Paging.Next == "" {
			return all, nil
		}
		params = next.Query() // the address itself is not followed: it holds the token, and its host is the vendor's word
		params.Del("access_token")
		params.Del("appsecret_proof")
	}
	return all, nil
}

// node is the path of an object; an id is data and cannot lead elsewhere.
func node(id string, edge ...string) string {
	return "/" + strings.Join(append([]string{url.PathEscape(id)}, edge...), "/")
}
