package whapi

import (
	"strings"
	"time"
)

// chat is one conversation as one channel sees it.
type chat struct {
	id       string // canonical
	kind     string // contact or group, the vendor's words
	last     time.Time
	unread   int
	presence string // what our side does: typing, recording or nothing
	until    time.Time
}

// chat finds or opens a conversation.
func (ch *channel) chat(canonical string) *chat {
	c := ch.chats[canonical]
	if c == nil {
		c = &chat{id: canonical, kind: "contact"}
		if strings.HasSuffix(canonical, atGroup) {
			c.kind = "group"
		}
		ch.chats[canonical] = c
	}
	return c
}

func (c *chat) group() bool { return c.kind == "group" }

// phone is the other side of a direct chat.
func (c *chat) phone() string { return strings.TrimSuffix(c.id, atPerson) }

// chatName is the group's subject or the person's name; strangers have none.
func (s *Sim) chatName(c *chat) string {
	if g := s.groups[c.id]; g != nil {
		return g.subject
	}
	return s.nameOf(c.phone())
}

// readers are the people who receive what we write into a chat: nobody for a number without WhatsApp.
func (s *Sim) readers(ch *channel, c *chat) []string {
	if c.group() {
		return s.groups[c.id].others(ch.Phone)
	}
	if s.onWhatsApp(c.phone()) {
		return []string{c.phone()}
	}
	return nil
}

// presenceAt is the chat's presence at a moment; a phone stops showing it after a while.
func (c *chat) presenceAt(now time.Time) string {
	if now.Before(c.until) {
		return c.presence
	}
	return ""
}

func (c *chat) show(presence string, until time.Time) { c.presence, c.until = presence, until }
