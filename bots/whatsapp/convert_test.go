package whatsapp_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"marketa/bots/whatsapp"
	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// heard is when the webhooks of these tests arrive; the vendor's examples are of a few minutes before.
var heard = time.Unix(1795000500, 0)

func convert(t testing.TB, body string) ([]store.Inbound, []store.Receipt) {
	t.Helper()
	p, err := whapi.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return whatsapp.Convert("company", p, heard)
}

// item is one message in Anna's direct chat; rest are its further fields.
func item(rest string) string {
	return `{"messages":[{"id":"Kd00.AbCdEf-gHiJkL","chat_id":"380501112233@s.whatsapp.net","from":"380501112233","from_name":"Anna","timestamp":1795000001,` + rest + `}],"event":{"type":"messages","event":"post"}}`
}

func TestEveryKindBecomesALineThatAPersonCanRead(t *testing.T) {
	tests := []struct{ name, rest, kind, body string }{
		{"text", `"type":"text","text":{"body":"ciao"}`, "text", "ciao"},
		{"text over lines", `"type":"text","text":{"body":" ciao\n\nAnna "}`, "text", " ciao\n\nAnna "},
		{"text without words", `"type":"text","text":{"body":"  "}`, "text", "[empty message]"},
		{"text without content", `"type":"text"`, "text", "[empty message]"},
		{"link", `"type":"link_preview","link_preview":{"body":"guardate https://x.example","url":"https://x.example","title":"X"}`, "link_preview", "guardate https://x.example"},
		{"link without words", `"type":"link_preview","link_preview":{"url":"https://x.example","title":"X"}`, "link_preview", "X https://x.example"},
		{"photo", `"type":"image","image":{"id":"jpeg-7b1c-80","mime_type":"image/jpeg"}`, "image", "[photo]"},
		{"photo with caption", `"type":"image","image":{"id":"jpeg-7b1c-80","caption":"la terrazza"}`, "image", "[photo] la terrazza"},
		{"video", `"type":"video","video":{"id":"mp4-7b1c-80","caption":"il forno"}`, "video", "[video] il forno"},
		{"short", `"type":"short","short":{"id":"mp4-7b1c-80"}`, "short", "[short video]"},
		{"gif", `"type":"gif","gif":{"id":"mp4-7b1c-80"}`, "gif", "[gif]"},
		{"voice", `"type":"voice","voice":{"id":"oga-7b1c-80","seconds":12}`, "voice", "[voice note] 12 s"},
		{"audio", `"type":"audio","audio":{"id":"mp3-7b1c-80"}`, "audio", "[audio]"},
		{"document", `"type":"document","document":{"id":"pdf-7b1c-80","file_name":"menu.pdf","caption":"nuovo"}`, "document", "[file menu.pdf] nuovo"},
		{"document of old", `"type":"document","document":{"id":"pdf-7b1c-80","filename":"menu.pdf"}`, "document", "[file menu.pdf]"},
		{"location", `"type":"location","location":{"latitude":45.4642,"longitude":9.19,"name":"Uno","address":"Via Roma 1"}`, "location", "[location] Uno Via Roma 1 (45.46420, 9.19000)"},
		{"live location", `"type":"live_location","live_location":{"latitude":45.4642,"longitude":9.19,"caption":"arrivo"}`, "live_location", "[live location] arrivo (45.46420, 9.19000)"},
		{"contact", `"type":"contact","contact":{"name":"Mario","vcard":"BEGIN:VCARD"}`, "contact", "[contact] Mario"},
		{"contacts", `"type":"contact_list","contact_list":{"list":[{"name":"Mario"},{"name":"Luisa"}]}`, "contact_list", "[contacts] Mario, Luisa"},
		{"sticker", `"type":"sticker","sticker":{"id":"webp-7b1c-80"}`, "sticker", "[sticker]"},
		{"poll", `"type":"poll","poll":{"title":"Quando?","options":["sabato","domenica"]}`, "poll", "[poll] Quando?: sabato / domenica"},
		{"pressed button", `"type":"reply","reply":{"type":"buttons_reply","buttons_reply":{"id":"ButtonsV3:1","title":"Sì"}}`, "reply", "Sì"},
		{"chosen line", `"type":"reply","reply":{"type":"list_reply","list_reply":{"id":"r1","title":"Domenica"}}`, "reply", "Domenica"},
		{"answer without words", `"type":"reply","reply":{}`, "reply", "[answer]"},
		{"order", `"type":"order","order":{"order_id":"1","title":"2 pizze","text":"senza glutine"}`, "order", "[order] 2 pizze · senza glutine"},
		{"buttons", `"type":"interactive","interactive":{"type":"button","body":{"text":"Va bene?"}}`, "interactive", "[message with buttons] Va bene?"},
		{"invitation", `"type":"group_invite","group_invite":{"body":"entra","url":"https://x.example"}`, "group_invite", "[group invite] entra"},
		{"event", `"type":"event","event":{"name":"Cena","description":"ore 20"}`, "event", "[event] Cena · ore 20"},
		{"unknown", `"type":"unknown"`, "unknown", "[message of a kind that WhatsApp did not pass on]"},
		{"no type", `"from_me":false`, "unknown", "[message of a kind that WhatsApp did not pass on]"},
		{"album in one", `"type":"album","album":{"list":[{"type":"image","image":{"id":"jpeg-1-1","caption":"primi"}},{"type":"video","video":{"id":"mp4-1-1"}}]}`, "album", "[album of 2] primi"},
		{"newer than us", `"type":"hologram","hologram":{"depth":3}`, "hologram", "[hologram]"},
		{"newer than us, two words", `"type":"group_member_tag"`, "group_member_tag", "[group member tag]"},
		{"broken UTF-8", "\"type\":\"text\",\"text\":{\"body\":\"a\xffb\"}", "text", "a\uFFFDb"},
		{"NUL", `"type":"text","text":{"body":"a\u0000b"}`, "text", "a\uFFFDb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := store.Inbound{Op: store.OpMessage, Channel: "company", Chat: "380501112233@s.whatsapp.net", ChatKind: "direct", Title: "Anna",
				VendorID: "Kd00.AbCdEf-gHiJkL", Author: store.Client, Sender: "380501112233", SenderName: "Anna", Kind: tt.kind, Body: tt.body, SentAt: time.Unix(1795000001, 0)}
			only(t, item(tt.rest), want)
		})
	}
}

