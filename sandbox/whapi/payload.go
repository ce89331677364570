package whapi

import "encoding/json"

// The vendor's JSON, written from its OpenAPI file 1.8.7 (https://panel.whapi.cloud/yaml/openapi.yaml).

type messageJSON struct {
	ID        string         `json:"id"`
	FromMe    bool           `json:"from_me"`
	Type      string         `json:"type"`
	Subtype   string         `json:"subtype,omitempty"`
	ChatID    string         `json:"chat_id"`
	ChatName  string         `json:"chat_name,omitempty"`
	Timestamp int64          `json:"timestamp"` // seconds, a number
	Source    string         `json:"source,omitempty"`
	DeviceID  int            `json:"device_id,omitempty"`
	Status    string         `json:"status,omitempty"`
	Action    *actionJSON    `json:"action,omitempty"`
	Context   *contextJSON   `json:"context,omitempty"`
	Reactions []reactionJSON `json:"reactions,omitempty"`
	From      string         `json:"from,omitempty"`
	FromName  string         `json:"from_name,omitempty"`

	body body
}

// body is what a message carries under the key of its own type; nil for the types that carry nothing.
type body interface{ text() string }

// MarshalJSON puts the body among the fields.
func (m messageJSON) MarshalJSON() ([]byte, error) {
	type plain messageJSON
	out, err := json.Marshal(plain(m))
	if err != nil || m.body == nil {
		return out, err
	}
	inner, err := json.Marshal(m.body)
	if err != nil {
		return nil, err
	}
	out = append(out[:len(out)-1], `,"`+m.Type+`":`...)
	return append(append(out, inner...), '}'), nil
}

type actionJSON struct {
	Target        string    `json:"target"`
	Type          string    `json:"type"` // edit, delete, reaction or vote
	Emoji         *string   `json:"emoji,omitempty"`
	EditedType    string    `json:"edited_type,omitempty"`
	EditedContent any       `json:"edited_content,omitempty"`
	Votes         *[]string `json:"votes,omitempty"`
}

type contextJSON struct {
	QuotedID      string   `json:"quoted_id,omitempty"`
	QuotedType    string   `json:"quoted_type,omitempty"`
	QuotedContent any      `json:"quoted_content,omitempty"`
	QuotedAuthor  string   `json:"quoted_author,omitempty"`
	Mentions      []string `json:"mentions,omitempty"`

	Forwarded       bool `json:"forwarded,omitempty"`
	ForwardingScore int  `json:"forwarding_score,omitempty"`
}

type reactionJSON struct {
	Emoji string `json:"emoji"`
	Count int    `json:"count"`
}

type messageUpdateJSON struct {
	ID           string       `json:"id"`
	Trigger      *messageJSON `json:"trigger,omitempty"`
	BeforeUpdate messageJSON  `json:"before_update"`
	AfterUpdate  messageJSON  `json:"after_update"`
	Changes      []string     `json:"changes"`
}

type statusJSON struct {
	ID          string      `json:"id"`
	Code        int         `json:"code"`
	Status      string      `json:"status"`
	RecipientID string      `json:"recipient_id,omitempty"`
	ViewerID    string      `json:"viewer_id,omitempty"`
	Timestamp   string      `json:"timestamp"` // seconds, but a string
	Errors      []errorJSON `json:"errors,omitempty"`
}

type chatJSON struct {
	ID          string       `json:"id"`
	Name        string       `json:"name,omitempty"`
	Type        string       `json:"type"`
	Timestamp   int64        `json:"timestamp,omitempty"`
	Unread      int          `json:"unread"`
	LastMessage *messageJSON `json:"last_message,omitempty"`
}

type groupJSON struct {
	ID                string            `json:"id"`
	Name              string            `json:"name"`
	Type              string            `json:"type"`
	Timestamp         int64             `json:"timestamp,omitempty"`
	Participants      []participantJSON `json:"participants"`
	ParticipantsCount int               `json:"participants_count"`
	NameAt            int64             `json:"name_at"`
	CreatedAt         int64             `json:"created_at"`
	CreatedBy         string            `json:"created_by"`
	Description       string            `json:"description,omitempty"`
	Announcements     bool              `json:"announcements"`
	Restricted        bool              `json:"restricted"`
	Unprocessed       []string          `json:"unprocessed_participants,omitempty"`
}

type participantJSON struct {
	ID   string `json:"id"`
	Rank string `json:"rank"` // creator, admin or member
}

// participantsJSON is what happened to members of a group.
type participantsJSON struct {
	GroupID      string   `json:"group_id"`
	Participants []string `json:"participants"`
	Action       string   `json:"action"` // add, remove, promote, demote, request…
}

type groupUpdateJSON struct {
	BeforeUpdate groupJSON `json:"before_update"`
	AfterUpdate  groupJSON `json:"after_update"`
	Changes      []string  `json:"changes"`
}

type contactJSON struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type healthJSON struct {
	ChannelID string       `json:"channel_id"`
	StartAt   int64        `json:"start_at"`
	Uptime    int64        `json:"uptime"`
	Version   string       `json:"version"`
	DeviceID  int          `json:"device_id"`
	Status    healthStatus `json:"status"`
	User      *contactJSON `json:"user,omitempty"`
}

type healthStatus struct {
	Code int    `json:"code"`
	Text string `json:"text"`
}

type qrJSON struct {
	Status  string `json:"status"`
	Rowdata string `json:"rowdata"`
	Expire  int    `json:"expire"`
}

type presenceJSON struct {
	ContactID string `json:"contact_id"`
	LastSeen  int64  `json:"last_seen,omitempty"`
	Status    string `json:"status"`
}

type errorJSON struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// payload is a webhook's body: one array or object, the event and the channel.
type payload struct {
	Messages        []messageJSON       `json:"messages,omitempty"`
	MessagesUpdates []messageUpdateJSON `json:"messages_updates,omitempty"`
	MessagesRemoved []string            `json:"messages_removed,omitempty"`
	Statuses        []statusJSON        `json:"statuses,omitempty"`

	MessagesRemovedAll string `json:"messages_removed_all,omitempty"` // the chat that was emptied

	Groups       []groupJSON        `json:"groups,omitempty"`
	Participants []participantsJSON `json:"groups_participants,omitempty"`
	GroupUpdates []groupUpdateJSON  `json:"groups_updates,omitempty"`
	Presences    []presenceJSON     `json:"presences,omitempty"`
	Calls        []callJSON         `json:"calls,omitempty"`
	Health       *healthJSON        `json:"health,omitempty"`
	QR           *qrJSON            `json:"qr,omitempty"`
	User         *contactJSON       `json:"user,omitempty"`
	Event        eventName          `json:"event"`
	ChannelID    string             `json:"channel_id"`
}

// eventName is how a payload names its event: the settings say method where the payload says event.
type eventName struct {
	Type  string `json:"type"`
	Event string `json:"event"`
}

// encode cannot fail: everything above is plain data.
func encode(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("whapi: encode: " + err.Error())
	}
	return b
}
