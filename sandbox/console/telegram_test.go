package console_test

import (
	"path/filepath"
	"testing"

	"marketa/sandbox/console/consoletest"
)

func TestAPressReachesTheBotAndItsAnswerShows(t *testing.T) {
	t.Parallel()
	b := setup(t)
	presses := b.listen()
	p := b.show(consoletest.Laptop)
	card := b.card()
	p.Tap("Send")
	press := <-presses
	if press.Data != "a1:send" || press.From.ID != maks || press.Message.ID != card {
		t.Fatalf("the bot heard %+v", press)
	}
	p.Waits("the button to wait", `document.querySelector("[data-button='✅ Send']").dataset.waiting`)
	b.bot("answerCallbackQuery", map[string]any{"callback_query_id": press.ID, "text": "Sent to Anna"})
	p.SeesToast("Sent to Anna")
	p.Waits("the button to rest", `document.querySelector("[data-button='✅ Send']").dataset.waiting === undefined`)
	b.bot("editMessageText", map[string]any{"chat_id": group, "message_id": card, "text": "Sent by Maks"})
	p.Sees("telegram", "Sent by Maks")
	p.Waits("the buttons to go", `!document.querySelector("[data-button]")`)
}

func TestAnAlertWantsAnOK(t *testing.T) {
	t.Parallel()
	b := setup(t)
	presses := b.listen()
	p := b.show(consoletest.Laptop)
	b.card()
	p.Tap("Discard")
	b.bot("answerCallbackQuery", map[string]any{"callback_query_id": (<-presses).ID, "text": "Olena was faster: sent at 12:04", "show_alert": true})
	p.SeesToast("Olena was faster")
	p.Click("dialog [data-ok]")
	p.Waits("the window to close", `!document.querySelector("dialog")`)
}

func TestAnswersGoOnlyToWhoeverPressed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	presses := b.listen()
	p := b.show(consoletest.Laptop)
	b.card()
	p.Tap("Send")
	press := <-presses
	p.ActAs(olena)
	b.bot("answerCallbackQuery", map[string]any{"callback_query_id": press.ID, "text": "Sent to Anna"})
	b.bot("sendMessage", map[string]any{"chat_id": group, "text": "later"})
	p.Sees("telegram", "later")
	if got := p.Value(`document.querySelectorAll("[data-toast]").length`); got != "0" {
		t.Fatalf("Olena saw %s answers", got)
	}
}

func TestAQuestionOpensTheReplyForWhoeverActed(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	card := b.card()
	p.SeesButton("Send")
	asked := b.bot("sendMessage", map[string]any{
		"chat_id": group, "text": "Reply with the text that Anna should get.", "reply_parameters": map[string]any{"message_id": card},
		"reply_markup": map[string]any{"force_reply": true, "selective": true, "input_field_placeholder": "The new text"},
	})
	p.SeesContext("telegram", "reply")
	p.Waits("the placeholder", `document.querySelector("[data-composer=telegram]").placeholder === "The new text"`)
	p.ActAs(olena)
	p.SeesContext("telegram", "")
	p.ActAs(maks)
	p.SeesContext("telegram", "reply")
	p.Screenshot(filepath.Join(t.ArtifactDir(), "laptop-reply.png"))
	p.Write("Hi Anna, yes: 12 to 15!")
	p.Sees("telegram", "Hi Anna, yes: 12 to 15!")
	p.SeesContext("telegram", "")
	messages := b.telegram.Messages(group)
	if last := messages[len(messages)-1]; last.FromID != maks || last.ReplyTo != asked {
		t.Fatalf("the bot heard %+v", last)
	}
}

func TestAnyMessageCanBeAnswered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	card := b.card()
	p.ReplyTo(draftText)
	p.SeesContext("telegram", "reply")
	p.Write("Hi Anna! Open 12 to 15.")
	p.Sees("telegram", "Open 12 to 15.")
	messages := b.telegram.Messages(group)
	if last := messages[len(messages)-1]; last.ReplyTo != card {
		t.Fatalf("it answers %d, not the card %d", last.ReplyTo, card)
	}
}

func TestAStrangerSeesOnlyTheBotAndStartsIt(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.card()
	p := b.show(consoletest.Laptop)
	p.ActAs(stranger)
	p.Click("[data-start]")
	p.Sees("telegram", "/start")
	if got := p.Value(`document.querySelectorAll("[data-pane=telegram] [data-chat]").length`); got != "1" {
		t.Fatalf("a stranger sees %s chats", got)
	}
	b.bot("sendMessage", map[string]any{"chat_id": stranger, "text": "This bot is for the agency's people."})
	p.Sees("telegram", "for the agency's people")
	p.Write("hello?")
	p.Sees("telegram", "hello?")
}

func TestOtherChatsShowWhatIsUnread(t *testing.T) {
	t.Parallel()
	b := setup(t)
	p := b.show(consoletest.Laptop)
	b.bot("sendMessage", map[string]any{"chat_id": maks, "text": "One draft waits."})
	p.Waits("the unread mark", `document.querySelector("[data-chat='`+text(maks)+`']").dataset.unread === "1"`)
	p.OpenChat("telegram", text(maks))
	p.Sees("telegram", "One draft waits.")
	p.Waits("the mark to go", `document.querySelector("[data-chat='`+text(maks)+`']").dataset.unread === "0"`)
}

func TestTheMenuOfCommandsSendsOne(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.bot("setMyCommands", map[string]any{"commands": []map[string]string{{"command": "queue", "description": "Drafts that wait"}}})
	p := b.show(consoletest.Laptop)
	p.Click("[data-commands]")
	p.Click("[data-command=queue]")
	p.Sees("telegram", "/queue")
}
