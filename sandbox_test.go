package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"marketa/internal/fault"
	"marketa/sandbox"
	"marketa/sandbox/console/consoletest"
)

var pictures = flag.Bool("pictures", false, "write the README's pictures into docs")

// opened is a sandbox as `marketa sandbox` starts it: the private Postgres, the simulated vendors, the platform, the console.
type opened struct {
	url  string
	dir  string
	out  *lockedBuffer
	stop func() error
}

func openSandbox(t *testing.T, dir string) *opened {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	s := &opened{dir: dir, out: &lockedBuffer{}}
	done := make(chan error, 1)
	go func() {
		done <- run(ctx, []string{"sandbox"}, []string{"MARKETA_DATA_DIR=" + dir, "LISTEN_ADDR=127.0.0.1:0", "CONSOLE_ADDR=127.0.0.1:0", "BURST_WINDOW=1s"}, s.out, s.out)
	}()
	s.stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := s.stop(); err != nil {
			t.Errorf("the sandbox did not stop cleanly: %v", err)
		}
		if t.Failed() {
			log, _ := os.ReadFile(filepath.Join(dir, "sandbox.log"))
			t.Logf("the sandbox said:\n%s\nand logged:\n%s", s.out, log)
		}
	})
	address := regexp.MustCompile(`Open (http://\S+)`)
	for giveUp := time.Now().Add(time.Minute); ; {
		if m := address.FindStringSubmatch(s.out.String()); m != nil {
			s.url = m[1]
			return s
		}
		select {
		case err := <-done:
			done <- err
			t.Fatalf("the sandbox ended: %v\n%s", err, s.out)
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(giveUp) {
			t.Fatalf("the sandbox never said where it is:\n%s", s.out)
		}
	}
}

// TestANewcomerTriesEverythingOnALaptop is the conversation of the README in a real browser.
func TestANewcomerTriesEverythingOnALaptop(t *testing.T) {
	t.Parallel()
	s := openSandbox(t, t.TempDir())
	page := consoletest.Open(t, s.url, consoletest.Laptop)
	anna := sandbox.People()[0]

	page.WriteAs(anna.Phone)
	page.Say("Hi!\nour new lemon cake is ready\ncould you post it on Friday?")
	page.Sees("telegram", "could you post it on Friday")
	page.SeesButton("Send")
	shot(t, page, "console-card")
	page.Tap("Send")
	page.Sees("telegram", "Sent by Marta")
	page.Waits("the reply on the left with its ticks", agencySaid(1))
	page.Waits("the toast to go", `![...document.querySelectorAll("[data-toast]")].some(e => e.getClientRects().length)`)
	shot(t, page, "console")

	page.Say("E il menu di Natale, lo pubblicate voi?")
	page.Sees("telegram", "menu di Natale")
	page.SeesButton("Redo")
	page.Tap("Redo")
	page.Sees("telegram", "what should the next draft")
	page.Write("shorter, no emoji")
	page.Sees("telegram", "Sent back by Marta")
	page.Waits("the fresh card", `[...document.querySelectorAll("[data-pane=telegram] [data-from=bot]")].filter(e => e.textContent.includes("menu di Natale")).pop()?.querySelector("[data-button]")`)
	page.ReplyTo("menu di Natale")
	page.Write("Sì Anna, lo pubblichiamo il primo dicembre.")
	page.Sees("whatsapp", "lo pubblichiamo il primo dicembre")

	page.Say("Quanto costa un post in più?")
	page.Sees("telegram", "Quanto costa")
	page.Waits("its card", `[...document.querySelectorAll("[data-pane=telegram] [data-from=bot]")].pop()?.textContent.includes("Quanto costa")`)
	page.SeesButton("Discard")
	page.ActAs(sandbox.Stranger)
	page.Tap("Send")
	page.SeesToast("not on its team")
	page.Click("[data-ok]")
	page.ActAs(sandbox.ManagerB)
	page.Tap("Discard")
	page.Sees("telegram", "Discarded by Ben")
	page.Waits("no third reply", agencySaid(2))
	if err := s.stop(); err != nil {
		t.Fatalf("Ctrl-C: %v", err)
	}
}

