package vertex

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"marketa/internal/fault"
	"marketa/internal/rest"
)

const (
	// Model is the name of the space; vectors of another one cannot be compared with its.
	Model = "multimodalembedding@001"
	// Size is how many numbers a vector has.
	Size = 1408
	// MostWords of a text are read by the model, in English; what follows has no effect.
	MostWords = 32
	// LargestImage in bytes that it takes: JPEG, PNG, GIF or BMP.
	LargestImage = 20 << 20

	scope = "https://www.googleapis.com/auth/cloud-platform"
)

// Config of one project.
type Config struct {
	BaseURL     string // empty: https://LOCATION-aiplatform.googleapis.com
	Project     string
	Location    string       // europe-west3
	Credentials string       // a service account's key as JSON; where BaseURL is set, an access token will do
	HTTP        *http.Client // nil: rest.NewClient, one minute
}

// Client calls one project. It may be used by many goroutines.
type Client struct {
	rest rest.Caller
	path string
}

// New makes no call; wrong credentials show themselves at the first one, unless they cannot be read.
func New(cfg Config) (*Client, error) {
	if cfg.HTTP == nil {
		cfg.HTTP = rest.NewClient(time.Minute)
	}
	tokens, err := tokens(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://" + cfg.Location + "-aiplatform.googleapis.com"
	}
	signed := *cfg.HTTP
	signed.Transport = &oauth2.Transport{Source: tokens, Base: cfg.HTTP.Transport}
	return &Client{rest: rest.Caller{Base: cfg.BaseURL, HTTP: &signed},
		path: "/v1/projects/" + url.PathEscape(cfg.Project) + "/locations/" + url.PathEscape(cfg.Location) + "/publishers/google/models/" + Model + ":predict"}, nil
}

// tokens takes a key of a service account alone, and no other kind of Google's credential files: some of them run programs.
func tokens(cfg Config) (oauth2.TokenSource, error) {
	text := strings.TrimSpace(cfg.Credentials)
	if text != "" && text[0] != '{' && cfg.BaseURL != "" {
		return oauth2.StaticTokenSource(&oauth2.Token{AccessToken: text}), nil
	}
	key, err := google.JWTConfigFromJSON([]byte(text), scope)
	if err != nil {
		return nil, fault.New(fault.Invalid, "GOOGLE_CREDENTIALS is no key of a service account. Paste the whole JSON file of the key; VERTEX_PROJECT needs it.")
	}
	return key.TokenSource(context.WithValue(context.Background(), oauth2.HTTPClient, cfg.HTTP)), nil
}

// Model is the name of the space.
func (c *Client) Model() string { return Model }

// Text is where an English text lies.
func (c *Client) Text(ctx context.Context, english string) ([]float32, error) {
	words := strings.Fields(english)
	if len(words) == 0 {
		return nil, fault.New(fault.Invalid, "There are no words to search for.")
	}
	p, err := c.predict(ctx, "text", instance{Text: strings.Join(words[:min(len(words), MostWords)], " ")})
	return p.TextEmbedding, err
}

// Image is where a picture lies.
func (c *Client) Image(ctx context.Context, picture []byte) ([]float32, error) {
	if len(picture) == 0 || len(picture) > LargestImage {
		return nil, fault.New(fault.Invalid, "This picture is too large to be compared with others.")
	}
	p, err := c.predict(ctx, "image", instance{Image: &imageBytes{picture}})
	return p.ImageEmbedding, err
}

// predict sends one instance, for what the model makes of several is not said anywhere.
func (c *Client) predict(ctx context.Context, op string, one instance) (p prediction, err error) {
	var out answer
	if err := c.rest.Do(ctx, http.MethodPost, c.path, nil, request{Instances: []instance{one}, Parameters: parameters{Dimension: Size}}, &out); err != nil {
		return p, failed(op, err)
	}
	if len(out.Predictions) == 1 {
		p = out.Predictions[0]
	}
	for want, v := range map[string]*[]float32{"text": &p.TextEmbedding, "image": &p.ImageEmbedding} {
		if want == op && !unit(*v) {
			return prediction{}, &Error{Op: op, Code: "BAD_ANSWER", again: true, reason: fmt.Errorf("vertex: no vector of %d numbers", Size)}
		}
	}
	return p, nil
}

// unit brings a vector to length one, so that vectors can be compared by their angle; false for what is none.
func unit(v []float32) bool {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if len(v) != Size || sum == 0 || math.IsInf(sum, 0) || math.IsNaN(sum) {
		return false
	}
	for i := range v {
		v[i] = float32(float64(v[i]) / math.Sqrt(sum))
	}
	return true
}
