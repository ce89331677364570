package whapi

import (
	"errors"
	"fmt"
)

var errNotForwardable = errors.New("this can not be forwarded")

// Forward is a person passing a message that the channel knows, from whichever chat, on to that channel.
func (s *Sim) Forward(channel, messageID, phone string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.forward(channel, messageID, phone)
	if err != nil {
		return "", fmt.Errorf("whapi: forward: %w", err)
	}
	return r.id, nil
}

func (s *Sim) forward(channel, messageID, phone string) (*record, error) {
	ch, err := s.mustChannel(channel)
	if err != nil {
		return nil, err
	}
	r := ch.byID[messageID]
	if r == nil || r.deleted {
		return nil, errNoMessage
	}
	if r.what == nil {
		return nil, errNotForwardable
	}
	return s.write(channel, phone, r.what, Opts{Forwarded: r.forwarded + 1})
}

// POST /messages/{MessageID}: forward.
func (s *Sim) postForward(c call) (any, error) {
	if !messagePattern.MatchString(c.vars["MessageID"]) {
		return nil, refuse(404, "Not found") // a send that is not imitated, rather than a message
	}
	r, err := c.message()
	if err != nil {
		return nil, err
	}
	in, err := form[struct {
		To string `json:"to"`
	}](c)
	if err != nil {
		return nil, err
	}
	if r.what == nil {
		return nil, refuse(400, "Wrong request parameters: this message can not be forwarded")
	}
	d, err := s.draft(c.ch, sender{To: in.To}, nil)
	if err != nil {
		return nil, err
	}
	d.what, d.forwarded = r.what, r.forwarded+1
	return s.deliver(c.ch, d)
}
