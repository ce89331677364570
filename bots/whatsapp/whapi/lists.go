package whapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
)

// ChatPage is a part of the channel's chats, the one with the newest message first.
type ChatPage struct {
	Chats                []Chat
	Count, Total, Offset int
}

// Chats lists the channel's chats.
//
// GET /chats: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) Chats(ctx context.Context, count, offset int) (ChatPage, error) {
	const op = "chats"
	var a struct {
		Chats  json.RawMessage `json:"chats"`
		Count  int             `json:"count"`
		Total  int             `json:"total"`
		Offset int             `json:"offset"`
	}
	query := url.Values{"count": {strconv.Itoa(count)}, "offset": {strconv.Itoa(offset)}}
	if err := c.call(ctx, op, http.MethodGet, "/chats", query, nil, &a); err != nil {
		return ChatPage{}, err
	}
	if firstByte(a.Chats) != '[' {
		return ChatPage{}, unclear(op, "the answer has no list of chats")
	}
	p := ChatPage{Count: a.Count, Total: a.Total, Offset: a.Offset}
	p.Chats, _, _ = items(a.Chats, "chats", func(c Chat) bool { return c.ID != "" })
	return p, nil
}

// Messages is History of all chats of the channel at once.
//
// GET /messages/list: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) Messages(ctx context.Context, q HistoryQuery) (Page, error) {
	return c.page(ctx, "messages", "/messages/"+"list", q)
}

// Statuses are how far one of our own messages got.
//
// GET /statuses/{MessageID}: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) Statuses(ctx context.Context, id string) ([]Status, error) {
	const op = "statuses"
	part, err := segment(op, id)
	if err != nil {
		return nil, err
	}
	var a struct {
		Statuses json.RawMessage `json:"statuses"`
	}
	if err := c.call(ctx, op, http.MethodGet, "/statuses/"+part, nil, nil, &a); err != nil {
		return nil, err
	}
	s, _, _ := items(a.Statuses, "statuses", func(s Status) bool { return s.Status != "" })
	return s, nil
}
