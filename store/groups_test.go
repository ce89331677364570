package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketa/store"
)

// groupOf gives a tenant's chat rows in the tables that only groups have.
func (w *world) groupOf(c store.Chat, mark string) {
	w.Helper()
	w.desk(func(tx *store.Tx) error {
		return tx.Learn(w.ctx, store.Channel(mark), []store.Identity{{Kind: "name", Value: mark}})
	})
	w.exec(`INSERT INTO group_chats (chat_id, restaurant_id, next_at) VALUES ($1, $2, $3)`, c.ID, c.RestaurantID, monday)
	w.exec(`INSERT INTO seats (chat_id, restaurant_id, channel, state, seen_at) VALUES ($1, $2, $3, 'open', $4)`, c.ID, c.RestaurantID, mark, monday)
	w.exec(`INSERT INTO members (chat_id, restaurant_id, value) VALUES ($1, $2, $3)`, c.ID, c.RestaurantID, mark)
	w.exec(`INSERT INTO copies (channel, vendor_id, restaurant_id, message_id) SELECT $3, $3, restaurant_id, id FROM messages WHERE chat_id = $1 AND restaurant_id = $2 LIMIT 1`, c.ID, c.RestaurantID, mark)
}

func groupReaches(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	g := store.Group{ChatID: x.chat.ID, RestaurantID: x.chat.RestaurantID}
	return map[string]func(tx *store.Tx) (any, error){
		"Identities":      func(tx *store.Tx) (any, error) { return nil, nil }, // nobody's
		"AnswerPrivately": func(tx *store.Tx) (any, error) { return tx.AnswerPrivately(ctx, x.pending, marta) },
		"InheritCards": func(tx *store.Tx) (any, error) {
			return tx.InheritCards(ctx, store.View{Approval: x.decided, Replaces: x.pending})
		},
		"LeaveAs": only(func(tx *store.Tx) error { return tx.LeaveAs(ctx, x.delivery, "intruder") }),
		"Learn": only(func(tx *store.Tx) error {
			return tx.Learn(ctx, "intruder", []store.Identity{{Channel: "intruder", Kind: "name", Value: "x"}})
		}),
		"LeaseGroup": func(tx *store.Tx) (any, error) { return tx.LeaseGroup(ctx, x.chat.ID) },
		"Listen":     func(tx *store.Tx) (any, error) { return tx.Listen(ctx, x.chat.ID, "all") },
		"LookLater":  only(func(tx *store.Tx) error { return tx.LookLater(ctx, g) }),
		"Roster":     func(tx *store.Tx) (any, error) { return tx.Roster(ctx, x.chat.ID) },
		"SameChat":   func(tx *store.Tx) (any, error) { return tx.SameChat(ctx, x.pending, x.decided) },
		"SawGroup": only(func(tx *store.Tx) error {
			return tx.SawGroup(ctx, g, store.GroupSight{Title: "intruder", Seats: map[store.Channel]string{"intruder": "open"}, Members: []store.Member{{ID: "1", Rank: "member"}}})
		}),
		"Seats":         func(tx *store.Tx) (any, error) { return tx.Seats(ctx, x.chat.ID) },
		"SeatLost":      only(func(tx *store.Tx) error { return tx.SeatLost(ctx, x.delivery) }),
		"SendAs":        only(func(tx *store.Tx) error { return tx.SendAs(ctx, x.delivery, "intruder") }),
		"StandingDraft": func(tx *store.Tx) (any, error) { return tx.StandingDraft(ctx, x.chat.ID) },
	}
}

const (
	marketaPhone = "390510000100"
	companyPhone = "390510000200"
	marketaLID   = "200000000000001@lid"
)

// known tells who we are.
func (w *world) known() {
	w.Helper()
	w.desk(func(tx *store.Tx) error {
		w.must(tx.Learn(w.ctx, "marketa", []store.Identity{{Kind: "phone", Value: marketaPhone}, {Kind: "lid", Value: marketaLID}, {Kind: "name", Value: "marketa"}}))
		return tx.Learn(w.ctx, "company", []store.Identity{{Kind: "phone", Value: companyPhone}, {Kind: "name", Value: "the agency"}})
	})
}

