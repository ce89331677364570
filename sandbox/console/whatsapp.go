package console

import (
	"errors"

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
	Text      string      `json:"text"`
	At        int64       `json:"at"`
	Status    string      `json:"status"`
	Edited    bool        `json:"edited"`
	Deleted   bool        `json:"deleted"`
	Quoted    *quotedView `json:"quoted,omitempty"`
	Reactions []string    `json:"reactions"`
}

type quotedView struct {
	Who  string `json:"who"`
	Text string `json:"text"`
}

// chatID is a direct chat in the vendor's words.
func chatID(phone string) string { return phone + "@s.whatsapp.net" }

func (c *Console) whatsapp(n Number, p Person) whatsappView {
	all := c.WhatsApp.Messages(n.Channel, chatID(p.Phone))
	byID := make(map[string]whapi.Message, len(all))
	for _, m := range all {
		byID[m.ID] = m
	}
	v := whatsappView{Messages: []whatsappMessage{}, Presence: c.WhatsApp.Presence(n.Channel, chatID(p.Phone))}
	for _, m := range latest(all) {
		view := whatsappMessage{
			ID: m.ID, Mine: !m.FromMe, By: author(m), Text: m.Text, At: m.Time.UnixMilli(), Status: m.Status,
			Edited: m.Edited, Deleted: m.Deleted, Reactions: append([]string{}, m.Reactions...),
		}
		if q, ok := byID[m.QuotedID]; ok {
			view.Quoted = &quotedView{Who: quotedName(q, n, p), Text: q.Text}
		}
		v.Messages = append(v.Messages, view)
	}
	return v
}

func author(m whapi.Message) string {
	switch {
	case !m.FromMe:
		return "person"
	case m.Source == "mobile":
		return "phone"
	}
	return "agency"
}

func quotedName(m whapi.Message, n Number, p Person) string {
	if m.FromMe {
		return n.Title
	}
	return p.Name
}

type sayArgs struct{ Channel, Phone, Text, Quoted string }

func (c *Console) say(a sayArgs) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	id, err := c.WhatsApp.Reply(a.Channel, a.Quoted, a.Phone, a.Text)
	return made{id}, cause(err)
}

func (c *Console) phoneSays(a sayArgs) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	id, err := c.WhatsApp.PhoneSays(a.Channel, chatID(a.Phone), a.Text)
	return made{id}, cause(err)
}

func (c *Console) open(a struct{ Channel, Phone string }) (any, error) {
	c.WhatsApp.OpenChat(a.Channel, chatID(a.Phone))
	return made{}, nil
}

func (c *Console) edit(a struct{ Channel, ID, Text string }) (any, error) {
	if blank(a.Text) {
		return nil, errNothing
	}
	return made{a.ID}, cause(c.WhatsApp.EditMessage(a.Channel, a.ID, a.Text))
}

func (c *Console) remove(a struct{ Channel, ID string }) (any, error) {
	return made{a.ID}, cause(c.WhatsApp.DeleteMessage(a.Channel, a.ID))
}

func (c *Console) react(a struct{ Channel, ID, Phone, Emoji string }) (any, error) {
	return made{a.ID}, cause(c.WhatsApp.React(a.Channel, a.ID, a.Phone, a.Emoji))
}

// cause is what went wrong, without the words for where: the person knows what they pressed.
func cause(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}
