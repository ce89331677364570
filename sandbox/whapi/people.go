package whapi

import (
	"errors"
	"fmt"
)

// Say is a person writing in the direct chat with that channel; it gives the id that the channel sees.
func (s *Sim) Say(channel, phone, text string) (string, error) {
	return s.Reply(channel, "", phone, text)
}

// Reply is a person writing with a quote of a message of that chat; without an id it is Say.
func (s *Sim) Reply(channel, quotedID, phone, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, err := s.hear(channel, quotedID, phone, text)
	if err != nil {
		return "", fmt.Errorf("whapi: say: %w", err)
	}
	return id, nil
}

func (s *Sim) hear(channel, quotedID, phone, text string) (string, error) {
	ch, err := s.mustChannel(channel)
	if err != nil {
		return "", err
	}
	p, err := s.mustPerson(phone)
	if err != nil {
		return "", err
	}
	r := &record{chat: ch.chat(p.Phone + atPerson), from: p.Phone, source: "mobile", status: "delivered"}
	r.kind, r.content = written(text, true)
	if quotedID != "" {
		if r.quoted = ch.byID[quotedID]; r.quoted == nil {
			return "", errNoMessage
		}
	}
	r.chat.unread++
	s.publish(ch, r, s.message(ch, s.add(ch, r)))
	return r.id, nil
}

var errNoMessage = errors.New("no such message")

// EditMessage is the person editing what they wrote.
func (s *Sim) EditMessage(name, messageID, text string) error {
	return s.touch("edit message", name, messageID, func(ch *channel, r *record) error {
		if r.fromMe {
			return errors.New("people edit only what they wrote")
		}
		kind, c := written(text, true)
		s.edit(ch, r, r.from, "mobile", kind, c)
		return nil
	})
}

// DeleteMessage is the person deleting what they wrote, for everybody.
func (s *Sim) DeleteMessage(name, messageID string) error {
	return s.touch("delete message", name, messageID, func(ch *channel, r *record) error {
		if r.fromMe {
			return errors.New("people delete only what they wrote")
		}
		s.remove(ch, r, r.from, "mobile")
		return nil
	})
}

// React is a person putting an emoji under a message; an empty one takes it away.
func (s *Sim) React(name, messageID, phone, emoji string) error {
	return s.touch("react", name, messageID, func(ch *channel, r *record) error {
		p, err := s.mustPerson(phone)
		if err != nil {
			return err
		}
		s.react(ch, r, p.Phone, "mobile", emoji)
		return nil
	})
}

// touch finds a message that is still there and lets f change it.
func (s *Sim) touch(what, name, messageID string, f func(*channel, *record) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.mustChannel(name)
	if err != nil {
		return fmt.Errorf("whapi: %s: %w", what, err)
	}
	r := ch.byID[messageID]
	if r == nil || r.deleted || r.action != nil {
		return fmt.Errorf("whapi: %s: %w", what, errNoMessage)
	}
	if err := f(ch, r); err != nil {
		return fmt.Errorf("whapi: %s: %w", what, err)
	}
	return nil
}

// PhoneSays is a colleague answering from the company phone: the hooks hear of it as from_me, source mobile.
func (s *Sim) PhoneSays(channel, chatID, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.mustChannel(channel)
	if err != nil {
		return "", fmt.Errorf("whapi: phone says: %w", err)
	}
	id := s.canonical(chatID)
	if !chatPattern.MatchString(id) || !s.mayWrite(ch, id) {
		return "", errors.New("whapi: phone says: no such chat")
	}
	r := &record{chat: ch.chat(id), from: ch.Phone, fromMe: true, source: "mobile", status: "pending"}
	r.kind, r.content = written(text, true)
	s.utter(ch, r)
	s.markRead(ch, r)
	return r.id, nil
}

// OpenChat is the person looking at the chat: all that we wrote becomes read, told in one body.
func (s *Sim) OpenChat(channel, chatID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(channel)
	if ch == nil || ch.chats[s.canonical(chatID)] == nil {
		return
	}
	chat := ch.chats[s.canonical(chatID)]
	var rows []statusJSON
	for _, r := range ch.history {
		if r.chat == chat && r.fromMe && !r.deleted {
			rows = append(rows, s.reach(r, "read")...)
		}
	}
	s.emitStatuses(ch, chat, rows...)
}
