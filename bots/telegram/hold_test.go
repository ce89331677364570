package telegram_test

import (
	"strings"
	"testing"
	"time"
)

func TestWhoeverBeginsToWriteHasTheCardToHimself(t *testing.T) {
	for _, label := range []string{"Edit", "Redo"} {
		t.Run(label, func(t *testing.T) {
			b := inPrivate(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.taps(marta, marta, label)
			b.wantSame("✏️ Marta is writing… Others wait until 10:05.", marta, ben)
			for _, press := range []string{"Send", "Edit", "Redo", "Discard", "Take over", "Later"} {
				b.taps(ben, ben, press)
				b.wantToast(ben, "Marta is writing an answer to Anna, until 10:05. If it cannot wait, press “✋ Take over anyway”.")
			}
			b.wantState(id, "pending")
			b.wantLeaving()
			b.says(ben, ben, "Alle 21.", b.newest(ben).ID)
			b.wantTold(ben, 1, "Your words were not sent:\nAlle 21.")
			if l := labels(b.last(ben)); len(l) != 1 {
				t.Errorf("the refusal has the buttons %q", l)
			}
			b.pass(5*time.Minute + 5*time.Second) // she has gone for a coffee
			if strings.Contains(b.newest(ben).Text, "writing") {
				t.Errorf("still %q", b.newest(ben).Text)
			}
			b.taps(ben, ben, "Send")
			b.wantState(id, "sent")
		})
	}
}

func TestWhoCannotWaitTakesTheCardAnyway(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.taps(marta, marta, "Edit")
	b.says(ben, ben, "Alle 21.", b.newest(ben).ID)
	b.tapsOn(ben, ben, b.last(ben).ID, "Take over anyway") // under the refusal
	b.wantToast(ben, "It is yours until 10:05")
	b.wantSame("✏️ Ben is writing…", marta, ben)
	b.wantTold(marta, 2, "✋ Marta, Ben has taken the card of Anna over from you.")
	b.says(marta, marta, "Alle 20.", b.newest(marta).ID)
	b.wantTold(marta, 3, "Ben is writing an answer to Anna")
	b.wantLeaving()
	b.says(ben, ben, "Alle 21.", b.newest(ben).ID)
	b.wantState(id, "edited")
	b.wantLeaving("Alle 21.")
	if n := len(b.cards(ben)); n != 1 {
		t.Errorf("%d cards: the refusal has become one", n)
	}
}

func TestTheClientBreaksIntoTheWriting(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.card("Certo!")
	b.taps(marta, marta, "Edit")
	b.client("anzi, per sei")
	b.card("Per sei, certo!")
	b.wantTold(marta, 2, "✋ Marta, the chat with Anna has moved on while you were writing. Please look at the newest card")
	b.wantTold(ben, 0, "")
	b.wantCard(ben, "Per sei, certo!")
	b.says(marta, marta, "Alle 20.", 0)
	b.wantLeaving()
	b.taps(ben, ben, "Send") // the new card is free
	b.wantLeaving("Per sei, certo!")
}

func TestAViewerTakesNothingAnyway(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	b.taps(marta, desk, "Edit")
	b.change(ben, "viewer", true)
	b.taps(ben, desk, "Take over anyway")
	b.wantToast(ben, "Your role may look but not decide")
	b.wantCard(desk, "✏️ Marta is writing…")
}

func TestATakeOverEndsByItselfAndIsTold(t *testing.T) {
	b := inGroup(t)
	b.client("vorrei parlare con una persona")
	b.card("Certo!")
	b.taps(marta, desk, "Take over")
	b.wantCard(desk, "Taken over by Marta, 10:00. The bot keeps quiet until 14:00")
	b.says(marta, desk, "Mi dica.", b.newest(desk).ID)
	for range 6 {
		b.clock.Advance(time.Hour)
		b.pass(5 * time.Second)
	}
	b.wantTold(desk, 1, "🙋 Anna: the take-over by Marta has ended by itself.")
	b.wantCard(desk, "Mi dica.")
	for _, m := range b.cards(desk) {
		if strings.Contains(strings.Join(labels(m), " "), "Hand back") {
			t.Errorf("can still be handed back: %q", m.Text)
		}
	}
}

func TestAnybodyWhoDecidesMayHandBack(t *testing.T) {
	b := inGroup(t)
	b.client("vorrei parlare con una persona")
	id := b.card("Certo!")
	b.taps(marta, desk, "Take over")
	b.taps(ben, desk, "Hand back")
	b.wantToast(ben, "Handed back. Marketa drafts again.")
	if b.view(id).Taken {
		t.Error("still taken")
	}
	b.clock.Advance(5 * time.Hour)
	b.pass(5 * time.Second)
	b.wantTold(desk, 0, "") // it did not end by itself
}

// A press that is refused so late that Telegram takes no toast any more is answered in words; nothing has happened.
func TestALatePressIsAnsweredInWords(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	old := b.newest(desk)
	b.client("anzi no")
	b.card("Va bene, niente.")
	b.sim.PressData(marta, desk, old.ID, old.Keyboard[0][0].Data)
	b.fetch()
	b.clock.Advance(200 * time.Second)
	b.settle()
	b.wantTold(desk, 1, "⌛ About a button that was pressed a while ago: This one is out of date: the conversation has moved on. See the newest card.")
	b.wantState(id, "superseded")
	b.wantLeaving()
}
