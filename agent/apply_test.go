package agent_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"marketa/agent"
	"marketa/sandbox/actor"
	"marketa/store"
	"marketa/tools/profile"
)

// applies runs the job that a decision about this approval enqueues.
func (c *chat) applies(id store.ApprovalID) error {
	return (&agent.ApplyWorker{Agent: c.agent}).Work(c.ctx, &river.Job[store.ApplyProposals]{JobRow: &rivertype.JobRow{},
		Args: store.ApplyProposals{Restaurant: c.restaurant, Approval: id}})
}

func (c *chat) stage() string {
	return c.text(`SELECT stage FROM restaurants WHERE id = $1`, c.restaurant)
}

// proposes is a chat whose card holds a change.
func proposes(t *testing.T, changes ...setup) *chat {
	b := newBench(t, changes...)
	b.think(script("Va bene!", []actor.Call{call("profile_propose", `{"field":"phone","value":"12-15"}`), call("ask_managers", `{"question":"Prezzo?"}`)}))
	anna := b.anna()
	anna.asks("Domenica 12-15")
	return anna
}

func TestOnlyWhatAManagerHasSentIsCarriedOut(t *testing.T) {
	overtaken := func(c *chat) { c.think(says("ok")); c.asks("anzi no") }
	press := func(a store.Action, text string) func(*chat) { return func(c *chat) { c.press(a, text) } }
	for _, tt := range []struct {
		name     string
		decide   func(c *chat)
		released bool
	}{
		{"Pending", func(*chat) {}, false},
		{"Discarded", press(store.Discard, ""), false},
		{"Redone", press(store.RedoIt, "shorter"), false},
		{"TakenOver", press(store.TakeOver, ""), false},
		{"Superseded", overtaken, false},
		{"Sent", press(store.Send, ""), true},
		{"Edited", press(store.Edit, "Grazie!"), true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			anna := proposes(t)
			card := anna.card().Approval
			tt.decide(anna)
			for range 3 { // jobs come twice and late
				if err := anna.applies(card); err != nil {
					t.Fatal(err)
				}
			}
			facts, moves, want := anna.count(`facts`), anna.count(`stage_events`), 0
			if tt.released {
				want = 1
			}
			if facts != want || moves != want || anna.count(`proposals WHERE done_at IS NOT NULL`) != want {
				t.Errorf("%d facts, %d moves, %d done; want %d of each", facts, moves, anna.count(`proposals WHERE done_at IS NOT NULL`), want)
			}
			if got := anna.stage(); (got == "qualification") != tt.released {
				t.Errorf("stage %s", got)
			}
		})
	}
}

func TestTheNoteIsTheApprovedOne(t *testing.T) {
	anna := proposes(t)
	anna.press(store.Send, "")
	anna.must(anna.applies(anna.card().Approval))
	if got := anna.text(`SELECT field || '=' || value || ' ' || source FROM facts`); got != "phone=12-15 Anna on WhatsApp" {
		t.Errorf("got %q", got)
	}
}

func TestTheFirstAnswerMovesALeadOnOnce(t *testing.T) {
	anna := proposes(t)
	anna.press(store.Send, "")
	first := anna.card().Approval
	before := anna.view(first).Rev
	var both sync.WaitGroup
	for range 4 {
		both.Go(func() { _ = anna.applies(first) })
	}
	both.Wait()
	if anna.stage() != "qualification" || anna.count(`stage_events WHERE event = 'answered_first' AND from_stage = 'lead' AND to_stage = 'qualification'`) != 1 || anna.count(`facts`) != 1 {
		t.Errorf("stage %s, %d moves, %d facts", anna.stage(), anna.count(`stage_events`), anna.count(`facts`))
	}
	if v := anna.view(first); v.Rev == before || v.Stage != "qualification" {
		t.Errorf("the card is not redrawn: %+v", v)
	}
	anna.exec(`UPDATE restaurants SET stage = 'active'`)
	anna.think(says("ok"))
	anna.asks("Grazie, e lunedì?")
	anna.press(store.Send, "")
	anna.must(anna.applies(anna.card().Approval))
	if anna.stage() != "active" || anna.count(`stage_events`) != 1 {
		t.Errorf("stage %s, %d moves", anna.stage(), anna.count(`stage_events`))
	}
}

