package telegram

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// arrival is one delivery of an update to the platform.
type arrival struct {
	id      int64
	kind    string
	secret  string
	content map[string]any
	header  http.Header
}

// receiver is the platform's webhook. answer decides what each delivery gets.
type receiver struct {
	arrived chan arrival
	url     string
}

func receive(t *testing.T, answer func(arrival, http.ResponseWriter)) *receiver {
	t.Helper()
	r := &receiver{arrived: make(chan arrival, 1000)}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		a := arrival{secret: req.Header.Get("X-Telegram-Bot-Api-Secret-Token"), header: req.Header}
		body, _ := io.ReadAll(req.Body)
		var update map[string]json.RawMessage
		_ = json.Unmarshal(body, &update)
		_ = json.Unmarshal(update["update_id"], &a.id)
		for kind, content := range update {
			if kind != "update_id" {
				a.kind = kind
				_ = json.Unmarshal(content, &a.content)
			}
		}
		r.arrived <- a
		if answer != nil {
			answer(a, w)
		}
	}))
	t.Cleanup(srv.Close)
	r.url = srv.URL
	return r
}

// rests waits until so many deliveries are open and so many of them wait for the clock. One that stands behind another
// in its lane is open and does not wait.
func (b *bundle) rests(open, waiting int) {
	for o, w := b.Courier().Pending(); o != open || w != waiting; o, w = b.Courier().Pending() {
		runtime.Gosched()
	}
}

// take waits for n deliveries. Before rests, it makes sure that the pause of no length after the first failure is over.
func (r *receiver) take(n int) (all []arrival) {
	for range n {
		all = append(all, <-r.arrived)
	}
	return all
}

func (b *bundle) say(text string) int {
	b.t.Helper()
	id, err := b.Send(maks, maks, text, 0)
	if err != nil {
		b.t.Fatal(err)
	}
	return id
}

func TestUpdatesArriveOneByOneWithTheSecret(t *testing.T) {
	b, r := setup(t), receive(t, nil)
	b.SetHook(r.url, "s3cret")
	b.say("one")
	b.say("two")
	first, second := <-r.arrived, <-r.arrived
	if first.content["text"] != "one" || second.content["text"] != "two" || second.id != first.id+1 || first.kind != "message" {
		t.Errorf("%+v %+v", first, second)
	}
	if first.secret != "s3cret" || first.header.Get("Content-Type") != "application/json" {
		t.Errorf("%v", first.header)
	}
	for name := range first.header {
		if strings.HasPrefix(name, "X-Simulator") {
			t.Errorf("the platform sees %s", name)
		}
	}
}

func TestUpdateIDsComeFromTheSeed(t *testing.T) {
	id := func(seed uint64) int64 { return New(Config{Seed: seed}).updates.next }
	one, again, two := id(1), id(1), id(2)
	if one != again || one == two || one < 100_000_000 {
		t.Errorf("%d %d %d", one, again, two)
	}
}

func TestAChatWaitsForItsFirstUpdateWhileAPressOvertakes(t *testing.T) {
	b := setup(t)
	pressed := make(chan struct{})
	var tries atomic.Int32
	r := receive(t, func(a arrival, w http.ResponseWriter) {
		switch {
		case a.kind == "callback_query":
			close(pressed)
		case a.content["text"] == "one":
			<-pressed // the press of the same person arrives while the message is still being refused
			if tries.Add(1) <= 2 {
				w.WriteHeader(503)
			}
		}
	})
	b.must("sendMessage", `{"chat_id":55501,"text":"Card","reply_markup":`+keyboard+`}`)
	b.SetHook(r.url, "")
	b.say("one")
	b.say("two")
	if _, err := b.Press(maks, maks, 1, "Edit"); err != nil {
		t.Fatal(err)
	}
	arrived := r.take(3)
	b.rests(2, 1)
	b.clock.Advance(2 * time.Second)
	var order []string
	for _, a := range append(arrived, r.take(2)...) {
		if a.kind == "message" {
			order = append(order, a.content["text"].(string))
		}
	}
	if got := strings.Join(order, " "); got != "one one one two" {
		t.Errorf("arrived: %s", got)
	}
}

func TestThePausesDoubleUpToAMinuteOrTwo(t *testing.T) {
	b := setup(t)
	for failures, want := range map[int]time.Duration{1: 0, 2: 2 * time.Second, 3: 4 * time.Second, 6: 32 * time.Second} {
		if got := b.backoff(failures); got != want {
			t.Errorf("after %d failures: %v, want %v", failures, got, want)
		}
	}
	for failures := 8; failures < 100; failures++ {
		if got := b.backoff(failures); got < time.Minute || got > 2*time.Minute {
			t.Errorf("after %d failures: %v", failures, got)
		}
	}
}