// said is what somebody says in the group, as one of our numbers hears it.
func said(channel store.Channel, id, who, text string) store.Inbound {
	return store.Inbound{Op: store.OpMessage, Channel: channel, Chat: "g@g.us", ChatKind: "group", Title: "Uno / SMM", VendorID: store.VendorMessageID(id),
		Author: store.Client, Sender: who, SenderName: strings.ToUpper(who[:1]) + who[1:], Kind: "text", Body: text,
		Spoken: " " + strings.ToLower(strings.NewReplacer("?", "", ",", "", ".", "").Replace(text)) + " ", Asks: strings.Contains(text, "?"), SentAt: monday}
}

func saidAt(e store.Inbound, after time.Duration) store.Inbound {
	e.SentAt = monday.Add(after)
	return e
}

func TestWhoIsMeantInAGroup(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*store.Inbound)
		meant  string // the number, empty: nobody of us
	}{
		{"nobody of us", func(e *store.Inbound) {}, ""},
		{"a mention of a phone", func(e *store.Inbound) { e.Mentions = "390000000009 " + companyPhone }, "company"},
		{"a mention of a hidden identity", func(e *store.Inbound) { e.Mentions = marketaLID }, "marketa"},
		{"a mention of somebody else", func(e *store.Inbound) { e.Mentions = "390000000009" }, ""},
		{"a reply to words of ours, by author", func(e *store.Inbound) { e.Quoted, e.QuotedAuthor = "elsewhere", companyPhone }, "company"},
		{"a reply to words of ours, by id", func(e *store.Inbound) { e.Quoted = "ours" }, "company"},
		{"a reply to a colleague, by another number's id", func(e *store.Inbound) { e.Quoted, e.Channel = "copied", "marketa" }, "company"},
		{"a reply to somebody else", func(e *store.Inbound) { e.Quoted, e.QuotedAuthor = "theirs", "anna" }, ""},
		{"a name", func(e *store.Inbound) { e.Spoken = " ciao marketa domani " }, "marketa"},
		{"a name of two words", func(e *store.Inbound) { e.Spoken = " grazie the agency " }, "company"},
		{"a name inside another word", func(e *store.Inbound) { e.Spoken = " i supermarketari " }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.known()
			mine := said("company", "ours", "x", "Ci siamo noi.")
			mine.Op, mine.Author, mine.Sender = store.OpEcho, store.Phone, ""
			copied := said("marketa", "copied", companyPhone, "Ci siamo noi.")
			w.ingest(said("company", "theirs", "anna", "salve"), mine, copied)
			w.exec(`UPDATE chats SET busy_since = NULL`)
			e := said("company", "m1", "luca", "chi viene")
			c.change(&e)
			w.ingest(e)
			same(w, c.meant, `SELECT CASE WHEN aside THEN '' ELSE voice END FROM messages WHERE vendor_id = 'm1'`)
			if busy := w.chat("g@g.us").BusySince != nil; busy != (c.meant != "") {
				t.Errorf("busy %v", busy)
			}
		})
	}
}

func TestANameCountsBeforeAnybodyIsKnown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(said("company", "m1", "luca", "Marketa ci sei?"))
	same(w, "marketa", `SELECT voice FROM messages WHERE NOT aside`)
}

// Both of our numbers have a copy of each message: it is kept once and makes one turn, whichever comes first, also when both
// come at the same moment.
func TestBothNumbersHearOneMessage(t *testing.T) {
	t.Parallel()
	for _, order := range []string{"company first", "marketa first", "in one commit", "at once"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.known()
			a, b := said("company", "c1", "luca", "Marketa ci sei?"), said("marketa", "k1", "luca", "Marketa ci sei?")
			switch order {
			case "company first":
				w.ingest(a)
				w.ingest(b)
			case "marketa first":
				w.ingest(b)
				w.ingest(a)
			case "in one commit":
				w.ingest(a, b)
			default:
				other, err := store.Open(w.ctx, w.db.Pool().Config().ConnString())
				w.must(err)
				defer other.Close()
				atOnce(16, func(i int) {
					if err := []*store.DB{w.db, other}[i%2].Ingest(w.ctx, webhook([]store.Inbound{a, b}[i%2])); err != nil {
						t.Error(err)
					}
				})
			}
			w.ingest(a, b) // the other hook
			same(w, 1, `SELECT count(*) FROM messages`)
			same(w, 1, `SELECT count(*) FROM copies`)
			same(w, 1, `SELECT count(*) FROM chats`)
			same(w, 1, `SELECT count(*) FROM restaurants`)
			if c := w.chat("g@g.us"); c.Watermark != 1 || w.jobs("run_turn") != 1 {
				t.Errorf("watermark %d, %d turn jobs", c.Watermark, w.jobs("run_turn"))
			}
		})
	}
}

func TestTheSameWordsAgainAreAnotherMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(said("company", "c1", "luca", "ok"), said("marketa", "k1", "luca", "ok"))
	w.ingest(saidAt(said("marketa", "k2", "luca", "ok"), time.Second), saidAt(said("company", "c2", "luca", "ok"), time.Second))
	w.ingest(said("company", "c3", "anna", "ok"), said("marketa", "k3", "anna", "ok")) // and somebody else in the same second
	same(w, 3, `SELECT count(*) FROM messages`)
	same(w, 3, `SELECT count(*) FROM copies`)
}

func TestAFileIsToldByItsPrint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	photo := func(channel store.Channel, id, print string) store.Inbound {
		e := said(channel, id, "luca", "[photo]")
		e.Kind, e.Print = "image", print
		return e
	}
	w.ingest(photo("company", "c1", "one"), photo("company", "c2", "two"), photo("marketa", "k2", "two"), photo("marketa", "k1", "one"))
	same(w, "c1=k1 c2=k2", `SELECT string_agg(m.vendor_id || '=' || k.vendor_id, ' ' ORDER BY m.vendor_id) FROM messages m JOIN copies k ON k.message_id = m.id`)
}

func TestOnePersonByPhoneAndByHiddenIdentity(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	byPhone, hidden := said("company", "c1", "luca", "Marketa ci sei?"), said("marketa", "k1", "luca", "Marketa ci sei?")
	byPhone.Sender, hidden.Sender = "393330000009", "84000000000001@lid"
	w.ingest(byPhone)
	w.ingest(hidden)
	same(w, 1, `SELECT count(*) FROM messages`)
	other := said("marketa", "k2", "anna", "Marketa ci sei?") // somebody else says the same in the same second
	other.Sender = "84000000000002@lid"
	w.ingest(other)
	same(w, 2, `SELECT count(*) FROM messages`)
}

func TestEditsAndDeletionsOfEitherNumberFindTheirMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(said("company", "c1", "luca", "Marketa ci sei?"), said("marketa", "k1", "luca", "Marketa ci sei?"))
	for _, ids := range [][2]string{{"company", "c1"}, {"marketa", "k1"}} {
		e := saidAt(said(store.Channel(ids[0]), "e-"+ids[1], "luca", "Marketa, domenica?"), time.Minute)
		e.Op, e.Target = store.OpEdit, store.VendorMessageID(ids[1])
		w.ingest(e)
	}
	same(w, "2 Marketa, domenica?", `SELECT version || ' ' || body FROM messages`)
	gone := removal("k1")
	w.ingest(gone)
	gone.Channel, gone.Target, gone.VendorID = "company", "c1", "c1"
	w.ingest(gone)
	same(w, true, `SELECT deleted_at IS NOT NULL FROM messages`)
	if c := w.chat("g@g.us"); c.Watermark != 3 {
		t.Errorf("watermark %d", c.Watermark)
	}
}

// Words of one of our numbers come to the other one as anybody's. They are ours in both.
func TestTheOtherNumberOfOursIsUs(t *testing.T) {
	t.Parallel()
	for _, first := range []string{"company", "marketa"} {
		w := newWorld(t)
		w.known()
		mine := said("company", "c1", "x", "Ciao Marketa, faccio io.")
		mine.Op, mine.Author, mine.Sender = store.OpEcho, store.Phone, ""
		seen := said("marketa", "k1", companyPhone, "Ciao Marketa, faccio io.")
		all := map[string][]store.Inbound{"company": {mine, seen}, "marketa": {seen, mine}}[first]
		w.ingest(said("marketa", "k0", "luca", "buongiorno"))
		for _, e := range all {
			w.ingest(e)
		}
		same(w, "phone company", `SELECT author || ' ' || voice FROM messages WHERE body LIKE 'Ciao%'`)
		if c := w.chat("g@g.us"); c.Watermark != 2 || c.Handled != 2 || c.BusySince != nil || c.PausedUntil == nil {
			t.Errorf("%s first: %+v", first, c)
		}
	}
}

