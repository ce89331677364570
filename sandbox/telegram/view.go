package telegram

import (
	"cmp"
	"slices"
	"time"
)

// Message is a message as a phone shows it.
type Message struct {
	ID          int
	ChatID      int64
	FromID      int64
	FromName    string
	FromBot     bool
	Text        string // plain; the caption where there is media; in words where Service
	HTML        string // safe to insert into a page; line breaks are line breaks (white-space: pre-wrap)
	Keyboard    [][]Button
	ReplyTo     int
	ForceReply  bool   // the phone opens a reply to this message by itself
	Placeholder string // the grey text in that reply's field
	Edited      bool
	Deleted     bool // never in what Messages returns
	Service     bool // something happened: nobody wrote this
	ThreadID    int  // the topic, in forums
	Date        time.Time
	Media       *Media // a picture or another file
	Album       string // messages of one album share it
}

// Button is one button below a message. Only those with Data tell the bot; URL is also set for web apps.
type Button struct{ Text, Data, URL, Style string }

// Media is a file in a message; its bytes are in [Sim.File], unless it is only an address.
type Media struct {
	Kind          string // photo, video, animation, document, audio, voice
	FileID        string
	Name, MIME    string
	URL           string
	Width, Height int
	Size          int
}

// Messages lists what a phone shows in a chat, oldest first; deleted messages are left out.
func (s *Sim) Messages(chatID int64) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil {
		return nil
	}
	var out []Message
	for _, m := range c.messages {
		if !m.deleted {
			out = append(out, s.lockedShow(c, m))
		}
	}
	return out
}

func (s *Sim) lockedShow(c *chat, m *message) Message {
	out := Message{
		ID: m.id, ChatID: c.id, FromID: m.from, FromName: fullName(s.lockedUser(m.from)), FromBot: m.from == s.bot.ID,
		Text: m.text, HTML: render(m.text, m.entities), ReplyTo: m.replyTo, ForceReply: m.forceReply,
		Placeholder: m.placeholder, Edited: !m.edited.IsZero(), ThreadID: m.thread, Date: m.sent, Album: m.album,
	}
	if m.service != nil {
		out.Service, out.Text, out.HTML = true, m.service.words, render(m.service.words, nil)
	}
	if m.media != nil {
		out.Media = m.media.show()
	}
	for _, row := range m.keyboard {
		var shown []Button
		for _, b := range row {
			shown = append(shown, Button{Text: b.Text, Data: b.CallbackData, URL: b.target(), Style: b.Style})
		}
		out.Keyboard = append(out.Keyboard, shown)
	}
	return out
}

// Chat is one line of a person's chat list.
type Chat struct {
	ID      int64
	Title   string
	Kind    string // private, group, supergroup
	Last    time.Time
	Forum   bool
	Started bool // false: a private chat that shows the Start button
	Blocked bool // this person has blocked the bot
}

// Chats lists what this person sees, the latest first: the chat with the bot and every group they are in.
func (s *Sim) Chats(userID int64) []Chat {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Chat
	for _, c := range s.chats {
		if slices.Contains(c.members, userID) && c.migratedTo == 0 {
			out = append(out, s.lockedLine(c, s.users[userID]))
		}
	}
	slices.SortFunc(out, func(a, b Chat) int { return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(b.ID, a.ID)) })
	return out
}

func (s *Sim) lockedLine(c *chat, p *person) Chat {
	line := Chat{ID: c.id, Title: c.title, Kind: c.kind, Forum: c.forum, Started: true}
	if c.kind == "private" {
		line.Title, line.Started, line.Blocked = s.bot.FirstName, p.started, p.blocked
	}
	for _, m := range c.messages {
		if !m.deleted {
			line.Last = m.sent
		}
	}
	return line
}

// Topic is one topic of a forum. Messages with ThreadID 0 are in General, which is not listed.
type Topic struct {
	ID     int
	Name   string
	Color  int
	Closed bool
}

// Topics lists a forum's topics, oldest first.
func (s *Sim) Topics(chatID int64) []Topic {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil {
		return nil
	}
	var out []Topic
	for id, t := range c.topics {
		out = append(out, Topic{ID: id, Name: t.name, Color: t.color, Closed: t.closed})
	}
	slices.SortFunc(out, func(a, b Topic) int { return cmp.Compare(a.ID, b.ID) })
	return out
}
