package store_test

import (
	"testing"
	"time"

	"marketa/store"
)

// What comes back of our own sends is ours: it raises nothing, and a send whose answer was lost is known to have worked.
func TestOwnEchoes(t *testing.T) {
	t.Parallel()
	const text = "Siamo aperti."
	for _, c := range []struct {
		name  string
		state func(w *world, chat store.Chat, d store.Delivery) // what became of the send before the echo
		echo  store.Inbound
		ours  bool
		known bool
	}{
		{"by text, before the answer", nil, echo("anna", "v1", text), true, true},
		{"by text, while the outcome is unknown", doubted, echo("anna", "v1", text), true, true},
		{"by text, after a manager was asked", wondered, echo("anna", "v1", text), true, true},
		{"by text, after a manager has seen that it arrived", arrived, echo("anna", "v1", text), true, true},
		{"by the vendor's id", delivered, echo("anna", "v0", text), true, true},
		{"under a second id soon after", delivered, echo("anna", "v1", text), true, true},
		{"under a second id much later", later(delivered, 2*time.Minute+time.Second), echo("anna", "v1", text), false, true},
		{"with another text", nil, echo("anna", "v1", "Siamo chiusi."), false, false},
		{"in another chat", nil, echo("bruno", "v1", text), false, false},
		{"after the vendor refused it", failed, echo("anna", "v1", text), false, false},
		{"as an edit told of it before anything else", nil, func() store.Inbound { e := echo("anna", "v1", text); e.Op, e.Target = store.OpEdit, "v1"; return e }(), true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			chat, d := w.intended("anna", text)
			w.ingest(message("bruno", "m-bruno", "salve"))
			if c.state != nil {
				c.state(w, chat, d)
			}
			before := w.chat(string(c.echo.Chat))
			w.exec(`UPDATE chats SET busy_since = NULL`)
			w.forget()
			w.ingest(c.echo)
			w.ingest(c.echo) // the other hook

			after := w.chat(string(c.echo.Chat))
			if raised := after.Watermark > before.Watermark; raised == c.ours || w.jobs("run_turn") > 0 == c.ours {
				t.Errorf("raised from %d to %d, %d turn jobs", before.Watermark, after.Watermark, w.jobs("run_turn"))
			}
			if known := w.delivery(d.ID) == "known"; known != c.known {
				t.Errorf("the delivery is %s", w.delivery(d.ID))
			}
			author := map[bool]string{true: "marketa", false: "phone"}[c.ours]
			same(w, 0, `SELECT count(*) FROM messages WHERE vendor_id = $1 AND author <> $2`, c.echo.VendorID, author)
			same(w, map[bool]int{true: 1, false: 0}[c.ours || c.known], `SELECT count(*) FROM messages WHERE author = 'marketa'`)
		})
	}
}

func doubted(w *world, c store.Chat, d store.Delivery) {
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Doubt(w.ctx, d, false, tx.Now.Add(time.Second)) })
}

func wondered(w *world, c store.Chat, d store.Delivery) {
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Ask(w.ctx, d, "Did it arrive?") })
}

func arrived(w *world, c store.Chat, d store.Delivery) {
	wondered(w, c, d)
	w.desk(func(tx *store.Tx) error {
		open, err := tx.AnswerDoubt(w.ctx, d.ApprovalID, true)
		if !open {
			w.Error("the question was not open")
		}
		return err
	})
	w.clock.Advance(time.Hour)
}

func delivered(w *world, c store.Chat, d store.Delivery) {
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, d, "v0") })
}

func failed(w *world, c store.Chat, d store.Delivery) {
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Fail(w.ctx, d, "WhatsApp refused it.") })
}

func later(state func(*world, store.Chat, store.Delivery), by time.Duration) func(*world, store.Chat, store.Delivery) {
	return func(w *world, c store.Chat, d store.Delivery) {
		state(w, c, d)
		w.clock.Advance(by)
	}
}

func TestOneEchoAnswersForOneSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	chat, first := w.intended("anna", "Grazie!")
	delivered(w, chat, first)
	w.ingest(echo("anna", "v0", "Grazie!")) // by its id: nothing more of the first one is to come
	w.ingest(message("anna", "m2", "prego"))
	second, left, err := w.take(w.chat("anna"), w.send(w.card(w.chat("anna"), "Grazie!"), "Grazie!").Delivery)
	if err != nil || !left {
		t.Fatalf("left %v, %v", left, err)
	}
	w.ingest(echo("anna", "v2", "Grazie!"))
	if s := w.delivery(second.ID); s != "known" {
		t.Errorf("the second send is %s", s)
	}
	same(w, "v2", `SELECT vendor_id FROM deliveries WHERE id = $1`, second.ID)
	w.ingest(echo("anna", "p1", "Grazie!")) // and this is a person on the phone
	same(w, "phone", `SELECT author FROM messages WHERE vendor_id = 'p1'`)
}

func TestASendIsOneMessageUnderWhateverIds(t *testing.T) {
	t.Parallel()
	for _, echoFirst := range []bool{true, false} {
		w := newWorld(t)
		w.hire()
		chat, d := w.intended("anna", "Alle otto.")
		if echoFirst {
			w.ingest(echo("anna", "e1", "Alle otto."))
			delivered(w, chat, d)
		} else {
			delivered(w, chat, d)
			w.ingest(echo("anna", "e1", "Alle otto."))
		}
		same(w, "v0 e1", `SELECT concat_ws(' ', vendor_id, echo_id) FROM deliveries WHERE id = $1`, d.ID)
		w.app(chat.RestaurantID, func(tx *store.Tx) error {
			talk, err := tx.Conversation(w.ctx, chat.ID, 10)
			if len(talk) != 2 || talk[1].Author != store.Marketa {
				t.Errorf("echo first %v: %+v", echoFirst, talk)
			}
			return err
		})
	}
}

// The vendor's answer and its echo come at the same moment: neither may wait for the other in a circle.
func TestAnAnswerAndItsEchoDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	chat, d := w.intended("anna", "Alle otto.")
	w.ingest(message("bruno", "m-bruno", "salve"))
	// The answer is held up where its message is to be written: somebody else is writing the same one.
	release := w.hold(`INSERT INTO messages (id, restaurant_id, chat_id, channel, vendor_id, author, kind, body, body_hash, seq, sent_at, received_at)
		SELECT gen_random_uuid(), restaurant_id, chat_id, channel, 'v0', 'marketa', 'text', '', '', 0, now(), now() FROM messages WHERE vendor_id = 'm-bruno'`)
	answers := make(chan error, 2)
	go func() {
		answers <- w.appErr(chat.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, d, "v0") })
	}()
	w.until("the answer waits", func() bool { return w.waiting() == 1 })
	go func() { answers <- w.db.Ingest(w.ctx, webhook(echo("anna", "v0", "Alle otto."))) }()
	w.until("the echo waits as well", func() bool { return w.waiting() == 2 })
	release()
	for range 2 {
		if err := <-answers; err != nil {
			t.Errorf("%v", err)
		}
	}
	same(w, "known v0", `SELECT concat_ws(' ', state, vendor_id) FROM deliveries WHERE id = $1`, d.ID)
}
