package telegram

import (
	"reflect"
	"time"
)

// lockedEditable finds the message of an edit call: the bot's own, still there.
func (s *Sim) lockedEditable(p params) (*chat, *message, error) {
	if p.text("chat_id") == "" && p.int("message_id") == 0 {
		return nil, nil, bad("message identifier is not specified")
	}
	c, err := s.lockedChat(p, toEdit)
	if err != nil {
		return nil, nil, err
	}
	m := c.find(int(p.int("message_id")))
	if m == nil {
		return nil, nil, bad("message to edit not found")
	}
	if m.from != s.bot.ID || m.service != nil {
		return nil, nil, bad("message can't be edited")
	}
	return c, m, nil
}

// lockedChange replaces a message by its edited copy if there is a difference and the allowance lasts.
// Leaving reply_markup out of an edit takes the buttons away.
func (s *Sim) lockedChange(c *chat, m *message, edited message) (any, error) {
	same := edited.text == m.text && reflect.DeepEqual(edited.keyboard, m.keyboard) && edited.media == m.media &&
		(len(edited.entities) == 0 && len(m.entities) == 0 || reflect.DeepEqual(edited.entities, m.entities))
	if same {
		return nil, bad("message is not modified: specified new message content and reply markup are exactly the same as " +
			"a current content and reply markup of the message")
	}
	if err := s.lockedSpend(c, 1); err != nil {
		return nil, err
	}
	edited.edited = s.clock.Now()
	*m = edited
	s.lockedChanged()
	return s.lockedMessage(c, m, false), nil
}

// editMessageText: https://core.telegram.org/bots/api#editmessagetext
func (s *Sim) editMessageText(p params) (any, error) {
	if p.text("text") == "" {
		return nil, bad("message text is empty")
	}
	text, ents, err := formatted(p.text("text"), p.text("parse_mode"), p.text("entities"))
	if err != nil {
		return nil, err
	}
	c, m, edited, err := s.lockedEdit(p)
	if err != nil {
		return nil, err
	}
	if m.media != nil {
		return nil, bad("there is no text in the message to edit")
	}
	if err := s.lockedText(&edited, text, ents, maxText); err != nil {
		return nil, err
	}
	return s.lockedChange(c, m, edited)
}

// lockedEdit is the message of an edit call and a copy with the new buttons.
func (s *Sim) lockedEdit(p params) (*chat, *message, message, error) {
	k, err := parseMarkup(p.text("reply_markup"))
	if err != nil {
		return nil, nil, message{}, err
	}
	c, m, err := s.lockedEditable(p)
	if err != nil {
		return nil, nil, message{}, err
	}
	if err := k.check(c); err != nil {
		return nil, nil, message{}, err
	}
	edited := *m
	edited.keyboard = k.keyboard
	return c, m, edited, nil
}

// editMessageCaption: https://core.telegram.org/bots/api#editmessagecaption
func (s *Sim) editMessageCaption(p params) (any, error) {
	text, ents, err := formatted(p.text("caption"), p.text("parse_mode"), p.text("caption_entities"))
	if err != nil {
		return nil, err
	}
	c, m, edited, err := s.lockedEdit(p)
	if err != nil {
		return nil, err
	}
	if m.media == nil {
		return nil, bad("there is no caption in the message to edit")
	}
	if err := s.lockedText(&edited, text, ents, maxCaption); err != nil {
		return nil, err
	}
	return s.lockedChange(c, m, edited)
}

// editMessageMedia: https://core.telegram.org/bots/api#editmessagemedia
func (s *Sim) editMessageMedia(p params) (any, error) {
	var in inputMedia
	if decode(p.text("media"), &in) != nil {
		return nil, bad("can't parse input media JSON object")
	}
	c, m, edited, err := s.lockedEdit(p)
	if err != nil {
		return nil, err
	}
	if err := s.lockedInput(p, in, &edited); err != nil {
		return nil, err
	}
	return s.lockedChange(c, m, edited)
}

// editMessageReplyMarkup: https://core.telegram.org/bots/api#editmessagereplymarkup
func (s *Sim) editMessageReplyMarkup(p params) (any, error) {
	c, m, edited, err := s.lockedEdit(p)
	if err != nil {
		return nil, err
	}
	return s.lockedChange(c, m, edited)
}

// deleteMessage: https://core.telegram.org/bots/api#deletemessage
func (s *Sim) deleteMessage(p params) (any, error) {
	switch {
	case p.text("chat_id") == "":
		return nil, bad("chat identifier is not specified")
	case p.int("message_id") <= 0:
		return nil, bad("message identifier is not specified")
	}
	c, err := s.lockedChat(p, toWrite)
	if err != nil {
		return nil, err
	}
	m := c.find(int(p.int("message_id")))
	if m == nil {
		return nil, bad("message to delete not found")
	}
	if err := s.lockedDeletable(c, m); err != nil {
		return nil, err
	}
	m.deleted = true
	s.lockedChanged()
	return true, nil
}

func (s *Sim) lockedDeletable(c *chat, m *message) error {
	old := s.clock.Now().Sub(m.sent) >= 48*time.Hour
	switch {
	case old && c.kind != "supergroup":
		return bad("message can't be deleted for everyone")
	case old, m.service != nil && m.service.created != nil, m.from != s.bot.ID && c.kind != "private" && !c.admin:
		return bad("message can't be deleted")
	}
	return nil
}

// deleteMessages: https://core.telegram.org/bots/api#deletemessages
func (s *Sim) deleteMessages(p params) (any, error) {
	var ids []int
	switch err := decode(p.text("message_ids"), &ids); {
	case p.text("message_ids") == "" || err == nil && len(ids) == 0:
		return nil, bad("message identifiers are not specified")
	case err != nil:
		return nil, bad("can't parse message_ids JSON object")
	case len(ids) > 100:
		return nil, bad("too many message identifiers specified")
	}
	c, err := s.lockedChat(p, toWrite)
	if err != nil {
		return nil, err
	}
	var all []*message
	for _, id := range ids {
		m := c.find(id)
		if m == nil {
			continue // what is gone is as good as deleted
		}
		if err := s.lockedDeletable(c, m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	for _, m := range all {
		m.deleted = true
	}
	s.lockedChanged()
	return true, nil
}
