package whapi

import (
	"errors"
	"fmt"
)

var errNoMessage = errors.New("no such message")

// EditMessage is the person editing what they wrote.
func (s *Sim) EditMessage(name, messageID, text string) error {
	return s.touch("edit message", name, messageID, func(ch *channel, r *record) error {
		switch {
		case r.fromMe:
			return errors.New("people edit only what they wrote")
		case !r.editable():
			return errNotEditable
		}
		s.edit(r, r.from, "mobile", Text(text))
		return nil
	})
}

// DeleteMessage is the person deleting what they wrote, for everybody.
func (s *Sim) DeleteMessage(name, messageID string) error {
	return s.touch("delete message", name, messageID, func(ch *channel, r *record) error {
		if r.fromMe {
			return errors.New("people delete only what they wrote")
		}
		s.remove(r, r.from, "mobile")
		return nil
	})
}

// PhoneEdits is a colleague editing on the company phone what our side wrote.
func (s *Sim) PhoneEdits(name, messageID, text string) error {
	return s.touch("phone edits", name, messageID, func(ch *channel, r *record) error {
		switch {
		case !r.fromMe:
			return errors.New("the phone edits only what it wrote")
		case !r.editable():
			return errNotEditable
		}
		s.edit(r, ch.Phone, "mobile", Text(text))
		return nil
	})
}

// PhoneDeletes is a colleague deleting on the company phone what our side wrote, for everybody.
func (s *Sim) PhoneDeletes(name, messageID string) error {
	return s.touch("phone deletes", name, messageID, func(ch *channel, r *record) error {
		if !r.fromMe {
			return errors.New("the phone deletes only what it wrote")
		}
		s.remove(r, ch.Phone, "mobile")
		return nil
	})
}

// React is a person putting an emoji under a message; an empty one takes it away. With the channel's own phone it is a
// colleague on the company phone.
func (s *Sim) React(name, messageID, phone, emoji string) error {
	return s.touch("react", name, messageID, func(ch *channel, r *record) error {
		if s.channelByPhone(digits(phone)) == nil && s.people[digits(phone)] == nil {
			return errNobody
		}
		s.react(r, digits(phone), "mobile", emoji)
		return nil
	})
}

// Play is a person listening to a voice message of ours.
func (s *Sim) Play(name, messageID, phone string) error {
	return s.touch("play", name, messageID, func(ch *channel, r *record) error {
		if !r.fromMe || r.kind != "voice" && r.kind != "audio" {
			return errors.New("this is no voice message of ours")
		}
		s.emitStatuses(ch, r.chat, s.reachBy(r, "played", digits(phone))...)
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
