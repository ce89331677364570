package whapi

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"
)

func TestAnIncomingMessageCarriesWhoAndWhere(t *testing.T) {
	b := hooked(t)
	id := b.say("hello")
	b.equal("message", b.settle()[0].first("messages"), map[string]any{
		"id": id, "from_me": false, "type": "text", "chat_id": direct, "chat_name": "Olena", "timestamp": 1795000000.0,
		"source": "mobile", "text": map[string]any{"body": "hello"}, "from": olena, "from_name": "Olena",
	})
	b.equal("chat", b.sim.Chats("company"), []Chat{{"company", direct, "Olena", "contact", b.clock.Now(), 1}})
	b.equal("other channel", len(b.sim.Chats("marketa")), 0)
}

func TestAColleagueOnThePhoneIsFromMeWithoutADevice(t *testing.T) {
	b := hooked(t)
	b.say("hello")
	b.forget()
	id, err := b.sim.PhoneSays("company", direct, "I take this one")
	if err != nil {
		t.Fatal(err)
	}
	m := b.settle()[0].first("messages")
	b.equal("echo", []any{m["id"], m["from_me"], m["source"], m["device_id"]}, []any{id, true, "mobile", nil})
	b.equal("read by answering", b.sim.Chats("company")[0].Unread, 0)
	b.equal("not ours", len(b.sim.Sent("company")), 0)
}

func TestMarkingAsReadReadsAllBeforeIt(t *testing.T) {
	b := hooked(t)
	b.say("one")
	second := b.say("two")
	b.say("three")
	b.forget()
	b.ok("PUT", "/messages/"+second, "")
	b.equal("unread", b.sim.Chats("company")[0].Unread, 1)
	b.equal("rows", len(b.settle()[0].body["statuses"].([]any)), 2)
}

func TestStrangersAndUnknownChannelsAreErrors(t *testing.T) {
	b := setup(t)
	_, stranger := b.sim.Say("company", "380999999999", "x")
	_, channel := b.sim.Say("nowhere", olena, "x")
	_, chat := b.sim.PhoneSays("company", "nobody", "x")
	for _, err := range []error{
		stranger, channel, chat, b.sim.EditMessage("company", "x", "y"), b.sim.EditMessage("company", b.send("ours"), "y"),
		b.sim.DeleteMessage("company", b.send("ours")), b.sim.React("company", b.send("x"), "380999999999", "👍"),
	} {
		if err == nil {
			t.Error("no error")
		}
	}
}

func TestTheHistoryIsPagedFilteredAndNewestFirst(t *testing.T) {
	b := setup(t)
	for i := range 6 {
		if b.clock.Advance(time.Minute); i%2 == 0 {
			b.say(fmt.Sprint(i))
		} else {
			b.send(fmt.Sprint(i))
		}
	}
	sayTo(b, "marketa")
	start := int64(1795000000)
	for query, want := range map[string]string{
		"":                              "543210",
		"?sort=asc":                     "012345",
		"?count=2":                      "54",
		"?count=2&offset=4":             "10",
		"?offset=9":                     "",
		"?from_me=true":                 "531",
		"?from_me=false&sort=asc":       "024",
		"?author=" + olena + "&count=1": "4",
		at("?time_from=%d", start+240):  "543",
		at("?time_to=%d", start+120):    "10",
		at("?time_from=%d&time_to=%[1]d", start+180): "2",
	} {
		for _, path := range []string{"/messages/list", "/messages/list/" + direct} {
			answer := b.ok("GET", path+query, "")
			got := ""
			for _, m := range answer["messages"].([]any) {
				got += m.(map[string]any)["text"].(map[string]any)["body"].(string)
			}
			b.equal(path+query, got, want)
		}
	}
	page := b.ok("GET", "/messages/list?count=2&offset=2", "")
	b.equal("numbers", []any{page["count"], page["total"], page["offset"], page["first"], page["last"]}, []any{2.0, 6.0, 2.0, 2.0, 3.0})
}

func at(format string, when int64) string { return fmt.Sprintf(format, when) }

