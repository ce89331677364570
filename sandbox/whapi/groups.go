package whapi

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Group is a group as people make and see one. ID may be empty when it is made: the vendor's numbering gives one. Our own
// numbers may be among the Members and may be the Creator.
type Group struct {
	ID, Subject, Creator string
	Members, Admins      []string // phones; the creator and the admins are members anyway
	Announcements        bool     // only admins may write
}

// Groups are all groups there are, by id, with everybody in Members.
func (s *Sim) Groups() []Group {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := []Group{}
	for _, g := range s.groups {
		list = append(list, Group{g.id, g.subject, g.creator, slices.Clone(g.members), slices.Clone(g.admins), g.announcements})
	}
	slices.SortFunc(list, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// group is one group in the world, whichever channels are in it.
type group struct {
	id, subject, description string
	creator                  string
	members                  []string // phones, in the order they came
	admins                   []string // of these; the creator is one without being listed
	made, named              time.Time
	announcements            bool // only admins may write
	restricted               bool // only admins may change name and description
	invite                   string
}

// AddGroup is somebody making a group; every channel in it hears of it. It gives the group's id.
func (s *Sim) AddGroup(g Group) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	phones := append(append([]string{g.Creator}, g.Members...), g.Admins...)
	made := &group{id: cmp.Or(g.ID, s.nextGroupID()), subject: g.Subject, creator: digits(g.Creator), announcements: g.Announcements}
	for _, phone := range phones {
		if phone = digits(phone); !s.onWhatsApp(phone) {
			return "", fmt.Errorf("whapi: add group: %w", errNobody)
		}
		made.join(phone)
	}
	for _, phone := range g.Admins {
		made.promote(digits(phone))
	}
	if !groupPattern.MatchString(made.id) || s.groups[made.id] != nil {
		return "", errors.New("whapi: add group: the id is no group's or taken")
	}
	s.found(made)
	return made.id, nil
}

// found lets a group begin.
func (s *Sim) found(g *group) {
	g.made, g.named = s.clock.Now(), s.clock.Now()
	s.groups[g.id] = g
	for _, ch := range s.within(g) {
		s.welcome(ch, g)
	}
	s.nudge()
}

// welcome tells a channel of a group that it is in now.
func (s *Sim) welcome(ch *channel, g *group) {
	ch.chat(g.id).last = s.clock.Now()
	s.emit(ch, eventName{"groups", "post"}, g.id, payload{Groups: []groupJSON{s.groupOf(g)}})
}

func (s *Sim) nextGroupID() string {
	for n := len(s.groups) + 11; ; n++ {
		if id := fmt.Sprintf("120363%012d%s", n, atGroup); s.groups[id] == nil {
			return id
		}
	}
}

// within are the channels that are in a group.
func (s *Sim) within(g *group) []*channel {
	var list []*channel
	for _, ch := range s.channels {
		if g.has(ch.Phone) {
			list = append(list, ch)
		}
	}
	return list
}

func (g *group) has(phone string) bool { return g != nil && slices.Contains(g.members, phone) }

// others are the members but one.
func (g *group) others(phone string) []string {
	if g == nil {
		return nil
	}
	return without(g.members, phone)
}

func (g *group) join(phone string) {
	if !g.has(phone) {
		g.members = append(slices.Clone(g.members), phone)
	}
}

func (g *group) leave(phone string) {
	g.members, g.admins = without(g.members, phone), without(g.admins, phone)
}

func (g *group) promote(phone string) {
	if g.has(phone) && g.rank(phone) == "member" {
		g.admins = append(slices.Clone(g.admins), phone)
	}
}

func (g *group) demote(phone string) { g.admins = without(g.admins, phone) }

func (g *group) rank(phone string) string {
	switch {
	case phone == g.creator:
		return "creator"
	case slices.Contains(g.admins, phone):
		return "admin"
	}
	return "member"
}

func (g *group) leads(phone string) bool { return g.has(phone) && g.rank(phone) != "member" }

// maySpeak says whether somebody can write: members, and in an announcement group only those who lead it.
func (g *group) maySpeak(phone string) bool {
	return g.has(phone) && (!g.announcements || g.leads(phone))
}

func without(list []string, one string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(other string) bool { return other == one })
}

func (s *Sim) groupOf(g *group) groupJSON {
	j := groupJSON{
		ID: g.id, Name: g.subject, Type: "group", Timestamp: g.made.Unix(), ParticipantsCount: len(g.members), Description: g.description,
		NameAt: g.named.Unix(), CreatedAt: g.made.Unix(), CreatedBy: s.contactID(g.creator), Announcements: g.announcements, Restricted: g.restricted,
		Participants: []participantJSON{},
	}
	for _, phone := range g.members {
		j.Participants = append(j.Participants, participantJSON{s.contactID(phone), g.rank(phone)})
	}
	return j
}
