package whatsapp_test

import (
	"strconv"
	"testing"
	"time"

	"marketa/bots/whatsapp/whapi"
	vendor "marketa/sandbox/whapi"
	"marketa/sandbox/wire"
	"marketa/store"
)

const (
	sending = "POST /messages/text"
	history = "GET /messages/list/{ChatID}"
)

func TestAnApprovedTextLeavesOnceAndIsKnown(t *testing.T) {
	b := newBench(t)
	d := b.approved("Certo, a stasera!")
	b.drain()
	b.wantSent("Certo, a stasera!")
	b.wantDelivery(d.Shown, "known", "")
	b.work(store.Deliver{Restaurant: d.Restaurant, Delivery: d.Delivery})
	b.pass(time.Minute)
	b.wantSent("Certo, a stasera!")
	if got := value[string](b, `SELECT author || ' ' || body FROM messages WHERE author <> 'client'`); got != "marketa Certo, a stasera!" {
		t.Errorf("kept as %q", got)
	}
}

func TestALostAnswerIsFoundInTheHistoryAndNotSentAgain(t *testing.T) {
	b := newBench(t)
	d := b.approved("Arriviamo subito.")
	b.sim.Faults().Next(sending, wire.Fault{LoseAnswer: true})
	b.drain()
	b.wantDelivery(d.Shown, "unknown", "")
	b.pass(20 * time.Second)
	b.wantDelivery(d.Shown, "known", "")
	b.wantSent("Arriviamo subito.")
}

func TestAnEchoBeforeTheAnswerSettlesIt(t *testing.T) {
	b := newBench(t)
	d := b.approved("Va bene.")
	b.sim.Faults().Next(sending, wire.Fault{LoseAnswer: true})
	b.drain()
	b.hear(b.webhook(b.sim.Sent(number)[0].ID)) // before anybody has looked into the history
	b.wantDelivery(d.Shown, "known", "")
	b.sim.Faults().Down(history, wire.Fault{Cut: true}) // and nobody needs to
	b.pass(3 * time.Minute)
	b.wantDelivery(d.Shown, "known", "")
	b.wantSent("Va bene.")
	if got := value[string](b, `SELECT string_agg(author, ' ') FROM messages WHERE author <> 'client'`); got != "marketa" {
		t.Errorf("our own words are kept as %q", got)
	}
}

func TestAnEchoAfterTheHistoryChangesNothing(t *testing.T) {
	b := newBench(t)
	d := b.approved("Va bene.")
	b.sim.Faults().Next(sending, wire.Fault{LoseAnswer: true})
	b.drain()
	b.pass(20 * time.Second)
	mark := value[int64](b, `SELECT watermark FROM chats`)
	echo := b.webhook(b.sim.Sent(number)[0].ID)
	b.hear(echo)
	b.hear(echo)
	b.pass(20 * time.Second)
	b.wantDelivery(d.Shown, "known", "")
	b.wantSent("Va bene.")
	if got := value[int64](b, `SELECT watermark FROM chats`); got != mark {
		t.Errorf("our own echo moved the watermark from %d to %d", mark, got)
	}
}

func TestWhatWasCutAndIsNowhereIsAskedAndNotRepeated(t *testing.T) {
	b := newBench(t)
	d := b.approved("Le mando il menu.")
	b.sim.Faults().Next(sending, wire.Fault{Cut: true})
	b.drain()
	b.pass(30 * time.Second)
	b.wantDelivery(d.Shown, "asked", "I could not find out whether this arrived: WhatsApp gave no answer, and its history does not show it. Please look at the chat on the phone.")
	b.work(store.Deliver{Restaurant: d.Restaurant, Delivery: d.Delivery}) // a job that somebody has put there
	b.pass(5 * time.Minute)
	b.wantSent()
	b.wantDelivery(d.Shown, "asked", "I could not find out")
}

