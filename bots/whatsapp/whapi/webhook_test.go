package whapi

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parsed(t *testing.T, body string) Payload {
	t.Helper()
	p, err := Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAGroupImageWithAReplyAndAMention(t *testing.T) {
	t.Parallel()
	p := parsed(t, string(file(t, "webhook_group_image.json")))
	if p.ChannelID != "MANTIS-AB12C" || p.Event != (Event{"messages", "post"}) || len(p.Messages) != 1 {
		t.Fatalf("%+v", p)
	}
	m := p.Messages[0]
	if m.ID != "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1" || m.Type != TypeImage || ChatID(m.ChatID).Kind() != KindGroup || m.FromMe ||
		m.From != "380501112233" || m.FromName != "Olena" || m.At().Unix() != 1795000101 || m.Source != "mobile" {
		t.Errorf("message: %+v", m)
	}
	if m.Image == nil || m.Image.ID != "jpeg-7b1c02d4e5f60718-80a1b2c3d4e5f6" || m.Image.FileSize != 231763 || m.Image.Width != 1200 ||
		m.Image.Caption != "@380509990000 use this one" || !strings.HasSuffix(m.Image.Link, ".jpeg") {
		t.Errorf("image: %+v", m.Image)
	}
	quoted, err := m.Context.Quoted()
	if err != nil || quoted.Text.Body != "Which photo?" || m.Context.QuotedAuthor != "380509990000" || !slices.Equal(m.Context.Mentions, []string{"380509990000"}) {
		t.Errorf("context: %+v, %+v, %v", m.Context, quoted, err)
	}
}

func TestAnEditNamesItsTargetAndTheNewContent(t *testing.T) {
	t.Parallel()
	m := parsed(t, string(file(t, "webhook_edit.json"))).Messages[0]
	edited, err := m.Action.Edited()
	if err != nil || m.Type != TypeAction || m.Action.Type != ActionEdit || m.Action.Target != "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1" ||
		edited.Image.Caption != "use this one, not the other" {
		t.Errorf("%+v, %+v, %v", m.Action, edited, err)
	}
}

func TestAStatusHasAReaderAndATimeWrittenAsAString(t *testing.T) {
	t.Parallel()
	p := parsed(t, string(file(t, "webhook_status.json")))
	want := []Status{{ID: "Qf3sT9.aZkLm12pQ-gRtwl0rVw-E8JdK1", Code: 3, Status: StatusDelivered, RecipientID: "120363000000000011@g.us",
		ViewerID: "380501112233", Timestamp: 1795000003}}
	if !reflect.DeepEqual(p.Statuses, want) || len(p.Misread)+len(p.Unreadable) != 0 {
		t.Errorf("%+v", p)
	}
}

// Every key of every example has a field: nothing that the vendor documents is dropped.
func TestEveryDocumentedKeyHasAField(t *testing.T) {
	t.Parallel()
	for name, v := range map[string]any{
		"webhook_group_image.json":  payloadKeys{},
		"webhook_edit.json":         payloadKeys{},
		"webhook_status.json":       payloadKeys{},
		"webhook_kinds.json":        payloadKeys{},
		"webhook_everything.json":   payloadKeys{},
		"answer_sent.json":          sent{},
		"answer_health.json":        Health{},
		"answer_success.json":       done{},
		"answer_group_created.json": Group{},
		"answer_group_invite.json":  Group{},
		"answer_statuses.json":      payloadKeys{},
		"settings.json":             Settings{},
		"request_text.json":         Text{},
	} {
		for _, key := range homeless(name, file(t, name), reflect.TypeOf(v)) {
			t.Errorf("%s has no field", key)
		}
	}
}

// payloadKeys are the keys that Payload.take knows, with what they hold.
type payloadKeys struct {
	Messages           []Message          `json:"messages"`
	MessagesUpdates    []MessageUpdate    `json:"messages_updates"`
	MessagesRemoved    []string           `json:"messages_removed"`
	MessagesRemovedAll string             `json:"messages_removed_all"`
	Statuses           []Status           `json:"statuses"`
	Chats              []Chat             `json:"chats"`
	ChatsUpdates       []Update[Chat]     `json:"chats_updates"`
	ChatsRemoved       []string           `json:"chats_removed"`
	Groups             []Group            `json:"groups"`
	GroupsParticipants []ParticipantEvent `json:"groups_participants"`
	GroupsUpdates      []Update[Group]    `json:"groups_updates"`
	Contacts           []Contact          `json:"contacts"`
	ContactsUpdates    []Update[Contact]  `json:"contacts_updates"`
	Presences          []Presence         `json:"presences"`
	Calls              []CallEvent        `json:"calls"`
	Labels             []Label            `json:"labels"`
	LabelsRemoved      []string           `json:"labels_removed"`
	Health             *Health            `json:"health"`
	QR                 *QR                `json:"qr"`
	User               *Contact           `json:"user"`
	Errors             []ErrorInfo        `json:"errors"`
	ChannelID          string             `json:"channel_id"`
	Event              struct {
		Type  string `json:"type"`
		Event string `json:"event"`
	} `json:"event"`
}

// homeless finds the keys of raw that t has no field for.
func homeless(path string, raw json.RawMessage, t reflect.Type) (lost []string) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == reflect.TypeFor[json.RawMessage](), firstByte(raw) != '{' && firstByte(raw) != '[', t.Kind() == reflect.Map:
	case t.Kind() == reflect.Slice:
		for i, raw := range elements(raw) {
			lost = append(lost, homeless(path+"["+strconv.Itoa(i)+"]", raw, t.Elem())...)
		}
	case t.Kind() == reflect.Struct:
		var keys map[string]json.RawMessage
		_ = json.Unmarshal(raw, &keys)
		for key, raw := range keys {
			field, ok := fieldOf(t, key)
			if !ok {
				lost = append(lost, path+"."+key)
				continue
			}
			lost = append(lost, homeless(path+"."+key, raw, field)...)
		}
	default:
		lost = append(lost, path)
	}
	return lost
}

