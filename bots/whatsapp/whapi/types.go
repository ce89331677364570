package whapi

import (
	"encoding/json"
	"time"
)

// Message is one message of a chat, ours or theirs, from a webhook, the history or the answer to a send.
//
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/incoming-message
type Message struct {
	ID        string `json:"id"`   // opaque; unique inside one channel only
	Type      string `json:"type"` // one of the Type… constants, or something newer
	Subtype   string `json:"subtype"`
	ChatID    string `json:"chat_id"` // see ChatID
	ChatName  string `json:"chat_name"`
	From      string `json:"from"`    // digits of a phone, or a LID; empty for some system messages
	FromMe    bool   `json:"from_me"` // by this channel's number: through the API or on the phone
	FromName  string `json:"from_name"`
	Source    string `json:"source"`    // web, mobile, api, system, business_api, unknown
	Timestamp int64  `json:"timestamp"` // unix seconds
	DeviceID  int64  `json:"device_id"` // set when it was not sent by the phone's app
	Status    string `json:"status"`    // of our own messages: one of the Status… constants

	Content              // at most one is set, the one that Type names
	Action    *Action    `json:"action"`
	Context   *Context   `json:"context"`
	Reactions []Reaction `json:"reactions"`
	Labels    []Label    `json:"labels"`

	// Misread names fields that came in a shape which could not be read and are empty here, for instance "image.width".
	// What it names is to be looked up in Raw, or a person has to look.
	Misread []string `json:"-"`
	// Raw is the message as it came, with everything that has no field here.
	Raw json.RawMessage `json:"-"`
}

// What Message.Type can be. The kinds without a field in Content are in Raw, under the key of their name.
const (
	TypeText             = "text"
	TypeImage            = "image"
	TypeVideo            = "video"
	TypeGIF              = "gif"
	TypeShort            = "short"
	TypeAudio            = "audio"
	TypeVoice            = "voice"
	TypeDocument         = "document"
	TypeDocumentCaption  = "documentWithCaption"
	TypeLinkPreview      = "link_preview" // a text with an address in it
	TypeLocation         = "location"
	TypeLiveLocation     = "live_location"
	TypeContact          = "contact"
	TypeContactList      = "contact_list"
	TypeSticker          = "sticker"
	TypeSystem           = "system"
	TypeCall             = "call"
	TypeAction           = "action" // something about another message: see Action
	TypeReply            = "reply"  // a pressed button or a chosen line of a list
	TypePoll             = "poll"
	TypeInteractive      = "interactive"
	TypeList             = "list"
	TypeButtons          = "buttons"
	TypeHSM              = "hsm"
	TypeOrder            = "order"
	TypeProduct          = "product"
	TypeCatalog          = "catalog"
	TypeGroupInvite      = "group_invite"
	TypeNewsletterInvite = "newsletter_invite"
	TypeAdminInvite      = "admin_invite"
	TypeStory            = "story"
	TypeEvent            = "event"
	TypePin              = "pin"
	TypeCarousel         = "carousel"
	TypeUnknown          = "unknown" // the vendor could not read it, or it is of a kind that is newer than the vendor
)

// At is when the message was written, by the vendor's clock.
func (m Message) At() time.Time { return time.Unix(m.Timestamp, 0) }

// UnmarshalJSON keeps the raw message and fails only for what is no object.
func (m *Message) UnmarshalJSON(b []byte) error {
	type plain Message // without this method
	var p plain
	misread, err := read(b, &p)
	if err != nil {
		return err
	}
	*m = Message(p)
	m.Misread = misread
	m.Raw = append(json.RawMessage(nil), b...)
	return nil
}

// RawContent is the content under the key that Type names, also of kinds without a field here; nil when there is none.
func (m Message) RawContent() json.RawMessage {
	var keys map[string]json.RawMessage
	if json.Unmarshal(m.Raw, &keys) != nil {
		return nil
	}
	return keys[contentKey(m.Type)]
}

// Action is something that happened to another message. Edits, deletions and reactions come as new messages of this type;
// with messages.patch subscribed, the same change may come a second time as a MessageUpdate.
type Action struct {
	Target        string          `json:"target"` // message id, or chat id
	Type          string          `json:"type"`   // one of the Action… constants, or something newer
	Emoji         string          `json:"emoji"`  // empty: the reaction was taken back
	Ephemeral     int64           `json:"ephemeral"`
	EditedType    string          `json:"edited_type"`
	EditedContent json.RawMessage `json:"edited_content"` // see Edited
	Votes         []string        `json:"votes"`
	Comment       string          `json:"comment"`
	EventResponse *EventResponse  `json:"event_response"`
}

