package console

import (
	"encoding/json"
	"fmt"
	"time"
)

// sections is everything the page can show, cut into pieces that change separately.
func (c *generation) sections() map[string]json.RawMessage {
	all := map[string]any{"meta": c.meta(), "clock": c.clock()}
	for _, n := range c.Numbers {
		for _, p := range c.People {
			all[fmt.Sprintf("whatsapp/%s/%s", n.Channel, p.Phone)] = c.whatsapp(n, p)
		}
	}
	for _, g := range c.groups() {
		all["group/"+g.ID] = c.whatsappGroup(g)
	}
	for _, m := range c.Managers {
		desk := c.desk(m)
		all[fmt.Sprintf("desk/%d", m.ID)] = desk
		for _, chat := range desk.Chats {
			all[fmt.Sprintf("telegram/%d", chat.ID)] = c.telegram(chat.ID)
		}
	}
	if c.Outside.Places != nil {
		if v, ok := c.outside(); ok {
			all["outside"] = v
		}
	}
	out := make(map[string]json.RawMessage, len(all))
	for key, value := range all {
		if body, err := json.Marshal(value); err == nil { // views are plain values: there is nothing that could fail
			out[key] = body
		}
	}
	return out
}

// metaView is what does not change by chatting.
type metaView struct {
	Build    string        `json:"build"`
	Boot     string        `json:"boot"`
	Model    string        `json:"model"`
	StandIn  bool          `json:"standIn"`
	Group    int64         `json:"group"`
	CardMark string        `json:"cardMark,omitempty"`
	Outside  bool          `json:"outside"`
	Groups   []groupView   `json:"groups"`
	Samples  []sampleView  `json:"samples"`
	Numbers  []numberView  `json:"numbers"`
	People   []personView  `json:"people"`
	Managers []actorView   `json:"managers"`
	Controls []controlView `json:"controls"`
}

type numberView struct {
	Channel string `json:"channel"`
	Title   string `json:"title"`
	Phone   string `json:"phone"`
}

type personView struct {
	Phone   string   `json:"phone"`
	Name    string   `json:"name"`
	Place   string   `json:"place"`
	Openers []string `json:"openers"`
	Voices  []string `json:"voices"`
	Open    string   `json:"open,omitempty"`
}

type actorView struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
	Role string `json:"role"`
}

type controlView struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	Note  string `json:"note,omitempty"`
	On    *bool  `json:"on,omitempty"`
}

func (c *generation) meta() metaView {
	v := metaView{
		Build: c.build, Boot: c.boot, Model: c.Model, StandIn: c.StandIn, Group: c.Group, Outside: c.Outside.Places != nil,
		Groups: c.groups(), Samples: samples(), Numbers: []numberView{}, People: []personView{}, Managers: []actorView{}, Controls: []controlView{},
	}
	if c.Why != nil {
		v.CardMark = c.CardMark
	}
	for _, n := range c.Numbers {
		v.Numbers = append(v.Numbers, numberView(n))
	}
	for _, p := range c.People {
		v.People = append(v.People, personView(p))
	}
	for _, m := range c.Managers {
		v.Managers = append(v.Managers, actorView(m))
	}
	for _, one := range c.Controls {
		v.Controls = append(v.Controls, one.view())
	}
	return v
}

func (c Control) view() controlView {
	v := controlView{Name: c.Name, Label: c.Label, Note: c.Note}
	if c.On != nil {
		on := c.On()
		v.On = &on
	}
	return v
}

// clockView: a running clock is ahead of the machine's by so many milliseconds, a standing one is frozen at a moment.
type clockView struct {
	Ahead  int64 `json:"ahead,omitempty"`
	Frozen int64 `json:"frozen,omitempty"`
}

// clock rounds the lead to a second: a running clock is no news.
func (c *generation) clock() clockView {
	now := c.Clock.Now()
	if c.Clock.Simulated() {
		return clockView{Frozen: now.UnixMilli()}
	}
	return clockView{Ahead: time.Until(now).Round(time.Second).Milliseconds()}
}

// latest keeps what a page shows of a long chat; the rest stays in the simulator.
func latest[T any](all []T) []T {
	const shown = 300
	return all[max(0, len(all)-shown):]
}
