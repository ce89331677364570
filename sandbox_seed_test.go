package main

import (
	"testing"

	"marketa/sandbox"
	"marketa/sandbox/console/consoletest"
)

// TestTheSeededAgencyIsAliveAndCanBeginAnew is what somebody sees who opens the sandbox for the first time.
func TestTheSeededAgencyIsAliveAndCanBeginAnew(t *testing.T) {
	t.Parallel()
	s := openSandbox(t, t.TempDir())
	page := consoletest.Open(t, s.url, consoletest.Laptop)
	anna, luca := sandbox.Cast()[0], sandbox.Cast()[4]

	page.Sees("telegram", "look after our Instagram")
	page.SeesButton("Send")
	page.Sees("whatsapp", "complimenti alla cucina")
	page.Waits("one card and no more", oneCard)
	shot(t, page, "seed-first")
	page.Click("[data-why-of]")
	page.Waits("what the platform did", `document.querySelector(".why")?.textContent.includes("Thought and wrote")`)
	shot(t, page, "seed-why")
	page.Click("[data-close-why]")

	page.WriteAs(luca.Phone)
	page.Click("[data-pane=whatsapp] [data-chat$='@g.us']")
	page.Waits("the group's past", `document.querySelector("[data-pane=whatsapp] .photo img")?.naturalWidth > 0 && document.querySelector("[data-pane=whatsapp] .voice q") !== null`)
	page.Say("@Marketa potete pubblicare anche le lasagne?")
	page.Sees("whatsapp", "anche le lasagne")
	page.Sees("telegram", "anche le lasagne")
	shot(t, page, "seed-group")

	page.WriteAs(anna.Phone)
	page.OpenChat("whatsapp", "marketa")
	page.Click("[data-attach=whatsapp]")
	page.Click(`[data-sample="terrace.jpg"]`)
	page.Say("Questa è la nuova terrazza, la pubblicate sabato?")
	page.Sees("telegram", "la pubblicate sabato")
	page.SeesButton("Send")
	shot(t, page, "seed-photo")
	page.Tap("Send")
	page.Waits("the reply", agencySaid(1))

	page.Control("reset")
	page.SeesNot("whatsapp", "la pubblicate sabato")
	page.Sees("telegram", "look after our Instagram")
	page.Waits("one card and no more", oneCard)
	page.Say("Ci siete ancora?")
	page.Sees("telegram", "Ci siete ancora")
	if err := s.stop(); err != nil {
		t.Fatalf("Ctrl-C: %v", err)
	}
}

const oneCard = `[...document.querySelectorAll("[data-pane=telegram] [data-from=bot]")].filter(e => e.textContent.includes("💬")).length === 1`
