package whapi

import (
	"cmp"
	"errors"
	"slices"
	"time"
)

// Message is what a phone shows. Phone numbers are the true ones whatever the wire hides, From is bare digits, and a
// deleted message has no text.
type Message struct {
	ID, Channel, ChatID, Type, Text, From, FromName, Source, Status, QuotedID string
	FromMe, Edited, Deleted                                                   bool
	Time                                                                      time.Time
	Reactions                                                                 []string // one per person, in the order they came

	MIME, FileName, Caption string // of a file; its bytes come from File
	Size, Seconds           int
	ViewOnce, Gone          bool // Gone: neither the vendor nor a phone can give the file any more
	Location                *Location
	Contacts                []Contact
	Options                 []PollOption
	Mentions                []string // phones, or hidden identities with @lid
	Forwarded               int
}

// PollOption is one option of a poll with the phones of those who chose it.
type PollOption struct {
	Name   string
	Voters []string
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
		Mentions: r.mentions, Forwarded: r.forwarded,
	}
	if r.deleted {
		m.Text = ""
	} else {
		s.showContent(&m, r)
	}
	if r.quoted != nil {
		m.QuotedID = r.quoted.id
	}
	for _, one := range r.reacted {
		m.Reactions = append(m.Reactions, one.emoji)
	}
	return m
}

func (s *Sim) showContent(m *Message, r *record) {
	switch what := r.what.(type) {
	case Media:
		b := r.body.(*mediaJSON)
		m.MIME, m.FileName, m.Caption, m.ViewOnce = b.MIME, b.Name, b.Caption, b.ViewOnce
		m.Size, m.Seconds = b.Size, what.Seconds
		m.Gone = !r.ch.file(b.ID).reachable(s.clock.Now())
	case Location:
		m.Location = &what
	case LiveLocation:
		m.Location = &Location{Latitude: what.Latitude, Longitude: what.Longitude, Name: what.Caption, Accuracy: what.Accuracy}
	case Contacts:
		m.Contacts = what
	case Poll:
		m.Options = what.shown(r.votes)
	}
}

func (p Poll) shown(votes []vote) []PollOption {
	var list []PollOption
	for _, name := range p.Options {
		o := PollOption{Name: name}
		for _, v := range votes {
			if slices.Contains(v.options, name) {
				o.Voters = append(o.Voters, v.phone)
			}
		}
		list = append(list, o)
	}
	return list
}

// File is the file of a message as the phone that sent it has it, expired or not: for showing it, not for learning what
// the vendor still has.
func (s *Sim) File(name, messageID string) (mimeType string, content []byte, err error) {
	err = s.touch("file", name, messageID, func(_ *channel, r *record) error {
		m, isFile := r.what.(Media)
		if !isFile {
			return errors.New("this message has no file")
		}
		mimeType, content = m.mime(), m.Bytes
		return nil
	})
	return mimeType, content, err
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