// What Action.Type can be.
const (
	ActionEdit          = "edit"
	ActionEdited        = "edited"
	ActionDelete        = "delete"
	ActionRevoke        = "revoke" // seen for delete
	ActionReaction      = "reaction"
	ActionEphemeral     = "ephemeral"
	ActionVote          = "vote"
	ActionComment       = "comment"
	ActionEventResponse = "event_response"
	ActionPin           = "pin"
	ActionUnpin         = "unpin"
)

// Edited is the content after the edit. An edit may name only what changed, a caption for instance.
func (a Action) Edited() (Content, error) { return contentOf(a.EditedType, a.EditedContent) }

// Context is what surrounds a message: what it answers, whom it mentions, where it comes from.
type Context struct {
	QuotedID        string          `json:"quoted_id"`
	QuotedType      string          `json:"quoted_type"`
	QuotedContent   json.RawMessage `json:"quoted_content"` // see Quoted
	QuotedAuthor    string          `json:"quoted_author"`  // digits or a LID
	Mentions        []string        `json:"mentions"`       // digits or LIDs
	Forwarded       bool            `json:"forwarded"`
	ForwardingScore int64           `json:"forwarding_score"`
	Ephemeral       int64           `json:"ephemeral"` // seconds
	Ad              *Ad             `json:"ad"`
	Conversion      *Conversion     `json:"conversion"`
}

// Quoted is the content of the message that is answered.
func (c Context) Quoted() (Content, error) { return contentOf(c.QuotedType, c.QuotedContent) }

// Ad is the advertisement that the chat was opened from.
type Ad struct {
	AdvertiserName string `json:"advertiser_name"`
	MediaType      string `json:"media_type"`
	Preview        string `json:"preview"`
	PreviewURL     string `json:"preview_url"`
	Title          string `json:"title"`
	Body           string `json:"body"`
	MediaURL       string `json:"media_url"`
	Source         struct {
		ID   string `json:"id"`
		Type string `json:"type"`
		URL  string `json:"url"`
	} `json:"source"`
	AutoReply bool   `json:"auto_reply"`
	Attrib    bool   `json:"attrib"`
	CTWA      string `json:"ctwa"`
	Ref       string `json:"ref"`
}

// Conversion is Meta's record of where a chat came from.
type Conversion struct {
	Source string `json:"source"`
	Data   string `json:"data"` // base64
	Delay  int64  `json:"delay"`
}

// Reaction is a summary of reactions on a message.
type Reaction struct {
	ID       string `json:"id"`
	Emoji    string `json:"emoji"`
	GroupKey string `json:"group_key"`
	T        int64  `json:"t"` // unix seconds
	Unread   bool   `json:"unread"`
	Count    int    `json:"count"`
}

// Status is how far one of our messages got, once per reader in a group; read receipts for incoming messages come in the
// same form. The same status may be told again, and out of order.
//
// https://support.whapi.cloud/help-desk/receiving/webhooks/incoming-webhooks-format/sent-message
type Status struct {
	ID          string      `json:"id"`           // of the message
	Code        int         `json:"code"`         // 3 delivered, 4 read; the others are not documented
	Status      string      `json:"status"`       // one of the Status… constants
	RecipientID string      `json:"recipient_id"` // chat id
	ViewerID    string      `json:"viewer_id"`    // who, in a group
	Timestamp   int64       `json:"timestamp"`    // unix seconds; the vendor writes it as a string
	Errors      []ErrorInfo `json:"errors"`
}

// What Status.Status and Message.Status can be, in the vendor's order.
const (
	StatusFailed    = "failed"
	StatusPending   = "pending"
	StatusSent      = "sent"
	StatusDelivered = "delivered"
	StatusRead      = "read"
	StatusPlayed    = "played"
	StatusDeleted   = "deleted"
)

// At is when the message got so far.
func (s Status) At() time.Time { return time.Unix(s.Timestamp, 0) }

// Update is a pair of what was and what is now; T is Message, Chat, Contact or Group.
type Update[T any] struct {
	BeforeUpdate *T       `json:"before_update"`
	AfterUpdate  *T       `json:"after_update"`
	Changes      []string `json:"changes"` // names of fields
}

// MessageUpdate tells that a message was edited, reacted to or voted on.
type MessageUpdate struct {
	ID      string   `json:"id"`
	Trigger *Message `json:"trigger"` // the message of type action that did it
	Update[Message]
}

// ErrorInfo is the vendor's own description of what went wrong.
//
// https://whapi.cloud/docs/whatsapp/api/errors
type ErrorInfo struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	Details string `json:"details"`
	Href    string `json:"href"`
	Support string `json:"support"`
}
