package telegram

import (
	"cmp"
	"slices"
	"time"
)

// message is one message as the server keeps it.
type message struct {
	id, thread   int
	from         int64
	sent, edited time.Time
	text         string // the caption where there is media
	entities     []entity
	media        *media
	album        string
	replyTo      int
	keyboard     [][]button
	forceReply   bool
	placeholder  string
	service      *service
	deleted      bool
	forgotten    bool // callbacks no longer carry it
}

// service says that something happened in a chat.
type service struct {
	words                  string // as a phone shows it
	created, renamed       *topicObject
	closed, reopened       bool
	migrateTo, migrateFrom int64
	joined, left           *userObject
}

func (c *chat) add(m *message) *message {
	c.lastID++
	m.id = c.lastID
	c.messages = append(c.messages, m)
	return m
}

// find returns a message that is still there.
func (c *chat) find(id int) *message {
	i, ok := slices.BinarySearchFunc(c.messages, id, func(m *message, id int) int { return cmp.Compare(m.id, id) })
	if !ok || c.messages[i].deleted {
		return nil
	}
	return c.messages[i]
}

// lockedMessage draws a message for the wire. Replies show the message they answer, which shows no further one.
func (s *Sim) lockedMessage(c *chat, m *message, withReply bool) *messageObject {
	from := s.lockedUser(m.from)
	o := &messageObject{
		MessageID: m.id, From: &from, Chat: s.lockedChatObject(c), Date: m.sent.Unix(), MediaGroupID: m.album,
		MessageThreadID: m.thread, IsTopicMessage: m.thread != 0,
	}
	if !m.edited.IsZero() {
		o.EditDate = m.edited.Unix()
	}
	if m.keyboard != nil {
		o.ReplyMarkup = &keyboardMarkup{Rows: m.keyboard}
	}
	if answered := c.find(c.answers(m)); withReply && answered != nil {
		o.ReplyToMessage = s.lockedMessage(c, answered, false)
	}
	m.content(o)
	return o
}

// answers is the message that m replies to; in a topic every message replies at least to the topic's first one.
func (c *chat) answers(m *message) int {
	if m.replyTo == 0 && m.thread != m.id {
		return m.thread
	}
	return m.replyTo
}

func (m *message) content(o *messageObject) {
	switch {
	case m.service != nil:
		m.service.content(o)
	case m.media != nil:
		m.media.content(o)
		o.Caption, o.CaptionEntities = m.text, m.entities
	default:
		o.Text, o.Entities = m.text, m.entities
	}
}

func (v *service) content(o *messageObject) {
	o.TopicCreated, o.TopicEdited = v.created, v.renamed
	o.MigrateToChatID, o.MigrateFromChatID = v.migrateTo, v.migrateFrom
	o.LeftChatMember = v.left
	if v.joined != nil {
		o.NewChatMembers = []userObject{*v.joined}
	}
	if v.closed {
		o.TopicClosed = &struct{}{}
	}
	if v.reopened {
		o.TopicReopened = &struct{}{}
	}
}
