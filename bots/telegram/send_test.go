package telegram_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"marketa/bots/telegram"
	sim "marketa/sandbox/telegram"
	"marketa/sandbox/wire"
	"marketa/store"
)

func (b *bench) tried(method string) (n int) {
	for _, c := range b.sim.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// wantSame: every copy of every chat shows the same, and the only cards are these.
func (b *bench) wantSame(words string, chats ...int64) {
	b.Helper()
	for _, chat := range chats {
		cards := b.cards(chat)
		if len(cards) == 0 {
			b.Errorf("no card in chat %d", chat)
		}
		for _, m := range cards {
			if !strings.Contains(m.Text, words) || m.Text != b.newest(chats[0]).Text || !slices.Equal(labels(m), labels(b.newest(chats[0]))) {
				b.Errorf("a copy in chat %d says %q with %q, want %q", chat, m.Text, labels(m), words)
			}
		}
	}
}

func TestTooManyRequestsParksAndGoesOn(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.sim.Limit(ben, 1, 10_000) // hours: nobody sits that out
	id := b.card("Certo!")
	b.wantCard(marta, "Certo!")
	if n := b.clock.Now().Sub(start); n > 5*time.Second {
		t.Fatalf("a job slept for %s", n)
	}
	tried := b.tried("sendMessage")
	b.pass(time.Minute)
	if n := b.tried("sendMessage"); n != tried {
		t.Errorf("Telegram was asked %d times although it wants to be left alone", n-tried)
	}
	// One chat that waits holds up no other one.
	b.taps(marta, marta, "Later")
	b.wantCard(marta, "Put away until")
	b.taps(marta, marta, "Send")
	b.pass(5 * time.Second)
	b.wantCard(marta, "Sent by Marta")
	b.wantState(id, "sent")

	b.client("e domani?")
	b.card("Anche!")
	b.pass(10_000 * time.Second)
	b.wantCard(ben, "Anche!")
}

func TestManyCardsToOneChatAllArrive(t *testing.T) {
	for name, newOne := range map[string]func(*testing.T) *bench{"a group": inGroup, "a person": inPrivate} {
		t.Run(name, func(t *testing.T) {
			b := newOne(t)
			chat, enough := int64(desk), 3*time.Minute // twenty a minute
			if name == "a person" {
				chat, enough = ben, enough/2 // one a second
			}
			const many = 40
			for i := range many {
				who := fmt.Sprintf("Client %02d", i)
				b.clientOf(who, "ciao")
				b.hold(who, store.Finding{Status: "drafted", Text: "Ciao!"})
			}
			b.sim.EnforceLimits(true)
			b.settle()
			b.pass(enough)
			if n := len(b.cards(chat)); n != many {
				t.Errorf("%d of %d cards", n, many)
			}
		})
	}
}

func TestTheShortestWaitCounts(t *testing.T) {
	for name, quick := range map[string]int64{"the first chat": marta, "the second chat": ben} {
		t.Run(name, func(t *testing.T) {
			b := inPrivate(t)
			b.client("avete posto?")
			b.sim.Limit(marta+ben-quick, 1, 10_000)
			b.sim.Limit(quick, 1, 5)
			b.card("Certo!")
			b.pass(15 * time.Second)
			b.wantCard(quick, "Certo!")
		})
	}
}

func TestARefusalInOneChatHoldsUpNoOther(t *testing.T) {
	b := inPrivate(t)
	b.sim.Faults().Next("sendMessage", wire.Fault{Status: 400, Body: `{"ok":false,"error_code":400,"description":"Bad Request: the moon is full"}`})
	b.client("avete posto?")
	b.card("Certo!")
	if got := len(b.cards(marta)) + len(b.cards(ben)); got != 1 {
		t.Errorf("%d cards at once", got)
	}
}

func TestWhatWasOvertakenIsShownToNobodyElse(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.sim.Limit(ben, 1, 60)
	b.card("Certo!") // only Marta has it
	b.client("anzi no")
	b.card("Va bene, niente.")
	b.pass(2 * time.Minute)
	if cards := b.cards(ben); len(cards) != 1 || !strings.Contains(cards[0].Text, "Va bene, niente.") {
		t.Errorf("%+v", cards)
	}
	if cards := b.cards(marta); len(cards) != 2 || !strings.Contains(cards[0].Text, "Out of date") {
		t.Errorf("%+v", cards)
	}
}

func TestAnEditThatChangesNothingIsASuccess(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	b.card("Certo!")
	edits := b.tried("editMessageText")
	column[int64](b, `UPDATE cards SET shown_hash = '' RETURNING message_id`) // we have forgotten what it shows
	b.says(marta, desk, "/queue", 0)                                          // draws every waiting card
	b.pass(10 * time.Second)
	if n := b.tried("editMessageText") - edits; n != 1 {
		t.Errorf("edited %d times", n)
	}
	if n := value[int](b, `SELECT failures FROM views`); n != 0 {
		t.Errorf("counted as %d failures", n)
	}
}

func TestACardDeletedByHandComesBackWhileItWaits(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.sim.Remove(marta, b.newest(marta).ID)
	b.taps(ben, ben, "Later") // something to redraw
	b.pass(10 * time.Second)
	b.wantSame("Put away until", marta, ben)
	b.sim.Remove(marta, b.newest(marta).ID)
	b.taps(ben, ben, "Send")
	b.pass(10 * time.Second)
	if n := len(b.cards(marta)); n != 0 {
		t.Errorf("a decided card came back %d times", n)
	}
	b.wantSame("Sent by Ben", ben)
	b.deliver(id, asked) // something else to redraw
	if n := len(b.cards(marta)); n != 0 {
		t.Errorf("a decided card came back %d times", n)
	}
}

func TestWhoHasBlockedTheBotHoldsUpNobodyAndFindsEverythingWhenBack(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.sim.Block(ben)
	b.settle()
	b.taps(marta, marta, "Later")
	b.wantCard(marta, "Put away until")
	b.client("anzi, per sei")
	b.card("Per sei, certo!")
	calls := b.tried("editMessageText") + b.tried("sendMessage")
	b.pass(10 * time.Minute)
	if n := b.tried("editMessageText") + b.tried("sendMessage") - calls; n > 0 {
		t.Errorf("%d calls although nothing happened", n)
	}
	b.wantState(id, "superseded")
	b.sim.Start(ben) // unblocks
	b.settle()
	b.pass(10 * time.Second)
	b.wantCard(ben, "Per sei, certo!")
}

func TestWhoPressesStartLateFindsWhatWaits(t *testing.T) {
	b := newBench(t, 0)
	const carla = 55503
	b.sim.AddUser(sim.User{ID: carla, FirstName: "Carla"})
	b.desk(func(ctx context.Context, tx *store.Tx) error { return tx.MakeOwners(ctx, []int64{carla}) })
	b.change(marta, "viewer", true)
	b.change(ben, "viewer", true)
	b.client("avete posto?")
	id := b.card("Certo!")
	if !strings.Contains(b.log.String(), "a card has no reader: no manager has pressed Start") {
		t.Errorf("the log says %s", b.log)
	}
	b.pass(5 * time.Minute)
	b.sim.Start(carla)
	b.settle()
	b.wantCard(carla, "Certo!")
	b.taps(carla, carla, "Send")
	b.wantState(id, "sent")
}

func TestAnApprovalsChatThatIsClosedIsReplacedByTheManagersOwn(t *testing.T) {
	for name, shut := range map[string]func(b *bench){"the bot was thrown out": func(b *bench) { b.sim.Kick(stranger, desk); b.settle() },
		"there is no such chat": func(b *bench) {
			b.bot = b.newBot(telegram.Config{BaseURL: b.srv.URL, Token: token, ApprovalsChat: -1009999999999})
		}} {
		t.Run(name, func(t *testing.T) {
			b := inGroup(t)
			shut(b)
			before := len(b.told(marta))
			b.client("avete posto?")
			id := b.card("Certo!")
			b.desk(func(ctx context.Context, tx *store.Tx) error {
				return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Something is wrong."})
			})
			b.settle()
			b.pass(time.Minute)
			for _, who := range []int64{marta, ben} {
				b.wantCard(who, "Certo!")
				b.wantTold(who, before+1, "Something is wrong.")
			}
			if log := b.log.String(); !strings.Contains(log, "the approvals chat cannot be reached") || strings.Count(log, "\n") > 6 {
				t.Errorf("the log says %s", log)
			}
			b.taps(ben, ben, "Send")
			b.pass(10 * time.Second)
			b.wantState(id, "sent")
			b.wantSame("Sent by Ben", marta, ben)
			if name == "the bot was thrown out" {
				b.client("e domani?")
				b.card("Anche!")
				b.sim.Admit(marta, desk, true)
				b.settle()
				b.wantCard(desk, "Anche!")
			}
		})
	}
}

func TestAGroupThatBecomesASupergroupIsFollowed(t *testing.T) {
	const old = -4000001
	b := newBench(t, old)
	b.sim.AddGroup(sim.Group{ID: old, Title: "Desk", BotAdmin: true, Members: []int64{marta, ben}})
	b.client("avete posto?")
	first := b.card("Certo!")
	moved := b.sim.Migrate(old)
	b.settle()
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Something is wrong."})
	})
	b.settle()
	b.wantTold(moved, 1, "Something is wrong.")
	b.says(marta, moved, "/queue", 0)
	b.pass(10 * time.Second)
	b.wantCard(moved, "Certo!")
	b.taps(marta, moved, "Send")
	b.wantState(first, "sent")
	b.client("e domani?")
	second := b.card("Anche!")
	// A new start knows the old id only; the cards in the new group work all the same.
	b.bot = b.newBot(telegram.Config{BaseURL: b.srv.URL, Token: token, ApprovalsChat: old})
	b.taps(marta, moved, "Send")
	b.wantState(second, "sent")
	b.pass(10 * time.Second)
	b.wantCard(moved, "Sent by Marta")
	if !strings.Contains(b.log.String(), "Set TELEGRAM_APPROVALS_CHAT to it") {
		t.Errorf("the log says %s", b.log)
	}
}

