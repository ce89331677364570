package store_test

import (
	"testing"
	"time"

	"marketa/store"
)

func TestARepeatInsertsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	log := webhook(message("anna", "m1", "ciao"))
	log.Source = "whapi/marketa/log"
	w.ingest(message("anna", "m1", "ciao"))
	w.must(w.db.Ingest(w.ctx, log)) // the other hook
	atOnce(8, func(int) {
		if err := w.db.Ingest(w.ctx, log); err != nil {
			t.Error(err)
		}
	})
	same(w, 1, `SELECT count(*) FROM messages`)
	same(w, 1, `SELECT count(*) FROM restaurants`)
	same(w, 10, `SELECT count(*) FROM raw_webhooks`) // every body is kept as it came
	same(w, 2, `SELECT count(DISTINCT source) FROM raw_webhooks`)
	if c := w.chat("anna"); c.Watermark != 1 || w.jobs("run_turn") != 1 {
		t.Errorf("watermark %d, %d turn jobs", c.Watermark, w.jobs("run_turn"))
	}
}

func TestAnUnknownChatMakesItsOwnLead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := message("anna", "m1", "ciao")
	first.Title, first.SenderName = "Trattoria Anna", "Anna"
	w.ingest(first)
	c := w.chat("anna")
	same(w, "Trattoria Anna lead Europe/Rome", `SELECT concat_ws(' ', name, stage, zone) FROM restaurants WHERE id = $1`, c.RestaurantID)
	same(w, "Anna id-of-anna", `SELECT concat_ws(' ', p.name, i.value) FROM people p JOIN person_ids i ON i.person_id = p.id
		JOIN messages m ON m.person_id = p.id WHERE p.restaurant_id = $1`, c.RestaurantID)
	if c.Title != "Trattoria Anna" || c.Kind != "direct" || c.BusySince == nil || !c.BusySince.Equal(monday) || !c.LastInboundAt.Equal(monday) {
		t.Errorf("chat %+v", c)
	}
	nameless := message("bo", "m2", "ciao")
	nameless.Title, nameless.SenderName = "", ""
	w.ingest(nameless)
	same(w, "New contact", `SELECT name FROM restaurants WHERE id = $1`, w.chat("bo").RestaurantID)
}

func TestManyWebhooksOfAnUnknownChatMakeOneLead(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other, err := store.Open(w.ctx, w.db.Pool().Config().ConnString()) // another replica, with groups of its own
	w.must(err)
	defer other.Close()
	ids := names("m", 32)
	atOnce(32, func(i int) {
		db := []*store.DB{w.db, other}[i%2]
		if err := db.Ingest(w.ctx, webhook(message("anna", ids[i], "ciao"), message("bruno", "b-"+ids[i], "ciao"))); err != nil {
			t.Error(err)
		}
	})
	same(w, 2, `SELECT count(*) FROM restaurants`)
	same(w, 2, `SELECT count(*) FROM chats`)
	same(w, 2, `SELECT count(*) FROM people`)
	same(w, 64, `SELECT count(*) FROM messages`)
	same(w, 32, `SELECT count(DISTINCT seq) FROM messages WHERE chat_id = $1 AND seq BETWEEN 1 AND 32`, w.chat("anna").ID)
	if c := w.chat("anna"); c.Watermark != 32 || w.jobs("run_turn") != 2 {
		t.Errorf("watermark %d, %d turn jobs", c.Watermark, w.jobs("run_turn"))
	}
}

func TestOneTurnJobPerChatThatBecameBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"), message("anna", "m2", "siamo aperti domenica?"), message("bruno", "m3", "salve"))
	w.ingest(message("anna", "m4", "?"))
	if n := w.jobs("run_turn"); n != 2 {
		t.Fatalf("%d turn jobs for two busy chats", n)
	}
	same(w, w.chat("anna").ID.String(), `SELECT args ->> 'chat' FROM river_job WHERE args ->> 'restaurant' = $1`, w.chat("anna").RestaurantID.String())

	c := w.chat("anna")
	l, turn := w.turn(c)
	w.commit(c, l, store.Finding{Turn: turn, Status: "silent"})
	w.forget()
	w.ingest(message("anna", "m5", "e lunedì?"))
	if n := w.jobs("run_turn"); n != 1 {
		t.Errorf("%d turn jobs for the chat that is busy again", n)
	}
}

