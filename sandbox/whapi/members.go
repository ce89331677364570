package whapi

import "slices"

// addable says whether anybody can put this number into a group: not when its owner is private.
func (s *Sim) addable(phone string) bool {
	p := s.people[phone]
	return s.onWhatsApp(phone) && (p == nil || !p.Private)
}

// phoneOf reads a contact id: bare digits, with the suffix of a chat, or a hidden identity.
func (s *Sim) phoneOf(id string) string {
	return (&chat{id: s.canonical(id)}).phone()
}

// listed are the numbers that a body names.
func (s *Sim) listed(c call) ([]string, error) {
	in, err := decode[struct {
		Participants []string `json:"participants"`
	}](c)
	if err != nil {
		return nil, err
	}
	if len(in.Participants) == 0 {
		return nil, refuse(400, "Wrong request parameters: participants is required")
	}
	var phones []string
	for _, id := range in.Participants {
		phone := s.phoneOf(id)
		if phone == "" {
			return nil, refuse(400, "Wrong request parameters: participants")
		}
		phones = append(phones, phone)
	}
	return phones, nil
}

// processed is what became of each number.
type processed struct {
	Success   bool     `json:"success"`
	Failed    []string `json:"failed"`
	Processed []string `json:"processed"`
}

// POST /groups/{GroupID}/participants
func (s *Sim) postMembers(c call) (any, error) {
	g, err := s.ledGroup(c)
	if err != nil {
		return nil, err
	}
	phones, err := s.listed(c)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(phones, g.has) {
		return nil, refuse(409, "Specified participant already in group")
	}
	return s.process(g, "add", phones, s.addable), nil
}

// DELETE /groups/{GroupID}/participants
func (s *Sim) deleteMembers(c call) (any, error) {
	g, err := s.ledGroup(c)
	if err != nil {
		return nil, err
	}
	phones, err := s.listed(c)
	if err != nil {
		return nil, err
	}
	return s.process(g, "remove", phones, func(phone string) bool { return g.has(phone) && g.rank(phone) != "creator" }), nil
}

// process does to each number what can be done.
func (s *Sim) process(g *group, action string, phones []string, can func(string) bool) processed {
	p := processed{Failed: []string{}, Processed: []string{}}
	var good []string
	for _, phone := range phones {
		if can(phone) {
			good, p.Processed = append(good, phone), append(p.Processed, s.contactID(phone))
		} else {
			p.Failed = append(p.Failed, s.contactID(phone))
		}
	}
	if p.Success = len(good) > 0; p.Success {
		s.moveMembers(g, action, good)
	}
	return p
}

// PATCH and DELETE /groups/{GroupID}/admins
func (s *Sim) changeAdmins(action string) endpoint {
	return func(c call) (any, error) {
		g, err := s.ledGroup(c)
		if err != nil {
			return nil, err
		}
		phones, err := s.listed(c)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(phones, func(phone string) bool { return !g.has(phone) }) {
			return nil, refuse(404, "Specified group or participant not found")
		}
		s.moveMembers(g, action, phones)
		return success, nil
	}
}
