package telegram_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	sim "marketa/sandbox/telegram"
	"marketa/store"
)

func TestAReplyToTheCardGoesOutInstead(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.says(ben, desk, "  Sì, alle 20 <b>o</b> alle 21 🍕\nA presto!  ", b.newest(desk).ID)
	b.wantState(id, "edited")
	b.wantLeaving("Sì, alle 20 <b>o</b> alle 21 🍕\nA presto!")
	b.pass(5 * time.Second)
	b.wantCard(desk, "✏️ Written and sent by Ben, 10:00")
}

func TestEditByTheButton(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo, a <stasera>!")
	b.taps(marta, desk, "Edit")
	q := b.last(desk)
	if !q.ForceReply || q.Placeholder == "" || q.ReplyTo != b.newest(desk).ID || !strings.Contains(q.Text, "Marta, reply to this message with the text for Anna.") || !strings.Contains(q.HTML, "<code>Certo, a &lt;stasera&gt;!</code>") {
		t.Errorf("the question is %+v", q)
	}
	b.says(marta, desk, "Alle 20.", q.ID)
	b.wantState(id, "edited")
	b.wantLeaving("Alle 20.")
	b.says(marta, desk, "Alle 21!", q.ID) // answered once more
	b.wantLeaving("Alle 20.")
	if m := b.last(desk); !strings.Contains(m.Text, "Marta already answered this at 10:00. Your words were not sent:\nAlle 21!") {
		t.Errorf("told %q", m.Text)
	}
}

func TestAColleagueMayAnswerTheQuestionAndAViewerMayNot(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.change(ben, "viewer", true)
	b.taps(marta, desk, "Edit")
	q := b.last(desk).ID
	b.says(ben, desk, "Alle 20.", q)
	b.wantState(id, "pending")
	if m := b.last(desk); !strings.Contains(m.Text, "Your role may look but not decide. Ask an owner to change it. Your words were not sent:\nAlle 20.") {
		t.Errorf("told %q", m.Text)
	}
	b.change(ben, "manager", true)
	b.says(ben, desk, "Alle 21.", q) // Marta is writing
	b.wantLeaving()
	b.wantTold(desk, 3, "Marta is writing an answer to Anna, until 10:05. If it cannot wait, press “✋ Take over anyway”. Your words were not sent:\nAlle 21.")
	b.taps(ben, desk, "Take over anyway")
	b.wantTold(desk, 4, "✋ Marta, Ben has taken the card of Anna over from you.")
	b.says(ben, desk, "Alle 21.", q) // the question is still open
	b.wantLeaving("Alle 21.")
}

func TestAViewerClosesNobodysQuestion(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.change(ben, "viewer", true)
	b.taps(marta, desk, "Redo")
	b.says(ben, desk, "più lungo", b.last(desk).ID)
	b.says(marta, desk, "più corto", b.newest(desk).ID) // still a hint
	b.wantLeaving()
	b.wantState(id, "redone")
	b.wantCard(desk, "“più corto”")
}

func TestLooseWordsAnswerAQuestionInPrivateForTenMinutes(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after time.Duration
		chat  int64
		out   bool
	}{{"at once", 0, marta, true}, {"just in time", 9 * time.Minute, marta, true}, {"too late", 10 * time.Minute, marta, false}, {"in the group", 0, desk, false}} {
		t.Run(tt.name, func(t *testing.T) {
			var b *bench
			if tt.chat == desk {
				b = inGroup(t)
			} else {
				b = inPrivate(t)
			}
			b.client("avete posto?")
			id := b.card("Certo!")
			b.taps(marta, tt.chat, "Edit")
			b.clock.Advance(tt.after)
			b.says(marta, tt.chat, "Alle 20.", 0)
			if tt.out {
				b.wantState(id, "edited")
				b.wantLeaving("Alle 20.")
			} else {
				b.wantState(id, "pending")
				b.wantLeaving()
			}
			if tt.chat == marta && !tt.out && !strings.Contains(b.last(marta).Text, "I did not pass that on to anybody") {
				t.Errorf("told %q", b.last(marta).Text)
			}
		})
	}
}

