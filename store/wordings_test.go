package store_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"marketa/store"
)

// worded is Anna's card that Marta has answered in English.
func (w *world) worded() (store.Chat, store.ApprovalID, store.WordingID) {
	w.Helper()
	c, id := w.asked("anna", "Ciao, ci siete?", "Siamo qui!", store.Proposal{Kind: "profile", Payload: json.RawMessage(`{}`), Show: "hours: 12"})
	return c, id, w.writeFor(c, id, marta, 1)
}

func (w *world) writeFor(c store.Chat, id store.ApprovalID, who int64, message int64) store.WordingID {
	w.Helper()
	w.desk(func(tx *store.Tx) error {
		return tx.OpenWording(w.ctx, store.Wording{RestaurantID: c.RestaurantID, ChatID: c.ID, ApprovalID: id, ManagerID: w.manager(who), Body: "We are here!", FromLanguage: "en", ToLanguage: "it",
			Watermark: w.chat(string(c.VendorChatID)).Watermark, PolicyVersion: policy, TgChatID: -1, TgMessageID: message})
	})
	return ask[store.WordingID](w, `SELECT id FROM wordings WHERE tg_message_id = $1`, message)
}

func (w *world) takeWording(c store.Chat, id store.WordingID) (x store.Wording, err error) {
	w.Helper()
	err = w.appErr(c.RestaurantID, func(tx *store.Tx) (err error) { x, err = tx.LeaseWording(w.ctx, id); return err })
	return x, err
}

func (w *world) holdWording(c store.Chat, x store.Wording) (held bool) {
	w.Helper()
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) { held, err = tx.HoldWording(w.ctx, x); return err })
	return held
}

func TestATranslationWaitsOnAFreshCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, old, id := w.worded()
	x, err := w.takeWording(c, id)
	w.must(err)
	x.Translated, x.Back = "Ci siamo!", "Here we are!"
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.SaveTranslation(w.ctx, x) })
	if !w.holdWording(c, x) {
		t.Fatal("not held")
	}
	fresh := w.pending(c)
	if fresh == old {
		t.Fatal("the same card")
	}
	same(w, "superseded", `SELECT state FROM approvals WHERE id = $1`, old)
	same(w, "model Ci siamo!", `SELECT d.author || ' ' || d.text FROM approvals a JOIN drafts d ON d.id = a.draft_id WHERE a.id = $1`, fresh)
	same(w, 1, `SELECT count(*) FROM proposals WHERE approval_id = $1`, fresh)
	same(w, 0, `SELECT count(*) FROM outbound`)
	w.desk(func(tx *store.Tx) error {
		v, err := tx.View(w.ctx, fresh)
		if v.Worded == nil || v.Worded.Body != "We are here!" || v.Worded.Back != "Here we are!" || v.Worded.State != "held" || len(v.Said) != 1 || len(v.Notes.Warnings) != 0 {
			t.Errorf("%+v %+v %+v", v.Worded, v.Said, v.Notes)
		}
		return err
	})
	// A second worker, or a job that comes back, does nothing any more.
	if err := w.appErr(c.RestaurantID, func(tx *store.Tx) error { _, err := tx.HoldWording(w.ctx, x); return err }); !isLost(err) {
		t.Error(err)
	}
	if _, err := w.takeWording(c, id); !isLost(err) {
		t.Error(err)
	}
	w.send(fresh, "Ci siamo!")
	same(w, "Ci siamo!", `SELECT text FROM outbound`)
}

