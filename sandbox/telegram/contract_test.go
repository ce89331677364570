package telegram

import (
	"strings"
	"testing"
	"time"
)

// The requests and answers here are those that the project agreed on for the managers' bot.

const keyboard = `{"inline_keyboard":[[{"text":"Approve","callback_data":"a1:9fK2c:ok","style":"success"},` +
	`{"text":"Edit","callback_data":"a1:9fK2c:ed"}],[{"text":"Reject","callback_data":"a1:9fK2c:no","style":"danger"}]]}`

func TestSetWebhookAnswersTrue(t *testing.T) {
	b := setup(t)
	a := b.do("setWebhook", `{"url":"https://bot.example/wh/tg","secret_token":"Zx_81-aQ",
		"allowed_updates":["message","edited_message","callback_query","my_chat_member"],"max_connections":10}`)
	if !a.OK || string(a.Result) != "true" {
		t.Fatalf("%+v", a)
	}
	info := b.must("getWebhookInfo", `{}`)
	same(t, info, `{"url":"https://bot.example/wh/tg","has_custom_certificate":false,"pending_update_count":0,
		"ip_address":"<unknown>","max_connections":10,
		"allowed_updates":["message","edited_message","callback_query","my_chat_member"]}`)
}

func TestATopicIsMadeAndItsMessageArrives(t *testing.T) {
	b := setup(t)
	topic := b.must("createForumTopic", `{"chat_id":-1002000000001,"name":"Trattoria Uno","icon_color":7322096}`)
	same(t, topic, `{"message_thread_id":2,"name":"Trattoria Uno","icon_color":7322096}`)
	same(t, b.only("message"), `{"message_id":2,"message_thread_id":2,"is_topic_message":true,"date":1795000000,
		"chat":{"id":-1002000000001,"type":"supergroup","title":"SMM desk","is_forum":true},
		"from":{"id":7000000001,"is_bot":true,"first_name":"Desk","username":"desk_bot"},
		"forum_topic_created":{"name":"Trattoria Uno","icon_color":7322096}}`)
}

func TestAPhotoCardIsSentPressedAndDecided(t *testing.T) {
	b := setup(t)
	b.must("createForumTopic", `{"chat_id":-1002000000001,"name":"Trattoria Uno"}`)
	b.pull()
	card := b.must("sendPhoto", `{"chat_id":-1002000000001,"message_thread_id":2,"photo":"https://cdn.example/p/318-v2.jpg",
		"caption":"<b>Post #318</b> v2\nIG feed, Fri 12:00","parse_mode":"HTML","reply_markup":`+keyboard+`}`)
	if card["caption"] != "Post #318 v2\nIG feed, Fri 12:00" || card["message_thread_id"] != 2.0 || card["is_topic_message"] != true {
		t.Fatalf("%v", card)
	}
	same(t, card["caption_entities"], `[{"type":"bold","offset":0,"length":9}]`)
	same(t, card["reply_markup"], keyboard)
	largest := card["photo"].([]any)[1].(map[string]any)
	if largest["file_id"] == "" || largest["width"] != 1080.0 || largest["height"] != 1350.0 {
		t.Fatalf("%v", largest)
	}

	id, err := b.Press(maks, desk, 3, "Approve")
	if err != nil {
		t.Fatal(err)
	}
	query := b.only("callback_query")
	if query["id"] != id || query["data"] != "a1:9fK2c:ok" || query["chat_instance"] == "" {
		t.Fatalf("%v", query)
	}
	same(t, query["from"], `{"id":55501,"is_bot":false,"first_name":"Maks","username":"maks","language_code":"uk"}`)
	same(t, query["message"].(map[string]any)["reply_markup"], keyboard)

	if a := b.do("answerCallbackQuery", quote(map[string]any{"callback_query_id": id, "text": "Approved"})); string(a.Result) != "true" {
		t.Fatalf("%+v", a)
	}
	toasts := b.Toasts(maks)
	if len(toasts) != 1 || toasts[0].Text != "Approved" || toasts[0].Alert || toasts[0].CallbackID != id || !b.Answered(id) {
		t.Fatalf("%+v", toasts)
	}
	edited := b.must("editMessageCaption", `{"chat_id":-1002000000001,"message_id":3,
		"caption":"Post #318 v2 — approved by Maks 12:04","reply_markup":{"inline_keyboard":[]}}`)
	if edited["reply_markup"] != nil || edited["edit_date"] != 1795000000.0 {
		t.Fatalf("%v", edited)
	}
	if shown := b.Messages(desk)[1]; shown.Keyboard != nil || !shown.Edited || shown.Media == nil {
		t.Fatalf("%+v", shown)
	}
}

func TestAForcedReplyComesBackAsAReply(t *testing.T) {
	b := setup(t)
	b.must("createForumTopic", `{"chat_id":-1002000000001,"name":"Trattoria Uno"}`)
	b.must("sendMessage", `{"chat_id":-1002000000001,"message_thread_id":2,"text":"Post #318"}`)
	question := b.must("sendMessage", `{"chat_id":-1002000000001,"message_thread_id":2,"text":"@maks what should change?",
		"reply_parameters":{"message_id":3,"allow_sending_without_reply":true},
		"reply_markup":{"force_reply":true,"selective":true,"input_field_placeholder":"New caption"}}`)
	if question["reply_markup"] != nil || question["reply_to_message"].(map[string]any)["message_id"] != 3.0 {
		t.Fatalf("%v", question)
	}
	same(t, question["entities"], `[{"type":"mention","offset":0,"length":5}]`)
	b.pull()
	shown := b.Messages(desk)[2]
	if !shown.ForceReply || shown.Placeholder != "New caption" || shown.ReplyTo != 3 {
		t.Fatalf("%+v", shown)
	}
	if _, err := b.Send(maks, desk, "Shorter, please", shown.ID); err != nil {
		t.Fatal(err)
	}
	m := b.only("message")
	if m["message_thread_id"] != 2.0 || m["reply_to_message"].(map[string]any)["message_id"] != 4.0 || m["text"] != "Shorter, please" {
		t.Fatalf("%v", m)
	}
}

