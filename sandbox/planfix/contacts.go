package planfix

import (
	"net/http"
	"strconv"
)

// Contact is a person or a company in the account.
type Contact struct {
	ID                       int
	Name, Lastname, Email    string
	Phone, Telegram, Address string
	Site, Instagram          string
	IsCompany                bool
	Group, Template          int
	Custom                   map[int]any
}

// AddContact adds one and gives its number.
func (s *Sim) AddContact(c Contact) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.ID = s.newID()
	s.contacts = append(s.contacts, &c)
	s.nudge()
	return c.ID
}

func (s *Sim) listContacts(c call) (reply, error) {
	in, err := decode[listJSON](c)
	if err != nil {
		return reply{}, err
	}
	if in.FilterID != "" {
		return reply{}, refuse(400, 41, "Unknown filter")
	}
	sel, err := s.selected(in.Fields, contactNames)
	if err != nil {
		return reply{}, err
	}
	conditions, err := s.conditions(in.Filters, contactConditions())
	if err != nil {
		return reply{}, err
	}
	var found []*Contact
	for _, one := range s.contacts {
		if allHold(conditions, one.facts()) {
			found = append(found, one)
		}
	}
	jumble(found)
	if found, err = window(found, in.Offset, in.PageSize); err != nil {
		return reply{}, err
	}
	list := []map[string]any{}
	for _, one := range found {
		list = append(list, sel.row(s, one.row(), one.Custom))
	}
	return rows("contacts", list)
}

func (s *Sim) getContact(c call) (reply, error) {
	sel, err := s.selected(c.r.URL.Query().Get("fields"), contactNames)
	if err != nil {
		return reply{}, err
	}
	for _, one := range s.contacts {
		if one.ID == c.id() {
			return rows("contact", sel.row(s, one.row(), one.Custom))
		}
	}
	return reply{}, refuse(http.StatusNotFound, 2000, "Contact not found")
}

func (c *Contact) row() map[string]any {
	phones := []map[string]any{}
	if c.Phone != "" {
		phones = append(phones, map[string]any{"number": c.Phone, "type": 1})
	}
	return map[string]any{
		"id": c.ID, "name": c.Name, "midname": "", "lastname": c.Lastname, "email": c.Email, "phones": phones, "telegram": c.Telegram,
		"instagram": c.Instagram, "site": c.Site, "address": c.Address, "position": "", "isCompany": c.IsCompany, "group": refJSON{ID: c.Group},
		"template": refJSON{ID: c.Template},
	}
}

func (c *Contact) facts() map[string]any {
	facts := map[string]any{
		"id": float64(c.ID), "name": c.Name + " " + c.Lastname, "phone": c.Phone, "email": c.Email, "telegram": c.Telegram,
		"group": float64(c.Group), "template": float64(c.Template),
	}
	for id, v := range c.Custom {
		facts[strconv.Itoa(id)] = v
	}
	return facts
}