func TestAWrongTokenIsSaidAndDoesNotLoop(t *testing.T) {
	for _, wrong := range []string{"7000000002:other-very-secret-token-00000000", "very-secret-no-token-at-all"} {
		t.Run(wrong[:5], func(t *testing.T) {
			b := inGroup(t)
			b.bot = b.newBot(telegram.Config{BaseURL: b.srv.URL, Token: wrong, ApprovalsChat: desk})
			b.client("avete posto?")
			b.card("Certo!")
			b.desk(func(ctx context.Context, tx *store.Tx) error {
				return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Something is wrong."})
			})
			b.settle()
			b.pass(10 * time.Minute)
			log := b.log.String()
			if !strings.Contains(log, "the bot's token is not accepted; put the one that BotFather shows into TELEGRAM_BOT_TOKEN") || strings.Count(log, "\n") > 25 {
				t.Errorf("%d lines of log: %s", strings.Count(log, "\n"), log)
			}
			if err := b.bot.Introduce(b.Context(), "", ""); err == nil || strings.Contains(err.Error(), "very-secret") {
				t.Errorf("%v", err)
			}
			b.bot = b.newBot(telegram.Config{BaseURL: b.srv.URL, Token: token, ApprovalsChat: desk})
			b.pass(2 * time.Minute)
			b.wantCard(desk, "Certo!")
			b.wantTold(desk, 1, "Something is wrong.")
		})
	}
}

