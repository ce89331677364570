package telegram

// The objects of the wire, with Telegram's own names: https://core.telegram.org/bots/api#available-types.

type userObject struct {
	ID           int64  `json:"id"`
	IsBot        bool   `json:"is_bot"`
	FirstName    string `json:"first_name"`
	LastName     string `json:"last_name,omitempty"`
	Username     string `json:"username,omitempty"`
	LanguageCode string `json:"language_code,omitempty"`
}

// meObject is what getMe adds to a user.
type meObject struct {
	userObject
	CanJoinGroups           bool `json:"can_join_groups"`
	CanReadAllGroupMessages bool `json:"can_read_all_group_messages"`
	SupportsInlineQueries   bool `json:"supports_inline_queries"`
	CanConnectToBusiness    bool `json:"can_connect_to_business"`
	HasMainWebApp           bool `json:"has_main_web_app"`
	HasTopicsEnabled        bool `json:"has_topics_enabled"`
}

type chatObject struct {
	ID        int64  `json:"id"`
	FirstName string `json:"first_name,omitempty"`
	LastName  string `json:"last_name,omitempty"`
	Username  string `json:"username,omitempty"`
	Title     string `json:"title,omitempty"`
	IsForum   bool   `json:"is_forum,omitempty"`
	Type      string `json:"type"`
}

type messageObject struct {
	MessageID         int             `json:"message_id"`
	From              *userObject     `json:"from,omitempty"`
	Chat              chatObject      `json:"chat"`
	Date              int64           `json:"date"`
	EditDate          int64           `json:"edit_date,omitempty"`
	MessageThreadID   int             `json:"message_thread_id,omitempty"`
	IsTopicMessage    bool            `json:"is_topic_message,omitempty"`
	ReplyToMessage    *messageObject  `json:"reply_to_message,omitempty"`
	MediaGroupID      string          `json:"media_group_id,omitempty"`
	Text              string          `json:"text,omitempty"`
	Entities          []entity        `json:"entities,omitempty"`
	Photo             []fileObject    `json:"photo,omitempty"`
	Video             *fileObject     `json:"video,omitempty"`
	Animation         *fileObject     `json:"animation,omitempty"`
	Document          *fileObject     `json:"document,omitempty"`
	Audio             *fileObject     `json:"audio,omitempty"`
	Voice             *fileObject     `json:"voice,omitempty"`
	Caption           string          `json:"caption,omitempty"`
	CaptionEntities   []entity        `json:"caption_entities,omitempty"`
	TopicCreated      *topicObject    `json:"forum_topic_created,omitempty"`
	TopicEdited       *topicObject    `json:"forum_topic_edited,omitempty"`
	TopicClosed       *struct{}       `json:"forum_topic_closed,omitempty"`
	TopicReopened     *struct{}       `json:"forum_topic_reopened,omitempty"`
	NewChatMembers    []userObject    `json:"new_chat_members,omitempty"`
	LeftChatMember    *userObject     `json:"left_chat_member,omitempty"`
	MigrateToChatID   int64           `json:"migrate_to_chat_id,omitempty"`
	MigrateFromChatID int64           `json:"migrate_from_chat_id,omitempty"`
	ReplyMarkup       *keyboardMarkup `json:"reply_markup,omitempty"`
}

// inaccessibleObject is what a callback carries when its message is gone: date is always 0.
type inaccessibleObject struct {
	MessageID int        `json:"message_id"`
	Chat      chatObject `json:"chat"`
	Date      int64      `json:"date"`
}

type callbackObject struct {
	ID           string     `json:"id"`
	From         userObject `json:"from"`
	Message      any        `json:"message"`
	ChatInstance string     `json:"chat_instance"`
	Data         string     `json:"data"`
}

type keyboardMarkup struct {
	Rows [][]button `json:"inline_keyboard"`
}

type topicObject struct {
	ThreadID          int    `json:"message_thread_id,omitempty"`
	Name              string `json:"name,omitempty"`
	IconColor         int    `json:"icon_color,omitempty"`
	IconCustomEmojiID string `json:"icon_custom_emoji_id,omitempty"`
}

type fileObject struct {
	FileID       string `json:"file_id"`
	FileUniqueID string `json:"file_unique_id"`
	Width        int    `json:"width,omitempty"`
	Height       int    `json:"height,omitempty"`
	Duration     *int   `json:"duration,omitempty"`
	FileName     string `json:"file_name,omitempty"`
	MimeType     string `json:"mime_type,omitempty"`
	FileSize     int    `json:"file_size,omitempty"`
	FilePath     string `json:"file_path,omitempty"`
}

type memberUpdatedObject struct {
	Chat          chatObject     `json:"chat"`
	From          userObject     `json:"from"`
	Date          int64          `json:"date"`
	OldChatMember map[string]any `json:"old_chat_member"`
	NewChatMember map[string]any `json:"new_chat_member"`
}
