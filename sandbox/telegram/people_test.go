package telegram

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

func wireFault(status int) wire.Fault {
	return wire.Fault{Status: status, Body: "<html>Bad Gateway</html>"}
}

func TestTheBotWritesOnlyAfterStart(t *testing.T) {
	b := setup(t)
	body := fmt.Sprintf(`{"chat_id":%d,"text":"x"}`, iryna)
	b.refuses("sendMessage", body, 403, "Forbidden: bot can't initiate conversation with a user")
	b.refuses("getChat", body, 400, "Bad Request: chat not found")
	if _, err := b.Send(iryna, iryna, "hello", 0); err == nil {
		t.Error("wrote without Start")
	}
	b.Start(iryna)
	m := b.only("message")
	if m["text"] != "/start" {
		t.Errorf("%v", m)
	}
	same(t, m["entities"], `[{"type":"bot_command","offset":0,"length":6}]`)
	b.must("sendMessage", body)
	b.must("getChat", body)
	b.StartWith(iryna, "inv-123")
	if m := b.only("message"); m["text"] != "/start inv-123" {
		t.Errorf("%v", m)
	}
}

func TestABlockedBotIsToldAndRefused(t *testing.T) {
	b := setup(t)
	b.Block(maks)
	member := b.only("my_chat_member")
	if member["new_chat_member"].(map[string]any)["status"] != "kicked" || member["old_chat_member"].(map[string]any)["status"] != "member" {
		t.Errorf("%v", member)
	}
	b.refuses("sendMessage", `{"chat_id":55501,"text":"x"}`, 403, "Forbidden: bot was blocked by the user")
	if _, err := b.Send(maks, maks, "x", 0); err == nil {
		t.Error("someone who blocked the bot wrote to it")
	}
	b.Start(maks)
	if all := b.pull(); len(all) != 2 || all[0]["my_chat_member"] == nil || all[1]["message"] == nil {
		t.Errorf("%v", all)
	}
	b.must("sendMessage", `{"chat_id":55501,"text":"x"}`)
}

func TestAKickedBotIsToldAndRefused(t *testing.T) {
	b := setup(t)
	b.Kick(maks, desk)
	if m := b.only("my_chat_member"); m["old_chat_member"].(map[string]any)["can_manage_topics"] != true {
		t.Errorf("%v", m)
	}
	b.refuses("sendMessage", `{"chat_id":-1002000000001,"text":"x"}`, 403, "Forbidden: bot was kicked from the supergroup chat")
	if _, err := b.Send(maks, desk, "x", 0); err != nil || len(b.pull()) != 0 {
		t.Errorf("the bot still listens: %v", err)
	}
	b.Admit(maks, desk, true)
	b.must("sendMessage", `{"chat_id":-1002000000001,"text":"x"}`)
}

func TestWhoComesAndGoesIsToldOnRequest(t *testing.T) {
	b := setup(t)
	b.Join(9, desk)
	if m := b.only("message"); m["new_chat_members"] == nil {
		t.Errorf("%v", m)
	}
	b.do("getUpdates", `{"allowed_updates":["chat_member"]}`)
	b.Leave(9, desk)
	if m := b.only("chat_member"); m["new_chat_member"].(map[string]any)["status"] != "left" {
		t.Errorf("%v", m)
	}
	if _, err := b.Send(9, desk, "x", 0); err == nil {
		t.Error("wrote after leaving")
	}
}

func TestPrivacyModeHidesSmallTalk(t *testing.T) {
	b := setup(t)
	b.AddGroup(Group{ID: -500, Title: "Team", Members: []int64{maks}})
	b.must("sendMessage", `{"chat_id":-500,"text":"Question?"}`)
	for _, c := range []struct {
		text    string
		replyTo int
		seen    bool
	}{
		{"small talk", 0, false}, {"/queue", 0, true}, {"/queue@desk_bot", 0, true}, {"/queue@other_bot", 0, false},
		{"hey @Desk_Bot", 0, true}, {"an answer", 1, true}, {"an answer", 2, false},
	} {
		if _, err := b.Send(maks, -500, c.text, c.replyTo); err != nil {
			t.Fatal(err)
		}
		if all := b.pull(); (len(all) == 1) != c.seen {
			t.Errorf("%q: seen %v, want %v", c.text, !c.seen, c.seen)
		}
	}
}

