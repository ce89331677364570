package whapi

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"marketa/sandbox/wire"
)

func TestASendIsEchoedThenSentThenDelivered(t *testing.T) {
	b := hooked(t)
	id := b.send("good evening")
	got := b.settle()
	b.equal("events", b.events(), []string{"messages.post", "statuses.post", "statuses.post"})
	echo := got[0].first("messages")
	b.equal("echo", []any{echo["id"], echo["from_me"], echo["source"], echo["device_id"], echo["status"], echo["from"]},
		[]any{id, true, "api", 11.0, "pending", company})
	for i, want := range []struct {
		status string
		code   float64
	}{{"sent", 2}, {"delivered", 3}} {
		row := got[i+1].first("statuses")
		b.equal("status row", row, map[string]any{
			"id": id, "status": want.status, "code": want.code, "recipient_id": direct, "timestamp": "1795000000",
		})
	}
	b.equal("on the phone", b.sim.Messages("company", direct)[0].Status, "delivered")
}

func TestOurMessagesBecomeReadWhenTheChatIsOpened(t *testing.T) {
	b := hooked(t)
	b.send("one")
	b.send("two")
	b.forget()
	b.sim.OpenChat("company", direct)
	got := b.settle()
	b.equal("bodies", len(got), 1)
	b.equal("rows in it", len(got[0].body["statuses"].([]any)), 2)
	b.equal("status", got[0].first("statuses")["status"], "read")
	b.sim.OpenChat("company", direct)
	b.equal("opening again says nothing", len(b.settle()), 1)
}

func TestPeopleReadByThemselvesWhenAsked(t *testing.T) {
	b := hooked(t)
	b.sim.AutoRead(true)
	b.send("hello")
	got := b.settle()
	b.equal("last status", got[len(got)-1].first("statuses")["status"], "read")
}

func TestANumberWithoutWhatsAppGetsFailed(t *testing.T) {
	b := hooked(t)
	b.ok("POST", "/messages/text", `{"to":"380000000001@s.whatsapp.net","body":"anybody?"}`)
	row := b.settle()[1].first("statuses")
	b.equal("status", []any{row["status"], row["code"]}, []any{"failed", 0.0})
}

func TestSendsThatAreNotInOrderAreRefused(t *testing.T) {
	b := hooked(t)
	theirs, ours := b.say("hello"), b.send("hi")
	gone := b.send("oops")
	b.ok("DELETE", "/messages/"+gone, "")
	b.forget()
	before := len(b.sim.Sent("company"))
	for name, c := range map[string]struct {
		body string
		want int
	}{
		"no to":                   {`{"body":"x"}`, 400},
		"to is a name":            {`{"to":"olena","body":"x"}`, 400},
		"to is the dead c.us":     {`{"to":"` + olena + `@c.us","body":"x"}`, 400},
		"no body":                 {`{"to":"` + direct + `"}`, 400},
		"body is a number":        {`{"to":"` + direct + `","body":7}`, 400},
		"not JSON":                {`to=me`, 400},
		"typing for too long":     {`{"to":"` + direct + `","body":"x","typing_time":61}`, 400},
		"typing backwards":        {`{"to":"` + direct + `","body":"x","typing_time":-1}`, 400},
		"quoted is unknown":       {`{"to":"` + direct + `","body":"x","quoted":"ABCDabcd-ABCDabcd"}`, 400},
		"quoted was deleted":      {`{"to":"` + direct + `","body":"x","quoted":"` + gone + `"}`, 400},
		"edit of another's":       {`{"to":"` + direct + `","body":"x","edit":"` + theirs + `"}`, 400},
		"edit in a foreign chat":  {`{"to":"380508880000@s.whatsapp.net","body":"x","edit":"` + ours + `"}`, 400},
		"mention by name":         {`{"to":"` + direct + `","body":"x","mentions":["olena"]}`, 400},
		"group we are not in":     {`{"to":"120363999999999999@g.us","body":"x"}`, 403},
		"quote from other number": {`{"to":"` + direct + `","body":"x","quoted":"` + sayTo(b, "marketa") + `"}`, 400},
	} {
		status, answer := b.call("POST", "/messages/text", c.body)
		if status != c.want {
			t.Errorf("%s: %d %v", name, status, answer)
		}
		b.like(name, b.example("unauthorised.json"), answer)
	}
	b.equal("sent by refused calls", len(b.sim.Sent("company"))-before, 0)
	b.equal("webhooks of refused calls", len(b.settle()), 0)
}

func sayTo(b *bench, channel string) string {
	id, err := b.sim.Say(channel, olena, "to the other number")
	if err != nil {
		b.Fatal(err)
	}
	return id
}

func TestBareDigitsAndFullIDsLeadToTheSameChat(t *testing.T) {
	b := setup(t)
	b.send("full")
	b.ok("POST", "/messages/text", `{"to":"`+olena+`","body":"bare"}`)
	b.equal("chats", len(b.sim.Chats("company")), 1)
	b.equal("messages", len(b.sim.Messages("company", olena)), 2)
}

func TestAQuoteCarriesWhatItQuotes(t *testing.T) {
	b := hooked(t)
	asked := b.say("open on Sunday?")
	b.forget()
	b.ok("POST", "/messages/text", `{"to":"`+direct+`","body":"yes","quoted":"`+asked+`"}`)
	context := b.settle()[0].first("messages")["context"]
	b.equal("context", context, map[string]any{
		"quoted_id": asked, "quoted_type": "text", "quoted_author": olena, "quoted_content": map[string]any{"body": "open on Sunday?"},
	})
	b.equal("on the phone", b.sim.Sent("company")[0].QuotedID, asked)
}

