package whapi

import (
	"errors"
	"fmt"
)

// SaySystem puts a line into a chat that nobody wrote, as one channel sees it: "Anna added Ben", "messages disappear now".
func (s *Sim) SaySystem(channel, chatID, subtype, text string) (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch, err := s.mustChannel(channel)
	if err != nil {
		return "", fmt.Errorf("whapi: say system: %w", err)
	}
	id := s.canonical(chatID)
	if !chatPattern.MatchString(id) {
		return "", errors.New("whapi: say system: no such chat")
	}
	r := &record{chat: ch.chat(id), kind: "system", subtype: subtype, body: &textJSON{text}, source: "system", status: "read"}
	s.publish(ch, r, s.message(s.add(ch, r)))
	return r.id, nil
}
