package telegram

import "strings"

// method is one method of the wire. run is called with the lock held; getUpdates waits and is run by call itself.
type method struct {
	name string
	run  func(params) (any, error)
}

// table lists every method there is, by lower-case name: names on the wire may be in any case.
func (s *Sim) table() map[string]method {
	out := map[string]method{}
	for _, m := range []method{
		{"getMe", s.getMe},
		{"getUpdates", nil},
		{"setWebhook", s.setWebhook},
		{"deleteWebhook", s.deleteWebhook},
		{"getWebhookInfo", s.getWebhookInfo},

		{"sendMessage", s.sendMessage},
		{"sendPhoto", s.sendMedia("photo")},
		{"sendVideo", s.sendMedia("video")},
		{"sendAnimation", s.sendMedia("animation")},
		{"sendDocument", s.sendMedia("document")},
		{"sendAudio", s.sendMedia("audio")},
		{"sendVoice", s.sendMedia("voice")},
		{"sendMediaGroup", s.sendMediaGroup},
		{"sendChatAction", s.sendChatAction},
		{"getFile", s.getFile},

		{"editMessageText", s.editMessageText},
		{"editMessageCaption", s.editMessageCaption},
		{"editMessageMedia", s.editMessageMedia},
		{"editMessageReplyMarkup", s.editMessageReplyMarkup},
		{"deleteMessage", s.deleteMessage},
		{"deleteMessages", s.deleteMessages},
		{"answerCallbackQuery", s.answerCallbackQuery},

		{"createForumTopic", s.createForumTopic},
		{"editForumTopic", s.editForumTopic},
		{"closeForumTopic", s.closeForumTopic},
		{"reopenForumTopic", s.reopenForumTopic},
		{"deleteForumTopic", s.deleteForumTopic},

		{"setMyCommands", s.setMyCommands},
		{"getMyCommands", s.getMyCommands},
		{"deleteMyCommands", s.deleteMyCommands},

		{"getChat", s.getChat},
		{"getChatMember", s.getChatMember},
		{"getChatAdministrators", s.getChatAdministrators},
		{"getChatMemberCount", s.getChatMemberCount},
	} {
		out[strings.ToLower(m.name)] = m
	}
	return out
}

// getMe: https://core.telegram.org/bots/api#getme
func (s *Sim) getMe(params) (any, error) {
	return meObject{userObject: s.bot, CanJoinGroups: true}, nil
}
