package console

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"marketa/sandbox/whapi"
)

// groupView is a WhatsApp group that one of the agency's numbers is in.
type groupView struct {
	ID      string       `json:"id"`
	Title   string       `json:"title"`
	Channel string       `json:"channel"` // the number through which the console looks at it
	Members []memberView `json:"members"`
}

type memberView struct {
	Phone string `json:"phone"`
	Name  string `json:"name"`
	Ours  bool   `json:"ours,omitempty"`
}

// groups are those that the agency's numbers are in.
func (c *generation) groups() []groupView {
	list := []groupView{}
	for _, g := range c.WhatsApp.Groups() {
		v := groupView{ID: g.ID, Title: g.Subject, Members: []memberView{}}
		for _, phone := range g.Members {
			n, ours := c.numberBy(phone)
			if ours && v.Channel == "" {
				v.Channel = n.Channel
			}
			v.Members = append(v.Members, memberView{Phone: phone, Name: c.nameOf(phone), Ours: ours})
		}
		if v.Channel != "" {
			list = append(list, v)
		}
	}
	return list
}

func (c *generation) groupBy(id string) (groupView, bool) {
	all := c.groups()
	i := slices.IndexFunc(all, func(g groupView) bool { return g.ID == id })
	if i < 0 {
		return groupView{}, false
	}
	return all[i], true
}

func (c *generation) numberBy(phone string) (Number, bool) {
	i := slices.IndexFunc(c.Numbers, func(n Number) bool { return n.Phone == phone })
	if i < 0 {
		return Number{}, false
	}
	return c.Numbers[i], true
}

// nameOf is a person or one of the agency's numbers, by the phone; else the phone itself.
func (c *generation) nameOf(phone string) string {
	if n, ours := c.numberBy(phone); ours {
		return n.Title
	}
	for _, p := range c.People {
		if p.Phone == phone {
			return p.Name
		}
	}
	return "+" + phone
}

// mentioned writes names for the phones that a message mentions, as phones show it.
func (c *generation) mentioned(m whapi.Message) string {
	text := m.Text
	for _, phone := range m.Mentions {
		text = strings.ReplaceAll(text, "@"+strings.TrimSuffix(phone, "@lid"), "@"+c.nameOf(phone))
	}
	return text
}

// mentions turns "@Marketa" into what the wire carries: the phone in the text, and the mention.
func (c *generation) mentions(g groupView, text string) (string, []string) {
	var phones []string
	for _, m := range g.Members {
		if strings.Contains(text, "@"+m.Name) {
			text = strings.ReplaceAll(text, "@"+m.Name, "@"+m.Phone)
			phones = append(phones, m.Phone)
		}
	}
	return text, phones
}

var errNoGroup = errors.New("there is no such group")

// write lets a person, or a colleague on the agency's phone, send something into a direct chat or a group.
func (c *generation) write(a placeArgs, what whapi.Content, asPhone bool) (any, error) {
	o := whapi.Opts{Quote: a.Quoted}
	if a.Group == "" {
		if asPhone {
			id, err := c.WhatsApp.PhoneWrites(a.Channel, chatID(a.Phone), what, o)
			return made{id}, cause(err)
		}
		id, err := c.WhatsApp.Write(a.Channel, a.Phone, what, o)
		return made{id}, cause(err)
	}
	g, ok := c.groupBy(a.Group)
	if !ok {
		return nil, errNoGroup
	}
	if words, isText := what.(whapi.Text); isText {
		var text string
		text, o.Mentions = c.mentions(g, string(words))
		what = whapi.Text(text)
	}
	if asPhone {
		id, err := c.WhatsApp.PhoneWrites(cmp.Or(a.Channel, g.Channel), g.ID, what, o)
		return made{id}, cause(err)
	}
	ids, err := c.WhatsApp.WriteInGroup(g.ID, a.Phone, what, o)
	return made{ids[g.Channel]}, cause(err)
}

// placeArgs is where somebody writes on the left: a direct chat with one of the numbers, or a group.
type placeArgs struct{ Channel, Group, Phone, Quoted string }