func only(t *testing.T, body string, want store.Inbound) {
	t.Helper()
	events, receipts := convert(t, body)
	if len(events) != 1 || len(receipts) != 0 || events[0] != want {
		t.Errorf("got %+v, %v\nwant %+v", events, receipts, want)
	}
}

func TestAGroupsImageThatQuotes(t *testing.T) {
	only(t, file(t, "webhook_group_image.json"), store.Inbound{Print: "q1Xv…=", Mentions: "380509990000", QuotedAuthor: "380509990000", Spoken: " photo 380509990000 use this one ",
		Op: store.OpMessage, Channel: "company", Chat: "120363000000000011@g.us", ChatKind: "group",
		Title: "Trattoria Uno / SMM", VendorID: "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1", Author: store.Client, Sender: "380501112233", SenderName: "Olena",
		Kind: "image", Body: "[photo] @380509990000 use this one", Quoted: "Qf3sT9.aZkLm12pQ-gRtwl0rVw-E8JdK1", SentAt: time.Unix(1795000101, 0)})
}

// What happens to another message.
func TestActions(t *testing.T) {
	const target = "Zk81xQw.TtPq4cV-khBq53B6TdE"
	tests := []struct {
		name, action string
		want         store.Inbound
	}{
		{"edit", `"type":"edit","edited_type":"text","edited_content":{"body":"alle 21"}`, store.Inbound{Op: store.OpEdit, Target: target, Kind: "text", Body: "alle 21"}},
		{"edited", `"type":"edited","edited_content":{"body":"alle 21"}`, store.Inbound{Op: store.OpEdit, Target: target, Kind: "text", Body: "alle 21"}},
		{"edit of a caption", `"type":"edit","edited_type":"image","edited_content":{"caption":"l'altra"}`, store.Inbound{Op: store.OpEdit, Target: target, Kind: "image", Body: "[photo] l'altra"}},
		{"edit without words", `"type":"edit","edited_type":"text"`, store.Inbound{Op: store.OpEdit, Target: target, Kind: "text", Body: "[edited, and WhatsApp did not pass on the new words]"}},
		{"edit that cannot be read", `"type":"edit","edited_type":"text","edited_content":[1]`, store.Inbound{Op: store.OpEdit, Target: target, Kind: "text", Body: "[edited, and WhatsApp did not pass on the new words]"}},
		{"delete", `"type":"delete"`, store.Inbound{Op: store.OpDelete, Target: target, Kind: "text"}},
		{"revoke", `"type":"revoke"`, store.Inbound{Op: store.OpDelete, Target: target, Kind: "text"}},
		{"reaction", `"type":"reaction","emoji":"👍"`, store.Inbound{Op: store.OpReaction, Quoted: target, Kind: "reaction", Body: "👍"}},
		{"reaction taken back", `"type":"reaction","emoji":""`, store.Inbound{Op: store.OpReaction, Quoted: target, Kind: "reaction"}},
		{"vote", `"type":"vote","votes":["sabato"]`, store.Inbound{Op: store.OpMessage, Quoted: target, Kind: "vote", Body: "[vote] sabato"}},
		{"vote by hashes", `"type":"vote","votes":["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]`, store.Inbound{Op: store.OpMessage, Quoted: target, Kind: "vote", Body: "[vote] see the poll on the phone"}},
		{"vote taken back", `"type":"vote","votes":[]`, store.Inbound{Op: store.OpMessage, Quoted: target, Kind: "vote", Body: "[vote] taken back"}},
		{"edit of a file's caption", `"type":"edit","edited_type":"document","edited_content":{"caption":"quello giusto"}`, store.Inbound{Op: store.OpEdit, Target: target, Kind: "document", Body: "[file] quello giusto"}},
		{"comment", `"type":"comment","comment":"bello!"`, store.Inbound{Op: store.OpMessage, Quoted: target, Kind: "action", Body: "[comment] bello!"}},
		{"newer than us", `"type":"keep_in_chat"`, store.Inbound{Op: store.OpNote, Quoted: target, Kind: "action", Body: "[keep in chat]"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := tt.want
			w.Channel, w.Chat, w.ChatKind, w.Title, w.VendorID = "company", "380501112233@s.whatsapp.net", "direct", "Anna", "Kd00.AbCdEf-gHiJkL"
			w.Author, w.Sender, w.SenderName, w.SentAt = store.Client, "380501112233", "Anna", time.Unix(1795000001, 0)
			only(t, item(`"type":"action","action":{"target":"`+target+`",`+tt.action+`}`), w)
		})
	}
}