// Our own send is seen by both numbers, before or after the vendor has answered.
func TestOurSendIsOneMessageForBothNumbers(t *testing.T) {
	t.Parallel()
	echoes := map[string]store.Inbound{}
	echoes["own"] = said("marketa", "v0", "x", "Sì, domenica.")
	own := echoes["own"]
	own.Op, own.Author, own.Sender = store.OpEcho, store.Phone, ""
	echoes["own"], echoes["other"] = own, said("company", "c9", marketaPhone, "Sì, domenica.")
	for _, order := range []string{"answer own other", "answer other own", "own answer other", "own other answer", "other answer own", "other own answer"} {
		t.Run(order, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			w.known()
			w.ingest(said("marketa", "k1", "luca", "Marketa, domenica?"))
			c := w.chat("g@g.us")
			d, left, err := w.take(c, w.send(w.card(c, "Sì, domenica."), "Sì, domenica.").Delivery)
			if err != nil || !left || d.Channel != "marketa" {
				t.Fatalf("left %v under %s, %v", left, d.Channel, err)
			}
			for _, what := range strings.Fields(order) {
				if what == "answer" {
					w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.Delivered(w.ctx, d, "v0") })
				} else {
					w.ingest(echoes[what])
				}
			}
			same(w, "marketa", `SELECT string_agg(author, ' ') FROM messages WHERE author <> 'client'`)
			same(w, "known", `SELECT state FROM deliveries`)
			same(w, "v0", `SELECT vendor_id FROM deliveries`)
			if c := w.chat("g@g.us"); c.Watermark != 1 || c.PausedUntil != nil {
				t.Errorf("watermark %d, paused until %v", c.Watermark, c.PausedUntil)
			}
		})
	}
}

func TestAnEchoWithOtherWhiteSpaceIsOurs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, d := w.intended("anna", "Siamo aperti.\nA domenica! ")
	w.ingest(echo("anna", "v1", "Siamo aperti.\r\nA domenica!"))
	same(w, "marketa", `SELECT author FROM messages WHERE vendor_id = 'v1'`)
	if s := w.delivery(d.ID); s != "known" {
		t.Errorf("the delivery is %s", s)
	}
	if c := w.chat("anna"); c.PausedUntil != nil {
		t.Error("it counts as the phone")
	}
}

func TestThePhonePausesTheChat(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := echo("anna", "p1", "Ciao, sono Carlo.")
	w.ingest(message("anna", "m1", "ciao?"), p)
	if c := w.chat("anna"); c.PausedUntil == nil || !c.PausedUntil.Equal(monday.Add(30*time.Minute)) {
		t.Errorf("paused until %v", c.PausedUntil)
	}
	w.clock.Advance(10 * time.Minute)
	late := echo("anna", "p2", "Dimmi.") // told late: the pause counts from when it was said
	late.SentAt = monday.Add(2 * time.Minute)
	w.ingest(late)
	if c := w.chat("anna"); !c.PausedUntil.Equal(monday.Add(32 * time.Minute)) {
		t.Errorf("paused until %v", c.PausedUntil)
	}
}

func TestSmallTalkIsHandledAsItComes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i := range 5 {
		w.ingest(saidAt(said("company", fmt.Sprintf("c%d", i), "luca", "che caldo"), time.Duration(i)*time.Minute))
	}
	if c := w.chat("g@g.us"); c.Watermark != 5 || c.Handled != 5 || w.jobs("run_turn") != 0 {
		t.Errorf("watermark %d, handled %d, %d turn jobs", c.Watermark, c.Handled, w.jobs("run_turn"))
	}
}

