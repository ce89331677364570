package store_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"marketa/store"
)

// about is what the vendor says around a message: these files.
func about(id string, files ...store.FileSaid) store.About {
	return store.About{Channel: "marketa", VendorID: store.VendorMessageID(id), Files: files}
}

func photoSaid(name string) store.FileSaid {
	return store.FileSaid{Kind: "image", VendorID: "jpeg-" + name, Link: "https://files.example/" + name, MIME: "image/jpeg", Bytes: 10, SHA256: store.HashText(name)}
}

func voiceSaid(name string) store.FileSaid {
	return store.FileSaid{Kind: "voice", VendorID: "oga-" + name, MIME: "audio/ogg", Bytes: 10, SHA256: store.HashText(name), Seconds: 14}
}

// sends is a client's message with files.
func (w *world) sends(chat, id, kind, body string, files ...store.FileSaid) {
	w.Helper()
	m := message(chat, id, body)
	m.Kind = kind
	w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Events: []store.Inbound{m}, Abouts: []store.About{about(id, files...)}}))
}

func (w *world) mediaOf(id string) store.MediaID {
	w.Helper()
	return ask[store.MediaID](w, `SELECT f.id FROM media f JOIN messages m ON m.id = f.message_id WHERE m.vendor_id = $1 ORDER BY f.n LIMIT 1`, id)
}

// fetched leases the file of a message and keeps it.
func (w *world) fetched(chat, id, content string) store.Media {
	w.Helper()
	var f store.Media
	r := w.chat(chat).RestaurantID
	w.app(r, func(tx *store.Tx) (err error) {
		var token store.LeaseToken
		if f, token, err = tx.LeaseMedia(w.ctx, w.mediaOf(id), false); err != nil {
			return err
		}
		return tx.KeepMedia(w.ctx, f, token, keptAs(r, content))
	})
	return f
}

func keptAs(r store.RestaurantID, content string) store.Kept {
	return store.Kept{Key: r.String() + "/" + content, SHA256: store.HashText(content), Bytes: int64(len(content)), MIME: "image/jpeg", Width: 4, Height: 3}
}

// filesOf gives a tenant rows in the tables of files: at the message that its pending card answers.
func (w *world) filesOf(x *tenant, c store.Chat) {
	w.Helper()
	w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Abouts: []store.About{about("m2-"+x.mark, photoSaid(x.mark)), about("m3-"+x.mark, voiceSaid(x.mark))}}))
	x.media = w.fetched(x.mark, "m2-"+x.mark, "picture of "+x.mark)
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) {
		x.waiting, x.waits, err = tx.LeaseMedia(w.ctx, w.mediaOf("m3-"+x.mark), false)
		return err
	})
	w.lookedAt(x, c)
	w.given(x, c)
	w.desk(func(tx *store.Tx) (err error) {
		w.must(tx.WantFiles(w.ctx, x.pending))
		x.shows, err = tx.LeaseFiles(w.ctx, x.pending)
		return errors.Join(err, tx.FileShown(w.ctx, store.Showing{MediaID: x.media.ID, TgChatID: 2, Part: "file", ApprovalID: x.pending}, 7))
	})
}

