package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"marketa/store"
)

// connected gives a tenant a link, a way to Facebook that is half gone, a connection, and somebody's wish to be erased.
func (w *world) connected(x *tenant) {
	w.Helper()
	w.app(x.chat.RestaurantID, func(tx *store.Tx) (err error) {
		if x.link, err = tx.MakeLink(w.ctx, x.chat.ID, store.LinkConnect, uuid.Nil); err != nil {
			return err
		}
		if x.visit, err = tx.BeginVisit(w.ctx, x.link.ID); err != nil {
			return err
		}
		x.visit.PersonName, x.visit.Token = "person of "+x.mark, []byte("token of "+x.mark)
		x.connection = connection("page of " + x.mark)
		x.connection.Link = x.link.ID
		return errors.Join(tx.StepVisit(w.ctx, x.visit, "choosing"), tx.SaveConnection(w.ctx, x.connection), tx.ConnectionStep(w.ctx, x.link.ID, "connected", x.mark))
	})
	w.desk(func(tx *store.Tx) error { _, err := tx.NewErasure(w.ctx); return err })
}

func connection(page string) store.Connection {
	return store.Connection{ID: store.NewConnectionID(), PersonID: "of " + page, PersonName: page, PageID: "id of " + page, PageName: page, Scopes: []string{"pages_show_list"},
		Token: []byte("sealed " + page), PersonToken: []byte("sealed " + page)}
}

// reachesOfConnections are the methods about links and connections, each aimed at a tenant's rows.
func reachesOfConnections(ctx context.Context, x tenant) map[string]func(tx *store.Tx) (any, error) {
	only := func(f func(tx *store.Tx) error) func(tx *store.Tx) (any, error) {
		return func(tx *store.Tx) (any, error) { return nil, f(tx) }
	}
	return map[string]func(tx *store.Tx) (any, error){
		"BeginVisit":       func(tx *store.Tx) (any, error) { return tx.BeginVisit(ctx, x.link.ID) },
		"BreakConnection":  func(tx *store.Tx) (any, error) { return tx.BreakConnection(ctx, x.connection.ID, "intruder") },
		"ConnectedBy":      func(tx *store.Tx) (any, error) { return tx.ConnectedBy(ctx, x.connection.PersonID) },
		"ConnectedPage":    func(tx *store.Tx) (any, error) { return tx.ConnectedPage(ctx, x.connection.PageID) },
		"Connection":       func(tx *store.Tx) (any, error) { c, _, err := tx.Connection(ctx); return c, err },
		"ConnectionEvents": func(tx *store.Tx) (any, error) { return tx.ConnectionEvents(ctx, 9) },
		"ConnectionStep":   only(func(tx *store.Tx) error { return tx.ConnectionStep(ctx, x.link.ID, "intruder", "") }),
		"Erased":           only(func(tx *store.Tx) error { return tx.Erased(ctx, "intruder") }),
		"ErasureOf":        func(tx *store.Tx) (any, error) { e, _, err := tx.ErasureOf(ctx, "x"); return e, err },
		"ForgetPerson":     only(func(tx *store.Tx) error { return tx.ForgetPerson(ctx, x.connection.PersonID) }),
		"HealConnection":   func(tx *store.Tx) (any, error) { return tx.HealConnection(ctx, x.connection.ID) },
		"Link":             func(tx *store.Tx) (any, error) { return tx.Link(ctx, store.LinkConnect, x.link.Token) },
		"LinkByID":         func(tx *store.Tx) (any, error) { return tx.LinkByID(ctx, x.link.ID) },
		"LinkOpened":       func(tx *store.Tx) (any, error) { return tx.LinkOpened(ctx, x.link.ID) },
		"MakeLink": func(tx *store.Tx) (any, error) {
			return tx.MakeLink(ctx, x.chat.ID, store.LinkConnect, uuid.Nil)
		},
		"NewErasure":       func(tx *store.Tx) (any, error) { return tx.NewErasure(ctx) },
		"RevokeConnection": func(tx *store.Tx) (any, error) { return tx.RevokeConnection(ctx, x.connection.ID, "intruder") },
		"SaveConnection":   only(func(tx *store.Tx) error { return tx.SaveConnection(ctx, connection("intruder")) }),
		"StepVisit":        only(func(tx *store.Tx) error { return tx.StepVisit(ctx, x.visit, "done") }),
		"UseLink":          func(tx *store.Tx) (any, error) { return tx.UseLink(ctx, x.link.ID) },
		"Visit":            func(tx *store.Tx) (any, error) { return tx.Visit(ctx, x.visit.State) },
		"Visits":           func(tx *store.Tx) (any, error) { return tx.Visits(ctx, x.link.ID) },
	}
}

