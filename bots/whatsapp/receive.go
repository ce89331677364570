package whatsapp

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"marketa/bots/whatsapp/whapi"
	"marketa/internal/files"
	"marketa/store"
)

// Bot is the clients' chat on all our numbers.
type Bot struct {
	DB       *store.DB
	Channels map[store.Channel]*whapi.Client
	Files    *files.Store // where clients' files are kept
	Links    *http.Client // fetches links that came in messages: rest.SafeClient
	Log      *slog.Logger

	shrinking sync.Mutex
	refusals  refusals
}

// Receive keeps what Whapi says through one hook (log or bot) of a channel; it returns when everything is durable. Both
// hooks are read alike: the first one wins, the other one repeats.
func (b *Bot) Receive(ctx context.Context, channel store.Channel, hook string, body []byte) error {
	source := fmt.Sprintf("whapi/%s/%s", channel, hook)
	payload, err := whapi.Parse(body)
	if err != nil {
		return b.DB.SaveUnreadable(ctx, source, body, unreadable(channel))
	}
	events, receipts := Convert(channel, payload, b.DB.Clock.Now())
	events = slices.DeleteFunc(events, nobodys)
	if err := b.kept(ctx, b.DB.Ingest(ctx, store.Webhook{Source: source, Body: body, Readable: !hasGaps(payload),
		Events: events, Receipts: receipts, Abouts: Abouts(channel, payload), Groups: groupNews(channel, payload), Alert: alertOf(channel, payload)})); err != nil {
		return err
	}
	return b.heardOfLink(ctx, channel, payload)
}

// hasGaps says that something stayed unread: a whole item, or the words of a message.
func hasGaps(p whapi.Payload) bool {
	return len(p.Unreadable) > 0 || slices.ContainsFunc(p.Messages, wordsMisread)
}

// wordsMisread: a field of the message's own content, or what an action says, came in a shape that could not be read. A
// picture's width does not matter.
func wordsMisread(m whapi.Message) bool {
	return slices.ContainsFunc(m.Misread, func(field string) bool {
		of, part, inside := strings.Cut(field, ".")
		return (of == m.Type || of == "action") && (!inside || slices.Contains([]string{"body", "caption", "title", "type", "target", "edited_content"}, part))
	})
}

func unreadable(channel store.Channel) store.Alert {
	return store.Alert{Cause: "whapi-unreadable-" + string(channel), Text: fmt.Sprintf(
		"Whapi sent something about the %s number that could not be read. It is kept; look at the WhatsApp chat on the phone for anything that is missing here.", channel)}
}

// alertOf is what managers must hear of a webhook beside the messages: a part could not be read.
func alertOf(channel store.Channel, p whapi.Payload) *store.Alert {
	if !hasGaps(p) {
		return nil
	}
	a := unreadable(channel)
	return &a
}