// reachesOfFiles are the methods about files, each aimed at a tenant's rows.
func reachesOfFiles(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	return map[string]func(tx *store.Tx) (any, error){
		"Awaited":    func(tx *store.Tx) (any, error) { return tx.Awaited(ctx, x.chat.ID) },
		"FetchLater": func(tx *store.Tx) (any, error) { return tx.FetchLater(ctx, x.waiting, x.waits, true) },
		"FileShown": only(func(tx *store.Tx) error {
			return tx.FileShown(ctx, store.Showing{MediaID: x.media.ID, TgChatID: 3, Part: "file"}, 1)
		}),
		"FilesShown":  only(func(tx *store.Tx) error { return tx.FilesShown(ctx, x.pending, x.shows) }),
		"FilesToShow": func(tx *store.Tx) (any, error) { return tx.FilesToShow(ctx, x.pending) },
		"KeepMedia": only(func(tx *store.Tx) error {
			return tx.KeepMedia(ctx, x.waiting, x.waits, keptAs(x.chat.RestaurantID, "intruder"))
		}),
		"LeaseFiles":   func(tx *store.Tx) (any, error) { return tx.LeaseFiles(ctx, x.pending) },
		"LeaseMedia":   func(tx *store.Tx) (any, error) { f, _, err := tx.LeaseMedia(ctx, x.waiting.ID, false); return f, err },
		"ListenLater":  only(func(tx *store.Tx) error { return tx.ListenLater(ctx, x.waiting, x.waits) }),
		"NewWay":       only(func(tx *store.Tx) error { return tx.NewWay(ctx, x.waiting, x.waits, "intruder", "intruder") }),
		"CountGallery": func(tx *store.Tx) (any, error) { return tx.CountGallery(ctx) },
		"TakeGift": only(func(tx *store.Tx) error {
			return tx.TakeGift(ctx, store.Gift{RestaurantID: x.chat.RestaurantID, FileID: "intruder"})
		}),
		"LeaseGift": func(tx *store.Tx) (any, error) { g, _, err := tx.LeaseGift(ctx, x.gift); return g, err },
		"RenewGift": only(func(tx *store.Tx) error { return tx.RenewGift(ctx, x.gift, x.looks) }),
		"GiftDone":  only(func(tx *store.Tx) error { return tx.GiftDone(ctx, x.gift, x.looks, true) }),
		"GiftLater": only(func(tx *store.Tx) error { _, err := tx.GiftLater(ctx, store.Gift{ID: x.gift}, x.looks); return err }),
		"Gallery":   func(tx *store.Tx) (any, error) { return tx.Gallery(ctx, 99) },
		"GivePhoto": func(tx *store.Tx) (any, error) {
			_, fresh, err := tx.GivePhoto(ctx, store.ManagerID{}, keptAs(x.chat.RestaurantID, "intruder"))
			return fresh, err
		},
		"HasVector":  func(tx *store.Tx) (any, error) { return tx.HasVector(ctx, x.picture.ID, "model of "+x.mark) },
		"LeasePhoto": func(tx *store.Tx) (any, error) { p, _, err := tx.LeasePhoto(ctx, x.picture.ID); return p, err },
		"Photo":      func(tx *store.Tx) (any, error) { return tx.Photo(ctx, x.picture.ID) },
		"PhotoDeveloped": only(func(tx *store.Tx) error {
			return tx.PhotoDeveloped(ctx, x.picture, x.looks, store.Developed{FullKey: "intruder"})
		}),
		"PhotoDone":   only(func(tx *store.Tx) error { return tx.PhotoDone(ctx, x.picture.ID, x.looks) }),
		"PhotoLater":  func(tx *store.Tx) (any, error) { return tx.PhotoLater(ctx, x.picture, x.looks) },
		"PhotoPlaced": only(func(tx *store.Tx) error { return tx.PhotoPlaced(ctx, x.picture, x.looks, somewhere(), "intruder") }),
		"PhotoSeen":   only(func(tx *store.Tx) error { return tx.PhotoSeen(ctx, x.picture, x.looks) }),
		"PhotoWaits":  only(func(tx *store.Tx) error { return tx.PhotoWaits(ctx, x.picture.ID, x.looks) }),
		"RenewPhoto":  only(func(tx *store.Tx) error { return tx.RenewPhoto(ctx, x.picture.ID, x.looks) }),
		"Photos":      func(tx *store.Tx) (any, error) { return tx.Photos(ctx, 99) },
		"ReactionsToUs": func(tx *store.Tx) (any, error) {
			return tx.ReactionsToUs(ctx, x.chat.ID, []store.Message{{VendorID: "m2-" + store.VendorMessageID(x.mark)}})
		},
		"RefuseMedia":    only(func(tx *store.Tx) error { return tx.RefuseMedia(ctx, x.waiting, x.waits) }),
		"RenewFiles":     only(func(tx *store.Tx) error { return tx.RenewFiles(ctx, x.pending, x.shows) }),
		"RenewMedia":     only(func(tx *store.Tx) error { return tx.RenewMedia(ctx, x.waiting.ID, x.waits) }),
		"ShowFilesLater": only(func(tx *store.Tx) error { return tx.ShowFilesLater(ctx, x.pending, x.shows, time.Hour) }),
		"ShownWith":      func(tx *store.Tx) (any, error) { c, _, err := tx.ShownWith(ctx, 2, 7); return c, err },
		"WantFiles":      only(func(tx *store.Tx) error { return tx.WantFiles(ctx, x.pending) }),
		"WantsBlob":      func(tx *store.Tx) (any, error) { return tx.WantsBlob(ctx, x.waiting, "x") },
	}
}

func TestAFileIsARowOnceHoweverOftenItIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 3 {
		w.sends("anna", "m1", "image", "[photo]", photoSaid("terrace"))
	}
	same(w, 1, `SELECT count(*) FROM media`)
	same(w, 1, `SELECT count(*) FROM river_job WHERE kind = 'fetch_media'`)
	same(w, true, `SELECT state = 'waiting' AND said_sha256 = $1 AND said_bytes = 10 AND awaited_until IS NOT NULL FROM media`, store.HashText("terrace"))
}

