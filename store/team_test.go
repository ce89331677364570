package store_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"marketa/store"
)

func (w *world) managerID(telegramID int64) store.ManagerID {
	w.Helper()
	return ask[store.ManagerID](w, `SELECT id FROM managers WHERE telegram_id = $1`, telegramID)
}

// uses is somebody bringing a code.
func (w *world) uses(who int64, code string) (j store.Joined) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) {
		j, err = tx.UseCode(w.ctx, who, fmt.Sprint("Person ", who), code)
		return err
	})
	return j
}

func (w *world) claim(code string) (needed bool) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { needed, err = tx.NewClaim(w.ctx, store.HashCode(code)); return err })
	return needed
}

func (w *world) invited(by int64, role, code string) (id store.CodeID) {
	w.Helper()
	id = store.NewCodeID()
	w.desk(func(tx *store.Tx) error {
		outcome, err := tx.Invite(w.ctx, by, id, role, store.HashCode(code))
		if outcome != "ok" {
			w.Errorf("invite: %s", outcome)
		}
		return err
	})
	return id
}

// Of many who bring the code at the same moment one becomes the owner.
func TestOneClaims(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	if !w.claim("AAAAA-BBBBB") {
		t.Fatal("nothing to claim")
	}
	var won atomic.Int32
	atOnce(8, func(n int) {
		var j store.Joined
		err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) (err error) {
			j, err = tx.UseCode(w.ctx, int64(2000+n), "x", "aaaaa bbbbb")
			return err
		})
		if err != nil {
			t.Error(err)
		}
		if j.Outcome == "ok" {
			won.Add(1)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d have claimed it", won.Load())
	}
	same(w, 1, `SELECT count(*) FROM managers WHERE active AND role = 'owner'`)
	if w.claim("CCCCC-DDDDD") {
		t.Error("an owned bot has a claim code")
	}
	if j := w.uses(3000, "CCCCC-DDDDD"); j.Outcome != "wrong" {
		t.Errorf("a code that was never kept: %s", j.Outcome)
	}
}

func TestAClaimDiesWithTimeAndWithTheNextStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claim("AAAAA-BBBBB")
	w.claim("CCCCC-DDDDD")
	if j := w.uses(2000, "AAAAA-BBBBB"); j.Outcome != "spent" {
		t.Errorf("the code of an older start: %s", j.Outcome)
	}
	w.clock.Advance(store.ClaimLife)
	if j := w.uses(2000, "CCCCC-DDDDD"); j.Outcome != "spent" {
		t.Errorf("after a day: %s", j.Outcome)
	}
	same(w, 0, `SELECT count(*) FROM managers`)
}

func TestAnInviteMakesOneMemberOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.invited(marta, "manager", "INVITE")
	var won atomic.Int32
	atOnce(6, func(n int) {
		var j store.Joined
		if err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) (err error) { j, err = tx.UseCode(w.ctx, int64(2000+n), "x", "invite"); return err }); err != nil {
			t.Error(err)
		}
		if j.Outcome == "ok" && j.Role == "manager" && *j.InvitedBy == marta {
			won.Add(1)
		}
	})
	if won.Load() != 1 {
		t.Errorf("%d have come with it", won.Load())
	}
	same(w, 0, `SELECT count(*) FROM team_codes WHERE encode(hash, 'escape') LIKE '%INVITE%'`)
	// Taken back, too old, or of an owner who is none any more.
	id := w.invited(marta, "viewer", "SECOND")
	w.desk(func(tx *store.Tx) error { _, err := tx.RevokeInvite(w.ctx, marta, id); return err })
	w.invited(marta, "viewer", "THIRD")
	w.clock.Advance(store.InviteLife)
	for _, code := range []string{"SECOND", "THIRD"} {
		if j := w.uses(stranger, code); j.Outcome != "spent" {
			t.Errorf("%s: %s", code, j.Outcome)
		}
	}
	for _, who := range []int64{ben, vera, gone, stranger} {
		w.desk(func(tx *store.Tx) error {
			outcome, err := tx.Invite(w.ctx, who, store.NewCodeID(), "owner", store.HashCode(fmt.Sprint(who)))
			if outcome != "denied" {
				t.Errorf("%d invites", who)
			}
			return err
		})
	}
}

