package whapi

import (
	"fmt"
	"time"
)

// typingShows is how long a phone shows typing that nobody renews.
const typingShows = 25 * time.Second

// Typing is the person starting or stopping to type in the direct chat; hooks hear of it once the presence is subscribed to.
func (s *Sim) Typing(channel, phone string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.mustChannel(channel)
	if err != nil {
		return fmt.Errorf("whapi: typing: %w", err)
	}
	p, err := s.mustPerson(phone)
	if err != nil {
		return fmt.Errorf("whapi: typing: %w", err)
	}
	s.typing(ch, p.Phone+atPerson, p.Phone, on)
	return nil
}

func (s *Sim) typing(ch *channel, chat, phone string, on bool) {
	status := "online"
	if on {
		status = "typing"
	}
	if ch.watched[chat] {
		s.emit(ch, eventName{"presences", "post"}, chat, payload{Presences: []presenceJSON{{ContactID: s.contactID(phone), Status: status}}})
	}
}

// PUT /presences/me
func (s *Sim) putMyPresence(c call) (any, error) {
	in, err := decode[struct {
		Presence string `json:"presence"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Presence != "online" && in.Presence != "offline" {
		return nil, refuse(400, "Wrong request parameters: presence")
	}
	return success, nil
}

// PUT /presences/{EntryID}: typing and recording show until the delay is over, a message goes out, or a pause.
func (s *Sim) putPresence(c call) (any, error) {
	in, err := decode[struct {
		Presence string  `json:"presence"`
		Delay    float64 `json:"delay"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Delay < 0 {
		return nil, refuse(400, "Wrong request parameters: delay")
	}
	chat, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	until := s.clock.Now().Add(typingShows)
	if in.Delay > 0 {
		until = s.clock.Now().Add(time.Duration(in.Delay * float64(time.Second)))
	}
	switch in.Presence {
	case "typing", "recording":
		chat.show(in.Presence, until)
		s.at(until, func() {})
	case "pause":
		chat.show("", time.Time{})
	default:
		return nil, refuse(400, "Wrong request parameters: presence")
	}
	s.nudge()
	return success, nil
}

// POST /presences/{EntryID}: subscribe.
func (s *Sim) postPresence(c call) (any, error) {
	chat, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	if c.ch.watched[chat.id] {
		return nil, refuse(409, "Specified contact presence already subscribed")
	}
	c.ch.watched[chat.id] = true
	return success, nil
}

// GET /presences/{EntryID}
func (s *Sim) getPresence(c call) (any, error) {
	chat, err := s.entry(c)
	if err != nil {
		return nil, err
	}
	if !c.ch.watched[chat.id] {
		return nil, refuse(404, "Specified contact presence not subscribed")
	}
	return presenceJSON{ContactID: s.contactID(chat.phone()), Status: "online"}, nil
}

// entry finds the chat of a contact or group id. Only people on WhatsApp and groups of ours have one.
func (s *Sim) entry(c call) (*chat, error) {
	id := s.canonical(c.vars["EntryID"])
	if id == "" {
		return nil, refuse(400, "Wrong request parameters: EntryID")
	}
	if s.groups[id] == nil && !s.onWhatsApp((&chat{id: id}).phone()) {
		return nil, refuse(404, "Specified contact not found")
	}
	return c.ch.chat(id), nil
}
