package whapi

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

const (
	taras       = "380502223344"
	marketa     = "380508880000"
	olenaLID    = "222333444555666@lid"
	companyLID  = "777888999000111@lid"
	ourGroup    = "120363000000000099@g.us"
	tokMarketa  = "tok_marketa"
	groupsTitle = "Trattoria Uno / SMM"
)

// grouped has both numbers in one group with Olena, who made it, and Taras. Each number has an inbox of its own.
type grouped struct {
	*bench
	other *inbox // of marketa
}

func inGroup(t *testing.T) *grouped {
	b := setup(t)
	b.sim.AddPerson(Person{Phone: taras, Name: "Taras"})
	g := &grouped{b, newInbox(t, b.clock)}
	hook := b.everything()
	hook.Events = append(hook.Events, HookEvent{"groups", "put"})
	b.sim.AddHook("company", hook)
	hook.URL = g.other.url
	b.sim.AddHook("marketa", hook)
	if _, err := b.sim.AddGroup(Group{ID: ourGroup, Subject: groupsTitle, Creator: olena, Members: []string{company, marketa, taras}}); err != nil {
		t.Fatal(err)
	}
	g.forgetAll()
	return g
}

func (g *grouped) forgetAll() {
	g.forget()
	g.other.mu.Lock()
	g.other.got = nil
	g.other.mu.Unlock()
}

// both are the webhooks of company and of marketa, in order.
func (g *grouped) both() (ofCompany, ofMarketa []delivery) {
	g.Helper()
	ofCompany = g.settle()
	g.other.mu.Lock()
	defer g.other.mu.Unlock()
	return ofCompany, append([]delivery(nil), g.other.got...)
}

func names(list []delivery) (events []string) {
	for _, d := range list {
		events = append(events, d.event())
	}
	return events
}

// says is somebody writing in the group.
func (g *grouped) says(phone string, what Content, o Opts) map[string]string {
	g.Helper()
	ids, err := g.sim.WriteInGroup(ourGroup, phone, what, o)
	if err != nil {
		g.Fatal(err)
	}
	return ids
}

func (g *grouped) posts(token, text, more string) string {
	g.Helper()
	status, answer := g.callAs(token, "POST", "/messages/text", `{"to":"`+ourGroup+`","body":"`+text+`"`+more+`}`)
	if status != 200 {
		g.Fatalf("send: %d %v", status, answer)
	}
	return answer["message"].(map[string]any)["id"].(string)
}

func TestEveryNumberInAGroupGetsItsOwnCopy(t *testing.T) {
	g := inGroup(t)
	ids, err := g.sim.SayInGroup(ourGroup, taras, "when is the shoot?", Opts{})
	if err != nil {
		t.Fatal(err)
	}
	a, b := g.both()
	ours, theirs := a[0].first("messages"), b[0].first("messages")
	g.equal("ids", []any{ours["id"], theirs["id"]}, []any{ids["company"], ids["marketa"]})
	if ids["company"] == ids["marketa"] {
		t.Error("both numbers have the same id")
	}
	for _, id := range ids {
		if strings.Count(id, "-") != 2 || !messagePattern.MatchString(id) {
			t.Errorf("a group's id is %q", id)
		}
	}
	delete(ours, "id")
	delete(theirs, "id")
	g.equal("all else", ours, theirs)
	g.equal("message", ours, map[string]any{
		"from_me": false, "type": "text", "chat_id": ourGroup, "chat_name": groupsTitle, "timestamp": 1795000000.0, "source": "mobile",
		"text": map[string]any{"body": "when is the shoot?"}, "from": taras, "from_name": "Taras",
	})
	twin, err := g.sim.Twin("company", ids["company"], "marketa")
	g.equal("twin", []any{twin, err}, []any{ids["marketa"], nil})
	status, _ := g.callAs(tokMarketa, "GET", "/messages/"+ids["company"], "")
	g.equal("the other's id", status, 404)
	for _, name := range []string{"company", "marketa"} {
		g.equal("unread", g.sim.Chats(name)[0].Unread, 1)
	}
}