func TestWithoutATokenEverythingWaitsQuietly(t *testing.T) {
	b := inGroup(t)
	b.bot = b.newBot(telegram.Config{ApprovalsChat: desk})
	b.client("avete posto?")
	b.card("Certo!")
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Something is wrong."})
	})
	b.settle()
	b.pass(5 * time.Minute)
	if n := strings.Count(b.log.String(), "\n"); n > 15 {
		t.Errorf("%d lines of log", n)
	}
	b.bot = b.newBot(telegram.Config{BaseURL: b.srv.URL, Token: token, ApprovalsChat: desk})
	b.pass(2 * time.Minute)
	b.wantCard(desk, "Certo!")
	b.wantTold(desk, 1, "Something is wrong.")
}

func TestWhileTelegramIsDownNothingIsLost(t *testing.T) {
	for name, fault := range map[string]wire.Fault{"cut": {Cut: true}, "a page that is no JSON": {Status: 502, Body: "<html>bad gateway " + token + "</html>"}, "an error": {Status: 500, Body: `{"ok":false,"error_code":500,"description":"Internal Server Error"}`}} {
		t.Run(name, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			m := b.newest(desk)
			for _, method := range []string{"sendMessage", "editMessageText", "answerCallbackQuery", "deleteMessage"} {
				b.sim.Faults().Down(method, fault)
			}
			b.taps(marta, desk, "Send") // a decision is not lost because Telegram cannot hear of it
			b.wantState(id, "sent")
			b.wantLeaving("Certo!")
			b.desk(func(ctx context.Context, tx *store.Tx) error {
				return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Something is wrong."})
			})
			b.client("e domani?")
			b.card("Anche!")
			b.pass(2 * time.Hour)
			for _, method := range []string{"sendMessage", "editMessageText", "answerCallbackQuery", "deleteMessage"} {
				b.sim.Faults().Up(method)
			}
			b.pass(2 * time.Minute)
			b.wantTold(desk, 1, "Something is wrong.")
			cards := b.cards(desk)
			if len(cards) != 2 || cards[0].ID != m.ID || !strings.Contains(cards[0].Text, "Sent by Marta") || !strings.Contains(cards[1].Text, "Anche!") {
				t.Errorf("%+v", cards)
			}
			if n := value[int](b, `SELECT count(*)::int FROM notices WHERE sent_at IS NULL`); n != 0 {
				t.Errorf("%d notices were given up", n)
			}
		})
	}
}