func TestGuessingIsSlow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.claim("AAAAA-BBBBB")
	for range 5 {
		w.uses(stranger, "guess")
	}
	if j := w.uses(stranger, "AAAAA-BBBBB"); j.Outcome != "limited" {
		t.Errorf("after five wrong ones: %s", j.Outcome)
	}
	for n := range 25 {
		w.uses(int64(2000+n), "guess")
	}
	if j := w.uses(4000, "AAAAA-BBBBB"); j.Outcome != "limited" {
		t.Errorf("after thirty wrong ones of many: %s", j.Outcome)
	}
	w.clock.Advance(time.Hour)
	if j := w.uses(4000, "AAAAA-BBBBB"); j.Outcome != "ok" {
		t.Errorf("an hour later: %s", j.Outcome)
	}
}

// Two owners who remove (or demote) each other at the same moment: one of them stays.
func TestAnOwnerAlwaysStays(t *testing.T) {
	t.Parallel()
	for i := range 4 {
		w := newWorld(t)
		w.hire()
		w.exec(`UPDATE managers SET role = 'owner' WHERE telegram_id = $1`, ben)
		ids := map[int64]store.ManagerID{marta: w.managerID(marta), ben: w.managerID(ben)}
		atOnce(2, func(n int) {
			who, whom := marta, ben
			if n == 1 {
				who, whom = ben, marta
			}
			err := w.db.System(w.ctx, store.Desk, func(tx *store.Tx) error {
				if i%2 == 0 {
					_, err := tx.RemoveManager(w.ctx, who, ids[whom])
					return err
				}
				_, err := tx.SetRole(w.ctx, who, ids[whom], "viewer")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
		same(w, 1, `SELECT count(*) FROM managers WHERE active AND role = 'owner'`)
	}
	// By hand neither, not even as the superuser, whether at once or one after the other.
	w := newWorld(t)
	w.hire()
	for _, sql := range []string{`UPDATE managers SET active = false`, `UPDATE managers SET role = 'viewer'`, `DELETE FROM managers WHERE telegram_id = 101`} {
		if _, err := w.root.Exec(w.ctx, sql); !store.IsRefused(err) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestARemovalTakesEffectAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	p := press(id, store.TakeOver)
	p.TelegramID = ben
	w.decide(p)
	other, waits := w.asked("bruno", "salve", draft)
	w.desk(func(tx *store.Tx) error {
		_, err := tx.OpenAsk(w.ctx, store.Ask{ManagerID: w.managerID(ben), TgChatID: 1, ApprovalID: waits, Kind: "edit"})
		return err
	})
	var c store.Change
	w.desk(func(tx *store.Tx) (err error) { c, err = tx.RemoveManager(w.ctx, marta, w.managerID(ben)); return err })
	if c.Outcome != "ok" || len(c.Handed) != 1 || c.Handed[0].Title != "anna" {
		t.Errorf("removed: %+v", c)
	}
	if a := w.chat("anna"); a.Taken(w.clock.Now()) || a.BusySince == nil {
		t.Errorf("the chat that he had taken: %+v", a)
	}
	same(w, 0, `SELECT count(*) FROM asks WHERE answered_at IS NULL`)
	p = press(waits, store.Send)
	p.TelegramID = ben
	if d := w.decide(p); d.Outcome != "denied" {
		t.Errorf("his press: %s", d.Outcome)
	}
	same(w, 0, `SELECT count(*) FROM outbound WHERE chat_id = $1`, other.ID)
}

// A press and a removal at the same moment: what counts was decided before the removal's commit, or not at all.
func TestAPressInTheMomentOfTheRemoval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	_, id := w.asked("anna", "a che ora?", draft)
	member, began, done := w.managerID(ben), make(chan struct{}), make(chan store.Decision)
	w.desk(func(tx *store.Tx) error {
		if _, err := tx.RemoveManager(w.ctx, marta, member); err != nil {
			return err
		}
		go func() {
			var d store.Decision
			_ = w.db.System(w.ctx, store.Desk, func(tx *store.Tx) (err error) {
				close(began)
				p := press(id, store.Send)
				p.TelegramID = ben
				d, err = tx.Decide(w.ctx, p) // waits for the removal
				return err
			})
			done <- d
		}()
		<-began
		return nil
	})
	if d := <-done; d.Outcome != "denied" {
		t.Errorf("it was %s", d.Outcome)
	}
	same(w, 0, `SELECT count(*) FROM outbound`)
}