func TestThePhotoOfTheContractArrivesInAGroup(t *testing.T) {
	g := inGroup(t)
	g.downloads("image")
	asked := g.posts("tok_company", "Which photo?", "")
	g.forgetAll()
	g.says(olena, Media{Kind: "image", Bytes: photo(3), Caption: "@" + company + " use this one"}, Opts{Quote: asked, Mentions: []string{company}})
	a, b := g.both()
	g.like("webhook", g.example("image_webhook.json"), a[0].body)
	want := g.example("image_webhook.json")["messages"].([]any)[0].(map[string]any)["context"].(map[string]any)
	want["quoted_id"] = asked
	g.equal("context", a[0].first("messages")["context"], want)
	twin, _ := g.sim.Twin("company", asked, "marketa")
	g.equal("the other quotes its own copy", b[0].first("messages")["context"].(map[string]any)["quoted_id"], twin)
	ours, theirs := a[0].first("messages")["image"].(map[string]any), b[0].first("messages")["image"].(map[string]any)
	g.equal("same bytes", ours["sha256"], theirs["sha256"])
	if ours["id"] == theirs["id"] {
		t.Error("both numbers have the same file id")
	}
	g.equal("the other downloads nothing", theirs["link"], nil)
}

func TestWhatOneNumberWritesReachesTheOtherAsSomebodyElses(t *testing.T) {
	g := inGroup(t)
	theirs := g.says(olena, Text("hello"), Opts{})
	g.forgetAll()
	id := g.posts("tok_company", "@"+olena+" good evening", `,"quoted":"`+theirs["company"]+`","mentions":["`+olena+`"]`)
	a, b := g.both()
	g.equal("events of the writer", names(a), []string{"messages.post", "statuses.post", "statuses.post", "statuses.post", "statuses.post"})
	g.equal("events of the other", names(b), []string{"messages.post"})
	m := b[0].first("messages")
	g.equal("copy", []any{m["from_me"], m["from"], m["from_name"], m["source"], m["status"], m["text"]},
		[]any{false, company, "SMM Studio", "web", nil, map[string]any{"body": "@" + olena + " good evening"}})
	g.equal("its context", m["context"], map[string]any{
		"quoted_id": theirs["marketa"], "quoted_type": "text", "quoted_author": olena, "quoted_content": map[string]any{"body": "hello"}, "mentions": []any{olena},
	})
	if m["id"] == id {
		t.Error("the same id")
	}
	g.equal("sent by marketa", len(g.sim.Sent("marketa")), 0)
	status, _ := g.callAs(tokMarketa, "POST", "/messages/text", `{"to":"`+ourGroup+`","body":"x","quoted":"`+id+`"}`)
	g.equal("quoting by the other's id", status, 400)
}

func TestAColleaguesPhoneInTheGroupIsNotTheBotOnEitherNumber(t *testing.T) {
	g := inGroup(t)
	if _, err := g.sim.PhoneSays("company", ourGroup, "I take this"); err != nil {
		t.Fatal(err)
	}
	a, b := g.both()
	ours, theirs := a[0].first("messages"), b[0].first("messages")
	g.equal("own", []any{ours["from_me"], ours["source"], ours["device_id"]}, []any{true, "mobile", nil})
	g.equal("other", []any{theirs["from_me"], theirs["source"], theirs["from"], theirs["device_id"]}, []any{false, "mobile", company, nil})
}

