package whapi

import "time"

// record is one message as one channel holds it. The body is replaced, never changed in place, so that what was rendered
// once stays what it was.
type record struct {
	id        string
	ch        *channel
	chat      *chat
	said      *said
	at        time.Time
	what      Content // nil for actions and for what the vendor says
	kind      string
	subtype   string
	body      body
	action    *actionJSON
	from      string // phone
	fromMe    bool
	source    string
	status    string
	seen      []receipt // per reader, our messages only
	quoted    *record
	mentions  []string // phones, or hidden identities with @lid
	forwarded int      // how often it was passed on
	edited    bool
	deleted   bool
	unsynced  bool // came while the channel was off
	reacted   []reaction
	votes     []vote
}

// said is one message in the world. Every channel that was there has a record of it, under an id of its own.
type said struct{ copies []*record }

// by is the copy that a channel has, nil when it was not there.
func (w *said) by(ch *channel) *record {
	for _, r := range w.copies {
		if r.ch == ch {
			return r
		}
	}
	return nil
}

// standing are the copies that nobody has deleted.
func (w *said) standing() []*record {
	var list []*record
	for _, r := range w.copies {
		if !r.deleted {
			list = append(list, r)
		}
	}
	return list
}

// receipt is how far one reader got with a message of ours.
type receipt struct {
	phone, status string
	at            time.Time
}

type reaction struct{ phone, emoji string }

// react replaces what this person had put under the message; an empty emoji takes it away.
func (r *record) react(phone, emoji string) {
	var kept []reaction
	for _, old := range r.reacted {
		if old.phone != phone {
			kept = append(kept, old)
		}
	}
	if emoji != "" {
		kept = append(kept, reaction{phone, emoji})
	}
	r.reacted = kept
}

// text is what a person reads of the message.
func (r *record) text() string {
	if r.body == nil {
		return ""
	}
	return r.body.text()
}

// add puts a new record at the end of the history.
func (s *Sim) add(ch *channel, r *record) *record {
	r.at = s.clock.Now()
	r.unsynced = ch.health != auth
	return s.enter(ch, r)
}

// enter gives a record its id and its places.
func (s *Sim) enter(ch *channel, r *record) *record {
	r.id, r.ch = ch.newID(r.chat.group()), ch
	if r.said == nil {
		r.said = &said{}
	}
	r.said.copies = append(r.said.copies, r)
	ch.history = append(ch.history, r)
	ch.byID[r.id] = r
	if r.action == nil && r.at.After(r.chat.last) {
		r.chat.last = r.at
	}
	s.nudge()
	return r
}

// known is a message that the channel can still point at.
func (ch *channel) known(id string) *record {
	if r := ch.byID[id]; r != nil && !r.deleted && !r.unsynced {
		return r
	}
	return nil
}