// TestOnePaneAtATimeOnAPhone is the same in a phone-sized window.
func TestOnePaneAtATimeOnAPhone(t *testing.T) {
	t.Parallel()
	s := openSandbox(t, t.TempDir())
	page := consoletest.Open(t, s.url, consoletest.Phone)
	page.WriteAs(sandbox.People()[1].Phone)
	page.Say("Hallo, wann kommt der nächste Post?")
	page.Waits("the dot on the other tab", `[...document.querySelectorAll("[data-tab-button=telegram] .dot")].some(e => e.getClientRects().length)`)
	shot(t, page, "phone-client")
	page.Click("[data-tab-button=telegram]")
	page.Sees("telegram", "wann kommt der nächste Post")
	page.SeesButton("Send")
	shot(t, page, "phone-manager")
	page.Tap("Send")
	page.Sees("telegram", "Sent by Marta")
	page.Click("[data-tab-button=whatsapp]")
	page.Waits("the reply", agencySaid(1))
}

// agencySaid is true when so many messages of ours stand on the left, the last one with ticks.
func agencySaid(n int) string {
	return `(() => { const ours = [...document.querySelectorAll("[data-pane=whatsapp] [data-from=agency]")];
		return ours.length === ` + string(rune('0'+n)) + ` && ["sent", "delivered", "read"].includes(ours[ours.length-1].dataset.status); })()`
}

func shot(t *testing.T, page *consoletest.Page, name string) {
	t.Helper()
	page.Screenshot(filepath.Join(t.ArtifactDir(), name+".png"))
	if *pictures && (name == "console" || name == "phone-manager") { // those that the README shows
		page.Screenshot(filepath.Join("docs", name+".png"))
	}
}

func TestASecondCopyOnTheSameFolderIsRefusedInASentence(t *testing.T) {
	t.Parallel()
	s := openSandbox(t, t.TempDir())
	err := run(context.Background(), []string{"sandbox"}, []string{"MARKETA_DATA_DIR=" + s.dir, "LISTEN_ADDR=127.0.0.1:0", "CONSOLE_ADDR=127.0.0.1:0"}, io.Discard, io.Discard)
	if !errors.Is(err, fault.Conflict) || !strings.Contains(fault.Say(err), "already running") {
		t.Fatalf("the second copy: %v", err)
	}
}

func TestServeAnswersOnItsPrivateDatabaseAndStops(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(context.Background())
	var out bytes.Buffer
	done := make(chan error, 1)
	free, err := freeAddr("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		done <- run(ctx, []string{"serve"}, []string{"MARKETA_DATA_DIR=" + t.TempDir(), "LISTEN_ADDR=" + free}, &out, &out)
	}()
	for giveUp := time.Now().Add(time.Minute); ; {
		resp, err := http.Get("http://" + free + "/readyz")
		if err == nil {
			_ = resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(giveUp) {
			t.Fatalf("never ready: %v\n%s", err, out.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatalf("stop: %v", err)
	}
}

func TestStagesDrawsEveryLife(t *testing.T) {
	var out bytes.Buffer
	if err := run(context.Background(), []string{"stages"}, nil, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	for _, life := range []string{"qualification", "superseded", "withdrawn"} {
		if !strings.Contains(out.String(), life) {
			t.Errorf("no %s in\n%s", life, out.String())
		}
	}
}

func TestBadSettingsAreAllNamedAtOnce(t *testing.T) {
	_, err := LoadConfig([]string{"BURST_WINDOW=soon", "TELEGRAM_OWNERS=me", "WHAPI_CHANNELS=company", "WHAPI_BASE_URL=http://127.0.0.1:1"})
	for _, name := range []string{"BURST_WINDOW", "TELEGRAM_OWNERS", "WHAPI_CHANNELS"} {
		if err == nil || !strings.Contains(fault.Say(err), name) {
			t.Errorf("%s is not named in %q", name, fault.Say(err))
		}
	}
	if _, err := LoadConfig([]string{"WHAPI_BASE_URL=http://127.0.0.1:1"}); err == nil || !strings.Contains(fault.Say(err), "https://") {
		t.Errorf("production takes an http address: %v", err)
	}
	if _, err := LoadConfig([]string{"MARKETA_ENV=development", "WHAPI_BASE_URL=http://127.0.0.1:1"}); err != nil {
		t.Errorf("development refuses one: %v", err)
	}
}
