package whapi

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Text is one text message.
type Text struct {
	To     string `json:"to"` // chat id, always whole: 380501112233@s.whatsapp.net, 120363…@g.us
	Body   string `json:"body"`
	Quoted string `json:"quoted,omitempty"` // id of the message that is answered, as this channel knows it
}

// SendText sends and returns the message as the vendor took it, with status pending. Its id is the one that will come
// back in webhooks, also as an echo of our own message.
//
// After an error ask [Error.Unknown]: a second send may be a second message. [Client.History] tells whether it went out.
// When the vendor says that it did not send yet names an id, both the message and an unknown error are returned.
//
// POST /messages/text: https://support.whapi.cloud/help-desk/getting-started/api-docs
func (c *Client) SendText(ctx context.Context, t Text) (Message, error) {
	const op = "send text"
	if !strings.Contains(strings.Trim(t.To, "@"), "@") || t.Body == "" {
		return Message{}, invalid(op, "a whole chat id and a text are needed")
	}
	var a sent
	if err := c.call(ctx, op, http.MethodPost, "/messages/text", nil, t, &a); err != nil {
		return Message{}, err
	}
	m := a.message()
	switch {
	case m.ID == "":
		return m, unclear(op, "the answer names no message id")
	case a.Sent != nil && !*a.Sent:
		return m, unclear(op, "answered sent: false")
	}
	return m, nil
}

// sent is the answer to a send. The id is at message.id; some servers answered it elsewhere.
type sent struct {
	Sent     *bool     `json:"sent"`
	Message  *Message  `json:"message"`
	ID       string    `json:"id"`
	Messages []Message `json:"messages"`
}

func (s sent) message() Message {
	if s.Message != nil && s.Message.ID != "" {
		return *s.Message
	}
	if s.ID != "" {
		return Message{ID: s.ID}
	}
	if len(s.Messages) > 0 {
		return s.Messages[0]
	}
	return Message{}
}

// HistoryQuery narrows a chat's history. Its zero value asks for the newest hundred messages.
type HistoryQuery struct {
	Since, Until time.Time // both to the second, widened: the vendor keeps whole seconds
	FromMe       *bool     // only our own messages, or only the others'
	Count        int       // 1–500; 0: the vendor's 100
	Offset       int
	OldestFirst  bool // pages in this order do not shift when a message comes in between
}

func (q HistoryQuery) values() url.Values {
	v := url.Values{}
	if !q.Since.IsZero() {
		v.Set("time_from", strconv.FormatInt(q.Since.Unix(), 10))
	}
	if !q.Until.IsZero() {
		v.Set("time_to", strconv.FormatInt(q.Until.Add(time.Second-1).Unix(), 10))
	}
	if q.FromMe != nil {
		v.Set("from_me", strconv.FormatBool(*q.FromMe))
	}
	if q.Count > 0 {
		v.Set("count", strconv.Itoa(min(q.Count, 500)))
	}
	if q.Offset > 0 {
		v.Set("offset", strconv.Itoa(q.Offset))
	}
	if q.OldestFirst {
		v.Set("sort", "asc")
	}
	return v
}

// Page is a part of a chat's history. The vendor knows more when Offset+Count stays under Total.
type Page struct {
	Messages             []Message
	Count, Total, Offset int
	First, Last          int               // index of the first and the last message
	Unreadable           []json.RawMessage // items that are no message or have no id; their neighbours are all there
}

// History is what the vendor still has of a chat, newest first unless asked otherwise. An empty page can also mean that
// the vendor has not cached the chat; a chat that it does not know may be answered 404.
//
// GET /messages/list/{ChatID}:
// https://github.com/Whapi-Cloud/whapi-whatsapp-api-skill/blob/4d51300/.agents/skills/whapi/references/recv-history.md
func (c *Client) History(ctx context.Context, chatID string, q HistoryQuery) (Page, error) {
	const op = "history"
	id, err := segment(op, chatID)
	if err != nil {
		return Page{}, err
	}
	return c.page(ctx, op, "/messages/list/"+id, q)
}

func (c *Client) page(ctx context.Context, op, path string, q HistoryQuery) (Page, error) {
	var a struct {
		Messages json.RawMessage `json:"messages"`
		Count    int             `json:"count"`
		Total    int             `json:"total"`
		Offset   int             `json:"offset"`
		First    int             `json:"first"`
		Last     int             `json:"last"`
	}
	if err := c.call(ctx, op, http.MethodGet, path, q.values(), nil, &a); err != nil {
		return Page{}, err
	}
	if firstByte(a.Messages) != '[' {
		return Page{}, unclear(op, "the answer has no list of messages") // which is not the same as an empty one
	}
	p := Page{Count: a.Count, Total: a.Total, Offset: a.Offset, First: a.First, Last: a.Last}
	p.Messages, p.Unreadable, _ = items(a.Messages, "messages", func(m Message) bool { return m.ID != "" })
	return p, nil
}

// Message reads one message again, for instance when its media has no link.
//
// GET /messages/{MessageID}: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) Message(ctx context.Context, id string) (Message, error) {
	const op = "message"
	part, err := segment(op, id)
	if err != nil {
		return Message{}, err
	}
	var m Message
	if err := c.call(ctx, op, http.MethodGet, "/messages/"+part, nil, nil, &m); err != nil {
		return Message{}, err
	}
	if m.ID == "" {
		return m, unclear(op, "the answer is no message")
	}
	return m, nil
}

// MarkRead shows the sender that the message was read. Doing it again changes nothing.
//
// PUT /messages/{MessageID}: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) MarkRead(ctx context.Context, id string) error {
	const op = "mark read"
	part, err := segment(op, id)
	if err != nil {
		return err
	}
	return c.order(ctx, op, http.MethodPut, "/messages/"+part)
}

// Typing shows or ends "typing…" in a chat. It fades after a while: show it again every 15 seconds for as long as it is true.
//
// PUT /presences/{EntryID}: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) Typing(ctx context.Context, chatID string, on bool) error {
	const op = "typing"
	id, err := segment(op, chatID)
	if err != nil {
		return err
	}
	in := presence{Presence: "pause"}
	if on {
		in = presence{Presence: "typing", Delay: 20}
	}
	// What is answered is not documented beyond the status, so only that counts.
	if err := c.rest.Do(ctx, http.MethodPut, "/presences/"+id, nil, in, nil); err != nil {
		return failed(op, err)
	}
	return nil
}

type presence struct {
	Presence string `json:"presence"`
	Delay    int    `json:"delay,omitempty"` // seconds
}
