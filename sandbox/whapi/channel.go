package whapi

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Channel is one connected WhatsApp number. Name is ours and never on the wire; ID looks like MANTIS-M72HC.
// LID is the number's hidden identity; empty, the seed decides it.
type Channel struct{ Name, ID, Token, Phone, Title, LID string }

// channel is what the vendor holds about one number. The history is in the order in which things happened.
type channel struct {
	Channel
	health   string
	started  time.Time
	settings settings
	chats    map[string]*chat // by canonical id
	history  []*record
	byID     map[string]*record
	files    []*file
	waiting  []outbox        // messages kept back by Batch
	missed   []missed        // events that came while the channel was off
	ids      *rand.Rand      // message ids
	rest     *rand.Rand      // ids of files and calls
	trial    *int            // messages left; nil: unlimited
	watched  map[string]bool // presences subscribed to, by chat
}

const auth = "AUTH"

// healthCodes: INIT, LAUNCH, QR and ERROR are seen on the wire, the others inferred.
var healthCodes = map[string]int{"NOT_INIT": 0, "INIT": 1, "LAUNCH": 2, "QR": 3, auth: 4, "ERROR": 5, "SYNC_ERROR": 6, "STOP": 7}

// AddChannel connects a number; it is authorised from the start. A channel of that name is replaced.
func (s *Sim) AddChannel(c Channel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Phone = digits(c.Phone)
	c.LID = s.lidOf(c.Phone, c.LID)
	ch := &channel{
		Channel: c, health: auth, started: s.clock.Now(), settings: defaultSettings(),
		chats: map[string]*chat{}, byID: map[string]*record{}, watched: map[string]bool{},
		ids: rand.New(rand.NewPCG(s.seed, hash(c.Name))), rest: rand.New(rand.NewPCG(s.seed, hash("rest of "+c.Name))),
	}
	for i, old := range s.channels {
		if old.Name == c.Name {
			s.channels[i] = ch
			return
		}
	}
	s.channels = append(s.channels, ch)
}

// SetHealth moves a channel to AUTH, QR, STOP, INIT, LAUNCH, ERROR… and tells the hooks. Back at AUTH, what people
// wrote meanwhile arrives.
func (s *Sim) SetHealth(name, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channel(name); ch != nil && ch.health != text {
		s.setHealth(ch, text)
	}
}

func (s *Sim) setHealth(ch *channel, text string) {
	was := ch.health
	ch.health = text
	h := s.healthOf(ch)
	s.emit(ch, eventName{"channel", "post"}, "", payload{Health: &h})
	switch {
	case text == auth:
		s.emit(ch, eventName{"users", "post"}, "", payload{User: ch.user()})
		s.catchUp(ch)
	case text == "QR":
		if was == auth {
			s.emit(ch, eventName{"users", "delete"}, "", payload{User: ch.user()})
		}
		s.emit(ch, eventName{"channel", "patch"}, "", payload{QR: &qrJSON{Status: "OK", Rowdata: "2@simulated", Expire: 20}})
	}
	s.nudge()
}

// Trial puts a channel on a plan with that many messages left; when they are used up, sends are refused with 402.
// A negative number lifts the limit.
func (s *Sim) Trial(name string, messages int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ch := s.channel(name); ch != nil {
		ch.trial = nil
		if messages >= 0 {
			ch.trial = &messages
		}
	}
}

func (s *Sim) channel(name string) *channel {
	for _, ch := range s.channels {
		if ch.Name == name {
			return ch
		}
	}
	return nil
}

func (s *Sim) mustChannel(name string) (*channel, error) {
	if ch := s.channel(name); ch != nil {
		return ch, nil
	}
	return nil, fmt.Errorf("no channel %q", name)
}

func (s *Sim) channelByToken(token string) *channel {
	for _, ch := range s.channels {
		if token != "" && ch.Token == token {
			return ch
		}
	}
	return nil
}

func (s *Sim) channelByPhone(phone string) *channel {
	for _, ch := range s.channels {
		if ch.Phone == phone {
			return ch
		}
	}
	return nil
}

func (ch *channel) user() *contactJSON { return &contactJSON{ID: ch.Phone, Name: ch.Title} }

func hash(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}
