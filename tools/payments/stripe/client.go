// Package stripe is the client of one Stripe account, the reader of the webhooks that it sends us, and what the status of a
// subscription allows.
//
// It knows Stripe's wire by way of stripe-go and nothing of our nouns but the id of a restaurant, which it writes into
// metadata. It imports internal/rest and internal/fault. Nothing is repeated in here: an [Error] says what became of the call,
// and every call that changes something carries an idempotency key that the caller derives from its own row, so that
// repeating it with the same key and the same words does nothing twice. Start reading at [Client.EnsureCustomer] and
// [Client.Checkout], then [Verifier.Parse], then [Next].
//
// The wire is that of API version 2023-10-16 (https://docs.stripe.com/api), the one that the library speaks.
package stripe

import (
	"context"
	"net/http"
	"strings"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
	"github.com/stripe/stripe-go/v76/client"

	"marketa/internal/rest"
)

// APIVersion is what we speak. A webhook endpoint should be made with the same one, see [Client.CreateEndpoint].
const APIVersion = sdk.APIVersion

// Config of one account.
type Config struct {
	BaseURL string       // empty: https://api.stripe.com
	Key     string       // sk_… or a restricted rk_…
	HTTP    *http.Client // nil: rest.NewClient, 40 seconds

	Now func() time.Time // nil: time.Now; for [Subscription.AskedAt]
}

// Client calls one account. It may be used by many goroutines.
type Client struct {
	api  *client.API
	live bool
	now  func() time.Time
}

// New makes no call; a wrong key shows itself at the first one.
func New(c Config) *Client {
	if c.BaseURL == "" {
		c.BaseURL = sdk.APIURL
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	key := strings.TrimSpace(c.Key) // a line end from a file would make every header invalid
	backend := sdk.GetBackendWithConfig(sdk.APIBackend, &sdk.BackendConfig{
		URL: sdk.String(c.BaseURL), HTTPClient: observed(c.HTTP), MaxNetworkRetries: sdk.Int64(0),
		LeveledLogger: &sdk.LeveledLogger{Level: sdk.LevelNull}, EnableTelemetry: sdk.Bool(false),
	})
	return &Client{
		api:  client.New(key, &sdk.Backends{API: backend, Connect: backend, Uploads: backend}),
		now:  c.Now,
		live: strings.HasPrefix(key, "sk_live_") || strings.HasPrefix(key, "rk_live_"),
	}
}

// Live says whether the key moves real money. An [Event] of the other mode is not ours.
func (c *Client) Live() bool { return c.live }

const (
	callTimeout = 40 * time.Second
	pageSize    = 100 // the most that a list gives at once
	maxPages    = 100 // of a list that is read to its end; a vendor that always has more must not hold us
)

// params is what every call carries. An empty key lets the library make one up, which only a read may have.
func params(ctx context.Context, key string) sdk.Params {
	p := sdk.Params{Context: ctx}
	if key != "" {
		p.IdempotencyKey = sdk.String(key)
	}
	return p
}

// pageOf is what every list carries: one page, for the library reads on by itself otherwise.
func pageOf(ctx context.Context, after string) sdk.ListParams {
	p := sdk.ListParams{Context: ctx, Limit: sdk.Int64(pageSize), Single: true}
	if after != "" {
		p.StartingAfter = sdk.String(after)
	}
	return p
}

// words leaves empty values out: an empty string would be sent, and clears a field.
func words(s string) *string {
	if s == "" {
		return nil
	}
	return sdk.String(s)
}

func moment(unix int64) time.Time {
	if unix == 0 {
		return time.Time{}
	}
	return time.Unix(unix, 0).UTC()
}

// plain is the HTTP client of calls when nobody gave one.
func plain() *http.Client { return rest.NewClient(callTimeout) }
