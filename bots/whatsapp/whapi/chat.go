package whapi

// Chat of the channel.
//
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/chats
type Chat struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Type          string   `json:"type"` // group, contact, broadcast, newsletter, unknown
	Timestamp     int64    `json:"timestamp"`
	ChatPic       string   `json:"chat_pic"`
	ChatPicFull   string   `json:"chat_pic_full"`
	Pin           bool     `json:"pin"`
	Mute          bool     `json:"mute"`
	MuteUntil     int64    `json:"mute_until"` // milliseconds
	Archive       bool     `json:"archive"`
	Unread        int      `json:"unread"`
	UnreadMention bool     `json:"unread_mention"`
	ReadOnly      bool     `json:"read_only"`
	NotSpam       bool     `json:"not_spam"`
	LastMessage   *Message `json:"last_message"`
	Labels        []Label  `json:"labels"`
}

// Group is a chat with members.
//
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/groups
type Group struct {
	Chat
	GroupID                 string        `json:"group_id"` // older builds answer the id here after a creation
	NameOwner               string        `json:"name_owner"`
	NameAt                  int64         `json:"name_at"`
	Description             string        `json:"description"`
	DescriptionOwner        string        `json:"description_owner"`
	DescriptionID           string        `json:"description_id"`
	ParticipantsCount       int           `json:"participants_count"`
	Participants            []Participant `json:"participants"`
	UnprocessedParticipants []string      `json:"unprocessed_participants"` // whose settings forbid adding them: invite them
	CreatedAt               int64         `json:"created_at"`
	CreatedBy               string        `json:"created_by"`
	Restricted              bool          `json:"restricted"`    // only admins change the settings
	Announcements           bool          `json:"announcements"` // only admins write
	AdminAddMemberMode      bool          `json:"adminAddMemberMode"`
	Ephemeral               int64         `json:"ephemeral"`
	InviteCode              string        `json:"invite_code"`
	IsCommunityAnnounce     bool          `json:"isCommunityAnnounce"`
	IsParent                bool          `json:"is_parent"`
	IsDefaultSubgroup       bool          `json:"is_default_subgroup"`
	LinkedParent            string        `json:"linkedParent"`
	Suspended               bool          `json:"suspended"`
	Terminated              bool          `json:"terminated"`
}

// Participant of a group.
type Participant struct {
	ID   string `json:"id"`   // digits, or with a suffix, or a LID
	Rank string `json:"rank"` // admin, member, creator
}

// ParticipantEvent tells who came, went, rose or fell in a group.
type ParticipantEvent struct {
	GroupID      string   `json:"group_id"`
	Participants []string `json:"participants"`
	Action       string   `json:"action"` // add, remove, promote, demote, request, revoke_request, rejected_request
}

// Contact is a person or a business.
type Contact struct {
	ID             string `json:"id"`
	Name           string `json:"name"`     // in the phone's address book
	PushName       string `json:"pushname"` // as they call themselves
	IsBusiness     bool   `json:"is_business"`
	ProfilePic     string `json:"profile_pic"`
	ProfilePicFull string `json:"profile_pic_full"`
	Status         string `json:"status"`
	Saved          bool   `json:"saved"`
}

// Presence tells that somebody is there, or types.
type Presence struct {
	ContactID string `json:"contact_id"`
	LastSeen  int64  `json:"last_seen"`
	Status    string `json:"status"` // online, offline, typing, recording, pending
}

// CallEvent tells of a call; the platform never takes one.
type CallEvent struct {
	ID          string `json:"id"`
	ChatID      string `json:"chat_id"`
	Status      string `json:"status"` // initiated, ringing, missed, canceled, answered
	From        string `json:"from"`
	Timestamp   int64  `json:"timestamp"`
	GroupCall   bool   `json:"group_call"`
	VideoCall   bool   `json:"video_call"`
	OfflineCall bool   `json:"offline_call"`
	Latency     int64  `json:"latency"` // milliseconds
}

// Label of WhatsApp Business.
type Label struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Color string `json:"color"`
	Count int    `json:"count"`
}
