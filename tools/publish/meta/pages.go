package meta

import (
	"context"
	"net/url"
	"slices"
	"strings"
)

// Page is a Facebook page that a person shared with us.
type Page struct {
	ID        string      `json:"id"`
	Name      string      `json:"name"`
	Username  string      `json:"username"`
	Category  string      `json:"category"`
	Token     Secret      `json:"access_token"` // the page's own; empty when it was not handed out
	Tasks     []string    `json:"tasks"`        // what the person may do there
	Instagram *Instagram  `json:"instagram_business_account"`
	Connected *Identified `json:"connected_instagram_account"` // also there for a personal account
}

// Instagram is an account that can be published to.
type Instagram struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Picture  string `json:"profile_picture_url"`
}

// Identified is an object of which only the id is known.
type Identified struct {
	ID string `json:"id"`
}

const pageFields = "id,name,username,access_token,tasks,category,instagram_business_account{id,username,name,profile_picture_url},connected_instagram_account{id}"

// Personal says that the linked Instagram account is neither business nor creator: it must be switched before it can be
// published to.
func (p Page) Personal() bool { return p.Instagram == nil && p.Connected != nil }

// CanPublish says whether the person's role allows publishing; without a list Facebook has not said, and the first post will.
func (p Page) CanPublish() bool {
	return len(p.Tasks) == 0 || slices.ContainsFunc(p.Tasks, func(task string) bool {
		task = strings.TrimPrefix(task, "PROFILE_PLUS_")
		return task == "CREATE_CONTENT" || task == "MANAGE" || task == "FULL_CONTROL"
	})
}

// Pages lists what the person shared: their own pages, then those held through a business, which the first list hides.
// A business that cannot be read hides its pages and nothing else.
// https://developers.facebook.com/docs/graph-api/reference/user/accounts
func (c *Client) Pages(ctx context.Context, token Secret) ([]Page, error) {
	pages, err := readAll[Page](ctx, c, "list pages", token, "/me/accounts", pageParams())
	if err != nil {
		return nil, err
	}
	businesses, err := readAll[Identified](ctx, c, "list businesses", token, "/me/businesses", url.Values{"fields": {"id"}, "limit": {"100"}})
	if err != nil {
		return pages, ctx.Err() // most people have none, and many do not grant the look
	}
	for _, b := range businesses {
		for _, edge := range []string{"owned_pages", "client_pages"} {
			more, err := readAll[Page](ctx, c, "list pages of a business", token, node(b.ID, edge), pageParams())
			if err == nil {
				pages = merge(pages, more)
			}
		}
	}
	return pages, ctx.Err()
}

func pageParams() url.Values { return url.Values{"fields": {pageFields}, "limit": {"100"}} }

// merge keeps one copy of each page, preferring the one with a token.
func merge(pages, more []Page) []Page {
	for _, p := range more {
		at := slices.IndexFunc(pages, func(known Page) bool { return known.ID == p.ID })
		switch {
		case at < 0:
			pages = append(pages, p)
		case pages[at].Token == "":
			pages[at] = p
		}
	}
	return pages
}

// Page reads one page by id: the last way to one that no list shows but a scope's targets name.
func (c *Client) Page(ctx context.Context, token Secret, id string) (p Page, err error) {
	err = c.read(ctx, "read page", token, node(id), url.Values{"fields": {pageFields}}, &p)
	return p, err
}
