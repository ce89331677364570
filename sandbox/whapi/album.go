package whapi

import (
	"errors"
	"fmt"
	"strings"
)

// Album is several files sent in one go. What the vendor makes of one is not documented, so there are three readings:
// as it stands, the files come one by one within the same second; with Head, a line of type album with the counts comes
// before them; with Wrap, they come inside one message of type album.
type Album struct {
	Items      []Media
	Head, Wrap bool
}

func (a Album) check() error {
	if len(a.Items) < 2 {
		return errors.New("an album has two files or more")
	}
	for _, m := range a.Items {
		if err := m.check(); err != nil {
			return err
		}
	}
	return nil
}

func (a Album) render(at arrival) (string, body) {
	b := &albumJSON{}
	for _, m := range a.Items {
		kind, inner := m.render(at)
		b.List = append(b.List, map[string]any{"type": kind, kind: inner})
		b.captions = append(b.captions, m.Caption)
	}
	return "album", b
}

// albumHead announces an album: how many files of each sort will come.
type albumHead struct{ images, videos int }

func (albumHead) check() error { return nil }

func (h albumHead) render(arrival) (string, body) {
	return "album", &albumJSON{Images: h.images, Videos: h.videos}
}

type albumJSON struct {
	Images int              `json:"image_count,omitempty"`
	Videos int              `json:"video_count,omitempty"`
	List   []map[string]any `json:"list,omitempty"`

	captions []string
}

func (b *albumJSON) text() string { return strings.TrimSpace(strings.Join(b.captions, "\n")) }

// SayAlbum is a person sending several files in one go; it gives the ids of the messages, in order, the head's first.
func (s *Sim) SayAlbum(channel, phone string, a Album) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.writeAll(channel, phone, a, Opts{})
	if err != nil {
		return nil, fmt.Errorf("whapi: say album: %w", err)
	}
	return ids, nil
}

// pieces is what something arrives as: an album that is not wrapped is several messages, all else is one.
func pieces(what Content) []Content {
	a, isAlbum := what.(Album)
	if !isAlbum || a.Wrap {
		return []Content{what}
	}
	var list []Content
	if a.Head {
		list = append(list, a.head())
	}
	for _, m := range a.Items {
		list = append(list, m)
	}
	return list
}

func (a Album) head() albumHead {
	var h albumHead
	for _, m := range a.Items {
		if m.Kind == "image" {
			h.images++
		} else {
			h.videos++
		}
	}
	return h
}
