package whapi

import (
	"errors"
	"fmt"
	"slices"
)

// ChangeGroup is an admin adding, removing, promoting or demoting members, or somebody leaving (remove) or asking to be let
// in (request, revoke_request, rejected_request: heard of, without effect).
func (s *Sim) ChangeGroup(groupID, action string, phones ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[groupID]
	if g == nil {
		return fmt.Errorf("whapi: change group: %w", errNoGroup)
	}
	if !slices.Contains(memberActions, action) || len(phones) == 0 {
		return errors.New("whapi: change group: no such change")
	}
	var all []string
	for _, phone := range phones {
		if phone = digits(phone); !s.onWhatsApp(phone) {
			return fmt.Errorf("whapi: change group: %w", errNobody)
		}
		all = append(all, phone)
	}
	s.moveMembers(g, action, all)
	return nil
}

var (
	errNoGroup    = errors.New("no such group")
	memberActions = []string{"add", "remove", "promote", "demote", "request", "revoke_request", "rejected_request"}
)

// moveMembers changes who is in a group or leads it. Channels that were in it hear of the change; those that just came
// hear of the group.
func (s *Sim) moveMembers(g *group, action string, phones []string) {
	before := s.within(g)
	var ids []string
	for _, phone := range phones {
		ids = append(ids, s.contactID(phone))
		switch action {
		case "add":
			g.join(phone)
		case "remove":
			g.leave(phone)
		case "promote":
			g.promote(phone)
		case "demote":
			g.demote(phone)
		}
	}
	for _, ch := range before {
		s.emit(ch, eventName{"groups", "put"}, g.id, payload{Participants: []participantsJSON{{g.id, ids, action}}})
	}
	for _, ch := range s.within(g) {
		if !slices.Contains(before, ch) {
			s.welcome(ch, g)
		}
	}
	s.nudge()
}

// RenameGroup is somebody changing the group's name.
func (s *Sim) RenameGroup(groupID, subject string) error {
	return s.changeGroup("rename group", groupID, func(g *group) { s.rename(g, &subject, nil) })
}

// Announcements lets only admins write from now on, or everybody again.
func (s *Sim) Announcements(groupID string, only bool) error {
	return s.changeGroup("announcements", groupID, func(g *group) {
		s.change(g, "announcements", func() { g.announcements = only })
	})
}

func (s *Sim) changeGroup(what, groupID string, f func(*group)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.groups[groupID]
	if g == nil {
		return fmt.Errorf("whapi: %s: %w", what, errNoGroup)
	}
	f(g)
	return nil
}

func (s *Sim) rename(g *group, subject, description *string) {
	if subject != nil {
		s.change(g, "name", func() { g.subject, g.named = *subject, s.clock.Now() })
	}
	if description != nil {
		s.change(g, "description", func() { g.description = *description })
	}
}

// change alters a group and tells its channels what it was and what it is.
func (s *Sim) change(g *group, what string, f func()) {
	before := s.groupOf(g)
	f()
	update := groupUpdateJSON{before, s.groupOf(g), []string{what}}
	for _, ch := range s.within(g) {
		s.emit(ch, eventName{"groups", "patch"}, g.id, payload{GroupUpdates: []groupUpdateJSON{update}})
	}
	s.nudge()
}
