package whatsapp

import (
	"context"
	"fmt"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// linkAlert is the cause of the one alert about a number that cannot send, whoever found it out: a webhook, a probe or a send.
func linkAlert(channel store.Channel) string { return "whatsapp-" + string(channel) }

func sayWorks(channel store.Channel) string {
	return fmt.Sprintf("The %s WhatsApp number works again. Replies that waited go out by themselves.", channel)
}

// heardOfLink takes in what a webhook says about the number itself.
func (b *Bot) heardOfLink(ctx context.Context, channel store.Channel, p whapi.Payload) error {
	switch {
	case p.Health != nil && p.Health.Status.Text != "":
		return b.linked(ctx, channel, p.Health.Status)
	case p.User != nil && p.Event.Event == "delete":
		return b.linked(ctx, channel, whapi.ChannelStatus{Text: whapi.ChannelQR})
	}
	return nil
}

// linked writes down whether the number can send.
func (b *Bot) linked(ctx context.Context, channel store.Channel, s whapi.ChannelStatus) error {
	if s.CanSend() {
		return b.DB.Healthy(ctx, linkAlert(channel), sayWorks(channel))
	}
	return b.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
		return tx.Standing(ctx, store.Alert{Cause: linkAlert(channel), Stays: true, Text: fmt.Sprintf("The %s WhatsApp number: %s", channel, s.Say())})
	})
}