func TestATextWithALinkArrivesAsLinkPreview(t *testing.T) {
	b := hooked(t)
	b.say("see https://menu.example/autumn please")
	m := b.settle()[0].first("messages")
	b.equal("type", m["type"], "link_preview")
	b.equal("body", m["link_preview"].(map[string]any)["body"], "see https://menu.example/autumn please")
	if m["text"] != nil {
		t.Error("it has a text as well")
	}
}

func TestTypingHoldsTheSendBackAndShowsOnThePhone(t *testing.T) {
	b := hooked(t)
	changes, cancel := b.sim.Subscribe()
	defer cancel()
	done := make(chan int)
	go func() {
		status, _ := b.call("POST", "/messages/text", `{"to":"`+direct+`","body":"slowly","typing_time":60}`)
		done <- status
	}()
	<-changes
	b.equal("presence while typing", b.sim.Presence("company", direct), "typing")
	b.clock.Advance(59 * time.Second)
	b.equal("sent before its time", len(b.sim.Sent("company")), 0)
	b.clock.Advance(time.Second)
	b.equal("status", <-done, 200)
	b.equal("presence afterwards", b.sim.Presence("company", direct), "")
	b.equal("time of the message", b.sim.Sent("company")[0].Time, b.clock.Now())
}

func TestACallerWhoHangsUpWhileTypingDoesNotStopTheMessage(t *testing.T) {
	b := hooked(t)
	changes, cancelWatch := b.sim.Subscribe()
	defer cancelWatch()
	ctx, hangUp := context.WithCancel(t.Context())
	req, _ := http.NewRequestWithContext(ctx, "POST", b.url+"/messages/text", strings.NewReader(`{"to":"`+direct+`","body":"still","typing_time":5}`))
	req.Header.Set("Authorization", "Bearer tok_company")
	req.Header.Set("Content-Type", "application/json")
	done := make(chan error)
	go func() {
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		done <- err
	}()
	<-changes
	hangUp()
	if <-done == nil {
		t.Fatal("an answer came")
	}
	b.clock.Advance(5 * time.Second)
	b.arrive(1)
	b.equal("text", b.sim.Sent("company")[0].Text, "still")
}

func TestALostAnswerHasSentTheMessage(t *testing.T) {
	b := hooked(t)
	b.sim.Faults().Next("POST /messages/text", wire.Fault{LoseAnswer: true})
	if resp, err := b.request("tok_company", "POST", "/messages/text", `{"to":"`+direct+`","body":"did it go?"}`); err == nil {
		t.Fatalf("the answer came: %s", resp.Status)
	}
	b.equal("webhooks", b.events(), []string{"messages.post", "statuses.post", "statuses.post"})
	found := b.ok("GET", "/messages/list/"+direct+"?from_me=true", "")["messages"].([]any)
	b.equal("in the history", len(found), 1)
	b.equal("same id as the echo", found[0].(map[string]any)["id"], b.settle()[0].first("messages")["id"])
	b.equal("text", b.sim.Sent("company")[0].Text, "did it go?")
}

func TestACutConnectionHasNotSentTheMessage(t *testing.T) {
	b := hooked(t)
	b.sim.Faults().Next("POST /messages/text", wire.Fault{Cut: true})
	if resp, err := b.request("tok_company", "POST", "/messages/text", `{"to":"`+direct+`","body":"x"}`); err == nil {
		t.Fatalf("the answer came: %s", resp.Status)
	}
	b.equal("webhooks", len(b.settle()), 0)
	b.equal("sent", len(b.sim.Sent("company")), 0)
}

func TestScriptedRefusalsLookLikeTheVendors(t *testing.T) {
	b := setup(t)
	for _, status := range []int{402, 403, 413, 429, 500} {
		b.sim.Faults().Next("POST /messages/text", Refuse(status, "no"))
		got, answer := b.call("POST", "/messages/text", `{"to":"`+direct+`","body":"x"}`)
		b.equal("status", got, status)
		b.equal("answer", answer, map[string]any{"error": map[string]any{"code": float64(status), "message": "no"}})
	}
	b.sim.Faults().Next("GET /messages/list/{ChatID}", Refuse(500, "by pattern"))
	status, _ := b.call("GET", "/messages/list/"+direct, "")
	b.equal("operation with a parameter", status, 500)
}

func TestATrialEndsWith402(t *testing.T) {
	b := setup(t)
	status, _ := b.call("GET", "/limits", "")
	b.equal("limits of a paid channel", status, 204)
	b.sim.Trial("company", 1)
	b.send("the last one")
	status, _ = b.call("POST", "/messages/text", `{"to":"`+direct+`","body":"x"}`)
	b.equal("one too many", status, 402)
	b.equal("left", b.ok("GET", "/limits", "")["messages"], 0.0)
}

func TestMessageIDsFollowThePatternTheSeedAndTheChannel(t *testing.T) {
	ids := func(channel string) (list []string) {
		b := setup(t)
		for range 50 {
			id, err := b.sim.Say(channel, olena, "x")
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, id)
		}
		return list
	}
	b := &bench{T: t}
	one, again, other := ids("company"), ids("company"), ids("marketa")
	b.equal("same seed", again, one)
	seen := map[string]bool{}
	for _, id := range append(one, other...) {
		if !messagePattern.MatchString(id) || strings.Count(id, "-") != 1 {
			t.Errorf("bad id %q", id)
		}
		if seen[id] {
			t.Errorf("%q came twice", id)
		}
		seen[id] = true
	}
}