func TestTheNewestQuestionIsTheOneThatLooseWordsAnswer(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.card("Certo!")
	b.taps(marta, marta, "Edit")
	b.taps(marta, marta, "Redo")
	b.says(marta, marta, "più corto", 0)
	b.wantLeaving()
	b.wantState(b.hint("più corto"), "redone")
}

// hint is the approval that was sent back with these words.
func (b *bench) hint(words string) store.ApprovalID {
	b.Helper()
	return value[store.ApprovalID](b, `SELECT id FROM approvals WHERE hint = $1`, words)
}

func TestRedoWithAHint(t *testing.T) {
	for _, where := range []string{"the question", "the card"} { // wherever the thumb puts it: a hint never reaches the client
		t.Run("as a reply to "+where, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.taps(marta, desk, "Redo")
			to := b.last(desk).ID
			if where == "the card" {
				b.clock.Advance(time.Hour)
				to = b.newest(desk).ID
			}
			b.says(marta, desk, "più corto, per favore", to)
			b.wantState(id, "redone")
			b.wantLeaving()
			b.wantCard(desk, "🔁 Sent back by Marta")
			b.wantCard(desk, "“più corto, per favore”")
		})
	}
}

func TestWordsThatComeTooLateComeBack(t *testing.T) {
	long := strings.Repeat("parola ", 400)
	for name, say := range map[string]func(b *bench){
		"as a reply to the card": func(b *bench) { b.says(marta, desk, long, b.newest(desk).ID) },
		"as an answer":           func(b *bench) { b.says(marta, desk, long, b.last(desk).ID) },
		"while somebody was fast": func(b *bench) {
			b.taps(ben, desk, "Take over anyway")
			b.taps(ben, desk, "Discard")
			b.says(marta, desk, long, b.newest(desk).ID)
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			b.card("Certo!")
			b.taps(marta, desk, "Edit")
			if name != "while somebody was fast" {
				b.client("anzi no")
			}
			say(b)
			b.wantLeaving()
			if m := b.last(desk); !strings.Contains(m.Text, "Your words were not sent:") || !strings.Contains(m.Text, strings.TrimSpace(long)) {
				t.Errorf("told %q", m.Text)
			}
		})
	}
}

func TestTakeOverSayHandBack(t *testing.T) {
	b := inGroup(t)
	b.client("vorrei parlare con una persona")
	id := b.card("Certo!")
	b.taps(marta, desk, "Take over")
	b.wantToast(marta, "It is yours. Reply to the card and your words go to Anna.")
	b.wantCard(desk, "🙋 Taken over by Marta, 10:00. The bot keeps quiet until 14:00, or 4 hours after the last words from here.\nReply to this card and your words go to the client.")
	first := b.newest(desk)
	b.says(marta, desk, "Buongiorno, sono Marta.", first.ID)
	b.client("buongiorno!")
	b.says(marta, desk, "Mi dica.", b.newest(desk).ID) // as a reply to the card of what she said
	b.wantLeaving("Buongiorno, sono Marta.", "Mi dica.")
	// The chat is hers alone.
	b.says(ben, desk, "Salve da Ben!", first.ID)
	b.wantLeaving("Buongiorno, sono Marta.", "Mi dica.")
	if m := b.last(desk); !strings.Contains(m.Text, "Marta has taken this chat over and writes there alone until it is handed back. Your words were not sent:\nSalve da Ben!") {
		t.Errorf("told %q", m.Text)
	}
	b.tapsOn(marta, desk, first.ID, "Hand back")
	b.wantToast(marta, "Handed back. Marketa drafts again.")
	b.tapsOnData(ben, desk, first, "Hand back")
	b.wantToast(ben, "Marketa has it already")
	if v := b.view(id); v.Taken {
		t.Error("still taken")
	}
}

// tapsOnData is a press on a button as an older picture of the card had it.
func (b *bench) tapsOnData(who, chat int64, old sim.Message, label string) {
	b.Helper()
	for _, row := range old.Keyboard {
		for _, x := range row {
			if strings.Contains(x.Text, label) {
				b.sim.PressData(who, chat, old.ID, x.Data)
				b.settle()
				return
			}
		}
	}
	b.Fatalf("no button %q on %q", label, labels(old))
}

