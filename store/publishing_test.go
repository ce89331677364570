package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"marketa/store"
)

// reachesOfPublishing are the methods about publications on their way, each aimed at a tenant's rows.
func reachesOfPublishing(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	news := store.PostNews{PostID: x.publishes.PostID, CreatedAt: monday}
	return map[string]func(tx *store.Tx) (any, error){
		"RenewPublication": only(func(tx *store.Tx) error { return tx.RenewPublication(ctx, x.publication, x.published) }),
		"Attempt": only(func(tx *store.Tx) error {
			p := x.publishes
			_, err := tx.Attempt(ctx, &p, x.published)
			return err
		}),
		"TakenPosts": func(tx *store.Tx) (any, error) {
			return tx.TakenPosts(ctx, store.Publication{Network: store.Instagram})
		},
		"SettlePublication": func(tx *store.Tx) (any, error) {
			return tx.SettlePublication(ctx, x.publication, store.DropAction, marta)
		},
		"Live":           func(tx *store.Tx) (any, error) { return tx.Live(ctx, x.publishes.PostID) },
		"ToldLive":       only(func(tx *store.Tx) error { return tx.ToldLive(ctx, x.publishes.PostID) }),
		"FirstPublished": only(func(tx *store.Tx) error { _, err := tx.FirstPublished(ctx, x.publishes.PostID); return err }),
		"PictureKey":     only(func(tx *store.Tx) error { _, err := tx.PictureKey(ctx); return err }),
		"PictureOf":      func(tx *store.Tx) (any, error) { key, _, err := tx.PictureOf(ctx, x.post.VersionID); return key, err },
		"PublicationAt":  func(tx *store.Tx) (any, error) { p, _, err := tx.PublicationAt(ctx, x.publication); return p, err },
		"NoticeAt":       func(tx *store.Tx) (any, error) { s, _, err := tx.NoticeAt(ctx, 1, x.card.MessageID); return s, err },
		"LeaseNews":      func(tx *store.Tx) (any, error) { n, _, err := tx.LeaseNews(ctx, news.PostID); return n, err },
		"NewsLater":      only(func(tx *store.Tx) error { _, err := tx.NewsLater(ctx, news, store.LeaseToken{}, time.Hour); return err }),
		"DropNews":       only(func(tx *store.Tx) error { return tx.DropNews(ctx, news, store.LeaseToken{}) }),
		"NewsHeld":       only(func(tx *store.Tx) error { return tx.NewsHeld(ctx, news, store.LeaseToken{}, x.chat.ID) }),
		"ClientChat":     func(tx *store.Tx) (any, error) { c, _, err := tx.ClientChat(ctx, news.PostID); return c, err },
		"SafetyFindings": only(func(tx *store.Tx) error {
			_, err := tx.SafetyFindings(ctx, store.PostVersion{PhotoID: x.photo, Caption: "x"}, news.PostID, monday)
			return err
		}),
	}
}

// due is a publication that a manager has released.
func (w *world) due() (store.RestaurantID, store.PublicationID) {
	w.Helper()
	r, a := w.waitingPost()
	d := w.decidePost(sendPost(a))
	if d.Outcome != "ok" {
		w.Fatalf("%+v", d)
	}
	return r, d.Published[0]
}

func (w *world) settled(id store.PublicationID, a store.Action, who int64) (s store.SettledPublication) {
	w.Helper()
	w.desk(func(tx *store.Tx) (err error) { s, err = tx.SettlePublication(w.ctx, id, a, who); return err })
	return s
}

func TestTheRowDecidesWhatAWordAboutAPublicationDoes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, id := w.due()
	w.exec(`UPDATE managers SET role = 'viewer' WHERE telegram_id = $1`, ben)
	for _, tt := range []struct {
		state string
		a     store.Action
		want  string
	}{
		{"asked", store.ThereAction, "published"}, {"asked", store.AgainAction, "due"}, {"asked", store.DropAction, "withdrawn"},
		{"failed", store.AgainAction, "due"}, {"failed", store.DropAction, "withdrawn"}, {"failed", store.ThereAction, ""}, {"failed", store.AnywayAction, ""},
		{"held", store.AnywayAction, "due"}, {"held", store.DropAction, "withdrawn"}, {"held", store.AgainAction, ""}, {"held", store.ThereAction, ""},
		{"unknown", store.AgainAction, ""}, {"publishing", store.DropAction, ""}, {"published", store.AgainAction, ""}, {"due", store.AnywayAction, ""}, {"withdrawn", store.AgainAction, ""},
	} {
		w.exec(`UPDATE publications SET state = $2, findings = '{children}', accepted = '{rights}', attempts = 3, attempted_at = now(), next_at = NULL WHERE id = $1`, id, tt.state)
		if s := w.settled(id, tt.a, ben); s.Outcome != "denied" {
			t.Errorf("a viewer: %+v", s)
		}
		s := w.settled(id, tt.a, marta)
		switch {
		case tt.want == "" && (s.Outcome != "already" || s.State != tt.state):
			t.Errorf("%s %s: %+v", tt.state, tt.a, s)
		case tt.want != "" && (s.Outcome != "ok" || s.State != tt.want):
			t.Errorf("%s %s: %+v", tt.state, tt.a, s)
		case tt.want == "due":
			same(w, true, `SELECT attempts = 0 AND attempted_at IS NULL AND next_at IS NOT NULL AND checked_at IS NULL AND findings = '{}' FROM publications WHERE id = $1`, id)
			same(w, tt.a == store.AnywayAction, `SELECT 'children' = ANY(accepted) FROM publications WHERE id = $1`, id)
		}
	}
	same(w, true, `SELECT count(*) = 7 AND bool_and(actor LIKE 'manager:%') FROM audit WHERE action LIKE 'publication.%'`)
}

