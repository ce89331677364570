package meta

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"marketa/internal/rest"
)

// Kind is what a container will be.
type Kind string

const (
	Image    Kind = "IMAGE"
	Carousel Kind = "CAROUSEL"
	Reel     Kind = "REELS"
	Story    Kind = "STORIES"
)

// Draft is a post to be prepared. Addresses must be public, ASCII, and fetched by Facebook's crawler without a log-in.
type Draft struct {
	Kind     Kind
	ImageURL string // JPEG up to 8 MiB, between 4:5 and 1.91:1
	VideoURL string
	Caption  string   // at most 2200 characters, 30 hashtags, 20 mentions; stories and children have none
	AltText  string   // of a picture
	Child    bool     // part of a carousel
	Children []string // 2 to 10 containers that are finished
	Upload   bool     // of a reel: the bytes follow by Upload
	ByAI     bool     // discloses that it was made with AI; of the whole post, not of a child
}

func (d Draft) params() url.Values {
	p := url.Values{}
	put := func(name, value string) {
		if value != "" {
			p.Set(name, value)
		}
	}
	if d.Kind != Image {
		put("media_type", string(d.Kind))
	}
	if d.Child && d.VideoURL != "" {
		p.Set("media_type", "VIDEO")
	}
	put("image_url", d.ImageURL)
	put("video_url", d.VideoURL)
	put("caption", d.Caption)
	put("alt_text", d.AltText)
	put("children", strings.Join(d.Children, ","))
	if d.Child {
		p.Set("is_carousel_item", "true")
	}
	if d.Upload {
		p.Set("upload_type", "resumable")
	}
	if d.ByAI {
		p.Set("is_ai_generated", "true")
	}
	return p
}

// Create prepares a post and gives the container's id. Nobody sees a container, so a failed Create may be repeated; 400 a
// day may be made, and one that is not published ends after 24 hours.
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media
func (c *Client) Create(ctx context.Context, token Secret, accountID string, d Draft) (id string, err error) {
	return c.create(ctx, request{op: "create container", method: http.MethodPost, path: node(accountID, "media"), token: token, params: d.params()})
}

// create is a write that answers with an id; without one nobody knows what happened.
func (c *Client) create(ctx context.Context, r request) (string, error) {
	var answer Identified
	err := c.do(ctx, r, &answer)
	if err == nil && answer.ID == "" {
		err = c.failed(r, &rest.Error{Op: r.op, Sent: rest.Unknown, Err: errShape})
	}
	return answer.ID, err
}

// Status is how far a container is.
type Status string

const (
	InProgress Status = "IN_PROGRESS"
	Finished   Status = "FINISHED"  // ready to be published; right after publishing it may still say so
	Published  Status = "PUBLISHED" // people see it
	Failed     Status = "ERROR"
	Expired    Status = "EXPIRED" // 24 hours have passed
)

// Container is a post in preparation. An empty Status means that nothing is known, never that it is ready.
type Container struct {
	ID     string `json:"id"`
	Status Status `json:"status_code"`
	Text   string `json:"status"` // the vendor's words, for the log of a failure
}

// Failure is why a container failed, in the terms of publishing errors; nil when it did not.
func (k Container) Failure() error {
	if k.Status != Failed && k.Status != Expired {
		return nil
	}
	subcode, _ := strconv.Atoi(subcodes().FindString(k.Text))
	if k.Status == Expired {
		subcode = 2207020
	}
	return classified("prepare media", detail{Subcode: subcode}, rowOf(0, subcode, ruleContainer()))
}

func subcodes() *regexp.Regexp { return regexp.MustCompile(`\b2207\d{3}\b`) }

// Container asks how far a container is. Ask pictures too: publishing too early is refused.
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-container
func (c *Client) Container(ctx context.Context, token Secret, id string) (k Container, err error) {
	err = c.read(ctx, "read container", token, node(id), url.Values{"fields": {"id,status_code,status"}}, &k)
	return k, err
}

