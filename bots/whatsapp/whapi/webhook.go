package whapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// Payload is one webhook: several items of one kind, or of several.
//
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format
type Payload struct {
	ChannelID string
	Event     Event

	Messages           []Message
	MessagesUpdates    []MessageUpdate
	MessagesRemoved    []string // message ids
	MessagesRemovedAll string   // id of a chat that was cleared
	Statuses           []Status
	Chats              []Chat
	ChatsUpdates       []Update[Chat]
	ChatsRemoved       []string // chat ids
	Groups             []Group
	GroupsParticipants []ParticipantEvent
	GroupsUpdates      []Update[Group]
	Contacts           []Contact
	ContactsUpdates    []Update[Contact]
	Presences          []Presence
	Calls              []CallEvent
	Labels             []Label
	LabelsRemoved      []string // label ids
	Health             *Health
	QR                 *QR
	User               *Contact // who was linked or unlinked, by Event.Event post or delete
	Errors             []ErrorInfo

	Other      map[string]json.RawMessage // keys that have no field here
	Unreadable []json.RawMessage          // items that cannot be kept apart: of another shape, or without an id
	Misread    []string                   // fields of items that stayed empty: "statuses[0].code"; of messages see Message.Misread
}

// Event says what happened to the items. It may be missing, and is not needed to read them.
type Event struct {
	Type  string // messages, statuses, chats, contacts, groups, presences, calls, channel, users, labels, service
	Event string // post, put, patch, delete
}

// Parse reads a webhook. It fails only for what is no JSON object; everything else is somewhere in the Payload.
//
// The sender is not proven by this: the vendor signs nothing, so check the header that EnsureHooks made it send.
// https://support.whapi.cloud/help-desk/receiving/webhooks/detailed-webhook-settings
func Parse(body []byte) (Payload, error) {
	var keys map[string]json.RawMessage
	if json.Unmarshal(body, &keys) != nil || keys == nil {
		return Payload{}, fmt.Errorf("whapi: parse webhook: %w", errNoObject)
	}
	p := Payload{}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if raw := keys[key]; string(raw) != "null" {
			p.take(key, raw)
		}
	}
	return p, nil
}

func (p *Payload) take(key string, raw json.RawMessage) {
	switch key {
	case "channel_id":
		p.text(raw, &p.ChannelID)
	case "event":
		p.event(raw)
	case "messages", "message":
		add(p, key, raw, &p.Messages, func(m Message) bool { return m.ID != "" && m.ChatID != "" })
	case "messages_updates":
		add(p, key, raw, &p.MessagesUpdates, func(u MessageUpdate) bool { return u.ID != "" })
	case "messages_removed":
		p.ids(raw, &p.MessagesRemoved)
	case "messages_removed_all":
		p.text(raw, &p.MessagesRemovedAll)
	case "statuses", "ack":
		add(p, key, raw, &p.Statuses, func(s Status) bool { return s.ID != "" })
	case "health":
		one(p, key, raw, &p.Health)
	case "qr":
		one(p, key, raw, &p.QR)
	case "user":
		one(p, key, raw, &p.User)
	case "errors":
		add(p, key, raw, &p.Errors, func(ErrorInfo) bool { return true })
	default:
		p.takeAround(key, raw)
	}
}

// takeAround reads what surrounds the messages: chats, groups, people.
func (p *Payload) takeAround(key string, raw json.RawMessage) {
	switch key {
	case "chats", "chat":
		add(p, key, raw, &p.Chats, func(c Chat) bool { return c.ID != "" })
	case "chats_updates":
		add(p, key, raw, &p.ChatsUpdates, func(u Update[Chat]) bool { return u.BeforeUpdate != nil || u.AfterUpdate != nil })
	case "chats_removed":
		p.ids(raw, &p.ChatsRemoved)
	case "groups":
		add(p, key, raw, &p.Groups, func(g Group) bool { return g.ID != "" })
	case "groups_participants":
		add(p, key, raw, &p.GroupsParticipants, func(e ParticipantEvent) bool { return e.GroupID != "" })
	case "groups_updates":
		add(p, key, raw, &p.GroupsUpdates, func(u Update[Group]) bool { return u.BeforeUpdate != nil || u.AfterUpdate != nil })
	case "contacts":
		add(p, key, raw, &p.Contacts, func(c Contact) bool { return c.ID != "" })
	case "contacts_updates":
		add(p, key, raw, &p.ContactsUpdates, func(u Update[Contact]) bool { return u.BeforeUpdate != nil || u.AfterUpdate != nil })
	case "presences":
		add(p, key, raw, &p.Presences, func(s Presence) bool { return s.ContactID != "" })
	case "calls":
		add(p, key, raw, &p.Calls, func(c CallEvent) bool { return c.ID != "" })
	case "labels":
		add(p, key, raw, &p.Labels, func(l Label) bool { return l.ID != "" })
	case "labels_removed":
		p.ids(raw, &p.LabelsRemoved)
	default:
		if p.Other == nil {
			p.Other = map[string]json.RawMessage{}
		}
		p.Other[key] = raw
	}
}

