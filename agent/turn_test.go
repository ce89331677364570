package agent_test

import (
	"strings"
	"testing"
	"time"

	"marketa/agent"
	"marketa/sandbox/actor"
	"marketa/sandbox/gemini"
	"marketa/stages"
	"marketa/store"
	"marketa/tools"
	"marketa/tools/team"
)

func TestAMessageBecomesACardAndNothingElse(t *testing.T) {
	b := newBench(t)
	anna := b.anna()
	anna.asks("Ciao, domenica siete aperti?")
	card := anna.card()
	if card.Text != fixedReply || card.State != "pending" || card.Author != "model" || len(card.Said) != 1 {
		t.Errorf("got %+v", card)
	}
	if b.triaged() != 1 || b.asked() != 1 || anna.busy() || anna.statuses() != "drafted" {
		t.Errorf("triage %d, reply %d, busy %v, turns %s", b.triaged(), b.asked(), anna.busy(), anna.statuses())
	}
	b.nothingLeft()
}

// background runs the chat's job beside the test and tells what it waits for.
func (c *chat) background() (waits <-chan time.Time, done <-chan struct{}) {
	heard, ended := make(chan time.Time, 100), make(chan struct{})
	c.clock.mu.Lock()
	c.clock.waits = heard
	c.clock.mu.Unlock()
	go func() { defer close(ended); c.works() }()
	return heard, ended
}

// ends waits until the job is over.
func (b *bench) ends(done <-chan struct{}) {
	b.t.Helper()
	b.eventually("the job ends", func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	})
}

// until takes what is waited for, which has to be that long after start.
func until(t *testing.T, waits <-chan time.Time, done <-chan struct{}, start time.Time, want time.Duration) {
	t.Helper()
	select {
	case at := <-waits:
		if got := at.Sub(start); got != want {
			t.Fatalf("waits until %v after the first line, want %v", got, want)
		}
	case <-done:
		t.Fatalf("ended; should wait until %v after the first line", want)
	case <-time.After(20 * time.Second):
		t.Fatalf("neither waits until %v nor ends", want)
	}
}

func TestATurnWaitsUntilTheClientPauses(t *testing.T) {
	b := newBench(t)
	anna, start := b.anna(), b.clock.Clock.Now()
	anna.writes("ciao")
	waits, done := anna.background()
	until(t, waits, done, start, 8*time.Second)
	b.clock.Advance(7900 * time.Millisecond)
	if n := len(b.allPrompts()); n != 0 {
		t.Fatalf("asked %d times after 7.9 s", n)
	}
	anna.writes("domenica siete aperti?")
	b.clock.Advance(100 * time.Millisecond) // 8 s after the first line
	until(t, waits, done, start, 15900*time.Millisecond)
	b.clock.Advance(7900 * time.Millisecond)
	b.ends(done)
	if card := anna.card(); len(card.Said) != 2 || b.asked() != 1 || anna.statuses() != "drafted" {
		t.Errorf("answers %d lines after %d requests, turns %s", len(card.Said), b.asked(), anna.statuses())
	}
}

func TestABurstWithoutEndIsAnsweredAtTheCap(t *testing.T) {
	b := newBench(t)
	anna, start := b.anna(), b.clock.Clock.Now()
	anna.writes("line")
	waits, done := anna.background()
	for at := 7 * time.Second; at < burstCap; at += 7 * time.Second {
		until(t, waits, done, start, min(at+time.Second, burstCap))
		b.clock.Advance(7*time.Second - b.clock.Clock.Now().Sub(start)%(7*time.Second))
		anna.writes("line")
		if wakes := at + time.Second; wakes < burstCap { // the worker looks again, finds the new line and waits on
			b.clock.Advance(time.Second)
		}
	}
	until(t, waits, done, start, burstCap)
	b.clock.Advance(start.Add(burstCap).Sub(b.clock.Clock.Now()))
	b.ends(done)
	if card := anna.card(); len(card.Said) != 7 || b.asked() != 1 {
		t.Errorf("answers %d lines after %d requests", len(card.Said), b.asked())
	}
}

func TestWithoutAWindowATurnStartsAtOnce(t *testing.T) {
	b := newBench(t, func(p *parts) { p.window = 0 })
	anna := b.anna()
	anna.writes("ciao")
	anna.works()
	if anna.statuses() != "drafted" {
		t.Errorf("turns %q", anna.statuses())
	}
}

