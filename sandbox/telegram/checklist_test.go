package telegram

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestParametersMayComeInAnyShape(t *testing.T) {
	b := setup(t)
	form := &bytes.Buffer{}
	w := multipart.NewWriter(form)
	_ = w.WriteField("chat_id", "55501")
	_ = w.WriteField("text", "multipart")
	_ = w.WriteField("reply_markup", keyboard)
	_ = w.Close()
	path := "/bot" + token + "/"
	for _, a := range []wireAnswer{
		b.post(path+"SENDMESSAGE?chat_id=55501&text=query", "", nil),
		b.post(path+"sendmessage", "application/x-www-form-urlencoded", strings.NewReader(url.Values{"chat_id": {"55501"}, "text": {"form"}}.Encode())),
		b.post(path+"sendMessage", "application/json; charset=utf-8", strings.NewReader(`{"chat_id":"55501","text":"json"}`)),
		b.post(path+"sendMessage", w.FormDataContentType(), io.NopCloser(form)), // chunked: no length
	} {
		if !a.OK {
			t.Errorf("%+v", a)
		}
	}
	var texts []string
	for _, m := range b.Messages(maks) {
		texts = append(texts, m.Text)
	}
	if got := strings.Join(texts, " "); got != "query form json multipart" {
		t.Errorf("sent %q", got)
	}
}

func TestAnEmptyMultipartIsACallWithoutParameters(t *testing.T) {
	b := setup(t)
	a := b.post("/bot"+token+"/getMe", "multipart/form-data; boundary=xyz", strings.NewReader(""))
	if !a.OK || !strings.Contains(string(a.Result), `"is_bot":true`) || !strings.Contains(string(a.Result), `"username":"desk_bot"`) {
		t.Fatalf("%+v", a)
	}
}

func TestATornRequestDoesNothing(t *testing.T) {
	b := setup(t)
	whole := "--xyz\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n55501\r\n--xyz\r\n" +
		"Content-Disposition: form-data; name=\"text\"\r\n\r\nhal"
	for _, torn := range []string{whole, whole + "f\r\n--xyz\r\nContent-Dispo", whole + "f\r\n", whole + "f\r\n--xyz"} {
		resp, err := http.Post(b.url+"/bot"+token+"/sendMessage", "multipart/form-data; boundary=xyz", strings.NewReader(torn))
		if err == nil {
			t.Errorf("answered %s", resp.Status)
		}
	}
	if len(b.Messages(maks)) != 0 {
		t.Error("the message was sent")
	}
}

func TestOnlyTheTokenOpens(t *testing.T) {
	b := setup(t)
	for path, want := range map[string]string{
		"/bot7000000001:wrong/getMe":      `401 Unauthorized`,
		"/bot12:x/getMe":                  `401 Unauthorized`,
		"/bottoken/getMe":                 `404 Not Found`,
		"/bot/getMe":                      `404 Not Found`,
		"/":                               `404 Not Found`,
		"/bot" + token + "/getNothing":    `404 Not Found: method not found`,
		"/file/bot12:x/photos/file_0.png": `401 Unauthorized`,
	} {
		a := b.post(path, "", nil)
		if got := fmt.Sprintf("%d %s", a.ErrorCode, a.Description); got != want || a.OK || a.Status != a.ErrorCode {
			t.Errorf("%s: %s (HTTP %d)", path, got, a.Status)
		}
	}
}

