package console_test

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"marketa/sandbox/console"
	"marketa/sandbox/console/consoletest"
)

func TestTheFirstStepsTickThemselvesOff(t *testing.T) {
	t.Parallel()
	b := setup(t)
	presses := b.listen()
	p := b.show(consoletest.Laptop)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-empty.png"))
	p.Click("[data-opener]")
	p.Say("")
	p.Sees("whatsapp", "Are we open on Sunday?")
	b.card()
	p.Waits("two steps done", `document.querySelectorAll("[data-step].done").length === 2`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-card.png"))
	p.Tap("Send")
	b.answer(draftText)
	b.bot("answerCallbackQuery", map[string]any{"callback_query_id": (<-presses).ID, "text": "Sent to Anna"})
	p.SeesStatus(draftText, "read")
	p.SeesToast("Sent to Anna")
	p.Waits("all steps done", `document.querySelectorAll("[data-step].done").length === 3`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-sent.png"))
	p.Click("[data-close-hint]")
	p.Waits("the steps to go", `document.getElementById("hint").hidden`)
}

func TestControlsActAndShowWhatIsOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var down atomic.Bool
	b.config.Controls = []console.Control{
		{Name: "hour", Label: "Clock +1 hour", Do: func() error { b.clock.Advance(time.Hour); return nil }},
		{Name: "down", Label: "WhatsApp down", On: down.Load, Do: func() error { down.Store(!down.Load()); return nil }},
		{Name: "broken", Label: "Cannot work", Do: func() error { return errors.New("sandbox: restart: the platform is not running") }},
	}
	p := b.show(consoletest.Laptop)
	p.Control("hour")
	p.Waits("the clock", `document.getElementById("clock").textContent.endsWith("+1 h")`)
	p.Control("down")
	p.Click("#menu")
	p.Waits("the switch", `document.querySelector("[data-control=down]").getAttribute("aria-checked") === "true"`)
	if !down.Load() {
		t.Fatal("the switch did nothing")
	}
	p.Click("[data-control=broken]")
	p.Waits("the reason", `document.querySelector("[data-notice=error]")?.textContent === "The platform is not running."`)
}

func TestThePageComesBackByItself(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first := console.New(b.config)
	srv := httptest.NewServer(first.Handler())
	p := consoletest.Open(t, srv.URL, consoletest.Laptop)
	p.Say("Before")
	p.Sees("whatsapp", "Before")
	address := srv.Listener.Addr().String()
	first.Close()
	srv.CloseClientConnections()
	srv.Close()
	p.Waits("the page to notice", `!document.getElementById("link").hidden`)

	if _, err := b.whatsapp.Say("marketa", anna, "While nobody looked"); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	second := console.New(b.config)
	again := &http.Server{Handler: second.Handler(), ReadHeaderTimeout: time.Second}
	t.Cleanup(func() { second.Close(); _ = again.Close() })
	go func() { _ = again.Serve(listener) }()
	p.Sees("whatsapp", "While nobody looked")
	p.Waits("the line to be up", `document.getElementById("link").hidden`)
	p.Say("After")
	p.Sees("whatsapp", "After")
}

func TestOnlyItsOwnPageMayCall(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := console.New(b.config)
	defer c.Close()
	for _, tc := range []struct {
		name, host, origin, site, kind string
		want                           int
	}{
		{"its own page", "127.0.0.1:8090", "http://127.0.0.1:8090", "same-origin", "application/json", 200},
		{"a tool without a browser", "localhost:8090", "", "", "application/json", 200},
		{"an IPv6 address", "[::1]:8090", "", "", "application/json", 200},
		{"another site", "127.0.0.1:8090", "https://evil.example", "cross-site", "application/json", 403},
		{"another port of this machine", "127.0.0.1:8090", "http://127.0.0.1:1", "same-site", "application/json", 403},
		{"an old browser on another site", "127.0.0.1:8090", "https://evil.example", "", "application/json", 403},
		{"a name that was pointed here", "evil.example", "http://evil.example", "same-origin", "application/json", 403},
		{"a form", "127.0.0.1:8090", "http://127.0.0.1:8090", "same-origin", "text/plain", 415},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before := len(b.said(anna))
			req := httptest.NewRequest(http.MethodPost, "/api/whatsapp/say", strings.NewReader(`{"channel":"marketa","phone":"`+anna+`","text":"hi"}`))
			req.Host = tc.host
			req.Header.Set("Content-Type", tc.kind)
			set(req, "Origin", tc.origin)
			set(req, "Sec-Fetch-Site", tc.site)
			rec := httptest.NewRecorder()
			c.Handler().ServeHTTP(rec, req)
			if rec.Code != tc.want {
				t.Fatalf("answered %d, want %d: %s", rec.Code, tc.want, rec.Body)
			}
			if said := len(b.said(anna)) - before; (said == 1) != (tc.want == 200) {
				t.Fatalf("%d messages were written", said)
			}
		})
	}
}

