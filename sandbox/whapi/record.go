package whapi

import (
	"net/url"
	"regexp"
	"time"
)

// record is one message as one channel holds it. Content is replaced, never changed in place, so that what was
// rendered once stays what it was.
type record struct {
	id       string
	chat     *chat
	at       time.Time
	kind     string
	content  content
	action   *actionJSON
	from     string // phone
	fromMe   bool
	source   string
	status   string
	seen     []receipt // per reader, our messages only
	quoted   *record
	mentions []string
	edited   bool
	deleted  bool
	unsynced bool // came while the channel was off
	reacted  []reaction
}

// receipt is how far one reader got with a message of ours.
type receipt struct {
	phone, status string
	at            time.Time
}

type reaction struct{ phone, emoji string }

// react replaces what this person had put under the message; an empty emoji takes it away.
func (r *record) react(phone, emoji string) {
	var kept []reaction
	for _, old := range r.reacted {
		if old.phone != phone {
			kept = append(kept, old)
		}
	}
	if emoji != "" {
		kept = append(kept, reaction{phone, emoji})
	}
	r.reacted = kept
}

var links = regexp.MustCompile(`https?://\S+`)

// written is the kind and content of a text: WhatsApp makes a link_preview of one with a link.
func written(text string, preview bool) (string, content) {
	link := links.FindString(text)
	if link == "" || !preview {
		return "text", content{Text: &textJSON{Body: text}}
	}
	title := link
	if u, err := url.Parse(link); err == nil {
		title = u.Hostname()
	}
	return "link_preview", content{LinkPreview: &linkPreviewJSON{Body: text, URL: link, Title: title}}
}

// text is what a person reads.
func (c content) text() string {
	switch {
	case c.Text != nil:
		return c.Text.Body
	case c.LinkPreview != nil:
		return c.LinkPreview.Body
	}
	return ""
}

// inner is the content without its key, as edited_content and quoted_content carry it.
func (c content) inner() any {
	switch {
	case c.Text != nil:
		return c.Text
	case c.LinkPreview != nil:
		return c.LinkPreview
	}
	return nil
}

// add puts a new record at the end of the history.
func (s *Sim) add(ch *channel, r *record) *record {
	r.id, r.at = ch.newID(r.chat.group()), s.clock.Now()
	r.unsynced = ch.health != auth
	ch.history = append(ch.history, r)
	ch.byID[r.id] = r
	if r.action == nil {
		r.chat.last = r.at
	}
	s.nudge()
	return r
}

// known is a message that the channel can still point at.
func (ch *channel) known(id string) *record {
	if r := ch.byID[id]; r != nil && !r.deleted && !r.unsynced {
		return r
	}
	return nil
}
