package telegram

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// topic is one topic of a forum; its id is the id of the message that says that it was created.
type topic struct {
	name, icon string
	color      int
	closed     bool
}

// topicColors are the only ones there are: https://core.telegram.org/bots/api#createforumtopic
var topicColors = []int{7322096, 16766590, 13338331, 9367192, 16749490, 16478047}

// lockedForum finds the chat of a topic call and checks that the bot may manage topics.
func (s *Sim) lockedForum(p params, verb string) (*chat, error) {
	c, err := s.lockedChat(p, toWrite)
	if err != nil {
		return nil, err
	}
	if !c.forum {
		return nil, bad("the chat is not a forum")
	}
	if !c.admin {
		return nil, bad("not enough rights to %s the topic", verb)
	}
	return c, nil
}

// createForumTopic: https://core.telegram.org/bots/api#createforumtopic. The bot gets an update about the message that
// says so, although it is its own.
func (s *Sim) createForumTopic(p params) (any, error) {
	c, err := s.lockedForum(p, "create")
	if err != nil {
		return nil, err
	}
	name, color := strings.TrimSpace(p.text("name")), topicColors[0]
	if name == "" {
		return nil, bad("name must be non-empty")
	}
	if u := []rune(name); len(u) > 128 {
		name = string(u[:128]) // the server cuts
	}
	if p.text("icon_color") != "" {
		color = int(p.int("icon_color"))
	}
	if !slices.Contains(topicColors, color) {
		return nil, bad("invalid icon color specified")
	}
	if err := s.lockedSpend(c, 1); err != nil {
		return nil, err
	}
	id := s.lockedTopic(c, s.bot.ID, &topic{name: name, color: color, icon: p.text("icon_custom_emoji_id")})
	return topicObject{ThreadID: id, Name: name, IconColor: color, IconCustomEmojiID: p.text("icon_custom_emoji_id")}, nil
}

func (s *Sim) lockedTopic(c *chat, by int64, t *topic) int {
	id := c.lastID + 1
	c.topics[id] = t
	s.lockedNotice(c, by, id, &service{
		words:   fmt.Sprintf("%s created the topic “%s”", fullName(s.lockedUser(by)), t.name),
		created: &topicObject{Name: t.name, IconColor: t.color, IconCustomEmojiID: t.icon},
	})
	return id
}

// lockedNotice puts a service message into a topic; the bot is told even of its own.
func (s *Sim) lockedNotice(c *chat, by int64, thread int, v *service) {
	s.lockedSay(c, by, &message{thread: thread, service: v})
}

// CreateTopic is a person making a topic.
func (s *Sim) CreateTopic(userID, chatID int64, name string) (threadID int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.lockedPresent(userID, chatID)
	if err != nil {
		return 0, err
	}
	if !c.forum {
		return 0, fmt.Errorf("telegram: chat %d has no topics", chatID)
	}
	return s.lockedTopic(c, userID, &topic{name: name, color: topicColors[0]}), nil
}

// DeleteTopic is a person deleting a topic with all its messages; bots are not told. Writing there fails with "message
// thread not found", as it also does for topics that Telegram has lost.
func (s *Sim) DeleteTopic(chatID int64, threadID int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chatID]; c != nil {
		c.dropTopic(threadID)
		s.lockedChanged()
	}
}

func (c *chat) dropTopic(thread int) {
	delete(c.topics, thread)
	for _, m := range c.messages {
		m.deleted = m.deleted || m.thread == thread
	}
}

// lockedOwnTopic finds the topic of a call.
func (s *Sim) lockedOwnTopic(p params, verb string) (*chat, int, *topic, error) {
	c, err := s.lockedForum(p, verb)
	if err != nil {
		return nil, 0, nil, err
	}
	id := int(p.int("message_thread_id"))
	t := c.topics[id]
	if t == nil {
		return nil, 0, nil, bad("TOPIC_ID_INVALID")
	}
	return c, id, t, nil
}

// editForumTopic: https://core.telegram.org/bots/api#editforumtopic
func (s *Sim) editForumTopic(p params) (any, error) {
	c, id, t, err := s.lockedOwnTopic(p, "edit")
	if err != nil {
		return nil, err
	}
	name, icon := strings.TrimSpace(p.text("name")), p.text("icon_custom_emoji_id")
	if _, err := strconv.ParseInt(icon, 10, 64); icon != "" && err != nil {
		return nil, bad("DOCUMENT_INVALID")
	}
	if (name == "" || name == t.name) && (icon == "" || icon == t.icon) {
		return nil, bad("TOPIC_NOT_MODIFIED")
	}
	if name != "" {
		t.name = name
	}
	if icon != "" {
		t.icon = icon
	}
	s.lockedNotice(c, s.bot.ID, id, &service{
		words:   fmt.Sprintf("%s renamed the topic to “%s”", s.bot.FirstName, t.name),
		renamed: &topicObject{Name: name, IconCustomEmojiID: icon},
	})
	return true, nil
}

// closeForumTopic: https://core.telegram.org/bots/api#closeforumtopic
func (s *Sim) closeForumTopic(p params) (any, error) { return s.toggleTopic(p, true) }

// reopenForumTopic: https://core.telegram.org/bots/api#reopenforumtopic
func (s *Sim) reopenForumTopic(p params) (any, error) { return s.toggleTopic(p, false) }

func (s *Sim) toggleTopic(p params, closed bool) (any, error) {
	c, id, t, err := s.lockedOwnTopic(p, "close or open")
	if err != nil {
		return nil, err
	}
	if t.closed == closed {
		return nil, bad("TOPIC_NOT_MODIFIED")
	}
	t.closed = closed
	verb := "reopened"
	if closed {
		verb = "closed"
	}
	s.lockedNotice(c, s.bot.ID, id, &service{
		words: fmt.Sprintf("%s %s the topic", s.bot.FirstName, verb), closed: closed, reopened: !closed,
	})
	return true, nil
}

// deleteForumTopic: https://core.telegram.org/bots/api#deleteforumtopic
func (s *Sim) deleteForumTopic(p params) (any, error) {
	c, id, _, err := s.lockedOwnTopic(p, "delete")
	if err != nil {
		return nil, err
	}
	c.dropTopic(id)
	s.lockedChanged()
	return true, nil
}

// MakeForum is an owner switching a supergroup's topics on or off. No update tells of it: chats say so from then on. Without
// topics all messages stand in one row again.
func (s *Sim) MakeForum(chatID int64, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chatID]; c != nil && c.kind == "supergroup" {
		c.forum = on
		s.lockedChanged()
	}
}
