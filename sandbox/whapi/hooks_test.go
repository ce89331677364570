package whapi

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestEachModeAddressesWebhooksItsOwnWay(t *testing.T) {
	for mode, want := range map[string]string{
		"": "POST /hook", "body": "POST /hook", "path": "POST /hook/messages/patch", "method": "PATCH /hook/messages",
	} {
		t.Run(mode, func(t *testing.T) {
			b := setup(t)
			b.sim.AddHook("company", Hook{
				URL: b.inbox.url, Mode: mode, Headers: map[string]string{"X-Access-Token": "k3y"}, Events: []HookEvent{{"messages", "patch"}},
			})
			if err := b.sim.EditMessage("company", b.say("a"), "b"); err != nil {
				t.Fatal(err)
			}
			got := b.settle()
			b.equal("webhooks", len(got), 1)
			b.equal("address", got[0].method+" "+got[0].path, want)
			b.equal("header", got[0].header.Get("X-Access-Token"), "k3y")
			b.equal("event", got[0].body["event"], map[string]any{"type": "messages", "event": "patch"})
			b.equal("channel", got[0].body["channel_id"], "MANTIS-AB12C")
		})
	}
}

func TestEveryHookHearsWhatItSubscribedTo(t *testing.T) {
	b := setup(t)
	bot := newInbox(t, b.clock)
	b.sim.AddHook("company", Hook{URL: b.inbox.url, Events: []HookEvent{{"messages", "post"}, {"statuses", "post"}}})
	b.sim.AddHook("company", Hook{URL: bot.url, Events: []HookEvent{{"messages", "post"}}})
	b.send("hello")
	sayTo(b, "marketa")
	b.equal("log", b.events(), []string{"messages.post", "statuses.post", "statuses.post"})
	b.equal("bot", len(bot.got), 1)
}

func TestPutSubscribersGetPostsAgainAndOldNamesStillWork(t *testing.T) {
	for name, c := range map[string]struct {
		events []HookEvent
		want   []string
	}{
		"post and put": {[]HookEvent{{"messages", "post"}, {"messages", "put"}}, []string{"messages.post", "messages.put"}},
		"old name":     {[]HookEvent{{"message", "put"}}, []string{"messages.put"}},
		"no events":    {nil, []string{"messages.put"}},
		"only acks":    {[]HookEvent{{"ack", "put"}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			b.sim.AddHook("company", Hook{URL: b.inbox.url, Events: c.events})
			b.say("hello")
			b.equal("events", b.events(), c.want)
		})
	}
}

func TestSettingsArePatchedByFieldAndHooksReplacedAsAWhole(t *testing.T) {
	b := hooked(t)
	patch := func(url string) string {
		return fmt.Sprintf(`{"callback_backoff_delay_ms":5000,"webhooks":[{"url":%q,"webhook_max_age_seconds":60,"events":[{"type":"statuses","method":"post"}]}]}`, url)
	}
	answer := b.ok("PATCH", "/settings", patch(b.inbox.url+"/new"))
	b.equal("changes", answer["changes"], []any{"callback_backoff_delay_ms", "webhooks"})
	after := answer["after_update"].(map[string]any)
	b.equal("untouched", after["max_callback_backoff_delay_ms"], 900000.0)
	b.equal("hooks", len(after["webhooks"].([]any)), 1)
	b.equal("before", answer["before_update"].(map[string]any)["callback_backoff_delay_ms"], 3000.0)
	b.equal("read back", b.ok("GET", "/settings", ""), after)
	b.equal("again", b.ok("PATCH", "/settings", patch(b.inbox.url+"/new"))["changes"], []any{})
	b.send("x")
	b.equal("events", b.events(), []string{"statuses.post", "statuses.post"})
	b.equal("path", b.settle()[0].path, "/hook/new")
	b.sim.AddHook("company", Hook{URL: b.inbox.url, Events: []HookEvent{{"users", "post"}}})
	hooks := b.ok("GET", "/settings", "")["webhooks"].([]any)
	b.equal("fields we do not know", hooks[0].(map[string]any)["webhook_max_age_seconds"], 60.0)
	b.equal("the operator's hook", hooks[1].(map[string]any)["url"], b.inbox.url)
	b.ok("DELETE", "/settings", "")
	b.equal("after a reset", b.ok("GET", "/settings", "")["webhooks"], []any{})
}