func TestALinkIsOfOneRestaurantAndWorksOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"), message("bruno", "b1", "ciao"))
	anna, bruno := w.chat("anna"), w.chat("bruno")
	order := uuid.Must(uuid.NewV7())
	var link store.Link
	w.app(anna.RestaurantID, func(tx *store.Tx) (err error) {
		link, err = tx.MakeLink(w.ctx, anna.ID, store.LinkCheckout, order)
		return err
	})
	if a := link.Address("https://marketa.example"); !strings.HasPrefix(a, "https://marketa.example/checkout/") || len(link.Token) < 50 || strings.Contains(w.print(anna.RestaurantID), link.Token) {
		t.Errorf("%s", a)
	}
	for token, kind := range map[string]store.LinkKind{link.Token: store.LinkConnect, link.Token + "a": store.LinkCheckout, link.Token[1:]: store.LinkCheckout, "": store.LinkCheckout, "%": store.LinkCheckout} {
		if _, found, err := w.db.WhoseLink(w.ctx, kind, token); found || err != nil {
			t.Errorf("%q is somebody's: %v", token, err)
		}
	}
	r, found, err := w.db.WhoseLink(w.ctx, store.LinkCheckout, link.Token)
	if r != anna.RestaurantID || !found || err != nil {
		t.Fatalf("%v %v %v", r, found, err)
	}
	if err := w.appErr(bruno.RestaurantID, func(tx *store.Tx) error {
		_, err := tx.MakeLink(w.ctx, anna.ID, store.LinkConnect, uuid.Nil)
		return err
	}); !store.IsRefused(err) {
		t.Errorf("a link of ours in their chat: %v", err)
	}
	wins := 0
	for range 2 {
		w.app(r, func(tx *store.Tx) error {
			l, err := tx.Link(w.ctx, store.LinkCheckout, link.Token)
			if l.Subject != order || l.Chat != anna.ID {
				t.Errorf("%+v", l)
			}
			won, used := tx.UseLink(w.ctx, l.ID)
			if won {
				wins++
			}
			return errors.Join(err, used)
		})
	}
	if wins != 1 {
		t.Errorf("used %d times", wins)
	}
}

func TestALinkThatIsTooOldIsNotUsed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	c := w.chat("anna")
	var link store.Link
	w.app(c.RestaurantID, func(tx *store.Tx) (err error) {
		link, err = tx.MakeLink(w.ctx, c.ID, store.LinkConnect, uuid.Nil)
		return err
	})
	w.clock.Advance(store.LinkLife)
	w.app(c.RestaurantID, func(tx *store.Tx) error {
		won, err := tx.UseLink(w.ctx, link.ID)
		l, read := tx.LinkByID(w.ctx, link.ID)
		if won || !l.Spent(tx.Now) {
			t.Errorf("%v %+v", won, l)
		}
		return errors.Join(err, read)
	})
}

func TestOneConnectionCountsAndTheOldOneLosesItsTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ingest(message("anna", "m1", "ciao"))
	r := w.chat("anna").RestaurantID
	for _, page := range []string{"first", "second"} {
		w.app(r, func(tx *store.Tx) error { return tx.SaveConnection(w.ctx, connection(page)) })
		w.clock.Advance(time.Second)
	}
	w.app(r, func(tx *store.Tx) error {
		c, found, err := tx.Connection(w.ctx)
		if !found || !c.Active() || c.PageName != "second" || string(c.Token) != "sealed second" {
			t.Errorf("%+v", c)
		}
		return err
	})
	same(w, 1, `SELECT count(*)::int FROM connections WHERE state = 'revoked' AND token IS NULL AND page_name = 'first'`)
	w.app(r, func(tx *store.Tx) error {
		c, _, err := tx.Connection(w.ctx)
		broke, broken := tx.BreakConnection(w.ctx, c.ID, "why")
		again, repeated := tx.BreakConnection(w.ctx, c.ID, "why")
		healed, heal := tx.HealConnection(w.ctx, c.ID)
		gone, revoke := tx.RevokeConnection(w.ctx, c.ID, "by her")
		if !broke || again || !healed || !gone {
			t.Errorf("%v %v %v %v", broke, again, healed, gone)
		}
		c, found, read := tx.Connection(w.ctx)
		if !found || c.State != store.ConnectionRevoked || c.Token != nil || c.PersonToken != nil || c.Fault != "by her" {
			t.Errorf("%+v", c)
		}
		return errors.Join(err, broken, repeated, heal, revoke, read)
	})
}

func TestAConnectionComesAlongWithItsChat(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]bool{"where there is none": false, "where there is one": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.hire()
			a := w.tenant("acanary")
			w.ingest(message("bruno", "b1", "salve"))
			to := w.chat("bruno").RestaurantID
			want := "page of acanary"
			if there {
				want = "its own"
				w.app(to, func(tx *store.Tx) error { return tx.SaveConnection(w.ctx, connection(want)) })
			}
			w.desk(func(tx *store.Tx) error { _, err := tx.MoveChat(w.ctx, a.chat.ID, to, marta); return err })
			w.app(to, func(tx *store.Tx) error {
				c, _, err := tx.Connection(w.ctx)
				if c.PageName != want || !c.Active() {
					t.Errorf("%+v", c)
				}
				_, err2 := tx.LinkByID(w.ctx, a.link.ID)
				return errors.Join(err, err2)
			})
		})
	}
}

func TestAStateComesBackInTheSameBrowserOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hire()
	a := w.tenant("acanary")
	r, found, err := w.db.WhoseVisit(w.ctx, a.visit.State)
	if r != a.chat.RestaurantID || !found || err != nil {
		t.Fatalf("%v %v %v", r, found, err)
	}
	if _, found, _ := w.db.WhoseVisit(w.ctx, a.visit.State+"a"); found {
		t.Error("a state that we never gave is somebody's")
	}
	w.app(r, func(tx *store.Tx) error {
		v, err := tx.Visit(w.ctx, a.visit.State)
		if !v.SameBrowser(a.visit.Cookie) || v.SameBrowser("") || v.SameBrowser(a.visit.State) {
			t.Errorf("%+v", v)
		}
		if err == nil {
			err = tx.StepVisit(w.ctx, v, "done")
		}
		return err
	})
	same(w, 0, `SELECT count(*)::int FROM connect_visits WHERE token IS NOT NULL`)
}
