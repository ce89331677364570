package store_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"marketa/store"
)

const draft = "Alle otto."

var actions = []store.Action{store.Send, store.Edit, store.RedoIt, store.Discard, store.TakeOver, store.HandBack, store.SayIt}

// decided are the states that a card can be in when a press comes too late, with the way there.
var decided = map[string]func(w *world, c store.Chat, id store.ApprovalID){
	"sent":      by(store.Send),
	"edited":    by(store.Edit),
	"redone":    by(store.RedoIt),
	"discarded": by(store.Discard),
	"superseded": func(w *world, c store.Chat, id store.ApprovalID) {
		w.ingest(message("anna", "m2", "ciao?"))
		w.card(w.chat("anna"), "Un'altra.")
	},
	"handed_back": func(w *world, c store.Chat, id store.ApprovalID) {
		by(store.TakeOver)(w, c, id)
		by(store.HandBack)(w, c, id)
	},
}

func by(a store.Action) func(w *world, c store.Chat, id store.ApprovalID) {
	return func(w *world, _ store.Chat, id store.ApprovalID) {
		if d := w.decide(press(id, a)); d.Outcome != "ok" {
			w.Fatalf("%s: %s", a, d.Outcome)
		}
	}
}

// press is Marta's, on the card as it shows the draft.
func press(id store.ApprovalID, a store.Action) store.Press {
	p := store.Press{Approval: id, Action: a, TelegramID: marta, Hash: store.HashText(draft), PolicyVersion: policy}
	if a == store.Edit || a == store.SayIt || a == store.RedoIt {
		p.Text = "shorter"
	}
	return p
}

// state is everything about chats that a press could change, and what it could set off.
func (w *world) state() string {
	return ask[string](w, `SELECT concat_ws(E'\n', (SELECT string_agg(t::text, '|' ORDER BY id) FROM outbound t), (SELECT string_agg(t::text, '|' ORDER BY id) FROM approvals t),
		(SELECT string_agg(t::text, '|' ORDER BY id) FROM drafts t), (SELECT string_agg(t::text, '|' ORDER BY id) FROM deliveries t), (SELECT string_agg(t::text, '|' ORDER BY id) FROM chats t),
		(SELECT string_agg(t::text, '|' ORDER BY approval_id) FROM views t), (SELECT string_agg(t::text, '|' ORDER BY id) FROM audit t), (SELECT count(*) FROM river_job))`)
}

