package whapi

import (
	"cmp"
	"errors"
	"fmt"
)

// Opts is what goes with what somebody writes.
type Opts struct {
	Quote     string   // the id of the message that is answered, as the channel sees it
	Mentions  []string // phones; or hidden identities, told by their @lid
	Forwarded int      // how often it was passed on before it came here
}

// Say is a person writing in the direct chat with that channel; it gives the id that the channel sees.
func (s *Sim) Say(channel, phone, text string) (string, error) {
	return s.Write(channel, phone, Text(text), Opts{})
}

// Reply is a person writing with a quote of a message of that chat; without an id it is Say.
func (s *Sim) Reply(channel, quotedID, phone, text string) (string, error) {
	return s.Write(channel, phone, Text(text), Opts{Quote: quotedID})
}

// Write is a person sending something in the direct chat with that channel; it gives the id that the channel sees, of an
// album that of its first message.
func (s *Sim) Write(channel, phone string, what Content, o Opts) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, err := s.writeAll(channel, phone, what, o)
	if err != nil {
		return "", fmt.Errorf("whapi: write: %w", err)
	}
	return ids[0], nil
}

func (s *Sim) writeAll(channel, phone string, what Content, o Opts) ([]string, error) {
	if err := what.check(); err != nil {
		return nil, err
	}
	var ids []string
	for _, piece := range pieces(what) {
		r, err := s.write(channel, phone, piece, o)
		if err != nil {
			return nil, err
		}
		ids = append(ids, r.id)
	}
	return ids, nil
}

func (s *Sim) write(channel, phone string, what Content, o Opts) (*record, error) {
	ch, err := s.mustChannel(channel)
	if err != nil {
		return nil, err
	}
	p, err := s.mustPerson(phone)
	if err != nil {
		return nil, err
	}
	return s.hear(ch, &record{chat: ch.chat(p.Phone + atPerson), from: p.Phone}, what, o)
}

// hear lets a message of somebody else arrive at a channel.
func (s *Sim) hear(ch *channel, r *record, what Content, o Opts) (*record, error) {
	if err := s.compose(ch, r, what, o); err != nil {
		return nil, err
	}
	r.source, r.status = "mobile", "delivered"
	r.chat.unread++
	s.publish(ch, r, s.message(s.add(ch, r)))
	return r, nil
}

// compose fills a record with what somebody at a phone sends.
func (s *Sim) compose(ch *channel, r *record, what Content, o Opts) error {
	if err := what.check(); err != nil {
		return err
	}
	if o.Quote != "" {
		if r.quoted = ch.byID[o.Quote]; r.quoted == nil {
			return errNoMessage
		}
	}
	r.mentions, r.forwarded = o.Mentions, o.Forwarded
	s.fill(r, what, s.now(ch))
	return nil
}

// PhoneSays is a colleague answering from the company phone: the hooks hear of it as from_me, source mobile.
func (s *Sim) PhoneSays(channel, chatID, text string) (string, error) {
	return s.PhoneWrites(channel, chatID, Text(text), Opts{})
}

// PhoneWrites is PhoneSays with anything that can be sent.
func (s *Sim) PhoneWrites(channel, chatID string, what Content, o Opts) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := what.check(); err != nil {
		return "", fmt.Errorf("whapi: phone writes: %w", err)
	}
	var first *record
	for _, piece := range pieces(what) {
		r, err := s.phoneWrites(channel, chatID, piece, o)
		if err != nil {
			return "", fmt.Errorf("whapi: phone writes: %w", err)
		}
		first = cmp.Or(first, r)
	}
	return first.id, nil
}

func (s *Sim) phoneWrites(channel, chatID string, what Content, o Opts) (*record, error) {
	ch, err := s.mustChannel(channel)
	if err != nil {
		return nil, err
	}
	id := s.canonical(chatID)
	if !chatPattern.MatchString(id) || !s.mayWrite(ch, id) {
		return nil, errors.New("no such chat")
	}
	r := &record{chat: ch.chat(id), from: ch.Phone, fromMe: true, source: "mobile", status: "pending"}
	if err := s.compose(ch, r, what, o); err != nil {
		return nil, err
	}
	s.utter(ch, r)
	s.markRead(ch, r)
	return r, nil
}
