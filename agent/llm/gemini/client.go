package gemini

import (
	"context"
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/tmc/langchaingo/llms"
	"google.golang.org/genai"

	"marketa/agent/llm"
)

// Config says where and as whom to ask. Key is required, the rest has defaults.
type Config struct {
	Name    string // the provider's name in routes and signatures; "gemini"
	BaseURL string // "https://generativelanguage.googleapis.com"
	Key     string
	Model   string            // when a call names none
	HTTP    http.RoundTripper // Go's default
	Now     func() time.Time  // time.Now
}

// Client is an [llm.Adapter] for one base address and key; it serves any number of models at once.
type Client struct {
	cfg    Config
	models *genai.Models

	streams atomic.Bool // the base has streamed at least once: a 404 is then about the model
	plain   atomic.Bool // the base does not stream
}

// New makes a client without asking the server anything. The SDK would take a missing key from the environment; that
// is refused here, because only one place reads the environment.
func New(cfg Config) (*Client, error) {
	if cfg.Key == "" {
		return nil, errors.New("gemini: no key")
	}
	if cfg.Name == "" {
		cfg.Name = "gemini"
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://generativelanguage.googleapis.com"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	client, err := genai.NewClient(context.Background(), &genai.ClientConfig{
		APIKey: cfg.Key, Backend: genai.BackendGeminiAPI, HTTPClient: llm.HTTPClient(cfg.HTTP),
		HTTPOptions: genai.HTTPOptions{BaseURL: cfg.BaseURL},
	})
	if err != nil {
		return nil, errors.New("gemini: the SDK refuses the configuration") // its own words print the key
	}
	return &Client{cfg: cfg, models: client.Models}, nil
}

// Provider is the name that signs this client's tool calls.
func (c *Client) Provider() string { return c.cfg.Name }

// Call is [llms.Model]'s older form.
func (c *Client) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, c, prompt, opts...)
}

// GenerateContent asks once. Errors are *[llm.Error] and *[llm.Refused].
//
// A server may refuse signatures that it made itself, after a key or a route was changed; then the question is put once
// more without them.
func (c *Client) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	o := llm.OptionsOf(opts)
	if o.Model == "" {
		o.Model = c.cfg.Model
	}
	q := question{provider: c.cfg.Name, model: o.Model, opts: &o, msgs: msgs}
	resp, failed := c.send(ctx, q)
	if failed != nil && failed.badSignature && q.signed() {
		q.distrust = true
		resp, failed = c.send(ctx, q)
	}
	if failed != nil {
		return nil, failed.named(c.cfg.Name, o.Model)
	}
	return resp, nil
}

// send asks by stream, and in one piece where the base has no stream. What the base can do is remembered once it has
// answered: a 404 alone may also be about the model.
func (c *Client) send(ctx context.Context, q question) (*llms.ContentResponse, *failure) {
	if c.plain.Load() {
		return c.whole(ctx, q)
	}
	resp, failed := c.stream(ctx, q)
	if failed == nil || !failed.noSuchPath() {
		return resp, failed
	}
	if c.streams.Load() {
		return nil, failed
	}
	resp, failedToo := c.whole(ctx, q)
	if failedToo == nil {
		c.plain.Store(true)
		return resp, nil
	}
	return nil, failedToo
}

// stream reads frames until the answer's end was seen. See https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent.
func (c *Client) stream(ctx context.Context, q question) (*llms.ContentResponse, *failure) {
	contents, config, err := q.convert()
	if err != nil {
		return nil, badQuestion(err)
	}
	pulse := llm.PulseOf(q.opts)
	ctx, x := llm.Observe(ctx, pulse)
	got := answer{provider: c.cfg.Name, model: q.model}
	pulse.Ask()
	for frame, frameErr := range c.models.GenerateContentStream(ctx, q.model, contents, config) {
		if err = frameErr; err != nil {
			break
		}
		c.streams.Store(true)
		pulse.Beat()
		if got.add(frame); got.complete() {
			break
		}
	}
	if got.ended() { // whatever happened to the line behind it
		return got.result(x)
	}
	return c.broken(ctx, x, &got, err)
}

// broken finds out what a stream without an end was: an answer in one piece, an error with a status, or a cut line.
func (c *Client) broken(ctx context.Context, x *llm.Exchange, got *answer, err error) (*llms.ContentResponse, *failure) {
	if x.Whole() && x.Err() == nil {
		return got.all(x, c.cfg.Now())
	}
	failed := explain(ctx, x, err, c.cfg.Now())
	failed.spend(got.spent(x))
	return nil, failed
}

// whole asks in one piece. See https://ai.google.dev/api/generate-content#method:-models.generatecontent.
func (c *Client) whole(ctx context.Context, q question) (*llms.ContentResponse, *failure) {
	contents, config, err := q.convert()
	if err != nil {
		return nil, badQuestion(err)
	}
	pulse := llm.PulseOf(q.opts)
	ctx, x := llm.Observe(ctx, pulse)
	pulse.Whole()
	got := answer{provider: c.cfg.Name, model: q.model}
	_, err = c.models.GenerateContent(ctx, q.model, contents, config)
	if x.Whole() && x.Err() == nil { // the SDK takes an error inside a success for an empty answer
		return got.all(x, c.cfg.Now())
	}
	return nil, explain(ctx, x, err, c.cfg.Now())
}