func fieldOf(t reflect.Type, key string) (reflect.Type, bool) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			if inner, ok := fieldOf(f.Type, key); ok {
				return inner, true
			}
		} else if name == key {
			return f.Type, true
		}
	}
	return nil, false
}

func TestEveryKindArrivesWithItsContentAndItsRaw(t *testing.T) {
	t.Parallel()
	p := parsed(t, string(file(t, "webhook_kinds.json")))
	var raw struct{ Messages []json.RawMessage }
	if err := json.Unmarshal(file(t, "webhook_kinds.json"), &raw); err != nil {
		t.Fatal(err)
	}
	if len(p.Messages) != len(raw.Messages) || len(p.Unreadable)+len(p.Misread)+len(p.Other) != 0 {
		t.Fatalf("%d of %d messages; unreadable %d, misread %v", len(p.Messages), len(raw.Messages), len(p.Unreadable), p.Misread)
	}
	byName := []string{"call", "story", "pin", "carousel", "unknown", "album"} // documented by name, not by shape
	for i, m := range p.Messages {
		if string(m.Raw) != string(raw.Messages[i]) || len(m.Misread) != 0 {
			t.Errorf("%s: raw or misread: %v", m.Type, m.Misread)
		}
		hasContent := !reflect.DeepEqual(m.Content, Content{}) || m.Action != nil
		if hasContent == slices.Contains(byName, m.Type) {
			t.Errorf("%s: content %v", m.Type, hasContent)
		}
		if hasContent != (m.RawContent() != nil) {
			t.Errorf("%s: raw content %s", m.Type, m.RawContent())
		}
	}
}