// event copes with the two names of the same thing: settings say method, payloads say event. Deprecated singular types
// become the ones that replaced them.
func (p *Payload) event(raw json.RawMessage) {
	var e struct {
		Type   string `json:"type"`
		Event  string `json:"event"`
		Method string `json:"method"`
	}
	misread, err := read(raw, &e)
	if err != nil {
		p.Unreadable = append(p.Unreadable, raw)
		return
	}
	p.misread("event", misread)
	if e.Event == "" {
		e.Event = e.Method
	}
	p.Event = Event{Type: currentType(e.Type), Event: e.Event}
}

func currentType(t string) string {
	switch t {
	case "message":
		return "messages"
	case "ack":
		return "statuses"
	case "chat":
		return "chats"
	case "status":
		return "channel"
	}
	return t
}

// add appends the readable items of a list; one item without a list around it counts as a list of one.
func add[T any](p *Payload, key string, raw json.RawMessage, to *[]T, whole func(T) bool) {
	good, unreadable, misread := items(raw, key, whole)
	*to = append(*to, good...)
	p.Unreadable = append(p.Unreadable, unreadable...)
	p.Misread = append(p.Misread, misread...)
}

// items reads each item of a list by itself, so that one which is not whole loses no neighbour.
func items[T any](raw json.RawMessage, name string, whole func(T) bool) (good []T, unreadable []json.RawMessage, misread []string) {
	for i, raw := range elements(raw) {
		var item T
		odd, err := read(raw, &item)
		if err != nil || !whole(item) {
			unreadable = append(unreadable, raw)
			continue
		}
		good = append(good, item)
		for _, field := range odd {
			misread = append(misread, fmt.Sprintf("%s[%d].%s", name, i, field))
		}
	}
	return good, unreadable, misread
}

func elements(raw json.RawMessage) []json.RawMessage {
	var list []json.RawMessage
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return nil
	case json.Unmarshal(raw, &list) == nil:
		return list
	default:
		return []json.RawMessage{raw}
	}
}

func one[T any](p *Payload, key string, raw json.RawMessage, to **T) {
	item := new(T)
	misread, err := read(raw, item)
	if err != nil {
		p.Unreadable = append(p.Unreadable, raw)
		return
	}
	*to = item
	p.misread(key, misread)
}

// ids reads a list of ids, of which each may also come as an object with an id.
func (p *Payload) ids(raw json.RawMessage, to *[]string) {
	for _, raw := range elements(raw) {
		if id := idOf(raw); id != "" {
			*to = append(*to, id)
		} else {
			p.Unreadable = append(p.Unreadable, raw)
		}
	}
}

func idOf(raw json.RawMessage) string {
	var wrapped struct {
		ID string `json:"id"`
	}
	if _, err := read(raw, &wrapped); err != nil && string(raw) != "null" {
		scalar(raw, reflect.ValueOf(&wrapped.ID).Elem())
	}
	return wrapped.ID
}

// text reads one id.
func (p *Payload) text(raw json.RawMessage, to *string) {
	if *to = idOf(raw); *to == "" && string(raw) != `""` {
		p.Unreadable = append(p.Unreadable, raw)
	}
}

func (p *Payload) misread(of string, fields []string) {
	for _, field := range fields {
		p.Misread = append(p.Misread, of+"."+field)
	}
}
