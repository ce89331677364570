// Package whapi is the client of one Whapi.Cloud channel, which is one WhatsApp number, and the parser of the webhooks
// that it sends us.
//
// It knows Whapi's wire and nothing of our nouns: fields have the vendor's names, ids are the vendor's strings. It imports
// internal/rest and the standard library. What a call can have done when it fails is in [Error]; whoever sends must ask it
// before repeating, for the vendor has no idempotency key. Start reading at [Client.SendText], then [Parse].
//
// The wire is described in https://panel.whapi.cloud/yaml/openapi.yaml (version 1.8.7 was read) and at
// https://support.whapi.cloud/help-desk.
package whapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"marketa/internal/rest"
)

// Config of one channel.
type Config struct {
	BaseURL string       // empty: https://gate.whapi.cloud
	Token   string       // of the channel; a token is a number
	HTTP    *http.Client // nil: rest.NewClient, two minutes
}

// Client calls one channel. It may be used by many goroutines.
type Client struct{ rest rest.Caller }

// New makes no call; a wrong token shows itself at the first one.
//
// The token travels in the header only: https://support.whapi.cloud/help-desk/getting-started/api-docs
func New(c Config) *Client {
	if c.BaseURL == "" {
		c.BaseURL = "https://gate.whapi.cloud"
	}
	if c.HTTP == nil {
		c.HTTP = rest.NewClient(2 * time.Minute)
	}
	token := strings.TrimSpace(c.Token) // a line end from a file would make every header invalid
	return &Client{rest.Caller{Base: c.BaseURL, HTTP: c.HTTP, Auth: func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+token)
	}}}
}

// call does one request and reads the answer into out as tolerantly as a webhook.
func (c *Client) call(ctx context.Context, op, method, path string, query url.Values, in, out any) error {
	var raw json.RawMessage
	if err := c.rest.Do(ctx, method, path, query, in, &raw); err != nil {
		return failed(op, err)
	}
	if _, err := read(raw, out); err != nil {
		return unclear(op, "the answer is not what was expected")
	}
	return nil
}

// done is the answer of calls that return nothing else: {"success": true}.
type done struct {
	Success *bool `json:"success"`
}

// order is a call whose only answer is done.
func (c *Client) order(ctx context.Context, op, method, path string) error {
	var d done
	if err := c.call(ctx, op, method, path, nil, nil, &d); err != nil {
		return err
	}
	if d.Success != nil && !*d.Success {
		return &Error{Op: op, Status: http.StatusOK, Message: "answered success: false", Sent: rest.Answered}
	}
	return nil
}

// segment is an id as a part of a path; one that would name another path is refused.
func segment(op, id string) (string, error) {
	if strings.Trim(id, ". \t\r\n") == "" {
		return "", invalid(op, "an id is missing")
	}
	return url.PathEscape(id), nil
}