func TestCommandsAreKeptByScope(t *testing.T) {
	b := setup(t)
	b.must("setMyCommands", `{"commands":[{"command":"queue","description":"Drafts waiting"}],"scope":{"type":"chat","chat_id":-1002000000001}}`)
	b.must("setMyCommands", `{"commands":[{"command":"help","description":"What I can do"}]}`)
	b.must("setMyCommands", `{"commands":[{"command":"gone","description":"x"}],"language_code":"uk"}`)
	b.must("setMyCommands", `{"commands":[],"language_code":"uk"}`)
	if all := b.Commands(); len(all) != 2 || all[0] != (Command{"queue", "Drafts waiting"}) {
		t.Fatalf("%v", all)
	}
	if here := b.CommandsFor(maks, desk); len(here) != 1 || here[0].Command != "queue" {
		t.Errorf("in the desk: %v", here)
	}
	if here := b.CommandsFor(maks, maks); len(here) != 1 || here[0].Command != "help" {
		t.Errorf("in private: %v", here)
	}
	for body, words := range map[string]string{
		`{"commands":[{"command":"Queue","description":"x"}]}`: "Bad Request: BOT_COMMAND_INVALID",
		`{"commands":[{"command":"queue","description":""}]}`:  "Bad Request: command description must be non-empty",
		`{"commands":[],"scope":{"type":"chat","chat_id":-1}}`: "Bad Request: chat not found",
		`{"commands":"x"}`: "Bad Request: can't parse commands JSON object",
		`{"commands":[{"command":"` + strings.Repeat("a", 33) + `","description":"x"}]}`: "Bad Request: command length must not exceed 32",
	} {
		b.refuses("setMyCommands", body, 400, words)
	}
}

func TestAnAlbumHasNoButtonsSoTheyFollowInAReply(t *testing.T) {
	b := setup(t)
	a := b.do("sendMediaGroup", `{"chat_id":55501,"reply_markup":`+keyboard+`,"media":[
		{"type":"photo","media":"https://cdn.example/1.jpg","caption":"<i>One</i>","parse_mode":"HTML"},
		{"type":"photo","media":"https://cdn.example/2.jpg"}]}`)
	shown := b.Messages(maks)
	if !a.OK || len(shown) != 2 || shown[0].Album == "" || shown[0].Album != shown[1].Album || shown[0].Keyboard != nil {
		t.Fatalf("%+v %+v", a, shown)
	}
	if shown[0].HTML != "<i>One</i>" || shown[0].Media.URL != "https://cdn.example/1.jpg" {
		t.Fatalf("%+v", shown[0])
	}
	b.must("sendMessage", `{"chat_id":55501,"text":"Post?","reply_parameters":{"message_id":1},"reply_markup":`+keyboard+`}`)
}

func TestTooManyRequestsSaysHowLong(t *testing.T) {
	b := setup(t)
	b.Limit(maks, 1, 7)
	a := b.refuses("sendMessage", `{"chat_id":55501,"text":"x"}`, 429, "Too Many Requests: retry after 7")
	if a.Header.Get("Retry-After") != "7" || a.Parameters.RetryAfter != 7 {
		t.Errorf("%+v", a)
	}
	b.must("sendMessage", `{"chat_id":55501,"text":"x"}`)
}

func TestAPressOnALostMessageHasNoContent(t *testing.T) {
	b := setup(t)
	b.must("sendMessage", `{"chat_id":55501,"text":"Card","reply_markup":`+keyboard+`}`)
	b.Forget(maks, 1)
	if _, err := b.Press(maks, maks, 1, "Approve"); err != nil {
		t.Fatal(err)
	}
	same(t, b.only("callback_query")["message"],
		`{"message_id":1,"date":0,"chat":{"id":55501,"type":"private","first_name":"Maks","username":"maks"}}`)
	b.PressData(maks, maks, 99, "forged")
	if q := b.only("callback_query"); q["data"] != "forged" || q["message"].(map[string]any)["date"] != 0.0 {
		t.Errorf("%v", q)
	}
}

func TestPressesAreAnsweredOnceAndInTime(t *testing.T) {
	const old = "Bad Request: query is too old and response timeout expired or query ID is invalid"
	b := setup(t)
	b.must("sendMessage", `{"chat_id":55501,"text":"Card","reply_markup":`+keyboard+`}`)
	press := func() string {
		id, err := b.Press(maks, maks, 1, "Approve")
		if err != nil {
			t.Fatal(err)
		}
		return quote(map[string]any{"callback_query_id": id})
	}
	once := press()
	b.must("answerCallbackQuery", once)
	b.refuses("answerCallbackQuery", once, 400, old)
	late := press()
	b.clock.Advance(151 * time.Second)
	b.refuses("answerCallbackQuery", late, 400, old)
	intime := press()
	b.clock.Advance(150 * time.Second)
	b.must("answerCallbackQuery", intime)
	b.refuses("answerCallbackQuery", `{"callback_query_id":"12"}`, 400, old)
}
