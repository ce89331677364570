package whapi

import (
	"net/url"
	"regexp"
	"time"
)

// Content is what somebody sends: [Text], [Media], [Album], [Location], [LiveLocation], [Contacts], [Poll], [Button],
// [Choice], [Unknown] or [Raw].
type Content interface {
	check() error
	// render is the type and the body as the wire of the channel shows them. A file gets a place in the channel's store.
	render(arrival) (kind string, b body)
}

// arrival is where and when something comes in.
type arrival struct {
	s    *Sim
	ch   *channel
	at   time.Time
	past bool // it came before anybody listened
}

// fill puts content into a record.
func (s *Sim) fill(r *record, what Content, at arrival) {
	r.what = what
	r.kind, r.body = what.render(at)
}

func (s *Sim) now(ch *channel) arrival { return arrival{s: s, ch: ch, at: s.clock.Now()} }

// Text is words. WhatsApp makes a link_preview of words with a link.
type Text string

func (t Text) check() error { return nil }

func (t Text) render(arrival) (string, body) { return written(string(t), true) }

// bareText is words whose sender wanted no preview.
type bareText string

func (t bareText) check() error { return nil }

func (t bareText) render(arrival) (string, body) { return written(string(t), false) }

var links = regexp.MustCompile(`https?://\S+`)

// written is the type and body of words.
func written(text string, preview bool) (string, body) {
	link := links.FindString(text)
	if link == "" || !preview {
		return "text", &textJSON{Body: text}
	}
	title := link
	if u, err := url.Parse(link); err == nil {
		title = u.Hostname()
	}
	return "link_preview", &linkPreviewJSON{Body: text, URL: link, Title: title}
}