func set(r *http.Request, name, value string) {
	if value != "" {
		r.Header.Set(name, value)
	}
}

func TestRefusalsAreSentences(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := console.New(b.config)
	defer c.Close()
	for _, tc := range []struct{ name, path, body, want string }{
		{"nothing to send", "whatsapp/say", `{"channel":"marketa","phone":"` + anna + `","text":"  "}`, "There is nothing to send."},
		{"not JSON", "whatsapp/say", `{`, "The console did not understand that."},
		{"no such switch", "control", `{"name":"x"}`, "This sandbox has no such switch."},
		{"nobody", "telegram/start", `{"user":5}`, "Nobody like that is here."},
		{"somebody else's message", "whatsapp/edit", `{"channel":"marketa","id":"none","text":"x"}`, "No such message."},
		{"not in the group", "telegram/send", `{"user":1003,"chat":-1002000000001,"text":"x"}`, "User 1003 is not in chat -1002000000001."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			req := httptest.NewRequest(http.MethodPost, "/api/"+tc.path, strings.NewReader(tc.body))
			req.Host = "localhost"
			req.Header.Set("Content-Type", "application/json")
			rec := httptest.NewRecorder()
			c.Handler().ServeHTTP(rec, req)
			if want := `{"error":"` + tc.want + `"}` + "\n"; rec.Code != 400 || rec.Body.String() != want {
				t.Fatalf("answered %d %s, want %s", rec.Code, rec.Body, want)
			}
		})
	}
}

func TestTheStreamSendsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := console.New(b.config)
	defer c.Close()
	url := serve(t, c.Handler())
	req, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/events", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	first := nextEvent(t, resp.Body)
	for _, section := range []string{`"fresh":true`, `"meta"`, `"clock"`, `"whatsapp/marketa/` + anna, `"telegram/-1002000000001"`, `"desk/1003"`} {
		if !strings.Contains(first, section) {
			t.Errorf("the first event lacks %s", section)
		}
	}
	if _, err := b.whatsapp.Say("marketa", anna, "hi"); err != nil {
		t.Fatal(err)
	}
	second := nextEvent(t, resp.Body)
	if !strings.Contains(second, `"whatsapp/marketa/`+anna) || strings.Contains(second, "telegram/") || strings.Contains(second, "fresh") {
		t.Errorf("the second event is %s", second)
	}
}

// nextEvent reads up to the next data line.
func nextEvent(t *testing.T, r io.Reader) string {
	t.Helper()
	var line bytes.Buffer
	one := make([]byte, 1)
	for {
		if _, err := r.Read(one); err != nil {
			t.Fatal(err)
		}
		if one[0] != '\n' {
			line.WriteByte(one[0])
			continue
		}
		if data, ok := strings.CutPrefix(line.String(), "data: "); ok && data != "{}" {
			return data
		}
		line.Reset()
	}
}
