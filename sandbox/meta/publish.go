package meta

import (
	"fmt"
	"time"
)

// media is a post that people can see.
type media struct {
	id        string
	account   *account
	container string
	kind      string // FEED, REELS, STORY
	caption   string
	alt       string
	pictures  []picture
	at        time.Time
	shortcode string
	host      string
}

func (m *media) permalink() string { return fmt.Sprintf("http://%s/p/%s/", m.host, m.shortcode) }

func (m *media) address(nth int) string {
	return fmt.Sprintf("http://%s/scontent/%s/%d", m.host, m.id, nth)
}

func (m *media) mediaType() string {
	if len(m.pictures) > 1 {
		return "CAROUSEL_ALBUM"
	}
	return m.pictures[0].kind()
}

// publish makes a container visible, once.
func (s *Sim) publish(c call) (any, error) {
	a, err := s.publisher(c)
	if err != nil {
		return nil, err
	}
	k := s.containers[c.get("creation_id")]
	if k == nil || k.account != a || k.child {
		return nil, Refused(24, 2207008)
	}
	if k.medium != nil && !s.repeatPublishes {
		return nil, Refused(24, 2207008)
	}
	switch state := s.state(k); {
	case s.publishedToday(a) >= quota(a):
		return nil, Refused(9, 2207042)
	case state == inProgress:
		return nil, Refused(9007, 2207027)
	case state == failed || state == expired:
		return nil, Refused(24, 2207008)
	}
	k.medium = s.show(c, k)
	return map[string]string{"id": k.medium.id}, nil
}

func (s *Sim) show(c call, k *container) *media {
	kind := "FEED"
	switch k.kind {
	case "REELS":
		kind = "REELS"
	case "STORIES":
		kind = "STORY"
	}
	m := &media{id: s.newID("1799"), account: k.account, container: k.id, kind: kind, caption: k.caption, alt: k.alt,
		pictures: k.pictures, at: s.clock.Now(), shortcode: s.word(11), host: c.r.Host}
	s.media = append(s.media, m)
	return m
}

func quota(a *account) int {
	if a.Quota > 0 {
		return a.Quota
	}
	return 100
}

func (s *Sim) publishedToday(a *account) int {
	n := 0
	for _, m := range s.media {
		if m.account == a && s.clock.Now().Sub(m.at) < 24*time.Hour {
			n++
		}
	}
	return n
}

func (s *Sim) publishingLimit(c call) (any, error) {
	a, err := s.publisher(c)
	if err != nil {
		return nil, err
	}
	return map[string]any{"data": []any{map[string]any{"quota_usage": s.publishedToday(a),
		"config": map[string]int{"quota_total": quota(a), "quota_duration": 86400}}}}, nil
}

func (s *Sim) medium(id string) *media {
	for _, m := range s.media {
		if m.id == id {
			return m
		}
	}
	return nil
}

// mediaOf lists an account's posts, newest first; the newest appear a little late. Stories have a list of their own, for a day.
func (s *Sim) mediaOf(a *account, stories bool) []*media {
	var found []*media
	for i := len(s.media) - 1; i >= 0; i-- {
		m := s.media[i]
		age := s.clock.Now().Sub(m.at)
		if m.account == a && (m.kind == "STORY") == stories && age >= s.listedAfter && (!stories || age < 24*time.Hour) {
			found = append(found, m)
		}
	}
	return found
}

func (s *Sim) listMedia(c call) (any, error)   { return s.listOf(c, false) }
func (s *Sim) listStories(c call) (any, error) { return s.listOf(c, true) }

func (s *Sim) listOf(c call, stories bool) (any, error) {
	a := s.account(c.id)
	if a == nil || !s.reaches(c.token, a) {
		return nil, Refused(100, 33)
	}
	var items []any
	for _, m := range s.mediaOf(a, stories) {
		items = append(items, showMedia(c, m))
	}
	return list(c, items), nil
}

func showMedia(c call, m *media) any {
	shown := map[string]any{"id": m.id}
	fields := map[string]any{
		"permalink": m.permalink(), "shortcode": m.shortcode, "media_type": m.mediaType(), "media_product_type": m.kind,
		"timestamp": wireTime(m.at), "username": m.account.Username, "media_url": m.address(0), "like_count": 0, "comments_count": 0,
	}
	if m.caption != "" {
		fields["caption"] = m.caption
	}
	if len(m.pictures) > 1 {
		fields["children"] = children(m)
	}
	for name, value := range fields {
		if c.wants(name) {
			shown[name] = value
		}
	}
	return shown
}

func children(m *media) any {
	var items []any
	for i, p := range m.pictures {
		items = append(items, map[string]any{"id": fmt.Sprint(m.id, i), "media_type": p.kind(), "media_url": m.address(i)})
	}
	return map[string]any{"data": items}
}