func TestWhatAsksForNoAnswerIsANote(t *testing.T) {
	for _, rest := range []string{`"type":"system","system":{"body":"Anna ha cambiato numero"}`, `"type":"call","call":{}`, `"type":"pin"`, `"type":"album","album":{"expected_image_count":3}`,
		`"from_me":true,"type":"action"`} { // the last one: an action of ours that cannot be read is no answer from the phone
		if events, _ := convert(t, item(rest)); len(events) != 1 || events[0].Op != store.OpNote || events[0].Body == "" {
			t.Errorf("%s: %+v", rest, events)
		}
	}
}

func TestOurOwnMessagesAreEchoesWithoutASender(t *testing.T) {
	events, _ := convert(t, item(`"from_me":true,"source":"api","type":"text","text":{"body":"ciao"}`))
	if e := events[0]; e.Op != store.OpEcho || e.Author != store.Phone || e.Sender != "" || e.SenderName != "" || e.Title != "" {
		t.Errorf("%+v", e)
	}
}

func TestWhoWrites(t *testing.T) {
	tests := []struct{ name, chat, from, wantKind, wantSender string }{
		{"a phone", "380501112233@s.whatsapp.net", "380501112233", "direct", "380501112233"},
		{"a phone in full", "380501112233@s.whatsapp.net", "380501112233@s.whatsapp.net", "direct", "380501112233"},
		{"the chat names the person", "380501112233@s.whatsapp.net", "", "direct", "380501112233"},
		{"a hidden identity", "84000000000001@lid", "84000000000001@lid", "direct", "84000000000001@lid"},
		{"the chat names the hidden identity", "84000000000001@lid", "", "direct", "84000000000001@lid"},
		{"somebody in a group", "120363000000000011@g.us", "380501112233", "group", "380501112233"},
		{"nobody in a group", "120363000000000011@g.us", "", "group", ""},
		{"a newsletter", "120363000000000022@newsletter", "", "other", ""},
		{"a status", "status@broadcast", "380501112233", "other", "380501112233"},
		{"something newer", "1@future", "", "other", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events, _ := convert(t, fmt.Sprintf(`{"messages":[{"id":"Kd00.AbCdEf-gHiJkL","type":"text","text":{"body":"x"},"chat_id":%q,"from":%q}]}`, tt.chat, tt.from))
			if e := events[0]; e.ChatKind != tt.wantKind || e.Sender != tt.wantSender || string(e.Chat) != tt.chat {
				t.Errorf("%+v", e)
			}
		})
	}
}

