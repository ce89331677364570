package connect

import (
	"context"
	"slices"

	"marketa/store"
	"marketa/tools/publish/meta"
)

// offer goes on from what was shared: nothing, one page, or several to choose from.
func (f *Flow) offer(ctx context.Context, visit store.Visit, link store.Link, state string, p person) (View, error) {
	pages, err := f.pages(ctx, p)
	switch {
	case err != nil:
		return f.stumble(ctx, visit, link, state, err)
	case len(pages) == 0:
		return f.refuse(ctx, visit, link, View{Scene: NoPages, State: state}, "no page was shared")
	case len(pages) == 1:
		return f.settle(ctx, visit, link, state, p, pages[0], false)
	}
	return f.hold(ctx, visit, link, View{Scene: Choose, State: state, Pages: offers(pages)}, "choosing", "")
}

func offers(pages []meta.Page) (out []Offer) {
	for _, p := range pages {
		o := Offer{ID: p.ID, Name: p.Name}
		if p.Instagram != nil {
			o.Instagram = p.Instagram.Username
		}
		out = append(out, o)
	}
	return out
}

// hold keeps the visit while the client chooses, or mends something at Facebook.
func (f *Flow) hold(ctx context.Context, visit store.Visit, link store.Link, v View, step, detail string) (View, error) {
	err := f.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.StepVisit(ctx, visit, "choosing"); err != nil {
			return err
		}
		if err := tx.ConnectionStep(ctx, link.ID, step, detail); err != nil {
			return err
		}
		if err := f.tellTrouble(ctx, tx, visit, v); err != nil {
			return err
		}
		full, err := f.view(ctx, tx, link, v.Scene)
		full.State, full.Pages, full.Page, full.Instagram = v.State, v.Pages, v.Page, v.Instagram
		v = full
		return err
	})
	return v, err
}

// Pick is what a client presses on the way: a page, that page without Instagram, or the whole way once more.
type Pick struct {
	State, Cookie string
	Page          string
	WithoutIG     bool
}

// Picked looks once more at what is shared, and connects the page.
func (f *Flow) Picked(ctx context.Context, pick Pick) (View, error) {
	visit, link, early, err := f.resume(ctx, pick.State, pick.Cookie, "choosing")
	if err != nil || early.Scene != "" {
		return early, err
	}
	ctx = store.WithRestaurant(ctx, link.Restaurant)
	token, err := f.Keys.Open(visit.Token, visit.About())
	if err != nil {
		return View{}, err
	}
	p := person{token: meta.Secret(token)}
	if err := f.know(ctx, &p); err != nil {
		return f.stumble(ctx, visit, link, pick.State, err)
	}
	pages, err := f.pages(ctx, p)
	if err != nil {
		return f.stumble(ctx, visit, link, pick.State, err)
	}
	at := slices.IndexFunc(pages, func(page meta.Page) bool { return page.ID == pick.Page })
	if at < 0 { // nothing chosen, or not shared any more
		return f.offer(ctx, visit, link, pick.State, p)
	}
	return f.settle(ctx, visit, link, pick.State, p, pages[at], pick.WithoutIG)
}

// Again sets out once more from the link of a visit, asking for what was left out.
func (f *Flow) Again(ctx context.Context, state, cookie string) (s Start, err error) {
	r, found, err := f.DB.WhoseVisit(ctx, state)
	switch {
	case err != nil:
		return s, err
	case !found:
		return s, errNotThere()
	}
	ctx = store.WithRestaurant(ctx, r)
	err = f.DB.Tx(ctx, func(tx *store.Tx) error {
		visit, err := tx.Visit(ctx, state)
		if err != nil {
			return err
		}
		link, err := tx.LinkByID(ctx, visit.Link)
		if err != nil {
			return err
		}
		if !visit.SameBrowser(cookie) {
			s.View, err = f.view(ctx, tx, link, Elsewhere)
			return err
		}
		s, err = f.begin(ctx, tx, link, true)
		return err
	})
	return s, err
}
