package openai

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	sdk "github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"github.com/tmc/langchaingo/llms"

	"marketa/agent/llm"
)

// Config says where and as whom to ask. Everything has a default; Key stays empty for a server on this machine.
type Config struct {
	Name    string // the provider's name in routes; "openai"
	BaseURL string // "https://api.openai.com/v1"
	Key     string
	Model   string            // when a call names none
	Chat    bool              // the server knows only chat completions: do not even try the other
	HTTP    http.RoundTripper // Go's default
	Now     func() time.Time  // time.Now
}

// Client is an [llm.Adapter] for one base address and key; it serves any number of models at once.
type Client struct {
	cfg       Config
	official  bool
	responses responses.ResponseService
	chats     sdk.ChatCompletionService

	responds atomic.Bool // the base has answered by Responses: a 404 is then about the model
	chat     atomic.Bool // the base knows only chat completions
	refuses  sync.Map    // what it does without: refusals by model and schema
}

// New makes a client without asking the server anything.
func New(cfg Config) (*Client, error) {
	if cfg.Name == "" {
		cfg.Name = "openai"
	}
	if cfg.BaseURL == "" {
		cfg.BaseURL = "https://api.openai.com/v1"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	base, err := url.Parse(cfg.BaseURL)
	if err != nil || base.Host == "" {
		return nil, errors.New("openai: the base URL is no address") // its own words may hold a password
	}
	opts := []option.RequestOption{
		option.WithBaseURL(cfg.BaseURL), option.WithMaxRetries(0), option.WithHTTPClient(llm.HTTPClient(cfg.HTTP)),
	}
	if cfg.Key != "" {
		opts = append(opts, option.WithAPIKey(cfg.Key))
	}
	c := &Client{
		cfg: cfg, official: base.Hostname() == "api.openai.com",
		responses: responses.NewResponseService(opts...), chats: sdk.NewChatCompletionService(opts...),
	}
	c.chat.Store(cfg.Chat)
	return c, nil
}

// Provider is the client's name in routes.
func (c *Client) Provider() string { return c.cfg.Name }

// Call is [llms.Model]'s older form.
func (c *Client) Call(ctx context.Context, prompt string, opts ...llms.CallOption) (string, error) {
	return llms.GenerateFromSinglePrompt(ctx, c, prompt, opts...)
}

// GenerateContent asks once; when the server refuses a part of the request that is not essential, it asks again
// without that part, and from then on does so at once. Errors are *[llm.Error] and *[llm.Refused].
func (c *Client) GenerateContent(ctx context.Context, msgs []llms.MessageContent, opts ...llms.CallOption) (*llms.ContentResponse, error) {
	o := llm.OptionsOf(opts)
	if o.Model == "" {
		o.Model = c.cfg.Model
	}
	q := question{model: o.Model, opts: &o, msgs: msgs, official: c.official}
	known, _ := c.refuses.Load(q.kind())
	q.without, _ = known.(refusals)
	for {
		resp, failed := c.send(ctx, q)
		if failed == nil {
			c.refuses.Store(q.kind(), q.without)
			return resp, nil
		}
		without, changed := q.after(failed)
		if !changed {
			return nil, failed.named(c.cfg.Name, o.Model)
		}
		q.without = without
	}
}

// send asks by Responses, and by chat completions where the base knows no other. What the base can do is remembered
// once it has answered.
func (c *Client) send(ctx context.Context, q question) (*llms.ContentResponse, *failure) {
	if c.chat.Load() {
		return c.complete(ctx, q)
	}
	resp, failed := c.respond(ctx, q)
	if failed == nil || !failed.noSuchPath() || c.responds.Load() {
		return resp, failed
	}
	resp, failedToo := c.complete(ctx, q)
	if failedToo == nil {
		c.chat.Store(true)
	}
	return resp, failedToo
}
