package whatsapp

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

const (
	firstLook  = 2 * time.Second  // after the lost answer
	enoughSeen = 3                // looks into a history that does not show it, each twice as long after the last one
	blindFor   = 2 * time.Minute  // how long a history that cannot be read is tried
	skew       = 10 * time.Minute // how far the vendor's clock may be from ours
	mostSends  = 3                // attempts after an error that the vendor itself has answered
)

// reconcile looks for a message whose outcome is unknown in the chat's history. Found: it is known. Not found, though the
// vendor had answered with an error: it is sent again, a few times. Not found and no answer at all: a manager is asked.
func (b *Bot) reconcile(ctx context.Context, d store.Delivery) error {
	id, looked, err := b.look(ctx, d)
	switch {
	case err != nil:
		return err
	case id != "":
		return b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.Delivered(ctx, d, id) })
	}
	return b.DB.Tx(ctx, func(tx *store.Tx) error { return b.notFound(ctx, tx, d, looked) })
}

func (b *Bot) notFound(ctx context.Context, tx *store.Tx, d store.Delivery, looked bool) error {
	switch {
	case looked && d.Looks+1 >= enoughSeen && d.Answered && d.Attempts < mostSends:
		return tx.Retry(ctx, d, tx.Now, "WhatsApp reported an error and its history does not show the message; sending it once more.")
	case looked && d.Looks+1 >= enoughSeen && d.Answered:
		return tx.Ask(ctx, d, "WhatsApp answers with an error again and again, and its history does not show this message. Please look at the chat on the phone: did it arrive?")
	case looked && d.Looks+1 >= enoughSeen:
		return tx.Ask(ctx, d, "I could not find out whether this arrived: WhatsApp gave no answer, and its history does not show it. Please look at the chat on the phone.")
	case !looked && d.IntentAt != nil && tx.Now.Sub(*d.IntentAt) > blindFor:
		return tx.Ask(ctx, d, "I could not find out whether this arrived: WhatsApp gave no answer, and its history cannot be read. Please look at the chat on the phone.")
	}
	return tx.LookAgain(ctx, d, looked, tx.Now.Add(firstLook<<d.Looks))
}

// look reads the chat's history. One message there answers for one delivery only.
func (b *Bot) look(ctx context.Context, d store.Delivery) (id store.VendorMessageID, looked bool, err error) {
	client := b.Channels[d.Channel]
	if client == nil || d.IntentAt == nil {
		return "", false, nil
	}
	taken := map[store.VendorMessageID]bool{}
	if err := b.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		taken, err = tx.SpokenFor(ctx, d)
		return err
	}); err != nil {
		return "", false, err
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	ours := true
	page, err := client.History(call, string(d.VendorChatID), whapi.HistoryQuery{Since: d.IntentAt.Add(-skew), FromMe: &ours, Count: 200})
	if err != nil {
		b.Log.Warn("whatsapp history cannot be read", "error", err)
		return "", false, nil
	}
	return find(page.Messages, d, taken), true, nil
}

// find is the newest message of ours with this text that nobody has typed and no other delivery has claimed.
func find(history []whapi.Message, d store.Delivery, taken map[store.VendorMessageID]bool) store.VendorMessageID {
	var best whapi.Message
	for _, m := range history {
		id := store.VendorMessageID(clean(m.ID))
		if !m.FromMe || byHand(m) || taken[id] || !sameText(Visible(m.Type, m.Content), d.Text) || m.At().Before(d.IntentAt.Add(-skew)) {
			continue
		}
		if best.ID == "" || m.Timestamp > best.Timestamp {
			best = m
		}
	}
	return store.VendorMessageID(clean(best.ID))
}

// byHand: somebody of the agency has typed it, on the phone or in a browser. That it reads the same proves nothing.
func byHand(m whapi.Message) bool { return m.Source == "mobile" || m.Source == "web" }

// sameText allows for what a messenger does to a text on its way.
func sameText(a, b string) bool {
	tidy := func(s string) string {
		return norm.NFC.String(strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")))
	}
	return tidy(a) == tidy(b)
}
