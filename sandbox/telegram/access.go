package telegram

import (
	"fmt"
	"strconv"
)

// access says what a method wants to do in a chat; the errors differ.
type access int

const (
	toRead  access = iota // look it up
	toEdit                // change one's own messages
	toWrite               // send
)

// lockedChat finds the chat of a call and checks that the bot may do there what it wants.
func (s *Sim) lockedChat(p params, want access) (*chat, error) {
	if p.text("chat_id") == "" {
		return nil, bad("chat_id is empty")
	}
	c := s.chats[p.int("chat_id")]
	if c == nil {
		return nil, bad("chat not found")
	}
	if c.kind == "private" {
		return c, s.lockedPrivate(c, want)
	}
	return c, c.groupAccess(want)
}

func (s *Sim) lockedPrivate(c *chat, want access) error {
	p := s.users[c.id]
	switch {
	case !p.started && want == toRead:
		return bad("chat not found")
	case !p.started:
		return forbidden("bot can't initiate conversation with a user")
	case p.blocked && want != toRead:
		return forbidden("bot was blocked by the user")
	}
	return nil
}

func (c *chat) groupAccess(want access) error {
	if c.migratedTo != 0 && want != toRead {
		f := &failure{code: 400, words: "Bad Request: group chat was upgraded to a supergroup chat", migrateTo: c.migratedTo}
		return f
	}
	if c.kicked && (want != toRead || c.kind == "supergroup") {
		return forbidden(fmt.Sprintf("bot was kicked from the %s chat", c.kind))
	}
	return nil
}

// lockedThread checks message_thread_id. Groups without topics ignore it, private chats have none.
func (s *Sim) lockedThread(c *chat, p params) (int, error) {
	thread := int(max(p.int("message_thread_id"), 0))
	if thread == 0 || c.kind != "private" && !c.forum {
		return 0, nil
	}
	if c.topics[thread] == nil {
		return 0, bad("message thread not found")
	}
	if c.topics[thread].closed && !c.admin {
		return 0, bad("TOPIC_CLOSED")
	}
	return thread, nil
}

// lockedAnswered checks whom the new message answers. A reply to a message in a topic goes into that topic.
func (s *Sim) lockedAnswered(c *chat, p params, thread int) (replyTo, inThread int, err error) {
	r, err := replyParameters(p)
	if err != nil || r.MessageID <= 0 {
		return 0, thread, err
	}
	if m := c.find(r.MessageID); m != nil && (r.chat() == 0 || r.chat() == c.id) {
		if thread == 0 {
			thread = m.thread
		}
		return m.id, thread, nil
	}
	if r.AllowWithout {
		return 0, thread, nil
	}
	return 0, 0, bad("message to be replied not found")
}

// reply is https://core.telegram.org/bots/api#replyparameters, without quotes.
type reply struct {
	MessageID    int  `json:"message_id"`
	ChatID       any  `json:"chat_id"`
	AllowWithout bool `json:"allow_sending_without_reply"`
}

func (r reply) chat() int64 {
	switch id := r.ChatID.(type) {
	case float64:
		return int64(id)
	case string:
		n, _ := strconv.ParseInt(id, 10, 64)
		return n
	}
	return 0
}

func replyParameters(p params) (reply, error) {
	raw := p.text("reply_parameters")
	if raw == "" {
		return reply{MessageID: int(p.int("reply_to_message_id")), AllowWithout: p.bool("allow_sending_without_reply")}, nil
	}
	var r reply
	if err := decode(raw, &r); err != nil {
		return r, bad("can't parse reply parameters JSON object")
	}
	return r, nil
}