func TestAPressThatDoesNotCountChangesNothing(t *testing.T) {
	t.Parallel()
	every := func(outcome string) map[store.Action]string {
		want := map[store.Action]string{}
		for _, a := range actions {
			want[a] = outcome
		}
		return want
	}
	// Beside what is said here, nobody hands back or says what is not taken over.
	except := func(outcome string, counts ...store.Action) map[store.Action]string {
		want := every(outcome)
		want[store.HandBack], want[store.SayIt] = "already", "already"
		for _, a := range counts {
			delete(want, a)
		}
		return want
	}
	type situation struct {
		world func(w *world, c store.Chat, id store.ApprovalID)
		press func(p *store.Press)
		want  map[store.Action]string
	}
	happens := func(events ...store.Inbound) func(*world, store.Chat, store.ApprovalID) {
		return func(w *world, _ store.Chat, _ store.ApprovalID) { w.ingest(events...) }
	}
	writes := except("empty", store.Send, store.RedoIt, store.Discard, store.TakeOver)
	situations := map[string]situation{
		"by a stranger":                  {nil, func(p *store.Press) { p.TelegramID = stranger }, every("denied")},
		"by a viewer":                    {nil, func(p *store.Press) { p.TelegramID = vera }, every("denied")},
		"by an owner who is gone":        {nil, func(p *store.Press) { p.TelegramID = gone }, every("denied")},
		"after the client wrote":         {happens(message("anna", "m2", "anzi, alle nove")), nil, except("stale", store.TakeOver)},
		"after the client edited":        {happens(edit("anna", "e1", "m-anna", "alle nove?", monday)), nil, except("stale", store.TakeOver)},
		"after the client deleted":       {happens(removal("m-anna")), nil, except("stale", store.TakeOver)},
		"after an answer from the phone": {happens(echo("anna", "p1", "Ciao!")), nil, except("stale", store.TakeOver)},
		"on another text":                {nil, func(p *store.Press) { p.Hash = store.HashText("Alle nove.") }, except("stale", store.TakeOver)},
		"on no text":                     {nil, func(p *store.Press) { p.Hash = nil }, except("stale", store.TakeOver, store.Edit, store.RedoIt, store.Discard)},
		"under another policy":           {nil, func(p *store.Press) { p.PolicyVersion = "policy-2" }, except("stale", store.TakeOver)},
		"without words":                  {nil, func(p *store.Press) { p.Text = "" }, writes},
		"with spaces only":               {nil, func(p *store.Press) { p.Text = " \n\t" }, writes},
		"on a card that was never there": {nil, func(p *store.Press) { p.Approval = store.ApprovalID(store.NewID[struct{}]()) }, every("gone")},
	}
	for state, way := range decided {
		situations["when it is "+state] = situation{way, nil, except("already")}
	}
	for name, s := range situations {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, id := w.asked("anna", "a che ora?", draft)
			if s.world != nil {
				s.world(w, c, id)
			}
			for a, want := range s.want {
				p := press(id, a)
				if s.press != nil {
					s.press(&p)
				}
				before := w.state()
				if d := w.decide(p); d.Outcome != want {
					t.Errorf("%s: %s, not %s", a, d.Outcome, want)
				}
				if w.state() != before {
					t.Errorf("%s has changed something", a)
				}
			}
		})
	}
}

func TestAnUnknownActionIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
		_, err := tx.Decide(w.ctx, press(id, "approve"))
		return err
	})
	if err == nil {
		t.Error("it was accepted")
	}
}

func TestADraftWithoutWordsCannotBeSent(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.ingest(message("anna", "m1", "a che ora?"))
	c := w.chat("anna")
	l, turn := w.turn(c)
	w.commit(c, l, store.Finding{Turn: turn, Status: "plain", Why: "The models are down.", PolicyVersion: policy})
	id := w.pending(c)
	if d := w.decide(store.Press{Approval: id, Action: store.Send, TelegramID: marta, Hash: store.HashText("")}); d.Outcome != "empty" {
		t.Errorf("send: %s", d.Outcome)
	}
	if d := w.decide(store.Press{Approval: id, Action: store.Edit, TelegramID: ben, Text: "Alle otto."}); d.Outcome != "ok" || d.State != "edited" {
		t.Errorf("edit: %+v", d)
	}
}

