package whapi

import (
	"testing"
	"time"
)

func TestAWrongTokenIsAChannelThatDoesNotExist(t *testing.T) {
	b := setup(t)
	b.sim.AddChannel(Channel{Name: "forgotten", ID: "MANTIS-00000"})
	for _, token := range []string{"", "tok_wrong", "tok_compan", "TOK_COMPANY"} {
		for _, path := range []string{"/health", "/settings", "/messages/list"} {
			status, answer := b.callAs(token, "GET", path, "")
			b.equal(path, status, 404)
			b.equal(path, answer["error"].(map[string]any)["message"], "Channel not found")
		}
	}
}

func TestATokenInTheQueryIsNotAccepted(t *testing.T) {
	b := setup(t)
	status, _ := b.callAs("", "GET", "/health?token=tok_company", "")
	b.equal("status", status, 404)
}

func TestWhatIsNotImitatedIs404InTheEnvelope(t *testing.T) {
	b := setup(t)
	for _, c := range [][2]string{{"GET", "/nothing"}, {"POST", "/messages/carousel"}, {"PUT", "/limits"}, {"POST", "/health"}} {
		status, answer := b.call(c[0], c[1], "")
		b.equal(c[1], status, 404)
		b.like(c[1], b.example("unauthorised.json"), answer)
	}
}

func TestWithoutAuthorisationNothingGoesOutButReadingWorks(t *testing.T) {
	b := setup(t)
	id := b.say("hello")
	for _, health := range []string{"QR", "INIT", "LAUNCH", "ERROR"} {
		b.sim.SetHealth("company", health)
		for _, c := range [][3]string{
			{"POST", "/messages/text", `{"to":"` + direct + `","body":"x"}`}, {"PUT", "/messages/" + id, ""}, {"DELETE", "/messages/" + id, ""},
			{"PUT", "/messages/" + id + "/reaction", `{"emoji":"x"}`}, {"POST", "/contacts", `{"contacts":["1"]}`},
			{"PUT", "/presences/" + olena, `{"presence":"typing"}`}, {"POST", "/groups", `{"subject":"x","participants":["` + olena + `"]}`},
			{"GET", "/users/profile", ""},
		} {
			if status, _ := b.call(c[0], c[1], c[2]); status != 401 {
				t.Errorf("%s: %s %s: %d", health, c[0], c[1], status)
			}
		}
		b.ok("GET", "/messages/"+id, "")
		b.equal("health", b.ok("GET", "/health?wakeup=false", "")["status"].(map[string]any)["text"], health)
	}
	status, _ := b.callAs("tok_marketa", "GET", "/users/profile", "")
	b.equal("the other channel", status, 200)
}

func TestStopHidesAllButTheHealth(t *testing.T) {
	b := setup(t)
	b.sim.SetHealth("company", "STOP")
	status, _ := b.call("GET", "/messages/list", "")
	b.equal("list", status, 404)
	b.equal("health", b.ok("GET", "/health", "")["status"].(map[string]any)["text"], "STOP")
}

func TestAskingForTheHealthWakesASleepingChannelUp(t *testing.T) {
	b := setup(t)
	b.sim.SetHealth("company", "INIT")
	b.equal("only looking", b.ok("GET", "/health?wakeup=false", "")["status"].(map[string]any)["text"], "INIT")
	b.equal("waking", b.ok("GET", "/health", "")["status"].(map[string]any)["text"], "AUTH")
}

func TestHooksHearOfTheChannelsHealth(t *testing.T) {
	b := hooked(t)
	b.sim.SetHealth("company", "QR")
	b.sim.SetHealth("company", "AUTH")
	b.equal("events", b.events(), []string{"channel.post", "users.delete", "channel.patch", "channel.post", "users.post"})
	b.equal("code", b.settle()[0].body["health"].(map[string]any)["status"], map[string]any{"code": 3.0, "text": "QR"})
}

func TestWhatPeopleWroteWhileTheChannelWasOffArrivesAfterwards(t *testing.T) {
	b := hooked(t)
	b.sim.SetHealth("company", "QR")
	b.forget()
	id := b.say("are you there?")
	b.clock.Advance(time.Hour)
	b.equal("webhooks meanwhile", len(b.settle()), 0)
	b.equal("history meanwhile", b.ok("GET", "/messages/list", "")["total"], 0.0)
	status, _ := b.call("GET", "/messages/"+id, "")
	b.equal("the message meanwhile", status, 404)
	b.equal("on the phone", len(b.sim.Messages("company", direct)), 1)
	b.sim.SetHealth("company", "AUTH")
	var late []any
	for _, d := range b.settle() {
		if d.event() == "messages.post" {
			late = append(late, d.first("messages")["id"], d.first("messages")["timestamp"])
		}
	}
	b.equal("message", late, []any{id, 1795000000.0})
	b.equal("history", b.ok("GET", "/messages/list/"+direct, "")["total"], 1.0)
}