func TestEveryKindOfEventArrives(t *testing.T) {
	t.Parallel()
	p := parsed(t, string(file(t, "webhook_everything.json")))
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		left := name == "Other" || name == "Unreadable" || name == "Misread"
		if v.Field(i).IsZero() != left {
			t.Errorf("%s: %v", name, v.Field(i))
		}
	}
	if u := p.MessagesUpdates[0]; u.Trigger.Action.Type != ActionEdit || u.BeforeUpdate.Text.Body != "old" || u.AfterUpdate.Text.Body != "new" {
		t.Errorf("%+v", u)
	}
	if g := p.Groups[0]; g.ID != "120363000000000011@g.us" || g.Participants[1].ID != "84000000000001@lid" || !g.Announcements {
		t.Errorf("%+v", g)
	}
}

func TestWordsForTheSameThingAreUnderstood(t *testing.T) {
	t.Parallel()
	const item = `{"id":"Aa11.Bb22-Cc33","type":"text","chat_id":"380501112233@s.whatsapp.net","from_me":false,"timestamp":1,"text":{"body":"ciao"}}`
	for body, want := range map[string]Event{
		`{"messages":[` + item + `],"event":{"type":"messages","event":"post"}}`:                   {"messages", "post"},
		`{"messages":[` + item + `],"event":{"type":"messages","method":"post"}}`:                  {"messages", "post"},
		`{"messages":[` + item + `],"event":{"type":"messages","event":"put","method":"post"}}`:    {"messages", "put"},
		`{"messages":[` + item + `],"event":{"type":"message","event":"put"}}`:                     {"messages", "put"},
		`{"messages":[` + item + `],"event":{}}`:                                                   {},
		`{"messages":[` + item + `],"event":null}`:                                                 {},
		`{"messages":[` + item + `]}`:                                                              {},
		`{"messages":` + item + `,"event":{"type":"messages"}}`:                                    {"messages", ""},
		`{"message":` + item + `,"event":{"type":"message","event":"post"},"statuses":null}`:       {"messages", "post"},
		`{"message":[` + item + `],"event":{"type":"messages","event":"post","more":[1,{"a":2}]}}`: {"messages", "post"},
	} {
		p := parsed(t, body)
		if p.Event != want || len(p.Messages) != 1 || p.Messages[0].Text.Body != "ciao" || len(p.Unreadable) != 0 {
			t.Errorf("%s: %+v", body, p)
		}
	}
	if p := parsed(t, `{"ack":[{"id":"s"}],"chat":{"id":"c@g.us"}}`); len(p.Statuses) != 1 || len(p.Chats) != 1 || p.Other != nil {
		t.Errorf("%+v", p)
	}
	for old, current := range map[string]string{"message": "messages", "ack": "statuses", "chat": "chats", "status": "channel", "newer": "newer"} {
		if p := parsed(t, `{"event":{"type":"`+old+`"}}`); p.Event.Type != current {
			t.Errorf("%s: %s", old, p.Event.Type)
		}
	}
}

func TestNumbersAndStringsAreTakenForEachOther(t *testing.T) {
	t.Parallel()
	m := parsed(t, `{"messages":[{"id":1795,"type":"image","chat_id":"c@g.us","from":380501112233,"from_me":"true","timestamp":"1795000101",
		"device_id":"11","source":7,"image":{"id":"jpeg-1","width":"1200","height":1.6e3,"file_size":"231763.0","view_once":1,"caption":42},
		"location":{"latitude":"50.45","longitude":30},"context":{"mentions":[380509990000,"84000000000001@lid"],"forwarded":"false","ephemeral":1.9},
		"poll":{"options":[1,true],"total":" 2 "}}],"channel_id":17}`).Messages[0]
	if m.ID != "1795" || m.From != "380501112233" || !m.FromMe || m.Timestamp != 1795000101 || m.DeviceID != 11 || m.Source != "7" {
		t.Errorf("%+v", m)
	}
	if i := m.Image; i.Width != 1200 || i.Height != 1600 || i.FileSize != 231763 || !i.ViewOnce || i.Caption != "42" {
		t.Errorf("%+v", m.Image)
	}
	if m.Location.Latitude != 50.45 || m.Location.Longitude != 30 || m.Context.Forwarded || m.Context.Ephemeral != 1 ||
		!slices.Equal(m.Context.Mentions, []string{"380509990000", "84000000000001@lid"}) || !slices.Equal(m.Poll.Options, []string{"1", "true"}) || m.Poll.Total != 2 {
		t.Errorf("%+v %+v %+v", m.Location, m.Context, m.Poll)
	}
	if len(m.Misread) != 0 {
		t.Errorf("misread %v", m.Misread)
	}
}

