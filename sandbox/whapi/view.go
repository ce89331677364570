package whapi

import (
	"cmp"
	"time"
)

// Message is what a phone shows. Phone numbers are the true ones whatever the wire hides, From is bare digits, and a
// deleted message has no text.
type Message struct {
	ID, Channel, ChatID, Type, Text, From, FromName, Source, Status, QuotedID string
	FromMe, Edited, Deleted                                                   bool
	Time                                                                      time.Time
	Reactions                                                                 []string // one per person, in the order they came
}

// Chat is a conversation as the channel's phone lists it. Kind is contact or group; Unread counts what people wrote.
type Chat struct {
	Channel, ID, Title, Kind string
	Last                     time.Time
	Unread                   int
}

// Chats lists a channel's conversations, the newest first.
func (s *Sim) Chats(channel string) []Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(channel)
	if ch == nil {
		return nil
	}
	var list []Chat
	for _, c := range ch.newestChats() {
		list = append(list, Chat{Channel: channel, ID: c.id, Title: cmp.Or(s.chatName(c), c.phone()), Kind: c.kind, Last: c.last, Unread: c.unread})
	}
	return list
}

// Messages is a chat, oldest first.
func (s *Sim) Messages(channel, chatID string) []Message {
	id := s.lockedCanonical(chatID)
	return s.collect(channel, func(r *record) bool { return r.chat.id == id })
}

// Sent is what came in through POST /messages/*, oldest first; edits show in what they edited.
func (s *Sim) Sent(channel string) []Message {
	return s.collect(channel, func(r *record) bool { return r.source == "api" })
}

func (s *Sim) lockedCanonical(id string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.canonical(id)
}

func (s *Sim) collect(channel string, wanted func(*record) bool) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(channel)
	if ch == nil {
		return nil
	}
	var list []Message
	for _, r := range ch.history {
		if r.action == nil && wanted(r) {
			list = append(list, s.show(ch, r))
		}
	}
	return list
}

func (s *Sim) show(ch *channel, r *record) Message {
	m := Message{
		ID: r.id, Channel: ch.Name, ChatID: r.chat.id, Type: r.kind, Text: r.text(), From: r.from, FromName: s.nameOf(r.from),
		Source: r.source, Status: r.status, FromMe: r.fromMe, Edited: r.edited, Deleted: r.deleted, Time: r.at,
	}
	if r.deleted {
		m.Text = ""
	}
	if r.quoted != nil {
		m.QuotedID = r.quoted.id
	}
	for _, one := range r.reacted {
		m.Reactions = append(m.Reactions, one.emoji)
	}
	return m
}

// Presence is "typing" or "recording" while our side does it in that chat, else empty.
func (s *Sim) Presence(channel, chatID string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channel(channel); ch != nil {
		if c := ch.chats[s.canonical(chatID)]; c != nil {
			return c.presenceAt(s.clock.Now())
		}
	}
	return ""
}

// Subscribe gives a nudge whenever something visible has changed; several changes may share one.
func (s *Sim) Subscribe() (changes <-chan struct{}, cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := make(chan struct{}, 1)
	s.watchers[c] = struct{}{}
	return c, func() { s.set(func() { delete(s.watchers, c) }) }
}

func (s *Sim) nudge() {
	for c := range s.watchers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