func TestWordsComeBackWhenTheirMomentIsOver(t *testing.T) {
	t.Parallel()
	for name, happens := range map[string]func(w *world, c store.Chat, id store.ApprovalID){
		"the client writes": func(w *world, c store.Chat, _ store.ApprovalID) { w.ingest(message("anna", "m2", "Allora?")) },
		"a colleague sends": func(w *world, _ store.Chat, id store.ApprovalID) { w.send(id, "Siamo qui!") },
		"the phone answers": func(w *world, _ store.Chat, _ store.ApprovalID) { w.ingest(echo("anna", "p1", "Dimmi!")) },
		"a colleague discards": func(w *world, _ store.Chat, id store.ApprovalID) {
			w.decide(store.Press{Approval: id, Action: store.Discard, TelegramID: ben})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			c, old, id := w.worded()
			x, err := w.takeWording(c, id)
			w.must(err)
			happens(w, c, old)
			before := ask[int](w, `SELECT count(*) FROM approvals`)
			x.Translated, x.Back = "Ci siamo!", "Here we are!"
			if w.holdWording(c, x) {
				t.Error("held")
			}
			same(w, before, `SELECT count(*) FROM approvals`)
			same(w, "dropped", `SELECT state FROM wordings`)
			if told := ask[string](w, `SELECT html FROM notices WHERE kind = 'reply'`); !strings.Contains(told, "Your words were not sent") || !strings.Contains(told, "We are here!") {
				t.Error(told)
			}
		})
	}
}

func TestNewerWordsTakeThePlaceOfOlderOnes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, card, first := w.worded()
	x, err := w.takeWording(c, first)
	w.must(err)
	w.writeFor(c, card, ben, 2)
	w.writeFor(c, card, ben, 2) // the same message again
	same(w, 2, `SELECT count(*) FROM wordings`)
	same(w, 1, `SELECT count(*) FROM wordings WHERE state = 'pending'`)
	x.Translated, x.Back = "Ci siamo!", "Here we are!"
	if err := w.appErr(c.RestaurantID, func(tx *store.Tx) error { return tx.SaveTranslation(w.ctx, x) }); !isLost(err) {
		t.Error(err)
	}
}

// After kill -9 the row brings the work back, with what was translated already.
func TestWordsAreTranslatedAfterACrash(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, _, id := w.worded()
	w.forget() // the job died with its process
	wake := func() {
		t.Helper()
		w.clock.Advance(store.LeaseTime + 5*time.Second)
		_, err := w.db.Sweep(w.ctx, time.Second, time.Second)
		w.must(err)
		if w.jobs("translate_wording") == 0 {
			t.Fatal("nobody is woken")
		}
		w.forget()
	}
	wake()
	x, err := w.takeWording(c, id)
	w.must(err)
	wake() // died before the model answered
	x, err = w.takeWording(c, id)
	w.must(err)
	x.Translated = "Ci siamo!"
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.SaveTranslation(w.ctx, x) })
	wake() // died after that
	x, err = w.takeWording(c, id)
	w.must(err)
	if x.Translated != "Ci siamo!" {
		t.Errorf("lost: %+v", x)
	}
	x.Back = "Here we are!"
	w.app(c.RestaurantID, func(tx *store.Tx) error { return tx.SaveTranslation(w.ctx, x) })
	wake()
	x, err = w.takeWording(c, id)
	w.must(err)
	if !w.holdWording(c, x) {
		t.Error("not held")
	}
	w.desk(func(tx *store.Tx) error {
		what, err := tx.Outstanding(w.ctx, 0)
		if strings.Contains(what, "wordings") {
			t.Error(what)
		}
		return err
	})
}

func TestNobodyButTheManagerWritesHisWords(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, _, _ := w.worded()
	for name, sql := range map[string]string{
		"other words":     `UPDATE wordings SET body = 'x'`,
		"words of nobody": `INSERT INTO wordings SELECT gen_random_uuid(), restaurant_id, chat_id, approval_id FROM wordings`,
		"no words":        `DELETE FROM wordings`,
	} {
		for _, role := range []string{"marketa_app", "marketa_ingest"} {
			x := &target{world: w, chat: c}
			if err := x.try(role, sql); code(err) != "42501" {
				t.Errorf("%s as %s: %v", name, role, err)
			}
		}
	}
}
