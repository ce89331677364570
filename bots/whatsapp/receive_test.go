package whatsapp_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	vendor "marketa/sandbox/whapi"
)

func TestTheVendorsOwnWebhooksBecomeRowsOnce(t *testing.T) {
	b := newBench(t)
	told := make(chan error, 64)
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = b.bot.Receive(r.Context(), number, strings.TrimPrefix(r.URL.Path, "/"), body)
		}
		told <- err
	}))
	t.Cleanup(hook.Close)
	for _, name := range []string{"log", "bot"} { // each tells everything
		b.sim.AddHook(number, vendor.Hook{URL: hook.URL + "/" + name, Events: []vendor.HookEvent{{Type: "messages", Method: "post"}, {Type: "messages", Method: "patch"}, {Type: "messages", Method: "delete"}}})
	}
	await := func(n int) {
		t.Helper()
		for range n {
			b.must(<-told)
		}
	}
	first, err := b.sim.Say(number, anna, "ciao")
	b.must(err)
	second, err := b.sim.Say(number, anna, "anzi")
	b.must(err)
	await(4)
	b.must(b.sim.EditMessage(number, first, "ciao a tutti"))
	await(4) // as an action and as an update, by each hook
	b.must(b.sim.DeleteMessage(number, second))
	await(4)
	type row struct {
		Body    string
		Version int
		Gone    bool
	}
	got := table[row](b, `SELECT body, version, deleted_at IS NOT NULL AS gone FROM messages ORDER BY id`)
	if len(got) != 2 || got[0] != (row{"ciao a tutti", 2, false}) || got[1] != (row{"anzi", 1, true}) {
		t.Errorf("%+v", got)
	}
	if mark := value[int64](b, `SELECT watermark FROM chats`); mark != 4 {
		t.Errorf("four things happened, the watermark is %d", mark)
	}
	if turns := value[int](b, `SELECT count(*)::int FROM river_job WHERE kind = 'run_turn'`); turns != 1 {
		t.Errorf("%d turn jobs for one busy chat", turns)
	}
}

func TestAnUnreadableBodyIsKeptAndToldOnce(t *testing.T) {
	for name, body := range map[string]string{"no JSON": "\xff\x00<html>", "no object": `[1]`, "an item without an id": `{"messages":[{"type":"text"}]}`,
		"words of another shape": item(`"type":"text","text":{"body":{"de":"hallo"}}`)} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			b.hear(body)
			b.hear(body)
			b.wantAlert(1, "Whapi sent something about the marketa number that could not be read. It is kept; look at the WhatsApp chat on the phone")
		})
	}
}

func TestANeighbourThatCannotBeReadTakesNobodyDown(t *testing.T) {
	b := newBench(t)
	b.hear(`{"messages":[7,{"id":"Kd00.AbCdEf-gHiJkL","type":"text","text":{"body":"ciao"},"chat_id":"` + chatID + `","from":"` + anna + `","timestamp":1772445600},{"type":"text"}]}`)
	if got := value[string](b, `SELECT body FROM messages`); got != "ciao" {
		t.Errorf("kept %q", got)
	}
	b.wantAlert(1, "could not be read")
}

// The vendor repeats what it gets no 200 for, for ever: nothing that can be parsed may be refused.
func TestNothingThatTheVendorSaysIsRefused(t *testing.T) {
	b := newBench(t)
	long := strings.Repeat("ü", 20_000)
	for _, body := range []string{
		item(`"type":"text","text":{"body":"a\u0000b"},"chat_name":"\u0000"`),
		strings.ReplaceAll(item(`"type":"text","text":{"body":"x"}`), "Kd00.AbCdEf-gHiJkL", long),
		strings.ReplaceAll(item(`"type":"text","text":{"body":"x"}`), "380501112233", long),
		strings.ReplaceAll(item(`"type":"text","text":{"body":"x"}`), "1795000001", "9223372036854775807"),
		`{"statuses":[{"id":"` + long + `","status":"` + long + `\u0000","viewer_id":"` + long + `","timestamp":"999999999999999"}]}`,
		`{"health":{"status":{"code":4,"text":"Q\u0000R` + long + `"}},"event":{"type":"channel","event":"post"}}`,
		`{"messages_removed":["` + long + `"]}`,
		`{"messages_updates":[{"id":"` + long + `","after_update":{"id":"x","chat_id":"` + long + `","type":"text","text":{"body":"\u0000"}}}]}`,
	} {
		b.hear(body)
	}
}

func TestANumberThatIsNotLinkedIsToldOnceWithWhatToDo(t *testing.T) {
	b := newBench(t)
	b.hear(`{"health":{"status":{"code":3,"text":"QR"}},"event":{"type":"channel","event":"post"},"channel_id":"MANTIS-M72HC"}`)
	b.hear(`{"user":{"id":"380990000001"},"event":{"type":"users","event":"delete"},"channel_id":"MANTIS-M72HC"}`)
	b.wantAlert(1, "The marketa WhatsApp number cannot send. The WhatsApp number is not linked. Open the channel in the Whapi panel and scan the QR code")
	b.hear(`{"health":{"status":{"code":4,"text":"AUTH"}},"event":{"type":"channel","event":"post"}}`)
	b.wantAlert(1, "")
	b.wantOpen("")
	b.clock.Advance(time.Hour)
	b.hear(`{"user":{"id":"380990000001"},"event":{"type":"users","event":"delete"}}`)
	b.wantAlert(2, "scan the QR code")
}

func TestAMessageOfOurOwnThatOnlyChangedItsTickIsNoAnswerFromThePhone(t *testing.T) {
	b := newBench(t)
	b.says("ciao?")
	mark := value[int64](b, `SELECT watermark FROM chats`)
	b.hear(`{"messages_updates":[{"id":"Qf3sT9.aZkLm12pQ-gRtwl0rVw","after_update":{"id":"Qf3sT9.aZkLm12pQ-gRtwl0rVw","type":"text","text":{"body":"Sì."},"chat_id":"` + chatID + `","from_me":true,"timestamp":1772445600},"changes":["status"]}]}`)
	if got := value[int64](b, `SELECT watermark FROM chats`); got != mark {
		t.Errorf("the watermark went from %d to %d", mark, got)
	}
}

func TestALateHookDoesNotBringAnOlderEditBack(t *testing.T) {
	b := newBench(t)
	target := b.says("alle 20")
	edit := func(n, text string, at string) string {
		return `{"messages":[{"id":"Act` + n + `cd.EfGh34ij-klBq53B6TdE","type":"action","chat_id":"` + chatID + `","from":"` + anna + `","timestamp":` + at + `,"action":{"type":"edit","edited_type":"text","target":"` + target + `","edited_content":{"body":"` + text + `"}}}]}`
	}
	b.hear(edit("1", "alle 21", "1772445610"))
	b.hear(edit("2", "alle 22", "1772445620"))
	mark := value[int64](b, `SELECT watermark FROM chats`)
	b.hear(edit("1", "alle 21", "1772445610")) // by the other hook, which is slow
	b.hear(edit("2", "alle 22", "1772445620"))
	if got := value[string](b, `SELECT body FROM messages`); got != "alle 22" {
		t.Errorf("the client says %q", got)
	}
	if got := value[int64](b, `SELECT watermark FROM chats`); got != mark {
		t.Errorf("a repeat moved the watermark from %d to %d", mark, got)
	}
}