func TestErrorsAreTelegramsOwn(t *testing.T) {
	long := strings.Repeat("x", 4097)
	pairs := strings.Repeat("😀", 2049) // two units each
	data := strings.Repeat("ї", 33)    // two bytes each
	for _, c := range []struct{ method, body, words string }{
		{"sendMessage", `{"chat_id":55501}`, "message text is empty"},
		{"sendMessage", `{"chat_id":55501,"text":" \n "}`, "text must be non-empty"},
		{"sendMessage", `{"chat_id":55501,"text":"` + long + `"}`, "message is too long"},
		{"sendMessage", `{"chat_id":55501,"text":"` + pairs + `"}`, "message is too long"},
		{"sendPhoto", `{"chat_id":55501,"photo":"https://a.b/c.png","caption":"` + long[:1025] + `"}`, "message caption is too long"},
		{"sendPhoto", `{"chat_id":55501}`, "there is no photo in the request"},
		{"sendPhoto", `{"chat_id":55501,"photo":"nonsense"}`, "wrong file identifier/HTTP URL specified"},
		{"sendMessage", `{"text":"x"}`, "chat_id is empty"},
		{"sendMessage", `{"chat_id":1,"text":"x"}`, "chat not found"},
		{"sendMessage", `{"chat_id":"@desk","text":"x"}`, "chat not found"},
		{"sendMessage", `{"chat_id":55501,"text":"x","parse_mode":"HTM"}`, "unsupported parse_mode"},
		{"sendMessage", `{"chat_id":55501,"text":"<b>x","parse_mode":"HTML"}`, `can't parse entities: Can't find end tag corresponding to start tag "b"`},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":"{"}`, "can't parse reply keyboard markup JSON object"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":[]}`, "object expected as reply markup"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[{}]}}`, `field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays`},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x"}]]}}`, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x","copy_text":{"text":""}}]]}}`, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"","callback_data":"x"}]]}}`, "inline keyboard button text must be non-empty"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x","callback_data":"` + data + `"}]]}}`, "BUTTON_DATA_INVALID"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x","url":"http://localhost:8080/c"}]]}}`, "inline keyboard button URL 'http://localhost:8080/c' is invalid: Wrong HTTP URL"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x","web_app":{"url":"http://a.b"}}]]}}`, "inline keyboard button Web App URL 'http://a.b' is invalid: Only HTTPS links are allowed"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x","callback_data":"x","style":"red"}]]}}`, "can't parse inline keyboard button: invalid button style specified"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[` + strings.Repeat(`[{"text":"x","callback_data":"x"}],`, 100) + `[{"text":"x","callback_data":"x"}]]}}`, "reply markup is too long"},
		{"sendMessage", `{"chat_id":55501,"text":"x","reply_parameters":{"message_id":9}}`, "message to be replied not found"},
		{"sendMessage", `{"chat_id":-1002000000001,"text":"x","message_thread_id":77}`, "message thread not found"},
		{"sendMessage", `{"chat_id":-1002000000001,"text":"x","message_thread_id":1}`, "message thread not found"},
		{"sendMessage", `{"chat_id":55501,"text":"x","message_thread_id":5}`, "message thread not found"},
		{"editMessageText", `{"chat_id":55501,"message_id":9,"text":"x"}`, "message to edit not found"},
		{"editMessageText", `{"text":"x"}`, "message identifier is not specified"},
		{"deleteMessage", `{"chat_id":55501,"message_id":9}`, "message to delete not found"},
		{"deleteMessage", `{"chat_id":55501}`, "message identifier is not specified"},
		{"deleteMessages", `{"chat_id":55501,"message_ids":[]}`, "message identifiers are not specified"},
		{"sendMediaGroup", `{"chat_id":55501,"media":[]}`, "there are no messages to send"},
		{"sendMediaGroup", `{"chat_id":55501,"media":[{"type":"photo","media":"https://a.b/c"}]}`, "an album must have 2-10 items"},
		{"sendMediaGroup", `{"chat_id":55501,"media":[` + strings.Repeat(`{"type":"photo","media":"https://a.b/c"},`, 10) + `{"type":"photo","media":"https://a.b/c"}]}`, "too many messages to send as an album"},
		{"sendMediaGroup", `{"chat_id":55501,"media":[{"type":"document","media":"https://a.b/c"},{"type":"photo","media":"https://a.b/c"}]}`, "document can't be mixed with other media types"},
		{"sendChatAction", `{"chat_id":55501,"action":"thinking"}`, "wrong parameter action in request"},
		{"createForumTopic", `{"chat_id":55501,"name":"x"}`, "the chat is not a forum"},
		{"createForumTopic", `{"chat_id":-1002000000001,"name":""}`, "name must be non-empty"},
		{"createForumTopic", `{"chat_id":-1002000000001,"name":"x","icon_color":5}`, "invalid icon color specified"},
		{"getChatMember", `{"chat_id":-1002000000001,"user_id":0}`, "invalid user_id specified"},
		{"getFile", `{"file_id":"x"}`, "invalid file_id"},
		{"setWebhook", `{"url":"http://bot.example/"}`, "bad webhook: An HTTPS URL must be provided for webhook"},
		{"setWebhook", `{"url":"https://bot.example:9000/"}`, "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"},
		{"setWebhook", `{"url":"https://127.0.0.1/"}`, "bad webhook: IP address 127.0.0.1 is reserved"},
		{"setWebhook", `{"url":"https://bot.example/","secret_token":"a b"}`, "secret token contains unallowed characters"},
	} {
		b := setup(t)
		b.refuses(c.method, c.body, 400, "Bad Request: "+c.words)
		if n := len(b.Messages(maks)) + len(b.Messages(desk)); n != 0 {
			t.Errorf("%s %s left %d messages", c.method, c.body, n)
		}
		if last := b.Calls()[0]; last.Method != c.method || last.OK || last.Error != "Bad Request: "+c.words {
			t.Errorf("logged %+v", last)
		}
	}
}

func TestLimitsAdmitWhatIsExactlyLongEnough(t *testing.T) {
	b := setup(t)
	b.must("sendMessage", `{"chat_id":55501,"parse_mode":"HTML","text":"<b>`+strings.Repeat("x", 4096)+`</b>"}`)
	b.must("sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[{"text":"x","callback_data":"`+strings.Repeat("x", 64)+`"}]]}}`)
}

func TestAButtonIsNotMistakenForItsEmptyCopyText(t *testing.T) {
	b := setup(t)
	m := b.must("sendMessage", `{"chat_id":55501,"text":"x","reply_markup":{"inline_keyboard":[[
		{"text":"Send","callback_data":"s","copy_text":{"text":""}},{"text":"Open","url":"HTTP://Example.com","copy_text":{"text":""}},
		{"text":"Copy","copy_text":{"text":"IBAN"}}]]}}`)
	same(t, m["reply_markup"], `{"inline_keyboard":[[{"text":"Send","callback_data":"s"},{"text":"Open","url":"http://example.com/"},
		{"text":"Copy","copy_text":{"text":"IBAN"}}]]}`)
	if got := b.Messages(maks)[0].Keyboard[0]; got[0] != (Button{Text: "Send", Data: "s"}) || got[1] != (Button{Text: "Open", URL: "http://example.com/"}) {
		t.Errorf("%+v", got)
	}
}

func TestMessageIDsRepeatFromChatToChat(t *testing.T) {
	b := setup(t)
	b.AllowBot(iryna)
	for _, chat := range []int64{maks, iryna} {
		if m := b.must("sendMessage", fmt.Sprintf(`{"chat_id":%d,"text":"x"}`, chat)); m["message_id"] != 1.0 {
			t.Errorf("%d: %v", chat, m["message_id"])
		}
	}
}

func TestAnEditMustChangeSomething(t *testing.T) {
	const unchanged = "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message"
	b := setup(t)
	b.must("sendMessage", `{"chat_id":55501,"text":"<b>Card</b>","parse_mode":"HTML","reply_markup":`+keyboard+`}`)
	b.refuses("editMessageText", `{"chat_id":55501,"message_id":1,"text":" <strong>Card</strong>\n","parse_mode":"HTML","reply_markup":`+keyboard+`}`, 400, unchanged)
	b.refuses("editMessageReplyMarkup", `{"chat_id":55501,"message_id":1,"reply_markup":`+keyboard+`}`, 400, unchanged)
	b.must("editMessageText", `{"chat_id":55501,"message_id":1,"text":"Card","reply_markup":`+keyboard+`}`)
	b.must("editMessageText", `{"chat_id":55501,"message_id":1,"text":"Card"}`) // takes the buttons away
	b.refuses("editMessageReplyMarkup", `{"chat_id":55501,"message_id":1}`, 400, unchanged)
	b.refuses("editMessageCaption", `{"chat_id":55501,"message_id":1,"caption":"x"}`, 400, "Bad Request: there is no caption in the message to edit")
	b.must("sendPhoto", `{"chat_id":55501,"photo":"https://a.b/c.png"}`)
	b.refuses("editMessageText", `{"chat_id":55501,"message_id":2,"text":"x"}`, 400, "Bad Request: there is no text in the message to edit")
	b.must("editMessageMedia", `{"chat_id":55501,"message_id":2,"media":{"type":"photo","media":"https://a.b/d.png","caption":"new"}}`)
	if m := b.Messages(maks)[1]; m.Media.URL != "https://a.b/d.png" || m.Text != "new" {
		t.Errorf("%+v", m)
	}
}

func TestOnlyOwnMessagesCanBeEdited(t *testing.T) {
	b := setup(t)
	id, err := b.Send(maks, maks, "mine", 0)
	if err != nil {
		t.Fatal(err)
	}
	b.refuses("editMessageText", fmt.Sprintf(`{"chat_id":55501,"message_id":%d,"text":"x"}`, id), 400, "Bad Request: message can't be edited")
}

func TestMessagesAreDeletedWithinTwoDays(t *testing.T) {
	b := setup(t)
	for range 3 {
		b.must("sendMessage", `{"chat_id":55501,"text":"x"}`)
	}
	b.must("deleteMessage", `{"chat_id":55501,"message_id":1}`)
	b.refuses("deleteMessage", `{"chat_id":55501,"message_id":1}`, 400, "Bad Request: message to delete not found")
	b.refuses("editMessageText", `{"chat_id":55501,"message_id":1,"text":"y"}`, 400, "Bad Request: message to edit not found")
	b.must("deleteMessages", `{"chat_id":55501,"message_ids":[1,2]}`)
	b.clock.Advance(48 * time.Hour)
	b.refuses("deleteMessage", `{"chat_id":55501,"message_id":3}`, 400, "Bad Request: message can't be deleted for everyone")
	if shown := b.Messages(maks); len(shown) != 1 || shown[0].ID != 3 {
		t.Errorf("%+v", shown)
	}
}

func TestResultsAreAMessageATrueOrAList(t *testing.T) {
	b := setup(t)
	for _, c := range []struct{ method, body, begins string }{
		{"sendMessage", `{"chat_id":55501,"text":"x"}`, `{"message_id":1`},
		{"editMessageText", `{"chat_id":55501,"message_id":1,"text":"y"}`, `{"message_id":1`},
		{"sendChatAction", `{"chat_id":55501,"action":"typing"}`, `true`},
		{"deleteMessage", `{"chat_id":55501,"message_id":1}`, `true`},
		{"deleteWebhook", `{}`, `true`},
		{"getUpdates", `{}`, `[]`},
		{"getMyCommands", `{}`, `[]`},
		{"getChatMemberCount", `{"chat_id":-1002000000001}`, `3`},
		{"getChatAdministrators", `{"chat_id":-1002000000001}`, `[{`},
	} {
		if a := b.do(c.method, c.body); !a.OK || !strings.HasPrefix(string(a.Result), c.begins) {
			t.Errorf("%s: %s %s", c.method, a.Result, a.Description)
		}
	}
}

func TestAReplyWithoutItsMessageIsSentIfThatIsAllowed(t *testing.T) {
	b := setup(t)
	m := b.must("sendMessage", `{"chat_id":55501,"text":"x","reply_parameters":{"message_id":9,"allow_sending_without_reply":true}}`)
	if m["reply_to_message"] != nil {
		t.Errorf("%v", m)
	}
}

func TestTopicsAreWrittenToClosedAndLost(t *testing.T) {
	b := setup(t)
	b.must("createForumTopic", `{"chat_id":-1002000000001,"name":"Uno"}`)
	b.must("editForumTopic", `{"chat_id":-1002000000001,"message_thread_id":2,"name":"Due"}`)
	b.must("closeForumTopic", `{"chat_id":-1002000000001,"message_thread_id":2}`)
	if got := b.Topics(desk); len(got) != 1 || got[0] != (Topic{ID: 2, Name: "Due", Color: 7322096, Closed: true}) {
		t.Fatalf("%+v", got)
	}
	if _, err := b.SendTopic(maks, desk, 2, "x"); err == nil {
		t.Error("a person wrote into a closed topic")
	}
	b.must("reopenForumTopic", `{"chat_id":-1002000000001,"message_thread_id":2}`)
	b.refuses("reopenForumTopic", `{"chat_id":-1002000000001,"message_thread_id":2}`, 400, "Bad Request: TOPIC_NOT_MODIFIED")
	b.pull()
	if _, err := b.SendTopic(maks, desk, 2, "hello"); err != nil {
		t.Fatal(err)
	}
	m := b.only("message") // nobody replied, yet it is a reply
	if root := m["reply_to_message"].(map[string]any); root["message_id"] != 2.0 || root["forum_topic_created"] == nil || m["message_thread_id"] != 2.0 {
		t.Errorf("%v", m)
	}
	b.DeleteTopic(desk, 2)
	b.refuses("sendMessage", `{"chat_id":-1002000000001,"message_thread_id":2,"text":"x"}`, 400, "Bad Request: message thread not found")
	if shown := b.Messages(desk); len(shown) != 0 {
		t.Errorf("%+v", shown)
	}
	b.Admit(maks, desk, false)
	b.refuses("createForumTopic", `{"chat_id":-1002000000001,"name":"Uno"}`, 400, "Bad Request: not enough rights to create the topic")
}

func TestAGroupThatMigratedSaysWhereTo(t *testing.T) {
	b := setup(t)
	b.AddGroup(Group{ID: -400, Title: "Old", Members: []int64{maks}})
	moved := b.Migrate(-400)
	a := b.refuses("sendMessage", `{"chat_id":-400,"text":"x"}`, 400, "Bad Request: group chat was upgraded to a supergroup chat")
	if a.Parameters.MigrateToChatID != moved || moved > -1_000_000_000_000 {
		t.Errorf("moved to %d, told %d", moved, a.Parameters.MigrateToChatID)
	}
	if m := b.must("sendMessage", fmt.Sprintf(`{"chat_id":%d,"text":"x"}`, moved)); m["chat"].(map[string]any)["type"] != "supergroup" {
		t.Errorf("%v", m)
	}
	all := b.pull()
	if len(all) != 2 || all[0]["message"].(map[string]any)["migrate_to_chat_id"] != float64(moved) ||
		all[1]["message"].(map[string]any)["migrate_from_chat_id"] != -400.0 {
		t.Errorf("%v", all)
	}
}

func TestRealLimitsCountWhatTelegramCounts(t *testing.T) {
	b := setup(t)
	b.EnforceLimits(true)
	send := func(chat int64) wireAnswer {
		return b.do("sendMessage", fmt.Sprintf(`{"chat_id":%d,"text":"x"}`, chat))
	}
	if !send(maks).OK || send(maks).Description != "Too Many Requests: retry after 1" {
		t.Fatal("the second message within a second was not refused")
	}
	if a := b.do("editMessageText", `{"chat_id":55501,"message_id":1,"text":"y"}`); a.ErrorCode != 429 {
		t.Errorf("an edit is free: %+v", a)
	}
	b.clock.Advance(time.Second)
	if !send(maks).OK {
		t.Error("refused after a second")
	}
	for i := range 20 {
		if a := send(desk); !a.OK {
			t.Fatalf("message %d to the group: %+v", i, a)
		}
		b.clock.Advance(time.Second)
	}
	if a := send(desk); a.Parameters.RetryAfter != 40 {
		t.Errorf("the 21st in a minute: %+v", a)
	}
	photo := `{"type":"photo","media":"https://a.b/c"}`
	album := b.do("sendMediaGroup", `{"chat_id":-1002000000001,"media":[`+photo+`,`+photo+`,`+photo+`]}`)
	if album.Parameters.RetryAfter != 42 { // until the third of the twenty is a minute old
		t.Errorf("an album of three: %+v", album)
	}
	for id := range int64(31) {
		b.AllowBot(100 + id)
		if a := send(100 + id); a.OK != (id < 30) {
			t.Errorf("message %d in this second: %+v", id, a)
		}
	}
}

func TestUploadsAreMeasuredAndCanBeFetched(t *testing.T) {
	b := setup(t)
	upload := func(method, field string, data []byte) wireAnswer {
		body := &bytes.Buffer{}
		w := multipart.NewWriter(body)
		part, _ := w.CreatePart(textproto.MIMEHeader{
			"Content-Disposition": {`form-data; name="` + field + `"; filename="a.png"`}, "Content-Type": {"application/octet-stream"}})
		_, _ = part.Write(data)
		_ = w.WriteField("chat_id", "55501")
		_ = w.Close()
		return b.post("/bot"+token+"/"+method, w.FormDataContentType(), body)
	}
	raw := picture(t, 40, 20)
	if a := upload("sendPhoto", "photo", raw); !a.OK {
		t.Fatalf("%+v", a)
	}
	shown := b.Messages(maks)[0].Media
	if shown.Width != 40 || shown.Height != 20 || shown.MIME != "image/png" {
		t.Errorf("%+v", shown)
	}
	if data, _, ok := b.File(shown.FileID); !ok || !bytes.Equal(data, raw) {
		t.Error("the phone has other bytes")
	}
	path := b.must("getFile", `{"file_id":"`+shown.FileID+`"}`)["file_path"].(string)
	resp, err := http.Get(b.url + "/file/bot" + token + "/" + path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, _ := io.ReadAll(resp.Body); !bytes.Equal(got, raw) {
		t.Error("the download has other bytes")
	}
	b.must("sendPhoto", `{"chat_id":55501,"photo":"`+shown.FileID+`"}`)
	for words, data := range map[string][]byte{
		"Bad Request: IMAGE_PROCESS_FAILED":     []byte("no image"),
		"Bad Request: PHOTO_INVALID_DIMENSIONS": picture(t, 210, 10),
		"Bad Request: file is too big":          make([]byte, 10<<20+1),
		"Bad Request: file must be non-empty":   nil,
	} {
		if a := upload("sendPhoto", "photo", data); a.Description != words {
			t.Errorf("%+v, want %s", a, words)
		}
	}
	if a := upload("sendDocument", "document", make([]byte, 52<<20)); a.ErrorCode != 413 {
		t.Errorf("%+v", a)
	}
}
