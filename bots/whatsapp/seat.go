package whatsapp

import (
	"context"
	"maps"
	"slices"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// takeSeat sees to it that a message to a group leaves under a number that may write there: the one that was chosen, else
// another one of ours. Where none may, WhatsApp is asked once more, for what we know may be old; then a manager hears why
// nothing was sent.
func (b *Bot) takeSeat(ctx context.Context, d *store.Delivery) (ok bool, err error) {
	seats, err := b.seats(ctx, d.ChatID)
	if err != nil {
		return false, err
	}
	voice, ok := b.voice(d.Channel, seats)
	if !ok {
		if seats, err = b.lookNow(ctx, *d); err != nil {
			return false, err
		}
		voice, ok = b.voice(d.Channel, seats)
	}
	if !ok {
		return false, b.refused(ctx, *d, sayShut(seats))
	}
	if voice == d.Channel {
		return true, nil
	}
	d.Channel = voice
	return true, b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.LeaveAs(ctx, *d, voice) })
}

// voice is the wanted number if it may write, else the first of ours that may; what nobody has said anything about may.
func (b *Bot) voice(wanted store.Channel, seats map[store.Channel]string) (store.Channel, bool) {
	for _, channel := range append([]store.Channel{wanted, "marketa"}, slices.Sorted(maps.Keys(b.Channels))...) {
		if b.Channels[channel] != nil && seats[channel] != "mute" && seats[channel] != "out" {
			return channel, true
		}
	}
	return wanted, false
}

func (b *Bot) seats(ctx context.Context, chat store.ChatID) (seats map[store.Channel]string, err error) {
	err = b.DB.Tx(ctx, func(tx *store.Tx) error { seats, err = tx.Seats(ctx, chat); return err })
	return seats, err
}

// lookNow asks WhatsApp about a group out of turn.
func (b *Bot) lookNow(ctx context.Context, d store.Delivery) (map[store.Channel]string, error) {
	own, err := b.own(ctx)
	if err != nil {
		return nil, err
	}
	g := store.Group{ChatID: d.ChatID, VendorChatID: d.VendorChatID}
	answers, silent := b.askAll(ctx, g)
	if !silent {
		if err := b.DB.Tx(ctx, func(tx *store.Tx) error {
			g.RestaurantID = tx.Restaurant
			return tx.SawGroup(ctx, g, sightOf(answers, own))
		}); err != nil {
			return nil, err
		}
	}
	return b.seats(ctx, d.ChatID)
}

func sayShut(seats map[store.Channel]string) string {
	for _, state := range seats {
		if state == "mute" {
			return "Not sent: only admins may write in this group, and none of our numbers is one. Ask an admin of the group to let us write, then try again; or write to the person directly."
		}
	}
	return "Not sent: none of our numbers is in this group any more. Ask an admin of the group to add us, then try again; or write to the person directly."
}

// shutOut: WhatsApp does not let this number write in the group. Another number of ours may; if not, a manager hears why.
func (b *Bot) shutOut(ctx context.Context, d store.Delivery, e *whapi.Error) error {
	b.Log.Warn("whatsapp does not let a number write in a group", "channel", d.Channel, "status", e.Status)
	return b.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.SeatLost(ctx, d); err != nil {
			return err
		}
		seats, err := tx.Seats(ctx, d.ChatID)
		if err != nil {
			return err
		}
		if voice, ok := b.voice(d.Channel, seats); ok {
			return tx.SendAs(ctx, d, voice)
		}
		return tx.Fail(ctx, d, sayShut(seats))
	})
}
