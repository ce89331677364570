package whapi

import (
	"fmt"
	"testing"
	"time"
)

// texts of a history page, in its order.
func pageTexts(answer map[string]any) (texts []string) {
	for _, m := range answer["messages"].([]any) {
		m := m.(map[string]any)
		body, _ := m[m["type"].(string)].(map[string]any)
		words, _ := body["body"].(string)
		if words == "" {
			words = "<" + m["type"].(string) + ">"
		}
		texts = append(texts, words)
	}
	return texts
}

func (b *bench) seed(chatID string, past ...Past) []string {
	b.Helper()
	ids, err := b.sim.SeedHistory("company", chatID, past...)
	if err != nil {
		b.Fatal(err)
	}
	return ids
}

func TestSeededHistoryIsReadInItsPlaceAndHeardByNobody(t *testing.T) {
	b := hooked(t)
	b.say("hello again")
	b.forget()
	ids := b.seed(direct,
		Past{Ago: time.Hour, From: olena, What: Text("are you there?"), Unread: true},
		Past{Ago: 48 * time.Hour, From: olena, What: Text("hello")},
		Past{Ago: 47 * time.Hour, What: Text("good evening")},
		Past{Ago: 40 * day, From: olena, What: Media{Kind: "image", Bytes: photo(1)}},
	)
	b.equal("webhooks", len(b.settle()), 0)
	b.equal("history", pageTexts(b.ok("GET", "/messages/list/"+direct+"?sort=asc", "")), []string{"<image>", "hello", "good evening", "are you there?", "hello again"})
	ours := b.ok("GET", "/messages/"+ids[2], "")
	b.equal("our side", []any{ours["from_me"], ours["source"], ours["status"], ours["from"], ours["timestamp"]}, []any{true, "mobile", "read", company, 1795000000.0 - 47*3600})
	chat := b.ok("GET", "/chats/"+direct, "")
	b.equal("chat", []any{chat["unread"], chat["timestamp"], chat["last_message"].(map[string]any)["text"]}, []any{2.0, 1795000000.0, map[string]any{"body": "hello again"}})
	b.wants("a file that nobody fetched in time", "/media/"+b.fileOf(ids[3]), 404)
	b.equal("since", pageTexts(b.ok("GET", "/messages/list/"+direct+"?time_from="+fmt.Sprint(1795000000-2*3600), "")), []string{"hello again", "are you there?"})
	b.ok("POST", "/messages/text", `{"to":"`+direct+`","body":"we are back","quoted":"`+ids[0]+`"}`)
}

func TestAYoungFileOfThePastCanStillBeFetched(t *testing.T) {
	b := hooked(t)
	b.downloads("image")
	ids := b.seed(direct, Past{Ago: 13 * day, From: olena, What: Media{Kind: "image", Bytes: photo(1)}})
	b.equal("link", b.ok("GET", "/messages/"+ids[0], "")["image"].(map[string]any)["link"], nil)
	b.wants("by id", "/media/"+b.fileOf(ids[0]), 200)
}

func TestTheHistoryOfAGroupIsOnEveryNumber(t *testing.T) {
	g := inGroup(t)
	ids, err := g.sim.SeedHistory("company", ourGroup, Past{Ago: time.Hour, From: taras, What: Text("hello")}, Past{Ago: time.Minute, What: Text("good evening")})
	if err != nil {
		t.Fatal(err)
	}
	_, theirs := g.callAs(tokMarketa, "GET", "/messages/list/"+ourGroup, "")
	ours := g.ok("GET", "/messages/list/"+ourGroup, "")
	g.equal("same words", pageTexts(ours), pageTexts(theirs))
	last := func(answer map[string]any) map[string]any { return answer["messages"].([]any)[0].(map[string]any) }
	g.equal("from me", []any{last(ours)["from_me"], last(theirs)["from_me"], last(theirs)["from"]}, []any{true, false, company})
	if last(ours)["id"] != ids[1] || last(theirs)["id"] == ids[1] {
		t.Error("ids")
	}
}

