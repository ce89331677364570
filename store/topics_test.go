package store_test

import (
	"context"
	"testing"
	"time"

	"marketa/store"
)

const forum = -1002000000001

// topic leases the making of a topic and records it.
func (w *world) topic(r store.RestaurantID, name string, thread int64) {
	w.Helper()
	w.exec(`INSERT INTO tg_chats (tg_chat_id, forum) VALUES ($1, true) ON CONFLICT DO NOTHING`, forum)
	w.desk(func(tx *store.Tx) error {
		if _, err := tx.LeaseTopic(w.ctx, forum, r, name); err != nil {
			return err
		}
		return tx.SaveTopic(w.ctx, forum, r, thread)
	})
}

func (w *world) ownerOf(thread int64) (id store.RestaurantID, ok bool) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { id, ok, err = tx.RestaurantOfTopic(w.ctx, forum, thread); return err })
	return id, ok
}

func TestATopicTellsItsRestaurant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"), message("jonas", "m2", "hallo"))
	anna, jonas := w.chat("anna").RestaurantID, w.chat("jonas").RestaurantID
	w.topic(anna, "Anna", 44)
	w.topic(jonas, "Jonas", 45)
	for thread, want := range map[int64]store.RestaurantID{44: anna, 45: jonas, 0: {}, 46: {}} {
		if id, ok := w.ownerOf(thread); id != want || ok == want.IsZero() {
			t.Errorf("topic %d belongs to %s (%v), want %s", thread, id, ok, want)
		}
	}
	w.topic(anna, "Anna", 47) // it has one
	if _, ok := w.ownerOf(47); ok {
		t.Error("a second topic counts")
	}
}

func TestOneWorkerMakesATopic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	r := w.chat("anna").RestaurantID
	lease := func() (found store.Topic) {
		w.desk(func(tx *store.Tx) (err error) { found, err = tx.LeaseTopic(w.ctx, forum, r, "Anna"); return err })
		return found
	}
	first := lease()
	if !first.Ours || lease().Ours {
		t.Fatal("not exactly one has it")
	}
	w.clock.Advance(store.LeaseTime + time.Second) // the first one has died
	if !lease().Ours {
		t.Fatal("nobody takes over")
	}
	w.desk(func(tx *store.Tx) error { return tx.TopicLater(w.ctx, first, true, tx.Now.Add(time.Minute)) })
	if again := lease(); again.Ours || again.Doubts != 1 {
		t.Errorf("before its time: %+v", again)
	}
	w.desk(func(tx *store.Tx) error { return tx.AdoptTopic(w.ctx, forum, 44, "Anna") })
	if id, _ := w.ownerOf(44); id != r {
		t.Error("the topic that came without an answer is not taken")
	}
}

func TestATopicOfAnUnclearNameIsNobodys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"), message("jonas", "m2", "hallo"))
	w.desk(func(tx *store.Tx) error {
		for _, name := range []string{"anna", "jonas"} {
			if _, err := tx.LeaseTopic(w.ctx, forum, w.chat(name).RestaurantID, "New contact"); err != nil {
				return err
			}
		}
		return nil
	})
	w.desk(func(tx *store.Tx) error { return tx.AdoptTopic(w.ctx, forum, 44, "New contact") })
	if _, ok := w.ownerOf(44); ok {
		t.Error("it was given to one of two")
	}
}

// telegramReaches are the methods of this file's subject, aimed at a tenant's rows (tenancy_test.go).
func telegramReaches(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	t := store.Topic{TgChatID: forum, RestaurantID: x.chat.RestaurantID}
	return map[string]func(tx *store.Tx) (any, error){
		"BarTopics":      only(func(tx *store.Tx) error { return tx.BarTopics(ctx, forum, tx.Now) }),
		"BrokenInto":     func(tx *store.Tx) (any, error) { m, _, _, err := tx.BrokenInto(ctx, x.pending); return m, err },
		"CloseTgChat":    only(func(tx *store.Tx) error { return tx.CloseTgChat(ctx, 1) }),
		"HoldTgChat":     func(tx *store.Tx) (any, error) { return tx.HoldTgChat(ctx, forum, tx.Now) },
		"HoldView":       func(tx *store.Tx) (any, error) { return tx.HoldView(ctx, x.pending, store.ManagerID{}, true) },
		"LetGo":          only(func(tx *store.Tx) error { return tx.LetGo(ctx, x.pending, store.ManagerID{}) }),
		"LookAgainAtAll": only(func(tx *store.Tx) error { return tx.LookAgainAtAll(ctx) }),
		"MoveTgChat":     func(tx *store.Tx) (any, error) { return tx.MoveTgChat(ctx, 1, 2) },
		"RestaurantName": func(tx *store.Tx) (any, error) { return tx.RestaurantName(ctx, x.chat.RestaurantID) },
		"SawForum":       only(func(tx *store.Tx) error { return tx.SawForum(ctx, forum, true) }),
		"TgChat":         func(tx *store.Tx) (any, error) { return tx.TgChat(ctx, forum) },
		"TgChatNow":      func(tx *store.Tx) (any, error) { return tx.TgChatNow(ctx, forum) },
		"AdoptTopic":     only(func(tx *store.Tx) error { return tx.AdoptTopic(ctx, forum, 1, "topic of "+x.mark) }),
		"LeaseTopic":     func(tx *store.Tx) (any, error) { return tx.LeaseTopic(ctx, forum, x.chat.RestaurantID, "intruder") },
		"LoseTopic":      only(func(tx *store.Tx) error { return tx.LoseTopic(ctx, forum, x.card.MessageID) }),
		"RenamedTopic":   only(func(tx *store.Tx) error { return tx.RenamedTopic(ctx, t, "intruder") }),
		"RestaurantOfTopic": func(tx *store.Tx) (any, error) {
			r, _, err := tx.RestaurantOfTopic(ctx, forum, x.card.MessageID)
			return r, err
		},
		"SaveTopic":  only(func(tx *store.Tx) error { return tx.SaveTopic(ctx, forum, x.chat.RestaurantID, 9) }),
		"TopicLater": only(func(tx *store.Tx) error { return tx.TopicLater(ctx, t, true, tx.Now) }),
		"TopicOf": func(tx *store.Tx) (any, error) {
			t, _, err := tx.TopicOf(ctx, forum, x.chat.RestaurantID)
			return t, err
		},
	}
}
