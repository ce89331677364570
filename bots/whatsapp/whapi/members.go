package whapi

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Group is who is in a group, and who may write. A number that is no member is answered 404.
//
// GET /groups/{GroupID}: https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/groups
func (c *Client) Group(ctx context.Context, id string) (Group, error) {
	const op = "group"
	part, err := segment(op, id)
	if err != nil {
		return Group{}, err
	}
	var g Group
	if err := c.call(ctx, op, http.MethodGet, "/groups/"+part, nil, nil, &g); err != nil {
		return Group{}, err
	}
	if g.ID == "" {
		g.ID = g.GroupID
	}
	if g.ID == "" {
		return g, unclear(op, "the answer is no group")
	}
	return g, nil
}

// Profile is the number as others see it.
//
// GET /users/profile: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) Profile(ctx context.Context) (Profile, error) {
	var p Profile
	err := c.call(ctx, "profile", http.MethodGet, "/users/profile", nil, nil, &p)
	return p, err
}

// Profile of a number.
type Profile struct {
	Name  string `json:"name"`
	About string `json:"about"`
}

// LID is the hidden identity behind a phone, with its @lid; empty where the vendor knows none.
//
// GET /contacts/lids/{ContactID}: https://support.whapi.cloud/help-desk/faq/whatsapp-lid-lid
func (c *Client) LID(ctx context.Context, phone string) (string, error) {
	const op = "hidden identity"
	part, err := segment(op, phone)
	if err != nil {
		return "", err
	}
	var a lid
	if err := c.call(ctx, op, http.MethodGet, "/contacts/lids/"+part, nil, nil, &a); err != nil {
		return "", err
	}
	return a.whole(), nil
}

// LIDs are the hidden identities of several phones, by phone.
//
// GET /contacts/lids?ContactIDList=…: https://panel.whapi.cloud/yaml/openapi.yaml
func (c *Client) LIDs(ctx context.Context, phones []string) (map[string]string, error) {
	var a map[string]lid
	if err := c.rest.Do(ctx, http.MethodGet, "/contacts/lids", url.Values{"ContactIDList": {strings.Join(phones, ",")}}, nil, &a); err != nil {
		return nil, failed("hidden identities", err)
	}
	out := map[string]string{}
	for phone, l := range a {
		if digits, ok := Phone(phone); ok && l.whole() != "" {
			out[digits] = l.whole()
		}
	}
	return out, nil
}

type lid struct {
	LID string `json:"lid"`
}

func (l lid) whole() string {
	if digits := Digits(l.LID); digits != "" {
		return digits + "@lid"
	}
	return ""
}