func TestEachReaderOfAGroupHasAReceiptOfTheirOwn(t *testing.T) {
	g := inGroup(t)
	id := g.posts("tok_company", "the reel is ready", "")
	g.forgetAll()
	if err := g.sim.ReadGroup(ourGroup, taras); err != nil {
		t.Fatal(err)
	}
	a, _ := g.both()
	g.equal("row", a[0].first("statuses"), map[string]any{
		"id": id, "code": 4.0, "status": "read", "recipient_id": ourGroup, "viewer_id": taras, "timestamp": "1795000000",
	})
	g.equal("not read by all", g.sim.Messages("company", ourGroup)[0].Status, "delivered")
	twin, _ := g.sim.Twin("company", id, "marketa")
	if status, _ := g.callAs(tokMarketa, "PUT", "/messages/"+twin, ""); status != 200 {
		t.Fatal("mark as read")
	}
	got := map[any]any{}
	for _, row := range g.ok("GET", "/statuses/"+id, "")["statuses"].([]any) {
		got[row.(map[string]any)["viewer_id"]] = row.(map[string]any)["status"]
	}
	g.equal("receipts", got, map[any]any{olena: "delivered", taras: "read", marketa: "read"})
	if err := g.sim.ReadGroup(ourGroup, olena); err != nil {
		t.Fatal(err)
	}
	g.equal("read by all", g.sim.Messages("company", ourGroup)[0].Status, "read")
	if g.sim.ReadGroup(ourGroup, "380999999999") == nil {
		t.Error("read by a stranger")
	}
}