// What each press does when it counts.
func TestAPressThatCounts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		action  store.Action
		state   string
		text    string // what leaves
		handled int64
		woke    bool
		taken   bool
	}{
		{store.Send, "sent", draft, 1, false, false},
		{store.Edit, "edited", "shorter", 1, false, false},
		{store.RedoIt, "redone", "", 0, true, false},
		{store.Discard, "discarded", "", 1, false, false},
		{store.TakeOver, "taken_over", "", 1, false, true},
	} {
		t.Run(string(c.action), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			chat, id := w.asked("anna", "a che ora?", draft)
			w.forget()
			w.clock.Advance(time.Minute)
			d := w.decide(press(id, c.action))
			now := w.clock.Now()
			if d.Outcome != "ok" || d.State != c.state || d.DecidedName != "Marta" || !d.DecidedAt.Equal(now) || d.Chat != chat.ID || d.Restaurant != chat.RestaurantID || d.Shown != id || d.Woke != c.woke {
				t.Errorf("told %+v", d)
			}
			same(w, c.state+" Marta", `SELECT concat_ws(' ', a.state, m.name) FROM approvals a JOIN managers m ON m.id = a.decided_by WHERE a.id = $1 AND decided_at = $2`, id, now)
			same(w, "approval."+string(c.action), `SELECT action FROM audit WHERE object = $1`, id.String())
			same(w, true, `SELECT rev = 2 AND remind_at IS NULL AND next_at >= $2 FROM views WHERE approval_id = $1`, id, now)
			leaves, job := 0, 0
			if c.text != "" {
				leaves = 1
				same(w, c.text, `SELECT o.text FROM outbound o JOIN deliveries x ON x.outbound_id = o.id AND x.chat_id = o.chat_id AND x.text_hash = o.text_hash AND x.state = 'pending' AND x.next_at = $1
					WHERE o.approval_id = $2 AND o.watermark = 1`, now, id)
			}
			same(w, leaves, `SELECT count(*) FROM outbound`)
			if c.woke {
				job = 1
			}
			if w.jobs("deliver") != leaves || w.jobs("apply_proposals") != leaves || w.jobs("run_turn") != job {
				t.Errorf("%d deliver, %d apply, %d turn jobs", w.jobs("deliver"), w.jobs("apply_proposals"), w.jobs("run_turn"))
			}
			after := w.chat("anna")
			if after.Handled != c.handled || (after.BusySince != nil) != c.woke || after.Taken(now) != c.taken || after.Taken(now.Add(store.TakenFor)) {
				t.Errorf("chat %+v", after)
			}
		})
	}
}

func TestWhatASendReleasesIsInItsTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	w.forget()
	before := w.state()
	no := errors.New("no")
	err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
		d, err := tx.Decide(w.ctx, press(id, store.Send))
		if d.Outcome != "ok" || err != nil {
			t.Errorf("%s, %v", d.Outcome, err)
		}
		return no
	})
	if !errors.Is(err, no) || w.state() != before {
		t.Errorf("%v; something stayed behind", err)
	}
	w.decide(press(id, store.Send))
	same(w, 1, `SELECT count(DISTINCT x) FROM (SELECT xmin::text AS x FROM outbound UNION ALL SELECT xmin::text FROM deliveries UNION ALL SELECT xmin::text FROM river_job WHERE kind IN ('deliver', 'apply_proposals')) t`)
	same(w, true, `SELECT args = jsonb_build_object('restaurant', x.restaurant_id, 'delivery', x.id) FROM river_job, deliveries x WHERE kind = 'deliver'`)
	same(w, true, `SELECT args = jsonb_build_object('restaurant', restaurant_id, 'approval', a.id) FROM river_job, approvals a WHERE kind = 'apply_proposals'`)
}

func TestOfFiftyPressesOneWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	chat, id := w.asked("anna", "a che ora?", draft)
	w.forget()
	var lock sync.Mutex
	outcomes := map[string]int{}
	var won, lost []store.Decision
	atOnce(50, func(i int) {
		p := press(id, actions[i%5])
		p.TelegramID = []int64{marta, ben}[i%2]
		var d store.Decision
		err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) (err error) { d, err = tx.Decide(w.ctx, p); return err })
		if err != nil {
			t.Errorf("%s: %v", p.Action, err)
		}
		lock.Lock()
		defer lock.Unlock()
		outcomes[d.Outcome]++
		if d.Outcome == "ok" {
			won = append(won, d)
		} else {
			lost = append(lost, d)
		}
	})
	if outcomes["ok"] != 1 || outcomes["already"] != 49 {
		t.Fatalf("outcomes %v", outcomes)
	}
	for _, d := range lost {
		if d.State != won[0].State || d.DecidedName != won[0].DecidedName || d.DecidedName == "" || !d.DecidedAt.Equal(*won[0].DecidedAt) {
			t.Fatalf("told %+v; in truth %+v", d, won[0])
		}
	}
	leaves := map[bool]int{true: 1, false: 0}[won[0].State == "sent" || won[0].State == "edited"]
	same(w, leaves, `SELECT count(*) FROM outbound WHERE chat_id = $1`, chat.ID)
	if w.jobs("deliver") != leaves {
		t.Errorf("%d deliver jobs after %s", w.jobs("deliver"), won[0].State)
	}
	same(w, 1, `SELECT count(*) FROM audit`)
}

