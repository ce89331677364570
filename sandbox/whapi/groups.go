package whapi

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// group is one group in the world, whichever channels are in it.
type group struct {
	id, subject string
	members     []string // phones; the first made it
	made        time.Time
}

// others are the members but one.
func (g *group) others(phone string) []string {
	if g == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(g.members), func(m string) bool { return m == phone })
}

func (s *Sim) groupOf(g *group) groupJSON {
	j := groupJSON{
		ID: g.id, Name: g.subject, Type: "group", Timestamp: g.made.Unix(), ParticipantsCount: len(g.members),
		NameAt: g.made.Unix(), CreatedAt: g.made.Unix(), CreatedBy: s.contactID(g.members[0]),
	}
	for i, phone := range g.members {
		rank := "member"
		if i == 0 {
			rank = "creator"
		}
		j.Participants = append(j.Participants, participantJSON{s.contactID(phone), rank})
	}
	return j
}

// POST /groups: whoever is not on WhatsApp stays unprocessed.
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
	g := &group{id: fmt.Sprintf("120363%012d%s", len(s.groups)+11, atGroup), subject: in.Subject, members: []string{c.ch.Phone}, made: s.clock.Now()}
	var left []string
	for _, id := range in.Participants {
		phone := digits(id)
		if !s.onWhatsApp(phone) {
			left = append(left, phone)
		} else if !slices.Contains(g.members, phone) {
			g.members = append(g.members, phone)
		}
	}
	s.groups[g.id] = g
	c.ch.chat(g.id).last = g.made
	answer := s.groupOf(g)
	s.emit(c.ch, eventName{"groups", "post"}, g.id, payload{Groups: []groupJSON{answer}})
	s.nudge()
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
		if slices.Contains(g.members, c.ch.Phone) {
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

// GET /groups/{GroupID}: only for those who are in it.
func (s *Sim) getGroup(c call) (any, error) {
	g := s.groups[c.vars["GroupID"]]
	if g == nil || !slices.Contains(g.members, c.ch.Phone) {
		return nil, refuse(404, "Specified group not found")
	}
	return s.groupOf(g), nil
}
