package planfix

import (
	"context"
	"net/http"
	"net/url"
	"strings"
)

// Contacts finds people and companies, one page of them.
//
// POST /contact/list: https://help.planfix.com/restapidocs/
func (c *Client) Contacts(ctx context.Context, q Query) (Page[Contact], error) {
	return list[Contact](ctx, c, "find contacts", "/contact/list", "contacts", q.body(ContactFields()))
}

// Contact reads one. An Error with Missing: there is none, or the token's employee may not see it.
//
// GET /contact/{id}: https://help.planfix.com/restapidocs/
func (c *Client) Contact(ctx context.Context, id int64, fields ...string) (Contact, error) {
	const op = "show contact"
	if err := known(op, id); err != nil {
		return Contact{}, err
	}
	if len(fields) == 0 {
		fields = ContactFields()
	}
	var answer struct {
		Contact *Contact `json:"contact"`
	}
	err := c.get(ctx, op, "/contact/"+number(id), url.Values{"fields": {strings.Join(fields, ",")}}, &answer)
	if err == nil && (answer.Contact == nil || answer.Contact.ID != ID(id)) {
		err = unclear(op, request{method: http.MethodGet}, http.StatusOK, "the answer has no such contact")
	}
	if err != nil {
		return Contact{}, err
	}
	return *answer.Contact, nil
}
