package console_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"marketa/sandbox/console"
	"marketa/sandbox/console/consoletest"
	"marketa/sandbox/props"
	"marketa/sandbox/telegram"
	"marketa/sandbox/whapi"
)

func TestPhotosVoiceAndFilesGoOutWithOneTap(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.People[0].Voices = []string{"Domenica siamo chiusi"}
	p := b.show(consoletest.Laptop)
	p.Click("[data-attach=whatsapp]")
	p.Waits("the samples to be drawn", `[...document.querySelectorAll(".sample img")].every(e => e.complete && e.naturalWidth > 0)`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-attach.png"))
	p.Click(`[data-sample="terrace.jpg"]`)
	p.Waits("the photo", `document.querySelector("[data-pane=whatsapp] .photo img")?.naturalWidth > 0`)
	p.Click("[data-attach=whatsapp]")
	p.Click(`[data-voice="Domenica siamo chiusi"]`)
	p.Waits("the voice note's words", `document.querySelector("[data-pane=whatsapp] .voice q")?.textContent === "Domenica siamo chiusi"`)
	for _, kind := range []string{"document", "location", "contact", "album"} {
		p.Click("[data-attach=whatsapp]")
		p.Click(`[data-sample="` + kind + `"]`)
	}
	p.Waits("all of them", `document.querySelectorAll("[data-pane=whatsapp] [data-from=person]").length === 8`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-things.png"))
	kinds := ""
	for _, m := range b.whatsapp.Messages("marketa", anna+"@s.whatsapp.net") {
		kinds += m.Type + " "
	}
	if kinds != "image voice document location contact image image image " {
		t.Errorf("the agency received %s", kinds)
	}
}

func TestAGroupShowsWhoSpeaksAndTakesWordsFromEverybody(t *testing.T) {
	t.Parallel()
	b := setup(t)
	id, err := b.whatsapp.AddGroup(whapi.Group{Subject: "Trattoria Uno", Creator: anna, Members: []string{jonas, "4930123456", "4930999888"}})
	if err != nil {
		t.Fatal(err)
	}
	p := b.show(consoletest.Laptop)
	p.OpenChat("whatsapp", id)
	p.Say("Ciao @Marketa, tutto bene?")
	p.Sees("whatsapp", "Ciao @Marketa, tutto bene?")
	if m := b.whatsapp.Messages("company", id); len(m) != 1 || strings.Join(m[0].Mentions, "") != "4930123456" {
		t.Fatalf("the agency's other number has %+v", m)
	}
	p.WriteAs(jonas)
	p.OpenChat("whatsapp", id)
	p.Waits("the name of who wrote", `document.querySelector("[data-pane=whatsapp] .sender")?.textContent === "Anna Rossi"`)
	p.Say("Auch von mir")
	if _, err := b.whatsapp.PhoneSays("company", id, "Ciao, sono Carlo"); err != nil {
		t.Fatal(err)
	}
	p.Waits("the agency's phone", `[...document.querySelectorAll("[data-pane=whatsapp] .sender")].some(e => e.textContent === "Bright Plate")`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-group.png"))
}

func TestTelegramShowsAlbumsAndTopics(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.telegram.AddGroup(telegram.Group{ID: group, Title: "Approvals", Forum: true, Members: []int64{maks, olena}, BotAdmin: true})
	topic, err := b.telegram.CreateTopic(maks, group, "Trattoria Uno")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"terrace.jpg", "wine.jpg", "cake.jpg"} {
		content, mimeType := props.File(name)
		if _, err := b.telegram.SendFile(olena, group, telegram.Upload{Kind: "photo", Data: content, MIME: mimeType, Album: "x", ThreadID: topic}); err != nil {
			t.Fatal(err)
		}
	}
	p := b.show(consoletest.Laptop)
	p.Waits("one album of three", `document.querySelectorAll("[data-pane=telegram] .album").length === 1 && document.querySelectorAll("[data-pane=telegram] .album img").length === 3`)
	p.Click(`[data-topic="` + text(int64(topic)) + `"]`)
	p.Write("In the topic")
	p.Sees("telegram", "In the topic")
	all := b.telegram.Messages(group)
	if last := all[len(all)-1]; last.ThreadID != topic {
		t.Errorf("it went into topic %d", last.ThreadID)
	}
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-album.png"))
}

func TestWhyOpensWhatStandsBehindACard(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.config.CardMark = "Anna Rossi"
	b.config.Why = func(_ context.Context, chat int64, message int) (console.Why, bool, error) {
		return console.Why{Title: "Why this draft", Rows: []console.WhyRow{{Name: "Model", Value: "stand-in"}}, Warnings: []string{"“12:00” stands in no record"},
			Steps: []console.WhyRow{{Name: "Read the conversation", Value: "12 ms"}},
			Tools: []console.WhyTool{{Name: "profile_read", Args: []console.WhyArg{{Name: "section", Value: "hours", Origin: "client"}}, Result: "hours: 12-15"}}}, chat == group && message > 0, nil
	}
	b.card()
	p := b.show(consoletest.Laptop)
	p.Click("[data-why-of]")
	p.Waits("the panel", `document.querySelector(".why")?.open && document.querySelector(".why").textContent.includes("stands in no record") && document.querySelector(".origin").textContent === "client"`)
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-why.png"))
	p.Click("[data-close-why]")
	p.Waits("it to go", `!document.querySelector(".why")`)
}

func TestAnOpenPageChangesOverToAnotherSandbox(t *testing.T) {
	t.Parallel()
	b, next := setup(t), setup(t)
	c := console.New(b.config)
	t.Cleanup(c.Close)
	p := consoletest.Open(t, serve(t, c.Handler()), consoletest.Laptop)
	p.Say("Before")
	p.Sees("whatsapp", "Before")
	c.Replace(next.config)
	p.SeesNot("whatsapp", "Before")
	p.Say("After")
	p.Sees("whatsapp", "After")
	if m := next.whatsapp.Messages("marketa", anna+"@s.whatsapp.net"); len(m) != 1 {
		t.Errorf("the new sandbox has %d messages", len(m))
	}
}