func TestSmallTalkWakesAChatWhoseCardWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(said("company", "c1", "luca", "Marketa, domenica?"))
	c := w.chat("g@g.us")
	id := w.card(c, "Sì, domenica.")
	w.forget()
	w.ingest(saidAt(said("company", "c2", "anna", "che caldo"), time.Minute))
	if d := w.decide(store.Press{Approval: id, Action: store.Send, TelegramID: marta, Hash: store.HashText("Sì, domenica.")}); d.Outcome != "stale" {
		t.Errorf("a press on the older state: %s", d.Outcome)
	}
	c = w.chat("g@g.us")
	if c.Watermark != 2 || c.Handled != 0 || w.jobs("run_turn") != 1 {
		t.Fatalf("watermark %d, handled %d, %d turn jobs", c.Watermark, c.Handled, w.jobs("run_turn"))
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		open, err := tx.Unhandled(w.ctx, c.ID, c.Handled)
		if len(open) != 1 || open[0].Body != "Marketa, domenica?" {
			t.Errorf("waiting: %+v", open)
		}
		s, err2 := tx.StandingDraft(w.ctx, c.ID)
		if s.Approval != id || !s.Pending || !s.Untouched || s.Text != "Sì, domenica." {
			t.Errorf("standing: %+v", s)
		}
		if err != nil {
			return err
		}
		return err2
	})
}

// Small talk between the press and the sending takes the delivery back, and the question is open again.
func TestSmallTalkBeforeTheSendingTakesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(said("company", "c1", "luca", "Marketa, domenica?"))
	c := w.chat("g@g.us")
	decision := w.send(w.card(c, "Sì."), "Sì.")
	w.ingest(saidAt(said("company", "c2", "anna", "che caldo"), time.Minute))
	if _, left, err := w.take(c, decision.Delivery); left || err != nil {
		t.Fatalf("left %v, %v", left, err)
	}
	c = w.chat("g@g.us")
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		open, err := tx.Unhandled(w.ctx, c.ID, c.Handled)
		if len(open) != 1 || c.BusySince == nil {
			t.Errorf("waiting: %+v, busy since %v", open, c.BusySince)
		}
		s, err2 := tx.StandingDraft(w.ctx, c.ID)
		if s.Pending || s.Text != "Sì." {
			t.Errorf("standing: %+v", s)
		}
		if err != nil {
			return err
		}
		return err2
	})
}

func TestAnExchangeGoesOn(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		then  []store.Inbound
		meant bool
	}{
		{"a question by the same person", []store.Inbound{saidAt(said("marketa", "m9", "luca", "e lunedì?"), 3*time.Minute)}, true},
		{"no question", []store.Inbound{saidAt(said("marketa", "m9", "luca", "va bene"), 3*time.Minute)}, false},
		{"by somebody else", []store.Inbound{saidAt(said("marketa", "m9", "anna", "e lunedì?"), 3*time.Minute)}, false},
		{"too late", []store.Inbound{saidAt(said("marketa", "m9", "luca", "e lunedì?"), 11*time.Minute)}, false},
		{"somebody else was faster", []store.Inbound{saidAt(said("marketa", "m8", "anna", "che caldo"), 2*time.Minute), saidAt(said("marketa", "m9", "luca", "e lunedì?"), 3*time.Minute)}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			w.ingest(said("marketa", "k1", "luca", "Marketa, domenica?"))
			chat := w.chat("g@g.us")
			d, _, err := w.take(chat, w.send(w.card(chat, "Sì."), "Sì.").Delivery)
			w.must(err)
			delivered(w, chat, d)
			w.ingest(c.then...)
			same(w, !c.meant, `SELECT aside FROM messages WHERE vendor_id = 'm9'`)
		})
	}
}

func TestAGroupThatIsListenedToWhole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(said("company", "c1", "luca", "che caldo"))
	c := w.chat("g@g.us")
	w.desk(func(tx *store.Tx) error {
		changed, err := tx.Listen(w.ctx, c.ID, "all")
		if !changed {
			t.Error("nothing changed")
		}
		return err
	})
	w.ingest(saidAt(said("company", "c2", "luca", "la cena era fredda"), time.Minute))
	same(w, false, `SELECT aside FROM messages WHERE vendor_id = 'c2'`)
	if w.jobs("run_turn") != 1 {
		t.Errorf("%d turn jobs", w.jobs("run_turn"))
	}
}

