package store_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"marketa/store"
)

func step(n int, node string) store.Step {
	return store.Step{N: n, Node: node, Delta: json.RawMessage(fmt.Sprintf(`{"n": %d}`, n))}
}

func (w *world) saveStep(c store.Chat, l store.Lease, t store.Turn, s store.Step) error {
	return w.appErr(c.RestaurantID, func(tx *store.Tx) error { return tx.SaveStep(w.ctx, l, t, s) })
}

func (w *world) wrote(vendor, words string) store.Chat {
	w.Helper()
	w.ingest(message(vendor, "m-"+vendor, words))
	return w.chat(vendor)
}

func TestAChatIsLeasedToOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	take := func() (l store.Lease, err error) {
		err = w.appErr(c.RestaurantID, func(tx *store.Tx) (err error) { l, err = tx.LeaseChat(w.ctx, c.ID); return err })
		return l, err
	}
	var got atomic.Int32
	atOnce(16, func(int) {
		if _, err := take(); err == nil {
			got.Add(1)
		} else if !isLost(err) {
			t.Error(err)
		}
	})
	if got.Load() != 1 {
		t.Errorf("%d have it", got.Load())
	}
	w.clock.Advance(store.LeaseTime)
	if _, err := take(); !isLost(err) {
		t.Errorf("at its last moment: %v", err)
	}
	w.clock.Advance(time.Second)
	l, err := take()
	w.must(err)
	w.clock.Advance(store.LeaseTime - time.Second)
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.RenewLease(w.ctx, l) })
	w.clock.Advance(store.LeaseTime)
	if _, err := take(); !isLost(err) {
		t.Errorf("though renewed: %v", err)
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.ReleaseLease(w.ctx, l) })
	if _, err := take(); err != nil {
		t.Errorf("though given back: %v", err)
	}
}

func TestWhoLostTheLeaseWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	old, turn := w.turn(c)
	w.must(w.saveStep(c, old, turn, step(1, "intake")))
	w.clock.Advance(store.LeaseTime + time.Second)
	w.must(w.saveStep(c, old, turn, step(2, "context"))) // nobody has taken it yet
	mine, again := w.turn(c)
	if again.ID != turn.ID || again.Attempts != 2 {
		t.Errorf("turn %v, attempt %d", again.ID, again.Attempts)
	}
	before := w.print(c.RestaurantID)
	for name, write := range map[string]func(tx *store.Tx) error{
		"a step":   func(tx *store.Tx) error { return tx.SaveStep(w.ctx, old, turn, step(3, "triage")) },
		"a commit": func(tx *store.Tx) error { _, err := tx.Commit(w.ctx, old, drafted(turn, "x")); return err },
		"a turn":   func(tx *store.Tx) error { _, _, err := tx.OpenTurn(w.ctx, old); return err },
		"a longer lease": func(tx *store.Tx) error {
			return tx.RenewLease(w.ctx, old)
		},
	} {
		if err := w.appErr(c.RestaurantID, write); !isLost(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.ReleaseLease(w.ctx, old) }) // takes nothing from the other
	if changed := difference(before, w.print(c.RestaurantID)); changed != "" {
		t.Errorf("changed:%s", changed)
	}
	w.must(w.saveStep(c, mine, again, step(3, "triage")))
	if !w.commit(c, mine, drafted(again, "Buongiorno.")) {
		t.Error("the one who has it cannot commit")
	}
	if err := w.appErr(c.RestaurantID, func(tx *store.Tx) error { _, err := tx.Commit(w.ctx, mine, drafted(again, "Ancora.")); return err }); !isLost(err) {
		t.Errorf("a second commit: %v", err)
	}
}

// A step and a change of hands are one before the other: the step is there for whoever goes on, or it is refused.
func TestAStepAndAChangeOfHandsAreInOneOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	old, turn := w.turn(c)
	w.clock.Advance(store.LeaseTime + time.Second)
	release := w.hold(`UPDATE chats SET lease_token = $2 WHERE id = $1`, c.ID, store.NewID[struct{}]()) // is taking it over
	answer := make(chan error)
	go func() { answer <- w.saveStep(c, old, turn, step(1, "intake")) }()
	w.until("the step waits", func() bool { return w.waiting() == 1 })
	release()
	if err := <-answer; err != nil {
		t.Errorf("after it was not taken over: %v", err)
	}
}

