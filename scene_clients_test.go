package main

import (
	"regexp"
	"slices"
	"strings"

	"marketa/sandbox"
	"marketa/sandbox/whapi"
)

// What clients do, and colleagues on the phone. After the name may stand "in <group>"; then one of
//
//	: words                        edits: words              edits "part": words
//	replies to Marketa: words      replies to "part": words  replies to Luca with photo cake.jpg
//	mentions Marketa: words        forwards: words           forwards photo cake.jpg: caption
//	sends <thing>                  reacts 👍                  reacts 👍 to "part"
//	deletes                        deletes "part"            votes Sunday
//	calls                          types                     opens the chat             leaves
//
// A target is a name (their newest message in that chat) or a part of the message. The phone is `phone`, `phone company`,
// `phone to Jonas`, `phone company in Trattoria`; it writes to Anna when nobody is named. Things: scene_media_test.go.

// whatsappGroup is a group of a dialogue; channels are those of our numbers that are in it.
type whatsappGroup struct {
	id       string
	channels []string
}

// uttered is a message as one of our channels knows it.
type uttered struct{ channel, chat, id string }

// place is where somebody writes: a direct chat with one of our numbers, or a group.
type place struct {
	channel, chat string
	group         bool
}

var (
	repliesTo = regexp.MustCompile(`(?s)^ replies to (\p{L}+|"[^"]+")(?:: (.*)| with (.+))$`)
	mentions  = regexp.MustCompile(`(?s)^ mentions (\p{L}+): (.*)$`)
	edits     = regexp.MustCompile(`(?s)^ edits(?: "([^"]+)")?: (.*)$`)
	reacts    = regexp.MustCompile(`^ reacts (\S+)(?: to (\p{L}+|"[^"]+"))?$`)
	deletes   = regexp.MustCompile(`^ deletes(?: "([^"]+)")?$`)
	forwards  = regexp.MustCompile(`(?s)^ forwards(?:: (.*)| (.+))$`)
)

func (s *scene) client(name, rest string) {
	s.t.Helper()
	at := place{s.channel, s.clients[name].Phone + "@s.whatsapp.net", false}
	if group, after, ok := s.inGroup(rest); ok {
		at, rest = place{group.channels[0], group.id, true}, after
	}
	if what, o, ok := s.written(at, rest); ok {
		s.says(name, at, what, o)
		return
	}
	if s.pays(name, rest) {
		return
	}
	phone := s.clients[name].Phone
	if m := edits.FindStringSubmatch(rest); m != nil {
		s.must(s.world.WhatsApp.EditMessage(at.channel, s.meant(name, at, m[1]), m[2]), rest)
		return
	}
	if m := deletes.FindStringSubmatch(rest); m != nil {
		s.must(s.world.WhatsApp.DeleteMessage(at.channel, s.meant(name, at, m[1])), rest)
		return
	}
	if m := reacts.FindStringSubmatch(rest); m != nil {
		s.reacts(phone, at, m[1], m[2])
		return
	}
	if option, ok := strings.CutPrefix(rest, " votes "); ok {
		s.must(s.world.WhatsApp.Vote(at.channel, s.poll(at), phone, strings.Split(option, " | ")...), rest)
		return
	}
	s.moves(phone, at, rest)
}

// moves is what a client does without words.
func (s *scene) moves(phone string, at place, rest string) {
	s.t.Helper()
	switch rest {
	case " calls":
		s.must(s.world.WhatsApp.Call(at.channel, phone, whapi.Call{}), rest)
	case " types":
		if at.group {
			s.must(s.world.WhatsApp.TypingInGroup(at.chat, phone, true), rest)
			return
		}
		s.must(s.world.WhatsApp.Typing(at.channel, phone, true), rest)
	case " opens the chat":
		if at.group {
			s.must(s.world.WhatsApp.ReadGroup(at.chat, phone), rest)
			return
		}
		s.world.WhatsApp.OpenChat(at.channel, at.chat)
	case " leaves":
		s.must(s.world.WhatsApp.ChangeGroup(at.chat, "remove", phone), rest)
	default:
		s.t.Fatalf("a client cannot%s", rest)
	}
}

// written is what somebody sends: words, or a thing, on its own or as an answer.
func (s *scene) written(at place, rest string) (whapi.Content, whapi.Opts, bool) {
	s.t.Helper()
	if words, ok := strings.CutPrefix(rest, ": "); ok {
		return whapi.Text(words), whapi.Opts{}, true
	}
	if things, ok := strings.CutPrefix(rest, " sends "); ok {
		return s.whatsappThing(things), whapi.Opts{}, true
	}
	if m := repliesTo.FindStringSubmatch(rest); m != nil {
		o := whapi.Opts{Quote: s.found(at, m[1])}
		if m[3] != "" {
			return s.whatsappThing(m[3]), o, true
		}
		return whapi.Text(m[2]), o, true
	}
	if m := mentions.FindStringSubmatch(rest); m != nil {
		phone := s.number(m[1])
		return whapi.Text("@" + phone + " " + m[2]), whapi.Opts{Mentions: []string{phone}}, true
	}
	if m := forwards.FindStringSubmatch(rest); m != nil {
		if m[2] != "" {
			return s.whatsappThing(m[2]), whapi.Opts{Forwarded: 1}, true
		}
		return whapi.Text(m[1]), whapi.Opts{Forwarded: 1}, true
	}
	return nil, whapi.Opts{}, false
}

