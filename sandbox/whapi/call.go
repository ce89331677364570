package whapi

import (
	"fmt"
	"slices"
	"strings"
)

// Call is somebody ringing the company phone. Without stages it is missed: initiated, ringing, missed.
type Call struct {
	Video  bool
	Stages []string // initiated, ringing, missed, canceled, answered
	Line   bool     // leaves a message of type call in the chat, without a body
}

var stages = []string{"initiated", "ringing", "missed", "canceled", "answered"}

// Call is a person ringing; hooks hear of every stage.
func (s *Sim) Call(channel, phone string, call Call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.mustChannel(channel)
	if err != nil {
		return fmt.Errorf("whapi: call: %w", err)
	}
	p, err := s.mustPerson(phone)
	if err != nil {
		return fmt.Errorf("whapi: call: %w", err)
	}
	if len(call.Stages) == 0 {
		call.Stages = stages[:3]
	}
	for _, stage := range call.Stages {
		if !slices.Contains(stages, stage) {
			return fmt.Errorf("whapi: call: no such stage %q", stage)
		}
	}
	s.ring(ch, p, call)
	return nil
}

func (s *Sim) ring(ch *channel, p *person, call Call) {
	c := ch.chat(p.Phone + atPerson)
	id := strings.ToUpper(ch.hex(32))
	for _, stage := range call.Stages {
		s.emit(ch, eventName{"calls", "post"}, c.id, payload{Calls: []callJSON{{
			ID: id, From: s.chatID(c.id), ChatID: s.chatID(c.id), Status: stage, Timestamp: s.clock.Now().UnixMilli(), Video: call.Video,
		}}})
	}
	if call.Line {
		r := &record{chat: c, kind: "call", from: p.Phone, source: "mobile", status: "delivered"}
		s.publish(ch, r, s.message(s.add(ch, r)))
	}
}

type callJSON struct {
	ID        string `json:"id"`
	From      string `json:"from"` // with the suffix of a chat, as the vendor's examples have it
	ChatID    string `json:"chat_id"`
	Status    string `json:"status"`
	Timestamp int64  `json:"timestamp"` // milliseconds
	Group     bool   `json:"group_call"`
	Video     bool   `json:"video_call"`
	Offline   bool   `json:"offline_call"`
}