func TestAKindThatNobodyKnowsIsAnErrorAndHoldsNobodyUp(t *testing.T) {
	anna := proposes(t)
	anna.press(store.Send, "")
	card := anna.card().Approval
	anna.exec(`INSERT INTO proposals (id, restaurant_id, approval_id, kind, payload, show, created_at)
		SELECT '00000000-0000-7000-8000-000000000001', restaurant_id, approval_id, 'teleport', '{}', 'x', created_at FROM proposals`)
	for range 3 {
		if err := anna.applies(card); err == nil || !strings.Contains(err.Error(), `nobody can carry out a "teleport"`) {
			t.Errorf("got %v", err)
		}
	}
	if n := anna.count(`proposals WHERE kind = 'teleport' AND done_at IS NULL`); n != 1 {
		t.Error("it is marked as done")
	}
	if anna.count(`facts`) != 1 || anna.stage() != "qualification" {
		t.Errorf("it holds the others up: %d facts, stage %s", anna.count(`facts`), anna.stage())
	}
	if n := anna.count(`alerts WHERE text LIKE '%“teleport”%'`); n != 1 {
		t.Errorf("%d alerts, want one for the hour", n)
	}
}

func TestAnApplierThatFailsIsTriedAgainAndLeavesNothingHalfDone(t *testing.T) {
	fail := errors.New("not today")
	anna := proposes(t, func(p *parts) {
		p.apply = map[string]agent.Applier{profile.Change: func(ctx context.Context, tx *store.Tx, h store.HeldProposal) error {
			return errors.Join(profile.Apply(ctx, tx, h), fail)
		}}
	})
	anna.press(store.Send, "")
	card := anna.card().Approval
	if err := anna.applies(card); !errors.Is(err, fail) {
		t.Fatalf("got %v", err)
	}
	if anna.count(`facts`) != 0 || anna.count(`proposals WHERE done_at IS NOT NULL`) != 0 || anna.stage() != "qualification" {
		t.Errorf("%d facts, stage %s", anna.count(`facts`), anna.stage())
	}
	fail = nil
	anna.must(anna.applies(card))
	if anna.count(`facts`) != 1 || anna.count(`proposals WHERE done_at IS NOT NULL`) != 1 {
		t.Errorf("%d facts", anna.count(`facts`))
	}
}

func TestProposalsStandOnTheCardInTheirOrderEachOnce(t *testing.T) {
	b := newBench(t)
	b.think(script("ok",
		[]actor.Call{call("ask_managers", `{"question":"Prezzo?"}`), call("profile_propose", `{"field":"phone","value":"12-15"}`), call("profile_propose", `{"field":"menu","value":"pizza"}`)},
		[]actor.Call{call("profile_propose", `{"value":"12-15","field":"PHONE"}`), call("ask_managers", `{"question":" Prezzo? "}`), call("ask_managers", `{"question":"Quando?"}`),
			call("profile_propose", `{"field":"phone","value":"12-16"}`)}))
	anna := b.anna()
	anna.asks("Domenica 12-15, pizza")
	v := anna.card()
	if got := strings.Join(v.Proposals, "|"); got != "note in the profile: phone = 12-15|note in the profile: menu = pizza|note in the profile: phone = 12-16" {
		t.Errorf("proposals %s", got)
	}
	if got := strings.Join(v.Notes.Questions, "|"); got != "Prezzo?|Quando?" {
		t.Errorf("questions %s", got)
	}
	if n := b.count(`proposals WHERE kind <> 'profile_change'`); n != 0 {
		t.Error("a question is held as a change")
	}
	if n := b.count(`tool_calls WHERE done_at IS NOT NULL AND proposal IS NOT NULL`); n != 7 {
		t.Errorf("%d calls are kept", n)
	}
}