func TestTheNumberThatWasAddressedAnswers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		text  string
		seats string
		want  store.Channel
	}{
		{"the one that was called", "The agency, domenica?", "", "company"},
		{"marketa for all others", "[to all]", "", "marketa"},
		{"another one where it is shut out", "The agency, domenica?", "company out, marketa open", "marketa"},
		{"another one where only admins write", "Marketa, domenica?", "marketa mute, company open", "company"},
		{"the one that was called where all are shut out", "The agency, domenica?", "company out, marketa mute", "company"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.known()
			w.ingest(said("company", "c0", "anna", "salve"))
			g := w.chat("g@g.us")
			seats := map[store.Channel]string{"marketa": "unknown"}
			for _, s := range strings.Split(c.seats, ", ") {
				if f := strings.Fields(s); len(f) == 2 {
					seats[store.Channel(f[0])] = f[1]
				}
			}
			w.app(g.RestaurantID, func(tx *store.Tx) error {
				w.desk(func(tx *store.Tx) error { _, err := tx.Listen(w.ctx, g.ID, "all"); return err })
				_, err := tx.Chat(w.ctx, g.ID)
				return err
			})
			w.app(g.RestaurantID, func(tx *store.Tx) error {
				return tx.SawGroup(w.ctx, store.Group{ChatID: g.ID, RestaurantID: g.RestaurantID, Title: g.Title}, store.GroupSight{Seats: seats})
			})
			e := saidAt(said("company", "c1", "luca", c.text), time.Minute)
			w.ingest(e)
			w.card(w.chat("g@g.us"), "Sì.")
			w.desk(func(tx *store.Tx) error {
				v, err := tx.View(w.ctx, w.pending(g))
				if v.Channel != c.want {
					t.Errorf("via %s", v.Channel)
				}
				if shut := c.seats == "company out, marketa mute"; v.Shut != shut || v.Muted != strings.Contains(c.seats, "mute") {
					t.Errorf("shut %v, muted %v", v.Shut, v.Muted)
				}
				return err
			})
		})
	}
}

func news(action string, people ...string) store.GroupNews {
	return store.GroupNews{Channel: "marketa", Chat: "g@g.us", Action: action, People: people}
}

func (w *world) hear(n ...store.GroupNews) {
	w.Helper()
	w.must(w.db.Ingest(w.ctx, store.Webhook{Source: "whapi/marketa/bot", Body: []byte("{}"), Readable: true, Groups: n}))
}

func TestWhatHappensToAGroupIsNotedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known()
	w.hear(news("add", "luca")) // nobody has written there: no chat, no lead
	same(w, 0, `SELECT count(*) FROM chats`)
	w.ingest(said("marketa", "k1", "luca", "salve"))
	closed := true
	all := []store.GroupNews{news("add", "393330000005"), news("promote", "luca"), news("remove", "luca"), {Channel: "company", Chat: "g@g.us", Action: "update", Title: "Uno", Announcements: &closed}}
	for range 4 { // two numbers, two hooks
		w.hear(all...)
	}
	same(w, "[393330000005 joined the group] [Luca is an admin of the group now] [Luca is not in the group any more] [The group is called “Uno” now] [Only admins may write in this group now]",
		`SELECT string_agg(body, ' ' ORDER BY id) FROM messages WHERE kind = 'system' AND aside`)
	c := w.chat("g@g.us")
	if c.Title != "Uno" || c.Watermark != 1 || c.BusySince != nil {
		t.Errorf("%+v", c)
	}
	same(w, true, `SELECT announcements AND next_at IS NOT NULL FROM group_chats`)
}

func TestLosingASeatIsToldWithWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.known()
	w.ingest(said("marketa", "k1", "luca", "salve"), said("company", "c1", "luca", "salve"))
	c := w.chat("g@g.us")
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		return tx.SawGroup(w.ctx, store.Group{ChatID: c.ID, RestaurantID: c.RestaurantID}, store.GroupSight{Seats: map[store.Channel]string{"marketa": "open", "company": "open"}})
	})
	w.hear(news("remove", marketaPhone))
	w.hear(news("remove", marketaLID))
	same(w, 1, `SELECT count(*) FROM alerts WHERE text LIKE '%marketa number is not in%leave under the company number%'`)
	w.hear(news("remove", companyPhone))
	same(w, 1, `SELECT count(*) FROM alerts WHERE text LIKE '%None of our numbers is in it now%'`)
	same(w, "company out marketa out", `SELECT string_agg(channel || ' ' || state, ' ' ORDER BY channel) FROM seats`)
	w.hear(store.GroupNews{Channel: "marketa", Chat: "g@g.us", Action: "welcome", Title: "Uno / SMM"})
	same(w, "unknown", `SELECT state FROM seats WHERE channel = 'marketa'`)
}
