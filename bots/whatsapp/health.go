package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"time"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

const (
	probeEvery   = 2 * time.Minute
	probeSooner  = time.Minute // while the number cannot send, or nobody answers
	mostMisses   = 3           // questions in a row without an answer until managers hear of it
	startingTime = 3           // probes that a starting channel is given
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

// linked writes down whether the number can send, and tells the managers once when it cannot and once when it can again.
func (b *Bot) linked(ctx context.Context, channel store.Channel, s whapi.ChannelStatus) error {
	switch s.Text {
	case whapi.ChannelInit, whapi.ChannelNotInit, whapi.ChannelLaunch:
		return b.starting(ctx, channel, s)
	}
	trouble := ""
	if !s.CanSend() {
		trouble = s.Say()
	}
	return b.setLink(ctx, channel, id(s.Text), trouble)
}

// starting: a channel that starts is given a moment before anybody hears of it.
func (b *Bot) starting(ctx context.Context, channel store.Channel, s whapi.ChannelStatus) error {
	misses, err := b.DB.MissedProbe(ctx, channel)
	if err != nil || misses < startingTime {
		return err
	}
	return b.setLink(ctx, channel, id(s.Text), s.Say())
}

func (b *Bot) setLink(ctx context.Context, channel store.Channel, link, trouble string) error {
	return b.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
		news, err := tx.SetLink(ctx, channel, link, trouble)
		if err != nil {
			return err
		}
		if err := tx.Ease(ctx, awayAlert, string(channel), "The WhatsApp provider (Whapi) answers again."); err != nil {
			return err
		}
		if trouble != "" {
			return tx.Standing(ctx, store.Alert{Cause: linkAlert(channel), Stays: true,
				Text: fmt.Sprintf("The %s WhatsApp number cannot send. %s Replies wait meanwhile and go out by themselves; clients' messages are fetched afterwards.", channel, trouble)})
		}
		if news {
			return tx.Clear(ctx, linkAlert(channel), sayWorks(channel))
		}
		return nil
	})
}

// Probe asks whether the number can send.
func (b *Bot) Probe(ctx context.Context, c store.Chore) (next time.Duration, err error) {
	client := b.Channels[c.Channel]
	if client == nil {
		return hourly, nil
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	h, err := client.Health(call)
	var e *whapi.Error
	switch {
	case err == nil:
		if err := b.linked(ctx, c.Channel, h.Status); err != nil || !h.Status.CanSend() {
			return probeSooner, err
		}
		return probeEvery, b.DB.Tidy(ctx, c.Channel)
	case errors.As(err, &e) && (e.NeedsRescan() || e.ChannelLost() || e.Status == 401 || e.Status == 402):
		return probeSooner, b.setLink(ctx, c.Channel, fmt.Sprint(e.Status), e.Say())
	}
	misses, missErr := b.DB.MissedProbe(ctx, c.Channel)
	if missErr != nil {
		return 0, missErr
	}
	if misses >= mostMisses {
		return probeSooner, b.setUnreachable(ctx, c.Channel)
	}
	return probeSooner, nil
}

// setUnreachable: the provider does not answer. Sends are tried all the same, for each of them finds out by itself.
func (b *Bot) setUnreachable(ctx context.Context, channel store.Channel) error {
	return b.DB.System(ctx, store.Desk, func(tx *store.Tx) error {
		return tx.Standing(ctx, store.Alert{Cause: awayAlert, Stays: true, Key: string(channel), Who: fmt.Sprintf("the %s number", channel),
			Text: "The WhatsApp provider (Whapi) does not answer. Replies wait, or their cards ask whether they arrived; what clients write is fetched afterwards. If it lasts, write to clients from the phone."})
	})
}

// awayAlert is the cause of the one alert that the provider does not answer, whichever number was asked for.
const awayAlert = "whatsapp-away"

// Report tells, once, what history had and no webhook has brought.
func (b *Bot) Report(ctx context.Context, c store.Chore) (next time.Duration, err error) {
	if _, err := b.DB.TellGaps(ctx, c.Channel, func(gaps []store.Gap, zone string) string { return sayGaps(c.Channel, gaps, zone) }); err != nil {
		return 0, err
	}
	at, err := b.DB.GapsOpen(ctx, c.Channel)
	if err != nil || at == nil {
		return hourly, err
	}
	return max(at.Sub(b.DB.Clock.Now()), time.Second), nil
}

const namedGaps = 5

func sayGaps(channel store.Channel, gaps []store.Gap, zone string) string {
	where, err := time.LoadLocation(zone)
	if err != nil {
		where = time.UTC
	}
	total, first, last := 0, gaps[0].First, gaps[0].Last
	names := ""
	for i, g := range gaps {
		total += g.Messages
		if g.First.Before(first) {
			first = g.First
		}
		if g.Last.After(last) {
			last = g.Last
		}
		if i < namedGaps {
			names += fmt.Sprintf(", %s (%d)", g.Who, g.Messages)
		}
	}
	if more := len(gaps) - namedGaps; more > 0 {
		names += fmt.Sprintf(" and %d more chats", more)
	}
	what := fmt.Sprintf("%d messages had", total)
	if total == 1 {
		what = "1 message had"
	}
	from, to := first.In(where).Format("15:04"), last.In(where).Format("15:04")
	if first.In(where).Format(time.DateOnly) != last.In(where).Format(time.DateOnly) {
		from, to = first.In(where).Format("2 Jan 15:04"), last.In(where).Format("2 Jan 15:04")
	}
	when := fmt.Sprintf("between %s and %s", from, to)
	if from == to {
		when = "at " + from
	}
	return fmt.Sprintf("%s not reached us on the %s number %s. I have fetched what was missing from WhatsApp's history: %s. If this happens often, look at the webhooks in the Whapi panel.",
		what, channel, when, names[2:])
}

// Statuses asks for the statuses of replies of which we never heard again.
func (b *Bot) Statuses(ctx context.Context, c store.Chore) (next time.Duration, err error) {
	client := b.Channels[c.Channel]
	if client == nil {
		return hourly, nil
	}
	unsure, err := b.DB.WithoutStatus(ctx, c.Channel)
	if err != nil {
		return 0, err
	}
	for _, vendorID := range unsure {
		call, cancel := context.WithTimeout(ctx, sendTimeout)
		statuses, err := client.Statuses(call, string(vendorID))
		cancel()
		if err != nil {
			b.Log.Info("a status could not be asked for", "error", err)
			continue
		}
		now := b.DB.Clock.Now()
		var receipts []store.Receipt
		for _, s := range statuses {
			receipts = append(receipts, store.Receipt{Channel: c.Channel, VendorID: vendorID, Status: id(s.Status), Viewer: id(s.ViewerID), At: moment(s.Timestamp, now)})
		}
		if err := b.DB.KeepReceipts(ctx, receipts); err != nil {
			return 0, err
		}
	}
	return 10 * time.Minute, nil
}
