package whapi

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	sim "marketa/sandbox/whapi"
	"marketa/sandbox/wire"
)

// bundle is the client in front of the simulator, which is a second reading of the same contract, and our end of its hooks.
type bundle struct {
	*Client
	sim  *sim.Sim
	url  string
	hook string
	got  chan Payload
}

const (
	olena = "380501112233"
	chat  = olena + "@s.whatsapp.net"
)

func setup(t *testing.T) *bundle {
	t.Helper()
	s := sim.New(sim.Config{Clock: wire.Real(), Seed: 1})
	t.Cleanup(s.Close)
	s.AddChannel(sim.Channel{Name: "company", ID: "MANTIS-AB12C", Token: "tok_company", Phone: "380509990000", Title: "SMM Studio"})
	s.AddPerson(sim.Person{Phone: olena, Name: "Olena"})
	vendor := httptest.NewServer(s.Handler())
	t.Cleanup(vendor.Close)
	b := &bundle{Client: New(Config{BaseURL: vendor.URL, Token: "tok_company"}), sim: s, url: vendor.URL, got: make(chan Payload, 100)}
	us := httptest.NewServer(b.receiver(t))
	t.Cleanup(us.Close)
	b.hook = us.URL
	return b
}

// receiver parses every webhook; nothing that the simulator says may be left over.
func (b *bundle) receiver(t *testing.T) http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		p, err := Parse(body)
		if err != nil || len(p.Unreadable)+len(p.Misread)+len(p.Other) != 0 || r.Header.Get("X-Access-Token") != "k3y" {
			t.Errorf("%v: %s", err, body)
		}
		b.got <- p
	}
}

func (b *bundle) hooked(t *testing.T, events ...string) {
	t.Helper()
	hook := ours(b.hook, "/webhooks/whapi/company/log", "k3y", events...)
	if changed, err := b.EnsureHooks(t.Context(), []Hook{hook}); err != nil || !changed {
		t.Fatalf("changed %v, %v", changed, err)
	}
}

// until reads webhooks until one fits.
func (b *bundle) until(t *testing.T, what string, fits func(Payload) bool) Payload {
	t.Helper()
	patience := time.After(20 * time.Second)
	for {
		select {
		case p := <-b.got:
			if fits(p) {
				return p
			}
		case <-patience:
			t.Fatalf("no webhook: %s", what)
		}
	}
}

// message reads webhooks until a message fits.
func (b *bundle) message(t *testing.T, what string, fits func(Message) bool) (found Message) {
	t.Helper()
	b.until(t, what, func(p Payload) bool {
		for _, m := range p.Messages {
			if fits(m) {
				found = m
				return true
			}
		}
		return false
	})
	return found
}

func action(kind string) func(Message) bool {
	return func(m Message) bool { return m.Type == TypeAction && m.Action.Type == kind }
}

func TestSandboxASendIsSeenEverywhereUnderOneId(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hooked(t, "messages.post", "statuses.post")
	m, err := b.SendText(t.Context(), Text{To: chat, Body: "ciao"})
	if err != nil || m.Status != StatusPending || m.ChatID != chat || m.Text.Body != "ciao" {
		t.Fatalf("%+v, %v", m, err)
	}
	if sent := b.sim.Sent("company"); len(sent) != 1 || sent[0].ID != m.ID || sent[0].Text != "ciao" {
		t.Errorf("sent %+v", sent)
	}
	echo := b.message(t, "the echo", func(e Message) bool { return e.ID == m.ID })
	if !echo.FromMe || echo.Source != "api" || echo.DeviceID == 0 {
		t.Errorf("echo %+v", echo)
	}
	b.until(t, "delivered", func(p Payload) bool {
		return len(p.Statuses) > 0 && p.Statuses[0].ID == m.ID && p.Statuses[0].Status == StatusDelivered && p.Statuses[0].Timestamp > 0
	})
	page, err := b.History(t.Context(), chat, HistoryQuery{FromMe: &echo.FromMe, Since: m.At().Add(-time.Minute)})
	if err != nil || len(page.Messages) != 1 || page.Messages[0].ID != m.ID {
		t.Errorf("history %+v, %v", page, err)
	}
	if again, err := b.Message(t.Context(), m.ID); err != nil || again.Text.Body != "ciao" {
		t.Errorf("message %+v, %v", again, err)
	}
}

