package whapi

import (
	"errors"
	"fmt"
	"strings"
)

// Contact is a business card. Without a VCard one is made of the name and the phone.
type Contact struct{ Name, Phone, VCard string }

// Contacts are cards passed on: one arrives as contact, several as contact_list.
type Contacts []Contact

func (c Contacts) check() error {
	if len(c) == 0 {
		return errors.New("no cards")
	}
	return nil
}

func (c Contacts) render(arrival) (string, body) {
	var list []vcardJSON
	for _, one := range c {
		list = append(list, vcardJSON{one.Name, one.vcard()})
	}
	if len(list) == 1 {
		return "contact", &list[0]
	}
	return "contact_list", &vcardsJSON{list}
}

func (c Contact) vcard() string {
	if c.VCard != "" {
		return c.VCard
	}
	phone := digits(c.Phone)
	return fmt.Sprintf("BEGIN:VCARD\nVERSION:3.0\nN:;%s;;;\nFN:%s\nTEL;type=CELL;waid=%s:+%s\nEND:VCARD", c.Name, c.Name, phone, phone)
}

type vcardJSON struct {
	Name  string `json:"name"`
	VCard string `json:"vcard"`
}

func (b *vcardJSON) text() string { return b.Name }

type vcardsJSON struct {
	List []vcardJSON `json:"list"`
}

func (b *vcardsJSON) text() string {
	var names []string
	for _, one := range b.List {
		names = append(names, one.Name)
	}
	return strings.Join(names, ", ")
}
