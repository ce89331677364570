package whapi

import "testing"

func TestAnEditIsAnActionAndAnUpdate(t *testing.T) {
	b := hooked(t)
	id := b.say("table for 3")
	b.forget()
	if err := b.sim.EditMessage("company", id, "table for 4"); err != nil {
		t.Fatal(err)
	}
	got := b.settle()
	b.equal("events", b.events(), []string{"messages.post", "messages.patch"})
	m := got[0].first("messages")
	if m["id"] == id {
		t.Error("the action has the message's id")
	}
	b.equal("action", m["action"], map[string]any{"target": id, "type": "edit", "edited_type": "text", "edited_content": map[string]any{"body": "table for 4"}})
	u := got[1].first("messages_updates")
	b.equal("update", []any{u["id"], u["changes"], u["trigger"].(map[string]any)["id"]}, []any{id, []any{"text"}, m["id"]})
	b.equal("before", u["before_update"].(map[string]any)["text"], map[string]any{"body": "table for 3"})
	b.equal("after", u["after_update"].(map[string]any)["text"], map[string]any{"body": "table for 4"})
	b.equal("history", b.ok("GET", "/messages/"+id, "")["text"], map[string]any{"body": "table for 4"})
	phone := b.sim.Messages("company", direct)
	b.equal("on the phone", []any{len(phone), phone[0].Text, phone[0].Edited}, []any{1, "table for 4", true})
}

func TestADeletionIsAnActionAndARemoval(t *testing.T) {
	b := hooked(t)
	id := b.say("forget it")
	b.forget()
	if err := b.sim.DeleteMessage("company", id); err != nil {
		t.Fatal(err)
	}
	got := b.settle()
	b.equal("events", b.events(), []string{"messages.post", "messages.delete"})
	b.equal("action", got[0].first("messages")["action"], map[string]any{"target": id, "type": "delete"})
	b.equal("removed", got[1].body["messages_removed"], []any{id})
	status, _ := b.call("GET", "/messages/"+id, "")
	b.equal("history", status, 404)
	phone := b.sim.Messages("company", direct)[0]
	b.equal("on the phone", []any{phone.Deleted, phone.Text}, []any{true, ""})
	if b.sim.DeleteMessage("company", id) == nil {
		t.Error("deleted twice")
	}
}

func TestAReactionIsAnActionAndCanBeTakenBack(t *testing.T) {
	b := hooked(t)
	id := b.send("your reel is live")
	b.forget()
	for _, emoji := range []string{"❤️", "👍", ""} {
		if err := b.sim.React("company", id, olena, emoji); err != nil {
			t.Fatal(err)
		}
	}
	got := b.settle()
	b.equal("first", got[0].first("messages")["action"], map[string]any{"target": id, "type": "reaction", "emoji": "❤️"})
	b.equal("last", got[4].first("messages")["action"], map[string]any{"target": id, "type": "reaction", "emoji": ""})
	b.equal("update", got[1].first("messages_updates")["changes"], []any{"reactions"})
	b.equal("replaced, not added", got[3].first("messages_updates")["after_update"].(map[string]any)["reactions"], []any{map[string]any{"emoji": "👍", "count": 1.0}})
	b.equal("taken back", len(b.sim.Messages("company", direct)[0].Reactions), 0)
}

func TestWeEditDeleteAndReactThroughTheWire(t *testing.T) {
	b := hooked(t)
	theirs, ours := b.say("hello"), b.send("helo")
	b.forget()
	answer := b.ok("POST", "/messages/text", `{"to":"`+direct+`","body":"hello","edit":"`+ours+`"}`)
	b.equal("edit", answer["message"].(map[string]any)["action"].(map[string]any)["target"], ours)
	b.ok("PUT", "/messages/"+theirs+"/reaction", `{"emoji":"🙏"}`)
	phone := b.sim.Messages("company", direct)
	b.equal("on the phone", []any{phone[0].Reactions, phone[1].Text, phone[1].Edited}, []any{[]string{"🙏"}, "hello", true})
	b.ok("DELETE", "/messages/"+theirs+"/reaction", "")
	b.ok("DELETE", "/messages/"+ours, "")
	b.equal("sent", []any{len(b.sim.Sent("company")), b.sim.Sent("company")[0].Deleted}, []any{1, true})
	for _, d := range b.settle() {
		if d.event() == "messages.post" {
			m := d.first("messages")
			b.equal("echo", []any{m["type"], m["from_me"], m["source"]}, []any{"action", true, "api"})
		}
	}
	status, _ := b.call("DELETE", "/messages/"+ours, "")
	b.equal("deleted twice", status, 404)
}

func TestAnothersMessageIsDeletedOnlyForUs(t *testing.T) {
	b := hooked(t)
	id := b.say("hello")
	b.forget()
	b.ok("DELETE", "/messages/"+id, "")
	b.equal("events", b.events(), []string{"messages.delete"})
}

func TestOurEditsEndAfterAQuarterOfAnHour(t *testing.T) {
	b := setup(t)
	id := b.send("helo")
	b.clock.Advance(editWindow + 1)
	status, _ := b.call("POST", "/messages/text", `{"to":"`+direct+`","body":"hello","edit":"`+id+`"}`)
	b.equal("status", status, 400)
}
