package consoletest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Size is a window. Mobile also brings touch and two pixels per point.
type Size struct {
	Width, Height int64
	Mobile        bool
}

// The two windows that matter.
var (
	Laptop = Size{Width: 1280, Height: 800}
	Phone  = Size{Width: 390, Height: 844, Mobile: true}
)

// patience is how long a step may take before the test gives up and shows the page.
const patience = time.Minute

// Page is the console in a browser of its own. Every method fails the test when it cannot do what its name says.
type Page struct {
	t   testing.TB
	ctx context.Context

	mu     sync.Mutex
	faults []string
}

// Open starts a Chromium without a past, opens the console at url and waits until it shows something. At the end of the
// test the browser goes, and whatever the page threw fails the test.
func Open(t testing.TB, url string, size Size) *Page {
	t.Helper()
	allocated, stop := chromedp.NewExecAllocator(context.Background(), size.flags(t.TempDir())...)
	ctx, cancel := chromedp.NewContext(allocated)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx)
		cancel()
		stop()
		p.complain()
	})
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(size.Width, size.Height, size.emulation()...)); err != nil {
		t.Fatalf("no Chromium: %v (make setup installs one)", err)
	}
	go p.watch()
	p.do("open the page", chromedp.Navigate(url))
	p.wait("the first state", `document.body.hasAttribute("data-ready")`)
	return p
}

func (s Size) flags(profile string) []chromedp.ExecAllocatorOption {
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(profile), chromedp.Env("TZ=Europe/Rome"),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
	)
	if !s.Mobile { // a machine without a screen has no mouse either, and the page would take it for a touch screen
		flags = append(flags, chromedp.Flag("blink-settings", "primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4"))
	}
	return flags
}

func (s Size) emulation() []chromedp.EmulateViewportOption {
	if !s.Mobile {
		return nil
	}
	return []chromedp.EmulateViewportOption{chromedp.EmulateMobile, chromedp.EmulateTouch, chromedp.EmulateScale(2)}
}

// watch collects what the page threw and what the browser refused it.
func (p *Page) watch() {
	for m, err := range chromedp.Console(p.ctx) {
		if err != nil {
			return
		}
		if m.IsException() || m.Source == "security" || m.Source == "violation" {
			p.mu.Lock()
			p.faults = append(p.faults, m.String())
			p.mu.Unlock()
		}
	}
}

func (p *Page) complain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, fault := range p.faults {
		p.t.Errorf("the page broke: %s", fault)
	}
}

// WriteAs picks who writes on WhatsApp, by phone.
func (p *Page) WriteAs(phone string) { p.t.Helper(); p.pick("person", phone) }

// ActAs picks who acts in Telegram, by user id.
func (p *Page) ActAs(user int64) { p.t.Helper(); p.pick("actor", fmt.Sprint(user)) }

// OpenChat opens a line of a chat list: pane is whatsapp or telegram, chat a channel's name or a chat's id.
func (p *Page) OpenChat(pane, chat string) {
	p.t.Helper()
	p.Click(fmt.Sprintf("[data-pane=%s] [data-chat=%s]", pane, quote(chat)))
}

// Say types on the left and presses Enter.
func (p *Page) Say(text string) { p.t.Helper(); p.typeInto("whatsapp", text) }

// Write types on the right and presses Enter: a reply when the reply strip is open.
func (p *Page) Write(text string) { p.t.Helper(); p.typeInto("telegram", text) }

// Tap presses the newest button of the open Telegram chat whose text begins with label; an emoji before it is ignored.
func (p *Page) Tap(label string) {
	p.t.Helper()
	p.clickJS("the button "+label, fmt.Sprintf(
		`[...document.querySelectorAll("[data-pane=telegram] [data-button]")].filter(e => e.dataset.button.replace(/^[^\p{L}\p{N}]+/u, "").startsWith(%s)).pop() || null`, quote(label)))
}

// ReplyTo opens the reply strip for the newest Telegram message that contains text.
func (p *Page) ReplyTo(text string) {
	p.t.Helper()
	p.clickJS("reply to "+text, newest("telegram", text)+`?.querySelector("[data-reply]") || null`)
}

// Menu opens the menu of the newest message of a pane that contains text and chooses an action (data-action). Phones
// open it by a tap on the message.
func (p *Page) Menu(pane, text, action string) {
	p.t.Helper()
	p.OpenMenu(pane, text)
	p.Click("[data-action=" + action + "]")
}

// OpenMenu only opens it.
func (p *Page) OpenMenu(pane, text string) {
	p.t.Helper()
	p.clickJS("the menu of "+text, fmt.Sprintf(
		`(() => { const row = %s; const more = row?.querySelector("[data-actions]"); return (more?.getClientRects().length ? more : row?.querySelector(".bubble")) || null; })()`, newest(pane, text)))
}

// Control chooses a line of the menu of things to try.
func (p *Page) Control(name string) {
	p.t.Helper()
	p.Click("#menu")
	p.Click("[data-control=" + quote(name) + "]")
}

