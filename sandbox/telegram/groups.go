package telegram

import (
	"fmt"
	"slices"
	"time"
)

// Group is a group with the bot in it. A forum is always a supergroup. The first member owns it; members need not have
// been added as users before.
type Group struct {
	ID                int64 // negative; supergroups look like -100…
	Title             string
	Forum, Supergroup bool
	Members           []int64
	BotAdmin          bool // only an administrator sees every message and may make topics
}

type chat struct {
	id         int64
	kind       string // private, group, supergroup
	title      string
	forum      bool
	members    []int64
	admin      bool // the bot is an administrator
	kicked     bool // the bot was removed
	migratedTo int64
	instance   string // of callbacks
	lastID     int
	messages   []*message // by rising id, deleted ones included
	topics     map[int]*topic
}

func (s *Sim) lockedNewChat(c *chat) *chat {
	c.instance = s.lockedNumber()
	c.topics = map[int]*topic{}
	if c.kind == "supergroup" {
		c.lastID = 1 // "group created", which in a forum is the topic General
	}
	return c
}

// AddGroup adds a group in which the bot has long been.
func (s *Sim) AddGroup(g Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kind := "group"
	if g.Supergroup || g.Forum {
		kind = "supergroup"
	}
	for _, id := range g.Members {
		s.lockedPerson(id)
	}
	s.chats[g.ID] = s.lockedNewChat(&chat{
		id: g.ID, kind: kind, title: g.Title, forum: g.Forum, members: slices.Clone(g.Members), admin: g.BotAdmin,
	})
	s.lockedChanged()
}

// Kick is a person removing the bot from a group.
func (s *Sim) Kick(userID, chatID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil || c.kicked {
		return
	}
	before := c.botStatus()
	c.kicked, c.admin = true, false
	s.lockedMembership(c, userID, before, "kicked")
	s.lockedChanged()
}

// Admit is a person adding the bot to a group again, or changing whether it is an administrator.
func (s *Sim) Admit(userID, chatID int64, admin bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil {
		return
	}
	before := c.botStatus()
	c.kicked, c.admin = false, admin
	if after := c.botStatus(); after != before {
		s.lockedMembership(c, userID, before, after)
	}
	s.lockedChanged()
}

// Join is a person coming into a group. The bot sees the message that says so, and chat_member if it asked for that and
// is an administrator.
func (s *Sim) Join(userID, chatID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil || c.kind == "private" || slices.Contains(c.members, userID) {
		return
	}
	s.lockedPerson(userID)
	c.members = append(c.members, userID)
	s.lockedCrossing(c, userID, "left", "member")
	u := s.lockedUser(userID)
	s.lockedSay(c, userID, &message{service: &service{words: fullName(u) + " joined the group", joined: &u}})
}

// Leave is a person going out of a group.
func (s *Sim) Leave(userID, chatID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.chats[chatID]
	if c == nil || c.kind == "private" || !slices.Contains(c.members, userID) {
		return
	}
	c.members = slices.DeleteFunc(c.members, func(id int64) bool { return id == userID })
	s.lockedCrossing(c, userID, "member", "left")
	u := s.lockedUser(userID)
	s.lockedSay(c, userID, &message{service: &service{words: fullName(u) + " left the group", left: &u}})
}

func (s *Sim) lockedCrossing(c *chat, userID int64, before, after string) {
	if !c.admin {
		return
	}
	s.lockedPush("chat_member", fmt.Sprintf("member:%d", userID), 24*time.Hour, memberUpdatedObject{
		Chat: s.lockedChatObject(c), From: s.lockedUser(userID), Date: s.clock.Now().Unix(),
		OldChatMember: s.lockedMember(c, userID, before), NewChatMember: s.lockedMember(c, userID, after),
	})
}

func (c *chat) botStatus() string {
	switch {
	case c.kicked:
		return "kicked"
	case c.admin:
		return "administrator"
	}
	return "member"
}

// lockedMembership tells the bot what became of it in a chat. Such updates have a lane of their own.
func (s *Sim) lockedMembership(c *chat, by int64, before, after string) {
	s.lockedPush("my_chat_member", fmt.Sprintf("member:%d", c.id), 24*time.Hour, memberUpdatedObject{
		Chat: s.lockedChatObject(c), From: s.lockedUser(by), Date: s.clock.Now().Unix(),
		OldChatMember: s.lockedMember(c, s.bot.ID, before), NewChatMember: s.lockedMember(c, s.bot.ID, after),
	})
}

// Migrate turns a group into a supergroup with another id, as Telegram does by itself when somebody changes certain
// settings. Writing to the old id then fails with migrate_to_chat_id. For a supergroup nothing happens.
func (s *Sim) Migrate(chatID int64) (newID int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.chats[chatID]
	if old == nil || old.kind != "group" || old.migratedTo != 0 {
		return chatID
	}
	newID = -1_000_000_000_000 - 1_000_000_000 - s.rng.Int64N(2_000_000_000)
	fresh := s.lockedNewChat(&chat{
		id: newID, kind: "supergroup", title: old.title, members: slices.Clone(old.members), admin: old.admin,
	})
	s.chats[newID] = fresh
	by := s.bot.ID
	if len(old.members) > 0 {
		by = old.members[0]
	}
	s.lockedSay(old, by, &message{service: &service{words: "The group became a supergroup", migrateTo: newID}})
	old.migratedTo = newID
	s.lockedSay(fresh, by, &message{service: &service{words: "This group was a basic group before", migrateFrom: chatID}})
	return newID
}

func (s *Sim) lockedChatObject(c *chat) chatObject {
	o := chatObject{ID: c.id, Type: c.kind, Title: c.title, IsForum: c.forum}
	if c.kind == "private" {
		u := s.lockedUser(c.id)
		o.FirstName, o.LastName, o.Username = u.FirstName, u.LastName, u.Username
	}
	return o
}
