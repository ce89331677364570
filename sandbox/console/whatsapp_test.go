package console_test

import (
	"net/http"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"

	"marketa/sandbox/console/consoletest"
)

func (b *bundle) said(phone string) []string {
	var all []string
	for _, m := range b.whatsapp.Messages("marketa", phone+"@s.whatsapp.net") {
		if !m.FromMe {
			all = append(all, m.Text)
		}
	}
	return all
}

func TestThreeQuickLinesReachTheAgencyInOrder(t *testing.T) {
	t.Parallel()
	b := setup(t)
	release := make(chan struct{})
	var held atomic.Bool
	b.between = func(next http.Handler) http.Handler { // the first line is slow on its way
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/api/whatsapp/say" && held.CompareAndSwap(false, true) {
				<-release
			}
			next.ServeHTTP(w, r)
		})
	}
	p := b.show(consoletest.Laptop)
	p.Say("Ciao!\nAre we open on Sunday?\nAnd on Monday?")
	close(release)
	p.Sees("whatsapp", "Ciao!")
	p.Sees("whatsapp", "And on Monday?")
	if left := p.Value(`document.querySelector("[data-composer=whatsapp]").value`); left != "" {
		t.Errorf("%q stayed in the field", left)
	}
	if got := b.said(anna); !slices.Equal(got, []string{"Ciao!", "Are we open on Sunday?", "And on Monday?"}) {
		t.Fatalf("the agency heard %q", got)
	}
}

func TestWhoeverIsPickedWritesToTheNumberThatIsOpen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	p.WriteAs(jonas)
	p.OpenChat("whatsapp", "company")
	p.Say("Moin!")
	p.Sees("whatsapp", "Moin!")
	got := b.whatsapp.Messages("company", jonas+"@s.whatsapp.net")
	if len(got) != 1 || got[0].Text != "Moin!" {
		t.Fatalf("the company number has %v", got)
	}
	if others := b.said(jonas); len(others) != 0 {
		t.Fatalf("the other number heard %q", others)
	}
}

func TestTicksTurnBlueWhenTheChatIsOpened(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	p.OpenChat("whatsapp", "company")
	b.answer(draftText)
	p.Waits("an unread mark", `document.querySelector("[data-chat=marketa]").dataset.unread === "1"`)
	if got := b.whatsapp.Sent("marketa")[0].Status; got != "delivered" {
		t.Fatalf("before anybody looked it was %s", got)
	}
	p.OpenChat("whatsapp", "marketa")
	p.SeesStatus(draftText, "delivered")
	p.SeesStatus(draftText, "read")
	if got := b.whatsapp.Sent("marketa")[0].Status; got != "read" {
		t.Fatalf("after the chat was opened it is %s", got)
	}
}

func TestOwnMessagesCanBeEditedAndDeleted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	p.Say("We open at 11")
	p.Menu("whatsapp", "We open at 11", "edit")
	p.SeesContext("whatsapp", "edit")
	p.Click("[data-pane=whatsapp] [data-cancel]")
	p.SeesContext("whatsapp", "")
	p.Menu("whatsapp", "We open at 11", "edit")
	p.Say(" today")
	p.Sees("whatsapp", "Edited")
	p.Sees("whatsapp", "We open at 11 today")
	p.Menu("whatsapp", "We open at 11 today", "delete")
	p.Sees("whatsapp", "You deleted this message")
	got := b.whatsapp.Messages("marketa", anna+"@s.whatsapp.net")
	if len(got) != 1 || !got[0].Edited || !got[0].Deleted {
		t.Fatalf("the agency has %+v", got)
	}
}

func TestTheAgencysOwnPhoneCanAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	p.Say("Anybody there?")
	p.Sees("whatsapp", "Anybody there?")
	p.Click("[data-more=whatsapp]")
	p.Click("[data-action=phone]")
	p.SeesContext("whatsapp", "phone")
	p.Say("Yes, this is Lena")
	p.Sees("whatsapp", "from the agency's phone")
	got := b.whatsapp.Messages("marketa", anna+"@s.whatsapp.net")
	if last := got[len(got)-1]; !last.FromMe || last.Source != "mobile" {
		t.Fatalf("the last message is %+v", last)
	}
}