func TestWordsThatComeBetweenBurstAndLeaseAreSatOut(t *testing.T) {
	b := newBench(t)
	anna, start := b.anna(), b.clock.Clock.Now()
	anna.writes("ciao")
	b.clock.Advance(window)
	b.clock.onLook(2, func() { anna.writes("aspetta, ancora una cosa") }) // the burst is over; the lease is not yet taken
	waits, done := anna.background()
	for at := time.Duration(0); at != 16*time.Second; {
		select {
		case w := <-waits:
			at = w.Sub(start)
		case <-done:
			t.Fatal("did not wait for the second line's own window")
		}
	}
	b.clock.Advance(window)
	b.ends(done)
	if card := anna.card(); len(card.Said) != 2 || b.asked() != 1 || anna.statuses() != "drafted" {
		t.Errorf("answers %d lines after %d requests, turns %s", len(card.Said), b.asked(), anna.statuses())
	}
}

func TestAJobThatIsLateFindsNothingToDo(t *testing.T) {
	b := newBench(t)
	anna := b.anna()
	anna.writes("ciao")
	b.clock.Advance(window)
	b.clock.onLook(2, func() { anna.works() }) // another worker does it all between this one's two looks
	anna.works()
	anna.works()
	if anna.statuses() != "drafted" || b.asked() != 1 || b.count(`approvals`) != 1 {
		t.Errorf("turns %q, %d requests, %d cards", anna.statuses(), b.asked(), b.count(`approvals`))
	}
	if n := b.count(`chats WHERE lease_token IS NOT NULL`); n != 0 {
		t.Error("the chat is still held")
	}
}

func TestOfManyWorkersOneRunsTheTurn(t *testing.T) {
	b := newBench(t)
	anna := b.anna()
	anna.writes("ciao")
	b.clock.Advance(window)
	done := make(chan struct{})
	for range 6 {
		go func() { defer func() { done <- struct{}{} }(); anna.works() }()
	}
	for range 6 {
		<-done
	}
	if anna.statuses() != "drafted" || b.asked() != 1 {
		t.Errorf("turns %q, %d requests", anna.statuses(), b.asked())
	}
}

// meanwhile is a mind that does something in the middle of its nth answer, triage counted.
func (b *bench) meanwhile(nth int, do func(), inner actor.Mind) {
	n := 0
	m := raw(func(r actor.Request) actor.Reply {
		reply := inner.Answer(r)
		if n++; n == nth {
			do()
		}
		return reply
	})
	b.gemini.SetMind(m)
	b.openai.SetMind(m)
}

func TestWordsDuringATurnSupersedeIt(t *testing.T) {
	for _, tt := range []struct {
		name   string
		window time.Duration
		nth    int
	}{{"DuringTriage", window, 1}, {"DuringTheReply", window, 2}, {"BetweenToolsAndReply", window, 3}, {"WithoutAWindow", 0, 2}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, func(p *parts) { p.window = tt.window })
			anna := b.anna()
			old := script("OLD draft", []actor.Call{call("profile_read", `{}`), call("profile_propose", `{"field":"hours","value":"OLD 12-15"}`), call("ask_managers", `{"question":"OLD?"}`)})
			b.meanwhile(tt.nth, func() { b.think(says("NEW draft")); anna.writes("anzi, sabato?") }, old)
			anna.asks("domenica siete aperti?")
			if anna.statuses() != "superseded" || !anna.busy() || b.count(`drafts`)+b.count(`approvals`)+b.count(`proposals`) != 0 {
				t.Fatalf("turns %q, busy %v, %d drafts", anna.statuses(), anna.busy(), b.count(`drafts`))
			}
			if n := b.count(`river_job WHERE kind = 'run_turn'`); n != 2 {
				t.Errorf("%d turns are called for", n)
			}
			b.clock.Advance(window)
			anna.works()
			card := anna.card()
			if card.Text != "NEW draft" || len(card.Said) != 2 || len(card.Proposals)+len(card.Notes.Questions)+len(card.Notes.Tainted) != 0 || anna.statuses() != "superseded drafted" {
				t.Errorf("got %+v after %q", card, anna.statuses())
			}
			if n := b.count(`drafts`); n != 1 {
				t.Errorf("%d drafts", n)
			}
			b.nothingLeft()
		})
	}
}