func TestBadHistoryRequestsAreRefused(t *testing.T) {
	b := setup(t)
	b.say("x")
	for path, want := range map[string]int{
		"/messages/list?count=0": 400, "/messages/list?count=501": 400, "/messages/list?offset=-1": 400, "/messages/list?from_me=1": 400,
		"/messages/list?sort=up": 400, "/messages/list?time_from=yesterday": 400, "/messages/list/" + olena: 400,
		"/messages/list/380000000009@s.whatsapp.net": 404, "/messages/x": 400, "/messages/ABCDabcd-ABCDabcd": 404, "/statuses/ABCDabcd-ABCDabcd": 404,
	} {
		if status, _ := b.call("GET", path, ""); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
	status, _ := b.call("GET", "/statuses/"+b.say("mine"), "")
	b.equal("statuses of another's message", status, 403)
}

func TestPresenceShowsUntilItsTimeOrAMessageOrAPause(t *testing.T) {
	b := setup(t)
	typing := func(body string) { b.ok("PUT", "/presences/"+olena, body) }
	shown := func() string { return b.sim.Presence("company", direct) }
	typing(`{"presence":"typing","delay":4}`)
	b.equal("typing", shown(), "typing")
	b.clock.Advance(4 * time.Second)
	b.equal("after its delay", shown(), "")
	typing(`{"presence":"recording"}`)
	b.equal("recording", shown(), "recording")
	typing(`{"presence":"pause"}`)
	b.equal("after a pause", shown(), "")
	typing(`{"presence":"typing"}`)
	b.send("done")
	b.equal("after a message", shown(), "")
}

func TestThePersonsTypingIsHeardOnceSubscribed(t *testing.T) {
	b := hooked(t)
	hear := func() int {
		if err := b.sim.Typing("company", olena, true); err != nil {
			t.Fatal(err)
		}
		return len(b.settle())
	}
	b.equal("before", hear(), 0)
	b.ok("POST", "/presences/"+olena, "")
	b.equal("after", hear(), 1)
	b.equal("presence", b.settle()[0].first("presences"), map[string]any{"contact_id": olena, "status": "typing"})
	status, _ := b.call("POST", "/presences/"+olena, "")
	b.equal("twice", status, 409)
}

func TestChatsAreListedNewestFirst(t *testing.T) {
	b := setup(t)
	b.sim.AddPerson(Person{Phone: "380502223344", Name: "Taras"})
	b.say("first")
	b.clock.Advance(time.Second)
	if _, err := b.sim.Say("company", "380502223344", "second"); err != nil {
		t.Fatal(err)
	}
	chats := b.ok("GET", "/chats", "")["chats"].([]any)
	b.equal("chats", len(chats), 2)
	first := chats[0].(map[string]any)
	b.equal("first", []any{first["name"], first["unread"], first["type"]}, []any{"Taras", 1.0, "contact"})
	b.equal("last message", first["last_message"].(map[string]any)["text"], map[string]any{"body": "second"})
}

func TestGroupsTellWhoIsInAndWhoWasLeftOut(t *testing.T) {
	b := hooked(t)
	group, _ := aGroup(b)
	b.equal("unread by outsiders", len(b.sim.Messages("company", group)), 1)
	b.equal("members", b.ok("GET", "/groups/"+group, "")["participants_count"], 2.0)
	b.equal("mine", b.ok("GET", "/groups", "")["total"], 1.0)
	status, _ := b.callAs("tok_marketa", "GET", "/groups/"+group, "")
	b.equal("group of others", status, 404)
	status, _ = b.callAs("tok_marketa", "POST", "/messages/text", `{"to":"`+group+`","body":"x"}`)
	b.equal("writing as an outsider", status, 403)
}

func TestSubscribersAreNudgedOncePerBurst(t *testing.T) {
	b := setup(t)
	changes, cancel := b.sim.Subscribe()
	b.say("one")
	b.say("two")
	<-changes
	select {
	case <-changes:
		t.Error("a second nudge for one burst")
	default:
	}
	cancel()
	b.say("three")
	select {
	case <-changes:
		t.Error("a nudge after cancel")
	default:
	}
}

func TestSmallReadings(t *testing.T) {
	b := setup(t)
	b.say("hello")
	b.equal("chat", b.ok("GET", "/chats/"+direct, "")["id"], direct)
	b.equal("lids", b.ok("GET", "/contacts/lids?ContactIDList="+olena+",380000000001", ""), map[string]any{olena: map[string]any{"lid": "222333444555666@lid"}})
	b.equal("profile", b.ok("GET", "/users/profile", "")["name"], "SMM Studio")
	b.ok("PUT", "/presences/me", `{"presence":"online"}`)
	b.ok("POST", "/presences/"+olena, "")
	b.equal("presence", b.ok("GET", "/presences/"+olena, "")["contact_id"], olena)
	for path, want := range map[string]int{"/contacts/" + olena: 200, "/contacts/380000000001": 404} {
		resp, err := b.request("tok_company", "HEAD", path, "")
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		b.equal(path, resp.StatusCode, want)
	}
	resp, err := b.request("tok_company", "GET", "/settings/events", "")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var events []HookEvent
	if err := json.NewDecoder(resp.Body).Decode(&events); err != nil || !slices.Contains(events, HookEvent{"messages", "post"}) {
		t.Errorf("events %v, %v", events, err)
	}
}