func TestQuestionsStandOnAPlainCardToo(t *testing.T) {
	b := newBench(t)
	b.think(func(r actor.Request) actor.Reply {
		if roundsOf(r) == 0 {
			return actor.Reply{Calls: []actor.Call{call("ask_managers", `{"question":"Prezzo?"}`), call("profile_propose", `{"field":"phone","value":"12-15"}`)}}
		}
		return actor.Reply{Refusal: "no"}
	})
	anna := b.anna()
	anna.asks("Domenica 12-15")
	if v := anna.card(); v.Text != "" || strings.Join(v.Notes.Questions, "") != "Prezzo?" || len(v.Proposals)+len(v.Notes.Tainted) != 0 {
		t.Errorf("got %+v", v)
	}
}

func TestTheCardTellsWhoseWordsAValueIs(t *testing.T) {
	propose := func(value string) mind {
		return script("ok", []actor.Call{call("profile_propose", `{"field":"hours","value":"`+value+`","why":"the model says why"}`), call("ask_managers", `{"question":"nobody's words?"}`)})
	}
	tests := []struct {
		name    string
		prepare func(c *chat)
		value   string
		origins string // stored with the call
		want    string // on the card
	}{
		{"TheClients", func(c *chat) { c.asks("domenica dalle 12 alle 15") }, "DALLE 12 ALLE 15", `["client"]`, "“DALLE 12 ALLE 15” comes from the client's own words; nobody else has confirmed it."},
		{"Nobodys", func(c *chat) { c.asks("domenica apriamo un'ora dopo") }, "dalle 13", `["model"]`, "“dalle 13” stands like this in nobody's words: the model has put it together. Check it before sending."},
		{"TheClientsName", func(c *chat) { c.asks("scrivi a me") }, "Anna", `["client"]`, "“Anna” comes from the client's own words; nobody else has confirmed it."},
		{"TheRecords", func(c *chat) {
			c.writes("come al solito")
			c.knows("summer", "dalle 19 alle 23")
			c.clock.Advance(window)
			c.works()
		}, "dalle 19 alle 23", `["crm"]`, ""},
		{"OurOwn", func(c *chat) {
			c.writes("ok, va bene così")
			c.event(store.Inbound{Op: store.OpEcho, Author: store.Phone, VendorID: "e1", Kind: "text", Body: "Quindi dalle 18 alle 22?"})
			c.clock.Advance(time.Hour)
			c.works()
			c.asks("sì")
		}, "dalle 18 alle 22", `["manager"]`, ""},
		{"TheManagersHint", func(c *chat) {
			c.think(says("first"))
			c.asks("domenica apriamo un'ora dopo")
			c.press(store.RedoIt, "note it: dalle 13 alle 16")
			c.think(propose("dalle 13 alle 16"))
			c.works()
		}, "dalle 13 alle 16", `["manager"]`, ""},
		{"BothTheClientsAndTheManagers", func(c *chat) {
			c.think(says("first"))
			c.asks("dalle 13 alle 16")
			c.press(store.RedoIt, "dalle 13 alle 16 is right")
			c.think(propose("dalle 13 alle 16"))
			c.works()
		}, "dalle 13 alle 16", `["client", "manager"]`, ""},
		{"TheHintSaysOtherwise", func(c *chat) {
			c.think(says("first"))
			c.asks("dalle 13 alle 16")
			c.press(store.RedoIt, "no: dalle 14 alle 16")
			c.think(propose("dalle 13 alle 16"))
			c.works()
		}, "dalle 13 alle 16", `["client"]`, "“dalle 13 alle 16” comes from the client's own words; nobody else has confirmed it."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t)
			anna := b.anna()
			b.think(propose(tt.value))
			tt.prepare(anna)
			if got := strings.Join(anna.card().Notes.Tainted, "\n"); got != tt.want {
				t.Errorf("the card says %q, want %q", got, tt.want)
			}
			got := b.text(`SELECT origins ->> 'value' || ' ' || (origins ? 'why')::text || ' ' || (origins ? 'field')::text FROM tool_calls WHERE tool = 'profile_propose' ORDER BY id DESC LIMIT 1`)
			if got != tt.origins+" true true" {
				t.Errorf("stored %s, want %s", got, tt.origins)
			}
		})
	}
}
