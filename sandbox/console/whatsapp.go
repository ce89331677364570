package console

import (
	"cmp"
	"errors"
	"net/url"
	"strings"

	"marketa/sandbox/props"
	"marketa/sandbox/whapi"
)

// whatsappView is one conversation between a person and one of the agency's numbers, as the person sees it.
type whatsappView struct {
	Messages []whatsappMessage `json:"messages"`
	Presence string            `json:"presence"` // what the agency does: typing, recording, nothing
}

type whatsappMessage struct {
	ID        string      `json:"id"`
	Mine      bool        `json:"mine"` // by the person; all else is the agency's
	By        string      `json:"by"`   // person, agency, phone (the agency's own phone, past the platform)
	From      string      `json:"from"` // the phone
	Name      string      `json:"name"`
	Text      string      `json:"text"`
	At        int64       `json:"at"`
	Status    string      `json:"status"`
	Edited    bool        `json:"edited"`
	Deleted   bool        `json:"deleted"`
	Quoted    *quotedView `json:"quoted,omitempty"`
	Reactions []string    `json:"reactions"`
	Forwarded bool        `json:"forwarded,omitempty"`
	Media     *fileView   `json:"media,omitempty"`
	Place     string      `json:"place,omitempty"`
	Contacts  []string    `json:"contacts,omitempty"`
	Poll      []string    `json:"poll,omitempty"`
}

// fileView is a file of either app. Words are what is said in a voice note.
type fileView struct {
	Kind    string `json:"kind"` // photo, video, audio, voice, document, sticker
	URL     string `json:"url,omitempty"`
	Name    string `json:"name,omitempty"`
	Size    int    `json:"size,omitempty"`
	Seconds int    `json:"seconds,omitempty"`
	Words   string `json:"words,omitempty"`
	Gone    bool   `json:"gone,omitempty"`
	Wide    int    `json:"wide,omitempty"`
	High    int    `json:"high,omitempty"`
	Once    bool   `json:"once,omitempty"`
}

type quotedView struct {
	Who  string `json:"who"`
	Text string `json:"text"`
}

// chatID is a direct chat in the vendor's words.
func chatID(phone string) string { return phone + "@s.whatsapp.net" }

func (c *generation) whatsapp(n Number, p Person) whatsappView {
	v := c.conversation(n.Channel, chatID(p.Phone))
	v.Presence = c.WhatsApp.Presence(n.Channel, chatID(p.Phone))
	return v
}

// whatsappGroup is a group as our number sees it; whose messages are one's own the page knows.
func (c *generation) whatsappGroup(g groupView) whatsappView {
	v := c.conversation(g.Channel, g.ID)
	for _, n := range c.Numbers {
		if doing := c.WhatsApp.Presence(n.Channel, g.ID); doing != "" {
			v.Presence = doing
		}
	}
	return v
}

func (c *generation) conversation(channel, chat string) whatsappView {
	all := c.WhatsApp.Messages(channel, chat)
	byID := make(map[string]whapi.Message, len(all))
	for _, m := range all {
		byID[m.ID] = m
	}
	v := whatsappView{Messages: []whatsappMessage{}}
	for _, m := range latest(all) {
		view := c.shown(m)
		if q, ok := byID[m.QuotedID]; ok {
			view.Quoted = &quotedView{Who: c.nameOf(q.From), Text: gist(c.shown(q))}
		}
		v.Messages = append(v.Messages, view)
	}
	return v
}

func (c *generation) shown(m whapi.Message) whatsappMessage {
	view := whatsappMessage{
		ID: m.ID, Mine: !m.FromMe, By: c.author(m), From: m.From, Name: c.nameOf(m.From), Text: c.mentioned(m), At: m.Time.UnixMilli(), Status: m.Status,
		Edited: m.Edited, Deleted: m.Deleted, Reactions: append([]string{}, m.Reactions...), Forwarded: m.Forwarded > 0,
	}
	switch {
	case m.MIME != "":
		view.Media = c.whatsappFile(m)
	case m.Location != nil:
		view.Place = m.Text
		view.Text = ""
	case len(m.Contacts) > 0:
		view.Text = ""
		for _, one := range m.Contacts {
			view.Contacts = append(view.Contacts, one.Name)
		}
	}
	for _, o := range m.Options {
		view.Poll = append(view.Poll, o.Name)
	}
	return view
}

func (c *generation) whatsappFile(m whapi.Message) *fileView {
	kind := map[string]string{"image": "photo", "gif": "video", "short": "video"}[m.Type]
	f := &fileView{Kind: cmp.Or(kind, m.Type), URL: "file/whatsapp/" + m.Channel + "/" + url.PathEscape(m.ID), Name: m.FileName, Size: m.Size, Seconds: m.Seconds, Gone: m.Gone, Once: m.ViewOnce}
	if _, content, err := c.WhatsApp.File(m.Channel, m.ID); err == nil {
		f.Words, _ = props.Heard(content)
	}
	return f
}

// gist is a message in a line, for quotes.
func gist(m whatsappMessage) string {
	switch {
	case m.Media != nil && m.Media.Words != "":
		return "🎤 " + m.Media.Words
	case m.Media != nil:
		return strings.TrimSpace(map[string]string{"photo": "📷 ", "video": "🎬 ", "voice": "🎤 Voice note", "document": "📄 "}[m.Media.Kind] + cmp.Or(m.Text, m.Media.Name, m.Media.Kind))
	case m.Place != "":
		return "📍 " + m.Place
	}
	return m.Text
}

func (c *generation) author(m whapi.Message) string {
	_, ours := c.numberBy(m.From)
	switch {
	case !ours && !m.FromMe:
		return "person"
	case m.Source == "mobile":
		return "phone"
	}
	return "agency"
}

type sayArgs struct {
	placeArgs
	Text string
}

func (c *generation) say(a sayArgs) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	return c.write(a.placeArgs, whapi.Text(a.Text), false)
}

func (c *generation) phoneSays(a sayArgs) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	return c.write(a.placeArgs, whapi.Text(a.Text), true)
}

func (c *generation) open(a placeArgs) (any, error) {
	if a.Group != "" {
		return made{}, cause(c.WhatsApp.ReadGroup(a.Group, a.Phone))
	}
	c.WhatsApp.OpenChat(a.Channel, chatID(a.Phone))
	return made{}, nil
}

func (c *generation) edit(a struct{ Channel, ID, Text string }) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	return made{a.ID}, cause(c.WhatsApp.EditMessage(a.Channel, a.ID, a.Text))
}

func (c *generation) remove(a struct{ Channel, ID string }) (any, error) {
	return made{a.ID}, cause(c.WhatsApp.DeleteMessage(a.Channel, a.ID))
}

func (c *generation) react(a struct{ Channel, ID, Phone, Emoji string }) (any, error) {
	return made{a.ID}, cause(c.WhatsApp.React(a.Channel, a.ID, a.Phone, a.Emoji))
}

// cause is what went wrong, without the words for where: the person knows what they pressed.
func cause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}
