package whapi

import (
	"cmp"
	"errors"
	"fmt"
)

// Person is somebody with WhatsApp. LID is the hidden identity; empty, the seed decides it. A private person can not be
// put into groups by others and needs an invite link.
type Person struct {
	Phone, Name, LID string
	Private          bool
}

var errNobody = errors.New("nobody with this number; AddPerson first")

type person struct {
	Person
	lid string // bare digits
}

// AddPerson makes a number known, or changes its name.
func (s *Sim) AddPerson(p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Phone = digits(p.Phone)
	s.people[p.Phone] = &person{Person: p, lid: s.lidOf(p.Phone, p.LID)}
	s.nudge()
}

// lidOf is the hidden identity that was given, or the one that the seed gives.
func (s *Sim) lidOf(phone, given string) string {
	return cmp.Or(digits(given), fmt.Sprintf("2%014d", (hash(phone)^s.seed)%1e14))
}

func (s *Sim) mustPerson(phone string) (*person, error) {
	if p := s.people[digits(phone)]; p != nil {
		return p, nil
	}
	return nil, errNobody
}

// phoneByLID is empty for an identity that is nobody's.
func (s *Sim) phoneByLID(lid string) string {
	for _, p := range s.people {
		if p.lid == lid {
			return p.Phone
		}
	}
	for _, ch := range s.channels {
		if ch.LID == lid {
			return ch.Phone
		}
	}
	return ""
}

// onWhatsApp says whether a number reaches anybody: a person or one of our own channels.
func (s *Sim) onWhatsApp(phone string) bool {
	return s.channelByPhone(phone) != nil || s.people[phone] != nil
}

// nameOf is what a phone shows for a number: the name if there is one.
func (s *Sim) nameOf(phone string) string {
	if p := s.people[phone]; p != nil && p.Name != "" {
		return p.Name
	}
	if ch := s.channelByPhone(phone); ch != nil {
		return ch.Title
	}
	return ""
}
