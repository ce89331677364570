package meta

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Photo is a picture for a page: JPEG or PNG under 4 MB.
type Photo struct {
	URL     string
	Caption string
	AltText string
}

func (p Photo) params() url.Values {
	params := url.Values{"url": {p.URL}}
	if p.Caption != "" {
		params.Set("caption", p.Caption)
	}
	if p.AltText != "" {
		params.Set("alt_text_custom", p.AltText)
	}
	return params
}

// PostPhoto shows one photo on a page and gives the post's id. It must not be repeated unless the error says NotDone.
// The token is the page's own. https://developers.facebook.com/docs/graph-api/reference/page/photos
func (c *Client) PostPhoto(ctx context.Context, token Secret, pageID string, p Photo) (postID string, err error) {
	var answer struct {
		ID     string `json:"id"`
		PostID string `json:"post_id"`
	}
	err = c.do(ctx, request{op: "post photo", method: http.MethodPost, path: node(pageID, "photos"), token: token, params: p.params(), visible: true}, &answer)
	if answer.PostID == "" {
		answer.PostID = answer.ID
	}
	return answer.PostID, err
}

// AddPhoto uploads a photo that nobody sees yet, for Post. It may be repeated.
func (c *Client) AddPhoto(ctx context.Context, token Secret, pageID string, p Photo) (photoID string, err error) {
	params := p.params()
	params.Set("published", "false")
	return c.create(ctx, request{op: "add photo", method: http.MethodPost, path: node(pageID, "photos"), token: token, params: params})
}

// PagePost is what a page says.
type PagePost struct {
	Message string
	Link    string
	Photos  []string // ids of AddPhoto
}

// Post shows a post on a page and gives its id. It must not be repeated unless the error says NotDone.
// https://developers.facebook.com/docs/pages-api/posts
func (c *Client) Post(ctx context.Context, token Secret, pageID string, p PagePost) (postID string, err error) {
	params := url.Values{}
	if p.Message != "" {
		params.Set("message", p.Message)
	}
	if p.Link != "" {
		params.Set("link", p.Link)
	}
	if len(p.Photos) > 0 {
		params.Set("attached_media", attached(p.Photos))
	}
	return c.create(ctx, request{op: "post", method: http.MethodPost, path: node(pageID, "feed"), token: token, params: params, visible: true})
}

func attached(photos []string) string {
	type ref struct {
		Photo string `json:"media_fbid"`
	}
	refs := make([]ref, len(photos))
	for i, id := range photos {
		refs[i].Photo = id
	}
	b, _ := json.Marshal(refs) // texts only: it cannot fail
	return string(b)
}

// Shown is a post as it stands on a page.
type Shown struct {
	ID        string    `json:"id"`
	Message   string    `json:"message"`
	Permalink string    `json:"permalink_url"`
	At        graphTime `json:"created_time"`
}

const postFields = "id,message,created_time,permalink_url"

// PagePosts lists what a page said since a moment, newest first. Facebook may ignore the moment; [FindPost] does not.
func (c *Client) PagePosts(ctx context.Context, token Secret, pageID string, since time.Time) ([]Shown, error) {
	var answer struct {
		Data []Shown `json:"data"`
	}
	params := url.Values{"fields": {postFields}, "limit": {"25"}, "since": {strconv.FormatInt(since.Unix(), 10)}}
	err := c.read(ctx, "list posts", token, node(pageID, "published_posts"), params, &answer)
	return answer.Data, err
}

// ReadPost reads one post of a page, for its permalink.
func (c *Client) ReadPost(ctx context.Context, token Secret, id string) (p Shown, err error) {
	err = c.read(ctx, "read post", token, node(id), url.Values{"fields": {postFields}}, &p)
	return p, err
}
