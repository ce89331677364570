package store_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"marketa/store"
)

// manager makes one.
func (w *world) deskManager(role string) (m store.Manager) {
	w.Helper()
	m = store.Manager{ID: store.ManagerID(store.NewID[struct{}]()), TelegramID: time.Now().UnixNano(), Name: "Marta", Role: role, Active: true}
	w.exec(`INSERT INTO managers (id, telegram_id, name, role, created_at) VALUES ($1, $2, $3, $4, $5)`, m.ID, m.TelegramID, m.Name, m.Role, monday)
	return m
}

// asks keeps what a manager has said and gives its turn.
func (w *world) asks(m store.Manager, source, words string) store.DeskTurnID {
	w.Helper()
	w.desk(func(tx *store.Tx) error {
		return tx.StartDesk(w.ctx, store.DeskTurn{Source: source, Manager: m.ID, TgChatID: 7, MessageID: 9, Words: words})
	})
	return ask[store.DeskTurnID](w, `SELECT id FROM desk_turns WHERE source = $1`, source)
}

// leased takes a turn.
func (w *world) leased(id store.DeskTurnID) (l store.DeskLease, t store.DeskTurn) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { l, t, err = tx.LeaseDesk(w.ctx, id); return err })
	return l, t
}

// commits ends a turn.
func (w *world) commits(l store.DeskLease, t store.DeskTurn, o store.Outcome) {
	w.Helper()
	w.desk(func(tx *store.Tx) error { return tx.CommitDesk(w.ctx, l, t, o, false) })
}

// wished leaves what a manager's turn leaves of a restaurant.
func (w *world) wished(c store.Chat, mark string) {
	w.Helper()
	l, t := w.leased(w.asks(w.deskManager("owner"), "of "+mark, "words about "+mark))
	w.desk(func(tx *store.Tx) error {
		_, err := tx.DeskIntent(w.ctx, t.ID, store.ToolCall{CallID: "1", Tool: mark, Args: json.RawMessage(`{}`)})
		return errors.Join(err, tx.SaveDeskStep(w.ctx, l, store.Step{N: 1, Node: mark, Delta: json.RawMessage(`{}`)}))
	})
	w.commits(l, t, store.Outcome{Status: "answered", Answer: "answer of " + mark,
		Choices:   &store.Ambiguous{Name: mark, Choices: []store.Choice{{Label: "choice of " + mark, Restaurant: c.RestaurantID, Chat: c.ID}}},
		Confirms:  []store.Confirm{{Restaurant: c.RestaurantID, Kind: "fact", Payload: json.RawMessage(`{}`), Show: "show of " + mark}},
		Reminders: []store.Reminder{{Restaurant: c.RestaurantID, Words: "reminder of " + mark, Zone: "UTC", DueAt: monday.Add(time.Hour)}}})
}

func TestAManagersWordsAreKeptOnceAndAnsweredInOrder(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := w.deskManager("owner")
	first := w.asks(m, "m7-9", "who waits?")
	w.asks(m, "m7-9", "who waits?")
	second := w.asks(m, "m7-10", "and Jonas?")
	same(w, 2, `SELECT count(*)::int FROM desk_turns`)
	err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error { _, _, err := tx.LeaseDesk(w.ctx, second); return err })
	if !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("the second was begun before the first: %v", err)
	}
	l, turn := w.leased(first)
	w.commits(l, turn, store.Outcome{Status: "answered", Answer: "nobody"})
	_, turn = w.leased(second)
	var before []store.Exchange
	w.desk(func(tx *store.Tx) (err error) {
		before, err = tx.Exchanges(w.ctx, turn, monday.Add(-time.Hour), 6)
		return err
	})
	if len(before) != 1 || before[0].Words != "who waits?" || before[0].Answer != "nobody" {
		t.Errorf("remembers %+v", before)
	}
}

func TestALostLeaseOfAManagersTurnWritesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.asks(w.deskManager("owner"), "m1", "who waits?")
	old, turn := w.leased(id)
	w.clock.Advance(store.LeaseTime + time.Second)
	w.leased(id)
	for name, write := range map[string]func(*store.Tx) error{
		"renew": func(tx *store.Tx) error { return tx.RenewDesk(w.ctx, old) },
		"step": func(tx *store.Tx) error {
			return tx.SaveDeskStep(w.ctx, old, store.Step{N: 1, Node: "words", Delta: json.RawMessage(`{}`)})
		},
		"commit": func(tx *store.Tx) error {
			return tx.CommitDesk(w.ctx, old, turn, store.Outcome{Status: "answered"}, false)
		},
	} {
		if err := w.db.System(w.ctx, store.Desk, write); !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("%s: %v", name, err)
		}
	}
	same(w, "running", `SELECT status FROM desk_turns`)
}

