package whapi

import (
	"context"
	"net/http"
	"net/url"

	"marketa/internal/rest"
)

// Media opens a file of a message, which the caller limits and closes. The first time, Whapi fetches it from the phone.
// Error.Status 404: there is no such file, or not any more.
//
// https://support.whapi.cloud/help-desk/receiving/file-expiration-period
func (c *Client) Media(ctx context.Context, id string) (*rest.Raw, error) {
	const op = "get media"
	at, err := segment(op, id)
	if err != nil {
		return nil, err
	}
	file, err := c.rest.Open(ctx, "/media/"+at)
	if err != nil {
		return nil, failed(op, err)
	}
	return file, nil
}

// Resync asks the phone for a message once more: what it answers may have a fresh link to its file.
//
// https://support.whapi.cloud/help-desk/receiving/file-expiration-period
func (c *Client) Resync(ctx context.Context, id string) (Message, error) {
	const op = "resync message"
	at, err := segment(op, id)
	if err != nil {
		return Message{}, err
	}
	var m Message
	return m, c.call(ctx, op, http.MethodGet, "/messages/"+at, url.Values{"resync": {"true"}}, nil, &m)
}
