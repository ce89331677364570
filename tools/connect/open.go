package connect

import (
	"context"

	"marketa/internal/fault"
	"marketa/store"
	"marketa/tools/publish/meta"
)

// errNotThere is for what is not genuine: it looks like every unknown path.
func errNotThere() error { return fault.New(fault.NotFound, "There is no such page.") }

// within runs fn for the restaurant of a link.
func (f *Flow) within(ctx context.Context, token string, fn func(ctx context.Context, tx *store.Tx, l store.Link) error) error {
	r, found, err := f.DB.WhoseLink(ctx, store.LinkConnect, token)
	switch {
	case err != nil:
		return err
	case !found:
		return errNotThere()
	}
	ctx = store.WithRestaurant(ctx, r)
	return f.DB.Tx(ctx, func(tx *store.Tx) error {
		l, err := tx.Link(ctx, store.LinkConnect, token)
		if err != nil {
			return err
		}
		return fn(ctx, tx, l)
	})
}

// Open shows who asks for what. It may be called by anybody, as often as they like: nothing is used up.
func (f *Flow) Open(ctx context.Context, token string) (v View, err error) {
	err = f.within(ctx, token, func(ctx context.Context, tx *store.Tx, l store.Link) error {
		if l.Spent(tx.Now) {
			v, err = f.spent(ctx, tx, l)
			return err
		}
		first, err := tx.LinkOpened(ctx, l.ID)
		if err == nil && first {
			err = tx.ConnectionStep(ctx, l.ID, "opened", "")
		}
		if err == nil {
			v, err = f.view(ctx, tx, l, Ask)
		}
		return err
	})
	return v, err
}

// spent says why a genuine link works no more.
func (f *Flow) spent(ctx context.Context, tx *store.Tx, l store.Link) (View, error) {
	if l.UsedAt == nil {
		return f.view(ctx, tx, l, Expired)
	}
	v, err := f.view(ctx, tx, l, Used)
	if err != nil {
		return v, err
	}
	c, found, err := tx.Connection(ctx)
	if found && c.State != store.ConnectionRevoked {
		v.Page, v.Instagram = c.PageName, c.IGName
	}
	return v, err
}

// mostVisits is how often somebody may set out from one link.
const mostVisits = 30

// Start is where Continue leads: Facebook's address and the cookie of this browser, or a view that says why not.
type Start struct {
	Address string
	Cookie  string
	View    View
}

// Begin sets out for Facebook.
func (f *Flow) Begin(ctx context.Context, token string) (s Start, err error) {
	err = f.within(ctx, token, func(ctx context.Context, tx *store.Tx, l store.Link) (err error) {
		s, err = f.begin(ctx, tx, l, false)
		return err
	})
	return s, err
}

func (f *Flow) begin(ctx context.Context, tx *store.Tx, l store.Link, again bool) (s Start, err error) {
	if l.Spent(tx.Now) {
		s.View, err = f.spent(ctx, tx, l)
		return s, err
	}
	n, err := tx.Visits(ctx, l.ID)
	if err != nil {
		return s, err
	}
	if n >= mostVisits {
		s.View, err = f.view(ctx, tx, l, Often)
		return s, err
	}
	v, err := tx.BeginVisit(ctx, l.ID)
	if err != nil {
		return s, err
	}
	s.Address = f.Meta.DialogURL(meta.Dialog{RedirectURI: f.redirect(), State: v.State, Scopes: meta.PublishingScopes(), Again: again})
	s.Cookie = v.Cookie
	return s, tx.ConnectionStep(ctx, l.ID, "asked", "")
}
