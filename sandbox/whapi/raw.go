package whapi

import (
	"encoding/json"
	"errors"
	"regexp"
	"slices"
)

// Unknown is a message that the vendor could not read: it has a type and no body.
type Unknown struct{}

func (Unknown) check() error { return nil }

func (Unknown) render(arrival) (string, body) { return "unknown", nil }

// Raw is a message of any type, known to this package or not, exactly as given: story, order, event, group_invite, a
// kind that comes tomorrow, an action that nobody else sends. Without content it has no body.
type Raw struct {
	Kind    string
	Content json.RawMessage
}

var kindPattern = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// taken are the keys that every message has.
var taken = []string{"id", "from_me", "type", "subtype", "chat_id", "chat_name", "timestamp", "source", "device_id", "status", "context", "reactions", "from", "from_name"}

func (r Raw) check() error {
	switch {
	case !kindPattern.MatchString(r.Kind) || slices.Contains(taken, r.Kind):
		return errors.New("no message can be of that kind")
	case len(r.Content) > 0 && !json.Valid(r.Content):
		return errors.New("the content is no JSON")
	}
	return nil
}

func (r Raw) render(arrival) (string, body) {
	if len(r.Content) == 0 {
		return r.Kind, nil
	}
	return r.Kind, rawJSON(r.Content)
}

type rawJSON json.RawMessage

func (b rawJSON) text() string { return "" }

// MarshalJSON gives what came in.
func (b rawJSON) MarshalJSON() ([]byte, error) { return b, nil }

// SayRaw is a person sending something of any kind, see [Raw].
func (s *Sim) SayRaw(channel, phone, kind string, content json.RawMessage) (string, error) {
	return s.Write(channel, phone, Raw{kind, content}, Opts{})
}