func TestAManagersAnswerEndsTheDoubt(t *testing.T) {
	for _, arrived := range []bool{true, false} {
		t.Run("arrived "+strconv.FormatBool(arrived), func(t *testing.T) {
			b := newBench(t)
			d := b.approved("Le mando il menu.")
			b.sim.Faults().Next(sending, wire.Fault{Cut: true})
			b.drain()
			b.pass(30 * time.Second)
			b.answerDoubt(d.Shown, arrived)
			b.drain()
			b.wantDelivery(d.Shown, "known", "")
			if arrived {
				b.wantSent()
			} else {
				b.wantSent("Le mando il menu.")
			}
		})
	}
}

func TestAfterAnAnsweredErrorAndAnEmptyHistoryItIsSentOnceMore(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì, fino alle 23.")
	b.sim.Faults().Next(sending, vendor.Refuse(500, "internal"))
	b.drain()
	b.wantSent()
	b.pass(30 * time.Second)
	b.wantSent("Sì, fino alle 23.")
	b.wantDelivery(d.Shown, "known", "")
}

func TestAnErrorThatWasNoneIsFoundAndNotRepeated(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì, fino alle 23.")
	b.sim.Faults().Next(sending, wire.Fault{LoseAnswer: true}) // it worked, and the proxy in between said 502
	b.drain()
	b.pass(30 * time.Second)
	b.wantSent("Sì, fino alle 23.")
	b.wantDelivery(d.Shown, "known", "")
}

func TestErrorsWithoutEndAreAskedAfterThreeSends(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	b.sim.Faults().Down(sending, vendor.Refuse(500, "internal"))
	b.drain()
	b.pass(2 * time.Minute)
	b.wantDelivery(d.Shown, "asked", "WhatsApp answers with an error again and again")
	b.sim.Faults().Up(sending)
	b.pass(2 * time.Minute)
	b.wantSent()
}

func TestAGatewayThatLostPatienceIsNoAnswer(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	b.sim.Faults().Next(sending, wire.Fault{Status: 504, Body: "<html>gateway time-out</html>"})
	b.drain()
	b.pass(time.Minute)
	b.wantSent()
	b.wantDelivery(d.Shown, "asked", "I could not find out")
}

func TestTooManyRequestsWaitsAsLongAsTheVendorWants(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	b.sim.Faults().Next(sending, wire.Fault{Status: 429, Header: map[string]string{"Retry-After": "40"}, Body: `{"error":{"code":429,"message":"slow down"}}`})
	b.drain()
	b.wantDelivery(d.Shown, "pending", "asks for a pause")
	b.pass(39 * time.Second)
	b.wantSent()
	b.pass(2 * time.Second)
	b.wantSent("Sì.")
	b.wantAlert(0, "")
}

func TestALongPauseIsTold(t *testing.T) {
	b := newBench(t)
	b.approved("Sì.")
	b.sim.Faults().Next(sending, wire.Fault{Status: 429, Header: map[string]string{"Retry-After": "3600"}, Body: `{"error":{"code":429,"message":"slow down"}}`})
	b.drain()
	b.wantAlert(1, "asks for a pause")
}

func TestWhenNobodyListensItIsRetriedAndToldOnce(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	b.bot.Channels[number] = b.clientAt("http://127.0.0.1:1")
	b.drain()
	b.wantAlert(0, "") // a moment's trouble is nobody's business
	b.wantDelivery(d.Shown, "pending", "The WhatsApp provider (Whapi) cannot be reached. I keep trying.")
	b.pass(5 * time.Minute)
	b.wantAlert(1, "Replies on the marketa number wait. The WhatsApp provider (Whapi) cannot be reached. They go out by themselves once it works")
	b.bot.Channels[number] = b.clientAt(b.srv.URL)
	b.pass(time.Minute)
	b.wantSent("Sì.")
	b.wantDelivery(d.Shown, "known", "")
}