func TestAWishTakesThePlaceOfAWaitingCardAndGivesItBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("a", "m1", "are you there?"))
	c := w.chat("a")
	old := w.card(c, "yes")
	l, turn := w.leased(w.asks(w.deskManager("owner"), "m1", "write a"))
	w.commits(l, turn, store.Outcome{Status: "answered", Wishes: []store.Wish{{Restaurant: c.RestaurantID, Chat: c.ID, Text: "the photos are ready", PolicyVersion: "p"}}})
	same(w, "superseded", `SELECT state FROM approvals WHERE id = $1`, old)
	wish := w.pending(c)
	var v store.View
	w.desk(func(tx *store.Tx) (err error) { v, err = tx.View(w.ctx, wish); return err })
	if v.Text != "the photos are ready" || v.Author != "model" || len(v.Said) != 1 || len(v.Notes.Warnings) != 1 {
		t.Errorf("the card shows %+v", v)
	}
	m := w.deskManager("owner")
	w.desk(func(tx *store.Tx) error {
		d, err := tx.Decide(w.ctx, store.Press{Approval: wish, Action: store.Discard, TelegramID: m.TelegramID, Hash: v.TextHash, PolicyVersion: "p"})
		if d.Outcome != "ok" {
			t.Errorf("discard: %+v", d)
		}
		open, err2 := tx.Reopen(w.ctx, wish)
		if !open {
			t.Error("the client's words stay closed")
		}
		return errors.Join(err, err2)
	})
	same(w, true, `SELECT busy_since IS NOT NULL AND handled < watermark FROM chats WHERE id = $1`, c.ID)
}

func TestDiscardingAnOrdinaryCardOpensNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("a", "m1", "are you there?"))
	c := w.chat("a")
	id := w.card(c, "yes")
	m := w.deskManager("owner")
	w.desk(func(tx *store.Tx) error {
		_, err := tx.Decide(w.ctx, store.Press{Approval: id, Action: store.Discard, TelegramID: m.TelegramID, PolicyVersion: ask[string](w, `SELECT policy_version FROM drafts LIMIT 1`)})
		open, err2 := tx.Reopen(w.ctx, id)
		if open {
			t.Error("it is opened")
		}
		return errors.Join(err, err2)
	})
	same(w, "discarded", `SELECT state FROM approvals`)
	same(w, false, `SELECT busy_since IS NOT NULL FROM chats WHERE id = $1`, c.ID)
}

func TestAConfirmIsSettledOnceByWhoMayDecideAndInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("a", "m1", "hello"))
	c := w.chat("a")
	owner, viewer := w.deskManager("owner"), w.deskManager("viewer")
	confirm := func(source string) store.Confirm {
		l, turn := w.leased(w.asks(owner, source, "pause a"))
		w.commits(l, turn, store.Outcome{Status: "answered", Confirms: []store.Confirm{{Restaurant: c.RestaurantID, Kind: "k", Payload: json.RawMessage(`{}`), Show: "s"}}})
		var all []store.Confirm
		w.desk(func(tx *store.Tx) (err error) { all, err = tx.Confirms(w.ctx, turn.ID); return err })
		return all[0]
	}
	settle := func(x store.Confirm, m store.Manager, state string) (ok bool) {
		w.desk(func(tx *store.Tx) (err error) { ok, err = tx.SettleConfirm(w.ctx, x, m, state, ""); return err })
		return ok
	}
	x := confirm("m1")
	if settle(x, viewer, "done") || !settle(x, owner, "done") || settle(x, owner, "cancelled") {
		t.Error("a viewer settled it, the owner could not, or it was settled twice")
	}
	late := confirm("m2")
	w.clock.Advance(store.ConfirmLife)
	if settle(late, owner, "done") {
		t.Error("it was confirmed after a day")
	}
	if _, err := w.db.Sweep(w.ctx, time.Second, time.Minute); err != nil {
		t.Fatal(err)
	}
	same(w, "done expired", `SELECT string_agg(state, ' ' ORDER BY id) FROM confirms`)
}

func TestAReminderIsToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l, turn := w.leased(w.asks(w.deskManager("owner"), "m1", "remind me"))
	w.commits(l, turn, store.Outcome{Status: "answered", Reminders: []store.Reminder{{Words: "Jonas", Zone: "UTC", DueAt: monday.Add(time.Hour)}}})
	id := ask[store.ReminderID](w, `SELECT id FROM reminders`)
	told := func() (n int) {
		w.desk(func(tx *store.Tx) error {
			_, _, due, err := tx.DueReminder(w.ctx, id)
			if due {
				n++
			}
			return err
		})
		return n
	}
	if told() != 0 {
		t.Error("told before its time")
	}
	w.clock.Advance(time.Hour)
	if told()+told() != 1 {
		t.Error("not told once")
	}
}