// Click presses what a CSS selector finds.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.clickJS(selector, fmt.Sprintf(`document.querySelector(%s)`, quote(selector)))
}

// Sees waits until the open chat of a pane shows a message that contains text and gives the message's id.
func (p *Page) Sees(pane, text string) (messageID string) {
	p.t.Helper()
	return p.wait(pane+" to show "+text, newest(pane, text)+`?.dataset.messageId`)
}

// SeesNot waits until no message of the open chat contains text.
func (p *Page) SeesNot(pane, text string) {
	p.t.Helper()
	p.wait(pane+" to lose "+text, `!`+newest(pane, text))
}

// SeesButton waits for a button of the open Telegram chat whose text begins with label.
func (p *Page) SeesButton(label string) {
	p.t.Helper()
	p.wait("the button "+label, fmt.Sprintf(
		`[...document.querySelectorAll("[data-pane=telegram] [data-button]")].some(e => e.dataset.button.replace(/^[^\p{L}\p{N}]+/u, "").startsWith(%s))`, quote(label)))
}

// SeesStatus waits until the newest WhatsApp message that contains text has these ticks (sent, delivered, read, failed).
func (p *Page) SeesStatus(text, status string) {
	p.t.Helper()
	p.wait(text+" to be "+status, newest("whatsapp", text)+`?.dataset.status === `+quote(status))
}

// SeesToast waits for the bot's answer to a press, passing or as a window.
func (p *Page) SeesToast(text string) {
	p.t.Helper()
	p.wait("the answer "+text, fmt.Sprintf(`[...document.querySelectorAll("[data-toast]")].some(e => e.textContent.includes(%s))`, quote(text)))
}

// SeesContext waits for the strip above a composer: reply, edit or phone; an empty kind waits until there is none.
func (p *Page) SeesContext(pane, kind string) {
	p.t.Helper()
	p.wait("the strip "+kind, fmt.Sprintf(`document.querySelector("[data-pane=%s] [data-context]").dataset.context === %s`, pane, quote(kind)))
}

// Waits until a JavaScript expression is true; what says in words what is missing.
func (p *Page) Waits(what, expression string) { p.t.Helper(); p.wait(what, expression) }

// Value is what a JavaScript expression gives, as text.
func (p *Page) Value(expression string) string {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[any](expression))
	if err != nil {
		p.t.Fatalf("evaluate: %v", err)
	}
	return fmt.Sprint(v)
}

// Screenshot writes a PNG of the window, after running animations have ended.
func (p *Page) Screenshot(path string) {
	p.t.Helper()
	p.wait("animations to end", `document.getAnimations().every(a => a.playState !== "running" || a.effect.getTiming().iterations === Infinity)`)
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.MkdirAll(filepath.Dir(path), 0o755)
	}
	if err == nil {
		err = os.WriteFile(path, png, 0o644)
	}
	if err != nil {
		p.t.Fatalf("screenshot: %v", err)
	}
}

func (p *Page) pick(picker, value string) {
	p.t.Helper()
	p.wait("to pick "+value, fmt.Sprintf(`(() => { const s = document.querySelector("[data-picker=%s]");
		if (![...s.options].some(o => o.value === %s)) return false;
		s.value = %[2]s; s.dispatchEvent(new Event("change", {bubbles: true})); return true; })()`, picker, quote(value)))
}

func (p *Page) typeInto(composer, text string) {
	p.t.Helper()
	field := chromedp.CSS("[data-composer=" + composer + "]")
	lines := strings.ReplaceAll(text, "\n", kb.Enter)
	p.do("type "+text, chromedp.SendKeys(field, lines+kb.Enter, chromedp.NodeVisible))
}

func (p *Page) clickJS(what, expression string) {
	p.t.Helper()
	// The page may draw the button anew between finding and pressing it: then it is looked for again.
	press := chromedp.Click(chromedp.JSPath(expression), chromedp.NodeVisible)
	for range 20 {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		err := chromedp.Do(ctx, press)
		cancel()
		if err == nil {
			return
		}
		if !strings.Contains(err.Error(), "node with given id") {
			p.giveUp("press "+what, err)
		}
	}
	p.do("press "+what, press)
}

func (p *Page) do(what string, step chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, step); err != nil {
		p.giveUp(what, err)
	}
}

func (p *Page) wait(what, expression string) string {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Poll[any](expression, chromedp.WithPollingTimeout(patience)))
	if err != nil {
		p.giveUp("wait for "+what, err)
	}
	return fmt.Sprint(v)
}

// giveUp shows what a person would see at this moment.
func (p *Page) giveUp(what string, err error) {
	p.t.Helper()
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, chromedp.ErrPollingTimeout) {
		err = errors.New("nothing came of it")
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	p.t.Fatalf("%s: %v\n--- the page ---\n%s", what, err, text)
}

// newest is the JavaScript for the last message of a pane's open chat that contains text.
func newest(pane, text string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("[data-pane=%s] [data-message-id]")].filter(e => e.innerText.includes(%s)).pop()`, pane, quote(text))
}

func quote(text string) string {
	body, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string is always JSON
	}
	return string(body)
}