func TestARefusedUpdateIsReportedAndSurvivesUntilAccepted(t *testing.T) {
	b := setup(t)
	var up atomic.Bool
	r := receive(t, func(_ arrival, w http.ResponseWriter) {
		if !up.Load() {
			w.WriteHeader(500)
		}
	})
	b.SetHook(r.url, "")
	b.say("hello")
	r.take(2)
	b.rests(1, 1)
	info := b.must("getWebhookInfo", `{}`)
	if info["pending_update_count"] != 1.0 || info["last_error_message"] != "Wrong response from the webhook: 500 Internal Server Error" || info["last_error_date"] == nil {
		t.Errorf("%v", info)
	}
	up.Store(true)
	b.clock.Advance(2 * time.Second)
	b.rests(0, 0)
	if info := b.must("getWebhookInfo", `{}`); info["pending_update_count"] != 0.0 {
		t.Errorf("%v", info)
	}
}

func TestOldUpdatesAreDropped(t *testing.T) {
	b := setup(t)
	var up atomic.Bool
	r := receive(t, func(_ arrival, w http.ResponseWriter) {
		if !up.Load() {
			w.WriteHeader(503)
		}
	})
	b.must("sendMessage", `{"chat_id":55501,"text":"Card","reply_markup":`+keyboard+`}`)
	b.SetHook(r.url, "")
	b.say("hello")
	if _, err := b.Press(maks, maks, 1, "Edit"); err != nil {
		t.Fatal(err)
	}
	r.take(4)
	b.rests(2, 2)
	up.Store(true)
	b.clock.Advance(151 * time.Second)
	b.rests(0, 0)
	if a := <-r.arrived; a.kind != "message" || len(r.arrived) != 0 {
		t.Errorf("%+v and %d more", a, len(r.arrived))
	}
	b.SetHook("", "")
	b.say("yesterday")
	b.clock.Advance(24*time.Hour + time.Second)
	if all := b.pull(); len(all) != 0 {
		t.Errorf("%v", all)
	}
}

func TestAllowedUpdatesDecideWhatIsQueued(t *testing.T) {
	b := setup(t)
	b.do("getUpdates", `{"allowed_updates":["callback_query"]}`)
	b.say("not wanted")
	b.do("getUpdates", `{"allowed_updates":[]}`)
	b.say("wanted")
	if m := b.only("message"); m["text"] != "wanted" {
		t.Errorf("%v", m)
	}
}

func TestTheCourierRepeatsHoldsAndShuffles(t *testing.T) {
	b, r := setup(t), receive(t, nil)
	b.SetHook(r.url, "")
	b.Courier().Twice(1)
	b.say("twice")
	if first, second := <-r.arrived, <-r.arrived; first.id != second.id {
		t.Errorf("%d and %d", first.id, second.id)
	}
	b.rests(0, 0)
	b.Courier().Hold()
	for i := range 6 {
		b.say(fmt.Sprint(i))
	}
	b.Courier().Release(rand.New(rand.NewPCG(1, 1)))
	last, inOrder := int64(0), true
	for range 6 {
		a := <-r.arrived
		inOrder, last = inOrder && a.id > last, a.id
	}
	if inOrder {
		t.Error("nothing was shuffled")
	}
}

func TestANewWebhookGetsWhatTheOldOneRefused(t *testing.T) {
	b := setup(t)
	old := receive(t, func(_ arrival, w http.ResponseWriter) { w.WriteHeader(503) })
	b.SetHook(old.url, "a")
	b.say("one")
	b.say("two")
	old.take(2)
	b.rests(2, 1)
	fresh := receive(t, nil)
	b.SetHook(fresh.url, "b")
	if first, second := <-fresh.arrived, <-fresh.arrived; first.content["text"] != "one" || second.content["text"] != "two" || second.secret != "b" {
		t.Errorf("%+v %+v", first, second)
	}
	b.clock.Advance(time.Hour)
	b.rests(0, 0)
	if n := len(old.arrived) + len(fresh.arrived); n != 0 {
		t.Errorf("%d deliveries of the old webhook remained", n)
	}
}

func TestNothingLeavesThisMachine(t *testing.T) {
	b := setup(t)
	b.must("setWebhook", `{"url":"https://bot.example/wh"}`)
	b.say("hello")
	if pending, _ := b.Courier().Pending(); pending != 0 {
		t.Error("a delivery is under way")
	}
	if info := b.must("getWebhookInfo", `{}`); info["pending_update_count"] != 1.0 {
		t.Errorf("%v", info)
	}
}