func TestAPastThatCouldNotBeIsRefused(t *testing.T) {
	b := hooked(t)
	for name, c := range map[string]struct {
		channel, chat string
		past          Past
	}{
		"no channel": {"nowhere", direct, Past{What: Text("x")}}, "no chat": {"company", "380999999999@s.whatsapp.net", Past{What: Text("x")}},
		"no group": {"company", ourGroup, Past{What: Text("x")}}, "nothing": {"company", direct, Past{}}, "the future": {"company", direct, Past{Ago: -1, What: Text("x")}},
		"a third person": {"company", direct, Past{From: company, What: Text("x")}}, "a stranger": {"company", direct, Past{From: "1", What: Text("x")}}, "nowhere on earth": {"company", direct, Past{What: Location{Latitude: 99}}},
	} {
		if _, err := b.sim.SeedHistory(c.channel, c.chat, c.past); err == nil {
			t.Errorf("%s was seeded", name)
		}
	}
	b.equal("history", b.ok("GET", "/messages/list", "")["total"], 0.0)
}

func TestMessagesWhoseWebhooksWereLostAreInTheHistory(t *testing.T) {
	b := hooked(t)
	b.say("heard")
	b.settle()
	b.sim.Courier().Drop(3)
	lost := b.say("lost")
	if err := b.sim.EditMessage("company", lost, "lost and edited"); err != nil { // its action and its update are lost too
		t.Fatal(err)
	}
	b.clock.Advance(time.Minute)
	b.say("heard again")
	b.equal("heard", b.texts(), []string{"heard", "heard again"})
	b.equal("history", pageTexts(b.ok("GET", "/messages/list/"+direct+"?sort=asc&normal_types=true", "")), []string{"heard", "lost and edited", "heard again"})
	b.equal("with actions", pageTexts(b.ok("GET", "/messages/list/"+direct+"?sort=asc", "")), []string{"heard", "lost and edited", "<action>", "heard again"})
}

func TestADeletionWhoseWebhookWasLostLeavesAGap(t *testing.T) {
	b := hooked(t)
	id := b.say("forget it")
	b.settle()
	b.sim.Courier().Drop(2)
	if err := b.sim.DeleteMessage("company", id); err != nil {
		t.Fatal(err)
	}
	b.equal("heard", len(b.settle()), 1)
	b.equal("history", pageTexts(b.ok("GET", "/messages/list", "")), []string{"<action>"})
}

func TestTheHistoryOfAllChatsIsPaged(t *testing.T) {
	g := inGroup(t)
	for i := range 12 {
		g.clock.Advance(time.Minute)
		switch i % 3 {
		case 0:
			g.say(fmt.Sprint(i))
		case 1:
			g.says(taras, Text(fmt.Sprint(i)), Opts{})
		default:
			g.posts("tok_company", fmt.Sprint(i), "")
		}
	}
	var all []string
	for offset := 0; ; offset += 5 {
		answer := g.ok("GET", fmt.Sprintf("/messages/list?count=5&offset=%d", offset), "")
		g.equal("total", answer["total"], 12.0)
		page := pageTexts(answer)
		if all = append(all, page...); len(page) < 5 {
			break
		}
	}
	g.equal("newest first", all, []string{"11", "10", "9", "8", "7", "6", "5", "4", "3", "2", "1", "0"})
	first := pageTexts(g.ok("GET", "/messages/list?count=3", ""))
	g.say("in between")
	g.equal("a message in between shifts the next page", []any{first, pageTexts(g.ok("GET", "/messages/list?count=3&offset=3", ""))}, []any{[]string{"11", "10", "9"}, []string{"9", "8", "7"}})
	_, theirs := g.callAs(tokMarketa, "GET", "/messages/list", "")
	g.equal("the other number has the group only", theirs["total"], 8.0)
}

func TestAnEmptiedChatIsOneRemovalOfAll(t *testing.T) {
	b := hooked(t)
	b.say("one")
	b.send("two")
	b.forget()
	if err := b.sim.ClearChat("company", direct); err != nil {
		t.Fatal(err)
	}
	got := b.settle()
	b.equal("body", []any{got[0].event(), got[0].body["messages_removed_all"], got[0].body["messages_removed"]}, []any{"messages.delete", direct, nil})
	b.equal("history", b.ok("GET", "/messages/list/"+direct, "")["total"], 0.0)
	if b.sim.ClearChat("company", "380999999999") == nil {
		t.Error("cleared nothing")
	}
}
