package telegram

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxText    = 4096 // UTF-16 units after parsing
	maxCaption = 1024
)

func decode(raw string, into any) error { return json.Unmarshal([]byte(raw), into) }

// sendMessage: https://core.telegram.org/bots/api#sendmessage
func (s *Sim) sendMessage(p params) (any, error) {
	if p.text("text") == "" {
		return nil, bad("message text is empty")
	}
	text, ents, err := formatted(p.text("text"), p.text("parse_mode"), p.text("entities"))
	if err != nil {
		return nil, err
	}
	m := &message{}
	c, err := s.lockedPlace(p, m)
	if err != nil {
		return nil, err
	}
	if err := s.lockedText(m, text, ents, maxText); err != nil {
		return nil, err
	}
	return s.lockedPost(c, m)
}

// lockedPlace reads where a new message goes and what stands below it, in the server's order of complaints.
func (s *Sim) lockedPlace(p params, m *message) (*chat, error) {
	if _, err := replyParameters(p); err != nil {
		return nil, err
	}
	k, err := parseMarkup(p.text("reply_markup"))
	if err != nil {
		return nil, err
	}
	c, err := s.lockedChat(p, toWrite)
	if err != nil {
		return nil, err
	}
	thread, err := s.lockedThread(c, p)
	if err != nil {
		return nil, err
	}
	if m.replyTo, m.thread, err = s.lockedAnswered(c, p, thread); err != nil {
		return nil, err
	}
	if err := k.check(c); err != nil {
		return nil, err
	}
	m.keyboard, m.forceReply, m.placeholder = k.keyboard, k.forceReply, k.placeholder
	return c, nil
}

// lockedText sets a message's text or caption as it will be shown.
func (s *Sim) lockedText(m *message, text string, ents []entity, limit int) error {
	text, ents = tidy(text, ents)
	if text == "" && limit == maxText {
		return bad("text must be non-empty")
	}
	if length(text) > limit && limit == maxText {
		return bad("message is too long")
	}
	if length(text) > limit {
		return bad("message caption is too long")
	}
	m.text, m.entities = text, detect(text, s.lockedMentions(ents))
	return nil
}

// lockedMentions gives links to people their names; links to strangers are dropped.
func (s *Sim) lockedMentions(ents []entity) []entity {
	var out []entity
	for _, e := range ents {
		if e.Type == "text_mention" {
			if s.users[e.User.ID] == nil {
				continue
			}
			u := s.lockedUser(e.User.ID)
			e.User = &u
		}
		out = append(out, e)
	}
	return out
}

// lockedPost pays for a finished message and puts it into the chat.
func (s *Sim) lockedPost(c *chat, m *message) (any, error) {
	if err := s.lockedSpend(c, 1); err != nil {
		return nil, err
	}
	s.lockedAppend(c, m)
	return s.lockedMessage(c, m, true), nil
}

func (s *Sim) lockedAppend(c *chat, m *message) {
	m.from, m.sent = s.bot.ID, s.clock.Now()
	c.add(m)
	s.lockedChanged()
}

// formatted parses a text by its parse_mode or takes the entities given beside it.
func formatted(text, mode, entities string) (string, []entity, error) {
	switch {
	case !utf8.ValidString(text):
		return "", nil, bad("text must be encoded in UTF-8")
	case len(text) > 1<<15:
		return "", nil, bad("text is too long")
	}
	switch mode := strings.ToLower(mode); mode {
	case "", "none":
		ents, err := givenEntities(entities)
		return text, ents, err
	case "html":
		plain, ents, err := parseHTML(text)
		if err != nil {
			return "", nil, bad("can't parse entities: %s", err)
		}
		return plain, ents, nil
	case "markdown", "markdownv2":
		return "", nil, bad("can't parse entities: the simulator imitates parse_mode HTML only, not %s", mode)
	}
	return "", nil, bad("unsupported parse_mode")
}

// givenEntities reads entities as a list; those that the server finds by itself are ignored.
func givenEntities(raw string) ([]entity, error) {
	var all []entity
	if raw == "" || decode(raw, &all) != nil {
		return nil, nil // the server ignores a list that it cannot read
	}
	automatic := []string{"mention", "hashtag", "cashtag", "bot_command", "url", "email", "phone_number", "bank_card_number"}
	explicit := []string{"bold", "italic", "underline", "strikethrough", "spoiler", "code", "pre", "text_link",
		"text_mention", "custom_emoji", "blockquote", "expandable_blockquote", "date_time"}
	var out []entity
	for _, e := range all {
		if slices.Contains(automatic, e.Type) {
			continue
		}
		if !slices.Contains(explicit, e.Type) || e.Type == "text_mention" && e.User == nil {
			return nil, bad("can't parse MessageEntity: Unsupported type specified")
		}
		if e.Offset < 0 || e.Length < 0 {
			return nil, bad("receive an entity with incorrect offset %d", e.Offset)
		}
		out = append(out, e)
	}
	return out, nil
}

var chatActions = []string{"typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
	"upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"}

// sendChatAction: https://core.telegram.org/bots/api#sendchataction
func (s *Sim) sendChatAction(p params) (any, error) {
	if !slices.Contains(chatActions, strings.ToLower(p.text("action"))) {
		return nil, bad("wrong parameter action in request")
	}
	c, err := s.lockedChat(p, toWrite)
	if err != nil {
		return nil, err
	}
	if _, err := s.lockedThread(c, p); err != nil {
		return nil, err
	}
	return true, nil
}

// lockedAlbum numbers an album.
func (s *Sim) lockedAlbum() string { return fmt.Sprint(13_000_000_000_000_000 + s.rng.Int64N(1e15)) }