func TestTimesThatCannotBeTrueAreOurs(t *testing.T) {
	for given, want := range map[string]time.Time{
		`1795000001`: time.Unix(1795000001, 0), `"1795000001"`: time.Unix(1795000001, 0), `0`: heard, `-5`: heard, `null`: heard, `12`: heard,
		`1795000001000`: heard, `9223372036854775807`: heard, `"soon"`: heard} {
		body := strings.Replace(item(`"type":"text","text":{"body":"x"}`), "1795000001", given, 1)
		events, _ := convert(t, body)
		if len(events) != 1 || !events[0].SentAt.Equal(want) {
			t.Errorf("%s: %+v", given, events)
		}
	}
}

func TestUpdates(t *testing.T) {
	const after = `"after_update":{"id":"Kd00.AbCdEf-gHiJkL","type":"text","text":{"body":"alle 21"},"chat_id":"380501112233@s.whatsapp.net","from":"380501112233","timestamp":1795000001`
	tests := []struct {
		name, update string
		op           store.Op // empty: no event
		body         string
	}{
		{"a trigger is the action itself", `"trigger":{"id":"Act1.AbCdEf-gHiJkL","type":"action","chat_id":"380501112233@s.whatsapp.net","action":{"type":"delete","target":"Kd00.AbCdEf-gHiJkL"}},` + after + `},"changes":["text"]`, store.OpDelete, ""},
		{"words", after + `},"changes":["text"]`, store.OpEdit, "alle 21"},
		{"nobody says what", after + `}`, store.OpEdit, "alle 21"},
		{"our own words", after + `,"from_me":true},"changes":["text"]`, store.OpEdit, "alle 21"},
		{"reactions", after + `},"changes":["reactions"]`, "", ""},
		{"a tick of ours", after + `,"from_me":true},"changes":["status"]`, "", ""},
		{"reactions and words", after + `},"changes":["reactions","text"]`, store.OpEdit, "alle 21"},
		{"nothing after it", `"changes":["text"]`, "", ""},
		{"a caption, told as a whole message", `"after_update":{"id":"Kd00.AbCdEf-gHiJkL","type":"document","document":{"id":"pdf-1-1","file_name":"menu.pdf","caption":"quello giusto"},"chat_id":"380501112233@s.whatsapp.net"},"changes":["document"]`, store.OpEdit, "[file] quello giusto"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			events, _ := convert(t, `{"messages_updates":[{"id":"Kd00.AbCdEf-gHiJkL",`+tt.update+`}],"event":{"type":"messages","event":"patch"}}`)
			if tt.op == "" {
				if len(events) != 0 {
					t.Errorf("%+v", events)
				}
				return
			}
			if len(events) != 1 || events[0].Op != tt.op || events[0].Target != "Kd00.AbCdEf-gHiJkL" || events[0].Body != tt.body {
				t.Errorf("%+v", events)
			}
		})
	}
}

func TestRemovals(t *testing.T) {
	events, _ := convert(t, `{"messages_removed":["Kd00.AbCdEf-gHiJkL"],"event":{"type":"messages","event":"delete"}}`)
	want := store.Inbound{Op: store.OpDelete, Channel: "company", ChatKind: "other", VendorID: "Kd00.AbCdEf-gHiJkL", Target: "Kd00.AbCdEf-gHiJkL", Author: store.Client, Kind: "text", SentAt: heard}
	if len(events) != 1 || events[0] != want {
		t.Errorf("%+v", events)
	}
}

func TestStatusesWithTimesInQuotes(t *testing.T) {
	_, receipts := convert(t, file(t, "webhook_status.json"))
	want := []store.Receipt{{Channel: "company", VendorID: "Qf3sT9.aZkLm12pQ-gRtwl0rVw-E8JdK1", Status: "delivered", Viewer: "380501112233", At: time.Unix(1795000003, 0)}}
	if !reflect.DeepEqual(receipts, want) {
		t.Errorf("%+v", receipts)
	}
}