// Two who press on a copy of the card that we had not known of: each first writes the copy down.
func TestPressesOnUnknownCopiesDoNotBlockEachOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", draft)
	release := w.hold(`SELECT FROM chats WHERE id = $1 FOR UPDATE`, c.ID)
	answers := make(chan error, 2)
	for i, who := range []int64{marta, ben} {
		go func() {
			answers <- w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
				if err := tx.SaveCard(w.ctx, store.Card{ApprovalID: id, TgChatID: who, MessageID: 7}); err != nil {
					return err
				}
				p := press(id, store.Edit)
				p.TelegramID = who
				_, err := tx.Decide(w.ctx, p)
				return err
			})
		}()
		w.until("it waits", func() bool { return w.waiting() == i+1 })
	}
	release()
	for range 2 {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
	same(w, 1, `SELECT count(*) FROM outbound`)
	same(w, 2, `SELECT count(*) FROM cards`)
}

// A client's message and a press are one before the other, whoever comes first to the chat.
func TestAMessageAndAPressAreInOneOrder(t *testing.T) {
	t.Parallel()
	for _, messageFirst := range []bool{true, false} {
		w := newWorld(t)
		w.hire()
		c, id := w.asked("anna", "a che ora?", draft)
		release := w.hold(`SELECT FROM chats WHERE id = $1 FOR UPDATE`, c.ID)
		var wait sync.WaitGroup
		var d store.Decision
		both := []func(){
			func() { w.ingest(message("anna", "m2", "anzi, alle nove")) },
			func() { d = w.decide(press(id, store.Send)) },
		}
		if !messageFirst {
			both[0], both[1] = both[1], both[0]
		}
		for i, f := range both {
			wait.Go(f)
			w.until("it waits for the chat", func() bool { return w.waiting() == i+1 })
		}
		release()
		wait.Wait()
		want := map[bool]string{true: "stale", false: "ok"}[messageFirst]
		if d.Outcome != want {
			t.Errorf("message first %v: the press is %s", messageFirst, d.Outcome)
		}
		same(w, 0, `SELECT count(*) FROM outbound o JOIN approvals a ON a.id = o.approval_id WHERE o.watermark <> a.watermark`)
		if d.Outcome != "ok" {
			continue
		}
		// Before the vendor is called the message is seen after all.
		x, left, err := w.take(w.chat("anna"), d.Delivery)
		if err != nil || left || w.delivery(x.ID) != "withdrawn" {
			t.Errorf("left %v, %s, %v", left, w.delivery(x.ID), err)
		}
	}
}

func TestAMessageRacingAPressNeverLeavesAnOlderOutbound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	outcomes := map[string]int{}
	for i, vendor := range names("chat", 40) {
		_, id := w.asked(vendor, "a che ora?", draft)
		var d store.Decision
		atOnce(2, func(who int) {
			if who == i%2 {
				w.ingest(message(vendor, "again-"+vendor, "anzi, alle nove"))
			} else {
				d = w.decide(press(id, store.Send))
			}
		})
		outcomes[d.Outcome]++
		switch d.Outcome {
		case "ok":
			same(w, 1, `SELECT count(*) FROM outbound WHERE approval_id = $1 AND watermark = 1`, id)
			if c := w.chat(vendor); c.Watermark != 2 || c.Handled != 1 || c.BusySince == nil {
				t.Errorf("the message behind the press is not open: %+v", c)
			}
		case "stale":
			same(w, 0, `SELECT count(*) FROM outbound WHERE approval_id = $1`, id)
		default:
			t.Errorf("%+v", d)
		}
	}
	t.Logf("%v", outcomes)
}