func TestALostAnswerMakesASecondCopyThatShowsTheSame(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	b.sim.Faults().Next("sendMessage", wire.Fault{LoseAnswer: true})
	id := b.card("Certo!")
	b.pass(20 * time.Second)
	if n := len(b.cards(marta)); n != 2 {
		t.Fatalf("%d copies", n)
	}
	b.tapsOn(marta, marta, b.cards(marta)[0].ID, "Send") // on the one that we never heard of
	b.wantState(id, "sent")
	b.pass(10 * time.Second)
	b.wantSame("Sent by Marta", marta, ben)
}

// A press tells us of a copy that we did not know of; from then on it is drawn like the others.
func TestAnUnknownCopyIsKnownOnceItIsPressed(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	column[int64](b, `DELETE FROM cards WHERE tg_chat_id = $1 RETURNING message_id`, int64(marta))
	b.taps(marta, marta, "Send")
	b.wantState(id, "sent")
	b.pass(10 * time.Second)
	b.wantSame("Sent by Marta", marta, ben)
}

func TestALostAnswerToAQuestionLosesNoWords(t *testing.T) {
	for _, label := range []string{"Edit", "Redo"} {
		t.Run(label, func(t *testing.T) {
			b := inGroup(t)
			b.client("avete posto?")
			id := b.card("Certo!")
			b.sim.Faults().Next("sendMessage", wire.Fault{LoseAnswer: true})
			b.taps(marta, desk, label)
			b.says(marta, desk, "più corto", b.last(desk).ID) // the one that we never heard of
			if label == "Edit" {
				b.wantLeaving("più corto")
			} else {
				b.wantState(id, "redone")
				b.wantLeaving()
			}
		})
	}
}