func TestAnOverlongIdStaysShortAndDifferent(t *testing.T) {
	var seen []store.VendorMessageID
	for _, last := range []string{"a", "b"} {
		events, _ := convert(t, strings.ReplaceAll(item(`"type":"text","text":{"body":"x"}`), "Kd00.AbCdEf-gHiJkL", strings.Repeat("é", 9000)+last))
		seen = append(seen, events[0].VendorID)
	}
	if len(seen[0]) > 255 || seen[0] == seen[1] {
		t.Errorf("%d bytes, %v", len(seen[0]), seen[0] == seen[1])
	}
}

func TestConvertIsPure(t *testing.T) {
	for _, name := range []string{"webhook_kinds.json", "webhook_everything.json", "webhook_edit.json"} {
		p, err := whapi.Parse([]byte(file(t, name)))
		if err != nil {
			t.Fatal(err)
		}
		events, receipts := whatsapp.Convert("company", p, heard)
		again, receiptsAgain := whatsapp.Convert("company", p, heard)
		if !reflect.DeepEqual(events, again) || !reflect.DeepEqual(receipts, receiptsAgain) || len(events) == 0 {
			t.Errorf("%s: %+v and then %+v", name, events, again)
		}
	}
}

// file is an example of the vendor's documentation.
func file(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("whapi", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func FuzzConvert(f *testing.F) {
	examples, err := filepath.Glob(filepath.Join("whapi", "testdata", "webhook_*.json"))
	if err != nil || len(examples) == 0 {
		f.Fatal("no examples", err)
	}
	for _, name := range examples {
		f.Add([]byte(file(f, filepath.Base(name))))
	}
	for _, rest := range []string{`"type":"text","text":{"body":"a\u0000b"}`, `"type":"action"`, `"type":"action","action":{"type":"edit","edited_content":{"body":7}}`, `"from_me":"true","type":7,"timestamp":"99999999999999"`,
		`"type":"image","image":[]`, `"type":"poll","poll":{"options":[null,{}]}`, `"context":{"quoted_id":{}}`} {
		f.Add([]byte(item(rest)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		p, err := whapi.Parse(body)
		if err != nil {
			return
		}
		events, receipts := whatsapp.Convert("company", p, heard)
		if len(events) < len(p.Messages) || len(receipts) != len(p.Statuses) {
			t.Fatalf("%d messages made %d events, %d statuses made %d receipts", len(p.Messages), len(events), len(p.Statuses), len(receipts))
		}
		for _, e := range events {
			checkEvent(t, e)
		}
		for _, r := range receipts {
			fit(t, string(r.VendorID), 255)
			fit(t, r.Status, 255)
			fit(t, r.Viewer, 255)
			inTime(t, r.At)
		}
		if _, err := json.Marshal(events); err != nil {
			t.Fatal(err)
		}
		if len(p.MessagesRemoved) > 0 && len(events) < len(p.Messages)+len(p.MessagesRemoved) {
			t.Fatalf("%d removals and %d messages made %d events", len(p.MessagesRemoved), len(p.Messages), len(events))
		}
		again, _ := whatsapp.Convert("company", p, heard)
		if !slices.Equal(events, again) {
			t.Fatal("not the same a second time")
		}
	})
}

func checkEvent(t *testing.T, e store.Inbound) {
	t.Helper()
	for _, s := range []string{string(e.Chat), string(e.VendorID), string(e.Target), e.Sender, string(e.Quoted)} {
		fit(t, s, 255)
	}
	for _, s := range []string{e.Title, e.SenderName, e.Kind, e.Body} {
		fit(t, s, 1<<30)
	}
	inTime(t, e.SentAt)
	if e.VendorID == "" || e.Kind == "" || (e.Author != store.Client && e.Author != store.Phone) || !slices.Contains([]string{"direct", "group", "other"}, e.ChatKind) {
		t.Fatalf("%+v", e)
	}
	if e.Op == store.OpMessage && strings.TrimSpace(e.Body) == "" {
		t.Fatalf("a message without a word: %+v", e)
	}
}

// fit: Postgres takes it, and an index, too.
func fit(t *testing.T, s string, longest int) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || len(s) > longest {
		t.Fatalf("not fit for the database: %q", s)
	}
}

func inTime(t *testing.T, at time.Time) {
	t.Helper()
	if at.Year() < 2009 || at.After(heard.Add(24*time.Hour)) {
		t.Fatalf("%s", at)
	}
}