func TestBadSettingsAreRefusedAndChangeNothing(t *testing.T) {
	b := hooked(t)
	before := b.ok("GET", "/settings", "")
	for _, body := range []string{
		`[]`, `{"callback_backoff_delay_ms":2999}`, `{"callback_backoff_delay_ms":"3000"}`, `{"max_callback_backoff_delay_ms":3600001}`,
		`{"callback_persist":false,"webhooks":[{"mode":"body"}]}`, `{"webhooks":[{"url":"ftp://x.example"}]}`,
		`{"webhooks":[{"url":"http://x.example","mode":"query"}]}`, `{"webhooks":[{"url":"http://x.example","events":[{"type":"messages","method":"get"}]}]}`,
		`{"webhooks":[{"url":"http://x.example","headers":{"a":"1","b":"2","c":"3","d":"4","e":"5","f":"6"}}]}`,
	} {
		if status, _ := b.call("PATCH", "/settings", body); status != 400 {
			t.Errorf("%s: %d", body, status)
		}
	}
	b.equal("settings", b.ok("GET", "/settings", ""), before)
}

func TestAHookOutsideLoopbackIsStoredButNeverCalled(t *testing.T) {
	b := setup(t)
	b.ok("PATCH", "/settings", b.file("settings_request.json"))
	b.say("hello")
	pending, _ := b.sim.Courier().Pending()
	b.equal("webhooks under way", pending, 0)
}

func TestTheTestWebhookGoesToTheGivenAddress(t *testing.T) {
	b := setup(t)
	b.ok("POST", "/settings/webhook_test", `{"type":"messages","url":"`+b.inbox.url+`","mode":"path","headers":{"X-A":"b"}}`)
	got := b.settle()
	b.equal("address", got[0].method+" "+got[0].path, "POST /hook/messages/post")
	b.equal("header", got[0].header.Get("X-A"), "b")
}

func TestOnly200IsAcceptedAndTheWaitGrowsLinearly(t *testing.T) {
	b := setup(t)
	b.sim.AddHook("company", Hook{URL: b.inbox.url, Events: []HookEvent{{"messages", "post"}}})
	b.inbox.refuse(500, 201, 204)
	b.say("hello")
	b.arrive(1)
	start := b.clock.Now()
	for _, wait := range []time.Duration{3 * time.Second, 6 * time.Second, 9 * time.Second} {
		b.settle()
		b.clock.Advance(wait - time.Millisecond)
		b.settle()
		b.clock.Advance(time.Millisecond)
		b.arrive(1)
	}
	var at []time.Duration
	for _, d := range b.settle() {
		at = append(at, d.at.Sub(start))
	}
	b.equal("attempts", at, []time.Duration{0, 3 * time.Second, 9 * time.Second, 18 * time.Second})
}

func TestTheWaitIsCappedAndFollowsTheSettings(t *testing.T) {
	b := setup(t)
	b.equal("first", b.sim.wait(1), 3*time.Second)
	b.equal("capped", b.sim.wait(1000), 15*time.Minute)
	b.ok("PATCH", "/settings", `{"callback_backoff_delay_ms":15000,"max_callback_backoff_delay_ms":600000}`)
	b.equal("patched", b.sim.wait(2), 30*time.Second)
	b.equal("patched cap", b.sim.wait(100), 10*time.Minute)
}