func TestWhatAManagerCanMendIsToldWithTheCureAndGoesOutAfterIt(t *testing.T) {
	tests := []struct {
		name, cure  string
		break_, fix func(*vendor.Sim)
	}{
		{"the number is not linked", "scan the QR code", func(s *vendor.Sim) { s.SetHealth(number, "QR") }, func(s *vendor.Sim) { s.SetHealth(number, "AUTH") }},
		{"the plan is unpaid", "Pay or choose a plan", func(s *vendor.Sim) { s.Trial(number, 0) }, func(s *vendor.Sim) { s.Trial(number, -1) }},
		{"the subscription has ended", "does not accept the channel's token", func(s *vendor.Sim) { s.SetHealth(number, "STOP") }, func(s *vendor.Sim) { s.SetHealth(number, "AUTH") }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			d := b.approved("Sì.")
			tt.break_(b.sim)
			b.drain()
			b.pass(3 * time.Minute)
			b.wantAlert(1, tt.cure)
			b.wantDelivery(d.Shown, "pending", "Not sent yet.")
			tt.fix(b.sim)
			b.pass(2 * time.Minute)
			b.wantSent("Sì.")
			b.wantDelivery(d.Shown, "known", "")
		})
	}
}

func TestWhatWillNeverGoOutFailsWithAReason(t *testing.T) {
	for status, words := range map[int]string{403: "WhatsApp does not let this number write to this chat", 404: "WhatsApp does not know this chat", 400: "Whapi does not accept", 413: "too large"} {
		t.Run(strconv.Itoa(status), func(t *testing.T) {
			b := newBench(t)
			d := b.approved("Sì.")
			b.sim.Faults().Next(sending, vendor.Refuse(status, "no"))
			b.drain()
			b.pass(2 * time.Minute)
			b.wantSent()
			b.wantDelivery(d.Shown, "failed", words)
			b.answerDoubt(d.Shown, false)
			b.drain()
			b.wantSent("Sì.")
		})
	}
}

func TestAChannelThatIsGoneFailsWithWhatToDo(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	client := b.bot.Channels[number]
	delete(b.bot.Channels, number)
	b.drain()
	b.wantDelivery(d.Shown, "failed", "WHAPI_CHANNELS")
	b.bot.Channels[number] = client
	b.answerDoubt(d.Shown, false)
	b.drain()
	b.wantSent("Sì.")
}

func TestAHistoryThatCannotBeReadForLongIsAsked(t *testing.T) {
	b := newBench(t)
	d := b.approved("Sì.")
	b.sim.Faults().Next(sending, wire.Fault{LoseAnswer: true})
	b.sim.Faults().Down(history, vendor.Refuse(500, "internal"))
	b.drain()
	b.pass(time.Minute)
	b.wantDelivery(d.Shown, "unknown", "")
	b.pass(90 * time.Second)
	b.wantDelivery(d.Shown, "asked", "its history cannot be read. Please look at the chat on the phone.")
	b.wantSent("Sì.")
	// The echo comes at last: that is the answer.
	b.hear(b.webhook(b.sim.Sent(number)[0].ID))
	b.pass(5 * time.Second)
	b.wantDelivery(d.Shown, "known", "")
}

func TestEachMessageInTheHistoryAnswersForOneDelivery(t *testing.T) {
	b := newBench(t)
	var all []store.Decision
	for range 2 {
		d := b.approved("Grazie!")
		b.sim.Faults().Next(sending, wire.Fault{LoseAnswer: true})
		b.drain()
		b.pass(20 * time.Second)
		all = append(all, d)
	}
	b.wantSent("Grazie!", "Grazie!")
	ids := column[string](b, `SELECT vendor_id FROM deliveries WHERE state = 'known' ORDER BY id`)
	if len(ids) != 2 || ids[0] == ids[1] {
		t.Errorf("the two deliveries are known as %q", ids)
	}
	// A third one is cut: the history shows two of them, and neither is its own.
	d := b.approved("Grazie!")
	b.sim.Faults().Next(sending, wire.Fault{Cut: true})
	b.drain()
	b.pass(30 * time.Second)
	b.wantDelivery(d.Shown, "asked", "I could not find out")
	b.wantDelivery(all[0].Shown, "known", "")
}

func TestTheSameWordsTypedOnThePhoneAreNoProof(t *testing.T) {
	b := newBench(t)
	b.says("ciao?")
	_, err := b.sim.PhoneSays(number, chatID, "Grazie!") // its webhook is late
	b.must(err)
	d := b.press(b.draft("Grazie!"))
	b.sim.Faults().Next(sending, wire.Fault{Cut: true})
	b.drain()
	b.pass(30 * time.Second)
	b.wantDelivery(d.Shown, "asked", "I could not find out")
}

