package meta

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// photo is one that was uploaded to a page, shown or not.
type photo struct {
	id, page string
	picture  picture
}

// post is what a page says.
type post struct {
	id, page string
	message  string
	link     string
	photos   []*photo
	hidden   bool // published=false
	at       time.Time
	host     string
}

func (p *post) permalink() string { return fmt.Sprintf("http://%s/posts/%s/", p.host, p.id) }

// writer is the page of a call that may be posted to: with the page's own token, the scopes and the role.
func (s *Sim) writer(c call) (*page, error) {
	p := s.page(c.id)
	switch {
	case p == nil || !c.token.sees(p.ID):
		return nil, Refused(100, 33)
	case c.token.kind != "PAGE":
		return nil, Refused(200, 0).saying("(#200) Unpublished posts must be posted to a page as the page itself.")
	case !c.token.has("pages_read_engagement", "pages_manage_posts"):
		return nil, Refused(200, 0).saying("(#200) If posting to a page, requires both pages_read_engagement and pages_manage_posts " +
			"as an admin with sufficient administrative permission")
	case !c.token.may(p.ID, "MANAGE", "CREATE_CONTENT", "MODERATE"):
		return nil, Refused(200, 0)
	case p.NeedsPPA:
		return nil, Refused(200, 1404078).saying("(#200) Page Publishing Authorization is required.")
	}
	return p, nil
}

func (s *Sim) addPhoto(c call) (any, error) {
	page, err := s.writer(c)
	if err != nil {
		return nil, err
	}
	got := s.crawl(c, c.get("url"))
	switch picture := got.picture(c.get("url")); {
	case c.get("url") == "":
		return nil, Refused(100, 0).saying("(#100) url is required")
	case got.lost:
		return nil, Refused(324, 2069019).saying("(#324) Missing or invalid image file")
	case picture.mime != "image/jpeg" && picture.mime != "image/png", len(got.bytes) > 4<<20:
		return nil, Refused(1, 1366046).saying("(#1) Your photos couldn't be uploaded. Photos should be less than 4 MB and saved as JPG, PNG.").status(400)
	default:
		f := &photo{s.newID("30"), page.ID, picture}
		s.photos[f.id] = f
		if c.get("published") == "false" {
			return map[string]string{"id": f.id}, nil
		}
		p := s.say(c, page, firstOf(c.get("caption"), c.get("message")), []*photo{f})
		return s.withFields(c, map[string]any{"id": f.id, "post_id": p.id}, p), nil
	}
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (s *Sim) addPost(c call) (any, error) {
	page, err := s.writer(c)
	if err != nil {
		return nil, err
	}
	photos, err := s.attached(c, page)
	message, link := c.get("message"), c.get("link")
	switch {
	case err != nil:
		return nil, err
	case message == "" && link == "" && len(photos) == 0:
		return nil, Refused(100, 0).saying("(#100) The parameter message is required")
	case utf8.RuneCountInString(message) > 63206:
		return nil, Refused(100, 0).saying("(#100) The message is too long")
	case s.repeats(page.ID, message, link, photos):
		return nil, Refused(506, 0)
	}
	p := s.say(c, page, message, photos)
	p.link, p.hidden = link, c.get("published") == "false"
	return s.withFields(c, map[string]any{"id": p.id}, p), nil
}

// attached reads both ways of naming photos: a JSON list, and one key for each.
func (s *Sim) attached(c call, page *page) ([]*photo, error) {
	var refs []struct {
		Photo string `json:"media_fbid"`
	}
	given := c.get("attached_media")
	if given == "" {
		var items []string
		for i := 0; c.given.Has("attached_media[" + strconv.Itoa(i) + "]"); i++ {
			items = append(items, c.get("attached_media["+strconv.Itoa(i)+"]"))
		}
		given = "[" + strings.Join(items, ",") + "]"
	}
	if json.Unmarshal([]byte(given), &refs) != nil {
		return nil, Refused(100, 0).saying("(#100) attached_media is not well formed")
	}
	var photos []*photo
	for _, ref := range refs {
		f := s.photos[ref.Photo]
		if f == nil || f.page != page.ID {
			return nil, Refused(100, 33)
		}
		photos = append(photos, f)
	}
	return photos, nil
}

// repeats says whether the page's last post was the very same.
func (s *Sim) repeats(pageID, message, link string, photos []*photo) bool {
	for i := len(s.posts) - 1; i >= 0; i-- {
		if last := s.posts[i]; last.page == pageID {
			return last.message == message && last.link == link && slices.Equal(last.photos, photos)
		}
	}
	return false
}

func (s *Sim) say(c call, page *page, message string, photos []*photo) *post {
	p := &post{id: page.ID + "_" + s.newID(""), page: page.ID, message: message, photos: photos, at: s.clock.Now(), host: c.r.Host}
	s.posts = append(s.posts, p)
	return p
}

// withFields is the read after write: a POST that asks for fields gets them.
func (s *Sim) withFields(c call, answer map[string]any, p *post) any {
	if c.wants("permalink_url") {
		answer["permalink_url"] = p.permalink()
	}
	return answer
}

func (s *Sim) post(id string) *post {
	for _, p := range s.posts {
		if p.id == id {
			return p
		}
	}
	return nil
}

// listPosts shows the newest first; since narrows it.
func (s *Sim) listPosts(c call) (any, error) {
	page := s.page(c.id)
	if page == nil || !c.token.sees(page.ID) {
		return nil, Refused(100, 33)
	}
	if !c.token.has("pages_read_engagement") {
		return nil, Refused(10, 0)
	}
	since, _ := strconv.ParseInt(c.get("since"), 10, 64)
	var items []any
	for i := len(s.posts) - 1; i >= 0; i-- {
		p := s.posts[i]
		if p.page == page.ID && !p.hidden && p.at.Unix() >= since && s.clock.Now().Sub(p.at) >= s.listedAfter {
			items = append(items, showPagePost(c, p))
		}
	}
	return list(c, items), nil
}

func showPagePost(c call, p *post) any {
	shown := map[string]any{"id": p.id}
	fields := map[string]any{"created_time": wireTime(p.at), "permalink_url": p.permalink(), "is_published": !p.hidden}
	if p.message != "" {
		fields["message"] = p.message
	}
	if len(p.photos) > 0 {
		var items []any
		for _, f := range p.photos {
			items = append(items, map[string]any{"type": "photo", "target": map[string]string{"id": f.id}})
		}
		fields["attachments"] = map[string]any{"data": items}
	}
	for name, value := range fields {
		if c.wants(name) {
			shown[name] = value
		}
	}
	return shown
}