func TestTheRightsOfAnotherRoleEndWithWhatTheyWereTakenFor(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("a", "m1", "hello"), message("b", "m2", "hello"))
	a, b := w.chat("a"), w.chat("b")
	w.desk(func(tx *store.Tx) error {
		err := tx.Within(w.ctx, a.RestaurantID, func(tx *store.Tx) error {
			if _, err := tx.Chat(w.ctx, b.ID); err == nil {
				t.Error("within one restaurant another one's chat is seen")
			}
			return tx.NoteFact(w.ctx, store.Fact{Field: "hours", Value: "12-15", Source: "manager"})
		})
		_, queue := tx.Queue(w.ctx) // only the desk may
		_, chat := tx.Chat(w.ctx, b.ID)
		return errors.Join(err, queue, chat)
	})
	same(w, a.RestaurantID, `SELECT restaurant_id FROM facts`)
}

func TestNamesAreResolvedByThePlatform(t *testing.T) {
	t.Parallel()
	rid := func() store.RestaurantID { return store.RestaurantID(store.NewID[struct{}]()) }
	cid := func() store.ChatID { return store.ChatID(store.NewID[struct{}]()) }
	tratt, cafe, bar, group := rid(), rid(), rid(), rid()
	dir := store.Names{
		{Restaurant: tratt, Name: "Trattoria Demo", Chat: cid(), Title: "Anna", Kind: "direct", People: []string{"Anna"}},
		{Restaurant: cafe, Name: "Café Beispiel", Chat: cid(), Title: "Jonas", Kind: "direct", People: []string{"Jonas"}},
		{Restaurant: bar, Name: "Bar Prova", Chat: cid(), Title: "Anna Rossi", Kind: "direct", People: []string{"Anna Rossi"}},
		{Restaurant: group, Name: "Osteria Uno", Chat: cid(), Title: "Osteria Uno & friends", Kind: "group", People: []string{"Lucía", "Jonas"}},
	}
	find := func(s *store.Scope, name string, direct bool) string {
		e, err := dir.FindChat(s, name, direct)
		var several *store.Ambiguous
		switch {
		case errors.As(err, &several):
			return fmt.Sprintf("which of %d", len(several.Choices))
		case err != nil:
			return "nobody"
		}
		return e.Title
	}
	for _, c := range []struct {
		scope  *store.Scope
		name   string
		direct bool
		want   string
	}{
		{&store.Scope{}, "Anna", true, "which of 2"},
		{&store.Scope{}, "anna rossi", true, "Anna Rossi"},
		{&store.Scope{}, "Anna Trattoria Demo", true, "Anna"},
		{&store.Scope{}, "Annas", true, "which of 2"},
		{&store.Scope{Named: []store.RestaurantID{bar}}, "Anna", true, "Anna Rossi"},
		{&store.Scope{Carried: []store.RestaurantID{tratt}}, "Anna", true, "Anna"},
		{&store.Scope{Picks: []store.Picked{{Name: "Anna", Restaurant: bar, Chat: dir[2].Chat}}}, "anna", true, "Anna Rossi"},
		{&store.Scope{Picks: []store.Picked{{Name: "Anna", Restaurant: tratt, Chat: dir[2].Chat}}}, "anna", true, "which of 2"},
		{&store.Scope{}, "Lucia", true, "nobody"}, // only in a group
		{&store.Scope{}, "Lucia", false, "Osteria Uno & friends"},
		{&store.Scope{}, "cafe beispiel", true, "Jonas"},
		{&store.Scope{}, "Trattoria", true, "Anna"},
		{&store.Scope{}, "Tratoria", true, "Anna"},
		{&store.Scope{}, "Bruno", true, "nobody"},
		{&store.Scope{}, dir[1].Chat.String(), true, "nobody"},
		{&store.Scope{}, "%", true, "nobody"},
		{&store.Scope{}, "", true, "nobody"},
	} {
		if got := find(c.scope, c.name, c.direct); got != c.want {
			t.Errorf("%q with %v: got %s, want %s", c.name, c.scope.Named, got, c.want)
		}
	}
	for words, want := range map[string]int{"who waits?": 0, "what did Anna write?": 2, "was hat jonas geschrieben": 2, "Annas letzte Nachricht": 2,
		"show me the bar": 0, "Bar Prova": 1, "which restaurants are paused": 0, "lucia": 1, "Trattoria Demo": 1, "move them to paused": 0} {
		if got := len(dir.Named(words)); got != want {
			t.Errorf("%q names %d, want %d", words, got, want)
		}
	}
}