func TestLaterPutsACardAwayAndBringsItBackBelow(t *testing.T) {
	for name, newOne := range map[string]func(*testing.T) *bench{"in the group": inGroup, "in private": inPrivate} {
		t.Run(name, func(t *testing.T) {
			b := newOne(t)
			chats := []int64{desk}
			if name == "in private" {
				chats = []int64{marta, ben}
			}
			b.client("avete posto?")
			id := b.card("Certo!")
			old := b.newest(chats[0]).ID
			b.taps(marta, chats[0], "Later")
			b.wantToast(marta, "I bring it back at 11:00.")
			for _, chat := range chats {
				b.wantCard(chat, "⏰ Put away until 11:00")
			}
			b.pass(time.Hour - time.Second)
			if b.newest(chats[0]).ID != old {
				t.Fatal("it came back before its time")
			}
			b.pass(5 * time.Second)
			for _, chat := range chats {
				if cards := b.cards(chat); len(cards) != 1 || cards[0].ID == old || strings.Contains(cards[0].Text, "Put away") {
					t.Errorf("in chat %d: %+v", chat, cards)
				}
			}
			b.pass(time.Minute)
			b.taps(marta, chats[0], "Send")
			b.wantState(id, "sent")
		})
	}
}

func TestACardPutAwayIsDecidedOnlyOnce(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	old := b.newest(desk)
	b.taps(marta, desk, "Later")
	b.tapsOnData(ben, desk, old, "Send")
	b.pass(2 * time.Hour)
	b.wantLeaving("Certo!")
	if cards := b.cards(desk); len(cards) != 1 || !strings.Contains(cards[0].Text, "Sent by Ben") {
		t.Errorf("%+v", cards)
	}
	b.tapsOnData(marta, desk, old, "Later")
	b.wantToast(marta, "Ben already sent this at 10:00.")
}

// A copy that is too old to be deleted stays, and shows what the others show.
func TestAnOldCopyThatCannotBeDeletedShowsTheSame(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.card("Certo!")
	b.clock.Advance(48 * time.Hour)
	b.taps(marta, marta, "Later")
	b.pass(time.Hour + 5*time.Second)
	if cards := b.cards(marta); len(cards) != 2 || cards[0].Text != cards[1].Text || strings.Contains(cards[0].Text, "Put away") {
		t.Fatalf("%+v", cards)
	}
	b.taps(marta, marta, "Send")
	b.pass(5 * time.Second)
	for _, m := range b.cards(marta) {
		if !strings.Contains(m.Text, "✅ Sent by Marta") || len(m.Keyboard) > 0 {
			t.Errorf("a copy says %q", m.Text)
		}
	}
}

func TestDidItArrive(t *testing.T) {
	for _, answer := range []string{"It arrived", "Try again"} {
		t.Run(answer, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.taps(marta, desk, "Send")
			b.deliver(id, asked)
			b.wantCard(desk, "❓ I could not find out whether this arrived. Please look at the chat on the phone.")
			b.wantTold(desk, 1, "❓ Did the reply to Anna arrive?")
			if m := b.last(desk); m.ReplyTo != b.newest(desk).ID {
				t.Error("the question does not lead to the card")
			}
			b.change(ben, "viewer", true)
			b.taps(ben, desk, answer)
			b.wantToast(ben, "Your role may look but not decide")
			card := b.newest(desk)
			b.taps(marta, desk, answer)
			if answer == "It arrived" {
				b.wantToast(marta, "Thank you. Noted as arrived.")
				b.wantCard(desk, "on WhatsApp ✓")
			} else {
				b.wantToast(marta, "It goes out once more.")
				b.wantCard(desk, "on its way")
				// In vain again: asked again.
				b.clock.Advance(20 * time.Second)
				b.deliver(id, asked)
				b.wantTold(desk, 2, "❓ Did the reply to Anna arrive?")
				return
			}
			b.tapsOnData(marta, desk, card, answer)
			b.wantToast(marta, "This is settled already.")
		})
	}
}

