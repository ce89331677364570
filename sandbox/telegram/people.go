package telegram

import (
	"fmt"
	"strings"
)

// User is a person with a phone. The private chat with the bot has the person's id.
type User struct {
	ID                            int64
	FirstName, LastName, Username string
	Language                      string // as in language_code: "uk", "it", "en-US"
}

type person struct {
	User
	started bool // has pressed Start at least once: until then the bot may not write
	blocked bool
}

func (p *person) object() userObject {
	return userObject{
		ID: p.ID, FirstName: p.FirstName, LastName: p.LastName, Username: p.Username, LanguageCode: p.Language,
	}
}

// AddUser adds a person, or changes the name of one who is there. A new person has not pressed Start.
func (s *Sim) AddUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lockedPerson(u.ID).User = u
	s.lockedChanged()
}

// lockedPerson finds a person or makes one with a name that shows that nobody gave any.
func (s *Sim) lockedPerson(id int64) *person {
	p := s.users[id]
	if p == nil {
		p = &person{User: User{ID: id, FirstName: fmt.Sprintf("User %d", id)}}
		s.users[id] = p
		s.chats[id] = s.lockedNewChat(&chat{id: id, kind: "private", members: []int64{id}})
	}
	return p
}

// AllowBot lets the bot write to the person, as if Start had been pressed long ago. Nothing is sent.
func (s *Sim) AllowBot(userID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lockedPerson(userID)
	p.started, p.blocked = true, false
	s.lockedChanged()
}

// Start is the person pressing Start: the bot may write from now on and receives "/start". Someone who had blocked the
// bot unblocks it.
func (s *Sim) Start(userID int64) { s.StartWith(userID, "") }

// StartWith is Start through a link https://t.me/<bot>?start=<payload>: the bot receives "/start <payload>".
func (s *Sim) StartWith(userID int64, payload string) (messageID int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lockedPerson(userID)
	if p.blocked {
		p.blocked = false
		s.lockedMembership(s.chats[userID], userID, "kicked", "member")
	}
	p.started = true
	return s.lockedSay(s.chats[userID], userID, &message{text: strings.TrimSpace("/start " + payload)})
}

// Block is the person blocking the bot: it learns so by my_chat_member, and every message to that person fails.
func (s *Sim) Block(userID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.lockedPerson(userID)
	if p.blocked {
		return
	}
	p.blocked = true
	s.lockedMembership(s.chats[userID], userID, "member", "kicked")
	s.lockedChanged()
}

// lockedUser is a person, or the bot, as the wire shows it.
func (s *Sim) lockedUser(id int64) userObject {
	if id == s.bot.ID {
		return s.bot
	}
	if p := s.users[id]; p != nil {
		return p.object()
	}
	return userObject{ID: id, FirstName: fmt.Sprintf("User %d", id)}
}

func fullName(u userObject) string { return strings.TrimSpace(u.FirstName + " " + u.LastName) }

// RenameBot is the owner of the bot giving it another username. No update tells of it.
func (s *Sim) RenameBot(username string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bot.Username = username
}
