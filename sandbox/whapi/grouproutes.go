package whapi

import (
	"cmp"
	"slices"
)

// POST /groups: whoever is not on WhatsApp, or lets nobody add them, stays unprocessed.
func (s *Sim) postGroup(c call) (any, error) {
	in, err := decode[struct {
		Subject      string   `json:"subject"`
		Participants []string `json:"participants"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Subject == "" || len(in.Participants) == 0 {
		return nil, refuse(400, "Wrong request parameters: subject and participants are required")
	}
	g := &group{id: s.nextGroupID(), subject: in.Subject, creator: c.ch.Phone, members: []string{c.ch.Phone}}
	var left []string
	for _, id := range in.Participants {
		if phone := s.phoneOf(id); s.addable(phone) {
			g.join(phone)
		} else {
			left = append(left, digits(id))
		}
	}
	s.found(g)
	answer := s.groupOf(g)
	answer.Unprocessed = left
	return answer, nil
}

// GET /groups
func (s *Sim) getGroups(c call) (any, error) {
	p, err := readPage(c.r.URL.Query())
	if err != nil {
		return nil, err
	}
	var mine []*group
	for _, g := range s.groups {
		if g.has(c.ch.Phone) {
			mine = append(mine, g)
		}
	}
	slices.SortFunc(mine, func(a, b *group) int { return cmp.Compare(a.id, b.id) })
	list := []groupJSON{}
	for _, g := range cut(mine, p) {
		list = append(list, s.groupOf(g))
	}
	return map[string]any{"groups": list, "count": p.count, "total": len(mine), "offset": p.offset}, nil
}

// GET /groups/{GroupID}
func (s *Sim) getGroup(c call) (any, error) {
	g, err := s.pathGroup(c)
	if err != nil {
		return nil, err
	}
	return s.groupOf(g), nil
}

// pathGroup finds the group that the path names. Those who are not in it are not told that it exists.
func (s *Sim) pathGroup(c call) (*group, error) {
	id := c.vars["GroupID"]
	if !groupPattern.MatchString(id) {
		return nil, refuse(400, "Wrong request parameters: GroupID")
	}
	if g := s.groups[id]; g.has(c.ch.Phone) {
		return g, nil
	}
	return nil, refuse(404, "Specified group not found")
}

// ledGroup is pathGroup for what only admins may do.
func (s *Sim) ledGroup(c call) (*group, error) {
	g, err := s.pathGroup(c)
	if err == nil && !g.leads(c.ch.Phone) {
		return nil, errNotAdmin
	}
	return g, err
}

var errNotAdmin = refuse(403, "You do not have permissions for this action")

// PUT /groups/{GroupID}: name and description.
func (s *Sim) putGroup(c call) (any, error) {
	g, err := s.pathGroup(c)
	if err != nil {
		return nil, err
	}
	in, err := decode[struct {
		Subject     *string `json:"subject"`
		Description *string `json:"description"`
	}](c)
	switch {
	case err != nil:
		return nil, err
	case in.Subject == nil && in.Description == nil, in.Subject != nil && *in.Subject == "":
		return nil, refuse(400, "Wrong request parameters: subject or description is required")
	case g.restricted && !g.leads(c.ch.Phone):
		return nil, errNotAdmin
	}
	s.rename(g, in.Subject, in.Description)
	return success, nil
}

// PATCH /groups/{GroupID}: who may do what.
func (s *Sim) patchGroup(c call) (any, error) {
	g, err := s.ledGroup(c)
	if err != nil {
		return nil, err
	}
	in, err := decode[struct {
		Setting string `json:"setting"`
		Policy  string `json:"policy"`
	}](c)
	if err != nil {
		return nil, err
	}
	if in.Policy != "anyone" && in.Policy != "admins" {
		return nil, refuse(400, "Wrong request parameters: policy")
	}
	only := in.Policy == "admins"
	switch in.Setting {
	case "send_messages":
		s.change(g, "announcements", func() { g.announcements = only })
	case "edit_group_info":
		s.change(g, "restricted", func() { g.restricted = only })
	case "approve_participants", "add_participants": // accepted, without effect
	default:
		return nil, refuse(400, "Wrong request parameters: setting")
	}
	return success, nil
}

// DELETE /groups/{GroupID}: leave.
func (s *Sim) deleteGroup(c call) (any, error) {
	g, err := s.pathGroup(c)
	if err != nil {
		return nil, err
	}
	s.moveMembers(g, "remove", []string{c.ch.Phone})
	return success, nil
}