func TestAClientWhoWritesBeforeTheIntentWithdrawsIt(t *testing.T) {
	b := newBench(t)
	d := b.approved("Alle 20.")
	b.says("anzi no, domani")
	b.drain()
	b.pass(10 * time.Second)
	b.wantSent()
	b.wantDelivery(d.Shown, "withdrawn", "Not sent: somebody wrote in the chat before it left.")
	type state struct {
		Open bool
		Busy bool
	}
	if got := table[state](b, `SELECT EXISTS (SELECT FROM messages m WHERE m.chat_id = c.id AND m.author = 'client' AND m.seq > c.handled) AS open, busy_since IS NOT NULL AS busy FROM chats c`); !got[0].Open || !got[0].Busy {
		t.Errorf("what the client wrote is not open again: %+v", got)
	}
	// The next draft answers both, and it leaves.
	b.press(b.draft("Domani, certo."))
	b.drain()
	b.wantSent("Domani, certo.")
}

func TestAnEditOrADeletionBeforeTheIntentWithdrawsItToo(t *testing.T) {
	for _, change := range []string{`{"type":"edit","edited_type":"text","edited_content":{"body":"ho cambiato idea"}}`, `{"type":"delete"}`} {
		b := &bench{}
		t.Run(change[9:13], func(t *testing.T) {
			b = newBench(t)
			d := b.approved("Alle 20.")
			target := value[string](b, `SELECT vendor_id FROM messages WHERE author = 'client'`)
			b.hear(`{"messages":[{"id":"Act1cd.EfGh34ij-klBq53B6TdE","type":"action","from_me":false,"chat_id":"` + chatID + `","timestamp":1772445601,"action":` +
				change[:len(change)-1] + `,"target":"` + target + `"}}]}`)
			b.drain()
			b.wantSent()
			b.wantDelivery(d.Shown, "withdrawn", "Not sent: somebody wrote in the chat before it left.")
		})
	}
}

func TestAColleagueOnThePhoneIsFaster(t *testing.T) {
	b := newBench(t)
	d := b.approved("Alle 20.")
	id, err := b.sim.PhoneSays(number, chatID, "Ci vediamo alle 21!")
	b.must(err)
	b.hear(b.webhook(id))
	b.drain()
	b.wantSent()
	b.wantDelivery(d.Shown, "withdrawn", "Not sent: somebody wrote")
	if open := value[bool](b, `SELECT EXISTS (SELECT FROM messages m WHERE m.chat_id = c.id AND m.author = 'client' AND m.seq > c.handled) FROM chats c`); open {
		t.Error("answered from the phone, yet open again")
	}
}

func TestWhatWasKnownBeforeTheSendIsNotTakenForIt(t *testing.T) {
	b := newBench(t)
	b.says("ciao?")
	// Another program has used the same channel a moment ago, and the vendor does not tell it apart from us.
	m, err := b.bot.Channels[number].SendText(b.Context(), whapi.Text{To: chatID, Body: "Grazie!"})
	b.must(err)
	b.hear(b.webhook(m.ID))
	b.clock.Advance(time.Second)
	d := b.approved("Grazie!")
	b.sim.Faults().Next(sending, wire.Fault{Cut: true})
	b.drain()
	b.pass(30 * time.Second)
	b.wantDelivery(d.Shown, "asked", "I could not find out")
}

func TestTwoMessagesOfAChatLeaveInTheOrderOfTheirApproval(t *testing.T) {
	b := newBench(t)
	b.says("vorrei parlare con una persona")
	id := b.draft("Certo.")
	b.decide(id, store.TakeOver, "")
	b.decide(id, store.SayIt, "Primo.")
	b.decide(id, store.SayIt, "Secondo.")
	b.sim.Faults().Next(sending, vendor.Refuse(429, "slow down"))
	b.drain()
	b.wantSent()
	b.pass(20 * time.Second)
	b.wantSent("Primo.", "Secondo.")
}