func TestAMisfitSpoilsOnlyItselfAndIsNamed(t *testing.T) {
	t.Parallel()
	m := parsed(t, `{"messages":[{"id":"a","type":"image","chat_id":"c@g.us","timestamp":"soon","from_me":"perhaps","chat_name":{"x":1},
		"image":{"id":"jpeg-1","width":[1],"caption":"kept"},"context":[],"action":"edit","reactions":[{"emoji":"x"},7,{"emoji":"y","count":"many"}],
		"text":{"body":"also kept"},"labels":{},"device_id":1e300,"location":null,"subtype":null,"status":null}]}`).Messages[0]
	want := []string{"action", "chat_name", "context", "device_id", "from_me", "image.width", "labels", "reactions[1]", "reactions[2].count", "timestamp"}
	slices.Sort(m.Misread)
	if !slices.Equal(m.Misread, want) {
		t.Errorf("misread %q", m.Misread)
	}
	if m.Image.Caption != "kept" || m.Text.Body != "also kept" || m.Context != nil || m.Action != nil || m.Timestamp != 0 || len(m.Reactions) != 2 || m.Reactions[1].Emoji != "y" {
		t.Errorf("%+v", m)
	}
	p := parsed(t, `{"statuses":[{"id":"a","code":{}},{"id":"b","code":"x"}],"health":{"uptime":[]}}`)
	if !slices.Equal(p.Misread, []string{"health.uptime", "statuses[0].code", "statuses[1].code"}) || len(p.Statuses) != 2 {
		t.Errorf("%+v", p)
	}
}

func TestAnUnreadableItemLosesNoNeighbour(t *testing.T) {
	t.Parallel()
	good := `{"id":"a","chat_id":"c@g.us","type":"text"}`
	for _, bad := range []string{`7`, `"text"`, `null`, `true`, `[]`, `[` + good + `]`, `{}`, `{"id":""}`, `{"id":"x"}`, `{"chat_id":"c@g.us"}`, `{"id":{"a":1},"chat_id":"c"}`} {
		p := parsed(t, `{"messages":[`+good+`,`+bad+`,`+good+`],"statuses":[{"id":"s"},`+bad+`]}`)
		wantStatuses, wantBad := 1, 2
		if bad == `{"id":"x"}` { // enough for a status
			wantStatuses, wantBad = 2, 1
		}
		if len(p.Messages) != 2 || len(p.Statuses) != wantStatuses || len(p.Unreadable) != wantBad || string(p.Unreadable[0]) != bad {
			t.Errorf("%s: %d messages, %d statuses, unreadable %s", bad, len(p.Messages), len(p.Statuses), p.Unreadable)
		}
	}
}

func TestIdsComeBareOrWrapped(t *testing.T) {
	t.Parallel()
	p := parsed(t, `{"messages_removed":["a",{"id":"b"},17,null,{},[]],"messages_removed_all":{"id":"c@g.us"},"chats_removed":"d@g.us","channel_id":["x"]}`)
	if !slices.Equal(p.MessagesRemoved, []string{"a", "b", "17"}) || p.MessagesRemovedAll != "c@g.us" || !slices.Equal(p.ChatsRemoved, []string{"d@g.us"}) {
		t.Errorf("%+v", p)
	}
	if len(p.Unreadable) != 4 { // null, {}, [] and the channel
		t.Errorf("unreadable %s", p.Unreadable)
	}
}