func TestAnAlbumInOneMessageHasAllItsFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sends("anna", "m1", "album", "[album of 3]", photoSaid("a"), photoSaid("b"), photoSaid("c"))
	same(w, "jpeg-a jpeg-b jpeg-c", `SELECT string_agg(vendor_id, ' ' ORDER BY n) FROM media`)
}

func TestExactlyTheSamePictureIsInTheGalleryOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, id := range []string{"m1", "m2"} {
		w.sends("anna", id, "image", "[photo]", photoSaid("terrace"))
		w.fetched("anna", id, "terrace")
	}
	w.sends("bruno", "b1", "image", "[photo]", photoSaid("terrace"))
	w.fetched("bruno", "b1", "terrace")
	for _, who := range []string{"anna", "bruno"} { // each has it, and of the other's nothing
		w.app(w.chat(who).RestaurantID, func(tx *store.Tx) error {
			p, err := tx.Photos(w.ctx, 9)
			if len(p) != 1 || p[0].Source != "whatsapp" || p[0].Rights != "client" || p[0].Width != 4 || !bytes.Equal(p[0].SHA256, store.HashText("terrace")) {
				t.Errorf("%s has %+v", who, p)
			}
			return err
		})
	}
}

func TestWhatIsToBeViewedOnceIsNotFetched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	once := photoSaid("secret")
	once.Once = true
	w.sends("anna", "m1", "image", "[photo]", once)
	same(w, "once", `SELECT state FROM media WHERE next_at IS NULL AND awaited_until IS NULL`)
	same(w, 0, `SELECT count(*) FROM river_job WHERE kind = 'fetch_media'`)
}

func TestADeletedMessageTakesItsFileAlong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sends("anna", "m1", "image", "[photo]", photoSaid("kept"))
	w.fetched("anna", "m1", "kept")
	w.sends("anna", "m2", "image", "[photo]", photoSaid("late"))
	r := w.chat("anna").RestaurantID
	var f store.Media
	var token store.LeaseToken
	w.app(r, func(tx *store.Tx) (err error) {
		f, token, err = tx.LeaseMedia(w.ctx, w.mediaOf("m2"), false)
		return err
	})
	for _, id := range []string{"m1", "m2"} {
		gone := message("anna", "x-"+id, "")
		gone.Op, gone.Target = store.OpDelete, store.VendorMessageID(id)
		w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Events: []store.Inbound{gone}, Abouts: []store.About{about(id)}}))
	}
	// Deleted while it was being copied: the copy does not count.
	if err := w.appErr(r, func(tx *store.Tx) error { return tx.KeepMedia(w.ctx, f, token, keptAs(r, "late")) }); !store.IsLeaseLost(err) {
		t.Errorf("it is kept all the same: %v", err)
	}
	same(w, 2, `SELECT count(*) FROM media WHERE state = 'withdrawn' AND next_at IS NULL AND awaited_until IS NULL`)
	w.app(r, func(tx *store.Tx) error {
		p, err := tx.Photos(w.ctx, 9)
		if len(p) != 0 {
			t.Errorf("the gallery still has %+v", p)
		}
		return err
	})
}

func TestAFetchThatFailsIsTriedWithGrowingPausesAndGivenUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		gone bool
		want int // tries
	}{{"TheVendorIsAway", false, 8}, {"EveryWaySaysNo", true, 4}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.sends("anna", "m1", "image", "[photo]", photoSaid("terrace"))
			var pauses []time.Duration
			for tries := 1; ; tries++ {
				var lost bool
				w.app(w.chat("anna").RestaurantID, func(tx *store.Tx) error {
					f, token, err := tx.LeaseMedia(w.ctx, w.mediaOf("m1"), false)
					if err == nil {
						lost, err = tx.FetchLater(w.ctx, f, token, tt.gone)
					}
					return err
				})
				if lost {
					if tries != tt.want || !slices.IsSorted(pauses) {
						t.Errorf("given up after %d tries, pauses %v", tries, pauses)
					}
					break
				}
				pause := ask[time.Time](w, `SELECT next_at FROM media`).Sub(w.clock.Now())
				pauses = append(pauses, pause)
				w.clock.Advance(pause)
			}
			same(w, "lost", `SELECT state FROM media WHERE next_at IS NULL AND awaited_until IS NULL`)
		})
	}
}

func TestTheSweeperBringsFilesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sends("anna", "m1", "voice", "[voice note] 14 s", voiceSaid("hello"))
	w.exec(`DELETE FROM river_job`)
	sweep := func(kind string) {
		t.Helper()
		w.clock.Advance(store.LeaseTime + 3*time.Second)
		_, err := w.db.Sweep(w.ctx, 8*time.Second, 45*time.Second)
		w.must(err)
		same(w, 1, `SELECT count(*) FROM river_job WHERE kind = $1`, kind)
	}
	sweep("fetch_media")
	w.fetched("anna", "m1", "hello")
	w.exec(`DELETE FROM river_job`)
	sweep("listen")
}

