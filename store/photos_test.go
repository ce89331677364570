package store_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"marketa/store"
)

// lookedAt gives a tenant a photo that somebody looks at, with a place in the space of meanings.
func (w *world) lookedAt(x *tenant, c store.Chat) {
	w.Helper()
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) {
		p, err := tx.Photos(w.ctx, 1)
		w.must(err)
		if x.picture, x.looks, err = tx.LeasePhoto(w.ctx, p[0].ID); err != nil {
			return err
		}
		w.must(tx.PhotoDeveloped(w.ctx, x.picture, x.looks, store.Developed{FullKey: "full of " + x.mark, EXIF: json.RawMessage(`{"GPS": "home of ` + x.mark + `"}`)}))
		return tx.PhotoPlaced(w.ctx, x.picture, x.looks, somewhere(), "model of "+x.mark)
	})
}

// given is a manager's picture that is on its way.
func (w *world) given(x *tenant, c store.Chat) {
	w.Helper()
	w.desk(func(tx *store.Tx) error {
		m, _, err := tx.ManagerBy(w.ctx, marta, "")
		w.must(err)
		return tx.TakeGift(w.ctx, store.Gift{RestaurantID: c.RestaurantID, ManagerID: m.ID, TgChatID: 3, MessageID: int64(x.mark[0]), FileID: "file of " + x.mark, MIME: "image/jpeg"})
	})
	x.gift = ask[store.GiftID](w, `SELECT id FROM photo_gifts WHERE restaurant_id = $1`, c.RestaurantID)
}

func somewhere() store.Vector {
	v := make(store.Vector, store.VectorSize)
	v[7] = 1
	return v
}

// pictured is a photo of the chat's restaurant with this perceptual hash, looked at.
func (w *world) pictured(chat, id string, hash int64) store.PhotoID {
	w.Helper()
	w.sends(chat, id, "image", "", photoSaid(id))
	w.fetched(chat, id, "picture "+id)
	photo := ask[store.PhotoID](w, `SELECT p.id FROM photos p JOIN messages m ON m.id = p.message_id WHERE m.vendor_id = $1`, id)
	w.developed(chat, photo, hash)
	return photo
}

func (w *world) developed(chat string, id store.PhotoID, hash int64) {
	w.Helper()
	w.app(w.chat(chat).RestaurantID, func(tx *store.Tx) error {
		p, token, err := tx.LeasePhoto(w.ctx, id)
		if err != nil {
			return err
		}
		w.must(tx.PhotoDeveloped(w.ctx, p, token, store.Developed{FullKey: "full", FullBytes: 9, Width: 30, Height: 40, PHash: hash, EXIF: json.RawMessage(`{"place":"home"}`)}))
		p.State, p.Alt = store.PhotoAnalyzed, fmt.Sprintf("picture of %x", hash)
		w.must(tx.PhotoSeen(w.ctx, p, token))
		return tx.PhotoDone(w.ctx, id, token)
	})
}

func (w *world) gallery(chat string) (ids []store.PhotoID) {
	w.Helper()
	w.app(w.chat(chat).RestaurantID, func(tx *store.Tx) error {
		all, err := tx.Gallery(w.ctx, 99)
		for _, p := range all {
			ids = append(ids, p.ID)
		}
		return err
	})
	return ids
}

func TestOfTwoPhotosThatLookAlikeTheOlderOneStaysInTheGallery(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.pictured("a", "m1", 0b1111)
	w.clock.Advance(time.Minute)
	twin := w.pictured("a", "m2", 0b0111)
	w.clock.Advance(time.Minute)
	other := w.pictured("a", "m3", -1)
	elsewhere := w.pictured("b", "m4", 0b1111)
	if got, want := fmt.Sprint(w.gallery("a")), fmt.Sprint([]store.PhotoID{other, first}); got != want {
		t.Errorf("the gallery is %s, want %s", got, want)
	}
	if got := fmt.Sprint(w.gallery("b")); got != fmt.Sprint([]store.PhotoID{elsewhere}) {
		t.Errorf("the other restaurant's gallery is %s", got)
	}
	same(w, first.String(), `SELECT twin_of::text FROM photos WHERE id = $1`, twin)
	// The first one is taken back: its twin steps in.
	w.exec(`UPDATE photos SET withdrawn_at = now() WHERE id = $1`, first)
	if got, want := fmt.Sprint(w.gallery("a")), fmt.Sprint([]store.PhotoID{other, twin}); got != want {
		t.Errorf("without the first the gallery is %s, want %s", got, want)
	}
}

func TestTwinsAreFoundWhicheverIsLookedAtFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	first := w.pictured("a", "m1", 1)
	w.clock.Advance(time.Minute)
	second := w.pictured("a", "m2", -1)
	w.exec(`UPDATE photos SET next_at = created_at, phash = NULL`)
	w.developed("a", second, 0b11) // as if it had been faster
	w.developed("a", first, 0b01)
	same(w, first.String(), `SELECT twin_of::text FROM photos WHERE id = $1`, second)
	same(w, true, `SELECT twin_of IS NULL FROM photos WHERE id = $1`, first)
}

func TestWhereAPhotoWasTakenIsReadByNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pictured("a", "m1", 1)
	r := w.chat("a").RestaurantID
	for _, role := range []string{"marketa_app", "marketa_desk", "marketa_ingest"} {
		if err := w.as(role, r, `SELECT exif FROM photos`); err == nil {
			t.Errorf("%s reads it", role)
		}
	}
	same(w, "home", `SELECT exif ->> 'place' FROM photos`)
}

func TestRightsAndSourceOfAPhotoCannotBeChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.pictured("a", "m1", 1)
	r := w.chat("a").RestaurantID
	for _, what := range []string{"rights = 'agency'", "source = 'manager'", "restaurant_id = restaurant_id"} {
		if err := w.as("marketa_app", r, `UPDATE photos SET `+what); err == nil {
			t.Errorf("%s went through", what)
		}
	}
}

func TestAPhotoThatWasTakenBackAndComesAgainIsThereAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.pictured("a", "m1", 1)
	w.exec(`UPDATE photos SET withdrawn_at = now()`)
	w.sends("a", "m2", "image", "", photoSaid("m2"))
	w.fetched("a", "m2", "picture m1")
	if got := fmt.Sprint(w.gallery("a")); got != fmt.Sprint([]store.PhotoID{id}) {
		t.Errorf("the gallery is %s", got)
	}
	same(w, "m2", `SELECT m.vendor_id FROM photos p JOIN messages m ON m.id = p.message_id`)
}

func TestALookThatFailsIsRepeatedAndSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sends("a", "m1", "image", "", photoSaid("m1"))
	w.fetched("a", "m1", "picture m1")
	id, r := ask[store.PhotoID](w, `SELECT id FROM photos`), w.chat("a").RestaurantID
	for i, want := range []string{"new", "new", "failed", "failed"} {
		w.app(r, func(tx *store.Tx) error {
			p, token, err := tx.LeasePhoto(w.ctx, id)
			w.must(err)
			told, err := tx.PhotoLater(w.ctx, p, token)
			if told != (i == 2) {
				t.Errorf("try %d: told %v", i+1, told)
			}
			return err
		})
		same(w, want, `SELECT state FROM photos`)
		w.clock.Advance(time.Hour)
	}
	w.developed("a", id, 5)
	same(w, "analyzed 0", `SELECT state || ' ' || failures FROM photos`)
}
