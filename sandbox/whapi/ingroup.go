package whapi

import (
	"errors"
	"fmt"
)

var errMute = errors.New("they can not write there")

// SayInGroup is a person writing in a group. Every channel in it gets a copy of its own; the ids come by channel name.
// The quoted id may be any channel's.
func (s *Sim) SayInGroup(groupID, phone, text string, o Opts) (map[string]string, error) {
	return s.WriteInGroup(groupID, phone, Text(text), o)
}

// WriteInGroup is SayInGroup with anything that can be sent. Of an album the ids are those of its first message.
func (s *Sim) WriteInGroup(groupID, phone string, what Content, o Opts) (map[string]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.writeInGroup(groupID, phone, what, o)
	if err != nil {
		return nil, fmt.Errorf("whapi: write in group: %w", err)
	}
	return ids, nil
}

func (s *Sim) writeInGroup(groupID, phone string, what Content, o Opts) (map[string]string, error) {
	g, p := s.groups[groupID], s.people[digits(phone)]
	switch {
	case g == nil:
		return nil, errNoGroup
	case p == nil:
		return nil, errNobody
	case !g.maySpeak(p.Phone):
		return nil, errMute
	}
	if err := what.check(); err != nil {
		return nil, err
	}
	quoted, err := s.quotedIn(g, o.Quote)
	if err != nil {
		return nil, err
	}
	var ids map[string]string
	for _, piece := range pieces(what) {
		w := &said{}
		s.spread(g, w, nil, record{from: p.Phone, source: "mobile", what: piece, mentions: o.Mentions, forwarded: o.Forwarded}, quoted)
		if ids == nil {
			ids = w.ids()
		}
	}
	return ids, nil
}

// quotedIn finds a message of a group by the id that any of the channels has for it.
func (s *Sim) quotedIn(g *group, id string) (*said, error) {
	if id == "" {
		return nil, nil
	}
	for _, ch := range s.channels {
		if r := ch.byID[id]; r != nil && r.chat.id == g.id {
			return r.said, nil
		}
	}
	return nil, errNoMessage
}

// spread gives every channel of the group but one its own copy of a message.
func (s *Sim) spread(g *group, w *said, but *channel, like record, quoted *said) {
	for _, ch := range s.within(g) {
		if ch == but {
			continue
		}
		r := like
		r.chat, r.said, r.status = ch.chat(g.id), w, "delivered"
		r.quoted = s.copyFor(ch, quoted)
		s.fill(&r, like.what, s.now(ch))
		r.chat.unread++
		s.publish(ch, &r, s.message(s.add(ch, &r)))
	}
}

// copyFor is what a channel has of a message. One that came before it joined it knows only from quotes, by an id that
// leads nowhere.
func (s *Sim) copyFor(ch *channel, w *said) *record {
	if w == nil {
		return nil
	}
	if r := w.by(ch); r != nil {
		return r
	}
	r := *w.copies[0]
	r.ch, r.id, r.chat = ch, ch.newID(true), ch.chat(r.chat.id)
	r.deleted = true
	w.copies = append(w.copies, &r)
	return &r
}

// ids are the copies' ids by channel name.
func (w *said) ids() map[string]string {
	ids := map[string]string{}
	for _, r := range w.copies {
		ids[r.ch.Name] = r.id
	}
	return ids
}

// Twin is the id under which another channel has the same message of a group.
func (s *Sim) Twin(name, messageID, other string) (string, error) {
	var id string
	err := s.touch("twin", name, messageID, func(_ *channel, r *record) error {
		if twin := r.said.by(s.channel(other)); twin != nil && !twin.deleted {
			id = twin.id
			return nil
		}
		return errNoMessage
	})
	return id, err
}

// ReadGroup is one member looking at a group: all that our numbers wrote there becomes read by them.
func (s *Sim) ReadGroup(groupID, phone string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[groupID]
	if !g.has(digits(phone)) {
		return fmt.Errorf("whapi: read group: %w", errNoGroup)
	}
	for _, ch := range s.within(g) {
		var rows []statusJSON
		for _, r := range ch.history {
			if r.chat.id == g.id && r.fromMe && !r.deleted {
				rows = append(rows, s.reachBy(r, "read", digits(phone))...)
			}
		}
		s.emitStatuses(ch, ch.chat(g.id), rows...)
	}
	return nil
}

// TypingInGroup is a member starting or stopping to type; channels hear of it once they subscribed to the group's presence.
func (s *Sim) TypingInGroup(groupID, phone string, on bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[groupID]
	if !g.has(digits(phone)) {
		return fmt.Errorf("whapi: typing in group: %w", errNoGroup)
	}
	for _, ch := range s.within(g) {
		s.typing(ch, g.id, digits(phone), on)
	}
	return nil
}