func TestADecisionOutlivesItsAnswer(t *testing.T) {
	b := inGroup(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.sim.Faults().Next("answerCallbackQuery", wire.Fault{Cut: true}, wire.Fault{LoseAnswer: true})
	callback := b.taps(marta, desk, "Send")
	b.wantState(id, "sent")
	b.pass(30 * time.Second)
	if !b.sim.Answered(callback) || len(b.sim.Toasts(marta)) != 1 {
		t.Errorf("answered %v, toasts %+v", b.sim.Answered(callback), b.sim.Toasts(marta))
	}
	b.sim.Faults().Down("answerCallbackQuery", wire.Fault{Cut: true})
	b.client("e domani?")
	second := b.card("Anche!")
	b.taps(marta, desk, "Send")
	b.pass(200 * time.Second) // too old by now
	b.sim.Faults().Up("answerCallbackQuery")
	b.pass(time.Minute)
	b.wantState(second, "sent")
	calls := b.tried("answerCallbackQuery")
	b.pass(10 * time.Minute)
	if n := b.tried("answerCallbackQuery") - calls; n > 0 {
		t.Errorf("an old press was answered %d times more", n)
	}
}

func TestEveryCopyShowsTheSameInTheEnd(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	id := b.card("Certo!")
	b.wantSame("Certo!", marta, ben)
	b.sim.Faults().Next("editMessageText", wire.Fault{Cut: true}, wire.Fault{LoseAnswer: true}, wire.Fault{Status: 500, Body: "x"})
	b.sim.Limit(ben, 1, 7)
	b.taps(ben, ben, "Send")
	b.pass(2 * time.Minute)
	b.wantSame("✅ Sent by Ben, 10:00", marta, ben)
	b.deliver(id, asked)
	b.pass(10 * time.Second)
	b.wantSame("❓ I could not find out", marta, ben)
	b.taps(marta, marta, "It arrived")
	b.pass(10 * time.Second)
	b.wantSame("on WhatsApp ✓", marta, ben)
	for _, chat := range []int64{marta, ben} {
		b.wantTold(chat, 1, "Did the reply to Anna arrive?")
	}
}

func TestAnAlertIsToldOnceInEveryChat(t *testing.T) {
	b := inPrivate(t)
	b.sim.Limit(ben, 3, 30)
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		return tx.Raise(ctx, store.Alert{Cause: "x", Text: "Something is wrong."})
	})
	b.settle()
	b.wantTold(marta, 1, "Something is wrong.")
	b.pass(10 * time.Minute)
	b.wantTold(marta, 1, "Something is wrong.")
	b.wantTold(ben, 1, "Something is wrong.")
}

func TestWhatTelegramRefusesIsGivenUpAndLogged(t *testing.T) {
	b := inGroup(t)
	chat := int64(desk)
	b.desk(func(ctx context.Context, tx *store.Tx) error {
		return tx.Tell(ctx, store.Notice{TgChatID: &chat, Kind: "alert", HTML: "<blink>x</blink>"}, "")
	})
	b.settle()
	b.pass(time.Hour)
	if n := b.tried("sendMessage"); n > 3 {
		t.Errorf("tried %d times", n)
	}
	if !strings.Contains(b.log.String(), "a notice is given up") {
		t.Errorf("the log says %s", b.log)
	}
}

func TestACardThatTelegramRefusesIsTold(t *testing.T) {
	b := inGroup(t)
	b.sim.Faults().Next("sendMessage", wire.Fault{Status: 400, Body: `{"ok":false,"error_code":400,"description":"Bad Request: the moon is full"}`})
	b.client("avete posto?")
	b.card("Certo!")
	b.pass(5 * time.Second) // the next try works: both are told in one
	b.wantTold(desk, 1, "✅ Telegram shows all cards again. It lasted from 10:00 to 10:00.\nTelegram does not show the cards of these clients. Please look at their chats in WhatsApp; the log has the reason.")
	b.wantCard(desk, "Certo!")
}

func TestADrawingThatTakesLongIsNotDoneTwice(t *testing.T) {
	b := inPrivate(t)
	var people []int64
	for i := range 12 {
		id := int64(70000 + i)
		b.sim.AddUser(sim.User{ID: id, FirstName: fmt.Sprint(id)})
		b.sim.AllowBot(id)
		people = append(people, id)
	}
	b.desk(func(ctx context.Context, tx *store.Tx) error { return tx.MakeOwners(ctx, people) })
	b.client("avete posto?")
	id := b.hold("Anna", store.Finding{Status: "drafted", Text: "Certo!"})
	b.slow = 5 * time.Second // each call takes that long; meanwhile the sweeper wakes whatever has lost its lease
	b.settle()
	b.slow = 0
	b.pass(time.Minute)
	for _, who := range append(people, marta, ben) {
		if n := len(b.cards(who)); n != 1 {
			t.Errorf("%d copies for %d", n, who)
		}
	}
	b.wantState(id, "pending")
}

func TestACrashedDrawingIsFinishedByAnother(t *testing.T) {
	b := inPrivate(t)
	b.client("avete posto?")
	id := b.hold("Anna", store.Finding{Status: "drafted", Text: "Certo!"})
	b.desk(func(ctx context.Context, tx *store.Tx) error { _, err := tx.LeaseView(ctx, id); return err }) // and then the process dies
	b.settle()
	if len(b.cards(marta)) != 0 {
		t.Fatal("drawn under another's lease")
	}
	b.pass(15 * time.Second)
	b.wantSame("Certo!", marta, ben)
}
