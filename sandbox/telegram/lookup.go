package telegram

import "slices"

// getChat: https://core.telegram.org/bots/api#getchat
func (s *Sim) getChat(p params) (any, error) {
	c, err := s.lockedChat(p, toRead)
	if err != nil {
		return nil, err
	}
	return struct {
		chatObject
		AccentColorID    int             `json:"accent_color_id"`
		MaxReactionCount int             `json:"max_reaction_count"`
		Permissions      map[string]bool `json:"permissions,omitempty"`
		GiftTypes        map[string]bool `json:"accepted_gift_types"`
	}{s.lockedChatObject(c), 1, 11, c.permissions(), gifts()}, nil
}

func gifts() map[string]bool {
	return map[string]bool{"unlimited_gifts": false, "limited_gifts": false, "unique_gifts": false,
		"premium_subscription": false, "gifts_from_channels": false}
}

func (c *chat) permissions() map[string]bool {
	if c.kind == "private" {
		return nil
	}
	out := map[string]bool{}
	for _, name := range []string{"can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos",
		"can_send_videos", "can_send_video_notes", "can_send_voice_notes", "can_send_polls", "can_send_other_messages",
		"can_add_web_page_previews", "can_react_to_messages", "can_edit_tag", "can_change_info", "can_invite_users",
		"can_pin_messages", "can_manage_topics"} {
		out[name] = true
	}
	return out
}

// lockedMember is one ChatMember: https://core.telegram.org/bots/api#chatmember
func (s *Sim) lockedMember(c *chat, userID int64, status string) map[string]any {
	out := map[string]any{"user": s.lockedUser(userID), "status": status}
	switch status {
	case "creator":
		out["is_anonymous"] = false
	case "kicked":
		out["until_date"] = 0
	case "administrator":
		for name, allowed := range map[string]bool{"can_be_edited": false, "is_anonymous": false, "can_manage_chat": true,
			"can_delete_messages": true, "can_manage_video_chats": true, "can_restrict_members": true,
			"can_promote_members": false, "can_change_info": true, "can_invite_users": true, "can_post_stories": false,
			"can_edit_stories": false, "can_delete_stories": false, "can_pin_messages": true} {
			out[name] = allowed
		}
		if c.kind == "supergroup" {
			out["can_manage_topics"] = c.forum
		}
	}
	return out
}

func (s *Sim) lockedStatus(c *chat, userID int64) string {
	switch {
	case userID == s.bot.ID:
		return c.botStatus()
	case !slices.Contains(c.members, userID):
		return "left"
	case c.kind != "private" && c.members[0] == userID:
		return "creator"
	}
	return "member"
}

// getChatMember: https://core.telegram.org/bots/api#getchatmember
func (s *Sim) getChatMember(p params) (any, error) {
	id := p.int("user_id")
	if id <= 0 {
		return nil, bad("invalid user_id specified")
	}
	c, err := s.lockedChat(p, toRead)
	if err != nil {
		return nil, err
	}
	if id != s.bot.ID && s.users[id] == nil {
		return nil, bad("PARTICIPANT_ID_INVALID")
	}
	return s.lockedMember(c, id, s.lockedStatus(c, id)), nil
}

// getChatAdministrators: https://core.telegram.org/bots/api#getchatadministrators
func (s *Sim) getChatAdministrators(p params) (any, error) {
	c, err := s.lockedChat(p, toRead)
	if err != nil {
		return nil, err
	}
	if c.kind == "private" {
		return nil, bad("there are no administrators in the private chat")
	}
	out := []map[string]any{}
	if len(c.members) > 0 {
		out = append(out, s.lockedMember(c, c.members[0], "creator"))
	}
	if c.admin {
		out = append(out, s.lockedMember(c, s.bot.ID, "administrator"))
	}
	return out, nil
}

// getChatMemberCount: https://core.telegram.org/bots/api#getchatmembercount
func (s *Sim) getChatMemberCount(p params) (any, error) {
	c, err := s.lockedChat(p, toRead)
	if err != nil {
		return nil, err
	}
	count := len(c.members) + 1
	if c.kicked {
		count--
	}
	return count, nil
}
