package whapi

import (
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"

	"marketa/sandbox/wire"
)

// Hook is one webhook of a channel, as the operator sets it in the panel; GET and PATCH /settings show the same.
type Hook struct {
	URL     string            `json:"url"`
	Mode    string            `json:"mode,omitempty"` // body (default), path or method
	Headers map[string]string `json:"headers,omitempty"`
	Events  []HookEvent       `json:"events,omitempty"` // empty: the vendor's old default, message.put
}

// HookEvent is a subscription, e.g. messages post.
type HookEvent struct {
	Type   string `json:"type"`
	Method string `json:"method"`
}

// AddHook adds a webhook to a channel, as the panel does. It panics on an unknown channel: nothing would ever be called.
func (s *Sim) AddHook(channel string, h Hook) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch := s.channel(channel)
	if ch == nil {
		panic(fmt.Sprintf("whapi: add hook: no channel %q", channel))
	}
	ch.settings = ch.settings.add(h)
}

// ClearHooks takes all webhooks of a channel away.
func (s *Sim) ClearHooks(channel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channel(channel); ch != nil {
		ch.settings.fields, ch.settings.hooks = maps.Clone(ch.settings.fields), nil
		ch.settings.fields["webhooks"] = encode([]Hook{})
	}
}

// outbox is a message ready to travel.
type outbox struct {
	lane    string
	message messageJSON
}

// missed is an event that a channel learns of once it is authorised again.
type missed struct {
	name eventName
	lane string
	body payload
}

// publish sends a message to the hooks, or keeps it until enough travel together.
func (s *Sim) publish(ch *channel, r *record, m messageJSON) {
	ch.waiting = append(ch.waiting, outbox{r.chat.id, m})
	s.flush(ch)
}

func (s *Sim) flush(ch *channel) {
	if len(ch.waiting) == 0 || len(ch.waiting) < s.batch {
		return
	}
	var p payload
	for _, w := range ch.waiting {
		p.Messages = append(p.Messages, w.message)
	}
	lane := ch.waiting[0].lane
	ch.waiting = nil
	s.emit(ch, eventName{"messages", "post"}, lane, p)
}

// emit sends an event to every hook that subscribed to it, once per matching subscription. Webhooks of one lane (a
// chat) keep their order. What a channel cannot see because it is off waits until it is back.
func (s *Sim) emit(ch *channel, name eventName, lane string, p payload) {
	if ch.health != auth && name.Type != "channel" && name.Type != "users" {
		ch.missed = append(ch.missed, missed{name, lane, p})
		return
	}
	p.ChannelID = ch.ID
	for _, h := range ch.settings.hooks {
		for _, as := range h.matching(name) {
			p.Event = as
			s.dispatch(h.parcel(as, ch.Name+" "+lane, encode(p)))
		}
	}
}

// dispatch hands a parcel to the courier, unless it would leave this machine.
func (s *Sim) dispatch(p wire.Parcel) {
	if !loopback(p.URL) {
		return
	}
	if s.parcels++; s.unordered {
		p.Key = fmt.Sprintf("alone %d", s.parcels)
	}
	s.courier.Send(p)
}

// catchUp is what happens at AUTH: the history is complete again and the events that were missed go out.
func (s *Sim) catchUp(ch *channel) {
	for _, r := range ch.history {
		r.unsynced = false
	}
	missed := ch.missed
	ch.missed = nil
	for _, m := range missed {
		s.emit(ch, m.name, m.lane, m.body)
	}
}

// oldTypes are the vendor's deprecated names, still accepted.
var oldTypes = map[string]string{"message": "messages", "ack": "statuses", "chat": "chats", "status": "channel"}

// carriedByPut: a put subscription of these types gets the same arrays as post.
var carriedByPut = map[string]bool{"messages": true, "statuses": true, "chats": true}

// matching lists the names under which a hook hears of an event.
func (h Hook) matching(name eventName) []eventName {
	events := h.Events
	if len(events) == 0 {
		events = []HookEvent{{"message", "put"}}
	}
	var list []eventName
	for _, e := range events {
		if old := oldTypes[e.Type]; old != "" {
			e.Type = old
		}
		again := e.Method == "put" && name.Event == "post" && carriedByPut[e.Type]
		if e.Type == name.Type && (e.Method == name.Event || again) {
			list = append(list, eventName{e.Type, e.Method})
		}
	}
	return list
}

// parcel addresses a body as the hook's mode wants it.
// https://support.whapi.cloud/help-desk/receiving/webhooks/detailed-webhook-settings
func (h Hook) parcel(name eventName, lane string, body []byte) wire.Parcel {
	p := wire.Parcel{Key: h.URL + " " + lane, Method: http.MethodPost, URL: h.URL, Header: h.Headers, Body: body}
	u, err := url.Parse(h.URL)
	if err != nil {
		return p
	}
	switch h.Mode {
	case "path":
		p.URL = u.JoinPath(name.Type, name.Event).String()
	case "method":
		p.Method, p.URL = strings.ToUpper(name.Event), u.JoinPath(name.Type).String()
	}
	return p
}

func loopback(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