func TestPeopleEditAndUpload(t *testing.T) {
	b := setup(t)
	id := b.say("helo")
	b.pull()
	b.clock.Advance(time.Minute)
	if err := b.Edit(maks, maks, id, "hello"); err != nil {
		t.Fatal(err)
	}
	if m := b.only("edited_message"); m["text"] != "hello" || m["edit_date"] != 1795000060.0 {
		t.Errorf("%v", m)
	}
	if _, err := b.SendFile(maks, maks, Upload{Kind: "voice", Name: "v.ogg", MIME: "audio/ogg", Data: []byte("OggS"), Caption: "listen"}); err != nil {
		t.Fatal(err)
	}
	m := b.only("message")
	voice := m["voice"].(map[string]any)
	if m["caption"] != "listen" || voice["mime_type"] != "audio/ogg" || voice["duration"] != 0.0 {
		t.Errorf("%v", m)
	}
	b.must("getFile", `{"file_id":"`+voice["file_id"].(string)+`"}`)
}

func TestPressFindsTheButtonAPersonMeans(t *testing.T) {
	b := setup(t)
	b.must("sendMessage", `{"chat_id":55501,"text":"Card","reply_markup":{"inline_keyboard":[
		[{"text":"✅ Send","callback_data":"1"},{"text":"Send later","callback_data":"2"},{"text":"✏️ Edit text","callback_data":"3"}],
		[{"text":"Open","url":"https://a.b/"}]]}}`)
	for label, data := range map[string]string{"Send": "1", "send later": "2", "edit": "3", "✅ Send": "1"} {
		if _, err := b.Press(maks, maks, 1, label); err != nil {
			t.Errorf("%s: %v", label, err)
		} else if q := b.only("callback_query"); q["data"] != data {
			t.Errorf("%s pressed %v", label, q["data"])
		}
	}
	for label, words := range map[string]string{
		"Discard": `no button says "Discard"; there are "✅ Send", "Send later", "✏️ Edit text", "Open"`,
		"e":       `"e" may be any of "✅ Send", "Send later", "✏️ Edit text", "Open"`,
		"Open":    `the button "Open" tells the bot nothing, it opens "https://a.b/"`,
	} {
		if _, err := b.Press(maks, maks, 1, label); err == nil || !strings.Contains(err.Error(), words) {
			t.Errorf("%s: %v", label, err)
		}
	}
	if _, err := b.Press(iryna, maks, 1, "Send"); err == nil {
		t.Error("pressed in somebody else's chat")
	}
}

func TestTheChatListShowsWhereAPersonIs(t *testing.T) {
	b := setup(t)
	b.must("sendMessage", `{"chat_id":-1002000000001,"text":"x"}`)
	list := b.Chats(iryna)
	if len(list) != 2 || list[0].ID != desk || !list[0].Forum || list[0].Title != "SMM desk" || list[0].Kind != "supergroup" {
		t.Fatalf("%+v", list)
	}
	if private := list[1]; private.ID != iryna || private.Title != "Desk" || private.Started || private.Kind != "private" {
		t.Errorf("%+v", private)
	}
	b.AddGroup(Group{ID: -400, Members: []int64{iryna}})
	b.Migrate(-400)
	if list := b.Chats(iryna); len(list) != 3 {
		t.Errorf("%+v", list)
	}
}

func TestMembersAreLookedUp(t *testing.T) {
	b := setup(t)
	b.AddUser(User{ID: 9, FirstName: "Out"})
	for id, status := range map[int64]string{maks: "creator", iryna: "member", 9: "left", b.bot.ID: "administrator"} {
		if m := b.must("getChatMember", fmt.Sprintf(`{"chat_id":-1002000000001,"user_id":%d}`, id)); m["status"] != status {
			t.Errorf("%d: %v", id, m)
		}
	}
	b.refuses("getChatMember", `{"chat_id":-1002000000001,"user_id":77}`, 400, "Bad Request: PARTICIPANT_ID_INVALID")
}

func TestSubscribersHearOfChanges(t *testing.T) {
	b := setup(t)
	changes, cancel := b.Subscribe()
	b.say("one")
	b.say("two") // merges with the first
	<-changes
	select {
	case <-changes:
		t.Error("two signals for what nobody had collected")
	default:
	}
	cancel()
	b.say("three")
	select {
	case <-changes:
		t.Error("heard after cancel")
	default:
	}
}
