package whatsapp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/riverqueue/river"

	"marketa/bots/whatsapp/whapi"
	"marketa/store"
)

// DeliverWorker brings an approved message to WhatsApp, or finds out what became of it.
//
// The order is: intent row, vendor, vendor's id. Whatever dies in between, the next worker sees an intent without an outcome
// and reads the chat's history before anything else; nothing is repeated blindly.
type DeliverWorker struct {
	river.WorkerDefaults[store.Deliver]
	Bot *Bot
}

func (w *DeliverWorker) Timeout(*river.Job[store.Deliver]) time.Duration { return 30 * time.Second }

func (w *DeliverWorker) Work(ctx context.Context, job *river.Job[store.Deliver]) error {
	ctx = store.WithRestaurant(ctx, job.Args.Restaurant)
	err := w.Bot.deliver(ctx, job.Args.Delivery)
	if store.IsLeaseLost(err) {
		return nil // somebody else goes on with it
	}
	return err
}

// sendTimeout is under the lease, so that nobody takes the delivery over while the vendor is being called.
const sendTimeout = store.LeaseTime - 2*time.Second

func (b *Bot) deliver(ctx context.Context, id store.DeliveryID) error {
	var d store.Delivery
	var send bool
	err := b.DB.Tx(ctx, func(tx *store.Tx) (err error) {
		if d, err = tx.LeaseDelivery(ctx, id); err != nil {
			return err
		}
		switch d.State {
		case "pending":
			send, err = tx.Intend(ctx, d)
		case "known":
			err = tx.Settled(ctx, d)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case send:
		return b.send(ctx, d)
	case d.State == "intended" || d.State == "unknown":
		return b.reconcile(ctx, d)
	}
	return nil
}

// send calls the vendor and writes down what it said.
func (b *Bot) send(ctx context.Context, d store.Delivery) error {
	if d.ChatKind == "group" {
		if ok, err := b.takeSeat(ctx, &d); err != nil || !ok {
			return err
		}
	}
	client := b.Channels[d.Channel]
	if client == nil {
		return b.refused(ctx, d, fmt.Sprintf("There is no WhatsApp channel %q any more. Add it to WHAPI_CHANNELS and try again.", d.Channel))
	}
	call, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	m, err := client.SendText(call, whapi.Text{To: string(d.VendorChatID), Body: d.Text})
	// What the vendor did is done: it is written down even if this process is told to stop.
	ctx = context.WithoutCancel(ctx)
	if err == nil {
		return b.DB.Tx(ctx, func(tx *store.Tx) error {
			if err := tx.Delivered(ctx, d, store.VendorMessageID(clean(m.ID))); err != nil {
				return err
			}
			return tx.Clear(ctx, linkAlert(d.Channel), sayWorks(d.Channel))
		})
	}
	var e *whapi.Error
	if !errors.As(err, &e) {
		return b.doubt(ctx, d, false, err)
	}
	switch {
	case e.SafeToRetry():
		return b.again(ctx, d, e)
	case e.Permanent() && d.ChatKind == "group" && (e.Status == http.StatusForbidden || e.Status == http.StatusNotFound):
		return b.shutOut(ctx, d, e)
	case e.Permanent():
		b.Log.Warn("whatsapp refused a message", "error", err)
		return b.refused(ctx, d, e.Say())
	}
	// A gateway that has lost patience knows nothing of what happens behind it: that is no answer.
	return b.doubt(ctx, d, e.Status >= 500 && e.Status != http.StatusGatewayTimeout, err)
}

// again puts a message that has certainly not left back in line, and tells the managers when they can do something.
func (b *Bot) again(ctx context.Context, d store.Delivery, e *whapi.Error) error {
	wait := max(min(time.Second<<min(d.Attempts+1, 6), time.Minute), e.RetryAfter())
	b.Log.Warn("whatsapp send did not leave", "error", e, "again_in", wait)
	return b.DB.Tx(ctx, func(tx *store.Tx) error {
		if err := tx.Retry(ctx, d, tx.Now.Add(wait), "Not sent yet. "+trouble(e)+" I keep trying."); err != nil {
			return err
		}
		if err := hint(ctx, tx, d.Channel, e, wait); err != nil || !worthAnAlert(e, d, wait) {
			return err
		}
		return tx.Standing(ctx, store.Alert{Cause: linkAlert(d.Channel), Stays: true, Key: d.ChatID.String(), Who: d.Who,
			Text: fmt.Sprintf("Replies on the %s number wait. %s They go out by themselves once it works, unless the client writes again.", d.Channel, trouble(e))})
	})
}

// hint lets the other replies of the number know: a link that is gone is looked at right now, a pause holds for all.
func hint(ctx context.Context, tx *store.Tx, channel store.Channel, e *whapi.Error, wait time.Duration) error {
	switch {
	case e.Status == http.StatusTooManyRequests:
		return tx.Quiet(ctx, channel, tx.Now.Add(wait))
	case e.Status == http.StatusUnauthorized, e.ChannelLost():
		return tx.Hasten(ctx, channel, store.ChoreProbe)
	}
	return nil
}

// worthAnAlert: at once for what only a person can mend; for what passes by itself only when it takes long.
func worthAnAlert(e *whapi.Error, d store.Delivery, wait time.Duration) bool {
	switch e.Status {
	case 0:
		return d.Attempts >= 2
	case http.StatusTooManyRequests:
		return wait > time.Minute
	}
	return true
}

// trouble is why a message waits; what passes by itself asks nothing of anybody.
func trouble(e *whapi.Error) string {
	switch e.Status {
	case 0:
		return "The WhatsApp provider (Whapi) cannot be reached."
	case http.StatusTooManyRequests:
		return "Too many messages in a short time: the WhatsApp provider (Whapi) asks for a pause."
	}
	return e.Say()
}

func (b *Bot) refused(ctx context.Context, d store.Delivery, say string) error {
	return b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.Fail(ctx, d, say) })
}

// doubt: the vendor may have it. answered tells that it said something, if only an error.
func (b *Bot) doubt(ctx context.Context, d store.Delivery, answered bool, cause error) error {
	b.Log.Warn("whatsapp send without a clear outcome", "error", cause)
	return b.DB.Tx(ctx, func(tx *store.Tx) error { return tx.Doubt(ctx, d, answered, tx.Now.Add(firstLook)) })
}
