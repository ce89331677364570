package whapi

import (
	"strings"
	"testing"
)

// aGroup makes the group of the examples, with a message in it that may be quoted.
func aGroup(b *bench) (group, quotable string) {
	b.Helper()
	answer := b.ok("POST", "/groups", b.file("group_request.json"))
	b.like("group", b.example("group_answer.json"), answer)
	id := answer["id"].(string)
	sent := b.ok("POST", "/messages/text", `{"to":"`+id+`","body":"Which photo?"}`)
	return id, sent["message"].(map[string]any)["id"].(string)
}

func TestRequestsOfTheContractGetAnswersOfTheContract(t *testing.T) {
	b := hooked(t)
	group, quotable := aGroup(b)
	here := strings.NewReplacer("120363000000000011@g.us", group, "Zk81xQw.TtPq4cV-khBq53B6TdE-E8JdK1", quotable,
		"Qf3sT9.aZkLm12pQ-gRtwl0rVw-E8JdK1", quotable, `"typing_time":3`, `"typing_time":0`)
	incoming := b.say("hello")
	b.sim.OpenChat("company", group)
	for _, c := range []struct{ method, path, request, answer string }{
		{"GET", "/health?wakeup=false", "", "health.json"},
		{"POST", "/messages/text", "text_request.json", "text_answer.json"},
		{"POST", "/messages/text", "edit_request.json", ""},
		{"POST", "/contacts", "contacts_request.json", "contacts_answer.json"},
		{"PUT", "/presences/" + group, "presence_request.json", "success.json"},
		{"PUT", "/messages/" + incoming, "", "success.json"},
		{"PUT", "/messages/" + incoming + "/reaction", "reaction_request.json", "success.json"},
		{"GET", "/statuses/" + quotable, "", "statuses_answer.json"},
		{"PATCH", "/settings", "settings_request.json", ""},
		{"GET", "/settings", "", "settings_request.json"},
	} {
		body := ""
		if c.request != "" {
			body = here.Replace(b.file(c.request))
		}
		answer := b.ok(c.method, c.path, body)
		if c.answer != "" {
			b.like(c.method+" "+c.path, b.example(c.answer), answer)
		}
	}
	b.sim.SetHealth("company", "QR")
	status, answer := b.call("POST", "/messages/text", here.Replace(b.file("text_request.json")))
	b.equal("status at QR", status, 401)
	b.equal("answer at QR", answer, b.example("unauthorised.json"))
}

func TestWebhooksHaveTheShapeOfTheContract(t *testing.T) {
	b := hooked(t)
	aGroup(b)
	id := b.say("use this one")
	if err := b.sim.EditMessage("company", id, "use this one, not the other"); err != nil {
		t.Fatal(err)
	}
	var statuses, edits int
	for _, d := range b.settle() {
		switch {
		case d.event() == "statuses.post" && d.first("statuses")["status"] == "delivered":
			statuses++
			b.like("status", b.example("status_webhook.json"), d.body)
		case d.event() == "messages.post" && d.first("messages")["type"] == "action":
			edits++
			want := b.example("edit_webhook.json")
			want["messages"].([]any)[0].(map[string]any)["action"].(map[string]any)["edited_content"] = map[string]any{"body": ""}
			b.like("edit", want, d.body)
		}
	}
	b.equal("statuses and edits", []int{statuses, edits}, []int{1, 1})
}