// The app works publications, and releases nothing.
func TestTheAppReleasesNoPublicationItself(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, id := w.due()
	for _, sql := range []string{`UPDATE publications SET accepted = '{children}'`, `SELECT settle_publication('` + id.String() + `', 'anyway', 1, now())`, `UPDATE picture_keys SET key = sha256('x')`} {
		if err := w.as("marketa_app", r, sql); !store.IsRefused(err) {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func TestOneOfAnAccountHangsInTheAirAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r, one := w.due()
	w.exec(`UPDATE publications SET target = 'same' WHERE restaurant_id = $1`, r)
	two := ask[store.PublicationID](w, `SELECT id FROM publications WHERE id <> $1`, one)
	attempt := func(id store.PublicationID) (free bool, p store.Publication, token store.LeaseToken) {
		w.app(r, func(tx *store.Tx) (err error) {
			if p, token, err = tx.LeasePublication(w.ctx, id); err != nil {
				return err
			}
			free, err = tx.Attempt(w.ctx, &p, token)
			return err
		})
		return free, p, token
	}
	free, p, token := attempt(one)
	if !free || p.State != "publishing" || p.AttemptedAt == nil || p.Attempts != 1 {
		t.Fatalf("%v %+v", free, p)
	}
	if free, _, _ := attempt(two); free {
		t.Error("two at once")
	}
	p.State, p.NextAt = "published", nil
	w.app(r, func(tx *store.Tx) error { return tx.SavePublication(w.ctx, p, token, true) })
	w.clock.Advance(store.LeaseTime + time.Second)
	if free, _, _ := attempt(two); !free {
		t.Error("it never gets its turn")
	}
}

func TestWhatNobodyKnowsAboutAPhotoHoldsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	photo := w.photoOf("anna")
	r := w.chat("anna").RestaurantID
	fine := `state = 'analyzed', analyzed_at = now(), rights = 'client', source = 'whatsapp', risk = 0, quality = 1, children = false, faces = false, logos = false, text_in_image = '', withdrawn_at = NULL`
	v := written(photo, "Torta")
	for name, tt := range map[string]struct {
		set   string
		v     func(*store.PostVersion)
		key   string
		grade store.SafetyGrade
	}{
		"nothing":         {},
		"not looked at":   {set: `state = 'unknown'`, key: "photo: nobody has looked at it yet"},
		"no rights":       {set: `rights = 'unknown'`, key: "photo: nobody has given us the right"},
		"risky":           {set: `risk = 0.7, risk_notes = 'smoke'`, key: "photo: too risky"},
		"children":        {set: `children = true, faces = true`, key: "children"},
		"faces":           {set: `faces = true`, key: "faces", grade: store.Shown},
		"logos":           {set: `logos = true`, key: "logos", grade: store.Shown},
		"text":            {set: `text_in_image = '-50% TODAY'`, key: "text", grade: store.Shown},
		"taken back":      {set: `withdrawn_at = now()`, key: "photo", grade: store.Stops},
		"somebody else's": {v: func(v *store.PostVersion) { v.PhotoID = store.PhotoID{1} }, key: "photo", grade: store.Stops},
		"long":            {v: func(v *store.PostVersion) { v.Caption = strings.Repeat("ж", 2190) }, key: "caption", grade: store.Stops},
		"hashtags":        {v: func(v *store.PostVersion) { v.Hashtags = strings.Split(strings.Repeat("a ", 30)+"a", " ") }, key: "hashtags", grade: store.Stops},
		"mentions":        {v: func(v *store.PostVersion) { v.Caption = strings.Repeat("@a ", 21) }, key: "mentions", grade: store.Stops},
	} {
		w.exec(`UPDATE photos SET ` + fine + ` WHERE id = '` + photo.String() + `'`)
		if tt.set != "" {
			w.exec(`UPDATE photos SET ` + tt.set + ` WHERE id = '` + photo.String() + `'`)
		}
		one := v
		if tt.v != nil {
			tt.v(&one)
		}
		var found []store.SafetyFinding
		w.app(r, func(tx *store.Tx) (err error) {
			found, err = tx.SafetyFindings(w.ctx, one, store.PostID{}, w.clock.Now())
			return err
		})
		switch {
		case tt.key == "" && len(found) > 0:
			t.Errorf("%s: %+v", name, found)
		case tt.key != "" && (len(found) != 1 || !strings.HasPrefix(found[0].Key, tt.key) || found[0].Grade != tt.grade || found[0].Words == ""):
			t.Errorf("%s: %+v", name, found)
		}
	}
	shown := store.SafetyFinding{Key: "faces", Words: "people", Grade: store.Shown}
	holds := store.SafetyFinding{Key: "children", Words: "children"}
	for _, f := range []store.SafetyFinding{shown, holds} {
		if v.Warnings = []string{f.Words}; f.Accepted(v, nil) != (f.Grade == store.Shown) {
			t.Error("shown on the card:", f)
		}
		if v.Warnings = nil; f.Accepted(v, nil) || !f.Accepted(v, []string{f.Key}) {
			t.Error("released:", f)
		}
	}
}

func TestTheCaptionIsWhatPeopleRead(t *testing.T) {
	t.Parallel()
	v := store.PostVersion{Caption: "Torta. "}
	if v.Words() != "Torta. " {
		t.Errorf("%q", v.Words())
	}
	v.Hashtags = []string{"torta", "milano"}
	if got := fmt.Sprintf("%q", v.Words()); got != `"Torta.\n\n#torta #milano"` {
		t.Error(got)
	}
}
