package whapi

import (
	"errors"
	"fmt"
)

// Person is somebody with WhatsApp. LID is the hidden identity; empty, the seed decides it.
type Person struct{ Phone, Name, LID string }

type person struct {
	Person
	lid string // bare digits
}

// AddPerson makes a number known, or changes its name.
func (s *Sim) AddPerson(p Person) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p.Phone = digits(p.Phone)
	lid := digits(p.LID)
	if lid == "" {
		lid = fmt.Sprintf("2%014d", (hash(p.Phone)^s.seed)%1e14)
	}
	s.people[p.Phone] = &person{Person: p, lid: lid}
	s.nudge()
}

func (s *Sim) mustPerson(phone string) (*person, error) {
	if p := s.people[digits(phone)]; p != nil {
		return p, nil
	}
	return nil, errors.New("nobody with this number; AddPerson first")
}

func (s *Sim) personByLID(lid string) *person {
	for _, p := range s.people {
		if p.lid == lid {
			return p
		}
	}
	return nil
}

// onWhatsApp says whether a number reaches anybody: a person or one of our own channels.
func (s *Sim) onWhatsApp(phone string) bool {
	for _, ch := range s.channels {
		if ch.Phone == phone {
			return true
		}
	}
	return s.people[phone] != nil
}

// nameOf is what a phone shows for a number: the name if there is one.
func (s *Sim) nameOf(phone string) string {
	if p := s.people[phone]; p != nil && p.Name != "" {
		return p.Name
	}
	for _, ch := range s.channels {
		if ch.Phone == phone {
			return ch.Title
		}
	}
	return ""
}
