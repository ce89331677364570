package telegram

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// messageTTL is how long the server keeps an undelivered update about a message.
const messageTTL = 24 * time.Hour

// Send is a person writing into a chat where they are; replyTo 0 means that it answers nothing. A reply to a message in
// a topic stays in that topic. Commands, mentions and links become entities.
func (s *Sim) Send(userID, chatID int64, text string, replyTo int) (messageID int, err error) {
	return s.speak(userID, chatID, &message{text: text, replyTo: replyTo})
}

// SendTopic is a person writing into a topic of a forum.
func (s *Sim) SendTopic(userID, chatID int64, threadID int, text string) (messageID int, err error) {
	return s.speak(userID, chatID, &message{text: text, thread: threadID})
}

// Upload is a file that a person sends. Kind is photo, video, animation, document, audio or voice.
type Upload struct {
	Kind, Name, MIME string
	Data             []byte
	Caption          string
	Album            string // files of one album share it; any word
	ThreadID         int
	ReplyTo          int
}

// SendFile is a person sending a file; the bot fetches it with getFile.
func (s *Sim) SendFile(userID, chatID int64, u Upload) (messageID int, err error) {
	f := &file{name: u.Name, mime: u.MIME, data: u.Data}
	if err := f.measure(u.Kind); err != nil {
		return 0, fmt.Errorf("telegram: send file: %w", err)
	}
	m := &message{text: u.Caption, thread: u.ThreadID, replyTo: u.ReplyTo, album: u.Album, media: &media{u.Kind, f}}
	return s.speak(userID, chatID, m)
}

func (s *Sim) speak(userID, chatID int64, m *message) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.lockedPresent(userID, chatID)
	if err != nil {
		return 0, err
	}
	if m.replyTo != 0 {
		answered := c.find(m.replyTo)
		if answered == nil {
			return 0, fmt.Errorf("telegram: there is no message %d in chat %d to reply to", m.replyTo, chatID)
		}
		m.thread = answered.thread
	}
	if m.thread != 0 && (c.topics[m.thread] == nil || c.topics[m.thread].closed) {
		return 0, fmt.Errorf("telegram: there is no open topic %d in chat %d", m.thread, chatID)
	}
	if m.media != nil {
		s.lockedStore(m.media.kind, m.media.file)
	}
	m.text, m.entities = tidy(m.text, nil)
	if m.text == "" && m.media == nil {
		return 0, fmt.Errorf("telegram: a phone does not send an empty message")
	}
	return s.lockedSay(c, userID, m), nil
}

// lockedPresent finds the chat if the person may write there.
func (s *Sim) lockedPresent(userID, chatID int64) (*chat, error) {
	p, c := s.users[userID], s.chats[chatID]
	switch {
	case p == nil:
		return nil, fmt.Errorf("telegram: there is no user %d; add one first", userID)
	case c == nil:
		return nil, fmt.Errorf("telegram: there is no chat %d; add it first", chatID)
	case !slices.Contains(c.members, userID):
		return nil, fmt.Errorf("telegram: user %d is not in chat %d", userID, chatID)
	case c.migratedTo != 0:
		return nil, fmt.Errorf("telegram: chat %d has become supergroup %d", chatID, c.migratedTo)
	case c.kind == "private" && !p.started:
		return nil, fmt.Errorf("telegram: user %d has not pressed Start", userID)
	case c.kind == "private" && p.blocked:
		return nil, fmt.Errorf("telegram: user %d has blocked the bot", userID)
	}
	return c, nil
}

// lockedSay puts a person's message into the chat and tells the bot, if the bot may see it.
func (s *Sim) lockedSay(c *chat, from int64, m *message) int {
	m.from, m.sent = from, s.clock.Now()
	m.entities = detect(m.text, m.entities)
	c.add(m)
	if s.lockedSees(c, m) {
		s.lockedPush("message", fmt.Sprint(c.id), messageTTL, s.lockedMessage(c, m, true))
	}
	s.lockedChanged()
	return m.id
}

// lockedSees applies privacy mode: in a group where it is no administrator the bot sees commands, mentions of itself,
// replies to itself and what happens to the group.
func (s *Sim) lockedSees(c *chat, m *message) bool {
	if c.kicked {
		return false
	}
	if c.kind == "private" || c.admin || m.service != nil {
		return true
	}
	if answered := c.find(m.replyTo); answered != nil && answered.from == s.bot.ID {
		return true
	}
	return slices.ContainsFunc(m.entities, func(e entity) bool {
		_, name, named := strings.Cut(e.slice(m.text), "@")
		mine := named && strings.EqualFold(name, s.bot.Username)
		return mine && e.Type == "mention" || e.Type == "bot_command" && (mine || !named)
	})
}

// Edit is a person changing their own message; the bot receives edited_message.
func (s *Sim) Edit(userID, chatID int64, messageID int, text string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.lockedPresent(userID, chatID)
	if err != nil {
		return err
	}
	m := c.find(messageID)
	if m == nil || m.from != userID {
		return fmt.Errorf("telegram: user %d has no message %d in chat %d", userID, messageID, chatID)
	}
	m.text, m.entities = tidy(text, nil)
	m.entities, m.edited = detect(m.text, m.entities), s.clock.Now()
	if s.lockedSees(c, m) {
		s.lockedPush("edited_message", fmt.Sprint(c.id), messageTTL, s.lockedMessage(c, m, true))
	}
	s.lockedChanged()
	return nil
}

// Remove is a person deleting a message for everybody. Telegram does not tell bots.
func (s *Sim) Remove(chatID int64, messageID int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chatID]; c != nil {
		if m := c.find(messageID); m != nil {
			m.deleted = true
			s.lockedChanged()
		}
	}
}

// Forget makes Telegram lose a message for callbacks, as it does with old ones: a press on it arrives with date 0 and
// without content. Phones still show it.
func (s *Sim) Forget(chatID int64, messageID int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.chats[chatID]; c != nil {
		if m := c.find(messageID); m != nil {
			m.forgotten = true
		}
	}
}