func TestAWebhookCanComeTwice(t *testing.T) {
	b := hooked(t)
	b.sim.Courier().Twice(1)
	b.say("once")
	got := b.settle()
	b.equal("webhooks", len(got), 2)
	b.equal("second", got[1].raw, got[0].raw)
}

// texts settles and gives what the messages said, in the order they came.
func (b *bench) texts() (list []string) {
	for _, d := range b.settle() {
		list = append(list, d.first("messages")["text"].(map[string]any)["body"].(string))
	}
	return list
}

func TestWebhooksCanComeLateAndOutOfOrderAsTheSeedDecides(t *testing.T) {
	texts := func(shuffled bool) []string {
		b := hooked(t)
		b.sim.Hold()
		for i := range 8 {
			b.say(fmt.Sprint(i))
		}
		b.equal("before release", len(b.settle()), 0)
		b.sim.Release(shuffled)
		return b.texts()
	}
	b := &bench{T: t}
	once, again, plain := texts(true), texts(true), texts(false)
	b.equal("same seed", again, once)
	b.equal("unshuffled", plain, []string{"0", "1", "2", "3", "4", "5", "6", "7"})
	if slices.Equal(once, plain) {
		t.Error("shuffled, yet in order")
	}
	slices.Sort(once)
	b.equal("all of them", once, plain)
}

func TestTheWebhooksOfAChatWaitForTheOneThatIsRetried(t *testing.T) {
	b := hooked(t)
	b.inbox.refuse(503)
	b.say("stuck")
	b.settle()
	b.say("queues behind it")
	b.clock.Advance(3 * time.Second)
	b.arrive(3)
	b.equal("texts", b.texts(), []string{"stuck", "stuck", "queues behind it"})
}

func TestUnorderedWebhooksDoNotWaitForEachOther(t *testing.T) {
	b := hooked(t)
	b.sim.Unordered(true)
	b.inbox.refuse(503)
	b.say("stuck")
	b.settle()
	b.say("overtakes")
	b.settle()
	b.clock.Advance(3 * time.Second)
	b.arrive(3)
	b.equal("texts", b.texts(), []string{"stuck", "overtakes", "stuck"})
}

func TestStatusesCanOvertakeTheEcho(t *testing.T) {
	b := hooked(t)
	b.sim.StatusesFirst(true)
	b.send("hello")
	b.equal("events", b.events(), []string{"statuses.post", "statuses.post", "messages.post"})
	b.equal("the echo is still pending", b.settle()[2].first("messages")["status"], "pending")
}

func TestSeveralMessagesTravelInOneBody(t *testing.T) {
	b := hooked(t)
	b.sim.Batch(3)
	b.say("one")
	b.say("two")
	b.equal("kept back", len(b.settle()), 0)
	b.say("three")
	b.equal("in one body", len(b.settle()[0].body["messages"].([]any)), 3)
	b.say("four")
	b.say("five")
	b.sim.Batch(1)
	got := b.settle()
	b.equal("bodies", len(got), 2)
	b.equal("the rest", len(got[1].body["messages"].([]any)), 2)
}

func TestHiddenIdentitiesReplacePhoneNumbersEverywhere(t *testing.T) {
	b := hooked(t)
	b.sim.UseLID(true)
	const lid = "222333444555666@lid"
	id := b.say("who am I?")
	m := b.settle()[0].first("messages")
	b.equal("webhook", []any{m["chat_id"], m["from"], m["from_name"]}, []any{lid, lid, "Olena"})
	b.ok("POST", "/messages/text", `{"to":"`+lid+`","body":"Olena","quoted":"`+id+`"}`)
	b.ok("GET", "/messages/list/"+lid, "")
	for _, d := range b.settle() {
		if strings.Contains(d.raw, olena) {
			t.Errorf("the number shows: %s", d.raw)
		}
	}
	b.equal("same chat", len(b.sim.Messages("company", direct)), 2)
	b.equal("resolved", b.ok("GET", "/contacts/lids/"+olena, "")["lid"], lid)
}