func TestTheAnswerOfAWebhookIsExecuted(t *testing.T) {
	b := setup(t)
	r := receive(t, func(a arrival, w http.ResponseWriter) {
		w.WriteHeader(201)
		if a.content["text"] == "forbidden" {
			_, _ = io.WriteString(w, `{"method":"deleteWebhook"}`)
			return
		}
		_, _ = io.WriteString(w, `{"method":"sendMessage","chat_id":55501,"text":"<b>Hi</b>","parse_mode":"HTML"}`)
	})
	b.SetHook(r.url, "")
	b.say("forbidden")
	b.say("hello")
	b.rests(0, 0)
	shown := b.Messages(maks)
	if len(shown) != 3 || shown[2].HTML != "<b>Hi</b>" || !shown[2].FromBot {
		t.Errorf("%+v", shown)
	}
	if calls := b.Calls(); len(calls) != 1 || calls[0].Method != "sendMessage" {
		t.Errorf("%+v", calls)
	}
}

func TestPollingConflictsWithAWebhook(t *testing.T) {
	b := setup(t)
	b.SetHook("http://127.0.0.1:1/", "")
	b.refuses("getUpdates", `{}`, 409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
	if a := b.do("deleteWebhook", `{"drop_pending_updates":true}`); !a.OK || a.Description != "Webhook was deleted" {
		t.Errorf("%+v", a)
	}
	if a := b.do("deleteWebhook", `{}`); a.Description != "Webhook is already deleted" {
		t.Errorf("%+v", a)
	}
}

func TestALongPollEndsWithAnUpdateATimeoutOrAnotherPoll(t *testing.T) {
	b := setup(t)
	answers := make(chan wireAnswer, 1)
	poll := func() {
		go func() { answers <- b.do("getUpdates", `{"timeout":30}`) }()
		for waiting := false; !waiting; runtime.Gosched() {
			b.mu.Lock()
			waiting = b.updates.poll != nil
			b.mu.Unlock()
		}
	}
	poll()
	b.say("hello")
	if a := <-answers; !strings.Contains(string(a.Result), "hello") {
		t.Errorf("%s", a.Result)
	}
	b.pull()
	poll()
	b.clock.Advance(30 * time.Second)
	if a := <-answers; string(a.Result) != "[]" {
		t.Errorf("%s", a.Result)
	}
	poll()
	b.SetHook("http://127.0.0.1:1/", "")
	if a := <-answers; a.Description != "Conflict: terminated by setWebhook request" {
		t.Errorf("%+v", a)
	}
	b.SetHook("", "")
}

func TestAPollConfirmsWhatCameBefore(t *testing.T) {
	b := setup(t)
	for i := range 5 {
		b.say(fmt.Sprint(i))
	}
	texts := func(body string) string {
		var all []struct{ Message struct{ Text string } }
		_ = json.Unmarshal(b.do("getUpdates", body).Result, &all)
		out := ""
		for _, u := range all {
			out += u.Message.Text
		}
		return out
	}
	next := b.updates.next
	for _, c := range []struct{ body, want string }{
		{`{"limit":2}`, "01"}, {`{}`, "01234"}, {fmt.Sprintf(`{"offset":%d}`, next-4), "1234"}, {`{"offset":-2}`, "34"}, {`{}`, "34"},
		{fmt.Sprintf(`{"offset":%d}`, next), ""},
	} {
		if got := texts(c.body); got != c.want {
			t.Errorf("%s: %q, want %q", c.body, got, c.want)
		}
	}
}

func TestASecondPollEndsTheFirst(t *testing.T) {
	b := setup(t)
	answers := make(chan wireAnswer, 2)
	for range 2 {
		go func() { answers <- b.do("getUpdates", `{"timeout":30}`) }()
	}
	const words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
	if a := <-answers; a.ErrorCode != 409 || a.Description != words {
		t.Errorf("%+v", a)
	}
	b.clock.Advance(time.Minute)
	if a := <-answers; !a.OK {
		t.Errorf("%+v", a)
	}
}

func TestFaultsAreScriptedByDocumentedNames(t *testing.T) {
	b := setup(t)
	b.Faults().Next("sendMessage", wireFault(502))
	resp, err := http.Post(b.url+"/bot"+token+"/SENDMESSAGE", "", nil)
	if err != nil || resp.StatusCode != 502 {
		t.Errorf("%v %v", resp, err)
	}
	if len(b.Calls()) != 0 {
		t.Errorf("%+v", b.Calls())
	}
}
