package stripe

import (
	"context"
	"time"

	sdk "github.com/stripe/stripe-go/v76"
)

// Endpoint is where the vendor sends webhooks.
type Endpoint struct {
	ID         string // we_…
	Secret     string // whsec_…; shown once, when it is made
	APIVersion string
}

// CreateEndpoint asks for webhooks of the events that matter, in the shape of our API version.
//
// https://docs.stripe.com/api/webhook_endpoints/create
func (c *Client) CreateEndpoint(ctx context.Context, key, address string) (Endpoint, error) {
	const op = "create a webhook endpoint"
	if key == "" || address == "" {
		return Endpoint{}, invalid(op, "no_address")
	}
	var made *sdk.WebhookEndpoint
	err := call(ctx, op, false, func(ctx context.Context) (err error) {
		made, err = c.api.WebhookEndpoints.New(&sdk.WebhookEndpointParams{
			Params: params(ctx, key), URL: sdk.String(address), APIVersion: sdk.String(APIVersion),
			EnabledEvents: sdk.StringSlice(ForTypes()),
		})
		return err
	})
	if err == nil && (made.ID == "" || made.Secret == "") {
		err = unclear(op, false)
	}
	if err != nil {
		return Endpoint{}, err
	}
	return Endpoint{ID: made.ID, Secret: made.Secret, APIVersion: made.APIVersion}, nil
}

// Events are those that matter and happened at since or later, the newest first: what a lost webhook would have said. The
// vendor keeps them for 30 days.
//
// https://docs.stripe.com/api/events/list
func (c *Client) Events(ctx context.Context, since time.Time) ([]Event, error) {
	var all []Event
	err := pages(func(after string) (string, bool, error) {
		list, err := c.eventPage(ctx, after, since)
		if err != nil {
			return "", false, err
		}
		for _, e := range list.Data {
			if event := eventOf(e); event.Matters() {
				all = append(all, event)
			}
		}
		return lastID(list.Data, func(e *sdk.Event) string { return e.ID }), list.HasMore, nil
	})
	return all, err
}

func (c *Client) eventPage(ctx context.Context, after string, since time.Time) (*sdk.EventList, error) {
	list := &sdk.EventList{}
	err := call(ctx, "list events", true, func(ctx context.Context) error {
		it := c.api.Events.List(&sdk.EventListParams{
			ListParams: pageOf(ctx, after), CreatedRange: &sdk.RangeQueryParams{GreaterThanOrEqual: since.Unix()},
		})
		list = it.EventList()
		return it.Err()
	})
	return list, err
}

func eventOf(e *sdk.Event) Event {
	if e == nil {
		return Event{}
	}
	event := Event{ID: e.ID, Type: string(e.Type), Created: moment(e.Created), Live: e.Livemode, APIVersion: e.APIVersion}
	if e.Data != nil && matters(event.Type) {
		event.Object, event.ObjectID = subject(e.Data.Raw)
	}
	return event
}
