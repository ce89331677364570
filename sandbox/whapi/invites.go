package whapi

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
)

// invited gives the group's invite code, and makes one first when there is none.
func (s *Sim) invited(g *group) string {
	if g.invite == "" {
		g.invite = pick(s.codes, idLetters[:62], 22)
	}
	return g.invite
}

func (s *Sim) groupByCode(code string) *group {
	for _, g := range s.groups {
		if g.invite == code && code != "" {
			return g
		}
	}
	return nil
}

// JoinByInvite is a person following an invite link.
func (s *Sim) JoinByInvite(code, phone string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	p, err := s.mustPerson(phone)
	if err != nil {
		return fmt.Errorf("whapi: join: %w", err)
	}
	g := s.groupByCode(code)
	if g == nil || g.has(p.Phone) {
		return errors.New("whapi: join: the link leads nowhere, or they are in")
	}
	s.moveMembers(g, "add", []string{p.Phone})
	return nil
}

// GET /groups/{GroupID}/invite
func (s *Sim) getInvite(c call) (any, error) {
	g, err := s.ledGroup(c)
	if err != nil {
		return nil, err
	}
	return map[string]string{"invite_code": s.invited(g)}, nil
}

// DELETE /groups/{GroupID}/invite: the code leads nowhere any more.
func (s *Sim) deleteInvite(c call) (any, error) {
	g, err := s.ledGroup(c)
	if err != nil {
		return nil, err
	}
	g.invite = ""
	return success, nil
}

// PUT /groups: join by code.
func (s *Sim) putGroups(c call) (any, error) {
	in, err := decode[struct {
		Code string `json:"invite_code"`
	}](c)
	if err != nil {
		return nil, err
	}
	g := s.groupByCode(in.Code)
	if g == nil {
		return nil, refuse(404, "Wrong invite code")
	}
	if !g.has(c.ch.Phone) {
		s.moveMembers(g, "add", []string{c.ch.Phone})
	}
	return map[string]string{"group_id": g.id}, nil
}

// GET /groups/link/{InviteCode}: what is behind a code, for those who are not in yet.
func (s *Sim) getLinkedGroup(c call) (any, error) {
	g := s.groupByCode(c.vars["InviteCode"])
	if g == nil {
		return nil, refuse(404, "Specified group not found")
	}
	j := s.groupOf(g)
	return map[string]any{
		"id": j.ID, "name": j.Name, "name_at": j.NameAt, "participants": j.Participants, "participantsCount": j.ParticipantsCount,
		"created_at": j.CreatedAt, "created_by": j.CreatedBy,
	}, nil
}

// POST /groups/link/{InviteCode}: the invitation as a message.
func (s *Sim) postInvitation(c call) (any, error) {
	g := s.groupByCode(c.vars["InviteCode"])
	if g == nil {
		return nil, refuse(404, "Specified group not found")
	}
	in, err := form[struct {
		sender
		Title string `json:"title"`
		Body  string `json:"body"`
	}](c)
	if err != nil {
		return nil, err
	}
	link := "https://chat.whatsapp.com/" + g.invite
	words := strings.ReplaceAll(cmp.Or(in.Body, "%URL%"), "%URL%", link)
	return s.send(c, in.sender, invitation{words, link, cmp.Or(in.Title, g.subject)})
}

// invitation is a message that invites into a group.
type invitation struct{ words, link, title string }

func (invitation) check() error { return nil }

func (i invitation) render(arrival) (string, body) {
	return "group_invite", &linkPreviewJSON{i.words, i.link, i.title}
}
