package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"marketa/sandbox/console"
	"marketa/store"
)

// outside is what the console shows around the two chats.
func (s *stage) outside() console.Outside {
	return console.Outside{Meta: s.world.Meta, Planfix: s.world.Planfix, Places: s.app.places}
}

// places are the restaurants as the records say, by name.
func (a *App) places(ctx context.Context) (out []console.Place, err error) {
	err = a.db.System(ctx, store.Desk, func(tx *store.Tx) error {
		all, err := tx.Directory(ctx, store.ChatID{})
		if err != nil {
			return err
		}
		for _, e := range all {
			if e.Gone {
				continue
			}
			p := console.Place{Name: e.Name, Stage: e.Stage}
			if err := tx.Within(ctx, e.ID, func(tx *store.Tx) error { return around(ctx, tx, &p) }); err != nil {
				return err
			}
			if err := paying(ctx, tx, e.ID, &p); err != nil {
				return err
			}
			out = append(out, p)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b console.Place) int { return strings.Compare(a.Name, b.Name) })
	return out, err
}

func around(ctx context.Context, tx *store.Tx, p *console.Place) error {
	t, linked, err := tx.CRMTask(ctx)
	if err != nil {
		return err
	}
	if linked {
		p.Task = int(t.Task)
	}
	c, found, err := tx.Connection(ctx)
	if err != nil || !found {
		return err
	}
	p.Instagram, p.InstagramName, p.Facebook, p.PageName = c.IGID, c.IGName, c.PageID, c.PageName
	p.Connection = c.State
	if c.Fault != "" {
		p.Connection += ": " + c.Fault
	}
	return nil
}

// paying is the subscription, or what is awaited.
func paying(ctx context.Context, tx *store.Tx, id store.RestaurantID, p *console.Place) error {
	b, err := tx.Billing(ctx, id)
	if err != nil {
		return err
	}
	if s := b.Subscription; s != nil {
		p.Paying, p.PayAmount = "subscription "+strings.ReplaceAll(s.Status, "_", " "), price(s.Amount, s.Currency, s.Every)
	}
	if o := b.Order; o != nil {
		p.Paying, p.PayAmount, p.PayLink = "waits to be paid", price(o.Amount, o.Currency, o.Every), o.SessionURL
	}
	return nil
}

func price(amount int64, currency, every string) string {
	if amount == 0 {
		return ""
	}
	text := fmt.Sprintf("%d.%02d %s", amount/100, amount%100, strings.ToUpper(currency))
	if every != "" {
		text += " a " + every
	}
	return text
}