func TestSandboxWhatPeopleDoArrivesWhole(t *testing.T) {
	t.Parallel()
	for _, hidden := range []bool{false, true} {
		b := setup(t)
		b.sim.UseLID(hidden)
		b.hooked(t, "messages.post", "messages.patch", "messages.delete", "statuses.post", "users.post", "channel.post", "presences.post")
		sent, err := b.SendText(t.Context(), Text{To: chat, Body: "which photo?"})
		if err != nil {
			t.Fatal(err)
		}
		id := must(b.sim.Say("company", olena, "ciao, domenica?"))(t)
		said := b.message(t, "said", func(m Message) bool { return m.ID == id })
		if said.FromMe || said.Text.Body != "ciao, domenica?" || said.Type != TypeText || said.FromName != "Olena" || Digits(said.From) == "" {
			t.Errorf("%+v", said)
		}
		if _, isPhone := Phone(said.ChatID); isPhone == hidden {
			t.Errorf("hidden %v: chat %s", hidden, said.ChatID)
		}
		reply := must(b.sim.Reply("company", sent.ID, olena, "this one"))(t)
		if m := b.message(t, "reply", func(m Message) bool { return m.ID == reply }); m.Context == nil || m.Context.QuotedID != sent.ID {
			t.Errorf("%+v", m)
		}
		check(t, b.sim.EditMessage("company", id, "ciao, lunedì?"))
		edit := b.message(t, "edit", action(ActionEdit))
		if c, err := edit.Action.Edited(); err != nil || c.Text.Body != "ciao, lunedì?" || edit.Action.Target != id {
			t.Errorf("%+v, %v", edit.Action, err)
		}
		check(t, b.sim.React("company", sent.ID, olena, "👍"))
		if m := b.message(t, "reaction", action(ActionReaction)); m.Action.Emoji != "👍" || m.Action.Target != sent.ID {
			t.Errorf("%+v", m.Action)
		}
		check(t, b.sim.DeleteMessage("company", id))
		if m := b.message(t, "deletion", action(ActionDelete)); m.Action.Target != id {
			t.Errorf("%+v", m.Action)
		}
		phone := must(b.sim.PhoneSays("company", chat, "from the phone"))(t)
		if m := b.message(t, "from the phone", func(m Message) bool { return m.ID == phone }); !m.FromMe || m.Source != "mobile" {
			t.Errorf("%+v", m)
		}
	}
}

func TestSandboxSeveralMessagesInOneBody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.hooked(t, "messages.post")
	b.sim.Batch(3)
	for _, text := range []string{"one", "two", "see https://trattoria.example"} {
		must(b.sim.Say("company", olena, text))(t)
	}
	p := b.until(t, "three at once", func(p Payload) bool { return len(p.Messages) == 3 })
	if p.ChannelID != "MANTIS-AB12C" || p.Event != (Event{"messages", "post"}) || p.Messages[2].LinkPreview.Body != "see https://trattoria.example" {
		t.Errorf("%+v", p)
	}
}

func TestSandboxReadAndTypingAreSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id := must(b.sim.Say("company", olena, "ciao"))(t)
	check(t, b.MarkRead(t.Context(), id))
	if chats := b.sim.Chats("company"); len(chats) != 1 || chats[0].Unread != 0 {
		t.Errorf("%+v", chats)
	}
	check(t, b.Typing(t.Context(), chat, true))
	if got := b.sim.Presence("company", chat); got != "typing" {
		t.Errorf("presence %q", got)
	}
	check(t, b.Typing(t.Context(), chat, false))
	if got := b.sim.Presence("company", chat); got == "typing" {
		t.Errorf("presence %q", got)
	}
}