func TestEditsDeletionsAndReactionsReachEveryNumber(t *testing.T) {
	g := inGroup(t)
	ids := g.says(taras, Text("table for 3"), Opts{})
	g.forgetAll()
	for _, err := range []error{
		g.sim.EditMessage("marketa", ids["marketa"], "table for 4"), g.sim.React("company", ids["company"], olena, "👍"), g.sim.DeleteMessage("company", ids["company"]),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	a, b := g.both()
	want := []string{"messages.post", "messages.patch", "messages.post", "messages.patch", "messages.post", "messages.delete"}
	g.equal("events", [][]string{names(a), names(b)}, [][]string{want, want})
	for name, list := range map[string][]delivery{"company": a, "marketa": b} {
		for i, kind := range map[int]string{0: "edit", 2: "reaction", 4: "delete"} {
			m := list[i].first("messages")
			action := m["action"].(map[string]any)
			g.equal(kind, []any{action["type"], action["target"], m["from_me"]}, []any{kind, ids[name], false})
		}
		g.equal("on the phone", []bool{g.sim.Messages(name, ourGroup)[0].Edited, g.sim.Messages(name, ourGroup)[0].Deleted}, []bool{true, true})
	}
}

func TestOurActionsReachTheOtherNumberAsSomebodyElses(t *testing.T) {
	g := inGroup(t)
	ids, ours := g.says(taras, Text("hello"), Opts{}), g.posts("tok_company", "helo", "")
	g.forgetAll()
	g.posts("tok_company", "hello", `,"edit":"`+ours+`"`)
	g.ok("PUT", "/messages/"+ids["company"]+"/reaction", `{"emoji":"🙏"}`)
	g.ok("DELETE", "/messages/"+ours, "")
	if err := g.sim.React("company", ids["company"], company, "❤️"); err != nil {
		t.Fatal(err)
	}
	a, b := g.both()
	g.equal("as many events", names(a), names(b))
	for i, source := range map[int]string{0: "api", 2: "api", 4: "api", 6: "mobile"} {
		own, other := a[i].first("messages"), b[i].first("messages")
		g.equal("own", []any{own["from_me"], own["source"]}, []any{true, source})
		g.equal("other", []any{other["from_me"], other["from"]}, []any{false, company})
		if other["source"] == "api" {
			t.Error("the other number takes it for its own")
		}
	}
	g.equal("replaced", g.sim.Messages("marketa", ourGroup)[0].Reactions, []string{"❤️"})
}

func TestTheCompanyPhoneEditsAndDeletesWhatTheBotWrote(t *testing.T) {
	g := inGroup(t)
	ours, theirs := g.posts("tok_company", "helo", ""), g.says(taras, Text("x"), Opts{})["company"]
	g.forgetAll()
	for _, err := range []error{g.sim.PhoneEdits("company", ours, "hello"), g.sim.PhoneDeletes("company", ours)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	a, b := g.both()
	g.equal("source", []any{a[0].first("messages")["source"], a[0].first("messages")["from_me"], b[0].first("messages")["source"]}, []any{"mobile", true, "mobile"})
	if g.sim.PhoneEdits("company", theirs, "y") == nil || g.sim.PhoneDeletes("company", theirs) == nil {
		t.Error("the phone changed another's message")
	}
}

func TestADeletionForUsAloneStaysWithUs(t *testing.T) {
	g := inGroup(t)
	ids := g.says(taras, Text("hello"), Opts{})
	g.forgetAll()
	g.ok("DELETE", "/messages/"+ids["company"], "")
	a, b := g.both()
	g.equal("events", [][]string{names(a), names(b)}, [][]string{{"messages.delete"}, nil})
	if err := g.sim.EditMessage("marketa", ids["marketa"], "hello!"); err != nil {
		t.Fatal(err)
	}
	a, b = g.both()
	g.equal("a later edit", []int{len(a), len(b)}, []int{1, 2})
}

func TestMentionsAndSendersComeByPhoneOrByHiddenIdentity(t *testing.T) {
	g := inGroup(t)
	asked := g.posts("tok_company", "which?", "")
	mention := func(o Opts) map[string]any {
		g.forgetAll()
		g.says(olena, Text("@x this"), o)
		a, _ := g.both()
		return a[0].first("messages")
	}
	byPhone := mention(Opts{Mentions: []string{company}, Quote: asked})
	g.equal("by phone", []any{byPhone["from"], byPhone["context"].(map[string]any)["mentions"], byPhone["context"].(map[string]any)["quoted_author"]}, []any{olena, []any{company}, company})
	g.equal("one by hidden identity", mention(Opts{Mentions: []string{companyLID}})["context"], map[string]any{"mentions": []any{companyLID}})
	g.sim.UseLID(true)
	g.sim.UseOwnLID(true)
	hidden := mention(Opts{Mentions: []string{company, taras}, Quote: asked})
	tarasLID := g.ok("GET", "/contacts/lids/"+taras, "")["lid"]
	g.equal("all hidden", []any{hidden["from"], hidden["chat_id"], hidden["context"].(map[string]any)["mentions"], hidden["context"].(map[string]any)["quoted_author"]},
		[]any{olenaLID, ourGroup, []any{companyLID, tarasLID}, companyLID})
	g.ok("PUT", "/presences/"+companyLID, `{"presence":"typing"}`)
	g.equal("our own identity", g.ok("GET", "/contacts/lids/"+company, "")["lid"], companyLID)
	a, _ := g.both()
	for _, d := range a {
		for _, phone := range []string{olena, taras, company} {
			if strings.Contains(d.raw, phone) {
				t.Errorf("the number shows: %s", d.raw)
			}
		}
	}
	members := g.ok("GET", "/groups/"+ourGroup, "")["participants"].([]any)
	g.equal("first member", members[0], map[string]any{"id": olenaLID, "rank": "creator"})
	g.equal("on the phone", g.sim.Messages("company", ourGroup)[3].From, olena)
}

func TestMembersComeGoAndRise(t *testing.T) {
	g := inGroup(t)
	g.sim.AddPerson(Person{Phone: "380503334455", Name: "Ira"})
	for _, action := range []string{"add", "promote", "demote", "remove", "request"} {
		g.forgetAll()
		if err := g.sim.ChangeGroup(ourGroup, action, "+38 050 333 44 55"); err != nil {
			t.Fatal(err)
		}
		a, b := g.both()
		g.equal(action, a[0].body["groups_participants"], []any{map[string]any{"group_id": ourGroup, "participants": []any{"380503334455"}, "action": action}})
		g.equal("event", [][]string{names(a), names(b)}, [][]string{{"groups.put"}, {"groups.put"}})
		want := map[string]string{"add": "member", "promote": "admin", "demote": "member"}[action]
		g.equal("rank", rankOf(g.ok("GET", "/groups/"+ourGroup, ""), "380503334455"), want)
	}
	if err := g.sim.ChangeGroup(ourGroup, "promote", olena, "380503334455"); err != nil { // who leads already, and who left
		t.Fatal(err)
	}
	g.equal("admins", len(g.sim.Groups()[0].Admins), 0)
	for _, err := range []error{g.sim.ChangeGroup(ourGroup, "dance", taras), g.sim.ChangeGroup("x@g.us", "add", taras), g.sim.ChangeGroup(ourGroup, "add", "380999999999"), g.sim.ChangeGroup(ourGroup, "add")} {
		if err == nil {
			t.Error("no error")
		}
	}
}

func rankOf(group map[string]any, phone string) string {
	for _, p := range group["participants"].([]any) {
		if p := p.(map[string]any); p["id"] == phone {
			return p["rank"].(string)
		}
	}
	return ""
}

func TestANumberThatIsPutOutHearsAndSaysNothingMore(t *testing.T) {
	g := inGroup(t)
	before := g.says(taras, Text("before"), Opts{})
	g.forgetAll()
	if err := g.sim.ChangeGroup(ourGroup, "remove", company); err != nil {
		t.Fatal(err)
	}
	a, b := g.both()
	g.equal("events", [][]string{names(a), names(b)}, [][]string{{"groups.put"}, {"groups.put"}})
	ids := g.says(taras, Text("after"), Opts{Quote: before["company"]})
	g.equal("who heard", []bool{ids["company"] == "", ids["marketa"] == ""}, []bool{true, false})
	status, answer := g.call("POST", "/messages/text", `{"to":"`+ourGroup+`","body":"x"}`)
	g.equal("writing", []any{status, answer["error"].(map[string]any)["code"]}, []any{403, 403.0})
	status, _ = g.call("GET", "/groups/"+ourGroup, "")
	g.equal("looking", status, 404)
	g.equal("history stays", g.ok("GET", "/messages/list/"+ourGroup, "")["total"], 1.0)
	if _, err := g.sim.PhoneSays("company", ourGroup, "x"); err == nil {
		t.Error("the phone still writes")
	}
	g.forgetAll()
	if err := g.sim.ChangeGroup(ourGroup, "add", company); err != nil {
		t.Fatal(err)
	}
	a, _ = g.both()
	g.equal("back again", []any{names(a), a[0].first("groups")["id"]}, []any{[]string{"groups.post"}, ourGroup})
	quoting := g.says(taras, Text("see above"), Opts{Quote: ids["marketa"]})
	context := g.ok("GET", "/messages/"+quoting["company"], "")["context"].(map[string]any)
	g.equal("a quote from the time between", context["quoted_content"], map[string]any{"body": "after"})
	status, _ = g.call("GET", "/messages/"+context["quoted_id"].(string), "")
	g.equal("leads nowhere", status, 404)
	if twin, err := g.sim.Twin("marketa", ids["marketa"], "company"); err == nil {
		t.Errorf("a twin that was never seen: %s", twin)
	}
}

func TestANewNameIsTheChatsName(t *testing.T) {
	g := inGroup(t)
	g.clock.Advance(time.Minute)
	if err := g.sim.RenameGroup(ourGroup, "Uno"); err != nil {
		t.Fatal(err)
	}
	a, _ := g.both()
	after := a[0].first("groups_updates")["after_update"].(map[string]any)
	g.equal("update", []any{a[0].first("groups_updates")["changes"], after["name"], after["name_at"]}, []any{[]any{"name"}, "Uno", 1795000060.0})
	ids := g.says(olena, Text("x"), Opts{})
	g.equal("next message", g.ok("GET", "/messages/"+ids["company"], "")["chat_name"], "Uno")
	g.equal("chat", g.sim.Chats("company")[0].Title, "Uno")
	if g.sim.RenameGroup("120363000000000000@g.us", "x") == nil {
		t.Error("renamed nothing")
	}
}

func TestAnnouncementsAreForThoseWhoLead(t *testing.T) {
	g := inGroup(t)
	if err := g.sim.Announcements(ourGroup, true); err != nil {
		t.Fatal(err)
	}
	a, _ := g.both()
	update := a[0].first("groups_updates")
	g.equal("event", []any{a[0].event(), update["changes"], update["before_update"].(map[string]any)["announcements"], update["after_update"].(map[string]any)["announcements"]},
		[]any{"groups.patch", []any{"announcements"}, false, true})
	g.equal("to be seen", g.ok("GET", "/groups/"+ourGroup, "")["announcements"], true)
	status, answer := g.call("POST", "/messages/text", `{"to":"`+ourGroup+`","body":"x"}`)
	g.equal("as a member", []any{status, answer["error"].(map[string]any)["message"]}, []any{403, "It is forbidden to send to this group/recipient"})
	if _, err := g.sim.SayInGroup(ourGroup, taras, "x", Opts{}); err == nil {
		t.Error("a member wrote")
	}
	if err := g.sim.ChangeGroup(ourGroup, "promote", company); err != nil {
		t.Fatal(err)
	}
	g.posts("tok_company", "as an admin", "")
	g.equal("as people see it", g.sim.Groups(), []Group{{ourGroup, groupsTitle, olena, []string{olena, company, marketa, taras}, []string{company}, true}})
	g.ok("PATCH", "/groups/"+ourGroup, `{"setting":"send_messages","policy":"anyone"}`)
	if _, err := g.sim.SayInGroup(ourGroup, taras, "again", Opts{}); err != nil {
		t.Error(err)
	}
}

func TestGroupsAreLedThroughTheWire(t *testing.T) {
	g := inGroup(t)
	g.sim.AddPerson(Person{Phone: "380503334455", Name: "Ira"})
	g.sim.AddPerson(Person{Phone: "380504445566", Name: "Shy", Private: true})
	path := "/groups/" + ourGroup
	for _, c := range [][3]string{
		{"PATCH", path, `{"setting":"send_messages","policy":"admins"}`}, {"POST", path + "/participants", `{"participants":["380503334455"]}`},
		{"DELETE", path + "/participants", `{"participants":["` + taras + `"]}`}, {"PATCH", path + "/admins", `{"participants":["` + taras + `"]}`}, {"GET", path + "/invite", ""}, {"DELETE", path + "/invite", ""},
	} {
		status, _ := g.call(c[0], c[1], c[2])
		g.equal("as a member: "+c[0]+" "+c[1], status, 403)
	}
	if err := g.sim.ChangeGroup(ourGroup, "promote", company); err != nil {
		t.Fatal(err)
	}
	g.equal("add", g.ok("POST", path+"/participants", `{"participants":["380503334455","380504445566","380999999999"]}`),
		map[string]any{"success": true, "processed": []any{"380503334455"}, "failed": []any{"380504445566", "380999999999"}})
	g.ok("PATCH", path+"/admins", `{"participants":["380503334455@s.whatsapp.net"]}`)
	g.equal("admin", rankOf(g.ok("GET", path, ""), "380503334455"), "admin")
	g.ok("DELETE", path+"/admins", `{"participants":["380503334455"]}`)
	g.equal("remove", g.ok("DELETE", path+"/participants", `{"participants":["380503334455","`+olena+`"]}`),
		map[string]any{"success": true, "processed": []any{"380503334455"}, "failed": []any{olena}})
	g.ok("PUT", path, `{"subject":"Uno","description":"posts"}`)
	g.equal("name", g.ok("GET", path, "")["name"], "Uno")
	for _, c := range []struct {
		method, path, body string
		want               int
	}{
		{"POST", path + "/participants", `{"participants":["` + taras + `"]}`, 409}, {"POST", path + "/participants", `{}`, 400},
		{"PATCH", path + "/admins", `{"participants":["380503334455"]}`, 404}, {"PUT", path, `{}`, 400}, {"PATCH", path, `{"setting":"x","policy":"admins"}`, 400},
		{"PATCH", path, `{"setting":"send_messages","policy":"me"}`, 400}, {"GET", "/groups/x", "", 400}, {"PUT", "/groups", `{"invite_code":"x"}`, 404}, {"GET", "/groups/link/x", "", 404},
	} {
		status, _ := g.call(c.method, c.path, c.body)
		g.equal(c.method+" "+c.path+" "+c.body, status, c.want)
	}
	g.ok("PATCH", path, `{"setting":"edit_group_info","policy":"admins"}`)
	status, _ := g.callAs(tokMarketa, "PUT", path, `{"subject":"Mine"}`)
	g.equal("renaming as a member", status, 403)
	g.ok("DELETE", path, "")
	status, _ = g.call("POST", "/messages/text", `{"to":"`+ourGroup+`","body":"x"}`)
	g.equal("after leaving", status, 403)
}

func TestInvitesLeadInUntilTheyAreRevoked(t *testing.T) {
	g := inGroup(t)
	g.sim.AddPerson(Person{Phone: "380504445566", Name: "Shy", Private: true})
	made := g.ok("POST", "/groups", `{"subject":"New","participants":["`+taras+`","380504445566"]}`)
	g.equal("left out", made["unprocessed_participants"], []any{"380504445566"})
	id := made["id"].(string)
	code := g.ok("GET", "/groups/"+id+"/invite", "")["invite_code"].(string)
	g.equal("again", g.ok("GET", "/groups/"+id+"/invite", "")["invite_code"], code)
	g.equal("behind it", g.ok("GET", "/groups/link/"+code, "")["name"], "New")
	sent := g.ok("POST", "/groups/link/"+code, `{"to":"380504445566@s.whatsapp.net","body":"Join: %URL%"}`)["message"].(map[string]any)
	g.equal("invitation", []any{sent["type"], sent["group_invite"]}, []any{"group_invite", map[string]any{"body": "Join: https://chat.whatsapp.com/" + code, "url": "https://chat.whatsapp.com/" + code, "title": "New"}})
	if err := g.sim.JoinByInvite(code, "380504445566"); err != nil {
		t.Fatal(err)
	}
	g.equal("in", rankOf(g.ok("GET", "/groups/"+id, ""), "380504445566"), "member")
	status, answer := g.callAs(tokMarketa, "PUT", "/groups", `{"invite_code":"`+code+`"}`)
	g.equal("our other number", []any{status, answer["group_id"]}, []any{200, id})
	g.ok("DELETE", "/groups/"+id+"/invite", "")
	status, _ = g.callAs(tokMarketa, "PUT", "/groups", `{"invite_code":""}`)
	g.equal("no code", status, 404)
	if g.sim.JoinByInvite(code, olena) == nil {
		t.Error("the old code still leads in")
	}
	if again := g.ok("GET", "/groups/"+id+"/invite", "")["invite_code"]; again == code {
		t.Error("the same code again")
	}
}

func TestEveryKindCanBeSentInAGroup(t *testing.T) {
	g := inGroup(t)
	for _, what := range []Content{
		Media{Kind: "voice", Bytes: []byte("x"), Seconds: 3}, Location{}, Contacts{{Name: "C"}}, Poll{"x", []string{"a", "b"}, 0}, Raw{Kind: "event"}, Unknown{},
		Album{Items: []Media{{Kind: "image", Bytes: photo(1)}, {Kind: "image", Bytes: photo(2)}}},
	} {
		g.forgetAll()
		ids := g.says(olena, what, Opts{Forwarded: 1})
		a, b := g.both()
		g.equal("as many", len(a), len(b))
		g.equal("types", a[0].first("messages")["type"], b[0].first("messages")["type"])
		g.equal("id", []any{a[0].first("messages")["id"], b[0].first("messages")["id"]}, []any{ids["company"], ids["marketa"]})
	}
	a, _ := g.both()
	g.equal("an album is its files", []any{len(a), a[1].first("messages")["type"]}, []any{2, "image"})
	poll := g.says(olena, Poll{"When?", []string{"Mon", "Tue"}, 0}, Opts{})
	if err := g.sim.Vote("company", poll["company"], taras, "Tue"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"company", "marketa"} {
		all := g.sim.Messages(name, ourGroup)
		g.equal("votes", all[len(all)-1].Options, []PollOption{{"Mon", nil}, {"Tue", []string{taras}}})
	}
}

func TestWhoCanNotWriteInAGroupDoesNot(t *testing.T) {
	g := inGroup(t)
	g.sim.AddPerson(Person{Phone: "380503334455", Name: "Ira"})
	for name, err := range map[string]error{
		"an outsider": second(g.sim.SayInGroup(ourGroup, "380503334455", "x", Opts{})), "a stranger": second(g.sim.SayInGroup(ourGroup, "380999999999", "x", Opts{})),
		"no group": second(g.sim.SayInGroup("120363000000000000@g.us", olena, "x", Opts{})), "a quote of nothing": second(g.sim.SayInGroup(ourGroup, olena, "x", Opts{Quote: "x"})),
		"a quote from elsewhere": second(g.sim.SayInGroup(ourGroup, olena, "x", Opts{Quote: g.say("direct")})), "no place": second(g.sim.WriteInGroup(ourGroup, olena, Location{Latitude: 99}, Opts{})),
	} {
		if err == nil {
			t.Error(name)
		}
	}
	for _, bad := range []Group{{Subject: "x", Creator: "380999999999"}, {ID: ourGroup, Creator: olena}, {ID: "x", Creator: olena}} {
		if _, err := g.sim.AddGroup(bad); err == nil {
			t.Errorf("made %v", bad)
		}
	}
	g.equal("heard", len(g.sim.Messages("company", ourGroup)), 0)
}

func second[T any](_ T, err error) error { return err }

func TestTypingInAGroupIsHeardOnceSubscribed(t *testing.T) {
	g := inGroup(t)
	hear := func() int {
		if err := g.sim.TypingInGroup(ourGroup, taras, true); err != nil {
			t.Fatal(err)
		}
		a, b := g.both()
		return len(a)*10 + len(b)
	}
	g.equal("before", hear(), 0)
	g.ok("POST", "/presences/"+ourGroup, "")
	g.equal("after", hear(), 10)
}

func TestAVoiceMessageOfOursIsPlayed(t *testing.T) {
	b := hooked(t)
	id := b.ok("POST", "/messages/voice", `{"to":"`+direct+`","media":"data:audio/ogg;base64,AAAA"}`)["message"].(map[string]any)["id"].(string)
	b.forget()
	if err := b.sim.Play("company", id, olena); err != nil {
		t.Fatal(err)
	}
	row := b.settle()[0].first("statuses")
	b.equal("row", []any{row["status"], row["code"]}, []any{"played", 5.0})
	if b.sim.Play("company", b.send("text"), olena) == nil {
		t.Error("a text was played")
	}
}

func TestGroupsAreTheSameEveryTime(t *testing.T) {
	run := func() []string {
		g := inGroup(t)
		var list []string
		for i := range 5 {
			ids := g.says(olena, Text(fmt.Sprint(i)), Opts{})
			list = append(list, ids["company"], ids["marketa"])
			g.clock.Advance(time.Second)
		}
		id := g.ok("POST", "/groups", `{"subject":"New","participants":["`+taras+`"]}`)["id"].(string)
		return append(list, id, g.ok("GET", "/groups/"+id+"/invite", "")["invite_code"].(string))
	}
	if one, two := run(), run(); !reflect.DeepEqual(one, two) {
		t.Errorf("%v\n%v", one, two)
	}
}