func TestATurnResumesWhereItStood(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	l, turn := w.turn(c)
	call := store.ToolCall{CallID: "call-1", Tool: "profile_read", Args: json.RawMessage(`{"section": "hours"}`)}
	w.must(w.saveStep(c, l, turn, step(1, "intake")))
	w.must(w.saveStep(c, l, turn, step(2, "reason")))
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		known, err := tx.ToolIntent(w.ctx, turn, call)
		if known.Done {
			t.Error("done before it began")
		}
		call.Result, call.Proposal = "12-15", json.RawMessage(`{"do": 1}`)
		w.must(tx.ToolDone(w.ctx, turn, call))
		_, err2 := tx.ToolIntent(w.ctx, turn, store.ToolCall{CallID: "call-2", Tool: "team_ask", Args: json.RawMessage(`{}`)})
		if err2 != nil {
			return err2
		}
		return err
	})
	w.clock.Advance(store.LeaseTime + time.Second)

	_, again := w.turn(c)
	if again.ID != turn.ID || again.Attempts != 2 || !again.StartedAt.Equal(monday) {
		t.Errorf("another turn: %+v", again)
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		steps, err := tx.Steps(w.ctx, again.ID)
		w.must(err)
		if len(steps) != 2 || steps[0].Node != "intake" || steps[1].N != 2 || string(steps[1].Delta) != `{"n": 2}` {
			t.Errorf("steps %+v", steps)
		}
		known, err := tx.ToolIntent(w.ctx, again, store.ToolCall{CallID: "call-1", Tool: "profile_read", Args: json.RawMessage(`{"section": "menu"}`)})
		if !known.Done || known.Result != "12-15" || string(known.Args) != `{"section": "hours"}` {
			t.Errorf("the finished call: %+v", known)
		}
		w.must(err)
		w.must(tx.ToolDone(w.ctx, again, store.ToolCall{CallID: "call-1", Result: "other"})) // a done one stays as it is
		calls, err := tx.ToolCalls(w.ctx, again)
		if len(calls) != 1 || calls[0].Result != "12-15" || string(calls[0].Proposal) != `{"do": 1}` {
			t.Errorf("calls %+v", calls)
		}
		return err
	})
}

func TestNewerWordsBeginAnotherTurn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	l, turn := w.turn(c)
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.ReleaseLease(w.ctx, l) })
	w.ingest(message("anna", "m2", "domenica?"))
	_, next := w.turn(c)
	if next.ID == turn.ID || next.Watermark != 2 || next.Attempts != 1 {
		t.Errorf("turn %+v", next)
	}
	same(w, "superseded", `SELECT status FROM turns WHERE id = $1`, turn.ID)
}

func TestAFindingThatNewerWordsOvertookDoesNotCount(t *testing.T) {
	t.Parallel()
	for name, newer := range map[string]store.Inbound{
		"a message": message("anna", "m2", "domenica?"), "an edit": edit("anna", "e1", "m-anna", "domenica?", monday),
		"a deletion": removal("m-anna"), "the phone": echo("anna", "p1", "ti chiamo"),
	} {
		for _, status := range []string{"drafted", "silent", "plain"} {
			t.Run(name+", "+status, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				c := w.wrote("anna", "ciao?")
				l, turn := w.turn(c)
				w.ingest(newer)
				w.forget()
				handled := w.chat("anna").Handled
				f := drafted(turn, "Buongiorno.")
				f.Status = status
				if w.commit(c, l, f) {
					t.Error("it counted")
				}
				same(w, "superseded", `SELECT status FROM turns WHERE id = $1`, turn.ID)
				same(w, 0, `SELECT count(*) FROM approvals`)
				after := w.chat("anna")
				if after.Handled != handled || (handled < after.Watermark) != (w.jobs("run_turn") == 1) || (handled < after.Watermark) != (after.BusySince != nil) {
					t.Errorf("chat %+v, %d turn jobs", after, w.jobs("run_turn"))
				}
				w.lease(c) // it was given back
			})
		}
	}
}