func TestSandboxAChannelThatCannotSendSaysWhatToDo(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if h, err := b.Health(t.Context()); err != nil || !h.Status.CanSend() || h.ChannelID != "MANTIS-AB12C" {
		t.Errorf("%+v, %v", h, err)
	}
	b.sim.SetHealth("company", ChannelQR)
	if h, err := b.Health(t.Context()); err != nil || h.Status.CanSend() || h.Status.Text != ChannelQR {
		t.Errorf("%+v, %v", h, err)
	}
	if e := b.refused(t); !e.NeedsRescan() || !e.SafeToRetry() {
		t.Errorf("QR: %v", e)
	}
	b.sim.SetHealth("company", ChannelStop)
	if e := b.refused(t); !e.ChannelLost() || !e.SafeToRetry() {
		t.Errorf("STOP: %v", e)
	}
	b.sim.SetHealth("company", ChannelAuth)
	b.sim.Trial("company", 0)
	if e := b.refused(t); e.Status != 402 || !e.SafeToRetry() {
		t.Errorf("trial: %v", e)
	}
	b.Client = New(Config{BaseURL: b.url, Token: "tok_other"})
	if e := b.refused(t); !e.ChannelLost() && e.Status != 401 {
		t.Errorf("wrong token: %v", e)
	}
}

func (b *bundle) refused(t *testing.T) *Error {
	t.Helper()
	_, err := b.SendText(t.Context(), Text{To: chat, Body: "ciao"})
	return failure(t, err)
}

// The three ways to lose a send. Only the history tells the first two apart.
func TestSandboxALostSendIsFoundInTheHistoryOrIsNot(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault         wire.Fault
		unknown, sent bool
	}{
		"answer lost":     {wire.Fault{LoseAnswer: true}, true, true},
		"cut before":      {wire.Fault{Cut: true}, true, false},
		"500":             {sim.Refuse(500, "internal"), true, false},
		"429":             {sim.Refuse(429, "too many requests"), false, false},
		"403":             {sim.Refuse(403, "forbidden to send to this group"), false, false},
		"200 and no JSON": {wire.Fault{Status: 200, Body: "<html>"}, true, false},
	} {
		b := setup(t)
		b.sim.Faults().Next("POST /messages/text", test.fault)
		e := b.refused(t)
		mine := true
		page, err := b.History(t.Context(), chat, HistoryQuery{FromMe: &mine})
		if err != nil && failure(t, err).Status == 404 { // a chat that nobody ever wrote in
			page, err = Page{}, nil
		}
		if err != nil || e.Unknown() != test.unknown || (len(page.Messages) == 1) != test.sent {
			t.Errorf("%s: %v; history %d, %v", name, e, len(page.Messages), err)
		}
	}
}

func TestSandboxOurHookStandsNextToAForeignOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sim.AddHook("company", sim.Hook{URL: "https://crm.example/in", Mode: "path", Headers: map[string]string{"Authorization": "Bearer x"}})
	b.hooked(t, "messages.post")
	if changed, err := b.EnsureHooks(t.Context(), []Hook{ours(b.hook, "/webhooks/whapi/company/log", "k3y", "messages.post")}); err != nil || changed {
		t.Errorf("changed again: %v, %v", changed, err)
	}
	s, err := b.Settings(t.Context())
	if err != nil || len(s.Webhooks) != 2 || s.Webhooks[0].URL != "https://crm.example/in" || s.Webhooks[0].Mode != "path" || s.Webhooks[0].Headers["Authorization"] != "Bearer x" {
		t.Errorf("%+v, %v", s.Webhooks, err)
	}
	must(b.sim.Say("company", olena, "ciao"))(t)
	b.message(t, "the message", func(m Message) bool { return m.Text != nil && m.Text.Body == "ciao" })
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		check(t, err)
		return v
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