func TestAReplyThatDidNotGoOutIsTold(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.taps(marta, desk, "Send")
	b.deliver(id, func(ctx context.Context, tx *store.Tx, d store.Delivery) error {
		return tx.Fail(ctx, d, "Only admins may write there.")
	})
	b.wantCard(desk, "❌ Only admins may write there.")
	b.wantTold(desk, 1, "❌ The reply to Anna did not go out. The card says why.")
	if l := labels(b.newest(desk)); !slices.Equal(l, []string{"🔁 Try again"}) {
		t.Errorf("buttons %q", l)
	}
}

func TestOnlyTextCanBePassedOn(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	_, err := b.sim.SendFile(marta, desk, sim.Upload{Kind: "photo", Name: "a.png", MIME: "image/png", Data: png(), Caption: "la terrazza", ReplyTo: b.newest(desk).ID})
	b.must(err)
	b.settle()
	b.wantTold(desk, 1, "I can pass on text only, for now. Nothing was sent; please write it as a message.")
	b.wantState(id, "pending")
}

func TestAReplyToSomethingElseOfOursIsExplained(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	b.says(marta, desk, "/help", 0)
	b.says(marta, desk, "Alle 20.", b.last(desk).ID)
	b.wantTold(desk, 2, "That message is not a card, so I passed nothing on. Reply to a card and your words go to the client")
	b.wantLeaving()
}

func TestAnEditedReplyIsExplained(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	message, err := b.sim.Send(marta, desk, "Alle 20.", b.newest(desk).ID)
	b.must(err)
	b.settle()
	for range 2 {
		b.must(b.sim.Edit(marta, desk, message, fmt.Sprintf("Alle 2%d.", b.said)))
		b.said++
		b.settle()
	}
	b.wantTold(desk, 1, "I do not follow edits: what went out stays as it was.")
	b.wantLeaving("Alle 20.")
}

// A topic's messages all "answer" the message that made the topic.
func TestWordsInATopicAreNoReply(t *testing.T) {
	b := inGroup(t)
	for i, made := range []string{`"from":{"id":7000000001,"is_bot":true},`, ``} {
		b.receive(fmt.Sprintf(`{"update_id":%d,"message":{"message_id":9,"date":1,"from":{"id":%d,"first_name":"Marta"},"chat":{"id":%d,"type":"supergroup","is_forum":true},"message_thread_id":5,"is_topic_message":true,
			"text":"chi è di turno?","reply_to_message":{"message_id":5,%s"date":1,"chat":{"id":%d,"type":"supergroup"},"forum_topic_created":{"name":"x"}}}}`, 50+i, marta, desk, made, desk))
	}
	b.settle()
	b.wantTold(desk, 0, "")
	b.wantNoFailures()
}

func TestAnAdministratorWithoutANameIsToldWhatToDo(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.receive(fmt.Sprintf(`{"update_id":50,"message":{"message_id":900,"date":1,"from":{"id":1087968824,"is_bot":true,"first_name":"Group"},"sender_chat":{"id":%d,"type":"supergroup"},"chat":{"id":%d,"type":"supergroup"},
		"text":"Alle 20.","reply_to_message":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"supergroup"}}}}`, desk, desk, b.newest(desk).ID, desk))
	b.settle()
	b.wantTold(desk, 1, "I cannot see who you are, so I passed nothing on. Turn off “Remain anonymous”")
	b.wantState(id, "pending")
	b.wantLeaving()
}

func TestADraftlessCardTakesWords(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.hold("Anna", store.Finding{Status: "plain", Notes: store.Notes{Why: "No model answers at the moment."}})
	b.settle()
	b.wantCard(desk, "No draft. No model answers at the moment.\nReply to this card and your words go to the client.")
	if l := labels(b.newest(desk)); slices.ContainsFunc(l, func(s string) bool { return strings.Contains(s, "Send") }) {
		t.Errorf("buttons %q", l)
	}
	m := b.newest(desk)
	b.sim.PressData(marta, desk, m.ID, "s"+m.Keyboard[0][0].Data[1:]) // forged
	b.settle()
	b.wantToast(marta, "There is no text to send. Reply to the card with what to write.")
	b.says(marta, desk, "Certo!", m.ID)
	b.wantState(id, "edited")
	b.wantLeaving("Certo!")
}

// png is a picture of one point.
func png() []byte {
	return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82")
}
