package planfix

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// ID is a number; answers write it as a number, as "5" or with what it is: "contact:5".
type ID int64

// UnmarshalJSON leaves 0 for what is no id.
func (id *ID) UnmarshalJSON(b []byte) error {
	text := strings.Trim(string(b), `"`)
	if _, after, ok := strings.Cut(text, ":"); ok {
		text = after
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		n = 0
	}
	*id = ID(n)
	return nil
}

// Ref points at a task, project, template, status, file or group; what comes from the vendor also has a name.
type Ref struct {
	ID   ID     `json:"id"`
	Name string `json:"name,omitempty"`
}

// Person is an employee ("user:5") or a contact ("contact:7").
type Person struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
}

// User and ContactPerson make the vendor's prefixed ids.
func User(id int64) Person { return Person{ID: "user:" + number(id)} }

// ContactPerson is a contact where a person is asked for.
func ContactPerson(id int64) Person { return Person{ID: "contact:" + number(id)} }

// People are those who work on a task.
type People struct {
	Users  []Person `json:"users,omitempty"`
	Groups []Ref    `json:"groups,omitempty"`
}

// FieldValue is one custom field. Value is text, a number, an object with an id, or a list of these.
type FieldValue struct {
	Field Field           `json:"field"`
	Value json.RawMessage `json:"value"`
}

// Field is a custom field; only its id is written.
type Field struct {
	ID   ID     `json:"id"`
	Name string `json:"name,omitempty"`
	Type *int   `json:"type,omitempty"` // 0 line, 1 number, 2 text, 3 date, 8 list, 10 contact …
}

// Text is a custom field of the kinds line, text and list.
func Text(field int64, value string) FieldValue {
	b, _ := json.Marshal(value) // a string always can
	return FieldValue{Field: Field{ID: ID(field)}, Value: b}
}

// Text is the value of a line, text or list; empty for every other kind.
func (v FieldValue) Text() string {
	var s string
	_ = json.Unmarshal(v.Value, &s)
	return s
}

// Fields are custom fields of a task or contact.
type Fields []FieldValue

// Text finds a field's text; empty when the field is not there or no text.
func (f Fields) Text(field int64) string {
	for _, v := range f {
		if v.Field.ID == ID(field) {
			return v.Text()
		}
	}
	return ""
}

// TimePoint is a moment, or a day. Date is dd-MM-yyyy (older accounts may answer yyyy-MM-dd), Time HH:mm.
type TimePoint struct {
	Date     string `json:"date,omitempty"`
	Time     string `json:"time,omitempty"`
	Datetime string `json:"datetime,omitempty"` // ISO, with or without seconds
	Seconds  string `json:"dateTimeUtcSeconds,omitempty"`
}

// When reads the moment; false when only a day or nothing readable is there.
func (p TimePoint) When() (time.Time, bool) {
	for _, text := range []string{p.Seconds, p.Datetime} {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00"} {
			if t, err := time.Parse(layout, text); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}

// Day reads the day in either order of writing.
func (p TimePoint) Day() (year int, month time.Month, day int, ok bool) {
	for _, layout := range []string{"02-01-2006", time.DateOnly} {
		if t, err := time.Parse(layout, p.Date); err == nil {
			return t.Year(), t.Month(), t.Day(), true
		}
	}
	return 0, 0, 0, false
}

// Task as read. Only the fields that were asked for are there.
type Task struct {
	ID               ID         `json:"id"`
	Name             string     `json:"name"`
	Description      string     `json:"description"` // HTML
	Status           Ref        `json:"status"`
	ProcessID        ID         `json:"processId"`
	Template         Ref        `json:"template"`
	Parent           Ref        `json:"parent"`
	Project          Ref        `json:"project"`
	Assigner         Person     `json:"assigner"`
	Counterparty     Person     `json:"counterparty"`
	Assignees        People     `json:"assignees"`
	DateTime         *TimePoint `json:"dateTime"` // created
	EndDateTime      *TimePoint `json:"endDateTime"`
	DateOfLastUpdate *TimePoint `json:"dateOfLastUpdate"`
	IsDeleted        bool       `json:"isDeleted"`
	Files            []File     `json:"files"`
	SourceObjectID   string     `json:"sourceObjectId"`
	Custom           Fields     `json:"customFieldData"`
}

// TaskWrite is what a new task or a change says; what is empty is left as it is.
type TaskWrite struct {
	Name           string     `json:"name,omitempty"`
	Description    string     `json:"description,omitempty"` // HTML
	Template       *Ref       `json:"template,omitempty"`
	Status         *Ref       `json:"status,omitempty"`
	Parent         *Ref       `json:"parent,omitempty"`
	Counterparty   *Person    `json:"counterparty,omitempty"`
	EndDateTime    *TimePoint `json:"endDateTime,omitempty"`
	Assignees      *People    `json:"assignees,omitempty"`
	Participants   *People    `json:"participants,omitempty"`
	SourceObjectID string     `json:"sourceObjectId,omitempty"`
	Custom         Fields     `json:"customFieldData,omitempty"`

	// Files replaces the whole set of the description's files; AttachFile adds one.
	Files []Ref `json:"files,omitempty"`
}

// Contact as read.
type Contact struct {
	ID        ID      `json:"id"`
	Name      string  `json:"name"`
	Midname   string  `json:"midname"`
	Lastname  string  `json:"lastname"`
	Email     string  `json:"email"`
	Phones    []Phone `json:"phones"`
	Telegram  string  `json:"telegram"`
	Instagram string  `json:"instagram"`
	Site      string  `json:"site"`
	Address   string  `json:"address"`
	Position  string  `json:"position"`
	IsCompany bool    `json:"isCompany"`
	Group     Ref     `json:"group"`
	Custom    Fields  `json:"customFieldData"`
}

// Phone of a contact.
type Phone struct {
	Number string `json:"number"`
	Type   int    `json:"type"` // 1 mobile, 2 work, 3 home, 4 other
}

// Comment as read.
type Comment struct {
	ID          ID         `json:"id"`
	Type        string     `json:"type"`        // Comment, Reminder, None
	Description string     `json:"description"` // HTML
	Owner       Person     `json:"owner"`
	DateTime    *TimePoint `json:"dateTime"`
	IsDeleted   bool       `json:"isDeleted"`
	Files       []File     `json:"files"`

	ChangeStatus *StatusChange `json:"changeStatus"` // nil: the task was not moved with it
}

// StatusChange is a move of the task, told by the comment that came with it.
type StatusChange struct {
	Old ID `json:"oldStatusId"`
	New ID `json:"newStatusId"`
}

// CommentWrite is a new comment. Nobody is told of it unless Recipients says so.
type CommentWrite struct {
	Description string      `json:"description"` // HTML; Lines makes it of plain text
	Files       []Ref       `json:"files,omitempty"`
	IsPinned    bool        `json:"isPinned,omitempty"`
	Recipients  *Recipients `json:"recipients,omitempty"`
}

// Recipients are told of a comment.
type Recipients struct {
	Users  []Person `json:"users,omitempty"`
	Groups []Ref    `json:"groups,omitempty"`
	Roles  []string `json:"roles,omitempty"` // assignee, participant, auditor, assigner
}

// File in the account.
type File struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	Size int64  `json:"size"`
}