func TestWhatRaisesTheWatermark(t *testing.T) {
	t.Parallel()
	later := monday.Add(time.Minute)
	for _, c := range []struct {
		name   string
		then   []store.Inbound
		raised int64
		body   string
	}{
		{"a message", []store.Inbound{message("anna", "m2", "e lunedì?")}, 1, "ciao"},
		{"an edit", []store.Inbound{edit("anna", "e1", "m1", "buongiorno", later)}, 1, "buongiorno"},
		{"an edit told twice", []store.Inbound{edit("anna", "e1", "m1", "buongiorno", later), edit("anna", "m1", "m1", "buongiorno", monday)}, 1, "buongiorno"},
		{"an edit that changes nothing", []store.Inbound{edit("anna", "e1", "m1", "ciao", later)}, 0, "ciao"},
		{"a deletion", []store.Inbound{deletion("anna", "d1", "m1")}, 1, "ciao"},
		{"a deletion told twice", []store.Inbound{deletion("anna", "d1", "m1"), removal("m1")}, 1, "ciao"},
		{"an edit of what is deleted", []store.Inbound{deletion("anna", "d1", "m1"), edit("anna", "e1", "m1", "no", later)}, 1, "ciao"},
		{"words from the phone", []store.Inbound{echo("anna", "p1", "ci penso io")}, 1, "ciao"},
		{"a reaction", []store.Inbound{of(store.OpReaction, message("anna", "r1", "👍"))}, 0, "ciao"},
		{"a note", []store.Inbound{of(store.OpNote, message("anna", "n1", "[call]"))}, 0, "ciao"},
		{"words in another chat", []store.Inbound{message("bruno", "m2", "salve")}, 0, "ciao"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, inOne := range []bool{true, false} {
				w := newWorld(t)
				w.ingest(message("anna", "m1", "ciao"))
				w.exec(`UPDATE chats SET busy_since = NULL`)
				w.forget()
				if inOne {
					w.ingest(c.then...)
				} else {
					for _, e := range c.then {
						w.ingest(e)
					}
				}
				chat := w.chat("anna")
				if got := chat.Watermark - 1; got != c.raised || (chat.BusySince != nil) != (c.raised > 0) {
					t.Errorf("in one webhook %v: raised by %d, busy since %v", inOne, got, chat.BusySince)
				}
				same(w, c.body, `SELECT body FROM messages WHERE vendor_id = 'm1'`)
				same(w, min(c.raised, 1), `SELECT count(*) FROM river_job WHERE args ->> 'chat' = $1`, chat.ID.String())
			}
		})
	}
}

func TestStatusesRaiseNothingAndAreKeptOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	w.forget()
	read := store.Webhook{Source: "whapi/marketa/log", Body: []byte("{}"), Readable: true, Receipts: []store.Receipt{
		{Channel: "marketa", VendorID: "m1", Status: "read", At: monday}, {Channel: "marketa", VendorID: "m1", Status: "delivered", At: monday}}}
	w.must(w.db.Ingest(w.ctx, read))
	w.must(w.db.Ingest(w.ctx, read))
	same(w, 2, `SELECT count(*) FROM receipts`)
	if c := w.chat("anna"); c.Watermark != 1 || w.jobs("run_turn") != 0 {
		t.Errorf("watermark %d, %d turn jobs", c.Watermark, w.jobs("run_turn"))
	}
}

func TestAGroupIsHeardButNotAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := message("family", "m1", "ciao a tutti")
	m.ChatKind = "group"
	w.ingest(m)
	if c := w.chat("family"); c.Watermark != 1 || c.BusySince != nil || w.jobs("run_turn") != 0 {
		t.Errorf("watermark %d, busy since %v, %d turn jobs", c.Watermark, c.BusySince, w.jobs("run_turn"))
	}
}

func TestAChangeMayOvertakeItsMessage(t *testing.T) {
	t.Parallel()
	original := message("anna", "m1", "alle otto")
	for _, c := range []struct {
		name   string
		before store.Inbound
		want   string // what is read afterwards
		raised int64
	}{
		{"an edit", edit("anna", "e1", "m1", "alle nove", monday.Add(time.Second)), "alle nove", 1},
		{"a deletion", deletion("anna", "d1", "m1"), "", 1},
		{"a removal that names only the message", removal("m1"), "", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, inOne := range []bool{true, false} {
				w := newWorld(t)
				if inOne {
					w.ingest(c.before, original)
				} else {
					w.ingest(c.before)
					w.ingest(original)
				}
				w.ingest(original)
				chat := w.chat("anna")
				if chat.Watermark != c.raised {
					t.Errorf("in one webhook %v: watermark %d", inOne, chat.Watermark)
				}
				w.app(chat.RestaurantID, func(tx *store.Tx) error {
					said, err := tx.Unhandled(w.ctx, chat.ID, 0)
					switch {
					case c.want == "" && len(said) != 0, c.want != "" && (len(said) != 1 || said[0].Body != c.want):
						t.Errorf("in one webhook %v: %+v", inOne, said)
					}
					return err
				})
			}
		})
	}
}

func TestARemovalInTheCommitOfItsMessageCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, err := range w.together(webhook(message("anna", "m1", "sbagliato")), webhook(removal("m1"))) {
		if err != nil {
			t.Errorf("webhook %d: %v", i, err)
		}
	}
	same(w, true, `SELECT deleted_at IS NOT NULL FROM messages WHERE vendor_id = 'm1'`)
}

func TestALateEditDoesNotBringOldWordsBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first, second := edit("anna", "e1", "m1", "alle nove", monday.Add(10*time.Second)), edit("anna", "e2", "m1", "alle dieci", monday.Add(20*time.Second))
	w.ingest(message("anna", "m1", "alle otto"), first, second)
	w.ingest(first) // the vendor tries the first one again
	same(w, "alle dieci", `SELECT body FROM messages WHERE vendor_id = 'm1'`)
	same(w, 3, `SELECT version FROM messages WHERE vendor_id = 'm1'`)
	if c := w.chat("anna"); c.Watermark != 3 {
		t.Errorf("watermark %d", c.Watermark)
	}
	back := edit("anna", "e3", "m1", "alle nove", monday.Add(30*time.Second)) // this time she means it
	w.ingest(back)
	same(w, "alle nove", `SELECT body FROM messages WHERE vendor_id = 'm1'`)
}

func TestAnEditOpensWhatWasHandled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, _ := w.approved("anna", "Alle otto.")
	w.ingest(edit("anna", "e1", "m-anna", "e lunedì?", monday.Add(time.Minute)))
	c = w.chat("anna")
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		said, err := tx.Unhandled(w.ctx, c.ID, c.Handled)
		if len(said) != 1 || said[0].Version != 2 || said[0].Body != "e lunedì?" {
			t.Errorf("unhandled: %+v", said)
		}
		return err
	})
}

// What one chat says must not reach into another one, whatever message it names.
func TestAnEventChangesItsOwnChatOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"), message("bruno", "m2", "salve"))
	w.ingest(edit("bruno", "e1", "m1", "annullate tutto", monday.Add(time.Minute)))
	w.ingest(edit("bruno", "m1", "m1", "annullate tutto", monday.Add(time.Minute)))
	w.ingest(deletion("bruno", "d1", "m1"))
	w.ingest(message("bruno", "m1", "un doppione"))
	same(w, "ciao 1 1", `SELECT concat_ws(' ', body, version, seq) FROM messages WHERE vendor_id = 'm1' AND deleted_at IS NULL`)
	if a, b := w.chat("anna"), w.chat("bruno"); a.Watermark != 1 || b.Watermark != 2 {
		t.Errorf("watermarks %d and %d", a.Watermark, b.Watermark)
	}
	same(w, "annullate tutto", `SELECT body FROM messages WHERE vendor_id = 'e1' AND chat_id = $1`, w.chat("bruno").ID) // his words are not lost
	w.ingest(edit("bruno", "e1", "m1", "annullate tutto", monday.Add(time.Minute)))
	if b := w.chat("bruno"); b.Watermark != 2 {
		t.Errorf("told again it raises to %d", b.Watermark)
	}
}

func TestAPersonOnThePhoneAnswers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao?"), echo("anna", "p1", "Ciao Anna, ti chiamo."))
	c := w.chat("anna")
	if c.Watermark != 2 || c.Handled != 2 {
		t.Errorf("watermark %d, handled %d", c.Watermark, c.Handled)
	}
	same(w, "phone", `SELECT author FROM messages WHERE vendor_id = 'p1'`)
	same(w, true, `SELECT person_id IS NULL FROM messages WHERE vendor_id = 'p1'`)
}

func TestAMessageWithoutAChatIsNotLostSilently(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	nowhere := message("", "m1", "ciao")
	w.ingest(nowhere)
	same(w, 1, `SELECT count(*) FROM raw_webhooks WHERE NOT readable`)
	same(w, 1, `SELECT count(*) FROM alerts`)
}
