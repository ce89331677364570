package whapi

import (
	"strings"
	"time"
)

// sender is what every POST /messages/* takes.
type sender struct {
	To     string `json:"to"`
	Quoted string `json:"quoted"`
	Edit   string `json:"edit"`
}

// draft is a message that was found to be in order.
type draft struct {
	chat     *chat
	what     Content
	kind     string // with body: what of it is ready, because its file is already stored
	body     body
	quoted   *record
	edit     *record
	mentions []string

	forwarded int
}

// editWindow is how long WhatsApp lets a message be edited; sources differ between 15 and 20 minutes.
const editWindow = 15 * time.Minute

// POST /messages/text
func (s *Sim) postText(c call) (any, error) {
	in, err := form[struct {
		sender
		Body          string   `json:"body"`
		TypingTime    float64  `json:"typing_time"`
		NoLinkPreview bool     `json:"no_link_preview"`
		Mentions      []string `json:"mentions"`
	}](c)
	switch {
	case err != nil:
		return nil, err
	case in.Body == "":
		return nil, refuse(400, "Wrong request parameters: body is required")
	case in.TypingTime < 0 || in.TypingTime > 60:
		return nil, refuse(400, "Wrong request parameters: typing_time must be from 0 to 60")
	}
	d, err := s.draft(c.ch, in.sender, in.Mentions)
	if err != nil {
		return nil, err
	}
	if d.edit != nil && d.edit.isFile() {
		return nil, errOtherKind
	}
	d.what = Text(in.Body)
	if in.NoLinkPreview {
		d.what = bareText(in.Body)
	}
	return s.after(c, d, "typing", in.TypingTime)
}

// draft checks what every kind of message has in common.
func (s *Sim) draft(ch *channel, in sender, mentions []string) (draft, error) {
	var d draft
	if !toPattern.MatchString(in.To) || s.canonical(in.To) == "" {
		return d, refuse(400, "Wrong request parameters: to")
	}
	for _, m := range mentions {
		if !mentionPattern.MatchString(m) {
			return d, refuse(400, "Wrong request parameters: mentions")
		}
		d.mentions = append(d.mentions, strings.TrimSuffix(m, atPerson))
	}
	to := s.canonical(in.To)
	if !s.mayWrite(ch, to) {
		return d, refuse(403, "It is forbidden to send to this group/recipient")
	}
	d.chat = ch.chat(to)
	if in.Quoted != "" {
		if d.quoted = ch.known(in.Quoted); d.quoted == nil {
			return d, refuse(400, "Wrong request parameters: quoted message not found")
		}
	}
	if in.Edit != "" {
		if d.edit = ch.known(in.Edit); !s.mayEdit(d.edit, d.chat) {
			return d, refuse(400, "Wrong request parameters: this message can not be edited")
		}
	}
	return d, nil
}

// mayWrite: to any person, and to groups that the number is in and may speak in.
func (s *Sim) mayWrite(ch *channel, to string) bool {
	if !strings.HasSuffix(to, atGroup) {
		return true
	}
	return s.groups[to].maySpeak(ch.Phone)
}

func (s *Sim) mayEdit(r *record, in *chat) bool {
	return r != nil && r.fromMe && r.editable() && r.chat == in && s.clock.Now().Sub(r.at) <= editWindow
}

// after shows typing or recording for so many seconds and only then sends. A caller who hangs up meanwhile does not stop
// it.
func (s *Sim) after(c call, d draft, presence string, seconds float64) (any, error) {
	if seconds == 0 {
		return s.deliver(c.ch, d)
	}
	until := s.clock.Now().Add(time.Duration(seconds * float64(time.Second)))
	d.chat.show(presence, until)
	s.nudge()
	if s.pause(c.r.Context(), until) {
		return s.deliver(c.ch, d)
	}
	s.at(until, func() { _, _ = s.deliver(c.ch, d) })
	return nil, refuse(500, "the caller hung up")
}

// deliver is the send itself: history first, then the echo and the statuses, then the answer.
func (s *Sim) deliver(ch *channel, d draft) (any, error) {
	if ch.health != auth {
		return nil, refuse(401, "need channel authorization for send message")
	}
	if ch.trial != nil {
		if *ch.trial == 0 {
			return nil, refuse(402, "Trial version limit exceeded")
		}
		*ch.trial--
	}
	d.chat.show("", time.Time{})
	if d.edit != nil {
		return sentMessage{true, s.edit(d.edit, ch.Phone, "api", d.what)}, nil
	}
	r := &record{
		chat: d.chat, what: d.what, from: ch.Phone, fromMe: true, source: "api", status: "pending",
		quoted: d.quoted, mentions: d.mentions, forwarded: d.forwarded,
	}
	if r.kind, r.body = d.kind, d.body; r.body == nil {
		s.fill(r, d.what, s.now(ch))
	}
	return sentMessage{true, s.utter(ch, r)}, nil
}

type sentMessage struct {
	Sent    bool        `json:"sent"`
	Message messageJSON `json:"message"`
}

// utter puts a message of ours into the world and gives it as it was at that moment: pending.
func (s *Sim) utter(ch *channel, r *record) messageJSON {
	echo := s.message(s.add(ch, r))
	if s.statusesFirst {
		s.travel(ch, r)
		s.publish(ch, r, echo)
	} else {
		s.publish(ch, r, echo)
		s.travel(ch, r)
	}
	s.overhear(r)
	return echo
}

// overhear gives the other channels of a group their copies of what one of them wrote: not from_me, and not source api.
func (s *Sim) overhear(r *record) {
	g := s.groups[r.chat.id]
	if g == nil {
		return
	}
	like := record{from: r.from, source: r.source, what: r.what, mentions: r.mentions, forwarded: r.forwarded}
	if like.source == "api" {
		like.source = otherDevice
	}
	var quoted *said
	if r.quoted != nil {
		quoted = r.quoted.said
	}
	s.spread(g, r.said, r.ch, like, quoted)
}