func TestRepliesAndReactionsFindTheirMessage(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	b.answer("The post is live")
	p.OpenMenu("whatsapp", "The post is live")
	p.Click(`[data-emoji="❤️"]`)
	p.Waits("the reaction", `document.querySelector("[data-from=agency] .reactions")`)
	p.Menu("whatsapp", "The post is live", "reply")
	p.Say("Wonderful")
	p.Sees("whatsapp", "Wonderful")
	got := b.whatsapp.Messages("marketa", anna+"@s.whatsapp.net")
	if got[1].QuotedID != got[0].ID || !slices.Equal(got[0].Reactions, []string{"❤️"}) {
		t.Fatalf("the agency has %+v", got)
	}
}

func TestTypingShowsUntilTheAnswerCame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	b.typing()
	p.Waits("typing", `document.querySelector("[data-pane=whatsapp] .conversation-subtitle").textContent === "typing…"`)
	b.answer("Here it is")
	p.Waits("no typing", `document.querySelector("[data-pane=whatsapp] .conversation-subtitle").textContent !== "typing…"`)
}

func TestWhatPeopleWriteStaysText(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	const evil = `<img src=x onerror="document.title='owned'"> *bold* https://example.org/a?b=1`
	if _, err := b.whatsapp.Say("marketa", anna, evil); err != nil {
		t.Fatal(err)
	}
	if _, err := b.telegram.Send(maks, group, evil, 0); err != nil {
		t.Fatal(err)
	}
	p.Sees("whatsapp", "<img src=x")
	p.Sees("telegram", "<img src=x")
	if got := p.Value(`document.querySelectorAll(".log img, .log script").length + document.title`); got != "0Marketa sandbox" {
		t.Fatalf("the page has %s", got)
	}
	if got := p.Value(`document.querySelector("[data-pane=whatsapp] .text strong").textContent + document.querySelector("[data-pane=whatsapp] .text a").href`); got != "boldhttps://example.org/a?b=1" {
		t.Fatalf("marks and links became %s", got)
	}
}

func TestThePhoneShowsOnePaneAtATime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Phone)
	shown := `[...document.querySelectorAll("[data-pane]")].filter(e => e.getClientRects().length).map(e => e.dataset.pane).join()`
	if got := p.Value(shown); got != "whatsapp" {
		t.Fatalf("a phone shows %s", got)
	}
	p.Say("Ciao! Are we open on Sunday?")
	p.Sees("whatsapp", "Are we open on Sunday?")
	b.card()
	p.Waits("the unread dot", `!document.querySelector("[data-tab-button=telegram] .dot").hidden`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "phone-whatsapp.png"))
	p.Waits("an empty field", `document.querySelector("[data-composer=whatsapp]").value === ""`)
	p.Click("[data-hint-go]")
	p.SeesButton("Send")
	if got := p.Value(shown); got != "telegram" {
		t.Fatalf("after the tab a phone shows %s", got)
	}
	p.Waits("the dot to go", `document.querySelector("[data-tab-button=telegram] .dot").hidden`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "phone-telegram.png"))
	small := `[...document.querySelectorAll("button, select, textarea")].filter(e => e.getClientRects().length && !e.matches(".badge")).map(e => [e.outerHTML.slice(0, 90), e.getBoundingClientRect()]).filter(([, r]) => r.width < 40 || r.height < 40).map(([e]) => e).join("\n")`
	if got := p.Value(small); got != "" {
		t.Errorf("too small for a thumb:\n%s", got)
	}
	if wide := p.Value(`document.documentElement.scrollWidth`); wide != "390" {
		t.Errorf("the page is %s points wide", wide)
	}
	p.Click("[data-tab-button=whatsapp]")
	p.Waits("WhatsApp again", shown+` === "whatsapp"`)
	p.Click("[data-tab-button=telegram]")
	p.Click("[data-pane=telegram] [data-back]")
	p.OpenChat("telegram", text(maks))
	p.Waits("the private chat", `document.querySelector("[data-pane=telegram] .conversation-title").textContent === "Marketa"`)
}
