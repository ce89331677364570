package whapi

// An edit, a deletion and a reaction are messages of their own, of type action.

// edit replaces a message's content and gives the action that says so.
func (s *Sim) edit(ch *channel, target *record, by, source, kind string, c content) messageJSON {
	before := s.message(ch, target)
	target.kind, target.content, target.edited = kind, c, true
	a := s.act(ch, target, by, source, actionJSON{Type: "edit", EditedType: kind, EditedContent: c.inner()})
	s.emitUpdate(ch, target, before, a, kind)
	return a
}

// remove deletes a message for everybody.
func (s *Sim) remove(ch *channel, target *record, by, source string) {
	target.deleted = true
	s.act(ch, target, by, source, actionJSON{Type: "delete"})
	s.emitRemoved(ch, target)
}

// react puts an emoji under a message; an empty one takes it away.
func (s *Sim) react(ch *channel, target *record, by, source, emoji string) {
	before := s.message(ch, target)
	target.react(by, emoji)
	a := s.act(ch, target, by, source, actionJSON{Type: "reaction", Emoji: &emoji})
	s.emitUpdate(ch, target, before, a, "reactions")
}

func (s *Sim) act(ch *channel, target *record, by, source string, a actionJSON) messageJSON {
	a.Target = target.id
	r := &record{chat: target.chat, kind: "action", action: &a, from: by, fromMe: by == ch.Phone, source: source, status: "pending"}
	m := s.message(ch, s.add(ch, r))
	s.publish(ch, r, m)
	return m
}

func (s *Sim) emitUpdate(ch *channel, target *record, before, trigger messageJSON, change string) {
	s.emit(ch, eventName{"messages", "patch"}, target.chat.id, payload{MessagesUpdates: []messageUpdateJSON{{
		ID: target.id, Trigger: &trigger, BeforeUpdate: before, AfterUpdate: s.message(ch, target), Changes: []string{change},
	}}})
}

func (s *Sim) emitRemoved(ch *channel, target *record) {
	s.emit(ch, eventName{"messages", "delete"}, target.chat.id, payload{MessagesRemoved: []string{target.id}})
}
