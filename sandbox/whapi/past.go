package whapi

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Past is a message from before anybody listened.
type Past struct {
	Ago    time.Duration // before now on the clock
	From   string        // phone; empty: our side, written on the company phone
	What   Content
	Unread bool // nobody on our side has opened it
}

// SeedHistory puts messages into a chat's history that no hook ever hears of. Files among them were never fetched: the
// old ones are gone. In a group every number in it has them, each under its own ids. It gives the channel's ids, in the
// order given, of an album those of all its messages.
func (s *Sim) SeedHistory(channel, chatID string, past ...Past) ([]string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.backfill(channel, chatID, past)
	if err != nil {
		return nil, fmt.Errorf("whapi: seed history: %w", err)
	}
	return ids, nil
}

func (s *Sim) backfill(name, chatID string, past []Past) ([]string, error) {
	ch, err := s.mustChannel(name)
	if err != nil {
		return nil, err
	}
	id := s.canonical(chatID)
	there := s.readersOf(ch, id)
	if there == nil {
		return nil, errors.New("no such chat")
	}
	for _, p := range past {
		if err := s.checkPast(p, id); err != nil {
			return nil, err
		}
	}
	var ids []string
	for _, p := range past {
		for _, piece := range pieces(p.What) {
			p.What = piece
			w := &said{}
			for _, one := range there {
				s.remember(one, ch, w, id, p)
			}
			ids = append(ids, w.by(ch).id)
		}
	}
	return ids, nil
}

// readersOf are the channels that have a chat's history, nil when this one has not.
func (s *Sim) readersOf(ch *channel, id string) []*channel {
	if g := s.groups[id]; g.has(ch.Phone) {
		return s.within(g)
	}
	if s.people[(&chat{id: id}).phone()] != nil {
		return []*channel{ch}
	}
	return nil
}

func (s *Sim) checkPast(p Past, id string) error {
	from := digits(p.From)
	switch {
	case p.What == nil || p.Ago < 0:
		return errors.New("nothing was said, or it is still to come")
	case p.From != "" && !s.onWhatsApp(from), p.From != "" && s.groups[id] == nil && from+atPerson != id:
		return errNobody
	}
	return p.What.check()
}

// remember puts one message of the past where it belongs in time. Author is the channel that our side wrote from.
func (s *Sim) remember(ch, author *channel, w *said, id string, p Past) {
	at := s.clock.Now().Add(-p.Ago)
	r := &record{
		chat: ch.chat(id), said: w, at: at, from: cmp.Or(digits(p.From), author.Phone), source: "mobile", status: "read",
	}
	r.fromMe = r.from == ch.Phone
	r.what = p.What
	r.kind, r.body = p.What.render(arrival{s, ch, at, true})
	switch {
	case r.fromMe:
		for _, phone := range s.readers(ch, r.chat) {
			r.seen = append(r.seen, receipt{phone, "read", at})
		}
	case p.Unread:
		r.status = "delivered"
		r.chat.unread++
	}
	s.enter(ch, r)
	slices.SortStableFunc(ch.history, func(a, b *record) int { return a.at.Compare(b.at) })
}

// ClearChat is a colleague emptying a chat on the company phone: the history is gone, the other side keeps theirs.
func (s *Sim) ClearChat(channel, chatID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.mustChannel(channel)
	if err != nil {
		return fmt.Errorf("whapi: clear chat: %w", err)
	}
	c := ch.chats[s.canonical(chatID)]
	if c == nil {
		return errors.New("whapi: clear chat: no such chat")
	}
	for _, r := range ch.history {
		if r.chat == c {
			r.deleted = true
		}
	}
	c.unread = 0
	s.emit(ch, eventName{"messages", "delete"}, c.id, payload{MessagesRemovedAll: s.chatID(c.id)})
	s.nudge()
	return nil
}