// Publish shows a finished container to the world. It must not be repeated unless the error says NotDone.
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media_publish
func (c *Client) Publish(ctx context.Context, token Secret, accountID, containerID string) (mediaID string, err error) {
	return c.create(ctx, request{op: "publish", method: http.MethodPost, path: node(accountID, "media_publish"), token: token,
		params: url.Values{"creation_id": {containerID}}, visible: true})
}

// Quota is how much may still be published.
type Quota struct {
	Used, Total int // Total 0: Facebook did not say
	Window      time.Duration
}

// Left says whether one more post fits.
func (q Quota) Left() bool { return q.Total == 0 || q.Used < q.Total }

// Quota reads the account's limit as it is today; the documents disagree about the number. It also tells whether publishing
// is allowed at all, before the first post.
// https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/content_publishing_limit
func (c *Client) Quota(ctx context.Context, token Secret, accountID string) (Quota, error) {
	var answer struct {
		Data []struct {
			Usage  int `json:"quota_usage"`
			Config struct {
				Total    int `json:"quota_total"`
				Duration int `json:"quota_duration"`
			} `json:"config"`
		} `json:"data"`
	}
	err := c.read(ctx, "read quota", token, node(accountID, "content_publishing_limit"), url.Values{"fields": {"quota_usage,config"}}, &answer)
	if err != nil || len(answer.Data) == 0 {
		return Quota{}, err
	}
	q := answer.Data[0]
	return Quota{q.Usage, q.Config.Total, time.Duration(q.Config.Duration) * time.Second}, nil
}

// Media is a post on Instagram.
type Media struct {
	ID        string    `json:"id"`
	Permalink string    `json:"permalink"`
	Caption   string    `json:"caption"`
	Type      string    `json:"media_type"`         // IMAGE, VIDEO, CAROUSEL_ALBUM
	Product   string    `json:"media_product_type"` // FEED, REELS, STORY
	At        graphTime `json:"timestamp"`
}

const mediaFields = "id,permalink,caption,media_type,media_product_type,timestamp"

// Media reads one post. A refused read is no proof that it is gone (100/33 comes and goes), and a permalink that cannot be
// had is no reason to call a publication failed.
func (c *Client) Media(ctx context.Context, token Secret, id string) (m Media, err error) {
	err = c.read(ctx, "read media", token, node(id), url.Values{"fields": {mediaFields}}, &m)
	return m, err
}

// Recent lists an account's newest posts: those of its feed, reels among them, or its live stories.
func (c *Client) Recent(ctx context.Context, token Secret, accountID string, stories bool) ([]Media, error) {
	edge := "media"
	if stories {
		edge = "stories"
	}
	var answer struct {
		Data []Media `json:"data"`
	}
	err := c.read(ctx, "list media", token, node(accountID, edge), url.Values{"fields": {mediaFields}, "limit": {"25"}}, &answer)
	return answer.Data, err
}

// graphTime is 2026-09-30T12:00:00+0000.
type graphTime struct{ time.Time }

func (t *graphTime) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return errShape
	}
	for _, layout := range []string{"2006-01-02T15:04:05-0700", time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			t.Time = at.UTC()
			return nil
		}
	}
	return nil // an unknown time is none: what needs it will not match
}

// Upload sends the bytes of a reel whose Draft says Upload. Nobody sees it, so it may be repeated.
// https://developers.facebook.com/docs/instagram-platform/content-publishing/resumable-uploads
func (c *Client) Upload(ctx context.Context, token Secret, containerID string, size int64, video io.Reader) error {
	caller := rest.Caller{Base: c.cfg.RuploadURL, HTTP: c.cfg.HTTP, MaxBody: 64 << 10, Auth: func(req *http.Request) {
		req.Header.Set("Authorization", "OAuth "+string(token))
		req.Header.Set("offset", "0")
		req.Header.Set("file_size", strconv.FormatInt(size, 10))
		req.Body, req.ContentLength = io.NopCloser(video), size
	}}
	r := request{op: "upload video"}
	if err := caller.Do(ctx, http.MethodPost, "/ig-api-upload/"+c.cfg.Version+node(containerID), nil, nil, nil); err != nil {
		return c.failed(r, err)
	}
	return nil
}