func TestADraftThatADecisionOvertookDoesNotCount(t *testing.T) {
	t.Parallel()
	setup := func(t *testing.T) (w *world, c store.Chat, id store.ApprovalID, l store.Lease, turn store.Turn) {
		w = newWorld(t)
		w.hire()
		c, id = w.asked("anna", "a che ora?", draft)
		w.exec(`UPDATE chats SET busy_since = $1`, monday) // as after a hand-back: a turn for the same words
		l, turn = w.turn(c)
		return w, c, id, l, turn
	}
	t.Run("sent meanwhile", func(t *testing.T) {
		t.Parallel()
		w, c, id, l, turn := setup(t)
		w.decide(press(id, store.Send))
		w.forget()
		if w.commit(c, l, drafted(turn, "Alle nove.")) || !w.pending(c).IsZero() {
			t.Error("what was answered gets another card")
		}
		if w.chat("anna").BusySince != nil || w.jobs("run_turn") != 0 {
			t.Error("the chat is still busy")
		}
	})
	t.Run("sent back meanwhile", func(t *testing.T) {
		t.Parallel()
		w, c, id, l, turn := setup(t)
		w.decide(press(id, store.RedoIt))
		w.forget()
		if w.commit(c, l, drafted(turn, "Alle nove.")) || !w.pending(c).IsZero() {
			t.Error("the redo's hint is lost")
		}
		if w.chat("anna").BusySince == nil || w.jobs("run_turn") != 1 {
			t.Error("the redo has no turn")
		}
		if _, next := w.turn(c); next.RedoOf != id {
			t.Errorf("next turn: %+v", next)
		}
	})
	t.Run("said meanwhile, in place of the redo", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.hire()
		c, id := w.asked("anna", "a che ora?", draft)
		w.decide(press(id, store.RedoIt))
		l, turn := w.turn(c)
		w.exec(`UPDATE chats SET taken_by = (SELECT id FROM managers WHERE telegram_id = $1), taken_until = $2`, marta, monday.Add(time.Hour))
		w.clock.Advance(time.Second)
		if d := w.decide(press(id, store.SayIt)); d.Outcome != "ok" {
			t.Fatalf("say: %s", d.Outcome)
		}
		if w.commit(c, l, drafted(turn, "Alle nove.")) || !w.pending(c).IsZero() {
			t.Error("what was answered gets another card")
		}
	})
}

func TestSilenceHandlesWhatWasSaid(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", draft)
	w.ingest(message("anna", "m2", "grazie, ho trovato"))
	l, turn := w.turn(c)
	w.forget()
	if !w.commit(c, l, store.Finding{Turn: turn, Status: "silent", Why: "She has found it herself."}) {
		t.Error("it did not count")
	}
	if c := w.chat("anna"); c.Handled != 2 || c.BusySince != nil || !w.pending(c).IsZero() {
		t.Errorf("chat %+v", c)
	}
	same(w, "superseded She has found it herself.", `SELECT concat_ws(' ', state, reason) FROM approvals WHERE id = $1`, id)
	same(w, true, `SELECT rev = 2 AND next_at = $2 FROM views WHERE approval_id = $1`, id, monday)
	same(w, id.String(), `SELECT args ->> 'approval' FROM river_job WHERE kind = 'show_approval'`)
	same(w, "silent She has found it herself.", `SELECT concat_ws(' ', status, why) FROM turns WHERE id = $1 AND finished_at = $2`, turn.ID, monday)
}

func TestAFreshDraftRetiresTheOlderCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, old := w.asked("anna", "a che ora?", draft)
	w.ingest(message("anna", "m2", "siamo in sei"))
	w.forget()
	fresh := w.card(c, "Alle otto, in sei.", store.Proposal{Kind: "profile", Payload: json.RawMessage(`{"field": "name"}`), Show: "Name: Anna"})
	same(w, "superseded", `SELECT state FROM approvals WHERE id = $1`, old)
	if w.jobs("show_approval") != 2 {
		t.Errorf("%d cards drawn", w.jobs("show_approval"))
	}
	w.desk(func(tx *store.Tx) error {
		v, err := tx.View(w.ctx, fresh)
		if len(v.Said) != 2 || v.Text != "Alle otto, in sei." || v.Author != "model" || v.State != "pending" || v.Stale || v.Notes.Why != "a question" || !slices.Equal(v.Proposals, []string{"Name: Anna"}) || v.Rev != 1 {
			t.Errorf("view %+v", v)
		}
		return err
	})
	same(w, "model "+policy+" 2", `SELECT concat_ws(' ', d.author, policy_version, d.watermark) FROM drafts d JOIN approvals a ON a.draft_id = d.id WHERE a.id = $1 AND turn_id IS NOT NULL`, fresh)
}

func TestOnlyWhatWasSentReleasesItsProposals(t *testing.T) {
	t.Parallel()
	for action, released := range map[store.Action]int{store.Send: 2, store.Edit: 2, store.Discard: 0, store.RedoIt: 0, store.TakeOver: 0, "": 0} {
		t.Run(string(action), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			p := store.Proposal{Kind: "profile", Payload: json.RawMessage(`{}`), Show: "x"}
			c, id := w.asked("anna", "a che ora?", draft, p, p)
			if action != "" {
				w.decide(press(id, action))
			}
			w.app(c.RestaurantID, func(tx *store.Tx) error {
				got, err := tx.Released(w.ctx, id)
				if len(got) != released {
					t.Errorf("%d released", len(got))
				}
				sent, err2 := tx.WasSent(w.ctx, id)
				if sent != (released > 0) || err2 != nil {
					t.Errorf("sent %v, %v", sent, err2)
				}
				return err
			})
		})
	}
}

func TestAProposalIsCarriedOutOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "mi chiamo Anna", draft, store.Proposal{Kind: "profile", Payload: json.RawMessage(`{}`), Show: "x"})
	w.decide(press(id, store.Send))
	var done atomic.Int32
	var wait sync.WaitGroup
	release := w.hold(`SELECT FROM proposals FOR UPDATE`)
	carryOut := func() {
		err := w.appErr(c.RestaurantID, func(tx *store.Tx) error {
			released, err := tx.Released(w.ctx, id)
			for _, p := range released {
				done.Add(1)
				w.must(tx.NoteFact(w.ctx, store.Fact{Field: "owner", Value: "Anna", Source: "manager"}))
				w.must(tx.NoteProposed(w.ctx, p, store.Fact{Field: "name", Value: "Anna", Source: "manager"}))
				w.must(tx.NoteProposed(w.ctx, p, store.Fact{Field: "name", Value: "Bea", Source: "manager"}))
				w.must(tx.ProposalDone(w.ctx, p.ID))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	for i := range 3 {
		wait.Go(carryOut)
		w.until("it waits", func() bool { return w.waiting() == i+1 })
	}
	release()
	wait.Wait()
	if done.Load() != 1 {
		t.Errorf("carried out %d times", done.Load())
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		facts, err := tx.Facts(w.ctx)
		if len(facts) != 2 || facts[0].Field != "name" || facts[0].Value != "Anna" {
			t.Errorf("facts %+v", facts)
		}
		return err
	})
}

func TestTheNewestFactCountsAndTheOlderStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	for _, v := range []string{"12-15", "12-16"} {
		w.app(c.RestaurantID, func(tx *store.Tx) error {
			return tx.NoteFact(w.ctx, store.Fact{Field: "hours", Value: v, Source: "seed"})
		})
	}
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		facts, err := tx.Facts(w.ctx)
		if len(facts) != 1 || facts[0].Value != "12-16" {
			t.Errorf("facts %+v", facts)
		}
		return err
	})
	same(w, 2, `SELECT count(*) FROM facts`)
}

func TestAStageMovesFromWhereItStands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	for range 2 { // the second time it does not stand there any more
		w.app(c.RestaurantID, func(tx *store.Tx) error {
			return tx.MoveStage(w.ctx, "answered_first", "lead", "qualification", "first answer")
		})
	}
	same(w, "answered_first lead qualification first answer", `SELECT string_agg(concat_ws(' ', event, from_stage, to_stage, cause), '|') FROM stage_events`)
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		r, err := tx.OwnRestaurant(w.ctx)
		if r.Stage != "qualification" || r.ID != c.RestaurantID {
			t.Errorf("restaurant %+v", r)
		}
		return err
	})
}

func TestAConversationIsInTheVendorsOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := func(id, text string, seconds int) store.Inbound {
		e := message("anna", id, text)
		e.SentAt = monday.Add(time.Duration(seconds) * time.Second)
		return e
	}
	w.ingest(at("m1", "uno", 1), at("m3", "tre", 3), of(store.OpReaction, func() store.Inbound { e := at("r1", "👍", 3); e.Kind = "reaction"; return e }()))
	w.ingest(at("m2", "due", 2), at("m4", "quattro", 3), at("m5", "cinque", 4)) // m2 was late; m3 and m4 share a second
	w.ingest(removal("m5"))
	c := w.chat("anna")
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		talk, err := tx.Conversation(w.ctx, c.ID, 3)
		var got []string
		for _, m := range talk {
			got = append(got, m.Body)
		}
		if !slices.Equal(got, []string{"due", "tre", "quattro"}) {
			t.Errorf("talk %v", got)
		}
		return err
	})
}

func TestModelCallsAreBookedUnderTheirRestaurant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.wrote("anna", "ciao?")
	_, turn := w.turn(c)
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		return tx.Book(w.ctx, store.LLMCall{Turn: turn.ID, Task: "reply", Provider: "gemini", Model: "m", Outcome: "ok", InputTokens: 3, OutputTokens: 4, CostMicros: 5, Latency: 1500 * time.Millisecond})
	})
	same(w, "reply gemini m ok 3 4 5 1500", `SELECT concat_ws(' ', task, provider, model, outcome, input_tokens, output_tokens, cost_micros, latency_ms) FROM llm_calls WHERE restaurant_id = $1 AND turn_id = $2`, c.RestaurantID, turn.ID)
}