func TestAnEditAndADeletionSupersedeToo(t *testing.T) {
	for name, event := range map[string]store.Inbound{
		"Edit":     {Op: store.OpEdit, Author: store.Client, Body: "lunedì siete aperti?", Kind: "text"},
		"Deletion": {Op: store.OpDelete, Author: store.Client, Kind: "text"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			anna := b.anna()
			b.meanwhile(2, func() {
				event.VendorID, event.Target = "edit-1", anna.messageID(1)
				anna.event(event)
			}, mind(nil))
			anna.asks("domenica siete aperti?")
			b.clock.Advance(window)
			anna.works()
			want := "superseded drafted"
			if name == "Deletion" {
				want = "superseded silent"
			}
			if got := anna.statuses(); got != want {
				t.Errorf("turns %q, want %q", got, want)
			}
		})
	}
}

func (b *bench) steal() {
	b.exec(`UPDATE chats SET lease_token = gen_random_uuid(), lease_until = $1`, b.clock.Clock.Now().Add(store.LeaseTime))
}

func TestWhoLosesTheLeaseLeavesNoTrace(t *testing.T) {
	for _, tt := range []struct {
		name  string
		nth   int
		steps int
	}{{"DuringTriage", 1, 2}, {"DuringTheFirstReply", 2, 3}, {"DuringTheLastReply", 3, 5}} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			anna := b.anna()
			b.meanwhile(tt.nth, b.steal, script("draft", []actor.Call{call("profile_read", `{}`)}))
			anna.asks("domenica siete aperti?")
			if n := b.count(`steps`); n != tt.steps {
				t.Errorf("%d steps are saved, want %d", n, tt.steps)
			}
			if anna.statuses() != "running" || !anna.busy() || b.count(`approvals`) != 0 || b.count(`chats WHERE lease_token IS NOT NULL`) != 1 {
				t.Errorf("turns %q, busy %v, %d approvals; the other's lease must stand", anna.statuses(), anna.busy(), b.count(`approvals`))
			}
			if strings.Contains(b.logs.String(), "ERROR") {
				t.Errorf("a lost lease is no failure:\n%s", b.logs)
			}
			b.clock.Advance(store.LeaseTime + time.Second)
			anna.works()
			if anna.statuses() != "drafted" {
				t.Errorf("turns %q after the next worker", anna.statuses())
			}
		})
	}
}

func TestALeaseLostBetweenCallsOfToolsLeavesNoRows(t *testing.T) {
	b := newBench(t)
	anna := b.anna()
	b.think(script("draft", []actor.Call{call("profile_read", `{}`), call("ask_managers", `{"question":"12?"}`)}))
	b.exec(`CREATE FUNCTION steal() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			UPDATE chats SET lease_token = gen_random_uuid() WHERE id = (SELECT chat_id FROM turns WHERE id = NEW.turn_id); RETURN NEW; END $$;
		CREATE TRIGGER steal AFTER UPDATE ON tool_calls FOR EACH ROW EXECUTE FUNCTION steal()`)
	anna.asks("ciao?")
	if n := b.count(`tool_calls`); n != 1 {
		t.Errorf("%d calls of tools, of which the second by whoever holds nothing", n)
	}
	b.exec(`DROP TRIGGER steal ON tool_calls; UPDATE tool_calls SET done_at = NULL, result = NULL; UPDATE chats SET lease_until = NULL`)
	b.exec(`CREATE TRIGGER steal BEFORE INSERT ON tool_calls FOR EACH ROW EXECUTE FUNCTION steal()`)
}

func TestALeaseIsRenewedWhileAModelThinksAndGivenUpWhenItIsLost(t *testing.T) {
	b := newBench(t)
	anna := b.anna()
	b.gemini.Misbehave(gemini.StallFirstByte, 1)
	t.Cleanup(func() { b.clock.Advance(gemini.StallFor) }) // whatever goes wrong, nobody hangs
	anna.writes("ciao?")
	b.clock.Advance(window)
	waits, done := anna.background()
	<-waits // the lease's first renewal
	b.eventually("the model is asked", func() bool { return len(b.allPrompts()) == 1 })
	b.clock.Advance(3 * time.Second)
	<-waits
	renewed := b.clock.Clock.Now().Add(store.LeaseTime)
	if n := b.count(`chats WHERE lease_until = $1`, renewed); n != 1 {
		t.Errorf("not renewed: %s", b.text(`SELECT lease_until::text FROM chats`))
	}
	b.steal()
	b.clock.Advance(3 * time.Second)
	b.ends(done) // long before the model has answered
	if anna.statuses() != "running" || b.count(`steps`) != 2 {
		t.Errorf("turns %q, %d steps", anna.statuses(), b.count(`steps`))
	}
	if strings.Contains(b.logs.String(), "turn failed") {
		t.Errorf("a lost lease is no failure:\n%s", b.logs)
	}
}