func TestUnknownKeysAndKindsAreKept(t *testing.T) {
	t.Parallel()
	p := parsed(t, `{"messages":[{"id":"a","chat_id":"c@g.us","type":"hologram","hologram":{"rays":3},"mood":"blue"}],"stories":[{"id":1}],"newer":true}`)
	if string(p.Other["stories"]) != `[{"id":1}]` || string(p.Other["newer"]) != "true" || len(p.Other) != 2 {
		t.Errorf("other %v", p.Other)
	}
	if m := p.Messages[0]; m.Type != "hologram" || string(m.RawContent()) != `{"rays":3}` || !strings.Contains(string(m.Raw), `"mood":"blue"`) {
		t.Errorf("%+v", m)
	}
}

func TestWhatIsNoObjectIsRefusedWithoutQuotingIt(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", " ", "null", "[]", `"secret"`, "7", `{"messages":[`, `{"secret":}`, "<html>secret</html>", `{}{}`, "\xff\xfe"} {
		_, err := Parse([]byte(body))
		if !errors.Is(err, errNoObject) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", body, err)
		}
	}
	if p := parsed(t, "\n {} \n"); !reflect.DeepEqual(p, Payload{}) {
		t.Errorf("an empty webhook: %+v", p)
	}
}

func TestHalfAnObjectIsNone(t *testing.T) {
	t.Parallel()
	for _, half := range []string{`{"id":"a"`, `{`, `{"id":}`, ``, ` `} {
		var s Status
		if misread, err := read([]byte(half), &s); !errors.Is(err, errNoObject) || misread != nil {
			t.Errorf("%q: %v, %v", half, misread, err)
		}
	}
}

func TestContentThatStandsApartIsReadByItsType(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, kind, raw string
		want            Content
		fails           bool
	}{
		{"text", "text", `{"body":"new"}`, Content{Text: &ContentText{Body: "new"}}, false},
		{"type left out", "", `{"body":"new"}`, Content{Text: &ContentText{Body: "new"}}, false},
		{"document with caption", "documentWithCaption", `{"caption":"menu"}`, Content{Document: &ContentDocument{Caption: "menu"}}, false},
		{"newer kind", "hologram", `{"rays":3}`, Content{}, false},
		{"nothing", "text", ``, Content{}, false},
		{"null", "text", `null`, Content{}, false},
		{"misfit", "text", `"new"`, Content{}, true},
		{"part misfit", "text", `{"body":{}}`, Content{Text: &ContentText{}}, true},
	} {
		got, err := Action{EditedType: test.kind, EditedContent: json.RawMessage(test.raw)}.Edited()
		if !reflect.DeepEqual(got, test.want) || (err != nil) != test.fails {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
}

// However a webhook is damaged: no panic, and every item of a list of messages is somewhere.
func FuzzParse(f *testing.F) {
	names, _ := filepath.Glob("testdata/webhook_*.json")
	for _, name := range names {
		f.Add(file(f, filepath.Base(name)))
	}
	for _, s := range []string{`{}`, `{"messages":[{"id":1,"chat_id":"c","timestamp":"1"},null,7]}`, `{"messages":{"id":"a"},"message":[[]]}`,
		`{"event":{"type":"ack","method":"post"},"ack":{"id":"a","timestamp":"x"}}`, `{"messages":[{"id":"a","chat_id":"c","action":{"edited_content":[]}}]}`,
		`{"messages_removed":[1,{"id":"a"}],"channel_id":{}}`, "{\"messages\":[{\"id\":\"\\ud800\",\"chat_id\":\"\xff\"}]}"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := Parse(body)
		if err != nil {
			return
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(body, &keys); err != nil {
			t.Fatalf("parsed what is no JSON: %q", body)
		}
		items := len(elements(keys["messages"])) + len(elements(keys["message"]))
		if len(p.Messages) > items || len(p.Messages)+len(p.Unreadable) < items {
			t.Errorf("%d items became %d messages and %d unreadable", items, len(p.Messages), len(p.Unreadable))
		}
		for _, m := range p.Messages {
			if m.ID == "" || m.ChatID == "" || !json.Valid(m.Raw) {
				t.Errorf("half a message: %+v", m)
			}
			_ = m.RawContent()
			if m.Action != nil {
				_, _ = m.Action.Edited()
			}
			if m.Context != nil {
				_, _ = m.Context.Quoted()
			}
		}
	})
}
