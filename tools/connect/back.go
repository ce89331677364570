package connect

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"marketa/store"
	"marketa/tools/publish/meta"
)

// Back is the return from Facebook: the state must be ours, unused, in time and of this browser before the code is touched.
func (f *Flow) Back(ctx context.Context, q url.Values, cookie string) (View, error) {
	code, state, refused := meta.Returned(q)
	visit, link, early, err := f.resume(ctx, state, cookie, "asked")
	if early.Scene == Replayed && visit.Stage == "choosing" { // the page was loaded anew
		return f.Picked(ctx, Pick{State: state, Cookie: cookie})
	}
	if err != nil || early.Scene != "" {
		return early, err
	}
	ctx = store.WithRestaurant(ctx, link.Restaurant)
	if refused != nil {
		scene := Lost
		if q.Get("error") == "access_denied" {
			scene = Cancelled
		}
		return f.refuse(ctx, visit, link, View{Scene: scene, State: state}, string(scene))
	}
	person, err := f.exchange(ctx, code)
	if err != nil {
		return f.stumble(ctx, visit, link, state, err)
	}
	visit.PersonID, visit.PersonName, visit.Scopes = person.ID, person.Name, person.granted
	if missing := meta.Missing(meta.RequiredScopes(), person.permissions); len(missing) > 0 {
		return f.refuse(ctx, visit, link, View{Scene: Declined, State: state, Missing: missing}, "left out: "+listed(missing))
	}
	if visit.Token, err = f.Keys.Seal([]byte(person.token), visit.About()); err != nil {
		return View{}, err
	}
	return f.offer(ctx, visit, link, state, person)
}

// resume finds the visit of a state and takes it, if it stands at a stage; early is what to show instead.
func (f *Flow) resume(ctx context.Context, state, cookie, stage string) (visit store.Visit, link store.Link, early View, err error) {
	r, found, err := f.DB.WhoseVisit(ctx, state)
	if err != nil || !found {
		return visit, link, early, errors.Join(err, notFound(found))
	}
	ctx = store.WithRestaurant(ctx, r)
	err = f.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		if visit, err = tx.Visit(ctx, state); err != nil {
			return err
		}
		if link, err = tx.LinkByID(ctx, visit.Link); err != nil {
			return err
		}
		if scene := f.judge(tx.Now, visit, link, cookie, stage); scene != "" {
			early, err = f.earlyView(ctx, tx, link, scene)
			return err
		}
		if stage == "asked" {
			return tx.StepVisit(ctx, visit, "returned") // a code is good for one try
		}
		return nil
	})
	return visit, link, early, err
}

func notFound(found bool) error {
	if found {
		return nil
	}
	return errNotThere()
}

// judge says what is wrong with a way back; empty: nothing.
func (f *Flow) judge(now time.Time, v store.Visit, l store.Link, cookie, stage string) Scene {
	switch {
	case !v.SameBrowser(cookie):
		return Elsewhere
	case l.UsedAt != nil:
		return Used
	case v.Stage != stage:
		return Replayed
	case !now.Before(v.ExpiresAt):
		return Late
	case l.Spent(now):
		return Expired
	}
	return ""
}

func (f *Flow) earlyView(ctx context.Context, tx *store.Tx, l store.Link, scene Scene) (View, error) {
	if scene == Used {
		return f.spent(ctx, tx, l)
	}
	return f.view(ctx, tx, l, scene)
}

// person is who has agreed, with their token of two months.
type person struct {
	meta.Person
	token       meta.Secret
	expires     time.Time
	permissions []meta.Permission
	granted     []string
	inspected   meta.Inspection
}

// exchange turns the code into a token and asks what it is good for.
func (f *Flow) exchange(ctx context.Context, code string) (p person, err error) {
	short, err := f.Meta.Exchange(ctx, code, f.redirect())
	if err != nil {
		return p, err
	}
	long, err := f.Meta.Extend(ctx, short.Token)
	if err != nil {
		return p, err
	}
	p.token, p.expires = long.Token, long.Expires
	return p, f.know(ctx, &p)
}

// know asks whose token it is and what was agreed to.
func (f *Flow) know(ctx context.Context, p *person) (err error) {
	if p.inspected, err = f.Meta.Inspect(ctx, p.token); err != nil {
		return err
	}
	if !p.inspected.Expires.IsZero() {
		p.expires = p.inspected.Expires
	}
	if p.Person, err = f.Meta.Me(ctx, p.token); err != nil {
		return err
	}
	if p.permissions, err = f.Meta.Permissions(ctx, p.token); err != nil {
		return err
	}
	p.granted = nil
	for _, x := range p.permissions {
		if x.Status == "granted" {
			p.granted = append(p.granted, x.Name)
		}
	}
	return nil
}

// pages are those that were shared, also the ones that no list shows but a permission names.
func (f *Flow) pages(ctx context.Context, p person) ([]meta.Page, error) {
	all, err := f.Meta.Pages(ctx, p.token)
	if err != nil {
		return nil, err
	}
	for _, id := range p.inspected.Targets["pages_show_list"] {
		if slices.ContainsFunc(all, func(known meta.Page) bool { return known.ID == id }) {
			continue
		}
		if page, err := f.Meta.Page(ctx, p.token, id); err == nil {
			all = append(all, page)
		}
	}
	return slices.DeleteFunc(all, func(page meta.Page) bool { return page.Token == "" }), nil
}

// stumble is what an error on the way means for the client: come back later, or begin anew.
func (f *Flow) stumble(ctx context.Context, visit store.Visit, link store.Link, state string, err error) (View, error) {
	var e *meta.Error
	if !errors.As(err, &e) {
		return View{}, err
	}
	f.Log.Warn("a client could not be connected", "restaurant", link.Restaurant, "error", err)
	scene := Lost
	if e.Cure == meta.Retry || e.Cure == meta.Wait || e.Cure == meta.Look || e.Cure == meta.Operator {
		scene = Away
	}
	return f.refuse(ctx, visit, link, View{Scene: scene, State: state}, string(scene))
}

// refuse ends a visit; the link goes on working.
func (f *Flow) refuse(ctx context.Context, visit store.Visit, link store.Link, v View, why string) (View, error) {
	err := f.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.StepVisit(ctx, visit, "failed"); err != nil {
			return err
		}
		if err := tx.ConnectionStep(ctx, link.ID, "refused", why); err != nil {
			return err
		}
		if err := f.tellTrouble(ctx, tx, visit, v); err != nil {
			return err
		}
		full, err := f.view(ctx, tx, link, v.Scene)
		full.State, full.Missing, full.Page, full.Instagram = v.State, v.Missing, v.Page, v.Instagram
		v = full
		return err
	})
	return v, err
}