func (s *scene) says(name string, at place, what whapi.Content, o whapi.Opts) {
	s.t.Helper()
	said := uttered{at.channel, at.chat, ""}
	if at.group {
		ids, err := s.world.WhatsApp.WriteInGroup(at.chat, s.clients[name].Phone, what, o)
		s.must(err, name)
		said.id = ids[at.channel]
	} else {
		id, err := s.world.WhatsApp.Write(at.channel, s.clients[name].Phone, what, o)
		s.must(err, name)
		said.id = id
	}
	s.lastSaid[name] = said
}

// meant is the message with a part of these words, or the last that this person wrote.
func (s *scene) meant(name string, at place, part string) string {
	s.t.Helper()
	if part == "" {
		return s.lastSaid[name].id
	}
	own := s.clients[name].Phone
	for _, m := range slices.Backward(s.world.WhatsApp.Messages(at.channel, at.chat)) {
		if !m.Deleted && strings.Contains(m.Text, part) && (m.From == own || own == "" && m.FromMe) {
			return m.ID
		}
	}
	s.t.Fatalf("%s wrote nothing like %q there", name, part)
	return ""
}

// found is the newest message of a chat by a name, or with a part of its words.
func (s *scene) found(at place, target string) string {
	s.t.Helper()
	part, quoted := strings.CutPrefix(target, `"`)
	part = strings.TrimSuffix(part, `"`)
	for _, m := range slices.Backward(s.world.WhatsApp.Messages(at.channel, at.chat)) {
		switch {
		case m.Deleted:
		case quoted && strings.Contains(m.Text, part):
			return m.ID
		case !quoted && m.From == s.number(target):
			return m.ID
		}
	}
	s.t.Fatalf("no message %s in that chat", target)
	return ""
}

func (s *scene) poll(at place) string {
	s.t.Helper()
	for _, m := range slices.Backward(s.world.WhatsApp.Messages(at.channel, at.chat)) {
		if len(m.Options) > 0 {
			return m.ID
		}
	}
	s.t.Fatal("there is no poll")
	return ""
}

// reacts puts an emoji under a message; "nothing" takes it away. Without a target it is our newest message.
func (s *scene) reacts(phone string, at place, emoji, target string) {
	s.t.Helper()
	if emoji == "nothing" {
		emoji = ""
	}
	if target == "" {
		target = at.channel
	}
	s.must(s.world.WhatsApp.React(at.channel, s.found(at, target), phone, emoji), emoji)
}

// number is the phone of anybody who has a name here: Marketa and company are our own.
func (s *scene) number(name string) string {
	switch strings.ToLower(name) {
	case "marketa":
		return sandbox.MarketaPhone
	case "company":
		return sandbox.CompanyPhone
	}
	if p, ok := s.clients[name]; ok {
		return p.Phone
	}
	s.t.Fatalf("there is no %s", name)
	return ""
}

// inGroup reads " in <group>" off the front.
func (s *scene) inGroup(rest string) (g whatsappGroup, after string, ok bool) {
	named, ok := strings.CutPrefix(rest, " in ")
	if !ok {
		return g, rest, false
	}
	best := ""
	for name := range s.groups {
		if strings.HasPrefix(named, name) && len(name) > len(best) && strings.ContainsAny(named[len(name):]+" ", ": ") {
			best = name
		}
	}
	if best == "" {
		s.t.Fatalf("there is no group as in %q", rest)
	}
	return s.groups[best], named[len(best):], true
}

var phoneTo = regexp.MustCompile(`^ to (\p{L}+)`)

// phone is a colleague on one of our phones.
func (s *scene) phone(rest string) {
	s.t.Helper()
	at := place{s.channel, s.clients["Anna"].Phone + "@s.whatsapp.net", false}
	for _, name := range []string{"company", "marketa"} {
		if after, ok := strings.CutPrefix(rest, " "+name); ok {
			at.channel, rest = name, after
		}
	}
	if m := phoneTo.FindStringSubmatch(rest); m != nil {
		at.chat, rest = s.clients[m[1]].Phone+"@s.whatsapp.net", rest[len(m[0]):]
	}
	if group, after, ok := s.inGroup(rest); ok {
		at.chat, at.group, rest = group.id, true, after
	}
	if what, o, ok := s.written(at, rest); ok {
		id, err := s.world.WhatsApp.PhoneWrites(at.channel, at.chat, what, o)
		s.must(err, rest)
		s.lastSaid["phone"] = uttered{at.channel, at.chat, id}
		return
	}
	own := map[string]string{"marketa": sandbox.MarketaPhone, "company": sandbox.CompanyPhone}[at.channel]
	if m := edits.FindStringSubmatch(rest); m != nil {
		s.must(s.world.WhatsApp.PhoneEdits(at.channel, s.meant("phone", at, m[1]), m[2]), rest)
		return
	}
	if m := deletes.FindStringSubmatch(rest); m != nil {
		s.must(s.world.WhatsApp.PhoneDeletes(at.channel, s.meant("phone", at, m[1])), rest)
		return
	}
	if m := reacts.FindStringSubmatch(rest); m != nil && m[2] != "" {
		s.reacts(own, at, m[1], m[2])
		return
	}
	s.t.Fatalf("the phone cannot%s", rest)
}