// eventually waits for what another goroutine is about to do.
func (b *bench) eventually(what string, is func() bool) {
	b.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if is() {
			return
		}
		<-time.After(time.Millisecond)
	}
	b.t.Fatalf("it never came to this: %s", what)
}

func TestADrainEndsTheWaitAndLosesNothing(t *testing.T) {
	b := newBench(t)
	anna, start := b.anna(), b.clock.Clock.Now()
	anna.writes("ciao")
	waits, done := anna.background()
	until(t, waits, done, start, window)
	b.agent.Drain()
	b.ends(done)
	if !anna.busy() || anna.statuses() != "" {
		t.Errorf("busy %v, turns %q", anna.busy(), anna.statuses())
	}
}

func TestATurnThatFailsOverAndOverBecomesAPlainCard(t *testing.T) {
	breakSteps := `CREATE FUNCTION boom() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no step today'; END $$;
		CREATE TRIGGER boom BEFORE INSERT ON steps FOR EACH ROW WHEN (NEW.n > 3) EXECUTE FUNCTION boom()`
	for _, tt := range []struct{ name, then string }{
		{"AStepThatCannotBeSaved", ``},
		{"AStepThatCannotBeRead", `UPDATE steps SET delta = '"nonsense"' WHERE n = 1`},
		{"AStepWithABrokenTranscript", `UPDATE steps SET delta = '{"next":"reason","said":{"role":"ai","parts":[{"type":"hologram"}]}}' WHERE n = 3`},
		{"ANodeThatIsGone", `UPDATE steps SET delta = '{"next":"séance"}' WHERE n = 3`},
		{"AStageOfTheFuture", `UPDATE restaurants SET stage = 'franchised'`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			anna := b.anna()
			b.exec(breakSteps)
			anna.asks("ciao, domenica siete aperti?")
			if tt.then != "" {
				b.exec(tt.then)
			}
			for n := 2; n <= 5; n++ {
				anna.works()
				if b.count(`approvals`) != 0 || !anna.busy() {
					t.Fatalf("given up after %d attempts", n)
				}
			}
			anna.works()
			card := anna.card()
			if card.Text != "" || card.Author != "none" || len(card.Said) != 1 || !strings.Contains(card.Notes.Why, "failed") || anna.busy() || anna.statuses() != "plain" {
				t.Errorf("got %+v, turns %q", card, anna.statuses())
			}
			b.nothingLeft()
		})
	}
}

func TestAPhoneAnswerEndsTheTurnInSilence(t *testing.T) {
	b := newBench(t)
	anna := b.anna()
	anna.asks("ciao?")
	anna.event(store.Inbound{Op: store.OpEcho, Author: store.Phone, VendorID: "echo-1", Kind: "text", Body: "Ciao Anna, ti chiamo"})
	b.clock.Advance(window)
	anna.works()
	card := anna.card()
	if anna.statuses() != "drafted silent" || card.State != "superseded" || !strings.Contains(card.Reason, "answered from the phone") || b.asked() != 1 {
		t.Errorf("turns %q, card %s: %s, %d requests", anna.statuses(), card.State, card.Reason, b.asked())
	}
}

func TestNewRefusesWhatCouldNotWork(t *testing.T) {
	b := newBench(t)
	prompts, err := stages.Load()
	b.must(err)
	some, err := tools.NewRegistry(team.Tools()...)
	b.must(err)
	for want, cfg := range map[string]agent.Config{
		"needs a database":             {},
		"needs a database, prompts":    {DB: b.db, Registry: some},
		"tools that are not there: pr": {DB: b.db, Prompts: prompts, Registry: some},
	} {
		if a, err := agent.New(cfg); err == nil || a != nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, %v", want, a, err)
		}
	}
}