// heard listens to the voice note of a message.
func (w *world) heard(chat, id, words string) {
	w.Helper()
	var f store.Media
	var token store.LeaseToken
	w.app(w.chat(chat).RestaurantID, func(tx *store.Tx) (err error) { f, token, err = tx.LeaseMedia(w.ctx, w.mediaOf(id), true); return err })
	w.must(w.db.Hear(store.WithRestaurant(w.ctx, w.chat(chat).RestaurantID), f, token, words))
}

func TestALateTranscriptPutsTheDraftOutOfDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	w.sends("anna", "m1", "voice", "[voice note] 14 s", voiceSaid("hello"))
	w.fetched("anna", "m1", "hello")
	w.card(w.chat("anna"), "a draft by somebody who heard nothing")
	id := w.pending(w.chat("anna"))
	before := w.chat("anna")
	w.heard("anna", "m1", "siamo chiusi domenica")
	if c := w.chat("anna"); c.Watermark != before.Watermark+1 || c.BusySince == nil {
		t.Errorf("no fresh turn is due: %+v", c)
	}
	w.desk(func(tx *store.Tx) error {
		d, err := tx.Decide(w.ctx, press(id, store.Send))
		if d.Outcome != "stale" {
			t.Errorf("the old draft could be sent: %s", d.Outcome)
		}
		return err
	})
	same(w, 1, `SELECT count(*) FROM river_job WHERE kind = 'run_turn' AND args ->> 'chat' = $1 AND id > (SELECT max(id) FROM river_job WHERE kind = 'listen')`, before.ID.String())
}

func TestATranscriptThatChangesNothingDisturbsNobody(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, words string
		before      func(w *world)
	}{
		{"NoWords", "", func(*world) {}},
		{"AnsweredMeanwhile", "ciao", func(w *world) { w.exec(`UPDATE chats SET handled = watermark`) }},
		{"TakenBack", "ciao", func(w *world) { w.exec(`UPDATE messages SET deleted_at = now()`) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.sends("anna", "m1", "voice", "[voice note] 14 s", voiceSaid("hello"))
			w.fetched("anna", "m1", "hello")
			tt.before(w)
			before := w.chat("anna").Watermark
			w.heard("anna", "m1", tt.words)
			if now := w.chat("anna").Watermark; now != before {
				t.Errorf("the watermark rose from %d to %d", before, now)
			}
			same(w, tt.words, `SELECT transcript FROM media WHERE heard <> 'waiting' AND next_at IS NULL`)
		})
	}
}

func TestAChatThatMovesBringsItsPhotosAlsoWhereTheyAreAlready(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, who := range []string{"anna", "bruno"} {
		w.sends(who, "m-"+who, "image", "[photo]", photoSaid("terrace"))
		w.fetched(who, "m-"+who, "terrace")
	}
	w.sends("anna", "m2", "image", "[photo]", photoSaid("kitchen"))
	w.fetched("anna", "m2", "kitchen")
	to := w.chat("bruno").RestaurantID
	w.exec(`UPDATE chats SET restaurant_id = $1 WHERE id = $2`, to, w.chat("anna").ID)
	w.app(to, func(tx *store.Tx) error {
		p, err := tx.Photos(w.ctx, 9)
		if len(p) != 2 {
			t.Errorf("%d photos, want the terrace once and the kitchen", len(p))
		}
		return err
	})
	same(w, 3, `SELECT count(*) FROM photos WHERE restaurant_id = $1`, to)
}

func TestAReactionStartsNoTurnAndRedrawsTheCard(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	c, id := w.asked("anna", "a che ora?", draft)
	rev := ask[int64](w, `SELECT rev FROM views WHERE approval_id = $1`, id)
	mark := w.chat("anna").Watermark
	r := message("anna", "r1", "👍")
	r.Op, r.Kind, r.Quoted = store.OpReaction, "reaction", ask[store.VendorMessageID](w, `SELECT vendor_id FROM messages WHERE chat_id = $1 LIMIT 1`, c.ID)
	w.must(w.db.Ingest(w.ctx, store.Webhook{Body: []byte("{}"), Events: []store.Inbound{r}, Abouts: []store.About{about("r1")}}))
	same(w, rev+1, `SELECT rev FROM views WHERE approval_id = $1`, id)
	if now := w.chat("anna").Watermark; now != mark {
		t.Errorf("the watermark rose to %d", now)
	}
	w.desk(func(tx *store.Tx) error {
		v, err := tx.View(w.ctx, id)
		if len(v.Reacted) != 1 || v.Reacted[0].Emoji != "👍" {
			t.Errorf("the card does not know: %+v", v.Reacted)
		}
		return err
	})
}
