package whapi

import (
	"errors"
	"slices"
)

// An edit, a deletion, a reaction and a vote are messages of their own, of type action. Every channel that has a copy of
// the target gets one.

var errNotEditable = errors.New("only words and captions can be edited")

// edit replaces a message's words, or the caption of its file, and gives the action as the target's channel sees it.
func (s *Sim) edit(target *record, by, source string, words Content) messageJSON {
	return s.toEach(target, by, source, func(r *record) (actionJSON, string) {
		says := r.amend(s, words)
		r.edited = true
		return actionJSON{Type: "edit", EditedType: r.kind, EditedContent: says}, r.kind
	})
}

// amend puts new words into a message and gives what the action says of it: a file's caption goes alone.
func (r *record) amend(s *Sim, words Content) any {
	m, isFile := r.what.(Media)
	if !isFile {
		s.fill(r, words, s.now(r.ch))
		return r.body
	}
	m.Caption = wordsOf(words)
	again := *r.body.(*mediaJSON)
	again.Caption = m.Caption
	r.what, r.body = m, &again
	return captionJSON{m.Caption}
}

// editable says whether a message has words that can be replaced.
func (r *record) editable() bool {
	return r.kind == "text" || r.kind == "link_preview" || r.isFile() && slices.Contains(captioned, r.kind)
}

func (r *record) isFile() bool {
	_, isFile := r.what.(Media)
	return isFile
}

// wordsOf is what is written in or under something.
func wordsOf(c Content) string {
	switch c := c.(type) {
	case Text:
		return string(c)
	case bareText:
		return string(c)
	case Media:
		return c.Caption
	}
	return ""
}

// remove deletes a message for everybody.
func (s *Sim) remove(target *record, by, source string) {
	for _, r := range target.said.standing() {
		r.deleted = true
		s.act(r, by, source, actionJSON{Type: "delete"})
		s.emitRemoved(r)
	}
}

// react puts an emoji under a message; an empty one takes it away.
func (s *Sim) react(target *record, by, source, emoji string) {
	s.toEach(target, by, source, func(r *record) (actionJSON, string) {
		r.react(by, emoji)
		return actionJSON{Type: "reaction", Emoji: &emoji}, "reactions"
	})
}

// toEach changes every copy of a message and tells each channel: the action, then what it changed.
func (s *Sim) toEach(target *record, by, source string, change func(*record) (a actionJSON, changed string)) (own messageJSON) {
	for _, r := range target.said.standing() {
		before := s.message(r)
		a, changed := change(r)
		m := s.act(r, by, source, a)
		s.emitUpdate(r, before, m, changed)
		if r == target {
			own = m
		}
	}
	return own
}

func (s *Sim) act(target *record, by, source string, a actionJSON) messageJSON {
	ch := target.ch
	a.Target = target.id
	r := &record{chat: target.chat, kind: "action", action: &a, from: by, fromMe: by == ch.Phone, source: source, status: "pending"}
	if !r.fromMe && source == "api" {
		r.source = otherDevice
	}
	m := s.message(s.add(ch, r))
	s.publish(ch, r, m)
	return m
}

func (s *Sim) emitUpdate(target *record, before, trigger messageJSON, change string) {
	s.emit(target.ch, eventName{"messages", "patch"}, target.chat.id, payload{MessagesUpdates: []messageUpdateJSON{{
		ID: target.id, Trigger: &trigger, BeforeUpdate: before, AfterUpdate: s.message(target), Changes: []string{change},
	}}})
}

func (s *Sim) emitRemoved(target *record) {
	s.emit(target.ch, eventName{"messages", "delete"}, target.chat.id, payload{MessagesRemoved: []string{target.id}})
}