func TestARedoWakesTheChatWithItsHint(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", draft)
	w.decide(press(id, store.RedoIt))
	l, turn := w.turn(c)
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		redo, err := tx.Redo(w.ctx, turn)
		if redo.Approval != id || redo.Hint != "shorter" || redo.Text != draft {
			t.Errorf("redo %+v", redo)
		}
		return err
	})
	if !w.commit(c, l, drafted(turn, "Alle 8.")) {
		t.Error("it does not count")
	}
	w.exec(`UPDATE chats SET busy_since = now()`)
	if _, again := w.turn(c); !again.RedoOf.IsZero() {
		t.Error("it is picked up twice")
	}
}

func TestARedoLapsesWhenSomebodyAnswersFromThePhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", draft)
	w.decide(press(id, store.RedoIt))
	w.ingest(message("anna", "m2", "allora?"))
	if _, turn := w.turn(c); turn.RedoOf != id {
		t.Errorf("newer words of the client end the redo: %+v", turn)
	}
	w.clock.Advance(store.LeaseTime + time.Second)
	w.ingest(echo("anna", "p1", "Alle otto!"))
	if _, turn := w.turn(c); !turn.RedoOf.IsZero() {
		t.Errorf("it goes on: %+v", turn)
	}
}

// The manager who took a chat over writes to the client himself; others do not, nor he after his time.
func TestTakingAChatOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	w.decide(press(id, store.TakeOver))
	say := func(who int64, text string) store.Decision {
		return w.decide(store.Press{Approval: id, Action: store.SayIt, TelegramID: who, Text: text})
	}
	if d := say(ben, "Alle nove."); d.Outcome != "already" {
		t.Errorf("Ben's words in Marta's chat: %s", d.Outcome)
	}
	w.clock.Advance(store.TakenFor - time.Second)
	first := say(marta, "Alle otto!")
	if first.Outcome != "ok" || first.Shown == id || first.State != "edited" {
		t.Errorf("said: %+v", first)
	}
	w.clock.Advance(store.TakenFor - time.Second) // counted from her last words
	if d := say(marta, "A domani!"); d.Outcome != "ok" {
		t.Errorf("said again: %s", d.Outcome)
	}
	same(w, "Alle otto!|A domani!", `SELECT string_agg(text, '|' ORDER BY created_at) FROM outbound`)
	same(w, "manager manager", `SELECT string_agg(d.author, ' ') FROM outbound o JOIN approvals a ON a.id = o.approval_id JOIN drafts d ON d.id = a.draft_id`)
	w.clock.Advance(store.TakenFor + time.Second)
	if d := say(marta, "Ancora io"); d.Outcome != "already" {
		t.Errorf("said after her time: %s", d.Outcome)
	}
}

// What the client wrote while the card waited to be taken over was on no card yet: it gets one.
func TestTakingOverLosesNoWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", draft)
	w.ingest(message("anna", "m2", "e siamo in sei"))
	w.decide(press(id, store.TakeOver))
	c = w.chat("anna")
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		open, err := tx.Unhandled(w.ctx, c.ID, c.Handled)
		if len(open) != 1 || open[0].Body != "e siamo in sei" {
			t.Errorf("open: %+v", open)
		}
		return err
	})
}

func TestWordsOfATakenChatRetireItsCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	w.decide(press(id, store.TakeOver))
	w.ingest(message("anna", "m2", "allora?"))
	c := w.chat("anna")
	l, turn := w.turn(c)
	w.commit(c, l, store.Finding{Turn: turn, Status: "plain", Why: "Taken over.", PolicyVersion: policy})
	waits := w.pending(c)
	w.exec(`UPDATE views SET next_at = NULL, shown = rev`)
	w.forget()
	d := w.decide(store.Press{Approval: id, Action: store.SayIt, TelegramID: marta, Text: "Alle otto."})
	if d.Outcome != "ok" || d.Retired != waits {
		t.Errorf("said: %+v", d)
	}
	same(w, "superseded answered by Marta", `SELECT concat_ws(' ', state, reason) FROM approvals WHERE id = $1`, waits)
	same(w, true, `SELECT next_at = $2 AND rev > shown FROM views WHERE approval_id = $1`, waits, w.clock.Now())
	same(w, 1, `SELECT count(*) FROM river_job WHERE kind = 'show_approval' AND args ->> 'approval' = $1`, waits.String())
	same(w, true, `SELECT next_at IS NULL FROM views WHERE approval_id = $1`, id) // the card that was answered stays as it is
	if c := w.chat("anna"); c.Handled != 2 {
		t.Errorf("handled %d", c.Handled)
	}
}

func TestHandingBack(t *testing.T) {
	t.Parallel()
	say := func(w *world, id store.ApprovalID) {
		w.clock.Advance(time.Minute)
		if d := w.decide(store.Press{Approval: id, Action: store.SayIt, TelegramID: marta, Text: "Alle otto!"}); d.Outcome != "ok" {
			w.Fatalf("say: %s", d.Outcome)
		}
	}
	for _, c := range []struct {
		name string
		then func(w *world, id store.ApprovalID)
		open int // what waits for an answer again
	}{
		{"without having written", func(*world, store.ApprovalID) {}, 1},
		{"without having written, and the client wrote again", func(w *world, _ store.ApprovalID) { w.ingest(message("anna", "m2", "allora?")) }, 2},
		{"after writing", say, 0},
		{"after writing, and the client wrote again", func(w *world, id store.ApprovalID) { say(w, id); w.ingest(message("anna", "m2", "grazie, e lunedì?")) }, 1},
		{"after answering on the phone", func(w *world, _ store.ApprovalID) { w.ingest(echo("anna", "p1", "Alle otto!")) }, 0},
		{"after the client took it back", func(w *world, _ store.ApprovalID) { w.ingest(removal("m-anna")) }, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			_, id := w.asked("anna", "a che ora?", draft)
			w.decide(press(id, store.TakeOver))
			c.then(w, id)
			w.exec(`UPDATE chats SET busy_since = NULL`)
			w.forget()
			d := w.decide(store.Press{Approval: id, Action: store.HandBack, TelegramID: ben})
			chat := w.chat("anna")
			if d.Outcome != "ok" || chat.Taken(w.clock.Now()) || d.Woke != (c.open > 0) || (chat.BusySince != nil) != (c.open > 0) || w.jobs("run_turn") != min(c.open, 1) {
				t.Errorf("%+v; chat %+v, %d turn jobs", d, chat, w.jobs("run_turn"))
			}
			w.app(chat.RestaurantID, func(tx *store.Tx) error {
				open, err := tx.Unhandled(w.ctx, chat.ID, chat.Handled)
				if len(open) != c.open {
					t.Errorf("open: %+v", open)
				}
				return err
			})
			if d := w.decide(store.Press{Approval: id, Action: store.HandBack, TelegramID: marta}); d.Outcome != "already" {
				t.Errorf("handed back twice: %s", d.Outcome)
			}
		})
	}
}

func TestAChangeOfRoleTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	w.exec(`UPDATE managers SET active = true WHERE telegram_id = $1`, gone) // somebody else owns it meanwhile
	w.exec(`UPDATE managers SET active = false WHERE telegram_id = $1`, marta)
	if d := w.decide(press(id, store.Send)); d.Outcome != "denied" {
		t.Errorf("one who was removed: %s", d.Outcome)
	}
	w.desk(func(tx *store.Tx) error { return tx.MakeOwners(w.ctx, []int64{marta, vera}) })
	p := press(id, store.Send)
	p.TelegramID = vera
	if d := w.decide(p); d.Outcome != "ok" || d.DecidedName != "Vera" {
		t.Errorf("one who was made owner: %+v", d)
	}
}
